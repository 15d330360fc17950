// SPDX-License-Identifier: EUPL-1.2
// Who sits where: by lot, by hand as a list of changes that is carried out at once, or from a file.
import { signal } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { Button, Sheet, announce } from "../../look/parts.js";
import type { Session } from "../../state/session.js";
import { COMMAND } from "../../tables.js";
import { language, t } from "../../words/words.js";
import { isOpen, roomLabel } from "../common.js";
import { givePen, leads, move, plan } from "./acts.js";
import { Size } from "./lobby.js";
import { seating } from "./read.js";
import { type Bad, type Matched, type Wanted, match, wantedOf } from "./rooms_file.js";
import { Stuck } from "./trouble.js";
import { remember } from "./undo.js";

type Member = { member: number; name: string; organisation: string };
const nameOf = (m: Member): string => m.name || t("unnamed-n", { n: m.member });

/** Before there are rooms: the names of those who gave one. */
export function WhoIsHere({ session }: { session: Session }) {
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

type Way = "hand" | "lot" | "file";
export function RoomsSheet({ session, size: proposed, close }: { session: Session; size: number; close: () => void }) {
	const { rooms } = session;
	const [way, setWay] = useState<Way>(rooms.length ? "hand" : "lot");
	const ways: Way[] = rooms.length ? ["hand", "lot", "file"] : ["lot", "file"];
	const seats = rooms.map((r) => session.seats(r.room)).filter((n) => n > 0), least = Math.min(...seats), most = Math.max(...seats);
	return (
		<Sheet title={t("rooms-change")} close={close}>
			<div class="rooms-sheet">
				<Stuck session={session} />
				{seats.length > 0 && <p class="num"><b>{least === most ? t("fac-rooms-even", { n: session.seated, rooms: seats.length, size: most }) : t("fac-rooms-about", { n: session.seated, rooms: seats.length, least, most })}</b></p>}
				<fieldset class="switch">
					<legend class="unseen">{t("fac-rooms-way")}</legend>
					{ways.map((name) => <label key={name}><input type="radio" name="way" checked={way === name} onChange={() => setWay(name)} /><span>{t(name === "hand" ? "fac-rooms-hand" : name === "lot" ? (rooms.length ? "fac-rooms-again" : "fac-rooms-lot") : "fac-rooms-file")}</span></label>)}
				</fieldset>
				{way === "hand" ? <ByHand session={session} /> : way === "lot" ? <ByLot session={session} proposed={proposed} done={close} /> : <FromFile session={session} />}
			</div>
		</Sheet>
	);
}

function Running({ session }: { session: Session }) {
	const running = session.steps.some((s) => s.activities.some((a) => isOpen(session.phase(a).phase)));
	return running ? <p class="attn-words">{t("rooms-running")}</p> : null;
}

function ByLot({ session, proposed, done }: { session: Session; proposed: number; done: () => void }) {
	const [size, setSize] = useState(proposed);
	const people = session.seated || session.present.total, count = Math.max(1, Math.round(people / size));
	return (
		<div class="make-rooms">
			<p>{people < 2 ? t("rooms-wait") : t("rooms-lead")}</p>
			<Running session={session} />
			<Size size={size} set={setSize} />
			{people >= 2 && <Button icon="room" aria-disabled={session.stuck} onClick={() => { if (plan(session, [0, size])) done(); }}>{t("fac-rooms", { n: people, rooms: count })}</Button>}
		</div>
	);
}

/** Tick people, choose where, and see the list of changes; nothing happens before the press that carries it out. */
function ByHand({ session }: { session: Session }) {
	const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
	const [changes, setChanges] = useState<ReadonlyMap<number, number>>(new Map());
	const [look_for, setLookFor] = useState("");
	const target = useRef<HTMLSelectElement>(null);
	const seats = seating(session);
	const people = new Map([0, ...session.rooms.map((r) => r.room)].flatMap((room) => session.members(room).map((m) => [m.member, m] as const)));
	/* What somebody else has done meanwhile is no change any more. */
	const waits = new Map([...changes].filter(([member, room]) => seats.has(member) && seats.get(member) !== room));
	const wanted = look_for.trim().toLowerCase(), hidden = session.seated > seats.size;
	const shows = (m: Member) => wanted === "" || `${nameOf(m)} ${m.organisation}`.toLowerCase().includes(wanted);
	const lists = [0, ...session.rooms.map((r) => r.room)].map((room) => ({ room, members: session.members(room).filter(shows) })).filter(({ room, members }) => members.length > 0 || (room > 0 && wanted === ""));
	const put = (room: number) => {
		if (picked.size === 0) {
			announce(t("move-missing"), true);
			return;
		}
		const next = new Map(waits);
		for (const member of picked)
			if (seats.get(member) === room)
				next.delete(member);
			else
				next.set(member, room);
		setChanges(next);
		setPicked(new Set());
		announce(t("fac-changes-n", { n: next.size }));
	};
	const tick = (member: number) => { const next = new Set(picked); if (!next.delete(member)) next.add(member); setPicked(next); };
	return (
		<div class="by-hand" onKeyDown={(e) => {
			if (e.key.toLowerCase() === "m" && !(e.target instanceof HTMLInputElement && e.target.type === "text") && !(e.target instanceof HTMLSelectElement)) {
				e.preventDefault();
				target.current?.focus();
			}
		}}>
			{hidden && <p class="note">{t("fac-rooms-hidden")}</p>}
			{seats.size > 30 && <div class="field one-line"><label for="who">{t("fac-find-person")}</label><input id="who" type="text" value={look_for} onInput={(e) => setLookFor(e.currentTarget.value)} /></div>}
			<div class="room-columns" tabIndex={0} role="group" aria-label={t("rooms-n", { n: session.rooms.length })}>
				{lists.map(({ room, members }) => (
					<fieldset key={room}>
						<legend>{room ? roomLabel(session, room) : t("without-room-title")} <span class="soft num">{session.seats(room)}</span></legend>
						{members.length === 0 && <p class="note">{t("room-empty")}</p>}
						{members.map((m) => (
							<label class="check" key={m.member}>
								<input type="checkbox" checked={picked.has(m.member)} onChange={() => tick(m.member)} />
								<span>{nameOf(m)} {m.organisation && <span class="soft">{m.organisation}</span>}{waits.has(m.member) && <b class="num"> → {waits.get(m.member)}</b>}</span>
							</label>
						))}
					</fieldset>
				))}
			</div>
			<div class="one-line move-to">
				<label for="move-to">{t("fac-move-n-to", { n: picked.size })}</label>
				<select id="move-to" ref={target} value={0} onChange={(e) => { const room = Number(e.currentTarget.value); e.currentTarget.value = "0"; if (room) put(room); }}>
					<option value={0}>{t("move-pick")}</option>
					{session.rooms.map((r) => <option key={r.room} value={r.room}>{roomLabel(session, r.room)}</option>)}
				</select>
			</div>
			{waits.size > 0 && (
				<div class="changes" role="group" aria-label={t("fac-changes")}>
					<p><b>{t("fac-changes")}</b> {[...waits].map(([member, room]) => t("fac-change", { name: nameOf(people.get(member)!), room: roomLabel(session, room) })).join(", ")}</p>
					<p class="note">{t("move-note")}</p>
					<div class="acts">
						<Button onClick={() => setChanges(new Map())}>{t("regret")}</Button>
						<Button icon="check" aria-disabled={session.stuck} onClick={() => { if (move(session, waits)) setChanges(new Map()); }}>{t("fac-move-people", { n: waits.size })}</Button>
					</div>
				</div>
			)}
		</div>
	);
}

// --- from a file ---

interface Read { name: string; wanted: Wanted[]; bad: Bad[] }
/** The file that was read last, for when more people have come; it stays in this page. */
const read = signal<Read | null>(null);
const FILE_MAX = 2_000_000;
const PLAN_MAX = 40_000; /* of the form that a command may have (protocol 8.1), with room for large numbers */
const PATIENCE_MS = 8_000, LOOK_MS = 200;

function FromFile({ session }: { session: Session }) {
	const [problem, setProblem] = useState("");
	const [done, setDone] = useState(0);
	const load = (file: File | undefined) => {
		if (!file)
			return;
		setDone(0);
		if (file.size > FILE_MAX) {
			setProblem(t("fac-file-large"));
			return;
		}
		const reader = new FileReader();
		reader.onerror = () => setProblem(t("fac-file-unread"));
		reader.onload = () => {
			const bytes = new Uint8Array(reader.result as ArrayBuffer);
			let text: string;
			try {
				text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
			} catch {
				/* What Excel saves in Sweden when it is not asked for UTF-8. */
				text = new TextDecoder("windows-1252").decode(bytes);
			}
			const found = wantedOf(text);
			setProblem(found.wanted.length + found.bad.length === 0 ? t("fac-file-empty") : "");
			read.value = { name: file.name, ...found };
		};
		reader.readAsArrayBuffer(file);
	};
	const file = read.value;
	const here = [0, ...session.rooms.map((r) => r.room)].flatMap((room) => session.members(room));
	const hidden = session.seated > here.length;
	const found = file && match(file.wanted, here, session.rooms);
	return (
		<div class="from-file">
			<p>{t("fac-file-lead")}</p>
			<pre class="note">{t("fac-file-example")}</pre>
			<label class="button plain file-pick"><input type="file" accept=".csv,.txt,text/csv,text/plain" onChange={(e) => { load(e.currentTarget.files?.[0]); e.currentTarget.value = ""; }} />{t(file ? "fac-file-other" : "fac-file-choose")}</label>
			<p class="problem" role="alert">{problem}</p>
			{hidden && <p class="attn-words">{t("fac-file-hidden")}</p>}
			{file && found && problem === "" && <Found session={session} file={file} found={found} done={done > 0} set={setDone} />}
		</div>
	);
}

function Found({ session, file, found, done, set }: { session: Session; file: Read; found: Matched; done: boolean; set: (n: number) => void }) {
	const size = JSON.stringify(found.plan).length;
	const go = () => {
		if (size > PLAN_MAX) {
			announce(t("fac-file-many"), true);
			return;
		}
		if (!plan(session, found.plan))
			return;
		set(found.seated);
		for (const [room, name] of found.names)
			session.command(COMMAND.room_put, room, 0, [], [[language.value, name, session.rooms.find((r) => r.room === room)?.link ?? ""]]);
		afterwards(session, found);
		announce(t("fac-file-done", { n: found.seated, rooms: found.plan.length }));
	};
	return (
		<div class="file-found">
			<p><b>{t("fac-file-found", { file: file.name, n: found.seated, of: file.wanted.length, rooms: found.plan.length })}</b></p>
			<Rows words={t("fac-file-bad", { n: file.bad.length })} rows={file.bad.map((b) => `${t("fac-file-line", { line: b.line })} ${t(b.id, b.args)}`)} open />
			<Rows words={t("fac-file-unclear", { n: found.unclear.length })} rows={found.unclear.map(rowWords)} open />
			<Rows words={t("fac-file-missing", { n: found.missing.length })} rows={found.missing.map(rowWords)} open={found.missing.length <= 12} />
			<Rows words={t("fac-file-others", { n: found.others.length })} rows={found.others.map((m) => [nameOf(m), m.organisation].filter(Boolean).join(", "))} open={false} />
			<Running session={session} />
			{found.seated > 0 && <div class="acts"><Button icon="room" aria-disabled={session.stuck} onClick={go}>{t("fac-rooms", { n: found.seated, rooms: found.plan.length })}</Button></div>}
			{size > PLAN_MAX && <p class="attn-words">{t("fac-file-many")}</p>}
			{done && <p role="status">{t("fac-file-again")}</p>}
		</div>
	);
}
const rowWords = (row: Wanted): string => `${t("fac-file-line", { line: row.line })} ${[row.person, row.organisation].filter(Boolean).join(", ")} (${row.room})`;
function Rows({ words, rows, open }: { words: string; rows: string[]; open: boolean }) {
	return rows.length === 0 ? null : <details class="fold" open={open}><summary>{words}</summary><ul class="file-rows">{rows.map((row, i) => <li key={i}>{row}</li>)}</ul></details>;
}

/** Who takes notes and who leads, once people sit where the file says: before that neither can be theirs. */
function afterwards(session: Session, { roles }: Matched): void {
	const until = session.world.now() + PATIENCE_MS;
	let wait = [...roles];
	const look = () => {
		const seats = seating(session), ready = wait.filter(({ member, room }) => seats.get(member) === room);
		wait = wait.filter((role) => !ready.includes(role));
		for (const { room, member, role } of ready)
			if (role === "leads")
				leads(session, room, member);
			else
				givePen(session, room, member);
		if (wait.length > 0 && session.world.now() < until)
			session.world.later(LOOK_MS, look);
		else if (roles.length > 0)
			remember(session, null);
	};
	look();
}
