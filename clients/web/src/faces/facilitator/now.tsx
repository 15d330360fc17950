// SPDX-License-Identifier: EUPL-1.2
// What is going on: the questions of the running step with who is done, which discussions have opened, and, when it may be seen, what came out.
import { Button } from "../../look/parts.js";
import type { Activity, Session, Step } from "../../state/session.js";
import { COMMAND, PHASE } from "../../tables.js";
import { countdown, t } from "../../words/words.js";
import { MINUTE, activitiesOf, callBack, counted, gate, hideAll, openAgain } from "./acts.js";
import { OutcomeLine } from "./order.js";
import type { Stage } from "./plan.js";
import { Plenary, ResultRows } from "./results.js";

const BACK_MINUTES = 5;
/** Where a list of questions leaves room for the wall; else its first line has to do. */
const ROOMY = matchMedia("(min-width: 1000px) and (min-height: 850px)");

function phaseWords(session: Session, activity: Activity): string {
	const { phase } = session.phase(activity.number);
	const secrecy = activity.secret ? t("phase-secret") : t("phase-open-ballot");
	switch (phase) {
	case PHASE.READY: return `${t("phase-ready")} ${secrecy}`;
	case PHASE.OPEN: return `${t("phase-open")} ${secrecy}`;
	case PHASE.CLOSING: {
		const progress = session.progress(activity.number), left = progress ? progress.of - progress.done : 0;
		return `${t("phase-closing", { s: Math.ceil((session.remaining() ?? 0) / 1000) })}${left > 0 ? ` ${t("fac-not-done", { k: left })}` : ""}`;
	}
	case PHASE.CLOSED: return activity.secret ? t("phase-sealing") : t("phase-closed");
	case PHASE.SEALED: return t("phase-closed");
	default: return t("phase-revealed");
	}
}

export function Now({ session, step, stage, order }: { session: Session; step: Step | null; stage: Stage; order: (activity: number) => void }) {
	if (!step)
		return <div class="at-hand"><Back session={session} /><h2>{t("fac-lobby")}</h2><p>{t(session.rooms.length ? "fac-lobby-rooms" : "fac-lobby-lead")}</p></div>;
	const list = activitiesOf(session, step);
	const about = stage.about.map((n) => session.activity(n)).filter((a): a is Activity => a !== null);
	const [first] = about;
	const single = list.length === 1 ? list[0] : null;
	const round = Math.max(1, ...list.map((a) => session.phase(a.number).round));
	const running = stage.is === "running" || stage.is === "closing";
	const count = running ? counted(session, stage.about) : null;
	const share = count && count.of > 0 ? count.done / count.of : 0;
	return (
		<div class="at-hand">
			<Back session={session} />
			<div class="now-head">
				<div class="now-what">
					<h2>{single?.title ?? step.title}{round > 1 && <span class="chip">{t("round", { n: round })}</span>}</h2>
					{first && <p>{list.length > 1 && <>{t("fac-n-questions", { n: about.length })} </>}{phaseWords(session, first)}</p>}
					{!first && step.instruction && <p class="keep">{step.instruction}</p>}
				</div>
				<Again session={session} step={step} stage={stage} />
			</div>
			{count && (
				<div class="now-progress">
					<svg class="progress-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect class="fill-sunk" width="100" height="1" /><rect class="fill-cool" width={100 * share} height="1" /></svg>
					<b class="num">{count.many ? t("fac-k-of-n-answers", { k: count.done, n: count.of }) : `${t("k-of-n", { k: count.done, n: count.of })} ${t("are-done")}`}</b>
				</div>
			)}
			{running && list.length > 1 && (
				<details class="questions" open={ROOMY.matches && session.rooms.length <= 6}>
					<summary><span>{t("fac-by-question")}</span><GateEach session={session} about={about} /></summary>
					<ul>{about.map((a) => <Running key={a.number} session={session} activity={a} />)}</ul>
				</details>
			)}
			{running && single && <Gate session={session} activity={single} />}
			{list.map((a) => <OutcomeLine key={a.number} session={session} activity={a} order={order} />)}
		</div>
	);
}

