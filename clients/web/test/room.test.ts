// SPDX-License-Identifier: EUPL-1.2
// A room on its own as its pages read it: who leads and what is talked about, what is said to the room's ballot, who is away, the time that stands still, earlier rounds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "@msgpack/msgpack";
import { type Daemon, TestWorld, settle } from "../fixtures/daemon.js";
import { participantFixtures } from "../fixtures/participant.js";
import { hex } from "../src/live/bytes.js";
import { participantSeat } from "../src/live/live.js";
import { ballotPack } from "../src/live/wire.js";
import { AGREES, NOT_YET, Session } from "../src/state/session.js";
import { follow, leadTo } from "../src/state/turn.js";
import { COMMAND, FAULT, SECTION } from "../src/tables.js";

const ROOM = 4, ME = 17, ASKED = 50;
async function open(name: string, change?: (d: Daemon) => void): Promise<{ session: Session; daemon: Daemon; world: TestWorld }> {
	const { daemon, kept } = participantFixtures[name]();
	change?.(daemon);
	const world = new TestWorld(daemon);
	for (const [key, value] of Object.entries(kept ?? {}))
		world.store.set(key, value);
	const session = new Session(world, participantSeat(world, "K7MP3XQR"));
	await session.live.start();
	await settle();
	return { session, daemon, world };
}
const last = (d: Daemon) => d.commands[d.commands.length - 1];
const form = (d: Daemon) => decode(last(d).form) as unknown[];
const put = (d: Daemon, kind: number, a: number, items: [unknown, unknown][]) => {
	d.put(kind, a, 0, items);
	d.frame([d.sections.get(`${kind}/${a}/0`)!]);
};

test("the leader's button: first the question on the page, then the one after", () => {
	const cases: [number[], focus: number, at: number, want: ReturnType<typeof leadTo>][] = [
		[[11, 12, 13], 0, 0, { activity: 11, is: "show" }],
		[[11, 12, 13], 0, 12, { activity: 12, is: "show" }],
		[[11, 12, 13], 99, 12, { activity: 12, is: "show" }],
		[[11, 12, 13], 11, 13, { activity: 13, is: "show" }],
		[[11, 12, 13], 11, 11, { activity: 12, is: "next" }],
		[[11, 12, 13], 11, 0, { activity: 12, is: "next" }],
		[[11, 12, 13], 13, 13, null],
		[[11], 0, 11, null],
		[[], 0, 0, null],
	];
	for (const [questions, focus, at, want] of cases)
		assert.deepEqual(leadTo(questions, focus, at), want, `${questions} ${focus} ${at}`);
});

test("a page follows each turn once, and not in the middle of something", () => {
	const turn = { activity: 12, at_ms: 500 };
	assert.equal(follow([11, 12], turn, 0, false), 12);
	assert.equal(follow([11, 12], turn, 500, false), 0, "followed before");
	assert.equal(follow([11, 12], turn, 0, true), 0, "a finger is on the page");
	assert.equal(follow([11, 13], turn, 0, false), 0, "of another step");
	assert.equal(follow([11, 12], null, 0, false), 0);
});

test("who may turn the room's pages: the leader; while nobody leads, the note-taker", async () => {
	for (const [leader, holder, want] of [[ME, 401, true], [402, ME, false], [0, ME, true], [0, 401, false], [0, 0, false]] as const) {
		const { session, daemon } = await open("person-lead-you");
		put(daemon, SECTION.signals, ROOM, [[1, [3, holder, 0, daemon.log_ms]], [4, leader]]);
		assert.equal(session.may_focus, want, `leader ${leader}, pen ${holder}`);
		assert.equal(session.leader(ROOM), leader);
	}
	const { session, daemon } = await open("person-lead-you");
	assert.deepEqual(session.focus(ROOM), { activity: 11, at_ms: daemon.log_ms - 30_000 });
	session.focus_on(ROOM, 12);
	assert.deepEqual([last(daemon).command, last(daemon).a, form(daemon)], [COMMAND.focus, ROOM, [12]]);
	await settle();
	session.lead(ROOM, 402);
	assert.deepEqual([last(daemon).command, last(daemon).a, form(daemon)], [COMMAND.lead, ROOM, [402]]);
	put(daemon, SECTION.signals, ROOM, [[5, [0, daemon.log_ms]]]);
	assert.equal(session.focus(ROOM), null);
});

test("more time is asked for with the hand", async () => {
	const { session, daemon } = await open("person-lead-you");
	session.hand_up(ROOM, true, 5);
	assert.deepEqual([last(daemon).command, form(daemon)], [COMMAND.hand, [1, 5]]);
	put(daemon, SECTION.signals, ROOM, [[2, [daemon.log_ms, 2, 5]]]);
	assert.deepEqual(session.hand(ROOM), { at_ms: daemon.log_ms, place: 2, minutes: 5 });
});

