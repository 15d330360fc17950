// SPDX-License-Identifier: EUPL-1.2
// The session as pages read it: full means saved, the nearest scope speaks, what is out of sight is out of the page.
import "./all_words.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { effect } from "@preact/signals";
import { Daemon, TestWorld, settle } from "../fixtures/daemon.js";
import { fixtures } from "../fixtures/sessions.js";
import { fromHex } from "../src/live/bytes.js";
import { linkSeat } from "../src/live/link.js";
import { participantSeat } from "../src/live/live.js";
import { ballotPack } from "../src/live/wire.js";
import { NO_CONTACT, NO_SAVING, SCOPE_ROOM, Session } from "../src/state/session.js";
import { COMMAND, FAULT, PHASE, SECTION } from "../src/tables.js";
import { language } from "../src/words/words.js";

async function open(name: string, change?: (d: Daemon) => void): Promise<{ session: Session; daemon: Daemon; world: TestWorld }> {
	const { daemon, kept } = fixtures[name]();
	change?.(daemon);
	const world = new TestWorld(daemon);
	for (const [key, value] of Object.entries(kept ?? {}))
		world.store.set(key, value);
	const seat = name.startsWith("desk") || name.startsWith("screen") ? linkSeat(world, daemon.sid, "00000000")! : participantSeat(world, "K7MP3XQR");
	const session = new Session(world, seat);
	await session.live.start();
	await settle();
	return { session, daemon, world };
}
const values = (map: Map<number, number>) => Object.fromEntries(map);
const ballot = (session: Session) => {
	const { saved, wanted, on_its_way } = session.ballot(session.activity(1)!);
	return { saved: values(saved), wanted: values(wanted), on_its_way };
};

test("full means saved: on its way until the verdict, and until it is stable", async () => {
	const { session, daemon } = await open("dots-open");
	assert.deepEqual(ballot(session), { saved: { 1: 2, 3: 1, 5: 1 }, wanted: { 1: 2, 3: 1, 5: 1 }, on_its_way: false });
	daemon.answers = false;
	session.cast(session.activity(1)!, new Map([[1, 3], [3, 1], [5, 1]]));
	assert.deepEqual(ballot(session), { saved: { 1: 2, 3: 1, 5: 1 }, wanted: { 1: 3, 3: 1, 5: 1 }, on_its_way: true });
	daemon.durable = false;
	const sent = daemon.commands[daemon.commands.length - 1];
	daemon.verdict(sent.lane, sent.number, 0);
	daemon.put(SECTION.ballots, 17, 0, [[1, [1, ballotPack(new Map([[1, 3], [3, 1], [5, 1]]))]]]);
	daemon.frame([daemon.sections.get(`${SECTION.verdicts}/17/0`)!, daemon.sections.get(`${SECTION.ballots}/17/0`)!]);
	assert.equal(ballot(session).on_its_way, true, "accepted is not saved");
	assert.equal(session.all_saved, false);
	daemon.stable = daemon.seq;
	daemon.frame([]);
	assert.deepEqual(ballot(session), { saved: { 1: 3, 3: 1, 5: 1 }, wanted: { 1: 3, 3: 1, 5: 1 }, on_its_way: false });
	assert.equal(session.all_saved, true);
});

test("another tab's ballot is not full before its verdict is stable", async () => {
	const { session, daemon } = await open("dots-open");
	daemon.durable = false;
	daemon.verdict("ffeeddccbbaa0099", 7, 0);
	daemon.put(SECTION.ballots, 17, 0, [[1, [1, ballotPack(new Map([[2, 1]]))]]]);
	daemon.frame([daemon.sections.get(`${SECTION.verdicts}/17/0`)!, daemon.sections.get(`${SECTION.ballots}/17/0`)!]);
	assert.deepEqual(ballot(session), { saved: { 1: 2, 3: 1, 5: 1 }, wanted: { 2: 1 }, on_its_way: true });
	daemon.stable = daemon.seq;
	daemon.frame([]);
	assert.deepEqual(ballot(session), { saved: { 2: 1 }, wanted: { 2: 1 }, on_its_way: false });
});

test("refused: the ballot goes back to what is saved, with the reason", async () => {
	const { session } = await open("dots-refused");
	session.cast(session.activity(1)!, new Map([[1, 1]]));
	assert.deepEqual(ballot(session), { saved: { 1: 2, 3: 1, 5: 1 }, wanted: { 1: 2, 3: 1, 5: 1 }, on_its_way: false });
	assert.deepEqual([session.refusal.value?.fault, session.refusal.value?.activity], [FAULT.closed, 1]);
});

