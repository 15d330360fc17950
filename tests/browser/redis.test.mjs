// SPDX-License-Identifier: EUPL-1.2
// Two daemons on one Redis, as people see them: facilitator and screen come in by one, phones by both. A daemon is killed, Redis is stopped for a while, Redis dies and comes back
// empty; nothing that a page called saved is lost. Last, a Redis that comes back with an old copy while nobody is left who knows better: that is told, and sent again at a press.
import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { act, axe, full, lost, phone, place, problems, savedAs, shown, start } from "./people.mjs";
import { Daemon, Door, Redis, browser, until } from "./stage.mjs";

const LATE = 30_000;
/** Two seconds on a machine at rest, and what this test itself takes to ask six pages on one that is not. */
const TOLD_MS = 4_000;
/** Half a second by lot and the opening; more on a machine that is busy. After two seconds a page would say that there is no contact. */
const BACK_MS = 2_000;
/** What each phone means to vote: item -> dots. Phones 0 and 1 come in by the first daemon, 2 and 3 by the second. */
const PLAN = [{ 1: 2 }, { 1: 1, 3: 2 }, { 2: 3 }, { 5: 1, 1: 1 }];
const W = [
	{ store: "går det inte att spara", lost: "haft ett avbrott", again: "Skicka igen" },
	{ store: "Nothing can be saved since", lost: "had an interruption", again: "Send again" },
];
/** Languages of phones by people.mjs: sv, en, sv, en. */
const says = (i) => W[i % 2];
/** On the page itself: what only the voice for those who listen says does not count. */
const text = (page) => page.locator("main").first().innerText();
const banner = (page) => page.locator(".band.attn").allInnerTexts().then((all) => all.join("\n"));

async function stage(story) {
	problems.length = 0;
	const redis = await Redis.make();
	const key = join(redis.folder, "mac.key");
	await writeFile(key, "0123456789abcdef0123456789abcdef", { mode: 0o600 });
	const journal = ["--redis", redis.address, "--redis-durability", "memory", "--redis-key", key];
	const daemons = [], doors = [];
	const chrome = await browser();
	try {
		for (let i = 0; i < 2; i++) {
			daemons.push(await Daemon.make([], journal));
			doors.push(await Door.make(daemons[i]));
		}
		await story({ redis, daemons, doors, chrome });
		assert.deepEqual(problems, [], "no page complained");
	} finally {
		await chrome.close();
		for (const one of [...doors, ...daemons, redis])
			await one.finish();
	}
}

/** The desk, the screen and four phones in two rooms; the vote is open. */
async function open_vote({ doors, chrome }, options = {}) {
	const { desk, screen, code } = await start(doors[0], chrome, options);
	const phones = [];
	for (let i = 0; i < PLAN.length; i++)
		phones.push(await phone(doors[i < 2 ? 0 : 1], chrome, code, i));
	await until("all four are here, by either daemon", async () => (await text(desk)).includes("4 här"), LATE);
	for (let i = 0; i < 4; i++)
		await desk.getByRole("button", { name: "Färre" }).click();
	await desk.getByRole("button", { name: /Dela in 4 i 2 rum/ }).click();
	await desk.locator(".tile").nth(1).waitFor();
	await until("open the vote", act(desk, /^Öppna/), LATE);
	for (const page of phones)
		await page.locator("button.place").first().waitFor({ timeout: LATE });
	return { desk, screen, phones };
}
const give = async (page, plan) => {
	for (const [item, n] of Object.entries(plan))
		for (let k = 0; k < n; k++)
			await place(page, item);
};
const all_saved = async (phones, plans, what) => {
	for (const [i, page] of phones.entries())
		await savedAs(page, plans[i], `phone ${i + 1}: ${what}`);
};
const seen = (phones) => Promise.all(phones.map(async (page) => full(await shown(page))));
const nothing_lost = (before, after) => assert.deepEqual(before.flatMap((b, i) => lost(b, after[i]).map((l) => `phone ${i + 1}, ${l}`)), [], "nothing called saved was lost");
/** How long this page will be without a daemon when its own takes leave: from the close of its connection to the first frame on the next, in ms. The page is loaded anew first. */
async function gap(page) {
	let closed = 0;
	const found = new Promise((done) => page.on("websocket", (socket) => {
		socket.once("close", () => { closed ||= Date.now(); });
		socket.once("framereceived", () => { if (closed) done(Date.now() - closed); });
	}));
	await page.reload();
	closed = 0; /* that of the reload itself */
	await page.locator("button.place").first().waitFor();
	return () => found;
}
/** Every warning that a page shows from now on, also those that go again. */
const warnings = async (page) => {
	await page.evaluate(() => {
		window.warned = [];
		new MutationObserver(() => { for (const band of document.querySelectorAll(".band.attn")) window.warned.push(band.textContent); }).observe(document.body, { childList: true, subtree: true, characterData: true });
	});
	return () => page.evaluate(() => window.warned);
};
const nobody_is_told = async (phones) => {
	for (const [i, page] of phones.entries())
		assert.ok(!(await text(page)).includes(says(i).lost), `phone ${i + 1} is told of no loss`);
};

