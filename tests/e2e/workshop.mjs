// SPDX-License-Identifier: EUPL-1.2
// The declaration workshop end to end, against the real daemon on SQLite: 30 people in 5 rooms choose a level, place their dots so that two principles tie to the last
// number, rate both principles question by question behind the gate, write notes, one of them offline; the daemon is killed in the middle of the first principle.
//   node tests/e2e/workshop.mjs [--build build/dev] [--keep FOLDER]
// Afterwards the log is counted anew (recount.mjs) and compared with the report, and `replay` of the log with `report`, byte for byte. The ballots are fixed; only
// the moments are the machine's.
import { execFile, spawn } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { mkdtemp, mkdir, open, readFile, rm, writeFile } from "node:fs/promises"
import net from "node:net"
import { tmpdir } from "node:os"
import path from "node:path"
import { parseArgs, promisify } from "node:util"
import { COMMAND, decode, FAULT, hex, LINK, Page, PARTICIPANT, PHASE, ROOM } from "./page.mjs"
import { changes, compare, count, readLog, recount } from "./recount.mjs"
const { values: options } = parseArgs({ options: { build: { type: "string", default: process.env.BOLLPLANK_BUILD ?? "build/dev" }, keep: { type: "string" } } })
const PEOPLE = 30, ROOMS = 5, LEVELS = 4
const client = path.join(options.build, "clients/bollplank")

let passed = 0, failed = 0
const check = (what, ok, got = "") => { ok ? passed++ : failed++; console.log(`${ok ? "ok  " : "FAIL"} ${what}${got === "" ? "" : `: ${got}`}`); return ok }
const same = (what, got, wanted) => check(what, JSON.stringify(got) === JSON.stringify(wanted), `${JSON.stringify(got)}${JSON.stringify(got) === JSON.stringify(wanted) ? "" : `, and not ${JSON.stringify(wanted)}`}`)

// --- the daemon: started, killed, started again on the same folder ---

const state = await mkdtemp(path.join(tmpdir(), "bollplank-workshop-")), key = randomBytes(16).toString("hex"), keyFile = path.join(state, "creation.key")
await writeFile(keyFile, key, { mode: 0o600 })
const port = await new Promise((go) => { const one = net.createServer().listen(0, "127.0.0.1", () => { const { port: free } = one.address(); one.close(() => go(free)) }) })
let daemon

const listens = () => new Promise((go) => { const one = net.connect(port, "127.0.0.1"); one.on("connect", () => { one.destroy(); go(true) }); one.on("error", () => go(false)) })

async function start() {
	const log = await open(path.join(state, "log"), "a")
	daemon = spawn(path.join(options.build, "daemon/bollplank-daemon"), ["--listen", `127.0.0.1:${port}`, "--state", state, "--key-file", keyFile, "--catalog", "catalog"], { stdio: ["ignore", log.fd, log.fd] })
	daemon.ended = new Promise((go) => daemon.on("exit", (code, signal) => { daemon.over = true; go(code ?? signal) }))
	await log.close()
	for (let tries = 0; !(await listens()); tries++) {
		if (daemon.over || tries === 600) throw new Error(`the daemon did not start; it said:\n${(await readFile(path.join(state, "log"), "utf8")).slice(-4000)}`)
		await new Promise((go) => setTimeout(go, 50))
	}
}

async function stop(signal) {
	daemon.kill(signal)
	return daemon.ended
}

async function bollplank(...words) {
	const { stdout } = await promisify(execFile)(client, words, { encoding: "buffer", maxBuffer: 1 << 28, timeout: 60000 })
	return stdout
}

/** The same when it is to fail: status and what it said. */
async function refused(...words) {
	return promisify(execFile)(client, words, { timeout: 60000 }).then(({ stdout }) => ({ code: 0, said: stdout }), (error) => ({ code: error.code, said: error.stderr }))
}

// --- everybody ---

const url = `http://127.0.0.1:${port}`
const name = (i) => `Person ${String(i + 1).padStart(2, "0")}`
let people = [], fay, links

const each = (what) => Promise.all(people.map(what))
const all = (ready, what) => Promise.all([...people, fay].map((page) => page.until(() => ready(page), what)))
const agenda = () => [...fay.section("agenda")].map(([step, item]) => ({ step, position: item[0], activities: item[3], plenary: item[4], source: item[5], group: item[6] })).sort((x, y) => x.position - y.position)
const inRoom = (room) => people.filter((page) => page.room === room)

async function arrive() {
	links = Object.fromEntries((await bollplank("create", "--workshop", "declaration", "--plain", "--language", "sv", "--url", url, "--key-file", keyFile)).toString().trim().split("\n").map((line) => line.split(/=(.*)/s)))
	const [sid, token] = links.facilitator.split("#")[1].split(".")
	fay = new Page({ port, door: LINK, place: sid, token: Buffer.from(token, "base64url") }).come()
	await fay.ask("join", 0, 0, [])
	for (let i = 0; i < PEOPLE; i++) { // one after the other: who is who must not be chance
		const page = new Page({ port, door: PARTICIPANT, place: links.code }).come()
		people.push(page)
		await page.ask("join", 0, 0, [], [name(i), i % 2 ? "Storby kommun" : "Region Norr"])
	}
	await fay.ask("rooms", 0, 0, [1, ROOMS]) // 4.9: drawn by lot, and the plan stands in the log
	await all((page) => page === fay || page.room > 0, "a room for everybody")
	same("five rooms of six", [1, 2, 3, 4, 5].map((room) => inRoom(room).length), [6, 6, 6, 6, 6])
	await fay.ask("room_put", 1, 0, [], ["Linden", ""])
}

