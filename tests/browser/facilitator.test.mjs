// SPDX-License-Identifier: EUPL-1.2
// What a facilitator can take back, hold still, grant and rearrange, before people who are there: the declaration workshop with six people, in Swedish, on a laptop;
// a deputy on a phone. Rooms come from a file with mistakes in it.
import assert from "node:assert/strict";
import { PHONE, act, atStart, axe, problems, watch } from "./people.mjs";
import { Daemon, browser, until } from "./stage.mjs";

const LATE = 40_000;
const PEOPLE = [["Aino Ek", "Bollhem"], ["Björn Ö", "Bollhem"], ["Cia Malm", "Bollmora"], ["Dan Palm", ""], ["Eva Ros", "Bollmora"], ["Eva Ros", "Bollhem"]];
/** Excel's mark, windows' lines, a quoted separator, two of one name, one who is not here, one twice, one without a room, a role that is none. */
const FILE = '\uFEFFperson;organisation;rum;roll\r\nAino Ek;Bollhem;1;antecknare\r\n"Björn Ö";Bollhem;1;\r\nCia Malm;Bollmora;Björken;samtalsledare\r\nDan Palm;;Björken;\r\nEva Ros;Bollmora;Björken;\r\n'
	+ "Eva Ros;Bollhem;1;\r\nFia Frånvarande;;1;\r\nAino Ek;Bollhem;2;\r\nGun;;;\r\nHans;;1;chef\r\n";

const button = (page, name, exact = typeof name === "string") => page.getByRole("button", { name, exact });
const press = (desk, name) => until(`the one button: ${name}`, act(desk, name), LATE);
const undo = (desk) => desk.locator(".desk-bottom .undo");
/** (Ångra) stands and says what it takes back. */
const offers = (desk, words) => until(`undo: ${words}`, async () => (await undo(desk).count()) === 1 && words.test(await undo(desk).innerText()), LATE);
const takesBack = async (desk, words) => {
	await offers(desk, words);
	await undo(desk).click();
	await until("it is taken back once", async () => (await undo(desk).count()) === 0, LATE);
};
const one = (desk, words) => until(`the one button says ${words}`, async () => words.test(await desk.locator("button.one").innerText()), LATE);
const left = async (page) => {
	const [, m, s] = /(\d+):(\d\d)/.exec(await page.getByRole("timer").filter({ visible: true }).first().innerText());
	return Number(m) * 60 + Number(s);
};
const isAbout = (seconds, want, slip = 20) => seconds <= want + 1 && seconds >= want - slip;
const wall = async (desk) => Object.fromEntries(await desk.locator("button.tile").evaluateAll((tiles) => tiles.map((tile) => [tile.dataset.room, tile.querySelector(".unseen").textContent])));

async function arrive(daemon, chrome) {
	const desk = await atStart(daemon, chrome);
	let presses = 0;
	const pressed = async (button) => { await button.click(); presses++; };
	await pressed(desk.locator("label", { hasText: "Deklarationen om innovation" }));
	await pressed(button(desk, "Starta nu"));
	const [screen] = await Promise.all([desk.context().waitForEvent("page"), pressed(desk.locator(".lobby").getByRole("button", { name: "Öppna storbilden" }))]);
	watch(screen, "screen");
	await screen.locator(".screen .code").waitFor();
	await button(desk, "Kopiera länken").click();
	await button(desk, "Kopierad").waitFor();
	const join = await desk.evaluate(() => navigator.clipboard.readText());
	const people = [];
	for (const [name, organisation] of PEOPLE) {
		const page = await (await chrome.newContext({ ...PHONE, locale: "sv-SE" })).newPage();
		watch(page, name);
		await page.goto(join);
		await page.locator("#name").fill(name);
		await page.getByLabel(/^Organisation/).fill(organisation);
		await button(page, "Gå med").click();
		await page.locator(".person").waitFor();
		people.push(page);
	}
	await until("all six are seen", async () => /6 här/.test(await desk.locator(".desk-top").innerText()), LATE);
	assert.equal(presses, 3, "from the start page to people on the way in: three presses");
	await axe(desk, "facilitator-lobby.sv");
	return { desk, screen, people };
}

