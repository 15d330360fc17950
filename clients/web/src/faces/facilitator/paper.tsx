// SPDX-License-Identifier: EUPL-1.2
// Ballots on paper (protocol 4.19): how many a room has, and one sheet after the other by hand. The same sheet again replaces what was entered.
import { useState } from "preact/hooks";
import { NO_BYTES, base64url, fromBase64url } from "../../live/bytes.js";
import { ballotPack } from "../../live/wire.js";
import { browserStore } from "../../live/world.js";
import { Button } from "../../look/parts.js";
import type { Activity, Session, Step } from "../../state/session.js";
import { COMMAND } from "../../tables.js";
import { t } from "../../words/words.js";
import { isOpen } from "../common.js";
import { activitiesOf } from "./acts.js";
import { paperBallot, paperProblem } from "./sheet.js";

const store = browserStore();
const KINDS = ["dots", "choice", "rating", "text"];

/** The sheets that this browser has entered, so that each can be corrected; never what stands on them. */
const sheetsName = (session: Session, room: number, activity: number) => `bp.paper.${session.live.sid}.${activity}.${session.phase(activity).round}.${room}`;

const announcedName = (session: Session, room: number, activity: number) => `${sheetsName(session, room, activity)}.n`;
/** Sheets of a room that were announced here and are not entered yet: a discussion waits for them. */
export function papersLack(session: Session, room: number, about: number[]): number {
	return about.reduce((sum, activity) => {
		const count = Number(store.get(announcedName(session, room, activity)) ?? 0);
		return count ? sum + Math.max(0, count - (store.get(sheetsName(session, room, activity)) ?? "").split(",").filter(Boolean).length) : sum;
	}, 0);
}

export function PaperFold({ session, room, step }: { session: Session; room: number; step: Step | null }) {
	const list = activitiesOf(session, step).filter((a) => KINDS.includes(a.kind) && isOpen(session.phase(a.number).phase));
	const [number, setNumber] = useState(0);
	const activity = list.find((a) => a.number === number) ?? list[0];
	return (
		<details class="fold">
			<summary>{t("fac-paper")}</summary>
			{!activity ? <p class="note">{t("fac-paper-when")}</p> : (
				<>
					{list.length > 1 && (
						<div class="field"><label for="paper-about">{t("fac-paper-about")}</label>
							<select id="paper-about" value={activity.number} onChange={(e) => setNumber(Number(e.currentTarget.value))}>{list.map((a) => <option key={a.number} value={a.number}>{a.title}</option>)}</select></div>
					)}
					<Papers key={activity.number} session={session} room={room} activity={activity} />
				</>
			)}
		</details>
	);
}

