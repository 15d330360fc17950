// SPDX-License-Identifier: EUPL-1.2
// The declaration workshop from the catalog, as people see it: a facilitator, the shared screen, eight people in two rooms, a note-taker in each (one at a laptop). From the
// start page to the end: the level, the dots with a tie, the first principle with its ratings, discussions, notes, pens and suggestions, the closing; the daemon is killed in
// the middle. Every face is looked at with axe in both languages, light and dark.
import assert from "node:assert/strict";
import { join } from "node:path";
import { LANGUAGE, NAMES, PHONE, act, atStart, axe, phone, problems, speak, turned, watch } from "./people.mjs";
import { Daemon, browser, out, until } from "./stage.mjs";

const LAPTOP = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" };
const AT_LAPTOP = 5, LATE = 40_000;
/** What people read and press, in their language. */
const W = {
	sv: {
		saved: "Sparat", unsaved: "Inte sparat än", place: "Lägg en prick på", dots: (n) => (n === 1 ? "en prick" : `${n} prickar`), all: "Alla lagda", secret: "Hemligt. Ingen kan se hur du röstar.",
		level: "En hel organisation", chosen: /Valt: En hel organisation/, offer: "Rummet saknar antecknare. Vill du anteckna?", pen: "Ja, jag antecknar", to_notes: "Till anteckningarna",
		number: "Din prick, från 0 till 100", next: "Nästa fråga", gate: "Samtalet öppnar när alla i rummet är klara.", talk: "Alla i rummet har svarat. Prata om varför ni ser olika.", room: (n) => `Ert rum, ${n} svar`,
		everybody: (n) => `Alla, ${n} svar`, suggest: "Föreslå en anteckning", suggest_go: "Skicka förslaget", take: /^Ta med/, help: "Be om hjälp", queued: "Ni är nummer 1 i kön.", close: "Stäng", back: /Alla tillbaka om [45]:\d\d/,
		done: "Vi är klara", send: /^Skicka till alla/, final: "Slutlig", give: "Lämna över pennan", own: /^Min röst/, answer: "Ditt svar", over: "Workshopen är slut.", notes: "Anteckningar", ratings: /^Fråga 1 av 6/, lost: "Ingen kontakt",
		yours: "ditt svar", settings: /Språk och utseende/,
	},
	en: {
		saved: "Saved", unsaved: "Not saved yet", place: "Place a dot on", dots: (n) => (n === 1 ? "one dot" : `${n} dots`), all: "All placed", secret: "Secret. Nobody can see how you vote.",
		level: "A whole organisation", chosen: /Chosen: A whole organisation/, offer: "The room has no note-taker. Will you take notes?", pen: "Yes, I will take notes", to_notes: "To the notes",
		number: "Your dot, from 0 to 100", next: "Next question", gate: "The discussion opens when everybody in the room is done.", talk: "Everybody in the room has answered. Talk about why you see it differently.", room: (n) => `Your room, ${n} answers`,
		everybody: (n) => `All, ${n} answers`, suggest: "Suggest a note", suggest_go: "Send the suggestion", take: /^Take in/, help: "Ask for help", queued: "You are number 1 in the queue.", close: "Close", back: /Everybody back in [45]:\d\d/,
		done: "We are done", send: /^Send to all/, final: "Final", give: "Hand over the pen", own: /^My vote/, answer: "Your answer", over: "The workshop is over.", notes: "Notes", ratings: /^Question 1 of 6/, lost: "No contact",
		yours: "your answer", settings: /Language and look/,
	},
};
/** How the questions begin: number in the catalog -> words. */
const QUESTIONS = {
	1: { sv: "Säger era politiker", en: "Do your politicians" }, 2: { sv: "Får den som vill göra något nytt", en: "Do those who want to do something new" },
	7: { sv: "Får ni fler chefer", en: "Do you get more managers" }, 8: { sv: "Ger ert sätt att leda", en: "Does your way of leading" },
	13: { sv: "Är rätt personer", en: "Are the right people" }, 20: { sv: "Tar ni hjälp av testbäddar", en: "Do you make use of test beds" }, 24: { sv: "Gör ni berättelser", en: "Do you make stories" },
};
/** Neighbours mirror each other, so that principles 1 and 2 get as many dots, from as many people. */
const DOTS = [13, 13, 13, 13, 20, 20, 20, 24].map((other, i) => (i % 2 ? { 1: 1, 7: 2, 8: 1, [other]: 1 } : { 1: 2, 2: 1, 7: 1, [other]: 1 }));
const PRINCIPLES = ["Princip 1", "Princip 2", "Princip 3", "Princip 4", "Princip 5"];
const BY_DOTS = { "Princip 2": 16, "Princip 1": 16, "Princip 3": 4, "Princip 4": 3, "Princip 5": 1 };
/** Where each stands on the first question; the middle of all eight is 50. */
const STANDS = [10, 20, 30, 40, 60, 70, 80, 90];

