// SPDX-License-Identifier: EUPL-1.2
// A participant: the running step, the own ballot, the own room, the time left, and what may be shown. Phone first.
import { useEffect, useRef, useState } from "preact/hooks";
import { kinds } from "../activities/kinds.js";
import { pack, packText } from "../live/wire.js";
import { Button, Dot, Mark, Sheet, announce } from "../look/parts.js";
import { Settings } from "../look/settings.js";
import { type Activity, HOLDER_ROOM, type Session } from "../state/session.js";
import { COMMAND, FAULT, PHASE } from "../tables.js";
import { t } from "../words/words.js";
import { Band, Refused, Saved, Secrecy, Timer, isOpen, roomLabel, useSaving } from "./common.js";

export function ParticipantFace({ session }: { session: Session }) {
	const [people, setPeople] = useState(false);
	const room = session.me.room;
	const moved = useMoved(session, room);
	const step = session.step(room);
	const activities = (step?.activities ?? []).map((n) => session.activity(n)).filter((a): a is Activity => a !== null && a.kind in kinds);
	const [chosen, setChosen] = useState(0);
	const shown = useShown(session, activities, chosen);
	const activity = activities[shown] ?? null;
	useEffect(() => { document.title = session.title ? `${session.title} · Bollplank` : "Bollplank"; });

	if (session.over)
		return <main class="face person"><TopBar session={session} room={room} open={() => setPeople(true)} /><Over session={session} /></main>;
	return (
		<main class="face person">
			<TopBar session={session} room={room} open={() => setPeople(true)} />
			<Bands session={session} room={room} moved={moved} />
			{activity && step ? (
				<>
					{activities.length > 1 && (
						<nav class="pager" aria-label={t("pager")}>
							{activities.map((a, i) => {
								const ballot = session.ballot(a);
								return (
									<button type="button" key={a.number} aria-current={i === shown ? "step" : undefined} aria-label={t("pager-go", { n: i + 1, of: activities.length, title: a.title })} onClick={() => setChosen(a.number)}>
										<Dot state={ballot.wanted.size === 0 ? "free" : ballot.on_its_way ? "way" : "saved"} size={16} />
									</button>
								);
							})}
							<span>{t("pager-at", { n: shown + 1, of: activities.length })}</span>
						</nav>
					)}
					<ActivityView key={activity.number} session={session} activity={activity} room={room} instruction={activities.length === 1 ? step.instruction : ""} />
				</>
			) : step ? (
				<div class="content"><h1>{step.title}</h1>{step.instruction && <p class="lead keep">{step.instruction}</p>}<InRoom session={session} room={room} /></div>
			) : (
				<Lobby session={session} room={room} />
			)}
			{activity && room > 0 && <aside class="beside"><InRoom session={session} room={room} /></aside>}
			{people && <RoomSheet session={session} room={room} close={() => setPeople(false)} />}
		</main>
	);
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

/** The activity on the page: the one that is open, until the person goes to another. */
function useShown(session: Session, activities: Activity[], chosen: number): number {
	const at = activities.findIndex((a) => a.number === chosen);
	if (at >= 0)
		return at;
	const open = activities.findIndex((a) => isOpen(session.phase(a.number, session.me.room).phase));
	return open >= 0 ? open : 0;
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
	const said = session.announcement(room);
	const [heard, setHeard] = useState(0);
	const [table_put, setTablePut] = useState(false);
	useEffect(() => { if (said && said.at_ms !== heard) announce(t("say", { text: said.words }), true); }, [said?.at_ms]);
	const held = session.held_back;
	const away = session.away_ms > 2000;
	return (
		<>
			{away && <Band>{session.all_saved ? t("contact-none-saved") : t("unsaved-why")}</Band>}
			{session.health !== 0 && !session.all_saved && <Band><b>{t("unsaved")}.</b> {t("unsaved-store")}</Band>}
			{session.refusal.value?.fault === FAULT.unsure && <Refused session={session} />}
			{held > 0 && (
				<div class="band attn">
					<div>{t("held-back", { n: held })}</div>
					<Button onClick={() => session.live.settle_held_back(true)}>{t("held-send")}</Button>
					<Button onClick={() => session.live.settle_held_back(false)}>{t("held-drop")}</Button>
				</div>
			)}
			{said && said.at_ms !== heard && <Band tone="calm" close={() => setHeard(said.at_ms)}><b>{t("say-from")}</b> <span class="keep">{said.words}</span></Band>}
			{moved && <Band tone="calm" close={moved.close}>{t("moved", { room: roomLabel(session, room), old: roomLabel(session, moved.from) })}</Band>}
			{!room && session.rooms.length > 0 && !table_put && <Band tone="calm" close={() => setTablePut(true)}>{t("no-room")}</Band>}
		</>
	);
}

function ActivityView({ session, activity, room, instruction }: { session: Session; activity: Activity; room: number; instruction: string }) {
	const { phase, round } = session.phase(activity.number, room);
	const kind = kinds[activity.kind];
	const open = isOpen(phase);
	const last = useRef(phase);
	const result = phase === PHASE.REVEALED && session.result(activity.number) !== null;
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
	const ballot = session.ballot(activity);
	return (
		<div class="content">
			<h1>{activity.title}{round > 1 && <span class="chip">{t("round", { n: round })}</span>}</h1>
			{result ? <kind.Result session={session} activity={activity} /> : (
				<>
					{instruction && !(open && instruction === rule) && <p class="lead keep">{instruction}</p>}
					{phase !== PHASE.READY && open && <p class="lead keep">{rule}</p>}
					{phase === PHASE.READY ? (
						<>
							<p class="lead">{room ? t("wait-next") : t("wait-next-alone")}</p>
							<Secrecy activity={activity} />
							<div class="narrow"><InRoom session={session} room={room} /></div>
						</>
					) : activity.holder === HOLDER_ROOM && room === 0 ? (
						<p class="lead">{t("room-needed")}</p>
					) : (
						<>
							<Secrecy activity={activity} />
							{phase === PHASE.CLOSING && <p class="grace" role="status">{t("time-grace", { s: Math.ceil((session.remaining(room) ?? 0) / 1000) })}</p>}
							{!open && <Closed hidden={phase !== PHASE.REVEALED} cast={ballot.wanted.size > 0} />}
							{open && activity.holder === HOLDER_ROOM && <p class="note">{t("room-holds")}</p>}
							<kind.Ballot session={session} activity={activity} open={open} />
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

function InRoom({ session, room }: { session: Session; room: number }) {
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
			{/^https?:\/\//.test(link) && <p><a href={link} target="_blank" rel="noreferrer noopener">{t("video-room")}</a></p>}
		</section>
	);
}

function RoomSheet({ session, room, close }: { session: Session; room: number; close: () => void }) {
	const [name, setName] = useState(session.me.name);
	const profile = useSaving(session, session.waits_for(COMMAND.profile), true);
	return (
		<Sheet title={room ? roomLabel(session, room) : t("you-are-in")} close={close}>
			{room ? (
				<ul class="names">
					{session.members(room).map((m) => <li key={m.member}>{m.name || t("unnamed")}{m.member === session.actor ? ` (${t("this-is-you")})` : ""}{m.organisation && <span class="soft"> {m.organisation}</span>}</li>)}
				</ul>
			) : <p>{t("no-room")}</p>}
			<form onSubmit={(e) => {
				e.preventDefault();
				session.live.send({ command: COMMAND.profile, field: "profile", form: profileForm, text: profileText(name.trim(), session.me.organisation) });
				close();
			}}>
				<label for="own-name">{t("join-name")} <span class="soft">{t("optional")}</span></label>
				<input id="own-name" type="text" maxLength={40} value={name} onInput={(e) => setName(e.currentTarget.value)} />
				<div class="tray-line"><button type="submit" class="button plain">{t("name-change")}</button><Saved state={profile} /></div>
			</form>
		</Sheet>
	);
}

function Over({ session }: { session: Session }) {
	useEffect(() => announce(t("over")), []);
	return <div class="content"><h1>{session.title}</h1><p class="lead">{t("over")}</p><Refused session={session} />{!session.all_saved && <p class="attn">{t("unsaved")}</p>}</div>;
}

const profileForm = pack([0]);
const profileText = (name: string, organisation: string) => packText([["", name, organisation]]);
