// SPDX-License-Identifier: EUPL-1.2
// Geometry and order of results, without drawing. Pure.
import type { Activity, Result } from "../state/session.js";

export interface Row {
	item: number;
	words: string;
	sum: number;
	voters: number;
	/** Of everything given; 0 when nothing was. */
	share: number;
}

/** Items in the order of the result: total, then different voters, then as they stand. Hidden ones are left out unless something was given to them. */
export function rows(activity: Activity, result: Result | null): Row[] {
	return activity.items
		.map(({ item, words, hidden }) => {
			const got = result?.sums.get(item) ?? { sum: 0, voters: 0 };
			return { item, words, hidden, sum: got.sum, voters: got.voters, share: result && result.total > 0 ? got.sum / result.total : 0 };
		})
		.filter((row) => !row.hidden || row.sum > 0)
		.sort((x, y) => y.sum - x.sum || y.voters - x.voters || x.item - y.item);
}

export interface Balls {
	/** One ball per vote, or solid bars when they would be too small. Decided once for the whole chart. */
	balls: boolean;
	/** From ball to ball; of bars, per vote. */
	pitch: number;
	diameter: number;
}
/** ux.md 2.5: one vote, one ball, if there is room for a pitch of `least`; the ball is that minus the gap, at most `most`. */
export function ballsFor(width: number, largest: number, least: number, most: number, gap: number): Balls {
	const pitch = Math.min(width / Math.max(1, largest), most + gap);
	return pitch >= least ? { balls: true, pitch, diameter: pitch - gap } : { balls: false, pitch: width / Math.max(1, largest), diameter: 0 };
}

export interface Columns {
	/** Of a ball; 0: there are too many, and `columns` are twenty bars. */
	diameter: number;
	/** From left to right: the middle of each, and how many stand in it. Empty ones are left out. */
	columns: { x: number; count: number }[];
	tallest: number;
}
const BARS = 20;
const columnOf = (place: number, count: number) => Math.round((place / 1000) * (count - 1));
/** Dots on a line (ux.md 2.5): balls stacked in columns as wide as a ball; the largest ball whose tallest column fits, else bars. places: 0 to 1000 -> how many. */
export function columnsFor(places: Map<number, number>, width: number, height: number, sizes: number[]): Columns {
	const stack = (count: number): Columns => {
		const pitch = width / count;
		const found = new Map<number, number>();
		for (const [place, n] of places)
			found.set(columnOf(place, count), (found.get(columnOf(place, count)) ?? 0) + n);
		const columns = [...found].sort((x, y) => x[0] - y[0]).map(([at, n]) => ({ x: (at + 0.5) * pitch, count: n }));
		return { diameter: pitch, columns, tallest: Math.max(0, ...columns.map((c) => c.count)) };
	};
	for (const size of sizes) {
		const columns = stack(Math.floor(width / size));
		if (columns.tallest * columns.diameter <= height)
			return columns;
	}
	return { ...stack(BARS), diameter: 0 };
}
/** Where a place stands on such a line, between the middles of its first and last column. */
export function placeAt(place: number, width: number, columns: Columns): number {
	const pitch = columns.diameter || width / BARS;
	return pitch / 2 + (place / 1000) * (width - pitch);
}

/** Pages evenly filled, no row split, never a single row on the last when there are more (ux.md 3.4). heights: of each row; room: of a page. */
export function pages(heights: number[], room: number): [number, number][] {
	const greedy = (limit: number): [number, number][] => {
		const out: [number, number][] = [];
		let from = 0, used = 0;
		heights.forEach((height, i) => {
			if (i > from && used + height > limit) {
				out.push([from, i]);
				from = i;
				used = 0;
			}
			used += height;
		});
		out.push([from, heights.length]);
		return out;
	};
	const most = greedy(room);
	if (most.length < 2)
		return most;
	/* Even: the smallest height of page that still gives as few pages. */
	let low = Math.max(...heights), high = room;
	for (let i = 0; i < 20; i++) {
		const middle = (low + high) / 2;
		if (greedy(middle).length <= most.length)
			high = middle;
		else
			low = middle;
	}
	return greedy(Math.min(high + 0.01, room));
}
