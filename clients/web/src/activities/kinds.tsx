// SPDX-License-Identifier: EUPL-1.2
// The register: a kind of activity is a row here, with its ballot, its rule in words, and its result.
import type { ComponentChildren, ComponentType } from "preact";
import { later } from "../look/later.js";
import type { Activity, Session } from "../state/session.js";
import { t } from "../words/words.js";
import { ChoiceBallot } from "./choice.js";
import { DotsBallot } from "./dots.js";
import { RankingBallot } from "./ranking.js";
import { RatingBallot } from "./rating.js";
import { TextBallot } from "./text.js";

/** next: the way to the next question of the step, for the bar at the bottom. */
export interface BallotProps { session: Session; activity: Activity; open: boolean; next?: ComponentChildren }
export interface ResultProps { session: Session; activity: Activity; next?: ComponentChildren }
export interface Kind {
	Ballot: ComponentType<BallotProps>;
	Result: ComponentType<ResultProps>;
	/** What to do, from the configuration: said when the workshop gives no words of its own. Empty: the ballot says it itself. */
	rule(config: number[]): string;
}

const result = (pick: (part: typeof import("./results.js")) => ComponentType<ResultProps>) => later(() => import("./results.js").then(pick), (lost) => lost && <p class="lead">{t("contact-none")}</p>);
const ResultView = result((part) => part.ResultView), RatingResult = result((part) => part.RatingResult), RankingResult = result((part) => part.RankingResult), TextResult = result((part) => part.TextResult);
/** Have the results here before somebody reveals one. */
export const fetchResults = (): void => [ResultView, RatingResult, RankingResult, TextResult].forEach((one) => one.fetch());

export const kinds: Record<string, Kind> = {
	dots: {
		Ballot: DotsBallot, Result: ResultView,
		rule: ([dots = 5, cap = 0]) => (cap > 0 && cap < dots ? t("dots-task", { n: dots, cap }) : t("dots-task-free", { n: dots })),
	},
	choice: {
		Ballot: ChoiceBallot, Result: ResultView,
		rule: ([least = 1, most = 1]) => (most === 1 ? t("choice-pick") : t("choice-task", { least, most })),
	},
	rating: { Ballot: RatingBallot, Result: RatingResult, rule: () => "" },
	text: { Ballot: TextBallot, Result: TextResult, rule: () => t("text-task") },
	ranking: { Ballot: RankingBallot, Result: RankingResult, rule: ([k = 0]) => t("rank-task", { k }) },
};
