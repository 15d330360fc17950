// SPDX-License-Identifier: EUPL-1.2
// Several instances, and histories that change: the page is back at once, shows what it has until it knows better, sends what it kept, and says what was called saved and is not.
import "./all_words.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { effect } from "@preact/signals";
import { decode } from "@msgpack/msgpack";
import { type Daemon, TestWorld, settle } from "../fixtures/daemon.js";
import { fixtures } from "../fixtures/sessions.js";
import { gone_back } from "../src/faces/facilitator/trouble.js";
import { fromHex } from "../src/live/bytes.js";
import { linkSeat } from "../src/live/link.js";
import { participantSeat } from "../src/live/live.js";
import { ballotPack, packText } from "../src/live/wire.js";
import { Session } from "../src/state/session.js";
import { COMMAND, FAULT, PHASE, SECTION } from "../src/tables.js";

const ROOM = 4, STEP = 3;
interface Stage { session: Session; daemon: Daemon; world: TestWorld }
async function open(name: string, change?: (d: Daemon) => void): Promise<Stage> {
	const { daemon, kept } = fixtures[name]();
	change?.(daemon);
	const world = new TestWorld(daemon);
	for (const [key, value] of Object.entries(kept ?? {}))
		world.store.set(key, value);
	const session = new Session(world, name.startsWith("desk") ? linkSeat(world, daemon.sid, "00000000")! : participantSeat(world, "K7MP3XQR"));
	await session.live.start();
	await settle();
	return { session, daemon, world };
}
/** The daemon's state is from now on that of another history, shorter by this much. */
const other = (d: Daemon, change?: () => void) => {
	d.term += 5;
	d.seq = d.stable = 90;
	change?.();
	d.all();
};
const section = (d: Daemon, kind: number, a: number, b = 0) => d.sections.get(`${kind}/${a}/${b}`)!;
const told = (s: Session) => s.undone.value.map((u) => `${u.key} ${u.how}`);
const ballot = (d: Daemon, values: [number, number][] | null, activity = 1) => {
	if (values)
		d.put(SECTION.ballots, d.actor, 0, [[activity, [1, ballotPack(new Map(values))]]]);
	else
		d.sections.delete(`${SECTION.ballots}/${d.actor}/0`);
};
const casts = (d: Daemon) => d.commands.filter((c) => c.command === COMMAND.ballot).map((c) => [...((decode(c.form) as [number, number, Uint8Array])[2])]);
const phase = (d: Daemon, which: number, round = 1) => d.put(SECTION.scope, 0, 0, [[4096 + 1, [which, round]]]);

// --- back at once ---

test("a drained instance: after 1001, elsewhere or later the page is back within half a second, and nobody is told anything", async () => {
	for (const leave of [(d: Daemon) => d.cut(1001), (d: Daemon) => d.cut(1006), (d: Daemon) => { d.tell([4, FAULT.elsewhere]); d.cut(4001); }, (d: Daemon) => { d.tell([4, FAULT.later]); d.cut(4001); }]) {
		const { session, daemon, world } = await open("dots-open");
		let stuck = false;
		const stop = effect(() => { stuck ||= session.stuck; });
		leave(daemon);
		assert.equal(session.connected, false);
		await world.run(500);
		assert.deepEqual([session.connected, stuck, told(session)], [true, false, []]);
		await world.run(4000);
		assert.deepEqual([stuck, told(session)], [false, []]);
		stop();
	}
});

test("a hall does not come back in one moment: the first wait is by lot over half a second", async () => {
	const waits: number[] = [];
	for (let seed = 1; seed <= 40; seed++) {
		const { session, daemon, world } = await open("dots-open");
		world.random(seed);
		const began = world.time;
		daemon.cut(1001);
		while (!session.connected)
			await world.run(5);
		waits.push(world.time - began);
	}
	assert.ok(Math.max(...waits) <= 505 && Math.min(...waits) < 100 && Math.max(...waits) > 400, waits.join(" "));
});

test("two seconds without contact are told, a moment is not", async () => {
	const { session, daemon, world } = await open("dots-open");
	daemon.reachable = false;
	daemon.cut();
	await world.run(1900);
	assert.equal(session.stuck, false);
	await world.run(1200);
	assert.equal(session.stuck, true);
});

