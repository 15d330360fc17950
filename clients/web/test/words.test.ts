// SPDX-License-Identifier: EUPL-1.2
// Every sentence in every language: the same names, the same variables, one for every fault; and none that a page asks for is missing.
import "./all_words.js";
import { FluentBundle, FluentResource } from "@fluent/bundle";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FAULT } from "../src/tables.js";
import { countdown, faultWords, language, t } from "../src/words/words.js";

declare const CLIENT: string;
const languages = readdirSync(`${CLIENT}/src/words`).filter((name) => /^[a-z]+\.ftl$/.test(name)).map((name) => name.slice(0, -4));
const source = (lang: string) => ["", "staff."].map((part) => readFileSync(`${CLIENT}/src/words/${part}${lang}.ftl`, "utf8")).join("\n");
/** name -> the variables in it. */
function messages(lang: string): Map<string, string> {
	const out = new Map<string, string>();
	let name = "";
	for (const line of source(lang).split("\n")) {
		const begin = /^([a-z][\w-]*) =/.exec(line);
		if (begin)
			name = begin[1];
		if (name && !line.startsWith("#"))
			out.set(name, (out.get(name) ?? "") + line.replace(/^[\w-]+ =/, ""));
	}
	for (const [key, text] of out)
		out.set(key, [...new Set([...text.matchAll(/\$(\w+)/g)].map((m) => m[1]))].sort().join(" "));
	return out;
}

test("the languages have the same sentences with the same variables", () => {
	const [first, ...others] = languages;
	assert.ok(others.length > 0);
	for (const lang of others)
		assert.deepEqual(Object.fromEntries(messages(lang)), Object.fromEntries(messages(first)), `${lang} against ${first}`);
});

for (const lang of languages)
	test(`${lang}: no name twice, every sentence can be read`, () => {
		const names = [...source(lang).matchAll(/^([a-z][\w-]*) =/gm)].map((m) => m[1]);
		assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
		const bundle = new FluentBundle(lang);
		assert.deepEqual(bundle.addResource(new FluentResource(source(lang))), []);
		for (const name of names) {
			const errors: Error[] = [];
			const message = bundle.getMessage(name);
			assert.ok(message?.value, `${name} has no words`);
			const args = Object.fromEntries((messages(lang).get(name) ?? "").split(" ").filter(Boolean).map((v) => [v, v === "unit" ? "dots" : 2]));
			assert.notEqual(bundle.formatPattern(message.value, args, errors), "");
			assert.deepEqual(errors, [], name);
		}
	});

test("a sentence for every fault in every language, never the name itself", () => {
	for (const lang of ["sv", "en"] as const) {
		language.value = lang;
		for (const [name, number] of Object.entries(FAULT)) {
			const said = faultWords(number);
			assert.ok(said.length > 5 && !said.includes("fault-") && !/_/.test(said), `${lang} ${name}: ${said}`);
		}
		assert.match(faultWords(9999), /9999|9 999|9,999|9\u00a0999/);
	}
});

test("every sentence that a page asks for is there, and no sentence is there for nobody", () => {
	const files: string[] = [];
	const walk = (folder: string) => {
		for (const entry of readdirSync(folder, { withFileTypes: true }))
			if (entry.isDirectory())
				walk(join(folder, entry.name));
			else if (/\.tsx?$/.test(entry.name))
				files.push(join(folder, entry.name));
	};
	walk(`${CLIENT}/src`);
	const code = files.map((file) => readFileSync(file, "utf8")).join("\n");
	/* What a participant's page asks for must not stand among staff's. */
	const of_all = files.filter((file) => !/faces\/(facilitator|screen|start)/.test(file)).map((file) => readFileSync(file, "utf8")).join("\n");
	const staff = readFileSync(`${CLIENT}/src/words/staff.sv.ftl`, "utf8");
	assert.deepEqual([...of_all.matchAll(/\bt\("([\w-]+)"/g)].map((m) => m[1]).filter((name) => staff.includes(`\n${name} =`)), []);
	const asked = new Set([...code.matchAll(/\bt\("([\w-]+)"/g)].map((m) => m[1]));
	const have = messages("sv");
	assert.deepEqual([...asked].filter((name) => !have.has(name)), []);
	const unused = [...have.keys()].filter((name) => !asked.has(name) && !name.startsWith("fault-") && !code.includes(`"${name}"`) && !name.startsWith("tab-"));
	assert.deepEqual(unused, []);
});

test("no exclamation marks, no apologies", () => {
	for (const lang of languages)
		for (const line of source(lang).split("\n").filter((l) => !l.startsWith("#")))
			assert.ok(!/!|tyvärr|vänligen|please|sorry|oops/i.test(line), line);
});

test("plurals and times", () => {
	language.value = "sv";
	assert.equal(t("dots-task", { n: 1, cap: 1 }), "Lägg 1 prick. Högst 1 på samma rad.");
	assert.equal(t("dots-task", { n: 5, cap: 3 }), "Lägg 5 prickar. Högst 3 på samma rad.");
	for (const [ms, want] of [[0, "0:00"], [999, "0:01"], [59_001, "1:00"], [400_000, "6:40"], [3_600_000, "1:00:00"]] as const)
		assert.equal(countdown(ms), want);
});

test("src/tables.ts is what protocol/tbl says", () => {
	execFileSync(process.execPath, [`${CLIENT}/tables.mjs`, "--check"]);
});
