// SPDX-License-Identifier: EUPL-1.2
// Tables for the shared screen's geometry: which ball, which column, which page, and why a row stands where it stands.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DIAMETERS, TALLEST_U, areWords, byCount, columns, cutsOf, dotChart, even, furthest, reasons, spots, wholeSize, wordSize } from "../src/faces/screen/measure.js";

const at = (...places: [place: number, count: number][]) => new Map(places);
const total = (counts: number[]) => counts.reduce((n, c) => n + c, 0);

test("every place of the line has a column, the ends the first and the last, and nobody is lost", () => {
	for (const count of [20, 31, 37, 121]) {
		for (let place = 0; place <= 1000; place++) {
			const counts = columns(at([place, 3]), count);
			assert.equal(total(counts), 3);
			assert.ok(Math.abs(counts.indexOf(3) - (place / 1000) * count) <= 1, `${place} of ${count}`);
		}
		assert.equal(columns(at([0, 1]), count)[0], 1);
		assert.equal(columns(at([1000, 1]), count)[count - 1], 1);
	}
});

/* So many at one place, in this height: the ball that the table of ux.md 2.5 asks for; 0 stands for bars. */
const sizes: [name: string, most: number, height: number, diameter: number][] = [
	["nobody", 0, 60, 5], ["one", 1, 60, 5], ["eight balls of 5 are 40", 8, 60, 5], ["nine would be 45", 9, 60, 4.4], ["ten", 10, 60, 3.7], ["eleven of 3.7 are 40.7", 11, 60, 3.7],
	["thirteen of 3.1", 13, 60, 3.1], ["sixteen of 2.6", 16, 60, 2.6], ["twenty-one of 2", 21, 60, 2], ["twenty-four of 1.7", 24, 60, 1.7], ["thirty-two of 1.3", 32, 60, 1.3],
	["thirty-three do not fit", 33, 60, 0], ["5000", 5000, 60, 0], ["a low picture", 8, 20, 2], ["no picture at all", 8, 5, 0],
];
for (const [name, most, height, diameter] of sizes)
	test(`balls on a line: ${name}`, () => {
		const chart = dotChart(most > 0 ? at([512, most], [40, Math.min(most, 2)]) : new Map(), 158, height, 5);
		assert.equal(chart.diameter, diameter);
		assert.equal(total(chart.counts), most > 0 ? most + Math.min(most, 2) : 0);
		if (diameter > 0) {
			assert.ok(chart.pitch >= diameter && chart.pitch < diameter * 1.2);
			const larger = DIAMETERS[DIAMETERS.indexOf(diameter) - 1];
			assert.ok(most * diameter <= Math.min(height, TALLEST_U));
			assert.ok(!larger || most * larger > Math.min(height, TALLEST_U), "the next larger one would not have fitted");
		} else {
			assert.equal(chart.counts.length, 20);
			assert.ok(Math.max(...chart.counts) * chart.unit <= height, "bars stay within the picture, with their figure above");
		}
	});

test("a room's balls: each at its own place, those at one place above and below one another, all within the line's height", () => {
	const list = spots(at([100, 1], [400, 3], [402, 1], [900, 6]), 122, 4.4, 2.2);
	assert.equal(list.length, 11);
	assert.ok(Math.abs(list[0].x - 12.2) < 1e-9 && list[0].y === 2.2);
	assert.ok(list.every((spot) => spot.y >= 1.1 - 1e-9 && spot.y <= 3.3 + 1e-9));
	assert.equal(new Set(list.map((spot) => `${spot.x.toFixed(2)} ${spot.y.toFixed(2)}`)).size, 11, "no ball hides another wholly");
	assert.deepEqual(list.filter((spot) => Math.abs(spot.x - 109.8) < 1e-6).length, 6, "none has moved along the line");
	assert.deepEqual(spots(new Map(), 122, 4.4, 2.2), []);
});

const out: [name: string, medians: number[], middle: number, low: number[], high: number[]][] = [
	["three on each side", [100, 200, 300, 400, 500, 600, 700, 800], 450, [100, 200, 300], [600, 700, 800]],
	["who stands where all stand is not out", [450, 450, 460], 450, [], [460]],
	["nobody on both sides", [450, 450], 450, [], []],
	["few rooms", [10, 900], 450, [10], [900]],
];
for (const [name, medians, middle, low, high] of out)
	test(`furthest out: ${name}`, () => {
		const found = furthest(medians.map((median) => ({ median })), middle, 3);
		assert.deepEqual([found.low.map((r) => r.median), found.high.map((r) => r.median)], [low, high]);
	});

