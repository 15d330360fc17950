// SPDX-License-Identifier: EUPL-1.2
// The live module against a daemon of a few lines and a clock moved by hand: every "Sparat" is true, and nothing is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "@msgpack/msgpack";
import { Daemon, TestWorld, settle } from "../fixtures/daemon.js";
import { fromHex, hex } from "../src/live/bytes.js";
import { linkSeat } from "../src/live/link.js";
import { type Change, Live, participantSeat } from "../src/live/live.js";
import { ballotPack, pack } from "../src/live/wire.js";
import { claimByLease } from "../src/live/world.js";
import { COMMAND, FAULT, PHASE, SECTION } from "../src/tables.js";

interface Page { live: Live; changes: Change[] }
const page = async (world: TestWorld, place = "K7MP3XQR"): Promise<Page> => {
	const changes: Change[] = [];
	const live = new Live(world, participantSeat(world, place), (c) => changes.push(c));
	await live.start();
	await settle();
	return { live, changes };
};
const member = () => {
	const daemon = new Daemon();
	daemon.put(SECTION.session, 0, 0, [[1, ["K7MP3XQR", 0, "sv", 3, 30000, 1, 0]]]).put(SECTION.me, 17, 0, [[0, [4, 3, 0, null]]]).put(SECTION.verdicts, 17, 0, []);
	return { daemon, world: new TestWorld(daemon) };
};
const vote = (live: Live, item: number, activity = 1) => live.send({ command: COMMAND.ballot, a: activity, field: `ballot/${activity}`, form: pack([1, 0, ballotPack(new Map([[item, 1]]))]) });
const votes = (d: Daemon) => d.commands.filter((c) => c.command === COMMAND.ballot);
const cast = (c: { form: Uint8Array }) => [...((decode(c.form) as [number, number, Uint8Array])[2])];
const refused = (p: Page) => p.changes.flatMap((c) => (c.is === "outcome" && c.outcome.is === "refused" ? [c.outcome.fault] : []));
const saved = (p: Page) => p.changes.filter((c) => c.is === "outcome" && c.outcome.is === "saved").length;

test("a person's token and secret are made once, and the lane opens with the join", async () => {
	const { daemon, world } = member();
	daemon.actor = 0;
	daemon.sections.delete(`${SECTION.me}/17/0`);
	const p = await page(world);
	assert.equal(daemon.hellos.length, 1);
	assert.deepEqual(daemon.commands, [], "nobody joins before they press the button");
	p.live.join([["", "Ada", ""]]);
	assert.deepEqual(daemon.commands.map((c) => [c.command, c.number, hex(c.form)]), [[COMMAND.join, 1, "90"]]);
	const token = hex(daemon.hellos[0][4] as Uint8Array);
	p.live.stop();
	await page(world);
	assert.equal(hex(daemon.hellos[1][4] as Uint8Array), token);
});

test("a known member with a new lane joins by itself, then sends what waits", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	vote(p.live, 3);
	await world.run(10);
	assert.deepEqual(daemon.commands.map((c) => [c.command, c.number]), [[COMMAND.join, 1], [COMMAND.ballot, 2]]);
	assert.equal(p.live.entries.length, 0);
});

test("accepted but not stable stays in the outbox; stable lets it go", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	daemon.durable = false;
	vote(p.live, 3);
	assert.deepEqual(p.live.entries.map((e) => e.state), ["judged"]);
	assert.equal(saved(p), 1, "the join alone");
	daemon.stable = daemon.seq;
	daemon.frame([]);
	assert.equal(p.live.entries.length, 0);
	assert.equal(saved(p), 2);
});

test("while one is under way the newest of what waits is kept", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	daemon.answers = false;
	for (const item of [1, 2, 3, 4])
		vote(p.live, item);
	assert.deepEqual(votes(daemon).map(cast), [[0x92, 1, 1]]);
	daemon.answers = true;
	const first = votes(daemon)[0];
	daemon.verdict(first.lane, first.number, 0);
	daemon.frame([daemon.sections.get(`${SECTION.verdicts}/17/0`)!]);
	assert.deepEqual(votes(daemon).map((c) => [c.number, cast(c)[1]]), [[2, 1], [3, 4]]);
});

