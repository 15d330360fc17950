// SPDX-License-Identifier: EUPL-1.2
// What came out, as a facilitator reads it: figures and words beside each other, rooms below their total. The shared screen has the pictures.
import type { Activity, Band, Session } from "../../state/session.js";
import { COMMAND } from "../../tables.js";
import { figure, t } from "../../words/words.js";
import { rows } from "../../activities/tally.js";
import { isOpen, roomLabel } from "../common.js";
import { BY_GROUPS, lines } from "./outcome.js";

const TOP = 8; /* rows at first; the rest behind a press */

export function ResultRows({ session, activity, named }: { session: Session; activity: Activity; named: boolean }) {
	const inside = activity.kind === "rating" ? <Rating session={session} activity={activity} named={named} />
		: activity.kind === "text" ? <Answers session={session} activity={activity} named={named} />
		: <Sums session={session} activity={activity} named={named} />;
	return <div class={`came-out ${activity.kind}`}>{inside}<Earlier session={session} activity={activity} /></div>;
}

/** What came out when it was asked before, newest first, in a line or a few. */
function Earlier({ session, activity }: { session: Session; activity: Activity }) {
	const { round } = session.phase(activity.number);
	return (
		<>
			{session.rounds(activity.number).filter((n) => n < round).reverse().map((n) => {
				const of = session.result(activity.number, 0, n), placed = activity.kind === "rating" ? session.rating(activity.number, 0, n) : null;
				const words = !of || of.held_back ? t("fac-few-answers") : placed ? t("fac-median-is", { n: hundredth(placed.median) })
					: activity.kind === "text" ? session.answers(activity.number, 0, n).map((a) => a.words).join("; ") : rows(activity, of).slice(0, TOP).map((r) => `${r.words} ${figure(r.sum)}`).join("; ");
				return <p class="note earlier" key={n}><b>{t("fac-earlier", { n })}</b> {words}</p>;
			})}
		</>
	);
}

function Again({ session, activity }: { session: Session; activity: Activity }) {
	if (session.over || isOpen(session.phase(activity.number).phase))
		return null;
	return <button type="button" class="link" aria-disabled={session.stuck} onClick={() => session.command(COMMAND.ask, activity.number, 0)}>{t("fac-ask")}<span class="unseen"> {activity.title}</span></button>;
}

/** Without a ballot there is no result to send. */
function Nobody({ activity, named }: { activity: Activity; named: boolean }) {
	return <p class="nobody">{named && <span class="question-title">{activity.title}</span>} <span class="soft">{t("result-none")}</span></p>;
}

/** A place on the line from 0 to 1000, as people see it: of 100. */
const hundredth = (place: number): string => figure(Math.round(place / 10));

function Line({ of, ours }: { of: Band; ours?: boolean }) {
	const x = (place: number) => 2 + (place / 1000) * 196;
	return (
		<svg class="spread" viewBox="0 0 200 18" aria-hidden="true">
			<rect class="fill-line" y="8" width="200" height="2" />
			<rect class="fill-ink" y="3" width="2.5" height="12" rx="1" /><rect class="fill-ink" x="197.5" y="3" width="2.5" height="12" rx="1" />
			<rect class={ours ? "spread-band warm" : "spread-band"} x={x(of.q1)} y="5" width={Math.max(2, x(of.q3) - x(of.q1))} height="8" rx="3" />
			<rect class={ours ? "fill-warm" : "fill-cool"} x={x(of.median) - 2} y="1" width="4" height="16" rx="1.5" />
		</svg>
	);
}

function Rating({ session, activity, named }: { session: Session; activity: Activity; named: boolean }) {
	const all = session.rating(activity.number, 0);
	const bands = session.bands(activity.number);
	const rooms = session.rooms.map((r) => ({ room: r.room, of: bands.get(r.room) ?? (session.rating(activity.number, r.room) as Band | null) }));
	const told = rooms.filter((r) => r.of && !r.of.held_back && r.of.answers > 0), few = rooms.filter((r) => r.of?.held_back).length;
	if (!all)
		return <Nobody activity={activity} named={named} />;
	return (
		<details open={!named}>
			<summary>
				{named && <span class="question-title">{activity.title}</span>}
				{all.held_back || all.answers === 0 ? <span class="soft">{all.held_back ? t("fac-few-answers") : t("result-none")}</span> : (
					<>
						<Line of={all} />
						<b class="num">{t("fac-median-is", { n: hundredth(all.median) })}</b>
						{all.wide && <span class="chip attn">{t("fac-wide")}</span>}
					</>
				)}
			</summary>
			<div class="scroll" tabIndex={0} role="region" aria-label={activity.title}>
				<table class="figures">
					<thead><tr><th scope="col">{t("fac-col-room-name")}</th><th scope="col" class="wide-col">{t("fac-col-spread")}</th><th scope="col">{t("fac-col-median")}</th><th scope="col">{t("fac-col-mean")}</th><th scope="col">{t("fac-col-answers")}</th></tr></thead>
					<tbody>
						<tr class="total"><th scope="row">{t("col-all")}</th><td class="wide-col">{!all.held_back && all.answers > 0 && <Spreads of={all} />}</td><td>{hundredth(all.median)}</td><td>{hundredth(all.mean)}</td><td>{figure(all.answers)}</td></tr>
						{told.map(({ room, of }) => (
							<tr key={room}><th scope="row">{roomLabel(session, room)}</th><td class="wide-col"><Spreads of={of!} ours /></td><td>{hundredth(of!.median)}</td><td>{hundredth(of!.mean)}</td><td>{figure(of!.answers)}</td></tr>
						))}
					</tbody>
				</table>
			</div>
			{few > 0 && <p class="note">{t("fac-few-rooms", { n: few })}</p>}
			{named && <Again session={session} activity={activity} />}
		</details>
	);
}
function Spreads({ of, ours }: { of: Band; ours?: boolean }) {
	return <><Line of={of} ours={ours} /><span class="num soft quarter">{hundredth(of.q1)}–{hundredth(of.q3)}</span>{of.wide && <span class="chip attn">{t("fac-wide")}</span>}</>;
}

