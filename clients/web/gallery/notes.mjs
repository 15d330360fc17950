// SPDX-License-Identifier: EUPL-1.2
// The note-taker's page.
export default function ({ shot, press, wait, large, BOTH }) {
	const last = (page) => page.locator(".notes-list.edit textarea").last();
	const type = (words) => async (page) => { const field = last(page); await field.focus(); await page.keyboard.type(words); };
	const menu = async (page) => { await page.locator(".note-menu .round").nth(1).click(); await page.waitForTimeout(300); };
	/* What a picture cannot show: the caret, and that what comes in moves nothing. A wrong one fails the run. */
	const fields = (page) => page.evaluate(() => [...document.querySelectorAll(".notes-list.edit textarea")].map((f) => f.value));
	const caret = (page) => page.evaluate(() => { const f = document.activeElement; return f?.tagName === "TEXTAREA" ? [f.value, f.selectionStart] : [document.activeElement?.textContent, -1]; });
	const same = (what, got, want) => { if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${what}: ${JSON.stringify(got)}, wanted ${JSON.stringify(want)}`); };
	const others = (page) => page.evaluate(() => {
		const d = window.daemon, notes = d.sections.get("19/4/4")[3];
		notes.set(90, [Uint8Array.from([9, 9, 9, 9, 9, 9, 9, 9]), 0, 1, 0, 0, 0, 5, 400, d.log_ms, 0, 0, [["", "Tagen ur lådan"]]]);
		notes.set(5, notes.get(5).map((v, i) => (i === 11 ? [["", "Ändrad någon annanstans"]] : v)));
		d.frame([d.sections.get("19/4/4")]);
	});
	const keys = async (page) => {
		const before = await fields(page);
		const five = page.locator(".notes-list.edit textarea").nth(4);
		await five.click();
		await page.keyboard.press("End");
		for (let i = 0; i < 8; i++)
			await page.keyboard.press("ArrowLeft");
		const [words, at] = await caret(page);
		await page.keyboard.type("hela ");
		await others(page);
		await page.keyboard.type("det ");
		await page.waitForTimeout(1700);
		await page.keyboard.type("långa ");
		const want = `${words.slice(0, at)}hela det långa ${words.slice(at)}`;
		same("letters typed while others' changes and a verdict come in", await caret(page), [want, at + 15]);
		same("the new row is above, the written one as written", (await fields(page)).filter((w) => w === "Tagen ur lådan" || w === want), ["Tagen ur lådan", want]);
		await page.keyboard.press("Alt+ArrowUp");
		same("moved with the caret where it was", [await caret(page), (await fields(page)).indexOf(want)], [[want, at + 15], 4]);
		await page.keyboard.press("Alt+ArrowDown");
		same("and back", [await caret(page), (await fields(page)).indexOf(want)], [[want, at + 15], 5]);
		await page.keyboard.press("Enter");
		await page.keyboard.type("! Nytt beslut");
		same("Enter, a sign, words", await caret(page), ["Nytt beslut", 11]);
		await page.keyboard.press("Shift+Enter");
		await page.keyboard.type("rad två");
		await page.keyboard.press("Enter");
		await page.keyboard.press("Backspace");
		same("Backspace in the empty row goes up, behind the last letter", await caret(page), ["Nytt beslut\nrad två", 19]);
		await page.keyboard.press("Escape");
		same("Escape leaves the list", (await caret(page))[0].startsWith("Skicka till alla"), true);
		await page.keyboard.press("Tab");
		same("and Tab goes on", (await caret(page))[0], "Slutlig");
		await page.waitForTimeout(500);
		same("nothing lost, and every row saved", [(await fields(page)).length, await page.locator(".note-dot .dot-way").count()], [before.length + 2, 0]);
	};
	shot("notes-typical", ["laptop"], { as: "notes-keys", acts: [keys, wait(300)] });
	shot("notes-empty", ["laptop", "phone"], BOTH);
	shot("notes-typical", ["laptop", "low", "phone", "small", "wide"], { ...BOTH, langs: ["sv", "en"], acts: [type("* Avsätt en halv dag i mån"), wait(200)] });
	shot("notes-typical", ["laptop"], { as: "notes-row-saved", acts: [type("* Avsätt en halv dag i månaden"), wait(1800)] });
	shot("notes-typical", ["laptop", "phone"], { as: "notes-menu", ...BOTH, acts: [menu] });
	shot("notes-typical", ["laptop", "phone"], { as: "notes-result", acts: [press("Visa fördelningen"), wait(300)] });
	shot("notes-typical", ["laptop", "phone"], { as: "notes-give", acts: [async (page) => { if (page.viewportSize().width < 700) await page.locator("button.where").click(); }, press("Lämna över pennan"), wait(300)] });
	shot("notes-typical", ["laptop"], { as: "notes-dropped", acts: [async (page) => { await page.locator(".notes-list.edit textarea").nth(2).fill(""); await page.keyboard.press("Backspace"); }, wait(300)] });
	shot("notes-typical", ["laptop"], { as: "notes-next-step", acts: [type("Mitt i en men"), async (page) => page.evaluate(() => {
		const d = window.daemon;
		d.put(8, 0, 0, [[1, 5]]);
		d.frame([d.sections.get("8/0/0")]);
	}), wait(300)] });
	shot("notes-typical", ["laptop"], { as: "notes-away", acts: [type("Skrivet utan kontakt"), async (page) => page.evaluate(() => { window.daemon.reachable = false; window.daemon.cut(); }), wait(3500)] });
	shot("notes-typical", ["laptop", "phone"], { as: "notes-pen-gone", acts: [type("Hann inte spa"), async (page) => page.evaluate(() => {
		const d = window.daemon;
		d.put(18, 4, 0, [[1, [4, 402, 0, d.log_ms]]]);
		d.frame([d.sections.get("18/4/0")]);
	}), wait(400)] });
	shot("notes-crowded", ["laptop", "phone", "small"], { ...BOTH, acts: [wait(200)] });
	shot("notes-crowded", ["laptop"], { as: "notes-full", acts: [type("En till"), async (page) => page.keyboard.press("Control+Enter"), wait(200)] });
	shot("notes-mute", ["laptop", "phone"], { acts: [type("Ingen svarar"), async (page) => page.keyboard.press("Enter"), wait(1600)] });
	shot("notes-said", ["laptop", "phone"]);
	shot("notes-reload", ["laptop"]);
	shot("notes-rescued", ["laptop", "phone"], { ...BOTH, langs: ["sv", "en"] });
	shot("notes-single", ["laptop"]);
	shot("notes-lead", ["laptop", "low", "phone", "small"], { ...BOTH, langs: ["sv", "en"] });
	shot("notes-led", ["laptop", "phone"], BOTH);
	shot("notes-typical", ["small", "laptop"], { as: "notes-text-200", acts: [large, wait(100)] });
}
