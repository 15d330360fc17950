// SPDX-License-Identifier: EUPL-1.2
// node test.mjs [--only TEXT] [--controls]: bundles test/*.test.ts and runs them with node --test. No browser, no network.
// --controls: plants one bug after the other (test/controls.mjs); each must make the tests fail.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { options } from "./build.mjs";
import { controls } from "./test/controls.mjs";

const here = options.absWorkingDir;
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : "";
const names = (await readdir(join(here, "test"))).filter((name) => name.endsWith(".test.ts") && name.includes(only));

async function run(plant, stdio) {
	const outdir = await mkdtemp(join(tmpdir(), "bollplank-web-test-"));
	try {
		await build({
			...options, minify: false, target: "node18", platform: "node", format: "esm", sourcemap: "inline", outdir, outExtension: { ".js": ".mjs" },
			entryPoints: names.map((name) => join("test", name)),
			define: { PROTOCOL: JSON.stringify(join(here, "../../protocol")), CLIENT: JSON.stringify(here) },
			plugins: [...options.plugins, ...(plant ? [plant] : [])],
		});
		return spawnSync(process.execPath, ["--enable-source-maps", "--test", ...names.map((name) => join(outdir, name.replace(/\.ts$/, ".mjs")))], { stdio, cwd: here }).status ?? 1;
	} finally {
		await rm(outdir, { recursive: true, force: true });
	}
}

if (!process.argv.includes("--controls"))
	process.exit(await run(null, "inherit"));

let found = 0;
for (const [file, from, to, bug] of controls) {
	const path = join(here, "src", file);
	const text = await readFile(path, "utf8");
	if (text.split(from).length !== 2) {
		console.log(`FAILED  ${bug}: its place is not in src/${file} just once`);
		continue;
	}
	const status = await run({
		name: "plant",
		setup: (b) => b.onLoad({ filter: new RegExp(`${file.replace(/[/.]/g, "\\$&")}$`) }, () => ({ contents: text.replace(from, () => to), loader: file.endsWith("x") ? "tsx" : "ts" })),
	}, "ignore");
	found += status !== 0;
	console.log(`${status !== 0 ? "found  " : "FAILED "} ${bug}`);
}
console.log(`${found} passed, ${controls.length - found} failed, 0 skipped`);
process.exit(found === controls.length ? 0 : 1);
