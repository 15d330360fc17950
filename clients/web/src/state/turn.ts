// SPDX-License-Identifier: EUPL-1.2
// Whoever leads a room's discussion turns its pages: which question the leader's one button offers, and what another's page does with it. Pure.

/** show: the question on the leader's page, which the room does not talk about; next: the one after that. null: nothing is left to offer. */
export function leadTo(questions: readonly number[], focus: number, at: number): { activity: number; is: "show" | "next" } | null {
	if (questions.length < 2)
		return null;
	if (!questions.includes(focus))
		return { activity: at || questions[0], is: "show" };
	if (at !== 0 && at !== focus)
		return { activity: at, is: "show" };
	const next = questions[questions.indexOf(focus) + 1];
	return next === undefined ? null : { activity: next, is: "next" };
}

/** The question to turn to, 0: stay. Each turn is followed once; somebody in the middle of a touch or a text goes by hand. */
export function follow(questions: readonly number[], focus: { activity: number; at_ms: number } | null, seen_ms: number, busy: boolean): number {
	return focus && focus.at_ms !== seen_ms && !busy && questions.includes(focus.activity) ? focus.activity : 0;
}