// --- what everybody can do ---

/** On the page itself: what only the voice for those who listen says does not count. */
const sees = (page, words, what = String(words)) => until(`seen: ${what}`, async () => {
	const text = await page.locator("main").first().innerText();
	return words instanceof RegExp ? words.test(text) : text.includes(words);
}, LATE);
const button = (page, name, exact = typeof name === "string") => page.getByRole("button", { name, exact });
/** The one button of the facilitator, once it says so and may be pressed. */
const press = (desk, name) => until(`the one button: ${name}`, act(desk, name), LATE);
const says = (p) => W[p.lang];
const inRoom = async (p) => { p.room = Number(await until(`a room for ${p.name}`, async () => /^(?:Rum|Room) (\d)/.exec(await p.page.locator("button.where").textContent())?.[1], LATE)); };
/** Both languages, chosen as people do it. */
async function inBoth(page, language, look) {
	for (const name of [language, language === "sv" ? "en" : "sv"]) {
		await tongue(page, name);
		await look(name);
	}
	await tongue(page, language);
}
async function tongue(page, language) {
	if (await page.evaluate(() => document.documentElement.lang) === language)
		return;
	await page.locator("button.aa").click();
	await page.getByRole("dialog").locator("label", { hasText: language === "sv" ? "Svenska" : "English" }).click();
	await until("the other language", () => page.evaluate((l) => document.documentElement.lang === l, language));
	await button(page.getByRole("dialog"), W[language].close).last().click();
}
const screenInBoth = async (screen, name, ready) => {
	for (const language of ["en", "sv"]) {
		await speak(screen, language);
		await ready();
		await axe(screen, `workshop-${name}.${language}`);
	}
};
const savedWords = (p) => p.page.locator(".tray").getByText(says(p).saved, { exact: true });
/** Of what stood there as saved: what is there no longer. The control has to be found by it. */
const gone = (before, after) => before.filter((words) => !after.includes(words));
/** The rows of a note-taker that are called saved. */
const savedNotes = (p) => p.page.getByRole("list", { name: says(p).notes }).getByRole("listitem").evaluateAll((rows, saved) => rows
	.filter((row) => row.querySelector(".note-dot")?.textContent === saved).map((row) => row.querySelector("textarea")?.value ?? row.textContent), says(p).saved);
const writeHere = (p) => p.page.getByRole("list", { name: says(p).notes }).getByRole("textbox").last();

// --- the way in ---

async function arrive(daemon, chrome) {
	const desk = await atStart(daemon, chrome);
	await desk.getByText("Deklarationen om innovation").first().waitFor();
	await inBoth(desk, "sv", (language) => axe(desk, `workshop-start.${language}`));
	await desk.locator("label", { hasText: "Deklarationen om innovation" }).click();
	assert.ok(await desk.getByRole("radio", { name: /^Deklarationen om innovation/ }).isChecked());
	await sees(desk, /210\s+min/);
	await button(desk, "Starta nu").click();
	await button(desk, "Länkar").click();
	const link = async (words) => {
		await button(desk, `Kopiera ${words}`).click();
		await button(desk, `Kopierad ${words}`).waitFor();
		return desk.evaluate(() => navigator.clipboard.readText());
	};
	const [join, projector] = [await link("Deltagarlänk"), await link("Storbildslänk")];
	assert.notEqual(join, projector);
	await axe(desk, "workshop-links.sv");
	await button(desk.getByRole("dialog"), "Stäng").first().click();

	const screen = await (await chrome.newContext({ viewport: { width: 1920, height: 1080 }, locale: "sv-SE", reducedMotion: "reduce" })).newPage();
	watch(screen, "screen");
	await screen.goto(projector);
	const code = join.split("#")[1];
	await sees(screen, `${code.slice(0, 4)} ${code.slice(4)}`);
	const people = [];
	for (const [i, name] of NAMES.entries())
		people.push({ i, name, lang: LANGUAGE[i], laptop: i === AT_LAPTOP, page: await phone(daemon, chrome, code, i, { how: i === 2 ? "code" : "link", look: i < 2, device: i === AT_LAPTOP ? LAPTOP : PHONE }) });
	await sees(desk, "8 här");
	await sees(screen, "8 är här");
	await screenInBoth(screen, "screen-join", () => screen.locator(".code").waitFor());
	return { desk, screen, people };
}

