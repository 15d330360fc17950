// SPDX-License-Identifier: EUPL-1.2
// The rules of the note-taker's list (protocol 4.17, ux.md 3.2): what each row is, what Enter, Backspace and the signs do, where a row goes, and when what is typed is sent.
// Knows no page and no session: whoever draws asks `rows`, says what was pressed, and gets back the row that the caret goes to. What is typed stands here until the
// session holds the very same, so that no picture of the session's is ever put over a row that somebody writes in.
import { type Bytes, hex } from "../live/bytes.js";
import { NOTE } from "../tables.js";
import { GAP, type Wish } from "./drafts.js";

export type { Wish } from "./drafts.js";

/** An open row is sent after so long without a key, and at the latest so long after its first unsent letter. */
export const PAUSE_MS = 1500, LATEST_MS = 5000;
/** Bytes of a note (protocol 8.1). */
export const NOTE_MAX = 1200;
/** For so long a row that was left shows its own words when the session has not shown them yet; then the session is right. */
const LINGER_MS = 4000;

export const KINDS: readonly number[] = Object.values(NOTE);
/** Typed first in an empty row, each sets the kind. A test holds them against protocol/tbl/notes.h. */
export const SIGNS: readonly (readonly [sign: string, kind: number])[] = [
	["* ", NOTE.idea], ["! ", NOTE.decision], ["? ", NOTE.question], ["+ ", NOTE.example], ["- ", NOTE.pitfall], ["> ", NOTE.parking],
];

/** A note as the session holds it, with what is in the outbox. */
export interface Held extends Wish { number: number; state: "saved" | "way" }
/** A row as it is drawn. free: nothing in it yet. */
export interface Row extends Wish { key: string; number: number; state: "free" | "way" | "saved"; open: boolean }
/** Where the caret goes. start: before the first letter; else behind the last. */
export interface Caret { key: string; start?: boolean }

export interface Host {
	now(): number;
	later(ms: number, call: () => void): () => void;
	/** A new note's id: 64 random bits, not all zero. */
	id(): Bytes;
	put(wish: Wish): void;
	drop(id: Bytes): void;
	/** Into the storage with every letter that is not in the outbox yet; null: it is there now, or nobody wants it. */
	keep(key: string, wish: Wish | null): void;
	/** Something is to be drawn anew. */
	changed(): void;
}

interface Draft extends Wish {
	key: string;
	open: boolean;
	/** Written in since it was opened. */
	touched: boolean;
	/** When the first letter that was not sent was typed, and the last one. */
	since: number | null;
	last: number;
	/** What was sent last, and when. null: the session never heard of it from here. */
	said: Wish | null;
	said_at: number;
	/** A sign has just set the kind: what stood here before. */
	sign: { words: string; kind: number } | null;
}

const utf8 = new TextEncoder();
export const bytesOf = (words: string): number => utf8.encode(words).length;

/** When an open row is to be sent. */
export const sendAt = (since: number, last: number): number => Math.min(last + PAUSE_MS, since + LATEST_MS);

/** A number between two places; null: none is free. before, after null: nothing there. */
export function placeBetween(before: number | null, after: number | null): number | null {
	if (after === null)
		return (before ?? 0) + GAP;
	const middle = Math.floor(((before ?? 0) + after) / 2);
	return middle < after && (before === null || middle > before) ? middle : null;
}

/** The places of a list in its wished order, of which the one at `at` is to get a new place: [index, place] of all that must change. Almost always one; where no
 * number is free, as few of those that follow as give everyone a gap. */
export function arrange(places: number[], at: number): [index: number, place: number][] {
	const before = at > 0 ? places[at - 1] : null;
	const between = placeBetween(before, at + 1 < places.length ? places[at + 1] : null);
	if (between !== null)
		return [[at, between]];
	const low = before ?? 0;
	let end = at + 1;
	while (end < places.length && places[end] - low < (end - at + 1) * 2)
		end++;
	const high = end < places.length ? places[end] : low + GAP * (end - at + 1);
	return Array.from({ length: end - at }, (_, i) => [at + i, low + Math.floor(((i + 1) * (high - low)) / (end - at + 1))]);
}

