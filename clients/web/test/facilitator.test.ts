// SPDX-License-Identifier: EUPL-1.2
// What the facilitator's page decides without drawing: where a step stands, clock times, the order of a result, paper, the catalog; and what one press sends.
import "./all_words.js";
import { decode, encode } from "@msgpack/msgpack";
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sent, TestWorld } from "../fixtures/daemon.js";
import { ACT, type Declaration, STEP, declaration } from "../fixtures/declaration.js";
import { MINUTE, addTime, carryOn, closeAll, decide, decision, gate, goTo, grant, leads, move, openAll, outcomeDue, pause, plan, queue, revealAll, say, show, stage } from "../src/faces/facilitator/acts.js";
import { type Line, isOrder, lines, moved, outcomeForm, outcomeSaid, ties } from "../src/faces/facilitator/outcome.js";
import { type Question, behind, partAt, past, planned, short, slack, slackLeft, stageOf, stepEnd } from "../src/faces/facilitator/plan.js";
import { type Here, csvOf, match, wantedOf } from "../src/faces/facilitator/rooms_file.js";
import { offered, takeBack } from "../src/faces/facilitator/undo.js";
import { paperBallot, paperProblem } from "../src/faces/facilitator/sheet.js";
import { catalogBody, catalogOf, createBody, searched } from "../src/faces/start.js";
import { linkSeat } from "../src/live/link.js";
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

const catalog = [["declaration", 1, 210, [["sv", "Deklarationen", "Ringa in hinder"], ["en", "The declaration", "Find obstacles"]], [[10, [["sv", "Nivå"], ["en", "Level"]]], [15, [["sv", "Fem prickar"], ["en", "Five dots"]]]], 6],
	["quick-poll", 1, 3, [["sv", "Snabb fråga", "En fråga"], ["en", "Quick poll", "One question"]], [[3, [["sv", "Frågan"], ["en", "The question"]]]]]];
