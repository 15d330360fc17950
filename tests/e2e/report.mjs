// SPDX-License-Identifier: EUPL-1.2
// The report, story by story: what happened in a small session, and what must stand in its Markdown and JSON. Each session's log is counted anew (recount.mjs) and
// replayed, byte for byte.
//   node tests/e2e/report.mjs [--build build/dev] [--client OTHER] [--keep FOLDER]
// --client: another edition of the client is asked for the reports. --keep: logs and reports of every story are left there.
import { execFile, spawn } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import net from "node:net"
import { tmpdir } from "node:os"
import path from "node:path"
import { parseArgs, promisify } from "node:util"
import { createRequire } from "node:module"
import { COMMAND, decode, encode, LINK, Page, PARTICIPANT, PHASE, ROOM } from "./page.mjs"
import { recount } from "./recount.mjs"
const { decodeMulti } = createRequire(new URL("../../clients/web/package.json", import.meta.url))("@msgpack/msgpack")
const { values: options } = parseArgs({ options: { build: { type: "string", default: process.env.BOLLPLANK_BUILD ?? "build/dev" }, client: { type: "string" }, keep: { type: "string" } } })
const client = options.client ?? path.join(options.build, "clients/bollplank")
Object.assign(COMMAND, { items_hide: 6, move: 9, hide: 17, look: 18, ask: 19 })

let passed = 0, failed = 0
const check = (what, ok, got = "") => { ok ? passed++ : failed++; console.log(`${ok ? "ok  " : "FAIL"} ${what}${ok || got === "" ? "" : `:\n${got}`}`) }
const times = (text, part) => text.split(part).length - 1

// --- a daemon and small sessions ---

const state = await mkdtemp(path.join(tmpdir(), "bollplank-report-")), key = randomBytes(16).toString("hex"), keyFile = path.join(state, "creation.key"), catalog = path.join(state, "catalog")
await writeFile(keyFile, key, { mode: 0o600 })
await mkdir(catalog)
await writeFile(path.join(catalog, "mine.yml"), "bollplank: 1\n")
await writeFile(path.join(catalog, "LOUD.YAML"), "bollplank: 1\n")
const port = await new Promise((go) => { const one = net.createServer().listen(0, "127.0.0.1", () => { const { port: free } = one.address(); one.close(() => go(free)) }) }), url = `http://127.0.0.1:${port}`
const daemon = spawn(path.join(options.build, "daemon/bollplank-daemon"), ["--listen", `127.0.0.1:${port}`, "--state", state, "--key-file", keyFile, "--catalog", catalog], { stdio: ["ignore", "pipe", "pipe"] })
let said = ""
for (const stream of [daemon.stdout, daemon.stderr]) stream.on("data", (bytes) => (said += bytes))
const ended = new Promise((go) => daemon.on("exit", (code, signal) => go(code ?? signal)))
for (let tries = 0; !(await new Promise((go) => { const one = net.connect(port, "127.0.0.1"); one.on("connect", () => { one.destroy(); go(true) }); one.on("error", () => go(false)) })); tries++) {
	if (tries === 600) throw new Error(`the daemon did not start; it said:\n${said}`)
	await new Promise((go) => setTimeout(go, 50))
}

/** A client's command; never fails here: what it says and how it ends are looked at. */
const bollplank = (...words) => promisify(execFile)(client, words, { maxBuffer: 1 << 28, timeout: 60000 }).then(({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }), ({ code, stdout, stderr }) => ({ code, out: stdout, err: stderr }))

const text = (...words) => [["sv", ...words]]
const item = (words, group = 0) => [group, text(words)]
const question = (kind, config, title, items = [], { holder = 1, secret = false, ref = "", lead = "", groups = [] } = {}) => [kind, holder, secret, encode(config), ref, text(title, lead), groups, items]
const step = (title, questions = [], { minutes = 10, instruction = "" } = {}) => [minutes, 0, 0, 0, [], text(title, instruction), null, questions]

