// SPDX-License-Identifier: EUPL-1.2
// One room: its time and questions, who is there, who writes, what is written, what lies in its tray, its name, and ballots on paper.
import { useState } from "preact/hooks";
import { Button, Icon, Sheet, announce } from "../../look/parts.js";
import { type Activity, type Session, type Step, place_between } from "../../state/session.js";
import { COMMAND, PHASE, VIEW } from "../../tables.js";
import { clockTime, countdown, t } from "../../words/words.js";
import { isOpen, noteKind, roomLabel } from "../common.js";
import type { Open } from "../facilitator.js";
import { NotesList } from "../notes_list.js";
import { MINUTE, activitiesOf, addTime, carryOn, closeAll, counted, givePen, grant, leads, move, pause, rename, reopen, show, writes } from "./acts.js";
import { PaperFold } from "./paper.js";
import type { Stage } from "./plan.js";
import { left, ownTime, still } from "./read.js";
import { TakeBack } from "./time.js";
import { Stuck } from "./trouble.js";

interface Props { session: Session; room: number; step: Step | null; stage: Stage; activity: Activity | null; open: (what: Open) => void; close: () => void }

export function RoomPanel({ session, room, step, stage, activity, open, close }: Props) {
	const members = session.members(room), { stuck } = session;
	const count = counted(session, stage.about);
	const done = count?.rooms.get(room);
	const revealed = activity !== null && session.phase(activity.number).phase === PHASE.REVEALED;
	const hand = room ? session.hand(room) : null;
	const running = activitiesOf(session, step).filter((a) => isOpen(session.phase(a.number).phase));
	const here = (a: Activity) => session.phase(a.number, room).phase;
	/* What is secret cannot be opened again before its seal: it is not closed for one room either. */
	const going = running.filter((a) => isOpen(here(a)) && !a.secret);
	/* What was closed in this room opens again; when nothing was, what the room already talks about. Secret ones wait for their seal. */
	const closed = running.filter((a) => here(a) === PHASE.CLOSED && !a.secret), stopped = closed.length ? closed : running.filter((a) => here(a) === PHASE.REVEALED);
	const notes = room && step ? session.notes(room, step.number) : [], tray = room ? session.tray(room) : [];
	return (
		<Sheet title={room ? roomLabel(session, room) : t("without-room-title")} close={close}>
			<Stuck session={session} />
			<p class="room-panel">{t("tile-here", { here: session.present.rooms.get(room) ?? 0, seats: session.seats(room) })}{done && <>, {count?.many ? t("fac-k-of-n-answers", { k: done[0], n: done[1] }) : t("tile-done", { k: done[0], n: done[1] })}</>}
				{room > 0 && step !== null && session.done_step(room) === step.number && <>, {t("fac-tile-ready")}</>}</p>
			{hand && (
				<p class="back-line">
					<span>{hand.minutes > 0 ? t("fac-room-wants", { m: hand.minutes, time: clockTime(hand.at_ms) }) : t("fac-room-asks", { time: clockTime(hand.at_ms) })}</span>
					{hand.minutes > 0 && <Button icon="clock" aria-disabled={stuck} onClick={() => { if (!stuck) grant(session, room, hand.minutes); }}>{t("fac-grant", { m: hand.minutes })}</Button>}
					<Button icon="check" aria-disabled={stuck} onClick={() => { if (!stuck) session.hand_up(room, false); }}>{t("fac-queue-done")}</Button>
				</p>
			)}
			{room > 0 && !session.over && <RoomTime session={session} room={room} />}
			{room > 0 && (
				<div class="acts">
					{!session.over && <Button icon="say" onClick={() => open({ is: "say", room })}>{t("fac-room-say")}</Button>}
					{going.length > 0 && <Button aria-disabled={stuck} onClick={() => closeAll(session, going.map((a) => a.number), true, room)}>{t("fac-room-close", { n: going.length })}</Button>}
					{stopped.length > 0 && <Button aria-disabled={stuck} onClick={() => reopen(session, stopped.map((a) => a.number), room)}>{t("fac-room-open", { n: stopped.length })}</Button>}
					{revealed && !session.over && <Button icon="screen" aria-disabled={stuck} onClick={() => { if (show(session, VIEW.ROOM, activity.number, room)) close(); }}>{t("room-spotlight")}</Button>}
					{step && notes.length > 0 && !session.over && <Button icon="screen" aria-disabled={stuck} onClick={() => { if (show(session, VIEW.NOTES, activity?.number ?? 0, room)) close(); }}>{t("fac-room-notes-show")}</Button>}
				</div>
			)}
			{room > 0 && step && step.activities.length > 1 && <FocusLine session={session} room={room} step={step} />}
			{room > 0 && (writes(session) || members.length > 0) && <PenLine session={session} room={room} />}
			{room > 0 && members.length > 0 && <LeadLine session={session} room={room} />}
			{tray.length > 0 && (
				<details class="fold" open>
					<summary>{t("fac-room-tray", { n: tray.length })}</summary>
					<ol class="room-notes">
						{tray.map((item) => (
							<li key={item.item}>
								<p class="keep">{item.words}</p>
								<p class="note">{noteKind(item.kind)} · {item.tenure === 0 ? t("fac-tray-suggested") : t("fac-tray-recovered")} · {session.member_name(room, item.author) || t("fac-pen-somebody")} {clockTime(item.at_ms)}</p>
								<div class="acts"><Button aria-disabled={stuck} onClick={() => { if (!stuck) session.tray_take(room, item.item, session.note_id(), lastPlace(session, room, item.step)); }}>{t("fac-tray-take")}</Button><Button aria-disabled={stuck} onClick={() => { if (!stuck) session.tray_take(room, item.item, null, 0); }}>{t("fac-tray-aside")}</Button></div>
							</li>
						))}
					</ol>
				</details>
			)}
			{room > 0 && (notes.length > 0 || writes(session)) && (
				<details class="fold" open={notes.length > 0 && notes.length <= 6}>
					<summary>{notes.length ? t("fac-room-notes", { n: notes.length }) : t("fac-notes-none-yet")}</summary>
					{step && notes.length > 0 && <NotesList session={session} room={room} step={step.number} more />}
				</details>
			)}
			<People session={session} room={room} />
			{room > 0 && <PaperFold session={session} room={room} step={step} />}
			{room > 0 && <NameFold session={session} room={room} />}
		</Sheet>
	);
}

