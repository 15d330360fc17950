// SPDX-License-Identifier: EUPL-1.2
// Counts a session once more, from its log and by protocol/README.md alone: its own MessagePack reader, no packages, no code of ours. What comes out is compared
// with the report as JSON: every number shown, every answer in words, every note, the order of the steps.
//   node tests/e2e/recount.mjs LOG REPORT.json             1 when something is otherwise
//   node tests/e2e/recount.mjs LOG REPORT.json --control   one ballot of each kind is changed first: each change must be found
// Numbers are clauses. What a recount of this size does not follow (extra time, a running grace) it refuses instead of guessing.
import { readFile } from "node:fs/promises"
import { pathToFileURL } from "node:url"

// --- MessagePack, as far as 2.1 and 2.2 need it ---

function reader(bytes) {
	let at = 0
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
	const number = (size) => { const value = size === 8 ? Number(view.getBigUint64(at)) : size === 4 ? view.getUint32(at) : size === 2 ? view.getUint16(at) : view.getUint8(at); at += size; return value }
	const piece = (length) => { at += length; if (at > bytes.length) throw new Error("it breaks off"); return bytes.subarray(at - length, at) }
	const letters = (length) => new TextDecoder("utf-8", { fatal: true }).decode(piece(length))
	const list = (length) => Array.from({ length }, () => value())
	function value() {
		const byte = number(1)
		if (byte < 0x80) return byte
		if ((byte & 0xf0) === 0x90) return list(byte & 15)
		if ((byte & 0xe0) === 0xa0) return letters(byte & 31)
		switch (byte) {
		case 0xc0: return null
		case 0xc2: return false
		case 0xc3: return true
		case 0xc4: case 0xc5: case 0xc6: return piece(number(1 << (byte - 0xc4)))
		case 0xcc: case 0xcd: case 0xce: case 0xcf: return number(1 << (byte - 0xcc))
		case 0xd9: case 0xda: case 0xdb: return letters(number(1 << (byte - 0xd9)))
		case 0xdc: case 0xdd: return list(number(byte === 0xdc ? 2 : 4))
		default: throw new Error(`no value begins with ${byte.toString(16)}`)
		}
	}
	return { value, done: () => at >= bytes.length }
}
const unpack = (bytes) => reader(bytes).value()
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

/** 7.4, 6.1. */
export function readLog(bytes) {
	const input = reader(bytes), lines = []
	while (!input.done()) lines.push(input.value())
	const head = lines.shift()
	if (head[0] !== "bollplank.log.1" || lines.pop()[0] !== null) throw new Error("not a whole log")
	return lines.map(([term, seq, at, , , struck, raw, form, text]) => {
		const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength), salted = raw[1], content = (part, bit) => (struck & bit || part.length === 0 ? null : salted & bit ? part.subarray(16) : part)
		const formBytes = content(form, 1), textBytes = content(text, 2)
		return { term, seq, at, command: view.getUint16(2), who: view.getUint32(4), lane: hex(raw.subarray(8, 16)), number: view.getUint32(16), a: view.getUint32(20), b: view.getUint32(24), struck,
			formBytes, textBytes, form: formBytes && unpack(formBytes), text: textBytes?.length ? unpack(textBytes) : null }
	})
}

// --- the session, as far as what is counted depends on it ---

const [JOIN, STEP_PUT, ACTIVITY_PUT, ITEMS_PUT, ITEMS_HIDE, ROOMS, ROOM_PUT, MOVE, GO, OPEN, CLOSE, HOLD, DUE, REVEAL, HIDE, ASK, BALLOT, SECRET_BALLOT, SEAL, LINK_PUT, EXTRA, END, PROFILE, GROUPS_PUT, PLACED,
	PEN_TAKE, PEN_GIVE, PEN_AWAY, NOTE_PUT, NOTE_DROP, TRAY_TAKE, OUTCOME, PAPERS, PROXY, AGREE] =
	[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 19, 20, 21, 22, 25, 28, 30, 31, 32, 34, 35, 36, 37, 38, 39, 40, 44, 45, 46, 51]
const PHASES = { 1: "READY", 2: "OPEN", 4: "CLOSING", 8: "CLOSED", 16: "SEALED", 32: "REVEALED" }
const NOTES = ["", "observation", "idea", "decision", "question", "example", "pitfall", "parking"]
const [READY, IS_OPEN, CLOSING, CLOSED, SEALED, REVEALED] = [1, 2, 4, 8, 16, 32]
const HOUSE = 2 ** 32 - 1, ROOM_SCOPE = 2 ** 29, LINK = 2 ** 31

