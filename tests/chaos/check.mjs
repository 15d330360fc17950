// SPDX-License-Identifier: EUPL-1.2
// What people were told is saved, against the log, which is read by tests/e2e/recount.mjs: no code of ours beneath. Who is told "saved" keeps the number that it gave; in the log the
// command is found by it (protocol/README.md 4.2), wherever a change of history has put it.
//   node tests/chaos/check.mjs LOG MOMENTS     MOMENTS: of `bollplank rehearse --moments`; 1 when something is lost
import { readFile } from "node:fs/promises"
import { pathToFileURL } from "node:url"
import { readLog } from "../e2e/recount.mjs"

const [BALLOT, SECRET, NOTE] = [20, 21, 38]
const hex = (bytes) => Buffer.from(bytes ?? []).toString("hex")

/** [{at, what, person, device, ...}] of the lines that a rehearsal wrote. A half line at the end is one that was being written. */
export function readMoments(text) {
	return text.split("\n").slice(0, -1).map((line) => {
		const [at, what, person, device, ...rest] = line.split(" "), moment = { at: +at, what, page: `${person}.${device}`, person: +person }
		if (what !== "saved") return { ...moment, code: +rest[0] }
		const [member, command, a, b, round, secret, lane, number, seq, form, text_] = rest, bytes = (one) => (one === "-" ? "" : one)
		return { ...moment, member: +member, command: +command, a: +a, b: +b, round: +round, secret: secret === "1", lane, number: +number, seq: +seq, form: bytes(form), text: bytes(text_) }
	})
}

/** Who lost a connection between two moments without wishing so, and how long until they were welcome again: [{from, ms}]. Infinity: never again. */
export function absences(moments, from, to) {
	const since = new Map(), out = []
	for (const { page, what, at } of moments) {
		if (what === "here") { if (since.get(page)) out.push({ from: since.get(page), ms: at - since.get(page) }); since.set(page, 0) }
		else if (what === "left") since.set(page, 0)
		else if (what === "lost" && since.get(page) === 0 && at >= from && at <= to) since.set(page, at) // not the tries in between
	}
	return [...out, ...[...since.values()].filter((at) => at > 0).map((at) => ({ from: at, ms: Infinity }))]
}

/** The saved ones of a page of tests/e2e/page.mjs, in the same shape. */
export const savedBy = (page, commands) => page.saved.map((one) => ({ at: 0, command: commands[one.name], a: one.a, b: one.b, secret: one.secret !== "", lane: one.lane, number: one.number, seq: one.seq, form: one.form, text: one.text }))

/** What is wrong with one of them; undefined: nothing. */
function wrong(one, entries) {
	const entry = entries?.[0], command = one.secret ? SECRET : one.command
	if (!entry) return "is not there"
	if (entry.command !== command || entry.a !== one.a) return `is command ${entry.command} on ${entry.a}`
	if (one.secret) return undefined // names nobody and says nothing any more; what it counted for is in the tally
	if (command !== BALLOT && command !== NOTE) return undefined // the daemon completes these
	if (entry.b !== one.b) return "is of another place"
	if (hex(entry.formBytes) !== one.form) return `says ${hex(entry.formBytes)}`
	if (hex(entry.textBytes) !== one.text) return "has other words"
	return undefined
}

/** log: as readLog gives it. saved: as above. */
export function check(log, saved) {
	const byName = new Map(), lost = []
	let again = 0
	for (const entry of log) {
		const name = `${entry.lane}:${entry.number}`
		byName.has(name) ? (byName.get(name).push(entry), (again += entry.number > 0)) : byName.set(name, [entry])
	}
	for (const one of saved) {
		const why = wrong(one, byName.get(`${one.lane}:${one.number}`))
		if (why) lost.push(`command ${one.command} on ${one.a} of lane ${one.lane}, number ${one.number}, told at ${one.seq}: ${why}`)
	}
	return { acked: saved.length, lost, again }
}

/** The tally of one choice or dots question, from its open ballots alone: [item, sum, voters, ...] of the last ballot of each lane's owner. */
export function tally(log, activity) {
	const last = new Map(), sums = new Map(), numbers = new Map()
	for (const entry of log) {
		if (entry.command !== BALLOT || entry.a !== activity || (numbers.get(entry.lane) ?? 0) >= entry.number) continue // 4.3: a repeat is not judged anew
		numbers.set(entry.lane, entry.number)
		last.set(entry.who, entry.form[2])
	}
	for (const ballot of last.values()) // [item, 1] as the hands cast it
		if (ballot.length) sums.set(ballot[1], (sums.get(ballot[1]) ?? 0) + ballot[2])
	return [...sums].sort(([x], [y]) => x - y).flatMap(([item, sum]) => [item, sum, sum])
}

async function main([logFile, momentsFile]) {
	if (!momentsFile) { console.error("check.mjs: expected LOG MOMENTS"); process.exit(2) }
	const { acked, lost, again } = check(readLog(await readFile(logFile)), readMoments(await readFile(momentsFile, "utf8")).filter((one) => one.what === "saved"))
	for (const line of lost.slice(0, 10)) console.log(`LOST: ${line}`)
	console.log(`${acked} acknowledged, ${lost.length} lost, ${again} entries twice in the log`)
	return lost.length === 0 && acked > 0
}
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exit((await main(process.argv.slice(2))) ? 0 : 1)
