// SPDX-License-Identifier: EUPL-1.2
// The shared screen through the declaration workshop.
const larger = (times) => async (page) => { for (let i = 0; i < times; i++) await page.keyboard.press("+"); await page.waitForTimeout(400); };

export default function ({ shot, BOTH }) {
	const ALL = { ...BOTH, langs: ["sv", "en"] };
	for (const name of ["screen-rate-talk", "screen-order", "screen-groups", "screen-rating", "screen-rating-rooms-13", "screen-plenary", "screen-words"])
		shot(name, ["screen"], ALL);
	for (const name of ["screen-rating-two", "screen-rating-room", "screen-statements", "screen-rating-rooms-secret", "screen-rating-rooms-60", "screen-notes", "screen-text", "screen-back"])
		shot(name, ["screen"], BOTH);
	for (const name of ["screen-level-task", "screen-level", "screen-dots-task", "screen-groups-items", "screen-groups-room", "screen-groups-rooms", "screen-order-first", "screen-order-override", "screen-rate-task",
		"screen-rate-talk-13", "screen-back-result", "screen-rating-75", "screen-rating-one", "screen-rating-5000", "screen-rating-ends", "screen-rating-long", "screen-rating-rooms-long", "screen-rating-none", "screen-rating-few", "screen-rating-room-secret",
		"screen-rating-room-early", "screen-rating-rooms", "screen-rating-rooms-two", "screen-rating-rooms-60-2", "screen-text-2", "screen-words-many", "screen-words-none", "screen-notes-many", "screen-notes-none", "screen-plenary-none",
		"screen-declaration-say", "screen-join-declaration"])
		shot(name, ["screen"]);
	for (const name of ["screen-paused", "screen-rounds", "screen-rounds-rating"])
		shot(name, ["screen"], BOTH);
	for (const name of ["screen-paused-result"])
		shot(name, ["screen"]);
	/* The same, as text. */
	const read = [async (page) => page.locator("button.aa").click(), async (page) => page.locator("dialog .button:has(.icon)").click(), async (page) => { await page.locator(".as-text").waitFor(); await page.waitForTimeout(250); }];
	for (const name of ["text-task", "text-rating", "text-dots", "text-order", "text-plenary"])
		shot(name, ["phone"], { ...BOTH, langs: ["sv", "en"], acts: read });
	/* Those of the documentation: small files. */
	for (const name of ["screen-rate-talk", "screen-order", "screen-rating-two", "screen-rating-rooms-13", "screen-groups", "screen-plenary"])
		shot(name, ["low"], { ...BOTH, as: `docs-${name}` });
	for (const name of ["screen-rate-talk", "screen-order", "screen-rating-75", "screen-rating-rooms-13", "screen-plenary", "screen-statements"]) {
		shot(name, ["old", "huge"]);
		shot(name, ["screen"], { as: `${name}-150`, acts: [larger(3)] });
	}
	for (const name of ["screen-words", "screen-notes", "screen-groups", "screen-rating-room", "screen-rating-rooms-60", "screen-back-result", "screen-level-task", "screen-rating-long", "screen-rating-rooms-long"])
		shot(name, ["screen"], { as: `${name}-150`, acts: [larger(3)] });
	/* Turned at the screen by the keys of a clicker, one page further than there is. */
	shot("screen-plenary", ["screen"], { as: "screen-plenary-150-last", acts: [larger(3), async (page) => { for (let i = 0; i < 12; i++) await page.keyboard.press("PageDown"); await page.keyboard.press("PageUp"); await page.waitForTimeout(300); }] });
}
