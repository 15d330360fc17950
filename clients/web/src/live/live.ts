// SPDX-License-Identifier: EUPL-1.2
// One person's or link's connection with a session: opens and reopens the socket, keeps sections and lanes, sends what waits. Knows no page.
// It tells by `changed` what is new; whoever draws reads the fields. Numbers in the comments are clauses of protocol/README.md.
import { COMMAND, FAULT, PHASE, ROLE, SECTION } from "../tables.js";
import { type Bytes, NO_BYTES, base64url, fromBase64url, hex } from "./bytes.js";
import { type Entry, Outbox, type Outcome, type Wish } from "./outbox.js";
import { Sections } from "./sections.js";
import { type Frame, type Text, commandEncode, helloEncode, messageDecode, pack, packText } from "./wire.js";
import type { Claim, Socket, World } from "./world.js";

/** Who comes in where. Kept in the storage under the place: the token and the ballot secret are made once. */
export interface Seat {
	door: 0 | 1;
	place: string;
	token: Bytes;
	secret: Bytes;
	/** Under which name the storage has it. */
	name: string;
}
export type Line = "opening" | "open" | "away" | "ended";
export type Change =
	| { is: "line" }
	/** other: history is another than before; what stood in sight is in sections.before. */
	| { is: "sections"; names: Set<string>; other: boolean }
	| { is: "volatile" }
	| { is: "outbox" }
	| { is: "outcome"; outcome: Outcome };

/** Own-close codes of the protocol after which a page does not come back by itself (3.3). */
const CLOSE_REFUSED = 4001, CLOSE_ELSEWHERE_OPEN = 4002, CLOSE_PROTOCOL = 4000;
const BACK_OFF_MS = 500, BACK_OFF_MAX_MS = 10_000;
/** Two missed beats and a little: 5 s for links, 25 s for participants (5.12). */
const SILENT_STAFF_MS = 12_000, SILENT_MS = 60_000;
/** A command without any answer for so long: the socket is only half alive. */
const UNANSWERED_MS = 8_000;
const SWEEP_MS = 5_000;
/** The session keeps a member's last four lanes. */
const LANES_KEPT = 4;
/** After a seal the answer to what was under way may still come; so long it is waited for. */
const SEAL_WAIT_MS = 2_000;
/** Somebody whose membership was in the lost part of history joins anew; so long the page shows what it had. */
const REJOIN_MS = 4_000;
/** When saving is possible again, what was put off goes within so long, a hall not all at once. */
const RELIEF_MS = 1_000;
/** A status told so soon after the welcome is the one that held before the line was lost. */
const HEALTH_SAME_MS = 5_000;
const KEY_ACTIVITY = 4096; /* items 4096 + activity of `scope` */

/** The seat of a participant: made at the first coming, found again later. */
export function participantSeat(world: World, place: string): Seat {
	const name = `bp.seat.${place}`;
	const [token, secret] = (world.store.get(name) ?? "").split(" ").map(fromBase64url);
	if (token?.length === 16 && secret?.length === 16)
		return { door: 0, place, token, secret, name };
	const seat: Seat = { door: 0, place, token: world.random(16), secret: world.random(16), name };
	world.store.set(name, `${base64url(seat.token)} ${base64url(seat.secret)}`);
	return seat;
}

interface Held {
	box: Outbox;
	claim: Claim;
}

export class Live {
	line: Line = "opening";
	/** Why it ended: a fault of the daemon's, or another page of this person. */
	ended: { fault: number; elsewhere: boolean } = { fault: FAULT.none, elsewhere: false };
	sid = "";
	code = "";
	roles = 0;
	actor = 0;
	readonly sections = new Sections();
	present: { total: number; rooms: Map<number, number> } = { total: 0, rooms: new Map() };
	progress = new Map<number, { done: number; of: number; rooms: Map<number, [number, number]> }>();
	/** Members who have no page open, by room, each with since when we have heard so (world.now). */
	away: ReadonlyMap<number, ReadonlyMap<number, number>> = new Map();
	/** Lane' of secret ballots, by "activity/round" (4.8). */
	lanes = new Map<string, string>();
	/** What a forgotten lane held: sent only when the person says so (4.3). */
	held_back: Entry[] = [];
	/** When the join may be tried again, as the daemon said (milliseconds of world.now); 0: now. */
	join_at = 0;
	/** When we last heard anything, and since when the line is not open (world.now). */
	heard = 0;
	away_since = 0;
	/** 5.12: 0, or why nothing can be saved now, and since when (milliseconds of world.now). */
	health = 0;
	health_since = 0;

