// SPDX-License-Identifier: EUPL-1.2
// A participant: the running step, the own ballot, the own room, the time left, and what may be shown. Phone first.
import { useEffect, useRef, useState } from "preact/hooks";
import { fetchResults, kinds } from "../activities/kinds.js";
import { later } from "../look/later.js";
import { Button, Dot, Mark, announce } from "../look/parts.js";
import { Settings } from "../look/settings.js";
import { type Activity, HOLDER_ROOM, type Session, type Step } from "../state/session.js";
import { follow } from "../state/turn.js";
import { FAULT, PHASE } from "../tables.js";
import { t } from "../words/words.js";
import { Band, Refused, Secrecy, Timer, Trouble, isOpen, roomLabel } from "./common.js";
import { Back, FocusAct, InRoom, PenOffer, RoomLine, focusLine, inTheMiddle, useRoomVoice, wide } from "./room.js";

const lost = (is: boolean) => is && <Band>{t("contact-none")}</Band>;
const RoomLife = later(() => import("./room_life.js").then((m) => m.RoomLife), lost);
const RoomSheet = later(() => import("./room_life.js").then((m) => m.RoomSheet), lost);
const Rescued = later(() => import("./room_life.js").then((m) => m.Rescued), () => null);

export function ParticipantFace({ session }: { session: Session }) {
	const [sheet, setSheet] = useState<"" | "room" | "notes">("");
	const room = session.me.room;
	const moved = useMoved(session, room);
	const step = session.step(room);
	const activities = (step?.activities ?? []).map((n) => session.activity(n)).filter((a): a is Activity => a !== null && a.kind in kinds);
	const [shown, choose] = useShown(session, activities);
	const activity = activities[shown] ?? null;
	const open = () => setSheet("room");
	useRoomVoice(session, room);
	/* What is not needed for the first vote comes after it is on the page, while there is contact. */
	useEffect(() => {
		fetchResults();
		for (const part of [RoomLife, RoomSheet, Rescued])
			part.fetch();
	}, []);
	useEffect(() => { document.title = session.title ? `${session.title} · Bollplank` : "Bollplank"; });

	if (session.over)
		return <main class="face person"><TopBar session={session} room={room} open={open} /><Over session={session} />{sheet && <RoomSheet session={session} room={room} step={null} activity={0} close={() => setSheet("")} />}</main>;
	const next = activities[shown + 1];
	const way_on = next && <Button look="primary" onClick={() => { choose(next.number); scrollTo(0, 0); }}>{t("next-question")}</Button>;
	return (
		<main class="face person">
			<TopBar session={session} room={room} open={open} />
			<Bands session={session} room={room} moved={moved} />
			{session.has_pen && step && (
				<div class="band calm"><div>{t("pen-you")}</div><Button icon="pen" onClick={() => { session.side.value = "notes"; }}>{t("pen-to-notes")}</Button></div>
			)}
			<Rescued session={session} />
			{activity && step ? (
				<>
					{activities.length > 1 && (
						<nav class="pager" aria-label={t("pager")}>
							{activities.map((a, i) => {
								const given = session.given(a);
								/* Its result is open: a plank beside the ball. */
								const result = session.phase(a.number, room).phase === PHASE.REVEALED;
								return (
									<button type="button" key={a.number} aria-current={i === shown ? "step" : undefined} aria-label={`${t("pager-go", { n: i + 1, of: activities.length, title: a.title })}${session.focus(room)?.activity === a.number ? `. ${t("focus-here")}` : ""}`} data-talk={session.focus(room)?.activity === a.number || undefined} onClick={() => choose(a.number)}>
										<Dot state={!given.any ? "free" : given.on_its_way ? "way" : "saved"} size={16} />{result && <span class="plank ink" />}
									</button>
								);
							})}
							<span>{t("pager-at", { n: shown + 1, of: activities.length })}</span>
						</nav>
					)}
					<ActivityView key={activity.number} session={session} activity={activity} room={room} step={step} instruction={activities.length === 1 ? step.instruction : ""} next={way_on} open_room={() => setSheet("notes")} go={choose} />
				</>
			) : step ? (
				<div class="content">
					<Level session={session} step={step} />
					<h1>{step.title}</h1>
					{step.instruction && <p class="lead keep">{step.instruction}</p>}
					<Around session={session} room={room} step={step} />
				</div>
			) : (
				<Lobby session={session} room={room} />
			)}
			{step && room > 0 && wide.value && <aside class="beside" aria-label={roomLabel(session, room)}><InRoom session={session} room={room} /><RoomLife session={session} room={room} step={step} activity={activity?.number ?? 0} /></aside>}
			{sheet && <RoomSheet session={session} room={room} step={step} activity={activity?.number ?? 0} notes={sheet === "notes"} close={() => setSheet("")} />}
		</main>
	);
}

/** The room and its life, on pages without a ballot; a wide page has them beside it. */
function Around({ session, room, step }: { session: Session; room: number; step: Step }) {
	return room > 0 && !wide.value ? <div class="around"><InRoom session={session} room={room} /><RoomLife session={session} room={room} step={step} activity={0} /></div> : null;
}

