// SPDX-License-Identifier: EUPL-1.2
// What a facilitator is told when nothing can be saved, and when the servers' history has gone back.
import { useEffect, useState } from "preact/hooks";
import { type Items, sectionName } from "../../live/sections.js";
import { announce } from "../../look/parts.js";
import type { Session } from "../../state/session.js";
import { SECTION } from "../../tables.js";
import { clockTime, t } from "../../words/words.js";
import { Band } from "../common.js";

/** ux.md fac.store: what a facilitator may still do is talk. Said aloud once. */
export function Store({ session }: { session: Session }) {
	const words = `${t("fac-store", { time: clockTime(session.health_since) })}${session.health === 2 ? ` ${t("fac-store-full")}` : ""}`;
	useEffect(() => announce(words, true), []);
	return <Band>{words}</Band>;
}

/** The same in a sheet, which covers the page: why its buttons rest. */
export function Stuck({ session }: { session: Session }) {
	return session.stuck ? <p class="attn-words" role="status">{t(session.health !== 0 ? "fac-stuck" : "fac-away")}</p> : null;
}

const KEY_ACTIVITY = 4096; /* items 4096 + activity of `scope` */
/** Steps and questions that stand earlier than they did: what was done with them last is not in the log any more. */
export function gone_back(session: Session, before: ReadonlyMap<string, Items>): { step: string; activities: string[] } {
	const was = before.get(sectionName(SECTION.scope, 0, 0)), now = session.live.sections.get(SECTION.scope);
	const place = (number: unknown) => session.steps.find((s) => s.number === number)?.position ?? 0;
	const step = place(now?.get(1)) < place(was?.get(1)) ? session.steps.find((s) => s.number === was?.get(1))?.title ?? "" : "";
	const activities = [...(was ?? [])].flatMap(([key, value]) => {
		if (typeof key !== "number" || key <= KEY_ACTIVITY)
			return [];
		const activity = session.activity(key - KEY_ACTIVITY);
		const [phase, round] = value as [number, number], [phase_now, round_now] = (now?.get(key) as [number, number]) ?? [0, 0];
		return activity && (round_now < round || (round_now === round && phase_now < phase)) ? [activity.title] : [];
	});
	return { step, activities };
}

export function WentBack({ session }: { session: Session }) {
	const changed = session.went_back.value;
	const [words, setWords] = useState("");
	useEffect(() => {
		if (!changed)
			return;
		const { step, activities } = gone_back(session, changed.before);
		session.went_back.value = null;
		if (step === "" && activities.length === 0)
			return;
		const said = [t("fac-went-back", { time: clockTime(changed.at_ms) }), step && t("fac-went-back-step", { step }), t("fac-went-back-do"), activities.length > 0 && t("fac-went-back-questions", { titles: activities.join("; ") })];
		setWords(said.filter(Boolean).join(" "));
		announce(said.filter(Boolean).join(" "), true);
	}, [changed]);
	return words ? <Band close={() => setWords("")}>{words}</Band> : null;
}
