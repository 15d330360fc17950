// SPDX-License-Identifier: EUPL-1.2
// One page of the protocol for end-to-end tests with full control: it comes back by itself when the daemon goes away, sends what has no verdict once more
// (4.6), and keeps a ledger of everything that it was told is saved. Numbers are clauses of protocol/README.md.
import { randomBytes } from "node:crypto"
import { createRequire } from "node:module"
import { frame, OP, Peer, upgrade } from "./raw.mjs"
export const { decode, encode } = createRequire(new URL("../../clients/web/package.json", import.meta.url))("@msgpack/msgpack")

export const COMMAND = { join: 2, rooms: 7, room_put: 8, go: 10, open: 11, close: 12, time: 14, reveal: 16, ballot: 20, secret_ballot: 21, seal: 22, show: 23, say: 24, end: 30,
	placed: 34, pen_take: 35, pen_give: 36, pen_away: 37, note_put: 38, note_drop: 39, tray_take: 40, hand: 41, ready: 42, back: 43, outcome: 44, papers: 45, proxy: 46, pause: 48, lead: 49, focus: 50, agree: 51 }
export const SECTION = { session: 1, agenda: 6, activity: 7, scope: 8, me: 9, verdicts: 10, room_ballots: 12, mine: 13, result: 14, signals: 18, notes: 19, edits: 20, tray: 21, plenary: 22, outcome: 23, course: 25 }
export const PHASE = { READY: 1, OPEN: 2, CLOSING: 4, CLOSED: 8, SEALED: 16, REVEALED: 32 }
export const FAULT = { none: 0, recovered: 1, later: 10, unsure: 11, over_budget: 36, not_allowed: 40, wrong_phase: 41, stale: 43, no_room: 62, plenary_full: 85, not_the_outcome: 49, pen_needed: 48 }
export const ROOM = 2 ** 29, PARTICIPANT = 0, LINK = 1
export const hex = (bytes) => Buffer.from(bytes).toString("hex")
const pause = (ms) => new Promise((go) => setTimeout(go, ms))

export class Page {
	sections = new Map()
	lanes = new Map()   // "activity,round" -> lane', of secret ballots
	numbers = new Map() // the last number given, by the lane ("") or by "activity,round"
	saved = []          // what it was told is saved
	waits = []
	outbox = []
	stable = 0
	came = 0            // how many welcomes
	wanted = false

	constructor({ port, door, place, token = randomBytes(16) }) {
		Object.assign(this, { port, door, place, token, secret: door === PARTICIPANT ? randomBytes(16) : new Uint8Array(), lane: randomBytes(8) })
	}

	/** Comes in, and stays until leave(). */
	come() {
		this.wanted = true
		this.running ??= this.run().finally(() => { this.running = undefined })
		return this
	}

	async leave() {
		this.wanted = false
		this.peer?.destroy()
		await this.running
	}

	async run() {
		for (let tries = 0; this.wanted; tries++) {
			if (tries > 0) await pause(Math.min(50 * tries, 500))
			const peer = (this.peer = new Peer(this.port))
			if ((await peer.send(upgrade(`127.0.0.1:${this.port}`)).status(10000)) === 101) {
				peer.send(frame(OP.binary, encode([0, 1, this.door, this.place, this.token, this.secret, this.lane, 0, 0]))) // 3.1; it holds nothing: 5.5
				while (this.wanted && (await this.hear(await peer.frame(70000)))) tries = 0
			}
			peer.destroy()
			this.welcome = undefined
		}
	}

	async hear(one) {
		if (!one || one.op === OP.close) return false
		if (one.op === OP.ping) this.peer.send(frame(OP.pong, one.payload)) // 1.4
		else if (one.op === OP.binary) this.take(decode(one.payload))
		this.waits = this.waits.filter((wait) => !wait())
		return true
	}