async function deputy(daemon, chrome, desk) {
	await button(desk, "Länkar").click();
	await button(desk, "Kopiera Medledarlänk").click();
	await button(desk, "Kopierad Medledarlänk").waitFor();
	const link = await desk.evaluate(() => navigator.clipboard.readText());
	await desk.keyboard.press("Escape");
	const page = await (await chrome.newContext({ ...PHONE, locale: "sv-SE" })).newPage();
	watch(page, "deputy");
	await page.goto(link);
	await page.locator(".desk").waitFor();
	return page;
}

async function roomsFromFile({ desk, people }) {
	await one(desk, /^Dela in 6 i 1 rum$/);
	await button(desk, "För hand eller från fil").click();
	const sheet = desk.getByRole("dialog", { name: "Ändra rum" });
	await sheet.getByRole("radio", { name: "Från fil" }).check({ force: true });
	await sheet.locator("input[type=file]").setInputFiles({ name: "rum.csv", mimeType: "text/csv", buffer: Buffer.from(FILE) });
	await sheet.getByText("rum.csv: 6 av 7 är här och får plats i 2 rum.").waitFor();
	const list = async (words) => sheet.locator("details").filter({ hasText: words }).getByRole("listitem").allInnerTexts();
	assert.deepEqual(await list("går inte att läsa"), ["Rad 9: Aino Ek står redan på rad 2.", "Rad 10: rummet för Gun saknas.", "Rad 11: rollen ”chef” för Hans är varken antecknare eller samtalsledare."]);
	assert.deepEqual(await list("är inte här"), ["Rad 8: Fia Frånvarande (1)"]);
	await axe(desk, "facilitator-rooms-file.sv");
	await button(sheet, "Dela in 6 i 2 rum").click();
	await sheet.getByText("Klart. Kommer fler").waitFor();
	for (const [i, room] of [[0, 1], [1, 1], [2, 2], [3, 2], [4, 2], [5, 1]])
		await until(`${PEOPLE[i].join(", ")} in room ${room}`, async () => (await people[i].locator("button.where").textContent()).startsWith(`Rum ${room}`), LATE);
	assert.match(await people[2].locator("button.where").textContent(), /Björken/);
	await sheet.getByRole("button", { name: "Stäng" }).first().click();
	await until("the note-taker of the file has the pen", async () => { const told = await wall(desk); return !/saknar antecknare/.test(told[1]) && /saknar antecknare/.test(told[2]); }, LATE);
	await desk.locator('button.tile[data-room="2"]').click();
	await desk.getByRole("dialog").getByText("Cia Malm leder samtalet.").waitFor();
	await axe(desk, "facilitator-room-lead.sv");
	await desk.keyboard.press("Escape");
}

async function moving({ desk, people }) {
	await button(desk, "Ändra rum").click();
	const sheet = desk.getByRole("dialog", { name: "Ändra rum" });
	for (const name of [/^Björn Ö/, /^Dan Palm/])
		await sheet.getByRole("checkbox", { name }).check();
	await sheet.getByLabel("Flytta 2 till").selectOption({ label: "Rum 2, Björken" });
	/* Dan sits there already: one change is left of two. */
	await sheet.getByText("Björn Ö → Rum 2, Björken").waitFor();
	assert.match(await people[1].locator("button.where").textContent(), /^Rum 1/, "nothing has happened yet");
	await button(sheet, "Flytta en person").click();
	await until("Björn is in room 2", async () => (await people[1].locator("button.where").textContent()).startsWith("Rum 2"), LATE);
	await sheet.getByRole("button", { name: "Stäng" }).first().click();
	await takesBack(desk, /en person flyttades/);
	await until("Björn is back", async () => (await people[1].locator("button.where").textContent()).startsWith("Rum 1"), LATE);
}

