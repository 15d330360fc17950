// SPDX-License-Identifier: EUPL-1.2
// The facilitator: program, wall of rooms, the screen, and one button that says act, object and number. Laptop first, every act also on a phone.
import { sha256 } from "@noble/hashes/sha2.js";
import { useEffect, useRef, useState } from "preact/hooks";
import { base64url, fromBase64url, hex } from "../live/bytes.js";
import { browserStore } from "../live/world.js";
import { Button, Dot, Icon, Mark, Sheet, announce } from "../look/parts.js";
import { Settings } from "../look/settings.js";
import { type Activity, SCOPE_ROOM, type Session, type Step } from "../state/session.js";
import { COMMAND, PHASE, ROLE, SECTION, VIEW } from "../tables.js";
import { clockTime, grouped, language, t } from "../words/words.js";
import { Band, Refused, Timer, isOpen, roomLabel, useSaving } from "./common.js";
import { ScreenFace } from "./screen.js";
import { screenLinkName } from "./start.js";

const INERT_MS = 800, MINUTE = 60_000, LEAST_MS = 5000, ROOM_SIZE = 6;
type Tab = "program" | "rooms" | "screen";
type Open = { is: "links" } | { is: "say" } | { is: "end" } | { is: "remix" } | { is: "room"; room: number } | null;

export function FacilitatorFace({ session }: { session: Session }) {
	const [tab, setTab] = useState<Tab>("rooms");
	const [open, setOpen] = useState<Open>(null);
	const [pages, setPages] = useState(1);
	const close = () => setOpen(null);
	useEffect(() => { document.title = session.title ? `${session.title} · Bollplank` : "Bollplank"; });
	const step = session.step();
	const activity = current(session, step);
	const away = session.silent;
	const saving = useSaving(session, !session.all_saved, true);
	return (
		<main class={`desk tab-${tab}`}>
			<header class="desk-top">
				<Mark />
				<h1 class="title">{session.title}</h1>
				<span class="chip num">{t("code-is", { code: grouped(session.head.code) })}</span>
				<span class="chip num">{t("n-here", { n: session.present.total })}</span>
				{session.head.rehearsal && <span class="chip warm">{t("rehearsal")}</span>}
				<span class="grow" />
				{away ? <span class="saved attn">{t("contact-lost")}</span> : session.health !== 0 ? <span class="saved attn">{t("no-saving")}</span> : session.all_saved ? <span class="saved"><Dot state="saved" size={11} /> {t("all-saved")}</span>
					: <span class="saved"><Dot state="way" size={13} /> {t("saving")}</span>}
				<Button icon="copy" onClick={() => setOpen({ is: "links" })}>{t("links")}</Button>
				<Button icon="say" onClick={() => setOpen({ is: "say" })}>{t("say-all")}</Button>
				<Settings />
			</header>
			<nav class="tabs" aria-label={t("tabs")}>
				{(["program", "rooms", "screen"] as Tab[]).map((name) => <button type="button" key={name} aria-current={tab === name ? "true" : undefined} onClick={() => setTab(name)}>{t(`tab-${name}`)}</button>)}
			</nav>
			<div class="desk-cols">
				<Program session={session} step={step} end={() => setOpen({ is: "end" })} />
				<section class="mid">
					{away && <Band>{t("fac-away")}</Band>}
					{!away && (session.health !== 0 ? <Store session={session} /> : saving === "long" && <Band>{t("fac-slow")}</Band>)}
					<Refused session={session} />
					{session.over && <Band tone="calm">{t("fac-over")}</Band>}
					<Now session={session} step={step} activity={activity} />
					{session.rooms.length > 0 ? <Wall session={session} activity={activity} open={(room) => setOpen({ is: "room", room })} remix={() => setOpen({ is: "remix" })} />
						: !session.over && <><MakeRooms session={session} /><WhoIsHere session={session} /></>}
				</section>
				<ScreenControl session={session} step={step} activity={activity} pages={pages} told={setPages} />
			</div>
			<Bottom session={session} step={step} activity={activity} end={() => setOpen({ is: "end" })} />
			{open?.is === "links" && <Links session={session} close={close} />}
			{open?.is === "say" && <Say session={session} close={close} />}
			{open?.is === "end" && (
				<Sheet title={t("fac-end-title")} close={close}>
					<p>{t("fac-end", { n: session.present.total })}</p>
					<div class="acts"><Button onClick={() => { session.command(COMMAND.end); close(); }}>{t("fac-end-go")}</Button><Button onClick={close}>{t("regret")}</Button></div>
				</Sheet>
			)}
			{open?.is === "remix" && <Sheet title={t("rooms-change")} close={close}><MakeRooms session={session} done={close} /></Sheet>}
			{open?.is === "room" && <RoomPanel session={session} room={open.room} activity={activity} close={close} />}
		</main>
	);
}

