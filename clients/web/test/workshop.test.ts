// SPDX-License-Identifier: EUPL-1.2
// A workshop as pages read it: ratings, answers in words, groups, the pen, notes with what is still on its way, the tray, signals of the room.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "@msgpack/msgpack";
import { type Daemon, TestWorld, settle } from "../fixtures/daemon.js";
import { participantFixtures, ratingTally } from "../fixtures/participant.js";
import { NO_BYTES } from "../src/live/bytes.js";
import { participantSeat } from "../src/live/live.js";
import { packText } from "../src/live/wire.js";
import { Session, groups_of, place_between } from "../src/state/session.js";
import { COMMAND, FAULT, NOTE, PHASE, SECTION } from "../src/tables.js";

const STEP = 3, ROOM = 4;
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
const said = (d: Daemon) => (decode(last(d).text) as string[][])[0][1];
const send = (d: Daemon, ...names: string[]) => d.frame(names.map((name) => d.sections.get(name)!));
const wish = (session: Session, words: string, more: Record<string, unknown> = {}) => (
	{ id: session.note_id(), room: ROOM, step: STEP, kind: NOTE.idea as number, final: false, plenary: false, writing: false, place: 9000, activity: 0, words, ...more }
);

test("the agenda says what a step belongs to; a group's name is no item", async () => {
	const { session } = await open("person-room-notes");
	assert.deepEqual((({ plenary, source, group }) => ({ plenary, source, group }))(session.step(ROOM)!), { plenary: 3, source: 2, group: 1 });
	assert.equal(session.origin, "declaration@1");
	const groups = (await open("person-groups-open")).session.activity(2)!;
	assert.equal(groups.items.length, 30);
	assert.deepEqual([...groups.groups.keys()], [1, 2, 3, 4, 5]);
	assert.equal(groups.ref, "dots");
});

test("parts of a step have times and words", async () => {
	const { session, daemon } = await open("person-rate-empty");
	daemon.put(SECTION.agenda, 0, 0, [[3, [3, 35, [["sv", "Skatta", "Gör så", "Själv", "I rummet"]], [11], 0, 0, 0, [[2, 3], [20, 25]]]]]);
	send(daemon, `${SECTION.agenda}/0/0`);
	assert.deepEqual(session.step(ROOM)!.parts, [{ least: 2, most: 3, title: "Själv" }, { least: 20, most: 25, title: "I rummet" }]);
});

test("a rating says places, quartiles and its spread; held back it says only that", async () => {
	const { session } = await open("person-rate-wide");
	const room = session.rating(11, ROOM)!;
	assert.deepEqual([room.answers, room.median, room.q1, room.q3, room.wide, room.held_back], [6, 375, 100, 900, true, false]);
	assert.deepEqual([...room.places].slice(0, 2), [[30, 1], [100, 1]]);
	assert.equal(session.result(11, ROOM)!.sums.size, 0, "places are no sums");
	const few = (await open("person-rate-few")).session.rating(11, ROOM)!;
	assert.deepEqual([few.answers, few.held_back, few.places.size], [0, true, 0]);
	assert.equal(session.rating(12, ROOM), null);
});

test("bands: what may be told of other rooms, of the round asked now", async () => {
	const { session, daemon } = await open("person-rate-wide");
	daemon.put(SECTION.band, 11, 0, [[1, [1, 6, 6, 0, encode([6, 500, 510, 400, 600, 0])]], [2, [1, 2, 2, 1, NO_BYTES]], [3, [2, 6, 6, 0, encode([6, 1, 1, 1, 1, 0])]]]);
	send(daemon, `${SECTION.band}/11/0`);
	const bands = session.bands(11);
	assert.deepEqual([...bands.keys()], [1, 2]);
	assert.deepEqual([bands.get(1)!.median, bands.get(2)!.held_back], [510, true]);
});

test("groups of a result, papers, and the order it gave", async () => {
	const { session } = await open("person-groups-result");
	const all = session.result(2)!;
	assert.deepEqual(groups_of(all)[1], { group: 2, sum: 120, voters: 80 });
	assert.equal(all.papers, 0);
	assert.equal(session.outcome(2), null);
	const outcome = (await open("person-room-notes")).session.outcome(1)!;
	assert.deepEqual(outcome.rows[0], { id: 2, total: 31, voters: 31 });
	assert.deepEqual([outcome.override, outcome.reason], [false, ""]);
});

