// SPDX-License-Identifier: EUPL-1.2
// A row of notes that was typed and not yet sent, as the storage has it: every page of the room shows it again, also those that load no editor.
import { type Bytes, fromHex, hex } from "../live/bytes.js";
import type { Store } from "../live/world.js";

/** From one new last row to the next: room for twenty halvings between two rows. */
export const GAP = 2 ** 20;
/** What a note says. */
export interface Wish { id: Bytes; kind: number; final: boolean; plenary: boolean; writing: boolean; place: number; activity: number; words: string }

/** A row that was typed and not yet sent, as the storage has it: room, step and the pen's tenure that it was written with. */
export interface Kept extends Wish { room: number; step: number; tenure: number; /** Offered to the room's tray, once. */ sent?: boolean }

/** Half-typed rows in the storage, one under each note's id. */
export class Drafts {
	constructor(readonly store: Store, readonly seat: string) {}
	#name(key: string): string { return `${this.seat}.note.${key}`; }
	keep(kept: Kept): void {
		this.store.set(this.#name(hex(kept.id)), JSON.stringify({ ...kept, id: hex(kept.id) }));
	}
	forget(key: string): void {
		this.store.remove(this.#name(key));
	}
	get all(): Kept[] {
		const prefix = this.#name("");
		return this.store.keys().filter((k) => k.startsWith(prefix)).flatMap((k) => {
			try {
				const row = JSON.parse(this.store.get(k) ?? "");
				return typeof row.words === "string" && /^[0-9a-f]{16}$/.test(row.id) ? [{ ...row, id: fromHex(row.id) } as Kept] : [];
			} catch {
				return [];
			}
		});
	}
}