test("cut in the middle: back with jitter, the same number marked again, once counted", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	daemon.answers = false;
	vote(p.live, 3);
	daemon.reachable = false;
	daemon.cut();
	assert.equal(p.live.line, "away");
	vote(p.live, 5);
	await world.run(8000);
	assert.equal(p.live.line, "away");
	daemon.reachable = daemon.answers = true;
	await world.run(11_000);
	assert.equal(p.live.line, "open");
	assert.deepEqual(votes(daemon).map((c) => [c.number, c.again, cast(c)[1]]), [[2, false, 3], [2, true, 3], [3, false, 5]]);
	assert.equal(p.live.entries.length, 0);
});

test("the back-off grows to ten seconds and no further", async () => {
	const { daemon, world } = member();
	await page(world);
	daemon.reachable = false;
	const at: number[] = [];
	const connect = world.connect;
	world.connect = (events) => { at.push(world.time); return connect(events); };
	daemon.cut();
	const start = world.time;
	await world.run(120_000);
	const gaps = at.map((t, i) => t - (i === 0 ? start : at[i - 1]));
	assert.ok(gaps[0] <= 500, `first after ${gaps[0]}`);
	assert.ok(gaps.every((g) => g <= 10_000) && gaps.slice(-3).every((g) => g >= 5000), gaps.join(" "));
});

test("a reload keeps what was not answered; the lane goes on with its numbers", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	daemon.answers = false;
	vote(p.live, 3);
	vote(p.live, 5);
	p.live.stop();
	daemon.answers = true;
	const q = await page(world);
	await world.run(10);
	const lanes = new Set(votes(daemon).map((c) => c.lane));
	assert.equal(lanes.size, 1);
	assert.deepEqual(votes(daemon).map((c) => [c.number, c.again, cast(c)[1]]), [[2, false, 3], [2, true, 3], [3, false, 5]]);
	assert.equal(q.live.entries.length, 0);
});

test("a browser that dies right after sending: the number stands in the storage, and is not used for other content", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	daemon.answers = false;
	vote(p.live, 3);
	/* No goodbye: the socket, the claims and the timers are simply gone. */
	daemon.events = null;
	world.claims.clear();
	world.timers = [];
	const q = await page(world);
	daemon.answers = true;
	vote(q.live, 5);
	await world.run(10);
	const last = votes(daemon).slice(1);
	assert.deepEqual(last[0] && [last[0].number, last[0].again, cast(last[0])[1]], [2, true, 3]);
});

test("a reload after the verdict came but before the page saw it: sent again, counted once", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	daemon.answers = false;
	vote(p.live, 3);
	const sent = votes(daemon)[0];
	daemon.verdict(sent.lane, sent.number, 0);
	p.live.stop();
	const q = await page(world);
	assert.equal(q.live.entries.length, 0, "the verdict in the first frame is enough");
	assert.equal(votes(daemon).length, 1);
});

test("two tabs open at once have two lanes; a closed one's outbox is taken up by the other", async () => {
	const { daemon, world } = member();
	const other = new Daemon();
	const p = await page(world);
	const first = daemon.hellos[0][6] as Uint8Array;
	daemon.answers = false;
	vote(p.live, 3);
	/* The second tab shares storage and claims, not the socket. */
	const world2 = Object.assign(new TestWorld(other), { store: world.store, claims: world.claims });
	world2.random(5);
	other.sections = daemon.sections;
	other.put(SECTION.ballots, 17, 0, []);
	const q = await page(world2);
	const second = other.hellos[0][6] as Uint8Array;
	assert.notEqual(hex(first), hex(second));
	p.live.stop();
	await world2.run(12_000);
	const taken = votes(other).filter((c) => c.lane === hex(first));
	assert.deepEqual(taken.map((c) => [c.number, c.again, cast(c)[1]]), [[2, true, 3]]);
	assert.equal(q.live.entries.length, 0);
});

