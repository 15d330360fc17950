// SPDX-License-Identifier: EUPL-1.2
// node build.mjs OUTDIR: bundles the page into OUTDIR: index.html, app.<hash>.js, app.<hash>.css, icon.svg, and files.txt with their names.
// Nothing in it is inline, so that the daemon's strict Content-Security-Policy needs no exception.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
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

const hashed = (name, bytes) => {
	const [base, ext] = name.split(".");
	return `${base}.${createHash("sha256").update(bytes).digest("hex").slice(0, 10)}.${ext}`;
};

// entry: the page's main module; the gallery bundles another one around the same faces.
export async function bundle(outdir, entry = "src/main.tsx") {
	await mkdir(outdir, { recursive: true });
	const result = await build({ ...options, entryPoints: { app: entry, look: "src/look/look.css" }, outdir, write: false });
	const bytes = (ext) => result.outputFiles.find((file) => file.path.endsWith(ext)).contents;
	const js = hashed("app.js", bytes("app.js"));
	const css = hashed("app.css", bytes("look.css"));
	const page = await readFile(join(here, "index.html"), "utf8");
	const icon = await readFile(join(here, "src/look/icon.svg"));
	const files = {
		"index.html": page.replace("app.js", js).replace("app.css", css),
		[js]: bytes("app.js"),
		[css]: bytes("look.css"),
		"icon.svg": icon,
	};
	for (const [name, content] of Object.entries(files))
		await writeFile(join(outdir, name), content);
	await writeFile(join(outdir, "files.txt"), Object.keys(files).join("\n") + "\n");
	return { js, css };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const outdir = (process.argv[2] ?? "").replace(/^--outdir=/, "");
	if (!outdir) {
		console.error("usage: node build.mjs OUTDIR");
		process.exit(2);
	}
	await bundle(outdir);
}