const REMOVED = [["", ""]] // an answer whose words were struck counts all the same
const refuse = (why) => { throw new Error(`this recount does not follow ${why}`) }
const iso = (ms, day = false) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z")
const isSheet = (holder) => String(holder).startsWith("sheet ")
/** 2.2: numbers below 2^16 in an array of less than 16. */
const packed = (list) => Uint8Array.from([0x90 | list.length, ...list.flatMap((n) => (n < 128 ? [n] : n < 256 ? [0xcc, n] : [0xcd, n >> 8, n & 255]))])
const pairs = (list, size = 2) => Array.from({ length: list.length / size }, (_, i) => list.slice(i * size, i * size + size))

export function count(log) {
	const s = { members: [], links: [], byToken: new Map(), lanes: new Map(), rooms: [], steps: [], activities: [], notes: new Map(), order: 0, plan: false, at: 0, ended: 0, withheld: 0 }
	const words = (text, index) => { const row = text?.find((one) => one[0] === s.language) ?? text?.[0]; return row?.[index + 1] ?? "" }
	const struck = (text, index) => (text ? words(text, index) : null) // of what always has words
	const roomOf = (who) => (who < LINK ? s.members[who - 1]?.room ?? 0 : 0)
	const phase = (activity, room) => activity.phases.get(room ? ROOM_SCOPE + room : 0) ?? activity.phases.get(0) ?? READY
	const leave = (member) => { const room = s.rooms[s.members[member - 1].room - 1]; if (room && room.holders.at(-1) === member) room.holders.push(0); for (const activity of s.activities) activity.accords.delete(member) }
	const place = (member, room) => { if (s.members[member - 1].room !== room) leave(member); s.members[member - 1].room = room }
	const smallest = () => {
		const sizes = s.rooms.map((room, i) => (room.used ? s.members.filter((one) => one.room === i + 1).length : Infinity))
		return sizes.length ? sizes.indexOf(Math.min(...sizes)) + 1 : 0
	}
	const room = (number) => { while (s.rooms.length < number) s.rooms.push({ name: null, used: false, holders: [], away: false, tray: [], trayTerm: 0, trayLast: 0 }); s.rooms[number - 1].used = true; return s.rooms[number - 1] }
	const round = (activity) => activity.rounds.at(-1)

	/** 4.2, 4.3: what a lane has said before is not judged anew; of an actor's lanes the last four are known. */
	function isNew({ command, who, lane, number, form, seq }) {
		if (who === HOUSE) return true
		const lanes = s.lanes.get(command === JOIN ? s.byToken.get(hex(form[0])) : who), kept = lanes?.get(lane)
		if (command === JOIN) return !kept
		if (!kept || kept.number >= number) return false
		return !!Object.assign(kept, { number, seq })
	}

	function openLane(actor, lane, seq) {
		const lanes = s.lanes.get(actor) ?? s.lanes.set(actor, new Map()).get(actor)
		if (lanes.size === 4) lanes.delete([...lanes].sort(([, x], [, y]) => x.seq - y.seq)[0][0]) // the one that has been silent the longest
		lanes.set(lane, { number: 1, seq })
	}

	/** 4.7: is this a proper ballot? */
	function proper(activity, ballot) {
		const [x, y] = activity.config
		if (activity.kind === "text") return ballot.length === 1 && new TextEncoder().encode(ballot[0][1]).length <= x && ballot[0][1].length > 0
		const votes = pairs(ballot), sum = votes.reduce((total, [, value]) => total + value, 0)
		if (votes.length === 0 || votes.some(([item, value], i) => value < 1 || (i > 0 && votes[i - 1][0] >= item))) return false
		if (activity.kind === "rating") return votes.length === 1 && votes[0][0] === 1 && votes[0][1] <= 1001
		if (votes.some(([item]) => !activity.items.get(item) || activity.items.get(item).hidden)) return false
		if (activity.kind === "dots") return sum <= x && votes.every(([, value]) => value <= y)
		if (activity.kind === "choice") return votes.length >= x && votes.length <= y && votes.every(([, value]) => value === 1)
		if (activity.kind === "ranking") return votes.length <= x && votes.map(([, value]) => value).sort((p, q) => p - q).every((value, i) => value === i + 1)
		return refuse(`the kind ${activity.kind}`)
	}

	function cast(activity, holder, itsRoom, heads, ballot) {
		const held = round(activity).get(holder)
		if (ballot !== null && ballot !== REMOVED && !proper(activity, ballot)) return
		if (held) Object.assign(held, { ballot, heads }) // it counts for the room in which it was first cast (4.11)
		else round(activity).set(holder, { room: itsRoom, ballot, heads })
	}

	const stand = (until) => { if (s.at) s.steps[s.at - 1].spent += Math.max(0, until - s.steps[s.at - 1].came) }

	const apply = {
		1({ form, text }) { [, s.rehearsal, s.k, , s.language, s.created, , s.origin] = form; s.title = text },
		[LINK_PUT]({ form, a }) { s.links[a - 1] = form[0]; s.byToken.set(hex(form[1]), a + LINK) },
		[JOIN]({ form, text, lane, seq }) {
			const token = hex(form[0])
			let actor = s.byToken.get(token)
			if (!actor) {
				actor = s.members.push({ name: text?.[0][1] ?? "", room: 0 })
				if (s.rooms.length) s.members[actor - 1].room = smallest()
				s.byToken.set(token, actor)
			}
			openLane(actor, lane, seq)
		},
		[PROFILE]({ who, text }) { s.members[who - 1].name = text?.[0][1] ?? "" },
		[GO]({ a, b, at }) { // when each step began, and how long everybody stood at it
			if (b !== 0 || s.at === a) return
			stand(at)
			s.at = a
			if (a) Object.assign(s.steps[a - 1], { began: s.steps[a - 1].began || at, came: at })
		},
		[STEP_PUT]({ a, form, text }) { s.steps[a - 1] = { began: 0, came: 0, spent: 0, ...s.steps[a - 1], number: a, position: form[0], minutes: form[1], plenary: form[2], source: form[3], group: form[4], title: text } },
		[ACTIVITY_PUT]({ a, form, text }) {
			s.activities[a - 1] = { number: a, step: form[0], kind: form[1], holder: form[2], secret: form[3], config: unpack(form[4]), ref: form[5], title: text,
				items: new Map(), groups: new Map(), phases: new Map(), rounds: [new Map()], seals: [], unnamed: [], accords: new Map(), papers: [new Map()], shown: [false], outcome: null, ...(s.activities[a - 1] && refuse("an activity put twice")) }
		},
		[ITEMS_PUT]({ a, form, text }) { pairs(form).forEach(([item, group], i) => s.activities[a - 1].items.set(item, { group, hidden: false, text: text.map((row) => [row[0], row[1 + i]]) })) },
		[GROUPS_PUT]({ a, form, text }) { form.forEach((group, i) => s.activities[a - 1].groups.set(group, text.map((row) => [row[0], row[1 + i]]))) },
		[ITEMS_HIDE]({ a, form: [hidden, ...items] }) { for (const item of items) s.activities[a - 1].items.get(item).hidden = !!hidden },
		[ROOM_PUT]({ a, text }) { room(a).name = text },
		[ROOMS]({ form }) {
			for (const member of s.members.keys()) { leave(member + 1); s.members[member].room = 0 }
			for (const [number, ...members] of form) { room(number); for (const member of members) s.members[member - 1].room = number }
			for (const member of s.members) if (!member.room) member.room = smallest()
		},
		[MOVE]({ form }) { for (const [member, to] of pairs(form)) place(member, to) },
		[OPEN]({ a, b, form }) { const activity = s.activities[a - 1]; if (form[0]) refuse("deadlines"); if (b === 0) activity.phases.clear(); if ([READY, CLOSED].includes(activity.phases.get(b) ?? phase(activity, b % ROOM_SCOPE))) activity.phases.set(b, IS_OPEN) },
		[CLOSE]({ a, b, form }) {
			const activity = s.activities[a - 1]
			if (!form[0]) refuse("a grace")
			if (b === 0) for (const [scope, is] of activity.phases) if (scope && is !== REVEALED) activity.phases.delete(scope) // a room goes on with the result that it discusses
			activity.phases.set(b, CLOSED)
		},
		[HOLD]: () => refuse("hold"), [DUE]: () => {}, [HIDE]({ a, b }) { if (b) refuse("hide in a room"); const activity = s.activities[a - 1]; activity.phases.clear(); activity.phases.set(0, activity.secret ? SEALED : CLOSED) }, [EXTRA]: () => refuse("extra time"),
		[REVEAL]({ a, b }) { const activity = s.activities[a - 1]; if (b === 0) { activity.phases.clear(); activity.shown[activity.rounds.length - 1] = true } activity.phases.set(b, REVEALED) },
		[ASK]({ a }) { const activity = s.activities[a - 1]; activity.phases.clear(); activity.phases.set(0, READY); activity.rounds.push(new Map()); activity.seals.push(undefined); activity.unnamed = []; activity.accords.clear(); activity.papers.push(new Map()); activity.shown.push(false) },
		[PLACED]({ a, b, form }) { // 4.16
			const activity = s.activities[a - 1]
			if (form[0] === activity.rounds.length && phase(activity, b % ROOM_SCOPE) & (IS_OPEN | CLOSING)) activity.phases.set(b, activity.secret ? CLOSED : REVEALED)
		},
		[BALLOT]({ a, who, form, text, struck: parts }) {
			if (form === null) return void s.withheld++ // it was not shown: it was not shown (7.4)
			const activity = s.activities[a - 1], held = activity.holder === 1 ? round(activity).get(who) : null, at = held?.room ?? roomOf(who)
			if (activity.secret || form[0] !== activity.rounds.length || !(phase(activity, at) & (IS_OPEN | CLOSING))) return
			const ballot = activity.kind === "text" ? (parts & 2 ? REMOVED : text) : form[2].length ? unpack(form[2]) : null
			if (activity.holder === 1) return cast(activity, who, at, 1, ballot)
			const itsRoom = roomOf(who), { holders } = s.rooms[itsRoom - 1], before = round(activity).get(`room ${itsRoom}`)?.ballot // 4.7, 4.22
			if (holders.at(-1) ? holders.at(-1) !== who || form[1] !== holders.length : form[1] !== 0) return
			cast(activity, `room ${itsRoom}`, itsRoom, 1, ballot)
			if (JSON.stringify(before) !== JSON.stringify(round(activity).get(`room ${itsRoom}`)?.ballot)) for (const [member] of activity.accords) if (roomOf(member) === itsRoom) activity.accords.delete(member)
		},
		[AGREE]({ a, who, form }) {
			if (form === null) return void s.withheld++
			const activity = s.activities[a - 1], held = round(activity).get(`room ${roomOf(who)}`)?.ballot
			if (form[0] !== activity.rounds.length || !(phase(activity, roomOf(who)) & (IS_OPEN | CLOSING)) || !held || hex(form[2]) !== (activity.kind === "text" ? refuse("agreement with words") : hex(packed(held)))) return
			form[1] ? activity.accords.set(who, form[1]) : activity.accords.delete(who)
		},
		[SECRET_BALLOT]: () => {}, // names nobody and says nothing: the seal stands for it (4.8, 6.3)
		[SEAL]({ a, form: [number, part, parts, , groups, seqs] }) { // of several instances each may have written one, and one that a late ballot overtook does nothing
			const activity = s.activities[a - 1], at = activity.rounds.length - 1, known = activity.seals[at] ?? { groups: new Map(), done: 0, seqs: 0 }, until = known.seqs + seqs.length
			if (number !== at + 1 || activity.phases.get(0) !== CLOSED || part !== known.done + 1) return
			if (seqs.some((seq, i) => seq !== activity.unnamed[known.seqs + i]) || (part === parts && until !== activity.unnamed.length)) return
			activity.seals[at] = Object.assign(known, { done: part, seqs: until })
			for (const [group, rooms, ballots] of groups) {
				const one = known.groups.get(group) ?? { rooms, ballots: [] }
				one.ballots.push(...ballots)
				known.groups.set(group, one)
			}
			if (part === parts) activity.phases = new Map([[0, SEALED]])
		},
		[PAPERS]({ a, b, form }) { s.activities[a - 1].papers.at(-1).set(b, form[0]) },
		[PROXY]({ a, b, form }) { // 4.19
			const activity = s.activities[a - 1]
			if (activity.secret) return // the seal stands for it
			if (form === null) return void s.withheld++
			const padded = form[3], ballot = padded.subarray(2, 2 + padded[0] * 256 + padded[1]), sheet = `sheet ${hex(form[1])}`
			const entered = [...round(activity)].filter(([holder, one]) => isSheet(holder) && one.room === b).length
			if (form[0] !== activity.rounds.length || !(phase(activity, b) & (IS_OPEN | CLOSING)) || (!round(activity).has(sheet) && entered >= (activity.papers.at(-1).get(b) ?? 0))) return
			cast(activity, sheet, b, form[2], ballot.length ? unpack(ballot) : null)
		},
		[OUTCOME]({ a, form: [number, by, override, rows], text }) {
			const activity = s.activities[a - 1], own = standings(activity, by), told = pairs(rows, 3)
			if (number !== activity.rounds.length || phase(activity, 0) !== REVEALED || told.length !== own.size) return
			if (told.some(([id, total, voters]) => own.get(id)?.sum !== total || own.get(id).people !== voters)) return
			if (!override && told.some(([, total, voters], i) => i > 0 && (told[i - 1][1] < total || (told[i - 1][1] === total && told[i - 1][2] < voters)))) return // 4.18
			activity.outcome = { round: number, by: by ? "groups" : "items", override: !!override, reason: words(text, 0), order: told.map(([id, sum, people]) => ({ id, sum, people })) }
			const steps = s.steps.filter((step) => step.source === a), positions = steps.map((step) => step.position).sort((x, y) => x - y), rank = (step) => told.findIndex(([id]) => id === step.group)
			steps.sort((x, y) => rank(x) - rank(y) || x.position - y.position).forEach((step, i) => { step.position = positions[i] })
		},
		[PEN_TAKE]({ a, who, form: [tenure] }) {
			const at = s.rooms[a - 1], holder = at.holders.at(-1) ?? 0
			if (roomOf(who) !== a || tenure !== at.holders.length || (holder && holder !== who && !at.away)) return
			if (holder !== who) at.holders.push(who)
			at.away = false
		},
		[PEN_GIVE]({ a, who, form: [tenure, member] }) {
			const at = s.rooms[a - 1], holder = at.holders.at(-1) ?? 0
			if ((who < LINK && holder !== who) || tenure !== at.holders.length || (member && roomOf(member) !== a) || member === holder) return
			at.holders.push(member)
			at.away = false
		},
		[PEN_AWAY]({ a, form: [tenure] }) { if (tenure === s.rooms[a - 1].holders.length) s.rooms[a - 1].away = true },
		[NOTE_PUT]({ a, b, who, term, at: at_ms, form: [id, tenure, kind, final, plenary, writing, itsPlace, activity], text }) { // 4.17
			const at = s.rooms[a - 1], name = hex(id), said = struck(text, 0)
			if (tenure ? at.holders[tenure - 1] !== who : roomOf(who) !== a) return
			if (tenure === 0 || tenure !== at.holders.length || s.over) {
				at.tray = at.tray.filter((one) => one.who !== who || one.name !== name || one.tenure !== tenure || (tenure && !one.writing)) // over what was left open; a suggestion over the one before
				if (at.trayTerm !== term) Object.assign(at, { trayTerm: term, trayLast: (term - 1) * 4096 })
				at.tray.push({ who, name, number: ++at.trayLast, step: b, activity, kind, tenure, writing, at: at_ms, words: said })
				return
			}
			const known = s.notes.get(name), sent = [...s.notes.values()].filter((one) => one.room === a && one.step === b && one.plenary && !one.dropped && one !== known).length
			if ((known && (known.room !== a || known.step !== b)) || (plenary && !(known?.plenary && !known.dropped) && s.steps[b - 1].plenary && sent >= s.steps[b - 1].plenary)) return
			at.away = false
			s.notes.set(name, { ...(known ?? { room: a, step: b, number: ++s.order, author: who, at: at_ms }), activity, kind, final: !!final, plenary: !!plenary, place: itsPlace, words: said, dropped: false })
		},
		[NOTE_DROP]({ a, who, form: [id, tenure] }) {
			const at = s.rooms[a - 1], note = s.notes.get(hex(id))
			if (note?.room === a && tenure === at.holders.length && at.holders[tenure - 1] === who) note.dropped = true
		},
		[TRAY_TAKE]({ a, who, form: [number, tenure, id, itsPlace] }) {
			const at = s.rooms[a - 1], item = at.tray.find((one) => one.number === number), name = hex(id)
			if (!item || (who < LINK && (tenure !== at.holders.length || at.holders[tenure - 1] !== who))) return
			if (name !== "0000000000000000") {
				const known = s.notes.get(name)
				s.notes.set(name, { ...(known ?? { room: a, step: item.step, number: ++s.order, author: item.who, at: item.at, final: false, plenary: false }), activity: item.activity, kind: item.kind,
					place: itsPlace, words: item.words, dropped: false })
			}
			at.tray = at.tray.filter((one) => one !== item)
		},
		[END]({ at }) { s.over = true; s.ended = at; stand(at); s.at = 0; for (const activity of s.activities) for (const [scope, is] of activity.phases) if (is & (IS_OPEN | CLOSING)) activity.phases.set(scope, CLOSED) },
	}

	// --- what is counted ---

	/** The ballots behind a result: [[ballot, heads], ...], or what is held back; and how many of them came in on paper (of secret ones nobody knows which). */
	function behind(activity, itsRoom, at) {
		if (!activity.secret) {
			const cast = [...activity.rounds[at]].filter(([, one]) => one.ballot && (!itsRoom || one.room === itsRoom))
			return { ballots: cast.map(([, one]) => [one.ballot, one.heads]), number: cast.length, held_back: false, papers: cast.filter(([holder]) => isSheet(holder)).length }
		}
		const groups = [...(activity.seals[at]?.groups.values() ?? [])], alone = groups.find((group) => group.rooms.length === 1 && group.rooms[0] === itsRoom)
		const ballots = (itsRoom ? alone?.ballots ?? [] : groups.flatMap((group) => group.ballots)).map((one) => [unpack(one), 1])
		const held_back = itsRoom ? !alone : groups.length === 0, announced = itsRoom ? activity.papers[at].get(itsRoom) ?? 0 : [...activity.papers[at].values()].reduce((x, y) => x + y, 0)
		return { ballots, number: ballots.length, held_back, papers: Math.min(announced, ballots.length) }
	}

	const points = (activity, value) => (activity.kind === "ranking" ? activity.config[0] + 1 - value : value)

	function standings(activity, by, itsRoom = 0, at = activity.rounds.length - 1) {
		const rows = new Map()
		for (const [item, { group, hidden }] of activity.items) if (!hidden && (by ? group : item)) rows.set(by ? group : item, { sum: 0, people: 0 })
		for (const [ballot, heads] of behind(activity, itsRoom, at).ballots) {
			const met = new Set()
			for (const [item, value] of pairs(ballot)) {
				const id = by ? activity.items.get(item).group : item, row = rows.get(id)
				if (!row) continue
				row.sum += points(activity, value) * heads
				if (!met.has(id)) row.people += heads
				met.add(id)
			}
		}
		return rows
	}

	/** 5.11: where the answers stand, in whole numbers. */
	function rating(ballots) {
		const row = ballots.flatMap(([ballot, heads]) => Array(heads).fill(ballot[1] - 1)).sort((x, y) => x - y), n = row.length
		const median = (list) => (list.length % 2 ? list[(list.length - 1) / 2] : Math.floor((list[list.length / 2 - 1] + list[list.length / 2]) / 2))
		const lower = n > 1 ? median(row.slice(0, Math.floor(n / 2))) : row[0] ?? 0, upper = n > 1 ? median(row.slice(Math.ceil(n / 2))) : row[0] ?? 0
		const places = [...new Set(row)].map((at) => ({ place: at, count: row.filter((one) => one === at).length }))
		return { answers: n, mean: n ? Math.floor(row.reduce((x, y) => x + y) / n + 0.5) : 0, median: n ? median(row) : 0, lower_quartile: lower, upper_quartile: upper, wide: upper - lower >= 400, places }
	}

	function texts(ballots) {
		const rows = new Map(), bytes = (word) => new TextEncoder().encode(word)
		for (const [[[, word]], heads] of ballots) rows.set(word, (rows.get(word) ?? 0) + heads)
		return { words: [...rows].map(([word, n]) => ({ words: word || null, count: n })).sort((x, y) => Buffer.compare(bytes(x.words ?? ""), bytes(y.words ?? ""))), left_out: 0 }
	}

	function result(activity, itsRoom, at) {
		const { ballots, number, held_back, papers } = behind(activity, itsRoom, at)
		const out = { room: itsRoom, ballots: number, heads: ballots.reduce((sum, [, heads]) => sum + heads, 0), papers, held_back }
		if (activity.kind === "rating" && activity.secret && itsRoom) { // 5.15: of a room its picture without the places, and of fewer than 5 nothing
			const { places: _, ...picture } = rating(ballots)
			return held_back || number < 5 ? { room: itsRoom, ballots: 0, heads: 0, papers: 0, held_back: true } : { ...out, papers: 0, ...picture, places: [] }
		}
		if (activity.kind === "rating") return held_back ? out : { ...out, ...rating(ballots) }
		if (activity.kind === "text") return { ...out, ...texts(ballots) }
		const list = (by) => [...standings(activity, by, itsRoom, at)].filter(([, row]) => row.sum).map(([id, row]) => ({ id, ...row })).sort((x, y) => x.id - y.id)
		return { ...out, items: list(0), groups: list(1) }
	}

	for (const entry of log) {
		if (entry.command === SECRET_BALLOT || (entry.command === PROXY && s.activities[entry.a - 1]?.secret)) s.activities[entry.a - 1].unnamed.push(entry.seq) // what the seal must name
		if (entry.command === SECRET_BALLOT || !isNew(entry)) continue
		apply[entry.command]?.(entry)
	}

	// --- as the report tells it ---

	const rooms = s.rooms.map((one, i) => ({ room: i + 1, people: s.members.filter((member) => member.room === i + 1).length, name: words(one.name, 0), used: one.used })).filter((one) => one.used).map(({ used, ...one }) => one)
	const labels = (map, group) => [...map].sort(([x], [y]) => x - y).map(([id, one]) => ({ id, group: group ? one.group : 0, words: struck(group ? one.text : one, 0), ...(one.hidden ? { hidden: true } : {}) }))
	const name = (who) => s.members[who - 1]?.name ?? ""
	const told = (activity, at, isShown) => [0, ...rooms.map((one) => one.room)]
		.filter((one) => isShown(one) && (activity.secret || [...activity.rounds[at].values()].some((held) => one === 0 || held.room === one) || (one ? activity.papers[at].has(one) : activity.papers[at].size > 0))).map((one) => result(activity, one, at))
	/** Of rooms whose result is shown. */
	function agreement(activity) {
		const list = rooms.map(({ room: one }) => ({ room: one, said: [...activity.accords].filter(([member]) => roomOf(member) === one).map(([, answer]) => answer) }))
			.filter(({ room: one, said }) => said.length && phase(activity, one) === REVEALED).map(({ room: one, said }) => ({ room: one, agreed: said.filter((answer) => answer === 1).length, not_yet: said.filter((answer) => answer === 2).length }))
		return list.length ? { agreement: list } : {}
	}
	const asked = (activity) => ({
		activity: activity.number, ref: activity.ref, kind: activity.kind, title: struck(activity.title, 0), held_by: activity.holder === 2 ? "room" : "person", secret: !!activity.secret, round: activity.rounds.length,
		phase: PHASES[activity.phases.get(0) ?? READY], items: labels(activity.items, true), groups: labels(activity.groups, false),
		results: told(activity, activity.rounds.length - 1, (one) => phase(activity, one) === REVEALED),
		...agreement(activity),
		...(activity.rounds.length > 1 ? { earlier: activity.rounds.slice(0, -1).map((_, at) => ({ round: at + 1, results: told(activity, at, (one) => activity.shown[at] && !(one && activity.secret && activity.kind === "rating")) })) } : {}),
		...(activity.outcome ? { outcome: activity.outcome } : {}),
	})
	const notes = s.rooms.flatMap((one, i) => [
		...[...s.notes.values()].filter((note) => note.room === i + 1 && !note.dropped).sort((x, y) => x.place - y.place || x.number - y.number)
			.map((note) => ({ room: i + 1, step: note.step, activity: note.activity, kind: NOTES[note.kind], final: note.final, plenary: note.plenary, at: iso(note.at), author: name(note.author), tray: false, tenure: 0, words: note.words })),
		...one.tray.sort((x, y) => x.number - y.number)
			.map((item) => ({ room: i + 1, step: item.step, activity: item.activity, kind: NOTES[item.kind], final: false, plenary: false, at: iso(item.at), author: name(item.who), tray: true, tenure: item.tenure, words: item.words })),
	])
	const now = log.at(-1)?.at ?? 0
	return { report: 1, title: struck(s.title, 0), origin: s.origin, language: s.language, created: iso(s.created), ended: s.ended ? iso(s.ended) : null, rehearsal: !!s.rehearsal, k: s.k, participants: s.members.length, rooms,
		steps: [...s.steps].sort((x, y) => x.position - y.position || x.number - y.number)
			.map((step) => ({ step: step.number, planned_minutes: step.minutes, began: step.began ? iso(step.began) : null, spent_ms: step.spent + (step.number === s.at ? Math.max(0, now - step.came) : 0), title: struck(step.title, 0), activities: s.activities.filter((one) => one.step === step.number).map(asked) })),
		notes, ...(s.withheld ? { withheld: s.withheld } : {}) }
}