/** Beside the way on: what is shown is hidden or asked once more, what is closed goes on. */
function Again({ session, step, stage }: { session: Session; step: Step; stage: Stage }) {
	if (session.over || session.stuck)
		return null;
	const shown = step.activities.filter((n) => session.phase(n).phase === PHASE.REVEALED), { about } = stage, rooms = session.rooms.length > 0;
	const closed = stage.is === "closed" && about.every((n) => !session.activity(n)?.secret);
	if (shown.length === 0 && !closed && !rooms)
		return null;
	return (
		<div class="again">
			{rooms && <Button class="wide-only" onClick={() => callBack(session, BACK_MINUTES * MINUTE)}>{t("fac-back-in-five")}</Button>}
			{closed && <Button onClick={() => openAgain(session, about)}>{t("fac-reopen")}</Button>}
			{shown.length === 1 && shown.length === step.activities.length && <Button onClick={() => session.command(COMMAND.ask, shown[0], 0)}>{t("fac-ask")}</Button>}
			{shown.length > 0 && <Button onClick={() => hideAll(session, shown)}>{t("fac-hide")}</Button>}
		</div>
	);
}

/** What may be read of the results: those that are shown, and the running ones of open questions once somebody has asked. */
export function CameOut({ session, step, stage }: { session: Session; step: Step | null; stage: Stage }) {
	const list = activitiesOf(session, step);
	const shown = list.filter((a) => session.phase(a.number).phase === PHASE.REVEALED);
	const running = stage.is === "running" || stage.is === "closing" ? list.filter((a) => stage.about.includes(a.number) && !a.secret) : [];
	const unseen = running.filter((a) => session.result(a.number) === null);
	return (
		<>
			{shown.length > 0 && <div>{shown.map((a) => <ResultRows key={a.number} session={session} activity={a} named={list.length > 1} />)}</div>}
			{unseen.length > 0 && <button type="button" class="link look" aria-disabled={session.stuck} onClick={() => { for (const a of unseen) session.command(COMMAND.look, a.number, 0); }}>{t("fac-look")}</button>}
			{running.filter((a) => !unseen.includes(a)).map((a) => <Standing key={a.number} session={session} activity={a} named={list.length > 1} />)}
			<Plenary session={session} />
		</>
	);
}

/** Everybody comes back: how long it still is, and a way to take it back. */
function Back({ session }: { session: Session }) {
	const back = session.back(0);
	if (!back)
		return null;
	return (
		<p class="back-line">
			<span>{back.remaining_ms > 0 ? t("fac-back-in") : t("fac-back-now")} {back.remaining_ms > 0 && <b class="num">{countdown(back.remaining_ms)}</b>}</span>
			<Button aria-disabled={session.stuck} onClick={() => callBack(session, 0)}>{back.remaining_ms > 0 ? t("regret") : t("fac-back-end")}</Button>
		</p>
	);
}

function Gate({ session, activity }: { session: Session; activity: Activity }) {
	const opened = gate(session, activity);
	return opened && opened.of > 0 ? <p class="num">{t("fac-gate-rooms", { k: opened.open, n: opened.of })}</p> : null;
}

/** The same of each of several questions, in their order. */
function GateEach({ session, about }: { session: Session; about: Activity[] }) {
	const opened = about.map((a) => gate(session, a)).filter((g) => g !== null);
	const [first] = opened;
	const counts = opened.map((g) => g.open), least = Math.min(...counts), most = Math.max(...counts);
	return first && first.of > 0 ? <span class="num">{least === most ? t("fac-gate-rooms", { k: most, n: first.of }) : t("fac-gate-range", { least, most, n: first.of })}</span> : null;
}

/** One of several open questions: its title, who has answered, and in how many rooms it is talked about. */
function Running({ session, activity }: { session: Session; activity: Activity }) {
	const progress = session.progress(activity.number);
	const opened = gate(session, activity);
	const talks = session.rooms.filter((r) => session.focus(r.room)?.activity === activity.number).length;
	return (
		<li>
			<span class="question-title">{activity.title}</span>
			<span class="num">
				{talks > 0 && <b>{t("fac-talk-about", { n: talks })}</b>} {progress && <span>{t("fac-k-of-n-answered", { k: progress.done, n: progress.of })}</span>} {opened && opened.of > 0 && <b>{t("fac-gate-rooms", { k: opened.open, n: opened.of })}</b>}
			</span>
		</li>
	);
}

/** The running result of an open question. */
function Standing({ session, activity, named }: { session: Session; activity: Activity; named: boolean }) {
	return (
		<details class="running" open>
			<summary>{t("fac-running")}{named && `: ${activity.title}`}</summary>
			{activity.kind === "rating" || activity.kind === "text" ? <ResultRows session={session} activity={activity} named={false} />
				: <ul>{activity.items.map((i) => <li key={i.item}><span>{i.words}</span><b class="num">{session.result(activity.number)?.sums.get(i.item)?.sum ?? 0}</b></li>)}</ul>}
		</details>
	);
}
