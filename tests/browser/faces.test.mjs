// SPDX-License-Identifier: EUPL-1.2
// What else the faces can do, each against the real daemon: what a facilitator presses is what people see.
import assert from "node:assert/strict";
import { join } from "node:path";
import { LANGUAGE, PHONE, act, axe, full, phone, place, problems, savedAs, shown, start } from "./people.mjs";
import { Daemon, browser, out, until } from "./stage.mjs";

const sees = (page, words, what = words) => until(what, async () => (await page.locator("body").innerText()).includes(words));
const stage = (story) => async () => {
	problems.length = 0;
	const daemon = await Daemon.make();
	const chrome = await browser();
	try {
		await story(daemon, chrome);
		assert.deepEqual(problems, [], "no page complained");
	} finally {
		await chrome.close();
		await daemon.finish();
	}
};

/** Say, look, time, hold, move, reveal, hide, ask again, spotlight, links, end. */
const acts = stage(async (daemon, chrome) => {
	const { desk, screen, code } = await start(daemon, chrome, { secret: false });
	const phones = [];
	for (let i = 0; i < 4; i++)
		phones.push(await phone(daemon, chrome, code, i));
	await sees(desk, "4 här");
	for (let i = 0; i < 4; i++)
		await desk.getByRole("button", { name: "Färre" }).click();
	await desk.getByRole("button", { name: /Dela in 4 i 2 rum/ }).click();
	await desk.locator(".tile").nth(1).waitFor();
	await until("open", act(desk, /^Öppna/));
	await place(phones[0], 1);
	await savedAs(phones[0], { 1: 1 }, "the first dot");

	/* Who comes late stands in the running step, in a room. */
	const late = await phone(daemon, chrome, code, 4);
	await late.locator("button.place").first().waitFor();
	assert.match(await late.locator(".where").textContent(), /^Rum [12]/);
	await sees(desk, "5 här");

	/* Another name, seen by the facilitator. */
	await late.locator(".where").click();
	await late.locator("#own-name").fill("Eva-Lena");
	await late.getByRole("button", { name: "Ändra namn" }).click();
	const room_of = Number(/\d/.exec(await late.locator(".where").textContent())[0]);
	await desk.locator(".tile").nth(room_of - 1).click();
	await desk.getByLabel(/Eva-Lena/).waitFor();
	await desk.locator("dialog .round").click();

	/* Say something: a band on every phone, and the screen's content. */
	await desk.getByRole("button", { name: "Meddela alla" }).click();
	await desk.locator("#say").fill("Kaffe finns i foajén.");
	await axe(desk, "facilitator-say");
	await desk.getByRole("button", { name: /^Säg till 5/ }).click();
	await sees(phones[2], "Kaffe finns i foajén.");
	await sees(screen, "Kaffe finns i foajén.");
	await phones[2].getByRole("button", { name: "Uppfattat" }).click();
	await until("put away on one phone", async () => !(await phones[2].locator("main").innerText()).includes("Kaffe"));
	await desk.getByRole("button", { name: "Meddela alla" }).click();
	await desk.getByRole("button", { name: "Ta bort" }).click();
	await desk.locator("dialog .round").click();
	await until("gone from the screen", async () => !(await screen.locator("body").innerText()).includes("Kaffe"));

	/* Look at the running result; phones and screen do not see it. */
	await desk.getByRole("button", { name: /^Titta på ställningen/ }).click();
	await desk.locator(".running li b", { hasText: "1" }).first().waitFor();
	assert.equal(await phones[1].locator(".results").count() + await screen.locator(".screen-rows").count(), 0, "nobody else looks");

	/* Time. */
	const clock = async () => { const [m, s] = (await phones[0].locator(".timer").textContent()).split(":").map(Number); return 60 * m + s; };
	const before = await clock();
	await desk.getByRole("button", { name: /^\+5 min/ }).click();
	await until("five minutes more on the phone", async () => (await clock()) > before + 290);

	/* Move somebody: the phone says so, and the vote counts where it was cast. */
	const home = await phones[0].locator(".where").textContent();
	const from = Number(/\d+/.exec(home)[0]), to = from === 1 ? 2 : 1;
	await desk.locator(".tile").nth(from - 1).click();
	await desk.getByLabel(/Aino/).check();
	await desk.locator("#target").selectOption(String(to));
	await axe(desk, "facilitator-room");
	await desk.getByRole("button", { name: "Flytta 1" }).click();
	await desk.locator("dialog .round").click();
	await sees(phones[0], `Du är nu i Rum ${to}.`);
	await phones[0].screenshot({ path: join(out(), "moved.png"), caret: "initial" });
	assert.deepEqual(full(await shown(phones[0])), { 1: 1 });

	/* Close, hold, close now, reveal, spotlight, hide, ask again. */
	await until("close", act(desk, /^Stäng röstningen/));
	await sees(phones[0], "Tiden är ute.");
	await desk.getByRole("button", { name: "Håll öppet" }).click();
	await until("open again", async () => (await phones[0].locator(".grace").count()) === 0 && (await phones[0].locator("button.place").count()) === 5);
	await place(phones[0], 2);
	await savedAs(phones[0], { 1: 1, 2: 1 }, "a dot after hold");
	await until("close", act(desk, /^Stäng röstningen/));
	await until("close now", act(desk, /^Stäng nu/));
	await sees(phones[1], "Voting is closed");
	await until("reveal", act(desk, /^Visa resultatet/));
	await phones[0].locator(".results li").first().waitFor();
	await screen.locator(".rows-zone > .screen-rows .figure").first().waitFor();
	await desk.locator(".tile").nth(0).click();
	await desk.getByRole("button", { name: "Visa rummet på storbilden" }).click();
	await sees(screen, "Rum 1");
	await axe(screen, "screen-room");
	/* The same screen as text, on a phone: it follows, with the room in its heading. */
	await phones[0].locator("button.aa").click();
	await phones[0].getByRole("button", { name: "Storbilden som text" }).click();
	await phones[0].locator(".as-text h3", { hasText: "Rum 1" }).waitFor();
	await axe(phones[0], "screen-as-text");
	await phones[0].locator("dialog .round").click();
	await desk.getByRole("button", { name: "Dölj igen" }).click();
	await until("hidden from everybody", async () => (await phones[0].locator(".results").count()) + (await screen.locator(".screen-rows").count()) === 0);
	await until("reveal once more", act(desk, /^Visa resultatet/));
	await phones[0].locator(".results li").first().waitFor();
	await desk.getByRole("button", { name: "Fråga igen" }).click();
	await until("the second round", act(desk, /^Öppna/));
	await sees(phones[0], "Omgång 2");
	assert.deepEqual(full(await shown(phones[0])), {}, "a new round begins empty");

	/* A deputy's link works, and the page can be opened again by its address. */
	await desk.getByRole("button", { name: "Länkar" }).click();
	assert.ok(!/[A-Za-z0-9_-]{22}/.test(await desk.locator("dialog").innerText()), "no link is shown whole");
	await desk.locator(".links li", { hasText: "Medledarlänk" }).getByRole("button").click();
	await desk.locator(".links li", { hasText: "Medledarlänk" }).getByText("Kopierad").waitFor();
	const [opened] = await Promise.all([desk.context().waitForEvent("page"), desk.getByRole("dialog").getByRole("button", { name: "Öppna storbilden" }).click()]);
	await opened.locator(".screen").waitFor();
	await opened.close();
	const sid = desk.url().split("#")[1].split(".")[0];
	const token = await desk.evaluate((name) => localStorage.getItem(name), `bp.links.${sid}.deputy`);
	await desk.locator("dialog .round").click();
	const deputy = await (await chrome.newContext({ viewport: { width: 390, height: 844 }, locale: "sv-SE" })).newPage();
	await until("the deputy's page", async () => {
		await deputy.goto("about:blank");
		await deputy.goto(`${daemon.origin}/#${sid}.${token}`);
		await deputy.locator(".desk").waitFor({ timeout: 3000 });
		return true;
	});
	await axe(deputy, "deputy-phone");
	await deputy.reload();
	await deputy.locator(".desk").waitFor();

	/* The end. */
	await desk.getByRole("button", { name: "Avsluta workshopen" }).first().click();
	await desk.getByRole("button", { name: "Avsluta för alla" }).click();
	await sees(phones[0], "Workshopen är slut.");
	await sees(screen, "Tack för i dag");
	await axe(phones[0], "over");
});