test("later waits as told, unsure is marked again, refusals are told and spent", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	const script = [{ fault: FAULT.later, later_ms: 700 }, { fault: FAULT.unsure, later_ms: 0 }, { fault: FAULT.closed, later_ms: 0 }];
	daemon.reply = (c) => (c.command === COMMAND.ballot ? script.shift() ?? null : null);
	vote(p.live, 3);
	await world.run(600);
	assert.equal(votes(daemon).length, 1);
	await world.run(200);
	assert.deepEqual(votes(daemon).map((c) => [c.number, c.again]), [[2, false], [2, false], [2, true]]);
	assert.deepEqual(refused(p), [FAULT.closed]);
	vote(p.live, 4);
	assert.equal(votes(daemon)[3].number, 3);
});

test("a forgotten lane: a new one joins, and what was held waits for the person's word", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	const old = hex(daemon.hellos[0][6] as Uint8Array);
	daemon.reply = (c) => (c.lane === old ? { fault: FAULT.lane_unknown, later_ms: 0 } : null);
	vote(p.live, 3);
	await world.run(50);
	assert.equal(p.live.held_back.length, 1);
	const joins = daemon.commands.filter((c) => c.command === COMMAND.join && c.lane !== old);
	assert.deepEqual(joins.map((c) => c.number), [1]);
	assert.equal(votes(daemon).filter((c) => c.lane !== old).length, 0, "not before the person says so");
	p.live.settle_held_back(true);
	assert.deepEqual(votes(daemon).filter((c) => c.lane !== old).map((c) => [c.number, cast(c)[1]]), [[2, 3]]);
	assert.equal(p.live.entries.length, 0);
});

test("a forgotten lane of a facilitator: what was pressed is said to be refused, not kept for later", async () => {
	const daemon = new Daemon();
	daemon.roles = 17;
	daemon.actor = 2 ** 31 + 1;
	daemon.put(SECTION.me, daemon.actor, 0, [[0, [0, 17, 0, null]]]).put(SECTION.verdicts, daemon.actor, 0, []);
	const world = new TestWorld(daemon);
	const changes: Change[] = [];
	const live = new Live(world, linkSeat(world, daemon.sid, "AAECAwQFBgcICQoLDA0ODw")!, (c) => changes.push(c));
	await live.start();
	await settle();
	const old = hex(daemon.hellos[0][6] as Uint8Array);
	daemon.reply = (c) => (c.lane === old ? { fault: FAULT.lane_unknown, later_ms: 0 } : null);
	live.send({ command: COMMAND.close, a: 1, form: pack([0]), keep: false });
	await world.run(50);
	assert.equal(live.held_back.length, 0);
	assert.deepEqual(refused({ live, changes }), [FAULT.stale]);
	assert.equal(daemon.commands.filter((c) => c.command === COMMAND.close).length, 1);
});

test("history changed: what fell out is offered again in order, before anything new", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	daemon.durable = false;
	vote(p.live, 3, 1);
	vote(p.live, 4, 2);
	assert.deepEqual(p.live.entries.map((e) => [e.number, e.state]), [[2, "judged"], [3, "judged"]]);
	const { lane } = votes(daemon)[0];
	daemon.reachable = false;
	daemon.cut();
	vote(p.live, 5, 3);
	daemon.term = 2;
	daemon.seq = daemon.stable = 101;
	daemon.verdict(lane, 1, 0, 101);
	daemon.durable = daemon.reachable = true;
	await world.run(1000);
	assert.deepEqual(votes(daemon).slice(2).map((c) => [c.number, c.again]), [[2, true], [3, true], [4, false]]);
	assert.equal(p.live.entries.length, 0);
});

test("who is not joined has no position; who is says it", async () => {
	const { daemon, world } = member();
	daemon.actor = 0;
	const me = daemon.sections.get(`${SECTION.me}/17/0`)!;
	daemon.sections.delete(`${SECTION.me}/17/0`);
	const p = await page(world);
	daemon.cut();
	await world.run(1000);
	assert.deepEqual(daemon.hellos.map((h) => h.slice(7)), [[0, 0], [0, 0]], "it holds the door's sections, and says nothing of them");
	p.live.join([["", "Ada", ""]]);
	daemon.actor = 17;
	daemon.frame([me]);
	daemon.cut();
	await world.run(1000);
	assert.deepEqual(daemon.hellos[2].slice(7), [daemon.term, daemon.seq]);
});

