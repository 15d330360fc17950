// SPDX-License-Identifier: EUPL-1.2
// node gallery.mjs OUTDIR [--only TEXT] [--font NAME] [--host NAME] [--chromium PATH] [--axe]: draws every face in every state from fixtures into PNGs and a contact sheet, index.html.
// The pages are served under the daemon's own strict Content-Security-Policy; whatever the browser complains about is printed and fails the run.
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { bundle } from "./build.mjs";

const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
	+ "frame-ancestors 'none'; require-trusted-types-for 'script'";
const SIZES = { phone: [390, 844], small: [320, 568], wide: [844, 390], laptop: [1440, 900], low: [1280, 720], screen: [1920, 1080], old: [1024, 768], huge: [3840, 2160] };
const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };

const place = (n) => async (page) => { await page.locator("button.place").nth(n).click(); };
const press = (name) => async (page) => { await page.locator(`button:has-text("${name}"):visible`).first().click(); };
const wait = (ms) => (page) => page.waitForTimeout(ms);

// name, fixture, sizes, themes, languages, acts
const shots = [];
const shot = (fixture, sizes, { themes = ["light"], langs = ["sv"], acts = [], as = fixture } = {}) => {
	for (const size of sizes)
		for (const theme of themes)
			for (const lang of langs)
				shots.push({ name: `${as}.${size}.${theme}.${lang}`, fixture, size, theme, lang, acts });
};
const BOTH = { themes: ["light", "dark"] };
shot("code", ["phone", "small"], BOTH);
shot("code-wrong", ["phone"]);
shot("join", ["phone", "small"], { ...BOTH, langs: ["sv", "en"] });
shot("join-queue", ["phone"], { acts: [press("Gå med"), wait(300)] });
shot("opening", ["phone"]);
shot("lobby", ["phone"], BOTH);
shot("lobby-alone", ["phone"]);
shot("between", ["phone"]);
shot("dots-empty", ["phone", "small"]);
shot("dots-typical", ["phone", "small", "wide", "laptop"], { ...BOTH, langs: ["sv", "en"] });
shot("dots-open", ["phone"], { acts: [place(1), wait(400)] });
shot("dots-full", ["phone"], { acts: [place(3), wait(300)] });
shot("dots-twenty", ["phone"]);
shot("dots-crowded", ["small", "phone"], BOTH);
shot("dots-mute", ["phone", "small"], { as: "dots-saving", acts: [place(0), wait(150)] });
shot("dots-mute", ["phone", "small"], { ...BOTH, as: "dots-unsaved", acts: [place(0), wait(1400)] });
shot("dots-mute", ["small"], { as: "dots-long-unsaved", acts: [place(0), wait(11_000)] });
shot("dots-mute", ["phone"], { as: "dots-away", acts: [async (page) => page.evaluate(() => { window.daemon.reachable = false; window.daemon.cut(); }), wait(3500)] });
shot("dots-refused", ["phone"], { acts: [place(1), wait(300)] });
shot("dots-no-saving", ["phone", "small"], { ...BOTH, langs: ["sv", "en"], acts: [place(1), wait(300)] });
shot("dots-mute", ["phone", "small"], { as: "dots-sealed-away", langs: ["sv", "en"], acts: [place(1), wait(200), async (page) => page.evaluate(() => {
	const d = window.daemon;
	d.put(8, 0, 0, [[4097, [16, 1]]]);
	d.cut();
}), wait(2500)] });
shot("dots-closing", ["phone"], BOTH);
shot("dots-closed", ["phone"], BOTH);
shot("dots-announced", ["phone"], BOTH);
shot("dots-typical", ["phone"], { as: "dots-moved", acts: [async (page) => page.evaluate(() => {
	const d = window.daemon;
	d.put(9, d.actor, 0, [[0, [9, 3, 0, [["", "Björn", ""]]]]]);
	d.put(4, 9, 0, [[17, [3, 0, [["", "Björn", ""]]]], [900, [3, 0, [["", "Aino", ""]]]]]);
	d.frame([d.sections.get(`9/${d.actor}/0`), d.sections.get("4/9/0")], { gone: [[4, 4, 0]] });
}), wait(300)] });
shot("dots-typical", ["phone"], { as: "room-sheet", acts: [press("Rum 4"), wait(300)] });
shot("dots-typical", ["phone"], { ...BOTH, as: "settings", acts: [async (page) => page.locator("button.aa").click(), wait(300)] });
const large = async (page) => page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
shot("dots-crowded", ["small", "phone"], { as: "dots-text-200", acts: [large, wait(100)] });
shot("desk-open", ["phone", "laptop"], { as: "desk-text-200", acts: [large, wait(100)] });
shot("desk-no-saving", ["laptop", "phone"], { ...BOTH, langs: ["sv", "en"] });
shot("join", ["small"], { as: "join-text-200", acts: [large, wait(100)] });
shot("result", ["small"], { as: "result-text-200", acts: [large, wait(100)] });
shot("rehearsal", ["phone"]);
shot("choice", ["phone"], BOTH);
shot("choice-many", ["phone", "small"], { acts: [async (page) => page.locator("label.place").nth(1).click(), wait(300)] });
shot("choice-room", ["phone"]);
shot("result", ["phone", "small", "laptop"], { ...BOTH, langs: ["sv", "en"] });
shot("result", ["phone"], { as: "result-table", acts: [press("Visa som tabell"), wait(200)] });
shot("result-alone", ["phone"]);
shot("result-few", ["phone"]);
shot("result-large", ["phone"]);
shot("result-crowded", ["small"]);
shot("over", ["phone"]);
shot("ended-elsewhere", ["phone"], { acts: [wait(600)] });
shot("ended-gone", ["phone"]);
shot("held-back", ["phone"], { acts: [async (page) => page.locator("button.place").nth(1).click(), wait(300)] });
shot("start", ["laptop", "phone"], BOTH);
shot("start-key", ["phone"], { langs: ["en"] });
shot("desk-empty", ["laptop"]);
shot("desk-lobby", ["laptop"], { as: "desk-who", acts: [async (page) => page.locator("summary").click(), wait(200)] });
shot("desk-lobby", ["laptop", "phone"]);
shot("desk-ready", ["laptop"]);
shot("desk-open", ["laptop", "low", "phone"], { ...BOTH, langs: ["sv", "en"] });
shot("desk-open-27", ["laptop"]);
shot("desk-open-60", ["laptop", "phone"], BOTH);
shot("desk-look", ["laptop"]);
shot("desk-closing", ["laptop", "phone"]);
shot("desk-sealing", ["laptop"]);
shot("desk-sealed", ["laptop"]);
shot("desk-revealed", ["laptop", "phone"]);
shot("desk-revealed", ["phone"], { as: "desk-revealed-screen", acts: [press("Storbild"), wait(300)] });
shot("desk-over", ["laptop"]);
shot("desk-long", ["laptop", "phone"]);
shot("desk-open", ["laptop"], { as: "desk-links", acts: [press("Länkar"), wait(300)] });
shot("desk-open", ["laptop"], { as: "desk-say", acts: [press("Meddela alla"), wait(300)] });
shot("desk-open", ["laptop", "phone"], { as: "desk-room", acts: [async (page) => page.locator("button.tile").nth(3).click(), wait(300)] });
shot("desk-open", ["laptop"], { as: "desk-away", acts: [async (page) => page.evaluate(() => { window.daemon.reachable = false; window.daemon.cut(); }), wait(4200)] });
for (const name of ["screen-join-0", "screen-join-150", "screen-join-5000", "screen-task-5000", "screen-closed", "screen-grace", "screen-result-30", "screen-result-crowded", "screen-result-few",
	"screen-rooms-60", "screen-say", "screen-over"])
	shot(name, ["screen"]);
