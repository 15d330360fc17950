// SPDX-License-Identifier: EUPL-1.2
// The session as pages read it: signals over the live module's sections, and what follows from them. Draws nothing.
import { batch, computed, signal, type Signal } from "@preact/signals";
import { type Bytes, NO_BYTES, equal, hex } from "../live/bytes.js";
import { type Change, Live, type Seat } from "../live/live.js";
import type { Entry } from "../live/outbox.js";
import { type Items, allOf, sectionName } from "../live/sections.js";
import { type Text, ballotPack, ballotUnpack, list, numbers, pack, packText, words } from "../live/wire.js";
import type { World } from "../live/world.js";
import { COMMAND, FAULT, PHASE, SECTION } from "../tables.js";
import { language } from "../words/words.js";
import type { Kept } from "./drafts.js";
import { type Sight, type Told, type Undone, haveMoved, isSealed, notesTold, othersOf, undone } from "./history.js";
import { type Edit, type Note, type NoteWish, type Own, type PlenaryNote, type TrayItem, editsOf, notesOf, plenaryOf, trayOf } from "./notes.js";
import { type Answer, type Band, type Outcome, type Rating, type Result, type ResultRow, answersOf, bandOf, groups_of, outcomeOf, ratingOf, resultOf } from "./results.js";

export type { Undone } from "./history.js";
export type { Edit, Note, NoteWish, PlenaryNote, TrayItem } from "./notes.js";
export type { Answer, Band, Outcome, Rating, Result } from "./results.js";
export { place_between } from "./notes.js";
export { groups_of } from "./results.js";

export const HOLDER_PERSON = 1, HOLDER_ROOM = 2;
/** Scopes (protocol README, words): the session is 0, a room is this and its number. */
export const SCOPE_ROOM = 2 ** 29;
/** A refusal by the page itself: nobody could be asked. */
export const NO_CONTACT = -1, NO_SAVING = -2;
const KEY_ACTIVITY = 4096; /* items 4096 + activity of `scope` and `me` */
/** What one may say to the room's ballot (protocol 4.22). */
export const AGREES = 1, NOT_YET = 2;
/** Who reloads a page is away for a moment; said after so long. */
const AWAY_SAID_MS = 10_000;
/** So long after the time the room is still called back. */
const BACK_PAST_MS = 300_000;
/** A reconnect that takes no longer is not worth a word. */
export const AWAY_MS = 2_000;
/** After history has changed the daemon puts back what it can; what is still missing then is told. */
const PUT_BACK_MS = 3_000, LOOK_AGAIN_MS = 1_000;
const KEY_GROUP = 4096; /* items 4096 + group of `activity` */

export interface Part { least: number; most: number; title: string }
export interface Step {
	number: number;
	position: number;
	minutes: number;
	title: string;
	instruction: string;
	activities: number[];
	/** How many notes a room may send to all; 0: any number. */
	plenary: number;
	/** The activity, and its group or item, that this step belongs to; 0: none. */
	source: number;
	group: number;
	parts: Part[];
}
export interface Item { item: number; group: number; hidden: boolean; words: string }
export interface Activity {
	number: number;
	step: number;
	kind: string;
	holder: number;
	secret: boolean;
	config: number[];
	title: string;
	lead: string;
	items: Item[];
	/** Its id in the catalog, or empty. */
	ref: string;
	/** Names of the groups of its items. */
	groups: Map<number, string>;
}
/** still: it stands still, with duration_ms left. */
export interface Deadline { generation: number; duration_ms: number; at_ms: number; still: boolean }
/** What the members of a room say to its ballot: who agrees, who does not yet, and what this page says, also while that is on its way. */
export interface Accord { bytes: Bytes; agree: number[]; not_yet: number[]; own: number; on_its_way: boolean }
/** saved: in the journal. wanted: what the person sees as theirs; differs while something is on its way. */
export interface Ballot { saved: Map<number, number>; wanted: Map<number, number>; on_its_way: boolean }
/** The room's pen: all 0 when nobody has taken it yet. */
export interface Pen { tenure: number; holder: number; away: boolean; at_ms: number }
export interface Refusal { id: number; fault: number; activity: number; command: number }

type Row = unknown[];

export class Session {
	readonly live: Live;
	/** Raised whenever the line, the volatile part, or the outbox changes. */
	readonly line = signal(0);
	readonly volatile = signal(0);
	readonly outbox = signal(0);
	/** The last refusal, until it is put away. */
	readonly refusal = signal<Refusal | null>(null);
	/** Which of their two pages somebody with the pen looks at: the room's notes, or their own answers. */
	readonly side = signal<"notes" | "own">("notes");
	/** Once a second, in step with nothing: what remains of a deadline, how old a picture is. */
	readonly tick = signal(0);
	#sections = new Map<string, Signal<Items | undefined>>();
	/** Own ballots as last known to be stable, by "activity/round". */
	#settled = new Map<string, Bytes>();
	/** What is saved, but whose section has not come yet: verdicts come at once, the state on its grid. */
	#late: { entry: Entry; term: number }[] = [];
	#refusals = 0;
	/** What had been called saved and is not, or not for certain: until it is sent again, put away, or back. */
	readonly undone = signal<Undone[]>([]);
	/** To staff: history changed then, from this. */
	readonly went_back = signal<{ at_ms: number; before: ReadonlyMap<string, Items> } | null>(null);
	/** The same while it may still come back: by the field of its command. */
	#told = new Map<string, Told>();
	#others = new Map<string, number>();
	#changed_from: { at_ms: number; before: ReadonlyMap<string, Items> } | null = null;
	#look_later = () => {};
	/** What a former note-taker's page had not sent, on its way into the room's tray: by the field of its command. */
	#rescues = new Map<string, (saved: boolean) => void>();

