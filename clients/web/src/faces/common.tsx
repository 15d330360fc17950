// SPDX-License-Identifier: EUPL-1.2
// What more than one face needs: the timer, the mark of what is saved, secrecy, refusals.
import { useEffect, useRef, useState } from "preact/hooks";
import { Button, Dot, Icon, announce } from "../look/parts.js";
import { hex } from "../live/bytes.js";
import type { Accord, Activity, Session, Undone } from "../state/session.js";
import { AGREES, AWAY_MS, HOLDER_ROOM, NOT_YET, NO_CONTACT, NO_SAVING } from "../state/session.js";
import { COMMAND, FAULT, NOTE, PHASE } from "../tables.js";
import { clockTime, countdown, faultWords, t } from "../words/words.js";

export const CODE_SYMBOLS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
export const codeOf = (typed: string): string => typed.toUpperCase().replace(/[\s-]/g, "");
export const isCode = (code: string): boolean => code.length === 8 && [...code].every((c) => CODE_SYMBOLS.includes(c));

/** role=timer, silent; spoken at half time, five minutes, one minute, and when time is out. */
export function Timer({ session, room, big, speak }: { session: Session; room: number; big?: boolean; speak?: boolean }) {
	const left = session.remaining(room);
	const deadline = session.deadline(room);
	const still = deadline?.still ?? false;
	const was_still = useRef(still);
	useEffect(() => {
		if (speak && was_still.current !== still && deadline)
			announce(t(still ? "time-still-said" : "time-runs-said"));
		was_still.current = still;
	}, [still]);
	const said = useRef({ generation: -1, marks: new Set<number>() });
	useEffect(() => {
		if (!speak || left === null || !deadline || still)
			return;
		if (said.current.generation !== deadline.generation) {
			const marks = [deadline.duration_ms / 2, 300_000, 60_000, 0].filter((mark) => mark < left);
			if (said.current.generation >= 0 && left > 60_000)
				announce(t("time-left", { m: Math.round(left / 60_000) }));
			said.current = { generation: deadline.generation, marks: new Set(marks) };
			return;
		}
		for (const mark of said.current.marks)
			if (left <= mark) {
				said.current.marks.delete(mark);
				announce(mark === 0 ? t("time-out") : mark === 60_000 ? t("time-minute") : t("time-left", { m: Math.round(left / 60_000) }));
			}
	});
	if (left === null)
		return null;
	const stale = session.away_ms > 60_000;
	return (
		<span class={`timer num ${big ? "big" : ""} ${still ? "still" : left <= 60_000 ? "last" : ""}`} role="timer" aria-label={t("time-label")}>
			{still && <small>{t("time-still")}</small>}{stale && !still ? "–:––" : countdown(left)}
		</span>
	);
}

export type Saving = "nothing" | "saved" | "saving" | "unsaved" | "long";
/** ux.md 3.1: "Sparar" at first, "Inte sparat än" after 1 s or without contact, the whole sentence after 10 s. Never "Sparat" while something waits. */
export function useSaving(session: Session, waits: boolean, empty: boolean): Saving {
	const since = useRef(0);
	const was = useRef<Saving>("nothing");
	const [, again] = useState(0);
	const away = session.stuck;
	void session.tick.value;
	const now = session.world.now();
	if (!waits)
		since.current = 0;
	else if (since.current === 0)
		since.current = now;
	const age = waits ? now - since.current : 0;
	const state: Saving = !waits ? (empty ? "nothing" : "saved") : age > 10_000 ? "long" : age >= 1000 || away ? "unsaved" : "saving";
	useEffect(() => {
		if (waits && age < 1000)
			return session.world.later(1000 - age, () => again((n) => n + 1));
		return undefined;
	}, [waits]);
	useEffect(() => {
		if (state === "unsaved" && was.current === "saving")
			announce(t("unsaved"));
		if (state === "long")
			announce(unsavedWhy(session));
		if (state === "saved" && (was.current === "unsaved" || was.current === "long"))
			announce(t("back"));
		was.current = state;
	}, [state]);
	return state;
}

