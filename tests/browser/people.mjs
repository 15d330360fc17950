// SPDX-License-Identifier: EUPL-1.2
// What a facilitator and phones do and see, for the browser tests.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Page, decode, encode } from "../e2e/page.mjs";
import { KEY, axePath, out, until } from "./stage.mjs";

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, reducedMotion: "reduce" };
export const WORDS = {
	sv: { join: "Gå med", start: "Starta nu", rooms: /Dela in 6 i 2 rum/, saved: "saved" },
	en: { join: "Join" },
};
export const LANGUAGE = ["sv", "en", "sv", "en", "sv", "sv", "en", "sv"];
export const NAMES = ["Aino", "Björn", "Cia", "Dan", "Eva", "Fatima", "Greta", "Hanna"];
export const problems = [];
export function watch(page, name) {
	page.on("pageerror", (e) => problems.push(`${name}: ${e.message}`));
	page.on("console", (m) => {
		/* While the daemon is away the browser itself complains about every attempt. */
		if (m.type() === "error" && !/WebSocket|ERR_|Failed to load resource/.test(m.text()))
			problems.push(`${name}: ${m.text()}`);
	});
}

export const text = (...words) => [["sv", ...words]];
/** A session by protocol 7.2, and its facilitator without a browser. */
export async function founded(daemon, title, steps, rooms) {
	const token = randomBytes(16), hash = createHash("sha256").update(token).digest();
	const body = encode([1, true, "sv", 0, 0, "", text(title), null, [[16, hash, text("Fay")]], steps, rooms.map((name) => text(name, ""))]);
	const answer = await fetch(`${daemon.origin}/api/sessions`, { method: "POST", body, headers: { authorization: `Bearer ${KEY}`, "content-type": "application/msgpack" } });
	assert.equal(answer.status, 201);
	const [sid, code] = decode(new Uint8Array(await answer.arrayBuffer()));
	const fay = new Page({ port: daemon.port, door: 1, place: sid, token }).come();
	await fay.until(() => fay.welcome);
	await fay.ask("join", 0, 0, []);
	return { fay, code };
}
/** Somebody with a browser of their own, who has come in by the code. */
export async function person(daemon, chrome, code, name, options) {
	const page = await (await chrome.newContext({ locale: "sv-SE", reducedMotion: "reduce", ...options })).newPage();
	watch(page, name);
	await page.goto(`${daemon.origin}/#${code}`);
	await page.locator("#name").fill(name);
	await page.getByRole("button", { name: "Gå med", exact: true }).click();
	await page.locator(".person").waitFor();
	return page;
}

export const place = (page, item) => page.locator(`button.place[data-item="${item}"]`).click();
/** What a phone shows: its dots per row, how many of them are full, and what it says about saving. */
export const shown = (page) => page.evaluate(() => ({
	saying: document.querySelector("[data-saved]")?.dataset.saved ?? "",
	rows: Object.fromEntries([...document.querySelectorAll(".rows.dots > [role=group]")].map((li) => {
		const discs = [...li.querySelectorAll(".disc")];
		const full = discs.filter((d) => d.classList.contains("disc-saved")).length;
		const way = discs.filter((d) => d.classList.contains("disc-way")).length;
		return [li.dataset.item, { full, way }];
	}).filter(([, r]) => r.full + r.way > 0)),
}));
export const full = (seen) => Object.fromEntries(Object.entries(seen.rows).map(([item, r]) => [item, r.full]).filter(([, n]) => n > 0));
const same = (x, y) => JSON.stringify(Object.entries(x).sort()) === JSON.stringify(Object.entries(y).sort());
export const savedAs = (page, plan, what) => until(what, async () => {
	const seen = await shown(page);
	return seen.saying === "saved" && same(full(seen), plan) ? seen : false;
}, 25_000);
/** Which of the dots that stood there as saved are no longer there. */
export const lost = (before, after) => Object.entries(before).filter(([item, n]) => (after[item] ?? 0) < n).map(([item, n]) => `item ${item}: ${n} were saved, ${after[item] ?? 0} are there`);