/** What an earlier step has settled by a choice, such as the level that all of this is about. */
function Level({ session, step }: { session: Session; step: Step }) {
	const settled = session.steps.filter((s) => s.position < step.position).flatMap((s) => s.activities).map((n) => session.activity(n)).flatMap((a) => {
		const outcome = a?.kind === "choice" ? session.outcome(a.number) : null;
		const words = outcome?.by === 0 && a?.items.find((i) => i.item === outcome.rows[0]?.id)?.words;
		return a && words ? [{ activity: a, words }] : [];
	}).pop();
	return settled ? <p class="level"><span class="unseen">{settled.activity.title} </span>{t("level-chosen", { words: settled.words })}</p> : null;
}

function TopBar({ session, room, open }: { session: Session; room: number; open: () => void }) {
	return (
		<header class="bar">
			<Mark />
			<button type="button" class="where" onClick={open} aria-haspopup="dialog">{room ? roomLabel(session, room) : t("you-are-in")}</button>
			{session.head.rehearsal && <span class="chip">{t("rehearsal")}</span>}
			<Timer session={session} room={room} speak />
			<Settings />
		</header>
	);
}

/** The activity on the page: at first the one that is open and has no answer yet. It stays until the person goes to another, or until one opens while that
 * on the page is neither open nor shown as a result: nothing moves under a finger. */
function useShown(session: Session, activities: Activity[]): [number, (activity: number) => void] {
	const [chosen, choose] = useState(0);
	const phase = (a: Activity) => session.phase(a.number, session.me.room).phase;
	const open = activities.filter((a) => isOpen(phase(a)));
	const was = useRef<number[]>([]);
	const newly = open.find((a) => !was.current.includes(a.number));
	const held = activities.find((a) => a.number === chosen);
	let at = held;
	if (!at || (newly && !isOpen(phase(at)) && phase(at) !== PHASE.REVEALED))
		at = newly && held ? newly : open.find((a) => !session.given(a).any) ?? open[0] ?? activities[0];
	/* Whoever leads the room's discussion turns its pages. */
	const focus = session.focus(session.me.room);
	const seen = useRef(0);
	const turn = follow(activities.map((a) => a.number), focus, seen.current, inTheMiddle());
	const led = activities.find((a) => a.number === turn);
	if (led)
		at = led;
	useEffect(() => {
		seen.current = focus?.at_ms ?? 0;
		if (led && held && led !== held) {
			announce(t("focus-now", { title: led.title }));
			scrollTo(0, 0);
		}
	}, [focus?.at_ms]);
	const number = at?.number ?? 0;
	useEffect(() => {
		was.current = open.map((a) => a.number);
		if (number !== chosen)
			choose(number);
	});
	return [Math.max(0, activities.findIndex((a) => a.number === number)), choose];
}

/** Another room than before: said once, until put away. */
function useMoved(session: Session, room: number): { from: number; close: () => void } | null {
	const last = useRef(room);
	const [from, setFrom] = useState(0);
	useEffect(() => {
		if (last.current !== room && room !== 0) {
			if (last.current !== 0)
				setFrom(last.current);
			announce(t("now-in", { room: roomLabel(session, room), n: session.members(room).length }), true);
		}
		last.current = room || last.current;
	}, [room]);
	return from !== 0 && from !== room ? { from, close: () => setFrom(0) } : null;
}

function Bands({ session, room, moved }: { session: Session; room: number; moved: { from: number; close: () => void } | null }) {
	const said = session.announcements(room);
	const newest = said[said.length - 1];
	const [heard, setHeard] = useState<number[]>([]);
	const [table_put, setTablePut] = useState(false);
	useEffect(() => { if (newest && !heard.includes(newest.at_ms)) announce(t("say", { text: newest.words }), true); }, [newest?.at_ms]);
	return (
		<>
			<Trouble session={session} />
			{session.refusal.value?.fault === FAULT.unsure && <Refused session={session} />}
			<Refused session={session} activity={0} />
			<Back session={session} room={room} />
			{said.map((s) => !heard.includes(s.at_ms) && <Band key={s.scope} tone="calm" close={() => setHeard([...heard, s.at_ms])}><b>{t("say-from")}</b> <span class="keep">{s.words}</span></Band>)}
			{moved && <Band tone="calm" close={moved.close}>{t("moved", { room: roomLabel(session, room), old: roomLabel(session, moved.from) })}</Band>}
			{!room && session.rooms.length > 0 && !table_put && <Band tone="calm" close={() => setTablePut(true)}>{t("no-room")}</Band>}
			<PenOffer session={session} room={room} />
		</>
	);
}