test("an answer in words is saved as its text, and taken back as nothing", async () => {
	const { session, daemon } = await open("person-text-empty");
	const activity = session.activity(30)!;
	daemon.answers = false;
	session.answer(activity, "Att vi är många");
	assert.deepEqual(form(daemon), [1, 0, NO_BYTES]);
	assert.equal(said(daemon), "Att vi är många");
	assert.deepEqual(session.own_answer(activity), { saved: "", wanted: "Att vi är många", on_its_way: true });
	daemon.verdict(last(daemon).lane, last(daemon).number, 0);
	daemon.put(SECTION.ballots, 17, 0, [[30, [1, last(daemon).text]]]);
	send(daemon, `${SECTION.verdicts}/17/0`, `${SECTION.ballots}/17/0`);
	assert.deepEqual(session.own_answer(activity), { saved: "Att vi är många", wanted: "Att vi är många", on_its_way: false });
	session.answer(activity, "");
	assert.equal(last(daemon).text.length, 0);
	assert.deepEqual(session.own_answer(activity), { saved: "Att vi är många", wanted: "", on_its_way: true });
});

test("answers of all: the most given first, and how many do not fit", async () => {
	const { session } = await open("person-text-result");
	assert.deepEqual(session.answers(30).map((a) => a.count), [3, 2, 1, 1]);
	assert.equal(session.answers_left_out(30), 2);
});

test("the room's ballot names the pen's tenure, and only its holder may cast it", async () => {
	const { session, daemon } = await open("person-rank-room");
	const activity = session.activity(20)!;
	assert.equal(session.may_cast(activity), false);
	daemon.put(SECTION.signals, ROOM, 0, [[1, [4, 17, 0, daemon.log_ms]]]);
	send(daemon, `${SECTION.signals}/${ROOM}/0`);
	assert.equal(session.may_cast(activity), true);
	session.cast(activity, new Map([[1, 1]]));
	assert.deepEqual(form(daemon).slice(0, 2), [1, 4]);
	daemon.put(SECTION.signals, ROOM, 0, [[1, [5, 0, 0, daemon.log_ms]]]);
	send(daemon, `${SECTION.signals}/${ROOM}/0`);
	session.cast(activity, new Map([[2, 1]]));
	assert.deepEqual(form(daemon).slice(0, 2), [1, 0], "nobody has the pen: anybody in the room");
});

test("a room's ballot does not jump back between its verdict and the room's section", async () => {
	const { session, daemon } = await open("person-rank-room");
	daemon.put(SECTION.signals, ROOM, 0, [[1, [4, 17, 0, daemon.log_ms]]]);
	send(daemon, `${SECTION.signals}/${ROOM}/0`);
	daemon.answers = false;
	session.cast(session.activity(20)!, new Map([[2, 1]]));
	daemon.verdict(last(daemon).lane, last(daemon).number, 0);
	/* The verdict comes at once: stable is ahead of what the sections show. */
	daemon.tell([1, 1, 100, daemon.seq, daemon.log_ms, null, [], [[SECTION.verdicts, 17, 0, true, [...daemon.sections.get(`${SECTION.verdicts}/17/0`)![3]].flat()]]]);
	assert.equal(session.all_saved, true);
	assert.deepEqual([...session.ballot(session.activity(20)!).wanted], [[2, 1]]);
});

test("the pen: whose it is, taking it, and that a stale page says what it knows", async () => {
	const { session, daemon } = await open("person-room-offer");
	assert.deepEqual(session.pen(ROOM), { tenure: 0, holder: 0, away: false, at_ms: daemon.log_ms - 300_000 });
	assert.equal(session.has_pen, false);
	session.pen_take(ROOM);
	assert.deepEqual([last(daemon).command, last(daemon).a, form(daemon)], [COMMAND.pen_take, ROOM, [0]]);
	daemon.put(SECTION.signals, ROOM, 0, [[1, [1, 17, 0, daemon.log_ms]]]);
	send(daemon, `${SECTION.signals}/${ROOM}/0`);
	assert.equal(session.has_pen, true);
	session.pen_give(ROOM, 401);
	assert.deepEqual(form(daemon), [1, 401]);
	assert.equal(session.member_name(ROOM, 401), "Aino");
});

test("notes stand in their order, with what is on its way among them", async () => {
	const { session, daemon } = await open("person-room-pen");
	assert.deepEqual(session.notes(ROOM, STEP).map((n) => [n.number, n.place, n.state]), [[1, 1000, "saved"], [2, 2000, "saved"], [3, 3000, "saved"], [4, 4000, "saved"]]);
	daemon.answers = false;
	const mine = wish(session, "Avsätt en halv dag", { place: place_between(2000, 3000) });
	session.note_put(mine);
	assert.deepEqual(form(daemon), [mine.id, 3, NOTE.idea, 0, 0, 0, 2500, 0]);
	assert.deepEqual(session.notes(ROOM, STEP).map((n) => [n.number, n.state]), [[1, "saved"], [2, "saved"], [0, "way"], [3, "saved"], [4, "saved"]]);
	assert.equal(session.notes(ROOM, STEP)[2].author, 17);
});

