// SPDX-License-Identifier: EUPL-1.2
// An answer in words: saved in the pauses, never by a button. The results are the answers, without names.
import { useEffect, useState } from "preact/hooks";
import { Tray, isOpen, useDraft, useSaving } from "../faces/common.js";
import { announce } from "../look/parts.js";
import { t } from "../words/words.js";
import { PHASE } from "../tables.js";
import type { BallotProps } from "./kinds.js";

const PAUSE_MS = 800, MOST_MS = 5000;
const bytes = new TextEncoder();
const size = (words: string): number => bytes.encode(words.trim()).length;
/** The limit is in bytes; people count letters. What is left is told in letters of the size they have used so far. */
export function lettersLeft(words: string, most: number): number {
	const used = size(words), letters = words.trim().length;
	const left = most - used;
	return left < 0 ? left : letters > 20 ? Math.floor(left / (used / letters)) : Math.floor((left * 10) / 11);
}

export function TextBallot({ session, activity, open, next }: BallotProps) {
	const most = activity.config[0] ?? 900;
	const { saved, wanted, on_its_way } = session.own_answer(activity);
	const [draft, set, flush] = useDraft<string>(session, PAUSE_MS, MOST_MS, (words) => {
		if (size(words) <= most && words.trim() !== session.own_answer(activity).wanted)
			session.answer(activity, words.trim());
	});
	/* What stands in the field: kept as typed, also when it was refused. */
	const [typed, setTyped] = useState<string | null>(null);
	const { phase } = session.phase(activity.number, session.me.room);
	void session.tick.value;
	useEffect(() => {
		if (phase === PHASE.CLOSING || !isOpen(phase))
			flush();
	}, [phase, phase === PHASE.CLOSING ? session.tick.value : 0]);

	const words = typed ?? wanted;
	const long = size(words) > most;
	const waits = on_its_way || (draft !== null && draft.value.trim() !== saved);
	const state = useSaving(session, waits, words.trim() === "");
	/* Too long, or refused: it stands here and nowhere else, and nothing is on its way. */
	const only_here = long || (draft === null && words.trim() !== wanted);
	useEffect(() => { if (long) announce(t("text-long"), true); }, [long]);
	const left = lettersLeft(words, most);
	if (!open)
		return (
			<>
				{wanted && <blockquote class="given keep">{wanted}</blockquote>}
				<Tray session={session} activity={activity} state={closedState(on_its_way, wanted)} next={next} />
			</>
		);
	return (
		<>
			<div class="writing">
				<label for={`text-${activity.number}`} class="unseen">{t("text-label")}</label>
				<textarea id={`text-${activity.number}`} rows={6} value={words} aria-invalid={long} aria-describedby={`warn-${activity.number}`}
					onInput={(e) => {
						session.refusal.value = null;
						setTyped(e.currentTarget.value);
						set(e.currentTarget.value);
					}}
					onBlur={() => {
						flush();
						if (!long && words.trim() === session.own_answer(activity).wanted)
							setTyped(null);
					}} />
				<p class="note num">{long ? t("text-long") : t("text-left", { n: left })}</p>
				<p class="note" id={`warn-${activity.number}`}>{t("text-warn")}</p>
			</div>
			<Tray session={session} activity={activity} state={only_here ? "nothing" : state} next={next} mark={only_here ? <span class="saved attn" data-saved="unsaved">{t("unsaved")}</span> : undefined}
				left={words.trim() === "" && <b class="left">{t("text-none")}</b>} />
		</>
	);
}
/** Closed: what waits is said by the page's bands; here only whether it is saved. */
const closedState = (on_its_way: boolean, wanted: string) => (wanted === "" ? "nothing" as const : on_its_way ? "unsaved" as const : "saved" as const);
