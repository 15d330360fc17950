// SPDX-License-Identifier: EUPL-1.2
// The room in full, where somebody looks for it: its people, who leads, hand and "we are done", notes, suggestions; and the sheet with all of it. A part of its own.
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Button, Dot, Icon, Sheet } from "../look/parts.js";
import type { Session, Step } from "../state/session.js";
import { COMMAND, NOTE } from "../tables.js";
import { t } from "../words/words.js";
import { Refused, Saved, roomLabel, useSaving } from "./common.js";
import { NotesList } from "./notes_list.js";
export { Rescued } from "./notes_list.js";
import { FocusAct, NAMES_MOST, handWords, isLink, leaderWords, penWords } from "./room.js";

const SUGGESTION_MAX = 300; /* letters, as a note */

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

/** So many more minutes the leader asks for with one press. */
const MORE_MINUTES = 5;
/** Who is here: the note-taker and the leader first, who is away and for how long. A hall is a number. */
export function RoomPeople({ session, room }: { session: Session; room: number }) {
	const members = session.members(room);
	const { holder } = session.pen(room);
	const leader = session.leader(room);
	const away = session.away_from(room);
	if (members.length > NAMES_MOST)
		return <p class="note">{t("in-room-count", { n: members.length })}</p>;
	const first = (m: { member: number }) => Number(m.member === holder) * 2 + Number(m.member === leader);
	/* Of people without names only those who do something are told apart. */
	const told = members.filter((m) => m.name || m.member === session.actor || first(m) > 0);
	const rest = members.filter((m) => !told.includes(m));
	const gone = rest.filter((m) => away.has(m.member)).length;
	return (
		<ul class="people">
			{[...told].sort((x, y) => first(y) - first(x)).map((m) => {
				const ms = m.member === session.actor ? undefined : away.get(m.member);
				return (
					<li key={m.member} class={ms === undefined ? "" : "away"}>
						{m.member === holder && <><Icon name="pen" /><span class="unseen">{t("notes-holder")}: </span></>}
						<span><span class={first(m) > 0 ? "holder" : ""}>{m.member === session.actor ? t("notes-you") : m.name || t("unnamed")}</span>{m.member === leader && `, ${t("leader-role")}`}{ms !== undefined && `, ${ms < 60_000 ? t("people-away") : t("people-away-for", { m: Math.floor(ms / 60_000) })}`}</span>
						{m.organisation && <span class="soft"> {m.organisation}</span>}
					</li>
				);
			})}
			{rest.length > 0 && <li>{t("unnamed-some", { n: rest.length })}{gone > 0 && <span class="soft"> {t("people-some-away", { n: gone })}</span>}</li>}
		</ul>
	);
}

/** One of the room, by name. Nobody is picked from a hall, and nobody without a name. */
export function PickMember({ session, room, title, pick, children }: { session: Session; room: number; title: string; pick: (member: number) => void; children?: ComponentChildren }) {
	const members = session.members(room);
	const away = session.away_from(room);
	return (
		<div class="pen-give" role="group" aria-label={title}>
			<p><b>{title}</b></p>
			{members.length <= NAMES_MOST && members.filter((m) => m.member !== session.actor && !away.has(m.member) && (m.name || members.length <= 12)).map((m) => <Button key={m.member} onClick={() => pick(m.member)}>{m.name || t("unnamed-n", { n: m.member })}</Button>)}
			{children}
		</div>
	);
}

/** Who leads the discussion, and what the leader may do. */
function Leading({ session, room, step, activity, turns }: { session: Session; room: number; step: Step | null; activity: number; turns: boolean }) {
	const [giving, setGiving] = useState(false);
	const leader = session.leader(room);
	const mine = leader === session.actor;
	const waits = session.waits_for(COMMAND.lead);
	const give = (member: number) => {
		setGiving(false);
		session.lead(room, member);
	};
	return (
		<div class="leading">
			<p class="note"><Icon name="people" /> {leaderWords(session, room)}</p>
			{!mine && <Button aria-disabled={waits || session.stuck} onClick={() => { if (!waits) session.lead(room, session.actor); }}>{t("leader-take")}</Button>}
			{step && turns && <FocusAct session={session} room={room} step={step} activity={activity} />}
			{mine && !giving && <Button onClick={() => setGiving(true)}>{t("leader-give")}</Button>}
			{mine && giving && (
				<PickMember session={session} room={room} title={t("leader-to")} pick={give}>
					<Button look="quiet" onClick={() => give(0)}>{t("leader-lay")}</Button>
					<button type="button" class="link" onClick={() => setGiving(false)}>{t("regret")}</button>
				</PickMember>
			)}
		</div>
	);
}

