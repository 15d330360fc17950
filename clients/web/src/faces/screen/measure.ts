// SPDX-License-Identifier: EUPL-1.2
// Geometry of the shared screen's charts, in u: which ball, which column, which size of word. Pure; draws nothing.

/** ux.md 2.5: the largest of these whose tallest column fits. */
export const DIAMETERS = [5, 4.4, 3.7, 3.1, 2.6, 2, 1.7, 1.3];
export const TALLEST_U = 42, BARS = 20, PLACES = 1000;

/** How many stand in each of so many columns. Places run from 0 to 1000; the ends belong to the first and the last column. */
export function columns(places: Map<number, number>, count: number): number[] {
	const out = new Array<number>(count).fill(0);
	for (const [place, n] of places)
		out[Math.min(count - 1, Math.floor((Math.max(0, place) * count) / PLACES))] += n;
	return out;
}

export interface DotChart {
	/** From column to column. */
	pitch: number;
	/** Of a ball; 0: solid bars, `unit` high for each answer. */
	diameter: number;
	unit: number;
	counts: number[];
}
/** Balls on a line of this width in this height, or 20 bars when even the smallest would not fit; above the highest bar stands its figure. */
export function dotChart(places: Map<number, number>, width: number, height: number, figure: number): DotChart {
	const limit = Math.min(height, TALLEST_U);
	for (const diameter of DIAMETERS) {
		const count = Math.floor(width / diameter + 1e-9);
		const counts = columns(places, count);
		if (Math.max(...counts) * diameter <= limit + 1e-9)
			return { pitch: width / count, diameter, unit: diameter, counts };
	}
	const counts = columns(places, BARS);
	return { pitch: width / BARS, diameter: 0, unit: Math.max(1, Math.min(height - figure, TALLEST_U)) / Math.max(1, ...counts), counts };
}

export interface Spot { x: number; y: number }
/** The balls of one room on its line: each at its own place; those who would hide each other stand above and below, closer the more they are. */
export function spots(places: Map<number, number>, width: number, height: number, diameter: number): Spot[] {
	const out: Spot[] = [];
	const single = [...places].sort((x, y) => x[0] - y[0]).flatMap(([place, n]) => new Array<number>(n).fill((place / PLACES) * width));
	for (let i = 0; i < single.length;) {
		let to = i + 1;
		while (to < single.length && single[to] - single[to - 1] < diameter * 0.3 && single[to] - single[i] < diameter)
			to++;
		const n = to - i, step = n > 1 ? Math.min(diameter * 0.7, (height - diameter) / (n - 1)) : 0;
		for (let k = 0; k < n; k++)
			out.push({ x: single[i + k], y: height / 2 + (k - (n - 1) / 2) * step });
		i = to;
	}
	return out;
}

/** The so many rooms that stand furthest out to either side of all, lowest first; nobody on both sides. */
export function furthest<T extends { median: number }>(rooms: T[], middle: number, n: number): { low: T[]; high: T[] } {
	const sorted = [...rooms].sort((x, y) => x.median - y.median);
	return { low: sorted.filter((r) => r.median < middle).slice(0, n), high: sorted.filter((r) => r.median > middle).slice(-n) };
}

export const WORD_LEAST_U = 4, WORD_MOST_U = [16, 13, 11], WORD_MOST_LARGE_U = [13, 11, 8, 6];
/** Size of a word by its count, from 4 u to `most`. When all have as many, all are of the middle size. */
export function wordSize(count: number, least: number, largest: number, most: number): number {
	return largest === least ? (WORD_LEAST_U + most) / 2 : WORD_LEAST_U + ((most - WORD_LEAST_U) * (count - least)) / (largest - least);
}

const LETTER_WIDE = 0.7; /* of a bold letter's size, in a wide font */
/** The size up to which the longest word stands whole on a line so wide: none is broken to be large. */
export const wholeSize = (words: string, width: number): number =>
	Math.max(WORD_LEAST_U, width / (LETTER_WIDE * Math.max(...words.split(/[\s\u00ad-]+/).map((word) => [...word].length))));

/** Words are short; sentences are listed. */
export const WORD_LETTERS = 30;
export const areWords = (answers: { words: string }[]): boolean => answers.length > 0 && answers.every((a) => [...a.words].length <= WORD_LETTERS && !a.words.includes("\n"));

/** By count, then by alphabet. */
export function byCount<T extends { words: string; count: number }>(answers: T[], language: string): T[] {
	return [...answers].sort((x, y) => y.count - x.count || x.words.localeCompare(y.words, language));
}

/** Why a row of an order stands before the next: by its total, by more people, or by the facilitator's word. */
export type Reason = "total" | "voters" | "facilitator";
export function reasons(rows: { total: number; voters: number }[]): Reason[] {
	return rows.map((row, i) => {
		const next = rows[i + 1];
		return !next || row.total !== next.total ? "total" : row.voters > next.voters ? "voters" : "facilitator";
	});
}

/** Evenly filled pages of so many equal rows at most. */
export function even(count: number, most: number): [number, number][] {
	const pages = Math.max(1, Math.ceil(count / Math.max(1, most)));
	return Array.from({ length: pages }, (_, i) => [Math.floor((i * count) / pages), Math.floor(((i + 1) * count) / pages)]);
}

/** The parts of a row that is higher than its page: in each as many whole lines as there is room for, at least one. ends: where each line ends, from the row's top. */
export function cutsOf(ends: number[], room: number): { top: number; height: number }[] {
	const out: { top: number; height: number }[] = [];
	let top = 0, last = 0;
	for (const end of ends) {
		if (end - top > room && last > top) {
			out.push({ top, height: last - top });
			top = last;
		}
		last = end;
	}
	out.push({ top, height: last - top });
	return out;
}