/** Opens for everybody, lets each one answer, closes, shows. paper: what is entered from paper before the close. */
async function ask(activity, answer, paper = null) {
	await fay.ask("open", activity, 0, [0])
	await each((page) => page.until(() => page.phase(activity)[0] === PHASE.OPEN, `question ${activity} open`))
	await each(answer)
	if (paper) await paper()
	await close(activity)
}

/** `bollplank proxy` with these lines; gives its status and what it said. */
async function proxy(question, text, link = links.facilitator) {
	const file = path.join(state, "paper.csv")
	await writeFile(file, text)
	return refused("proxy", link, String(question), file)
}
async function papers(question, text, link = links.facilitator) {
	const { code, said: words } = await proxy(question, text, link)
	if (code !== 0) throw new Error(`proxy: status ${code}, ${words}`)
	return words
}

async function close(activity) {
	const secret = fay.section("activity", activity).get(0)[3]
	await fay.ask("close", activity, 0, [1])
	await fay.until(() => fay.phase(activity, 0)[0] === (secret ? PHASE.SEALED : PHASE.CLOSED), `question ${activity} closed`)
	await fay.ask("reveal", activity, 0, [])
	await all((page) => page.section("result", activity).get(1), `the result of ${activity}`)
}

const vote = (page, activity, ballot, words = null) => page.command("ballot", activity, 0, [page.phase(activity)[1], 0, ballot.length ? pack(ballot) : new Uint8Array()], words)
async function place(page, activity, ballot, words = null) {
	const { fault } = await vote(page, activity, ballot, words)
	if (fault) throw new Error(`question ${activity}: fault ${fault}`)
}
/** 4.7: in shortest form. */
function pack(values) {
	const bytes = [0x90 | values.length]
	for (const value of values) value < 128 ? bytes.push(value) : value < 256 ? bytes.push(0xcc, value) : bytes.push(0xcd, value >> 8, value & 255)
	return Buffer.from(bytes)
}

// --- step 0: the level ---

async function level(step) {
	await fay.ask("go", step.step, 0, [])
	const [activity] = step.activities, wish = (i) => (i % 3 === 0 ? 1 + (i % LEVELS) : 2)
	await ask(activity, async (page) => {
		const i = people.indexOf(page)
		if (i % 5 === 0) await place(page, activity, [4, 1]) // changes their mind
		await place(page, activity, [wish(i), 1])
	}, async () => {
		const bad = await proxy("level", "room;sheet;heads;1;2\n5;A;2;1;\n9;B;1;;1\n5;A;1;;1\n5;C;;1;1\n5;D;many;;3\n")
		same("paper with mistakes: each is told by line and column, nothing is sent", [bad.code, ...bad.said.trim().split("\n").map((line) => line.replace(/^.*paper.csv:/, "").split(":").slice(0, 2).join())],
			[1, "3,1", "4,1", "5,1", "6,5", "6,11", "bollplank proxy, nothing was sent"])
		const good = (level_) => `\ufeffroom,sheet,heads,${level_},"Hela det offentliga Sverige"\r\n5,A,2,1,\r\n5,"B, som kom sent",1,,x\r\n"Linden",1,,,1\r\n`
		check("paper: a file of a spreadsheet is entered", (await papers("level", good(3))).includes("3 sheets saved"))
		await papers(activity, good(2)) // a sheet sent again replaces
		await papers(activity, good(2)) // and the same again changes nothing
		await papers(activity, "room;sheet;heads;2\n5;A;2;1\n") // nor does a part of it: what was announced is not lowered
	})
	const [ballots, heads, , bytes, , onPaper] = people[0].section("result", activity).get(1), paper = { 2: 2, 4: 2 }
	const wanted = [1, 2, 3, 4].flatMap((item) => { const n = people.filter((_, i) => wish(i) === item).length + (paper[item] ?? 0); return n ? [item, n, n] : [] })
	same("the level is what most chose, with those on paper, and everybody sees it", decode(bytes), wanted)
	same("33 answers of 34 people, 3 of them on paper", [ballots, heads, onPaper], [33, 34, 3])
	return activity
}