test("a note waits with its newest words, once, also after a reload", async () => {
	const { session, daemon, world } = await open("person-room-pen");
	daemon.reachable = false;
	daemon.cut();
	const mine = wish(session, "Avs");
	session.note_put(mine);
	session.note_put({ ...mine, words: "Avsätt tid" });
	session.live.stop();
	await settle();
	world.claims.clear();
	daemon.reachable = true;
	const again = new Session(world, participantSeat(world, "K7MP3XQR"));
	await again.live.start();
	await settle();
	const puts = daemon.commands.filter((c) => c.command === COMMAND.note_put);
	assert.equal(puts.length, 1);
	assert.equal(said(daemon), "Avsätt tid");
});

test("a saved note stays in sight until its section comes", async () => {
	const { session, daemon } = await open("person-room-pen");
	daemon.answers = false;
	session.note_put(wish(session, "Avsätt tid"));
	daemon.verdict(last(daemon).lane, last(daemon).number, 0);
	daemon.tell([1, 1, 100, daemon.seq, daemon.log_ms, null, [], [[SECTION.verdicts, 17, 0, true, [...daemon.sections.get(`${SECTION.verdicts}/17/0`)![3]].flat()]]]);
	assert.equal(session.all_saved, true);
	assert.deepEqual(session.notes(ROOM, STEP).map((n) => n.state), ["saved", "saved", "saved", "saved", "saved"]);
	daemon.put(SECTION.notes, ROOM, STEP, [[5, [(form(daemon) as [Uint8Array])[0], 0, NOTE.idea, 0, 0, 0, 9000, 17, daemon.log_ms, 0, 0, [["", "Avsätt tid"]]]]]);
	send(daemon, `${SECTION.notes}/${ROOM}/${STEP}`);
	assert.deepEqual(session.notes(ROOM, STEP).map((n) => n.number), [1, 2, 3, 4, 5]);
});

test("a note is gone at once; one that never got through goes without a word", async () => {
	const { session, daemon } = await open("person-room-pen");
	daemon.answers = false;
	session.note_drop(ROOM, session.notes(ROOM, STEP)[0].id);
	assert.deepEqual(session.notes(ROOM, STEP).map((n) => n.number), [2, 3, 4]);
	daemon.verdict(last(daemon).lane, last(daemon).number, FAULT.no_note);
	send(daemon, `${SECTION.verdicts}/17/0`);
	assert.equal(session.refusal.value, null);
});

test("without the pen a note is a suggestion: it lies in the tray, not among the notes", async () => {
	const { session, daemon } = await open("person-room-notes");
	daemon.answers = false;
	session.note_put(wish(session, "Ta upp det med HR"));
	assert.equal(form(daemon)[1], 0);
	assert.equal(session.notes(ROOM, STEP).length, 4);
	assert.deepEqual(session.tray(ROOM).map((t) => [t.item, t.author, t.tenure, t.words]), [[0, 17, 0, "Ta upp det med HR"]]);
});

test("written with an earlier pen: into the tray, and said", async () => {
	const { session, daemon } = await open("person-room-pen");
	daemon.answers = false;
	session.note_put(wish(session, "Det jag inte hann"));
	daemon.durable = false;
	daemon.verdict(last(daemon).lane, last(daemon).number, FAULT.recovered);
	send(daemon, `${SECTION.verdicts}/17/0`);
	assert.deepEqual([session.notes(ROOM, STEP).length, session.tray(ROOM).map((t) => t.words)], [4, ["Det jag inte hann"]], "judged, not yet stable");
	daemon.stable = daemon.seq;
	daemon.put(SECTION.signals, ROOM, 0, [[1, [4, 401, 0, daemon.log_ms]]]);
	daemon.put(SECTION.tray, ROOM, 0, [[1, [(form(daemon) as [Uint8Array])[0], STEP, 0, NOTE.idea, 17, 3, daemon.log_ms, [["", "Det jag inte hann"]]]]]);
	send(daemon, `${SECTION.verdicts}/17/0`, `${SECTION.signals}/${ROOM}/0`, `${SECTION.tray}/${ROOM}/0`);
	assert.deepEqual(session.tray(ROOM).map((t) => [t.item, t.tenure, t.words]), [[1, 3, "Det jag inte hann"]]);
	assert.equal(session.notes(ROOM, STEP).length, 4);
	assert.deepEqual([session.refusal.value?.fault, session.refusal.value?.command], [FAULT.recovered, COMMAND.note_put]);
});

