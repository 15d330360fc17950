// SPDX-License-Identifier: EUPL-1.2
// What one lane has to say: commands that wait, the one under way, and those accepted but not yet stable (protocol section 4). Pure; whoever owns it
// sends what `next` gives, tells what came back, and keeps `save()` before it sends.
import { FAULT } from "../tables.js";
import { type Bytes, base64url, fromBase64url } from "./bytes.js";
import type { CommandMessage } from "./wire.js";

export interface Wish {
	/** Wishes of the same field are merged while they wait: the newest value stands. */
	field: string;
	command: number;
	a: number;
	b: number;
	form: Bytes;
	text: Bytes;
	/** Of a secret ballot: numbered by themselves per activity and round (4.8). 0, 0 for everything else. */
	activity: number;
	round: number;
	/** Written into the storage, so that it survives a reload. */
	keep: boolean;
}

/** waits: no number yet. sent: under way. again: to be sent once more under its number. judged: accepted at seq, waits for stable. */
type State = "waits" | "sent" | "again" | "judged";
export interface Entry extends Wish {
	id: number;
	number: number;
	state: State;
	seq: number;
	/** Not before this time of the page's clock; of `later`. */
	not_before: number;
	/** Judged, and put into the room's tray: written with an earlier pen (4.17). */
	recovered?: boolean;
}

export type Outcome =
	| { is: "saved"; entry: Entry }
	| { is: "refused"; entry: Entry; fault: number }
	| { is: "lane_unknown"; entry: Entry };

interface Saved {
	next: number;
	secret: Record<string, number>;
	joined: boolean;
	used: number;
	entries: (Omit<Entry, "form" | "text"> & { form: string; text: string })[];
}

/** In `seq`: it was sent before and may stand in the log, so a repeat is marked `again`. */
const MAY_STAND = -1;

const series = (entry: { activity: number; round: number }) => `${entry.activity}/${entry.round}`;

export class Outbox {
	/** The lane is open at the daemon, as far as we know. */
	joined = false;
	entries: Entry[] = [];
	#next = 2; /* 1 is the join, 3.4 */
	#secret: Record<string, number> = {};
	#id = 0;

	constructor(readonly lane: string) {}

