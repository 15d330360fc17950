// SPDX-License-Identifier: EUPL-1.2
// Rows of balls: dots, choices and rankings, item by item and, where items have groups, group by group first. With a room: its balls beside the plank of all.
import { type Row, ballsFor, rows } from "../../activities/tally.js";
import type { Activity, Result, Session } from "../../state/session.js";
import { figure, t } from "../../words/words.js";
import { roomLabel } from "../common.js";
import { Ball, Head, PLANK_U, type Tell, Zone, chartWidth, earlier, fromTo, pageOf, rowsClass, usePages, useTell } from "./kit.js";

/** The groups as rows of their own, in the order of the result. */
export function groupRows(activity: Activity, result: Result): Row[] {
	const total = [...result.groups.values()].reduce((n, g) => n + g.sum, 0);
	return [...activity.groups]
		.map(([item, words]) => {
			const { sum = 0, voters = 0 } = result.groups.get(item) ?? {};
			return { item, words, sum, voters, share: total > 0 ? sum / total : 0 };
		})
		.sort((x, y) => y.sum - x.sum || y.voters - x.voters || x.item - y.item);
}

export const unitOf = (activity: Activity): string => (activity.kind === "dots" ? "dots" : activity.kind === "ranking" ? "points" : "votes");

export function TotalPanel({ session, activity, all, room, tell }: { session: Session; activity: Activity; all: Result; room: number; tell: Tell }) {
	const ours = room ? session.result(activity.number, room) : null;
	const beside = ours !== null && !ours.held_back && ours.total > 0;
	const items = rows(activity, all), groups = groupRows(activity, all);
	const grouped = groups.length > 1 && all.groups.size > 0;
	const key = (list: Row[]) => list.map((row) => row.words).join("\n");
	const first = usePages(grouped ? key(groups) : ""), second = usePages(key(items));
	const before = grouped ? first.ranges.length : 0;
	const page = Math.min(pageOf(session), before + second.ranges.length - 1);
	const is_group = page < before;
	const list = is_group ? groups : items;
	const [from, to] = is_group ? first.ranges[page] : second.ranges[page - before];
	const sums = is_group ? ours?.groups : ours?.sums;
	const given = is_group ? groups.reduce((n, row) => n + (ours?.groups.get(row.item)?.sum ?? 0), 0) : ours?.total ?? 0;
	/* Another room's earlier round is not what a spotlight is about: there the plank of all stands. */
	const round = room === 0 ? earlier(session, activity.number) : 0, last = round > 0 ? session.result(activity.number, 0, round) : null;
	const earlier_sum = last && !last.held_back ? (row: Row) => (is_group ? last.groups : last.sums).get(row.item)?.sum ?? 0 : null;
	const count = (row: Row) => (beside ? sums?.get(row.item)?.sum ?? 0 : row.sum);
	const plank = (row: Row) => (beside ? row.share * given : 0);
	useTell(tell, before + second.ranges.length, is_group ? `${t("screen-by-group")}${before > 1 ? ` ${fromTo(from, to, groups.length)}` : ""}` : fromTo(from, to, items.length));
	return (
		<Zone about={`${activity.number} ${room}`}>
			<Head session={session} title={activity.title} small={room === 0 ? <><Voted activity={activity} result={all} />{earlier_sum && <><span>{t("screen-round", { n: all.round })}</span><span class="legend-item"><span class="legend-plank hollow" />({t("screen-round", { n: round })})</span></>}</> : (
				<>
					<span class="legend-item">{beside && <span class="legend-ball" />}{roomLabel(session, room)}</span>
					{beside ? <span class="legend-item"><span class="legend-plank" />{t("legend-all-short")}</span>
						: <span>{ours?.held_back ? t("few", { k: session.head.k }) : t("result-none-room")}</span>}
				</>
			)} />
			<div class="rows-zone">
				{grouped && <Measured box={first.box} list={groups} groups twice={earlier_sum !== null} />}
				<Measured box={second.box} list={items} twice={earlier_sum !== null} />
				<BallRows list={list} from={from} to={to} count={count} plank={plank} beside={beside} groups={is_group} before={earlier_sum} />
			</div>
		</Zone>
	);
}

/** How many have answered, and with what; how many of them on paper. */
export function Voted({ activity, result }: { activity: Activity; result: Result }) {
	return (
		<>
			<span>{activity.kind === "choice" && activity.config[1] === 1 ? t("screen-voted-one", { k: result.heads || result.ballots })
				: t("screen-voted", { k: result.heads || result.ballots, total: result.total, unit: unitOf(activity) })}</span>
			{result.papers > 0 && <span>{t("screen-papers", { n: result.papers })}</span>}
		</>
	);
}

function Measured({ box, list, groups, twice }: { box: preact.RefObject<HTMLOListElement>; list: Row[]; groups?: boolean; twice?: boolean }) {
	return <div class="measure" aria-hidden="true"><ol class={`${rowsClass()} ${groups ? "groups" : ""} ${twice ? "twice" : ""}`} ref={box}>{list.map((row, i) => <li key={row.item}><span class="nr">{i + 1}</span><span class="name">{row.words}</span><svg class="screen-chart" /><b class="figure">0</b></li>)}</ol></div>;
}

function BallRows({ list, from, to, count, plank, beside, groups, before }:
	{ list: Row[]; from: number; to: number; count: (row: Row) => number; plank: (row: Row) => number; beside: boolean; groups: boolean; before: ((row: Row) => number) | null }) {
	const largest = Math.max(1, ...list.map((row) => Math.max(count(row), plank(row), before?.(row) ?? 0)));
	const width = chartWidth(), form = ballsFor(width, largest, 1.6, 3.2, 0.3);
	return (
		<ol class={`${rowsClass()} ${groups ? "groups" : ""} ${before ? "twice" : ""}`} start={from + 1}>
			{list.slice(from, to).map((row, i) => {
				const x = Math.min(width - PLANK_U, plank(row) * form.pitch);
				return (
					<li key={row.item}>
						<span class="nr num">{from + i + 1}</span>
						<span class="name">{row.words}</span>
						<svg class="screen-chart" viewBox={`0 0 ${width} 5`} aria-hidden="true">
							{beside && <rect class="fill-cool" x={x} y="0" width={PLANK_U} height="5" rx="0.3" />}
							{form.balls ? Array.from({ length: count(row) }, (_, n) => (
								<Ball key={n} nth={n} tone={beside ? "fill-warm" : "fill-cool"} rimmed cx={(n + 0.5) * form.pitch} cy={2.5} r={form.diameter / 2} />
							)) : <rect class={beside ? "fill-warm" : "fill-cool"} y="0.5" width={count(row) * form.pitch} height="4" rx="0.4" />}
							{beside && <rect class="fill-cool" x={x} y="0" width={PLANK_U} height="1" rx="0.3" />}
							{beside && <rect class="fill-cool" x={x} y="4" width={PLANK_U} height="1" rx="0.3" />}
							{before && <rect class="hollow" x={Math.min(width - PLANK_U, before(row) * form.pitch)} y="0.1" width={PLANK_U} height="4.8" rx="0.3" />}
						</svg>
						<span class="figure num"><b>{figure(count(row))}</b>{before && <span class="before"> ({figure(before(row))})</span>}</span>
					</li>
				);
			})}
		</ol>
	);
}