// --- another history ---

test("the same content under another term: no word to anybody, and the dots stay full", async () => {
	const { session, daemon, world } = await open("dots-open");
	const before = session.ballot(session.activity(1)!);
	let words = 0;
	const stop = effect(() => { words += session.undone.value.length; });
	other(daemon);
	assert.deepEqual(session.ballot(session.activity(1)!), before);
	await world.run(10_000);
	assert.deepEqual([words, session.refusal.value, casts(daemon)], [0, null, []]);
	stop();
});

test("missing for a moment until the instances have put it back: no word either", async () => {
	const { session, daemon, world } = await open("dots-open");
	const held = section(daemon, SECTION.ballots, 17);
	other(daemon, () => ballot(daemon, null));
	assert.equal(session.ballot(session.activity(1)!).saved.size, 0, "what is not there is not called saved");
	await world.run(2500);
	daemon.sections.set(`${SECTION.ballots}/17/0`, held);
	daemon.frame([held]);
	await world.run(10_000);
	assert.deepEqual([told(session), session.ballot(session.activity(1)!).saved.size], [[], 3]);
});

test("an own ballot is gone: told once it could have been put back, and sent again with the same content at a press", async () => {
	const { session, daemon, world } = await open("dots-open");
	other(daemon, () => ballot(daemon, null));
	await world.run(2900);
	assert.deepEqual(told(session), []);
	await world.run(200);
	assert.deepEqual(told(session), ["ballot/1 gone"]);
	const [lost] = session.undone.value;
	assert.ok(lost.is === "ballot" && lost.title === "Var finns era största hinder?" && session.said(lost).startsWith("Backar våra chefer upp nya sätt att arbeta? (2); "));
	assert.ok(session.may_send(lost));
	assert.deepEqual(casts(daemon), [], "not without a word");
	session.send_again(lost);
	assert.deepEqual([casts(daemon), told(session)], [[[0x96, 1, 2, 3, 1, 5, 1]], []]);
	assert.equal(session.ballot(session.activity(1)!).saved.get(1), 2);
	await world.run(10_000);
	assert.deepEqual(told(session), []);
});

test("back to an earlier one, to one taken back, and gone in secret: all are told", async () => {
	for (const [what, fixture, before, after] of [
		["earlier", "dots-open", (d: Daemon) => ballot(d, [[1, 2]]), (d: Daemon) => ballot(d, [[1, 1]])],
		["taken back before", "dots-open", (d: Daemon) => d.put(SECTION.ballots, 17, 0, [[1, [1, new Uint8Array()]]]), (d: Daemon) => ballot(d, [[1, 1]])],
		["secret", "dots-typical", (d: Daemon) => d.put(SECTION.mine, 1, 1, [[0, ballotPack(new Map([[1, 2]]))]]), (d: Daemon) => d.sections.delete(`${SECTION.mine}/1/1`)],
	] as const) {
		const { session, daemon, world } = await open(fixture, before);
		other(daemon, () => after(daemon));
		await world.run(3100);
		assert.deepEqual(told(session), ["ballot/1 gone"], what);
	}
});

test("sealed meanwhile nobody can tell; sealed before there is nothing to tell", async () => {
	for (const [sealed_before, expected] of [[false, ["ballot/1 unsure"]], [true, []]] as const) {
		const { session, daemon, world } = await open("dots-typical", (d) => d.put(SECTION.mine, 1, 1, [[0, ballotPack(new Map([[1, 2]]))]]));
		const seal = () => { phase(daemon, PHASE.SEALED); daemon.sections.delete(`${SECTION.mine}/1/1`); };
		if (sealed_before) {
			seal();
			daemon.frame([section(daemon, SECTION.scope, 0)], { gone: [[SECTION.mine, 1, 1]] });
		}
		other(daemon, seal);
		await world.run(3100);
		assert.deepEqual(told(session), expected);
		if (sealed_before)
			assert.equal(session.ballot(session.activity(1)!).saved.get(1), 2, "the page keeps what nobody else holds");
	}
});

