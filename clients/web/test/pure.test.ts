// SPDX-License-Identifier: EUPL-1.2
// Tables for what is pure: bytes, sections, the outbox, the geometry of results.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { ballsFor, pages } from "../src/activities/tally.js";
import { base64url, fromBase64url, hex } from "../src/live/bytes.js";
import { Outbox, type Wish } from "../src/live/outbox.js";
import { Sections } from "../src/live/sections.js";
import type { Frame } from "../src/live/wire.js";
import { FAULT } from "../src/tables.js";

test("base64url there and back, and nothing else is taken", () => {
	for (let length = 0; length < 20; length++) {
		const bytes = new Uint8Array(randomBytes(length));
		assert.equal(base64url(bytes), Buffer.from(bytes).toString("base64url"));
		assert.equal(hex(fromBase64url(base64url(bytes))!), hex(bytes));
	}
	for (const bad of ["a b", "a+b", "å", "<script>"])
		assert.equal(fromBase64url(bad), null, bad);
});

const frame = (part: Partial<Frame>): Frame => ({ is: "frame", term: 1, done: 1, stable: 1, log_ms: 0, listing: null, gone: [], sections: [], ...part });
const section = (kind: number, a: number, whole: boolean, items: [number | string, unknown][]) => ({ kind, a, b: 0, whole, items });
const held = (s: Sections) => Object.fromEntries([1, 2, 4].flatMap((kind) => [...s.all(kind)].map(([a, , items]) => [`${kind}/${a}`, Object.fromEntries(items)])));
const cases: [name: string, frames: Partial<Frame>[], want: object][] = [
	["whole replaces", [{ sections: [section(1, 0, true, [[1, "a"], [2, "b"]])] }, { sections: [section(1, 0, true, [[2, "c"]])] }], { "1/0": { 2: "c" } }],
	["a delta sets its keys and leaves the others", [{ sections: [section(1, 0, true, [[1, "a"], [2, "b"]])] }, { sections: [section(1, 0, false, [[2, "c"]])] }], { "1/0": { 1: "a", 2: "c" } }],
	["nil removes, also what was never there", [{ sections: [section(1, 0, true, [[1, "a"]])] }, { sections: [section(1, 0, false, [[1, null], [7, null]])] }], { "1/0": {} }],
	["gone deletes the section", [{ sections: [section(4, 2, true, [[5, "x"]])] }, { gone: [[4, 2, 0]] }], {}],
	["gone comes before sections: a room left and entered again is whole", [{ sections: [section(4, 2, true, [[5, "x"], [6, "y"]])] }, { gone: [[4, 2, 0]], sections: [section(4, 2, true, [[6, "y"]])] }], { "4/2": { 6: "y" } }],
	["a delta for a section that is not held begins it", [{ sections: [section(1, 0, false, [[1, "a"]])] }], { "1/0": { 1: "a" } }],
	["the listing drops everything else", [{ sections: [section(1, 0, true, [[1, "a"]]), section(4, 2, true, [[5, "x"]])] }, { listing: [[1, 0, 0]] }], { "1/0": { 1: "a" } }],
	["a lane is a key like others", [{ sections: [section(2, 0, false, [["0123456789abcdef", [1, 0, 3]]])] }], { "2/0": { "0123456789abcdef": [1, 0, 3] } }],
];
for (const [name, frames, want] of cases)
	test(`sections: ${name}`, () => {
		const s = new Sections();
		for (const part of frames)
			s.apply(frame(part));
		assert.deepEqual(held(s), want);
	});

test("sections: of positions the larger stands while the term does; a new term has its own", () => {
	const s = new Sections();
	for (const [term, done, stable, want] of [[1, 9, 7, [1, 9, 7]], [1, 5, 4, [1, 9, 7]], [1, 10, 4, [1, 10, 7]], [2, 6, 6, [2, 6, 6]]] as const) {
		s.apply(frame({ term, done, stable }));
		assert.deepEqual([s.term, s.done, s.stable], want);
	}
});

test("sections: what was read before a frame stays as it was", () => {
	const s = new Sections();
	s.apply(frame({ sections: [section(1, 0, true, [[1, "a"]])] }));
	const before = s.get(1)!;
	s.apply(frame({ sections: [section(1, 0, false, [[1, "b"]])] }));
	assert.equal(before.get(1), "a");
});

const bytes = (n: number) => Uint8Array.from([n]);
const wish = (field: string, form: number, part: Partial<Wish> = {}): Wish => ({ field, command: 20, a: 1, b: 0, form: bytes(form), text: new Uint8Array(), activity: 0, round: 0, keep: true, ...part });
const open = () => { const box = new Outbox("0011223344556677"); box.joined = true; return box; };

