// SPDX-License-Identifier: EUPL-1.2
// What a tally says, by kind of question (protocol 5.11). Pure.
import { list, numbers, words } from "../live/wire.js";

export interface Sum { sum: number; voters: number }
export interface Result {
	round: number;
	ballots: number;
	heads: number;
	held_back: boolean;
	/** By item; of `rating` and `text` there are none. */
	sums: Map<number, Sum>;
	/** By group; a person counts once in each. */
	groups: Map<number, Sum>;
	total: number;
	/** How many of the ballots were on paper. */
	papers: number;
}
/** What all answers to a rating say together: places from 0 to 1000. */
export interface Band { answers: number; mean: number; median: number; q1: number; q3: number; wide: boolean; held_back: boolean }
export interface Rating extends Band { places: Map<number, number> }
export interface Answer { words: string; count: number }
export interface Outcome { round: number; by: number; override: boolean; at_ms: number; rows: { id: number; total: number; voters: number }[]; reason: string }

/** An item of `result`: [ballots, heads, held back, tally bin, groups bin, papers]. */
export type ResultRow = [ballots: number, heads: number, held_back: unknown, tally: unknown, groups?: unknown, papers?: number];

function sums(bytes: unknown): Map<number, Sum> {
	const from = numbers(bytes);
	const out = new Map<number, Sum>();
	for (let i = 0; i + 2 < from.length; i += 3)
		out.set(from[i], { sum: from[i + 1], voters: from[i + 2] });
	return out;
}

export function resultOf(kind: string, round: number, row: ResultRow): Result {
	const summed = kind === "rating" || kind === "text" ? new Map<number, Sum>() : sums(row[3]);
	return {
		round, ballots: row[0], heads: row[1], held_back: !!row[2], sums: summed, groups: sums(row[4]), total: [...summed.values()].reduce((n, s) => n + s.sum, 0), papers: row[5] ?? 0,
	};
}

export function bandOf(held_back: unknown, bytes: unknown): Band {
	const [answers = 0, mean = 0, median = 0, q1 = 0, q3 = 0, wide = 0] = numbers(bytes);
	return { answers, mean, median, q1, q3, wide: !!wide, held_back: !!held_back };
}

export function ratingOf(row: ResultRow): Rating {
	const from = numbers(row[3]);
	const places = new Map<number, number>();
	for (let i = 6; i + 1 < from.length; i += 2)
		places.set(from[i], from[i + 1]);
	return { ...bandOf(row[2], row[3]), places };
}

/** Answers in words, those given most often first; and how many more there are than fit. */
export function answersOf(row: ResultRow): { answers: Answer[]; left_out: number } {
	const from = list(row[3]);
	const answers: Answer[] = [];
	for (let i = 0; i + 1 < from.length; i += 2)
		answers.push({ words: from[i] as string, count: from[i + 1] as number });
	/* Equal ones stay as the tally has them. */
	answers.sort((x, y) => y.count - x.count);
	return { answers, left_out: from.length % 2 ? (from[from.length - 1] as number) : 0 };
}

export function outcomeOf(value: unknown, language: string): Outcome | null {
	if (!Array.isArray(value))
		return null;
	const [round, by, override, at_ms, from, reason] = value as [number, number, unknown, number, number[], unknown];
	const rows = [];
	for (let i = 0; i + 2 < from.length; i += 3)
		rows.push({ id: from[i], total: from[i + 1], voters: from[i + 2] });
	return { round, by, override: !!override, at_ms, rows, reason: words(reason, language) };
}

export const groups_of = (result: Result | null): { group: number; sum: number; voters: number }[] =>
	[...(result?.groups ?? [])].map(([group, sum]) => ({ group, ...sum }));