/** In a session of its own: paper in a secret question is sealed with the rest. */
async function secretPaper() {
	const made = Object.fromEntries((await bollplank("create", "--plain", "--rehearsal", "--language", "sv", "--url", url, "--key-file", keyFile, "--rooms", "1", "--question", "Vad först?", "--item", "Ljus", "--item", "Luft",
		"--item", "Ljud", "--dots", "5", "--cap", "3", "--secret")).toString().trim().split("\n").map((line) => line.split(/=(.*)/s)))
	const [sid, token] = made.facilitator.split("#")[1].split("."), eva = new Page({ port, door: LINK, place: sid, token: Buffer.from(token, "base64url") }).come()
	await eva.ask("join", 0, 0, [])
	const three = [1, 2, 3].map(() => new Page({ port, door: PARTICIPANT, place: made.code }).come()) // toward k = 3 nobody's own sheets count (4.19)
	for (const one of three) await one.ask("join", 0, 0, [], ["En av tre", ""])
	const early = await proxy(1, "room;sheet;1\n1;A;3\n", made.facilitator)
	check("paper is not entered before the question is asked", early.code === 1 && early.said.includes("not asked yet"), early.code)
	await eva.ask("open", 1, 0, [0])
	for (const one of three) await one.until(() => one.phase(1)[0] === PHASE.OPEN, "the secret question")
	for (const [i, one] of three.entries()) await place(one, 1, [1, 3 - i, 2, 2])
	const over = await proxy(1, "room;sheet;Ljus;Luft;Ljud\n1;A;3;3;\n1;B;4;;\n", made.facilitator)
	same("budget and cap are checked first", [over.code, over.said.includes("2:1: 6 dots on the sheet; expected at most 5"), over.said.includes("3:5: 4 dots on one item; expected at most 3")], [1, true, true])
	for (const last of [1, 3, 3]) await papers(1, `room;sheet;Ljus;Luft;Ljud\n1;A;3;;2\n1;B;;;${last}\n1;C;1;1;\n`, made.facilitator)
	await eva.ask("close", 1, 0, [1])
	await eva.until(() => eva.phase(1, 0)[0] === PHASE.SEALED, "the seal")
	await eva.ask("reveal", 1, 0, [])
	const [ballots, , heldBack, tally, , onPaper] = await eva.until(() => eva.section("result", 1).get(1), "the result")
	same("secret paper counts with the rest, and is told as paper", [ballots, heldBack, decode(tally), onPaper], [6, 0, [1, 10, 5, 2, 7, 4, 3, 5, 2], 3])
	const { compared, wrong } = recount(await bollplank("log", made.facilitator), JSON.parse(await bollplank("report", made.facilitator, "--json")))
	for (const line of wrong.slice(0, 5)) console.log(`     otherwise: ${line}`)
	check("its recount says the same", compared > 10 && wrong.length === 0, `${compared} values compared, ${wrong.length} otherwise`)
	await Promise.all([...three, eva].map((one) => one.leave()))
}

/** In a session of its own, since the catalog has no question that a room answers as one: a proposal, agreement, another proposal, which asks everybody anew. */
async function roomsAgree() {
	const made = Object.fromEntries((await bollplank("create", "--plain", "--rehearsal", "--language", "sv", "--url", url, "--key-file", keyFile, "--rooms", "2", "--question", "Vilken nivå?", "--item", "Vi själva",
		"--item", "Vår organisation", "--item", "Hela landet", "--choice", "--by-room")).toString().trim().split("\n").map((line) => line.split(/=(.*)/s)))
	const [sid, token] = made.facilitator.split("#")[1].split("."), eva = new Page({ port, door: LINK, place: sid, token: Buffer.from(token, "base64url") }).come()
	await eva.ask("join", 0, 0, [])
	const eight = Array.from({ length: 8 }, () => new Page({ port, door: PARTICIPANT, place: made.code }).come())
	for (const [i, one] of eight.entries()) await one.ask("join", 0, 0, [], [`Rumsgäst ${i + 1}`, ""])
	await Promise.all(eight.map((one) => one.until(() => one.room > 0, "a room")))
	await eva.ask("open", 1, 0, [0])
	await Promise.all(eight.map((one) => one.until(() => one.phase(1)[0] === PHASE.OPEN, "the rooms' question")))
	const rooms = [1, 2].map((room) => eight.filter((one) => one.room === room)), words = (one) => one.section("room_ballots", one.room).get(1) ?? [0, new Uint8Array(), [], []]
	const agrees = (one, answer, ballot) => one.command("agree", 1, 0, [1, answer, pack(ballot)])
	same("two rooms of four", rooms.map((room) => room.length), [4, 4])
	for (const room of rooms) {
		const others = room.slice(1)
		await place(room[0], 1, [3, 1])
		for (const one of others) await one.until(() => words(one)[1].length, "the proposal")
		await Promise.all(others.slice(1).map((one) => agrees(one, 1, [3, 1])))
		await agrees(others[0], 2, [3, 1])
		await room[0].until(() => words(room[0])[2].length === 2 && words(room[0])[3].join() === String(others[0].actor), "two agree, one does not yet")
		await place(room[0], 1, [2, 1])
		await Promise.all(room.map((one) => one.until(() => hex(words(one)[1]) === hex(pack([2, 1])), "the other proposal")))
		same("another proposal: nobody has agreed to it, and nobody agrees to the one before", [words(others[0]).slice(2), (await agrees(others[0], 1, [3, 1])).fault], [[[], []], FAULT.stale])
		await Promise.all(room.map((one) => agrees(one, 1, [2, 1])))
		await Promise.all(room.map((one) => one.until(() => words(one)[2].length === 4, "all four agree")))
		same("all of the room agree", words(others[1])[2].toSorted((x, y) => x - y), room.map((one) => one.actor).toSorted((x, y) => x - y))
	}
	check("no room sees the other's ballot", rooms[0].every((one) => !one.section("room_ballots", 2).size) && rooms[1].every((one) => !one.section("room_ballots", 1).size))
	await eva.ask("close", 1, 0, [1])
	same("closed: agreed is agreed", (await agrees(rooms[0][1], 2, [2, 1])).fault > 0, true)
	await eva.ask("reveal", 1, 0, [])
	const [ballots, , , tally] = await eva.until(() => eva.section("result", 1).get(1), "the rooms' result")
	same("a room counts once", [ballots, decode(tally)], [2, [2, 2, 2]])
	const { compared, wrong } = recount(await bollplank("log", made.facilitator), JSON.parse(await bollplank("report", made.facilitator, "--json")))
	for (const line of wrong.slice(0, 5)) console.log(`     otherwise: ${line}`)
	check("its recount says the same", compared > 10 && wrong.length === 0, `${compared} values compared, ${wrong.length} otherwise`)
	await Promise.all([...eight, eva].map((one) => one.leave()))
}

