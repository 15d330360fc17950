// SPDX-License-Identifier: EUPL-1.2
// What has been written: the notes of one room on the step where it stands, or what all rooms have sent to all.
import type { Session } from "../../state/session.js";
import { NOTE } from "../../tables.js";
import { t } from "../../words/words.js";
import { noteKind, roomLabel } from "../common.js";
import { CutRow, Head, type Tell, Zone, fromTo, pageOf, partWords, usePages, useTell } from "./kit.js";

interface Line { key: string; kind: number; room: string; words: string; writing: boolean }

/** Kinds are told by word, not by colour; an observation is the plain one and needs none. */
const kindWords = (kind: number): string => (kind === NOTE.observation ? "" : noteKind(kind));

export function NotesPanel({ session, room, tell }: { session: Session; room: number; tell: Tell }) {
	const step = session.step(room);
	const list = step ? session.notes(room, step.number).filter((note) => note.words !== "") : [];
	return <Lines session={session} room={room} title={roomLabel(session, room)} small={step?.title ?? ""} none={t("screen-no-notes")} tell={tell}
		list={list.map((note) => ({ key: `${note.number}`, kind: note.kind, room: "", words: note.words, writing: note.writing }))} />;
}

/** Those of the step where the workshop stands; where there are none, all, as they came. */
export function PlenaryPanel({ session, tell }: { session: Session; tell: Tell }) {
	const step = session.step(), all = session.plenary.filter((note) => note.words !== "");
	const here = all.filter((note) => note.step === step?.number);
	const list = here.length > 0 ? here : all;
	return <Lines session={session} room={0} title={t("screen-plenary")} small={here.length > 0 ? step?.title ?? "" : ""} none={t("screen-no-plenary")} tell={tell}
		list={list.map((note) => ({ key: `${note.number}`, kind: note.kind, room: session.room_name(note.room) || t("room-number", { room: note.room }), words: note.words, writing: false }))} />;
}

function Lines({ session, room, title, small, none, list, tell }: { session: Session; room: number; title: string; small: string; none: string; list: Line[]; tell: Tell }) {
	const { box, ranges, cuts } = usePages(list.map((line) => `${line.kind} ${line.room} ${line.words}`).join("\n\n"));
	const page = Math.min(pageOf(session), ranges.length - 1);
	const [from, to] = ranges[page];
	const cut = cuts[page] ?? null;
	useTell(tell, ranges.length, partWords(fromTo(from, to, list.length), cut));
	const row = (line: Line) => {
		const kind = kindWords(line.kind);
		return (
			<li key={line.key}>
				{(line.room || kind) && <span class="s-about">{line.room && <b>{line.room}</b>}{kind && <span>{kind}</span>}</span>}
				<span class="keep">{line.words}{line.writing && <span class="s-writing"> {t("screen-writing")}</span>}</span>
			</li>
		);
	};
	return (
		<Zone about={`${title}\n${small}`}>
			<Head session={session} room={room} title={title} small={small} />
			{list.length === 0 ? <p class="body s-none">{none}</p> : (
				<div class="rows-zone">
					<div class="measure" aria-hidden="true"><ol class="said-rows of-notes" ref={box}>{list.map(row)}</ol></div>
					<CutRow cut={cut}><ol class="said-rows of-notes" start={from + 1}>{list.slice(from, to).map(row)}</ol></CutRow>
				</div>
			)}
		</Zone>
	);
}
