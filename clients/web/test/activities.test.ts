// SPDX-License-Identifier: EUPL-1.2
// What the kinds of questions reckon before they draw: dots on a line, letters left, an order, items under their groups.
import "./all_words.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { grouped } from "../src/activities/dots.js";
import { orderOf } from "../src/activities/ranking.js";
import { placeWords } from "../src/activities/rating.js";
import { columnsFor, placeAt } from "../src/activities/tally.js";
import { lettersLeft } from "../src/activities/text.js";
import type { Activity } from "../src/state/session.js";
import { language } from "../src/words/words.js";

const places = (...list: [place: number, count: number][]) => new Map(list);
const activity = (part: Partial<Activity>): Activity =>
	({ number: 1, step: 1, kind: "rating", holder: 1, secret: false, config: [0], title: "", lead: "", items: [], ref: "", groups: new Map(), ...part });
const item = (n: number, group = 0) => ({ item: n, group, hidden: false, words: `rad ${n}` });

const lines: [name: string, places: Map<number, number>, balls: boolean, tallest: number, columns: number][] = [
	["nobody", places(), true, 0, 0],
	["one at each end", places([0, 1], [1000, 1]), true, 1, 2],
	["a room on one place", places([500, 12]), true, 12, 1],
	["neighbours share a column", places([500, 3], [504, 2]), true, 5, 1],
	["so many on one place that no ball is small enough", places([500, 400]), false, 400, 1],
	["many, but spread", new Map(Array.from({ length: 101 }, (_, i) => [i * 10, 9])), true, 18, 55],
];
for (const [name, given, balls, tallest, count] of lines)
	test(`dots on a line: ${name}`, () => {
		const { diameter, columns, tallest: most } = columnsFor(given, 330, 160, [14, 12, 10, 8, 7, 6]);
		assert.deepEqual([diameter > 0, most, columns.length], [balls, tallest, count]);
		assert.equal(columns.reduce((n, c) => n + c.count, 0), [...given.values()].reduce((n, v) => n + v, 0), "every answer is drawn");
		assert.ok(columns.every((c) => c.x > 0 && c.x < 330));
		assert.ok(diameter === 0 || most * diameter <= 160);
	});

test("the ends of the line are the middles of its first and last column", () => {
	const columns = columnsFor(places([0, 1], [1000, 1]), 330, 160, [14]);
	assert.deepEqual([placeAt(0, 330, columns), placeAt(1000, 330, columns)].map((x) => Math.round(x * 100)), columns.columns.map((c) => Math.round(c.x * 100)));
	assert.equal(placeAt(500, 330, columns), 165);
});

test("letters left are told in letters, the limit is in bytes", () => {
	assert.equal(lettersLeft("", 110), 100, "before anything is written: some letters take two bytes");
	assert.equal(lettersLeft("å".repeat(40), 100), 10);
	assert.equal(lettersLeft("a".repeat(40), 100), 60);
	assert.ok(lettersLeft("🌱".repeat(30), 100) < 0);
});

test("a place in words, nearest to one of the ends", () => {
	language.value = "sv";
	const rating = activity({ items: [{ ...item(1), words: "Nej" }, { ...item(2), words: "Ja" }] });
	for (const [place, want] of [[null, "Inte placerad"], [0, "0 av 100, närmast ”Nej”"], [504, "50 av 100, mitt emellan"], [1000, "100 av 100, närmast ”Ja”"]] as const)
		assert.equal(placeWords(rating, place), want);
});

test("an order is its items by place", () => {
	assert.deepEqual(orderOf(new Map([[1, 3], [4, 1], [7, 2]])), [4, 7, 1]);
});

test("items stand under their groups, those of none last; without groups there are no headings", () => {
	const items = [item(1, 2), item(2, 1), item(3, 2), item(4, 9)];
	const with_groups = grouped(activity({ kind: "dots", items, groups: new Map([[2, "B"], [1, "A"], [3, "tom"]]) }), items);
	assert.deepEqual(with_groups.map((g) => [g.name, g.items.map((i) => i.item)]), [["A", [2]], ["B", [1, 3]], ["Övriga", [4]]]);
	assert.deepEqual(grouped(activity({ items }), items).map((g) => g.name), [""]);
});