test("a secret ballot is saved under lane', and stays in this page when the seal has dropped it", async () => {
	const { session, daemon } = await open("dots-typical");
	const prime = "08ec57a78d11acae";
	daemon.tell([3, 3, 1, 1, fromHex(prime)]);
	daemon.answers = false;
	session.cast(session.activity(1)!, new Map([[1, 3]]));
	assert.equal(daemon.commands[daemon.commands.length - 1].number, 1);
	daemon.put(SECTION.mine, 1, 1, [[0, ballotPack(new Map([[1, 3]]))], [fromHex(prime), [1, 0, daemon.seq]]]);
	daemon.frame([daemon.sections.get(`${SECTION.mine}/1/1`)!]);
	assert.deepEqual(ballot(session), { saved: { 1: 3 }, wanted: { 1: 3 }, on_its_way: false });
	daemon.put(SECTION.scope, 0, 0, [[4096 + 1, [PHASE.SEALED, 1]]]);
	daemon.frame([daemon.sections.get(`${SECTION.scope}/0/0`)!], { gone: [[SECTION.mine, 1, 1]] });
	assert.deepEqual(ballot(session).wanted, { 1: 3 });
});

test("a new round begins empty", async () => {
	const { session, daemon } = await open("dots-open");
	daemon.put(SECTION.scope, 0, 0, [[4096 + 1, [PHASE.OPEN, 2]]]);
	daemon.frame([daemon.sections.get(`${SECTION.scope}/0/0`)!]);
	assert.deepEqual(ballot(session), { saved: {}, wanted: {}, on_its_way: false });
});

test("each field is found in the nearest scope that has it", async () => {
	const { session, daemon } = await open("dots-typical");
	daemon.put(SECTION.scope, SCOPE_ROOM + 4, 0, [[2, [9, 600_000, daemon.log_ms]]]);
	daemon.frame([daemon.sections.get(`${SECTION.scope}/${SCOPE_ROOM + 4}/0`)!]);
	assert.equal(session.deadline(4)?.duration_ms, 600_000, "the room's own time");
	assert.equal(session.deadline(5)?.duration_ms, 400_000, "the others' time");
	assert.equal(session.phase(1, 4).phase, PHASE.OPEN, "the phase is the session's");
	assert.equal(session.step(4)?.number, 2);
});

test("what is gone is gone from the page, and whoever read it is told", async () => {
	const { session, daemon } = await open("result");
	let seen: number | null | undefined;
	const stop = effect(() => { seen = session.result(1, 4)?.ballots ?? null; });
	assert.notEqual(seen, null);
	daemon.frame([], { gone: [[SECTION.result, 1, 4], [SECTION.result, 1, 0]] });
	assert.equal(seen, null);
	stop();
});

test("words in the reader's language, else the first row, as typed", async () => {
	const { session, daemon } = await open("dots-typical");
	daemon.put(SECTION.session, 0, 0, [[2, [["sv", "Hinder"], ["en", "Obstacles"]]]]);
	daemon.frame([daemon.sections.get(`${SECTION.session}/0/0`)!]);
	language.value = "en";
	assert.equal(session.title, "Obstacles");
	assert.equal(session.activity(1)!.title, "Var finns era största hinder?");
	language.value = "sv";
	assert.equal(session.title, "Hinder");
});

test("what remains follows the daemon's clock, not the page's", async () => {
	const { session, world } = await open("dots-typical");
	assert.equal(session.remaining(4), 400_000);
	await world.run(10_000);
	assert.equal(session.remaining(4), 390_000);
});

test("a facilitator's act without contact is refused at once, never sent later", async () => {
	const { session, daemon, world } = await open("desk-open");
	daemon.reachable = false;
	daemon.cut();
	session.command(COMMAND.close, 1, 0, [0]);
	assert.equal(session.refusal.value?.fault, NO_CONTACT);
	daemon.reachable = true;
	await world.run(11_000);
	assert.equal(session.connected, true);
	assert.equal(daemon.commands.filter((c) => c.command === COMMAND.close).length, 0);
});

test("while nothing can be saved a facilitator's act is refused at once; when it can, it goes", async () => {
	const { session, daemon } = await open("desk-open");
	const closes = () => daemon.commands.filter((c) => c.command === COMMAND.close).length;
	daemon.tell([3, 4, 1]);
	assert.equal(session.health, 1);
	session.command(COMMAND.close, 1, 0, [0]);
	assert.deepEqual([session.refusal.value?.fault, closes()], [NO_SAVING, 0]);
	daemon.tell([3, 4, 0]);
	session.command(COMMAND.close, 1, 0, [0]);
	assert.equal(closes(), 1);
});

test("silent, away and stale are told by signals", async () => {
	const { session, daemon, world } = await open("screen-task");
	let stale = false;
	const stop = effect(() => { stale = session.silent; });
	await world.run(5000);
	daemon.tell([3, 0, daemon.log_ms + 5000]);
	assert.equal(stale, false);
	daemon.reachable = false;
	daemon.cut();
	await world.run(2000);
	assert.equal(stale, false);
	await world.run(2500);
	assert.equal(stale, true);
	daemon.reachable = true;
	await world.run(11_000);
	assert.equal(stale, false);
	stop();
});

