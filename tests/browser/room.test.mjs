// SPDX-License-Identifier: EUPL-1.2
// A room on its own, against the real daemon: the note-taker proposes the room's answer and all confirm it, somebody leads the discussion and turns the room's pages, asks for
// more time, hands over; the time stands still; somebody goes away.
import assert from "node:assert/strict";
import { decode, encode } from "../e2e/page.mjs";
import { PHONE, axe, founded, person, problems, text } from "./people.mjs";
import { Daemon, browser, until } from "./stage.mjs";

const ROOM = 1, STEP = 1;
const items = (...words) => words.map((one) => [0, text(one)]);
const rating = (title, gate = 0) => ["rating", 1, false, encode([gate]), "", text(title, ""), [], items("Nej", "Ja")];

/** One step: a question that rooms answer together, two ratings, and one whose discussion opens when all have answered. */
const STEPS = [
	[20, 0, 0, 0, [], text("Läget", ""), null, [["choice", 2, false, encode([1, 1]), "", text("Vilken nivå gäller det?", ""), [], items("Vår enhet", "Hela myndigheten", "Flera organisationer")],
		rating("Det finns tid"), rating("Det finns mod"), rating("Det finns pengar", 1)]],
];
const button = (page, name) => page.getByRole("button", { name, exact: true });
const sees = (page, words, ms) => until(`seen: ${words}`, async () => (await page.locator("body").innerText()).includes(words), ms);
const sheet = async (page) => { await page.locator("button.where").click(); await page.getByRole("dialog").waitFor(); };
const close = async (page) => { await page.getByRole("dialog").getByRole("button", { name: "Stäng" }).first().click(); await page.getByRole("dialog").waitFor({ state: "detached" }); };
const title = (page) => page.locator("h1").first().innerText();
const stands = (page, words) => until(`the page is at: ${words}`, async () => (await title(page)).startsWith(words));