interface View { session: Session; activity: Activity; room: number; step: Step; instruction: string; next: preact.ComponentChildren; open_room: () => void; go: (activity: number) => void }
function ActivityView({ session, activity, room, step, instruction, next, open_room, go }: View) {
	const { phase, round } = session.phase(activity.number, room);
	const kind = kinds[activity.kind];
	const open = isOpen(phase);
	const mine = session.may_cast(activity);
	const last = useRef(phase);
	/* "Jag är klar" puts the controls away on this page; it is said to nobody. */
	const [done, setDone] = useState(false);
	useEffect(() => setDone(false), [phase, round]);
	const may_finish = open && mine && !next && activity.holder !== HOLDER_ROOM && (activity.kind === "dots" ? session.all_placed(activity) : session.given(activity).any);
	const accord = open ? session.accord(activity) : null;
	const finish = done ? <Button onClick={() => setDone(false)}>{t("done-change")}</Button>
		: may_finish && <Button look="primary" onClick={() => { setDone(true); scrollTo(0, 0); announce(t("done-lead")); }}>{t("done")}</Button>;
	const result = phase === PHASE.REVEALED && (session.result(activity.number) !== null || (room !== 0 && session.result(activity.number, room) !== null));
	/* Closed in this room alone: all who are present have answered, and the talk has begun. */
	const gated = !open && phase !== PHASE.READY && phase !== PHASE.REVEALED && room !== 0 && isOpen(session.phase(activity.number).phase);
	useEffect(() => {
		if (last.current === phase)
			return;
		if (phase === PHASE.OPEN && last.current !== PHASE.CLOSING)
			announce(t("now-open", { title: activity.title }));
		if (phase === PHASE.CLOSING)
			announce(t("time-grace", { s: Math.ceil((session.remaining(room) ?? 0) / 1000) }));
		if (phase === PHASE.CLOSED)
			announce(t("closed"));
		if (phase === PHASE.REVEALED)
			announce(t("now-result"));
		last.current = phase;
	}, [phase]);
	const rule = activity.lead || kind.rule(activity.config);
	return (
		<div class={`content of-${activity.kind}`}>
			<Level session={session} step={step} />
			{step.activities.length > 1 && (focusLine(session, room, step, activity.number, go) ?? <p class="level">{step.title}</p>)}
			<h1>{activity.title}{round > 1 && <span class="chip">{t("round", { n: round })}</span>}</h1>
			{/* While the room talks, its notes are a press away. */}
			{result && room > 0 && !wide.value && !session.has_pen && isOpen(session.phase(activity.number).phase) && <RoomLine session={session} room={room} step={step} open={open_room} />}
			{result ? <kind.Result session={session} activity={activity} next={next} /> : (
				<>
					{instruction && !(open && instruction === rule) && <p class="lead keep">{instruction}</p>}
					{open && rule && <p class="lead keep">{rule}</p>}
					{phase === PHASE.READY ? (
						<>
							<p class="lead">{room ? t("wait-next") : t("wait-next-alone")}</p>
							<Secrecy activity={activity} />
							<Around session={session} room={room} step={step} />
							{next && <div class="tray">{next}</div>}
						</>
					) : activity.holder === HOLDER_ROOM && room === 0 ? (
						<p class="lead">{t("room-needed")}</p>
					) : (
						<>
							<Secrecy activity={activity} />
							{gated ? <p class="closed">{t("rate-gate-secret")}</p> : !open && <Closed hidden={phase !== PHASE.REVEALED} cast={session.given(activity).any} />}
							{open && activity.holder === HOLDER_ROOM && !(accord && !mine) && <p class="note">{mine ? t("room-holds") : t("pen-casts", { name: session.member_name(room, session.pen(room).holder) || t("pen-somebody") })}</p>}
							{/* In the last seconds these stand where the room's line stood, so that hardly anything moves; a rating says them above its line. */}
							{phase === PHASE.CLOSING ? activity.kind !== "rating" && <p class="grace" role="status">{t("time-grace", { s: Math.ceil((session.remaining(room) ?? 0) / 1000) })}</p>
								: room > 0 && !wide.value && <RoomLine session={session} room={room} step={step} open={open_room} />}
							{done && <p class="closed">{t("done-lead")}</p>}
							{!wide.value && <FocusAct session={session} room={room} step={step} activity={activity.number} />}
							<kind.Ballot session={session} activity={activity} open={open && mine && !done} next={next ?? (finish || undefined)} />
						</>
					)}
				</>
			)}
		</div>
	);
}

function Closed({ hidden, cast }: { hidden: boolean; cast: boolean }) {
	return <p class="closed"><b>{cast ? t("closed") : t("closed-empty")}</b>{hidden && <> {t("result-hidden")}</>}</p>;
}

function Lobby({ session, room }: { session: Session; room: number }) {
	const [practice, setPractice] = useState(50);
	return (
		<div class="content">
			<h1>{session.title}</h1>
			<p class="lead">{t("lobby-in")}</p>
			<InRoom session={session} room={room} />
			<div class="practice">
				<label for="practice">{t("lobby-try")}</label>
				<div class="line">
					<input id="practice" type="range" min={0} max={100} value={practice} onInput={(e) => setPractice(Number(e.currentTarget.value))} />
				</div>
			</div>
		</div>
	);
}

function Over({ session }: { session: Session }) {
	useEffect(() => announce(t("over")), []);
	return <div class="content"><h1>{session.title}</h1><p class="lead">{t("over")}</p><Refused session={session} />{!session.all_saved && <p class="attn">{t("unsaved")}</p>}</div>;
}