/** Why something waits, and what becomes of it. */
export const unsavedWhy = (session: Session): string => (session.health === 0 ? t("unsaved-why") : t("unsaved-store"));

export function Saved({ state }: { state: Saving }) {
	if (state === "nothing")
		return <span class="saved" data-saved="nothing" />;
	if (state === "saved")
		return <span class="saved" data-saved="saved"><Dot state="saved" size={11} /> {t("saved")}</span>;
	if (state === "saving")
		return <span class="saved" data-saved="saving"><Dot state="way" size={13} /> {t("saving")}</span>;
	return <span class="saved attn" data-saved="unsaved">{t("unsaved")}</span>;
}

/** Who can see it, before the first control (ux.md 1.8). */
export function Secrecy({ activity }: { activity: Activity }) {
	const in_words = activity.kind === "text";
	const words = activity.secret ? (in_words ? t("secret-text") : t("secret")) : activity.holder === HOLDER_ROOM ? t("open-room") : in_words ? t("open-text") : t("open");
	return <p class="secrecy"><Icon name={activity.secret ? "eye_closed" : "eye"} />{words}</p>;
}

/** The reason why something was not taken, in words, until the next act. activity: only what concerns it; 0: what concerns none. */
export function Refused({ session, activity }: { session: Session; activity?: number }) {
	const refusal = session.refusal.value;
	/* What may have counted is said at the top of the page, whatever stands on it by then. */
	const shown = refusal !== null && (activity === undefined || (refusal.fault !== FAULT.unsure && refusal.activity === activity));
	const why = refusal === null ? "" : refusal.command === COMMAND.lead && refusal.fault === FAULT.taken ? t("leader-taken") : refusal.command === COMMAND.agree && refusal.fault === FAULT.stale ? t("agree-stale")
		: refusal.fault === NO_CONTACT ? t("act-no-contact") : refusal.fault === NO_SAVING ? t("act-no-saving")
		: refusal.fault === FAULT.unsure ? t("maybe-counted") : faultWords(refusal.fault);
	useEffect(() => {
		if (shown)
			announce(why, true);
	}, [refusal?.id]);
	if (!shown)
		return null;
	return (
		<p class="refused">
			<span>{why}</span>
			<button type="button" class="round" aria-label={t("close")} onClick={() => { session.refusal.value = null; }}><Icon name="close" /></button>
		</p>
	);
}

/** What a participant's every face says at its top when something is amiss: no contact, no saving, a forgotten lane, and what had been saved and is not. */
export function Trouble({ session }: { session: Session }) {
	const held = session.held_back, stuck = session.health !== 0;
	const store = t("store-away", { time: clockTime(session.health_since) });
	useEffect(() => { if (stuck) announce(store); }, [stuck]);
	return (
		<>
			{session.away_ms > AWAY_MS && <Band>{session.all_saved ? t("contact-none-saved") : t("unsaved-why")}</Band>}
			{stuck && <Band>{!session.all_saved && <><b>{t("unsaved")}.</b> </>}{store}</Band>}
			{held > 0 && (
				<div class="band attn">
					<div>{t("held-back", { n: held })}</div>
					<Button onClick={() => session.live.settle_held_back(true)}>{t("held-send")}</Button>
					<Button onClick={() => session.live.settle_held_back(false)}>{t("held-drop")}</Button>
				</div>
			)}
			{session.undone.value.map((u) => <Lost key={u.key} session={session} undone={u} />)}
		</>
	);
}

