// SPDX-License-Identifier: EUPL-1.2
// What a room lives by, as its members see it: who takes notes, the notes, suggestions, a raised hand, "we are done", everybody back.
import { signal } from "@preact/signals";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Button, Dot, Icon, announce } from "../look/parts.js";
import type { Session, Step } from "../state/session.js";
import { COMMAND, NOTE } from "../tables.js";
import { countdown, t } from "../words/words.js";
import { Band, roomLabel } from "./common.js";
import { NotesList } from "./notes_list.js";

/** The page is wide enough for the room to stand beside it: it is drawn there or in the page, never twice. As look/participant.css has it. */
const query = typeof matchMedia === "function" ? matchMedia("(min-width: 1240px)") : null;
export const wide = signal(query?.matches ?? false);
query?.addEventListener("change", () => { wide.value = query.matches; });

const SUGGESTION_MAX = 300; /* letters, as a note */

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

const handWords = (hand: { place: number }): string => (hand.place > 0 ? t("help-queue", { n: hand.place }) : t("help-up"));

/** Said once: somebody else holds the pen now; the room's hand is up. */
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

/** A suggestion goes into the room's tray, where whoever takes notes finds it. */
function Suggest({ session, room, step, activity }: { session: Session; room: number; step: Step; activity: number }) {
	const [words, setWords] = useState("");
	const name = useId();
	const own = session.tray(room).filter((item) => item.author === session.actor && item.step === step.number);
	return (
		<form class="suggest" onSubmit={(e) => {
			e.preventDefault();
			if (words.trim() === "")
				return;
			session.note_put({ id: session.note_id(), room, step: step.number, kind: NOTE.observation, final: false, plenary: false, writing: false, place: 0, activity, words: words.trim() });
			setWords("");
		}}>
			<label for={name}>{t("suggest-label")}</label>
			<textarea id={name} rows={2} maxLength={SUGGESTION_MAX} value={words} aria-describedby={`${name}-hint`} onInput={(e) => setWords(e.currentTarget.value)} />
			<p class="note" id={`${name}-hint`}>{t("suggest-hint")} {t("text-warn")}</p>
			<Button type="submit">{t("suggest-send")}</Button>
			{own.length > 0 && (
				<>
					<h3>{t("suggest-yours")}</h3>
					<ul class="notes-own">{own.map((item) => (
						<li key={item.id.join()}><span class="keep">{item.words}</span><span class="marks"><span><Dot state={item.item === 0 ? "way" : "saved"} size={11} /> {item.item === 0 ? t("unsaved") : t("suggest-waits")}</span></span></li>
					))}</ul>
				</>
			)}
		</form>
	);
}

/** A room's hand and its "we are done". */
export function RoomActs({ session, room, step }: { session: Session; room: number; step: Step | null }) {
	const hand = session.hand(room);
	const done = step !== null && session.done_step(room) === step.number;
	const hand_waits = session.waits_for(COMMAND.hand), ready_waits = session.waits_for(COMMAND.ready);
	return (
		<div class="room-acts">
			{hand && <p class="note">{handWords(hand)}</p>}
			<Button icon="flag" aria-disabled={hand_waits} onClick={() => { if (!hand_waits) session.hand_up(room, hand === null); }}>{hand ? t("help-down") : t("help-ask")}</Button>
			{step && (
				<>
					{done && <p class="note"><Icon name="check" /> {t("ready-yes")}</p>}
					<Button icon={done ? undefined : "check"} aria-disabled={ready_waits} onClick={() => { if (!ready_waits) session.ready(room, step.number, !done); }}>{done ? t("ready-no") : t("ready-room")}</Button>
				</>
			)}
		</div>
	);
}

export function InRoom({ session, room }: { session: Session; room: number }) {
	if (!room)
		return null;
	const members = session.members(room);
	const link = session.rooms.find((r) => r.room === room)?.link ?? "";
	const named = members.filter((m) => m.member !== session.actor && m.name).map((m) => m.name);
	const rest = members.length - 1 - named.length;
	return (
		<section class="in-room">
			<h2>{roomLabel(session, room)}</h2>
			<p>{named.length > 0 ? (rest > 0 ? t("in-room-more", { names: named.join(", "), n: rest }) : t("in-room", { names: named.join(", ") })) : t("in-room-count", { n: members.length })}</p>
			<p class="note"><Icon name="pen" /> {penWords(session, room)}</p>
			{isLink(link) && <p><a href={link} target="_blank" rel="noreferrer noopener">{t("video-room")}</a></p>}
		</section>
	);
}

export function RoomNotes({ session, room, step, activity }: { session: Session; room: number; step: Step; activity: number }) {
	return (
		<section class="room-notes">
			<h2>{t("room-notes")}</h2>
			<NotesList session={session} room={room} step={step.number} />
			{session.has_pen ? <Button icon="pen" onClick={() => { session.side.value = "notes"; }}>{t("pen-to-notes")}</Button> : <Suggest session={session} room={room} step={step} activity={activity} />}
		</section>
	);
}

/** What the room may ask for, its notes, and suggestions. */
export function RoomLife({ session, room, step, activity }: { session: Session; room: number; step: Step | null; activity: number }) {
	return <><RoomActs session={session} room={room} step={step} />{step && <RoomNotes session={session} room={room} step={step} activity={activity} />}</>;
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
