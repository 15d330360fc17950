// SPDX-License-Identifier: EUPL-1.2
// Dots on a line: everybody's balls between two planks, the band of the middle half, the median. Page 0 is the statement chosen; then all statements of the step.
import type { Activity, Band, Rating, Session } from "../../state/session.js";
import { figure, t } from "../../words/words.js";
import { Icon } from "../../look/parts.js";
import { roomLabel } from "../common.js";
import { Ball, Head, LARGE, PLANK_U, type Tell, WIDE_U, Zone, chartWidth, earlier, fromTo, pageOf, rowsClass, scale, statements, useBox, usePages, useTell } from "./kit.js";
import { PLACES, dotChart } from "./measure.js";

/** Places are told as 0 to 100: nobody sees thousandths on a line. */
export const told = (place: number): string => figure(Math.round(place / 10));
export const endsOf = (activity: Activity): [low: string, high: string] => {
	const words = (item: number) => activity.items.find((i) => i.item === item)?.words ?? "";
	return [words(1), words(2)];
};
const EDGE_U = 3; /* from the picture's edge to the planks at the ends */
const LINE_U = WIDE_U - 2 * EDGE_U, PLANK_OVER_U = 26;
export const onLine = (place: number): number => EDGE_U + (place / PLACES) * LINE_U;

export function RatingPanel({ session, activity, room, tell }: { session: Session; activity: Activity; room: number; tell: Tell }): preact.JSX.Element | null {
	const step = session.steps.find((s) => s.number === activity.step) ?? null;
	const asked = statements(session, step, "rating");
	const shown = asked.map((number) => ({ number, activity: session.activity(number)!, rating: session.rating(number) })).filter((s) => s.rating !== null);
	const list = usePages(shown.map((s) => s.activity.title).join("\n"));
	const listed = room === 0 && shown.length > 1;
	const count = 1 + (listed ? list.ranges.length : 0);
	const page = Math.min(pageOf(session), count - 1);
	const at = asked.indexOf(activity.number) + 1;
	const words = page > 0 ? fromTo(list.ranges[page - 1][0], list.ranges[page - 1][1], shown.length) : asked.length > 1 ? t("screen-question", { n: at, of: asked.length }) : "";
	useTell((p) => tell({ ...p, words }), count, words);
	const listing = listed && <StatementList session={session} title={step?.title ?? ""} shown={shown} range={list.ranges[Math.max(0, page - 1)]} box={list.box} />;
	if (page > 0)
		return listing || null;
	/* How many pages the list has is known before it is shown: it lies there unseen. */
	return (
		<>
			<Statement session={session} activity={activity} room={room} />
			{listing && <div class="measure offstage" aria-hidden="true">{listing}</div>}
		</>
	);
}

function Statement({ session, activity, room }: { session: Session; activity: Activity; room: number }) {
	const all = session.rating(activity.number), ours = room ? session.rating(activity.number, room) : null;
	const band = room && !ours ? session.bands(activity.number).get(room) ?? null : null;
	const held = room ? ours?.held_back ?? band?.held_back ?? false : all?.held_back ?? false;
	const [low, high] = endsOf(activity);
	const about = room ? ours ?? band : all;
	const none = !about || about.answers === 0;
	const round = room === 0 ? earlier(session, activity.number) : 0, last = round > 0 ? session.rating(activity.number, 0, round) : null;
	const before = last && !last.held_back && last.answers > 0 ? { round, median: last.median } : null;
	return (
		<Zone about={`${activity.number} ${room}`}>
			<Head session={session} room={room} title={activity.title} small={(room > 0 || held || none || about.wide || before || scale.value < LARGE) &&
				<>
					{room > 0 && <span class="legend-item"><span class="legend-ball" />{roomLabel(session, room)}</span>}
					{held ? <span>{room ? t("few", { k: session.head.k }) : t("few-all", { n: session.result(activity.number)?.ballots ?? 0 })}</span>
						: none ? <span>{t("screen-no-answers")}</span>
						: (room > 0 || before || scale.value < LARGE) && <span><b>{figure(about.answers)}</b> {t("screen-answers", { n: about.answers })}</span>}
					{before && <><span>{t("screen-round", { n: session.phase(activity.number).round })}</span><span class="legend-item"><span class="legend-plank hollow" />{t("screen-round", { n: round })}</span></>}
					{!held && about?.wide && <span class="chip attn"><Icon name="spread" />{t("screen-wide")}</span>}
				</>
			} />
			<LineChart places={held || none ? new Map() : room ? ours?.places ?? new Map() : all?.places ?? new Map()} about={held || none ? null : about}
				all={room && all && !all.held_back && all.answers > 0 ? all.median : null} ours={room > 0} before={before} />
			<Ends low={low} high={high} />
		</Zone>
	);
}