async function rooms({ desk, people }) {
	await inBoth(desk, "sv", (language) => axe(desk, `workshop-facilitator-lobby.${language}`));
	for (let i = 0; i < 2; i++)
		await button(desk, "Färre").click();
	await button(desk, "Dela in 8 i 2 rum").click();
	for (const p of people)
		await inRoom(p);
	for (const room of [1, 2])
		assert.equal(people.filter((p) => p.room === room).length, 4, `four in room ${room}`);
	/* A pen in each room: at the laptop, and on a Swedish phone of the other room. */
	const laptop = people[AT_LAPTOP], handheld = people.find((p) => p.room !== laptop.room && p.lang === "sv") ?? people.find((p) => p.room !== laptop.room);
	for (const p of people.filter((one) => one.i < 2))
		await axe(p.page, `workshop-lobby.${p.lang}`);
	for (const writer of [laptop, handheld]) {
		await sees(writer.page, says(writer).offer);
		await button(writer.page, says(writer).pen).click();
		for (const p of people.filter((one) => one.room === writer.room && one !== writer))
			await sees(p.page, p.lang === "sv" ? `${writer.name} antecknar.` : `${writer.name} takes notes.`);
		await until(`the wall asks for no note-taker in room ${writer.room}`, async () => !/saknar antecknare/i.test(await button(desk, new RegExp(`^Rum ${writer.room},`)).innerText()), LATE);
	}
	return { laptop, handheld };
}

// --- the level, the dots and the order ---

async function level({ desk, screen, people, laptop, handheld }) {
	await press(desk, /^Öppna Innan ni börjar.* för 8$/);
	/* Who has taken a pen has the notes before them; their own answer is a press away. */
	for (const p of [laptop, handheld])
		await button(p.page, says(p).own, false).click();
	for (const p of people) {
		const mine = p.i % 3 === 2 ? /(Den egna avdelningen|Our own department)/ : new RegExp(says(p).level);
		await p.page.locator("label.place", { hasText: mine }).click();
		assert.ok(await p.page.getByRole("radio", { name: mine }).isChecked());
		await savedWords(p).waitFor();
	}
	for (const p of people.slice(0, 2))
		await axe(p.page, `workshop-level.${p.lang}`);
	await sees(desk, "8 av 8 klara");
	await axe(screen, "workshop-screen-level.sv");
	await press(desk, /^Stäng röstningen för 8$/);
	await press(desk, /^Stäng nu$/);
	await press(desk, /^Visa resultatet för alla$/);
	for (const p of people)
		await p.page.getByRole("heading", { name: new RegExp(says(p).level) }).waitFor();
	await sees(screen, "En hel organisation");
	await press(desk, /^Slå fast: En hel organisation/);
	await press(desk, /^Nästa: Fem prickar/);
	await screen.getByRole("heading", { name: "Var har ni era största utmaningar?" }).waitFor();
	await sees(screen, "En hel organisation", "the level, kept on the screen");
	for (const p of people)
		await p.page.getByText(says(p).chosen).first().waitFor();
}

const placed = (p) => p.page.getByRole("group").evaluateAll((groups) => groups.map((g) => g.getAttribute("aria-label")).filter((label) => label && /(prick|prickar|dot|dots)$/.test(label) && !/(inga prickar|no dots)$/.test(label)).sort());
const wantedDots = (p) => Object.entries(DOTS[p.i]).map(([item, n]) => [QUESTIONS[item][p.lang], says(p).dots(n)]);
async function dots({ desk, screen, people }) {
	await press(desk, /^Öppna Fem prickar.* för 8$/);
	await Promise.all(people.map(async (p) => {
		await p.page.getByText(says(p).secret).first().waitFor();
		for (const [item, n] of Object.entries(DOTS[p.i])) {
			const row = p.page.getByRole("button", { name: new RegExp(`^${says(p).place} ${QUESTIONS[item][p.lang]}`) });
			if (p.laptop) {
				await row.focus();
				await p.page.keyboard.press(String(n));
				continue;
			}
			for (let k = 0; k < n; k++)
				await row.tap();
		}
		await p.page.getByText(says(p).all, { exact: true }).waitFor();
		await savedWords(p).waitFor({ timeout: LATE });
		const rows = await placed(p);
		assert.ok(rows.length === 4 && wantedDots(p).every(([words, n]) => rows.some((row) => row.startsWith(words) && row.endsWith(`, ${n}`))), `${p.name}: ${JSON.stringify(rows)}`);
	}));
	for (const p of [people[0], people[1], people[AT_LAPTOP]])
		await axe(p.page, `workshop-dots${p.laptop ? "-laptop" : ""}.${p.lang}`);
	await sees(desk, "8 av 8 klara");
	assert.equal(await button(desk, /^Titta på ställningen/).count(), 0, "nobody looks into a secret question");
	await inBoth(desk, "sv", (language) => axe(desk, `workshop-facilitator-dots.${language}`));
	await screenInBoth(screen, "screen-dots", () => screen.getByRole("timer").first().waitFor());
	await press(desk, /^Stäng röstningen för 8$/);
	for (const p of people)
		await sees(p.page, p.lang === "sv" ? "Tiden är ute. Gör klart" : "Time is up. Finish now");
	await press(desk, /^Stäng nu$/);
	for (const p of people)
		await sees(p.page, p.lang === "sv" ? "Röstningen är stängd. Det du sparade räknas." : "Voting is closed. What you saved counts.");
	assert.equal(await screen.getByRole("listitem").count(), 0, "nothing before it is shown");
	await press(desk, /^Visa resultatet för alla$/);
	for (const p of people) {
		await p.page.getByRole("heading", { name: p.lang === "sv" ? "Område för område" : "Area by area" }).waitFor();
		await sees(p.page, p.lang === "sv" ? /Princip 2[^]*Princip 1|Princip 1[^]*Princip 2/ : /Principle 1/);
	}
	await until("the five principles on the screen, with their dots", async () => {
		const rows = await screen.getByRole("listitem").allInnerTexts();
		const seen = Object.fromEntries(rows.map((row) => [PRINCIPLES.find((words) => row.includes(words)), Number(row.trim().split(/\s+/).pop())]));
		assert.deepEqual(Object.fromEntries(PRINCIPLES.map((words) => [words, seen[words]])), Object.fromEntries(PRINCIPLES.map((words) => [words, BY_DOTS[words]])));
		return true;
	}, LATE);
	for (const p of [people[0], people[1], people[AT_LAPTOP]])
		await axe(p.page, `workshop-dots-result${p.laptop ? "-laptop" : ""}.${p.lang}`);
	await screenInBoth(screen, "screen-groups", () => screen.getByRole("listitem").first().waitFor());
}

