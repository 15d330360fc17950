// SPDX-License-Identifier: EUPL-1.2
// Real ballots through the real daemon: each is cast by a person of its own, over a WebSocket of its own, and the result must be the city's official one.
//   node tests/e2e/real_ballots.mjs --port 8080 --key KEY [--only NAME]...   tests/e2e/with_daemon.sh gives it a daemon
// Control: the smallest vote is held once more with one ballot changed, and the comparison must see it. Numbers are clauses of protocol/README.md.
import { createHash, randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { parseArgs } from "node:util"
import { frame, OP, Peer, upgrade } from "./raw.mjs"
const { decode, encode } = createRequire(new URL("../../clients/web/package.json", import.meta.url))("@msgpack/msgpack")
const { values: options } = parseArgs({ options: { port: { type: "string" }, key: { type: "string" }, only: { type: "string", multiple: true, default: [] } } })

/** What is cast: secret ballots are sealed before they are counted, open ones are not. */
const votes = [
	{ name: "gdansk-2020-rudniki", kind: "dots", config: [5, 5], secret: true },
	{ name: "gdansk-2020-siedlce", kind: "dots", config: [5, 5], secret: false },
	{ name: "krakow-2019-bienczyce", kind: "ranking", config: [3], secret: true },
]
const AT_ONCE = 32 // people in the hall at the same time: each leaves when the vote is saved
const COMMAND = { join: 2, go: 10, open: 11, close: 12, reveal: 16, ballot: 20 }
const SECTION = { scope: 8, me: 9, verdicts: 10, mine: 13, result: 14 }
const PHASE = { OPEN: 2, CLOSED: 8, SEALED: 16 }, LATER = 10, UNSURE = 11, FACILITATOR = 16
const hex = (bytes) => Buffer.from(bytes).toString("hex")
const pause = (ms) => new Promise((go) => setTimeout(go, ms))

// --- the files ---

/** Fields of a line of Pabulib: by semicolons, "..." around those that hold one, "" for a quotation mark. */
function fields(line) {
	return [...line.matchAll(/(?:^|;)(?:"((?:[^"]|"")*)"|([^;]*))/g)].map(([, quoted, plain]) => (quoted === undefined ? plain : quoted.replaceAll('""', '"')))
}

async function read(name) {
	const tables = {}
	let rows, head
	for (const line of (await readFile(new URL(`../data/${name}.pb`, import.meta.url), "utf8")).split("\n").filter(Boolean)) {
		if (["META", "PROJECTS", "VOTES"].includes(line)) [rows, head] = [tables[line] = [], null]
		else if (!head) head = fields(line)
		else rows.push(Object.fromEntries(fields(line).map((value, i) => [head[i], value])))
	}
	const projects = tables.PROJECTS.map((row, i) => ({ item: i + 1, id: row.project_id, words: row.name, score: +row.score, votes: +row.votes }))
	const item = new Map(projects.map((project) => [project.id, project.item]))
	/** Ballots as 4.7 writes them: items ascending; the value is the points given, or the place in the order that was voted. */
	const ballots = tables.VOTES.map((row) => {
		const given = row.points?.split(",").map(Number)
		return row.vote.split(",").map((id, i) => [item.get(id), given ? given[i] : i + 1]).sort(([x], [y]) => x - y)
	})
	if (ballots.length !== +tables.META.find((row) => row.key === "num_votes").value) throw new Error(`${name}: not all votes were read`)
	return { projects, ballots }
}

/** What the result says otherwise than the city, a line each. */
function differences({ projects, ballots }, [cast, heads, heldBack, tally]) {
	const wrong = [], sums = new Map(), list = heldBack ? [] : decode(tally)
	for (let i = 0; i < list.length; i += 3) sums.set(list[i], [list[i + 1], list[i + 2]])
	if (cast !== ballots.length || heads !== ballots.length || heldBack) wrong.push(`${cast} ballots of ${heads} people, held back ${heldBack}; ${ballots.length} were cast`)
	for (const { item, id, score, votes } of projects) {
		const [sum, voters] = sums.get(item) ?? [0, 0]
		sums.delete(item)
		if (sum !== score || voters !== votes) wrong.push(`project ${id}: ${sum} by ${voters}, and the city says ${score} by ${votes}`)
	}
	return [...wrong, ...[...sums.keys()].map((left) => `item ${left} is none of the projects`)]
}

// --- a page ---

class Page {
	sections = new Map()
	lanes = new Map()
	numbers = new Map()
	replies = []
	stable = 0

	/** door 0: a person with a code; 1: the holder of a link. A hall behind one address may be asked to come later (1.1). */
	static async open(door, place, token = randomBytes(16)) {
		for (let tries = 1; ; tries++) {
			const page = new Page(), peer = page.peer = new Peer(+options.port)
			const status = await peer.send(upgrade(`127.0.0.1:${options.port}`)).status()
			if (status === 101) {
				page.lane = randomBytes(8)
				peer.send(frame(OP.binary, encode([0, 1, door, place, token, door ? new Uint8Array() : randomBytes(16), page.lane, 0, 0]))) // 3.1
				await page.until(() => page.welcome)
				return page
			}
			peer.destroy()
			if (tries === 20 || ![429, 503].includes(status)) throw new Error(`refused at the door: ${status}`)
			await pause(500)
		}
	}

	take([type, ...m]) {
		if (type === 0) this.welcome = m
		if (type === 1) { // 5.2, 5.3
			const [, , stable, , listing, gone, sections] = m
			for (const name of this.sections.keys())
				if ((listing && !listing.some((one) => one.join() === name)) || gone.some((one) => one.join() === name)) this.sections.delete(name)
			for (const [kind, a, b, whole, items] of sections) {
				const name = [kind, a, b].join(), section = whole ? new Map() : this.sections.get(name) ?? new Map()
				for (let i = 0; i < items.length; i += 2) {
					const key = items[i] instanceof Uint8Array ? hex(items[i]) : items[i]
					items[i + 1] === null ? section.delete(key) : section.set(key, items[i + 1])
				}
				this.sections.set(name, section)
			}
			this.stable = stable
		}
		if (type === 2) this.replies.push({ number: m[1], fault: m[2], later_ms: m[3], secret: m[4] ? `${m[4]},${m[5]}` : "" }) // 4.5
		if (type === 3 && m[0] === 3) this.lanes.set(`${m[1]},${m[2]}`, hex(m[3])) // 4.8
		if (type === 4) throw new Error(`bye: fault ${m[0]}`)
	}

	section(kind, a = 0, b = 0) {
		return this.sections.get([kind, a, b].join()) ?? new Map()
	}

	hear({ op, n, payload }) {
		if (op === OP.ping) this.peer.send(frame(OP.pong, payload)) // 1.4
		else if (op === OP.binary) this.take(decode(payload))
		else throw new Error(`closed: ${op === OP.close && n > 1 ? payload.readUInt16BE(0) : `opcode ${op}`}`)
	}

	async until(ready) {
		for (;;) {
			const got = ready()
			if (got) return got
			const one = await this.peer.frame(20000)
			if (!one) throw new Error(this.peer.ended ? "the daemon hung up" : "the daemon is silent")
			this.hear(one)
		}
	}

	/** What has come so far, without waiting: who only looks on still answers pings. */
	async listen() {
		if (this.listening) return // another one of the hall does
		this.listening = true
		for (let one; (one = await this.peer.frame(0)); ) this.hear(one)
		this.listening = false
	}

	/** 4.1 to 4.5: sends until it is judged, and waits until it is saved. secret: "activity,round" of a secret ballot. */
	async command(name, a, b, form, words = null, secret = "") {
		const number = (this.numbers.get(secret) ?? 0) + 1
		this.numbers.set(secret, number)
		for (let again = false; ;) {
			this.peer.send(frame(OP.binary, encode([1, this.lane, number, again, COMMAND[name], a, b, encode(form), words ? encode([["", ...words]]) : new Uint8Array()])))
			const actor = () => [...this.sections.keys()].find((key) => key.startsWith(`${SECTION.me},`))?.split(",")[1]
			const kept = () => (secret ? this.section(SECTION.mine, ...secret.split(",")).get(this.lanes.get(secret)) : this.section(SECTION.verdicts, actor()).get(hex(this.lane)))
			const [fault, later_ms] = await this.until(() => {
				const at = this.replies.findIndex((one) => one.number === number && one.secret === secret)
				if (at >= 0) return this.replies.splice(at, 1).map((one) => [one.fault, one.later_ms])[0]
				const [last, fault, seq] = kept() ?? []
				return last === number && (fault || this.stable >= seq) ? [fault, 0] : null
			})
			if (fault === 0) return
			if (fault !== LATER && fault !== UNSURE) throw new Error(`${name}: fault ${fault}`)
			again ||= fault === UNSURE
			await pause(later_ms)
		}
	}

	close() {
		this.peer.send(frame(OP.close, Buffer.from([0x03, 0xe8])))
		this.peer.socket.end()
	}
}

// --- a vote ---

async function found({ name, kind, config, secret }, projects) {
	const token = randomBytes(16), text = (...words) => [["pl", ...words]]
	const activity = [kind, 1, secret, encode(config), "", text(name, ""), [], projects.map(({ words }) => [0, text(words)])] // 7.2
	const step = [10, 0, 0, 0, [], text(name, ""), null, [activity]]
	const body = encode([1, false, "pl", 0, 0, "", text(name), null, [[FACILITATOR, createHash("sha256").update(token).digest(), text("Fay")]], [step], []])
	const headers = { authorization: `Bearer ${options.key}`, "content-type": "application/msgpack" }
	const answer = await fetch(`http://127.0.0.1:${options.port}/api/sessions`, { method: "POST", body, headers })
	const said = decode(new Uint8Array(await answer.arrayBuffer()))
	if (answer.status !== 201) throw new Error(`no session: ${answer.status}, fault ${said[0]}`)
	const fay = await Page.open(1, said[0], token)
	await fay.command("join", 0, 0, [])
	await fay.command("go", 1, 0, [])
	await fay.command("open", 1, 0, [0])
	return { fay, code: said[1] }
}

/** Comes in, votes, waits until it is saved. */
async function person(code, ballot, number, secret) {
	const page = await Page.open(0, code)
	await page.command("join", 0, 0, [], [`${number}`, ""])
	const [phase, round] = await page.until(() => page.section(SECTION.scope).get(4097))
	if (phase !== PHASE.OPEN) throw new Error(`the phase is ${phase}`)
	await page.command("ballot", 1, 0, [round, 0, encode(ballot.flat())], null, secret ? `1,${round}` : "") // 4.7, 4.8
	return page
}

/** The city's vote again: gives what is otherwise than the official result. */
async function hold(vote, data) {
	const { fay, code } = await found(vote, data.projects)
	let next = 0, watcher
	const worker = async () => {
		while (next < data.ballots.length) {
			const number = ++next, page = await person(code, data.ballots[number - 1], number, vote.secret)
			if (number === 1) watcher = page // stays to see the result
			else page.close()
			if (number % 50 === 0) for (const one of [fay, watcher]) await one?.listen()
		}
	}
	await Promise.all([...Array(AT_ONCE)].map(worker))
	await fay.command("close", 1, 0, [1])
	await fay.until(() => fay.section(SECTION.scope).get(4097)[0] === (vote.secret ? PHASE.SEALED : PHASE.CLOSED))
	await fay.command("reveal", 1, 0, [])
	const shown = await fay.until(() => fay.section(SECTION.result, 1, 0).get(1)) // 5.9
	const told = await watcher.until(() => watcher.section(SECTION.result, 1, 0).get(1))
	const wrong = differences(data, shown)
	if (hex(encode(told)) !== hex(encode(shown))) wrong.push("a participant sees something else than the facilitator")
	watcher.close()
	fay.close()
	return wrong
}

/** One person changes a mind: all points go to the next project, or the first two places change. */
function meddled({ projects, ballots }, kind) {
	const at = ballots.findIndex((ballot) => kind === "ranking" || ballot.length === 1)
	const [[item, value], ...rest] = ballots[at]
	const other = kind === "ranking" ? [[item, rest[0][1]], [rest[0][0], value], ...rest.slice(1)] : [[(item % projects.length) + 1, value]]
	return { projects, ballots: ballots.map((ballot, i) => (i === at ? other : ballot)) }
}

let passed = 0, failed = 0
async function row(title, work) {
	const begin = Date.now(), wrong = await work().catch((error) => [error.stack])
	wrong.length ? failed++ : passed++
	console.log(`${wrong.length ? "WRONG" : "ok   "} ${title} (${((Date.now() - begin) / 1000).toFixed(1)} s)${wrong.map((line) => `\n      ${line}`).join("")}`)
}

const wanted = votes.filter(({ name }) => options.only.length === 0 || options.only.includes(name))
for (const vote of wanted) {
	const data = await read(vote.name)
	await row(`${vote.name}: ${data.ballots.length} ballots, ${vote.kind}, ${vote.secret ? "secret and sealed" : "open"}`, () => hold(vote, data))
}
for (const vote of wanted.slice(0, 1)) {
	const data = meddled(await read(vote.name), vote.kind)
	await row(`control: ${vote.name} with one ballot changed is not the city's result`, async () => {
		const wrong = await hold(vote, data)
		return wrong.length === 2 && wrong.every((line) => line.startsWith("project ")) ? [] : ["two projects should differ:", ...wrong]
	})
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed || !passed ? 1 : 0)
