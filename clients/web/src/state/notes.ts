// SPDX-License-Identifier: EUPL-1.2
// Notes, the tray and what a room sends to all, read from their sections, with what this page has not got through yet on top (protocol 4.17). Pure.
import { type Bytes, hex } from "../live/bytes.js";
import type { Entry } from "../live/outbox.js";
import type { Items } from "../live/sections.js";
import { list, words } from "../live/wire.js";
import { COMMAND } from "../tables.js";

export interface Note {
	/** 0: the session has not given it one yet. */
	number: number;
	id: Bytes;
	activity: number;
	kind: number;
	final: boolean;
	plenary: boolean;
	/** Its field is open at somebody's. */
	writing: boolean;
	place: number;
	author: number;
	at_ms: number;
	/** Who wrote it last, and when; 0: nobody but the author. */
	editor: number;
	edited_ms: number;
	words: string;
	state: "saved" | "way";
}
export interface TrayItem {
	/** 0: a suggestion of this page's that has not got through yet. */
	item: number;
	id: Bytes;
	step: number;
	activity: number;
	kind: number;
	author: number;
	/** The pen it was written with; 0: a suggestion. */
	tenure: number;
	at_ms: number;
	words: string;
}
export interface PlenaryNote { number: number; room: number; step: number; activity: number; kind: number; final: boolean; at_ms: number; words: string }
export interface Edit { author: number; at_ms: number; words: string }
/** What `note_put` says. words may be empty: an open field in which nothing stands yet. */
export interface NoteWish {
	id: Bytes;
	room: number;
	step: number;
	kind: number;
	final: boolean;
	plenary: boolean;
	writing: boolean;
	place: number;
	activity: number;
	words: string;
}
/** An entry of this page's, and whether it is saved although the section does not show it yet. */
export interface Own { entry: Entry; saved: boolean }

type Row = unknown[];

/** Room between two neighbours for about twenty halvings; a hundred notes of a step stay far below 2^32. */
const PLACE_STEP = 2 ** 20;
/** A place after one note and before another; null: there is none on that side. */
export function place_between(before: number | null, after: number | null): number {
	if (after === null)
		return (before ?? 0) + PLACE_STEP;
	const from = before ?? 0;
	return from + Math.floor((after - from) / 2);
}

const put = (entry: Entry) => {
	const [id, tenure, kind, final, plenary, writing, place, activity] = list(entry.form) as [Bytes, number, number, number, number, number, number, number];
	return { id, tenure, kind, final: !!final, plenary: !!plenary, writing: !!writing, place, activity, words: words(list(entry.text), "", 0) };
};

/** The notes of a room on a step, in order. own: what this page has said of them, oldest first. */
export function notesOf(section: Items | undefined, own: Own[], room: number, step: number, me: number, language: string): Note[] {
	const notes = new Map<string, Note>();
	for (const [number, value] of section ?? []) {
		const [id, activity, kind, final, plenary, writing, place, author, at_ms, editor, edited_ms, text] = value as [Bytes, number, number, unknown, unknown, unknown, number, number, number, number, number, unknown];
		notes.set(hex(id), {
			number: number as number, id, activity, kind, final: !!final, plenary: !!plenary, writing: !!writing, place, author, at_ms, editor, edited_ms,
			words: words(text, language), state: "saved",
		});
	}
	for (const { entry, saved } of own) {
		if (entry.recovered || entry.a !== room)
			continue;
		if (entry.command === COMMAND.note_drop) {
			notes.delete(hex((list(entry.form) as [Bytes])[0]));
		} else if (entry.command === COMMAND.note_put && entry.b === step) {
			const { tenure, ...wish } = put(entry);
			if (tenure === 0)
				continue;
			const held = notes.get(hex(wish.id));
			notes.set(hex(wish.id), {
				...(held ?? { number: 0, author: me, at_ms: 0, editor: 0, edited_ms: 0 }), ...wish, state: saved && held?.state !== "way" ? "saved" : "way",
			});
		}
	}
	const last = (n: Note) => n.number || Infinity;
	return [...notes.values()].sort((x, y) => x.place - y.place || (last(x) === last(y) ? 0 : last(x) - last(y)));
}

export function trayOf(section: Items | undefined, own: Own[], room: number, me: number, language: string): TrayItem[] {
	const items = new Map<string, TrayItem>();
	for (const [item, value] of section ?? []) {
		const [id, step, activity, kind, author, tenure, at_ms, text] = value as [Bytes, number, number, number, number, number, number, unknown];
		/* Of one note a writer may have several here: each wording that came too late. */
		items.set(String(item), { item: item as number, id, step, activity, kind, author, tenure, at_ms, words: words(text, language) });
	}
	for (const { entry } of own) {
		if (entry.a !== room)
			continue;
		if (entry.command === COMMAND.tray_take) {
			const taken = (list(entry.form) as [number])[0];
			for (const [key, item] of items)
				if (item.item === taken)
					items.delete(key);
		} else if (entry.command === COMMAND.note_put) {
			const { id, tenure, activity, kind, words } = put(entry);
			const held = [...items].filter(([, i]) => i.author === me && i.tenure === tenure && hex(i.id) === hex(id));
			const key = tenure === 0 ? held[0]?.[0] : held.find(([, i]) => i.words === words)?.[0];
			if (tenure === 0 || entry.recovered)
				items.set(key ?? `${tenure}/${hex(id)}`, { item: 0, at_ms: 0, ...(key ? items.get(key) : {}), id, step: entry.b, activity, kind, author: me, tenure, words });
		}
	}
	return [...items.values()].sort((x, y) => (x.item || Infinity) - (y.item || Infinity) || 0);
}

export function editsOf(section: Items | undefined, language: string): Map<number, Edit[]> {
	return new Map([...(section ?? [])].map(([number, list]) => [
		number as number, (list as Row[]).map(([author, at_ms, text]) => ({ author: author as number, at_ms: at_ms as number, words: words(text, language) })),
	]));
}

export function plenaryOf(section: Items | undefined, language: string): PlenaryNote[] {
	return [...(section ?? [])].map(([number, value]) => {
		const [room, step, activity, kind, final, at_ms, text] = value as [number, number, number, number, unknown, number, unknown];
		return { number: number as number, room, step, activity, kind, final: !!final, at_ms, words: words(text, language) };
	}).sort((x, y) => x.at_ms - y.at_ms || x.number - y.number);
}
