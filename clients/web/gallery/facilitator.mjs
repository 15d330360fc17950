// SPDX-License-Identifier: EUPL-1.2
// The facilitator through the declaration workshop, and where it begins.
const tile = (n) => async (page) => { await page.locator("button.tile").nth(n).click(); };
const one = async (page) => { await page.locator("button.one").click(); };
const fold = (words) => async (page) => { await page.locator(`summary:has-text("${words}"):visible`).first().click(); };

export default function ({ shot, press, wait, large, BOTH }) {
	const ALL = { ...BOTH, langs: ["sv", "en"] };
	shot("start-catalog", ["laptop", "phone"], ALL);
	shot("start-catalog", ["small"]);
	shot("start-catalog-key", ["laptop", "phone"]);
	shot("start-catalog-many", ["laptop", "phone"]);
	shot("start-catalog", ["laptop", "phone"], { as: "start-own", acts: [async (page) => page.locator("input[value=own]").check({ force: true }), wait(200)] });
	shot("start-catalog", ["laptop"], { as: "start-searched", acts: [async (page) => page.locator("#search").fill("webbinarium"), wait(200)] });
	shot("start-catalog", ["laptop"], { as: "start-searched-none", acts: [async (page) => page.locator("#search").fill("matlagning"), wait(200)] });
	shot("fac-lobby", ["laptop", "phone"]);
	shot("fac-level", ["laptop"]);
	shot("fac-level-shown", ["laptop", "phone"]);
	shot("fac-dots-shown", ["laptop", "phone"], BOTH);
	shot("fac-dots-tie", ["laptop"]);
	shot("fac-dots-tie", ["laptop", "phone", "small"], { ...BOTH, as: "fac-order", acts: [one, wait(300)] });
	shot("fac-dots-tie", ["laptop"], { as: "fac-order-override", acts: [one, wait(200), async (page) => page.locator("dialog input[type=checkbox]").check(), wait(200)] });
	shot("fac-dots-ordered", ["laptop", "phone"], ALL);
	shot("fac-rate-ready", ["laptop"]);
	shot("fac-rate", ["laptop", "low", "phone"], ALL);
	shot("fac-rate", ["laptop"], { as: "fac-guide", acts: [async (page) => { for (const s of await page.locator(".guide summary").all()) await s.click(); }, wait(200)] });
	shot("fac-rate", ["phone", "small"], { as: "fac-program", acts: [press("Program"), wait(200)] });
	shot("fac-rate", ["phone"], { as: "fac-screen", acts: [press("Storbild"), wait(300)] });
	shot("fac-rate", ["phone", "laptop"], { as: "fac-text-200", acts: [large, wait(200)] });
	shot("fac-rate-empty", ["laptop"]);
	shot("fac-rate-13", ["laptop", "phone"], BOTH);
	shot("fac-rate-60", ["laptop", "phone"], BOTH);
	shot("fac-rate-crowded", ["laptop", "phone", "small"]);
	shot("fac-rate-closing", ["laptop", "phone"]);
	shot("fac-rate-shown", ["laptop", "phone"], ALL);
	shot("fac-rate-shown", ["laptop"], { as: "fac-rate-rooms", acts: [async (page) => page.locator(".came-out.rating summary").first().click(), wait(200)] });
	shot("fac-rate-secret", ["laptop"]);
	shot("fac-room", ["laptop", "phone", "small"], { ...BOTH, acts: [tile(2), wait(300)] });
	shot("fac-room", ["laptop"], { as: "fac-room-en", langs: ["en"], acts: [tile(2), wait(300)] });
	shot("fac-room", ["laptop"], { as: "fac-room-low", acts: [tile(2), wait(300), async (page) => page.locator("dialog").evaluate((d) => d.scrollTo(0, 1e5)), wait(200)] });
	shot("fac-room", ["laptop", "phone"], { as: "fac-room-name", acts: [tile(2), wait(200), fold("Namn och videorum"), async (page) => page.locator("dialog").evaluate((d) => d.scrollTo(0, 1e5)), wait(200)] });
	shot("fac-room-paper", ["laptop", "phone"], { acts: [tile(2), wait(200), fold("Röster på papper"), async (page) => page.locator("#paper-count").scrollIntoViewIfNeeded(), wait(200)] });
	shot("fac-room", ["laptop"], { as: "fac-paper-rating", acts: [tile(2), wait(200), fold("Röster på papper"), async (page) => page.locator("dialog").evaluate((d) => d.scrollTo(0, 1e5)), wait(200)] });
	shot("fac-room", ["laptop"], { as: "fac-say-room", acts: [press("Svara rummet"), wait(300)] });
	shot("fac-rate", ["laptop", "phone"], { as: "fac-say", acts: [press("Meddela alla"), wait(300)] });
	shot("fac-rate", ["laptop"], { as: "fac-links", acts: [press("Länkar"), wait(300)] });
	shot("fac-still", ["laptop", "low", "phone"], BOTH);
	shot("fac-wishes", ["laptop", "low", "phone"], { ...BOTH, langs: ["sv", "en"] });
	shot("fac-wishes", ["laptop", "phone"], { as: "fac-wishes-room", acts: [tile(2), wait(300)] });
	shot("fac-lobby-people", ["laptop", "phone"], { ...BOTH, langs: ["sv", "en"] });
	shot("fac-still", ["phone"], { as: "fac-time-sheet", acts: [async (page) => page.locator(".time-open").click(), wait(300)] });
	const rooms = async (page) => { await page.locator(".wall-head button").last().click(); await page.waitForTimeout(300); };
	shot("fac-rate-13", ["laptop", "phone"], { ...BOTH, langs: ["sv", "en"], as: "fac-rooms-hand", acts: [rooms, async (page) => {
		await page.locator(".room-columns input").nth(1).check();
		await page.locator(".room-columns input").nth(9).check();
		await page.locator("#move-to").selectOption("5");
	}, wait(200)] });
	shot("fac-rate-13", ["laptop", "phone"], { langs: ["sv", "en"], as: "fac-rooms-file", acts: [rooms, async (page) => {
		await page.locator(".rooms-sheet .switch input").nth(2).check({ force: true });
		await page.locator("input[type=file]").setInputFiles({ name: "rum.csv", mimeType: "text/csv", buffer: Buffer.from("person;organisation;rum;roll\nAino;;1;antecknare\nBjörn;Bollhem;1;\nMaja;;2;\n;;2;\nKarin;;2;chef\nFatima;;3;\n") });
	}, wait(300)] });
	shot("fac-rate", ["laptop", "low", "phone"], { ...BOTH, as: "fac-undo", acts: [async (page) => {
		await page.evaluate(() => {
			const d = window.daemon, take = d.reply;
			d.reply = (sent) => { if (sent.command === 14) d.put(8, 0, 0, [[2, [9, 1_720_000, d.log_ms]]]); return take(sent); };
		});
		const more = page.locator("button", { hasText: "+5" }).filter({ visible: true });
		if (!await more.count())
			await page.locator(".time-open").click();
		await more.first().click();
		await page.evaluate(() => { const d = window.daemon; d.frame([d.sections.get("8/0/0")]); });
		await page.keyboard.press("Escape");
	}, wait(1300)] });
	shot("fac-back", ["laptop", "phone"]);
	shot("fac-closing-step", ["laptop", "phone"]);
}
