// SPDX-License-Identifier: EUPL-1.2
// What a facilitator's presses send, and what they read before it. Draws nothing.
import { type Activity, SCOPE_ROOM, type Session, type Step } from "../../state/session.js";
import { COMMAND, PHASE, VIEW } from "../../tables.js";
import { isOpen } from "../common.js";
import { type Line, lines, outcomeBy, outcomeForm, ties } from "./outcome.js";
import { type Stage, stageOf } from "./plan.js";

export const MINUTE = 60_000;
const LEAST_MS = 5000;

export const scopeOf = (room: number): number => (room ? SCOPE_ROOM + room : 0);

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

export function goTo(session: Session, step: Step): void {
	session.command(COMMAND.go, step.number, 0);
	session.command(COMMAND.show, 0, 0, [VIEW.TASK, step.activities[0] ?? 0, 0, 0]);
}

export const show = (session: Session, view: number, activity = 0, room = 0, page = 0): boolean => session.command(COMMAND.show, 0, 0, [view, activity, room, page]);

export function openAll(session: Session, step: Step, about: number[]): void {
	if (session.step()?.number !== step.number)
		session.command(COMMAND.go, step.number, 0);
	for (const activity of about)
		session.command(COMMAND.open, activity, 0, [step.minutes * MINUTE]);
	show(session, VIEW.TASK, about[0] ?? 0);
}

export function closeAll(session: Session, about: number[], now: boolean, room = 0): void {
	for (const activity of about)
		session.command(COMMAND.close, activity, scopeOf(room), [now ? 1 : 0]);
}

export function revealAll(session: Session, about: number[]): void {
	for (const activity of about)
		session.command(COMMAND.reveal, activity, 0);
	show(session, VIEW.RESULT, about[0] ?? 0);
}

export function hideAll(session: Session, about: number[]): void {
	for (const activity of about)
		session.command(COMMAND.hide, activity, 0);
	show(session, VIEW.TASK, about[0] ?? 0);
}

/** Questions that go on elsewhere go on in this room too, for as long as they do; what the room sees of them is hidden before. */
export function reopen(session: Session, about: number[], room: number): void {
	const left = session.remaining() ?? 0;
	for (const activity of about) {
		if (session.phase(activity, room).phase === PHASE.REVEALED)
			session.command(COMMAND.hide, activity, scopeOf(room));
		session.command(COMMAND.open, activity, scopeOf(room), [left > 0 ? Math.max(MINUTE, Math.round(left)) : 5 * MINUTE]);
	}
}

/** A duration from now, never an addition: what is left and so much more, as this page sees it. */
export function addTime(session: Session, by: number, room = 0): void {
	const left = session.remaining(room) ?? 0;
	session.command(COMMAND.time, 0, scopeOf(room), [Math.max(LEAST_MS, Math.round(left + by))]);
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
		show(session, VIEW.ORDER, activity.number);
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

/** The raised hands, the longest first. */
export function queue(session: Session): { room: number; at_ms: number; place: number }[] {
	return session.rooms.flatMap(({ room }) => {
		const hand = session.hand(room);
		return hand ? [{ room, ...hand }] : [];
	}).sort((x, y) => x.place - y.place || x.at_ms - y.at_ms);
}

/** Whether rooms are expected to write: a workshop from the catalog, or somebody has taken a pen. */
export const writes = (session: Session): boolean => session.origin !== "" || session.rooms.some((r) => session.pen(r.room).tenure > 0);