/** As the protocol takes words (2.3): newlines are the only control characters, and nothing turns the direction of what follows. */
export function clean(words: string): string {
	return words.replace(/\r\n?/g, "\n").replace(/\t/g, " ").replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "");
}

/** What fits into one note, and what does not: parted at a space if one is near the end, never within a letter. */
export function part(words: string): [head: string, rest: string] {
	if (bytesOf(words) <= NOTE_MAX)
		return [words, ""];
	let used = 0, at = 0, space = 0;
	for (const letter of words) {
		used += bytesOf(letter);
		if (used > NOTE_MAX)
			break;
		at += letter.length;
		if (/\s/.test(letter))
			space = at;
	}
	const cut = space > at * 0.8 ? space : at;
	return [words.slice(0, cut).trimEnd(), words.slice(cut).trimStart()];
}

const isEmpty = (words: string): boolean => words.trim() === "";
const wishOf = (w: Wish): Wish => ({ id: w.id, kind: w.kind, final: w.final, plenary: w.plenary, writing: w.writing, place: w.place, activity: w.activity, words: w.words });
const same = (x: Wish, y: Wish): boolean => x.kind === y.kind && x.final === y.final && x.plenary === y.plenary && x.writing === y.writing && x.place === y.place
	&& x.activity === y.activity && x.words === y.words;

export class Editor {
	/** What was taken away last, for who regrets it. */
	removed: Wish | null = null;
	#held = new Map<string, Held>();
	#drafts = new Map<string, Draft>();
	/** Taken away here, while the session still shows it. */
	#gone = new Map<string, number>();
	/** The empty row that always waits at the end. */
	#tail: Draft;
	#about = 0;
	#cancel = () => {};

	constructor(readonly host: Host) {
		this.#tail = this.#born(NOTE.observation, GAP);
	}