test("a second welcome stands for the first: as somebody else the lane is opened anew, and what was under way goes again", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	daemon.answers = false;
	vote(p.live, 3);
	daemon.answers = true;
	daemon.actor = 18;
	daemon.term = 2;
	for (const kind of [SECTION.me, SECTION.verdicts])
		daemon.sections.delete(`${kind}/17/0`);
	daemon.put(SECTION.me, 18, 0, [[0, [4, 3, 0, null]]]).put(SECTION.verdicts, 18, 0, []);
	daemon.tell([0, 1, daemon.sid, daemon.code, daemon.roles, 18]);
	daemon.all();
	await world.run(100);
	assert.equal(p.live.actor, 18);
	assert.deepEqual(daemon.commands.slice(2).map((c) => [c.command, c.number, c.again]), [[COMMAND.join, 1, false], [COMMAND.ballot, 2, true]]);
	assert.equal(p.live.entries.length, 0);
});

test("after a listing a verdict held from before counts only if the lane still names it, under its new place", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	daemon.durable = false;
	vote(p.live, 3);
	const [{ lane }] = votes(daemon);
	daemon.verdict(lane, 1, 0, 90);
	daemon.stable = 200;
	daemon.durable = true;
	daemon.all();
	assert.deepEqual(votes(daemon).map((c) => [c.number, c.again]), [[2, false], [2, true]], "its old place below stable does not save it");
	assert.equal(p.live.entries.length, 0);
});

const secret = (live: Live) => live.send({ command: COMMAND.ballot, a: 1, field: "ballot/1", form: pack([1, 0, ballotPack(new Map([[2, 1]]))]), activity: 1, round: 1 });
const phase = (d: Daemon, which: number) => d.put(SECTION.scope, 0, 0, [[4096 + 1, [which, 1]]]).frame([d.sections.get(`${SECTION.scope}/0/0`)!]);

test("the seal came while the line was away: a secret ballot without a verdict is told to be uncertain, at once and once", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	daemon.answers = false;
	secret(p.live);
	daemon.cut();
	daemon.put(SECTION.scope, 0, 0, [[4096 + 1, [PHASE.SEALED, 1]]]);
	await world.run(11_000);
	assert.deepEqual([p.live.line, p.live.entries.length, refused(p)], ["open", 0, [FAULT.unsure]]);
	assert.equal(votes(daemon).length, 1);
});

test("the seal comes while a secret ballot is under way: its answer is waited for a little, never for ever", async () => {
	for (const [answer, told] of [[FAULT.closed, FAULT.closed], [0, FAULT.unsure]]) {
		const { daemon, world } = member();
		const p = await page(world);
		daemon.answers = false;
		secret(p.live);
		phase(daemon, PHASE.SEALED);
		assert.deepEqual(refused(p), []);
		if (answer)
			daemon.tell([2, fromHex(votes(daemon)[0].lane), 1, answer, 0, 1, 1]);
		await world.run(2100);
		assert.deepEqual([p.live.entries.length, refused(p)], [0, [told]]);
	}
});

test("what was never sent before the seal is sent, and told that it is closed", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	daemon.reachable = false;
	daemon.cut();
	secret(p.live);
	daemon.put(SECTION.scope, 0, 0, [[4096 + 1, [PHASE.REVEALED, 1]]]);
	daemon.reachable = true;
	daemon.answers = false;
	await world.run(600);
	assert.deepEqual(votes(daemon).map((c) => c.again), [false]);
	daemon.tell([2, fromHex(votes(daemon)[0].lane), 1, FAULT.closed, 0, 1, 1]);
	assert.deepEqual([p.live.entries.length, refused(p)], [0, [FAULT.closed]]);
});

