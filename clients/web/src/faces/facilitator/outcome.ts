// SPDX-License-Identifier: EUPL-1.2
// The order that a result gives (protocol 4.18): read it, find equals that matter, say it in words. Pure.
import type { Activity, Result } from "../../state/session.js";

export const BY_ITEMS = 0, BY_GROUPS = 1;
export interface Line { id: number; words: string; total: number; voters: number }

/** Groups when the items have them and the question has names for them, else the items. */
export function outcomeBy(activity: Activity): number {
	return activity.items.some((i) => i.group > 0) ? BY_GROUPS : BY_ITEMS;
}

export function lineWords(activity: Activity, by: number, id: number): string {
	return by === BY_GROUPS ? activity.groups.get(id) || String(id) : activity.items.find((i) => i.item === id)?.words ?? String(id);
}

/** Every shown item, or every group of one, with the result's own numbers, best first: total, then different voters, then as they stand. Held back: zeros. */
export function lines(activity: Activity, result: Result | null, by = outcomeBy(activity)): Line[] {
	const shown = activity.items.filter((i) => !i.hidden);
	const ids = by === BY_GROUPS ? [...new Set(shown.map((i) => i.group).filter((g) => g > 0))].sort((x, y) => x - y) : shown.map((i) => i.item);
	const sums = by === BY_GROUPS ? result?.groups : result?.sums;
	const list = ids.map((id) => {
		const got = result && !result.held_back ? sums?.get(id) : undefined;
		return { id, words: lineWords(activity, by, id), total: got?.sum ?? 0, voters: got?.voters ?? 0 };
	});
	return ranked(list);
}

const before = (x: Line, y: Line): number => y.total - x.total || y.voters - x.voters;
const ranked = (list: Line[]): Line[] => list.map((line, i) => ({ line, i })).sort((x, y) => before(x.line, y.line) || x.i - y.i).map(({ line }) => line);
export const equals = (x: Line, y: Line): boolean => before(x, y) === 0;

/**
 * Equals whose order somebody has to choose. follows: what later steps belong to; empty: only the first place matters.
 * Rows that got nothing keep the program's order, unless nobody got anything.
 */
export function ties(list: Line[], follows: Set<number>): Line[][] {
	const out: Line[][] = [];
	for (let from = 0; from < list.length;) {
		let to = from + 1;
		while (to < list.length && equals(list[from], list[to]))
			to++;
		const same = list.slice(from, to);
		const matters = follows.size ? same.filter((line) => follows.has(line.id)).length > 1 : from === 0;
		if (same.length > 1 && matters && (same[0].total > 0 || from === 0))
			out.push(same);
		from = to;
	}
	return out;
}

/** Whether an order is one that the result gives: no earlier one has less than a later one. */
export const isOrder = (list: Line[]): boolean => list.every((line, i) => i === 0 || before(list[i - 1], line) <= 0);

/** One line up or down. Without override equals only change places with equals; null: not this way. */
export function moved(list: Line[], at: number, by: 1 | -1, override: boolean): Line[] | null {
	const other = at + by;
	if (other < 0 || other >= list.length || (!override && !equals(list[at], list[other])))
		return null;
	const next = [...list];
	[next[at], next[other]] = [next[other], next[at]];
	return next;
}

export const outcomeForm = (round: number, by: number, list: Line[]): unknown[] =>
	[round, by, isOrder(list) ? 0 : 1, list.flatMap((line) => [line.id, line.total, line.voters])];

/** What an outcome says, as the name of a sentence and its variables. */
export interface Said { id: string; args: Record<string, string | number> }
export function outcomeSaid(rows: Line[], override: boolean, unit: "dots" | "votes"): Said[] {
	if (rows.length === 0)
		return [];
	const [first] = rows;
	if (override) {
		const most = ranked(rows)[0];
		const said: Said = most === first ? { id: "fac-order-changed", args: {} } : { id: "fac-order-chosen", args: { first: first.words } };
		return [said, ...(most.total > 0 ? [{ id: "fac-order-most", args: { first: most.words, n: most.total, unit } }] : [])];
	}
	if (first.total === 0)
		return [{ id: "fac-order-no-numbers", args: { first: first.words } }];
	const said: Said[] = [{ id: "fac-order-most", args: { first: first.words, n: first.total, unit } }];
	const level = rows.slice(1).filter((row) => row.total === first.total), same = level.filter((row) => row.voters === first.voters);
	const others = same.length ? same : level;
	if (others.length)
		said.push({ id: same.length ? "fac-order-equal" : "fac-order-more-people", args: { n: others.length, other: others[0].words } });
	return said;
}
