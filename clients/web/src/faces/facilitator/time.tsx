// SPDX-License-Identifier: EUPL-1.2
// The bar at the bottom: time for everybody, when it ends, the last act taken back, and the one button that says act, object and number.
import { useEffect, useRef, useState } from "preact/hooks";
import { Button, Icon, Sheet } from "../../look/parts.js";
import type { Activity, Session, Step } from "../../state/session.js";
import { t } from "../../words/words.js";
import { Timer } from "../common.js";
import { MINUTE, addTime, carryOn, closeAll, decide, decision, followed, goTo, holdAll, openAll, pause, plan, revealAll, stage as stageAt } from "./acts.js";
import { type Stage, short } from "./plan.js";
import { Ends, type Times } from "./program.js";
import { left, still } from "./read.js";
import { offered, takeBack } from "./undo.js";

const INERT_MS = 800;
interface Act { words: string; press: () => void; then: string; why?: string; other?: { words: string; press: () => void } }
/** size: so many to a room, when people are to be put into rooms before anything else; 0: not. */
interface Hands { session: Session; step: Step | null; stage: Stage; size: number; end: () => void; order: (activity: number) => void }

/** What the one button does now, as the session stands. */
function nextAct({ session, step, stage, size, end, order }: Hands): Act {
	const n = session.seated || session.present.total;
	const steps = session.steps;
	const { about } = stage;
	const first = about.length ? session.activity(about[0]) : null;
	/* "Öppna Fem prickar för 75": a step that opens whole goes by the step's short name. */
	const opens = (s: Step, list: number[]): string => {
		const name = list.length === s.activities.length ? short(s.title || first?.title || "") : session.activity(list[0])?.title ?? "";
		return n > 0 ? t("fac-open", { step: name, n }) : t("fac-open-step", { step: name });
	};
	const following = steps[steps.findIndex((s) => s.number === step?.number) + 1];
	const onward = (): Act => {
		if (!following)
			return { words: t("act-end"), press: end, then: "" };
		const ready = stageAt(session, following);
		const asks = ready.is === "ready";
		return asks && !step ? { words: opens(following, ready.about), press: () => openAll(session, following, ready.about), then: t("then-close") }
			: { words: t("act-next", { step: short(following.title) }), press: () => goTo(session, following), then: asks ? t("then-open") : "" };
	};
	if (session.over)
		return { words: t("act-over"), press: () => {}, then: "", why: t("fac-over") };
	if (!step && size > 0 && n >= 2 && session.rooms.length === 0) {
		const next = onward();
		return { words: t("fac-rooms", { n, rooms: Math.max(1, Math.round(n / size)) }), press: () => plan(session, [0, size]), then: "", other: { words: t("fac-without-rooms"), press: next.press } };
	}
	if (!step)
		return onward();
	switch (stage.is) {
	case "ready": return { words: opens(step, about), press: () => openAll(session, step, about), then: t("then-close") };
	case "running": return { words: about.length > 1 ? t("fac-close-many", { q: about.length, n }) : t("fac-close", { n }), press: () => closeAll(session, about, false), then: t("then-reveal") };
	case "closing": return { words: t("fac-close-now"), press: () => closeAll(session, about, true), then: t("then-reveal") };
	case "waits": return { words: t("fac-reveal"), press: () => {}, then: "", why: t("phase-sealing") };
	case "closed": return { words: about.length > 1 ? t("fac-reveal-many", { q: about.length }) : t("fac-reveal"), press: () => revealAll(session, about), then: following ? t("then-next", { step: short(following.title) }) : "" };
	case "outcome": {
		const found = decision(session, first!);
		const [top] = found.list;
		if (found.equal.length)
			return { words: t("fac-choose-equal"), press: () => order(first!.number), then: t("fac-then-order") };
		const press = () => decide(session, found, found.list);
		return followed(session, first!.number).size ? { words: t("fac-order", { first: short(top?.words ?? "") }), press, then: t("fac-then-order") }
			: { words: t("fac-settle", { first: short(top?.words ?? "") }), press, then: following ? t("then-next", { step: short(following.title) }) : "" };
	}
	default: return onward();
	}
}

