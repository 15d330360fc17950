// SPDX-License-Identifier: EUPL-1.2
// One vote with a facilitator, a screen and six phones in two rooms. One phone reloads, one goes offline and comes back, the daemon is killed and started again in
// the middle. What the screen shows at the end is what was cast, and nothing that a page called saved was lost.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Daemon, KEY, axePath, browser, out, until } from "./stage.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, reducedMotion: "reduce" };
const WORDS = {
	sv: { join: "Gå med", start: "Starta nu", rooms: /Dela in 6 i 2 rum/, saved: "saved" },
	en: { join: "Join" },
};
/** What each phone means to vote: item -> dots. Five dots, three at most on one. */
const PLAN = [{ 1: 3, 2: 2 }, { 1: 1, 3: 3, 5: 1 }, { 2: 2, 4: 2, 5: 1 }, { 1: 2, 3: 1 }, { 5: 3, 2: 1, 1: 1 }, { 4: 1 }];
const LANGUAGE = ["sv", "en", "sv", "en", "sv", "sv"];

const problems = [];
function watch(page, name) {
	page.on("pageerror", (e) => problems.push(`${name}: ${e.message}`));
	page.on("console", (m) => {
		/* While the daemon is away the browser itself complains about every attempt. */
		if (m.type() === "error" && !/WebSocket|ERR_|Failed to load resource/.test(m.text()))
			problems.push(`${name}: ${m.text()}`);
	});
}

const place = (page, item) => page.locator(`button.place[data-item="${item}"]`).click();
/** What a phone shows: its dots per row, how many of them are full, and what it says about saving. */
const shown = (page) => page.evaluate(() => ({
	saying: document.querySelector("[data-saved]")?.dataset.saved ?? "",
	rows: Object.fromEntries([...document.querySelectorAll(".rows.dots > li")].map((li) => {
		const discs = [...li.querySelectorAll(".disc")];
		const full = discs.filter((d) => d.classList.contains("disc-saved")).length;
		const way = discs.filter((d) => d.classList.contains("disc-way")).length;
		return [li.dataset.item, { full, way }];
	}).filter(([, r]) => r.full + r.way > 0)),
}));
const full = (seen) => Object.fromEntries(Object.entries(seen.rows).map(([item, r]) => [item, r.full]).filter(([, n]) => n > 0));
const same = (x, y) => JSON.stringify(Object.entries(x).sort()) === JSON.stringify(Object.entries(y).sort());
const savedAs = (page, plan, what) => until(what, async () => {
	const seen = await shown(page);
	return seen.saying === "saved" && same(full(seen), plan) ? seen : false;
}, 25_000);
/** Which of the dots that stood there as saved are no longer there. */
const lost = (before, after) => Object.entries(before).filter(([item, n]) => (after[item] ?? 0) < n).map(([item, n]) => `item ${item}: ${n} were saved, ${after[item] ?? 0} are there`);

