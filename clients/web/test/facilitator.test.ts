// SPDX-License-Identifier: EUPL-1.2
// What the facilitator's page decides without drawing: where a step stands, clock times, the order of a result, paper, the catalog; and what one press sends.
import "./all_words.js";
import { decode, encode } from "@msgpack/msgpack";
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sent, TestWorld } from "../fixtures/daemon.js";
import { ACT, type Declaration, STEP, declaration } from "../fixtures/declaration.js";
import { decide, decision, gate, openAll, outcomeDue, queue, revealAll, stage } from "../src/faces/facilitator/acts.js";
import { type Line, isOrder, lines, moved, outcomeForm, outcomeSaid, ties } from "../src/faces/facilitator/outcome.js";
import { type Question, planned, slack, stageOf, stepEnd } from "../src/faces/facilitator/plan.js";
import { paperBallot, paperProblem } from "../src/faces/facilitator/sheet.js";
import { catalogBody, catalogOf, createBody, searched } from "../src/faces/start.js";
import { linkSeat } from "../src/live/live.js";
import { type Activity, Session } from "../src/state/session.js";
import { COMMAND, PHASE, SECTION, VIEW } from "../src/tables.js";
import { language, t } from "../src/words/words.js";

const { READY, OPEN, CLOSING, CLOSED, SEALED, REVEALED } = PHASE;
const questions = (...list: [phase: number, secret?: boolean, due?: boolean][]): Question[] => list.map(([phase, secret = false, outcome_due = false], i) => ({ number: i + 1, phase, secret, outcome_due }));
const stages: [name: string, of: Question[], is: string, about: number[]][] = [
	["no questions", questions(), "onward", []],
	["six that are ready go together", questions([READY], [READY], [READY], [READY], [READY], [READY]), "ready", [1, 2, 3, 4, 5, 6]],
	["all open are closed together", questions([OPEN], [OPEN]), "running", [1, 2]],
	["one was opened by a deputy: it is finished first", questions([READY], [OPEN]), "running", [2]],
	["closing stands behind what is still open", questions([CLOSING], [OPEN]), "running", [2]],
	["in the grace", questions([CLOSING], [CLOSING]), "closing", [1, 2]],
	["closed, and open to all", questions([CLOSED], [CLOSED]), "closed", [1, 2]],
	["secret ballots are being mixed", questions([CLOSED, true]), "waits", [1]],
	["one is mixed, one is not", questions([SEALED, true], [CLOSED, true]), "waits", [1, 2]],
	["mixed", questions([SEALED, true]), "closed", [1]],
	["asked once more beside shown ones", questions([REVEALED], [READY]), "ready", [2]],
	["shown, and the program follows it", questions([REVEALED, false, true], [REVEALED]), "outcome", [1]],
	["shown, with nothing left to do", questions([REVEALED], [REVEALED]), "onward", [1, 2]],
];
for (const [name, of, is, about] of stages)
	test(`stage: ${name}`, () => assert.deepEqual(stageOf(of), { is, about }));

test("times: the running step's end is its deadline, or its minutes from when it began, or now when its work is done", () => {
	const at = 1_000_000_000, minute = 60_000;
	for (const [left_ms, begun_ms, done, want] of [
		[400_000, null, false, at + 400_000], [400_000, at - 50 * minute, true, at + 400_000], [null, null, false, at + 35 * minute], [null, at - 10 * minute, false, at + 25 * minute],
		[null, at - 50 * minute, false, at], [0, at - 10 * minute, false, at + 25 * minute], [null, at - minute, true, at],
	] as const)
		assert.equal(stepEnd({ now_ms: at, left_ms, begun_ms, minutes: 35, done }), want);
	assert.deepEqual(planned([10, 15, 35, 10], 1, at).map((p) => p && [(p.from_ms - at) / minute, (p.to_ms - at) / minute]), [null, null, [0, 35], [35, 45]]);
	assert.deepEqual(planned([10, 15], -1, at).map((p) => p && (p.to_ms - at) / minute), [10, 25]);
});

test("slack: what the inner parts leave of the outer time", () => {
	for (const [minutes, parts, want] of [
		[35, [[5, 10], [20, 20]], [5, 10]], [25, [[5, 10], [20, 20]], null], [30, [[5, 10], [20, 20]], [0, 5]], [20, [[5, 5]], [15, 15]], [35, [], null], [10, [[20, 20]], null],
	] as [number, number[][], unknown][])
		assert.deepEqual(slack(minutes, parts.map(([least, most]) => ({ least, most }))), want, `${minutes} ${parts}`);
});