export function Ends({ low, high }: { low: string; high: string }) {
	return <div class="s-ends"><span>{low}</span><span>{high}</span></div>;
}

interface Drawing { places: Map<number, number>; about: Band | Rating | null; all: number | null; all_words?: string; ours: boolean; before?: { round: number; median: number } | null }
/** The picture fills what height there is. all: where the plank of all stands beside a room's balls. */
export function LineChart(props: Drawing) {
	const { box, size } = useBox<HTMLDivElement>();
	const letters = 4 * scale.value;
	return (
		<div class="line-chart" ref={box} aria-hidden="true">
			{size && size.height > 12 * scale.value && <Line width={WIDE_U} height={size.height} letters={letters} {...props} />}
		</div>
	);
}

function Line({ width, height, letters, places, about, all, all_words, ours, before }: Drawing & { width: number; height: number; letters: number }) {
	const y = height - (about ? letters * 1.25 + 4.6 : 5.5), top = all === null ? 0 : letters * 1.3;
	const chart = dotChart(places, LINE_U, Math.max(5, y - top - 1), letters * 1.4);
	const tone = ours ? "fill-warm" : "fill-cool";
	const most = Math.max(...chart.counts);
	/* The plank of all stands out above the balls, but no further than is needed to see it. */
	const high = Math.max(0, y - Math.max(PLANK_OVER_U, most * chart.unit + 4) - letters * 1.15);
	const median = about ? onLine(about.median) : 0, plank = all === null ? 0 : onLine(all);
	/* Words stay within the picture, and their anchor tells which way they lean. */
	const lean = (x: number, half: number) => (x < half ? { anchor: "start", x: Math.max(0, x - PLANK_U) } : x > width - half ? { anchor: "end", x: Math.min(width, x + PLANK_U) } : { anchor: "middle", x });
	const words = about && (before ? t("screen-median-before", { n: told(about.median), round: before.round, before: told(before.median) }) : t("screen-median", { n: told(about.median) }));
	const at = lean(median, letters * (before ? 7.2 : 3.4));
	const beside = lean(plank, letters * 3.4);
	return (
		<svg viewBox={`0 0 ${width} ${height}`}>
			<rect class="fill-axis" x={EDGE_U} y={y} width={LINE_U} height="0.5" />
			{chart.counts.map((n, i) => {
				const x = EDGE_U + (i + 0.5) * chart.pitch;
				return chart.diameter > 0 ? Array.from({ length: n }, (_, k) => (
					<Ball key={`${i}/${k}`} nth={Math.round((30 * i) / chart.counts.length)} tone={tone} cx={x} cy={y - 0.25 - (k + 0.5) * chart.diameter} r={chart.diameter / 2 - Math.min(0.2, chart.diameter * 0.06)} />
				)) : n > 0 && <rect key={i} class={tone} x={x - chart.pitch / 2 + 0.4} y={y - n * chart.unit} width={chart.pitch - 0.8} height={n * chart.unit} rx="0.6" />;
			})}
			{chart.diameter === 0 && most > 0 && (() => {
				const i = chart.counts.indexOf(most), x = EDGE_U + (i + 0.5) * chart.pitch;
				return <text class="chart-words strong" x={x} y={y - most * chart.unit - letters * 0.3} font-size={letters} text-anchor="middle">{figure(most)}</text>;
			})()}
			{[EDGE_U - PLANK_U / 2, width - EDGE_U - PLANK_U / 2].map((x) => <rect key={x} class="fill-ink" x={x} y={y - 5} width={PLANK_U} height="10" rx="0.3" />)}
			{about && <rect class={`middle-half ${ours ? "of-room" : ""}`} x={onLine(about.q1)} y={y + 1.9} width={Math.max(1.2, onLine(about.q3) - onLine(about.q1))} height="1.5" rx="0.4" />}
			{about && !("places" in about) && <circle class={`${tone} rimmed`} cx={median} cy={y - 2.7} r="2.5" />}
			{all !== null && <rect class="fill-cool" x={plank - PLANK_U / 2} y={high + letters * 1.15} width={PLANK_U} height={y + 3.6 - high - letters * 1.15} rx="0.3" />}
			{all !== null && <text class="chart-words cool strong" x={beside.x} y={high + letters * 0.85} font-size={letters} text-anchor={beside.anchor}>{all_words ?? t("screen-all-at", { n: told(all) })}</text>}
			{before && <rect class="hollow" x={onLine(before.median) - PLANK_U / 2} y={y - 5} width={PLANK_U} height="9" rx="0.3" />}
			{about && <rect class="fill-ink" x={median - 0.5} y={y + 1} width="1" height="3.3" rx="0.3" />}
			{about && <text class="chart-words strong" x={at.x} y={y + 4.6 + letters * 0.9} font-size={letters} text-anchor={at.anchor}>{words}</text>}
		</svg>
	);
}

