// SPDX-License-Identifier: EUPL-1.2
// When history changes, something that this page has called saved may be in it no more. What was told is held against what is in sight afterwards. Pure.
import { type Bytes, NO_BYTES, equal, hex } from "../live/bytes.js";
import { type Items, allOf } from "../live/sections.js";
import { words } from "../live/wire.js";
import { COMMAND, PHASE, SECTION } from "../tables.js";
import { type Note, type Own, notesOf } from "./notes.js";

export interface ToldBallot {
	is: "ballot";
	key: string;
	activity: number;
	round: number;
	/** Of a ballot that the room holds: which room; 0: one's own. */
	room: number;
	bytes: Bytes;
	title: string;
	secret: boolean;
	/** It was sealed already: nobody but the page holds it since. */
	sealed: boolean;
}
export interface ToldNote { is: "note"; key: string; room: number; step: number; note: Note }
/** What this page has called saved. */
export type Told = ToldBallot | ToldNote;
/** gone: it is not there, or as it was before. unsure: sealed meanwhile, and nobody can tell. */
export type Undone = Told & { how: "gone" | "unsure" | "refused" };

type Row = unknown[];
const bytesOf = (value: unknown): Bytes => (value instanceof Uint8Array ? value : NO_BYTES);
export const isSealed = (phase: number): boolean => phase === PHASE.SEALED || phase === PHASE.REVEALED;

/** A person's pages are several lanes: what another of them has said since is newer than what this one was told. Its join says nothing. */
export function othersOf(held: ReadonlyMap<string, Items>, owns: (lane: string) => boolean): Map<string, number> {
	const out = new Map<string, number>();
	for (const kind of [SECTION.verdicts, SECTION.mine])
		for (const [activity, round, items] of allOf(held, kind))
			for (const [lane, row] of items)
				if (typeof lane === "string" && !owns(lane))
					out.set(kind === SECTION.mine ? `${activity}/${round}/${lane}` : lane, (row as number[])[0] - Number(kind === SECTION.verdicts));
	return out;
}
export const haveMoved = (before: Map<string, number>, now: Map<string, number>): boolean => [...now].some(([lane, number]) => number > (before.get(lane) ?? 0));

/** Notes that `me` wrote last, as they stood; own: saved, but not yet in their section. */
export function notesTold(held: ReadonlyMap<string, Items>, own: Own[], me: number): ToldNote[] {
	const at = new Map([...allOf(held, SECTION.notes)].map(([room, step, items]): [string, [number, number, Items | undefined]] => [`${room}/${step}`, [room, step, items]]));
	for (const { entry: { command, a, b } } of own)
		if (command === COMMAND.note_put && !at.has(`${a}/${b}`))
			at.set(`${a}/${b}`, [a, b, undefined]);
	return [...at.values()].flatMap(([room, step, items]) => notesOf(items, own, room, step, me, "")
		.filter((n) => (n.state === "way" || own.some(({ entry }) => entry.field === `note/${hex(n.id)}`) || (n.editor || n.author) === me) && n.words !== "")
		.map((note): ToldNote => ({ is: "note", key: `note/${hex(note.id)}`, room, step, note })));
}

export interface Sight {
	room: number;
	actor: number;
	/** Another page of this person has said something since. */
	moved: boolean;
	phase(activity: number): { phase: number; round: number };
	items(kind: number, a: number, b?: number): Items | undefined;
}

/** null: as it was told, or passed by something newer. */
export function undone(told: Told, now: Sight): "gone" | "unsure" | null {
	if (told.is === "note") {
		if (told.room !== now.room)
			return null; /* out of sight, not lost */
		for (const value of now.items(SECTION.notes, told.room, told.step)?.values() ?? []) {
			const [id, , , , , , , author, , editor, , text] = value as [Bytes, number, number, unknown, unknown, unknown, number, number, number, number, number, unknown];
			if (hex(id) === hex(told.note.id))
				return text === null || words(text, "") === told.note.words || (editor || author) !== now.actor ? null : "gone"; /* null: struck */
		}
		return "gone";
	}
	const { phase, round } = now.phase(told.activity);
	if (!now.items(SECTION.activity, told.activity))
		return "gone";
	if (round !== told.round)
		return round > told.round ? null : "gone";
	if (told.secret) {
		const mine = now.items(SECTION.mine, told.activity, told.round);
		if (!mine && isSealed(phase))
			return told.sealed ? null : "unsure";
		return equal(bytesOf(mine?.get(0)), told.bytes) || now.moved ? null : "gone";
	}
	if (told.room !== 0) /* others of the room may have changed it */
		return told.room !== now.room || told.bytes.length === 0 || bytesOf((now.items(SECTION.room_ballots, told.room)?.get(told.activity) as Row)?.[1]).length > 0 ? null : "gone";
	const row = now.items(SECTION.ballots, now.actor)?.get(told.activity) as Row | undefined;
	return equal(row && row[0] === told.round ? bytesOf(row[1]) : NO_BYTES, told.bytes) || now.moved ? null : "gone";
}
