// SPDX-License-Identifier: EUPL-1.2
// Pictures of the participant in a workshop: ratings, answers in words, rankings, groups of items, and the room's life.
export default function ({ shot, BOTH, press, wait }) {
	const LANGS = { langs: ["sv", "en"] };
	const tap = (share) => async (page) => {
		const box = await page.locator(".scale .track").boundingBox();
		await page.mouse.click(box.x + box.width * share, box.y + box.height / 2);
	};
	shot("person-rate-empty", ["phone", "small", "wide"], BOTH);
	shot("person-rate-typical", ["phone", "small", "laptop"], { ...BOTH, ...LANGS });
	shot("person-rate-closing", ["phone", "small", "wide"], { ...BOTH, ...LANGS });
	shot("person-text-closing", ["phone", "small"], BOTH);
	shot("person-rate-mute", ["phone"], { as: "person-rate-saving", acts: [tap(0.3), wait(150)] });
	shot("person-rate-mute", ["small"], { as: "person-rate-unsaved", acts: [tap(0.3), wait(1400)] });
	shot("person-rate-secret", ["phone"], { acts: [tap(0), wait(200)] });
	shot("person-rate-crowded", ["small", "phone"]);
	shot("person-rate-open", ["phone", "small", "laptop"], { ...BOTH, acts: [async (page) => page.locator(".pager button").first().click(), wait(100)] });
	shot("person-rate-wide", ["phone", "small"], { ...BOTH, ...LANGS });
	shot("person-rate-wide", ["phone"], { as: "person-rate-table", acts: [press("Visa som tabell"), wait(200)] });
	shot("person-rate-few", ["phone"]);
	shot("person-rate-gate-secret", ["phone"], { acts: [async (page) => page.locator(".pager button").first().click(), wait(100)] });
	shot("person-rate-large", ["phone"]);
	shot("person-rate-none", ["phone"]);
	shot("person-text-empty", ["phone", "small"]);
	shot("person-text-typical", ["phone", "small", "laptop"], { ...BOTH, ...LANGS });
	shot("person-text-result", ["phone"], BOTH);
	shot("person-rank-empty", ["phone"]);
	shot("person-rank-typical", ["phone", "small"], { ...BOTH, ...LANGS });
	shot("person-rank-room", ["phone"]);
	shot("person-rank-result", ["phone", "small"], BOTH);
	shot("person-groups-open", ["phone", "small", "laptop"], { ...BOTH, ...LANGS });
	shot("person-groups-open", ["phone"], { as: "person-groups-jump", acts: [async (page) => page.locator(".jumps button").nth(3).click(), wait(200)] });
	shot("person-groups-result", ["phone", "laptop"], BOTH);
	shot("person-room-offer", ["phone", "small"], { ...BOTH, ...LANGS });
	shot("person-room-away", ["phone"]);
	shot("person-room-notes", ["phone", "laptop"], { ...BOTH, ...LANGS });
	shot("person-room-notes", ["phone"], { as: "person-room-notes-suggest", acts: [async (page) => page.locator(".suggest textarea:visible").fill("Ta upp det med HR"), press("Skicka förslaget"), wait(200), async (page) => page.locator(".suggest:visible").scrollIntoViewIfNeeded()] });
	shot("person-room-hand", ["phone", "laptop"], { ...BOTH });
	shot("person-room-hand", ["phone", "small"], { as: "person-room-life", acts: [async (page) => page.locator("button.where").click(), wait(300)] });
	shot("person-room-back", ["phone"], BOTH);
	for (const kind of ["groups", "rate", "text"])
		shot(`person-rounds-${kind}`, ["phone", "small"], { ...BOTH, ...LANGS });
	shot("person-rounds-rate", ["phone"], { as: "person-rounds-table", acts: [press("Visa som tabell"), wait(200)] });
	shot("person-agree-ask", ["phone", "small", "laptop"], { ...BOTH, ...LANGS });
	shot("person-agree-given", ["phone", "small"], { ...BOTH, ...LANGS });
	shot("person-agree-ask", ["phone"], { as: "person-agree-not-yet", acts: [press("Inte än"), wait(200)] });
	shot("person-agree-pen", ["phone", "small"], { ...BOTH, acts: [press("Min röst"), wait(200)] });
	shot("person-agree-free", ["phone"], BOTH);
	shot("person-agree-list", ["phone", "small"], BOTH);
	shot("person-agree-hall", ["phone"]);
	const sheet = async (page) => { await page.locator("button.where").click(); await page.waitForTimeout(300); };
	shot("person-lead-you", ["phone", "small", "wide", "low", "laptop"], { ...BOTH, ...LANGS });
	shot("person-lead-you", ["phone", "small"], { ...BOTH, ...LANGS, as: "person-lead-sheet", acts: [sheet] });
	shot("person-lead-you", ["phone"], { as: "person-lead-give", acts: [sheet, press("Lämna över samtalet"), wait(200)] });
	shot("person-lead-asked", ["phone"], { ...BOTH, acts: [sheet] });
	shot("person-lead-other", ["phone", "small", "laptop"], { ...BOTH, ...LANGS });
	shot("person-lead-other", ["phone"], { ...BOTH, as: "person-lead-elsewhere", acts: [async (page) => page.locator(".pager button").first().click(), wait(200)] });
	shot("person-lead-other", ["phone"], { ...BOTH, as: "person-away", acts: [wait(10_600), sheet] });
	shot("person-lead-hall", ["phone"], { acts: [sheet] });
	shot("person-time-still", ["phone", "small"], { ...BOTH, ...LANGS });
	shot("person-dots-all", ["phone", "small"], BOTH);
	shot("person-dots-all", ["phone", "small"], { ...BOTH, ...LANGS, as: "person-dots-done", acts: [async (page) => page.locator(".button.primary").click(), wait(200)] });
	shot("person-room-pen", ["phone"], { as: "person-room-pen-own", acts: [async (page) => page.evaluate(() => undefined), wait(300)] });
}
