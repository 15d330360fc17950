// SPDX-License-Identifier: EUPL-1.2
// The session as pages read it: signals over the live module's sections, and what follows from them. Draws nothing.
import { batch, computed, signal, type Signal } from "@preact/signals";
import { type Change, Live, type Seat } from "../live/live.js";
import type { Entry } from "../live/outbox.js";
import { type Items, sectionName } from "../live/sections.js";
import { type Text, ballotPack, ballotUnpack, numbers, pack, packText, words } from "../live/wire.js";
import type { World } from "../live/world.js";
import { COMMAND, FAULT, PHASE, SECTION } from "../tables.js";
import { language } from "../words/words.js";

export const HOLDER_PERSON = 1, HOLDER_ROOM = 2;
/** Scopes (protocol README, words): the session is 0, a room is this and its number. */
export const SCOPE_ROOM = 2 ** 29;
/** A refusal by the page itself: nobody could be asked. */
export const NO_CONTACT = -1, NO_SAVING = -2;
const KEY_ACTIVITY = 4096; /* items 4096 + activity of `scope` and `me` */

export interface Step { number: number; position: number; minutes: number; title: string; instruction: string; activities: number[] }
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
}
export interface Result { round: number; ballots: number; heads: number; held_back: boolean; sums: Map<number, { sum: number; voters: number }>; total: number }
export interface Deadline { generation: number; duration_ms: number; at_ms: number }
/** saved: in the journal. wanted: what the person sees as theirs; differs while something is on its way. */
export interface Ballot { saved: Map<number, number>; wanted: Map<number, number>; on_its_way: boolean }
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
	/** Once a second, in step with nothing: what remains of a deadline, how old a picture is. */
	readonly tick = signal(0);
	#sections = new Map<string, Signal<Items | undefined>>();
	/** Own ballots as last known to be stable, by "activity/round". */
	#settled = new Map<string, Map<number, number>>();
	#refusals = 0;

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
				for (const name of change.names) {
					const [kind, a, b] = name.split("/").map(Number);
					const held = this.#sections.get(name);
					if (held)
						held.value = this.live.sections.get(kind, a, b);
				}
				this.#settle();
				this.outbox.value++;
				break;
			case "outcome": {
				const { outcome } = change;
				if (outcome.is !== "refused" || (outcome.fault === FAULT.superseded && outcome.entry.number === 1))
					break;
				const { command, a } = outcome.entry;
				/* What it said stands in sight all the same: nothing to tell. */
				if (outcome.fault === FAULT.superseded && command === COMMAND.ballot && this.#stands(outcome.entry))
					break;
				this.refusal.value = { id: ++this.#refusals, fault: outcome.fault, command, activity: command === COMMAND.ballot ? a : 0 };
				break;
			}
			}
		});
	}

	#stands(entry: Entry): boolean {
		const [round, , ballot] = numbers(entry.form) as unknown[];
		const wanted = ballotUnpack(ballot);
		for (const kind of [SECTION.ballots, SECTION.room_ballots])
			for (const [, , items] of this.live.sections.all(kind)) {
				const row = items.get(entry.a) as Row | undefined;
				if (row && row[0] === round && sameBallot(ballotUnpack(row[1]), wanted))
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
				this.#settled.set(`${activity}/${round}`, ballotUnpack(bytes));
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

	section(kind: number, a = 0, b = 0): Items | undefined {
		const name = sectionName(kind, a, b);
		let held = this.#sections.get(name);
		if (!held)
			this.#sections.set(name, (held = signal(this.live.sections.get(kind, a, b))));
		return held.value;
	}

	// --- the session ---

	get title(): string { return words((this.section(SECTION.session)?.get(2) as Row), language.value); }
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

	get me(): { room: number; name: string; organisation: string } {
		const row = (this.section(SECTION.me, this.actor)?.get(0) as Row) ?? [];
		return { room: (row[0] as number) ?? 0, name: words(row[3], language.value, 0), organisation: words(row[3], language.value, 1) };
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
	/** To staff: how many members sit in a room. */
	seats(room: number): number { return (this.section(SECTION.seats)?.get(room) as number) ?? 0; }
	get seated(): number { return [...(this.section(SECTION.seats)?.values() ?? [])].reduce<number>((sum, n) => sum + (n as number), 0); }

	// --- the agenda ---

	readonly #steps = computed(() => [...(this.section(SECTION.agenda) ?? [])].map(([number, row]): Step => {
		const [position, minutes, text, activities] = row as [number, number, unknown, number[]];
		return { number: number as number, position, minutes, title: words(text, language.value, 0), instruction: words(text, language.value, 1), activities: activities ?? [] };
	}).sort((x, y) => x.position - y.position || x.number - y.number));
	get steps(): Step[] { return this.#steps.value; }
	activity(number: number): Activity | null {
		const items = this.section(SECTION.activity, number);
		const row = items?.get(0) as Row | undefined;
		if (!items || !row)
			return null;
		const list: Item[] = [];
		for (const [key, value] of items)
			if (key !== 0 && typeof key === "number") {
				const [group, hidden, text] = value as [number, boolean | number, unknown];
				list.push({ item: key, group, hidden: !!hidden, words: words(text, language.value) });
			}
		list.sort((x, y) => x.item - y.item);
		return {
			number, step: row[0] as number, kind: row[1] as string, holder: row[2] as number, secret: !!row[3], config: numbers(row[4]),
			title: words(row[5], language.value, 0), lead: words(row[5], language.value, 1), items: list,
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
		const row = this.#scoped(room, 2) as [number, number, number] | undefined;
		return row && row[1] > 0 ? { generation: row[0], duration_ms: row[1], at_ms: row[2] } : null;
	}
	/** Milliseconds until the deadline; null: there is none. */
	remaining(room = 0): number | null {
		void this.tick.value;
		const deadline = this.deadline(room);
		return deadline ? Math.max(0, deadline.at_ms + deadline.duration_ms - this.live.server_ms()) : null;
	}
	announcement(room = 0): { at_ms: number; words: string } | null {
		const row = this.#scoped(room, 3) as [number, unknown] | undefined;
		const said = row ? words(row[1], language.value) : "";
		return row && said ? { at_ms: row[0], words: said } : null;
	}

	// --- ballots and results ---

	ballot(activity: Activity): Ballot {
		void this.outbox.value;
		const { round } = this.phase(activity.number, this.me.room);
		const held = this.#held_ballot(activity, round);
		const settled = this.#settled.get(`${activity.number}/${round}`) ?? new Map<number, number>();
		const pending = this.live.entries.filter((e) => e.command === COMMAND.ballot && e.a === activity.number).pop();
		const wanted = pending ? ballotUnpack((numbers(pending.form) as unknown[])[2]) : held;
		return { saved: settled, wanted, on_its_way: !sameBallot(settled, wanted) };
	}
	#held_ballot(activity: Activity, round: number): Map<number, number> {
		if (activity.secret) {
			const mine = this.section(SECTION.mine, activity.number, round);
			/* After the seal nobody holds it but this page, for as long as it is open. */
			return mine ? ballotUnpack(mine.get(0)) : this.#settled.get(`${activity.number}/${round}`) ?? new Map();
		}
		const section = activity.holder === HOLDER_ROOM ? this.section(SECTION.room_ballots, this.me.room) : this.section(SECTION.ballots, this.actor);
		const row = section?.get(activity.number) as [number, unknown] | undefined;
		return row && row[0] === round ? ballotUnpack(row[1]) : new Map();
	}
	/** Nothing of this page waits to be saved. */
	get all_saved(): boolean {
		void this.outbox.value;
		return this.live.entries.length === 0;
	}
	cast(activity: Activity, values: Map<number, number>): void {
		const { round } = this.phase(activity.number, this.me.room);
		this.live.send({
			command: COMMAND.ballot, a: activity.number, field: `ballot/${activity.number}`,
			form: pack([round, 0, ballotPack(values)]), activity: activity.secret ? activity.number : 0, round: activity.secret ? round : 0,
		});
	}
	result(activity: number, room = 0): Result | null {
		const { round } = this.phase(activity, room);
		const rounds = this.section(SECTION.result, activity, room);
		const row = rounds?.get(round) as [number, number, number, unknown] | undefined;
		if (!row)
			return null;
		const list = numbers(row[3]);
		const sums = new Map<number, { sum: number; voters: number }>();
		for (let i = 0; i + 2 < list.length; i += 3)
			sums.set(list[i], { sum: list[i + 1], voters: list[i + 2] });
		return { round, ballots: row[0], heads: row[1], held_back: !!row[2], sums, total: [...sums.values()].reduce((n, s) => n + s.sum, 0) };
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

	// --- what a facilitator does ---

	/** An act is for now: without contact it is refused at once, not kept for later. */
	command(command: number, a = 0, b = 0, form: unknown[] = [], text: Text | null = null): void {
		if (this.live.line !== "open" || this.health !== 0) {
			this.refusal.value = { id: ++this.#refusals, fault: this.live.line !== "open" ? NO_CONTACT : NO_SAVING, command, activity: 0 };
			return;
		}
		this.live.send({ command, a, b, form: pack(form), text: packText(text), keep: false, field: `${command}/${a}/${b}/${++this.#refusals}` });
	}
}

function sameBallot(x: Map<number, number>, y: Map<number, number>): boolean {
	return x.size === y.size && [...x].every(([item, value]) => y.get(item) === value);
}
