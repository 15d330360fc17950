// SPDX-License-Identifier: EUPL-1.2
// One vote with a facilitator, a screen and six phones in two rooms. One phone reloads, one goes offline and comes back, the daemon is killed and started again in
// the middle. What the screen shows at the end is what was cast, and nothing that a page called saved was lost.
import assert from "node:assert/strict";
import { join } from "node:path";
import { act, axe, full, lost, phone, place, problems, savedAs, shown, speak, start, turned, WORDS } from "./people.mjs";
import { Daemon, browser, out, until } from "./stage.mjs";

/** What each phone means to vote: item -> dots. Five dots, three at most on one. */
const PLAN = [{ 1: 3, 2: 2 }, { 1: 1, 3: 3, 5: 1 }, { 2: 2, 4: 2, 5: 1 }, { 1: 2, 3: 1 }, { 5: 3, 2: 1, 1: 1 }, { 4: 1 }];

const totals = (plans) => {
	const sum = {};
	for (const plan of plans)
		for (const [item, n] of Object.entries(plan))
			sum[item] = (sum[item] ?? 0) + n;
	return sum;
};

async function story() {
	problems.length = 0;
	const daemon = await Daemon.make();
	const chrome = await browser();
	try {
		const { desk, screen, code } = await start(daemon, chrome);
		await axe(desk, "facilitator-lobby");
		const phones = [];
		for (let i = 0; i < 6; i++)
			phones.push(await phone(daemon, chrome, code, i, { how: i === 2 ? "code" : "link", look: i < 2 }));
		await until("six are here", async () => (await desk.locator(".desk-top").textContent()).includes("6 här"));
		await axe(screen, "screen-join");
		for (let i = 0; i < 3; i++)
			await desk.getByRole("button", { name: "Färre" }).click();
		await desk.getByRole("button", { name: WORDS.sv.rooms }).click();
		await desk.locator(".tile").nth(1).waitFor();
		await until("open the vote", act(desk, /^Öppna/));
		for (const page of phones)
			await page.locator("button.place").first().waitFor();

		/* Phone 1 places some, reloads at once, and goes on. */
		await place(phones[0], 1);
		await place(phones[0], 1);
		await phones[0].reload();
		await savedAs(phones[0], { 1: 2 }, "phone 1: two dots are there after the reload");
		await place(phones[0], 1);
		await place(phones[0], 2);

		/* Phone 2 goes offline, votes, and must not call it saved. */
		await place(phones[1], 1);
		await savedAs(phones[1], { 1: 1 }, "phone 2: the first dot");
		await phones[1].context().setOffline(true);
		for (const item of [3, 3, 3])
			await place(phones[1], item);
		await until("phone 2 says that it is not saved", async () => {
			const seen = await shown(phones[1]);
			assert.deepEqual(full(seen), { 1: 1 }, "no full dot without contact");
			return seen.saying === "unsaved";
		});
		await axe(phones[1], "dots-offline.en");

		/* Phones 3 and 4 vote; the daemon dies in the middle. */
		for (const item of [2, 2, 4, 4, 5])
			await place(phones[2], item);
		await place(phones[3], 1);
		await savedAs(phones[3], { 1: 1 }, "phone 4: the first dot");
		const clicking = (async () => { for (const item of [1, 3]) await place(phones[3], item); })();
		await daemon.kill("SIGKILL");
		await clicking;
		const before = await Promise.all(phones.map(async (page) => full(await shown(page))));
		for (const item of [5, 5, 5, 2])
			await place(phones[4], item);
		await until("phone 5 says that it is not saved", async () => (await shown(phones[4])).saying === "unsaved");
		assert.deepEqual(full(await shown(phones[4])), {}, "phone 5: nothing is full while the daemon is away");
		await until("the screen says that it is stale", async () => (await screen.locator("footer.stale").count()) === 1, 20_000);
		await screen.screenshot({ path: join(out(), "screen-stale.png"), caret: "initial" });
		await desk.screenshot({ path: join(out(), "facilitator-away.png"), caret: "initial" });
		await daemon.start();
		await phones[1].context().setOffline(false);
		for (const item of [5])
			await place(phones[1], item);
		await place(phones[4], 1);
		await place(phones[5], 4);
		await place(phones[0], 2);
		for (const [i, page] of phones.entries())
			await savedAs(page, PLAN[i], `phone ${i + 1}: everything is saved after the restart`);
		const after = await Promise.all(phones.map(async (page) => full(await shown(page))));
		assert.deepEqual(before.flatMap((b, i) => lost(b, after[i]).map((l) => `phone ${i + 1}, ${l}`)), [], "nothing called saved was lost");
		await until("the screen has found back", async () => (await screen.locator("footer.stale").count()) === 0, 20_000);
		await phones[3].reload();
		await savedAs(phones[3], PLAN[3], "phone 4: the same from the daemon alone");
		await axe(phones[0], "dots.sv");
		await axe(phones[3], "dots.en");
		await axe(desk, "facilitator-open.sv");
		await axe(screen, "screen-task.sv");
		await speak(desk, "en");
		await desk.locator(".desk").waitFor();
		await axe(desk, "facilitator-open.en");
		await speak(desk, "sv");
		await until("all six are counted", async () => (await desk.locator(".at-hand").textContent()).includes("6 av 6"));

		await until("close", act(desk, /^Stäng röstningen/));
		await until("the grace is shown to phones", async () => (await phones[0].locator(".grace").count()) === 1);
		await phones[0].screenshot({ path: join(out(), "dots-grace.png"), caret: "initial" });
		await until("close now", act(desk, /^Stäng nu/));
		await until("the phones say closed", async () => (await phones[4].locator(".closed").count()) === 1);
		assert.equal(await screen.locator(".screen-rows").count(), 0, "hidden until revealed");
		await until("reveal", act(desk, /^Visa resultatet/), 30_000);
		const want = totals(PLAN);
		await phones[0].locator(".results h2").first().waitFor();
		assert.equal(await phones[0].locator(".results h2").count(), 5);
		await screen.locator(".rows-zone > .screen-rows .figure").first().waitFor();
		const page_of = () => screen.evaluate(() => [...document.querySelectorAll(".rows-zone > .screen-rows li")].map((li) => [li.querySelector(".name").textContent, Number(li.querySelector(".figure").textContent)]));
		const drawn = await page_of();
		await axe(screen, "screen-result.sv");
		/* What does not fit is on the next page, turned by the facilitator. */
		while (drawn.length < 5) {
			const first = drawn.length;
			await turned(desk);
			drawn.push(...await until("the next page", async () => {
				const rows = await page_of();
				return rows.length > 0 && !drawn.some(([name]) => name === rows[0][0]) && rows;
			}));
			assert.ok(drawn.length > first);
		}
		const words = ["Backar våra chefer", "Finns det tid", "Har vi regler", "Får vi veta", "Vet medarbetarna"];
		assert.deepEqual(Object.fromEntries(drawn.map(([name, n]) => [words.findIndex((w) => name.startsWith(w)) + 1, n])), want, "the screen shows what was cast");
		assert.deepEqual(drawn.map(([, n]) => n), drawn.map(([, n]) => n).sort((x, y) => y - x), "in the order of the result");
		await axe(phones[0], "result.sv");
		await axe(phones[3], "result.en");
		await axe(desk, "facilitator-revealed.sv");
		await desk.getByRole("button", { name: "Rum för rum" }).click();
		await screen.locator(".s-rooms li").nth(1).waitFor();
		const rooms = await screen.evaluate(() => [...document.querySelectorAll(".s-rooms .figure")].map((f) => Number(f.textContent)));
		assert.equal(rooms.reduce((n, x) => n + x, 0), Math.max(...Object.values(want)), "the rooms add up to all, for the first item");
		await axe(screen, "screen-rooms.sv");
		assert.deepEqual(problems, [], "no page complained");
	} finally {
		await chrome.close();
		await daemon.finish();
	}
}

/** Control: a daemon that forgets at a kill. The check for lost dots has to find it. */
async function control() {
	const daemon = await Daemon.make(["--memory"]);
	const chrome = await browser();
	try {
		const { desk, code } = await start(daemon, chrome, { secret: false });
		const page = await phone(daemon, chrome, code, 5);
		await until("open the vote", act(desk, /^Öppna/));
		await place(page, 4);
		await savedAs(page, { 4: 1 }, "one dot");
		const before = full(await shown(page));
		await daemon.kill("SIGKILL");
		await daemon.start();
		await page.reload();
		await until("the page says what is the matter", async () => (await page.locator("h1").count()) === 1);
		const found = lost(before, full(await shown(page)));
		assert.deepEqual(found, ["item 4: 1 were saved, 0 are there"], "the planted loss is found");
	} finally {
		await chrome.close();
		await daemon.finish();
	}
}

export default { "one vote, six phones, a reload, a loss of contact, a killed daemon": story, "control: a journal that forgets is found out": control };
