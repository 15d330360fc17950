// SPDX-License-Identifier: EUPL-1.2
// A ranking's result: points by place, most first; the own room beside all; the round before.
import { useState } from "preact/hooks";
import { Foot } from "../faces/common.js";
import { HOLDER_ROOM } from "../state/session.js";
import { figure, percent, t } from "../words/words.js";
import type { ResultProps } from "./kinds.js";
import { rows } from "./tally.js";

const WIDTH = 330;

export function RankingResult({ session, activity, next }: ResultProps) {
	const [table, setTable] = useState(false);
	const room = session.me.room;
	const all = session.result(activity.number, 0);
	const ours = room ? session.result(activity.number, room) : null;
	const shown = all ?? ours;
	const few = ours?.held_back ?? false;
	const beside = all && ours && !few && ours.total > 0 ? ours : null;
	const mine = session.ballot(activity).saved;
	const list = rows(activity, shown);
	const k = activity.config[0] ?? activity.items.length;
	if (!shown)
		return <p class="lead">{t("result-hidden")}</p>;
	/* Asked again: the round before beside this one. */
	const earlier = session.earlier(activity.number);
	const before = earlier ? session.result(activity.number, 0, earlier) : null;
	const was = (item: number) => before?.sums.get(item)?.sum ?? 0;
	const room_share = (item: number) => (beside ? (beside.sums.get(item)?.sum ?? 0) / beside.total : 0);
	const largest = Math.max(0.01, ...list.map((row) => Math.max(row.share, room_share(row.item))));
	const even = list.length > 1 && list[0].sum === list[1].sum;
	return (
		<section class="result" aria-label={activity.title} onKeyDown={(e) => { if (e.key === "t" || e.key === "T") setTable(!table); }}>
			{shown.total === 0 ? <p class="lead">{shown.held_back ? t("few-all", { n: shown.ballots }) : t("result-none-answers")}</p> : (
				<p class="lead">{even ? t("rank-even", { count: figure(list[0].sum) }) : t("rank-first", { count: figure(list[0].sum), item: list[0].words })} <span class="soft">{t("rank-points-help", { k })}</span></p>
			)}
			{few && <p class="note">{t("few", { k: session.head.k })}</p>}
			{beside && !table && <p class="legend"><span><span class="ball warm" />{t("legend-room")}</span><span><span class="plank cool" />{t("legend-all")}</span></p>}
			{table ? (
				<div class="scroll" tabIndex={0} role="region" aria-label={t("as-table")}>
					<table class="figures">
						<thead><tr><th scope="col">{t("col-item")}</th>{beside && <th scope="col">{t("col-room")}</th>}<th scope="col">{t("col-points")}</th>{before && <th scope="col">{t("round-all", { n: earlier })}</th>}<th scope="col">{t("col-share")}</th><th scope="col">{t("col-voters")}</th></tr></thead>
						<tbody>{list.map((row) => (
							<tr key={row.item}><th scope="row">{row.words}</th>{beside && <td>{figure(beside.sums.get(row.item)?.sum ?? 0)}</td>}<td>{figure(row.sum)}</td>{before && <td>{figure(was(row.item))}</td>}<td>{percent(row.share)}</td><td>{figure(row.voters)}</td></tr>
						))}</tbody>
					</table>
				</div>
			) : (
				<ol class="rows results">
					{list.map((row, i) => (
						<li key={row.item}>
							<h2><span class="num soft">{i + 1}</span> {row.words}</h2>
							<svg class="chart" viewBox={`0 0 ${WIDTH} 26`} aria-hidden="true">
								{beside ? <>
									<rect class="fill-warm" x="2" y="6" width={Math.max(room_share(row.item) > 0 ? 2 : 0, (room_share(row.item) / largest) * (WIDTH - 8))} height="14" rx="4" />
									<rect class="fill-cool" x={2 + (row.share / largest) * (WIDTH - 8)} y="1" width="4" height="24" rx="1.5" />
								</> : <rect class="fill-cool" x="2" y="6" width={Math.max(row.sum > 0 ? 2 : 0, (row.share / largest) * (WIDTH - 8))} height="14" rx="4" />}
							</svg>
							<p class="num shares">
								{beside && <b>{t("share-room", { share: percent(room_share(row.item)) })}</b>}<span class="cool-words">{beside ? t("share-all", { share: percent(row.share) }) : t("rank-points", { n: figure(row.sum) })}</span>
								{before && <span class="soft">{t("round-before", { n: earlier, what: beside ? percent(was(row.item) / Math.max(1, before.total)) : t("rank-points", { n: figure(was(row.item)) }) })}</span>}
								{activity.holder !== HOLDER_ROOM && mine.has(row.item) && <span class="you">{t("you", { n: mine.get(row.item) ?? 0 })}</span>}
							</p>
						</li>
					))}
				</ol>
			)}
			<Foot table={table} swap={shown.total > 0 ? () => setTable(!table) : undefined} next={next} />
		</section>
	);
}
