// SPDX-License-Identifier: EUPL-1.2
// What a facilitator's presses send, and what they read before it. Draws nothing.
import { type Activity, type Session, type Step } from "../../state/session.js";
import { COMMAND, PHASE, VIEW } from "../../tables.js";
import { type Text } from "../../live/wire.js";
import { language, t } from "../../words/words.js";
import { isOpen, roomLabel } from "../common.js";
import { type Line, lines, outcomeBy, outcomeForm, ties } from "./outcome.js";
import { type Stage, short, stageOf } from "./plan.js";
import { generation, left, ownTime, seating, still } from "./read.js";
import { remember, scopeOf } from "./undo.js";

export { scopeOf } from "./undo.js";
export const MINUTE = 60_000;
const LEAST_MS = 5000;

export function activitiesOf(session: Session, step: Step | null): Activity[] {
	return (step?.activities ?? []).map((n) => session.activity(n)).filter((a): a is Activity => a !== null);
}

/** What later steps belong to, of an activity: groups or items. */
export const followed = (session: Session, activity: number): Set<number> =>
	new Set(session.steps.filter((s) => s.source === activity).map((s) => s.group));

/** A result that the workshop builds on: steps follow it, or it is a choice of one, before more steps. */
function keepsOutcome(session: Session, step: Step, activity: Activity): boolean {
	if (followed(session, activity.number).size)
		return true;
	const more = session.steps.some((s) => s.position > step.position && s.activities.length > 0);
	return activity.kind === "choice" && (activity.config[1] ?? 1) === 1 && more;
}

export function outcomeDue(session: Session, step: Step, activity: Activity): boolean {
	const { phase, round } = session.phase(activity.number);
	return phase === PHASE.REVEALED && keepsOutcome(session, step, activity) && session.outcome(activity.number)?.round !== round && session.result(activity.number) !== null;
}

export function stage(session: Session, step: Step | null): Stage {
	return stageOf(activitiesOf(session, step).map((a) => (
		{ number: a.number, secret: a.secret, phase: session.phase(a.number).phase, outcome_due: step !== null && outcomeDue(session, step, a) }
	)));
}

/** The activity that stands for its step: the first that the one button is about. */
export function current(session: Session, step: Step | null): Activity | null {
	const [first] = stage(session, step).about;
	return first === undefined ? null : session.activity(first);
}

// --- acts, each with its way back ---

const phaseIs = (session: Session, about: number[], phase: number, room = 0): boolean => about.length > 0 && about.every((a) => session.phase(a, room).phase === phase);
const stepIs = (session: Session, number: number): boolean => (session.step()?.number ?? 0) === number;
const titled = (session: Session, about: number[], step: Step | null): string =>
	about.length === 1 && (step?.activities.length ?? 0) > 1 ? session.activity(about[0])?.title ?? "" : short(step?.title ?? session.activity(about[0] ?? 0)?.title ?? "");

/** The time that a scope runs by, and the way back to it: what would be left by then. */
function timeBefore(session: Session, room = 0): () => void {
	const was = left(session, room), stood = still(session, room), at = session.world.now();
	return () => {
		const now = was === null ? 0 : Math.max(LEAST_MS, Math.round(was - (stood ? 0 : session.world.now() - at)));
		session.command(COMMAND.time, 0, scopeOf(room), [now]);
		if (stood)
			session.command(COMMAND.pause, 0, scopeOf(room), [now]);
	};
}