/** By keyboard alone: into the session, dots by + and digits, minus takes back; every focused thing has a ring. */
const keyboard = stage(async (daemon, chrome) => {
	const { desk, code } = await start(daemon, chrome);
	const page = await (await chrome.newContext({ ...PHONE, hasTouch: false, locale: "sv-SE" })).newPage();
	await page.goto(`${daemon.origin}/#${code}`);
	await page.locator("#name").waitFor();
	const focus = async (ask) => {
		for (let i = 0; i < 30; i++) {
			await page.keyboard.press("Tab");
			const seen = await page.evaluate(() => {
				const at = document.activeElement;
				const ring = at === document.body ? "none" : [at, at.nextElementSibling].filter(Boolean).map((n) => getComputedStyle(n).outlineStyle).find((o) => o !== "none") ?? "none";
				return { id: at.id, words: at.innerText ?? "", ring };
			});
			if (ask(seen)) {
				assert.notEqual(seen.ring, "none", `a ring on ${seen.id || seen.words}`);
				return;
			}
		}
		assert.fail("not reached by Tab");
	};
	await focus((f) => f.id === "name");
	await page.keyboard.type("Göran");
	await focus((f) => f.words === "Gå med");
	await page.keyboard.press("Enter");
	await page.locator(".person").waitFor();
	await until("open", act(desk, /^Öppna/));
	await page.locator("button.place").first().waitFor();
	await focus((f) => f.words.includes("Backar"));
	await page.keyboard.press("+");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("3");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Enter");
	await savedAs(page, { 1: 1, 2: 3, 3: 1 }, "five dots by keyboard");
	await page.keyboard.press("+");
	await sees(page, "Du har inga prickar kvar.");
	await page.keyboard.press("-");
	await savedAs(page, { 1: 1, 2: 3 }, "one taken back");
	await page.keyboard.press("ArrowUp");
	await page.keyboard.press("+");
	await sees(page, "Högst 3 prickar på samma rad.");
	await page.screenshot({ path: join(out(), "keyboard.png"), caret: "initial" });
});

