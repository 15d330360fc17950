// SPDX-License-Identifier: EUPL-1.2
// A result on a phone: a sentence, the own room beside all, and the table. Dots and choices are drawn alike: a vote is a ball.
import { useState } from "preact/hooks";
import { Foot } from "../faces/common.js";
import { type Activity, HOLDER_ROOM, type Result, type Session, groups_of } from "../state/session.js";
import { figure, percent, t } from "../words/words.js";
import type { ResultProps } from "./kinds.js";
import { ballsFor, rows } from "./tally.js";

const WIDTH = 330; /* of the drawing, CSS pixels on a phone */

/** Area by area: the order that somebody has set from it, else most first. The room's share as a warm bar, that of all as a plank. */
function Groups({ session, activity, all, ours, table }: { session: Session; activity: Activity; all: Result; ours: Result | null; table: boolean }) {
	const list = groups_of(all);
	if (list.length === 0 || activity.groups.size === 0)
		return null;
	const outcome = session.outcome(activity.number);
	const set = outcome?.by === 1 ? outcome.rows.map((row) => row.id) : [];
	const at = (group: number) => (set.includes(group) ? set.indexOf(group) : set.length);
	const order = [...list].sort((x, y) => at(x.group) - at(y.group) || y.sum - x.sum || y.voters - x.voters || x.group - y.group);
	const total = Math.max(1, all.total), room_total = Math.max(1, ours?.total ?? 1);
	const of_room = (group: number) => (ours?.groups.get(group)?.sum ?? 0) / room_total;
	const largest = Math.max(0.01, ...order.map((g) => Math.max(g.sum / total, ours ? of_room(g.group) : 0)));
	const width = (share: number) => (share / largest) * (WIDTH - 8);
	return (
		<>
			<h2 class="part-head">{t("group-results")}</h2>
			{table ? (
				<div class="scroll" tabIndex={0} role="region" aria-label={t("group-results")}>
					<table class="figures">
						<thead><tr><th scope="col">{t("col-group")}</th>{ours && <th scope="col">{t("col-room")}</th>}<th scope="col">{t("col-all")}</th><th scope="col">{t("col-share")}</th><th scope="col">{t("col-voters")}</th></tr></thead>
						<tbody>{order.map(({ group, sum, voters }) => (
							<tr key={group}><th scope="row">{activity.groups.get(group)}</th>{ours && <td>{figure(ours.groups.get(group)?.sum ?? 0)}</td>}<td>{figure(sum)}</td><td>{percent(sum / total)}</td><td>{figure(voters)}</td></tr>
						))}</tbody>
					</table>
				</div>
			) : (
				<ol class="rows results">
					{order.map(({ group, sum }) => (
						<li key={group}>
							<h3>{activity.groups.get(group)}</h3>
							<svg class="chart" viewBox={`0 0 ${WIDTH} 26`} aria-hidden="true">
								{ours ? <>
									<rect class="fill-warm" x="2" y="6" width={width(of_room(group))} height="14" rx="4" /><rect class="fill-cool" x={2 + width(sum / total)} y="1" width="4" height="24" rx="1.5" />
								</> : <rect class="fill-cool" x="2" y="6" width={width(sum / total)} height="14" rx="4" />}
							</svg>
							<p class="num shares">
								{ours ? <><b>{t("share-room", { share: percent(of_room(group)) })}</b> <span class="cool-words">{t("share-all", { share: percent(sum / total) })}</span></>
									: <><b class="cool-words">{figure(sum)}</b> <span>{percent(sum / total)}</span></>}
							</p>
						</li>
					))}
				</ol>
			)}
			<h2 class="part-head">{t("group-rows")}</h2>
		</>
	);
}

