// SPDX-License-Identifier: EUPL-1.2
// node build.mjs OUTDIR: bundles the page into OUTDIR: index.html, app.<hash>.js, part.<hash>.js, look.<hash>.css, icon.svg, and files.txt with their names.
// Nothing in it is inline, so that the daemon's strict Content-Security-Policy needs no exception.
import { FluentResource } from "@fluent/bundle";
import { build } from "esbuild";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));

/* Bytes, compressed, that a participant's page needs before it can take a vote: its scripts and one language. A phone at 1.6 Mbit/s has them in 0.3 s of the 1.5 s
 * that it may take to be ready (ux.md section 5). What is needed later comes in parts (look/later.tsx). */
const FIRST_MOST = 60_000;

/* Sentences are read here, once, and not by every page. */
const sentences = {
	name: "sentences",
	setup: (b) => b.onLoad({ filter: /\.ftl$/ }, async ({ path }) => {
		const { body } = new FluentResource(await readFile(path, "utf8"));
		return { contents: `export default ${JSON.stringify(Object.fromEntries(body.map(({ id, value }) => [id, value])))}`, loader: "js" };
	}),
};

export const options = {
	bundle: true,
	minify: true,
	format: "esm",
	/* Browsers from 2022 on have private fields of their own. */
	target: "es2022",
	jsx: "automatic",
	jsxImportSource: "preact",
	plugins: [sentences],
	charset: "utf8",
	legalComments: "none",
	absWorkingDir: here,
	logLevel: "warning",
};

// entry: the page's main module; the gallery bundles another one around the same faces. What only facilitators and screens need comes in parts of its own.
export async function bundle(outdir, entry = "src/main.tsx") {
	await mkdir(outdir, { recursive: true });
	const result = await build({
		...options, entryPoints: { app: entry, look: "src/look/look.css" }, outdir, write: false, metafile: true, splitting: true, entryNames: "[name].[hash]", chunkNames: "part.[hash]",
	});
	/* esbuild's hashes are of letters; ours are hexadecimal, by which the daemon knows names that never change their content. */
	const ours = (text) => text.replace(/\b(app|look|part)\.([A-Z2-7]{8})\.(js|css)\b/g, (_, name, hash, ext) => `${name}.${Buffer.from(hash).toString("hex")}.${ext}`);
	const files = new Map(result.outputFiles.map((file) => [ours(basename(file.path)), ours(file.text)]));
	const named = (pattern) => [...files.keys()].find((name) => pattern.test(name));
	const js = named(/^app\..*\.js$/), css = named(/^look\..*\.css$/);
	const outputs = Object.entries(result.metafile.outputs);
	const needed = (name) => result.metafile.outputs[name].imports.filter((i) => i.kind === "import-statement").map((i) => i.path);
	const app = outputs.find(([name]) => ours(basename(name)) === js)[0];
	const all = new Set([app]);
	for (const name of all)
		needed(name).forEach((path) => all.add(path));
	const parts = needed(app).map((path) => ours(basename(path)));
	const language = outputs.find(([, o]) => o.entryPoint === "src/words/sv.ftl" || Object.keys(o.inputs).includes("src/words/sv.ftl"))?.[0];
	const first = [...all, ...(language ? [language] : [])].reduce((sum, name) => sum + gzipSync(files.get(ours(basename(name))), { level: 9 }).length, 0);
	const preload = parts.map((name) => `<link rel="modulepreload" href="/${name}">\n`).join("");
	const page = (await readFile(join(here, "index.html"), "utf8")).replace("app.js", js).replace("app.css", css).replace("<script", `${preload}<script`);
	files.set("index.html", page);
	files.set("icon.svg", await readFile(join(here, "src/look/icon.svg")));
	for (const [name, content] of files)
		await writeFile(join(outdir, name), content);
	await writeFile(join(outdir, "files.txt"), [...files.keys()].sort().join("\n") + "\n");
	return { first };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const outdir = (process.argv[2] ?? "").replace(/^--outdir=/, "");
	if (!outdir) {
		console.error("usage: node build.mjs OUTDIR");
		process.exit(2);
	}
	const { first } = await bundle(outdir);
	console.log(`${first} bytes, compressed, before a participant can vote; at most ${FIRST_MOST}`);
	process.exitCode = first > FIRST_MOST ? 1 : 0;
}
