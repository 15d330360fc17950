// SPDX-License-Identifier: EUPL-1.2
// The shared screen: three zones, everything in u (screen.css), nothing under 4 u, what does not fit is paged. Does nothing but show; the facilitator leads. Each view is a file in screen/.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, Mark } from "../look/parts.js";
import { chooseTheme, theme } from "../look/settings.js";
import type { Activity, Session } from "../state/session.js";
import { PHASE, VIEW } from "../tables.js";
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

export { Qr } from "./screen/join.js";

const SIZES = [1, 1.15, 1.3, 1.5];

type What = "over" | "say" | "join" | "notes" | "plenary" | "order" | "result" | "task";

/** What there is to show of what is wished for: a result that nobody may see yet is the task. */
function whatToShow(session: Session, activity: Activity | null): What {
	const { view, room } = session.screen;
	if (session.over)
		return "over";
	if (session.announcement())
		return "say";
	if (view === VIEW.JOIN)
		return "join";
	if (view === VIEW.NOTES && room > 0)
		return "notes";
	if (view === VIEW.PLENARY)
		return "plenary";
	if (activity && view === VIEW.ORDER && session.outcome(activity.number))
		return "order";
	const shown = (scope: number) => activity !== null && session.phase(activity.number, scope).phase === PHASE.REVEALED;
	if ((view === VIEW.RESULT || view === VIEW.ROOMS || view === VIEW.ROOM || view === VIEW.ORDER) && shown(0))
		return "result";
	/* Behind its gate a room's own picture is open before that of all. */
	if (view === VIEW.ROOM && room > 0 && shown(room) && session.result(activity!.number, room))
		return "result";
	return "task";
}

export function ScreenFace({ session, preview, told }: { session: Session; preview?: boolean; told?: (pages: number) => void }) {
	const [paged, setPaged] = useState<Paged>(ONE_PAGE);
	const stage = useRef<HTMLDivElement>(null), size = preview ? 1 : scale.value;
	useLayoutEffect(() => stage.current?.style.setProperty("--s", String(size)), [size]);
	useEffect(() => { if (!preview) document.title = session.title ? `${session.title} · Bollplank` : "Bollplank"; });
	const { view, activity: number, room } = session.screen;
	const step = session.step();
	const first = step?.activities.length ? session.activity(step.activities[0]) : null;
	const chosen = session.activity(number) ?? first;
	const what = whatToShow(session, chosen);
	const turns = what === "notes" || what === "plenary" || what === "order" || what === "result";
	const pages = turns ? paged.pages : 1;
	useEffect(() => told?.(pages), [pages]);
	/* The task is that of the step, whatever was chosen to be shown before. */
	const asked = chosen && step?.activities.includes(chosen.number) ? chosen : first;
	const wished = view === VIEW.RESULT || view === VIEW.ROOMS || view === VIEW.ROOM;
	return (
		<main class={`screen ${preview ? "preview" : ""}`}>
			<div class={`stage shows-${what}`} ref={stage}>
				{what === "over" ? <div class="zone centre"><h1 class="alone">{t("screen-thanks")}</h1><p class="body">{session.title}</p></div>
					: what === "say" ? <div class="zone centre"><p class="body soft">{t("say-from")}</p><p class="alone keep">{session.announcement()?.words}</p></div>
					: what === "join" ? <JoinPanel session={session} />
					: what === "notes" ? <NotesPanel key={room} session={session} room={room} tell={setPaged} />
					: what === "plenary" ? <PlenaryPanel session={session} tell={setPaged} />
					: what === "order" && chosen ? <OrderPanel key={chosen.number} session={session} activity={chosen} tell={setPaged} />
					: what === "result" && chosen ? <ResultPanel key={`${chosen.number}/${view}/${room}`} session={session} activity={chosen} view={view} room={room} tell={setPaged} />
					: <TaskPanel session={session} activity={asked} wished={wished} />}
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

/** What was agreed on the first step holds for all that follow: the first in the order of a choice. */
function level(session: Session): string {
	for (const step of session.steps)
		for (const number of step.activities) {
			const outcome = session.outcome(number), activity = outcome && outcome.by === 0 ? session.activity(number) : null;
			if (outcome && activity?.kind === "choice" && outcome.rows.length > 0)
				return activity.items.find((i) => i.item === outcome.rows[0].id)?.words ?? "";
		}
	return "";
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
					: at >= 0 && what !== "over" && what !== "task" && !short && !(agreed && paged.words) && <span class="num">{t("screen-step", { n: at + 1, of: steps.length })}</span>}
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
		void navigator.wakeLock?.request("screen").catch(() => {});
		return () => { removeEventListener("pointermove", move); removeEventListener("focusin", move); removeEventListener("keydown", key); };
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