const line = (id: number, total: number, voters: number): Line => ({ id, total, voters, words: `P${id}` });
const all = new Set([1, 2, 3, 4, 5]);
const equalities: [name: string, list: Line[], follows: Set<number>, want: number[][]][] = [
	["none", [line(1, 9, 4), line(2, 8, 4)], all, []],
	["as many dots from fewer people are not equal", [line(1, 9, 4), line(2, 9, 3)], all, []],
	["equal at the top", [line(1, 9, 4), line(2, 9, 4), line(3, 1, 1)], all, [[1, 2]]],
	["two pairs", [line(1, 9, 4), line(2, 9, 4), line(3, 1, 1), line(4, 1, 1)], all, [[1, 2], [3, 4]]],
	["nothing given keeps the program's order", [line(1, 9, 4), line(2, 0, 0), line(3, 0, 0)], all, []],
	["nothing given to anybody: somebody chooses", [line(1, 0, 0), line(2, 0, 0)], all, [[1, 2]]],
	["only what steps follow matters", [line(1, 9, 4), line(2, 5, 2), line(3, 5, 2)], new Set([1, 2]), []],
	["a choice: only the first place matters", [line(1, 9, 9), line(2, 5, 5), line(3, 5, 5)], new Set(), []],
	["a choice with two winners", [line(1, 9, 9), line(2, 9, 9), line(3, 5, 5)], new Set(), [[1, 2]]],
];
for (const [name, list, follows, want] of equalities)
	test(`equals: ${name}`, () => assert.deepEqual(ties(list, follows).map((same) => same.map((l) => l.id)), want));

test("order: equals change places, others only against the result, and the command says which", () => {
	const list = [line(2, 9, 4), line(5, 9, 4), line(1, 3, 2)];
	const swapped = moved(list, 0, 1, false)!;
	assert.deepEqual(swapped.map((l) => l.id), [5, 2, 1]);
	assert.equal(moved(list, 1, 1, false), null, "not past what has less");
	assert.equal(moved(list, 0, -1, true), null, "not past the end");
	assert.ok(isOrder(swapped));
	assert.deepEqual(outcomeForm(1, 1, swapped), [1, 1, 0, [5, 9, 4, 2, 9, 4, 1, 3, 2]]);
	const against = moved(list, 1, 1, true)!;
	assert.ok(!isOrder(against));
	assert.deepEqual(outcomeForm(2, 1, against), [2, 1, 1, [2, 9, 4, 1, 3, 2, 5, 9, 4]]);
});

test("order in words, from the numbers", () => {
	language.value = "sv";
	const say = (rows: Line[], override = false) => outcomeSaid(rows, override, "dots").map((s) => t(s.id, s.args)).join(" ");
	assert.equal(say([line(3, 96, 40), line(1, 96, 31), line(2, 50, 20)]), "”P3” fick flest prickar, 96. Lika många som ”P1”, från fler personer.");
	assert.equal(say([line(3, 96, 40), line(1, 96, 40)]), "”P3” fick flest prickar, 96. Lika många som ”P1”, från lika många personer. Workshopledaren avgjorde.");
	assert.equal(say([line(3, 96, 40), line(1, 90, 40)]), "”P3” fick flest prickar, 96.");
	assert.equal(say([line(1, 50, 40), line(3, 96, 40)], true), "Workshopledaren valde ”P1”. ”P3” fick flest prickar, 96.");
	assert.equal(say([line(3, 96, 40), line(2, 10, 9), line(1, 50, 40)], true), "Workshopledaren har ändrat ordningen. ”P3” fick flest prickar, 96.");
	assert.equal(say([line(1, 0, 0), line(3, 0, 0)]), "Workshopledaren valde ordningen. ”P1” kommer först.");
});

const kind = (kind: string, config: number[]) => ({ kind, config, secret: false, items: [], groups: new Map() }) as unknown as Activity;
test("paper: what is wrong with a sheet, and the ballot that it becomes", () => {
	for (const [activity, values, words, want] of [
		[kind("dots", [5, 3]), [[1, 3], [2, 2]], "", null], [kind("dots", [5, 3]), [[1, 3], [2, 3]], "", "fac-paper-many-dots"], [kind("dots", [5, 3]), [[1, 4]], "", "fac-paper-cap"], [kind("dots", [5, 3]), [], "", "fac-paper-empty"],
		[kind("choice", [1, 1]), [[2, 1]], "", null], [kind("choice", [2, 3]), [[2, 1]], "", "fac-paper-few"], [kind("choice", [1, 1]), [[1, 1], [2, 1]], "", "fac-paper-many"],
		[kind("rating", [1]), [[1, 0]], "", null], [kind("rating", [1]), [[1, 101]], "", "fac-paper-off"], [kind("rating", [1]), [[1, NaN]], "", "fac-paper-off"], [kind("rating", [1]), [], "", "fac-paper-off"],
		[kind("text", [300]), [], " Ja. ", null], [kind("text", [300]), [], "  ", "fac-paper-empty"],
	] as [Activity, [number, number][], string, string | null][])
		assert.equal(paperProblem(activity, new Map(values), words)?.id ?? null, want, `${activity.kind} ${values} ${words}`);
	assert.deepEqual([...paperBallot(kind("rating", [1]), new Map([[1, 0]]))], [[1, 1]], "the low end is a ballot too");
	assert.deepEqual([...paperBallot(kind("rating", [1]), new Map([[1, 100]]))], [[1, 1001]]);
});