const row = (total: number, voters: number) => ({ total, voters });
const orders: [name: string, rows: { total: number; voters: number }[], why: string[]][] = [
	["by total", [row(9, 4), row(7, 6), row(3, 3)], ["total", "total", "total"]],
	["equal, from more people", [row(9, 6), row(9, 4), row(3, 3)], ["voters", "total", "total"]],
	["equal in both: somebody has decided", [row(9, 4), row(9, 4), row(3, 3)], ["facilitator", "total", "total"]],
	["three equal", [row(9, 5), row(9, 4), row(9, 4)], ["voters", "facilitator", "total"]],
	["an override that turns equal ones round", [row(9, 4), row(9, 5)], ["facilitator", "total"]],
	["nothing", [], []],
];
for (const [name, rows, why] of orders)
	test(`why it stands there: ${name}`, () => assert.deepEqual(reasons(rows), why));

test("words by count, then as the language has them", () => {
	const said = (words: string, count: number) => ({ words, count });
	assert.deepEqual(byCount([said("öl", 2), said("ask", 1), said("ål", 2), said("zon", 2), said("tid", 9)], "sv").map((a) => a.words), ["tid", "zon", "ål", "öl", "ask"]);
	assert.ok(areWords([said("tid", 2), said("verksamhetsutvecklingshinder", 1)]));
	assert.ok(!areWords([said("tid", 2), said("Att vi tycker så olika om tiden som vi har.", 1)]));
	assert.ok(!areWords([]));
});

test("size of a word: 4 u for the least, the most for the largest, never smaller", () => {
	assert.equal(wordSize(1, 1, 21, 16), 4);
	assert.equal(wordSize(21, 1, 21, 16), 16);
	assert.equal(wordSize(11, 1, 21, 16), 10);
	assert.equal(wordSize(3, 3, 3, 16), 10);
});

const filled: [count: number, most: number, pages: number[]][] = [[0, 13, [0]], [1, 13, [1]], [13, 13, [13]], [14, 13, [7, 7]], [27, 13, [9, 9, 9]], [60, 13, [12, 12, 12, 12, 12]], [5, 2, [1, 2, 2]], [3, 0, [1, 1, 1]]];
for (const [count, most, want] of filled)
	test(`pages of at most ${most} for ${count}: evenly filled, none left out`, () => {
		const ranges = even(count, most);
		assert.deepEqual(ranges.map(([from, to]) => to - from), want);
		assert.equal(ranges[0][0], 0);
		assert.equal(ranges[ranges.length - 1][1], count);
		assert.ok(ranges.every(([from], i) => i === 0 || from === ranges[i - 1][1]));
	});

test("no word is broken to be large: the longest of an answer stands whole on a line, and small letters stay readable", () => {
	for (const [words, width] of [["verksamhetsutvecklingshinder", 164], ["verksamhetsutvecklingshinder 8", 164], ["upphandlingsregelverkstillämpning", 109]] as const) {
		const longest = Math.max(...words.split(" ").map((word) => word.length));
		assert.ok(wholeSize(words, width) * 0.7 * longest <= width + 1e-9 || wholeSize(words, width) === 4, words);
	}
	assert.ok(wholeSize("tid", 164) > 16, "a short word is not held back");
	assert.equal(wholeSize("x".repeat(200), 164), 4);
});

/* Lines of ten: which parts a row becomes on pages so high. */
const parts: [name: string, lines: number, room: number, heights: number[]][] = [
	["it fits", 3, 30, [30]], ["one line too many", 4, 30, [30, 10]], ["no line is cut", 5, 29, [20, 20, 10]], ["a page lower than a line still shows one", 2, 5, [10, 10]], ["many", 10, 40, [40, 40, 20]],
];
for (const [name, lines, room, heights] of parts)
	test(`a row higher than its page goes on over the next: ${name}`, () => {
		const found = cutsOf(Array.from({ length: lines }, (_, i) => (i + 1) * 10), room);
		assert.deepEqual(found.map((part) => part.height), heights);
		assert.deepEqual(found.map((part) => part.top), heights.map((_, i) => heights.slice(0, i).reduce((sum, h) => sum + h, 0)));
	});