/** ux.md fac.store: what a facilitator may still do is talk. Said aloud once. */
function Store({ session }: { session: Session }) {
	const words = `${t("fac-store", { time: clockTime(session.health_since) })}${session.health === 2 ? ` ${t("fac-store-full")}` : ""}`;
	useEffect(() => announce(words, true), []);
	return <Band>{words}</Band>;
}

/** The activity that the one button is about: the first of the step whose result is not shown; else the last. */
function current(session: Session, step: Step | null): Activity | null {
	const list = (step?.activities ?? []).map((n) => session.activity(n)).filter((a): a is Activity => a !== null);
	return list.find((a) => session.phase(a.number).phase !== PHASE.REVEALED) ?? list[list.length - 1] ?? null;
}

function Program({ session, step, end }: { session: Session; step: Step | null; end: () => void }) {
	const steps = session.steps;
	const at = steps.findIndex((s) => s.number === step?.number);
	return (
		<nav class="program" aria-label={t("program")}>
			<h2>{t("program")}</h2>
			<ol>
				{steps.map((s, i) => (
					<li key={s.number} class={i < at ? "past" : i === at ? "now" : "next"} aria-current={i === at ? "step" : undefined}>
						<b>{s.title}</b>
						<span class="num">{t("minutes", { m: s.minutes })}{i === at && <>, {t("going-on")}</>}</span>
						{i !== at && !session.over && <button type="button" class="link" onClick={() => goTo(session, s)}>{t("go-here")}<span class="unseen"> {s.title}</span></button>}
					</li>
				))}
			</ol>
			{!session.over && <button type="button" class="link end" onClick={end}>{t("fac-end-title")}</button>}
		</nav>
	);
}

function goTo(session: Session, step: Step): void {
	session.command(COMMAND.go, step.number, 0);
	session.command(COMMAND.show, 0, 0, [VIEW.TASK, step.activities[0] ?? 0, 0, 0]);
}

function phaseWords(session: Session, activity: Activity): string {
	const { phase } = session.phase(activity.number);
	const secrecy = activity.secret ? t("phase-secret") : t("phase-open-ballot");
	switch (phase) {
	case PHASE.READY: return `${t("phase-ready")} ${secrecy}`;
	case PHASE.OPEN: return `${t("phase-open")} ${secrecy}`;
	case PHASE.CLOSING: return t("phase-closing", { s: Math.ceil((session.remaining() ?? 0) / 1000) });
	case PHASE.CLOSED: return activity.secret ? t("phase-sealing") : t("phase-closed");
	case PHASE.SEALED: return t("phase-closed");
	default: return t("phase-revealed");
	}
}

function Now({ session, step, activity }: { session: Session; step: Step | null; activity: Activity | null }) {
	if (!step)
		return <div class="at-hand"><h2>{t("fac-lobby")}</h2><p>{t("fac-lobby-lead")}</p></div>;
	const { phase, round } = activity ? session.phase(activity.number) : { phase: 0, round: 1 };
	const progress = activity ? session.progress(activity.number) : null;
	const running = activity && phase !== PHASE.REVEALED ? session.result(activity.number) : null;
	const share = progress && progress.of > 0 ? progress.done / progress.of : 0;
	return (
		<div class="at-hand">
			<div class="now-head">
				<h2>{activity?.title ?? step.title}{round > 1 && <span class="chip">{t("round", { n: round })}</span>}</h2>
				{activity && <p>{phaseWords(session, activity)}</p>}
			</div>
			{progress && isOpen(phase) && (
				<div class="now-progress">
					<svg class="progress-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect class="fill-sunk" width="100" height="1" /><rect class="fill-cool" width={100 * share} height="1" /></svg>
					<b class="num">{t("k-of-n", { k: progress.done, n: progress.of })} {t("are-done")}</b>
				</div>
			)}
			{activity && isOpen(phase) && !activity.secret && !running && <button type="button" class="link" onClick={() => session.command(COMMAND.look, activity.number, 0)}>{t("fac-look")}</button>}
			{running && activity && (
				<details class="running" open>
					<summary>{t("fac-running")}</summary>
					<ul>{[...activity.items].map((i) => <li key={i.item}><span>{i.words}</span><b class="num">{running.sums.get(i.item)?.sum ?? 0}</b></li>)}</ul>
				</details>
			)}
		</div>
	);
}

