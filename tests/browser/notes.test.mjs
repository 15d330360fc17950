// SPDX-License-Identifier: EUPL-1.2
// The pen and the notes against the real daemon: what is typed is found exactly once, through a reload, a killed daemon, a hand-over, and a pen lost in the middle of a word.
import assert from "node:assert/strict";
import { encode } from "../e2e/page.mjs";
import { PHONE, axe, founded, person, problems, text } from "./people.mjs";
import { Daemon, browser, until } from "./stage.mjs";

const ROOM = 1, STEP = 1;
const rating = (title) => ["rating", 1, false, encode([1]), "", text(title, ""), [], [[0, text("Nej")], [0, text("Ja")]]];

/** One step of two ratings, two notes to all from each room; and an end. */
const STEPS = [
	[20, 2, 0, 0, [[5, 10], [10, 10]], text("Skatta läget", "Tala om varför.", "Egna prickar", "Samtal"), null, [rating("Det finns tid"), rating("Det finns mod")]],
	[10, 0, 0, 0, [], text("Avslut", ""), null, []],
];
/** What the session holds, in order: sign of the kind, words. */
const held = (fay, step = STEP) => [...fay.section("notes", ROOM, step)].sort(([x, a], [y, b]) => a[6] - b[6] || x - y).map(([, row]) => row[11]?.[0]?.[1] ?? "");
const writing = (fay) => [...fay.section("notes", ROOM, STEP).values()].filter((row) => row[5]).length;
const holds = (fay, words, what) => until(what, () => JSON.stringify(held(fay)) === JSON.stringify(words) || (() => { throw new Error(JSON.stringify(held(fay))); })(), 20_000);
const rows = (page) => page.locator(".notes-list.edit textarea").evaluateAll((fields) => fields.map((f) => f.value));
const all_saved = (page) => until("every dot is full", () => page.evaluate(() => document.querySelectorAll(".note-dot .dot-way").length === 0), 20_000);
const waiting = (page) => page.locator(".notes-list.edit textarea").last();