async function order({ desk, screen }) {
	await inBoth(desk, "sv", async (language) => {
		await axe(desk, `workshop-facilitator-tie.${language}`);
		await press(desk, language === "sv" ? /^Avgör vid lika$/ : /^Decide among equals$/);
		await axe(desk, `workshop-order-dialog.${language}`);
		await button(desk.getByRole("dialog"), language === "sv" ? "Ångra" : "Cancel").click();
	});
	await press(desk, /^Avgör vid lika$/);
	const dialog = desk.getByRole("dialog", { name: "Vilken ordning gäller?" });
	await dialog.getByText("Några står helt lika").waitFor();
	assert.match(await dialog.getByRole("listitem").first().innerText(), /Princip 1[^]*16 prickar från 8/);
	await dialog.getByRole("button", { name: /^Flytta upp Princip 2/ }).click();
	await until("principle 2 is first in the dialog", async () => (await dialog.getByRole("listitem").first().innerText()).includes("Princip 2"));
	await button(dialog, "Så gör vi").click();
	await sees(desk, "fick flest prickar, 16. Lika många som ”Princip 1: Välkomna innovation och ge den kraft”, från lika många personer. Workshopledaren avgjorde.");
	await until("the program follows", async () => {
		const steps = await desk.getByRole("navigation", { name: "Program" }).getByRole("listitem").allInnerTexts();
		const found = steps.map((words) => PRINCIPLES.find((name) => words.startsWith(name))).filter(Boolean);
		assert.deepEqual(found, ["Princip 2", "Princip 1", "Princip 3", "Princip 4", "Princip 5"]);
		return true;
	}, LATE);
	await sees(screen, "lika många, workshopledaren avgjorde");
	await screenInBoth(screen, "screen-order", () => screen.getByRole("listitem").first().waitFor());
	await inBoth(desk, "sv", (language) => axe(desk, `workshop-facilitator-ordered.${language}`));
}

// --- the first principle ---

/** Where the own dot stands, as the page says it, once it is saved: below the line, or in the room's picture when all in the room have answered. */
const standing = async (p) => {
	const text = await p.page.locator("main").innerText(), at = (words) => words && Number(words[1]);
	return at((p.lang === "sv" ? /du: (\d+)/ : /you: (\d+)/).exec(text)) ?? ((await savedWords(p).count()) ? at((p.lang === "sv" ? /^(\d+) av 100$/m : /^(\d+) of 100$/m).exec(text)) : null);
};
/** One question: by number, by keys or by a tap on the line, in turn. */
async function rate(p, n) {
	const { page } = p, line = page.getByRole("slider");
	await page.getByText(p.lang === "sv" ? `Fråga ${n} av 6` : `Question ${n} of 6`).first().waitFor();
	let least = 0, most = 0;
	if (n === 1) {
		await page.getByRole("spinbutton", { name: says(p).number }).fill(String(STANDS[p.i]));
		least = most = STANDS[p.i];
	} else if (p.laptop) {
		await line.focus();
		for (const key of ["End", "PageDown", "ArrowLeft", "ArrowLeft"])
			await page.keyboard.press(key);
		least = most = 88;
	} else {
		const box = await line.boundingBox();
		await line.tap({ position: { x: box.width * (0.2 + 0.08 * p.i), y: box.height / 2 } });
		[least, most] = [8 + 8 * p.i, 32 + 8 * p.i];
	}
	await until(`${p.name}: question ${n} saved between ${least} and ${most}`, async () => {
		const at = await standing(p);
		return at !== null && at >= least && at <= most;
	}, LATE);
}
async function rateAll(p, from = 1) {
	for (let n = from; n <= 6; n++) {
		await rate(p, n);
		if (n < 6)
			await button(p.page, says(p).next).click();
	}
}
const talks = (p) => p.page.getByText(says(p).talk).first().waitFor({ timeout: LATE });
const first = (p) => button(p.page, says(p).ratings, false).click();

