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

/** "Princip 3: Sök nya samarbeten" goes by what stands before the colon where a line has to do. */
export function short(title: string): string {
	const at = title.indexOf(": ");
	return at > 0 && at <= 32 ? title.slice(0, at) : title;
}

export interface Planned { from_ms: number; to_ms: number }

/** When the running step ends: by its deadline while one runs; when its work is done, now; else after its minutes, less those that it has had. */
export function stepEnd(o: { now_ms: number; left_ms: number | null; begun_ms: number | null; minutes: number; done: boolean; spent_ms?: number }): number {
	if (o.left_ms !== null && o.left_ms > 0)
		return o.now_ms + o.left_ms;
	if (o.done)
		return o.now_ms;
	return Math.max(o.now_ms, (o.begun_ms ?? o.now_ms) + o.minutes * MINUTE - (o.spent_ms ?? 0));
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

/** How a past step went. late: minutes more than it should have had; null: it was left out. */
export interface Past { from_ms: number; to_ms: number; late: number }
export interface Stood { began_ms: number; at_ms: number; spent_ms: number }
export function past(minutes: number, stood: Stood | null): Past | null {
	return stood && { from_ms: stood.began_ms, to_ms: stood.at_ms, late: Math.round(stood.spent_ms / MINUTE) - minutes };
}

/** Whole minutes that the end is behind the plan (or before it, negative). The plan: from when the first step began, each step that was not passed over, one after the other. */
export function behind(minutes: number[], stood: (Stood | null)[], at: number, end_ms: number): number | null {
	const begun = stood.flatMap((s) => (s ? [s.began_ms] : []));
	if (begun.length === 0)
		return null;
	const sum = minutes.reduce((n, m, i) => (i >= at || stood[i] ? n + m : n), 0);
	return Math.round((end_ms - Math.min(...begun) - sum * MINUTE) / MINUTE);
}

/** Minutes of a step that its inner parts leave free, least and most; null: none. */
export function slack(minutes: number, parts: { least: number; most: number }[]): [number, number] | null {
	if (parts.length === 0)
		return null;
	const sum = (of: "least" | "most") => parts.reduce((n, part) => n + part[of], 0);
	const least = Math.max(0, minutes - sum("most")), most = minutes - sum("least");
	return most > 0 ? [least, most] : null;
}

/** The same while the step runs: what is left of its time when its parts have had what they need. elapsed, left: minutes of the step. */
export function slackLeft(parts: { least: number; most: number }[], elapsed: number, left: number): [number, number] | null {
	if (parts.length === 0)
		return null;
	const needs = (of: "least" | "most") => Math.max(0, parts.reduce((n, part) => n + part[of], 0) - elapsed);
	const least = Math.max(0, Math.floor(left - needs("most"))), most = Math.floor(left - needs("least"));
	return most > 0 ? [Math.min(least, most), most] : null;
}

/** Which of the parts it is by the clock, when each takes the most that it may; the last goes on to the end. */
export function partAt(parts: { least: number; most: number }[], elapsed: number): number {
	let sum = 0;
	for (const [i, part] of parts.entries()) {
		sum += part.most;
		if (elapsed < sum || i === parts.length - 1)
			return i;
	}
	return -1;
}
