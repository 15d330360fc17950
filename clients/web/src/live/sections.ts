// SPDX-License-Identifier: EUPL-1.2
// What the page has seen: sections, and the position (term, done) up to which it has seen everything. Pure (protocol section 5).
import type { Frame, Key, Value } from "./wire.js";

export type Items = ReadonlyMap<Key, Value>;
export const sectionName = (kind: number, a: number, b: number): string => `${kind}/${a}/${b}`;

export function* allOf(held: ReadonlyMap<string, Items>, kind: number): Generator<[number, number, Items]> {
	for (const [name, items] of held) {
		const [k, a, b] = name.split("/").map(Number);
		if (k === kind)
			yield [a, b, items];
	}
}

export class Sections {
	term = 0;
	done = 0;
	stable = 0;
	/** What stood here when history changed last, and so did what had been told of it. */
	before: ReadonlyMap<string, Items> = new Map();
	held: ReadonlyMap<string, Items> = new Map();

	get(kind: number, a = 0, b = 0): Items | undefined {
		return this.held.get(sectionName(kind, a, b));
	}

	/** Every section of a kind, with its subject. */
	all(kind: number): Generator<[number, number, Items]> {
		return allOf(this.held, kind);
	}

	/** Does this frame tell of another history than the one in sight? A later term may mean that alone; so does a picture, whole, of less than was told before (5.5, 6.6). */
	is_other(frame: Frame): boolean {
		return this.term !== 0 && (frame.term !== this.term || (frame.listing !== null && frame.done < this.done));
	}

	/** Take a frame, at once or not at all: first what is gone, then the sections. Returns the names of what changed. */
	apply(frame: Frame): Set<string> {
		const changed = new Set<string>();
		const next = new Map(this.held);
		const drop = (name: string) => {
			if (next.delete(name))
				changed.add(name);
		};
		if (frame.listing !== null) {
			const listed = new Set(frame.listing.map(([kind, a, b]) => sectionName(kind, a, b)));
			for (const name of [...next.keys()])
				if (!listed.has(name))
					drop(name);
		}
		for (const [kind, a, b] of frame.gone)
			drop(sectionName(kind, a, b));
		for (const section of frame.sections) {
			const name = sectionName(section.kind, section.a, section.b);
			const items = new Map(section.whole ? [] : next.get(name) ?? []);
			for (const [key, value] of section.items)
				if (value === null)
					items.delete(key);
				else
					items.set(key, value);
			next.set(name, items);
			changed.add(name);
		}
		if (this.is_other(frame))
			this.before = this.held;
		this.held = next;
		/* 5.5: what was told before stays true while the term does; a new term has positions of its own. */
		const same = frame.term === this.term;
		this.done = same ? Math.max(this.done, frame.done) : frame.done;
		this.stable = same ? Math.max(this.stable, frame.stable) : frame.stable;
		this.term = frame.term;
		return changed;
	}
}
