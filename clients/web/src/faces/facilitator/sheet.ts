// SPDX-License-Identifier: EUPL-1.2
// A paper ballot as typed: what is wrong with it, and the values that go into the command. Pure.
import type { Activity } from "../../state/session.js";

const PLACES_OF_HUNDRED = 10; /* paper is read to a hundredth, the line has a thousand */

/** The sentence that says why it cannot be entered; null: it can. The daemon judges again. */
export function paperProblem(activity: Activity, values: Map<number, number>, words: string): { id: string; args: Record<string, number> } | null {
	const given = [...values.values()].filter((v) => v > 0), sum = given.reduce((n, v) => n + v, 0);
	switch (activity.kind) {
	case "dots": {
		const [budget = 5, cap = 0] = activity.config;
		return sum === 0 ? { id: "fac-paper-empty", args: {} } : sum > budget ? { id: "fac-paper-many-dots", args: { n: budget } }
			: cap > 0 && given.some((v) => v > cap) ? { id: "fac-paper-cap", args: { cap } } : null;
	}
	case "choice": {
		const [least = 1, most = 1] = activity.config;
		return given.length < Math.max(1, least) ? { id: "fac-paper-few", args: { n: Math.max(1, least) } } : given.length > most ? { id: "fac-paper-many", args: { n: most } } : null;
	}
	case "rating": {
		const place = values.get(1);
		return place === undefined || !(place >= 0 && place <= 100) ? { id: "fac-paper-off", args: {} } : null;
	}
	default: return words.trim() === "" ? { id: "fac-paper-empty", args: {} } : null;
	}
}

/** Protocol 4.7: of a rating the place and one, so that the low end is a ballot too. */
export function paperBallot(activity: Activity, values: Map<number, number>): Map<number, number> {
	return activity.kind === "rating" ? new Map([[1, Math.round((values.get(1) ?? 0) * PLACES_OF_HUNDRED) + 1]]) : values;
}
