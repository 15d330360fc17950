// SPDX-License-Identifier: EUPL-1.2
// The notation of protocol/vectors (protocol/vectors/README.md) <-> values, and the reader of vector files. Written apart from tests/lib/notation.c, so that
// two readers have to agree; the page's tests read the vectors with it as well.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Notation -> value. pack: what <<...>> is packed with, @msgpack/msgpack's encode. Throws with the place of a mistake. */
export function notationParse(text, pack) {
	let at = 0;
	const wrong = (what) => new Error(`${what} at ${at}: ${text.slice(at, at + 20)}`);
	const blank = () => {
		while (at < text.length && " \t".includes(text[at]))
			at++;
	};
	const take = (token) => {
		if (!text.startsWith(token, at))
			return false;
		at += token.length;
		return true;
	};
	const string = () => {
		const end = /"((?:[^"\\]|\\["\\n]|\\x[0-9a-f]{2}|\\u\{[0-9a-f]+\})*)"/y;
		end.lastIndex = at;
		const found = end.exec(text);
		if (!found)
			throw wrong("no string");
		at += found[0].length;
		return found[1].replace(/\\u\{([0-9a-f]+)\}|\\(["\\n])/g, (_, code, one) => (code ? String.fromCodePoint(parseInt(code, 16)) : one === "n" ? "\n" : one));
	};
	const value = () => {
		blank();
		if (take("[")) {
			const out = [];
			for (blank(); !take("]"); blank()) {
				if (out.length && !take(","))
					throw wrong("a comma or ] is missing");
				out.push(value());
			}
			return out;
		}
		if (take("<<")) {
			const inner = value();
			blank();
			if (!take(">>"))
				throw wrong("no >>");
			return pack(inner);
		}
		if (take("h'")) {
			const end = text.indexOf("'", at);
			const digits = text.slice(at, end).replaceAll(" ", "");
			if (end < 0 || digits.length % 2 || /[^0-9a-f]/.test(digits))
				throw wrong("no hexadecimal digits");
			at = end + 1;
			return Uint8Array.from(digits.match(/../g) ?? [], (two) => parseInt(two, 16));
		}
		if (text[at] === '"')
			return string();
		for (const [token, is] of [["nil", null], ["true", true], ["false", false]])
			if (take(token))
				return is;
		const number = /\d+/y;
		number.lastIndex = at;
		const found = number.exec(text);
		if (!found)
			throw wrong("no value");
		at += found[0].length;
		return Number(found[0]);
	};
	const out = value();
	blank();
	if (at !== text.length)
		throw wrong("more than one value");
	return out;
}

export const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
export const hexOf = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

/** Every vector of a folder: { file, line, clause, direction, title, notation, fields: [hex, ...], hex, verdict }. verdict: "none" where none is said. */
export function vectorsRead(folder) {
	const out = [];
	for (const file of readdirSync(folder).filter((name) => name.endsWith(".txt")).sort()) {
		const lines = readFileSync(join(folder, file), "utf8").split("\n");
		for (let i = 0; i < lines.length; i++) {
			const head = /^# clause (\S+)  (\S.*?)  (\S.*)$/.exec(lines[i]);
			if (!head)
				continue;
			const [, clause, direction, title] = head;
			const hex = (lines[i + 2] ?? "").replaceAll(" ", "");
			out.push({ file, line: i + 1, clause, direction, title, notation: lines[i + 1], fields: hex.split("|"), hex,
				stated: lines[i + 3] || null, verdict: lines[i + 3] || "none" });
		}
	}
	return out;
}