async function the_room() {
	problems.length = 0;
	const daemon = await Daemon.make();
	const chrome = await browser();
	const pages = [];
	try {
		const { fay, code } = await founded(daemon, "Rumsprov", STEPS, ["Alen"]);
		pages.push(fay);
		const ada = await person(daemon, chrome, code, "Ada", { viewport: { width: 1280, height: 720 } });
		const bo = await person(daemon, chrome, code, "Bo", PHONE);
		const cia = await person(daemon, chrome, code, "Cia", { ...PHONE, viewport: { width: 320, height: 568 } });
		await fay.ask("rooms", 0, 0, [1, 1]);
		await fay.ask("go", STEP, 0, []);
		for (const activity of [1, 2, 3])
			await fay.ask("open", activity, 0, [600_000]);

		/* The pen proposes, all confirm, and another answer asks everybody anew. */
		await button(ada, "Ja, jag antecknar").click();
		await ada.getByRole("button", { name: /^Min röst/ }).click();
		await ada.locator("label.place", { hasText: "Hela myndigheten" }).click();
		for (const page of [bo, cia])
			await sees(page, "Ada föreslår: Hela myndigheten. Stämmer det?");
		await button(bo, "Stämmer").tap();
		for (const page of [ada, bo, cia])
			await sees(page, "2 av 3 stämmer");
		await button(cia, "Inte än").tap();
		await sees(ada, "Inte än: Cia");
		assert.equal(await button(bo, "Stämmer").getAttribute("aria-pressed"), "true");
		await axe(bo, "room-agree.sv");
		await axe(cia, "room-agree-small.sv");
		await ada.locator("label.place", { hasText: "Vår enhet" }).click();
		for (const page of [bo, cia]) {
			await sees(page, "Ada föreslår: Vår enhet. Stämmer det?");
			await until("asked anew", async () => (await page.getByRole("button", { pressed: true }).count()) === 0);
		}
		await sees(ada, "1 av 3 stämmer");
		/* One of them from a place without network: said when it is back, and counted once. */
		await cia.context().setOffline(true);
		await button(cia, "Stämmer").tap();
		await sees(cia, "Inte sparat än");
		await button(bo, "Stämmer").tap();
		await sees(ada, "2 av 3 stämmer");
		await cia.context().setOffline(false);
		for (const page of [ada, bo, cia])
			await sees(page, "Alla 3 stämmer");

		/* Somebody leads, and turns the room's pages. */
		await sheet(bo);
		await sees(bo, "Ingen leder samtalet än.");
		await button(bo, "Jag leder samtalet").tap();
		await sees(bo, "Du leder samtalet.");
		await axe(bo, "room-sheet.sv");
		await button(bo.getByRole("dialog"), "Visa frågan för rummet").tap();
		await button(bo.getByRole("dialog"), "Nästa fråga för rummet").tap();
		await close(bo);
		for (const page of [bo, cia]) {
			await stands(page, "Det finns tid");
			await sees(page, "Rummet talar om denna");
		}
		/* Not under somebody who is in the middle of a text field. */
		await cia.getByRole("spinbutton").focus();
		await button(bo, "Nästa fråga för rummet").tap();
		await stands(bo, "Det finns mod");
		await sees(cia, "Rummet talar om fråga 3.");
		await stands(cia, "Det finns tid");
		await axe(cia, "room-elsewhere.sv");
		await button(cia, "Gå dit").tap();
		await stands(cia, "Det finns mod");

		/* Five minutes more; and the time stands still. */
		await sheet(bo);
		await button(bo, "Be om 5 minuter").tap();
		await sees(bo, "Ni har bett om 5 minuter till. Ni är nummer 1 i kön.");
		assert.deepEqual(fay.section("signals", ROOM).get(2).slice(1), [1, 5]);
		await close(bo);
		await fay.ask("pause", 0, 0, [400_000]);
		for (const page of [ada, bo, cia])
			await until("the time stands still", async () => (await page.locator(".timer").first().innerText()).replace(/\s+/g, " ") === "Pausad 6:40");
		await fay.ask("time", 0, 0, [400_000]);
		await until("the time runs", async () => !(await bo.locator(".timer").innerText()).includes("Pausad"));

		/* Who goes is told as away; the talk is handed over to who is here. */
		await cia.close();
		await sheet(bo);
		await sees(bo, "Cia, borta just nu", 30_000);
		await button(bo, "Lämna över samtalet").tap();
		assert.equal(await button(bo, "Cia").count(), 0, "nobody hands the talk to somebody who is away");
		await button(bo.getByRole("dialog"), "Ada").tap();
		await sees(bo, "Ada leder samtalet.");
		await button(ada, "Till anteckningarna").first().click();
		await sees(ada, "Du leder samtalet.");
		await axe(ada, "room-notes-leader.sv");
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

/** The last answer of a room opens its discussion, and there is no way back: a figure half typed, a step of several, are no answer. */
async function half_typed() {
	problems.length = 0;
	const daemon = await Daemon.make();
	const chrome = await browser();
	const pages = [];
	try {
		const { fay, code } = await founded(daemon, "Rumsprov", STEPS, ["Alen"]);
		pages.push(fay);
		const bo = await person(daemon, chrome, code, "Bo", PHONE);
		const cia = await person(daemon, chrome, code, "Cia", PHONE);
		await fay.ask("rooms", 0, 0, [1, 1]);
		await fay.ask("go", STEP, 0, []);
		await fay.ask("open", 4, 0, [0]);
		for (const page of [bo, cia])
			await stands(page, "Det finns pengar");
		await bo.locator(".scale .line").click({ position: { x: 60, y: 30 } });
		await until("saved", () => bo.evaluate(() => document.querySelector("[data-saved]")?.dataset.saved === "saved"));
		/* Slow fingers: as long between the keys as the page once waited, and longer. */
		await cia.getByRole("spinbutton").focus();
		await cia.keyboard.type("63", { delay: 600 });
		await sees(cia, "Alla i rummet har svarat.", 30_000);
		const [answers, , , , , , ...places] = decode(fay.section("result", 4, ROOM).get(1)[3]);
		assert.equal(answers, 2);
		assert.ok(places.filter((_, i) => i % 2 === 0).includes(630), `63 is what counts: ${places}`);
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

export default { "the room on its own": the_room, "a figure half typed opens no room's discussion": half_typed };
