// SPDX-License-Identifier: EUPL-1.2
// The shared screen: three zones, everything in u (screen.css), nothing under 4 u, what does not fit is paged. Does nothing but show; the facilitator leads. Each view is a file in screen/.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, Mark } from "../look/parts.js";
import { chooseTheme, theme } from "../look/settings.js";
import type { Activity, Session } from "../state/session.js";
import { VIEW } from "../tables.js";
import { clockTime, faultWords, figure, grouped, t } from "../words/words.js";
import { AnswersPanel } from "./screen/answers.js";
import { JoinPanel } from "./screen/join.js";
import { LARGE, ONE_PAGE, type Paged, type Tell, scale, turn } from "./screen/kit.js";
import { NotesPanel, PlenaryPanel } from "./screen/notes.js";
import { OrderPanel } from "./screen/order.js";
import { RatingPanel } from "./screen/rating.js";
import { RatingRooms, RoomsPanel } from "./screen/rooms.js";
import { TotalPanel } from "./screen/rows.js";
import { TaskPanel } from "./screen/task.js";
import { type What, level, whatIsShown } from "./screen/what.js";

export { Qr } from "./screen/join.js";

const SIZES = [1, 1.15, 1.3, 1.5];

export function ScreenFace({ session, preview, told }: { session: Session; preview?: boolean; told?: (pages: number) => void }) {
	const [paged, setPaged] = useState<Paged>(ONE_PAGE);
	const stage = useRef<HTMLDivElement>(null), size = preview ? 1 : scale.value;
	useLayoutEffect(() => stage.current?.style.setProperty("--s", String(size)), [size]);
	useEffect(() => { if (!preview) document.title = session.title ? `${session.title} · Bollplank` : "Bollplank"; });
	const { what, activity, view, room } = whatIsShown(session);
	const turns = what === "notes" || what === "plenary" || what === "order" || what === "result";
	const pages = turns ? paged.pages : 1;
	useEffect(() => told?.(pages), [pages]);
	const wished = view === VIEW.RESULT || view === VIEW.ROOMS || view === VIEW.ROOM;
	return (
		<main class={`screen ${preview ? "preview" : ""}`}>
			<div class={`stage shows-${what}`} ref={stage}>
				{what === "over" ? <div class="zone centre"><h1 class="alone">{t("screen-thanks")}</h1><p class="body">{session.title}</p></div>
					: what === "say" ? <div class="zone centre"><p class="body soft">{t("say-from")}</p><p class="alone keep">{session.announcement()?.words}</p></div>
					: what === "join" ? <JoinPanel session={session} />
					: what === "notes" ? <NotesPanel key={room} session={session} room={room} tell={setPaged} />
					: what === "plenary" ? <PlenaryPanel session={session} tell={setPaged} />
					: what === "order" && activity ? <OrderPanel key={activity.number} session={session} activity={activity} tell={setPaged} />
					: what === "result" && activity ? <ResultPanel key={`${activity.number}/${view}/${room}`} session={session} activity={activity} view={view} room={room} tell={setPaged} />
					: <TaskPanel session={session} activity={activity} wished={wished} />}
				<Footer session={session} what={what} paged={turns ? paged : ONE_PAGE} preview={preview} />
			</div>
			{!preview && <ScreenKeys turn={(by) => turn(session, by, pages)} pages={pages} />}
		</main>
	);
}

function ResultPanel({ session, activity, view, room: wanted, tell }: { session: Session; activity: Activity; view: number; room: number; tell: Tell }) {
	const all = session.result(activity.number);
	const room = view === VIEW.ROOM ? wanted : 0;
	if (activity.kind === "rating") {
		const rating = session.rating(activity.number);
		return view === VIEW.ROOMS && rating && !rating.held_back && rating.answers > 0 ? <RatingRooms session={session} activity={activity} all={rating} tell={tell} />
			: <RatingPanel session={session} activity={activity} room={room} tell={tell} />;
	}
	if (activity.kind === "text")
		return <AnswersPanel session={session} activity={activity} room={room} tell={tell} />;
	if (!all || all.held_back || all.total === 0)
		return <div class="zone"><h1>{activity.title}</h1><p class="body">{!all ? t("result-hidden") : all.held_back ? t("few-all", { n: all.ballots }) : t("result-none")}</p></div>;
	return view === VIEW.ROOMS ? <RoomsPanel session={session} activity={activity} all={all} tell={tell} /> : <TotalPanel session={session} activity={activity} all={all} room={room} tell={tell} />;
}