let axeSource = "";
async function axe(page, name) {
	axeSource ||= await readFile(axePath, "utf8");
	for (const colorScheme of ["light", "dark"]) {
		await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
		await page.evaluate(axeSource);
		const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
		const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
		await page.screenshot({ path: join(out(), `${name}.${colorScheme}.png`), caret: "initial" });
		assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join("; ")}`), [], `axe on ${name}, ${colorScheme}`);
	}
	await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}
const speak = async (page, language) => {
	await page.evaluate((l) => localStorage.setItem("bp.language", l), language);
	await page.reload();
};

async function start(daemon, chrome, { secret = true } = {}) {
	const desk = await (await chrome.newContext({ viewport: { width: 1440, height: 900 }, locale: "sv-SE", reducedMotion: "reduce" })).newPage();
	watch(desk, "facilitator");
	await desk.goto(`${daemon.origin}/#new.${KEY}`);
	await desk.getByRole("button", { name: WORDS.sv.start }).waitFor();
	assert.ok(!desk.url().includes(KEY), "the key has left the address");
	if (!secret)
		await desk.getByLabel("Öppet", { exact: true }).check();
	await desk.getByRole("button", { name: WORDS.sv.start }).click();
	await desk.locator(".desk").waitFor();
	assert.match(desk.url(), /#[0-9a-f]{16}\.[0-9a-f]{8}$/, "the token has left the address");
	const code = (await desk.locator(".desk-top .chip").first().textContent()).replace(/Kod|\s/g, "");
	const sid = desk.url().split("#")[1].split(".")[0];
	const token = await desk.evaluate((name) => localStorage.getItem(name), `bp.links.${sid}.screen`);
	const screen = await (await chrome.newContext({ viewport: { width: 1920, height: 1080 }, locale: "en-GB", reducedMotion: "reduce" })).newPage();
	watch(screen, "screen");
	await screen.goto(`${daemon.origin}/#${sid}.${token}`);
	await screen.locator(".screen .code").waitFor();
	return { desk, screen, code };
}
async function phone(daemon, chrome, code, i, how = "link") {
	const context = await chrome.newContext({ ...PHONE, locale: LANGUAGE[i] === "sv" ? "sv-SE" : "en-GB" });
	const page = await context.newPage();
	watch(page, `phone ${i + 1}`);
	if (how === "code") {
		await page.goto(daemon.origin);
		await page.locator("#code").fill(`${code.slice(0, 4).toLowerCase()} ${code.slice(4)}`);
		await page.locator("button.primary").click();
	} else {
		await page.goto(`${daemon.origin}/#${code}`);
	}
	await page.locator("#name").fill(["Aino", "Björn", "Cia", "Dan", "Eva", "Fatima"][i]);
	if (i < 2)
		await axe(page, `join.${LANGUAGE[i]}`);
	await page.getByRole("button", { name: WORDS[LANGUAGE[i]].join, exact: true }).click();
	await page.locator(".person").waitFor();
	return page;
}
const totals = (plans) => {
	const sum = {};
	for (const plan of plans)
		for (const [item, n] of Object.entries(plan))
			sum[item] = (sum[item] ?? 0) + n;
	return sum;
};
const act = (desk, name) => async () => {
	const one = desk.locator("button.one");
	if (!name.test(await one.textContent()) || (await one.getAttribute("aria-disabled")) === "true")
		return false;
	await one.click();
	return true;
};

async function story() {
	problems.length = 0;
	const daemon = await Daemon.make();
	const chrome = await browser();
	try {
		const { desk, screen, code } = await start(daemon, chrome);
		await axe(desk, "facilitator-lobby");
		const phones = [];
		for (let i = 0; i < 6; i++)
			phones.push(await phone(daemon, chrome, code, i, i === 2 ? "code" : "link"));
		await until("six are here", async () => (await desk.locator(".desk-top").textContent()).includes("6 här"));
		await axe(screen, "screen-join");
		for (let i = 0; i < 3; i++)
			await desk.getByRole("button", { name: "Färre" }).click();
		await desk.getByRole("button", { name: WORDS.sv.rooms }).click();
		await desk.locator(".tile").nth(1).waitFor();
		await until("open the vote", act(desk, /^Öppna/));
		for (const page of phones)
			await page.locator("button.place").first().waitFor();

		/* Phone 1 places some, reloads at once, and goes on. */
		await place(phones[0], 1);
		await place(phones[0], 1);
		await phones[0].reload();
		await savedAs(phones[0], { 1: 2 }, "phone 1: two dots are there after the reload");
		await place(phones[0], 1);
		await place(phones[0], 2);

		/* Phone 2 goes offline, votes, and must not call it saved. */
		await place(phones[1], 1);
		await savedAs(phones[1], { 1: 1 }, "phone 2: the first dot");
		await phones[1].context().setOffline(true);
		for (const item of [3, 3, 3])
			await place(phones[1], item);
		await until("phone 2 says that it is not saved", async () => {
			const seen = await shown(phones[1]);
			assert.deepEqual(full(seen), { 1: 1 }, "no full dot without contact");
			return seen.saying === "unsaved";
		});
		await axe(phones[1], "dots-offline.en");

		/* Phones 3 and 4 vote; the daemon dies in the middle. */
		for (const item of [2, 2, 4, 4, 5])
			await place(phones[2], item);
		await place(phones[3], 1);
		await savedAs(phones[3], { 1: 1 }, "phone 4: the first dot");
		const clicking = (async () => { for (const item of [1, 3]) await place(phones[3], item); })();
		await daemon.kill("SIGKILL");
		await clicking;
		const before = await Promise.all(phones.map(async (page) => full(await shown(page))));
		for (const item of [5, 5, 5, 2])
			await place(phones[4], item);
		await until("phone 5 says that it is not saved", async () => (await shown(phones[4])).saying === "unsaved");
		assert.deepEqual(full(await shown(phones[4])), {}, "phone 5: nothing is full while the daemon is away");
		await until("the screen says that it is stale", async () => (await screen.locator("footer.stale").count()) === 1, 20_000);
		await screen.screenshot({ path: join(out(), "screen-stale.png"), caret: "initial" });
		await desk.screenshot({ path: join(out(), "facilitator-away.png"), caret: "initial" });
		await daemon.start();
		await phones[1].context().setOffline(false);
		for (const item of [5])
			await place(phones[1], item);
		await place(phones[4], 1);
		await place(phones[5], 4);
		await place(phones[0], 2);
		for (const [i, page] of phones.entries())
			await savedAs(page, PLAN[i], `phone ${i + 1}: everything is saved after the restart`);
		const after = await Promise.all(phones.map(async (page) => full(await shown(page))));
		assert.deepEqual(before.flatMap((b, i) => lost(b, after[i]).map((l) => `phone ${i + 1}, ${l}`)), [], "nothing called saved was lost");
		await until("the screen has found back", async () => (await screen.locator("footer.stale").count()) === 0, 20_000);
		await phones[3].reload();
		await savedAs(phones[3], PLAN[3], "phone 4: the same from the daemon alone");
		await axe(phones[0], "dots.sv");
		await axe(phones[3], "dots.en");
		await axe(desk, "facilitator-open.sv");
		await axe(screen, "screen-task.sv");
		await speak(desk, "en");
		await desk.locator(".desk").waitFor();
		await axe(desk, "facilitator-open.en");
		await speak(desk, "sv");
		await until("all six are counted", async () => (await desk.locator(".now").textContent()).includes("6 av 6"));

		await until("close", act(desk, /^Stäng röstningen/));
		await until("the grace is shown to phones", async () => (await phones[0].locator(".grace").count()) === 1);
		await phones[0].screenshot({ path: join(out(), "dots-grace.png"), caret: "initial" });
		await until("close now", act(desk, /^Stäng nu/));
		await until("the phones say closed", async () => (await phones[4].locator(".closed").count()) === 1);
		assert.equal(await screen.locator(".screen-rows").count(), 0, "hidden until revealed");
		await until("reveal", act(desk, /^Visa resultatet/), 30_000);
		const want = totals(PLAN);
		const items = (await desk.evaluate(() => 0), await phones[0].locator(".results h3").first().waitFor(), want);
		const names = await phones[0].evaluate(() => [...document.querySelectorAll(".results h3")].map((h) => h.textContent));
		assert.equal(names.length, 5);
		await screen.locator(".screen-rows .figure").first().waitFor();
		const drawn = await screen.evaluate(() => [...document.querySelectorAll(".rows-zone > .screen-rows li")].map((li) => [li.querySelector(".name").textContent, Number(li.querySelector(".figure").textContent)]));
		const words = ["Backar våra chefer", "Finns det tid", "Har vi regler", "Får vi veta", "Vet medarbetarna"];
		assert.deepEqual(Object.fromEntries(drawn.map(([name, n]) => [words.findIndex((w) => name.startsWith(w)) + 1, n])), Object.fromEntries(Object.entries(items)), "the screen shows what was cast");
		assert.deepEqual(drawn.map(([, n]) => n), drawn.map(([, n]) => n).sort((x, y) => y - x), "in the order of the result");
		await axe(screen, "screen-result.sv");
		await axe(phones[0], "result.sv");
		await axe(phones[3], "result.en");
		await axe(desk, "facilitator-revealed.sv");
		await desk.getByRole("button", { name: "Rum för rum" }).click();
		await screen.locator(".room-rows li").nth(1).waitFor();
		const rooms = await screen.evaluate(() => [...document.querySelectorAll(".room-rows .figure")].map((f) => Number(f.textContent)));
		assert.equal(rooms.reduce((n, x) => n + x, 0), Math.max(...Object.values(want)), "the rooms add up to all, for the first item");
		await axe(screen, "screen-rooms.sv");
		assert.deepEqual(problems, [], "no page complained");
	} finally {
		await chrome.close();
		await daemon.finish();
	}
}

/** Control: a daemon that forgets at a kill. The check for lost dots has to find it. */
async function control() {
	const daemon = await Daemon.make(["--memory"]);
	const chrome = await browser();
	try {
		const { desk, code } = await start(daemon, chrome, { secret: false });
		const page = await phone(daemon, chrome, code, 5);
		await until("open the vote", act(desk, /^Öppna/));
		await place(page, 4);
		await savedAs(page, { 4: 1 }, "one dot");
		const before = full(await shown(page));
		await daemon.kill("SIGKILL");
		await daemon.start();
		await page.reload();
		await until("the page says what is the matter", async () => (await page.locator("h1").count()) === 1);
		const found = lost(before, full(await shown(page)));
		assert.deepEqual(found, ["item 4: 1 were saved, 0 are there"], "the planted loss is found");
	} finally {
		await chrome.close();
		await daemon.finish();
	}
}

export default { "one vote, six phones, a reload, a loss of contact, a killed daemon": story, "control: a journal that forgets is found out": control };
