// SPDX-License-Identifier: EUPL-1.2
// What all have said to a statement: every answer a ball on the line, the middle and the half around it; the own room beside all; the round before.
import { useState } from "preact/hooks";
import { Foot } from "../faces/common.js";
import type { Activity, Rating } from "../state/session.js";
import { figure, t } from "../words/words.js";
import type { ResultProps } from "./kinds.js";
import { END, placeOf, rateEnds, shown } from "./rating.js";
import { type Columns, columnsFor, placeAt } from "./tally.js";

const WIDTH = 330, HEIGHT = 160, SIZES = [14, 12, 10, 8, 7, 6];

/** Balls on the line, the middle half as a band under it, a plank at the median (ux.md 2.5). Beside it stand the same things in figures. */
function Line({ rating, own, tone, before }: { rating: Rating; own: number | null; tone: "warm" | "cool"; before: Rating | null }) {
	const columns: Columns = columnsFor(rating.places, WIDTH, HEIGHT, SIZES);
	const tall = columns.diameter ? Math.max(columns.tallest * columns.diameter, 28) : HEIGHT * 0.75;
	const base = tall + 18;
	const x = (place: number) => placeAt(place, WIDTH, columns);
	const mine = own === null ? null : columns.columns.reduce<number | null>((best, c) => (best === null || Math.abs(c.x - x(own)) < Math.abs(best - x(own)) ? c.x : best), null);
	const radius = columns.diameter / 2;
	return (
		<svg class="chart" viewBox={`-6 0 ${WIDTH + 12} ${base + 30}`} aria-hidden="true">
			<rect class="fill-cool-tint stroke-cool" x={x(rating.q1)} y={base + 9} width={Math.max(2, x(rating.q3) - x(rating.q1))} height="9" rx="3" />
			{columns.columns.flatMap(({ x: cx, count }) => (columns.diameter
				? Array.from({ length: count }, (_, i) => (
					<circle key={`${cx}/${i}`} class={cx === mine && i === 0 ? "fill-warm own" : `rimmed fill-${tone}`} cx={cx} cy={base - 3 - radius - i * columns.diameter} r={radius - (cx === mine && i === 0 ? 1 : 0)} />
				))
				: [<rect key={cx} class={`fill-${tone}`} x={cx - 7} y={base - 3 - (count / columns.tallest) * tall} width="14" height={(count / columns.tallest) * tall} rx="2" />]))}
			<rect class="fill-edge" x="0" y={base - 1.5} width={WIDTH} height="3" />
			<rect class="fill-ink" x="-5" y={base - 9} width="5" height="18" rx="1.5" /><rect class="fill-ink" x={WIDTH} y={base - 9} width="5" height="18" rx="1.5" />
			{before && <rect class="hollow" x={x(before.median) - 2} y={base - 6} width="4" height="28" rx="1.5" />}
			<rect class="fill-ink" x={x(rating.median) - 2} y={base - 6} width="4" height="28" rx="1.5" />
			{own !== null && <path class="fill-ink" d={`M${(mine ?? x(own)) - 5} ${base + 28}l5 -8l5 8z`} />}
		</svg>
	);
}

function sentence(activity: Activity, { answers, median, q1, q3 }: Rating): string {
	const { low, high } = rateEnds(activity);
	if (answers === 1)
		return t("rate-one", { median: shown(median) });
	const args = { median: shown(median), q1: shown(q1), q3: shown(q3) };
	return shown(median) === 50 ? t("rate-sentence-middle", args) : t("rate-sentence", { ...args, end: median < END / 2 ? low : high });
}

