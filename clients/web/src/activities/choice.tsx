// SPDX-License-Identifier: EUPL-1.2
// One or several of a list: native radio buttons or boxes, with the three marks of a dot.
import { useState } from "preact/hooks";
import { Tray, useSaving } from "../faces/common.js";
import { Dot, announce } from "../look/parts.js";
import { HOLDER_ROOM } from "../state/session.js";
import { t } from "../words/words.js";
import type { BallotProps } from "./kinds.js";

export function ChoiceBallot({ session, activity, open, next: way_on }: BallotProps) {
	const [least = 1, most = 1] = activity.config;
	const { saved, wanted, on_its_way } = session.ballot(activity);
	/* Fewer than asked for is not a ballot yet: it stays here until there are enough, and is not called saved. */
	const [draft, setDraft] = useState<Map<number, number> | null>(null);
	const [hint, setHint] = useState("");
	const chosen = draft ?? wanted;
	const single = most === 1;
	const state = useSaving(session, on_its_way, wanted.size === 0);

	const choose = (item: number, on: boolean) => {
		session.refusal.value = null;
		setHint("");
		const next = new Map(single ? [] : chosen);
		if (on)
			next.set(item, 1);
		else
			next.delete(item);
		if (next.size > most) {
			const words = t("choice-most", { most });
			setHint(words);
			announce(words, true);
			setDraft(new Map(chosen)); /* draw again, so that the box goes back */
			return;
		}
		if (next.size > 0 && next.size < least) {
			setDraft(next);
			return;
		}
		setDraft(null);
		session.cast(activity, next);
	};

	return (
		<>
			<fieldset class="rows choice">
				<legend class="unseen">{activity.title}</legend>
				{activity.items.filter((i) => !i.hidden || chosen.has(i.item)).map(({ item, words }) => {
					const on = chosen.has(item);
					return (
						<label key={item} class="place" data-item={item}>
							{open && <input type={single ? "radio" : "checkbox"} name={`choice-${activity.number}`} checked={on}
								onClick={(e) => choose(item, (e.currentTarget as HTMLInputElement).checked)} />}
							<Dot state={!on ? "free" : saved.has(item) && draft === null ? "saved" : "way"} />
							<span class="words">{words}{!open && on && <span class="unseen"> {t("your-choice")}</span>}</span>
						</label>
					);
				})}
			</fieldset>
			<Tray session={session} activity={activity} state={state} hint={hint} next={way_on} mark={draft ? <span class="saved attn" data-saved="unsaved">{t("unsaved")}</span> : undefined} left={
				<b class="left num">
					{activity.holder === HOLDER_ROOM ? t("choice-room") : draft && draft.size < least ? t("choice-least", { n: least - draft.size })
						: single ? (chosen.size ? t("choice-one") : t("choice-pick")) : t("choice-some", { n: chosen.size, most })}
				</b>
			} />
		</>
	);
}