test("whether anything can be saved is told by the daemon, with since when; it holds over a lost line, and clears itself", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	assert.equal(p.live.health, 0);
	await world.run(7000);
	daemon.tell([3, 4, 1]);
	const since = world.time;
	assert.deepEqual([p.live.health, p.live.health_since], [1, since]);
	daemon.cut();
	daemon.volatile = [[3, 4, 2]];
	await world.run(3000);
	assert.deepEqual([p.live.line, p.live.health, p.live.health_since], ["open", 2, since]);
	daemon.tell([3, 4, 0]);
	assert.deepEqual([p.live.health, p.live.health_since], [0, 0]);
});

test("secret ballots are numbered by themselves, and their verdict comes under lane'", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	const prime = "08ec57a78d11acae";
	daemon.tell([3, 3, 1, 1, fromHex(prime)]);
	daemon.answers = false;
	p.live.send({ command: COMMAND.ballot, a: 1, field: "ballot/1", form: pack([1, 0, ballotPack(new Map([[2, 1]]))]), activity: 1, round: 1 });
	assert.deepEqual(votes(daemon).map((c) => c.number), [1]);
	daemon.put(SECTION.mine, 1, 1, [[0, ballotPack(new Map([[2, 1]]))], [fromHex(prime), [1, 0, 120]]]);
	daemon.stable = 119;
	daemon.frame([daemon.sections.get(`${SECTION.mine}/1/1`)!]);
	assert.equal(p.live.entries.length, 1, "not stable, not saved");
	daemon.stable = 120;
	daemon.frame([]);
	assert.equal(p.live.entries.length, 0);
});

test("a link's token leaves the address and is found again by its tag; the facilitator's lane opens by itself", async () => {
	const daemon = new Daemon();
	daemon.roles = 17;
	daemon.actor = 2 ** 31 + 1;
	const world = new TestWorld(daemon);
	const seat = linkSeat(world, daemon.sid, "AAECAwQFBgcICQoLDA0ODw")!;
	const tag = seat.name.split(".").pop()!;
	assert.equal(tag.length, 8);
	assert.deepEqual(linkSeat(world, daemon.sid, tag), seat);
	assert.equal(linkSeat(world, daemon.sid, "deadbeef"), null);
	const live = new Live(world, seat, () => {});
	await live.start();
	await settle();
	assert.deepEqual(daemon.commands.map((c) => [c.command, c.number, c.text.length]), [[COMMAND.join, 1, 0]]);
});

test("bye: no such session ends it; later comes back", async () => {
	const { daemon, world } = member();
	daemon.bye = FAULT.no_session;
	const p = await page(world);
	await world.run(30_000);
	assert.deepEqual([p.live.line, p.live.ended.fault, daemon.hellos.length], ["ended", FAULT.no_session, 1]);
	const { daemon: d2, world: w2 } = member();
	const q = await page(w2);
	d2.tell([4, FAULT.later]);
	d2.events = null;
	assert.equal(q.live.line, "away");
	await w2.run(1000);
	assert.equal(q.live.line, "open");
});

test("another page of this person ends it with 4002, and says so", async () => {
	const { daemon, world } = member();
	const p = await page(world);
	daemon.cut(4002);
	assert.deepEqual([p.live.line, p.live.ended.elsewhere], ["ended", true]);
});

test("a link that hears nothing for two beats knows that it is stale", async () => {
	const { daemon, world } = member();
	daemon.roles = 33;
	const p = await page(world);
	await world.run(11_000);
	assert.equal(p.live.silent(), false);
	daemon.tell([3, 0, 5_000_000]);
	assert.equal(p.live.server_ms(), 5_000_000);
	await world.run(12_500);
	assert.equal(p.live.silent(), true);
	assert.equal(p.live.server_ms(), 5_012_500);
});

test("a lease of the storage: one at a time, free again when let go or when its tab sleeps", () => {
	const daemon = new Daemon();
	const world = new TestWorld(daemon);
	const first = claimByLease(world, "lane")!;
	assert.ok(first.held());
	assert.equal(claimByLease(world, "lane"), null);
	first.release();
	const second = claimByLease(world, "lane")!;
	assert.ok(second);
	world.timers = []; /* the tab sleeps: nothing renews */
	world.time += 7000;
	const third = claimByLease(world, "lane")!;
	assert.ok(third.held());
	assert.equal(second.held(), false, "who wakes up sees that it is no longer theirs");
});