function Papers({ session, room, activity }: { session: Session; room: number; activity: Activity }) {
	const name = sheetsName(session, room, activity.number);
	const [sheets, setSheets] = useState<string[]>(() => (store.get(name) ?? "").split(",").filter((s) => fromBase64url(s)?.length === 16));
	const [count, setCount] = useState(Math.max(1, sheets.length, Number(store.get(announcedName(session, room, activity.number)) ?? 0)));
	const [sheet, setSheet] = useState(""); /* "": a new one */
	const [heads, setHeads] = useState(1);
	const [values, setValues] = useState<Map<number, number>>(new Map());
	const [words, setWords] = useState("");
	const [problem, setProblem] = useState("");
	const [done, setDone] = useState("");
	const put = (item: number, value: number) => {
		const next = new Map(activity.kind === "choice" && (activity.config[1] ?? 1) === 1 ? [] : values);
		next.set(item, value);
		setValues(next);
		setDone("");
	};
	const enter = () => {
		const wrong = paperProblem(activity, values, words);
		setProblem(wrong ? t(wrong.id, wrong.args) : "");
		if (wrong)
			return;
		const id = sheet ? fromBase64url(sheet)! : session.world.random(16);
		const { round } = session.phase(activity.number);
		const is_text = activity.kind === "text";
		/* What was not taken stays in the fields. */
		if (!session.command(COMMAND.proxy, activity.number, room, [round, id, activity.secret ? 1 : heads, is_text ? NO_BYTES : ballotPack(paperBallot(activity, values))], is_text && words.trim() ? [["", words.trim()]] : null))
			return;
		const next = sheet ? sheets : [...sheets, base64url(id)];
		store.set(name, next.join(","));
		setSheets(next);
		setDone(t("fac-paper-entered", { n: next.indexOf(base64url(id)) + 1 }));
		setSheet("");
		setValues(new Map());
		setWords("");
	};
	return (
		<>
			<form class="one-line" onSubmit={(e) => { e.preventDefault();
				if (session.command(COMMAND.papers, activity.number, room, [count])) {
					store.set(announcedName(session, room, activity.number), String(count));
					setDone(t("fac-paper-announced", { n: count }));
				}
			}}>
				<label for="paper-count">{t("fac-paper-count")}</label>
				<input id="paper-count" class="num" type="number" min={0} max={500} value={count} onInput={(e) => setCount(Math.max(0, Math.round(e.currentTarget.valueAsNumber) || 0))} />
				<button type="submit" class="button plain" aria-disabled={session.stuck}>{t("fac-paper-count-go")}</button>
			</form>
			<form onSubmit={(e) => { e.preventDefault(); enter(); }}>
				<p class="note">{activity.secret ? t("fac-paper-secret") : t("fac-paper-note")}</p>
				<div class="field"><label for="paper-sheet">{t("fac-paper-sheet")}</label>
					<select id="paper-sheet" value={sheet} onChange={(e) => { setSheet(e.currentTarget.value); setValues(new Map()); setDone(""); }}>
						<option value="">{t("fac-paper-new", { n: sheets.length + 1 })}</option>
						{sheets.map((s, i) => <option key={s} value={s}>{t("fac-paper-correct", { n: i + 1 })}</option>)}
					</select></div>
				<Entry activity={activity} values={values} put={put} words={words} setWords={setWords} />
				{!activity.secret && activity.kind !== "text" && <div class="one-line"><label for="paper-heads">{t("fac-paper-heads")}</label><input id="paper-heads" class="num" type="number" min={1} max={500} value={heads} onInput={(e) => setHeads(Math.max(1, Math.round(e.currentTarget.valueAsNumber) || 1))} /></div>}
				<p class="problem" role="alert">{problem}</p>
				<div class="acts"><Button type="submit" aria-disabled={session.stuck}>{sheet ? t("fac-paper-correct-go") : t("fac-paper-go")}</Button></div>
				<p class="note" role="status">{done}</p>
			</form>
		</>
	);
}

function Entry({ activity, values, put, words, setWords }: { activity: Activity; values: Map<number, number>; put: (item: number, value: number) => void; words: string; setWords: (w: string) => void }) {
	const shown = activity.items.filter((i) => !i.hidden);
	switch (activity.kind) {
	case "rating": return <div class="one-line"><label for="paper-place">{t("fac-paper-place")}</label><input id="paper-place" class="num" type="number" min={0} max={100} value={values.has(1) ? values.get(1) : ""} onInput={(e) => put(1, e.currentTarget.valueAsNumber)} /></div>;
	case "text": return <div class="field"><label for="paper-words">{t("fac-paper-words")}</label><textarea id="paper-words" rows={3} maxLength={400} value={words} onInput={(e) => setWords(e.currentTarget.value)} /></div>;
	case "choice": {
		const single = (activity.config[1] ?? 1) === 1;
		return (
			<fieldset class="people-list"><legend>{activity.title}</legend>
				{shown.map((i) => <label class="check" key={i.item}><input type={single ? "radio" : "checkbox"} name="paper-choice" checked={(values.get(i.item) ?? 0) > 0} onChange={(e) => put(i.item, e.currentTarget.checked ? 1 : 0)} /><span>{i.words}</span></label>)}
			</fieldset>
		);
	}
	default: return (
		<fieldset class="people-list paper-dots"><legend>{activity.title}</legend>
			{shown.map((i) => <label key={i.item}><span>{i.words}</span><input class="num" type="number" min={0} max={activity.config[1] || activity.config[0] || 50} value={values.get(i.item) || ""} onInput={(e) => put(i.item, Math.max(0, Math.round(e.currentTarget.valueAsNumber) || 0))} /></label>)}
		</fieldset>
	);
	}
}