async function discussions(stage, daemon) {
	const { desk, screen, people, laptop, handheld } = stage;
	const here = people.filter((p) => p.room === handheld.room), there = people.filter((p) => p.room === laptop.room), late = there.find((p) => p !== laptop);
	await press(desk, /^Nästa: Princip 2/);
	await press(desk, /^Öppna Princip 2.* för 8$/);
	await sees(screen, "0 av 48 svar", "all six questions are open by one press");
	for (const lang of ["sv", "en"]) {
		const p = people.find((one) => one.lang === lang && !one.laptop);
		await p.page.getByRole("slider").waitFor();
		await axe(p.page, `workshop-rate.${lang}`);
	}
	await Promise.all(people.filter((p) => p !== late).map((p) => rateAll(p)));

	/* One room talks, the other waits for one. */
	await Promise.all(here.map(talks));
	for (const p of here)
		await p.page.getByRole("heading", { name: says(p).room(4) }).waitFor();
	for (const p of there.filter((one) => one !== late)) {
		await p.page.getByText(says(p).gate).waitFor({ timeout: LATE });
		assert.equal(await p.page.getByText(says(p).talk).count(), 0, "the other room waits");
	}
	await sees(screen, "1 av 2 rum diskuterar");
	await sees(desk, "1 av 2 rum diskuterar");
	for (const lang of ["sv", "en"]) {
		const p = here.find((one) => one.lang === lang);
		if (p)
			await axe(p.page, `workshop-talk.${lang}`);
	}

	/* Two write; the daemon dies under their words and under a dot. */
	for (const p of [handheld, laptop]) {
		await button(p.page, says(p).to_notes).first().click();
		await writeHere(p).focus();
	}
	await handheld.page.keyboard.type("Ingen tid är avsatt");
	await handheld.page.keyboard.press("Enter");
	await handheld.page.keyboard.type("? Vem äger frågan");
	await handheld.page.keyboard.press("Enter");
	await laptop.page.keyboard.type("! We go on with two trials");
	await laptop.page.keyboard.press("Enter");
	await until("both rows on the phone are saved", async () => (await savedNotes(handheld)).length === 2, LATE);
	await until("the row at the laptop is saved", async () => (await savedNotes(laptop)).length === 1, LATE);
	await rate(late, 1);
	await button(late.page, says(late).next).click();
	await laptop.page.keyboard.type("* Half way thr");
	const before = [await savedNotes(handheld), await savedNotes(laptop)];
	await daemon.kill("SIGKILL");
	await laptop.page.keyboard.type("ough a word");
	await handheld.page.keyboard.type("- Skriven utan kontakt");
	await handheld.page.keyboard.press("Enter");
	await late.page.getByRole("spinbutton", { name: says(late).number }).fill("77");
	await late.page.locator(".tray").getByText(says(late).unsaved, { exact: true }).waitFor({ timeout: LATE });
	assert.ok(!(await savedNotes(handheld)).includes("Skriven utan kontakt"), "nothing is called saved that nobody has");
	await sees(desk, "Ingen kontakt");
	await sees(screen, "Söker kontakt");
	await daemon.start();
	for (const p of people)
		await until(`${p.name} has contact`, async () => !(await p.page.locator("body").innerText()).includes(says(p).lost), LATE);
	await sees(desk, "Allt sparat");
	await until("the screen has found back", async () => !(await screen.locator("body").innerText()).includes("Söker kontakt"), LATE);
	await talks(late);
	await until("the phone's three rows are saved", async () => (await savedNotes(handheld)).includes("Skriven utan kontakt"), LATE);
	await until("the half-typed row is saved whole", async () => (await savedNotes(laptop)).includes("Half way through a word"), LATE);
	for (const [i, p] of [handheld, laptop].entries())
		assert.deepEqual(gone(before[i], await savedNotes(p)), [], `${p.name}: nothing called saved was lost`);
	await late.page.reload();
	await late.page.getByRole("navigation").getByRole("button", { name: QUESTIONS[8][late.lang] }).click();
	await sees(late.page, late.lang === "sv" ? "du: 77" : "you: 77", "what was placed without contact, after a reload");
	for (const p of here.filter((one) => one !== handheld))
		await talks(p);

	await button(late.page, says(late).next).click();
	await rateAll(late, 3);
	await Promise.all(there.filter((p) => p !== laptop).map(talks));
	await sees(screen, "2 av 2 rum diskuterar");
	await screenInBoth(screen, "screen-talk", () => screen.getByRole("timer").first().waitFor());
	await inBoth(desk, "sv", (language) => axe(desk, `workshop-facilitator-talk.${language}`));
	return { here, there, late };
}