	take([type, ...m]) {
		if (type === 0) { // 3.2
			this.welcome = { sid: m[1], code: m[2], roles: m[3], actor: m[4] }
			this.came++
			if (this.outbox[0]) this.send(this.came > 1)
		} else if (type === 1) { // 5.2, 5.3: first what is gone, then the sections
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
			this.stable = Math.max(this.stable, stable)
		} else if (type === 2) this.reply(m)
		else if (type === 3 && m[0] === 3) this.lanes.set(`${m[1]},${m[2]}`, hex(m[3])) // 4.8
		else if (type === 4) throw new Error(`bye: fault ${m[0]}`) // 3.3
		this.judged()
	}

	section(kind, a = 0, b = 0) {
		return this.sections.get([SECTION[kind], a, b].join()) ?? new Map()
	}

	get actor() {
		return +([...this.sections.keys()].find((key) => key.startsWith(`${SECTION.me},`))?.split(",")[1] ?? this.welcome?.actor ?? 0)
	}

	get room() {
		return this.section("me", this.actor).get(0)?.[0] ?? 0
	}

	/** Phase and round of an activity in the page's room (5.13). */
	phase(activity, room = this.room) {
		return (room && this.section("scope", ROOM + room).get(4096 + activity)) || this.section("scope").get(4096 + activity) || [0, 0]
	}

	/** Waits for something to be true of what the page holds. */
	until(ready, what = ready.toString().slice(0, 100), ms = 30000) {
		return new Promise((done, fail) => {
			const first = ready()
			if (first) return done(first)
			const timer = setTimeout(() => { this.waits = this.waits.filter((one) => one !== wait); fail(new Error(`nothing came for ${ms} ms: ${what}`)) }, ms)
			const wait = () => { const got = ready(); if (got) { clearTimeout(timer); done(got) } return !!got }
			this.waits.push(wait)
		})
	}

	// --- commands: one under way at a time (4.2), the first of the outbox ---

	/** Gives {fault, seq} once it is refused, or saved and stable (4.4). */
	command(name, a, b, form, words = null) {
		const secret = name === "ballot" && this.section("activity", a).get(0)?.[3] ? `${a},${form[0]}` : ""
		const text = words ? encode([["", ...words]]) : new Uint8Array()
		const done = new Promise((go) => this.outbox.push({ name, a, b, form: encode(form), text, secret, go }))
		if (this.outbox.length === 1 && this.welcome) this.send(false)
		return done
	}

	/** The same, and it must have been saved. */
	async ask(name, a, b, form, words = null) {
		const { fault, seq } = await this.command(name, a, b, form, words)
		if (fault !== FAULT.none) throw new Error(`${name} ${a} ${b}: fault ${fault}`)
		return seq
	}

	send(again) {
		const one = this.outbox[0]
		if (!one.number) this.numbers.set(one.secret, (one.number = (this.numbers.get(one.secret) ?? 0) + 1))
		this.peer.send(frame(OP.binary, encode([1, this.lane, one.number, again && one.sent === true, COMMAND[one.name], one.a, one.b, one.form, one.text]))) // 4.1
		one.sent = true
	}

	/** A refusal that is in no log, or a wish to come later (4.5). */
	reply([, number, fault, later_ms, activity, round]) {
		const one = this.outbox[0]
		if (!one || one.number !== number || one.secret !== (activity ? `${activity},${round}` : "")) return
		if (fault === FAULT.later || fault === FAULT.unsure) setTimeout(() => this.outbox[0] === one && this.welcome && this.send(fault === FAULT.unsure), later_ms || 500)
		else this.finish({ fault, seq: 0 })
	}

	judged() {
		const one = this.outbox[0]
		if (!one?.number) return
		const kept = one.secret ? this.section("mine", ...one.secret.split(",")).get(this.lanes.get(one.secret)) : this.section("verdicts", this.actor).get(hex(this.lane))
		const [last, fault, seq] = kept ?? []
		if (last !== one.number) return
		if (fault > FAULT.recovered) this.finish({ fault, seq })
		else if (this.stable >= seq) this.finish({ fault, seq })
	}

	finish(verdict) {
		const one = this.outbox.shift()
		if (verdict.fault <= FAULT.recovered)
			this.saved.push({ ...one, ...verdict, actor: this.actor, lane: hex(this.lane), form: hex(one.form), text: hex(one.text), go: undefined })
		if (this.outbox[0] && this.welcome) this.send(false)
		one.go(verdict)
	}
}