export function ResultView({ session, activity, next }: ResultProps) {
	const [table, setTable] = useState(false);
	const room = session.me.room;
	const all = session.result(activity.number, 0);
	const ours = room ? session.result(activity.number, room) : null;
	if (!all)
		return <p class="lead">{t("result-hidden")}</p>;
	const few = ours?.held_back ?? false;
	const beside = ours !== null && !few && ours.total > 0;
	const list = rows(activity, all);
	/* Asked again: the round before beside this one. */
	const earlier = session.earlier(activity.number);
	const before = earlier ? session.result(activity.number, 0, earlier) : null;
	const was = (item: number) => before?.sums.get(item)?.sum ?? 0;
	const mine = session.ballot(activity).saved;
	const expected = (share: number) => (beside ? share * ours.total : 0);
	const shown = (item: number) => (beside ? ours.sums.get(item)?.sum ?? 0 : all.sums.get(item)?.sum ?? 0);
	const largest = Math.max(1, ...list.map((row) => Math.max(shown(row.item), expected(row.share))));
	const form = ballsFor(WIDTH - 8, largest, 10, 13, 2);
	const first = list[0];
	const even = list.length > 1 && list[0].sum === list[1].sum;
	const unit = activity.kind === "dots" ? "dots" : "votes";
	return (
		<section class="result" aria-label={activity.title} onKeyDown={(e) => { if (e.key === "t" || e.key === "T") setTable(!table); }}>
			{all.total === 0 ? <p class="lead">{t("result-none")}</p> : (
				<p class="lead">
					{even ? t("result-even", { count: first.sum, unit }) : t("result-first", { item: first.words, count: first.sum, unit })}{" "}
					{beside ? t("result-beside", { n: all.heads || all.ballots }) : t("result-all", { n: all.heads || all.ballots })}
				</p>
			)}
			{all.held_back && <p class="note">{t("few-all", { n: all.ballots })}</p>}
			{few && <p class="note">{t("few", { k: session.head.k })}</p>}
			{beside && !table && (
				<p class="legend"><span><span class="ball warm" />{t("legend-room")}</span><span><span class="plank cool" />{t("legend-all")}</span></p>
			)}
			<Groups session={session} activity={activity} all={all} ours={beside ? ours : null} table={table} />
			{table ? (
				<div class="scroll" tabIndex={0} role="region" aria-label={t("as-table")}>
					<table class="figures">
						<thead><tr><th scope="col">{t("col-item")}</th>{beside && <th scope="col">{t("col-room")}</th>}<th scope="col">{t("col-all")}</th>{before && <th scope="col">{t("round-all", { n: earlier })}</th>}<th scope="col">{t("col-share")}</th><th scope="col">{t("col-voters")}</th></tr></thead>
						<tbody>
							{list.map((row) => (
								<tr key={row.item}>
									<th scope="row">{row.words}</th>{beside && <td>{ours.sums.get(row.item)?.sum ?? 0}</td>}<td>{figure(row.sum)}</td>{before && <td>{figure(was(row.item))}</td>}<td>{percent(row.share)}</td><td>{figure(row.voters)}</td>
								</tr>
							))}
						</tbody>
					</table>
				</div>
			) : (
				<ol class="rows results">
					{list.map((row) => {
						const count = shown(row.item);
						const at = expected(row.share) * form.pitch;
						return (
							<li key={row.item}>
								<h2>{row.words}</h2>
								<svg class="chart" viewBox={`0 0 ${WIDTH} 26`} aria-hidden="true">
									{beside && <rect class="fill-cool" x={Math.min(WIDTH - 4, at)} y="1" width="4" height="24" rx="1.5" />}
									{form.balls ? Array.from({ length: count }, (_, i) => (
										<circle key={i} class={`rimmed ${beside ? "fill-warm" : "fill-cool"}`} cx={2 + (i + 0.5) * form.pitch} cy="13" r={form.diameter / 2} />
									)) : <rect class={beside ? "fill-warm" : "fill-cool"} x="2" y="6" width={Math.max(count > 0 ? 2 : 0, count * form.pitch)} height="14" rx="4" />}
									{beside && <rect class="fill-cool" x={Math.min(WIDTH - 4, at)} y="1" width="4" height="5" rx="1.5" />}
									{beside && <rect class="fill-cool" x={Math.min(WIDTH - 4, at)} y="20" width="4" height="5" rx="1.5" />}
								</svg>
								<p class="num shares">
									{beside ? <><b>{t("share-room", { share: percent(count / ours.total) })}</b> <span class="cool-words">{t("share-all", { share: percent(row.share) })}</span></>
										: <><b class="cool-words">{figure(row.sum)}</b> <span>{percent(row.share)}</span></>}
									{before && <span class="soft">{t("round-before", { n: earlier, what: beside ? percent(was(row.item) / Math.max(1, before.total)) : figure(was(row.item)) })}</span>}
									{activity.holder !== HOLDER_ROOM && (mine.get(row.item) ?? 0) > 0 && <span class="you">{t("you", { n: mine.get(row.item) ?? 0 })}</span>}
								</p>
							</li>
						);
					})}
				</ol>
			)}
			<Foot table={table} swap={() => setTable(!table)} next={next} />
		</section>
	);
}
