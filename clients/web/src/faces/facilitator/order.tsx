// SPDX-License-Identifier: EUPL-1.2
// The order that a result gives: the sentence, and the dialog for equals or another order.
import { useRef, useState } from "preact/hooks";
import { Button, Icon, Sheet, announce } from "../../look/parts.js";
import type { Activity, Session } from "../../state/session.js";
import { PHASE, VIEW } from "../../tables.js";
import { clockTime, language, t } from "../../words/words.js";
import { decide, decision, followed, show } from "./acts.js";
import { equals, isOrder, lineWords, lines, moved, outcomeSaid } from "./outcome.js";
import { Stuck } from "./trouble.js";

const unitOf = (activity: Activity) => (activity.kind === "dots" ? "dots" as const : "votes" as const);

/** "Princip C fick flest prickar, 96. Lika många som A, från fler personer." With (Välj en annan ordning). */
export function OutcomeLine({ session, activity, order }: { session: Session; activity: Activity; order: (activity: number) => void }) {
	const outcome = session.outcome(activity.number);
	if (!outcome)
		return null;
	const list = outcome.rows.map((row) => ({ ...row, words: lineWords(activity, outcome.by, row.id) }));
	const { phase, round } = session.phase(activity.number);
	const level = followed(session, activity.number).size === 0;
	return (
		<div class="outcome">
			<p>
				<b>{outcomeSaid(list, outcome.override, unitOf(activity)).map((s) => t(s.id, s.args)).join(" ")}</b>{" "}
				{outcome.reason && <span class="keep">{t("fac-order-reason-was", { reason: outcome.reason })} </span>}
				<span class="soft num">{t("fac-order-at", { time: clockTime(outcome.at_ms) })}</span>
			</p>
			{!level && <ol>{list.map((row) => <li key={row.id}>{row.words} <span class="soft num">{t("fac-order-figures", { total: row.total, voters: row.voters, unit: unitOf(activity) })}</span></li>)}</ol>}
			<div class="acts">
				{!session.over && phase === PHASE.REVEALED && outcome.round === round && <Button onClick={() => order(activity.number)}>{level ? t("fac-order-other-one") : t("fac-order-other")}</Button>}
				{!level && !session.over && <Button icon="screen" aria-disabled={session.stuck} onClick={() => show(session, VIEW.ORDER, activity.number)}>{t("fac-order-show")}</Button>}
			</div>
		</div>
	);
}

/** Choose among equals; with (Välj en annan ordning) any order, with a reason that stands in the log. */
export function OrderSheet({ session, activity: number, close }: { session: Session; activity: number; close: () => void }) {
	const activity = session.activity(number);
	const begin = () => {
		if (!activity)
			return [];
		const made = lines(activity, session.result(number));
		const was = session.outcome(number);
		/* What has been decided is where a change begins, when it is about the same rows. */
		const kept = was && was.round === session.phase(number).round ? was.rows.map((row) => made.find((line) => line.id === row.id)) : [];
		return kept.length === made.length && kept.every((line) => line !== undefined) ? kept as typeof made : made;
	};
	const [list, setList] = useState(begin);
	const [override, setOverride] = useState(() => !isOrder(list));
	const [reason, setReason] = useState("");
	const [problem, setProblem] = useState("");
	const rows = useRef<HTMLOListElement>(null);
	if (!activity)
		return null;
	const found = decision(session, activity);
	const unit = unitOf(activity);
	const move = (at: number, by: 1 | -1) => {
		const next = moved(list, at, by, override);
		if (!next) {
			announce(t(override ? "fac-order-end" : "fac-order-only-equals"), true);
			return;
		}
		setList(next);
		announce(t("fac-order-now", { words: list[at].words, n: at + by + 1 }));
		requestAnimationFrame(() => rows.current?.querySelectorAll("li")[at + by]?.querySelector<HTMLButtonElement>(`button[data-by="${by}"]`)?.focus());
	};
	const equal = (i: number) => [list[i - 1], list[i + 1]].some((other) => other && equals(list[i], other));
	const chosen = !isOrder(list);
	return (
		<Sheet title={followed(session, number).size ? t("fac-order-title") : t("fac-order-title-one")} close={close}>
			<Stuck session={session} />
			<p>{found.equal.length ? t("fac-order-lead-equal") : t("fac-order-lead")}</p>
			<ol class="order" ref={rows}>
				{list.map((line, i) => (
					<li key={line.id} onKeyDown={(e) => {
						if (e.altKey && (e.key === "ArrowUp" || e.key === "ArrowDown")) {
							e.preventDefault();
							move(i, e.key === "ArrowUp" ? -1 : 1);
						}
					}}>
						<b class="num">{i + 1}</b>
						<span>{line.words} <span class="soft num">{t("fac-order-figures", { total: line.total, voters: line.voters, unit })}</span>{equal(i) && <span class="chip">{t("fac-order-level")}</span>}</span>
						<button type="button" class="round" data-by="-1" aria-label={t("fac-order-up", { words: line.words })} aria-disabled={!moved(list, i, -1, override)} onClick={() => move(i, -1)}><Icon name="up" /></button>
						<button type="button" class="round" data-by="1" aria-label={t("fac-order-down", { words: line.words })} aria-disabled={!moved(list, i, 1, override)} onClick={() => move(i, 1)}><Icon name="down" /></button>
					</li>
				))}
			</ol>
			<label class="check"><input type="checkbox" checked={override} onChange={(e) => {
				setOverride(e.currentTarget.checked);
				if (!e.currentTarget.checked && chosen)
					setList(found.list);
			}} />{t("fac-order-override")}</label>
			{override && <div class="field"><label for="reason">{t("fac-order-reason")}</label><input id="reason" type="text" maxLength={300} value={reason} onInput={(e) => setReason(e.currentTarget.value)} /></div>}
			<p class="problem" role="alert">{problem}</p>
			<div class="acts">
				<Button icon="check" aria-disabled={session.stuck} onClick={() => {
					if (chosen && reason.trim() === "") {
						setProblem(t("fac-order-reason-missing"));
						return;
					}
					if (decide(session, found, list, chosen ? reason.trim() : "", language.value))
						close();
				}}>{t("fac-order-go")}</Button>
				<Button onClick={close}>{t("regret")}</Button>
			</div>
		</Sheet>
	);
}