/** Before there are rooms: the names of those who gave one. */
function WhoIsHere({ session }: { session: Session }) {
	const members = session.members(0);
	if (members.length === 0)
		return null;
	const named = members.filter((m) => m.name);
	return (
		<details class="here">
			<summary>{t("who-is-here", { n: members.length })}</summary>
			<ul>
				{named.map((m) => <li key={m.member}>{m.name}{m.organisation && <span class="soft"> {m.organisation}</span>}</li>)}
				{named.length < members.length && <li class="soft">{t("who-unnamed", { n: members.length - named.length })}</li>}
			</ul>
		</details>
	);
}

function MakeRooms({ session, done }: { session: Session; done?: () => void }) {
	const [size, setSize] = useState(ROOM_SIZE);
	const people = session.seated || session.present.total;
	const count = Math.max(1, Math.round(people / size));
	const running = session.steps.some((s) => s.activities.some((a) => isOpen(session.phase(a).phase)));
	return (
		<div class="make-rooms">
			{!done && <h2>{t("rooms-heading")}</h2>}
			<p>{people < 2 ? t("rooms-wait") : t("rooms-lead")}</p>
			{running && <p class="attn-words">{t("rooms-running")}</p>}
			<div class="stepper" role="group" aria-label={t("rooms-size")}>
				<span>{t("rooms-size")}</span>
				<button type="button" class="button plain" aria-label={t("fewer")} onClick={() => setSize(Math.max(2, size - 1))}><Icon name="minus" /></button>
				<output class="num">{size}</output>
				<button type="button" class="button plain" aria-label={t("more")} onClick={() => setSize(Math.min(100, size + 1))}><Icon name="plus" /></button>
			</div>
			{people >= 2 && <Button icon="room" onClick={() => { session.command(COMMAND.rooms, 0, 0, [0, size]); done?.(); }}>{t("fac-rooms", { n: people, rooms: count })}</Button>}
		</div>
	);
}