export function RatingResult({ session, activity, next }: ResultProps) {
	const [table, setTable] = useState(false);
	const room = session.me.room;
	const all = session.rating(activity.number, 0);
	const ours = room ? session.rating(activity.number, room) : null;
	const own = placeOf(session.ballot(activity).saved);
	const { low, high } = rateEnds(activity);
	const few = ours?.held_back ?? false;
	const beside = ours && !few && ours.answers > 0 ? ours : null;
	const total = all && !all.held_back && all.answers > 0 ? all : null;
	const first = beside ?? total;
	/* Asked again: the middle of the round before stands beside this one's. */
	const earlier = session.earlier(activity.number) || (room ? session.earlier(activity.number, room) : 0);
	const was = (of: number): Rating | null => {
		const found = earlier ? session.rating(activity.number, of, earlier) : null;
		return found && !found.held_back && found.answers > 0 ? found : null;
	};
	const charts: { rating: Rating; title: string; tone: "warm" | "cool"; before: Rating | null }[] = [];
	if (beside)
		charts.push({ rating: beside, title: t("rate-room", { n: beside.answers }), tone: "warm", before: was(room) });
	if (total)
		charts.push({ rating: total, title: t("rate-all", { n: figure(total.answers) }), tone: "cool", before: was(0) });
	const rows: [string, (r: Rating) => string][] = [
		[t("rate-answers"), (r) => figure(r.answers)], [t("rate-mean"), (r) => String(shown(r.mean))], [t("rate-median"), (r) => String(shown(r.median))],
		[t("rate-half"), (r) => t("rate-between", { from: shown(r.q1), to: shown(r.q3) })], [t("rate-width"), (r) => (r.wide ? t("rate-wide") : t("rate-narrow"))],
	];
	return (
		<section class="result" aria-label={activity.title} onKeyDown={(e) => { if (e.key === "t" || e.key === "T") setTable(!table); }}>
			<p class="lead">{first ? sentence(activity, first) : all?.held_back ? "" : t("result-none-answers")}</p>
			{!all && activity.config[0] === 1 && <p class="note">{t("rate-gate-open")}</p>}
			{all?.held_back && <p class="note">{t("few-all", { n: session.result(activity.number)?.ballots ?? 0 })}</p>}
			{few && <p class="note">{t("few", { k: session.head.k })}</p>}
			{first && !table && (
				<div class="lines">
					{charts.map(({ rating, title, tone, before }) => (
						<figure key={tone}>
							<figcaption><h2>{title}</h2>{rating.wide && <span class="chip">{t("rate-spread")}</span>}</figcaption>
							<Line rating={rating} own={own} tone={tone} before={before} />
							{before && <p class="note"><span class="plank hollow" />{t("round-at", { n: earlier, at: shown(before.median) })}</p>}
						</figure>
					))}
					<div class="scale-ends" aria-hidden="true"><span>{low}</span><span>{high}</span></div>
					<p class="legend">
						<span><span class="plank ink" />{t("rate-is-median")}</span><span><span class="half" />{t("rate-is-half")}</span>
						{own !== null && <span><span class="mine" />{t("rate-you", { n: shown(own) })}</span>}
					</p>
				</div>
			)}
			{first && table && (
				<div class="scroll" tabIndex={0} role="region" aria-label={t("as-table")}>
					<table class="figures">
						<thead><tr><td />{charts.map(({ title, tone }) => <th scope="col" key={tone}>{title}</th>)}</tr></thead>
						<tbody>
							{rows.map(([name, of]) => <tr key={name}><th scope="row">{name}</th>{charts.map(({ rating, tone }) => <td key={tone}>{of(rating)}</td>)}</tr>)}
							{charts.some((c) => c.before) && <tr><th scope="row">{t("round-median", { n: earlier })}</th>{charts.map(({ before, tone }) => <td key={tone}>{before ? shown(before.median) : "–"}</td>)}</tr>}
							{own !== null && <tr><th scope="row">{t("rate-yours")}</th><td colSpan={charts.length}>{shown(own)}</td></tr>}
						</tbody>
					</table>
				</div>
			)}
			<Foot table={table} swap={first ? () => setTable(!table) : undefined} next={next} />
		</section>
	);
}