/** Dots and choices: groups with their totals first when there are any, then the rows. */
function Sums({ session, activity, named }: { session: Session; activity: Activity; named: boolean }) {
	const all = session.result(activity.number);
	if (!all)
		return <Nobody activity={activity} named={named} />;
	const unit = activity.kind === "dots" ? "dots" : "votes";
	const list = rows(activity, all), groups = all.groups.size ? lines(activity, all, BY_GROUPS) : [];
	const most = Math.max(1, ...(groups.length ? groups : list.map((r) => ({ total: r.sum }))).map((r) => r.total));
	const row = (key: number, words: string, sum: number, voters: number) => (
		<li key={key}>
			<span>{words}</span>
			<svg class="sum-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="fill-cool" width={Math.min(100, (100 * sum) / most)} height="10" rx="2" /></svg>
			<b class="num">{figure(sum)}</b>
			<span class="soft num">{t("fac-from-people", { n: voters })}</span>
		</li>
	);
	return (
		<details open={!named || activity.kind === "choice"}>
			<summary>{named && <span class="question-title">{activity.title}</span>}<span class="num">{t("screen-voted", { k: all.ballots, total: all.total, unit })}</span>{all.papers > 0 && <span class="chip">{t("fac-of-paper", { n: all.papers })}</span>}</summary>
			{all.held_back ? <p class="note">{t("few-all", { n: all.ballots })}</p> : (
				<>
					{groups.length > 0 && <ul class="sums groups">{groups.map((g) => row(g.id, g.words, g.total, g.voters))}</ul>}
					{groups.length > 0 ? <details class="rest"><summary>{t("fac-all-rows", { n: list.length })}</summary><ul class="sums">{list.map((r) => row(r.item, r.words, r.sum, r.voters))}</ul></details>
						: (
							<>
								<ul class="sums">{list.slice(0, TOP).map((r) => row(r.item, r.words, r.sum, r.voters))}</ul>
								{list.length > TOP && <details class="rest"><summary>{t("fac-rows-more", { n: list.length - TOP })}</summary><ul class="sums">{list.slice(TOP).map((r) => row(r.item, r.words, r.sum, r.voters))}</ul></details>}
							</>
						)}
					{all.heads > 0 && all.heads !== all.ballots && <p class="note num">{t("fac-heads-behind", { n: all.heads })}</p>}
				</>
			)}
			{named && <Again session={session} activity={activity} />}
		</details>
	);
}

function Answers({ session, activity, named }: { session: Session; activity: Activity; named: boolean }) {
	const list = session.answers(activity.number, 0), left = session.answers_left_out(activity.number, 0);
	return (
		<details open={!named}>
			<summary>{named && <span class="question-title">{activity.title}</span>}<span class="num">{t("fac-n-answers", { n: left + list.reduce((n, a) => n + a.count, 0) })}</span></summary>
			{list.length === 0 ? <p class="note">{t("result-none")}</p>
				: <ul class="said-list">{list.map((a) => <li key={a.words}><span class="keep">{a.words}</span>{a.count > 1 && <b class="num"> {a.count}</b>}</li>)}</ul>}
			{left > 0 && <p class="note">{t("text-more", { n: left })}</p>}
			{named && <Again session={session} activity={activity} />}
		</details>
	);
}

/** What the rooms have sent to all. */
export function Plenary({ session }: { session: Session }) {
	const { plenary } = session;
	if (plenary.length === 0)
		return null;
	return (
		<details class="came-out">
			<summary><b>{t("fac-plenary-n", { n: plenary.length })}</b></summary>
			<ul class="said-list">{plenary.map((note, i) => <li key={i}><span class="soft">{roomLabel(session, note.room)}</span> <span class="keep">{note.words}</span></li>)}</ul>
		</details>
	);
}