test("what is said to the room's ballot is said to these very bytes", async () => {
	const { session, daemon } = await open("person-agree-ask", (d) => { d.answers = false; });
	const asked = () => session.activity(ASKED)!;
	const { agree, not_yet, own } = session.accord(asked())!;
	assert.deepEqual([agree, not_yet, own], [[402], [403], 0]);
	session.agree(asked(), AGREES);
	const [round, answer, ballot] = form(daemon) as [number, number, Uint8Array];
	assert.deepEqual([last(daemon).command, last(daemon).a, round, answer, hex(ballot)], [COMMAND.agree, ASKED, 1, AGREES, hex(ballotPack(new Map([[2, 1]])))]);
	assert.deepEqual((({ own, on_its_way }) => [own, on_its_way])(session.accord(asked())!), [AGREES, true], "shown at once, and not as saved");
	/* Another answer stands now: what was said to the first is not said to it. */
	put(daemon, SECTION.room_ballots, ROOM, [[ASKED, [1, ballotPack(new Map([[1, 1]])), [], []]]]);
	assert.deepEqual((({ own, on_its_way }) => [own, on_its_way])(session.accord(asked())!), [0, false]);
	put(daemon, SECTION.room_ballots, ROOM, [[ASKED, [1, ballotPack(new Map([[1, 1]])), [402], [ME]]]]);
	assert.equal(session.accord(asked())!.own, NOT_YET);
	put(daemon, SECTION.room_ballots, ROOM, [[ASKED, [1, new Uint8Array(), [], []]]]);
	assert.equal(session.accord(asked()), null, "nothing stands");
});

test("a word to a ballot that stands no more is refused beside the question", async () => {
	const { session, daemon } = await open("person-agree-ask");
	daemon.fault = (sent) => (sent.command === COMMAND.agree ? FAULT.stale : 0);
	session.agree(session.activity(ASKED)!, AGREES);
	await settle();
	assert.deepEqual((({ fault, activity, command }) => [fault, activity, command])(session.refusal.value!), [FAULT.stale, ASKED, COMMAND.agree]);
	assert.equal(session.accord(session.activity(ASKED)!)!.own, 0);
});

test("who is away is said after ten seconds, so that a reload is none, and counted from the first word of it", async () => {
	const { session, daemon, world } = await open("person-lead-you");
	daemon.tell([3, 5, [ROOM, [402]]]);
	assert.equal(session.away_from(ROOM).size, 0, "a reload");
	await world.run(12_000);
	daemon.tell([3, 5, [ROOM, [402, 403]]]);
	assert.deepEqual([...session.away_from(ROOM).keys()], [402]);
	await world.run(60_000);
	const [first, second] = [...session.away_from(ROOM).values()];
	assert.ok(first >= 72_000 && first < 73_000 && second >= 60_000 && second < 61_000, `${first} ${second}`);
	daemon.tell([3, 5, [ROOM, []]]);
	assert.equal(session.away_from(ROOM).size, 0);
});

test("a time that stands still has so much left, however long it stands", async () => {
	const { session, daemon, world } = await open("person-time-still");
	assert.deepEqual([session.remaining(ROOM), session.deadline(ROOM)!.still], [192_000, true]);
	await world.run(30_000);
	assert.equal(session.remaining(ROOM), 192_000);
	put(daemon, SECTION.scope, 0, [[2, [5, 192_000, daemon.log_ms, 0]]]);
	await world.run(2_000);
	assert.deepEqual([session.remaining(ROOM), session.deadline(ROOM)!.still], [190_000, false]);
});

test("each late wording of one note lies in the room's tray, and none hides another", async () => {
	const { session, daemon } = await open("person-lead-you");
	const id = Uint8Array.from([9, 9, 9, 9, 9, 9, 9, 9]);
	put(daemon, SECTION.tray, ROOM, [[1, [id, 3, 0, 1, 402, 1, daemon.log_ms, [["", "Först"]]]], [2, [id, 3, 0, 1, 402, 3, daemon.log_ms, [["", "Sedan"]]]]]);
	assert.deepEqual(session.tray(ROOM).map((i) => [i.item, i.words]), [[1, "Först"], [2, "Sedan"]]);
});

test("what was typed with a pen that is gone is said with that pen, in that room; refused it stays with its page", async () => {
	const { session, daemon } = await open("person-lead-you");
	const kept = { id: Uint8Array.from([8, 0, 0, 0, 0, 0, 0, 1]), room: 2, step: 3, tenure: 7, kind: 1, final: false, plenary: false, writing: true, place: 5, activity: 0, words: "Mitt i ett or " };
	const told: boolean[] = [];
	session.rescue(kept, (saved) => told.push(saved));
	assert.deepEqual([last(daemon).command, last(daemon).a, last(daemon).b, form(daemon).slice(1), decode(last(daemon).text)], [COMMAND.note_put, 2, 3, [7, 1, 0, 0, 0, 5, 0], [["", "Mitt i ett or"]]]);
	await settle();
	daemon.fault = () => FAULT.full;
	session.rescue({ ...kept, id: Uint8Array.from([8, 0, 0, 0, 0, 0, 0, 2]) }, (saved) => told.push(saved));
	await settle();
	assert.deepEqual(told, [true, false]);
	assert.deepEqual(session.undone.value, [], "its card is on the page already");
});

test("asked again: the round before stands beside the newest", async () => {
	const { session, daemon } = await open("person-rounds-rate");
	assert.equal(session.earlier(11), 1);
	assert.deepEqual([session.rating(11, 0, 1)!.answers, session.rating(11)!.answers], [70, 72]);
	assert.equal(session.earlier(12), 0, "asked once");
	put(daemon, SECTION.result, 11, [[1, null]]);
	assert.equal(session.earlier(11), 0, "out of sight");
	assert.deepEqual((await open("person-rounds-text")).session.answers(30, 0, 2).map((a) => a.words), ["Att vi är många", ""]);
});