// --- notes, pens, suggestions, hands ---

async function roomSheet(p) {
	await button(p.page, new RegExp(`^(Rum|Room) ${p.room}`)).click();
	return p.page.getByRole("dialog");
}
async function writing({ desk, screen, people, laptop, handheld, here, there, late }) {
	/* On the phone by its buttons, at the laptop by keys. */
	await inBoth(handheld.page, handheld.lang, (language) => axe(handheld.page, `workshop-notes-phone.${language}`));
	await inBoth(laptop.page, laptop.lang, (language) => axe(laptop.page, `workshop-notes-laptop.${language}`));
	const row = (p, words) => p.page.getByRole("list", { name: says(p).notes }).getByRole("listitem").filter({ has: p.page.locator(`[data-words="${words} "]`) });
	await row(handheld, "Vem äger frågan").getByRole("textbox").focus();
	await button(handheld.page, says(handheld).send, false).click();
	await row(handheld, "Vem äger frågan").getByText(handheld.lang === "sv" ? "skickad till alla" : "sent to all").waitFor();
	await row(handheld, "Ingen tid är avsatt").getByRole("textbox").focus();
	await button(handheld.page, says(handheld).final).click();
	await row(handheld, "Ingen tid är avsatt").getByText(handheld.lang === "sv" ? "slutlig" : "final", { exact: true }).waitFor();
	await row(laptop, "We go on with two trials").getByRole("textbox").focus();
	await laptop.page.keyboard.press("Control+Enter");
	await sees(desk, "Till alla, 2");

	/* A suggestion from a phone is taken over. */
	const other = here.find((p) => p !== handheld);
	const sheet = await roomSheet(other);
	await sheet.getByText("Skriven utan kontakt").waitFor();
	await sheet.getByLabel(says(other).suggest).fill("Fråga grannkommunen");
	await button(sheet, says(other).suggest_go).click();
	await axe(other.page, `workshop-room-sheet.${other.lang}`);
	await handheld.page.getByText("Fråga grannkommunen").first().waitFor();
	await button(handheld.page, says(handheld).take, false).click();
	await sheet.getByRole("list", { name: says(other).notes }).getByText("Fråga grannkommunen").waitFor({ timeout: LATE });
	await until("taken over, and saved", async () => (await savedNotes(handheld)).includes("Fråga grannkommunen"), LATE);

	/* A raised hand, answered. */
	await button(sheet, says(other).help).click();
	await sheet.getByText(says(other).queued).waitFor();
	const queue = desk.getByRole("list", { name: "Kö" });
	await queue.getByText(`Rum ${other.room}`).first().waitFor();
	await axe(desk, "workshop-facilitator-hand.sv");
	await button(queue, `Svara rummet Rum ${other.room}`).click();
	await desk.getByLabel("Vad vill du säga?").fill("Jag är hos er om en minut.");
	await axe(desk, "workshop-say-room.sv");
	await button(desk, "Säg till rummet").click();
	for (const p of here)
		await sees(p.page, "Jag är hos er om en minut.");
	assert.ok(!(await late.page.locator("body").innerText()).includes("Jag är hos er"), "the other room is not told");
	await button(queue, `Klart Rum ${other.room}`).click();
	await button(sheet, says(other).help).waitFor();
	await until("nobody is in the queue", async () => (await queue.count()) === 0, LATE);
	await button(sheet, says(other).done).click();
	await until("the wall says that the room is done", async () => /rummet är klart/.test(await button(desk, new RegExp(`^Rum ${other.room},`)).innerText()), LATE);
	await button(sheet, says(other).close).first().click();

	/* The pen changes hands. */
	await button(laptop.page, says(laptop).give).click();
	await button(laptop.page, late.name).click();
	await button(late.page, says(late).to_notes).first().click();
	await writeHere(late).tap();
	await late.page.keyboard.type("+ Written by the heir");
	await late.page.keyboard.press("Enter");
	await until("the heir's row is saved", async () => (await savedNotes(late)).includes("Written by the heir"), LATE);
	await laptop.page.getByText("Written by the heir").first().waitFor({ timeout: LATE });
	await axe(laptop.page, `workshop-talk-laptop.${laptop.lang}`);
	await until("the wall has the heir's words", async () => (await button(desk, new RegExp(`^Rum ${late.room},`)).innerText()).includes("Written by the heir"), LATE);

	/* A room's notes on the screen, then what was sent to all. */
	await button(desk, new RegExp(`^Rum ${handheld.room},`)).click();
	await axe(desk, "workshop-room-panel.sv");
	await button(desk.getByRole("dialog"), "Visa rummets anteckningar på storbilden").click();
	for (const words of ["Ingen tid är avsatt", "Vem äger frågan", "Skriven utan kontakt", "Fråga grannkommunen"])
		await sees(screen, words);
	await screenInBoth(screen, "screen-notes", () => screen.getByRole("listitem").filter({ hasText: "Fråga grannkommunen" }).waitFor());
	await button(desk, "Till alla").click();
	await screen.getByRole("heading", { name: "Från rummen" }).waitFor();
	await sees(screen, "We go on with two trials");
	assert.ok(!(await screen.locator("body").innerText()).includes("Skriven utan kontakt"), "only what was sent");
	await screenInBoth(screen, "screen-plenary", () => screen.getByRole("listitem").filter({ hasText: "We go on with two trials" }).waitFor());

	/* Everybody back. */
	await button(desk, "Alla tillbaka om 5 min").click();
	for (const p of people)
		await sees(p.page, says(p).back);
	await sees(screen, /Alla tillbaka om\s+[45]:\d\d/);
	await axe(screen, "workshop-screen-back.sv");
	await button(desk.locator(".back-line"), "Ångra").click();
	await until("the countdown is gone", async () => !/Alla tillbaka om\s+\d/.test(await screen.locator("body").innerText()), LATE);
	return there;
}