const story = () => stage(async (all) => {
	const { redis, daemons, doors } = all;
	const { desk, screen, phones } = await open_vote(all);

	/* A vote by one daemon is counted on the pages of the other. */
	await place(phones[3], 5);
	await until("the other daemon's vote on the desk", async () => (await text(desk)).includes("1 av 4"), LATE);
	await until("and on the screen", async () => (await text(screen)).includes("1 av 4"), LATE);
	await give(phones[0], { 1: 1 });
	await give(phones[2], { 2: 1 });
	await until("votes by both", async () => (await text(desk)).includes("3 av 4") && (await text(screen)).includes("3 av 4"), LATE);
	const begun = [{ 1: 1 }, {}, { 2: 1 }, { 5: 1 }];
	for (const i of [0, 2, 3])
		await savedAs(phones[i], begun[i], `phone ${i + 1}: the first dot`);

	/* A daemon is killed: its people are back by the other, with what they had. */
	let before = await seen(phones);
	await daemons[0].kill("SIGKILL");
	doors[0].to(daemons[1]);
	await place(phones[0], 1);
	await place(phones[1], 1);
	await savedAs(phones[0], { 1: 2 }, "phone 1: saved by the other daemon");
	await savedAs(phones[1], { 1: 1 }, "phone 2: saved by the other daemon");
	nothing_lost(before, await seen(phones));
	await until("the desk has found back", async () => (await text(desk)).includes("Allt sparat") && (await text(desk)).includes("4 av 4"), LATE);
	await until("the screen has found back", async () => (await text(screen)).includes("4 av 4") && (await screen.locator("footer.stale").count()) === 0, LATE);
	await until("whoever is here is counted once", async () => (await text(desk)).includes("4 här"), LATE);

	/* It comes back, and so do some. */
	await daemons[0].start();
	doors[0].to(daemons[0]);
	await phones[1].reload();
	await savedAs(phones[1], { 1: 1 }, "phone 2: the same by a daemon that has just started");

	/* The other is stopped in good order: its people are back in a moment and told nothing, and the focus is where it was. */
	const moved = phones.slice(2);
	const gaps = await Promise.all(moved.map(gap)), warned = await Promise.all(moved.map(warnings));
	await phones[2].locator('button.place[data-item="3"]').focus();
	doors[1].to(daemons[0]);
	await daemons[1].kill("SIGTERM");
	const times = await Promise.all(gaps.map((ask) => ask()));
	console.log(`        back ${times.join(" and ")} ms after their daemon took leave`);
	assert.ok(times.every((ms) => ms < BACK_MS), times.join());
	assert.equal(await phones[2].evaluate(() => document.activeElement?.dataset.item), "3", "the focus stays");
	assert.deepEqual((await Promise.all(warned.map((ask) => ask()))).flat(), [], "nobody is told of a moment");
	await savedAs(phones[2], { 2: 1 }, "phone 3: as before");
	await daemons[1].start();
	doors[1].to(daemons[1]);
	await phones[3].reload();
	await savedAs(phones[3], { 5: 1 }, "phone 4: as before, by the daemon that is back");

	/* Redis is silent: within two seconds everybody is told, nothing is called saved, and what is done waits. */
	before = await seen(phones);
	const silent = Date.now();
	redis.signal("SIGSTOP");
	for (const [i, page] of phones.entries())
		await until(`phone ${i + 1} says that nothing can be saved`, async () => (await banner(page)).includes(says(i).store), 10_000);
	await until("the desk says it", async () => (await banner(desk)).includes("Sedan"), 10_000);
	const took = Date.now() - silent;
	console.log(`        told everywhere ${took} ms after Redis fell silent`);
	assert.ok(took < TOLD_MS, `told after ${took} ms`);
	assert.equal(await desk.locator("button.one").getAttribute("aria-disabled"), "true", "nothing is closed now");
	await until("the screen has its small sign", async () => (await text(screen)).includes("Det går inte att spara just nu"), 10_000);
	await place(phones[3], 1);
	await until("phone 4 says that it is not saved", async () => (await shown(phones[3])).saying === "unsaved");
	assert.deepEqual(full(await shown(phones[3])), { 5: 1 }, "no full dot while nobody keeps it");
	await axe(phones[0], "redis-away.sv");
	await axe(phones[3], "redis-away.en");
	await axe(desk, "redis-away-facilitator.sv");
	await axe(screen, "redis-away-screen.sv");
	redis.signal("SIGCONT");
	await savedAs(phones[3], PLAN[3], "phone 4: saved when Redis was back");
	for (const [i, page] of phones.entries())
		await until(`phone ${i + 1} says it no more`, async () => !(await banner(page)).includes(says(i).store), LATE);
	await until("the desk says it no more", async () => (await text(desk)).includes("Allt sparat"), LATE);
	nothing_lost(before, await seen(phones));

	/* Redis dies and comes back empty: those that are left write everything back. */
	before = await seen(phones);
	await redis.kill();
	await until("phone 1 says that nothing can be saved", async () => (await banner(phones[0])).includes(says(0).store), 10_000);
	await place(phones[1], 3);
	await place(phones[2], 2);
	await redis.start();
	await place(phones[1], 3);
	await place(phones[2], 2);
	await all_saved(phones, PLAN, "everything, after Redis had lost all of it");
	nothing_lost(before, await seen(phones));
	await phones[2].reload();
	await phones[0].reload();
	await all_saved(phones, PLAN, "the same after a reload");
	await nobody_is_told(phones);

	await until("close", act(desk, /^Stäng röstningen/), LATE);
	await until("close now", act(desk, /^Stäng nu/), LATE);
	await until("reveal", act(desk, /^Visa resultatet/), LATE);
	await phones[3].locator(".results h2").first().waitFor({ timeout: LATE });
	await screen.locator(".rows-zone > .screen-rows .figure").first().waitFor({ timeout: LATE });
	const first = await screen.evaluate(() => [...document.querySelectorAll(".rows-zone > .screen-rows li")].map((li) => Number(li.querySelector(".figure").textContent)));
	assert.deepEqual(first.slice(0, 2), [4, 3], "the screen shows what was cast by both");
});