/** Each act, and what it was before. */
async function undoing({ desk, screen, deputy }) {
	await press(desk, /^Öppna Innan ni börjar för 6$/);
	await one(desk, /^Stäng röstningen för 6$/);
	await takesBack(desk, /Innan ni börjar öppnades/);
	await one(desk, /^Öppna Innan ni börjar för 6$/);
	await press(desk, /^Öppna Innan ni börjar för 6$/);

	await until("ten minutes", async () => isAbout(await left(desk), 600), LATE);
	await desk.getByRole("button", { name: /^\+5/ }).filter({ visible: true }).click();
	await until("fifteen minutes", async () => isAbout(await left(desk), 900), LATE);
	await takesBack(desk, /\+5 min/);
	await until("ten again", async () => isAbout(await left(desk), 600, 40), LATE);

	await press(desk, /^Stäng röstningen för 6$/);
	await one(desk, /^Stäng nu$/);
	await takesBack(desk, /röstningen stängdes/);
	await one(desk, /^Stäng röstningen för 6$/);
	assert.ok(isAbout(await left(desk), 600, 60), "with the time that it had");

	await button(desk, "Koden").click();
	await screen.locator(".screen .code").waitFor();
	await takesBack(desk, /storbilden byttes/);
	await until("the task is shown again", async () => (await screen.getByRole("timer").count()) > 0, LATE);

	/* What a deputy has done meanwhile is theirs: the button that would take back something else goes away. */
	await button(desk, "Koden").click();
	await offers(desk, /storbilden byttes/);
	await deputy.locator(".time-open").click();
	await deputy.getByRole("dialog").getByRole("button", { name: /^\+1/ }).click();
	await until("no longer offered", async () => (await undo(desk).count()) === 0, LATE);
	await deputy.keyboard.press("Escape");
	await button(desk, /^Uppgift/).click();
}

async function pausing({ desk, screen, people, deputy }) {
	await button(desk, "Pausa").click();
	await offers(desk, /pausen/);
	const stood = await left(desk);
	for (const page of [people[0], screen, deputy])
		await until("everybody's time stands still", async () => /Paus|står still/i.test(await page.locator("body").innerText()), LATE);
	await axe(desk, "facilitator-paused.sv");
	assert.equal(await left(desk), stood);
	await button(desk, "Fortsätt").click();
	await until("it goes on", async () => { const now = await left(desk); return now < stood && now > stood - 20; }, LATE);
	await takesBack(desk, /tiden går igen/);
	await until("it stands again", async () => (await button(desk, "Fortsätt").count()) === 1, LATE);
	await button(desk, "Fortsätt").click();
	await button(desk, "Pausa").waitFor();
}

async function granting({ desk, people }) {
	const leader = people[2], before = await left(desk);
	await leader.locator("button.where").click();
	await leader.getByRole("dialog").getByRole("button", { name: "Be om 5 minuter" }).click();
	const queue = desk.locator(".queue-box").filter({ visible: true });
	await queue.getByText("vill ha 5 min till").waitFor();
	await axe(desk, "facilitator-wish.sv");
	await button(queue, /^Ge 5 min/).click();
	await until("the hand is down", async () => (await queue.count()) === 0, LATE);
	await until("the room has five minutes more, the others have not", async () => isAbout(await left(leader), before + 300, 40) && isAbout(await left(people[0]), before, 40), LATE);
	await until("the wall says so", async () => /egen tid/.test((await wall(desk))[2]), LATE);
	await takesBack(desk, /\+5 min till Rum 2/);
	await until("as all again", async () => isAbout(await left(leader), before, 60), LATE);
}

async function revealing({ desk }) {
	await press(desk, /^Stäng röstningen för 6$/);
	await press(desk, /^Stäng nu$/);
	await press(desk, /^Visa resultatet för alla$/);
	await takesBack(desk, /resultatet visades/);
	await one(desk, /^Visa resultatet för alla$/);
	await press(desk, /^Visa resultatet för alla$/);
	await button(desk, "Dölj igen").click();
	await takesBack(desk, /resultatet doldes/);
	await button(desk, "Dölj igen").waitFor();
	await desk.getByRole("button", { name: /^Gå hit Fem prickar/ }).click();
	await takesBack(desk, /stegbytet/);
	await until("the step before", async () => /^Innan ni börjar/.test(await desk.locator(".program [aria-current=step]").innerText()), LATE);
	/* Planned against what was: the level has hardly taken a minute of its ten. */
	assert.match(await desk.locator(".program .ends").innerText(), /Slutar \d\d:\d\d\s+\d+ min tidigt/);
}

async function story() {
	problems.length = 0;
	const daemon = await Daemon.make();
	const chrome = await browser();
	try {
		const stage = await arrive(daemon, chrome);
		stage.deputy = await deputy(daemon, chrome, stage.desk);
		await roomsFromFile(stage);
		await moving(stage);
		await undoing(stage);
		await pausing(stage);
		await granting(stage);
		await revealing(stage);
		assert.deepEqual(problems, [], "no page complained");
	} finally {
		await chrome.close();
		await daemon.finish();
	}
}

export default { "the facilitator takes back, pauses, grants and moves": story };