const put = (session: Session, view: number, activity = 0, room = 0, page = 0): boolean => session.command(COMMAND.show, 0, 0, [view, activity, room, page]);
const shownIs = (session: Session, view: number, activity: number, room = 0): boolean => session.screen.view === view && session.screen.activity === activity && session.screen.room === room;
/** Shows, and gives the way back to what was shown, for as long as nobody has shown anything else. */
function showing(session: Session, view: number, activity = 0, room = 0): () => void {
	const was = session.screen;
	put(session, view, activity, room);
	return () => { if (shownIs(session, view, activity, room)) put(session, was.view, was.activity, was.room, was.page); };
}
/** Another picture on the screen. */
export function show(session: Session, view: number, activity = 0, room = 0): boolean {
	if (!session.connected || session.stuck)
		return put(session, view, activity, room);
	const back = showing(session, view, activity, room);
	remember(session, { words: () => t("undo-show"), stands: () => shownIs(session, view, activity, room), back });
	return true;
}
/** Its next page, or the one before: pressed the other way it is taken back. */
export const turnTo = (session: Session, page: number): boolean => { const { view, activity, room } = session.screen; return put(session, view, activity, room, page); };

export function goTo(session: Session, step: Step): void {
	const from = session.step()?.number ?? 0;
	session.command(COMMAND.go, step.number, 0);
	const back = showing(session, VIEW.TASK, step.activities[0] ?? 0);
	remember(session, { words: () => t("undo-go"), stands: () => stepIs(session, step.number), back: () => { session.command(COMMAND.go, from, 0); back(); } });
}

export function openAll(session: Session, step: Step, about: number[]): void {
	const from = session.step()?.number ?? 0, again = about.filter((a) => session.phase(a).phase === PHASE.CLOSED);
	if (from !== step.number)
		session.command(COMMAND.go, step.number, 0);
	for (const activity of about)
		session.command(COMMAND.open, activity, 0, [step.minutes * MINUTE]);
	const back = showing(session, VIEW.TASK, about[0] ?? 0);
	remember(session, {
		words: () => {
			const given = again.length ? 0 : counted(session, about)?.done ?? 0;
			return given > 0 ? t("undo-open-given", { step: titled(session, about, step), n: given }) : t("undo-open", { step: titled(session, about, step) });
		},
		stands: () => stepIs(session, step.number) && phaseIs(session, about, PHASE.OPEN),
		back: () => {
			closed(session, about);
			/* A question that was asked too early is asked anew. */
			for (const activity of about.filter((a) => !again.includes(a)))
				session.command(COMMAND.ask, activity, 0);
			if (from !== step.number)
				session.command(COMMAND.go, from, 0);
			back();
		},
	});
}
const closed = (session: Session, about: number[], room = 0): void => { for (const activity of about) session.command(COMMAND.close, activity, scopeOf(room), [1]); };
const reopened = (session: Session, about: number[], time: () => void, room = 0) => (): void => {
	for (const activity of about)
		session.command(COMMAND.open, activity, scopeOf(room), [0]);
	time();
};

export function closeAll(session: Session, about: number[], now: boolean, room = 0): void {
	const time = timeBefore(session, room), grace = about.every((a) => session.phase(a, room).phase === PHASE.CLOSING), secret = about.some((a) => session.activity(a)?.secret);
	for (const activity of about)
		session.command(COMMAND.close, activity, scopeOf(room), [now ? 1 : 0]);
	/* Secret ballots are mixed at once: nothing takes that back. */
	remember(session, now && secret ? null : now ? {
		words: () => t("undo-close"), stands: () => phaseIs(session, about, PHASE.CLOSED, room), back: reopened(session, about, grace ? () => {} : time, room),
	} : {
		words: () => t("undo-close"), stands: () => phaseIs(session, about, PHASE.CLOSING, room),
		back: () => { for (const activity of about) session.command(COMMAND.hold, activity, scopeOf(room)); time(); },
	});
}
export function holdAll(session: Session, about: number[]): void {
	for (const activity of about)
		session.command(COMMAND.hold, activity, 0);
	remember(session, { words: () => t("undo-hold"), stands: () => phaseIs(session, about, PHASE.OPEN), back: () => { for (const activity of about) session.command(COMMAND.close, activity, 0, [0]); } });
}
/** What is closed and not secret goes on for five minutes. */
export function openAgain(session: Session, about: number[]): void {
	for (const activity of about)
		session.command(COMMAND.open, activity, 0, [5 * MINUTE]);
	remember(session, { words: () => t("undo-open", { step: titled(session, about, session.step()) }), stands: () => phaseIs(session, about, PHASE.OPEN), back: () => closed(session, about) });
}

