// SPDX-License-Identifier: EUPL-1.2
// The golden bytes of protocol/vectors, read by the page's own encoder and decoder.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fromHex, hex } from "../src/live/bytes.js";
import { ballotPack, ballotUnpack, commandEncode, helloEncode, messageDecode, pack, words } from "../src/live/wire.js";

declare const PROTOCOL: string;
interface Vector { clause: string; direction: string; name: string; notation: string; bytes: Uint8Array; verdict: string }

export function read(file: string): Vector[] {
	const out: Vector[] = [];
	const lines = readFileSync(`${PROTOCOL}/vectors/${file}`, "utf8").split("\n");
	for (let i = 0; i < lines.length; i++) {
		const head = /^# clause (\S+)\s{2,}(.+?)\s{2,}(.+)$/.exec(lines[i]);
		if (!head)
			continue;
		const verdict = lines[i + 3]?.trim() ?? "";
		out.push({ clause: head[1], direction: head[2], name: head[3], notation: lines[i + 1], bytes: fromHex(lines[i + 2].replace(/[\s|]/g, "")), verdict: verdict.startsWith("#") ? "" : verdict });
	}
	return out;
}

/** The notation of protocol/vectors/README.md. */
export function parse(text: string): unknown {
	let at = 0;
	const blank = () => { while (text[at] === " ") at++; };
	const list = (end: string) => {
		const out: unknown[] = [];
		for (blank(); !text.startsWith(end, at);) {
			out.push(value());
			blank();
			if (text[at] === ",")
				at++;
			blank();
		}
		at += end.length;
		return out;
	};
	const value = (): unknown => {
		blank();
		if (text.startsWith("<<", at)) {
			at += 2;
			return pack(list(">>")[0]);
		}
		if (text[at] === "[") {
			at++;
			return list("]");
		}
		const bin = /^h'([0-9a-f ]*)'/.exec(text.slice(at));
		if (bin) {
			at += bin[0].length;
			return fromHex(bin[1].replace(/ /g, ""));
		}
		const str = /^"((?:[^"\\]|\\.)*)"/.exec(text.slice(at));
		if (str) {
			at += str[0].length;
			return str[1].replace(/\\u\{([0-9a-f]+)\}/g, (_, code) => String.fromCodePoint(parseInt(code, 16))).replace(/\\n/g, "\n").replace(/\\(["\\])/g, "$1");
		}
		const word = /^(nil|true|false|\d+)/.exec(text.slice(at));
		assert.ok(word, `cannot read ${text.slice(at, at + 30)}`);
		at += word[0].length;
		return word[0] === "nil" ? null : word[0] === "true" ? true : word[0] === "false" ? false : Number(word[0]);
	};
	return value();
}

const taken = (v: Vector) => v.notation !== "-" && v.verdict === "";

test("every file of vectors is known to this test or is the daemon's alone", () => {
	const known = ["hello.txt", "command.txt", "frame.txt", "reply.txt", "volatile.txt", "text.txt", "ballot.txt", "entry.txt", "chain.txt", "key.txt"];
	const files = readdirSync(`${PROTOCOL}/vectors`).filter((name) => name.endsWith(".txt"));
	assert.deepEqual(files.filter((name) => !known.includes(name)), []);
});

for (const v of read("hello.txt").filter(taken))
	test(`clause ${v.clause} hello: ${v.name}`, () => {
		const [, , door, place, token, secret, lane, term, done] = parse(v.notation) as [0, 1, 0 | 1, string, Uint8Array, Uint8Array, Uint8Array, number, number];
		assert.equal(hex(helloEncode({ door, place, token, secret, lane: hex(lane), term, done })), hex(v.bytes));
	});

for (const v of read("command.txt").filter(taken))
	test(`clause ${v.clause} command: ${v.name}`, () => {
		const [, lane, number, again, command, a, b, form, text] = parse(v.notation) as [1, Uint8Array, number, boolean, number, number, number, Uint8Array, Uint8Array];
		assert.equal(hex(commandEncode({ lane: hex(lane), number, again, command, a, b, form, text })), hex(v.bytes));
	});

for (const file of ["frame.txt", "reply.txt", "volatile.txt"])
	for (const v of read(file).filter((v) => v.notation !== "-" && ["", "ignored"].includes(v.verdict)))
		test(`clause ${v.clause} ${file}: ${v.name}`, () => {
			const m = parse(v.notation) as any[];
			const got = messageDecode(v.bytes);
			const key = (k: unknown) => (k instanceof Uint8Array ? hex(k) : k);
			switch (got.is) {
			case "welcome":
				assert.deepEqual([got.sid, got.code, got.roles, got.actor], m.slice(2, 6));
				break;
			case "frame":
				assert.deepEqual([got.term, got.done, got.stable, got.log_ms, got.listing, got.gone], [m[1], m[2], m[3], m[4], m[5], m[6]]);
				assert.deepEqual(got.sections.map((s) => [s.kind, s.a, s.b, s.whole, s.items.flat()]),
					m[7].map((s: any[]) => [s[0], s[1], s[2], s[3], s[4].map((x: unknown, i: number) => (i % 2 === 0 ? key(x) : x))]));
				break;
			case "reply":
				assert.deepEqual([got.lane, got.number, got.fault, got.later_ms, got.activity, got.round], [key(m[1]), ...m.slice(2, 7)]);
				break;
			case "beat":
				assert.equal(got.log_ms, m[2]);
				break;
			case "present":
				assert.deepEqual([got.total, [...got.rooms].flat()], [m[2], m[3]]);
				break;
			case "progress":
				assert.deepEqual([got.activity, got.done, got.of, [...got.rooms].flat(2)], [m[2], m[3], m[4], m[5]]);
				break;
			case "lane":
				assert.deepEqual([got.activity, got.round, got.lane], [m[2], m[3], key(m[4])]);
				break;
			case "away":
				assert.deepEqual([...got.rooms].flat(), m[2]);
				break;
			case "bye":
				assert.equal(got.fault, m[1]);
				break;
			default:
				assert.equal(v.verdict, "ignored", "a message that the page should know");
			}
		});

for (const v of read("ballot.txt").filter(taken))
	test(`clause ${v.clause} ${v.direction}: ${v.name}`, () => {
		const list = parse(v.notation) as number[];
		/* No values at all is the empty bin for the page: it takes the ballot back. */
		assert.equal(hex(ballotPack(ballotUnpack(v.bytes))), list.length ? hex(v.bytes) : "");
	});

for (const v of read("text.txt").filter(taken))
	test(`clause ${v.clause} ${v.direction}: ${v.name}`, () => {
		const text = parse(v.notation) as string[][];
		assert.equal(hex(pack(text)), hex(v.bytes));
		assert.equal(words(text, text[0][0]), text[0][1]);
	});