interface Shown { number: number; activity: Activity; rating: Rating | null }

/** Every statement of the step with its middle half and median, as they stand in the workshop. */
function StatementList({ session, title, shown, range, box }: { session: Session; title: string; shown: Shown[]; range: [number, number]; box: preact.RefObject<HTMLOListElement> }) {
	const [low, high] = shown[0] ? endsOf(shown[0].activity) : ["", ""];
	return (
		<Zone about={title}>
			<Head session={session} title={title} small={<><span>{low}</span><span class="legend-line" aria-hidden="true" /><span>{high}</span></>} />
			<div class="rows-zone">
				<div class="measure" aria-hidden="true"><StatementRows list={shown} from={0} to={shown.length} box={box} /></div>
				<StatementRows list={shown} from={range[0]} to={range[1]} />
			</div>
		</Zone>
	);
}

function StatementRows({ list, from, to, box }: { list: Shown[]; from: number; to: number; box?: preact.RefObject<HTMLOListElement> }) {
	const width = chartWidth(true), x = (place: number) => PLANK_U + (place / PLACES) * (width - 2 * PLANK_U);
	return (
		<ol class={`${rowsClass(true)} statements`} ref={box} start={from + 1}>
			{list.slice(from, to).map(({ number, activity, rating }, i) => {
				const told_here = rating && !rating.held_back && rating.answers > 0;
				return (
					<li key={number}>
						<span class="nr num">{from + i + 1}</span>
						<span class="name">{activity.title} {told_here && rating.wide && <span class="wide-words"><Icon name="spread" />{t("screen-wide")}</span>}{!told_here && <span class="wide-words without">{rating?.held_back ? t("screen-few") : t("screen-no-answers")}</span>}</span>
						<svg class="screen-chart" viewBox={`0 0 ${width} 5`} aria-hidden="true">
							<rect class="fill-axis" y="2.3" width={width} height="0.4" />
							<rect class="fill-ink" y="0.6" width={PLANK_U} height="3.8" rx="0.3" /><rect class="fill-ink" x={width - PLANK_U} y="0.6" width={PLANK_U} height="3.8" rx="0.3" />
							{told_here && <rect class="middle-half" x={x(rating.q1)} y="1.5" width={Math.max(1, x(rating.q3) - x(rating.q1))} height="2" rx="0.5" />}
							{told_here && <circle class="fill-cool rimmed" cx={x(rating.median)} cy="2.5" r="1.9" />}
						</svg>
						<b class="figure num">{told_here ? told(rating.median) : "–"}</b>
					</li>
				);
			})}
		</ol>
	);
}
