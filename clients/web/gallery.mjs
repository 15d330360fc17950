// SPDX-License-Identifier: EUPL-1.2
// node gallery.mjs OUTDIR [--only TEXT,TEXT] [--sheets | --sweep] [--font NAME] [--host NAME] [--chromium PATH] [--axe]: draws every face in every state from fixtures into PNGs and a contact sheet, index.html.
// --sheets lays them beside each other as well, by face, theme and language, a few to look at in two minutes: sheet-FACE.THEME.LANG.N.png, and once more in grey, where colour must not be needed.
// --sweep instead goes through the shared screen's states in every size of text, both languages, page by page, and says what is cut, small, pale or out of place.
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
const FACES = [["screen", ".screen:not(.preview)"], ["facilitator", ".desk, .start"], ["notes", ".notes"], ["participant", "main"]];
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
	console.error("usage: node gallery.mjs OUTDIR [--only TEXT,TEXT] [--sheets | --sweep] [--font NAME] [--host NAME] [--chromium PATH] [--axe]");
	process.exit(2);
}
const only = (value("--only") ?? "").split(",");
const axe = process.argv.includes("--axe") ? await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8") : "";
await mkdir(outdir, { recursive: true });
const pages_dir = join(outdir, ".page");
await rm(pages_dir, { recursive: true, force: true });
await bundle(pages_dir, "fixtures/gallery.tsx");
let sheet_html = "";
const server = createServer(async (request, response) => {
	const path = new URL(request.url, "http://x").pathname;
	const name = path === "/" ? "index.html" : path.slice(1);
	try {
		if (name === "sheet") {
			response.writeHead(200, { "Content-Type": TYPES.html }).end(sheet_html);
			return;
		}
		const bytes = await readFile(name.startsWith("drawn/") ? join(outdir, name.slice(6)) : join(pages_dir, name));
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
const wanted = shots.filter((s) => only.some((text) => s.name.includes(text)));
/* Said at the end; of a sweep, which takes minutes, at once as well. */
const problems = [];
if (process.argv.includes("--sweep"))
	problems.push = (...list) => { list.forEach((words) => console.log(words)); return Array.prototype.push.apply(problems, list); };
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
		const found = await page.evaluate(overflow);
		found.push(...await page.evaluate(hall));
		problems.push(...found.map((f) => `${s.name}: ${f}`));
		s.face = (await page.evaluate((faces) => faces.find(([, ask]) => document.querySelector(ask))?.[0], FACES)) ?? "participant";
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
/** What holds on every face: no sideways scroll, one filled button; on the shared screen nothing higher than its place. */
const overflow = () => {
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
};
/** The shared screen as a hall sees it: nothing cut, nothing over something else, every word and ball with a contrast that is left when the room is not dark (ux.md 2.1). */
const hall = () => {
	const stage = document.querySelector(".screen:not(.preview) .stage"), out = [];
	if (!stage)
		return out;
	const all = stage.getBoundingClientRect(), u = all.height / 100;
	const rgb = (colour) => { const [r, g, b, a = 1] = (/rgba?\(([^)]+)\)/.exec(colour)?.[1] ?? "0,0,0,0").split(/[ ,/]+/).map(Number); return { r, g, b, a }; };
	const light = ({ r, g, b }) => [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const ground = (node) => { for (; node; node = node.parentElement) { const colour = rgb(getComputedStyle(node).backgroundColor); if (colour.a > 0.5) return colour; } return { r: 255, g: 255, b: 255 }; };
	const page = light(ground(stage)), ambient = page > 0.5 ? 0.2 : 0.1;
	const ratio = (x, y) => (Math.max(x, y) + ambient) / (Math.min(x, y) + ambient);
	const words = [];
	const walk = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT);
	for (let node = walk.nextNode(); node; node = walk.nextNode()) {
		const holder = node.parentElement, style = getComputedStyle(holder);
		if (!node.textContent.trim() || holder.closest(".measure, .unseen, title") || style.visibility === "hidden" || style.display === "none")
			continue;
		const range = document.createRange();
		range.selectNodeContents(node);
		/* The line's box is higher than its letters. */
		const rects = [...range.getClientRects()].map((r) => { const trim = Math.max(0, (r.height - parseFloat(style.fontSize) * 0.85) / 2); return { left: r.left, right: r.right, top: r.top + trim, bottom: r.bottom - trim }; });
		const said = node.textContent.trim().slice(0, 40), is_svg = holder.closest("svg") !== null;
		const size = parseFloat(style.fontSize) * (is_svg ? holder.getScreenCTM().a : 1);
		if (size < 4 * u - 0.2)
			out.push(`letters of ${(size / u).toFixed(2)} u: ${said}`);
		const told = ratio(light(rgb(is_svg ? style.fill : style.color)), is_svg ? page : light(ground(holder)));
		if (told < 3.6)
			out.push(`hall contrast ${told.toFixed(1)}: ${said}`);
		for (const rect of rects) {
			if (rect.left < all.left - 1 || rect.right > all.right + 1 || rect.top < all.top - 1 || rect.bottom > all.bottom + 1)
				out.push(`out of the picture: ${said}`);
			for (let box = holder; box && box !== stage; box = box.parentElement)
				if (getComputedStyle(box).overflowY === "hidden" && !box.closest(".s-rooms .name") && !box.classList.contains("cut-row")) {
					const edge = box.getBoundingClientRect();
					if (rect.bottom > edge.bottom + u * 0.4 || rect.top < edge.top - u * 0.4 || rect.right > edge.right + 1)
						out.push(`cut: ${said}`);
				}
			words.push({ ...rect, said, node });
		}
	}
	for (let i = 0; i < words.length; i++)
		for (let k = i + 1; k < words.length; k++) {
			const x = words[i], y = words[k];
			if (x.node !== y.node && Math.min(x.right, y.right) - Math.max(x.left, y.left) > 2 && Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top) > 0.3 * u)
				out.push(`one over the other: ${x.said} / ${y.said}`);
		}
	for (const shape of stage.querySelectorAll(":is(circle, rect).fill-warm, :is(circle, rect).fill-cool, :is(circle, rect).fill-ink")) {
		const told = ratio(light(rgb(getComputedStyle(shape).fill)), page), edge = shape.getBoundingClientRect();
		if (told < 3.4)
			out.push(`hall contrast ${told.toFixed(1)} of a ${shape.tagName}`);
		if (!shape.closest(".measure") && (edge.left < all.left - 1 || edge.right > all.right + 1 || edge.top < all.top - 1 || edge.bottom > all.bottom + 1))
			out.push(`a ${shape.tagName} out of the picture`);
	}
	return [...new Set(out)];
};
const queue = [...wanted];
/** The shared screen in every state, every size of text, both languages, page by page; no pictures but of what is wrong. */
const sweep = async ({ fixture, lang, size }) => {
	const [width, height] = SIZES[size];
	const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce" });
	const page = await context.newPage();
	const name = `${fixture}.${size}.${lang}`;
	page.on("pageerror", (e) => problems.push(`${name}: ${e.message}`));
	try {
		await page.goto(`${origin}/?fixture=${fixture}&theme=${size === "old" ? "dark" : "light"}&lang=${lang}${value("--font") ? `&font=${value("--font")}` : ""}`);
		await page.locator(".stage").waitFor();
		for (const percent of [100, 115, 130, 150]) {
			/* A word from the daemon, or the picture would grow old meanwhile. */
			await page.evaluate(() => window.daemon.tell([3, 4, 0]));
			await page.waitForTimeout(250);
			for (let at = 0; at < 4; at++) {
				const found = [...await page.evaluate(overflow), ...await page.evaluate(hall)];
				for (const f of found)
					problems.push(`${name} at ${percent} %, page ${at + 1}: ${f}`);
				if (found.length > 0)
					await page.screenshot({ path: join(outdir, `${name}.${percent}.${at + 1}.png`) });
				drawn++;
				const words = await page.locator(".page-words").allTextContents();
				await page.keyboard.press("PageDown");
				await page.waitForTimeout(200);
				if (words.join() === (await page.locator(".page-words").allTextContents()).join())
					break;
			}
			for (let at = 0; at < 4; at++)
				await page.keyboard.press("PageUp");
			await page.keyboard.press("+");
		}
	} catch (e) {
		problems.push(`${name}: ${e.message.split("\n")[0]}`);
	}
	await context.close();
};
if (process.argv.includes("--sweep"))
	queue.splice(0, queue.length, ...[...new Set(wanted.map((s) => s.fixture).filter((name) => name.startsWith("screen-")))].flatMap((fixture) => [["sv", "screen"], ["en", "screen"], ["sv", "old"]].map(([lang, size]) => ({ fixture, lang, size }))));
/* A sweep mostly waits. */
await Promise.all(Array.from({ length: process.argv.includes("--sweep") ? 6 : 3 }, async () => {
	while (queue.length)
		await (process.argv.includes("--sweep") ? sweep : draw)(queue.shift());
}));
/** Pictures beside each other, each under its name, so many that a sheet is still read at a glance. */
const sheets = async () => {
	const page = await browser.newPage({ viewport: { width: 2400, height: 1600 } });
	let made = 0;
	for (const [face] of FACES)
		for (const theme of ["light", "dark"])
			for (const lang of ["sv", "en"]) {
				const list = wanted.filter((s) => s.face === face && s.theme === theme && s.lang === lang).sort((x, y) => SIZES[x.size][0] - SIZES[y.size][0]);
				/* Upright and lying pictures do not share a row. */
				const upright = list.filter((s) => SIZES[s.size][1] > SIZES[s.size][0]), lying = list.filter((s) => !upright.includes(s));
				for (const [form, of, across, most] of [["", lying, 4, 20], ["tall-", upright, 8, 24]])
					for (let from = 0; from < of.length; from += most) {
						sheet_html = `<!doctype html><meta charset="utf-8"><style>body{margin:16px;background:#8a9496;font:15px sans-serif;display:grid;grid-template-columns:repeat(${across},1fr);gap:14px;align-items:start}
figure{margin:0}img{width:100%;display:block}figcaption{color:#fff;overflow-wrap:anywhere;padding:2px 0}.grey img{filter:grayscale(1)}</style><body>${
							of.slice(from, from + most).map((s) => `<figure><img src="/drawn/${s.name}.png"><figcaption>${s.name}</figcaption></figure>`).join("")}`;
						await page.goto(`${origin}/sheet`, { waitUntil: "load" });
						const name = `sheet-${form}${face}.${theme}.${lang}.${1 + from / most}`;
						await page.screenshot({ path: join(outdir, `${name}.png`), fullPage: true });
						await page.evaluate(() => document.body.classList.add("grey"));
						await page.screenshot({ path: join(outdir, `${name}.grey.png`), fullPage: true });
						made += 2;
					}
			}
	console.log(`${made} sheets`);
};
if (process.argv.includes("--sheets"))
	await sheets();
await browser.close();
server.close();
const groups = new Map();
for (const s of wanted)
	groups.set(s.fixture, [...(groups.get(s.fixture) ?? []), s]);
await writeFile(join(outdir, "index.html"), `<!doctype html><meta charset="utf-8"><title>Contact sheet</title><style>body{font:14px sans-serif;background:#888;margin:16px}figure{display:inline-block;margin:8px;vertical-align:top}
img{height:420px;display:block}figcaption{color:#fff}</style>${[...groups].map(([name, list]) => `<h2>${name}</h2>${list.map((s) => `<figure><a href="${s.name}.png"><img loading="lazy" src="${s.name}.png" alt=""></a><figcaption>${s.name}</figcaption></figure>`).join("")}`).join("")}`);
if (!process.argv.includes("--sweep"))
	for (const problem of problems)
		console.log(problem);
console.log(`${drawn} drawn, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