	/** The notes of this room and step as the session shows them now. */
	sync(notes: readonly Held[]): void {
		this.#held = new Map(notes.map((n) => [hex(n.id), n]));
		const now = this.host.now();
		for (const [key, at] of this.#gone)
			if (!this.#held.has(key) || now - at > LINGER_MS)
				this.#gone.delete(key);
		for (const d of [...this.#drafts.values()]) {
			if (d.open || d.since !== null || d.said === null || d === this.#tail)
				continue;
			const held = this.#held.get(d.key);
			if (held ? held.state === "saved" && (same(held, d.said) || now - d.said_at > LINGER_MS) : now - d.said_at > LINGER_MS)
				this.#drafts.delete(d.key);
		}
	}

	/** In order; the last one waits for words. */
	get rows(): Row[] {
		const rows: Row[] = [];
		for (const [key, held] of this.#held)
			if (!this.#gone.has(key) && !this.#drafts.has(key))
				rows.push({ ...wishOf(held), key, number: held.number || Infinity, state: held.state, open: false });
		for (const d of this.#drafts.values())
			rows.push({ ...wishOf(d), key: d.key, number: this.#held.get(d.key)?.number || Infinity, state: this.#state(d), open: d.open });
		rows.sort((x, y) => x.place - y.place || x.number - y.number || 0);
		/* Nothing in it, it is nowhere yet: it waits below whatever comes. */
		const at = rows.findIndex((r) => r.key === this.#tail.key);
		if (this.#tail.said === null && isEmpty(this.#tail.words) && at < rows.length - 1)
			rows.push(...rows.splice(at, 1));
		return rows;
	}

	/** Letters stand here that nobody else has. */
	get unsent(): boolean {
		return [...this.#drafts.values()].some((d) => d.since !== null && !isEmpty(d.words));
	}
	/** Somebody writes in a row. */
	get busy(): boolean {
		return [...this.#drafts.values()].some((d) => d.open && d.touched && !isEmpty(d.words));
	}
	get tail(): string {
		return this.#tail.key;
	}

	/** The question that new rows are about. */
	get about(): number {
		return this.#about;
	}
	set about(activity: number) {
		this.#about = activity;
		if (this.#tail.said === null && isEmpty(this.#tail.words))
			this.#tail.activity = activity;
	}

	// --- what is pressed ---

	open(key: string): void {
		const d = this.#draft(key);
		if (!d || d.open)
			return;
		d.open = true;
		this.host.changed();
	}

	/** The words of a row are now these. Gives the row that the caret goes to if it is another: what one note cannot hold goes on in the next. */
	type(key: string, typed: string): Caret | null {
		const d = this.#draft(key);
		if (!d)
			return null;
		let words = clean(typed);
		const sign = SIGNS.find(([s]) => s === words);
		if (sign && d.words.length < words.length && d.sign === null) {
			d.sign = { words: words.trimEnd(), kind: d.kind };
			d.kind = sign[1];
			words = "";
		} else if (!isEmpty(words) && !isEmpty(d.words)) {
			d.sign = null;
		}
		const [head, rest] = part(words);
		this.#write(d, head);
		d.open = true;
		let caret: Caret | null = null;
		if (rest !== "") {
			this.leave(key);
			const next = this.#after(key, d.kind, d.activity);
			caret = this.type(next, rest) ?? { key: next };
		}
		this.#schedule();
		this.host.changed();
		return caret;
	}

	/** The caret has gone elsewhere. */
	leave(key: string): void {
		const d = this.#drafts.get(key);
		if (!d)
			return;
		const touched = d.touched;
		d.open = d.touched = false;
		d.sign = null;
		if (isEmpty(d.words)) {
			if (this.#known(d))
				this.#drop(d);
			else if (d !== this.#tail)
				this.#drafts.delete(key);
			else
				d.words = "";
			d.since = null;
			this.host.keep(key, null);
		} else if (d.since !== null || d.said?.writing || this.#state(d, touched) === "way") {
			this.#put(d, false);
		} else if (d !== this.#tail && (d.said === null || this.#settled(d))) {
			this.#drafts.delete(key);
		}
		if (d === this.#tail && this.#known(d))
			this.#tail = this.#born(d.kind, GAP);
		this.#schedule();
		this.host.changed();
	}

	/** Saves the row and gives the next, of the same kind. An empty row stays. */
	enter(key: string): Caret {
		const row = this.rows.find((r) => r.key === key);
		if (!row || isEmpty(row.words))
			return { key };
		this.leave(key);
		const rows = this.rows;
		const next = rows[rows.findIndex((r) => r.key === key) + 1];
		if (next && next.key === this.#tail.key && isEmpty(next.words)) {
			this.#tail.kind = row.kind;
			this.#tail.activity = this.#about;
			this.host.changed();
			return { key: next.key };
		}
		return { key: this.#after(key, row.kind, row.activity) };
	}

	/** In an empty row: goes up and takes the row away. Right after a sign it gives the sign back as a letter. null: the row has words, and the key is the text's own. */
	backspace(key: string): Caret | null {
		const d = this.#drafts.get(key);
		const row = this.rows.find((r) => r.key === key);
		if (!row || row.words !== "")
			return null;
		if (d?.sign) {
			const { words, kind } = d.sign;
			d.kind = kind;
			this.#write(d, words);
			this.host.changed();
			return { key };
		}
		const rows = this.rows;
		const above = rows[rows.findIndex((r) => r.key === key) - 1];
		if (!above)
			return { key };
		this.leave(key);
		return { key: above.key };
	}

	/** One up (-1) or down (1). false: it is at the end already. */
	move(key: string, by: -1 | 1): boolean {
		const rows = this.rows.filter((r) => r.state !== "free" || r.key === key);
		const from = rows.findIndex((r) => r.key === key);
		const to = from + by;
		if (from < 0 || to < 0 || to >= rows.length || isEmpty(rows[from].words))
			return false;
		const order = [...rows];
		order.splice(to, 0, ...order.splice(from, 1));
		for (const [index, place] of arrange(order.map((r) => r.place), to))
			this.set(order[index].key, { place });
		return true;
	}

	/** Kind, final, sent to all, place, question: at once. */
	set(key: string, to: Partial<Pick<Wish, "kind" | "final" | "plenary" | "place" | "activity">>): void {
		const d = this.#draft(key);
		if (!d)
			return;
		Object.assign(d, to);
		d.sign = null;
		if (!isEmpty(d.words))
			this.#put(d, d.open && d.touched);
		else if (d !== this.#tail && !d.open)
			this.#drafts.delete(key);
		this.#schedule();
		this.host.changed();
	}

	/** Take a row away; the caret goes to the one below it, or the one above. */
	drop(key: string): Caret {
		const rows = this.rows;
		const at = rows.findIndex((r) => r.key === key);
		const next = rows[at + 1] ?? rows[at - 1] ?? rows[at];
		const d = this.#draft(key);
		if (d) {
			if (this.#known(d))
				this.#drop(d);
			this.host.keep(key, null);
			this.#drafts.delete(key);
			if (d === this.#tail)
				this.#tail = this.#born(d.kind, GAP);
		}
		this.host.changed();
		return { key: this.rows.some((r) => r.key === next?.key) ? next.key : this.#tail.key };
	}

	/** What was taken away comes back, as a note of its own. */
	restore(): Caret | null {
		if (!this.removed)
			return null;
		const d: Draft = { ...this.#blank(this.removed.kind, this.removed.place), ...this.removed, id: this.host.id(), writing: false };
		d.key = hex(d.id);
		this.#drafts.set(d.key, d);
		this.removed = null;
		this.#put(d, false);
		this.host.changed();
		return { key: d.key };
	}

	// --- what time and the world bring about ---

	/** Everything typed goes now: the page is hidden (`left`: nobody writes in what nobody sees), or a deadline has come. */
	flush(left = false): void {
		for (const d of this.#drafts.values())
			if (!isEmpty(d.words) && (d.since !== null || (left && d.said?.writing)))
				this.#put(d, d.open && d.touched && !left);
		this.#schedule();
	}

	/** The session has said no to something: what it holds stands, but no letter goes. What it does not have is kept and goes once more with the next word. */
	refused(): void {
		for (const d of [...this.#drafts.values()]) {
			const held = this.#held.get(d.key);
			if (d.said === null || (held && same(held, d.said)))
				continue;
			d.said = null;
			if (held)
				Object.assign(d, { kind: held.kind, final: held.final, plenary: held.plenary, place: held.place, activity: held.activity });
			if (held?.words === d.words.trim() && !d.open)
				this.#drafts.delete(d.key);
			else if (!isEmpty(d.words)) {
				d.touched = true;
				this.host.keep(d.key, wishOf(d));
			}
		}
		this.host.changed();
	}

	/** The page goes elsewhere. */
	close(): void {
		for (const key of [...this.#drafts.keys()])
			this.leave(key);
		this.#cancel();
	}

	/** The pen is in other hands. What no outbox has stays in the storage, and is given back here; nothing more is sent. */
	lost(): Wish[] {
		const unsent = [...this.#drafts.values()].filter((d) => d.since !== null && !isEmpty(d.words)).map(wishOf);
		this.#cancel();
		this.#drafts.clear();
		this.#tail = this.#born(NOTE.observation, GAP);
		return unsent;
	}

	// --- within ---

	#blank(kind: number, place: number): Draft {
		const id = this.host.id();
		return {
			id, key: hex(id), kind, final: false, plenary: false, writing: false, place, activity: this.#about, words: "", open: false, touched: false, since: null, last: 0,
			said: null, said_at: 0, sign: null,
		};
	}
	#born(kind: number, place: number): Draft {
		const d = this.#blank(kind, place);
		this.#drafts.set(d.key, d);
		return d;
	}

	#draft(key: string): Draft | null {
		const draft = this.#drafts.get(key);
		if (draft)
			return draft;
		const held = this.#held.get(key);
		if (!held || this.#gone.has(key))
			return null;
		const d: Draft = { ...this.#blank(held.kind, held.place), ...wishOf(held), key };
		this.#drafts.set(key, d);
		return d;
	}

	/** A new empty row below another. */
	#after(key: string, kind: number, activity: number): string {
		const rows = this.rows.filter((r) => r.state !== "free");
		const at = rows.findIndex((r) => r.key === key) + 1;
		const d = this.#born(kind, 0);
		d.activity = activity;
		const places = rows.map((r) => r.place);
		places.splice(at, 0, 0);
		for (const [index, place] of arrange(places, at))
			if (index === at)
				d.place = place;
			else
				this.set(rows[index - 1].key, { place });
		this.host.changed();
		return d.key;
	}

	#write(d: Draft, words: string): void {
		const now = this.host.now();
		/* A row that waits at the end gets its place with its first letter. */
		if (d === this.#tail && d.said === null && isEmpty(d.words))
			d.place = this.#end(d.key);
		d.words = words;
		d.touched = true;
		d.since ??= now;
		d.last = now;
		this.host.keep(d.key, isEmpty(words) ? null : wishOf(d));
	}
	#end(but: string): number {
		return Math.max(0, ...this.rows.filter((r) => r.key !== but && r.state !== "free").map((r) => r.place)) + GAP;
	}

	#put(d: Draft, writing: boolean): void {
		d.since = null;
		const wish: Wish = { ...wishOf(d), words: d.words.trim(), writing };
		const held = this.#held.get(d.key);
		const newest = d.said ?? held;
		this.host.keep(d.key, null);
		if (newest && same(newest, wish))
			return;
		d.said = wish;
		d.said_at = this.host.now();
		this.host.put(wish);
	}

	#drop(d: Draft): void {
		const held = this.#held.get(d.key);
		const stood = !isEmpty(d.words) ? d : held && !isEmpty(held.words) ? held : d.said;
		this.removed = stood ? wishOf(stood) : null;
		this.#gone.set(d.key, this.host.now());
		this.#drafts.delete(d.key);
		this.host.keep(d.key, null);
		this.host.drop(d.id);
		if (d === this.#tail)
			this.#tail = this.#born(d.kind, GAP);
	}

	/** The session has it, or will. */
	#known(d: Draft): boolean {
		return d.said !== null || this.#held.has(d.key);
	}
	#settled(d: Draft): boolean {
		const held = this.#held.get(d.key);
		return held !== undefined && d.said !== null && same(held, d.said);
	}
	#state(d: Draft, touched = d.touched): Row["state"] {
		if (isEmpty(d.words) && !this.#known(d))
			return "free";
		if (d.since !== null)
			return "way";
		const held = this.#held.get(d.key);
		return held && (d.said === null ? !touched || held.words === d.words.trim() : same(held, d.said)) ? held.state : "way";
	}

	#schedule(): void {
		this.#cancel();
		const due = [...this.#drafts.values()].filter((d) => d.since !== null && !isEmpty(d.words)).map((d) => sendAt(d.since!, d.last));
		if (due.length === 0) {
			this.#cancel = () => {};
			return;
		}
		this.#cancel = this.host.later(Math.max(0, Math.min(...due) - this.host.now()), () => {
			const now = this.host.now();
			for (const d of this.#drafts.values())
				if (d.since !== null && !isEmpty(d.words) && sendAt(d.since, d.last) <= now)
					this.#put(d, d.open && d.touched);
			this.#schedule();
			this.host.changed();
		});
	}
}

/** The question that is talked about: the one chosen by hand, else the one whose result was opened last in this room, else the first. */
export function talkedAbout(questions: readonly number[], revealed: readonly number[], chosen: number): number {
	if (questions.includes(chosen))
		return chosen;
	const last = [...revealed].reverse().find((n) => questions.includes(n));
	return last ?? questions[0] ?? 0;
}
