// SPDX-License-Identifier: EUPL-1.2
// node hands.mjs [--only TEXT] [--chromium PATH]: a participant's page under fingers, pointer and keys, in a real browser against fixtures: what is sent, what it
// says, where the focus goes, and that nothing moves under a finger. No daemon, no network.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { bundle } from "./build.mjs";

const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };
const COMMAND = { ballot: 20, pen_take: 35, note_put: 38, hand: 41, ready: 42 };
const SCOPE = 8, SIGNALS = 18, ROOM = 4, ME = 17, CLOSING = 4, CLOSED = 8, BAD_TEXT = 32;

const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const chrome = option("--chromium") ?? process.env.BOLLPLANK_CHROMIUM ?? "/usr/bin/chromium";
if (!existsSync(chrome)) {
	console.log(`skipped: there is no Chromium at ${chrome}\n0 passed, 0 failed, 1 skipped`);
	process.exit(0);
}
const folder = await mkdtemp(join(tmpdir(), "bollplank-hands-"));
await bundle(folder, "fixtures/gallery.tsx");
const server = createServer(async (request, response) => {
	const path = new URL(request.url, "http://x").pathname;
	const name = path === "/" ? "index.html" : path.slice(1);
	try {
		const bytes = await readFile(join(folder, name));
		response.writeHead(200, { "Content-Type": TYPES[name.split(".").pop()] ?? "application/octet-stream", "Content-Security-Policy": CSP }).end(bytes);
	} catch {
		response.writeHead(404).end();
	}
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const browser = await chromium.launch({
	executablePath: chrome,
	args: [...(process.getuid() ? [] : ["--no-sandbox"]), "--disable-background-networking", "--disable-component-update", "--no-first-run"],
});
const errors = [];

async function open(fixture) {
	const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, reducedMotion: "reduce" });
	const page = await context.newPage();
	page.setDefaultTimeout(10_000);
	page.on("pageerror", (e) => errors.push(`${fixture}: ${e.message}`));
	page.on("console", (m) => { if (m.type() === "error") errors.push(`${fixture}: ${m.text()}`); });
	await page.goto(`http://127.0.0.1:${server.address().port}/?fixture=${fixture}&theme=light&lang=sv`);
	await page.waitForSelector("main.face");
	return page;
}
const sent = (page, command) => page.evaluate((c) => window.daemon.commands.filter((s) => s.command === c).map((s) => new TextDecoder().decode(s.text)), command);
/** The daemon tells a section anew. */
const tell = (page, kind, a, items) => page.evaluate(([k, n, list]) => { window.daemon.put(k, n, 0, list); window.daemon.frame([window.daemon.sections.get(`${k}/${n}/0`)]); }, [kind, a, items]);
async function until(what, ask) {
	let said;
	for (const end = Date.now() + 5000; Date.now() < end; await new Promise((done) => setTimeout(done, 30))) {
		try {
			return assert.ok(await ask());
		} catch (e) {
			said = e;
		}
	}
	throw new Error(`${what}: ${said?.message}`);
}
const says = (locator, words) => until(words, async () => (await locator.getAttribute("aria-valuetext")).startsWith(words));
const same = (what, ask, want) => until(`${what} is ${JSON.stringify(want)}`, async () => { assert.deepEqual(await ask(), want); return true; });