	/** A join goes first and has number 1; everything else stands in line. A wish that waits with the same field is replaced. */
	put(wish: Wish, join = false): Entry {
		const held = this.entries.find((e) => e.state === "waits" && e.field === wish.field);
		if (held)
			return Object.assign(held, wish);
		const entry: Entry = { ...wish, id: ++this.#id, number: join ? 1 : 0, state: join ? "again" : "waits", seq: 0, not_before: 0 };
		if (join)
			this.entries.unshift(entry);
		else
			this.entries.push(entry);
		return entry;
	}

	get under_way(): Entry | undefined {
		return this.entries.find((e) => e.state === "sent");
	}

	/** What stands open: not yet judged. */
	get open(): boolean {
		return this.entries.some((e) => e.state !== "judged");
	}

	/** The next message to send at this time; null when one is under way, or nothing waits. */
	next(now: number): CommandMessage | null {
		if (this.under_way)
			return null;
		const entry = this.entries.find((e) => e.state === "again") ?? this.entries.find((e) => e.state === "waits");
		if (!entry || entry.not_before > now)
			return null;
		const again = entry.state === "again" && entry.seq < 0;
		if (entry.number === 0)
			entry.number = entry.activity === 0 ? this.#next++ : (this.#secret[series(entry)] = (this.#secret[series(entry)] ?? 0) + 1);
		entry.state = "sent";
		const { number, command, a, b, form, text } = entry;
		return { lane: this.lane, number, again, command, a, b, form, text };
	}

	/** When `next` may be asked again because of a `later`; null: nothing waits for time. */
	wait(now: number): number | null {
		const times = this.entries.filter((e) => e.state !== "judged" && e.not_before > now).map((e) => e.not_before - now);
		return times.length ? Math.min(...times) : null;
	}

	/** Saving is possible again: what was put off need not wait longer than until then. A join has a queue of its own. */
	hurry(until: number): void {
		for (const entry of this.entries)
			if (entry.number !== 1)
				entry.not_before = Math.min(entry.not_before, until);
	}

	/** A verdict that the session keeps: an item of `verdicts`, or of `mine` (then with activity and round). */
	verdict(number: number, fault: number, seq: number, activity = 0, round = 0): Outcome[] {
		const out: Outcome[] = [];
		if (activity === 0)
			this.joined = true;
		for (const entry of this.#of(activity, round)) {
			if (entry.number === 0 || entry.number > number || entry.state === "waits")
				continue;
			if (entry.number === number && entry.state !== "judged") {
				if (fault === FAULT.none || fault === FAULT.recovered) {
					entry.state = "judged";
					entry.seq = seq;
					entry.recovered = fault === FAULT.recovered;
				} else {
					out.push(...this.#end(entry, fault));
				}
			} else if (entry.number < number && entry.state !== "judged") {
				/* A later number of this lane was judged already; what became of this one nobody can say. */
				out.push(...this.#end(entry, FAULT.superseded));
			}
		}
		return out;
	}

	/** 4.5: a refusal that stands in no log. */
	reply(now: number, number: number, fault: number, later_ms: number, activity: number, round: number): Outcome[] {
		const entry = this.#of(activity, round).find((e) => e.number === number && e.state === "sent");
		if (!entry)
			return [];
		if (fault === FAULT.later || fault === FAULT.unsure) {
			entry.state = "again";
			/* `later` says nothing of an earlier sending: what was marked stays so. */
			if (fault === FAULT.unsure)
				entry.seq = MAY_STAND;
			entry.not_before = now + Math.max(later_ms, fault === FAULT.later ? 50 : 0);
			return [];
		}
		if (fault === FAULT.lane_unknown) {
			this.joined = false;
			return [{ is: "lane_unknown", entry }];
		}
		return this.#end(entry, fault);
	}

	/** Everything up to seq survives. */
	stable(seq: number): Outcome[] {
		const done = this.entries.filter((e) => e.state === "judged" && e.seq >= 0 && e.seq <= seq);
		this.entries = this.entries.filter((e) => !done.includes(e));
		return done.map((entry) => ({ is: "saved", entry }));
	}

	/** 4.6: the connection is gone; what was under way is sent once more, marked. */
	lost(): void {
		for (const entry of this.entries)
			if (entry.state === "sent") {
				entry.state = "again";
				entry.seq = MAY_STAND;
			}
	}

	/** 4.13: a frame with a listing, or another term. A verdict held from before counts no longer by itself: `verdict` tells it anew if the lane still names
	 * that number; the rest is offered again, in order. */
	doubt(): void {
		for (const entry of this.entries)
			if (entry.state === "judged") {
				entry.state = "again";
				entry.seq = MAY_STAND;
			}
	}

	/** 4.14: the seal has forgotten who voted, and no verdict will come for this one. */
	give_up(entry: Entry): Outcome[] {
		return this.#end(entry, FAULT.unsure);
	}

	/** Secret ballots not yet judged, taken out as wishes. */
	take_secret(): Wish[] {
		const taken = this.entries.filter((e) => e.activity !== 0);
		this.entries = this.entries.filter((e) => e.activity === 0);
		return taken.map(({ field, command, a, b, form, text, activity, round, keep }) => ({ field, command, a, b, form, text, activity, round, keep }));
	}

	save(used: number): string {
		const entries = this.entries.filter((e) => e.keep)
			.map((e) => ({ ...e, form: base64url(e.form), text: base64url(e.text) }));
		const saved: Saved = { next: this.#next, secret: this.#secret, joined: this.joined, used, entries };
		return JSON.stringify(saved);
	}

	/** From the storage. What was under way may or may not be in the log, and history may have changed under what was accepted: it is sent again unless a verdict stands in sight. */
	static load(lane: string, text: string): Outbox {
		const box = new Outbox(lane);
		try {
			const saved = JSON.parse(text) as Saved;
			box.#next = saved.next;
			box.#secret = saved.secret;
			box.joined = saved.joined;
			for (const e of saved.entries) {
				const form = fromBase64url(e.form), bytes = fromBase64url(e.text);
				if (form === null || bytes === null)
					continue;
				const state = e.state === "waits" ? "waits" : "again";
				box.entries.push({ ...e, form, text: bytes, id: ++box.#id, state, seq: state === "waits" ? 0 : MAY_STAND, not_before: 0 });
			}
		} catch {
			/* Somebody else wrote it; a lane that cannot be read is not used: its numbers are not known. */
			return new Outbox("");
		}
		return box;
	}

	#of(activity: number, round: number): Entry[] {
		return this.entries.filter((e) => e.activity === activity && e.round === round);
	}

	/** Taken out. What a newer value of the same field has replaced needs no word. A secret ballot that may stand, and came too late the second time, ends as
	 * `unsure`: nobody can tell whether it counted (4.14). */
	#end(entry: Entry, fault: number): Outcome[] {
		this.entries = this.entries.filter((e) => e !== entry);
		if (fault === FAULT.superseded && this.entries.some((e) => e.field === entry.field && (e.number === 0 || e.number > entry.number)))
			return [];
		const unsure = entry.activity !== 0 && entry.seq < 0 && (fault === FAULT.closed || fault === FAULT.stale);
		return [{ is: "refused", entry, fault: unsure ? FAULT.unsure : fault }];
	}
}