/** 7.2. rooms: names. */
async function session({ steps, rooms = [], people = 0, title = "Möte", language = "sv", origin = "" }) {
	const token = randomBytes(16), hash = createHash("sha256").update(token).digest()
	const body = encode([1, false, language, 3, 0, origin, text(title), null, [[16, hash, text("Fay")]], steps, rooms.map((name) => text(name, ""))])
	const answer = await fetch(`${url}/api/sessions`, { method: "POST", body, headers: { authorization: `Bearer ${key}`, "content-type": "application/msgpack" } })
	const [sid, code] = decode(new Uint8Array(await answer.arrayBuffer()))
	if (answer.status !== 201) throw new Error(`no session: ${answer.status}`)
	const one = { sid, code, link: `${url}/#${sid}.${token.toString("base64url")}`, fay: new Page({ port, door: LINK, place: sid, token }).come(), people: [] }
	await one.fay.ask("join", 0, 0, [])
	for (let i = 0; i < people; i++) await come(one, `P${i + 1}`)
	return one
}
async function come(one, name) {
	const page = new Page({ port, door: PARTICIPANT, place: one.code }).come()
	await page.ask("join", 0, 0, [], [name, ""])
	one.people.push(page)
	return page
}
const open = async (one, ...activities) => {
	for (const a of activities) {
		await one.fay.ask("open", a, 0, [0])
		await one.fay.until(() => one.fay.phase(a, 0)[0] === PHASE.OPEN, `question ${a} open`) // with its round: pages may still be at the one before
		for (const page of one.people) await page.until(() => page.phase(a)[0] === PHASE.OPEN && page.phase(a)[1] === one.fay.phase(a, 0)[1], `question ${a} open`)
	}
}
async function vote(page, activity, ballot, words = null) {
	const { fault } = await page.command("ballot", activity, 0, [page.phase(activity)[1], 0, ballot.length ? encode(ballot) : new Uint8Array()], words)
	if (fault) throw new Error(`question ${activity}: fault ${fault}`)
}
const close = async (one, ...activities) => {
	for (const a of activities) {
		await one.fay.ask("close", a, 0, [1])
		await one.fay.until(() => [PHASE.CLOSED, PHASE.SEALED].includes(one.fay.phase(a, 0)[0]) && !(one.fay.section("activity", a).get(0)[3] && one.fay.phase(a, 0)[0] === PHASE.CLOSED), `question ${a} closed`)
	}
}
const reveal = async (one, ...activities) => { for (const a of activities) { await close(one, a); await one.fay.ask("reveal", a, 0, []) } }
const room = (one, number) => one.people.filter((page) => page.room === number)

/** The reports of now; replayed and counted again. */
async function told(one, name) {
	const file = path.join(state, `${name}.log`)
	await bollplank("log", one.link, "--output", file)
	const [sv, en, json] = await Promise.all([["--language", "sv"], ["--language", "en"], ["--json"]].map((more) => bollplank("report", one.link, ...more)))
	const again = await Promise.all([["--language", "sv"], ["--language", "en"], ["--json"]].map((more) => bollplank("replay", file, ...more)))
	check(`${name}: replay says the same, byte for byte`, [sv, en, json].every((report, i) => report.code === 0 && report.out === again[i].out && report.out.length > 50), sv.err)
	const report = JSON.parse(json.out)
	const { compared, wrong } = recount(await readFile(file), report)
	check(`${name}: counted anew, ${compared} values`, compared > 10 && wrong.length === 0, wrong.slice(0, 5).join("\n"))
	if (options.keep) for (const [end, what] of [["log", await readFile(file)], ["sv.md", sv.out], ["en.md", en.out], ["json", json.out]]) await writeFile(path.join(options.keep, `${name}.${end}`), what)
	return { sv: sv.out, en: en.out, json: report, file }
}
const has = (what, report, ...parts) => { for (const part of parts) check(`${what}: ${JSON.stringify(part)}`, report.includes(part), report) }
const hasNot = (what, report, ...parts) => { for (const part of parts) check(`${what}: no ${JSON.stringify(part)}`, !report.includes(part), report) }

