// SPDX-License-Identifier: EUPL-1.2
// The shared screen: three zones, everything in u (look.css), nothing under 4 u, what does not fit is paged. Does nothing but show; the facilitator leads.
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { encode } from "uqr";
import { type Row, ballsFor, pages, rows } from "../activities/tally.js";
import { kinds } from "../activities/kinds.js";
import { Icon, Mark } from "../look/parts.js";
import { chooseTheme, theme } from "../look/settings.js";
import type { Activity, Result, Session } from "../state/session.js";
import { PHASE, VIEW } from "../tables.js";
import { clockTime, faultWords, figure, grouped, t } from "../words/words.js";
import { Timer, isOpen } from "./common.js";

/* In u, of a picture 177.8 wide and 100 high. */
const CHART_U = 66, WIDE_U = 164, PEOPLE_BALLS = 150, ROOMS_A_PAGE = 13, SIZES = [1, 1.15, 1.3, 1.5];
/** The last row's letters: text larger by this; chosen at the screen, since it belongs to the hall. */
export const scale = signal(1);

interface Paged { page: number; pages: number; from: number; to: number; of: number }

export function ScreenFace({ session, preview, told }: { session: Session; preview?: boolean; told?: (pages: number) => void }) {
	const [paged, setPaged] = useState<Paged>({ page: 0, pages: 1, from: 0, to: 0, of: 0 });
	useEffect(() => told?.(paged.pages), [paged.pages]);
	useEffect(() => { if (!preview) document.title = session.title ? `${session.title} · Bollplank` : "Bollplank"; });
	const { view, activity: number, room } = session.screen;
	const step = session.step();
	const activity = session.activity(number) ?? (step?.activities.length ? session.activity(step.activities[0]) : null);
	const said = session.announcement();
	const revealed = activity !== null && session.phase(activity.number).phase === PHASE.REVEALED;
	const what = session.over ? "over" : said ? "say" : view === VIEW.JOIN ? "join" : view !== VIEW.TASK && revealed ? "result" : "task";
	return (
		<main class={`screen ${preview ? "preview" : ""}`}>
			<div class={`stage shows-${what}`} ref={(node) => node?.style.setProperty("--s", String(preview ? 1 : scale.value))}>
				{what === "over" ? <div class="zone centre"><h1 class="alone">{t("screen-thanks")}</h1><p class="body">{session.title}</p></div>
					: what === "say" ? <div class="zone centre"><p class="body soft">{t("say-from")}</p><p class="alone keep">{said?.words}</p></div>
					: what === "join" ? <JoinPanel session={session} />
					: what === "result" && activity ? <ResultPanel session={session} activity={activity} view={view} room={room} paged={setPaged} />
					: <TaskPanel session={session} activity={activity} wished={view === VIEW.RESULT || view === VIEW.ROOMS || view === VIEW.ROOM} />}
				<Footer session={session} what={what} paged={what === "result" ? paged : null} preview={preview} />
			</div>
			{!preview && <ScreenKeys />}
		</main>
	);
}

function Footer({ session, what, paged, preview }: { session: Session; what: string; paged: Paged | null; preview?: boolean }) {
	const { live } = session;
	if (session.silent && !preview) {
		const heard = live.server_ms() - (session.world.now() - live.heard);
		return <footer class="stale"><Icon name="lost" /><span role="status">{t("screen-stale", { time: clockTime(heard) })}</span></footer>;
	}
	const steps = session.steps;
	const at = steps.findIndex((s) => s.number === session.step()?.number);
	return (
		<footer>
			<Mark />
			{what === "join" ? <span><b class="num">{figure(session.present.total)}</b> {t("are-here", { n: session.present.total })}</span>
				: what === "task" ? <span class="grow">{t("screen-join-at", { host: location.host })}</span>
				: at >= 0 && <span class="grow">{t("screen-step", { n: at + 1, of: steps.length })}</span>}
			{session.head.rehearsal && <span class="chip">{t("rehearsal")}</span>}
			{paged && paged.pages > 1 && <span class="num">{paged.to - paged.from > 1 ? t("screen-page", { from: paged.from + 1, to: paged.to, of: paged.of }) : t("screen-page-one", { n: paged.to, of: paged.of })}</span>}
			{what !== "join" && <b class="num code-small">{grouped(session.head.code)}</b>}
		</footer>
	);
}