/** Every leaf of one that is otherwise in the other, and how many leaves there were. */
export function compare(own, told, path = "", out = { compared: 0, wrong: [] }) {
	if (own !== null && typeof own === "object" && told !== null && typeof told === "object" && Array.isArray(own) === Array.isArray(told)) {
		for (const key of new Set([...Object.keys(own), ...Object.keys(told)])) compare(own[key], told[key], `${path}/${key}`, out)
		if (Array.isArray(own) && own.length === 0 && told.length === 0) out.compared++
	} else {
		out.compared++
		if (own !== told) out.wrong.push(`${path}: counted ${JSON.stringify(own)}, the report says ${JSON.stringify(told)}`)
	}
	return out
}

// --- the control: of each kind of question the last ballot that counts, changed in the log ---

/** The same entry with another answer in it. */
const other = {
	words: (entry) => ({ ...entry, text: [["", "något annat"]] }),
	rating(entry) { const [round, tenure, ballot] = entry.form, bytes = Uint8Array.from(ballot); bytes[bytes.length - 1] ^= 1; return { ...entry, form: [round, tenure, bytes] } },
	items(entry) { const [round, tenure, ballot] = entry.form, bytes = Uint8Array.from(ballot); bytes[1] = (bytes[1] % 4) + 1; return { ...entry, form: [round, tenure, bytes] } },
	seal(entry) { const form = structuredClone(entry.form), ballot = form[4][0][2][0]; ballot[ballot.length - 1] += 1; return { ...entry, form } },
}