/** A room's leader, its hand, and its "we are done". turns: the leader's button stands here too. */
export function RoomActs({ session, room, step, activity = 0, turns = true }: { session: Session; room: number; step: Step | null; activity?: number; turns?: boolean }) {
	const hand = session.hand(room);
	const leader = session.leader(room);
	/* More time is asked for by whoever keeps the talk together. */
	const may_ask_time = !hand && session.remaining(room) !== null && (leader === session.actor || (leader === 0 && session.has_pen));
	const done = step !== null && session.done_step(room) === step.number;
	const hand_waits = session.waits_for(COMMAND.hand), ready_waits = session.waits_for(COMMAND.ready);
	return (
		<div class="room-acts">
			{step && <Leading session={session} room={room} step={step} activity={activity} turns={turns} />}
			{hand && <p class="note">{handWords(hand)}</p>}
			<Button icon="flag" aria-disabled={hand_waits} onClick={() => { if (!hand_waits) session.hand_up(room, hand === null); }}>{hand ? t(hand.minutes > 0 ? "help-minutes-down" : "help-down") : t("help-ask")}</Button>
			{may_ask_time && <Button icon="clock" aria-disabled={hand_waits} onClick={() => { if (!hand_waits) session.hand_up(room, true, MORE_MINUTES); }}>{t("help-minutes")}</Button>}
			{step && (
				<>
					{done && <p class="note"><Icon name="check" /> {t("ready-yes")}</p>}
					<Button icon={done ? undefined : "check"} aria-disabled={ready_waits} onClick={() => { if (!ready_waits) session.ready(room, step.number, !done); }}>{done ? t("ready-no") : t("ready-room")}</Button>
				</>
			)}
		</div>
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
	return <><RoomActs session={session} room={room} step={step} activity={activity} />{step && <RoomNotes session={session} room={room} step={step} activity={activity} />}</>;
}

export function RoomSheet({ session, room, step, activity, notes, close }: { session: Session; room: number; step: Step | null; activity: number; notes?: boolean; close: () => void }) {
	const [name, setName] = useState(session.me.name);
	const link = session.rooms.find((r) => r.room === room)?.link ?? "";
	const profile = useSaving(session, session.waits_for(COMMAND.profile), true);
	return (
		<Sheet title={room ? roomLabel(session, room) : t("you-are-in")} close={close}>
			{room > 0 && !session.over && (
				<>
					<p class="note"><Icon name="pen" /> {penWords(session, room)}</p>
					{notes && session.leader(room) !== 0 && <p class="note"><Icon name="people" /> {leaderWords(session, room)}</p>}
					{isLink(link) && <p><a href={link} target="_blank" rel="noreferrer noopener">{t("video-room")}</a></p>}
					<Refused session={session} activity={0} />
					{!notes && <RoomActs session={session} room={room} step={step} activity={activity} />}
				</>
			)}
			{!room ? <p>{t("no-room")}</p> : !notes && (
				<RoomPeople session={session} room={room} />
			)}
			{room > 0 && !session.over && step && <RoomNotes session={session} room={room} step={step} activity={activity} />}
			{room > 0 && !session.over && notes && <RoomActs session={session} room={room} step={step} activity={activity} />}
			<form onSubmit={(e) => {
				e.preventDefault();
				session.rename(name.trim());
				close();
			}}>
				<label for="own-name">{t("join-name")} <span class="soft">{t("optional")}</span></label>
				<input id="own-name" type="text" maxLength={40} value={name} onInput={(e) => setName(e.currentTarget.value)} />
				<div class="tray-line"><button type="submit" class="button plain">{t("name-change")}</button><Saved state={profile} /></div>
			</form>
		</Sheet>
	);
}