	constructor(readonly world: World, seat: Seat) {
		this.live = new Live(world, seat, (change) => this.#changed(change));
		const beat = () => {
			this.tick.value++;
			world.later(1000 - (this.live.server_ms() % 1000) + 5, beat);
		};
		world.later(1000, beat);
	}

	#changed(change: Change): void {
		batch(() => {
			switch (change.is) {
			case "line": this.line.value++; break;
			case "volatile": this.volatile.value++; break;
			case "outbox": this.#settle(); this.outbox.value++; break;
			case "sections":
				if (change.other)
					this.#history();
				this.#late = this.#late.filter(({ entry, term }) => term === this.live.sections.term && entry.seq > this.live.sections.done);
				for (const name of change.names) {
					const [kind, a, b] = name.split("/").map(Number);
					const held = this.#sections.get(name);
					if (held)
						held.value = this.live.sections.get(kind, a, b);
				}
				this.#settle();
				if (this.undone.value.length > 0) {
					const now = this.#sight();
					this.undone.value = this.undone.value.filter((u) => u.how === "refused" || undone(u, now) !== null);
				}
				this.outbox.value++;
				break;
			case "outcome": {
				const { outcome } = change;
				/* Whatever stood there before, this is newer. */
				if (outcome.is === "saved")
					this.#told.delete(outcome.entry.field);
				const rescue = this.#rescues.get(outcome.entry.field);
				this.#rescues.delete(outcome.entry.field);
				rescue?.(outcome.is === "saved");
				if (outcome.is === "refused" && !rescue)
					this.#keep_words(outcome.entry);
				if (outcome.is === "saved" && outcome.entry.seq > this.live.sections.done)
					this.#late.push({ entry: outcome.entry, term: this.live.sections.term });
				/* Taken, but not as wished: said like a refusal. */
				if (outcome.is === "saved" && outcome.entry.recovered)
					this.refusal.value = { id: ++this.#refusals, fault: FAULT.recovered, command: outcome.entry.command, activity: 0 };
				if (outcome.is !== "refused" || (outcome.fault === FAULT.superseded && outcome.entry.number === 1))
					break;
				const { command, a } = outcome.entry;
				/* What it said stands in sight all the same: nothing to tell. */
				if (outcome.fault === FAULT.superseded && command === COMMAND.ballot && this.#stands(outcome.entry))
					break;
				/* A note taken away before it ever got through. */
				if (outcome.fault === FAULT.no_note && command === COMMAND.note_drop)
					break;
				this.refusal.value = { id: ++this.#refusals, fault: outcome.fault, command, activity: command === COMMAND.ballot || command === COMMAND.agree ? a : 0 };
				break;
			}
			}
		});
	}

	#stands(entry: Entry): boolean {
		const [round] = list(entry.form);
		const wanted = ballotOf(entry);
		for (const kind of [SECTION.ballots, SECTION.room_ballots])
			for (const [, , items] of this.live.sections.all(kind)) {
				const row = items.get(entry.a) as Row | undefined;
				if (row && row[0] === round && equal(bytesOf(row[1]), wanted))
					return true;
			}
		return false;
	}

	/** Own ballots count as settled once every verdict in sight is stable and nothing of them is in the outbox. */
	#settle(): void {
		const { sections } = this.live;
		const stable = (items: Items | undefined) =>
			[...(items?.values() ?? [])].every((v) => !Array.isArray(v) || v[1] > FAULT.recovered || (v[2] as number) <= sections.stable);
		const note = (activity: number, round: number, bytes: unknown) => {
			if (!this.live.entries.some((e) => e.command === COMMAND.ballot && e.a === activity))
				this.#settled.set(`${activity}/${round}`, bytesOf(bytes));
		};
		if (stable(sections.get(SECTION.verdicts, this.live.actor)))
			for (const kind of [SECTION.ballots, SECTION.room_ballots])
				for (const [, , items] of sections.all(kind))
					if (kind === SECTION.ballots || sections.stable >= sections.done)
						for (const [activity, row] of items)
							note(activity as number, (row as Row)[0] as number, (row as Row)[1]);
		for (const [activity, round, items] of sections.all(SECTION.mine)) {
			const verdicts = new Map([...items].filter(([key]) => key !== 0));
			if (stable(verdicts))
				note(activity, round, items.get(0));
		}
	}

	// --- another history: what was called saved, and is not ---

	#sight(): Sight {
		const { sections, actor } = this.live;
		const room = roomOf(sections.get(SECTION.me, actor));
		return {
			room, actor, moved: haveMoved(this.#others, othersOf(sections.held, (lane) => this.live.owns(lane))),
			phase: (activity) => phaseOf(sections.held, activity, room), items: (kind, a, b) => sections.get(kind, a, b),
		};
	}

	/** Remember what has been told; of two changes soon after each other what was told before the first. */
	#history(): void {
		const { sections } = this.live;
		const { before } = sections;
		const [[actor, , me] = [0, 0, undefined]] = allOf(before, SECTION.me);
		if (this.#told.size === 0 && this.#changed_from === null) {
			this.#others = othersOf(before, (lane) => this.live.owns(lane));
			this.#changed_from = { at_ms: this.live.server_ms(), before };
		}
		const tell = (told: Told) => { if (!this.#told.has(told.key)) this.#told.set(told.key, told); };
		const room = roomOf(me);
		const late = this.#late.map(({ entry }) => entry);
		const ballot = (activity: number, round: number, bytes: Bytes) => {
			const row = before.get(sectionName(SECTION.activity, activity, 0))?.get(0) as Row | undefined;
			const now = phaseOf(before, activity, room);
			if (row && now.round === round)
				tell({ is: "ballot", key: `ballot/${activity}`, activity, round, room: row[2] === HOLDER_ROOM ? room : 0, bytes, title: words(row[5], language.value), secret: !!row[3], sealed: isSealed(now.phase) });
		};
		for (const entry of [...late].reverse())
			if (entry.command === COMMAND.ballot)
				ballot(entry.a, list(entry.form)[0] as number, ballotOf(entry));
		for (const [name, bytes] of this.#settled) {
			const [activity, round] = name.split("/").map(Number);
			ballot(activity, round, bytes);
		}
		notesTold(before, late.map((entry) => ({ entry, saved: true })), actor).forEach(tell);
		/* Nothing stands here as saved that is not in sight, but for what only the page holds since a seal. */
		const now = this.#sight();
		for (const name of [...this.#settled.keys()]) {
			const [activity, round] = name.split("/").map(Number);
			const { phase, round: at } = now.phase(activity);
			const secret = !!(now.items(SECTION.activity, activity)?.get(0) as Row | undefined)?.[3];
			if (!(secret && !now.items(SECTION.mine, activity, round) && (isSealed(phase) || at > round)))
				this.#settled.delete(name);
		}
		this.#look_after(PUT_BACK_MS);
	}

	#look_after(ms: number): void {
		this.#look_later();
		this.#look_later = this.world.later(ms, () => batch(() => this.#look()));
	}

	/** What is missing still, now that it could have been put back. What is on its way once more is waited for. */
	#look(): void {
		if (this.#told.size === 0 && !this.live.staff)
			this.#changed_from = null;
		else if (this.live.line !== "open" || this.live.health !== 0 || !this.joined)
			return this.#look_after(LOOK_AGAIN_MS);
		const now = this.#sight();
		const waits = new Set(this.live.entries.map((e) => e.field));
		const found: Undone[] = [];
		for (const told of [...this.#told.values()]) {
			if (waits.has(told.key))
				continue;
			this.#told.delete(told.key);
			const how = undone(told, now);
			if (how)
				found.push({ ...told, how });
		}
		if (found.length > 0)
			this.undone.value = [...this.undone.value.filter((u) => !found.some((f) => f.key === u.key)), ...found];
		if (this.#changed_from && this.live.staff)
			this.went_back.value = this.#changed_from;
		this.#changed_from = null;
		if (this.#told.size > 0)
			this.#look_after(LOOK_AGAIN_MS);
	}

	/** A note that was refused when no list of notes is open to keep its words. */
	#keep_words(entry: Entry): void {
		if (entry.command !== COMMAND.note_put || (this.has_pen && this.side.value === "notes"))
			return;
		for (const told of notesTold(new Map(), [{ entry, saved: false }], this.live.actor))
			this.undone.value = [...this.undone.value.filter((u) => u.key !== told.key), { ...told, how: "refused" }];
	}

	/** Can it be said again now? */
	may_send(u: Undone): boolean {
		if (this.over)
			return false;
		if (u.is === "note")
			return u.room === this.me.room && this.steps.some((s) => s.number === u.step);
		const activity = this.activity(u.activity);
		const { phase, round } = this.phase(u.activity, this.me.room);
		return activity !== null && round === u.round && (phase === PHASE.OPEN || phase === PHASE.CLOSING) && this.may_cast(activity);
	}
	send_again(u: Undone): void {
		const activity = u.is === "ballot" ? this.activity(u.activity) : null;
		if (u.is === "note")
			this.note_put({ ...u.note, room: u.room, step: u.step, writing: false });
		else if (activity)
			this.#cast(activity, activity.kind === "text" ? NO_BYTES : u.bytes, activity.kind === "text" ? u.bytes : NO_BYTES);
		this.put_away(u);
	}
	put_away(u: Undone): void {
		this.undone.value = this.undone.value.filter((other) => other !== u);
	}

	section(kind: number, a = 0, b = 0): Items | undefined {
		const name = sectionName(kind, a, b);
		let held = this.#sections.get(name);
		if (!held)
			this.#sections.set(name, (held = signal(this.live.sections.get(kind, a, b))));
		return held.value;
	}

	// --- the session ---

	get title(): string { return words((this.section(SECTION.session)?.get(2) as Row), language.value); }
	/** Id and version of the catalog item that this workshop is made from, or empty. */
	get origin(): string { return ((this.section(SECTION.session)?.get(1) as Row)?.[7] as string) ?? ""; }
	get head(): { code: string; rehearsal: boolean; language: string; k: number; grace_ms: number } {
		const row = (this.section(SECTION.session)?.get(1) as Row) ?? [];
		return { code: (row[0] as string) ?? this.live.code, rehearsal: !!row[1], language: (row[2] as string) ?? "", k: (row[3] as number) || 3, grace_ms: (row[4] as number) || 30_000 };
	}
	get over(): boolean { return !!this.section(SECTION.session)?.get(3); }
	get joined(): boolean { return this.section(SECTION.me, this.actor) !== undefined; }
	get actor(): number { void this.outbox.value; void this.line.value; return this.live.actor; }

	// --- the line; each reads the signals it follows, so that whoever draws by it is drawn again ---

	get connected(): boolean { void this.line.value; return this.live.line === "open"; }
	/** Why nothing can be saved now: 0 it can, 1 the journal is away, 2 it is full (protocol 5.12). */
	get health(): number { return this.connected ? this.live.health : 0; }
	/** Nothing can be done for everybody now. A reconnect of a moment is none of it. */
	get stuck(): boolean { return this.health !== 0 || this.away_ms > AWAY_MS; }
	/** The daemon's time since which nothing can be saved. */
	get health_since(): number { return this.live.server_ms() - (this.world.now() - this.live.health_since); }
	/** For how long there has been no contact; 0 while there is. */
	get away_ms(): number { void this.tick.value; return this.connected ? 0 : this.world.now() - this.live.away_since; }
	/** Nothing has come for longer than it should: what stands here may be old. */
	get silent(): boolean { void this.tick.value; void this.line.value; return this.live.silent(); }
	/** Commands of a forgotten lane, which wait for the person's word. */
	get held_back(): number { void this.outbox.value; return this.live.held_back.length; }
	/** A command of this kind is on its way. */
	waits_for(command: number): boolean { void this.outbox.value; return this.live.entries.some((e) => e.command === command); }
	/** Seconds until the join is tried again by itself. */
	get join_wait_s(): number { void this.tick.value; void this.outbox.value; return Math.max(0, Math.ceil((this.live.join_at - this.world.now()) / 1000)); }

	// --- who ---

	get me(): { room: number; roles: number; name: string; organisation: string } {
		const row = (this.section(SECTION.me, this.actor)?.get(0) as Row) ?? [];
		return { room: (row[0] as number) ?? 0, roles: (row[1] as number) ?? 0, name: words(row[3], language.value, 0), organisation: words(row[3], language.value, 1) };
	}
	readonly #rooms = computed(() => [...(this.section(SECTION.rooms) ?? [])].map(([room, row]) => (
		{ room: room as number, name: words((row as Row)[0], language.value, 0), link: words((row as Row)[0], language.value, 1) }
	)).sort((x, y) => x.room - y.room));
	readonly #room_names = computed(() => new Map(this.#rooms.value.map((r) => [r.room, r.name])));
	get rooms(): { room: number; name: string; link: string }[] { return this.#rooms.value; }
	room_name(room: number): string {
		return this.#room_names.value.get(room) ?? "";
	}
	members(room: number): { member: number; name: string; organisation: string }[] {
		return [...(this.section(SECTION.members, room) ?? [])].map(([member, row]) => ({
			member: member as number, name: words((row as Row)[2], language.value, 0), organisation: words((row as Row)[2], language.value, 1),
		})).sort((x, y) => x.member - y.member);
	}
	/** Empty: nobody in particular, or nobody whom this page may see. */
	member_name(room: number, member: number): string {
		const row = this.section(SECTION.members, room)?.get(member) as Row | undefined;
		return row ? words(row[2], language.value, 0) : member === this.actor ? this.me.name : "";
	}
	/** To staff: how many members sit in a room. */
	seats(room: number): number { return (this.section(SECTION.seats)?.get(room) as number) ?? 0; }
	get seated(): number { return [...(this.section(SECTION.seats)?.values() ?? [])].reduce<number>((sum, n) => sum + (n as number), 0); }

	// --- the agenda ---

	readonly #steps = computed(() => [...(this.section(SECTION.agenda) ?? [])].map(([number, row]): Step => {
		const [position, minutes, text, activities, plenary, source, group, parts] = row as [number, number, unknown, number[], number?, number?, number?, [number, number][]?];
		return {
			number: number as number, position, minutes, title: words(text, language.value, 0), instruction: words(text, language.value, 1), activities: activities ?? [],
			plenary: plenary ?? 0, source: source ?? 0, group: group ?? 0,
			parts: (parts ?? []).map(([least, most], i) => ({ least, most, title: words(text, language.value, 2 + i) })),
		};
	}).sort((x, y) => x.position - y.position || x.number - y.number));
	get steps(): Step[] { return this.#steps.value; }
	activity(number: number): Activity | null {
		const items = this.section(SECTION.activity, number);
		const row = items?.get(0) as Row | undefined;
		if (!items || !row)
			return null;
		const found: Item[] = [];
		const groups = new Map<number, string>();
		for (const [key, value] of items)
			if (typeof key === "number" && key > KEY_GROUP) {
				groups.set(key - KEY_GROUP, words((value as Row)[0], language.value));
			} else if (typeof key === "number" && key !== 0) {
				const [group, hidden, text] = value as [number, boolean | number, unknown];
				found.push({ item: key, group, hidden: !!hidden, words: words(text, language.value) });
			}
		found.sort((x, y) => x.item - y.item);
		return {
			number, step: row[0] as number, kind: row[1] as string, holder: row[2] as number, secret: !!row[3], config: numbers(row[4]),
			title: words(row[5], language.value, 0), lead: words(row[5], language.value, 1), items: found,
			ref: (row[6] as string) ?? "", groups,
		};
	}

	/** A field of the agenda in the nearest scope that has it; each field is found by itself. */
	#scoped(room: number, key: number): unknown {
		const near = room ? this.section(SECTION.scope, SCOPE_ROOM + room)?.get(key) : undefined;
		return near ?? this.section(SECTION.scope, 0)?.get(key);
	}
	step(room = 0): Step | null {
		const number = this.#scoped(room, 1) as number | undefined;
		return this.steps.find((s) => s.number === number) ?? null;
	}
	phase(activity: number, room = 0): { phase: number; round: number } {
		const row = this.#scoped(room, KEY_ACTIVITY + activity) as [number, number] | undefined;
		return row ? { phase: row[0], round: row[1] } : { phase: PHASE.READY, round: 1 };
	}
	deadline(room = 0): Deadline | null {
		const row = this.#scoped(room, 2) as [number, number, number, number?] | undefined;
		return row && row[1] > 0 ? { generation: row[0], duration_ms: row[1], at_ms: row[2], still: !!row[3] } : null;
	}
	/** Milliseconds until the deadline; null: there is none. */
	remaining(room = 0): number | null {
		void this.tick.value;
		const deadline = this.deadline(room);
		return !deadline ? null : deadline.still ? deadline.duration_ms : Math.max(0, deadline.at_ms + deadline.duration_ms - this.live.server_ms());
	}
	announcement(room = 0): { at_ms: number; words: string } | null {
		const row = this.#scoped(room, 3) as [number, unknown] | undefined;
		const said = row ? words(row[1], language.value) : "";
		return row && said ? { at_ms: row[0], words: said } : null;
	}

	/** What was said to all, and to this room, the newest last (protocol 5.13). */
	announcements(room = 0): { scope: number; at_ms: number; words: string }[] {
		const scopes = room ? [0, SCOPE_ROOM + room] : [0];
		return scopes.flatMap((scope) => {
			const row = this.section(SECTION.scope, scope)?.get(3) as [number, unknown] | undefined;
			const said = row ? words(row[1], language.value) : "";
			return row && said ? [{ scope, at_ms: row[0], words: said }] : [];
		}).sort((x, y) => x.at_ms - y.at_ms);
	}
	/** The time until everybody comes back together, those of the room or all; null: nobody has asked for it, or it is long past. */
	back(room = 0): { remaining_ms: number } | null {
		void this.tick.value;
		const left = (room ? [SCOPE_ROOM + room, 0] : [0]).flatMap((scope) => {
			const row = this.section(SECTION.scope, scope)?.get(4) as [number, number] | undefined;
			return row && row[0] > 0 ? [row[1] + row[0] - this.live.server_ms()] : [];
		}).filter((ms) => ms > -BACK_PAST_MS);
		return left.length ? { remaining_ms: Math.max(0, Math.min(...left)) } : null;
	}
	/** To staff: when the session first came to a step, when it last came or left, how long it stood there before that, in the log's milliseconds; null: never. */
	course(step: number): { began_ms: number; at_ms: number; spent_ms: number } | null {
		const row = this.section(SECTION.course)?.get(step) as [number, number, number] | undefined;
		return row ? { began_ms: row[0], at_ms: row[1], spent_ms: row[2] } : null;
	}
	/** To facilitators: what they read about a step; 0: about the workshop. */
	guide(step = 0): string {
		return words((this.section(SECTION.guide)?.get(step) as Row)?.[0], language.value);
	}

	// --- ballots and results ---

	#own_ballot(activity: Activity): { saved: Bytes; wanted: Bytes } {
		void this.outbox.value;
		const { round } = this.phase(activity.number, this.me.room);
		const held = this.#held_ballot(activity, round);
		const is_own = (e: Entry) => e.command === COMMAND.ballot && e.a === activity.number && list(e.form)[0] === round;
		const pending = this.live.entries.filter(is_own).pop() ?? this.#late.map(({ entry }) => entry).filter(is_own).pop();
		return { saved: this.#settled.get(`${activity.number}/${round}`) ?? NO_BYTES, wanted: pending ? ballotOf(pending) : held };
	}
	ballot(activity: Activity): Ballot {
		const { saved, wanted } = this.#own_ballot(activity);
		return { saved: ballotUnpack(saved), wanted: ballotUnpack(wanted), on_its_way: !equal(saved, wanted) };
	}
	/** The same of a question that is answered in words. */
	own_answer(activity: Activity): { saved: string; wanted: string; on_its_way: boolean } {
		const { saved, wanted } = this.#own_ballot(activity);
		return { saved: words(list(saved), ""), wanted: words(list(wanted), ""), on_its_way: !equal(saved, wanted) };
	}
	/** Of a question with dots: none is left to place. */
	all_placed(activity: Activity): boolean {
		return [...this.ballot(activity).wanted.values()].reduce((n, v) => n + v, 0) >= (activity.config[0] ?? 5);
	}
	/** Something is given, saved or not. */
	given(activity: Activity): { any: boolean; on_its_way: boolean } {
		const { saved, wanted } = this.#own_ballot(activity);
		return { any: wanted.length > 0, on_its_way: !equal(saved, wanted) };
	}
	#held_ballot(activity: Activity, round: number): Bytes {
		if (activity.secret) {
			const mine = this.section(SECTION.mine, activity.number, round);
			/* After the seal nobody holds it but this page, for as long as it is open. */
			return mine ? bytesOf(mine.get(0)) : this.#settled.get(`${activity.number}/${round}`) ?? NO_BYTES;
		}
		const section = activity.holder === HOLDER_ROOM ? this.section(SECTION.room_ballots, this.me.room) : this.section(SECTION.ballots, this.actor);
		const row = section?.get(activity.number) as [number, unknown] | undefined;
		return row && row[0] === round ? bytesOf(row[1]) : NO_BYTES;
	}
	/** Nothing of this page waits to be saved. */
	get all_saved(): boolean {
		void this.outbox.value;
		return this.live.entries.length === 0;
	}
	/** The room's ballot is cast by whoever holds its pen; while nobody does, by anybody in the room (4.7). */
	may_cast(activity: Activity): boolean {
		const { holder } = this.pen(this.me.room);
		return activity.holder !== HOLDER_ROOM || holder === 0 || holder === this.actor;
	}
	/** What a ballot says, in words. */
	said({ activity: number, bytes }: { activity: number; bytes: Bytes }): string {
		const activity = this.activity(number);
		if (!activity || activity.kind === "text")
			return words(list(bytes), "");
		const values = [...ballotUnpack(bytes)];
		if (activity.kind === "rating")
			return values.map(([, place]) => String(Math.round((place - 1) / 10))).join();
		if (activity.kind === "ranking")
			values.sort(([, x], [, y]) => x - y);
		return values.map(([item, n]) => `${activity.items.find((i) => i.item === item)?.words ?? item}${n > 1 && activity.kind === "dots" ? ` (${n})` : ""}`).join("; ");
	}
	rename(name: string): void {
		const text = [["", name, this.me.organisation]];
		this.live.rename(text);
		this.live.send({ command: COMMAND.profile, field: "profile", form: pack([0]), text: packText(text) });
	}
	cast(activity: Activity, values: Map<number, number>): void {
		this.#cast(activity, ballotPack(values), NO_BYTES);
	}
	/** The answer to a question in words; none takes it back. */
	answer(activity: Activity, said: string): void {
		this.#cast(activity, NO_BYTES, said ? packText([["", said]]) : NO_BYTES);
	}
	#cast(activity: Activity, ballot: Bytes, text: Bytes): void {
		const { round } = this.phase(activity.number, this.me.room);
		const { tenure, holder } = this.pen(this.me.room);
		this.live.send({
			command: COMMAND.ballot, a: activity.number, field: `ballot/${activity.number}`,
			form: pack([round, activity.holder === HOLDER_ROOM && holder !== 0 ? tenure : 0, ballot]), text, activity: activity.secret ? activity.number : 0, round: activity.secret ? round : 0,
		});
	}
	/** round 0: the one that is asked now. */
	#row(section: number, activity: number, room: number, round: number): [number, ResultRow] | null {
		const at = round || this.phase(activity, room).round;
		const row = this.section(section, activity, room)?.get(at) as ResultRow | undefined;
		return row ? [at, row] : null;
	}
	result(activity: number, room = 0, round = 0): Result | null {
		const found = this.#row(SECTION.result, activity, room, round);
		return found && resultOf(this.activity(activity)?.kind ?? "", ...found);
	}
	/** The rounds whose results are in sight. */
	rounds(activity: number, room = 0): number[] {
		return [...(this.section(SECTION.result, activity, room)?.keys() ?? [])].map(Number).sort((x, y) => x - y);
	}
	/** The round before the one that is shown, whose result is in sight too; 0: none. */
	earlier(activity: number, room = 0): number {
		const { round } = this.phase(activity, this.me.room);
		return Math.max(0, ...this.rounds(activity, room).filter((r) => r < round));
	}
	rating(activity: number, room = 0, round = 0): Rating | null {
		const found = this.#row(SECTION.result, activity, room, round);
		return found && ratingOf(found[1]);
	}
	/** What may be told of each room outside it, of a secret rating (5.15). */
	bands(activity: number): Map<number, Band> {
		const { round } = this.phase(activity);
		const out = new Map<number, Band>();
		for (const [room, value] of this.section(SECTION.band, activity) ?? []) {
			const [at, , , held_back, brief] = value as [number, number, number, unknown, unknown];
			if (at === round)
				out.set(room as number, bandOf(held_back, brief));
		}
		return out;
	}
	answers(activity: number, room = 0, round = 0): Answer[] {
		const found = this.#row(SECTION.result, activity, room, round);
		return found ? answersOf(found[1]).answers : [];
	}
	/** How many answers more there are than `answers` shows. */
	answers_left_out(activity: number, room = 0, round = 0): number {
		const found = this.#row(SECTION.result, activity, room, round);
		return found ? answersOf(found[1]).left_out : 0;
	}
	groups_of(result: Result | null): { group: number; sum: number; voters: number }[] { return groups_of(result); }
	/** The order that a result has given, if somebody has set it. */
	outcome(activity: number): Outcome | null {
		return outcomeOf(this.section(SECTION.outcome, activity)?.get(0), language.value);
	}
	progress(activity: number): { done: number; of: number; rooms: Map<number, [number, number]> } | null {
		void this.volatile.value;
		return this.live.progress.get(activity) ?? null;
	}
	get present(): { total: number; rooms: Map<number, number> } {
		void this.volatile.value;
		return this.live.present;
	}
	get screen(): { view: number; activity: number; room: number; page: number } {
		const [view = 0, activity = 0, room = 0, page = 0] = (this.section(SECTION.screen)?.get(0) as number[]) ?? [];
		return { view, activity, room, page };
	}

	// --- the room: its pen, its notes, its hand ---

	#signal(room: number, key: number): unknown {
		return room ? this.section(SECTION.signals, room)?.get(key) : undefined;
	}
	pen(room: number): Pen {
		const [tenure, holder, away, at_ms] = (this.#signal(room, 1) as [number, number, unknown, number]) ?? [0, 0, false, 0];
		return { tenure, holder, away: !!away, at_ms };
	}
	get has_pen(): boolean {
		const { room } = this.me;
		return room !== 0 && this.pen(room).holder === this.actor;
	}
	/** The raised hand, with its place in the facilitator's queue. minutes: for so many more; 0: for help. */
	hand(room: number): { at_ms: number; place: number; minutes: number } | null {
		const row = this.#signal(room, 2) as [number, number, number?] | undefined;
		return row && row[0] > 0 ? { at_ms: row[0], place: row[1], minutes: row[2] ?? 0 } : null;
	}
	/** Who leads the room's discussion; 0: nobody. */
	leader(room: number): number { return (this.#signal(room, 4) as number) ?? 0; }
	/** The question that the room talks about, and since when; null: none. */
	focus(room: number): { activity: number; at_ms: number } | null {
		const [activity, at_ms] = (this.#signal(room, 5) as [number, number]) ?? [0, 0];
		return activity ? { activity, at_ms } : null;
	}
	/** The leader turns the room's pages; while nobody leads, whoever takes notes (4.21). */
	get may_focus(): boolean {
		const { room } = this.me;
		const leader = this.leader(room);
		return room !== 0 && !this.over && (leader === 0 ? this.has_pen : leader === this.actor);
	}
	/** Members without a page open, and for how long this page has known it. */
	away_from(room: number): Map<number, number> {
		void this.volatile.value;
		void this.tick.value;
		const now = this.world.now();
		return new Map([...(this.live.away.get(room) ?? [])].map(([member, since]): [number, number] => [member, now - since]).filter(([, ms]) => ms >= AWAY_SAID_MS));
	}
	/** What the room says to its ballot that stands; null: none stands, or not this room's affair. */
	accord(activity: Activity): Accord | null {
		void this.outbox.value;
		const { room } = this.me;
		const { round } = this.phase(activity.number, room);
		const row = this.section(SECTION.room_ballots, room)?.get(activity.number) as [number, unknown, number[]?, number[]?] | undefined;
		if (activity.holder !== HOLDER_ROOM || room === 0 || !row || row[0] !== round || bytesOf(row[1]).length === 0)
			return null;
		const [agree, not_yet] = [row[2] ?? [], row[3] ?? []];
		const stands = agree.includes(this.actor) ? AGREES : not_yet.includes(this.actor) ? NOT_YET : 0;
		const under_way = this.#own(COMMAND.agree).map(({ entry }) => entry).filter((e) => e.a === activity.number && equal(bytesOf(list(e.form)[2]), bytesOf(row[1]))).pop();
		const own = under_way ? (list(under_way.form)[1] as number) : stands;
		return { bytes: bytesOf(row[1]), agree, not_yet, own, on_its_way: own !== stands };
	}
	/** The step that the room is done with; 0: none. */
	done_step(room: number): number { return (this.#signal(room, 3) as number) ?? 0; }

	/** What this page has said with these commands and no section shows yet, oldest first. */
	#own(...commands: number[]): Own[] {
		void this.outbox.value;
		const of = (e: Entry) => commands.includes(e.command);
		return [...this.#late.filter(({ entry }) => of(entry)).map(({ entry }) => ({ entry, saved: true })), ...this.live.entries.filter(of).map((entry) => ({ entry, saved: false }))];
	}
	/** In order, with what is still on its way. */
	notes(room: number, step: number): Note[] {
		return notesOf(this.section(SECTION.notes, room, step), this.#own(COMMAND.note_put, COMMAND.note_drop), room, step, this.actor, language.value);
	}
	/** Earlier wordings by number of note, oldest first. */
	edits(room: number, step: number): Map<number, Edit[]> { return editsOf(this.section(SECTION.edits, room, step), language.value); }
	/** Suggestions, and what was written with an earlier pen. */
	tray(room: number): TrayItem[] {
		return trayOf(this.section(SECTION.tray, room), this.#own(COMMAND.note_put, COMMAND.tray_take), room, this.actor, language.value);
	}
	/** What the rooms have sent to all, oldest first. */
	get plenary(): PlenaryNote[] { return plenaryOf(this.section(SECTION.plenary), language.value); }

	/** A name for a new note. */
	note_id(): Bytes {
		const id = this.world.random(8);
		id[0] |= 1; /* never all zero */
		return id;
	}
	/** The pen as this page holds it. Somebody who has lost it without having heard names the one they had, and what they wrote goes into the tray. */
	#tenure(room: number): number {
		const { tenure, holder } = this.pen(room);
		return holder === this.actor ? tenure : 0;
	}
	/** With the pen the note is set as told, without it it is a suggestion. */
	note_put(note: NoteWish): void {
		this.live.send({
			command: COMMAND.note_put, a: note.room, b: note.step, field: `note/${hex(note.id)}`,
			form: pack([note.id, this.#tenure(note.room), note.kind, Number(note.final), Number(note.plenary), Number(note.writing), note.place, note.activity]),
			text: packText([["", note.words]]),
		});
	}
	/** What was typed with a pen that is in other hands now, said with that pen: the session puts it into the room's tray (4.17). done: whether it was taken. */
	rescue(kept: Kept, done: (saved: boolean) => void): void {
		const field = `note/${hex(kept.id)}`;
		this.#rescues.set(field, done);
		this.live.send({
			command: COMMAND.note_put, a: kept.room, b: kept.step, field,
			form: pack([kept.id, kept.tenure, kept.kind, Number(kept.final), Number(kept.plenary), 0, kept.place, kept.activity]), text: packText([["", kept.words.trim()]]),
		});
	}
	/** It is on its way. */
	rescues(kept: Kept): boolean {
		void this.outbox.value;
		return this.live.entries.some((e) => e.field === `note/${hex(kept.id)}`);
	}
	note_drop(room: number, id: Bytes): void {
		this.live.send({ command: COMMAND.note_drop, a: room, field: `note/${hex(id)}`, form: pack([id, this.#tenure(room)]) });
	}
	pen_take(room: number): boolean { return this.command(COMMAND.pen_take, room, 0, [this.pen(room).tenure]); }
	/** member 0: lay it down. */
	pen_give(room: number, member: number): void { this.command(COMMAND.pen_give, room, 0, [this.pen(room).tenure, member]); }
	/** An item of the tray becomes the note of this id; null: it is put away. */
	tray_take(room: number, item: number, id: Bytes | null, place: number): void {
		this.live.send({ command: COMMAND.tray_take, a: room, field: `tray/${room}/${item}`, form: pack([item, this.pen(room).tenure, id ?? new Uint8Array(8), place]) });
	}
	hand_up(room: number, up: boolean, minutes = 0): void {
		this.live.send({ command: COMMAND.hand, a: room, field: `hand/${room}`, form: pack([Number(up), minutes]) });
	}
	/** member 0: nobody. */
	lead(room: number, member: number): boolean { return this.command(COMMAND.lead, room, 0, [member]); }
	/** activity 0: none. */
	focus_on(room: number, activity: number): boolean { return this.command(COMMAND.focus, room, 0, [activity]); }
	/** About the ballot in sight, and no other. */
	agree(activity: Activity, answer: number): void {
		const row = this.section(SECTION.room_ballots, this.me.room)?.get(activity.number) as [number, unknown] | undefined;
		if (row)
			this.live.send({ command: COMMAND.agree, a: activity.number, field: `agree/${activity.number}`, form: pack([row[0], answer, bytesOf(row[1])]) });
	}
	ready(room: number, step: number, yes: boolean): void {
		this.live.send({ command: COMMAND.ready, a: room, field: `ready/${room}`, form: pack([step, Number(yes)]) });
	}

	// --- what a facilitator does ---

	/** An act is for now: without contact it is refused at once, not kept for later, and false comes back. Participants take and hand over the pen with it. */
	command(command: number, a = 0, b = 0, form: unknown[] = [], text: Text | null = null): boolean {
		if (this.live.line !== "open" || this.health !== 0) {
			this.refusal.value = { id: ++this.#refusals, fault: this.live.line !== "open" ? NO_CONTACT : NO_SAVING, command, activity: 0 };
			return false;
		}
		this.live.send({ command, a, b, form: pack(form), text: packText(text), keep: false, field: `${command}/${a}/${b}/${++this.#refusals}` });
		return true;
	}
}

const roomOf = (me: Items | undefined): number => ((me?.get(0) as Row)?.[0] as number) ?? 0;
/** Phase and round of an activity in the nearest scope that has it. */
function phaseOf(held: ReadonlyMap<string, Items>, activity: number, room: number): { phase: number; round: number } {
	const row = (scope: number) => held.get(sectionName(SECTION.scope, scope, 0))?.get(KEY_ACTIVITY + activity) as [number, number] | undefined;
	const [phase, round] = (room ? row(SCOPE_ROOM + room) : undefined) ?? row(0) ?? [PHASE.READY, 1];
	return { phase, round };
}
const bytesOf = (value: unknown): Bytes => (value instanceof Uint8Array ? value : NO_BYTES);
/** What a ballot on its way says: of a question in words the text, of any other the bytes in its form. */
const ballotOf = (entry: Entry): Bytes => (entry.text.length > 0 ? entry.text : bytesOf(list(entry.form)[2]));
