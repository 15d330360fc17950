// SPDX-License-Identifier: EUPL-1.2
// Answers in words, without names; one round at a time.
import { useState } from "preact/hooks";
import { Foot } from "../faces/common.js";
import { figure, t } from "../words/words.js";
import type { ResultProps } from "./kinds.js";

export function TextResult({ session, activity, next }: ResultProps) {
	const room = session.me.room;
	const all = session.result(activity.number, 0);
	const from = all ? 0 : room;
	const result = all ?? (room ? session.result(activity.number, room) : null);
	/* Asked again: one round at a time. */
	const now = result?.round ?? 0;
	const [chosen, setChosen] = useState(0);
	const rounds = session.rounds(activity.number, from).filter((r) => r <= now);
	const round = rounds.includes(chosen) ? chosen : now;
	const answers = session.answers(activity.number, from, round);
	const left_out = session.answers_left_out(activity.number, from, round);
	const own = session.own_answer(activity).saved;
	return (
		<section class="result" aria-label={activity.title}>
			<p class="lead">{answers.length ? t("text-count", { n: session.result(activity.number, from, round)?.ballots ?? 0 }) : result?.held_back ? t("few-all", { n: result.ballots }) : t("result-none-answers")}</p>
			{rounds.length > 1 && (
				<fieldset class="switch">
					<legend class="unseen">{t("round-which")}</legend>
					{rounds.map((r) => <label key={r}><input type="radio" name={`round-${activity.number}`} checked={r === round} onChange={() => setChosen(r)} /><span>{t("round", { n: r })}</span></label>)}
				</fieldset>
			)}
			<ul class="rows answers">
				{answers.map(({ words, count }) => (
					<li key={words}>
						<p class={words ? "keep" : "note"}>{words || t("text-removed")}</p>
						{(count > 1 || (words !== "" && words === own)) && (
							<p class="shares">{count > 1 && <b class="cool-words num">{t("text-same", { n: figure(count) })}</b>}{words !== "" && words === own && <span class="you">{t("text-yours")}</span>}</p>
						)}
					</li>
				))}
			</ul>
			{left_out > 0 && <p class="note">{t("text-more", { n: left_out })}</p>}
			<Foot table={false} next={next} />
		</section>
	);
}