async function the_pen() {
	problems.length = 0;
	const daemon = await Daemon.make();
	const chrome = await browser();
	const pages = [];
	try {
		const { fay, code } = await founded(daemon, "Anteckningsprov", STEPS, ["Alen"]);
		pages.push(fay);
		const ada = await person(daemon, chrome, code, "Ada", { viewport: { width: 1440, height: 900 } });
		const bo = await person(daemon, chrome, code, "Bo", PHONE);
		await fay.ask("rooms", 0, 0, [1, 1]);
		await fay.ask("go", STEP, 0, []);

		/* Whoever says yes has the pen, and the caret waits. */
		await ada.getByRole("button", { name: "Ja, jag antecknar" }).click();
		await waiting(ada).waitFor();
		await until("the caret waits in the last row", () => ada.evaluate(() => document.activeElement?.tagName === "TEXTAREA"));
		await ada.keyboard.type("? Vem äger frågan");
		await ada.keyboard.press("Enter");
		await ada.keyboard.type("Ingen tid är av");
		await holds(fay, ["Vem äger frågan", "Ingen tid är av"], "the row that was entered and the open one after a pause");
		assert.equal(writing(fay), 1, "one field is open");
		assert.equal([...fay.section("notes", ROOM, STEP).values()][0][2], 4, "a question, by its sign");
		await all_saved(ada);

		/* A reload in the middle of a word: neither the sent letters nor the last ones are lost, and nothing is called open for ever. */
		await ada.keyboard.type("satt.");
		await ada.reload();
		await waiting(ada).waitFor();
		await holds(fay, ["Vem äger frågan", "Ingen tid är avsatt."], "after a reload");
		await until("no field is called open", () => writing(fay) === 0);
		assert.deepEqual(await rows(ada), ["Vem äger frågan", "Ingen tid är avsatt.", ""]);

		/* The daemon dies under the words. */
		await waiting(ada).focus();
		await ada.keyboard.type("! Vi fortsätter ");
		await daemon.kill();
		await ada.keyboard.type("utan kontakt");
		await ada.keyboard.press("Enter");
		await ada.keyboard.type("* och en idé till");
		await ada.keyboard.press("Enter");
		assert.ok(await ada.evaluate(() => document.querySelectorAll(".note-dot .dot-way").length) >= 2, "not called saved while nobody has it");
		await daemon.start();
		await holds(fay, ["Vem äger frågan", "Ingen tid är avsatt.", "Vi fortsätter utan kontakt", "och en idé till"], "after the daemon came back");
		await all_saved(ada);

		/* Order, final, to all; the third is refused with the reason, by the page. */
		const field = (words) => ada.locator(".notes-list.edit li").filter({ has: ada.locator(`[data-words="${words} "]`) }).locator("textarea");
		await field("och en idé till").focus();
		await ada.keyboard.press("Alt+ArrowUp");
		await ada.keyboard.press("Control+Enter");
		await field("Vem äger frågan").focus();
		await ada.keyboard.press("Control+Enter");
		await field("Ingen tid är avsatt.").focus();
		await ada.keyboard.press("Control+Enter");
		await ada.locator("#notes-hint").filter({ hasText: "2 av 2" }).waitFor();
		await ada.getByRole("button", { name: "Slutlig", exact: true }).click();
		await holds(fay, ["Vem äger frågan", "Ingen tid är avsatt.", "och en idé till", "Vi fortsätter utan kontakt"], "moved");
		await until("two are sent to all, one is final", () => fay.section("plenary").size === 2 && [...fay.section("notes", ROOM, STEP).values()].filter((row) => row[3]).length === 1);

		await axe(ada, "notes");

		/* Bo reads, and suggests; Ada takes it in. */
		await bo.locator(".notes-list").getByText("Vi fortsätter utan kontakt").first().waitFor();
		await bo.getByLabel("Föreslå en anteckning").locator("visible=true").first().fill("Från Bo");
		await bo.getByRole("button", { name: "Skicka förslaget" }).locator("visible=true").first().click();
		await ada.locator(".notes-tray").getByText("Från Bo").first().waitFor();
		await ada.getByRole("button", { name: /^Ta med/ }).click();
		await holds(fay, ["Vem äger frågan", "Ingen tid är avsatt.", "och en idé till", "Vi fortsätter utan kontakt", "Från Bo"], "taken in, last");

		/* Handed over: Bo's page stays as it is until he presses. */
		await ada.getByRole("button", { name: "Lämna över pennan" }).click();
		await ada.getByRole("button", { name: "Bo", exact: true }).click();
		await ada.locator(".person").waitFor();
		await bo.getByRole("button", { name: "Till anteckningarna" }).first().click();
		await waiting(bo).tap();
		await bo.keyboard.type("Bo antecknar");
		await bo.keyboard.press("Enter");
		await all_saved(bo);
		await axe(bo, "notes-phone");

		/* The pen goes in the middle of a word: what nobody has lands among the room's suggestions, by itself. */
		await bo.keyboard.type("Mitt i ett or");
		const [tenure, holder] = fay.section("signals", ROOM).get(1);
		const ada_is = [...fay.section("notes", ROOM, STEP).values()].map((row) => row[7]).find((m) => m !== holder);
		await fay.ask("pen_give", ROOM, 0, [tenure, ada_is]);
		await bo.getByText("Pennan hade bytt hand. Det du skrev är sparat bland rummets förslag").first().waitFor();
		await until("nothing is left to rescue", async () => (await bo.locator(".rescued").count()) === 0);
		await ada.getByRole("button", { name: "Till anteckningarna" }).first().click();
		await ada.locator(".notes-tray").getByText("Mitt i ett or").first().waitFor();
		await ada.locator(".notes-tray").getByText("räddat, från Bo").waitFor();
		await ada.getByRole("button", { name: /^Ta med/ }).click();

		/* The step goes on under somebody who writes: their row is finished where it belongs. */
		await waiting(ada).focus();
		await ada.keyboard.type("Sista raden");
		await fay.ask("go", STEP + 1, 0, []);
		await ada.getByRole("button", { name: "Gå dit" }).waitFor();
		await ada.keyboard.type(" på steget");
		await ada.getByRole("button", { name: "Gå dit" }).click();
		await ada.locator("h1").filter({ hasText: "Avslut" }).waitFor();
		await holds(fay, ["Vem äger frågan", "Ingen tid är avsatt.", "och en idé till", "Vi fortsätter utan kontakt", "Från Bo", "Bo antecknar", "Mitt i ett or", "Sista raden på steget"], "everything, exactly once");
		assert.equal(fay.section("tray", ROOM).size, 0, "nothing lies in the tray");
		assert.deepEqual(problems, [], "no page complained");
	} finally {
		for (const page of pages)
			page.wanted = false;
		await chrome.close();
		await daemon.finish();
		for (const page of pages)
			await page.leave();
	}
}

export default { "the pen and the notes": the_pen };
