// SPDX-License-Identifier: EUPL-1.2
// What follows from the program without drawing: where a step stands, clock times, minutes to spend. Pure.
import { PHASE } from "../../tables.js";

const MINUTE = 60_000;

/** What the one button is about. waits: secret ballots are being mixed, nothing can be pressed. */
export type StageName = "ready" | "running" | "closing" | "waits" | "closed" | "outcome" | "onward";
export interface Question { number: number; secret: boolean; phase: number; outcome_due: boolean }
export interface Stage { is: StageName; about: number[] }

/** Where a step stands, and with which of its questions: all that can take the same act take it together, so that six ratings are one press. */
export function stageOf(questions: Question[]): Stage {
	const of = (...phases: number[]) => questions.filter((q) => phases.includes(q.phase)).map((q) => q.number);
	const open = of(PHASE.OPEN), closing = of(PHASE.CLOSING), closed = of(PHASE.CLOSED, PHASE.SEALED), ready = of(PHASE.READY);
	if (open.length)
		return { is: "running", about: open };
	if (closing.length)
		return { is: "closing", about: closing };
	if (closed.length)
		return { is: questions.some((q) => q.secret && q.phase === PHASE.CLOSED) ? "waits" : "closed", about: closed };
	if (ready.length)
		return { is: "ready", about: ready };
	const due = questions.filter((q) => q.outcome_due).map((q) => q.number);
	return due.length ? { is: "outcome", about: due } : { is: "onward", about: questions.map((q) => q.number) };
}

export interface Planned { from_ms: number; to_ms: number }

/** When the running step ends: by its deadline while one runs; when its work is done, now; else after its minutes, from when it was seen to begin. */
export function stepEnd(o: { now_ms: number; left_ms: number | null; begun_ms: number | null; minutes: number; done: boolean }): number {
	if (o.left_ms !== null && o.left_ms > 0)
		return o.now_ms + o.left_ms;
	if (o.done)
		return o.now_ms;
	return Math.max(o.now_ms, (o.begun_ms ?? o.now_ms) + o.minutes * MINUTE);
}

/** Clock times of the steps behind the running one, each after the one before. Before the first step all of them, from now. */
export function planned(minutes: number[], at: number, end_ms: number): (Planned | null)[] {
	let clock = end_ms;
	return minutes.map((m, i) => {
		if (i <= at)
			return null;
		const from_ms = clock;
		clock += m * MINUTE;
		return { from_ms, to_ms: clock };
	});
}

/** Minutes of a step that its inner parts leave free, least and most; null: none. */
export function slack(minutes: number, parts: { least: number; most: number }[]): [number, number] | null {
	if (parts.length === 0)
		return null;
	const sum = (of: "least" | "most") => parts.reduce((n, part) => n + part[of], 0);
	const least = Math.max(0, minutes - sum("most")), most = minutes - sum("least");
	return most > 0 ? [least, most] : null;
}