test("what is taken from the tray leaves it at once", async () => {
	const { session, daemon } = await open("person-room-tray");
	daemon.put(SECTION.signals, ROOM, 0, [[1, [4, 17, 0, daemon.log_ms]]]);
	send(daemon, `${SECTION.signals}/${ROOM}/0`);
	daemon.answers = false;
	session.tray_take(ROOM, 1, null, 0);
	assert.deepEqual(form(daemon), [1, 4, new Uint8Array(8), 0]);
	assert.deepEqual(session.tray(ROOM), []);
});

test("places: after the last, before the first, between two", () => {
	assert.equal(place_between(null, null), 2 ** 20);
	assert.equal(place_between(5000, null), 5000 + 2 ** 20);
	assert.equal(place_between(null, 1000), 500);
	assert.equal(place_between(1000, 1500), 1250);
	assert.equal(place_between(1000, 1001), 1000, "no room left: equal places stand by number");
});

test("the room's hand, its step, everybody back, and words to both", async () => {
	const { session, daemon, world } = await open("person-room-hand");
	assert.equal(session.hand(ROOM)?.place, 3);
	assert.equal(session.done_step(ROOM), STEP);
	session.hand_up(ROOM, false);
	assert.deepEqual([last(daemon).command, form(daemon)], [COMMAND.hand, [0, 0]]);
	session.ready(ROOM, STEP, false);
	assert.deepEqual([last(daemon).command, last(daemon).a, form(daemon)], [COMMAND.ready, ROOM, [STEP, 0]]);
	daemon.put(SECTION.signals, ROOM, 0, [[2, [0, 0]]]);
	daemon.put(SECTION.scope, 0, 0, [[4, [300_000, daemon.log_ms]], [3, [daemon.log_ms - 2, [["sv", "Till alla"]]]]]);
	daemon.put(SECTION.scope, 2 ** 29 + ROOM, 0, [[3, [daemon.log_ms - 1, [["sv", "Till rummet"]]]]]);
	send(daemon, `${SECTION.signals}/${ROOM}/0`, `${SECTION.scope}/0/0`, `${SECTION.scope}/${2 ** 29 + ROOM}/0`);
	assert.equal(session.hand(ROOM), null);
	assert.deepEqual(session.announcements(ROOM).map((a) => a.words), ["Till alla", "Till rummet"]);
	await world.run(10_000);
	assert.equal(session.back(ROOM)?.remaining_ms, 290_000);
	daemon.put(SECTION.scope, 2 ** 29 + ROOM, 0, [[4, [0, 0]]]);
	send(daemon, `${SECTION.scope}/${2 ** 29 + ROOM}/0`);
	assert.equal(session.back(ROOM)?.remaining_ms, 300_000, "the room's own was taken back, that of all stands");
	for (const [later_ms, want] of [[320_000, 0], [300_000, undefined]]) {
		daemon.log_ms += later_ms!;
		daemon.frame([]);
		assert.equal(session.back(ROOM)?.remaining_ms, want);
	}
});

test("what the rooms have sent to all, and earlier wordings", async () => {
	const { session, daemon } = await open("person-room-notes");
	daemon.put(SECTION.plenary, 0, 0, [[9, [5, STEP, 11, NOTE.decision, 1, 20, [["", "Senare"]]]], [8, [4, STEP, 11, NOTE.idea, 0, 10, [["", "Först"]]]]]);
	daemon.put(SECTION.edits, ROOM, STEP, [[3, [[401, 10, [["", "Gemensam budget"]]]]]]);
	send(daemon, `${SECTION.plenary}/0/0`, `${SECTION.edits}/${ROOM}/${STEP}`);
	assert.deepEqual(session.plenary.map((p) => [p.room, p.words]), [[4, "Först"], [5, "Senare"]]);
	assert.deepEqual(session.edits(ROOM, STEP).get(3), [{ author: 401, at_ms: 10, words: "Gemensam budget" }]);
});

test("a phase of the room's own: the discussion is open in this room only", async () => {
	const { session } = await open("person-rate-open");
	assert.equal(session.phase(11, ROOM).phase, PHASE.REVEALED);
	assert.equal(session.phase(11, 5).phase, PHASE.OPEN);
	assert.equal(session.rating(11, ROOM)?.answers, 6);
	assert.equal(session.rating(11), null, "the total is not in sight yet");
});

test("the fixture's tally is the protocol's", () => {
	assert.deepEqual(decode(ratingTally([10, 20, 30, 40])), [4, 25, 25, 15, 35, 0, 10, 1, 20, 1, 30, 1, 40, 1]);
	assert.deepEqual(decode(ratingTally([0])), [1, 0, 0, 0, 0, 0, 0, 1]);
	assert.deepEqual(packText(null), NO_BYTES);
});
