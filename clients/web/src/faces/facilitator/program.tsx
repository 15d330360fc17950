// SPDX-License-Identifier: EUPL-1.2
// The program: steps in the order that they have now, clock times ahead, inner parts, minutes to spend, the guide, and when it ends.
import type { Session, Step } from "../../state/session.js";
import { PHASE } from "../../tables.js";
import { clockTime, t } from "../../words/words.js";
import { goTo } from "./acts.js";
import { lineWords, outcomeBy } from "./outcome.js";
import { type Stage, planned, slack, stepEnd } from "./plan.js";

export function Program({ session, step, stage, begun_ms, end }: { session: Session; step: Step | null; stage: Stage; begun_ms: number | null; end: () => void }) {
	const steps = session.steps;
	const at = steps.findIndex((s) => s.number === step?.number);
	const now_ms = session.live.server_ms(), left_ms = session.remaining();
	const questions = step?.activities.length ?? 0;
	const done = questions > 0 && (stage.is === "onward" || stage.is === "outcome" || stage.is === "closed");
	const end_ms = step ? stepEnd({ now_ms, left_ms, begun_ms, minutes: step.minutes, done }) : now_ms;
	const times = planned(steps.map((s) => s.minutes), at, end_ms);
	const last = times[times.length - 1]?.to_ms ?? end_ms;
	return (
		<nav class="program" aria-label={t("program")}>
			<h2>{t("program")}</h2>
			<Guide words={session.guide(0)} name={t("fac-guide-workshop")} />
			<ol>
				{steps.map((s, i) => {
					const time = times[i];
					return (
						<li key={s.number} class={i < at ? "past" : i === at ? "now" : "next"} aria-current={i === at ? "step" : undefined}>
							<b>{s.title}</b>
							<div class="when">{i === at && !session.over ? <span class="num">{done ? t("fac-step-done") : t("fac-step-until", { time: clockTime(end_ms) })}</span>
								: time && !session.over ? <span class="num">{t("fac-step-times", { from: clockTime(time.from_ms), to: clockTime(time.to_ms) })}</span>
								: <span class="num">{t("minutes", { m: s.minutes })}</span>}
								{i !== at && !session.over && <button type="button" class="link" aria-disabled={session.stuck} onClick={() => goTo(session, s)}>{t("go-here")}<span class="unseen"> {s.title}</span></button>}
							</div>
							<Follows session={session} step={s} />
							{i === at && <Parts step={s} />}
							{i === at && <Guide words={session.guide(s.number)} name={t("fac-guide-step")} />}
						</li>
					);
				})}
			</ol>
			{!session.over && steps.length > 0 && <p class="ends num">{step ? t("fac-ends-about", { time: clockTime(last) }) : t("fac-ends-if-now", { time: clockTime(last) })}</p>}
			{!session.over && <button type="button" class="link end" onClick={end}>{t("fac-end-title")}</button>}
		</nav>
	);
}

/** Which part of a result a step belongs to, and its place once that is decided. */
function Follows({ session, step }: { session: Session; step: Step }) {
	const source = step.source ? session.activity(step.source) : null;
	if (!source)
		return null;
	const outcome = session.outcome(source.number);
	const by = outcome?.by ?? outcomeBy(source);
	const place = outcome?.rows.findIndex((row) => row.id === step.group) ?? -1;
	const row = place >= 0 ? outcome!.rows[place] : null;
	const words = lineWords(source, by, step.group);
	return (
		<span class="follows num">
			{step.title.includes(words) ? "" : `${words}. `}
			{row ? t("fac-follows-place", { n: place + 1, total: row.total, unit: source.kind === "dots" ? "dots" : "votes" })
				: session.phase(source.number).phase === PHASE.REVEALED ? "" : t("fac-follows-later")}
		</span>
	);
}

function Parts({ step }: { step: Step }) {
	const spare = slack(step.minutes, step.parts);
	if (step.parts.length === 0)
		return null;
	return (
		<div class="parts">
			<ul>
				{step.parts.map((part, i) => (
					<li key={i}><span class="num">{part.least === part.most ? t("minutes", { m: part.most }) : t("fac-minutes-range", { least: part.least, most: part.most })}</span> {part.title}</li>
				))}
			</ul>
			{spare && <p class="num">{spare[0] === spare[1] ? t("fac-slack", { m: spare[1] }) : spare[0] === 0 ? t("fac-slack-up-to", { m: spare[1] }) : t("fac-slack-range", { least: spare[0], most: spare[1] })}</p>}
		</div>
	);
}

function Guide({ words, name }: { words: string; name: string }) {
	if (words === "")
		return null;
	return <details class="guide"><summary>{name}</summary><p class="keep">{words}</p></details>;
}
