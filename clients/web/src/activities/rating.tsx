// SPDX-License-Identifier: EUPL-1.2
// A place on a line between two ends: by a tap, a drag, keys, steps or a number. No dot stands there before the first tap (ux.md 3.1).
import { useEffect, useRef, useState } from "preact/hooks";
import { Tray, useDraft, useSaving } from "../faces/common.js";
import { Icon } from "../look/parts.js";
import type { Activity } from "../state/session.js";
import { PHASE } from "../tables.js";
import { t } from "../words/words.js";
import type { BallotProps } from "./kinds.js";

/** Places are stored in thousandths; the page speaks of 0 to 100, and keys go in those steps. */
export const END = 1000, STEP = 10;
/** A figure half typed, or a step of several, is no answer yet: the last answer of a room opens its discussion, and there is no way back from that. Once the time is out
 * there is no time for that either. */
const PAUSE_MS = 1500, PAUSE_CLOSING_MS = 250, MOST_MS = 15_000;
export const shown = (place: number): number => Math.round(place / STEP);
const clamp = (place: number): number => Math.max(0, Math.min(END, Math.round(place)));

export const rateEnds = (activity: Activity): { low: string; high: string } =>
	({ low: activity.items.find((i) => i.item === 1)?.words ?? "", high: activity.items.find((i) => i.item === 2)?.words ?? "" });
/** "62 av 100, närmast ja". */
export function placeWords(activity: Activity, place: number | null): string {
	const { low, high } = rateEnds(activity);
	if (place === null)
		return t("rate-none");
	return shown(place) === 50 ? t("rate-middle", { n: 50 }) : t("rate-near", { n: shown(place), end: place < END / 2 ? low : high });
}
export const placeOf = (ballot: Map<number, number>): number | null => (ballot.has(1) ? ballot.get(1)! - 1 : null);

export function RatingBallot({ session, activity, open, next }: BallotProps) {
	const { saved, wanted, on_its_way } = session.ballot(activity);
	const closing = session.phase(activity.number, session.me.room).phase === PHASE.CLOSING;
	const [draft, set, flush] = useDraft<number | null>(session, closing ? PAUSE_CLOSING_MS : PAUSE_MS, MOST_MS, (place) => {
		if (place !== placeOf(session.ballot(activity).wanted))
			session.cast(activity, new Map(place === null ? [] : [[1, place + 1]]));
	});
	const [drag, setDrag] = useState<number | null>(null);
	const [typed, setTyped] = useState<string | null>(null);
	const line = useRef<HTMLDivElement>(null);
	useEffect(() => {
		if (open)
			return;
		setDrag(null);
		flush();
	}, [open]);

	useEffect(() => { if (closing) flush(); }, [closing]);

	const held = draft ? draft.value : placeOf(wanted);
	const place = drag ?? held;
	const waits = on_its_way || draft !== null;
	/* The pause is ours: only what was sent can be late. */
	const sent = useSaving(session, on_its_way, held === null);
	const state = draft !== null && !session.stuck && (sent === "saved" || sent === "nothing") ? "saving" : draft !== null && sent === "saved" ? "unsaved" : sent;
	const { low, high } = rateEnds(activity);
	const gate = activity.config[0] === 1 && session.me.room !== 0;

	const put = (to: number | null, now = false) => {
		session.refusal.value = null;
		setTyped(null);
		set(to === null ? null : clamp(to), now);
	};
	const step = (by: number) => put(place === null ? END / 2 : shown(place) * STEP + by);
	const keys = (e: KeyboardEvent) => {
		switch (e.key) {
		case "ArrowRight": case "ArrowUp": step(STEP); break;
		case "ArrowLeft": case "ArrowDown": step(-STEP); break;
		case "PageUp": step(10 * STEP); break;
		case "PageDown": step(-10 * STEP); break;
		case "Home": put(0); break;
		case "End": put(END); break;
		case "Delete": case "Backspace": if (place !== null) put(null); break;
		case "Enter": flush(); break;
		default: return;
		}
		e.preventDefault();
	};
	const at = (e: PointerEvent): number => {
		const box = line.current!.getBoundingClientRect();
		return clamp(((e.clientX - box.left) / box.width) * END);
	};
	const pointer = {
		onPointerDown(e: PointerEvent) {
			if (e.button !== 0)
				return;
			(e.currentTarget as HTMLElement).setPointerCapture(e.pointerId);
			setDrag(at(e));
		},
		onPointerMove(e: PointerEvent) {
			if (drag !== null)
				setDrag(at(e));
		},
		onPointerUp(e: PointerEvent) {
			if (drag === null)
				return;
			put(at(e), true);
			setDrag(null);
		},
		/* The finger scrolls the page after all. */
		onPointerCancel() { setDrag(null); },
	};

	return (
		<Tray session={session} activity={activity} state={state} next={next} left={<b class="left num">{place === null ? t("rate-none") : t("rate-at", { n: shown(place) })}</b>}>
			<div class="scale">
				<div class="scale-ends" aria-hidden="true"><span>{low}</span><span>{high}</span></div>
				<div class="line" role="slider" tabIndex={open ? 0 : -1} aria-label={activity.title} aria-valuemin={0} aria-valuemax={100} aria-valuenow={place === null ? 50 : shown(place)}
					aria-valuetext={placeWords(activity, place)} aria-disabled={!open} onKeyDown={open ? keys : undefined} onBlur={flush} {...(open ? pointer : {})}>
					<div class="track" ref={line}>
						{place !== null && <span class={`pin ${drag === null && !waits && saved.has(1) ? "full" : ""}`} style={{ left: `${place / 10}%` }} />}
					</div>
				</div>
				{open ? (
					<div class="fine">
						<button type="button" class="round ringed" aria-label={t("rate-less")} onClick={() => step(-STEP)}><Icon name="minus" /></button>
						<input class="num" type="number" inputMode="numeric" min={0} max={100} step={1} aria-label={t("rate-number")} placeholder="–" value={typed ?? (place === null ? "" : String(shown(place)))}
							onInput={(e) => {
								const words = e.currentTarget.value;
								if (/^\d+$/.test(words) && Number(words) <= 100)
									put(Number(words) * STEP);
								setTyped(words);
							}}
							onBlur={() => { setTyped(null); flush(); }} onKeyDown={(e) => { if (e.key === "Enter") flush(); }} />
						<button type="button" class="round ringed" aria-label={t("rate-more")} onClick={() => step(STEP)}><Icon name="plus" /></button>
						<button type="button" class={`link ${place === null ? "away" : ""}`} disabled={place === null} onClick={() => put(null, true)}>{t("rate-remove")}</button>
					</div>
				) : <p class="note">{placeWords(activity, place)}</p>}
				<p class={`note gate-words ${closing ? "attn-words" : ""}`}>{closing ? t("time-grace", { s: Math.ceil((session.remaining(session.me.room) ?? 0) / 1000) }) : open && place === null ? t("rate-empty") : open && gate ? t("rate-gate") : ""}</p>
			</div>
		</Tray>
	);
}
