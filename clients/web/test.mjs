// SPDX-License-Identifier: EUPL-1.2
// node test.mjs [--only TEXT]: bundles test/*.test.ts and runs them with node --test. No browser, no network.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { options } from "./build.mjs";

const here = options.absWorkingDir;
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : "";
const names = (await readdir(join(here, "test"))).filter((name) => name.endsWith(".test.ts") && name.includes(only));
const outdir = await mkdtemp(join(tmpdir(), "bollplank-web-test-"));
await build({
	...options, minify: false, target: "node18", platform: "node", format: "esm", sourcemap: "inline", outdir, outExtension: { ".js": ".mjs" },
	entryPoints: names.map((name) => join("test", name)),
	define: { PROTOCOL: JSON.stringify(join(here, "../../protocol")), CLIENT: JSON.stringify(here) },
});
const ran = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...names.map((name) => join(outdir, name.replace(/\.ts$/, ".mjs")))], { stdio: "inherit", cwd: here });
await rm(outdir, { recursive: true, force: true });
process.exit(ran.status ?? 1);