/** Places never change. How many columns follows from how many rooms there are, so that sixty fit a laptop. */
function Wall({ session, activity, open, remix }: { session: Session; activity: Activity | null; open: (room: number) => void; remix: () => void }) {
	const rooms = session.rooms;
	const progress = activity ? session.progress(activity.number) : null;
	const dense = rooms.length > 36 ? "many" : rooms.length > 16 ? "some" : "few";
	const grid = useRef<HTMLUListElement>(null);
	const walk = (e: KeyboardEvent) => {
		const tiles = [...(grid.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
		const at = tiles.indexOf(document.activeElement as HTMLButtonElement);
		const columns = grid.current ? getComputedStyle(grid.current).gridTemplateColumns.split(" ").length : 1;
		const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[e.key];
		if (at >= 0 && by !== undefined && tiles[at + by]) {
			tiles[at + by].focus();
			e.preventDefault();
		}
	};
	const unseated = session.seats(0);
	return (
		<section class="wall" aria-label={t("tab-rooms")}>
			<div class="wall-head">
				<h3>{t("rooms-n", { n: rooms.length })}</h3>
				{unseated > 0 && <button type="button" class="chip attn" onClick={() => open(0)}>{t("without-room", { n: unseated })}</button>}
				<span class="grow" />
				<Button onClick={remix}>{t("rooms-change")}</Button>
			</div>
			<ul class={`tiles ${dense}`} ref={grid} onKeyDown={walk}>
				{rooms.map((r) => {
					const here = session.present.rooms.get(r.room) ?? 0;
					const seats = session.seats(r.room);
					const done = progress?.rooms.get(r.room);
					const label = r.name ? `${r.room} ${r.name}` : t("room-number", { room: r.room });
					return (
						<li key={r.room}>
							<button type="button" class="tile" onClick={() => open(r.room)}>
								<span class="unseen">{`${roomLabel(session, r.room)}, ${t("tile-here", { here, seats })}${done ? `, ${t("tile-done", { k: done[0], n: done[1] })}` : ""}`}</span>
								<span class="tile-head" aria-hidden="true"><b class="tile-name">{label}</b>{dense === "few" && <span class={`num ${here < seats ? "soft" : ""}`}>{t("here-of", { here, seats })}</span>}</span>
								<span class="tile-line" aria-hidden="true">
									{done ? <TileBalls done={done[0]} of={done[1]} /> : <TileBalls done={here} of={seats} soft />}
									{dense !== "few" && <span class="num">{done ? `${done[0]}/${done[1]}` : `${here}/${seats}`}</span>}
								</span>
								{dense === "few" && done && <span class="tile-done num" aria-hidden="true">{done[1] > 0 && done[0] >= done[1] ? t("tile-all") : t("k-of-n", { k: done[0], n: done[1] })}</span>}
							</button>
						</li>
					);
				})}
			</ul>
		</section>
	);
}

function TileBalls({ done, of, soft }: { done: number; of: number; soft?: boolean }) {
	const width = 150, pitch = Math.min(15, width / Math.max(1, of)), r = Math.min(6, pitch / 2 - 1);
	if (r < 2)
		return <svg class="tile-balls" viewBox={`0 0 ${width} 14`} aria-hidden="true"><rect class="fill-sunk" y="3" width={width} height="8" rx="3" /><rect class={soft ? "fill-soft" : "fill-cool"} y="3" width={(width * done) / Math.max(1, of)} height="8" rx="3" /></svg>;
	return (
		<svg class="tile-balls" viewBox={`0 0 ${width} 14`} aria-hidden="true">
			{Array.from({ length: Math.max(of, done) }, (_, i) => <circle key={i} class={i < done ? (soft ? "fill-soft" : "fill-cool") : "free"} cx={(i + 0.5) * pitch} cy="7" r={i < done ? r : r - 0.8} />)}
		</svg>
	);
}

function RoomPanel({ session, room, activity, close }: { session: Session; room: number; activity: Activity | null; close: () => void }) {
	const [picked, setPicked] = useState<Set<number>>(new Set());
	const [target, setTarget] = useState(0);
	const members = session.members(room);
	const others = session.rooms.filter((r) => r.room !== room);
	const done = activity ? session.progress(activity.number)?.rooms.get(room) : undefined;
	const revealed = activity !== null && session.phase(activity.number).phase === PHASE.REVEALED;
	return (
		<Sheet title={room ? roomLabel(session, room) : t("without-room-title")} close={close}>
			<p>{t("tile-here", { here: session.present.rooms.get(room) ?? 0, seats: session.seats(room) })}{done && <>, {t("tile-done", { k: done[0], n: done[1] })}</>}</p>
			<div class="acts">
				{room > 0 && <Button onClick={() => addTime(session, 5 * MINUTE, room)}>{t("room-more-time")}</Button>}
				{revealed && room > 0 && <Button icon="screen" onClick={() => { session.command(COMMAND.show, 0, 0, [VIEW.ROOM, activity.number, room, 0]); close(); }}>{t("room-spotlight")}</Button>}
			</div>
			<fieldset class="people-list">
				<legend>{t("room-people")}</legend>
				{members.length === 0 && <p class="note">{t("room-empty")}</p>}
				{members.map((m) => (
					<label class="check" key={m.member}>
						<input type="checkbox" checked={picked.has(m.member)} onChange={() => { const next = new Set(picked); if (!next.delete(m.member)) next.add(m.member); setPicked(next); }} />
						<span>{m.name || t("unnamed-n", { n: m.member })} {m.organisation && <span class="soft">{m.organisation}</span>}</span>
					</label>
				))}
			</fieldset>
			{others.length > 0 && members.length > 0 && (
				<div class="move">
					<label for="target">{t("move-to")}</label>
					<select id="target" value={target} onChange={(e) => setTarget(Number(e.currentTarget.value))}>
						<option value={0}>{t("move-pick")}</option>
						{others.map((r) => <option key={r.room} value={r.room}>{roomLabel(session, r.room)}</option>)}
					</select>
					<Button aria-disabled={picked.size === 0 || target === 0} onClick={() => {
						if (picked.size === 0 || target === 0) {
							announce(t("move-missing"), true);
							return;
						}
						session.command(COMMAND.move, 0, 0, [...picked].sort((x, y) => x - y).flatMap((m) => [m, target]));
						setPicked(new Set());
					}}>{t("move-go", { n: picked.size })}</Button>
					<p class="note">{t("move-note")}</p>
				</div>
			)}
		</Sheet>
	);
}

/** A duration from now, never an addition: what is left and so much more, as this page sees it. */
function addTime(session: Session, by: number, room = 0): void {
	const left = session.remaining(room) ?? 0;
	session.command(COMMAND.time, 0, room ? SCOPE_ROOM + room : 0, [Math.max(LEAST_MS, Math.round(left + by))]);
}

function ScreenControl({ session, step, activity, pages, told }: { session: Session; step: Step | null; activity: Activity | null; pages: number; told: (n: number) => void }) {
	const { view, activity: shown, room, page } = session.screen;
	const about = session.activity(shown) ?? activity;
	const revealed = about !== null && session.phase(about.number).phase === PHASE.REVEALED;
	const show = (view: number, page = 0, of = room) => session.command(COMMAND.show, 0, 0, [view, about?.number ?? 0, of, page]);
	const choice = (which: number, words: string, may = true) => (
		<button type="button" class={`button ${view === which ? "chosen" : "plain"}`} aria-pressed={view === which} aria-disabled={!may} onClick={() => { if (may) show(which, 0, 0); }}>{words}</button>
	);
	const at = Math.min(page, pages - 1);
	return (
		<aside class="screen-control" aria-label={t("screen-now")}>
			<h2>{t("screen-now")}</h2>
			<div class="preview-frame" aria-hidden="true" inert><ScreenFace session={session} preview told={told} /></div>
			<div class="views">
				{choice(VIEW.TASK, t("view-task"), step !== null)}
				{choice(VIEW.JOIN, t("view-join"))}
				{choice(VIEW.RESULT, t("view-result"), revealed)}
				{choice(VIEW.ROOMS, t("view-rooms"), revealed && session.rooms.length > 0)}
			</div>
			{!revealed && <p class="note">{t("view-result-when")}</p>}
			{view === VIEW.ROOM && revealed && <p class="note">{t("view-room", { room: roomLabel(session, room) })}</p>}
			{pages > 1 && revealed && (
				<div class="turn" role="group" aria-label={t("screen-pages")}>
					<button type="button" class="button plain" aria-label={t("page-back")} onClick={() => show(view, Math.max(0, at - 1))}><Icon name="left" /></button>
					<span class="num">{t("page-of", { n: at + 1, of: pages })}</span>
					<button type="button" class="button plain" aria-label={t("page-on")} onClick={() => show(view, Math.min(pages - 1, at + 1))}><Icon name="right" /></button>
				</div>
			)}
		</aside>
	);
}

interface Act { words: string; press: () => void; then: string; why?: string }

/** What the one button does now, as the session stands. */
function nextAct(session: Session, step: Step | null, activity: Activity | null, end: () => void): Act {
	const n = session.seated || session.present.total;
	const steps = session.steps;
	const open = (s: Step, a: Activity) => () => {
		if (session.step()?.number !== s.number)
			session.command(COMMAND.go, s.number, 0);
		session.command(COMMAND.open, a.number, 0, [s.minutes * MINUTE]);
		session.command(COMMAND.show, 0, 0, [VIEW.TASK, a.number, 0, 0]);
	};
	/* "Öppna Fem prickar för 75": a step of one activity goes by the step's short name. */
	const short = (s: Step, a: Activity) => (s.activities.length > 1 ? a.title : s.title || a.title);
	const at = steps.findIndex((s) => s.number === step?.number);
	const following = steps[at + 1];
	const onward = (): Act => {
		if (!following)
			return { words: t("act-end"), press: end, then: "" };
		const a = following.activities.length ? session.activity(following.activities[0]) : null;
		return a && !step ? { words: t("fac-open", { step: short(following, a), n }), press: open(following, a), then: t("then-close") }
			: { words: t("act-next", { step: following.title }), press: () => goTo(session, following), then: a ? t("then-open") : "" };
	};
	if (session.over)
		return { words: t("act-over"), press: () => {}, then: "", why: t("fac-over") };
	if (!step || !activity)
		return onward();
	switch (session.phase(activity.number).phase) {
	case PHASE.READY: return { words: t("fac-open", { step: short(step, activity), n }), press: open(step, activity), then: t("then-close") };
	case PHASE.OPEN: return { words: t("fac-close", { n }), press: () => session.command(COMMAND.close, activity.number, 0, [0]), then: t("then-reveal") };
	case PHASE.CLOSING: return { words: t("fac-close-now"), press: () => session.command(COMMAND.close, activity.number, 0, [1]), then: t("then-reveal") };
	case PHASE.CLOSED:
	case PHASE.SEALED:
		if (activity.secret && session.phase(activity.number).phase === PHASE.CLOSED)
			return { words: t("fac-reveal"), press: () => {}, then: "", why: t("phase-sealing") };
		return {
			words: t("fac-reveal"), then: following ? t("then-next", { step: following.title }) : "",
			press() {
				session.command(COMMAND.reveal, activity.number, 0);
				session.command(COMMAND.show, 0, 0, [VIEW.RESULT, activity.number, 0, 0]);
			},
		};
	default: {
		const list = step.activities.map((a) => session.activity(a)).filter((a): a is Activity => a !== null);
		const left = list.find((a) => session.phase(a.number).phase !== PHASE.REVEALED);
		return left ? { words: t("fac-open", { step: short(step, left), n }), press: open(step, left), then: t("then-close") } : onward();
	}
	}
}

function Bottom({ session, step, activity, end }: { session: Session; step: Step | null; activity: Activity | null; end: () => void }) {
	const phase = activity ? session.phase(activity.number).phase : 0;
	const act = nextAct(session, step, activity, end);
	/* After a change of phase, by anybody, the button rests: two deputies must not press twice. */
	const name = `${step?.number ?? 0}/${activity?.number ?? 0}/${phase}`;
	const [rests, setRests] = useState(false);
	const last = useRef(name);
	useEffect(() => {
		if (last.current === name)
			return undefined;
		last.current = name;
		setRests(true);
		return session.world.later(INERT_MS, () => setRests(false));
	}, [name]);
	const away = !session.connected;
	const stuck = session.health !== 0;
	const inert = rests || away || stuck || !session.all_saved || act.why !== undefined;
	const why = away ? t("contact-lost") : stuck ? t("no-saving") : act.why ?? "";
	const left = session.remaining();
	return (
		<footer class="desk-bottom">
			<div class="time">
				<Timer session={session} room={0} big speak />
				{left === null && <span class="no-time">{t("no-deadline")}</span>}
				{step && !session.over && !stuck && (
					<>
						{left !== null && <Button onClick={() => addTime(session, -MINUTE)}>{t("minus-1")}<span class="unseen"> {t("time-less")}</span></Button>}
						<Button onClick={() => addTime(session, MINUTE)}>{t("plus-1")}<span class="unseen"> {t("time-more", { m: 1 })}</span></Button>
						<Button onClick={() => addTime(session, 5 * MINUTE)}>{t("plus-5")}<span class="unseen"> {t("time-more", { m: 5 })}</span></Button>
						<span class="note">{t("time-all")}</span>
					</>
				)}
			</div>
			<div class="act">
				{phase === PHASE.CLOSING && activity && !stuck && <Button onClick={() => session.command(COMMAND.hold, activity.number, 0)}>{t("fac-hold")}</Button>}
				{phase === PHASE.REVEALED && activity && !session.over && !stuck && (
					<>
						<Button onClick={() => session.command(COMMAND.ask, activity.number, 0)}>{t("fac-ask")}</Button>
						<Button onClick={() => { session.command(COMMAND.hide, activity.number, 0); session.command(COMMAND.show, 0, 0, [VIEW.TASK, activity.number, 0, 0]); }}>{t("fac-hide")}</Button>
					</>
				)}
				{(phase === PHASE.CLOSED || phase === PHASE.SEALED) && activity && !activity.secret && !session.over && !stuck && <Button onClick={() => session.command(COMMAND.open, activity.number, 0, [5 * MINUTE])}>{t("fac-reopen")}</Button>}
				{(why || act.then) && <span class="then">{why || t("then", { what: act.then })}</span>}
				<Button look="primary" class="one" aria-disabled={inert} onClick={() => { if (!inert) act.press(); }}>{act.words}</Button>
			</div>
		</footer>
	);
}

const store = browserStore();
/** Into the clipboard; the old way where the browser gives no other (plain http). */
async function copy(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		const area = document.createElement("textarea");
		area.value = text;
		area.className = "unseen";
		(document.querySelector("dialog[open]") ?? document.body).append(area);
		area.select();
		const done = document.execCommand("copy");
		area.remove();
		return done;
	}
}

/** Links are copied, never shown whole: this page may be on the projector. */
function Links({ session, close }: { session: Session; close: () => void }) {
	const [copied, setCopied] = useState("");
	const { sid } = session.live;
	const links = [...(session.section(SECTION.links) ?? [])].map(([link, row]) => ({ link: link as number, role: (row as number[])[0], revoked: !!(row as number[])[1] }));
	const put = (name: string, role: number, words: string): string => {
		const kept = fromBase64url(store.get(name) ?? "");
		if (kept?.length === 16)
			return base64url(kept);
		const token = session.world.random(16);
		const free = links.reduce((most, l) => Math.max(most, l.link), 0) + 1;
		session.command(COMMAND.link_put, free, 0, [role, sha256(token)], [[language.value, words]]);
		store.set(name, base64url(token));
		return base64url(token);
	};
	const address = (token: string) => `${location.origin}/#${sid}.${token}`;
	const screen = () => put(screenLinkName(sid), ROLE.SCREEN, t("link-screen"));
	const say = (which: string) => (done: boolean) => { setCopied(done ? which : "no"); announce(done ? t("copied") : t("copy-failed")); };
	const row = (which: string, words: string, note: string, link: () => string) => (
		<li><div><b>{words}</b><p class="note">{note}</p></div><Button icon={copied === which ? "check" : "copy"} onClick={() => void copy(link()).then(say(which))}>{copied === which ? t("copied") : t("copy")}<span class="unseen"> {words}</span></Button></li>
	);
	return (
		<Sheet title={t("links")} close={close}>
			<ul class="links">
				{row("join", t("link-join"), t("link-join-note", { code: grouped(session.head.code) }), () => `${location.origin}/#${session.head.code}`)}
				{row("screen", t("link-screen"), t("link-screen-note"), () => address(screen()))}
				{row("deputy", t("link-deputy"), t("link-deputy-note"), () => address(put(`bp.links.${sid}.deputy`, ROLE.FACILITATOR, t("link-deputy"))))}
			</ul>
			{copied === "no" && <p class="problem" role="alert">{t("copy-failed")}</p>}
			<div class="acts"><Button icon="screen" onClick={() => {
				const token = screen();
				/* The tag is enough for this browser; the token stays in the storage. */
				store.set(`bp.link.${sid}.${hex(sha256(fromBase64url(token)!)).slice(0, 8)}`, token);
				window.open(`/#${sid}.${hex(sha256(fromBase64url(token)!)).slice(0, 8)}`, "_blank", "noopener");
			}}>{t("screen-open")}</Button></div>
		</Sheet>
	);
}

function Say({ session, close }: { session: Session; close: () => void }) {
	const said = session.announcement();
	const [words, setWords] = useState("");
	const put = (text: string) => session.command(COMMAND.say, 0, 0, [], text === "" ? null : [["", text]]);
	return (
		<Sheet title={t("say-all")} close={close}>
			{said && <div class="said"><p class="note">{t("say-now", { time: clockTime(said.at_ms) })}</p><p class="keep">{said.words}</p><Button onClick={() => put("")}>{t("say-end")}</Button></div>}
			<form onSubmit={(e) => {
				e.preventDefault();
				if (words.trim() === "")
					return;
				put(words.trim());
				close();
			}}>
				<label for="say">{t("say-words")}</label>
				<textarea id="say" rows={3} maxLength={500} value={words} onInput={(e) => setWords(e.currentTarget.value)} />
				<p class="note">{t("say-note")}</p>
				<button type="submit" class="button plain" aria-disabled={words.trim() === ""}>{t("say-go", { n: session.present.total })}</button>
			</form>
		</Sheet>
	);
}