function JoinPanel({ session }: { session: Session }) {
	const code = session.head.code;
	const present = session.present.total;
	const known = useRef(present);
	useEffect(() => { known.current = present; });
	return (
		<div class="zone">
			<h1>{session.title}</h1>
			<div class="join-panel">
				<div>
					<p class="body">{t("screen-go-to")} <b>{location.host}</b><br />{t("screen-write-code")}</p>
					<p class="code num">{grouped(code)}</p>
				</div>
				<Qr text={`${location.origin}/#${code}`} />
			</div>
			<People count={present <= PEOPLE_BALLS ? present : 0} known={known.current} />
		</div>
	);
}

/** One ball a person on the plank, in at most two rows; who has just come falls down from above. */
function People({ count, known }: { count: number; known: number }) {
	const most = 4.4, lines = count * most > WIDE_U ? 2 : 1;
	const pitch = Math.min(most, WIDE_U / Math.max(1, Math.ceil(count / lines)));
	const across = Math.floor(WIDE_U / pitch + 1e-6), height = pitch * lines + 1;
	return (
		<svg class="people" viewBox={`0 0 ${WIDE_U} ${height}`} aria-hidden="true">
			{Array.from({ length: count }, (_, i) => (
				<circle key={i} class={`person-ball ${i >= known ? "new" : ""}`} cx={((i % across) + 0.5) * pitch} cy={height - 0.9 - (Math.floor(i / across) + 0.5) * pitch} r={pitch / 2 - 0.2} />
			))}
			<rect class="fill-ink" y={height - 0.7} width={WIDE_U} height="0.7" rx="0.2" />
		</svg>
	);
}

export function Qr({ text }: { text: string }) {
	const { path, size } = useMemo(() => {
		const { data, size } = encode(text, { ecc: "M", border: 4 });
		let path = "";
		data.forEach((line, y) => line.forEach((on, x) => { if (on) path += `M${x} ${y}h1v1h-1z`; }));
		return { path, size };
	}, [text]);
	return <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t("screen-qr")} shape-rendering="crispEdges"><rect class="qr-ground" width={size} height={size} /><path class="qr-ink" d={path} /></svg>;
}

function TaskPanel({ session, activity, wished }: { session: Session; activity: Activity | null; wished: boolean }) {
	const step = session.step();
	const phase = activity ? session.phase(activity.number).phase : PHASE.READY;
	const progress = activity ? session.progress(activity.number) : null;
	const rule = activity && (activity.lead || kinds[activity.kind]?.rule(activity.config));
	const open = isOpen(phase);
	return (
		<div class="zone">
			<div class="task">
				<div>
					{step && activity && step.title !== activity.title && <p class="small">{step.title}</p>}
					<h1 class="alone">{activity?.title ?? step?.title ?? session.title}</h1>
					<p class="body keep">{step?.instruction || (phase === PHASE.READY ? "" : rule)}</p>
					{activity && phase !== PHASE.READY && <p class="small">{activity.secret ? t("secret-all") : t("open-all")}</p>}
					{phase === PHASE.CLOSING && <p class="body"><b>{t("screen-grace")}</b></p>}
					{activity && !open && phase !== PHASE.READY && <p class="body"><b>{t("screen-closed")}</b> {wished || phase !== PHASE.REVEALED ? t("result-hidden") : ""}</p>}
				</div>
				<Timer session={session} room={0} big />
			</div>
			{progress && progress.of > 0 && (
				<div class="progress">
					{progress.of <= PEOPLE_BALLS ? (
						<svg class="progress-balls" viewBox={`0 0 ${WIDE_U} 3.4`} aria-hidden="true">
							{Array.from({ length: progress.of }, (_, i) => {
								const pitch = Math.min(3.4, WIDE_U / progress.of);
								return <circle key={i} class={i < progress.done ? "fill-cool" : "free"} cx={(i + 0.5) * pitch} cy="1.7" r={pitch / 2 - 0.25} />;
							})}
						</svg>
					) : <svg class="progress-balls" viewBox={`0 0 ${WIDE_U} 3.4`} aria-hidden="true"><rect class="fill-sunk" width={WIDE_U} height="3.4" rx="1" /><rect class="fill-cool" width={(WIDE_U * progress.done) / progress.of} height="3.4" rx="1" /></svg>}
					<p class="small num"><b>{t("k-of-n", { k: progress.done, n: progress.of })}</b> {t("are-done")}</p>
				</div>
			)}
		</div>
	);
}

