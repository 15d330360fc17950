// SPDX-License-Identifier: EUPL-1.2
// One step back: what the last act of this page did, as long as it stands and nobody has done another. Draws nothing.
import { signal, type Signal } from "@preact/signals";
import { SCOPE_ROOM, type Session } from "../../state/session.js";
import { SECTION } from "../../tables.js";
import { generation } from "./read.js";

/** An act that was refused is not waited for longer than this. */
const GIVE_UP_MS = 10_000;
/** words: what is taken back, said after "Ångra". stands: the session is as the act made it. back: the inverse. */
export interface Undo { words: () => string; stands: () => boolean; back: () => void }
interface Held extends Undo { is: "waits" | "stands" | "gone"; stamp: string; since: number }

const held = new WeakMap<Session, Signal<Held | null>>();
function slot(session: Session): Signal<Held | null> {
	let made = held.get(session);
	if (!made)
		held.set(session, (made = signal(null)));
	return made;
}

/** What is everybody's: after another act about it the last one is not what a press would take back. Answers, people and rooms that come and go are none. */
function stampOf(session: Session): string {
	const scope = session.section(SECTION.scope, 0);
	const phases = [...(scope ?? [])].filter(([key]) => typeof key === "number" && (key === 1 || key > 4096));
	return JSON.stringify([phases, generation(session), scope?.get(3) ?? null, scope?.get(4) ?? null]);
}

/** An act has been sent; the one before it can no longer be taken back. */
export function remember(session: Session, undo: Undo | null): void {
	slot(session).value = undo && { ...undo, is: "waits", stamp: "", since: session.world.now() };
}

/** What can be taken back now. */
export function offered(session: Session): Undo | null {
	const last = slot(session).value;
	void session.outbox.value;
	void session.tick.value;
	if (!last || last.is === "gone")
		return null;
	const stands = last.stands();
	if (last.is === "waits") {
		if (stands && session.all_saved) {
			last.is = "stands";
			last.stamp = stampOf(session);
		} else if (session.world.now() - last.since > GIVE_UP_MS) {
			last.is = "gone";
		}
	} else if (!stands || stampOf(session) !== last.stamp) {
		last.is = "gone";
	}
	return last.is === "stands" ? last : null;
}

export function takeBack(session: Session): void {
	const undo = offered(session);
	remember(session, null);
	undo?.back();
}

export const scopeOf = (room: number): number => (room ? SCOPE_ROOM + room : 0);