/** Behind the last note of the step. */
function lastPlace(session: Session, room: number, step: number): number {
	return place_between(session.notes(room, step).reduce((most, note) => Math.max(most, note.place), 0), null);
}

function PenLine({ session, room }: { session: Session; room: number }) {
	const pen = session.pen(room), members = session.members(room);
	const [target, setTarget] = useState(0);
	const name = session.member_name(room, pen.holder) || t("unnamed-n", { n: pen.holder });
	return (
		<div class="pen-line">
			<p class={writes(session) && (pen.holder === 0 || pen.away) ? "attn-words" : ""}><Icon name="pen" /> {pen.holder === 0 ? t("fac-pen-nobody") : pen.away ? t("fac-pen-was", { name }) : t("fac-pen-is", { name })}</p>
			{members.length > 0 && !session.over && (
				<div class="one-line">
					<label for="pen-target">{t("fac-pen-give-to")}</label>
					<select id="pen-target" value={target} onChange={(e) => setTarget(Number(e.currentTarget.value))}>
						<option value={0}>{t("fac-pen-pick")}</option>
						{members.filter((m) => m.member !== pen.holder || pen.away).map((m) => <option key={m.member} value={m.member}>{m.name || t("unnamed-n", { n: m.member })}</option>)}
					</select>
					<Button aria-disabled={target === 0 || session.stuck} onClick={() => {
						if (target === 0) {
							announce(t("fac-pen-missing-pick"), true);
							return;
						}
						givePen(session, room, target);
						setTarget(0);
					}}>{t("fac-pen-give-go")}</Button>
				</div>
			)}
		</div>
	);
}

/** What is left of the room's time, a time of its own, and the presses for it. */
function RoomTime({ session, room }: { session: Session; room: number }) {
	const time = left(session, room), stands = still(session, room), own = ownTime(session, room), { stuck } = session;
	return (
		<div class="room-time">
			<p>{time === null ? t("no-deadline") : <><b class="num">{countdown(time)}</b> {stands ? t("fac-stands-still") : own ? t("fac-own") : t("fac-as-all")}</>}</p>
			<div class="acts">
				<Button icon="clock" aria-disabled={stuck} onClick={() => { if (!stuck) addTime(session, 5 * MINUTE, room); }}>{t("room-more-time")}</Button>
				{time !== null && time > 0 && (stands ? <Button aria-disabled={stuck} onClick={() => { if (!stuck) carryOn(session, room); }}>{t("fac-carry-on")}</Button> : <Button aria-disabled={stuck} onClick={() => { if (!stuck) pause(session, room); }}>{t("fac-pause")}</Button>)}
				<TakeBack session={session} />
			</div>
		</div>
	);
}