export function revealAll(session: Session, about: number[]): void {
	for (const activity of about)
		session.command(COMMAND.reveal, activity, 0);
	const back = showing(session, VIEW.RESULT, about[0] ?? 0);
	remember(session, { words: () => t("undo-reveal"), stands: () => phaseIs(session, about, PHASE.REVEALED), back: () => { for (const activity of about) session.command(COMMAND.hide, activity, 0); back(); } });
}

export function hideAll(session: Session, about: number[]): void {
	for (const activity of about)
		session.command(COMMAND.hide, activity, 0);
	const back = showing(session, VIEW.TASK, about[0] ?? 0);
	remember(session, {
		words: () => t("undo-hide"), stands: () => about.every((a) => [PHASE.CLOSED, PHASE.SEALED].includes(session.phase(a).phase as typeof PHASE.CLOSED)),
		back: () => { for (const activity of about) session.command(COMMAND.reveal, activity, 0); back(); },
	});
}

/** Questions that go on elsewhere go on in this room too, for as long as they do; what the room sees of them is hidden before. */
export function reopen(session: Session, about: number[], room: number): void {
	const time = left(session) ?? 0;
	for (const activity of about) {
		if (session.phase(activity, room).phase === PHASE.REVEALED)
			session.command(COMMAND.hide, activity, scopeOf(room));
		session.command(COMMAND.open, activity, scopeOf(room), [time > 0 ? Math.max(MINUTE, Math.round(time)) : 5 * MINUTE]);
	}
	remember(session, { words: () => t("undo-open", { step: roomLabel(session, room) }), stands: () => phaseIs(session, about, PHASE.OPEN, room), back: () => closed(session, about, room) });
}

// --- time ---

/** Of all: those with a time of their own too. Of a room: only it. */
const timed = (session: Session, room: number): number[] => (room ? [room] : [0, ...session.rooms.map((r) => r.room).filter((r) => ownTime(session, r))]);

/** A duration from now, never an addition: what is left and so much more, as this page sees it. What stands still stays so. */
export function addTime(session: Session, by: number, room = 0): void {
	const scopes = timed(session, room), back = scopes.map((r) => timeBefore(session, r)), before = generation(session, room);
	for (const r of scopes) {
		const to = [Math.max(LEAST_MS, Math.round((left(session, r) ?? 0) + by))], stands = still(session, r);
		session.command(stands && (r === 0 || ownTime(session, r)) ? COMMAND.pause : COMMAND.time, 0, scopeOf(r), to);
		if (stands && r !== 0 && !ownTime(session, r))
			session.command(COMMAND.pause, 0, scopeOf(r), to);
	}
	remember(session, {
		words: () => (room ? t("undo-grant", { m: by / MINUTE, room: roomLabel(session, room) }) : t("undo-time", { m: by / MINUTE, sign: by < 0 ? "less" : "more" })),
		stands: () => generation(session, room) !== before, back: () => back.forEach((b) => b()),
	});
}
/** So many minutes more, as the room has asked, and its hand is lowered. */
export function grant(session: Session, room: number, minutes: number): void {
	addTime(session, minutes * MINUTE, room);
	session.hand_up(room, false);
}
export function pause(session: Session, room = 0): void {
	const scopes = timed(session, room).filter((r) => !still(session, r));
	for (const r of scopes) {
		const to = [Math.max(1000, Math.round(left(session, r) ?? 0))];
		/* A room that ran by everybody's time has one of its own from here on. */
		if (r !== 0 && !ownTime(session, r))
			session.command(COMMAND.time, 0, scopeOf(r), to);
		session.command(COMMAND.pause, 0, scopeOf(r), to);
	}
	remember(session, { words: () => t("undo-pause"), stands: () => scopes.every((r) => still(session, r)), back: () => scopes.forEach((r) => goOn(session, r)) });
}
const goOn = (session: Session, room: number): void => { session.command(COMMAND.time, 0, scopeOf(room), [Math.max(LEAST_MS, left(session, room) ?? 0)]); };
export function carryOn(session: Session, room = 0): void {
	const scopes = timed(session, room).filter((r) => still(session, r)), was = scopes.map((r) => left(session, r) ?? 0);
	scopes.forEach((r) => goOn(session, r));
	remember(session, { words: () => t("undo-carry-on"), stands: () => scopes.every((r) => !still(session, r)), back: () => scopes.forEach((r, i) => { session.command(COMMAND.pause, 0, scopeOf(r), [was[i]]); }) });
}