async function shown({ desk, screen, people, laptop, handheld, late }) {
	await press(desk, /^Stäng 6 frågor för 8$/);
	await press(desk, /^Stäng nu$/);
	await press(desk, /^Visa 6 resultat för alla$/);
	await screen.getByRole("heading", { name: /^Får ni fler chefer/ }).waitFor();
	await sees(screen, /8\s+svar/);
	await sees(screen, "median 50");
	await screenInBoth(screen, "screen-rating", () => screen.locator(".s-ends").first().waitFor());
	await sees(desk, "median 50");
	for (const p of people.filter((one) => one !== handheld && one !== late)) {
		await first(p);
		await p.page.getByRole("heading", { name: says(p).everybody(8) }).waitFor();
		await p.page.getByRole("heading", { name: says(p).room(4) }).waitFor();
	}
	for (const p of [people.find((one) => one.lang === "sv" && one !== handheld && one !== late && !one.laptop), people.find((one) => one.lang === "en" && one !== late && one !== handheld), laptop])
		if (p)
			await axe(p.page, `workshop-rating-result${p.laptop ? "-laptop" : ""}.${p.lang}`);
	await inBoth(desk, "sv", (language) => axe(desk, `workshop-facilitator-ratings.${language}`));
	await button(desk, "Nästa sida").click();
	await until("all six questions as a list", async () => (await screen.getByRole("listitem").count()) >= 3, LATE);
	await axe(screen, "workshop-screen-statements.sv");
	await button(desk, "Rum för rum").click();
	await sees(screen, /Rum 1[^]*Rum 2/);
	await screenInBoth(screen, "screen-rooms", () => screen.getByText(/^(Rum|Room) 2/).first().waitFor());
	await button(desk, "Ordningen").click();
	await sees(screen, /Princip 2[^]*nu/);
	await axe(screen, "workshop-screen-order-now.sv");
}

// --- the closing ---

const answer = (who) => `Att vi redan försöker, säger ${who}.`;

