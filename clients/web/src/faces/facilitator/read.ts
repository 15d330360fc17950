// SPDX-License-Identifier: EUPL-1.2
// What only staff reads of the session: whose time it is, and who sits where. Draws nothing.
import { SCOPE_ROOM, type Session } from "../../state/session.js";
import { SECTION } from "../../tables.js";

type Time = [generation: number, duration_ms: number, at_ms: number, still?: boolean | number];
const timeOf = (session: Session, room: number): Time | undefined => {
	const time = session.section(SECTION.scope, room ? SCOPE_ROOM + room : 0)?.get(2) as Time | undefined;
	return time && time[1] > 0 ? time : undefined;
};
/** A room that runs by a time of its own. */
export const ownTime = (session: Session, room: number): boolean => room > 0 && timeOf(session, room) !== undefined;
/** The time that a room, or 0 all, runs by: does it stand still? */
export const still = (session: Session, room = 0): boolean => session.deadline(room)?.still ?? false;
/** What is left of it; null: there is none. */
export const left = (session: Session, room = 0): number | null => session.remaining(room);
/** Which time it is: another number, another word about it. */
export const generation = (session: Session, room = 0): string => {
	const time = timeOf(session, room);
	return time ? `${time[0]}/${time[1]}/${time[3] ? 1 : 0}` : "";
};

/** Who sits where, as far as names are told: those of a room of more than a hundred are not. */
export function seating(session: Session): Map<number, number> {
	const out = new Map<number, number>();
	for (const room of [0, ...session.rooms.map((r) => r.room)])
		for (const { member } of session.members(room))
			out.set(member, room);
	return out;
}