test("outbox: one under way; what waits is merged, newest value of each field", () => {
	const box = open();
	box.put(wish("a", 1));
	assert.equal(box.next(0)?.number, 2);
	box.put(wish("a", 2));
	box.put(wish("b", 9));
	box.put(wish("a", 3));
	assert.equal(box.next(0), null);
	assert.deepEqual(box.verdict(2, 0, 50), []);
	const second = box.next(0);
	assert.deepEqual([second?.number, second?.form[0], second?.again], [3, 3, false]);
	box.verdict(3, 0, 51);
	assert.deepEqual([box.next(0)?.form[0]], [9]);
	assert.deepEqual(box.stable(50).map((o) => o.entry.number), [2]);
	assert.equal(box.entries.length, 2);
});

test("outbox: accepted is not saved before stable", () => {
	const box = open();
	box.put(wish("a", 1));
	box.next(0);
	assert.deepEqual(box.verdict(2, 0, 50), []);
	assert.deepEqual(box.stable(49), []);
	assert.equal(box.entries.length, 1);
	assert.deepEqual(box.stable(50).map((o) => o.is), ["saved"]);
});

test("outbox: the join goes first and has number 1", () => {
	const box = new Outbox("0011223344556677");
	box.put(wish("a", 1));
	box.put(wish("join", 7, { command: 2 }), true);
	assert.deepEqual([box.next(0)?.number], [1]);
	box.verdict(1, 0, 10);
	assert.equal(box.joined, true);
	assert.deepEqual([box.next(0)?.number], [2]);
});

const replies: [name: string, fault: number, number: number | undefined, again: boolean | undefined, outcome: string | undefined][] = [
	["later: the same number, not marked", FAULT.later, 2, false, undefined],
	["unsure: the same number, marked again", FAULT.unsure, 2, true, undefined],
	["closed: spent, and told", FAULT.closed, undefined, undefined, "refused"],
	["over_budget: spent, and told", FAULT.over_budget, undefined, undefined, "refused"],
	["lane_unknown: asked for", FAULT.lane_unknown, undefined, undefined, "lane_unknown"],
];
for (const [name, fault, number, again, outcome] of replies)
	test(`outbox: reply ${name}`, () => {
		const box = open();
		box.put(wish("a", 1));
		box.next(0);
		const out = box.reply(0, 2, fault, 1000, 0, 0);
		assert.equal(out[0]?.is, outcome);
		assert.equal(fault === FAULT.later ? box.next(999) : null, null, "waits as told");
		const next = box.next(1000);
		assert.deepEqual([next?.number, next?.again], [number, again]);
		if (outcome === "refused") {
			box.put(wish("a", 2));
			assert.equal(box.next(1000)?.number, 3, "a number is never used for other content");
		}
	});

test("outbox: a verdict of a higher number means superseded", () => {
	const box = open();
	box.put(wish("a", 1));
	box.next(0);
	const out = box.verdict(9, 0, 80);
	assert.deepEqual(out.map((o) => o.is === "refused" && o.fault), [FAULT.superseded]);
});

test("outbox: after a reconnect the same number once more, marked", () => {
	const box = open();
	box.put(wish("a", 1));
	box.next(0);
	box.put(wish("a", 2));
	box.lost();
	const again = box.next(0);
	assert.deepEqual([again?.number, again?.again, again?.form[0]], [2, true, 1]);
	box.verdict(2, 0, 9);
	assert.deepEqual([box.next(0)?.number], [3]);
});

test("outbox: over a reload nothing is lost and no number used twice", () => {
	const box = open();
	box.put(wish("a", 1));
	box.next(0);
	box.verdict(2, 0, 50);
	box.put(wish("b", 2));
	box.next(0);
	box.put(wish("c", 3));
	box.put(wish("never kept", 4, { keep: false }));
	const back = Outbox.load(box.lane, box.save(1));
	assert.deepEqual(back.entries.map((e) => [e.field, e.state, e.number]), [["a", "again", 2], ["b", "again", 3], ["c", "waits", 0]]);
	assert.deepEqual(back.stable(1000), [], "where `a` stands is not known until a verdict comes");
	assert.deepEqual(back.verdict(2, 0, 50), []);
	assert.deepEqual(back.stable(50).map((o) => o.entry.field), ["a"]);
	const b = back.next(0);
	assert.deepEqual([b?.number, b?.again], [3, true]);
	back.verdict(3, 0, 51);
	assert.equal(back.next(0)?.number, 4);
});

test("outbox: later after a lost line stays marked; unsure marks, later does not take it back", () => {
	const box = open();
	box.put(wish("a", 1));
	assert.equal(box.next(0)?.again, false);
	box.reply(0, 2, FAULT.later, 0, 0, 0);
	assert.equal(box.next(100)?.again, false, "it certainly stands nowhere");
	box.lost();
	assert.equal(box.next(100)?.again, true);
	box.reply(100, 2, FAULT.later, 0, 0, 0);
	assert.equal(box.next(200)?.again, true, "the first sending may stand all the same");
});