// --- step 1: five dots each, a tie ---

/** Two and two mirror each other: what one puts on principle 1 the other puts on principle 2. So both have the same total from the same number of people. */
function dots(i, groups) {
	const pair = i >> 1, first = i % 2 === 0 ? [groups[1], groups[2]] : [groups[2], groups[1]], ballot = new Map()
	const put = (items, at, dots_) => { const item = items[at % items.length]; ballot.set(item, (ballot.get(item) ?? 0) + dots_) }
	put(first[0], pair, 2 + (pair % 2))
	if (pair % 3) put(first[1], pair + 1, 1)
	if (i !== 29) for (let left = 5 - [...ballot.values()].reduce((x, y) => x + y); left > 0; left--) put(groups[3 + ((pair + left) % 3)], pair + left, 1)
	return [...ballot].sort(([x], [y]) => x - y).flat()
}

async function challenges(step) {
	await fay.ask("go", step.step, 0, [])
	const [activity] = step.activities, groups = {}
	for (const [key_, item] of fay.section("activity", activity)) if (key_ > 0 && key_ < 4096) (groups[item[0]] ??= []).push(key_)
	same("30 questions under five principles", [1, 2, 3, 4, 5].map((group) => groups[group].length), [6, 6, 7, 4, 7])
	await ask(activity, async (page) => {
		const i = people.indexOf(page), ballot = dots(i, groups)
		if (i === 3) same("a sixth dot is refused", (await vote(page, activity, [1, 5, 7, 1])).fault, FAULT.over_budget)
		if (i % 4 === 1) await place(page, activity, [groups[5][0], 5]) // moves all of them afterwards
		if (i % 7 === 2) await place(page, activity, []) // takes them back, and puts them out anew
		await place(page, activity, ballot)
	})
	const [ballots, heads, heldBack, tally, standing] = fay.section("result", activity).get(1), sums = decode(tally), total = sums.filter((_, i) => i % 3 === 1).reduce((x, y) => x + y)
	const wanted = people.flatMap((_, i) => dots(i, groups)).filter((_, i) => i % 2).reduce((x, y) => x + y)
	same("30 ballots of 30 people, nothing held back", [ballots, heads, heldBack], [30, 30, 0])
	check("never more than 150 dots", total <= 5 * PEOPLE, total)
	same("and all that were placed", total, wanted)
	const rows = decode(standing).reduce((list, value, i) => (i % 3 ? list.at(-1).push(value) : list.push([value]), list), [])
	const best = [...rows].sort(([x, p, q], [y, r, t]) => r - p || t - q || x - y)
	check("principles 1 and 2 tie at the top, in dots and in people", best[0][0] === 1 && best[1][0] === 2 && best[0][1] === best[1][1] && best[0][2] === best[1][2] && best[1][1] > best[2][1], JSON.stringify(best))

	const told = (order, override = 0) => fay.command("outcome", activity, 0, [1, 1, override, order.flat()], ["Princip 2 ligger närmast det vi talade om senast"])
	same("who has fewer dots cannot go first unless it is marked", (await told([best[2], best[0], best[1], ...best.slice(3)])).fault, FAULT.not_the_outcome)
	same("among equals the facilitator decides", (await told([best[1], best[0], ...best.slice(2)])).fault, FAULT.none)
	await all((page) => page.section("outcome", activity).get(0), "the order")
	const order = agenda().filter((one) => one.source === activity).map((one) => one.group)
	same("the steps stand in that order", order, [2, 1, ...best.slice(2).map(([id]) => id)])
	return { activity, order }
}

// --- notes ---

const notes = new Map() // id -> {room, step, words, tray}: as it must stand at the end
const said = []         // every wording that was acknowledged, early ones too

class Writer {
	tenure = 0
	constructor(page) { this.page = page }
	async take() {
		const { room } = this.page, known = this.page.section("signals", room).get(1)?.[0] ?? 0
		await this.page.ask("pen_take", room, 0, [known])
		this.tenure = known + 1
		return this
	}
	/** What is written goes out as the pen was held when it was written (4.17). */
	async put(step, words, { id = randomBytes(8), kind = 1, final = 0, plenary = 0, writing = 0, at = 1000, activity = 0 } = {}) {
		const { room } = this.page, verdict = await this.page.command("note_put", room, step, [id, this.tenure, kind, final, plenary, writing, at, activity], [words])
		if (verdict.fault <= FAULT.recovered) {
			notes.set(hex(id), { room, step, words, tray: verdict.fault === FAULT.recovered })
			said.push(words)
		}
		return { id, ...verdict }
	}
}