export function Bottom({ activity, times, ...hands }: Hands & { activity: Activity | null; times: Times }) {
	const { session, step, stage } = hands;
	const phase = activity ? session.phase(activity.number).phase : 0;
	const { about } = stage;
	const act = nextAct(hands);
	const [sheet, setSheet] = useState(false);
	/* After a change of phase, by anybody, the button rests: two deputies must not press twice. */
	const name = `${step?.number ?? 0}/${stage.is}/${about.join(",")}/${phase}/${act.other ? "rooms" : ""}`;
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
	const timed = step !== null && !session.over && !stuck;
	return (
		<footer class="desk-bottom">
			<div class="time">
				{timed ? <button type="button" class="button plain time-open narrow-only" aria-haspopup="dialog" onClick={() => setSheet(true)}><Icon name="clock" /><Clock session={session} speak={false} /><span class="unseen"> {t("fac-time-change")}</span></button> : <span class="narrow-only"><Clock session={session} speak={false} /></span>}
				<span class="wide-only"><Clock session={session} speak /></span>
				{timed && <div class="time-acts wide-only"><TimeActs session={session} /></div>}
				<div class="wide-only"><Ends session={session} step={step} times={times} /></div>
			</div>
			<div class="act">
				<TakeBack session={session} />
				{stage.is === "closing" && !stuck && <Button onClick={() => holdAll(session, about)}>{t("fac-hold")}</Button>}
				{act.other && !stuck && <Button aria-disabled={inert} onClick={() => { if (!inert) act.other!.press(); }}>{act.other.words}</Button>}
				{(why || act.then) && <span class="then">{why || t("then", { what: act.then })}</span>}
				<Button look="primary" class="one" aria-disabled={inert} data-rests={rests || (!why && !away && !session.all_saved) || undefined} onClick={() => { if (!inert) act.press(); }}>{act.words}</Button>
			</div>
			{sheet && (
				<Sheet title={t("fac-time")} close={() => setSheet(false)}>
					<div class="time-sheet"><Clock session={session} speak={false} /><div class="acts"><TimeActs session={session} /></div><Ends session={session} step={step} times={times} /></div>
				</Sheet>
			)}
		</footer>
	);
}

/** The figures; standing still they say so themselves. */
function Clock({ session, speak }: { session: Session; speak: boolean }) {
	const time = left(session);
	return (
		<>
			<Timer session={session} room={0} big speak={speak} />
			{time === null && !session.over && session.step() !== null && <span class="no-time">{t("no-deadline")}</span>}
		</>
	);
}

function TimeActs({ session }: { session: Session }) {
	const time = left(session), stands = still(session);
	return (
		<>
			{time !== null && <Button onClick={() => addTime(session, -MINUTE)}>{t("minus-1")}<span class="unseen"> {t("time-less")}</span></Button>}
			<Button onClick={() => addTime(session, MINUTE)}>{t("plus-1")}<span class="unseen"> {t("time-more", { m: 1 })}</span></Button>
			<Button onClick={() => addTime(session, 5 * MINUTE)}>{t("plus-5")}<span class="unseen"> {t("time-more", { m: 5 })}</span></Button>
			{time !== null && time > 0 && (stands ? <Button onClick={() => carryOn(session)}>{t("fac-carry-on")}</Button> : <Button onClick={() => pause(session)}>{t("fac-pause")}</Button>)}
		</>
	);
}

/** (Ångra), with what it takes back, until the next change. */
export function TakeBack({ session }: { session: Session }) {
	const undo = offered(session);
	if (!undo || session.stuck || session.over)
		return null;
	return <Button class="undo" onClick={() => takeBack(session)}><span><b>{t("undo")}</b><span class="unseen">: </span><span class="undo-what">{undo.words()}</span></span></Button>;
}