export function changes(log) {
	const kinds = new Map(log.filter((one) => one.command === ACTIVITY_PUT).map((one) => [one.a, [one.form[1], one.form[3]]])), found = new Map(), own = count(log)
	for (let i = log.length - 1; i >= 0; i--) {
		const entry = log[i], [kind, secret] = kinds.get(entry.a) ?? []
		const [what, change] = entry.command === NOTE_PUT && entry.text ? ["a note", other.words]
			: entry.command === SEAL && secret && entry.form[4].length ? [`${kind}, secret`, other.seal]
			: entry.command === BALLOT && kind === "text" && entry.text ? ["text", other.words]
			: entry.command === BALLOT && kind !== "text" && entry.form[2].length ? [kind, kind === "rating" ? other.rating : other.items] : []
		if (!what || found.has(what)) continue
		const changed = [...log.slice(0, i), change(entry), ...log.slice(i + 1)]
		if (compare(count(changed), own).wrong.length) found.set(what, changed) // not one that was refused, or replaced later
	}
	return [...found].map(([what, changed]) => ({ what, log: changed }))
}

export function recount(logBytes, report) {
	const log = readLog(logBytes)
	return { entries: log.length, log, ...compare(count(log), report) }
}

async function main([logFile, reportFile, control]) {
	if (!reportFile) { console.error("recount.mjs: expected LOG REPORT.json [--control]"); process.exit(2) }
	const report = JSON.parse(await readFile(reportFile, "utf8")), { entries, log, compared, wrong } = recount(await readFile(logFile), report)
	for (const line of wrong.slice(0, 20)) console.log(`OTHERWISE ${line}`)
	console.log(`${entries} entries counted anew, ${compared} values compared, ${wrong.length} otherwise`)
	if (!control) return wrong.length === 0
	let found = 0
	for (const { what, log: changed } of changes(log)) {
		const seen = compare(count(changed), report).wrong
		console.log(`control, ${what}: ${seen.length ? `found: ${seen[0]}` : "NOT found"}`)
		found += seen.length > 0
	}
	return wrong.length === 0 && found === changes(log).length && found > 0
}
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exit((await main(process.argv.slice(2))) ? 0 : 1)