	#socket: Socket | null = null;
	#tries = 0;
	#cancel_retry = () => {};
	#cancel_pump = () => {};
	#clock = { log_ms: 0, at: 0 };
	#lanes: Held[] = [];
	#welcomed = 0; /* when the last welcome came */
	#sealed = new WeakMap<Entry, number>(); /* when a seal was first seen while this one was under way */
	#asked = 0; /* when a command was sent that has no answer */
	#text: Text | null = null;
	#rejoining: { frames: Frame[]; cancel: () => void } | null = null;
	#stopped = false;

	constructor(readonly world: World, readonly seat: Seat, readonly changed: (change: Change) => void) {}

	async start(): Promise<void> {
		this.away_since = this.heard = this.world.now();
		const text = this.world.store.get(`${this.seat.name}.text`);
		this.#text = text === null ? null : (JSON.parse(text) as Text);
		await this.#take_lane();
		if (this.#stopped)
			return;
		this.#connect();
		this.#sweep();
	}

	/** The page goes away: let go of lanes, so that the next page can take them. */
	stop(): void {
		this.#stopped = true;
		this.#cancel_retry();
		this.#cancel_pump();
		this.#save();
		for (const { claim } of this.#lanes)
			claim.release();
		this.#socket?.close();
		this.#socket = null;
	}

	/** Contact may be possible again (network, wake): do not wait for the back-off. */
	wake(): void {
		if (this.line === "away" || this.line === "opening") {
			if (this.#socket === null)
				this.#connect();
		} else if (this.line === "open" && this.world.now() - this.heard > this.#silent_ms) {
			this.#lost();
		}
	}

	/** The machine says that the network is gone; a socket may not have noticed. */
	offline(): void {
		if (this.line === "open")
			this.#lost();
	}

	/** The daemon's time now, in milliseconds since 1970. */
	server_ms(): number {
		return this.#clock.log_ms + (this.world.now() - this.#clock.at);
	}

	/** Nothing has come for longer than it should. */
	silent(now = this.world.now()): boolean {
		return this.line !== "open" ? now - this.away_since > 3_000 : now - this.heard > this.#silent_ms;
	}

	get staff(): boolean {
		return (this.roles & (ROLE.FACILITATOR | ROLE.SCREEN)) !== 0;
	}

	owns(lane: string): boolean {
		return this.#lanes.some(({ box }) => box.lane === lane) || [...this.lanes.values()].includes(lane);
	}

	get entries(): Entry[] {
		return this.#lanes.flatMap((l) => l.box.entries);
	}

	/** Be somebody. The words are kept and said again when another lane has to be opened. */
	join(text: Text): void {
		this.rename(text);
		this.#join();
		this.#pump();
	}

	/** Another name: said again like the first one, should history lose it. */
	rename(text: Text): void {
		this.#text = text;
		this.world.store.set(`${this.seat.name}.text`, JSON.stringify(text));
	}

	send(wish: Partial<Wish> & { command: number }): void {
		const full: Wish = {
			field: wish.field ?? `${wish.command}/${wish.a ?? 0}/${wish.b ?? 0}`,
			a: 0, b: 0, form: pack([]), text: NO_BYTES, activity: 0, round: 0, keep: this.seat.door === 0, ...wish,
		};
		this.#own?.box.put(full);
		this.#save();
		this.changed({ is: "outbox" });
		this.#pump();
	}

	/** The answer to `held_back`: send it after all, or let it go. */
	settle_held_back(send: boolean): void {
		const entries = this.held_back;
		this.held_back = [];
		if (send)
			for (const e of entries)
				this.#own?.box.put({ field: e.field, command: e.command, a: e.a, b: e.b, form: e.form, text: e.text, activity: e.activity, round: e.round, keep: e.keep });
		this.#save();
		this.changed({ is: "outbox" });
		this.#pump();
	}

	get #own(): Held | undefined {
		return this.#lanes[0];
	}

	get #silent_ms(): number {
		return this.staff ? SILENT_STAFF_MS : SILENT_MS;
	}

	// --- lanes ---

	#lane_key(lane: string): string {
		return `${this.seat.name}.lane.${lane}`;
	}

