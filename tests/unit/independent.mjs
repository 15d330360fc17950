// SPDX-License-Identifier: EUPL-1.2
// node --test tests/unit/independent.mjs: protocol/vectors once more, by readers that share no code with the daemon: @msgpack/msgpack and Node's own
// SHA-256, along protocol/README.md. So it is not our C alone that says what the bytes are.
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { bytesOf, hexOf, notationParse, vectorsRead } from "./notation.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const { decode, encode } = createRequire(join(root, "clients/web/package.json"))("@msgpack/msgpack");
const vectors = vectorsRead(join(root, "protocol/vectors"));
const parse = (text) => notationParse(text, encode);
const where = (v) => `${v.file}:${v.line}: ${v.title}`;

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const bigEndian = (value, width) => bytesOf(BigInt(value).toString(16).padStart(2 * width, "0"));
const text = (words) => Buffer.from(words);
const prefixed = (...fields) => Buffer.concat(fields.flatMap((field) => [bigEndian(field.length, 4), field]));
const keyed = (secret, ...fields) => createHmac("sha256", secret).update(prefixed(...fields)).digest();

/** Values as they compare: bins of any kind of array as hexadecimal digits, marked. */
const plain = (value) => (value instanceof Uint8Array ? { bin: hexOf(value) } : Array.isArray(value) ? value.map(plain) : value);

test("bytes and notation give each other", () => {
	let count = 0;
	for (const v of vectors.filter((v) => v.notation !== "-" && v.direction !== "log")) {
		assert.deepEqual(plain(decode(bytesOf(v.hex))), plain(parse(v.notation)), where(v));
		assert.equal(hexOf(encode(parse(v.notation))), v.hex, where(v));
		count++;
	}
	assert.ok(count > 130, `${count} vectors`);
});

/** Clause 2.2 says what may stand in a message; here is what may not, told apart by the first byte. */
function allowed(value, depth = 0) {
	if (Array.isArray(value))
		return depth < 6 && value.every((one) => allowed(one, depth + 1));
	return value === null || typeof value === "boolean" || (typeof value === "string" && !/\p{Surrogate}/u.test(value)) || value instanceof Uint8Array || (Number.isSafeInteger(value) && value >= 0);
}

test("what is refused without a notation is no MessagePack of clause 2.2, or not in shortest form", () => {
	for (const v of vectors.filter((v) => v.notation === "-" && v.direction !== "log")) {
		let value, error;
		try {
			value = decode(bytesOf(v.hex));
		} catch (e) {
			error = e;
		}
		const shortest = !error && hexOf(encode(value)) === v.hex;
		if (v.verdict === "none")
			assert.ok(!error && allowed(value) && !shortest, where(v));
		else /* invalid UTF-8 does not survive being read and written, and a number in a longer form neither */
			assert.ok(error || !allowed(value) || !shortest, where(v));
	}
});

test("clause 4.8: keys and lanes of secret ballots", () => {
	const found = vectors.filter((v) => v.file === "key.txt");
	for (const v of found) {
		const [secret, sid, activity, round, lane] = parse(v.notation);
		const key = keyed(secret, text(sid), bigEndian(activity, 4), bigEndian(round, 4), text("key")).subarray(0, 16);
		const named = keyed(secret, key, lane, text("lane")).subarray(0, 8);
		assert.equal(`${hexOf(key)}|${hexOf(named)}`, v.hex, where(v));
	}
	assert.ok(found.length >= 5);
	assert.equal(new Set(found.map((v) => v.fields[1])).size, found.length, "every lane is another");
});

/** Clauses 6.1 and 6.2: the four parts of an entry. */
function entryOf([command, who, lane, number, a, b, form, words, salted, salts]) {
	const stored = [salted & 1 ? Buffer.concat([salts.subarray(0, 16), form]) : form, salted & 2 ? Buffer.concat([salts.subarray(16), words]) : words];
	const head = Buffer.concat([bigEndian(1, 1), bigEndian(salted, 1), bigEndian(command, 2), bigEndian(who, 4), lane, bigEndian(number, 4), bigEndian(a, 4), bigEndian(b, 4),
		bigEndian(form.length, 4), bigEndian(words.length, 4), ...stored.filter((_, part) => salted & (1 << part)).map((part) => sha256(part))]);
	return [head, ...stored, sha256(prefixed(text("bollplank.entry.1"), head, salted & 1 ? new Uint8Array() : stored[0]))];
}

test("clauses 6.1 to 6.3: entries", () => {
	const found = vectors.filter((v) => v.file === "entry.txt");
	for (const v of found.filter((v) => v.verdict !== "damaged")) {
		const parts = entryOf(parse(v.notation)).map(hexOf);
		if (v.verdict === "struck form")
			parts[1] = "";
		if (v.verdict === "struck text")
			parts[2] = "";
		assert.deepEqual(v.fields, parts, where(v));
	}
	const good = new Set(found.filter((v) => v.verdict !== "damaged").map((v) => v.hex));
	for (const v of found.filter((v) => v.verdict === "damaged"))
		assert.ok(!good.has(v.hex), where(v));
});

test("clause 6.2: the chain", () => {
	const found = vectors.filter((v) => v.file === "chain.txt");
	let before = "00".repeat(16);
	for (const v of found) {
		const [previous, term, seq, at_ms, D] = parse(v.notation);
		assert.equal(hexOf(previous), before, where(v));
		before = hexOf(sha256(previous, bigEndian(term, 4), bigEndian(seq, 8), bigEndian(at_ms, 8), D).subarray(0, 16));
		assert.equal(before, v.hex, where(v));
	}
});

test("clause 4.7: an accepted ballot has ascending items and no zeros", () => {
	for (const v of vectors.filter((v) => v.file === "ballot.txt" && v.verdict === "none")) {
		const ballot = parse(v.notation);
		for (let i = 0; i < ballot.length; i += 2)
			assert.ok(ballot[i + 1] > 0 && (i === 0 || ballot[i] > ballot[i - 2]), where(v));
	}
});

test("control: a bit turned in any byte is found", () => {
	for (const v of vectors.filter((v) => v.notation !== "-" && v.direction !== "log")) {
		const bytes = bytesOf(v.hex), wanted = hexOf(encode(parse(v.notation)));
		bytes[bytes.length >> 1] ^= 1;
		assert.notEqual(hexOf(bytes), wanted, where(v));
	}
});

test("the conversation in protocol/README.md is made of vectors", () => {
	const specification = readFileSync(join(root, "protocol/README.md"), "utf8");
	const drawn = [...specification.matchAll(/^```bytes\n([^]*?)^```$/gm)].map(([, block]) =>
		block.trim().split("\n").map((line) => line.trim().split(/ {2,}/)[0].replaceAll(" ", "")).join(""));
	assert.ok(drawn.length >= 6, `${drawn.length} messages are drawn`);
	for (const hex of drawn)
		assert.ok(vectors.some((v) => v.hex === hex && v.verdict === "none"), `no vector has ${hex}`);
});