function Footer({ session, what, paged, preview }: { session: Session; what: What; paged: Paged; preview?: boolean }) {
	const { live } = session;
	if (session.silent && !preview) {
		const heard = live.server_ms() - (session.world.now() - live.heard);
		return <footer class="stale"><Icon name="lost" /><span role="status">{t("screen-stale", { time: clockTime(heard) })}</span></footer>;
	}
	const steps = session.steps;
	const at = steps.findIndex((s) => s.number === session.step()?.number);
	const agreed = what === "join" || what === "over" ? "" : level(session);
	/* What was agreed and the page go before the step. In large letters the line is shorter still: the code stands only where people are asked to do something. */
	const short = scale.value >= LARGE && !preview && agreed !== "";
	/* In the place of what can be spared: nobody in the hall has to do anything. */
	const stuck = session.health !== 0 && !preview;
	return (
		<footer>
			<Mark />
			<span class="s-where">
				{stuck ? <span>{t("no-saving")}</span> : what === "join" ? <span><b class="num">{figure(session.present.total)}</b> {t("are-here", { n: session.present.total })}</span>
					: what === "task" && !agreed ? <span>{t("screen-join-at", { host: location.host })}</span>
					: at >= 0 && what !== "over" && what !== "task" && !short && !((agreed || scale.value >= LARGE) && paged.words) && <span class="num">{t("screen-step", { n: at + 1, of: steps.length })}</span>}
				{agreed && !stuck && <b class="s-level">{agreed}</b>}
			</span>
			{session.head.rehearsal && <span class="chip">{t("rehearsal")}</span>}
			{paged.words && <span class="num page-words">{paged.words}</span>}
			{what !== "join" && !(short && what !== "task") && <b class="num code-small">{agreed && what === "task" && !short && <span class="s-host">{location.host} </span>}{grouped(session.head.code)}</b>}
		</footer>
	);
}

/** What the one at the projector may press; shown while the pointer moves, with keys F, D, + and -, and those of a presenter's clicker. */
function ScreenKeys({ turn, pages }: { turn: (by: number) => void; pages: number }) {
	const turns = useRef(turn);
	turns.current = turn;
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
			else if (e.key === "PageDown" || e.key === "ArrowRight") turns.current(1);
			else if (e.key === "PageUp" || e.key === "ArrowLeft") turns.current(-1);
		};
		addEventListener("pointermove", move);
		addEventListener("focusin", move);
		addEventListener("keydown", key);
		/* The lock ends whenever the page is hidden, be it for a moment. */
		const awake = () => { if (!document.hidden) void navigator.wakeLock?.request("screen").catch(() => {}); };
		awake();
		document.addEventListener("visibilitychange", awake);
		timer = window.setTimeout(() => document.documentElement.classList.add("idle"), 3000);
		return () => { clearTimeout(timer); document.removeEventListener("visibilitychange", awake); removeEventListener("pointermove", move); removeEventListener("focusin", move); removeEventListener("keydown", key); };
	}, []);
	return (
		<div class={`screen-keys ${shown ? "shown" : ""}`}>
			{pages > 1 && <button type="button" class="button plain" aria-label={t("page-back")} onClick={() => turn(-1)}><Icon name="left" /></button>}
			{pages > 1 && <button type="button" class="button plain" aria-label={t("page-on")} onClick={() => turn(1)}><Icon name="right" /></button>}
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
