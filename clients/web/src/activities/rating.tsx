// SPDX-License-Identifier: EUPL-1.2
// A place on a line between two ends: by a tap, a drag, keys, steps or a number. No dot stands there before the first tap (ux.md 3.1).
import { useEffect, useRef, useState } from "preact/hooks";
import { Foot, Tray, useDraft, useSaving } from "../faces/common.js";
import { Icon } from "../look/parts.js";
import type { Activity, Rating } from "../state/session.js";
import { figure, t } from "../words/words.js";
import type { BallotProps, ResultProps } from "./kinds.js";
import { type Columns, columnsFor, placeAt } from "./tally.js";

/** Places are stored in thousandths; the page speaks of 0 to 100, and keys go in those steps. */
const END = 1000, STEP = 10;
const PAUSE_MS = 250, MOST_MS = 1000;
const shown = (place: number): number => Math.round(place / STEP);
const clamp = (place: number): number => Math.max(0, Math.min(END, Math.round(place)));

export const rateEnds = (activity: Activity): { low: string; high: string } =>
	({ low: activity.items.find((i) => i.item === 1)?.words ?? "", high: activity.items.find((i) => i.item === 2)?.words ?? "" });
/** "62 av 100, närmast ja". */
export function placeWords(activity: Activity, place: number | null): string {
	const { low, high } = rateEnds(activity);
	if (place === null)
		return t("rate-none");
	return shown(place) === 50 ? t("rate-middle", { n: 50 }) : t("rate-near", { n: shown(place), end: place < END / 2 ? low : high });
}
const placeOf = (ballot: Map<number, number>): number | null => (ballot.has(1) ? ballot.get(1)! - 1 : null);

export function RatingBallot({ session, activity, open, next }: BallotProps) {
	const { saved, wanted, on_its_way } = session.ballot(activity);
	const [draft, set, flush] = useDraft<number | null>(session, PAUSE_MS, MOST_MS, (place) => {
		if (place !== placeOf(session.ballot(activity).wanted))
			session.cast(activity, new Map(place === null ? [] : [[1, place + 1]]));
	});
	const [drag, setDrag] = useState<number | null>(null);
	const [typed, setTyped] = useState<string | null>(null);
	const line = useRef<HTMLDivElement>(null);
	useEffect(() => {
		if (open)
			return;
		setDrag(null);
		flush();
	}, [open]);

	const held = draft ? draft.value : placeOf(wanted);
	const place = drag ?? held;
	const waits = on_its_way || draft !== null;
	const state = useSaving(session, waits, held === null);
	const { low, high } = rateEnds(activity);
	const gate = activity.config[0] === 1 && session.me.room !== 0;

	const put = (to: number | null, now = false) => {
		session.refusal.value = null;
		setTyped(null);
		set(to === null ? null : clamp(to), now);
	};
	const step = (by: number) => put(place === null ? END / 2 : shown(place) * STEP + by);
	const keys = (e: KeyboardEvent) => {
		switch (e.key) {
		case "ArrowRight": case "ArrowUp": step(STEP); break;
		case "ArrowLeft": case "ArrowDown": step(-STEP); break;
		case "PageUp": step(10 * STEP); break;
		case "PageDown": step(-10 * STEP); break;
		case "Home": put(0); break;
		case "End": put(END); break;
		case "Delete": case "Backspace": if (place !== null) put(null); break;
		default: return;
		}
		e.preventDefault();
	};
	const at = (e: PointerEvent): number => {
		const box = line.current!.getBoundingClientRect();
		return clamp(((e.clientX - box.left) / box.width) * END);
	};
	const pointer = {
		onPointerDown(e: PointerEvent) {
			if (e.button !== 0)
				return;
			(e.currentTarget as HTMLElement).setPointerCapture(e.pointerId);
			setDrag(at(e));
		},
		onPointerMove(e: PointerEvent) {
			if (drag !== null)
				setDrag(at(e));
		},
		onPointerUp(e: PointerEvent) {
			if (drag === null)
				return;
			put(at(e), true);
			setDrag(null);
		},
		/* The finger scrolls the page after all. */
		onPointerCancel() { setDrag(null); },
	};

	return (
		<Tray session={session} activity={activity} state={state} next={next} left={<b class="left num">{place === null ? t("rate-none") : t("rate-at", { n: shown(place) })}</b>}>
			<div class="scale">
				<div class="scale-ends" aria-hidden="true"><span>{low}</span><span>{high}</span></div>
				<div class="line" role="slider" tabIndex={open ? 0 : -1} aria-label={activity.title} aria-valuemin={0} aria-valuemax={100} aria-valuenow={place === null ? 50 : shown(place)}
					aria-valuetext={placeWords(activity, place)} aria-disabled={!open} onKeyDown={open ? keys : undefined} {...(open ? pointer : {})}>
					<div class="track" ref={line}>
						{place !== null && <span class={`pin ${drag === null && !waits && saved.has(1) ? "full" : ""}`} style={{ left: `${place / 10}%` }} />}
					</div>
				</div>
				{open ? (
					<div class="fine">
						<button type="button" class="round ringed" aria-label={t("rate-less")} onClick={() => step(-STEP)}><Icon name="minus" /></button>
						<input class="num" type="number" inputMode="numeric" min={0} max={100} step={1} aria-label={t("rate-number")} placeholder="–" value={typed ?? (place === null ? "" : String(shown(place)))}
							onInput={(e) => {
								const words = e.currentTarget.value;
								if (/^\d+$/.test(words) && Number(words) <= 100)
									put(Number(words) * STEP);
								setTyped(words);
							}}
							onBlur={() => setTyped(null)} />
						<button type="button" class="round ringed" aria-label={t("rate-more")} onClick={() => step(STEP)}><Icon name="plus" /></button>
						<button type="button" class={`link ${place === null ? "away" : ""}`} disabled={place === null} onClick={() => put(null, true)}>{t("rate-remove")}</button>
					</div>
				) : <p class="note">{placeWords(activity, place)}</p>}
				<p class="note gate-words">{open && place === null ? t("rate-empty") : open && gate ? t("rate-gate") : ""}</p>
			</div>
		</Tray>
	);
}

const WIDTH = 330, HEIGHT = 160, SIZES = [14, 12, 10, 8, 7, 6];

/** Balls on the line, the middle half as a band under it, a plank at the median (ux.md 2.5). Beside it stand the same things in figures. */
function Line({ rating, own, tone }: { rating: Rating; own: number | null; tone: "warm" | "cool" }) {
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
	const charts: { rating: Rating; title: string; tone: "warm" | "cool" }[] = [];
	if (beside)
		charts.push({ rating: beside, title: t("rate-room", { n: beside.answers }), tone: "warm" });
	if (total)
		charts.push({ rating: total, title: t("rate-all", { n: figure(total.answers) }), tone: "cool" });
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
					{charts.map(({ rating, title, tone }) => (
						<figure key={tone}>
							<figcaption><h2>{title}</h2>{rating.wide && <span class="chip">{t("rate-spread")}</span>}</figcaption>
							<Line rating={rating} own={own} tone={tone} />
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
							{own !== null && <tr><th scope="row">{t("rate-yours")}</th><td colSpan={charts.length}>{shown(own)}</td></tr>}
						</tbody>
					</table>
				</div>
			)}
			<Foot table={table} swap={first ? () => setTable(!table) : undefined} next={next} />
		</section>
	);
}