/** Six things written in a room on a step: types, order, a wording that is mended, three to all and no fourth. */
async function writes(writer, step, activities) {
	const { room } = writer.page, words = (i) => `Rum ${room} steg ${step}: anteckning ${i}`
	const first = await writer.put(step, `${words(1)}, halv`, { writing: 1 })
	await writer.put(step, `${words(1)}, hel`, { id: first.id, writing: 0 })
	await writer.put(step, `${words(1)}, rättad i efterhand`, { id: first.id, final: 1 })
	for (const [i, kind] of [[2, 3], [3, 2], [4, 7]]) await writer.put(step, words(i), { kind, at: 1000 * (6 - i), activity: activities[i], plenary: i < 4 ? 1 : 0, final: i % 2 })
	await writer.put(step, words(5), { kind: 5, at: 9000, plenary: 1 })
	if ((await writer.put(step, words(6), { plenary: 1, at: 9500 })).fault !== FAULT.plenary_full) throw new Error("a fourth note went to all")
	return writer.put(step, words(6), { at: 9500 })
}

// --- step 2: a principle, question by question ---

/** Where somebody stands: of every third question half are far down and half far up, the ends 0 and 1000 among them. */
const rate = (i, activity) => (activity % 3 === 0 ? (i % 2 ? 1000 - (i * 7) % 120 : (i * 31) % 140) : 300 + ((i * 97 + activity * 53) % 420))
const opened = (activity) => [1, 2, 3, 4, 5].map((room) => fay.phase(activity, room)[0])

/** One in each room answers last. */
const slow = () => people.filter((page, i) => people.findIndex((one) => one.room === page.room) === i)

/** half: called when half of the answers to a question are saved. paper: before the last one. */
async function principle(step, { half = null, paper = null } = {}) {
	await fay.ask("go", step.step, 0, [])
	for (const activity of step.activities) await fay.ask("open", activity, 0, [0])
	await all((page) => step.activities.every((activity) => page.phase(activity)[0] === PHASE.OPEN), "all questions of the principle")
	if (half) await half()
	const some = step.activities[0], last = slow()
	await each(async (page) => { if (!last.includes(page)) for (const activity of step.activities) await place(page, activity, [1, rate(people.indexOf(page), activity) + 1]) })
	same(`step ${step.step}: with one answer missing in each room nothing is shown`, opened(some), Array(ROOMS).fill(PHASE.OPEN))
	check("and nobody sees a result", people.every((page) => !page.section("result", some, page.room).get(1)))
	if (paper) await paper()
	for (const page of last) for (const activity of step.activities) await place(page, activity, [1, rate(people.indexOf(page), activity) + 1])
	for (const activity of step.activities) await fay.until(() => opened(activity).every((phase) => phase === PHASE.REVEALED), `the gate of ${activity} in every room`)
	await each((page) => page.until(() => page.section("result", some, page.room).get(1), "the room's own result"))
	check("the house opens each room's discussion when all have placed theirs", true, `${step.activities.length} questions in ${ROOMS} rooms`)
	check("the total is not shown yet", people.every((page) => !page.section("result", some, 0).get(1)))
}

async function finish(step) {
	await fay.ask("back", 0, 0, [60000])
	await Promise.all([1, 2, 3, 4, 5].map((room) => inRoom(room)[1].ask("ready", room, 0, [step.step, 1])))
	await fay.until(() => [1, 2, 3, 4, 5].every((room) => fay.section("signals", room).get(3) === step.step), "every room is ready")
	for (const activity of step.activities) await close(activity)
	await fay.ask("back", 0, 0, [0])
	const wide = step.activities.filter((activity) => decode(fay.section("result", activity).get(1)[3])[5])
	check(`step ${step.step}: means, medians and spread are shown`, step.activities.every((activity) => [PEOPLE, PEOPLE + 3].includes(decode(people[0].section("result", activity).get(1)[3])[0])), `${wide.length} of ${step.activities.length} spread wide`)
	same("two questions of six divide people", wide.length, 2)
}

let kills = 0
async function kill() { // with commands under way
	await stop("SIGKILL")
	kills++
	await start()
	await all((page) => page.welcome && page.sections.size > 0, "everybody back")
}

const scope = (page, room = 0) => page.section("scope", room ? ROOM + room : 0)

/** Room 5 asks for five minutes more and gets them; and the fire alarm stops everybody's time, not the room's own. */
async function minutes() {
	const [one, other] = inRoom(5)
	await one.ask("hand", 5, 0, [1, 3])
	await other.ask("hand", 5, 0, [1, 5])
	await fay.until(() => fay.section("signals", 5).get(2)?.[2] === 5, "five minutes are asked for")
	await fay.ask("time", 0, ROOM + 5, [600000 + 300000])
	await fay.ask("hand", 5, 0, [0, 0])
	await other.until(() => scope(other, 5).get(2)?.[1] === 900000 && other.section("signals", 5).get(2)[0] === 0, "the room's own time")
	same("a room asks for five minutes more and gets them; the others have no time of their own", [1, 2, 3, 4].map((room) => scope(fay, room).get(2)?.[1] ?? 0), [0, 0, 0, 0])
	same("where no time runs none can stand still", (await fay.command("pause", 0, 0, [1000])).fault, FAULT.wrong_phase)
	await fay.ask("time", 0, 0, [1200000])
	await fay.ask("pause", 0, 0, [1100000])
	await all((page) => scope(page).get(2)?.[3] === 1, "the pause")
	same("the time stands still for all with what is left, and the room's own goes on", [people.every((page) => scope(page).get(2)[1] === 1100000), scope(one, 5).get(2)[3]], [true, 0])
	same("a participant stops nobody's time", (await one.command("pause", 0, 0, [1000])).fault, FAULT.not_allowed)
	await fay.ask("time", 0, 0, [1100000])
	await all((page) => scope(page).get(2)[3] === 0 && scope(page).get(2)[1] === 1100000, "it goes on")
}

