// SPDX-License-Identifier: EUPL-1.2
// The program: steps in the order that they have now, how they went and when they come, inner parts, minutes to spend, the guide, and when it ends against the plan.
import type { Session, Step } from "../../state/session.js";
import { PHASE } from "../../tables.js";
import { clockTime, t } from "../../words/words.js";
import { goTo } from "./acts.js";
import { lineWords, outcomeBy } from "./outcome.js";
import { type Planned, type Stage, type Stood, behind, partAt, past, planned, short, slack, slackLeft, stepEnd } from "./plan.js";
import { left, still } from "./read.js";

const MINUTE = 60_000;

export interface Times { at: number; end_ms: number; last_ms: number; late: number | null; ahead: (Planned | null)[]; stood: (Stood | null)[]; done: boolean; elapsed: number; left: number }
/** Where the workshop stands against the clock. */
export function times(session: Session, step: Step | null, stage: Stage): Times {
	void session.tick.value;
	const { steps } = session;
	const at = steps.findIndex((s) => s.number === step?.number);
	const now_ms = session.live.server_ms();
	const stood = steps.map((s, i) => {
		const held = session.course(s.number);
		return held && i === at ? { ...held, spent_ms: held.spent_ms + Math.max(0, now_ms - held.at_ms), at_ms: now_ms } : held;
	});
	const questions = step?.activities.length ?? 0;
	const done = questions > 0 && (stage.is === "onward" || stage.is === "outcome" || stage.is === "closed");
	const spent_ms = stood[at]?.spent_ms ?? 0;
	const end_ms = step ? stepEnd({ now_ms, left_ms: left(session), begun_ms: now_ms, minutes: step.minutes, done, spent_ms }) : now_ms;
	const minutes = steps.map((s) => s.minutes), ahead = planned(minutes, at, end_ms);
	const last_ms = ahead[ahead.length - 1]?.to_ms ?? end_ms;
	return { at, end_ms, last_ms, late: step ? behind(minutes, stood, at, last_ms) : null, ahead, stood, done, elapsed: spent_ms / MINUTE, left: (end_ms - now_ms) / MINUTE };
}

/** "Slutar 14:36, 1 min sent". */
export function Ends({ session, step, times: { last_ms, late } }: { session: Session; step: Step | null; times: Times }) {
	if (session.over || session.steps.length === 0)
		return null;
	return (
		<p class="ends num">
			<b>{t(step ? "fac-ends" : "fac-ends-if-now", { time: clockTime(last_ms) })}</b>
			{late !== null && <span>{late > 0 ? t("fac-late", { m: late }) : late < 0 ? t("fac-early", { m: -late }) : t("fac-on-time")}</span>}
		</p>
	);
}

export function Program({ session, step, stage, times: when, end }: { session: Session; step: Step | null; stage: Stage; times: Times; end: () => void }) {
	const { steps } = session;
	const { at, ahead, stood } = when;
	const first_follower = steps.findIndex((s, i) => i > at && s.source !== 0);
	return (
		<nav class="program" aria-label={t("program")}>
			<h2>{t("program")}</h2>
			<Guide words={session.guide(0)} name={t("fac-guide-workshop")} />
			<ol>
				{steps.map((s, i) => {
					const time = ahead[i], went = i < at ? past(s.minutes, stood[i]) : null, name = short(s.title);
					return (
						<li key={s.number} class={i < at ? "past" : i === at ? "now" : "next"} aria-current={i === at ? "step" : undefined}>
							<div class="step-name"><b>{name}</b>{name !== s.title && <span>{s.title.slice(name.length + 1)}</span>}</div>
							{i !== at && !session.over && <button type="button" class="link" aria-disabled={session.stuck} onClick={() => goTo(session, s)}>{t("go-here")}<span class="unseen"> {s.title}</span></button>}
							<div class="when num">
								{i === at && !session.over ? <span>{now(session, when, stood[i])}</span>
									: went ? <span>{t("fac-step-times", { from: clockTime(went.from_ms), to: clockTime(went.to_ms) })}{went.late !== 0 && <b class={went.late > 0 ? "over" : ""}> {went.late > 0 ? t("fac-step-over", { m: went.late }) : t("fac-step-under", { m: -went.late })}</b>}</span>
									: time && !session.over ? <span>{t("fac-step-times", { from: clockTime(time.from_ms), to: clockTime(time.to_ms) })}</span>
									: <span>{i < at ? t("fac-step-skipped") : t("minutes", { m: s.minutes })}</span>}
							</div>
							<Follows session={session} step={s} tell={i === first_follower} />
							{i === at && <Parts session={session} step={s} times={when} running={stage.is === "running" || stage.is === "ready"} />}
							{i === at && <Guide words={session.guide(s.number)} name={t("fac-guide-step")} />}
						</li>
					);
				})}
			</ol>
			<div class="program-foot">
				<Ends session={session} step={step} times={when} />
				{!session.over && <button type="button" class="link end" onClick={end}>{t("fac-end-title")}</button>}
			</div>
		</nav>
	);
}

function now(session: Session, { done, end_ms }: Times, stood: Stood | null): string {
	if (done)
		return stood ? t("fac-step-done-since", { from: clockTime(stood.began_ms) }) : t("fac-step-done");
	if (still(session))
		return t("fac-step-still");
	return stood ? t("fac-step-now", { from: clockTime(stood.began_ms), to: clockTime(end_ms) }) : t("fac-step-until", { time: clockTime(end_ms) });
}

/** Which part of a result a step belongs to, and its place once that is decided. */
function Follows({ session, step, tell }: { session: Session; step: Step; tell: boolean }) {
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
				: !tell || session.phase(source.number).phase === PHASE.REVEALED ? "" : t("fac-follows-later")}
		</span>
	);
}

function Parts({ session, step, times: { elapsed, left: to_go }, running }: { session: Session; step: Step; times: Times; running: boolean }) {
	if (step.parts.length === 0)
		return null;
	const spare = running ? slackLeft(step.parts, elapsed, to_go) : slack(step.minutes, step.parts);
	const at = running && left(session) !== null ? partAt(step.parts, elapsed) : -1;
	return (
		<div class="parts">
			<ul>
				{step.parts.map((part, i) => (
					<li key={i} class={i === at ? "at" : undefined} aria-current={i === at ? "true" : undefined}><span class="num">{part.least === part.most ? t("minutes", { m: part.most }) : t("fac-minutes-range", { least: part.least, most: part.most })}</span> {part.title}</li>
				))}
			</ul>
			<p class="num">{!spare ? t("fac-slack-none") : spare[0] === spare[1] ? t("fac-slack", { m: spare[1] }) : spare[0] === 0 ? t("fac-slack-up-to", { m: spare[1] }) : t("fac-slack-range", { least: spare[0], most: spare[1] })}</p>
		</div>
	);
}

function Guide({ words, name }: { words: string; name: string }) {
	if (words === "")
		return null;
	return <details class="guide"><summary>{name}</summary><p class="keep">{words}</p></details>;
}