test("closed meanwhile: told, with no way to send it; asked anew: another question", async () => {
	const { session, daemon, world } = await open("dots-open");
	other(daemon, () => { ballot(daemon, null); phase(daemon, PHASE.CLOSED); });
	await world.run(3100);
	assert.deepEqual([told(session), session.may_send(session.undone.value[0])], [["ballot/1 gone"], false]);
	session.put_away(session.undone.value[0]);
	assert.deepEqual(told(session), []);
	const next = await open("dots-open");
	other(next.daemon, () => { ballot(next.daemon, null); phase(next.daemon, PHASE.OPEN, 2); });
	await next.world.run(3100);
	assert.deepEqual(told(next.session), []);
});

test("a shorter history of the same term is another one too", async () => {
	const { session, daemon, world } = await open("dots-open");
	daemon.seq = daemon.stable = 90;
	ballot(daemon, null);
	daemon.cut(1006);
	await world.run(4000);
	assert.deepEqual([session.connected, told(session)], [true, ["ballot/1 gone"]]);
});

test("told, and then it comes back after all: the word goes by itself", async () => {
	const { session, daemon, world } = await open("dots-open");
	const held = section(daemon, SECTION.ballots, 17);
	other(daemon, () => ballot(daemon, null));
	await world.run(4000);
	assert.equal(told(session).length, 1);
	daemon.sections.set(`${SECTION.ballots}/17/0`, held);
	daemon.frame([held]);
	assert.deepEqual(told(session), []);
});

test("another page of the same person has changed it meanwhile: that is newer, not lost", async () => {
	const { session, daemon, world } = await open("dots-open");
	other(daemon, () => {
		daemon.put(SECTION.verdicts, 17, 0, [[fromHex("ffeeddccbbaa0099"), [7, 0, 88]]]);
		ballot(daemon, [[2, 1]]);
	});
	await world.run(4000);
	assert.deepEqual(told(session), []);
});

test("what is still in the outbox is said again by itself, in order, and nobody is asked", async () => {
	const { session, daemon, world } = await open("dots-open");
	const activity = session.activity(1)!;
	daemon.durable = false;
	session.cast(activity, new Map([[2, 2]]));
	assert.equal(session.all_saved, false);
	daemon.durable = true;
	other(daemon, () => { ballot(daemon, null); daemon.sections.delete(`${SECTION.verdicts}/17/0`); });
	await world.run(4000);
	assert.deepEqual(casts(daemon), [[0x92, 2, 2], [0x92, 2, 2]]);
	assert.deepEqual(daemon.commands.filter((c) => c.command === COMMAND.ballot).map((c) => [c.number - daemon.commands[0].number, c.again]).map(([, again]) => again), [false, true]);
	assert.deepEqual([told(session), session.all_saved], [[], true]);
});

test("what is lost while something newer is on its way: nobody is told before that has its answer", async () => {
	const { session, daemon, world } = await open("dots-open");
	daemon.answers = false;
	session.cast(session.activity(1)!, new Map([[2, 2]]));
	const [cast] = daemon.commands.filter((c) => c.command === COMMAND.ballot);
	other(daemon, () => ballot(daemon, null));
	await world.run(5000);
	assert.deepEqual(told(session), []);
	daemon.verdict(cast.lane, cast.number, 0);
	ballot(daemon, [[2, 2]]);
	daemon.all();
	await world.run(5000);
	assert.deepEqual([told(session), session.all_saved], [[], true]);
});

test("what was saved is lost, and what was on its way came too late: both are told", async () => {
	const { session, daemon, world } = await open("dots-open");
	daemon.answers = false;
	session.cast(session.activity(1)!, new Map([[2, 2]]));
	daemon.answers = true;
	daemon.fault = (c) => (c.command === COMMAND.ballot ? FAULT.closed : 0);
	Object.assign(daemon, { term: 6, seq: 90, stable: 90 });
	ballot(daemon, null);
	phase(daemon, PHASE.CLOSED);
	daemon.cut(1006);
	await world.run(4000);
	assert.deepEqual([session.refusal.value?.fault, told(session)], [FAULT.closed, ["ballot/1 gone"]]);
});