function ResultPanel({ session, activity, view, room, paged }: { session: Session; activity: Activity; view: number; room: number; paged: (p: Paged) => void }) {
	const all = session.result(activity.number);
	const wish = session.screen.page;
	if (!all)
		return <div class="zone"><h1>{activity.title}</h1><p class="body">{t("result-hidden")}</p></div>;
	if (all.held_back || all.total === 0)
		return <div class="zone"><h1>{activity.title}</h1><p class="body">{all.held_back ? t("few-all", { n: all.ballots }) : t("result-none")}</p></div>;
	if (view === VIEW.ROOMS)
		return <RoomsPanel session={session} activity={activity} all={all} wish={wish} paged={paged} />;
	return <TotalPanel session={session} activity={activity} all={all} room={view === VIEW.ROOM ? room : 0} wish={wish} paged={paged} />;
}

/** Rows of balls; with a room: its balls beside the plank where it would stand had it voted like all. */
function TotalPanel({ session, activity, all, room, wish, paged }:
	{ session: Session; activity: Activity; all: Result; room: number; wish: number; paged: (p: Paged) => void }) {
	const ours = room ? session.result(activity.number, room) : null;
	const beside = ours !== null && !ours.held_back && ours.total > 0;
	const list = rows(activity, all);
	const count = (row: Row) => (beside ? ours.sums.get(row.item)?.sum ?? 0 : row.sum);
	const plank = (row: Row) => (beside ? row.share * ours.total : 0);
	const largest = Math.max(...list.map((row) => Math.max(count(row), plank(row))));
	const { box, ranges } = usePages(list.map((row) => row.words).join("\n"));
	const page = Math.min(wish, ranges.length - 1);
	const [from, to] = ranges[page];
	useEffect(() => paged({ page, pages: ranges.length, from, to, of: list.length }), [page, ranges.length, from, to, list.length]);
	const form = ballsFor(CHART_U, largest, 1.6, 3.2, 0.3);
	return (
		<div class="zone">
			<div class="head">
				<div>
					<h1>{activity.title}</h1>
					<p class="small num">
						{room === 0 ? t("screen-voted", { k: all.ballots, total: all.total, unit: activity.kind === "dots" ? "dots" : "votes" }) : (
							<>
								<span class="legend-item">{beside && <span class="legend-ball" />}{session.room_name(room) ? t("room-named", { room, name: session.room_name(room) }) : t("room-number", { room })}</span>
								{beside ? <span class="legend-item"><span class="legend-plank" />{t("legend-all-short")}</span>
									: <span>{ours?.held_back ? t("few", { k: session.head.k }) : t("result-none-room")}</span>}
							</>
						)}
					</p>
				</div>
				<Timer session={session} room={0} />
			</div>
			<div class="rows-zone">
				<div class="measure" aria-hidden="true"><ol class="screen-rows" ref={box}>{list.map((row, i) => <li key={row.item}><span class="nr">{i + 1}</span><span class="name">{row.words}</span><svg class="screen-chart" /><b class="figure">0</b></li>)}</ol></div>
				<ol class="screen-rows" start={from + 1}>
					{list.slice(from, to).map((row, i) => (
						<li key={row.item}>
							<span class="nr num">{from + i + 1}</span>
							<span class="name">{row.words}</span>
							<svg class="screen-chart" viewBox={`0 0 ${CHART_U} 5`} aria-hidden="true">
								{beside && <rect class="fill-cool" x={Math.min(CHART_U - 0.8, plank(row) * form.pitch)} y="0" width="0.8" height="5" rx="0.3" />}
								{form.balls ? Array.from({ length: count(row) }, (_, n) => (
									<circle key={n} class={`rolls rimmed ${beside ? "fill-warm" : "fill-cool"}`} cx={(n + 0.5) * form.pitch} cy="2.5" r={form.diameter / 2} />
								)) : <rect class={beside ? "fill-warm" : "fill-cool"} y="0.5" width={count(row) * form.pitch} height="4" rx="0.4" />}
								{beside && <rect class="fill-cool" x={Math.min(CHART_U - 0.8, plank(row) * form.pitch)} y="0" width="0.8" height="1" rx="0.3" />}
								{beside && <rect class="fill-cool" x={Math.min(CHART_U - 0.8, plank(row) * form.pitch)} y="4" width="0.8" height="1" rx="0.3" />}
							</svg>
							<b class="figure num">{figure(count(row))}</b>
						</li>
					))}
				</ol>
			</div>
		</div>
	);
}