/** One person, two tabs: two lanes, one ballot. Five tabs: the first one is told. */
const tabs = stage(async (daemon, chrome) => {
	const { desk, code } = await start(daemon, chrome, { secret: false });
	const first = await phone(daemon, chrome, code, 0);
	await until("open", act(desk, /^Öppna/));
	const second = await first.context().newPage();
	await second.goto(`${daemon.origin}/#${code}`);
	await second.locator("button.place").first().waitFor();
	await place(first, 1);
	await savedAs(first, { 1: 1 }, "on the first tab");
	await savedAs(second, { 1: 1 }, "seen on the second");
	await place(second, 2);
	await savedAs(second, { 1: 1, 2: 1 }, "on the second tab");
	await savedAs(first, { 1: 1, 2: 1 }, "seen on the first");
	const lanes = await first.evaluate(() => Object.keys(localStorage).filter((key) => key.includes(".lane.")).length);
	assert.equal(lanes, 2, "each tab has a lane of its own");
	for (let i = 0; i < 3; i++) {
		const more = await first.context().newPage();
		await more.goto(`${daemon.origin}/#${code}`);
		await more.locator("button.place").first().waitFor();
	}
	await sees(first, "Öppen på en annan flik");
	await axe(first, "elsewhere");
});

/** A choice held by the room: what one saves the others see; and a wrong code, kept as typed. */
const room = stage(async (daemon, chrome) => {
	const { desk, code } = await start(daemon, chrome, { secret: false, prepare: async (page) => {
		await page.getByLabel("Val", { exact: true }).check();
		await page.getByLabel("Rummet svarar tillsammans").check();
		await page.locator("#items").fill("Enhet\nHela myndigheten\nFlera organisationer");
	} });
	const wrong = await (await chrome.newContext({ ...PHONE, locale: "sv-SE" })).newPage();
	await wrong.goto(daemon.origin);
	await wrong.locator("#code").fill("k7mp-3xqr");
	await wrong.locator("button.primary").click();
	await sees(wrong, "Koden finns inte.");
	assert.equal(await wrong.locator("#code").inputValue(), "K7MP3XQR", "what was typed is kept");
	await axe(wrong, "code-wrong");
	const phones = [await phone(daemon, chrome, code, 0), await phone(daemon, chrome, code, 2)];
	await desk.getByRole("button", { name: /Dela in 2 i 1 rum/ }).click();
	await until("open", act(desk, /^Öppna/));
	await phones[0].locator("label.place").nth(1).click();
	await until("saved where it was chosen", async () => (await phones[0].locator("[data-saved]").getAttribute("data-saved")) === "saved");
	await until("full on the other phone", async () => (await phones[1].locator("label.place").nth(1).locator(".dot-saved").count()) === 1);
	await axe(phones[1], "choice-room");
	assert.equal(LANGUAGE[2], "sv");
});

export default {
	"what the facilitator presses is what people see": acts,
	"by keyboard alone": keyboard,
	"two tabs are one person with two lanes": tabs,
	"a room answers together; a wrong code": room,
};
