// SPDX-License-Identifier: EUPL-1.2
// What every face shows of a room's notes: a row, the list to read, and what a former note-taker's page still held when the pen went.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Bytes, hex } from "../live/bytes.js";
import { Button, Dot, announce } from "../look/parts.js";
import { Drafts, GAP, type Kept } from "../state/drafts.js";
import type { Edit, Note, Session } from "../state/session.js";
import { clockTime, t } from "../words/words.js";
import { noteKind } from "./common.js";

/** Who somebody of the room is, for the reader. */
export const whoIs = (session: Session, room: number, member: number): string =>
	(member === session.actor ? t("notes-you") : session.member_name(room, member) || t("unnamed-n", { n: member }));

/** A row of a list of notes. What stands in its places is the list's affair: words and marks to read, or fields to write in. */
export function NoteRow({ name, at, dot, kind, about, marks, menu, children, ...rest }: {
	name?: string; at?: boolean; dot?: ComponentChildren; kind: ComponentChildren; about?: string; marks?: ComponentChildren; menu?: ComponentChildren; children: ComponentChildren;
} & preact.JSX.HTMLAttributes<HTMLLIElement>) {
	return (
		<li class={`note-row ${at ? "at" : ""}`} data-note={name} {...rest}>
			{about && <p class="note-about">{about}</p>}
			{dot !== undefined && <span class="note-dot">{dot}</span>}
			<span class="note-kind">{kind}</span>
			<div class="note-words">{children}</div>
			{marks && <span class="note-marks">{marks}</span>}
			{menu && <span class="note-menu">{menu}</span>}
		</li>
	);
}

export function Marks({ final, plenary }: { final: boolean; plenary: boolean }) {
	return <>{plenary && <span class="chip">{t("notes-sent")}</span>}{final && <span class="chip">{t("notes-final")}</span>}</>;
}

/** Question and number of it, where a step has several. */
export function aboutWords(session: Session, questions: number[], activity: number): string {
	const n = questions.indexOf(activity) + 1;
	return n > 0 ? t("notes-about", { n, title: session.activity(activity)?.title ?? "" }) : t("notes-about-step");
}

/** A room's notes on a step, to read: as they are written. more: earlier wordings can be asked for. */
export function NotesList({ session, room, step, more }: { session: Session; room: number; step: number; more?: boolean }) {
	const notes = session.notes(room, step);
	const edits = more ? session.edits(room, step) : null;
	const questions = session.steps.find((s) => s.number === step)?.activities ?? [];
	if (notes.length === 0)
		return <p class="note">{t("notes-none")}</p>;
	const mixed = new Set(notes.map((n) => n.activity)).size > 1;
	return (
		<ol class="notes-list" aria-label={t("notes-title")}>
			{notes.map((n, i) => (
				<NoteRow key={hex(n.id)} kind={noteKind(n.kind)} marks={(n.final || n.plenary) && <Marks final={n.final} plenary={n.plenary} />}
					about={mixed && notes[i - 1]?.activity !== n.activity ? aboutWords(session, questions, n.activity) : undefined}>
					<span class="keep">{n.words}</span>
					{n.writing && <Writing session={session} room={room} note={n} />}
					{edits && <Earlier session={session} room={room} edits={edits.get(n.number) ?? []} />}
				</NoteRow>
			))}
		</ol>
	);
}

function Writing({ session, room, note }: { session: Session; room: number; note: Note }) {
	return <span class="note-writing">{t("notes-writing", { name: whoIs(session, room, note.editor || note.author) })}</span>;
}

/** Earlier wordings, when asked for. */
export function Earlier({ session, room, edits }: { session: Session; room: number; edits: Edit[] }) {
	if (edits.length === 0)
		return null;
	return (
		<details class="note-edits">
			<summary>{t("notes-earlier", { n: edits.length })}</summary>
			<ul>{[...edits].reverse().map((e, i) => <li key={i}><span class="soft">{clockTime(e.at_ms)} {whoIs(session, room, e.author)}</span> <span class="keep">{e.words}</span></li>)}</ul>
		</details>
	);
}

// --- what was typed when the pen went ---