/** One item at a time: a line per room with its balls, and the plank of all. Pages run through the rooms, then to the next item. */
function RoomsPanel({ session, activity, all, wish, paged }: { session: Session; activity: Activity; all: Result; wish: number; paged: (p: Paged) => void }) {
	const list = rows(activity, all);
	const results = session.rooms.map((r) => ({ ...r, result: session.result(activity.number, r.room) }));
	const drawn = results.filter((r) => r.result !== null && !r.result.held_back && r.result.total > 0);
	const few = results.filter((r) => r.result?.held_back || (activity.secret && r.result === null)).length;
	const size = Math.max(4, Math.floor(ROOMS_A_PAGE / scale.value));
	const ranges = pages(drawn.map(() => 1), size);
	const of = list.length * ranges.length;
	const page = Math.min(wish, of - 1);
	const row = list[Math.floor(page / ranges.length)];
	const [from, to] = ranges[page % ranges.length];
	useEffect(() => paged({ page, pages: of, from: page, to: page + 1, of }), [page, of]);
	const sum = (r: Result | null) => r?.sums.get(row.item)?.sum ?? 0;
	const largest = Math.max(1, ...drawn.flatMap((r) => list.map((l) => Math.max(r.result?.sums.get(l.item)?.sum ?? 0, l.share * (r.result?.total ?? 0)))));
	const width = 110;
	const form = ballsFor(width, largest, 1.6, 3.2, 0.3);
	return (
		<div class="zone">
			<div class="head">
				<div>
					<h1>{row.words}</h1>
					<p class="small">
						<span class="legend-item"><span class="legend-ball" />{t("screen-each-room")}</span><span class="legend-item"><span class="legend-plank" />{t("legend-all-short")}</span>
						{few > 0 && <span>{t("screen-few-rooms", { n: few })}</span>}
					</p>
				</div>
				<Timer session={session} room={0} />
			</div>
			<ol class={`room-rows ${drawn.length <= 7 ? "roomy" : ""}`}>
				{drawn.slice(from, to).map((r) => {
					const x = Math.min(width - 0.8, row.share * (r.result?.total ?? 0) * form.pitch);
					return (
						<li key={r.room}>
							<span class="name">{r.name || t("room-number", { room: r.room })}</span>
							<svg class="room-chart" viewBox={`0 0 ${width} 4.4`} aria-hidden="true">
								<rect class="fill-line" y="2.1" width={width} height="0.2" />
								<rect class="fill-cool" x={x} y="0" width="0.8" height="4.4" />
								{form.balls ? Array.from({ length: sum(r.result) }, (_, n) => <circle key={n} class="fill-warm rimmed" cx={(n + 0.5) * form.pitch} cy="2.2" r={form.diameter / 2} />)
									: <rect class="fill-warm" y="0.7" width={sum(r.result) * form.pitch} height="3" rx="0.4" />}
							</svg>
							<b class="figure num">{sum(r.result)}</b>
						</li>
					);
				})}
			</ol>
		</div>
	);
}