test("catalog: in the reader's language, searched by words in any order", () => {
	const list = catalogOf(catalog, "en");
	assert.deepEqual(list[0], { id: "declaration", version: 1, minutes: 210, title: "The declaration", purpose: "Find obstacles", size: 6, steps: [{ minutes: 10, title: "Level" }, { minutes: 15, title: "Five dots" }] });
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

// --- the program against the clock ---

test("short: a step goes by what stands before the colon where a line has to do", () => {
	for (const [title, want] of [["Princip 3: Sök nya samarbeten", "Princip 3"], ["Fem prickar: var är det svårast?", "Fem prickar"], ["Fem prickar", "Fem prickar"], [": x", ": x"], ["En mycket lång rubrik som är längre än raden: ja", "En mycket lång rubrik som är längre än raden: ja"]])
		assert.equal(short(title), want);
});

test("the end against the plan: late by what took longer, early by what went faster, and what was passed over is no delay", () => {
	const t0 = 1_000_000_000, m = 60_000, minutes = [10, 15, 35, 35, 10];
	const stood = (began: number, spent: number) => ({ began_ms: t0 + began * m, at_ms: t0 + (began + spent) * m, spent_ms: spent * m });
	/* [which steps have been, the running one, minutes after t0 that all will be done, minutes late] */
	for (const [of, at, end, want] of [
		[[stood(0, 11), stood(11, 4), null, null, null], 1, 106, 1], [[stood(0, 5), stood(5, 4), null, null, null], 1, 100, -5], [[stood(0, 10), null, stood(10, 3), null, null], 2, 90, 0],
		[[null, null, null, null, null], -1, 105, null], [[stood(0, 10), stood(10, 15), null, null, stood(25, 0)], 4, 35, 0],
	] as [({ began_ms: number; at_ms: number; spent_ms: number } | null)[], number, number, number | null][])
		assert.equal(behind(minutes, of, at, t0 + end * m), want);
	assert.deepEqual(past(10, stood(0, 11)), { from_ms: t0, to_ms: t0 + 11 * m, late: 1 });
	assert.equal(past(10, null), null, "passed over");
	assert.equal(stepEnd({ now_ms: t0, left_ms: null, begun_ms: t0, minutes: 10, done: false, spent_ms: 4 * m }), t0 + 6 * m, "it has had four of its ten minutes");
});

test("slack while the step runs: what is left of its time when its parts have had theirs", () => {
	const parts = [{ least: 5, most: 10 }, { least: 20, most: 20 }];
	for (const [elapsed, left, want] of [[0, 35, [5, 10]], [10, 25, [5, 10]], [28, 7, [5, 7]], [0, 40, [10, 15]], [0, 20, null], [34, 1, [1, 1]]] as [number, number, unknown][])
		assert.deepEqual(slackLeft(parts, elapsed, left), want, `${elapsed} ${left}`);
	assert.deepEqual([0, 9, 10, 29, 50].map((e) => partAt(parts, e)), [0, 0, 1, 1, 1]);
});

// --- rooms from a file ---

test("csv: separators, quotes, lines, the mark of Excel, and where a quotation mark was left open", () => {
	assert.deepEqual(csvOf('\uFEFFa;"b;""c""\nd";e\r\n\r\nf;g;h\n').rows, [{ line: 1, fields: ["a", 'b;"c"\nd', "e"] }, { line: 4, fields: ["f", "g", "h"] }]);
	assert.deepEqual(csvOf("a,b\n1,2").rows.map((r) => r.fields), [["a", "b"], ["1", "2"]]);
	assert.deepEqual(csvOf("a\tb, c\n").rows[0].fields, ["a", "b, c"]);
	assert.equal(csvOf('a;b\n"c;d\n').open, 2);
	assert.deepEqual(csvOf(""), { rows: [], open: 0 });
});

const PERSON = (member: number, name: string, organisation = ""): Here => ({ member, name, organisation });
test("rooms from a file: what the rows say, and what is wrong with the others, by line", () => {
	const { wanted, bad } = wantedOf("Namn;Rum;Roll;Organisation\nAino Ek;1;Antecknare;Bollhem\n;1;;\nOmar;;;\nCia;2;chef;\naino  ek;3;;BOLLHEM\nDan;2;;\n");
	assert.deepEqual(wanted, [{ line: 2, person: "Aino Ek", organisation: "Bollhem", room: "1", role: "notes" }, { line: 7, person: "Dan", organisation: "", room: "2", role: "" }]);
	assert.deepEqual(bad, [
		{ line: 3, id: "fac-file-nobody", args: {} }, { line: 4, id: "fac-file-no-room", args: { person: "Omar" } },
		{ line: 5, id: "fac-file-role", args: { person: "Cia", role: "chef" } }, { line: 6, id: "fac-file-twice", args: { person: "aino  ek", line: 2 } },
	]);
	assert.deepEqual(wantedOf("Aino;Bollhem;1;\n").wanted.map((w) => [w.person, w.organisation, w.room]), [["Aino", "Bollhem", "1"]], "without a head: in the order of the head");
	assert.deepEqual(wantedOf("namn;roll\nAino;\n").bad.map((b) => b.id), ["fac-file-no-room-column"]);
});

test("rooms from a file: matched with who is here, by name, then by organisation; the rest is listed", () => {
	const here = [PERSON(1, "Aino Ek", "Bollhem"), PERSON(2, "Omar Kaya"), PERSON(3, "Eva", "A"), PERSON(4, "Eva", "B"), PERSON(5, "Lo", "A"), PERSON(6, "Lo", "A"), PERSON(7, "Utanför")];
	const row = (line: number, person: string, organisation: string, room: string, role: "" | "notes" | "leads" = "") => ({ line, person, organisation, room, role });
	const found = match([
		row(1, "aino ek", "Bollhem", "1", "notes"), row(2, "Omar Kaya", "Bollmora", "Björken", "leads"), row(3, "Eva", "B", "rum 1"), row(4, "Eva", "A", "Alen"), row(5, "Lo", "A", "1"), row(6, "Vem", "", "2"),
	], here, [{ room: 1, name: "" }, { room: 2, name: "Alen" }]);
	assert.deepEqual(found.plan, [[1, 1, 4], [2, 3], [3, 2]]);
	assert.deepEqual([...found.names], [[3, "Björken"]], "a name that no room has yet is the next room's");
	assert.deepEqual(found.roles, [{ room: 1, member: 1, role: "notes" }, { room: 3, member: 2, role: "leads" }]);
	assert.deepEqual([found.missing.map((w) => w.line), found.unclear.map((w) => w.line), found.others.map((w) => w.member), found.seated], [[6], [5], [5, 6, 7], 4]);
	/* The daemon makes no more rooms than the plan has. */
	const far = match([row(1, "Aino Ek", "", "40"), row(2, "Omar Kaya", "", "1")], here, []);
	assert.deepEqual([far.plan, [...far.names]], [[[1, 2], [2, 1]], [[2, "40"]]]);
});

// --- one step back ---

type Desk = Awaited<ReturnType<typeof desk>>;
const GROUP = 4096;
const scope = (d: Desk, items: [unknown, unknown][], at = 0) => { d.daemon.put(SECTION.scope, at, 0, items); d.daemon.frame([d.daemon.sections.get(`${SECTION.scope}/${at}/0`)!]); };
const screen = (d: Desk, row: number[]) => { d.daemon.put(SECTION.screen, 0, 0, [[0, row]]); d.daemon.frame([d.daemon.sections.get(`${SECTION.screen}/0/0`)!]); };
const phases = (about: number[], phase: number) => about.map((a): [unknown, unknown] => [GROUP + a, [phase, 1]]);
/** What has been sent since: only these. */
const fresh = async (d: Desk, n: number) => (await d.said()).slice(n);
const SIX = [7, 8, 9, 10, 11, 12].map(ACT.rating);
const began = (d: Desk): number => d.world.time;

/** [name, how it stands, the act, what the session is then, the commands that take it back] */
const backs: [name: string, o: Declaration, act: (d: Desk) => void, then: (d: Desk) => void, want: (d: Desk) => unknown[]][] = [
	["a step", { phase: REVEALED }, ({ session }) => goTo(session, session.steps.find((s) => s.number === STEP.closing)!), (d) => { scope(d, [[1, STEP.closing]]); screen(d, [VIEW.TASK, ACT.text, 0, 0]); },
		() => [[COMMAND.go, STEP.principle(2), 0], [COMMAND.show, 0, 0]]],
	["an opening: closed, and asked anew", { phase: READY }, ({ session }) => openAll(session, session.step()!, SIX), (d) => { scope(d, phases(SIX, OPEN)); screen(d, [VIEW.TASK, SIX[0], 0, 0]); },
		() => [...SIX.map((a) => [COMMAND.close, a, 0]), ...SIX.map((a) => [COMMAND.ask, a, 0]), [COMMAND.show, 0, 0]]],
	["a closing in its grace: kept open, with the time that was left", { left_ms: 600_000 }, ({ session }) => closeAll(session, SIX, false), (d) => scope(d, [...phases(SIX, CLOSING), [2, [9, 30_000, d.daemon.log_ms]]]),
		() => [...SIX.map((a) => [COMMAND.hold, a, 0]), [COMMAND.time, 0, 0]]],
	["a result that was shown", { phase: CLOSED, view: VIEW.TASK, activity: SIX[1] }, ({ session }) => revealAll(session, SIX), (d) => { scope(d, phases(SIX, REVEALED)); screen(d, [VIEW.RESULT, SIX[0], 0, 0]); },
		() => [...SIX.map((a) => [COMMAND.hide, a, 0]), [COMMAND.show, 0, 0]]],
	["more time", { left_ms: 600_000 }, ({ session }) => addTime(session, 5 * MINUTE), (d) => scope(d, [[2, [9, 900_000, d.daemon.log_ms]]]), () => [[COMMAND.time, 0, 0]]],
	["a pause", { left_ms: 600_000 }, ({ session }) => pause(session), (d) => scope(d, [[2, [9, 600_000, d.daemon.log_ms, 1]]]), () => [[COMMAND.time, 0, 0]]],
	["another picture", { view: VIEW.TASK, activity: SIX[0] }, ({ session }) => show(session, VIEW.JOIN), (d) => screen(d, [VIEW.JOIN, 0, 0, 0]), () => [[COMMAND.show, 0, 0]]],
	["words to all", {}, ({ session }) => say(session, 0, "Kaffe"), (d) => scope(d, [[3, [d.daemon.log_ms, [["", "Kaffe"]]]]]), () => [[COMMAND.say, 0, 0]]],
	["who leads", {}, ({ session }) => leads(session, 3, 302), (d) => { d.daemon.put(SECTION.signals, 3, 0, [[4, 302]]); d.daemon.frame([d.daemon.sections.get(`${SECTION.signals}/3/0`)!]); }, () => [[COMMAND.lead, 3, 0]]],
];
for (const [name, o, act, then, want] of backs)
	test(`undo: ${name}`, async () => {
		language.value = "sv";
		const d = await desk(o);
		assert.equal(offered(d.session), null);
		act(d);
		assert.equal(offered(d.session), null, "not before it stands");
		const sent = (await d.said()).length;
		then(d);
		await d.world.run(100);
		assert.match(offered(d.session)!.words(), /./);
		takeBack(d.session);
		assert.equal(offered(d.session), null, "one step");
		assert.deepEqual((await fresh(d, sent)).map((c) => (c as unknown[]).slice(0, 3)), want(d), name);
	});

test("undo: what time is given back is what would be left by then; a room goes back to its own", async () => {
	const d = await desk({ left_ms: 600_000 });
	addTime(d.session, 5 * MINUTE);
	const sent = (await d.said()).length, at = began(d);
	scope(d, [[2, [9, 900_000, d.daemon.log_ms]]]);
	await d.world.run(60_000);
	assert.ok(offered(d.session));
	takeBack(d.session);
	const [[command, , , form]] = await fresh(d, sent) as [number, number, number, number[]][];
	assert.equal(command, COMMAND.time);
	assert.ok(Math.abs(form[0] - (600_000 - 3000 - (d.world.time - 3000 - at))) < 3500, `${form[0]}`);
});

test("undo: gone when somebody does something else, when what it would take back no longer stands, and for what nothing takes back", async () => {
	const other = await desk({ left_ms: 600_000, view: VIEW.TASK, activity: SIX[0] });
	show(other.session, VIEW.JOIN);
	await other.said();
	screen(other, [VIEW.JOIN, 0, 0, 0]);
	await other.world.run(100);
	assert.ok(offered(other.session));
	scope(other, phases(SIX, CLOSING));
	await other.world.run(100);
	assert.equal(offered(other.session), null, "a deputy has closed the questions meanwhile");

	const shown = await desk({ view: VIEW.TASK, activity: SIX[0] });
	show(shown.session, VIEW.JOIN);
	await shown.said();
	screen(shown, [VIEW.JOIN, 0, 0, 0]);
	await shown.world.run(100);
	assert.ok(offered(shown.session));
	screen(shown, [VIEW.RESULT, SIX[0], 0, 0]);
	await shown.world.run(100);
	assert.equal(offered(shown.session), null, "somebody else shows something else");

	const secret = await desk({ at_step: STEP.dots, phase: CLOSING, outcome: false, left_ms: 20_000 });
	closeAll(secret.session, [ACT.dots], true);
	await secret.said();
	scope(secret, phases([ACT.dots], CLOSED));
	await secret.world.run(100);
	assert.equal(offered(secret.session), null, "secret ballots are mixed");

	const refused = await desk({ left_ms: 600_000 });
	addTime(refused.session, MINUTE);
	await refused.world.run(20_000);
	assert.equal(offered(refused.session), null, "what never came to stand is not offered");
});

test("pause and granting: rooms with a time of their own stand still too; what is granted stays within a pause", async () => {
	const own = 2 ** 29 + 2;
	const d = await desk({ left_ms: 600_000 }, (daemon) => { daemon.put(SECTION.scope, own, 0, [[2, [3, 900_000, daemon.log_ms]]]); daemon.put(SECTION.signals, 3, 0, [[2, [daemon.log_ms - 5000, 1, 5]]]); });
	assert.deepEqual(queue(d.session).map((h) => [h.room, h.minutes]), [[3, 5]]);
	pause(d.session);
	assert.deepEqual((await d.said()).map(([command, , at]) => [command, at]), [[COMMAND.pause, 0], [COMMAND.pause, own]]);
	scope(d, [[2, [9, 590_000, d.daemon.log_ms, 1]]]);
	scope(d, [[2, [9, 890_000, d.daemon.log_ms, 1]]], own);
	await d.world.run(60_000);
	assert.equal(d.session.remaining(), 590_000, "it stands still");
	let sent = (await d.said()).length;
	grant(d.session, 3, 5);
	assert.deepEqual((await fresh(d, sent)).map(([command, a, at, form]) => [command, a, at, (form as number[])[0]]), [
		[COMMAND.time, 0, 2 ** 29 + 3, 890_000], [COMMAND.pause, 0, 2 ** 29 + 3, 890_000], [COMMAND.hand, 3, 0, 0],
	], "remaining and so many minutes, still standing; the hand is lowered");
	sent = (await d.said()).length;
	carryOn(d.session);
	assert.deepEqual((await fresh(d, sent)).map(([command, , at, form]) => [command, at, (form as number[])[0]]), [[COMMAND.time, 0, 590_000], [COMMAND.time, own, 890_000]]);
});

test("moving people: one command, taken back by one; a new plan is taken back by the moves that undo it", async () => {
	const d = await desk({ rooms: 3, people: 9 });
	const members = (room: number, of: number[]) => { d.daemon.sections.delete(`${SECTION.members}/${room}/0`); d.daemon.put(SECTION.members, room, 0, of.map((m) => [m, [3, 0, [["", `N${m}`, ""]]]])); };
	const place = async (...rooms: number[][]) => { rooms.forEach((of, i) => members(i + 1, of)); d.daemon.frame(rooms.map((_, i) => d.daemon.sections.get(`${SECTION.members}/${i + 1}/0`)!)); await d.world.run(100); };
	await place([101, 102], [201, 202], [301]);
	move(d.session, new Map([[201, 3], [101, 3]]));
	assert.deepEqual((await d.said()).map(([command, , , form]) => [command, form]), [[COMMAND.move, [101, 3, 201, 3]]]);
	await place([102], [202], [101, 201, 301]);
	takeBack(d.session);
	assert.deepEqual((await fresh(d, 1)).map(([, , , form]) => form), [[101, 1, 201, 2]]);
	await place([101, 102], [201, 202], [301]);
	plan(d.session, [0, 2]);
	await place([102, 201], [101, 202], [301]);
	await d.world.run(3000);
	assert.ok(offered(d.session));
	takeBack(d.session);
	assert.deepEqual((await fresh(d, 3)).map(([command, , , form]) => [command, form]), [[COMMAND.move, [101, 1, 201, 2]]]);
});