// --- people and rooms ---

/** to: member -> room, all at once. */
export function move(session: Session, to: ReadonlyMap<number, number>): boolean {
	const was = seating(session), flat = (of: ReadonlyMap<number, number>) => [...of].sort(([x], [y]) => x - y).flat();
	if (to.size === 0 || !session.command(COMMAND.move, 0, 0, flat(to)))
		return false;
	remember(session, {
		words: () => t("undo-move", { n: to.size }),
		stands: () => { const now = seating(session); return [...to].every(([member, room]) => now.get(member) === room); },
		back: () => session.command(COMMAND.move, 0, 0, flat(new Map([...to.keys()].map((member) => [member, was.get(member) ?? 0])))),
	});
	return true;
}
/** A new plan for everybody, drawn by lot or from a file. Where there were rooms before, everybody can go back. */
export function plan(session: Session, form: unknown[]): boolean {
	const was = seating(session), many = [...was.values()].some((room) => room > 0);
	if (!session.command(COMMAND.rooms, 0, 0, form))
		return false;
	const away = () => { const now = seating(session); return [...was].filter(([member, room]) => now.has(member) && now.get(member) !== room); };
	remember(session, !many ? null : { words: () => t("undo-plan"), stands: () => away().length > 0, back: () => session.command(COMMAND.move, 0, 0, away().sort(([x], [y]) => x - y).flat()) });
	return true;
}
export function leads(session: Session, room: number, member: number): boolean {
	const was = session.leader(room);
	if (!session.command(COMMAND.lead, room, 0, [member]))
		return false;
	remember(session, { words: () => t("undo-lead"), stands: () => session.leader(room) === member, back: () => session.command(COMMAND.lead, room, 0, [was]) });
	return true;
}
export function givePen(session: Session, room: number, member: number): void {
	const { holder, away } = session.pen(room);
	session.pen_give(room, member);
	remember(session, { words: () => t("undo-pen"), stands: () => session.pen(room).holder === member, back: () => session.pen_give(room, away ? 0 : holder) });
}
export function rename(session: Session, room: number, name: string, link: string): boolean {
	const is = session.rooms.find((r) => r.room === room), row = (n: string, l: string): Text => [[language.value, n, l]];
	if (!session.command(COMMAND.room_put, room, 0, [], row(name, link)))
		return false;
	remember(session, { words: () => t("undo-name"), stands: () => session.room_name(room) === name, back: () => session.command(COMMAND.room_put, room, 0, [], row(is?.name ?? "", is?.link ?? "")) });
	return true;
}

// --- words to all, and everybody back ---