/** The question that the room talks about; its pages turn to it. */
function FocusLine({ session, room, step }: { session: Session; room: number; step: Step }) {
	const talks = session.focus(room), list = activitiesOf(session, step);
	return (
		<div class="one-line">
			<label for="focus">{t("fac-focus")}</label>
			<select id="focus" disabled={session.stuck || session.over} value={talks && step.activities.includes(talks.activity) ? talks.activity : 0} onChange={(e) => session.command(COMMAND.focus, room, 0, [Number(e.currentTarget.value)])}>
				<option value={0}>{t("fac-focus-none")}</option>
				{list.map((a, i) => <option key={a.number} value={a.number}>{i + 1}. {a.title}</option>)}
			</select>
		</div>
	);
}

/** Who leads the room's discussion. */
function LeadLine({ session, room }: { session: Session; room: number }) {
	const members = session.members(room), who = session.leader(room), name = session.member_name(room, who) || t("unnamed-n", { n: who });
	return (
		<div class="pen-line">
			<p><Icon name="say" /> {who === 0 ? t("fac-lead-nobody") : t("fac-lead-is", { name })}</p>
			{!session.over && (
				<div class="one-line">
					<label for="lead-target">{t("fac-lead-give-to")}</label>
					<select id="lead-target" disabled={session.stuck} value={who} onChange={(e) => leads(session, room, Number(e.currentTarget.value))}>
						<option value={0}>{t("fac-lead-none")}</option>
						{members.map((m) => <option key={m.member} value={m.member}>{m.name || t("unnamed-n", { n: m.member })}</option>)}
					</select>
				</div>
			)}
		</div>
	);
}

function People({ session, room }: { session: Session; room: number }) {
	const [picked, setPicked] = useState<Set<number>>(new Set());
	const [target, setTarget] = useState(0);
	const members = session.members(room);
	const others = session.rooms.filter((r) => r.room !== room);
	const away = session.away_from(room);
	return (
		<>
			<fieldset class="people-list">
				<legend>{t("room-people")}</legend>
				{members.length === 0 && <p class="note">{t("room-empty")}</p>}
				<div class="people-grid">{members.map((m) => (
					<label class="check" key={m.member}>
						<input type="checkbox" checked={picked.has(m.member)} onChange={() => { const next = new Set(picked); if (!next.delete(m.member)) next.add(m.member); setPicked(next); }} />
						<span>{m.name || t("unnamed-n", { n: m.member })} {m.organisation && <span class="soft">{m.organisation}</span>}{away.has(m.member) && <span class="away"> {t("fac-away-since", { m: Math.floor(away.get(m.member)! / MINUTE) })}</span>}</span>
					</label>
				))}</div>
			</fieldset>
			{others.length > 0 && members.length > 0 && (
				<div class="move">
					<div class="one-line">
						<label for="target">{t("move-to")}</label>
						<select id="target" value={target} onChange={(e) => setTarget(Number(e.currentTarget.value))}>
							<option value={0}>{t("move-pick")}</option>
							{others.map((r) => <option key={r.room} value={r.room}>{roomLabel(session, r.room)}</option>)}
						</select>
						<Button aria-disabled={picked.size === 0 || target === 0 || session.stuck} onClick={() => {
							if (picked.size === 0 || target === 0) {
								announce(t("move-missing"), true);
								return;
							}
							if (move(session, new Map([...picked].map((m) => [m, target]))))
								setPicked(new Set());
						}}>{t("move-go", { n: picked.size })}</Button>
					</div>
					<p class="note">{t("move-note")}</p>
				</div>
			)}
		</>
	);
}

/** The room's name and the address of its video room. */
function NameFold({ session, room }: { session: Session; room: number }) {
	const is = session.rooms.find((r) => r.room === room);
	const [name, setName] = useState(is?.name ?? "");
	const [link, setLink] = useState(is?.link ?? "");
	const good = link.trim() === "" || /^https?:\/\/\S+$/.test(link.trim());
	return (
		<details class="fold">
			<summary>{t("fac-room-naming")}</summary>
			<form onSubmit={(e) => {
				e.preventDefault();
				if (good)
					rename(session, room, name.trim(), link.trim());
			}}>
				<div class="field"><label for="room-name">{t("fac-room-name")}</label><input id="room-name" type="text" maxLength={60} value={name} onInput={(e) => setName(e.currentTarget.value)} /></div>
				<div class="field"><label for="room-link">{t("fac-room-link")}</label><input id="room-link" type="text" inputMode="url" maxLength={300} value={link} onInput={(e) => setLink(e.currentTarget.value)} /><p class="note">{good ? t("fac-room-link-note") : <span class="attn-words">{t("fac-room-link-bad")}</span>}</p></div>
				<div class="acts"><button type="submit" class="button plain" aria-disabled={!good || session.stuck}>{t("fac-room-name-go")}</button></div>
			</form>
		</details>
	);
}
