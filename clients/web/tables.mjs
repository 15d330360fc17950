// SPDX-License-Identifier: EUPL-1.2
// node tables.mjs [--check]: writes src/tables.ts from protocol/tbl/*.h, or says whether it is as it would be written.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "../../protocol/tbl");
const target = join(here, "src/tables.ts");
const lists = [
	["COMMAND", "commands.h", "What a page may wish (protocol section 4)."],
	["FAULT", "faults.h", "Verdicts on commands and reasons for a bye."],
	["PHASE", "phases.h", "Where an activity stands in a scope."],
	["ROLE", "roles.h", "Who may do and see what; sets are sums."],
	["SECTION", "sections.h", "Kinds of sections (protocol section 5)."],
	["NOTE", "notes.h", "What a note is."],
	["VIEW", "views.h", "What the shared screen shows."],
];

export async function generate() {
	let out = "// SPDX-License-Identifier: EUPL-1.2\n// Generated from protocol/tbl by clients/web/tables.mjs; do not edit.\n";
	for (const [name, file, meaning] of lists) {
		const text = await readFile(join(folder, file), "utf8");
		const rows = [...text.matchAll(new RegExp(`^${name}\\((\\w+), (\\d+),`, "gm"))];
		if (rows.length === 0)
			throw new Error(`${file}: no rows of ${name}`);
		out += `\n/** ${meaning} */\nexport const ${name} = {\n`;
		for (const [, key, number] of rows)
			out += `\t${key}: ${number},\n`;
		out += "} as const;\n";
	}
	return out;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const text = await generate();
	if (process.argv[2] === "--check") {
		if ((await readFile(target, "utf8")) !== text) {
			console.error("src/tables.ts is not what protocol/tbl says; run: node clients/web/tables.mjs");
			process.exit(1);
		}
	} else {
		await writeFile(target, text);
	}
}