// --- where it begins ---

const catalog = [["declaration", 1, 210, [["sv", "Deklarationen", "Ringa in hinder"], ["en", "The declaration", "Find obstacles"]], [[10, [["sv", "Nivå"], ["en", "Level"]]], [15, [["sv", "Fem prickar"], ["en", "Five dots"]]]]],
	["quick-poll", 1, 3, [["sv", "Snabb fråga", "En fråga"], ["en", "Quick poll", "One question"]], [[3, [["sv", "Frågan"], ["en", "The question"]]]]]];
test("catalog: in the reader's language, searched by words in any order", () => {
	const list = catalogOf(catalog, "en");
	assert.deepEqual(list[0], { id: "declaration", version: 1, minutes: 210, title: "The declaration", purpose: "Find obstacles", steps: [{ minutes: 10, title: "Level" }, { minutes: 15, title: "Five dots" }] });
	for (const [look, want] of [["", ["declaration", "quick-poll"]], ["dots FIVE", ["declaration"]], ["question", ["quick-poll"]], ["declaration poll", []]] as const)
		assert.deepEqual(searched(list, look).map((e) => e.id), want, look);
	assert.deepEqual(catalogOf(null, "sv"), []);
});

const token = (n: number) => new Uint8Array(16).fill(n);
test("creating: eleven fields, steps of eight, questions of eight (7.2); a catalog item goes in as it came", () => {
	const own = decode(createBody({ title: "T", question: "F", items: ["a", "b"], kind: "dots", dots: 5, cap: 9, most: 1, secret: true, room_held: false, rehearsal: true, minutes: 8 }, "sv", token(1), token(2))) as any[];
	assert.equal(own.length, 11);
	assert.deepEqual(own.slice(0, 8), [1, true, "sv", 0, 0, "", [["sv", "T"]], null]);
	assert.deepEqual(own[8].map((l: any[]) => [l[0], l[1].length]), [[16, 32], [32, 32]], "hashes, never tokens");
	assert.equal(own[9][0].length, 8);
	assert.deepEqual([own[9][0].slice(0, 5), own[9][0][6]], [[8, 0, 0, 0, []], null]);
	const [question] = own[9][0][7];
	assert.deepEqual([question.length, question[0], question[1], question[2], [...question[3]], question.slice(4)], [8, "dots", 1, true, [...encode([5, 5])], ["", [["sv", "F", ""]], [], [[0, [["sv", "a"]]], [0, [["sv", "b"]]]]]]);
	const item = ["declaration@1", 4, 45_000, [["sv", "Namn"]], [["sv", "Vägledning"]], [["steps"]], [[["", "A", ""]]]];
	for (const [title, want] of [["", item[3]], ["Vårt", [["en", "Vårt"]]]] as const) {
		const made = decode(catalogBody(item, { title, rehearsal: false, lang: "en" }, token(1), token(2))) as any[];
		assert.deepEqual([made.slice(0, 8), made.slice(9)], [[1, false, "en", 4, 45_000, "declaration@1", want, item[4]], [item[5], item[6]]]);
	}
});

// --- what one press sends, through the workshop ---

async function desk(o: Declaration, change?: (d: ReturnType<typeof declaration>) => void) {
	const daemon = declaration({ role: "facilitator", ...o });
	change?.(daemon);
	const world = new TestWorld(daemon);
	const seat = linkSeat(world, daemon.sid, "AAAAAAAAAAAAAAAAAAAAAA")!;
	const session = new Session(world, seat);
	void session.live.start();
	await world.run(1000);
	const said = async () => {
		await world.run(3000);
		return daemon.commands.filter((c) => c.command !== COMMAND.join).map((c: Sent) => [c.command, c.a, c.b, decode(c.form)]);
	};
	return { daemon, world, session, said };
}