const tests = {
	async "a rating by keys: no dot before the first press; ones, tens and ends; taken away"() {
		const page = await open("person-rate-empty");
		const slider = page.getByRole("slider");
		await slider.focus();
		await says(slider, "Inte placerad");
		assert.equal(await page.locator(".pin").count(), 0);
		for (const [key, words] of [["ArrowRight", "50 av 100, mitt emellan"], ["ArrowRight", "51 av 100, närmast ”Ja"], ["PageDown", "41 av 100, närmast ”Nej"], ["Home", "0 av 100"], ["ArrowLeft", "0 av 100"], ["End", "100 av 100"]]) {
			await page.keyboard.press(key);
			await says(slider, words);
		}
		await until("saved", () => page.locator(".pin.full").count());
		assert.ok((await sent(page, COMMAND.ballot)).length <= 5, "keys in a row are one ballot");
		await page.keyboard.press("Delete");
		await same("dots", () => page.locator(".pin").count(), 0);
	},
	async "a rating by number: within the scale only"() {
		const page = await open("person-rate-empty");
		const field = page.getByLabel("Din prick, från 0 till 100");
		await field.fill("62");
		await says(page.getByRole("slider"), "62 av 100");
		await field.fill("620");
		await says(page.getByRole("slider"), "62 av 100");
		await until("saved", () => page.locator(".pin.full").count());
	},
	async "a rating by drag: sent when let go; nothing moves; closed while dragging sends nothing"() {
		const page = await open("person-rate-empty");
		const track = page.locator(".scale .track");
		const box = await track.boundingBox();
		const y = box.y + box.height / 2;
		await page.mouse.move(box.x + box.width * 0.2, y);
		await page.mouse.down();
		await page.mouse.move(box.x + box.width * 0.8, y, { steps: 5 });
		assert.equal((await sent(page, COMMAND.ballot)).length, 0);
		await page.mouse.up();
		await same("ballots", async () => (await sent(page, COMMAND.ballot)).length, 1);
		assert.equal((await track.boundingBox()).y, box.y);
		await page.touchscreen.tap(box.x + 1, y);
		await same("ballots", async () => (await sent(page, COMMAND.ballot)).length, 2);
		await page.mouse.move(box.x + 50, y);
		await page.mouse.down();
		await page.mouse.move(box.x + 150, y);
		await tell(page, SCOPE, 0, [[4096 + 11, [CLOSED, 1]]]);
		await until("closed", () => page.locator(".closed").count());
		await page.mouse.up();
		assert.equal((await sent(page, COMMAND.ballot)).length, 2);
	},
	async "the next question is one press away, and the gate is told"() {
		const page = await open("person-rate-typical");
		await page.locator(".pager button").first().click();
		await until("the gate", async () => (await page.locator(".gate-words").innerText()) === "Samtalet öppnar när alla i rummet är klara.");
		await page.getByRole("button", { name: "Nästa fråga" }).click();
		await until("the second", async () => (await page.locator("h1").innerText()).startsWith("Det finns tid avsatt"));
	},
	async "an answer in words: saved in the pause, on leaving, and when the grace begins; too long is said and not sent"() {
		const page = await open("person-text-empty");
		await page.locator(".pager button").first().click();
		const area = page.getByLabel("Ditt svar");
		await area.pressSequentially("Att vi är många ", { delay: 15 });
		assert.equal((await sent(page, COMMAND.ballot)).length, 0);
		await same("answers", async () => (await sent(page, COMMAND.ballot)).length, 1);
		assert.equal(await area.inputValue(), "Att vi är många ", "what is typed stays as typed");
		await area.pressSequentially("och glada");
		await page.getByRole("button", { name: "Nästa fråga" }).click();
		await until("sent on leaving", async () => (await sent(page, COMMAND.ballot)).at(-1).endsWith("Att vi är många och glada"));
		await page.locator(".pager button").first().click();
		assert.equal(await area.inputValue(), "Att vi är många och glada");
		await area.fill("x".repeat(700));
		await until("too long", async () => (await page.locator(".writing .note").first().innerText()).includes("för lång"));
		await until("not saved", () => page.locator('.tray [data-saved="unsaved"]').count());
		await area.fill("kort");
		await tell(page, SCOPE, 0, [[4096 + 30, [CLOSING, 1]]]);
		await until("sent at the grace", async () => (await sent(page, COMMAND.ballot)).at(-1).endsWith("kort"));
		assert.equal((await sent(page, COMMAND.ballot)).length, 3);
	},
	async "a refused answer keeps its words, and is not called saved"() {
		const page = await open("person-text-empty");
		await page.locator(".pager button").first().click();
		await page.evaluate((fault) => { window.daemon.fault = () => fault; }, BAD_TEXT);
		const area = page.getByLabel("Ditt svar");
		await area.fill("så här");
		await until("refused", () => page.locator(".tray .refused").count());
		await area.blur();
		assert.equal(await area.inputValue(), "så här");
		await until("not saved", () => page.locator('.tray [data-saved="unsaved"]').count());
	},
	async "a ranking: taps in order, keys and buttons move, the focus follows, the list stays where it is"() {
		const page = await open("person-rank-empty");
		const row = (n) => page.locator(".ranking > ul button.place").nth(n);
		const names = () => page.locator(".placed .words").allInnerTexts();
		const [days, rules, failures] = ["Fasta testdagar", "Samla reglerna på ett ställe", "Dela misslyckanden öppet"];
		const y = (await row(3).boundingBox()).y;
		for (const n of [2, 0, 4])
			await row(n).click();
		await same("order", names, [rules, days, failures]);
		assert.equal((await row(3).boundingBox()).y, y);
		await row(1).click();
		await until("full", async () => (await page.locator(".tray .hint").innerText()).includes("3 är placerade"));
		await page.locator('.placed [data-item="5"]').focus();
		await page.keyboard.press("Alt+ArrowUp");
		await same("order", names, [rules, failures, days]);
		await same("focus", () => page.evaluate(() => document.activeElement.dataset.item), "5");
		await page.keyboard.press("1");
		await same("order", names, [failures, rules, days]);
		await same("focus", () => page.evaluate(() => document.activeElement.dataset.item), "5");
		await page.keyboard.press("Delete");
		await same("order", names, [rules, days]);
		await same("focus", () => page.evaluate(() => document.activeElement.dataset.item), "3");
		await page.getByRole("button", { name: `Flytta ner ${rules}` }).click();
		await same("order", names, [days, rules]);
	},
	async "the pen: offered, taken, to the own answers and back, and gone again"() {
		const page = await open("person-room-offer");
		await page.getByRole("button", { name: "Ja, jag antecknar" }).click();
		await same("taken", async () => (await sent(page, COMMAND.pen_take)).length, 1);
		await tell(page, SIGNALS, ROOM, [[1, [1, ME, 0, 1]]]);
		await page.waitForSelector("main.notes");
		await page.getByRole("button", { name: /^Min röst/ }).click();
		await page.waitForSelector("main.person");
		await page.getByRole("button", { name: "Till anteckningarna" }).first().click();
		await page.waitForSelector("main.notes");
		await tell(page, SIGNALS, ROOM, [[1, [2, 401, 0, 2]]]);
		await page.waitForSelector("main.person");
	},
	async "not now is for this time: the room is asked again when its note-taker has been away"() {
		const page = await open("person-room-offer");
		await page.getByRole("button", { name: "Inte nu" }).click();
		await same("offers", () => page.locator(".offer").count(), 0);
		await tell(page, SIGNALS, ROOM, [[1, [1, 401, 1, 2]]]);
		await until("asked again", async () => (await page.locator(".offer").innerText()).includes("Aino har varit borta"));
	},
	async "the room asks for help, says that it is done, and suggests a note"() {
		const page = await open("person-room-notes");
		await page.getByRole("button", { name: "Be om hjälp" }).click();
		await page.getByRole("button", { name: "Vi är klara" }).click();
		await same("asked and said", async () => [(await sent(page, COMMAND.hand)).length, (await sent(page, COMMAND.ready)).length], [1, 1]);
		await page.evaluate(() => { window.daemon.answers = false; });
		await page.getByLabel("Föreslå en anteckning").fill("Ta upp det med HR");
		await page.getByRole("button", { name: "Skicka förslaget" }).click();
		await until("sent", async () => (await sent(page, COMMAND.note_put)).at(-1)?.endsWith("Ta upp det med HR"));
		await until("not saved yet", async () => /Ta upp det med HR[^]*Inte sparat än/.test(await page.locator(".notes-own").innerText()));
	},
};

let passed = 0, failed = 0;
for (const [name, run] of Object.entries(tests).filter(([n]) => n.includes(option("--only") ?? ""))) {
	try {
		await run();
		passed++;
		console.log(`ok      ${name}`);
	} catch (e) {
		failed++;
		console.log(`FAILED  ${name}\n        ${e.message.split("\n").slice(0, 12).join("\n        ")}`);
	}
}
for (const error of errors)
	console.log(`error   ${error}`);
await browser.close();
server.close();
await rm(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed + errors.length} failed, 0 skipped`);
process.exit(failed || errors.length ? 1 : 0);
