// SPDX-License-Identifier: EUPL-1.2
// Pictures of what people see of the servers: nothing can be saved for a while, and something that was saved is lost.
export default function ({ shot, BOTH, press, wait }) {
	const LANGS = { langs: ["sv", "en"] };
	const change = (what) => async (page) => page.evaluate(what);
	const away = change(() => window.daemon.tell([3, 4, 1]));
	/* Another history, in which these sections are not; what is missing is told when it could have been put back. */
	const lost = (...names) => [async (page) => page.evaluate((gone) => {
		const d = window.daemon;
		d.term += 5;
		d.seq = d.stable = 90;
		for (const name of gone)
			d.sections.delete(name);
		d.all();
	}, names), wait(3400)];
	shot("dots-open", ["phone", "small", "laptop"], { ...BOTH, ...LANGS, as: "store-away", acts: [away, wait(300)] });
	shot("person-text-typical", ["phone"], { as: "store-away-text", acts: [away, wait(300)] });
	shot("notes-typical", ["phone", "laptop"], { ...BOTH, as: "store-away-notes", acts: [away, wait(300)] });
	shot("lobby", ["phone"], { as: "store-away-lobby", acts: [away, wait(300)] });
	shot("desk-open", ["phone"], { as: "desk-store-away-say", acts: [away, press("Meddela alla"), wait(300)] });
	shot("desk-open", ["laptop", "phone"], { as: "desk-store-away-room", acts: [away, async (page) => page.locator("button.tile").nth(3).click(), wait(300)] });
	shot("desk-revealed", ["laptop"], { ...BOTH, as: "desk-store-away-revealed", acts: [away, wait(300)] });
	for (const name of ["screen-join", "screen-task", "screen-result"])
		shot(name, ["screen"], { ...BOTH, ...LANGS, as: `${name}-store-away`, acts: [away, wait(300)] });
	shot("screen-task", ["screen"], { as: "screen-task-store-away-150", acts: [away, async (page) => { for (let i = 0; i < 3; i++) await page.keyboard.press("+"); }, wait(500)] });
	shot("dots-open", ["phone", "small", "laptop"], { ...BOTH, ...LANGS, as: "lost-ballot", acts: lost("11/17/0") });
	shot("dots-open", ["phone"], { as: "lost-ballot-closed", acts: [change(() => { window.daemon.put(8, 0, 0, [[4097, [8, 1]]]); }), ...lost("11/17/0")] });
	shot("person-text-typical", ["phone"], { ...LANGS, as: "lost-text", acts: lost("11/17/0") });
	shot("notes-typical", ["phone", "laptop"], { ...LANGS, as: "lost-note", acts: [change(() => { for (const s of window.daemon.sections.values()) if (s[0] === 19) for (const row of s[3].values()) row[7] = window.daemon.actor; window.daemon.all(); }),
		change(() => { for (const s of window.daemon.sections.values()) if (s[0] === 19) s[3].delete([...s[3].keys()][0]); }), ...lost()] });
	shot("desk-revealed", ["laptop", "phone"], { ...BOTH, ...LANGS, as: "desk-went-back", acts: [change(() => { window.daemon.put(8, 0, 0, [[1, 1], [4097, [2, 1]]]); }), ...lost()] });
}
