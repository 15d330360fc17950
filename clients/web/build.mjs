// SPDX-License-Identifier: EUPL-1.2
// node build.mjs OUTDIR: bundles the page into OUTDIR: index.html, app.<hash>.js, part.<hash>.js, look.<hash>.css, icon.svg, and files.txt with their names.
// Nothing in it is inline, so that the daemon's strict Content-Security-Policy needs no exception.
import { build } from "esbuild";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

export const options = {
	bundle: true,
	minify: true,
	format: "esm",
	target: "es2021",
	jsx: "automatic",
	jsxImportSource: "preact",
	loader: { ".ftl": "text" },
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
	const parts = outputs.find(([name]) => ours(basename(name)) === js)[1].imports.filter((i) => i.kind === "import-statement").map((i) => ours(basename(i.path)));
	const preload = parts.map((name) => `<link rel="modulepreload" href="/${name}">\n`).join("");
	const page = (await readFile(join(here, "index.html"), "utf8")).replace("app.js", js).replace("app.css", css).replace("<script", `${preload}<script`);
	files.set("index.html", page);
	files.set("icon.svg", await readFile(join(here, "src/look/icon.svg")));
	for (const [name, content] of files)
		await writeFile(join(outdir, name), content);
	await writeFile(join(outdir, "files.txt"), [...files.keys()].sort().join("\n") + "\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const outdir = (process.argv[2] ?? "").replace(/^--outdir=/, "");
	if (!outdir) {
		console.error("usage: node build.mjs OUTDIR");
		process.exit(2);
	}
	await bundle(outdir);
}