let axeSource = "";
export async function axe(page, name) {
	axeSource ||= await readFile(axePath, "utf8");
	for (const colorScheme of ["light", "dark"]) {
		await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
		if (await page.evaluate(() => window.axe === undefined))
			await page.evaluate(axeSource);
		const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
		const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
		await page.screenshot({ path: join(out(), `${name}.${colorScheme}.png`), caret: "initial" });
		assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join("; ")}`), [], `axe on ${name}, ${colorScheme}`);
	}
	await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}
export const speak = async (page, language) => {
	await page.evaluate((l) => localStorage.setItem("bp.language", l), language);
	await page.reload();
};

/** The start page, with the creation key. */
export async function atStart(daemon, chrome) {
	const desk = await (await chrome.newContext({ viewport: { width: 1440, height: 900 }, locale: "sv-SE", reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"] })).newPage();
	watch(desk, "facilitator");
	await desk.goto(`${daemon.origin}/#new.${KEY}`);
	await desk.getByRole("button", { name: WORDS.sv.start }).waitFor();
	assert.ok(!desk.url().includes(KEY), "the key has left the address");
	return desk;
}

/** A question of one's own begun on the start page: secret dots unless told otherwise; prepare: more to fill in. */
export async function start(daemon, chrome, { secret = true, prepare } = {}) {
	const desk = await atStart(daemon, chrome);
	await desk.locator("label", { hasText: "Egen fråga" }).click();
	/* A daemon with a catalog offers that first. */
	if (await desk.locator("input[value=own]").count())
		await desk.locator("input[value=own]").check({ force: true });
	if (!secret)
		await desk.getByLabel("Öppet", { exact: true }).check();
	await prepare?.(desk);
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
export async function phone(daemon, chrome, code, i, { how = "link", look = false, device = PHONE } = {}) {
	const context = await chrome.newContext({ ...device, locale: LANGUAGE[i] === "sv" ? "sv-SE" : "en-GB" });
	const page = await context.newPage();
	watch(page, `phone ${i + 1}`);
	if (how === "code") {
		await page.goto(daemon.origin);
		await page.locator("#code").fill(`${code.slice(0, 4).toLowerCase()} ${code.slice(4)}`);
		await page.locator("button.primary").click();
	} else {
		await page.goto(`${daemon.origin}/#${code}`);
	}
	await page.locator("#name").fill(NAMES[i]);
	if (look)
		await axe(page, `join.${LANGUAGE[i]}`);
	await page.getByRole("button", { name: WORDS[LANGUAGE[i]].join, exact: true }).click();
	await page.locator(".person").waitFor();
	return page;
}
/** Press the facilitator's one button if it says so and may be pressed. What it said and whether it took the press is read when the press arrives:
 * between looking and pressing it may have become another, or rest. */
export const act = (desk, name) => async () => {
	const one = desk.locator("button.one");
	if (!name.test(await one.textContent()) || (await one.getAttribute("aria-disabled")) === "true")
		return false;
	await one.evaluate((button) => button.addEventListener("click", () => {
		button.pressed = { words: button.textContent, took: button.getAttribute("aria-disabled") !== "true" };
	}, { capture: true, once: true }));
	await one.click();
	const { words, took } = await one.evaluate((button) => button.pressed);
	assert.ok(!took || name.test(words), `pressed "${words}" in place of ${name}`);
	return took;
};

/** Turn the screen's page, back from the last one; done when the facilitator's own line says so: pressed before that, its button would ask for the page that is shown. */
export async function turned(desk) {
	const line = async () => /Sida (\d+) av (\d+)/.exec(await desk.locator("main").first().innerText());
	const [, at, of] = await until("a line that says which page the screen shows", line, 40_000);
	await desk.getByRole("button", { name: at === of ? "Förra sidan" : "Nästa sida", exact: true }).click();
	/* A line that is not there for a moment, while rows are measured anew, is not another page. */
	await until("another page in the facilitator's line", async () => {
		const now = await line();
		return now && now[1] !== at;
	}, 40_000);
}
