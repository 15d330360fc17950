// SPDX-License-Identifier: EUPL-1.2
// Messages of protocol bollplank.v1 <-> values of the page. Pure; numbers in comments are clauses of protocol/README.md.
import { decode, encode } from "@msgpack/msgpack";
import { type Bytes, NO_BYTES, hex } from "./bytes.js";

/** 2.3: [[language, words, ...], ...]. */
export type Text = string[][];
/** 5.3: an unsigned integer, or a lane as hexadecimal digits. */
export type Key = number | string;
export type Value = unknown;

export interface SectionChange {
	kind: number;
	a: number;
	b: number;
	whole: boolean;
	items: [Key, Value][];
}
export interface Frame {
	is: "frame";
	term: number;
	done: number;
	stable: number;
	log_ms: number;
	listing: number[][] | null;
	gone: number[][];
	sections: SectionChange[];
}
export type Message =
	| { is: "welcome"; sid: string; code: string; roles: number; actor: number }
	| Frame
	| { is: "reply"; lane: string; number: number; fault: number; later_ms: number; activity: number; round: number }
	| { is: "beat"; log_ms: number }
	| { is: "present"; total: number; rooms: Map<number, number> }
	| { is: "progress"; activity: number; done: number; of: number; rooms: Map<number, [number, number]> }
	| { is: "lane"; activity: number; round: number; lane: string }
	| { is: "health"; status: number }
	| { is: "away"; rooms: Map<number, number[]> }
	| { is: "bye"; fault: number }
	| { is: "unknown" };

export interface Hello {
	door: 0 | 1;
	place: string;
	token: Bytes;
	secret: Bytes;
	lane: string;
	term: number;
	done: number;
}
export interface CommandMessage {
	lane: string;
	number: number;
	again: boolean;
	command: number;
	a: number;
	b: number;
	form: Bytes;
	text: Bytes;
}

export const pack = (value: Value): Bytes => encode(value);
export const packText = (text: Text | null): Bytes => (text === null ? NO_BYTES : encode(text));

const laneBytes = (lane: string): Bytes => Uint8Array.from(lane.match(/../g) ?? [], (two) => parseInt(two, 16));

/** 3.1 */
export function helloEncode(hello: Hello): Bytes {
	return encode([0, 1, hello.door, hello.place, hello.token, hello.secret, laneBytes(hello.lane), hello.term, hello.done]);
}

/** 4.1 */
export function commandEncode(c: CommandMessage): Bytes {
	return encode([1, laneBytes(c.lane), c.number, c.again, c.command, c.a, c.b, c.form, c.text]);
}

const keyOf = (key: unknown): Key => (key instanceof Uint8Array ? hex(key) : (key as number));

/** 2.4: what is not known is "unknown", and passed over. Throws on bytes that are no MessagePack. */
export function messageDecode(bytes: Bytes): Message {
	const m = decode(bytes) as any[];
	if (!Array.isArray(m))
		return { is: "unknown" };
	switch (m[0]) {
	case 0:
		return { is: "welcome", sid: m[2], code: m[3], roles: m[4], actor: m[5] };
	case 1:
		return {
			is: "frame", term: m[1], done: m[2], stable: m[3], log_ms: m[4], listing: m[5], gone: m[6] ?? [],
			sections: m[7].map((s: any[]): SectionChange => {
				const items: [Key, Value][] = [];
				for (let i = 0; i + 1 < s[4].length; i += 2)
					items.push([keyOf(s[4][i]), s[4][i + 1]]);
				return { kind: s[0], a: s[1], b: s[2], whole: s[3], items };
			}),
		};
	case 2:
		return { is: "reply", lane: keyOf(m[1]) as string, number: m[2], fault: m[3], later_ms: m[4], activity: m[5], round: m[6] };
	case 3:
		switch (m[1]) {
		case 0:
			return { is: "beat", log_ms: m[2] };
		case 1: {
			const rooms = new Map<number, number>();
			for (let i = 0; i + 1 < (m[3]?.length ?? 0); i += 2)
				rooms.set(m[3][i], m[3][i + 1]);
			return { is: "present", total: m[2], rooms };
		}
		case 2: {
			const rooms = new Map<number, [number, number]>();
			for (let i = 0; i + 2 < (m[5]?.length ?? 0); i += 3)
				rooms.set(m[5][i], [m[5][i + 1], m[5][i + 2]]);
			return { is: "progress", activity: m[2], done: m[3], of: m[4], rooms };
		}
		case 3:
			return { is: "lane", activity: m[2], round: m[3], lane: keyOf(m[4]) as string };
		case 4:
			return { is: "health", status: m[2] };
		case 5: {
			const rooms = new Map<number, number[]>();
			for (let i = 0; i + 1 < m[2].length; i += 2)
				rooms.set(m[2][i], m[2][i + 1]);
			return { is: "away", rooms };
		}
		}
		return { is: "unknown" };
	case 4:
		return { is: "bye", fault: m[1] };
	}
	return { is: "unknown" };
}

/** A text inside a section; nil (none, or struck): no rows. */
export const textOf = (value: Value): Text => (Array.isArray(value) ? (value as Text) : []);

/** The words of one column in the reader's language; else those of the row to fall back on. */
export function words(value: Value, language: string, column = 0): string {
	const rows = textOf(value);
	const row = rows.find((r) => r[0] === language) ?? rows.find((r) => r[0]?.split("-")[0] === language) ?? rows[0];
	return row?.[column + 1] ?? "";
}

/** The array that such bytes hold. Bytes that hold none give none. */
export function list(bytes: Value): Value[] {
	if (!(bytes instanceof Uint8Array) || bytes.length === 0)
		return [];
	try {
		const value = decode(bytes);
		return Array.isArray(value) ? value : [];
	} catch {
		return [];
	}
}
/** 4.7: a ballot, or a tally of numbers. */
export const numbers = (bytes: Value): number[] => list(bytes) as number[];

/** 4.7: item -> value as a ballot's bytes: ascending, zeros left out; none at all takes the ballot back. */
export function ballotPack(values: Map<number, number>): Bytes {
	const list = [...values].filter(([, value]) => value > 0).sort((x, y) => x[0] - y[0]).flat();
	return list.length ? encode(list) : NO_BYTES;
}

export function ballotUnpack(bytes: Value): Map<number, number> {
	const list = numbers(bytes);
	const out = new Map<number, number>();
	for (let i = 0; i + 1 < list.length; i += 2)
		out.set(list[i], list[i + 1]);
	return out;
}
