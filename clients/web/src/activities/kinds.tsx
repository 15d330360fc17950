// SPDX-License-Identifier: EUPL-1.2
// The register: a kind of activity is a row here, with its ballot, its rule in words, and its result.
import type { ComponentType } from "preact";
import type { Activity, Session } from "../state/session.js";
import { t } from "../words/words.js";
import { ChoiceBallot } from "./choice.js";
import { DotsBallot } from "./dots.js";
import { ResultView } from "./result.js";

export interface Kind {
	Ballot: ComponentType<{ session: Session; activity: Activity; open: boolean }>;
	Result: ComponentType<{ session: Session; activity: Activity }>;
	/** What to do, from the configuration: said when the workshop gives no words of its own. */
	rule(config: number[]): string;
}

export const kinds: Record<string, Kind> = {
	dots: {
		Ballot: DotsBallot, Result: ResultView,
		rule: ([dots = 5, cap = 0]) => (cap > 0 && cap < dots ? t("dots-task", { n: dots, cap }) : t("dots-task-free", { n: dots })),
	},
	choice: {
		Ballot: ChoiceBallot, Result: ResultView,
		rule: ([least = 1, most = 1]) => (most === 1 ? t("choice-pick") : t("choice-task", { least, most })),
	},
};