/** Room 1: somebody leads, turns the page, hands over. */
async function discussion(step) {
	const [one, two, three] = inRoom(1), stranger = inRoom(2)[0], leader = (page) => page.section("signals", 1).get(4)
	await one.ask("lead", 1, 0, [one.actor])
	await one.ask("focus", 1, 0, [step.activities[2]])
	await two.until(() => leader(two) === one.actor && two.section("signals", 1).get(5)?.[0] === step.activities[2], "the room's question")
	same("who does not lead turns no page, and nobody does in another room", [(await two.command("focus", 1, 0, [step.activities[0]])).fault, (await stranger.command("lead", 1, 0, [stranger.actor])).fault], [FAULT.not_allowed, FAULT.no_room])
	await one.ask("lead", 1, 0, [two.actor])
	await two.ask("focus", 1, 0, [step.activities[0]])
	await three.until(() => leader(three) === two.actor && three.section("signals", 1).get(5)[0] === step.activities[0], "the next leader's question")
	same("handed over: the leader before turns no page any more", (await one.command("focus", 1, 0, [step.activities[1]])).fault, FAULT.not_allowed)
	check("nobody outside hears who leads", people.every((page) => page.room === 1 || !page.section("signals", 1).size))
}

async function firstPrinciple(step) {
	const writers = await Promise.all([1, 2, 3, 4, 5].map((room) => new Writer(inRoom(room)[2]).take()))
	await principle(step, { half: async () => {
		const early = people.filter((page, i) => i % 2 === 0 && !slow().includes(page)), before = people.map((page) => page.saved.length)
		const answers = early.map((page) => { const i = people.indexOf(page); return place(page, step.activities[0], [1, rate(i, step.activities[0]) + 1]) })
		await Promise.race(answers) // some are saved, others not
		const under = writers.slice(0, 2).map((writer) => writer.put(step.step, `Rum ${writer.page.room}: skriven när servern föll`, { at: 500 }))
		await kill()
		await Promise.all([...answers, ...under])
		check("killed with -9 in the middle: everybody is back, and what was under way is saved", people.every((page, i) => page.came === 2 && page.saved.length >= before[i]), `${answers.length + under.length} commands were under way`)
	} })

	// Rooms 1, 4 and 5 write as they are; 2 hands the pen over; the writer of 3 loses the network.
	for (const writer of [writers[0], writers[3], writers[4]]) await writes(writer, step.step, step.activities)
	await inRoom(4)[0].ask("hand", 4, 0, [1, 0])
	await fay.until(() => fay.section("signals", 4).get(2)?.[1] === 1, "the raised hand")
	await fay.ask("hand", 4, 0, [0, 0])
	await fay.ask("say", 0, ROOM + 4, [], ["Jag kommer"])
	await minutes()
	await discussion(step)

	const next = new Writer(inRoom(2)[4])
	await writers[1].put(step.step, "Rum 2: före överlämningen", { at: 700 })
	const stranger = await next.page.command("pen_take", 2, 0, [1])
	same("the pen of somebody who is here cannot be taken", stranger.fault, FAULT.pen_needed)
	await writers[1].page.ask("pen_give", 2, 0, [1, next.page.actor])
	next.tenure = 2
	await writes(next, step.step, step.activities)
	const suggestion = await writers[1].page.command("note_put", 2, step.step, [randomBytes(8), 0, 4, 0, 0, 0, 800, 0], ["Rum 2: ett förslag från bordet"])
	same("who has no pen may suggest", suggestion.fault, FAULT.none)
	said.push("Rum 2: ett förslag från bordet")

	const offline = writers[2], heir = new Writer(inRoom(3)[5])
	const open_ = await offline.put(step.step, "Rum 3: påbörjad", { writing: 1, at: 600 })
	await offline.page.leave()
	const late = [offline.put(step.step, "Rum 3: påbörjad, och färdig utan nät", { id: open_.id, at: 600 }), offline.put(step.step, "Rum 3: skriven utan nät, nummer två", { at: 650 })]
	await fay.ask("pen_give", 3, 0, [1, heir.page.actor])
	heir.tenure = 2
	await writes(heir, step.step, step.activities)
	offline.page.come()
	const faults = (await Promise.all(late)).map((one) => one.fault)
	notes.set(hex(open_.id), { room: 3, step: step.step, words: "Rum 3: påbörjad", tray: false }) // stands as it was; the late wording lies in the tray
	notes.set("late", { room: 3, step: step.step, words: "Rum 3: påbörjad, och färdig utan nät", tray: true })
	same("what was written without network lands in the tray", faults, [FAULT.recovered, FAULT.recovered])
	const tray = await heir.page.until(() => heir.page.section("tray", 3).size === 2 && heir.page.section("tray", 3), "two in the tray")
	const [[second]] = [...tray].filter(([, item]) => item.at(-1)[0][1].endsWith("nummer två")), id = Buffer.from(tray.get(second)[0])
	await heir.page.ask("tray_take", 3, 0, [second, heir.tenure, id, 620])
	notes.set(hex(id), { ...notes.get(hex(id)), tray: false })
	check("the new writer takes one of them over, the other one stays in sight", true)
	await finish(step)
	return { 1: writers[0], 2: next, 3: heir, 4: writers[3], 5: writers[4] }
}

