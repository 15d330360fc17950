// SPDX-License-Identifier: EUPL-1.2
// The bar at the bottom: time for everybody, and the one button that says act, object and number.
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../look/parts.js";
import type { Activity, Session, Step } from "../../state/session.js";
import { COMMAND, PHASE } from "../../tables.js";
import { t } from "../../words/words.js";
import { Timer } from "../common.js";
import { MINUTE, addTime, closeAll, decide, decision, followed, goTo, hideAll, openAll, revealAll, stage as stageAt } from "./acts.js";
import type { Stage } from "./plan.js";

const INERT_MS = 800;
interface Act { words: string; press: () => void; then: string; why?: string }
interface Hands { session: Session; step: Step | null; stage: Stage; end: () => void; order: (activity: number) => void }

/** What the one button does now, as the session stands. */
function nextAct({ session, step, stage, end, order }: Hands): Act {
	const n = session.seated || session.present.total;
	const steps = session.steps;
	const { about } = stage;
	const first = about.length ? session.activity(about[0]) : null;
	/* "Öppna Fem prickar för 75": a step that opens whole goes by the step's short name. */
	const opens = (s: Step, list: number[]): string => t("fac-open", { step: list.length === s.activities.length ? s.title || first?.title || "" : session.activity(list[0])?.title ?? "", n });
	const following = steps[steps.findIndex((s) => s.number === step?.number) + 1];
	const onward = (): Act => {
		if (!following)
			return { words: t("act-end"), press: end, then: "" };
		const ready = stageAt(session, following);
		const asks = ready.is === "ready";
		return asks && !step ? { words: opens(following, ready.about), press: () => openAll(session, following, ready.about), then: t("then-close") }
			: { words: t("act-next", { step: following.title }), press: () => goTo(session, following), then: asks ? t("then-open") : "" };
	};
	if (session.over)
		return { words: t("act-over"), press: () => {}, then: "", why: t("fac-over") };
	if (!step)
		return onward();
	switch (stage.is) {
	case "ready": return { words: opens(step, about), press: () => openAll(session, step, about), then: t("then-close") };
	case "running": return { words: about.length > 1 ? t("fac-close-many", { q: about.length, n }) : t("fac-close", { n }), press: () => closeAll(session, about, false), then: t("then-reveal") };
	case "closing": return { words: t("fac-close-now"), press: () => closeAll(session, about, true), then: t("then-reveal") };
	case "waits": return { words: t("fac-reveal"), press: () => {}, then: "", why: t("phase-sealing") };
	case "closed": return { words: about.length > 1 ? t("fac-reveal-many", { q: about.length }) : t("fac-reveal"), press: () => revealAll(session, about), then: following ? t("then-next", { step: following.title }) : "" };
	case "outcome": {
		const found = decision(session, first!);
		const [top] = found.list;
		if (found.equal.length)
			return { words: t("fac-choose-equal"), press: () => order(first!.number), then: t("fac-then-order") };
		const press = () => decide(session, found, found.list);
		return followed(session, first!.number).size ? { words: t("fac-order", { first: top?.words ?? "" }), press, then: t("fac-then-order") }
			: { words: t("fac-settle", { first: top?.words ?? "" }), press, then: following ? t("then-next", { step: following.title }) : "" };
	}
	default: return onward();
	}
}

export function Bottom({ activity, ...hands }: Hands & { activity: Activity | null }) {
	const { session, step, stage } = hands;
	const phase = activity ? session.phase(activity.number).phase : 0;
	const { about } = stage;
	const act = nextAct(hands);
	/* After a change of phase, by anybody, the button rests: two deputies must not press twice. */
	const name = `${step?.number ?? 0}/${stage.is}/${about.join(",")}/${phase}`;
	const [, again] = useState(0);
	const changed = useRef({ name, at: -INERT_MS });
	if (changed.current.name !== name)
		changed.current = { name, at: session.world.now() };
	const rests = session.world.now() - changed.current.at < INERT_MS;
	useEffect(() => (rests ? session.world.later(INERT_MS, () => again((n) => n + 1)) : undefined), [name]);
	const away = !session.connected;
	const { stuck } = session;
	const inert = rests || away || stuck || !session.all_saved || act.why !== undefined;
	const why = stuck ? t(away ? "contact-lost" : "no-saving") : act.why ?? "";
	const left = session.remaining();
	const quiet = session.over || stuck;
	const shown = phase === PHASE.REVEALED, closed = phase === PHASE.CLOSED || phase === PHASE.SEALED;
	const all_open = about.every((n) => !session.activity(n)?.secret);
	return (
		<footer class="desk-bottom">
			<div class="time">
				<Timer session={session} room={0} big speak />
				{left === null && !session.over && <span class="no-time">{t("no-deadline")}</span>}
				{step && !session.over && !stuck && (
					<>
						{left !== null && <Button onClick={() => addTime(session, -MINUTE)}>{t("minus-1")}<span class="unseen"> {t("time-less")}</span></Button>}
						<Button onClick={() => addTime(session, MINUTE)}>{t("plus-1")}<span class="unseen"> {t("time-more", { m: 1 })}</span></Button>
						<Button onClick={() => addTime(session, 5 * MINUTE)}>{t("plus-5")}<span class="unseen"> {t("time-more", { m: 5 })}</span></Button>
						<span class="note">{t("time-all")}</span>
					</>
				)}
			</div>
			<div class="act">
				{stage.is === "closing" && !stuck && <Button onClick={() => { for (const n of about) session.command(COMMAND.hold, n, 0); }}>{t("fac-hold")}</Button>}
				{shown && activity && !quiet && (
					<>
						{about.length === 1 && <Button onClick={() => session.command(COMMAND.ask, activity.number, 0)}>{t("fac-ask")}</Button>}
						<Button onClick={() => hideAll(session, step?.activities.filter((n) => session.phase(n).phase === PHASE.REVEALED) ?? [])}>{t("fac-hide")}</Button>
					</>
				)}
				{closed && all_open && !quiet && <Button onClick={() => { for (const n of about) session.command(COMMAND.open, n, 0, [5 * MINUTE]); }}>{t("fac-reopen")}</Button>}
				{(why || act.then) && <span class="then">{why || t("then", { what: act.then })}</span>}
				<Button look="primary" class="one" aria-disabled={inert} onClick={() => { if (!inert) act.press(); }}>{act.words}</Button>
			</div>
		</footer>
	);
}