/** Which rows stand on which page: by their real heights in the zone that there is. */
function usePages(key: string) {
	const box = useRef<HTMLOListElement>(null);
	const [ranges, setRanges] = useState<[number, number][]>([[0, 1]]);
	const [size, setSize] = useState("");
	useLayoutEffect(() => {
		const measure = () => {
			const list = box.current, zone = list?.parentElement?.parentElement;
			if (!list || !zone || zone.clientHeight === 0)
				return;
			const heights = [...list.children].map((li) => li.getBoundingClientRect().height);
			setRanges(pages(heights, zone.getBoundingClientRect().height));
			setSize(`${zone.clientWidth}x${zone.clientHeight}`);
		};
		measure();
		const watch = new ResizeObserver(measure);
		const zone = box.current?.parentElement?.parentElement;
		if (zone)
			watch.observe(zone);
		return () => watch.disconnect();
	}, [key, scale.value, size]);
	return { box, ranges };
}

/** What the one at the projector may press; shown while the pointer moves, with keys F, D, + and -. */
function ScreenKeys() {
	const [shown, setShown] = useState(false);
	const full = () => void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.().catch(() => {}));
	const dark = () => chooseTheme(isDark() ? "light" : "dark");
	const size = (by: number) => { scale.value = SIZES[Math.max(0, Math.min(SIZES.length - 1, SIZES.indexOf(scale.value) + by))]; };
	useEffect(() => {
		let timer = 0;
		const move = () => {
			setShown(true);
			document.documentElement.classList.remove("idle");
			clearTimeout(timer);
			timer = window.setTimeout(() => { setShown(false); document.documentElement.classList.add("idle"); }, 3000);
		};
		const key = (e: KeyboardEvent) => {
			if (e.key === "f") full();
			else if (e.key === "d") dark();
			else if (e.key === "+") size(1);
			else if (e.key === "-") size(-1);
		};
		addEventListener("pointermove", move);
		addEventListener("focusin", move);
		addEventListener("keydown", key);
		void navigator.wakeLock?.request("screen").catch(() => {});
		return () => { removeEventListener("pointermove", move); removeEventListener("focusin", move); removeEventListener("keydown", key); };
	}, []);
	return (
		<div class={`screen-keys ${shown ? "shown" : ""}`}>
			<button type="button" class="button plain" onClick={full}>{t("screen-full")}</button>
			<button type="button" class="button plain" onClick={dark}>{t("screen-dark")}</button>
			<button type="button" class="button plain" onClick={() => size(-1)} >A−<span class="unseen"> {t("screen-smaller")}</span></button>
			<button type="button" class="button plain" onClick={() => size(1)} >A+<span class="unseen"> {t("screen-larger")}</span></button>
		</div>
	);
}

function isDark(): boolean {
	return theme.value === "dark" || (theme.value === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
}

export function ScreenEnded({ fault, elsewhere }: { fault: number; elsewhere: boolean }) {
	return <main class="screen"><div class="stage"><div class="zone centre"><h1 class="alone">{t("ended-title")}</h1><p class="body">{elsewhere ? t("ended-elsewhere") : faultWords(fault)}</p></div></div></main>;
}
