// SPDX-License-Identifier: EUPL-1.2
// What a room lives by, as its members see it: who takes notes, the notes, suggestions, a raised hand, "we are done", everybody back.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button, Icon, announce } from "../look/parts.js";
import type { Session, Step } from "../state/session.js";
import { leadTo } from "../state/turn.js";
import { COMMAND } from "../tables.js";
import { countdown, t } from "../words/words.js";
import { Band, roomLabel } from "./common.js";

/** The page is wide enough for the room to stand beside it: it is drawn there or in the page, never twice. As look/participant.css has it. */
const query = typeof matchMedia === "function" ? matchMedia("(min-width: 1240px)") : null;
export const wide = signal(query?.matches ?? false);
query?.addEventListener("change", () => { wide.value = query.matches; });

export const isLink = (link: string): boolean => /^https?:\/\//.test(link);

/** Who takes notes, in a sentence. */
export function penWords(session: Session, room: number): string {
	const { holder, away } = session.pen(room);
	if (holder === 0)
		return t("pen-nobody");
	if (holder === session.actor)
		return t("pen-you");
	const name = session.member_name(room, holder);
	return away ? t("pen-away", { name: name || t("pen-somebody") }) : name ? t("pen-takes", { name }) : t("pen-takes-somebody");
}

/** The pen is free, or its holder has been away: the room is asked, once for each time. */
export function PenOffer({ session, room }: { session: Session; room: number }) {
	const { tenure, holder, away } = session.pen(room);
	const offered = room !== 0 && !session.over && (holder === 0 || away) && holder !== session.actor;
	const [put_away, setPutAway] = useState("");
	const name = `${room}/${tenure}/${holder}`;
	const asked = offered && put_away !== name;
	const words = holder === 0 ? t("pen-offer") : t("pen-offer-away", { name: session.member_name(room, holder) || t("pen-somebody") });
	useEffect(() => { if (asked) announce(words); }, [asked, words]);
	if (!asked)
		return null;
	return (
		<div class="band calm offer">
			<div><Icon name="pen" /> {words}</div>
			<Button aria-disabled={session.stuck} onClick={() => { if (session.pen_take(room)) session.side.value = "notes"; }} disabled={session.waits_for(COMMAND.pen_take)}>{t("pen-take")}</Button>
			<Button look="quiet" onClick={() => setPutAway(name)}>{t("pen-not-now")}</Button>
		</div>
	);
}

export const handWords = ({ place, minutes }: { place: number; minutes: number }): string => (minutes > 0 ? (place > 0 ? t("help-minutes-queue", { m: minutes, n: place }) : t("help-minutes-up", { m: minutes }))
	: place > 0 ? t("help-queue", { n: place }) : t("help-up"));

/** Who leads the discussion, in a sentence. */
export function leaderWords(session: Session, room: number): string {
	const leader = session.leader(room);
	const name = session.member_name(room, leader);
	return leader === 0 ? t("leader-nobody") : leader === session.actor ? t("leader-you") : name ? t("leader-is", { name }) : t("leader-somebody");
}

/** Said once: somebody else holds the pen or leads now; the room's hand is up. */
export function useRoomVoice(session: Session, room: number): void {
	const hand = session.hand(room);
	const up = useRef(hand !== null);
	useEffect(() => {
		if (hand && !up.current)
			announce(handWords(hand));
		up.current = hand !== null;
	}, [hand === null]);
	const { holder } = session.pen(room);
	const last = useRef(holder);
	useEffect(() => {
		if (holder !== last.current && holder !== 0)
			announce(holder === session.actor ? t("pen-yours") : t("pen-now", { name: session.member_name(room, holder) || t("pen-somebody") }));
		last.current = holder;
	}, [holder]);
	const leader = session.leader(room);
	const led = useRef(leader);
	useEffect(() => {
		if (leader !== led.current && leader !== 0)
			announce(leaderWords(session, room));
		led.current = leader;
	}, [leader]);
}

/** Everybody comes back together in so long. */
export function Back({ session, room }: { session: Session; room: number }) {
	const back = session.back(room);
	const out = back !== null && back.remaining_ms === 0;
	const [put_away, setPutAway] = useState(false);
	useEffect(() => {
		setPutAway(false);
		if (back && !out)
			announce(t("back-in", { time: countdown(back.remaining_ms) }), true);
		if (out)
			announce(t("back-now"), true);
	}, [back === null, out]);
	if (!back || put_away)
		return null;
	return <Band tone="calm" close={out ? () => setPutAway(true) : undefined}><b class="num">{out ? t("back-now") : t("back-in", { time: countdown(back.remaining_ms) })}</b></Band>;
}