// --- the stories ---

const stories = {
	async "words without a room"() {
		const one = await session({ steps: [step("Ett", [question("text", [300], "Vad?"), question("text", [300], "Varför?"), question("dots", [5, 5], "Prickar", [item("a"), item("b")])])], people: 4 })
		await open(one, 1, 2, 3)
		await vote(one.people[0], 1, [], ["Tidigt svar"])
		await one.fay.ask("rooms", 0, 0, [1, 2])
		for (const page of one.people) await page.until(() => page.room > 0, "a room")
		for (const [i, page] of one.people.slice(1).entries()) await vote(page, 1, [], [`Svar ${i}`])
		for (const [i, page] of room(one, 2).entries()) await vote(page, 2, [], [`Bara rum två ${i}`])
		await reveal(one, 1, 2, 3)
		const { sv, en } = await told(one, "words")
		has("by somebody who was in no room yet", sv, "#### Utan rum\n\n- Tidigt svar\n", "4 svar.")
		has("in English", en, "#### In no room\n\n- Tidigt svar\n")
		for (const words of ["Tidigt svar", "Svar 0", "Svar 1", "Svar 2", "Bara rum två 0", "Bara rum två 1"]) check(`once, and not twice: ${words}`, times(sv, `- ${words}\n`) === 1, sv)
		has("the first room has said nothing", sv, "#### Rum 2\n\n- Bara rum två 0\n- Bara rum två 1\n\nInga svar: Rum 1\n")
		has("shown, and nobody had answered", sv, "Prickar\n\nÖppen fråga. Var och en svarade. Inga svar.\n")
		has("shown, and nobody had answered", en, "No answers.\n")
		hasNot("it was shown", sv, "visas inte")
		return one
	},

	async "asked again"() {
		const one = await session({ steps: [step("Ett", [question("dots", [4, 4], "Prickar", [item("a"), item("b")]), question("choice", [1, 1], "Nivå?", [item("Enheten: vi"), item("Kommunen: alla")], { ref: "level" })])], rooms: ["Linden", "", "Björken"], people: 6 })
		await one.fay.ask("go", 1, 0, [])
		await open(one, 1, 2)
		for (const page of one.people) { await vote(page, 1, [1, 2]); await vote(page, 2, [1 + (page.actor % 2), 1]) }
		await reveal(one, 1, 2)
		const first = await told(one, "once")
		hasNot("one round is no round", first.sv, "Omgång")
		has("the level, when two have as many", first.sv, "- **Nivå:** Enheten eller Kommunen (lika, 3 av 6 personer vardera)\n")
		await one.fay.ask("ask", 1, 0, [])
		await one.fay.ask("ask", 2, 0, [])
		const slip = await told(one, "slip")
		has("asked again and not answered: what was shown stays", slip.sv, "#### Omgång 1\n\n6 svar.\n", "| a | 12 | 6 | 4 | 4 | 4 |", "#### Omgång 2\n\nFrågan ställdes inte i den här omgången.\n", "- **Nivå:** Enheten eller Kommunen")
		check("in JSON as the earlier round", slip.json.steps[0].activities[0].results.length === 0 && slip.json.steps[0].activities[0].earlier[0].results.length === 4, JSON.stringify(slip.json.steps[0].activities[0]))
		await open(one, 1, 2)
		await vote(room(one, 1)[0], 1, [2, 3])
		for (const page of one.people) await vote(page, 2, [page.actor === 1 ? 1 : 2, 1])
		await reveal(one, 1, 2)
		const { sv, json } = await told(one, "again")
		has("each round by itself", sv, "| a | 12 | 6 | 4 | 4 | 4 |", "#### Omgång 2\n\n1 svar.\n", "| a | 0 | 0 | 0 | – | – |\n| b | 3 | 1 | 3 | – | – |", "- **Nivå:** Kommunen (5 av 6 personer)\n")
		check("no room has more than all", json.steps[0].activities.every((asked) => [asked, ...asked.earlier].every(({ results }) => results.slice(1).reduce((sum, one) => sum + one.ballots, 0) === results[0].ballots)), JSON.stringify(json))
		await one.fay.ask("ask", 1, 0, [])
		await open(one, 1)
		await vote(room(one, 1)[0], 1, [2, 1])
		await close(one, 1)
		await one.fay.ask("ask", 1, 0, [])
		has("a round that was never shown", (await told(one, "never")).sv, "#### Omgång 3\n\nInget resultat visades.\n", "#### Omgång 4\n\nFrågan ställdes inte")
		return one
	},

	async "what people type"() {
		const evil = "| `x` <b>b</b> &lt;i&gt; *a* _b_ [l](http://x) # h ~~s~~ $m$"
		const one = await session({ title: evil, origin: "decl|a`ra<b>@1", rooms: [evil], people: 7, steps: [
			step("1. Steg", [question("text", [900], "    kod", [], { lead: "1. lead är en lista\n    kod\n\n- nytt stycke" })], { instruction: "1986. Ett bra år" }), step("--- andra", [], { instruction: "    indragen" })] })
		await one.fay.ask("go", 1, 0, [])
		await open(one, 1)
		const words = ["1. ett", "     fem blanka", "1) ett", "> citat", "&amp; &lt;script&gt;", "rad1\n- rad2\n\n# rad3", "x\u2028y\u0301 👩‍👩‍👧 \u00adz"]
		for (const [i, page] of one.people.entries()) await vote(page, 1, [], [words[i]])
		await one.people[0].ask("pen_take", 1, 0, [0])
		await one.people[0].ask("note_put", 1, 1, [randomBytes(8), 1, 1, 0, 0, 0, 1, 0], ["+ inte en lista\n2. inte heller"])
		await reveal(one, 1)
		const { sv, json } = await told(one, "typed"), taken = "\\| \\`x\\` \\<b\\>b\\</b\\> \\&lt;i\\&gt; \\*a\\* \\_b\\_ \\[l\\](http://x) \\# h \\~\\~s\\~\\~ \\$m\\$"
		has("taken as it stands", sv, `# ${taken}\n`, `#### Rum 1: ${taken}\n`, "## 1. 1\\. Steg\n", "\n1986\\. Ett bra år\n", "### 1.1 kod\n", "\n1\\. lead är en lista\\\nkod\n\n\\- nytt stycke\n", "- 1\\. ett\n", "- fem blanka\n", "- 1\\) ett\n",
			"- \\> citat\n", "- \\&amp; \\&lt;script\\&gt;\n", "- rad1\\\n  \\- rad2\\\n  \\# rad3\n", "- **Iakttagelse:** \\+ inte en lista\\\n  2\\. inte heller (", "- **Ur katalogen:** decl\\|a\\`ra\\<b\\>, version 1\n", "## 2. \\--- andra\n")
		check("JSON has it as it was typed", json.title === evil && json.steps[0].activities[0].results[0].words.some((answer) => answer.words === words[5]))
		return one
	},

	async "a secret question in words"() {
		const one = await session({ steps: [step("Ett", [question("text", [300], "Hemligt?", [], { secret: true })])], rooms: ["A", "B"], people: 5 })
		await open(one, 1)
		for (const page of one.people) await vote(page, 1, [], [`Hemligt ${page.room}`])
		await reveal(one, 1)
		const { sv } = await told(one, "secret")
		has("all under a heading of their own, then by room", sv, "Hemlig fråga. Var och en svarade. 5 svar.\n\n#### Alla\n\n- Hemligt 1 (3)\n- Hemligt 2 (2)\n\n", "visas för rum med minst 3 svar")
		return one
	},

	async "paper"() {
		const one = await session({ steps: [step("Ett", [question("rating", [0], "Skala", [item("låg"), item("hög")], { ref: "scale" }), question("dots", [5, 3], "Prickar", [item("Öl"), item("te")], { ref: "dots" })])], rooms: ["Linden", "Å"], people: 2 })
		await open(one, 1, 2)
		const file = path.join(state, "paper.csv"), proxy = async (activity, table) => { await writeFile(file, table); return bollplank("proxy", one.link, activity, file) }
		for (const [what, activity, table, code, words] of [
			["as a spreadsheet saves it: empty columns and rows, capitals", "dots", "\ufeffRoom;SHEET;öl;TE;;\r\nlinden;A;3;2;;\r\n;;;;;\r\nÅ;B;;1;;\r\n", 0, "2 sheets saved"],
			["something in a column without a head", "dots", "room;sheet;1;\n1;A;3;x\n", 1, '2:7: "x" stands in a column without a head'],
			["not UTF-8", "dots", Buffer.from("room;sheet;1\n1;\xe5;3\n", "latin1"), 1, "nothing was sent"],
			["a quotation mark that is never closed", "dots", 'room;sheet;1\n1;"A;3\n', 1, "nothing was sent"],
			["a sheet found later, alone", "dots", "room;sheet;1\n1;C;1\n", 0, "1 sheet saved"],
			["and once more: nothing changes", "dots", "room;sheet;1\n1;C;1\n", 0, "room 1: 1 sheet for 1 person; 2 on paper"],
			["a rating as pages say it, with a blank sheet", "scale", "room;sheet;percent\n1;A;62\n1;B;62,5\n1;C;\n", 0, "3 sheets saved"],
			["the pages' numbers in the protocol's column", "scale", "room;sheet;value\n1;A;62\n1;B;40\n", 1, "1:1: no value is above 100"],
			["beyond the line", "scale", "room;sheet;percent\n1;A;101\n1;B;50,55\n", 1, '3:5: "50,55" is not a place on the line; expected 0 to 100'],
		]) {
			const done = await proxy(activity, table)
			check(`${what}: ${words}`, done.code === code && `${done.out}${done.err}`.includes(words), `${done.code}: ${done.out}${done.err}`)
		}
		await vote(one.people[0], 1, [1, 1])
		await reveal(one, 1, 2)
		const { sv, en, json } = await told(one, "paper")
		has("as many on paper as came in: the blank sheet is none", sv, "3 svar, varav 2 på papper.", "| Alla | 3 | 41,5 | 62,0 | 0,0–62,5 | stor |", "0 = låg, 100 = hög")
		has("in English", en, "3 answers, 2 of them on paper.", "| All | 3 | 41.5 | 62.0 | 0.0–62.5 | wide |")
		check("in JSON the protocol's places", json.steps[0].activities[0].results[0].median === 620 && json.steps[0].activities[0].results[0].papers === 2)
		return one
	},

	async "shown to some, to none, to the facilitator"() {
		const one = await session({ steps: [step("Ett", [question("text", [99], "I ett rum"), question("dots", [2, 2], "Bara sedd", [item("a"), item("b")]), question("dots", [2, 2], "Göms", [item("a"), item("b")]), question("dots", [2, 2], "Ett dolt alternativ", [item("a"), item("b")])]), step("Två", [question("text", [99], "Aldrig")])],
			rooms: ["", ""], people: 4 })
		await one.fay.ask("go", 1, 0, [])
		await open(one, 1, 2, 3, 4)
		for (const page of one.people) { await vote(page, 1, [], [`Från rum ${page.room}`]); for (const a of [2, 3, 4]) await vote(page, a, [1, 2]) }
		await one.fay.ask("close", 1, ROOM + 1, [1])
		await one.fay.ask("reveal", 1, ROOM + 1, [])
		await one.fay.ask("look", 2, 0, [])
		await reveal(one, 3, 4)
		await one.fay.ask("hide", 3, 0, [])
		await one.fay.ask("items_hide", 4, 0, [1, 2])
		const { sv, json } = await told(one, "some")
		has("one room's own result", sv, "### 1.1 I ett rum\n\nÖppen fråga. Var och en svarade. Frågan är öppen för svar; några rum har fått se sitt resultat.\n", "#### Rum 1\n\n- Från rum 1 (2)\n")
		hasNot("nobody has seen the other room's", sv, "Från rum 2")
		has("only looked at, open", sv, "### 1.2 Bara sedd\n\nÖppen fråga. Var och en svarade. Frågan är öppen för svar.\n\n### 1.3 Göms\n\nÖppen fråga. Var och en svarade. Resultatet visas inte.\n\n### 1.4", "| b (dold) | – | – | – | – |",
			"## 2. Två\n\nSteget hölls inte, och frågan ställdes inte.\n", "- **Läge:** sessionen är inte avslutad")
		check("nor is it in JSON", json.steps[0].activities[1].results.length === 0 && json.steps[0].activities[2].results.length === 0)
		return one
	},

	async "a secret rating"() {
		const one = await session({ steps: [step("Ett", [question("rating", [0], "Hur står det till?", [item("Illa"), item("Bra")], { secret: true })])], rooms: ["Stor", "Liten", "Minst"], people: 8 })
		await one.fay.ask("move", 0, 0, one.people.slice(0, 8).flatMap((page, i) => [page.actor, i < 5 ? 1 : 2 + (i === 7)]))
		for (const [i, page] of one.people.entries()) await page.until(() => page.room === (i < 5 ? 1 : 2 + (i === 7)), "the room")
		for (const last of [0, 1]) {
			await open(one, 1)
			for (const [i, page] of one.people.entries()) await vote(page, 1, [1, 1 + 100 * (i + last)])
			await reveal(one, 1)
			if (!last) await one.fay.ask("ask", 1, 0, [])
		}
		const { sv, json } = await told(one, "rating")
		has("of a room its picture, of a small one nothing", sv, "| Rum 1: Stor | 5 | 30,0 | 30,0 | 15,0–45,0 |  |", "| Rum 2: Liten | för få | – | – | – | – |", "| Rum 3: Minst | för få | – | – | – | – |")
		has("of the first round the total", sv, "#### Omgång 1\n\n8 svar.\n", "| Alla | 8 | 35,0 | 35,0 | 15,0–55,0 | stor |")
		check("no answer of a room is told", json.steps[0].activities[0].results.slice(1).every(({ places }) => !places || places.length === 0) && json.steps[0].activities[0].earlier[0].results.length === 1, JSON.stringify(json.steps[0].activities[0]))
		return one
	},

	async "the programme, and what a room stands behind"() {
		const one = await session({ steps: [step("Ett", [question("choice", [1, 1], "Vad väljer rummet?", [item("Ja"), item("Nej")], { holder: 2 })], { minutes: 5 }), step("Två", [], { minutes: 15 })], rooms: ["Linden", ""], people: 4 })
		await one.fay.ask("go", 1, 0, [])
		await open(one, 1)
		const [first, second] = room(one, 1)
		await vote(first, 1, [1, 1])
		await vote(room(one, 2)[0], 1, [2, 1])
		await first.ask("agree", 1, 0, [1, 1, encode([1, 1])])
		await second.ask("agree", 1, 0, [1, 2, encode([1, 1])])
		await vote(room(one, 2)[0], 1, [2, 1])
		await reveal(one, 1)
		await one.fay.ask("go", 2, 0, [])
		await one.fay.ask("end", 0, 0, [])
		const { sv, en, json } = await told(one, "programme")
		check("two rooms, two answers", second && json.steps[0].activities[0].results[0].ballots === 2)
		has("the programme", sv, "| Steg | Började | Planerat | Tog |", "| 5 min | under 1 min |", "| 15 min | under 1 min |", "| Sammanlagt | | 20 min | under 1 min |", "Alla klockslag gäller UTC.", "Varje rum gav ett gemensamt svar. 2 svar.", "- Rum 1: Linden: 1 står bakom svaret, 1 gör det inte än\n")
		hasNot("who they are is not told", sv, "P1", "P2")
		has("in English", en, "| Step | Began | Planned | Took |", "All clock times are those of UTC.", "Each room gave one answer. 2 answers.")
		check("in JSON", json.steps.every((one_) => one_.planned_minutes > 0 && one_.began.startsWith("20") && one_.spent_ms >= 0) && json.ended.startsWith("20"), JSON.stringify(json.steps))
		return one
	},

	async "what was struck"() {
		const one = await session({ steps: [step("Ett", [question("text", [99], "Vad?")], { instruction: "Gör så" })], rooms: ["A", "Tyst"], people: 4 })
		await open(one, 1)
		for (const page of room(one, 1)) await vote(page, 1, [], [`Svar av ${page.actor}`])
		const [writer] = room(one, 1)
		await writer.ask("pen_take", 1, 0, [0])
		await writer.ask("note_put", 1, 1, [randomBytes(8), 1, 1, 0, 0, 0, 1, 0], ["En anteckning"])
		await reveal(one, 1)
		const { sv: before, file } = await told(one, "whole"), lines = [...decodeMulti(await readFile(file))], struck = path.join(state, "struck.log")
		for (const line of lines) if (line.length === 9 && line[8].length && [3, 4, 20, 38].includes(line[6][2] * 256 + line[6][3])) { line[5] |= 2; line[8] = new Uint8Array() }
		await writeFile(struck, Buffer.concat(lines.map((line) => Buffer.from(encode(line)))))
		const sv = (await bollplank("replay", struck)).out, json = JSON.parse((await bollplank("replay", struck, "--json")).out)
		has("the room that says nothing", before, "Inga svar: Rum 2: Tyst\n", "Inga anteckningar: Rum 2: Tyst\n")
		has("said to be removed", sv, "## 1. (borttagen)\n", "### 1.1 (borttagen)\n", "- **Iakttagelse:** (borttagen) (", "2 svar.", "- (borttagen) (2)\n")
		check("in JSON null", json.steps[0].title === null && json.steps[0].activities[0].title === null && json.notes[0].words === null, JSON.stringify(json))
		const { wrong } = recount(await readFile(struck), json)
		check("counted anew", wrong.length === 0, wrong.join("\n"))
		return one
	},

	async "more words than a picture holds"() {
		const one = await session({ steps: [step("Ett", [question("text", [900], "Vad?")])], people: 60 })
		await open(one, 1)
		await Promise.all(one.people.map((page, i) => vote(page, 1, [], [`Svar nummer ${i} ${"x".repeat(870)}`])))
		await reveal(one, 1)
		const { sv, json } = await told(one, "many")
		check("every answer is in the report", json.steps[0].activities[0].results[0].words.length === 60 && one.people.every((_, i) => times(sv, `- Svar nummer ${i} x`) === 1), json.steps[0].activities[0].results[0].words.length)
		return one
	},

	async "a language as others write it"() {
		const one = await session({ steps: [step("Ett")], language: "SV-fi" })
		const { out } = await bollplank("report", one.link)
		has("sv-FI is Swedish", out, "## Program\n", "Deltagare")
		return one
	},
}

if (options.keep) await mkdir(options.keep, { recursive: true })
const watch = setTimeout(() => { console.error("report: not over after 200 s"); process.exit(1) }, 200000)
for (const [name, story] of Object.entries(stories)) {
	console.log(`-- ${name}`)
	try {
		const one = await story()
		await Promise.all([one.fay, ...one.people].map((page) => page.leave()))
	} catch (error) {
		failed++
		console.log(`FAIL ${name}: ${error.stack}`)
	}
}
for (const name of ["mine.yml", "LOUD.YAML"]) check(`a workshop's file with another ending is told about: ${name}`, said.includes(`${name}`) && said.includes("ends with .yaml"), said.slice(0, 2000))
daemon.kill("SIGTERM")
check("the daemon ends by itself when asked", (await ended) === 0)
clearTimeout(watch)
await rm(state, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed, 0 skipped`)
process.exit(failed ? 1 : 0)