/** Everybody who knew is gone, and Redis has an old copy: the loss is real, it is told, and what the page still knows is sent again at a press. */
const told = () => stage(async (all) => {
	const { redis, daemons } = all;
	const { phones } = await open_vote(all, { secret: false });
	await give(phones[0], { 1: 1 });
	await give(phones[2], { 2: 1 });
	await savedAs(phones[0], { 1: 1 }, "phone 1: the first dot");
	await savedAs(phones[2], { 2: 1 }, "phone 3: the first dot");
	assert.match(await redis.ask("SAVE"), /^\+OK/);
	await copyFile(join(redis.folder, "dump.rdb"), join(redis.folder, "old.rdb"));
	await give(phones[0], { 3: 1 });
	await savedAs(phones[0], { 1: 1, 3: 1 }, "phone 1: the second dot");
	await Promise.all(daemons.map((daemon) => daemon.kill("SIGKILL")));
	await redis.kill();
	await copyFile(join(redis.folder, "old.rdb"), join(redis.folder, "dump.rdb"));
	await redis.start();
	await Promise.all(daemons.map((daemon) => daemon.start()));
	await until("phone 1 is told of its loss", async () => (await banner(phones[0])).includes(says(0).lost), 60_000);
	assert.deepEqual(full(await shown(phones[0])), { 1: 1 }, "what is gone is not called saved");
	await axe(phones[0], "redis-lost.sv");
	await phones[0].getByRole("button", { name: says(0).again }).click();
	await savedAs(phones[0], { 1: 1, 3: 1 }, "phone 1: sent again");
	await until("phone 1 is told no more", async () => !(await text(phones[0])).includes(says(0).lost), LATE);
	await savedAs(phones[2], { 2: 1 }, "phone 3: as before");
	await nobody_is_told(phones);
});

/** Control: nobody is left who knows, and Redis is empty. The check for lost dots has to find it. */
const control = () => stage(async (all) => {
	const { redis, daemons } = all;
	const { phones } = await open_vote(all, { secret: false });
	await give(phones[0], { 1: 1 });
	await savedAs(phones[0], { 1: 1 }, "one dot");
	const before = full(await shown(phones[0]));
	await Promise.all(daemons.map((daemon) => daemon.kill("SIGKILL")));
	await redis.kill();
	await redis.start();
	await Promise.all(daemons.map((daemon) => daemon.start()));
	await phones[0].reload();
	await until("the page says what is the matter", async () => (await phones[0].locator("h1").count()) === 1, LATE);
	assert.deepEqual(lost(before, full(await shown(phones[0]))), ["item 1: 1 were saved, 0 are there"], "the planted loss is found");
});

export default {
	"redis: two instances, a killed one, a silent Redis, an empty Redis": story,
	"redis: a real loss is told and sent again": told,
	"redis, control: when nobody is left the loss is found out": control,
};