for (const name of ["screen-join", "screen-task", "screen-result", "screen-rooms", "screen-room"])
	shot(name, ["screen"], { ...BOTH, langs: ["sv", "en"] });
shot("screen-result", ["old"]);
shot("screen-result", ["screen"], { as: "screen-result-150", acts: [async (page) => { for (let i = 0; i < 3; i++) await page.keyboard.press("+"); }, wait(500)] });
shot("screen-task", ["screen"], { as: "screen-task-150", acts: [async (page) => { for (let i = 0; i < 3; i++) await page.keyboard.press("+"); }, wait(500)] });
shot("screen-stale", ["screen"], { ...BOTH, acts: [async (page) => page.evaluate(() => { window.daemon.reachable = false; window.daemon.cut(); }), wait(4500)] });
/* The rest by face: gallery/*.mjs, each a function that takes these. */
const more = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "gallery");
for (const name of (await readdir(more)).filter((n) => n.endsWith(".mjs")).sort())
	(await import(pathToFileURL(join(more, name)).href)).default({ shot, place, press, wait, large, BOTH });

const value = (option) => (process.argv.includes(option) ? process.argv[process.argv.indexOf(option) + 1] : undefined);
const outdir = process.argv[2];
if (!outdir || outdir.startsWith("-")) {
	console.error("usage: node gallery.mjs OUTDIR [--only TEXT] [--font NAME] [--host NAME] [--chromium PATH] [--axe]");
	process.exit(2);
}
const only = value("--only") ?? "";
const axe = process.argv.includes("--axe") ? await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8") : "";
await mkdir(outdir, { recursive: true });
const pages_dir = join(outdir, ".page");
await rm(pages_dir, { recursive: true, force: true });
await bundle(pages_dir, "fixtures/gallery.tsx");
const server = createServer(async (request, response) => {
	const path = new URL(request.url, "http://x").pathname;
	const name = path === "/" ? "index.html" : path.slice(1);
	try {
		const bytes = await readFile(join(pages_dir, name));
		response.writeHead(200, { "Content-Type": TYPES[name.split(".").pop()] ?? "application/octet-stream", "Content-Security-Policy": CSP }).end(bytes);
	} catch {
		response.writeHead(404).end();
	}
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
/* A picture for a document says an address that people could have: the name is only this browser's. */
const host = value("--host");
const origin = host ? `http://${host}` : `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({
	executablePath: value("--chromium") ?? "/usr/bin/chromium",
	args: [...(process.getuid() ? [] : ["--no-sandbox"]), "--disable-background-networking", "--disable-component-update", "--no-first-run",
		...(host ? [`--host-resolver-rules=MAP ${host}:80 127.0.0.1:${server.address().port}`, `--unsafely-treat-insecure-origin-as-secure=${origin}`] : [])],
});
const wanted = shots.filter((s) => s.name.includes(only));
const problems = [];
let drawn = 0;
const draw = async (s) => {
	const [width, height] = SIZES[s.size];
	const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: ["phone", "small"].includes(s.size) ? 2 : 1, reducedMotion: "reduce", hasTouch: ["phone", "small"].includes(s.size) });
	const page = await context.newPage();
	page.on("pageerror", (e) => problems.push(`${s.name}: ${e.message}`));
	page.on("console", (m) => { if (m.type() === "error") problems.push(`${s.name}: ${m.text()}`); });
	try {
		await page.goto(`${origin}/?fixture=${s.fixture}&theme=${s.theme}&lang=${s.lang}${value("--font") ? `&font=${value("--font")}` : ""}`);
		/* Drawn, and past its first words; one that stays there has nothing more to show. */
		await page.waitForFunction(() => document.querySelector("main") && !/^(Öppnar workshopen|Opening the workshop)/.test(document.querySelector("main h1")?.textContent ?? ""), null, { timeout: s.fixture === "opening" ? 500 : 8000 }).catch(() => {});
		await page.waitForTimeout(250);
		for (const act of s.acts)
			await act(page);
		const found = await page.evaluate(() => {
			const out = [];
			if (document.documentElement.scrollWidth > innerWidth)
				out.push(`sideways scroll: ${document.documentElement.scrollWidth} > ${innerWidth}`);
			if (document.querySelectorAll(".primary").length > 1)
				out.push("more than one filled button");
			for (const node of document.querySelectorAll(".screen:not(.preview) .stage *")) {
				if (node.closest(".measure, svg"))
					continue;
				if (node.scrollHeight > node.clientHeight + 2 && node.clientHeight > 0 && getComputedStyle(node).display !== "inline" && node.children.length > 0)
					out.push(`overflows: ${node.className || node.tagName} ${node.scrollHeight} > ${node.clientHeight}`);
				const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
				const u = Math.min(innerHeight / 100, innerWidth * 0.005625);
				if (own && parseFloat(getComputedStyle(node).fontSize) < 4 * u - 0.1)
					out.push(`letters under 4 u: ${node.textContent}`);
			}
			return out;
		});
		problems.push(...found.map((f) => `${s.name}: ${f}`));
		if (axe) {
			await page.evaluate(axe);
			const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
			for (const v of violations)
				problems.push(`${s.name}: ${v.impact} ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
		}
		await page.screenshot({ path: join(outdir, `${s.name}.png`), caret: "initial" });
		drawn++;
	} catch (e) {
		problems.push(`${s.name}: ${e.message.split("\n")[0]}`);
	}
	await context.close();
};
const queue = [...wanted];
await Promise.all([0, 1, 2].map(async () => {
	while (queue.length)
		await draw(queue.shift());
}));
await browser.close();
server.close();
const groups = new Map();
for (const s of wanted)
	groups.set(s.fixture, [...(groups.get(s.fixture) ?? []), s]);
await writeFile(join(outdir, "index.html"), `<!doctype html><meta charset="utf-8"><title>Contact sheet</title><style>body{font:14px sans-serif;background:#888;margin:16px}figure{display:inline-block;margin:8px;vertical-align:top}
img{height:420px;display:block}figcaption{color:#fff}</style>${[...groups].map(([name, list]) => `<h2>${name}</h2>${list.map((s) => `<figure><a href="${s.name}.png"><img loading="lazy" src="${s.name}.png" alt=""></a><figcaption>${s.name}</figcaption></figure>`).join("")}`).join("")}`);
for (const problem of problems)
	console.log(problem);
console.log(`${drawn} drawn, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
