// SPDX-License-Identifier: EUPL-1.2
// node tests/browser/run.mjs [--but] [NAME...]: the browser tests whose name holds one of these words, or none of them, one after the other. Pictures, logs and traces go to BOLLPLANK_OUT (else build/tests/browser).
// The last line is "N passed, N failed, N skipped".
import { mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const counts = { passed: 0, failed: 0, skipped: 0 };
let stage;
try {
	stage = await import("./stage.mjs");
} catch (e) {
	console.log(`skipped: the client's libraries are not installed (npm ci in clients/web): ${e.message.split("\n")[0]}`);
	console.log("0 passed, 0 failed, 1 skipped");
	process.exit(0);
}
const missing = !stage.daemonPath() ? "there is no bollplank-daemon (BOLLPLANK_DAEMON)" : !stage.browserPath() ? "there is no Chromium" : "";
if (missing) {
	console.log(`skipped: ${missing}`);
	counts.skipped++;
} else {
	await mkdir(stage.out(), { recursive: true });
	const but = process.argv[2] === "--but", wanted = process.argv.slice(but ? 3 : 2);
	for (const file of (await readdir(here)).filter((name) => name.endsWith(".test.mjs")).sort())
		for (const [name, story] of Object.entries((await import(join(here, file))).default)) {
			if (wanted.length && wanted.some((w) => name.includes(w)) === but)
				continue;
			if (name.startsWith("redis") && !stage.redisPath()) {
				console.log(`skipped: there is no redis-server: ${name}`);
				counts.skipped++;
				continue;
			}
			const began = Date.now();
			try {
				await story();
				counts.passed++;
				console.log(`ok      ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
			} catch (e) {
				counts.failed++;
				console.log(`FAILED  ${name}: ${e.stack}`);
			}
		}
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed ? 1 : 0);