	#stored(): { lane: string; box: Outbox; used: number }[] {
		const prefix = this.#lane_key("");
		return this.world.store.keys().filter((key) => key.startsWith(prefix)).map((key) => {
			const text = this.world.store.get(key) ?? "";
			const lane = key.slice(prefix.length);
			return { lane, box: Outbox.load(lane, text), used: usedOf(text) };
		}).filter((l) => l.box.lane !== "").sort((x, y) => y.used - x.used);
	}

	/** Our own lane: one of a tab that was closed, with what it still had to say first; else a new one. */
	async #take_lane(): Promise<void> {
		const stored = this.#stored();
		stored.sort((x, y) => Number(y.box.entries.length > 0) - Number(x.box.entries.length > 0));
		for (const { lane, box } of stored) {
			if (this.#lanes.length > 0 && box.entries.length === 0)
				continue;
			const claim = await this.world.claim(`${this.seat.name}.${lane}`);
			if (claim === null)
				continue;
			/* Read again: the tab that held it may have written until it let go. */
			this.#lanes.push({ box: Outbox.load(lane, this.world.store.get(this.#lane_key(lane)) ?? ""), claim });
		}
		if (this.#lanes.length === 0)
			await this.#draw_lane();
		for (const { lane } of stored.slice(LANES_KEPT))
			if (!this.#lanes.some((l) => l.box.lane === lane))
				this.#forget(lane);
		this.changed({ is: "outbox" });
	}

	async #draw_lane(): Promise<void> {
		const box = new Outbox(hex(this.world.random(8)));
		const claim = await this.world.claim(`${this.seat.name}.${box.lane}`);
		this.#lanes.unshift({ box, claim: claim ?? { held: () => true, release() {} } });
		this.#save();
	}

	#forget(lane: string): void {
		const text = this.world.store.get(this.#lane_key(lane));
		if (text !== null && Outbox.load(lane, text).entries.length === 0)
			this.world.store.remove(this.#lane_key(lane));
	}

	/** Now and then: has a tab been closed that still had something to say? */
	#sweep(): void {
		this.world.later(SWEEP_MS, () => {
			if (this.#stopped)
				return;
			void this.#adopt().then(() => this.#sweep());
			if (this.line === "open" && this.#asked > 0 && this.world.now() - Math.max(this.#asked, this.heard) > UNANSWERED_MS)
				this.#lost();
			else if (this.line === "open" && this.world.now() - this.heard > 2 * this.#silent_ms)
				this.#lost();
		});
	}

	async #adopt(): Promise<void> {
		for (const { lane, box } of this.#stored()) {
			if (box.entries.length === 0 || this.#lanes.some((l) => l.box.lane === lane))
				continue;
			const claim = await this.world.claim(`${this.seat.name}.${lane}`);
			if (claim === null)
				continue;
			const adopted = Outbox.load(lane, this.world.store.get(this.#lane_key(lane)) ?? "");
			/* Verdicts of secret ballots come under a name made from our own lane only (4.8). A ballot is a set: said once more by us it says the same. */
			for (const e of adopted.take_secret())
				if (!this.#own?.box.entries.some((own) => own.field === e.field))
					this.#own?.box.put(e);
			this.#lanes.push({ box: adopted, claim });
			this.#save();
			this.changed({ is: "outbox" });
			this.#judge();
			this.#pump();
		}
	}

	#save(): void {
		for (const { box, claim } of this.#lanes)
			if (claim.held())
				this.world.store.set(this.#lane_key(box.lane), box.save(this.world.wall()));
	}

	/** Lanes that another tab has taken while we slept are no longer ours; an adopted one that is empty is left to the next. */
	async #check_lanes(): Promise<boolean> {
		const lost = this.#lanes.some((l) => !l.claim.held());
		this.#lanes = this.#lanes.filter((l, i) => {
			if (!l.claim.held())
				return false;
			if (i > 0 && l.box.entries.length === 0) {
				l.claim.release();
				this.world.store.remove(this.#lane_key(l.box.lane));
				return false;
			}
			return true;
		});
		if (this.#lanes.length === 0)
			await this.#draw_lane();
		return lost;
	}

	#join(): void {
		const own = this.#own;
		if (!own || this.#text === null || own.box.entries.some((e) => e.number === 1))
			return;
		/* The daemon makes the hashes from the hello. */
		own.box.put({
			field: "join", command: COMMAND.join, a: 0, b: 0, form: pack([]),
			text: packText(this.#text.some((row) => row.some((word) => word !== "")) ? this.#text : null), activity: 0, round: 0, keep: true,
		}, true);
		this.#save();
		this.changed({ is: "outbox" });
	}

	// --- the socket ---

	#connect(): void {
		this.#cancel_retry();
		if (this.#stopped || this.line === "ended")
			return;
		/* 3.7: who is not joined has not seen what members see, and has no position. */
		const { term, done } = this.actor === 0 || this.#rejoining ? { term: 0, done: 0 } : this.sections;
		const hello = () => helloEncode({ ...this.seat, lane: this.#own!.box.lane, term, done });
		const socket: Socket = this.world.connect({
			opened: () => socket.send(hello()),
			message: (bytes) => { if (this.#socket === socket) this.#message(bytes); },
			closed: (code) => { if (this.#socket === socket) this.#closed(code); },
		});
		this.#socket = socket;
		/* A socket that neither opens nor fails. */
		this.#cancel_retry = this.world.later(BACK_OFF_MAX_MS, () => { if (this.line !== "open") this.#lost(); });
	}

	#closed(code: number): void {
		if (code === CLOSE_ELSEWHERE_OPEN) {
			this.#end(FAULT.none, true);
		} else if (code === CLOSE_REFUSED || code === CLOSE_PROTOCOL) {
			/* The bye before it has said why. */
			this.#end(this.ended.fault || FAULT.malformed, false);
		} else {
			this.#lost();
		}
	}

	#end(fault: number, elsewhere: boolean): void {
		this.#rejoined();
		this.ended = { fault, elsewhere };
		this.line = "ended";
		this.#cancel_retry();
		this.#cancel_pump();
		this.#socket?.close();
		this.#socket = null;
		for (const { box } of this.#lanes)
			box.lost();
		this.#save();
		this.changed({ is: "line" });
	}

	#lost(): void {
		this.#socket?.close();
		this.#socket = null;
		this.#asked = 0;
		this.#rejoining?.cancel(); /* the next welcome says how it stands */
		for (const { box } of this.#lanes)
			box.lost();
		if (this.line === "open" || this.line === "opening")
			this.away_since = this.line === "open" ? this.world.now() : this.away_since;
		this.line = "away";
		/* 3.3: the first within 0 to 500 ms, then doubled, with jitter, so that a hall does not come back in one moment. */
		const share = this.#share();
		const most = Math.min(BACK_OFF_MS * 2 ** this.#tries, BACK_OFF_MAX_MS);
		const wait = this.#tries === 0 ? share * most : most * (0.5 + share / 2);
		this.#tries++;
		this.#cancel_retry();
		this.#cancel_retry = this.world.later(wait, () => this.#connect());
		this.changed({ is: "line" });
	}

	/** By lot, from 0 to 1. */
	#share(): number {
		const [high, low] = this.world.random(2);
		return (high * 256 + low) / 65536;
	}

	/** Joined anew, or not to be waited for: what was held back of the new history is shown at once. */
	#rejoined(): void {
		const held = this.#rejoining;
		if (held === null)
			return;
		this.#rejoining = null;
		held.cancel();
		this.actor = 0;
		for (const frame of held.frames)
			this.#frame(frame);
		this.changed({ is: "line" });
	}

	#message(bytes: Bytes): void {
		const m = messageDecode(bytes);
		const now = this.world.now();
		this.heard = now;
		switch (m.is) {
		case "welcome": {
			/* 3.7: a second one stands for the first. As somebody else we have no lane yet, and what was under way went nowhere. */
			const was = this.actor !== 0 || this.#lanes.some(({ box }) => box.joined);
			if (was && (m.actor === 0 || (this.actor !== 0 && m.actor !== this.actor)))
				for (const { box } of this.#lanes) {
					box.lost();
					box.doubt();
					box.joined = false;
				}
			this.#asked = 0;
			if (this.line !== "open")
				this.health = 0;
			this.#welcomed = now;
			this.sid = m.sid;
			this.code = m.code;
			this.roles = m.roles;
			/* Nobody by this token any more: joined anew without a question, and until that is done the page stays as it is. */
			this.#rejoining?.cancel();
			this.#rejoining = null;
			if (m.actor === 0 && was && this.seat.door === 0 && this.#text !== null)
				this.#rejoining = { frames: [], cancel: this.world.later(REJOIN_MS, () => this.#rejoined()) };
			if (this.#rejoining === null || this.actor === 0)
				this.actor = m.actor;
			this.line = "open";
			this.#cancel_retry();
			this.changed({ is: "line" });
			void this.#greet();
			break;
		}
		case "frame":
			this.#tries = 0;
			if (this.#rejoining) {
				this.#rejoining.frames.push(m);
				if (m.sections.some(({ kind }) => kind === SECTION.me))
					this.#rejoined();
			} else {
				this.#frame(m);
			}
			break;
		case "reply":
			this.#asked = 0;
			for (const { box } of this.#lanes)
				if (box.lane === m.lane) {
					if (m.number === 1 && m.fault === FAULT.later)
						this.join_at = now + m.later_ms;
					this.#outcomes(box, box.reply(now, m.number, m.fault, m.later_ms, m.activity, m.round));
					if (!box.entries.some((e) => e.number === 1))
						this.#rejoined();
				}
			this.#pump();
			break;
		case "beat":
			this.#clock = { log_ms: m.log_ms, at: now };
			this.changed({ is: "volatile" });
			break;
		case "present":
			this.present = { total: m.total, rooms: m.rooms };
			this.changed({ is: "volatile" });
			break;
		case "progress":
			this.progress = new Map(this.progress).set(m.activity, { done: m.done, of: m.of, rooms: m.rooms });
			this.changed({ is: "volatile" });
			break;
		case "away":
			this.away = new Map([...m.rooms].map(([room, members]) => [room, new Map(members.map((one) => [one, this.away.get(room)?.get(one) ?? now]))]));
			this.changed({ is: "volatile" });
			break;
		case "lane":
			this.lanes.set(`${m.activity}/${m.round}`, m.lane);
			this.#judge();
			this.#pump();
			break;
		case "health":
			if (m.status !== 0 && this.health === 0 && (this.health_since === 0 || now - this.#welcomed > HEALTH_SAME_MS))
				this.health_since = now;
			if (m.status === 0)
				this.health_since = 0;
			if (m.status === 0 && this.health !== 0)
				for (const { box } of this.#lanes)
					box.hurry(now + this.#share() * RELIEF_MS);
			this.health = m.status;
			this.changed({ is: "line" });
			this.#pump();
			break;
		case "bye":
			this.ended = { fault: m.fault, elsewhere: false };
			if (m.fault === FAULT.later || m.fault === FAULT.elsewhere)
				this.#lost();
			else
				this.#end(m.fault, false);
			break;
		}
	}

	/** After the welcome: open our lane if that has not been done. A link's holder joins by itself, a person once they have pressed the button. */
	async #greet(): Promise<void> {
		await this.#check_lanes();
		if (this.seat.door === 1 && this.roles & ROLE.FACILITATOR && this.#text === null)
			this.#text = [["", "", ""]];
		const wants = this.seat.door === 1 ? (this.roles & ROLE.FACILITATOR) !== 0 : (this.actor !== 0 || this.#rejoining !== null) && this.#text !== null;
		if (this.seat.door === 0 && this.actor !== 0 && this.#text === null) {
			this.#text = [["", "", ""]];
			this.#join_unless_open();
		} else if (wants) {
			this.#join_unless_open();
		}
		this.#pump();
	}

	#join_unless_open(): void {
		if (this.#own && !this.#own.box.joined)
			this.#join();
	}

	#frame(frame: Frame): void {
		this.#clock = { log_ms: frame.log_ms, at: this.world.now() };
		const other = this.sections.is_other(frame);
		const names = this.sections.apply(frame);
		if (frame.listing !== null || other)
			for (const { box } of this.#lanes)
				box.doubt();
		for (const [actor] of this.sections.all(SECTION.me))
			this.actor = actor;
		this.changed({ is: "sections", names, other });
		this.#judge();
		this.#pump();
	}

	/** Hold our lanes against the verdicts in sight. */
	#judge(): void {
		if (this.#rejoining)
			return; /* those in sight are of a history that is no more */
		const verdicts = this.sections.get(SECTION.verdicts, this.actor);
		for (const { box } of this.#lanes) {
			const verdict = verdicts?.get(box.lane) as [number, number, number] | undefined;
			if (verdict) {
				this.#asked = 0;
				this.#outcomes(box, box.verdict(verdict[0], verdict[1], verdict[2]));
			}
			for (const [series, lane] of this.lanes) {
				const [activity, round] = series.split("/").map(Number);
				const mine = this.sections.get(SECTION.mine, activity, round)?.get(lane) as [number, number, number] | undefined;
				/* lane' is made from the lane of the hello, which is our own. */
				if (!mine || box !== this.#own?.box)
					continue;
				this.#asked = 0;
				this.#outcomes(box, box.verdict(mine[0], mine[1], mine[2], activity, round));
			}
			this.#outcomes(box, box.stable(this.sections.stable));
			for (const e of box.entries)
				if (e.activity !== 0 && this.#is_sealed(e.activity, e.round) && ((e.state === "again" && e.seq < 0) || (e.state === "sent" && this.#seal_waited(e))))
					this.#outcomes(box, box.give_up(e));
		}
	}

	/** Sealed, in a scope in sight; or a later round has begun. */
	#is_sealed(activity: number, round: number): boolean {
		for (const [, , items] of this.sections.all(SECTION.scope)) {
			const row = items.get(KEY_ACTIVITY + activity) as [number, number] | undefined;
			if (row && (row[1] > round || (row[1] === round && (row[0] === PHASE.SEALED || row[0] === PHASE.REVEALED))))
				return true;
		}
		return false;
	}

	#seal_waited(entry: Entry): boolean {
		const seen = this.#sealed.get(entry);
		if (seen !== undefined)
			return this.world.now() - seen >= SEAL_WAIT_MS;
		this.#sealed.set(entry, this.world.now());
		this.world.later(SEAL_WAIT_MS, () => { this.#judge(); this.#pump(); });
		return false;
	}

	#outcomes(box: Outbox, outcomes: Outcome[]): void {
		if (outcomes.length === 0)
			return;
		for (const outcome of outcomes) {
			if (outcome.is === "lane_unknown")
				void this.#lane_unknown(box);
			else
				this.changed({ is: "outcome", outcome });
		}
		this.#save();
		this.changed({ is: "outbox" });
	}

	/** 4.3: the lane is forgotten. A new one is drawn and opened; what the old one held waits for the person's word. */
	async #lane_unknown(box: Outbox): Promise<void> {
		const at = this.#lanes.findIndex((l) => l.box === box);
		if (at < 0)
			return;
		const [{ claim }] = this.#lanes.splice(at, 1);
		for (const entry of box.entries.filter((e) => e.number !== 1 && e.state !== "judged"))
			if (entry.keep)
				this.held_back.push(entry);
			else /* what a facilitator pressed is for that moment: said, not kept */
				this.changed({ is: "outcome", outcome: { is: "refused", entry, fault: FAULT.stale } });
		this.world.store.remove(this.#lane_key(box.lane));
		claim.release();
		if (this.#lanes.length === 0)
			await this.#draw_lane();
		this.#text ??= [["", "", ""]];
		this.#join();
		this.changed({ is: "outbox" });
		this.#pump();
	}

	/** Send what may be sent. Lanes of closed tabs come before our own, so that nothing old overtakes something new. */
	#pump(): void {
		this.#cancel_pump();
		if (this.line !== "open" || this.#socket === null)
			return;
		if (this.#lanes.some((l) => l.box.under_way))
			return;
		const now = this.world.now();
		for (const { box, claim } of [...this.#lanes].reverse()) {
			if (!claim.held()) {
				void this.#check_lanes().then(() => { this.#join_unless_open(); this.#pump(); });
				return;
			}
			if (!box.joined && !box.entries.some((e) => e.number === 1)) {
				if (box.entries.length > 0 && this.actor !== 0)
					this.#join_unless_open();
				if (!box.entries.some((e) => e.number === 1))
					continue;
			}
			const message = box.next(now);
			if (message) {
				/* On the disk before it is on the wire: a number is never used for other content. */
				this.#save();
				this.#socket.send(commandEncode(message));
				this.#asked = now;
				this.changed({ is: "outbox" });
				return;
			}
			const wait = box.wait(now);
			if (wait !== null) {
				this.#cancel_pump = this.world.later(wait, () => this.#pump());
				return;
			}
			if (box.open)
				return;
		}
	}
}

function usedOf(text: string): number {
	try {
		return Number(JSON.parse(text).used) || 0;
	} catch {
		return 0;
	}
}