test("saved a moment ago, its section not come yet: it is not forgotten", async () => {
	const { session, daemon, world } = await open("dots-open");
	daemon.answers = false;
	session.cast(session.activity(1)!, new Map([[2, 2]]));
	/* Verdicts come at once, the rest on its grid: everything up to 100 is in sight, the ballot is 101. */
	const [cast] = daemon.commands.filter((c) => c.command === COMMAND.ballot);
	daemon.tell([1, 1, 100, 101, daemon.log_ms, null, [], [[SECTION.verdicts, 17, 0, false, [fromHex(cast.lane), [cast.number, 0, 101]]]]]);
	assert.deepEqual([session.all_saved, [...session.ballot(session.activity(1)!).wanted]], [true, [[2, 2]]]);
	other(daemon);
	await world.run(4000);
	assert.deepEqual(told(session), ["ballot/1 gone"]);
	session.send_again(session.undone.value[0]);
	assert.deepEqual(casts(daemon), [[0x92, 2, 2], [0x92, 2, 2]]);
});

test("a room's ballot: told when it is gone, not when others of the room have changed it", async () => {
	const room_ballot = (d: Daemon, values: [number, number][]) => d.put(SECTION.room_ballots, ROOM, 0, [[1, [1, ballotPack(new Map(values))]]]);
	for (const [change, expected] of [[(d: Daemon) => d.sections.delete(`${SECTION.room_ballots}/${ROOM}/0`), ["ballot/1 gone"]], [(d: Daemon) => room_ballot(d, [[3, 1]]), []]] as const) {
		const { session, daemon, world } = await open("choice-room", (d) => room_ballot(d, [[2, 1]]));
		other(daemon, () => change(daemon));
		await world.run(3100);
		assert.deepEqual(told(session), expected);
	}
});

test("an answer in words is told with its words, and sent again whole", async () => {
	const { session, daemon, world } = await open("person-text-typical");
	other(daemon, () => daemon.sections.delete(`${SECTION.ballots}/17/0`));
	await world.run(3100);
	const [lost] = session.undone.value;
	assert.ok(lost.is === "ballot" && session.said(lost) === "Att vi redan har tre försök igång som ingen kände till.");
	session.send_again(lost);
	const sent = daemon.commands[daemon.commands.length - 1];
	assert.deepEqual([sent.text, (decode(sent.form) as unknown[])[2]], [packText([["", "Att vi redan har tre försök igång som ingen kände till."]]), new Uint8Array()]);
});

test("a note of one's own is gone: told, and sent again with the pen, or as a suggestion without", async () => {
	for (const [holder, tenure] of [[17, 3], [401, 0]]) {
		const { session, daemon, world } = await open("person-room-pen", (d) => {
			d.put(SECTION.signals, ROOM, 0, [[1, [3, holder, 0, 0]]]);
			section(d, SECTION.notes, ROOM, STEP)[3].forEach((row) => { (row as unknown[])[7] = 17; });
		});
		other(daemon, () => section(daemon, SECTION.notes, ROOM, STEP)[3].delete(1));
		await world.run(3100);
		assert.deepEqual(told(session), ["note/0102030405060701 gone"]);
		const [lost] = session.undone.value;
		assert.ok(lost.is === "note" && lost.note.words.startsWith("Ingen tid är avsatt."));
		session.send_again(lost);
		const sent = daemon.commands[daemon.commands.length - 1];
		assert.deepEqual([sent.command, (decode(sent.form) as unknown[])[1], (decode(sent.text) as string[][])[0][1]], [COMMAND.note_put, tenure, lost.note.words]);
	}
});

test("a note that somebody else has written in since, or that was somebody else's, is not told", async () => {
	const { session, daemon, world } = await open("person-room-pen", (d) => {
		(section(d, SECTION.notes, ROOM, STEP)[3].get(1) as unknown[])[7] = 17;
	});
	other(daemon, () => {
		const rows = section(daemon, SECTION.notes, ROOM, STEP)[3];
		const row = rows.get(1) as unknown[];
		row[9] = 401;
		row[11] = [["", "Någon annans ord"]];
		rows.delete(2);
	});
	await world.run(4000);
	assert.deepEqual(told(session), []);
});

