// SPDX-License-Identifier: EUPL-1.2
// The note-taker's list without a page: what keys do, where rows go, what is sent and when, and that no letter is lost whatever comes in meanwhile.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hex } from "../src/live/bytes.js";
import { memoryStore } from "../src/live/world.js";
import { Drafts, GAP, type Wish } from "../src/state/drafts.js";
import { Editor, type Held, LATEST_MS, NOTE_MAX, PAUSE_MS, SIGNS, arrange, bytesOf, clean, part, placeBetween, sendAt, talkedAbout } from "../src/state/editor.js";
import { NOTE } from "../src/tables.js";

declare const PROTOCOL: string;

/** A list, a clock, and a session that holds what it is told when it is let. */
class Desk {
	time = 0;
	timers: { at: number; call: () => void }[] = [];
	/** Everything said to the session, and what it holds. */
	puts: Wish[] = [];
	dropped: string[] = [];
	kept = new Map<string, Wish>();
	notes: Held[] = [];
	#ids = 0;
	#numbers = 0;
	/** Takes what is put at once; else `take` does. */
	prompt = true;
	editor = new Editor({
		now: () => this.time,
		later: (ms, call) => {
			const timer = { at: this.time + ms, call };
			this.timers.push(timer);
			return () => { this.timers = this.timers.filter((t) => t !== timer); };
		},
		id: () => Uint8Array.from([0, 0, 0, 0, 0, 0, 0, ++this.#ids]),
		put: (wish) => { this.puts.push(wish); if (this.prompt) this.take(wish); },
		drop: (id) => {
			this.dropped.push(hex(id));
			if (this.prompt) {
				this.notes = this.notes.filter((n) => hex(n.id) !== hex(id));
				this.show();
			}
		},
		keep: (key, wish) => { if (wish) this.kept.set(key, { ...wish }); else this.kept.delete(key); },
		changed: () => {},
	});

	take(wish: Wish): void {
		const held = this.notes.find((n) => hex(n.id) === hex(wish.id));
		if (held)
			this.notes = this.notes.map((n) => (n === held ? { ...n, ...wish } : n));
		else
			this.notes = [...this.notes, { ...wish, number: ++this.#numbers, state: "saved" }];
		this.show();
	}
	show(): void {
		this.notes.sort((x, y) => x.place - y.place || x.number - y.number);
		this.editor.sync(this.notes);
	}
	run(ms: number): void {
		const until = this.time + ms;
		for (;;) {
			const next = this.timers.filter((t) => t.at <= until).sort((x, y) => x.at - y.at)[0];
			if (!next)
				break;
			this.timers = this.timers.filter((t) => t !== next);
			this.time = next.at;
			next.call();
		}
		this.time = until;
	}
	/** Letter by letter, as a person does. */
	type(key: string, words: string, each_ms = 0): string {
		for (let i = 1; i <= words.length; i++) {
			const row = this.row(key);
			key = this.editor.type(key, row.words + words[i - 1])?.key ?? key;
			this.run(each_ms);
		}
		return key;
	}
	row(key: string) { return this.editor.rows.find((r) => r.key === key)!; }
	/** A row of the list as it stands. */
	write(...rows: string[]): void {
		let key = this.editor.tail;
		this.editor.open(key);
		for (const words of rows) {
			this.type(key, words);
			key = this.editor.enter(key).key;
		}
		this.editor.leave(key);
		this.puts.length = 0;
	}
	get list(): string[] { return this.editor.rows.map((r) => r.words); }
	key(words: string): string { return this.editor.rows.find((r) => r.words === words)!.key; }
}
const desk = (...rows: string[]) => { const d = new Desk(); d.write(...rows); return d; };
const KIND = Object.fromEntries(Object.entries(NOTE).map(([name, number]) => [number, name]));

test("the signs are those of protocol/tbl/notes.h", () => {
	const text = readFileSync(`${PROTOCOL}/tbl/notes.h`, "utf8");
	const rows = [...text.matchAll(/^NOTE\((\w+), (\d+), "([^"]*)",/gm)].map((m) => [m[3], Number(m[2])] as const);
	assert.equal(rows.length, Object.keys(NOTE).length);
	assert.deepEqual(rows.filter(([sign]) => sign !== ""), SIGNS);
});

const between: [before: number | null, after: number | null, want: number | null][] = [
	[null, null, GAP], [7, null, GAP + 7], [null, 10, 5], [null, 1, 0], [null, 0, null], [10, 20, 15], [10, 11, null], [10, 12, 11], [10, 10, null],
];
for (const [before, after, want] of between)
	test(`a place between ${before} and ${after}`, () => assert.equal(placeBetween(before, after), want));

const arranged: [name: string, places: number[], at: number, want: [number, number][]][] = [
	["room enough: one changes", [10, 0, 20], 1, [[1, 15]]],
	["at the end", [10, 0], 1, [[1, GAP + 10]]],
	["at the front", [0, 10], 0, [[0, 5]]],
	["none free: those that follow make room, as few as it takes", [10, 0, 11, 12, 100], 1, [[1, 32], [2, 55], [3, 77]]],
	["none free to the end", [10, 0, 10], 1, [[1, 10 + GAP], [2, 10 + 2 * GAP]]],
];
for (const [name, places, at, want] of arranged)
	test(`places: ${name}`, () => assert.deepEqual(arrange(places, at), want));

test("places: whatever is moved where, a thousand times over, the order is the wished one and numbers stay small", () => {
	let seed = 11;
	const dice = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
	let list = Array.from({ length: 12 }, (_, i) => ({ name: i, place: i < 6 ? 3 : 4 })); /* the worst start: equal ones */
	let changes = 0;
	for (let turn = 0; turn < 1000; turn++) {
		const order = [...list], to = turn % 3 ? 1 : dice(12);
		order.splice(to, 0, ...order.splice(dice(12), 1));
		for (const [index, place] of arrange(order.map((r) => r.place), to)) {
			order[index] = { ...order[index], place };
			changes++;
		}
		const at = order.findIndex((_, i) => i > 0 && order[i].place < order[i - 1].place);
		assert.equal(at, -1, JSON.stringify(order));
		list = order;
	}
	assert.ok(changes < 2000, `${changes} rows changed in 1000 moves`);
	assert.ok(Math.max(...list.map((r) => r.place)) < 2 ** 40);
});

const when: [since: number, last: number, want: number][] = [[0, 0, PAUSE_MS], [0, 3000, 3000 + PAUSE_MS], [0, 4900, LATEST_MS], [2000, 2500, 2500 + PAUSE_MS]];
for (const [since, last, want] of when)
	test(`typed since ${since}, last at ${last}: sent at ${want}`, () => assert.equal(sendAt(since, last), want));

test("words as the protocol takes them", () => {
	for (const [typed, want] of [["a\tb", "a b"], ["a\r\nb", "a\nb"], ["a\u0007b\u009fc\u202ed\u2066e", "abcde"], ["å 🌱\u00ad", "å 🌱\u00ad"]])
		assert.equal(clean(typed), want);
});

test("what one note cannot hold is parted between words, or between letters where there is no space", () => {
	const long = "ett ord till ".repeat(200);
	const [head, rest] = part(long);
	assert.ok(bytesOf(head) <= NOTE_MAX && /(ett|ord|till)$/.test(head));
	assert.equal(`${head} ${rest}`, long);
	const [balls, more] = part("🌱".repeat(400));
	assert.deepEqual([bytesOf(balls), balls + more], [NOTE_MAX, "🌱".repeat(400)]);
});

// --- keys ---

test("the caret waits in the last row; Enter saves the row and gives the next of the same kind", () => {
	const d = new Desk();
	const first = d.editor.tail;
	d.editor.open(first);
	d.type(first, "? Vem äger frågan");
	assert.deepEqual([d.row(first).words, KIND[d.row(first).kind]], ["Vem äger frågan", "question"]);
	const next = d.editor.enter(first).key;
	assert.deepEqual(d.puts.map((p) => [p.words, KIND[p.kind], p.writing]), [["Vem äger frågan", "question", false]]);
	assert.notEqual(next, first);
	assert.deepEqual(d.editor.rows.map((r) => [r.words, KIND[r.kind], r.state]), [["Vem äger frågan", "question", "saved"], ["", "question", "free"]]);
	d.editor.open(next);
	assert.equal(d.editor.enter(next).key, next, "an empty row stays");
	assert.equal(d.puts.length, 1);
});

const typed: [what: string, words: string, kind: string][] = [
	["* Testdag", "Testdag", "idea"], ["! Vi gör så", "Vi gör så", "decision"], ["? Vem", "Vem", "question"], ["+ Bra", "Bra", "example"], ["- Dåligt", "Dåligt", "pitfall"],
	["> Sedan", "Sedan", "parking"], ["Bara ord", "Bara ord", "observation"], ["5 - 3", "5 - 3", "observation"], ["-3 grader", "-3 grader", "observation"], ["*", "*", "observation"],
	["? ? Vem", "? Vem", "question"],
];
for (const [what, words, kind] of typed)
	test(`typed "${what}": ${kind}`, () => {
		const d = new Desk();
		d.type(d.editor.tail, what);
		const [row] = d.editor.rows;
		assert.deepEqual([row.words, KIND[row.kind]], [words, kind]);
	});

test("a sign that was meant as a letter comes back with Backspace", () => {
	const d = new Desk();
	const key = d.editor.tail;
	d.type(key, "- ");
	assert.equal(KIND[d.row(key).kind], "pitfall");
	assert.deepEqual(d.editor.backspace(key), { key });
	assert.deepEqual([d.row(key).words, KIND[d.row(key).kind]], ["-", "observation"]);
});

test("pasted text keeps its first sign", () => {
	const d = new Desk();
	d.editor.type(d.editor.tail, "- en rad ur en lista");
	assert.deepEqual([d.editor.rows[0].words, KIND[d.editor.rows[0].kind]], ["- en rad ur en lista", "observation"]);
});

test("Enter in the middle gives a row below, of the same kind and question; left empty it is gone and was never sent", () => {
	const d = desk("ett", "två");
	d.editor.about = 12;
	d.editor.set(d.key("ett"), { kind: NOTE.idea, activity: 11 });
	d.puts.length = 0;
	d.editor.open(d.key("ett"));
	const { key } = d.editor.enter(d.key("ett"));
	assert.deepEqual(d.list, ["ett", "", "två", ""]);
	assert.deepEqual([KIND[d.row(key).kind], d.row(key).activity], ["idea", 11]);
	d.editor.open(key);
	d.editor.leave(key);
	assert.deepEqual(d.list, ["ett", "två", ""]);
	assert.deepEqual(d.puts, []);
	const again = d.editor.enter(d.key("ett")).key;
	d.type(again, "ett och ett halvt");
	d.editor.leave(again);
	assert.deepEqual(d.list, ["ett", "ett och ett halvt", "två", ""]);
	assert.equal(d.puts.length, 1, "the others keep their places");
});

test("Backspace in an empty row goes up and drops it; in a row with words it is the text's own", () => {
	const d = desk("ett", "två");
	const two = d.key("två");
	d.editor.open(two);
	assert.equal(d.editor.backspace(two), null);
	d.editor.type(two, "");
	assert.deepEqual(d.editor.backspace(two), { key: d.key("ett") });
	assert.deepEqual(d.dropped, [two]);
	assert.deepEqual(d.list, ["ett", ""]);
	assert.equal(d.editor.removed?.words, "två", "for who regrets it");
	d.editor.restore();
	assert.deepEqual(d.list, ["ett", "två", ""]);
	assert.notEqual(d.key("två"), two, "an id that was dropped is not used again");
	const { key } = d.editor.backspace(d.editor.tail)!;
	assert.equal(key, d.key("två"));
	assert.deepEqual(d.dropped, [two], "the row that waits was never sent");
});

test("Alt with arrows moves; at the ends nothing happens; the waiting row stays last", () => {
	const d = desk("a", "b", "c");
	assert.equal(d.editor.move(d.key("c"), -1), true);
	assert.deepEqual(d.list, ["a", "c", "b", ""]);
	assert.equal(d.editor.move(d.key("b"), 1), false);
	assert.equal(d.editor.move(d.key("a"), -1), false);
	d.editor.move(d.key("a"), 1);
	assert.deepEqual(d.list, ["c", "a", "b", ""]);
	assert.deepEqual(d.puts.map((p) => p.words), ["c", "a"], "one command for each move");
	assert.equal(d.editor.move(d.editor.tail, -1), false);
});

test("rows that stand on one place can be moved apart", () => {
	const d = desk("a", "b", "c");
	d.notes = d.notes.map((n) => ({ ...n, place: 5 }));
	d.show();
	d.editor.move(d.key("c"), -1);
	assert.deepEqual(d.list, ["a", "c", "b", ""]);
	d.editor.move(d.key("a"), 1);
	assert.deepEqual(d.list, ["c", "a", "b", ""]);
});

test("what is too long for one note goes on in the next row, and the caret with it", () => {
	const d = new Desk();
	const long = "Detta är en lång anteckning som fortsätter. ".repeat(60);
	const caret = d.editor.type(d.editor.tail, long);
	const rows = d.editor.rows.filter((r) => r.words);
	assert.ok(rows.length > 1 && rows.every((r) => bytesOf(r.words) <= NOTE_MAX));
	assert.equal(rows.map((r) => r.words).join(" ").replace(/\s+/g, " ").trim(), long.replace(/\s+/g, " ").trim());
	assert.equal(caret?.key, rows[rows.length - 1].key);
});

// --- sending ---

test("sent 1.5 s after the last key, as being written; on leaving, as written", () => {
	const d = new Desk();
	const key = d.editor.tail;
	d.editor.open(key);
	d.type(key, "Avsätt", 200);
	assert.deepEqual([d.puts.length, d.row(key).state], [0, "way"]);
	d.run(PAUSE_MS - 201);
	assert.equal(d.puts.length, 0);
	d.run(1);
	assert.deepEqual(d.puts.map((p) => [p.words, p.writing]), [["Avsätt", true]]);
	assert.equal(d.row(key).state, "saved");
	d.run(60_000);
	assert.equal(d.puts.length, 1, "nothing new, nothing sent");
	d.type(key, "a");
	assert.equal(d.row(key).state, "way", "one letter more, and it is not saved");
	d.editor.type(key, "Avsätt");
	d.editor.leave(key);
	assert.deepEqual(d.puts.map((p) => [p.words, p.writing]), [["Avsätt", true], ["Avsätt", false]]);
	assert.equal(d.timers.length, 0);
});

test("a row that was sent while it was open is told as left, though nothing is new", () => {
	const d = new Desk();
	d.type(d.editor.tail, "Avsätt");
	d.run(PAUSE_MS);
	d.editor.leave(d.key("Avsätt"));
	assert.deepEqual(d.puts.map((p) => p.writing), [true, false]);
});

test("somebody who types without a pause is heard every 5 s", () => {
	const d = new Desk();
	d.type(d.editor.tail, "x".repeat(40), 500);
	assert.deepEqual(d.puts.map((p) => p.words.length), [10, 20, 30, 40]);
});

test("a row that was opened and left unchanged says nothing", () => {
	const d = desk("ett");
	d.editor.open(d.key("ett"));
	d.run(10_000);
	d.editor.leave(d.key("ett"));
	assert.deepEqual(d.puts, []);
});

test("hiding the page sends what stands open as left; a deadline sends it as being written", () => {
	const d = new Desk();
	const key = d.editor.tail;
	d.type(key, "halv");
	d.editor.flush();
	assert.deepEqual(d.puts.map((p) => [p.words, p.writing]), [["halv", true]]);
	d.type(key, " mening");
	d.editor.flush(true);
	assert.deepEqual(d.puts[1].words, "halv mening");
	assert.equal(d.puts[1].writing, false);
	assert.equal(d.row(key).open, true, "the caret stays where it is");
	d.type(key, " till");
	d.run(PAUSE_MS);
	assert.deepEqual([d.puts[2].words, d.puts[2].writing], ["halv mening till", true]);
});

test("spaces at the ends are not sent, but stay under the caret", () => {
	const d = new Desk();
	const key = d.editor.tail;
	d.type(key, "ord ");
	d.run(PAUSE_MS);
	assert.deepEqual([d.puts[0].words, d.row(key).words, d.row(key).state], ["ord", "ord ", "saved"]);
});

test("kind, final and sent to all go at once, with the words that stand there", () => {
	const d = desk("ett");
	const key = d.key("ett");
	d.editor.set(key, { final: true });
	d.editor.open(key);
	d.type(key, " till");
	d.editor.set(key, { plenary: true });
	assert.deepEqual(d.puts.map((p) => [p.words, p.final, p.plenary, p.writing]), [["ett", true, false, false], ["ett till", true, true, true]]);
});

// --- what comes in meanwhile ---

test("no verdict, no other note and no older wording is ever put over the row that is written in", () => {
	const d = desk("ett");
	d.prompt = false;
	const key = d.key("ett");
	d.editor.open(key);
	d.type(key, ", och");
	d.run(PAUSE_MS);
	d.type(key, " mer");
	d.take(d.puts[0]);
	assert.equal(d.row(key).words, "ett, och mer");
	d.notes = d.notes.map((n) => ({ ...n, words: "från en annan flik" }));
	d.show();
	assert.equal(d.row(key).words, "ett, och mer");
	d.take({ ...d.puts[0], id: Uint8Array.from([9, 9, 9, 9, 9, 9, 9, 9]), place: 1, words: "ur lådan" });
	assert.deepEqual(d.list, ["ur lådan", "ett, och mer", ""]);
	d.run(PAUSE_MS);
	assert.equal(d.puts[1].words, "ett, och mer");
});

test("a row that was left stays as it was written until the session shows the same, and is not called saved before", () => {
	const d = desk("ett");
	d.prompt = false;
	const key = d.key("ett");
	d.editor.open(key);
	d.type(key, " till");
	d.editor.leave(key);
	d.show();
	assert.deepEqual([d.row(key).words, d.row(key).state], ["ett till", "way"]);
	d.take(d.puts[0]);
	assert.deepEqual([d.row(key).words, d.row(key).state], ["ett till", "saved"]);
	d.notes = d.notes.map((n) => ({ ...n, words: "ändrad av nästa antecknare" }));
	d.show();
	assert.equal(d.row(key).words, "ändrad av nästa antecknare", "then the session is right");
});

test("a new row that was left does not blink away before the session shows it", () => {
	const d = new Desk();
	d.prompt = false;
	const key = d.editor.tail;
	d.type(key, "ny");
	d.editor.enter(key);
	d.show();
	assert.deepEqual(d.list, ["ny", ""]);
	d.take(d.puts[0]);
	assert.deepEqual(d.list, ["ny", ""]);
});

test("said no: marks go back, letters stay and are kept, and the next word sends them once more", () => {
	const d = desk("ett");
	d.prompt = false;
	const key = d.key("ett");
	d.editor.set(key, { plenary: true });
	d.editor.refused();
	assert.deepEqual([d.row(key).plenary, d.row(key).state], [false, "saved"]);
	d.editor.open(key);
	d.type(key, " till");
	d.run(PAUSE_MS);
	d.editor.refused();
	assert.deepEqual([d.row(key).words, d.row(key).state, d.kept.get(key)?.words], ["ett till", "way", "ett till"]);
	d.puts.length = 0;
	d.editor.leave(key);
	assert.deepEqual(d.puts.map((p) => p.words), ["ett till"]);
});

// --- reload, and a pen in other hands ---

test("every letter is in the storage until the outbox has it", () => {
	const d = new Desk();
	const key = d.editor.tail;
	d.type(key, "half");
	assert.equal(d.kept.get(key)?.words, "half");
	d.run(PAUSE_MS);
	assert.equal(d.kept.size, 0);
	d.type(key, " typed");
	assert.equal(d.kept.get(key)?.words, "half typed");
	d.editor.close();
	assert.deepEqual([d.kept.size, d.puts.at(-1)?.words], [0, "half typed"]);
});

test("drafts in the storage: there and back, and what others wrote there is passed over", () => {
	const store = memoryStore();
	const drafts = new Drafts(store, "bp.seat.X");
	const kept = { id: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]), kind: 2, final: false, plenary: false, writing: false, place: 7, activity: 0, words: "halv", room: 4, step: 3, tenure: 2 };
	drafts.keep(kept);
	store.set("bp.seat.X.note.zz", "{");
	store.set("bp.seat.X.lane.01", "{}");
	assert.deepEqual(drafts.all, [kept]);
	drafts.forget("0102030405060708");
	assert.deepEqual(drafts.all, []);
});

test("the pen goes in the middle of a word: what was not sent is given back and stays in the storage; nothing more is sent", () => {
	const d = desk("ett");
	const key = d.editor.tail;
	d.editor.open(key);
	d.type(key, "hann inte");
	assert.deepEqual(d.editor.lost().map((w) => w.words), ["hann inte"]);
	assert.equal(d.kept.get(key)?.words, "hann inte");
	d.run(60_000);
	assert.deepEqual(d.puts, []);
	assert.deepEqual(d.list, ["ett", ""]);
});

const questions: [name: string, chosen: number, revealed: number[], want: number][] = [
	["none opened yet: the first", 0, [], 11], ["the one opened last", 0, [11, 13, 12], 12], ["chosen by hand", 13, [11, 12], 13], ["of another step: not this one", 0, [99], 11],
	["chosen on another step", 99, [12], 12],
];
for (const [name, chosen, revealed, want] of questions)
	test(`the question that is talked about, ${name}`, () => assert.equal(talkedAbout([11, 12, 13], revealed, chosen), want));