test("a principle's six ratings open with one press, and are shown with one", async () => {
	const { session, said } = await desk({ phase: READY });
	const step = session.step()!;
	const { is, about } = stage(session, step);
	assert.deepEqual([is, about], ["ready", [7, 8, 9, 10, 11, 12].map(ACT.rating)]);
	openAll(session, step, about);
	assert.deepEqual(await said(), [...about.map((a) => [COMMAND.open, a, 0, [35 * 60_000]]), [COMMAND.show, 0, 0, [VIEW.TASK, about[0], 0, 0]]]);
	const shown = await desk({ phase: CLOSED });
	const closed = stage(shown.session, shown.session.step());
	assert.equal(closed.is, "closed");
	revealAll(shown.session, closed.about);
	assert.deepEqual((await shown.said()).map(([command]) => command), [...Array(6).fill(COMMAND.reveal), COMMAND.show]);
});

test("the gate: in how many rooms a statement is talked about", async () => {
	for (const secret of [false, true]) {
		const { session } = await desk({ talking: 4, secret });
		assert.deepEqual(gate(session, session.activity(ACT.rating(7))!), { open: 4, of: 5 });
		assert.equal(gate(session, session.activity(ACT.dots)!), null);
	}
});

test("the dots' order: due once they are shown, sent with the result's own numbers, not due again", async () => {
	const { session, said, daemon } = await desk({ at_step: STEP.dots, phase: REVEALED, outcome: false });
	const step = session.step()!, dots = session.activity(ACT.dots)!;
	assert.ok(outcomeDue(session, step, dots));
	assert.equal(stage(session, step).is, "outcome");
	const found = decision(session, dots);
	assert.deepEqual(found.list.map((l) => [l.id, l.total, l.voters]), [[2, 41, 24], [3, 32, 21], [5, 32, 18], [1, 22, 15], [4, 22, 15]], "3 before 5: as many, from more people");
	assert.deepEqual(found.equal.map((same) => same.map((l) => l.id)), [[1, 4]], "1 and 4 are for the facilitator");
	decide(session, found, moved(found.list, 3, 1, false)!);
	const [[command, a, , form]] = await said();
	assert.deepEqual([command, a, form], [COMMAND.outcome, ACT.dots, [1, 1, 0, [2, 41, 24, 3, 32, 21, 5, 32, 18, 4, 22, 15, 1, 22, 15]]]);
	daemon.put(SECTION.outcome, ACT.dots, 0, [[0, [1, 1, 0, daemon.log_ms, [2, 41, 24, 3, 32, 21, 5, 32, 18, 4, 22, 15, 1, 22, 15], null]]]);
	daemon.frame([daemon.sections.get(`${SECTION.outcome}/${ACT.dots}/0`)!]);
	assert.equal(stage(session, step).is, "onward");
});

test("the level: its answer is kept before the workshop goes on; a last choice, or one of several, is not asked about", async () => {
	const { session } = await desk({ at_step: STEP.level, phase: REVEALED, outcome: false });
	const step = session.step()!;
	assert.equal(stage(session, step).is, "outcome");
	assert.deepEqual(decision(session, session.activity(ACT.level)!).equal, []);
	const many = await desk({ at_step: STEP.level, phase: REVEALED, outcome: false }, (d) => {
		const row = d.sections.get(`${SECTION.activity}/${ACT.level}/0`)![3];
		row.set(0, [...(row.get(0) as unknown[]).slice(0, 4), encode([1, 3]), ...(row.get(0) as unknown[]).slice(5)]);
	});
	assert.equal(stage(many.session, many.session.step()).is, "onward");
});

test("hidden rows and held-back results: only what is shown counts, without numbers there is no order but the facilitator's", async () => {
	const { session } = await desk({ at_step: STEP.dots, phase: REVEALED, outcome: false });
	const dots = session.activity(ACT.dots)!, result = session.result(ACT.dots)!;
	const hidden = { ...dots, items: dots.items.map((i) => (i.group === 2 ? { ...i, hidden: true } : i)) };
	assert.deepEqual(lines(hidden, result).map((l) => l.id), [3, 5, 1, 4]);
	const held = lines(dots, { ...result, held_back: true });
	assert.deepEqual(held.map((l) => [l.id, l.total]), [[1, 0], [2, 0], [3, 0], [4, 0], [5, 0]]);
	assert.equal(ties(held, all).length, 1);
});

test("the queue: who has waited longest comes first", async () => {
	const { session, daemon } = await desk({});
	daemon.put(SECTION.signals, 1, 0, [[2, [daemon.log_ms - 1000, 2]]]);
	daemon.frame([daemon.sections.get(`${SECTION.signals}/1/0`)!]);
	assert.deepEqual(queue(session).map((h) => h.room), [3, 1]);
});