test("a note refused when nobody has the list of notes open keeps its words", async () => {
	const { session, daemon, world } = await open("person-room-pen");
	daemon.reachable = false;
	daemon.cut();
	session.note_put({ id: session.note_id(), room: ROOM, step: STEP, kind: 2, final: false, plenary: false, writing: false, place: 9000, activity: 11, words: "Skriven utan kontakt" });
	daemon.reachable = true;
	daemon.fault = (c) => (c.command === COMMAND.note_put ? FAULT.pen_needed : 0);
	daemon.put(SECTION.signals, ROOM, 0, [[1, [0, 0, 0, 0]]]);
	await world.run(11_000);
	assert.deepEqual(session.undone.value.map((u) => u.is === "note" && [u.how, u.note.words]), [["refused", "Skriven utan kontakt"]]);
});

test("while nothing can be saved nothing can be put back: told afterwards only", async () => {
	const { session, daemon, world } = await open("dots-open");
	daemon.tell([3, 4, 1]);
	other(daemon, () => ballot(daemon, null));
	await world.run(20_000);
	assert.deepEqual(told(session), []);
	daemon.tell([3, 4, 0]);
	await world.run(1100);
	assert.deepEqual(told(session), ["ballot/1 gone"]);
});

// --- membership ---

/** Nobody knows the token any more; a join makes another member of it. */
const without_member = (d: Daemon) => {
	const kept = new Map([SECTION.me, SECTION.verdicts, SECTION.ballots].map((kind) => [kind, d.sections.get(`${kind}/17/0`)]));
	const everything = new Map(d.sections);
	d.sections = new Map([[`${SECTION.session}/0/0`, d.sections.get(`${SECTION.session}/0/0`)!]]);
	d.actor = 0;
	d.answers = false;
	return (number: number, with_ballot: boolean) => {
		d.sections = everything;
		d.actor = number;
		for (const [kind, held] of kept)
			if (held && kind !== SECTION.verdicts) {
				d.sections.delete(`${kind}/17/0`);
				if (kind !== SECTION.ballots || with_ballot)
					d.sections.set(`${kind}/${number}/0`, [kind, number, 0, held[3]]);
			}
		d.sections.delete(`${SECTION.verdicts}/17/0`);
		const join = d.commands[d.commands.length - 1];
		d.answers = true;
		d.verdict(join.lane, 1, 0);
		d.frame([...d.sections.values()]);
	};
};
const KEPT_TEXT = ["bp.seat.K7MP3XQR.text", JSON.stringify([["", "Björn", ""]])] as const;

test("my membership was in the lost part: the page joins again by itself with the same token, and stays as it is meanwhile", async () => {
	for (const how of ["told while connected", "found on coming back"]) {
		const { session, daemon, world } = await open("dots-open");
		session.live.rename([["", "Björn", ""]]);
		const faces: boolean[] = [];
		/* As pages are drawn: when everything that came at once has been taken in. */
		const stop = effect(() => { void session.line.value; void session.outbox.value; queueMicrotask(() => faces.push(session.joined)); });
		const come_back = without_member(daemon);
		daemon.term = 6;
		if (how === "told while connected") {
			daemon.tell([0, 1, daemon.sid, daemon.code, daemon.roles, 0]);
			daemon.all();
		} else {
			daemon.cut(1001);
		}
		await world.run(600);
		const join = daemon.commands[daemon.commands.length - 1];
		assert.deepEqual([join.command, join.number, decode(join.text)], [COMMAND.join, 1, [["", "Björn", ""]]], how);
		assert.equal(new Set(daemon.hellos.map((h) => (h[4] as Uint8Array).join())).size, 1, "the same token");
		assert.equal(session.ballot(session.activity(1)!).saved.size, 3, "nothing moves while it joins");
		come_back(18, true);
		await world.run(5000);
		assert.deepEqual([session.actor, session.joined, faces.every(Boolean), told(session), session.refusal.value], [18, true, true, [], null], how);
		assert.equal(session.ballot(session.activity(1)!).saved.size, 3);
		stop();
	}
});