test("outbox: a listing puts held verdicts in doubt; they count if the lane still names that number", () => {
	const box = open();
	for (const [field, seq] of [["a", 50], ["b", 51], ["c", 52]] as const) {
		box.put(wish(field, seq));
		box.verdict(box.next(0)!.number, 0, seq);
	}
	box.doubt();
	assert.deepEqual(box.stable(1000), [], "not by their old places");
	assert.deepEqual(box.verdict(2, 0, 60), []);
	assert.deepEqual(box.stable(59), []);
	assert.deepEqual(box.stable(60).map((o) => o.entry.field), ["a"], "the new place");
	const first = box.next(0);
	assert.deepEqual([first?.number, first?.again], [3, true]);
	box.verdict(3, 0, 61);
	assert.deepEqual([box.next(0)?.number], [4]);
});

test("outbox: a lane that names a higher number after a listing: superseded, told only when nothing newer of that field follows", () => {
	const box = open();
	for (const [field, seq] of [["a", 50], ["b", 51], ["a", 52]] as const) {
		box.put(wish(field, seq));
		box.verdict(box.next(0)!.number, 0, seq);
	}
	box.doubt();
	assert.deepEqual(box.verdict(4, 0, 70).map((o) => [o.entry.field, o.is === "refused" && o.fault]), [["b", FAULT.superseded]]);
	assert.deepEqual(box.stable(70).map((o) => o.entry.number), [4]);
});

const too_late: [name: string, activity: number, again: boolean, fault: number, told: number][] = [
	["the first time: closed", 2, false, FAULT.closed, FAULT.closed],
	["again: nobody can tell", 2, true, FAULT.closed, FAULT.unsure],
	["again and stale: nobody can tell", 2, true, FAULT.stale, FAULT.unsure],
	["again, of an open question: its lane has kept the verdict", 0, true, FAULT.closed, FAULT.closed],
];
for (const [name, activity, again, fault, told] of too_late)
	test(`outbox: a ballot that came too late, ${name}`, () => {
		const box = open();
		const round = activity ? 1 : 0;
		box.put(wish("x", 1, { activity, round }));
		let sent = box.next(0)!;
		if (again) {
			box.lost();
			sent = box.next(0)!;
		}
		assert.deepEqual(box.reply(0, sent.number, fault, 0, activity, round).map((o) => o.is === "refused" && o.fault), [told]);
		assert.equal(box.entries.length, 0);
	});

test("outbox: secret ballots have a numbering of their own per activity and round", () => {
	const box = open();
	box.put(wish("x", 1, { activity: 2, round: 1 }));
	assert.equal(box.next(0)?.number, 1);
	assert.deepEqual(box.verdict(1, 0, 40), [], "a verdict of the lane is not about it");
	assert.ok(box.under_way);
	box.verdict(1, 0, 41, 2, 1);
	box.put(wish("x", 2, { activity: 2, round: 1 }));
	assert.equal(box.next(0)?.number, 2);
	box.verdict(2, 0, 42, 2, 1);
	box.put(wish("x", 3, { activity: 2, round: 2 }));
	assert.equal(box.next(0)?.number, 1);
	box.verdict(1, 0, 43, 2, 2);
	box.put(wish("y", 4));
	assert.equal(box.next(0)?.number, 2, "and leaves no gap in the lane's own");
});

test("outbox: what cannot be read is not used", () => {
	for (const text of ["", "{", "null", '{"next":1}'])
		assert.equal(Outbox.load("0011223344556677", text).lane, "", text);
});

test("balls while there is room, then bars, for the whole chart", () => {
	assert.deepEqual([ballsFor(66, 20, 1.6, 3.2, 0.3).balls, ballsFor(66, 41, 1.6, 3.2, 0.3).balls, ballsFor(66, 42, 1.6, 3.2, 0.3).balls], [true, true, false]);
	assert.equal(ballsFor(66, 3, 1.6, 3.2, 0.3).diameter, 3.2);
	assert.ok(ballsFor(66, 0, 1.6, 3.2, 0.3).balls);
});

const paged: [heights: number[], room: number, want: [number, number][]][] = [
	[[], 10, [[0, 0]]],
	[[5], 3, [[0, 1]]],
	[[1, 1, 1], 10, [[0, 3]]],
	[[1, 1, 1, 1, 1, 1, 1, 1], 7, [[0, 4], [4, 8]]],
	[[2, 1, 1, 2], 3, [[0, 2], [2, 4]]],
];
for (const [heights, room, want] of paged)
	test(`pages of ${JSON.stringify(heights)} in ${room}`, () => assert.deepEqual(pages(heights, room), want));