async function closing(step) {
	await fay.ask("go", step.step, 0, [])
	for (const activity of step.activities)
		await ask(activity, async (page) => {
			const i = people.indexOf(page), words = i % 6 === 0 ? "Att vi är så överens" : `Svar ${activity} av ${name(i)}: tydligare uppdrag`
			if (i === 11) return // has nothing to say
			if (i % 8 === 3) await place(page, activity, [], ["ett första försök"])
			await place(page, activity, [], [words])
		}, activity === step.activities[0] ? () => papers("surprise", `room;sheet;words\n2;A;"Papper går också; ""bra"" rentav,\nsa någon"\n2;B;Att vi är så överens\n`) : null)
	const result = people[7].section("result", step.activities[0]).get(1), list = decode(result[3])
	same("29 closing answers and two on paper; what six have in common stands once", [result[0], list[list.indexOf("Att vi är så överens") + 1], list.some((one) => String(one).includes('"bra" rentav,\nsa'))], [31, 6, true])
}

// --- what is left of it ---

/** Every acknowledgement stands in the log at its place, once; of a secret ballot that it was cast, and nothing more. */
function ledger(log) {
	const places = new Map()
	let told = 0, found = 0, doubled = 0
	for (const entry of log) if (entry.who < 2 ** 32 - 1 && entry.number) { const one = `${entry.who} ${entry.lane} ${entry.number}`; if (entry.command !== COMMAND.secret_ballot) places.set(one, (places.get(one) ?? 0) + 1) }
	for (const n of places.values()) doubled += n > 1
	const wrong = []
	for (const page of [...people, fay])
		for (const one of page.saved) {
			told++
			const entry = log[one.seq - 1], text = entry?.textBytes ? hex(entry.textBytes) : ""
			const secret = one.secret !== "", command = secret ? COMMAND.secret_ballot : COMMAND[one.name], own = ["join", "rooms"].includes(one.name) // the daemon fills in (3.4, 4.9)
			const is = entry?.command === command && entry.a === one.a && (secret ? entry.who === 0 && entry.form === null
				: entry.who === (one.name === "join" ? entry.who : page.actor) && entry.lane === one.lane && entry.number === one.number && entry.b === one.b && text === one.text && (own || hex(entry.formBytes) === one.form))
			found += is
			if (!is) wrong.push(`${one.name} ${one.a} ${one.b} at ${one.seq}`)
		}
	return { told, found, doubled, wrong }
}

/** A result as a page has it (5.9, 5.11), in the report's words. */
function drawn(kind, room, [ballots, heads, heldBack, tally, groups, papers_]) {
	const list = tally.length ? decode(tally) : [], out = { room, ballots, heads, papers: papers_, held_back: !!heldBack }
	const rows = (values, names) => Array.from({ length: values.length / names.length }, (_, i) => Object.fromEntries(names.map((one, k) => [one, values[i * names.length + k]])))
	if (kind === "rating") {
		const [answers, mean, median, lower_quartile, upper_quartile, wide] = list
		return heldBack ? out : { ...out, answers, mean, median, lower_quartile, upper_quartile, wide: !!wide, places: rows(list.slice(6), ["place", "count"]) }
	}
	if (kind === "text") return { ...out, words: rows(list.slice(0, -1), ["words", "count"]), left_out: list.at(-1) }
	return { ...out, items: rows(list, ["id", "sum", "people"]), groups: rows(groups.length ? decode(groups) : [], ["id", "sum", "people"]) }
}

/** What was shown live, to the facilitator and to one of each room, against the report. */
function live(told) {
	const out = { compared: 0, wrong: [] }
	for (const { activity, kind, round, results } of told.steps.flatMap((step) => step.activities))
		for (const result of results)
			for (const page of [fay, result.room ? inRoom(result.room)[3] : people[9]]) {
				const shown = page.section("result", activity, result.room).get(round)
				compare(shown ? drawn(kind, result.room, shown) : null, result, `question ${activity} room ${result.room}`, out)
			}
	return out
}