test("while it joins again, a verdict in the old picture is not believed: what was sent goes once more", async () => {
	const { session, daemon, world } = await open("dots-typical");
	session.live.rename([["", "Björn", ""]]);
	session.live.send({ command: COMMAND.hand, a: ROOM, field: "hand" });
	const number = daemon.commands[daemon.commands.length - 1].number;
	daemon.durable = false;
	session.live.send({ command: COMMAND.hand, a: ROOM, field: "hand" });
	assert.equal(session.all_saved, false, "accepted, not stable");
	const come_back = without_member(daemon);
	daemon.durable = true;
	daemon.term = 6;
	daemon.tell([0, 1, daemon.sid, daemon.code, daemon.roles, 0]);
	daemon.all();
	await world.run(10);
	daemon.tell([3, 3, 1, 1, fromHex("08ec57a78d11acae")]); /* looks at the verdicts again */
	come_back(18, true);
	await world.run(100);
	const hands = daemon.commands.filter((c) => c.command === COMMAND.hand).map((c) => [c.number - number, c.again]);
	assert.deepEqual([hands, session.all_saved], [[[0, false], [1, false], [1, true]], true]);
});

test("the membership is back and the ballot is not: that is told", async () => {
	const { session, daemon, world } = await open("dots-open");
	session.live.rename([["", "Björn", ""]]);
	const come_back = without_member(daemon);
	daemon.term = 6;
	daemon.tell([0, 1, daemon.sid, daemon.code, daemon.roles, 0]);
	daemon.all();
	await world.run(100);
	come_back(18, false);
	await world.run(3100);
	assert.deepEqual(told(session), ["ballot/1 gone"]);
});

test("a join that is not answered is not waited for with an old picture for ever", async () => {
	const { session, daemon, world } = await open("dots-open");
	session.live.rename([["", "Björn", ""]]);
	without_member(daemon);
	daemon.term = 6;
	daemon.tell([0, 1, daemon.sid, daemon.code, daemon.roles, 0]);
	daemon.all();
	await world.run(3900);
	assert.equal(session.joined, true);
	await world.run(200);
	assert.equal(session.joined, false);
	assert.equal(session.waits_for(COMMAND.join), true);
});

test("a page opened anew by somebody whose membership was lost joins by itself, too", async () => {
	const { daemon, kept } = fixtures["dots-open"]();
	const world = new TestWorld(daemon);
	for (const [key, value] of [...Object.entries(kept ?? {}), KEPT_TEXT])
		world.store.set(key, value);
	const come_back = without_member(daemon);
	const session = new Session(world, participantSeat(world, "K7MP3XQR"));
	await session.live.start();
	await settle();
	assert.deepEqual(daemon.commands.map((c) => [c.command, c.number]), [[COMMAND.join, 1]]);
	come_back(18, true);
	await world.run(100);
	assert.equal(session.joined, true);
});

// --- saving is away ---

test("when saving is possible again, what was put off goes within a second, not all of a hall at once", async () => {
	const { session, daemon, world } = await open("dots-open");
	daemon.tell([3, 4, 1]);
	daemon.reply = (c) => (c.command === COMMAND.ballot ? { fault: FAULT.later, later_ms: 30_000 } : null);
	session.cast(session.activity(1)!, new Map([[2, 2]]));
	await world.run(5000);
	assert.equal(casts(daemon).length, 1);
	assert.deepEqual([session.all_saved, session.stuck], [false, true]);
	daemon.reply = () => null;
	daemon.tell([3, 4, 0]);
	assert.equal(casts(daemon).length, 1, "by lot, not at once");
	await world.run(1050);
	assert.deepEqual([casts(daemon).length, session.all_saved, session.stuck], [2, true, false]);
});

// --- staff ---

test("a facilitator is told which steps and questions stand earlier than they did", async () => {
	const { session, daemon, world } = await open("desk-revealed");
	const seen: unknown[] = [];
	const stop = effect(() => { if (session.went_back.value) seen.push(gone_back(session, session.went_back.value.before)); });
	other(daemon);
	await world.run(3100);
	assert.deepEqual(seen.pop(), { step: "", activities: [] }, "the same content");
	session.went_back.value = null;
	other(daemon, () => daemon.put(SECTION.scope, 0, 0, [[1, 1], [4096 + 1, [PHASE.OPEN, 1]]]));
	await world.run(3100);
	assert.deepEqual(seen.pop(), { step: "Fem prickar", activities: ["Var finns era största hinder?"] });
	stop();
});