const changes = signal(0);
/** Rows that this page writes in: theirs is no rescue. */
const written_here = new Set<string>();
const held = new WeakMap<Session, { at: number; kept: Kept[] }>();

export const draftsOf = (session: Session): Drafts => new Drafts(session.world.store, session.live.seat.name);
/** A half-typed row into the storage, or out of it. */
export function keepDraft(session: Session, key: string, kept: Kept | null): void {
	if (kept) {
		written_here.add(key);
		draftsOf(session).keep(kept);
	} else {
		written_here.delete(key);
		draftsOf(session).forget(key);
	}
}
/** This page writes no more: what its storage has is told again. */
export function draftsLeft(): void {
	written_here.clear();
	changes.value++;
}

/** What was half-typed with a pen that is in other hands now, or in a room that was left. */
export function rescuedOf(session: Session): Kept[] {
	const at = changes.value;
	let known = held.get(session);
	if (known?.at !== at)
		held.set(session, (known = { at, kept: draftsOf(session).all }));
	const { room } = session.me;
	const pen = session.pen(room);
	return known.kept.filter((k) => !written_here.has(hex(k.id)) && room !== 0 && (k.room !== room || (pen.tenure !== 0 && (pen.holder !== session.actor || pen.tenure !== k.tenure))));
}

/** "Räddat": to copy, and to suggest to whoever writes now. */
export function Rescued({ session }: { session: Session }) {
	const rows = rescuedOf(session);
	const { room } = session.me;
	const [copied, setCopied] = useState("");
	const [failed, setFailed] = useState(false);
	const { holder } = session.pen(room);
	const lead = `${holder === 0 || session.has_pen ? "" : `${t("pen-now", { name: whoIs(session, room, holder) })} `}${t("notes-rescued-lead")}`;
	/* Each is offered to the tray of the room that it was written in. What is refused stays here. */
	const unsent = rows.filter((k) => !k.sent);
	useEffect(() => {
		for (const k of unsent) {
			draftsOf(session).keep({ ...k, sent: true });
			session.rescue(k, (saved) => {
				if (saved)
					draftsOf(session).forget(hex(k.id));
				changes.value++;
			});
		}
		if (unsent.length > 0)
			changes.value++;
	}, [unsent.length]);
	const here = rows.some((k) => k.sent && !session.rescues(k));
	useEffect(() => { if (here) announce(lead); }, [here]);
	if (rows.length === 0)
		return null;
	const away = (kept: Kept) => {
		draftsOf(session).forget(hex(kept.id));
		changes.value++;
	};
	return (
		<section class="rescued" aria-labelledby="rescued-title">
			<h2 id="rescued-title">{t("notes-rescued")}</h2>
			<p class="note">{lead}</p>
			<ul>
				{rows.map((k) => (
					<li key={hex(k.id)}>
						<p class="keep">{k.words}</p>
						{!k.sent || session.rescues(k) ? <p class="note"><Dot state="way" size={13} /> {t("notes-rescuing")}</p> : <div class="acts">
							<Button icon="copy" onClick={() => {
								Promise.resolve(navigator.clipboard?.writeText(k.words) ?? Promise.reject()).then(
									() => { setCopied(hex(k.id)); setFailed(false); announce(t("copied")); }, () => setFailed(true));
							}}>{copied === hex(k.id) ? t("copied") : t("copy")}</Button>
							{k.room === room && (
								<Button onClick={() => {
									suggest(session, session.note_id(), k);
									away(k);
									announce(session.has_pen ? t("notes-taken") : t("notes-suggested"));
								}}>{session.has_pen ? t("notes-take") : t("notes-suggest")}</Button>
							)}
							<Button look="quiet" onClick={() => away(k)}>{t("notes-aside")}</Button>
						</div>}
					</li>
				))}
			</ul>
			{failed && <p class="attn-words">{t("notes-copy-failed")}</p>}
		</section>
	);
}

/** With the pen a note at the end, without it a suggestion. */
function suggest(session: Session, id: Bytes, k: Kept): void {
	const last = Math.max(0, ...session.notes(k.room, k.step).map((n) => n.place));
	session.note_put({ id, room: k.room, step: k.step, kind: k.kind, final: false, plenary: false, writing: false, place: last + GAP, activity: k.activity, words: k.words.trim() });
}