/** What had been called saved and is not: which, what it said, and the way to say it again. Stays until the person has answered, or it is back. */
function Lost({ session, undone }: { session: Session; undone: Undone }) {
	const may = session.may_send(undone);
	const what = undone.is === "note" ? t(undone.how === "refused" ? "lost-note-refused" : "lost-note") : t(undone.how === "unsure" ? "lost-unsure" : "lost-ballot", { title: undone.title });
	const said = undone.is === "note" ? undone.note.words : session.said(undone);
	useEffect(() => announce(what, true), []);
	return (
		<div class="band attn">
			<div>{what}{said && <> <span class="keep">{t("lost-was", { words: said })}</span></>}{!may && <> {t("lost-closed")}</>}</div>
			{may && <Button onClick={() => session.send_again(undone)}>{t(undone.is === "note" && !session.has_pen ? "notes-suggest" : "lost-send")}</Button>}
			<Button onClick={() => session.put_away(undone)}>{may ? t("lost-leave") : t("understood")}</Button>
		</div>
	);
}

/** The bar under a ballot: why something was not taken or saved, the count, the mark; then the one filled button. */
export function Tray({ session, activity, state, hint, left, mark, next, children }: {
	session: Session; activity: Activity; state: Saving; hint?: string; left?: preact.ComponentChildren; mark?: preact.ComponentChildren; next?: preact.ComponentChildren;
	/** What stays in the thumb's reach however long the question is. */
	children?: preact.ComponentChildren;
}) {
	const accord = isOpen(session.phase(activity.number, session.me.room).phase) ? session.accord(activity) : null;
	return (
		<div class="tray">
			<Refused session={session} activity={activity.number} />
			{hint && <p class="hint">{hint}</p>}
			{state === "long" && <p class="why">{unsavedWhy(session)}</p>}
			{children}
			{accord ? <Agree session={session} activity={activity} accord={accord} state={state} mark={mark} next={next} /> : (
				<>
					<div class="tray-line">{left}{mark ?? <Saved state={state} />}</div>
					{next}
				</>
			)}
		</div>
	);
}

/** So many names are read at a glance. */
const NAMES_MOST = 6;
/** The room's ballot, which its note-taker proposes and everybody confirms (ux.md 3.1, wireframe 6). Who proposes agrees. */
function Agree({ session, activity, accord, state, mark, next }: { session: Session; activity: Activity; accord: Accord; state: Saving; mark?: preact.ComponentChildren; next?: preact.ComponentChildren }) {
	const { room } = session.me;
	const { holder } = session.pen(room);
	const members = session.members(room);
	const not_yet = new Set(accord.own === NOT_YET ? [...accord.not_yet, session.actor] : accord.not_yet.filter((m) => m !== session.actor || accord.own !== AGREES));
	const agree = new Set([...accord.agree.filter((m) => m !== session.actor), ...(accord.own === AGREES ? [session.actor] : []), ...(holder !== 0 && !not_yet.has(holder) ? [holder] : [])]);
	const mine = holder === session.actor;
	const single = activity.kind === "choice" && (activity.config[1] ?? 1) === 1;
	const said = single ? session.said({ activity: activity.number, bytes: accord.bytes }) : "";
	const name = session.member_name(room, holder);
	const ask = said ? (name ? t("agree-ask", { name, said }) : t("agree-ask-room", { said })) : name ? t("agree-ask-name", { name }) : t("agree-ask-list");
	const n = Math.max(members.length, agree.size);
	const count = agree.size >= n ? t("agree-all", { n }) : t("agree-count", { k: agree.size, n });
	const waits = members.filter((m) => not_yet.has(m.member) && m.member !== session.actor && m.name).map((m) => m.name);
	const saying = useSaving(session, accord.on_its_way, false);
	const asked = hex(accord.bytes);
	useEffect(() => { if (!mine) announce(ask); }, [asked, mine]);
	const press = (answer: number) => {
		session.refusal.value = null;
		const own = accord.own === answer ? 0 : answer;
		session.agree(activity, own);
		if (own)
			announce(t(own === AGREES ? "agree-said-yes" : "agree-said-no"));
	};
	return (
		<>
			<p class="ask">{mine ? t("agree-yours") : ask}</p>
			<div class="tray-line"><b class="left num">{count}</b>{mark ?? <Saved state={accord.on_its_way ? saying : state} />}{waits.length > 0 && waits.length <= NAMES_MOST && <span class="note wide">{t("agree-wait", { names: waits.join(", ") })}</span>}</div>
			{!mine && (
				<div class="two">
					<Button look={accord.own === 0 ? "primary" : "plain"} icon={accord.own === AGREES ? "check" : undefined} aria-pressed={accord.own === AGREES} onClick={() => press(AGREES)}>{t("agree-yes")}</Button>
					<Button aria-pressed={accord.own === NOT_YET} onClick={() => press(NOT_YET)}>{t("agree-no")}</Button>
				</div>
			)}
			{(mine || accord.own !== 0) && next}
		</>
	);
}