/** A list of names is of use up to here; above it a room is a hall. In a sentence fewer do. */
export const NAMES_MOST = 100;
const NAMES_SAID = 12;

/** The leader's button: the room's pages turn to this question, or to the next. */
export function FocusAct({ session, room, step, activity, then }: { session: Session; room: number; step: Step; activity: number; then?: (activity: number) => void }) {
	const to = session.may_focus ? leadTo(step.activities, session.focus(room)?.activity ?? 0, activity) : null;
	const waits = session.waits_for(COMMAND.focus);
	return to && (
		<Button aria-disabled={waits || session.stuck} onClick={() => {
			if (!waits && session.focus_on(room, to.activity))
				then?.(to.activity);
		}}>{t(to.is === "show" ? "focus-show" : "focus-next")}</Button>
	);
}

/** Which question of the step the room talks about: this one, or where to go. null: none, and something else may stand here. */
export function focusLine(session: Session, room: number, step: Step, at: number, go: (activity: number) => void): ComponentChildren {
	const focus = room ? session.focus(room) : null;
	const n = focus ? step.activities.indexOf(focus.activity) + 1 : 0;
	if (!focus || n === 0 || step.activities.length < 2)
		return null;
	return focus.activity === at ? <p class="level talk"><Icon name="people" /> {t("focus-here")}</p>
		: <p class="level talk"><span>{t("focus-other", { n })}</span> <button type="button" class="link" onClick={() => go(focus.activity)}>{t("focus-go")}</button></p>;
}

/** Somebody is in the middle of something: a touch, or a text. */
const touches = new Set<number>();
if (typeof addEventListener === "function") {
	addEventListener("pointerdown", (e) => {
		if (e.isPrimary)
			touches.clear(); /* an end that nobody told us */
		touches.add(e.pointerId);
	}, true);
	for (const name of ["pointerup", "pointercancel"] as const)
		addEventListener(name, (e) => { touches.delete(e.pointerId); }, true);
}
export const inTheMiddle = (): boolean => touches.size > 0 || (typeof document === "object" && document.activeElement !== null && document.activeElement.matches("textarea, input:not([type=radio], [type=checkbox], [type=range])"));

export function InRoom({ session, room }: { session: Session; room: number }) {
	if (!room)
		return null;
	const members = session.members(room);
	const link = session.rooms.find((r) => r.room === room)?.link ?? "";
	const named = members.filter((m) => m.member !== session.actor && m.name).map((m) => m.name).slice(0, NAMES_SAID);
	const rest = members.length - 1 - named.length;
	const away = session.away_from(room);
	const gone = members.filter((m) => m.member !== session.actor && away.has(m.member));
	return (
		<section class="in-room">
			<h2>{roomLabel(session, room)}</h2>
			<p>{named.length > 0 ? (rest > 0 ? t("in-room-more", { names: named.join(", "), n: rest }) : t("in-room", { names: named.join(", ") })) : t("in-room-count", { n: members.length })}</p>
			{gone.length > 0 && <p class="note">{gone.length <= 2 && gone.every((m) => m.name) ? gone.map((m) => `${m.name}, ${t("people-away")}.`).join(" ") : t("people-some-away", { n: gone.length })}</p>}
			<p class="note"><Icon name="pen" /> {penWords(session, room)}</p>
			{session.leader(room) !== 0 && <p class="note"><Icon name="people" /> {leaderWords(session, room)}</p>}
			{isLink(link) && <p><a href={link} target="_blank" rel="noreferrer noopener">{t("video-room")}</a></p>}
		</section>
	);
}

/** One quiet line above the bar at the bottom: who takes notes, how much there is; opens the room. */
export function RoomLine({ session, room, step, open }: { session: Session; room: number; step: Step; open: () => void }) {
	const hand = session.hand(room);
	return (
		<button type="button" class="room-strip" aria-haspopup="dialog" onClick={open}>
			<Icon name="pen" /><span>{penWords(session, room)} {t("room-notes-n", { n: session.notes(room, step.number).length })}</span>{hand && <Icon name="flag" />}<Icon name="right" />
		</button>
	);
}