async function closing({ desk, screen, people, handheld, late }) {
	await button(desk, /^Gå hit Avslut/).click();
	await press(desk, /^Öppna Avslut.* för 8$/);
	const said = people.filter((p) => p !== handheld && p !== late);
	for (const p of said) {
		await p.page.getByRole("textbox", { name: says(p).answer }).fill(answer(p.name));
		await savedWords(p).waitFor({ timeout: LATE });
	}
	/* A note-taker answers too. */
	await button(handheld.page, says(handheld).own, false).click();
	await handheld.page.getByRole("textbox", { name: says(handheld).answer }).fill(answer("en antecknare"));
	await savedWords(handheld).waitFor({ timeout: LATE });
	for (const lang of ["sv", "en"])
		await axe(said.find((p) => p.lang === lang && !p.laptop).page, `workshop-text.${lang}`);
	await button(said[0].page, says(said[0]).next).click();
	await said[0].page.getByRole("textbox", { name: says(said[0]).answer }).fill("En verkstad i månaden");
	await savedWords(said[0]).waitFor({ timeout: LATE });
	await press(desk, /^Stäng 2 frågor för 8$/);
	await press(desk, /^Stäng nu$/);
	await press(desk, /^Visa 2 resultat för alla$/);
	/* What does not fit is on the next page, turned by the facilitator. */
	const wanted = [...said.map((p) => answer(p.name)), answer("en antecknare")].sort(), read = new Set();
	const page_of = async () => (await screen.getByRole("listitem").allInnerTexts()).map((words) => words.trim()).filter((words) => wanted.includes(words));
	for (let turn = 0, before = ""; read.size < wanted.length && turn < 2 * wanted.length; turn++) {
		const page = await until("answers on the screen that were not there before the page was turned", async () => {
			const found = await page_of();
			return found.length > 0 && found.join() !== before && found;
		}, LATE);
		page.forEach((words) => read.add(words));
		before = page.join();
		if (read.size < wanted.length)
			await turned(desk);
	}
	assert.deepEqual([...read].sort(), wanted);
	await sees(said[1].page, answer("en antecknare"));
	await sees(said[1].page, says(said[1]).yours);
	assert.ok(!(await screen.locator("main").innerText()).includes("En verkstad"), "one question at a time");
	await screenInBoth(screen, "screen-text", () => screen.getByRole("listitem").first().waitFor());
	for (const lang of ["sv", "en"])
		await axe(said.find((p) => p.lang === lang && !p.laptop).page, `workshop-text-result.${lang}`);
	await press(desk, /^Avsluta workshopen$/);
	await button(desk, "Avsluta för alla").click();
	for (const p of people)
		await sees(p.page, says(p).over);
	await sees(screen, "Tack för i dag");
	for (const p of people.slice(0, 2))
		await axe(p.page, `workshop-over.${p.lang}`);
	await axe(screen, "workshop-screen-over.sv");
	await inBoth(desk, "sv", (language) => axe(desk, `workshop-facilitator-over.${language}`));
}

/** What everybody had before them when it went wrong. */
async function pictures(chrome) {
	for (const [i, page] of chrome.contexts().flatMap((context) => context.pages()).entries())
		await page.screenshot({ path: join(out(), `workshop-failed-${i}.png`), timeout: 5000 }).catch(() => {});
}

async function workshop() {
	problems.length = 0;
	const daemon = await Daemon.make();
	const chrome = await browser();
	try {
		const stage = await arrive(daemon, chrome);
		Object.assign(stage, await rooms(stage));
		await level(stage);
		await dots(stage);
		await order(stage);
		Object.assign(stage, await discussions(stage, daemon));
		await writing(stage);
		await shown(stage);
		await closing(stage);
		assert.deepEqual(problems, [], "no page complained");
	} catch (e) {
		await pictures(chrome);
		throw e;
	} finally {
		await chrome.close();
		await daemon.finish();
	}
}

/** Control: a daemon that forgets at a kill. The check for lost notes has to find it. */
async function control() {
	const daemon = await Daemon.make(["--memory"]);
	const chrome = await browser();
	try {
		const desk = await atStart(daemon, chrome);
		await desk.locator("label", { hasText: "Deklarationen om innovation" }).click();
		await button(desk, "Starta nu").click();
		const code = (await desk.getByText(/^Kod /).first().textContent()).replace(/Kod|\s/g, "");
		const writer = { i: 0, name: NAMES[0], lang: "sv", page: await phone(daemon, chrome, code, 0) }, page2 = await phone(daemon, chrome, code, 2);
		await button(desk, "Dela in 2 i 1 rum").click();
		await button(writer.page, says(writer).pen).click();
		await press(desk, /^Öppna Innan ni börjar/);
		await writeHere(writer).focus();
		await writer.page.keyboard.type("Skriven och sparad");
		await writer.page.keyboard.press("Enter");
		await until("the row is saved", async () => (await savedNotes(writer)).length === 1, LATE);
		const before = await savedNotes(writer);
		await daemon.kill("SIGKILL");
		await daemon.start();
		await writer.page.reload();
		await until("the page says what is the matter", async () => (await writer.page.getByRole("heading", { level: 1 }).count()) === 1, LATE);
		assert.deepEqual(gone(before, await savedNotes(writer)), ["Skriven och sparad"], "the planted loss is found");
		await page2.close();
	} finally {
		await chrome.close();
		await daemon.finish();
	}
}

export default { "the declaration workshop": workshop, "control: a workshop's journal that forgets is found out": control };