/** Under a result: the way to its twin, and to the next question, whose button stands where it stood under the ballot. */
export function Foot({ table, swap, next }: { table: boolean; swap?: () => void; next?: preact.ComponentChildren }) {
	const twin = swap && <Button icon="table" aria-pressed={table} onClick={swap}>{table ? t("as-picture") : t("as-table")}</Button>;
	if (!next)
		return twin ? <div class="foot">{twin}</div> : null;
	return <>{twin && <div class="twin">{twin}</div>}<div class="foot">{next}</div></>;
}

/** What is being set or typed, held for a pause so that not every key is sent. It goes at the end of the pause, at the latest after `most_ms`, on leaving, and
 * when the page goes away. Returns the value held (null: none), how to set it (now: at once), and how to send it early. */
export function useDraft<T>(session: Session, pause_ms: number, most_ms: number, send: (value: T) => void): [{ value: T } | null, (value: T, now?: boolean) => void, () => void] {
	const [draft, setDraft] = useState<{ value: T } | null>(null);
	const held = useRef<{ value: T; since: number; cancel: () => void } | null>(null);
	const sender = useRef(send);
	sender.current = send;
	const [flush] = useState(() => () => {
		const last = held.current;
		if (!last)
			return;
		last.cancel();
		held.current = null;
		setDraft(null);
		sender.current(last.value);
	});
	const put = (value: T, now = false) => {
		held.current?.cancel();
		const at = session.world.now();
		const since = held.current?.since ?? at;
		held.current = { value, since, cancel: now ? () => {} : session.world.later(Math.max(0, Math.min(pause_ms, since + most_ms - at)), flush) };
		if (now)
			flush();
		else
			setDraft({ value });
	};
	useEffect(() => {
		const hidden = () => { if (document.hidden) flush(); };
		addEventListener("leave", flush);
		document.addEventListener("visibilitychange", hidden);
		return () => {
			removeEventListener("leave", flush);
			document.removeEventListener("visibilitychange", hidden);
			flush();
		};
	}, []);
	return [draft, put, flush];
}

const NOTE_WORDS: Record<number, string> = {
	[NOTE.observation]: "note-observation", [NOTE.idea]: "note-idea", [NOTE.decision]: "note-decision", [NOTE.question]: "note-question",
	[NOTE.example]: "note-example", [NOTE.pitfall]: "note-pitfall", [NOTE.parking]: "note-parking",
};
/** What kind of note it is, in a word. */
export const noteKind = (kind: number): string => t(NOTE_WORDS[kind] ?? "note-observation");

export function Band({ children, close, tone = "attn" }: { children: preact.ComponentChildren; close?: () => void; tone?: "attn" | "calm" }) {
	return (
		<div class={`band ${tone}`}>
			<div>{children}</div>
			{close && <button type="button" class="button plain" onClick={close}>{t("understood")}</button>}
		</div>
	);
}

export const isOpen = (phase: number): boolean => phase === PHASE.OPEN || phase === PHASE.CLOSING;
export const roomLabel = (session: Session, room: number): string => {
	const name = session.room_name(room);
	return name ? t("room-named", { room, name }) : t("room-number", { room });
};
