// SPDX-License-Identifier: EUPL-1.2
// What the shared screen shows of what is wished for. The picture and its text ask the same.
import type { Activity, Session } from "../../state/session.js";
import { PHASE, SECTION, VIEW } from "../../tables.js";

export type What = "over" | "say" | "join" | "notes" | "plenary" | "order" | "result" | "task";
export interface Shown { what: What; activity: Activity | null; view: number; room: number }

/** A result that nobody may see yet is the task; and the task is that of the step, whatever was chosen to be shown before. */
export function whatIsShown(session: Session): Shown {
	const step = session.step(), first = step?.activities.length ? session.activity(step.activities[0]) : null;
	/* Where the wish is not in sight, what has been revealed on the step is taken for it. */
	const known = session.live.staff || session.section(SECTION.screen) !== undefined;
	const revealed = step?.activities.find((number) => session.phase(number).phase === PHASE.REVEALED) ?? 0;
	const { view, room, activity: number } = known ? session.screen : { view: revealed ? VIEW.RESULT : VIEW.TASK, room: 0, activity: revealed };
	const chosen = session.activity(number) ?? first;
	const what = whatOf(session, chosen, view, room);
	return { what, activity: what !== "task" || (chosen && step?.activities.includes(chosen.number)) ? chosen : first, view, room };
}

function whatOf(session: Session, activity: Activity | null, view: number, room: number): What {
	if (session.over)
		return "over";
	if (session.announcement())
		return "say";
	if (view === VIEW.JOIN)
		return "join";
	if (view === VIEW.NOTES && room > 0)
		return "notes";
	if (view === VIEW.PLENARY)
		return "plenary";
	if (activity && view === VIEW.ORDER && session.outcome(activity.number))
		return "order";
	const shown = (scope: number) => activity !== null && session.phase(activity.number, scope).phase === PHASE.REVEALED;
	if ((view === VIEW.RESULT || view === VIEW.ROOMS || view === VIEW.ROOM || view === VIEW.ORDER) && shown(0))
		return "result";
	/* Behind its gate a room's own picture is open before that of all. */
	if (view === VIEW.ROOM && room > 0 && shown(room) && session.result(activity!.number, room))
		return "result";
	return "task";
}

/** What was agreed on the first step holds for all that follow: the first in the order of a choice. What stands before a colon is its name; the rest explains it, and has been read by then. */
export function level(session: Session): string {
	for (const step of session.steps)
		for (const number of step.activities) {
			const outcome = session.outcome(number), activity = outcome && outcome.by === 0 ? session.activity(number) : null;
			if (outcome && activity?.kind === "choice" && outcome.rows.length > 0)
				return activity.items.find((i) => i.item === outcome.rows[0].id)?.words.split(": ")[0] ?? "";
		}
	return "";
}