async function report(sid) {
	const files = { log: path.join(state, "log.bin"), json: path.join(state, "report.json"), md: path.join(state, "report.md") }
	await bollplank("log", links.facilitator, "--output", files.log)
	await bollplank("report", links.facilitator, "--json", "--output", files.json)
	await bollplank("report", links.facilitator, "--output", files.md)
	const log = readLog(await readFile(files.log)), told = JSON.parse(await readFile(files.json, "utf8")), md = await readFile(files.md, "utf8")

	const { told: acknowledged, found, doubled, wrong } = ledger(log)
	for (const line of wrong.slice(0, 10)) console.log(`     not found: ${line}`)
	check("every acknowledgement stands in the log at its place", acknowledged > 0 && found === acknowledged, `${acknowledged} acknowledged, ${found} found`)
	check("no command stands in it twice", doubled <= kills * (PEOPLE + 1), `${doubled} that were sent again after the kill stand twice and count once`)

	const { entries, compared, wrong: otherwise } = recount(await readFile(files.log), told)
	for (const line of otherwise.slice(0, 20)) console.log(`     otherwise: ${line}`)
	check("the recount of the log says what the report says", compared > 1000 && otherwise.length === 0, `${entries} entries, ${compared} values compared, ${otherwise.length} otherwise`)
	const shown = live(told)
	for (const line of shown.wrong.slice(0, 10)) console.log(`     otherwise: ${line}`)
	check("what was shown to people and facilitator is what the report says", shown.compared > 1000 && shown.wrong.length === 0, `${shown.compared} values compared, ${shown.wrong.length} otherwise`)
	const changed = changes(log), seen = changed.filter(({ log: other }) => compare(count(other), told).wrong.length > 0)
	same("control: one ballot or note changed is found", seen.map((one) => one.what).sort(), changed.map((one) => one.what).sort())
	check("control: of every kind that was asked", ["choice", "rating", "text", "dots, secret", "a note"].every((what) => changed.some((one) => one.what === what)))

	const stands = (words, tray) => told.notes.filter((note) => note.words === words && (tray === undefined || note.tray === tray))
	const lost = [...notes.values()].filter(({ words, tray, room, step }) => stands(words).length !== 1 || stands(words, tray).length !== 1 || stands(words)[0].room !== room || stands(words)[0].step !== step)
	for (const one of lost.slice(0, 10)) console.log(`     not there once: ${JSON.stringify(one)}`)
	check("every note, early, late or mended, stands in the report exactly once", notes.size > 30 && lost.length === 0, `${notes.size} notes, ${lost.length} lost or doubled`)
	const logged = log.filter((entry) => entry.command === COMMAND.note_put).map((entry) => entry.text[0][1]), missing = said.filter((words) => !logged.includes(words))
	check("every earlier wording stands in the log", missing.length === 0, `${said.length} wordings`)
	check("every room has notes, in the Markdown too", [1, 2, 3, 4, 5].every((room) => told.notes.some((note) => note.room === room)) && [...notes.values()].every(({ words }) => md.includes(words)))

	same("replay of the log is the report, byte for byte: Markdown", hash(await bollplank("replay", files.log)), hash(Buffer.from(md)))
	same("and JSON", hash(await bollplank("replay", files.log, "--json")), hash(await readFile(files.json)))
	await stop("SIGTERM")
	await start()
	same("after a restart too: the log", hash(await bollplank("log", links.facilitator)), hash(await readFile(files.log)))
	same("Markdown", hash(await bollplank("report", links.facilitator)), hash(Buffer.from(md)))
	same("JSON", hash(await bollplank("report", links.facilitator, "--json")), hash(await readFile(files.json)))
	if (options.keep) { await mkdir(options.keep, { recursive: true }); for (const file of Object.values(files)) await writeFile(path.join(options.keep, path.basename(file)), await readFile(file)) }
	return { entries: log.length, acknowledged, found, told, sid }
}
const hash = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16)

async function workshop() {
	await start()
	await arrive()
	const steps = agenda()
	const chosen = await level(steps[0])
	await secretPaper()
	await roomsAgree()
	const { activity, order } = await challenges(steps[1])
	const [first, second] = agenda().slice(2)
	same("six questions in both principles", [first.activities.length, second.activities.length], [6, 6])
	const writers = await firstPrinciple(first)
	await principle(second, { paper: () => papers(second.activities[1], "room;sheet;heads;value\n4;A;2;1000\n4;B;1;0\n") })
	for (const room of [1, 2, 3, 4, 5]) await writes(writers[room], second.step, second.activities)
	await finish(second)
	await closing(steps.at(-1))
	await fay.ask("end", 0, 0, [])
	await all((page) => page.section("session").get(3) === true || page.section("session").get(3) === 1, "the end")
	const { entries, acknowledged, found, told } = await report(links.sid)

	const course = fay.section("course"), stood = [...course.keys()].toSorted((x, y) => x - y), been = [steps[0], steps[1], first, second, steps.at(-1)].map((one) => one.step)
	same("the course: where the session stood", stood, been.toSorted((x, y) => x - y))
	check("the course: each step took as long as until the next began", been.every((one, i) => i + 1 === been.length || course.get(one)[2] === course.get(been[i + 1])[0] - course.get(one)[0]), JSON.stringify([...course]))
	check("participants are not told", people.every((page) => page.section("course").size === 0))
	// features.md 4.3, what concerns steps 0 to 2
	const asked = told.steps.flatMap((step) => step.activities), dots_ = asked.find((one) => one.activity === activity)
	check("the report: the level is stored", asked.find((one) => one.activity === chosen).results[0].items.reduce((x, item) => x + item.sum, 0) === PEOPLE + 4)
	check("the report: at most 150 dots", dots_.results[0].items.reduce((x, item) => x + item.sum, 0) <= 5 * PEOPLE, dots_.results[0].items.reduce((x, item) => x + item.sum, 0))
	same("the report: the order, with the facilitator's word among equals", dots_.outcome.order.map((one) => one.id), order)
	await Promise.all([...people, fay].map((page) => page.leave()))
	same("the daemon ends by itself when asked", await stop("SIGTERM"), 0)
	console.log(`${PEOPLE} people in ${ROOMS} rooms, ${kills} kill, ${entries} entries; ${acknowledged} commands acknowledged, ${found} found; ${notes.size} notes, all found`)
}

const watch = setTimeout(() => { console.error("workshop: not over after 240 s"); finally_(1) }, 240000)
async function finally_(status) {
	clearTimeout(watch)
	if (daemon && !daemon.over) await stop("SIGKILL")
	await rm(state, { recursive: true, force: true })
	process.exit(status)
}
try {
	await workshop()
} catch (error) {
	failed++
	console.error(error)
	console.error((await readFile(path.join(state, "log"), "utf8").catch(() => "")).slice(-3000))
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`)
await finally_(failed ? 1 : 0)
