// SPDX-License-Identifier: EUPL-1.2
// Pages that stand beside the crowd, each at one instance and not behind the proxy: watchers, who hold a facilitator's link and note when what they see changes; and hands, who vote
// all the time, so that it is seen to the millisecond when something can be saved again.
import { COMMAND, FAULT, LINK, Page, PARTICIPANT } from "../e2e/page.mjs"
import { eventually, pause } from "./places.mjs"

const FRAME = 1, VOLATILE = 3, BYE = 4, HERE = 1, HEALTH = 4
COMMAND.look = 18

class Standing extends Page {
	term = 0
	done = 0
	status = 0    // of the journal, as the daemon says it
	statuses = [] // [at, status]
	here = null   // how many people are connected, at all instances
	heres = []    // [at, how many]
	byes = []

	take(message) {
		const [type, ...m] = message
		if (type === 0) this.note(0)
		if (type === FRAME) {
			if (m[0] !== this.term) this.stable = 0 // 6.6: history has changed; what was stable in another is not in this one
			;[this.term, this.done] = m
		}
		if (type === VOLATILE && m[0] === HERE) { this.here = m[1]; this.heres.push([Date.now(), m[1]]) }
		if (type === VOLATILE && m[0] === HEALTH) this.note(m[1])
		if (type === BYE) { // 3.3: with these two it comes back
			this.byes.push(m[0])
			if (m[0] !== FAULT.later && m[0] !== 12) this.wanted = false
			return
		}
		super.take(message)
	}
	note(status) {
		if (status === this.status) return
		this.status = status
		this.statuses.push([Date.now(), status])
	}
	/** Everything that it sees, as one text: two that see the same are equal. */
	picture() {
		const plain = (value) => (value instanceof Uint8Array ? `x${Buffer.from(value).toString("hex")}` : Array.isArray(value) ? value.map(plain) : value)
		return JSON.stringify([...this.sections].filter(([, items]) => items.size).map(([name, items]) => [name, [...items].map(([key, value]) => [String(key), plain(value)]).sort(([x], [y]) => (x < y ? -1 : 1))]).sort(([x], [y]) => (x < y ? -1 : 1)))
	}
}

export class Watcher extends Standing {
	constructor(instance, { sid, token }) {
		super({ port: instance.port, door: LINK, place: sid, token })
		this.instance = instance
	}
}

/** Votes on question 1 of its session, over and over, until it is told to rest. */
export class Hand extends Standing {
	acks = [] // when each one was told to be saved
	odd = []  // faults that nobody should have met here
	resting = true
	constructor(instance, code, every_ms) {
		super({ port: instance.port, door: PARTICIPANT, place: code })
		Object.assign(this, { instance, every_ms })
	}
	async vote() {
		const { fault } = await this.command("ballot", 1, 0, [this.phase(1)[1], 0, Buffer.from([0x92, 1 + Math.floor(Math.random() * 3), 1])])
		if (fault <= FAULT.recovered) this.acks.push(Date.now())
		else this.odd.push(fault)
	}
	go() {
		this.resting = false
		this.working ??= (async () => {
			while (!this.resting) { await this.vote(); await pause(this.every_ms) }
			this.working = undefined
		})()
	}
	rest() {
		this.resting = true
		return this.working
	}
}

/** What new watchers see at each instance is the same at the same place in the log, and those who have been there all the time see it too. (An entry that changes nothing for them sends them
 * nothing, so where they say they are may be earlier.) Gives the place, or undefined. */
export async function settled(instances, session, watchers, ms) {
	const fresh = instances.map((one) => new Watcher(one, session).come())
	const all = await eventually(ms, () => agree(fresh) && watchers.every((one) => one.welcome && one.status === 0 && one.term === fresh[0].term && one.picture() === fresh[0].picture()))
	const where = whereabouts(fresh)
	await Promise.all(fresh.map((one) => one.leave()))
	return all ? `${fresh[0].term}/${fresh[0].done}` : (console.log(`     new: ${where}; those who were there: ${whereabouts(watchers)}`), undefined)
}

/** Do all see the same, at the same place in the log, and can everything be saved? */
export const agree = (watchers) => watchers.every((one) => one.welcome && one.status === 0 && one.done > 0 && one.term === watchers[0].term && one.done === watchers[0].done) && watchers.every((one) => one.picture() === watchers[0].picture())
export const whereabouts = (watchers) => watchers.map((one) => `${one.instance.name} ${one.welcome ? "" : "away "}${one.term}/${one.done} status ${one.status}`).join(", ")