export function say(session: Session, room: number, words: string): boolean {
	const own = () => session.announcements(room).find((a) => a.scope === scopeOf(room))?.words ?? "";
	const was = own(), text = (of: string): Text | null => (of === "" ? null : [["", of]]);
	if (!session.command(COMMAND.say, 0, scopeOf(room), [], text(words)))
		return false;
	remember(session, { words: () => t("undo-say"), stands: () => own() === words, back: () => session.command(COMMAND.say, 0, scopeOf(room), [], text(was)) });
	return true;
}
/** Rooms without a note-taker are asked once more. */
export function askForPens(session: Session, rooms: number[]): void {
	const words = t("fac-pen-ask");
	for (const room of rooms)
		session.command(COMMAND.say, 0, scopeOf(room), [], [["", words]]);
	remember(session, {
		words: () => t("undo-say"), stands: () => rooms.every((r) => session.announcements(r).some((a) => a.scope === scopeOf(r) && a.words === words)),
		back: () => { for (const room of rooms) session.command(COMMAND.say, 0, scopeOf(room), [], null); },
	});
}
export function callBack(session: Session, ms: number): boolean {
	if (!session.command(COMMAND.back, 0, 0, [ms]))
		return false;
	remember(session, ms === 0 ? null : { words: () => t("undo-back"), stands: () => session.back(0) !== null, back: () => session.command(COMMAND.back, 0, 0, [0]) });
	return true;
}

// --- the order that a result gives ---

export interface Decision { activity: Activity; round: number; by: number; list: Line[]; equal: Line[][] }
export function decision(session: Session, activity: Activity): Decision {
	const by = outcomeBy(activity), list = lines(activity, session.result(activity.number), by);
	return { activity, by, list, round: session.phase(activity.number).round, equal: ties(list, followed(session, activity.number)) };
}
export function decide(session: Session, { activity, round, by }: Decision, list: Line[], reason = "", language = ""): boolean {
	if (!session.command(COMMAND.outcome, activity.number, 0, outcomeForm(round, by, list), reason ? [[language, reason]] : null))
		return false;
	/* An order is worth a picture of its own; what a choice came to stands beside every later step. */
	if (followed(session, activity.number).size)
		put(session, VIEW.ORDER, activity.number);
	remember(session, null);
	return true;
}

// --- several questions at once ---

export interface Count { done: number; of: number; rooms: Map<number, [number, number]>; many: boolean }
/** How much has been answered of the open questions together; null: nothing is known. */
export function counted(session: Session, about: number[]): Count | null {
	const sum: Count = { done: 0, of: 0, rooms: new Map(), many: about.length > 1 };
	let known = false;
	for (const activity of about) {
		const progress = session.progress(activity);
		if (!progress)
			continue;
		known = true;
		sum.done += progress.done;
		sum.of += progress.of;
		for (const [room, [done, of]] of progress.rooms) {
			const [d, n] = sum.rooms.get(room) ?? [0, 0];
			sum.rooms.set(room, [d + done, n + of]);
		}
	}
	return known ? sum : null;
}

/** In how many rooms the discussion has opened; null: this question has no gate, or is not running. */
export function gate(session: Session, activity: Activity): { open: number; of: number } | null {
	if (activity.kind !== "rating" || activity.config[0] !== 1 || !isOpen(session.phase(activity.number).phase))
		return null;
	const rooms = session.rooms.filter((r) => session.seats(r.room) > 0);
	return { open: rooms.filter((r) => !isOpen(session.phase(activity.number, r.room).phase) && session.phase(activity.number, r.room).phase !== PHASE.READY).length, of: rooms.length };
}

/** A raised hand; minutes: so many more are asked for, 0: help is. */
export interface Hand { room: number; at_ms: number; place: number; minutes: number }
/** The raised hands, the longest first. */
export function queue(session: Session): Hand[] {
	return session.rooms.flatMap(({ room }) => {
		const hand = session.hand(room);
		return hand ? [{ room, ...hand }] : [];
	}).sort((x, y) => x.place - y.place || x.at_ms - y.at_ms);
}

/** Whether rooms are expected to write: a workshop from the catalog, or somebody has taken a pen. */
export const writes = (session: Session): boolean => session.origin !== "" || session.rooms.some((r) => session.pen(r.room).tenure > 0);
