// SPDX-License-Identifier: EUPL-1.2
// The first few of a list, in order: tap in the order you want; buttons or Alt and arrows move, a figure sets the place (ux.md 3.1).
import { useRef, useState } from "preact/hooks";
import { Tray, useSaving } from "../faces/common.js";
import { Dot, Icon, announce } from "../look/parts.js";
import { HOLDER_ROOM } from "../state/session.js";
import { t } from "../words/words.js";
import type { BallotProps } from "./kinds.js";

/** Items by their places. */
export const orderOf = (ballot: Map<number, number>): number[] => [...ballot].sort((x, y) => x[1] - y[1]).map(([item]) => item);
const ballotOf = (order: number[]): Map<number, number> => new Map(order.map((item, i) => [item, i + 1]));

export function RankingBallot({ session, activity, open, next }: BallotProps) {
	const k = Math.min(activity.config[0] ?? activity.items.length, activity.items.length);
	const { saved, wanted, on_its_way } = session.ballot(activity);
	const order = orderOf(wanted);
	const words = new Map(activity.items.map((i) => [i.item, i.words]));
	const [hint, setHint] = useState("");
	const state = useSaving(session, on_its_way, order.length === 0);
	const box = useRef<HTMLDivElement>(null);

	const cast = (to: number[], said: string) => {
		session.refusal.value = null;
		setHint("");
		session.cast(activity, ballotOf(to));
		announce(said);
	};
	const focus = (item: number) => queueMicrotask(() => requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-item="${item}"]`)?.focus()));
	const add = (item: number) => {
		if (order.length >= k) {
			setHint(t("rank-full", { k }));
			announce(t("rank-full", { k }), true);
			return;
		}
		cast([...order, item], t("rank-now", { item: words.get(item) ?? "", place: order.length + 1 }));
	};
	const move = (item: number, place: number) => {
		const others = order.filter((i) => i !== item);
		const at = Math.max(0, Math.min(others.length, place - 1));
		if (order[at] === item)
			return;
		others.splice(at, 0, item);
		cast(others, t("rank-now", { item: words.get(item) ?? "", place: at + 1 }));
		focus(item);
	};
	const remove = (item: number) => {
		const next_one = order[order.indexOf(item) + 1] ?? order[order.indexOf(item) - 1];
		const inside = box.current?.querySelector(".placed")?.contains(document.activeElement);
		cast(order.filter((i) => i !== item), t("rank-removed", { item: words.get(item) ?? "" }));
		if (inside && next_one !== undefined)
			focus(next_one);
	};
	const keys = (item: number, place: number) => (e: KeyboardEvent) => {
		if (e.altKey && e.key === "ArrowUp")
			move(item, place - 1);
		else if (e.altKey && e.key === "ArrowDown")
			move(item, place + 1);
		else if (/^[1-9]$/.test(e.key))
			move(item, Number(e.key));
		else if (e.key === "Delete" || e.key === "Backspace")
			remove(item);
		else
			return;
		e.preventDefault();
	};

	const Place = ({ place, own }: { place: number; own: boolean }) => (
		<span class="number" aria-hidden="true"><Dot state={place === 0 ? "free" : own ? "saved" : "way"} size={32} />{place > 0 && <b class={own ? "on" : ""}>{place}</b>}</span>
	);
	const is_saved = (item: number) => saved.get(item) === wanted.get(item);
	return (
		<div class="ranking" ref={box}>
			{/* The list to tap in never changes; the order grows below it, so that nothing moves under a finger. */}
			<ul class="rows">
				{activity.items.filter((i) => !i.hidden || wanted.has(i.item)).map(({ item, words: said }) => {
					const place = wanted.get(item) ?? 0;
					const [before, after] = (place > 0 ? t("rank-row", { item: "\u0001", place, of: order.length }) : t("rank-place", { item: "\u0001", place: order.length + 1 })).split("\u0001");
					const inside = <><span class="words">{open && <span class="unseen">{before}</span>}{said}{(open || place > 0) && <span class="unseen">{after}</span>}</span><Place place={place} own={is_saved(item)} /></>;
					return (
						<li key={item}>
							{open ? (
								<button type="button" class="place" aria-pressed={place > 0} onClick={() => (place > 0 ? remove(item) : add(item))}>{inside}</button>
							) : <div class="place">{inside}</div>}
						</li>
					);
				})}
			</ul>
			<h2>{activity.holder === HOLDER_ROOM ? t("rank-order-room") : t("rank-order")}</h2>
			{order.length === 0 && <p class="note">{t("rank-empty")}</p>}
			<ol class="rows placed">
				{order.map((item, i) => {
					const said = words.get(item) ?? "";
					return (
						<li key={item} onKeyDown={open ? keys(item, i + 1) : undefined}>
							<Place place={i + 1} own={is_saved(item)} />
							<span class="words" tabIndex={open ? 0 : undefined} data-item={item} role={open ? "group" : undefined} aria-label={open ? t("rank-row", { item: said, place: i + 1, of: order.length }) : undefined}>{said}</span>
							{open && (
								<span class="moves">
									<button type="button" class="round" disabled={i === 0} aria-label={t("rank-up", { item: said })} onClick={() => move(item, i)}><Icon name="up" /></button>
									<button type="button" class="round" disabled={i === order.length - 1} aria-label={t("rank-down", { item: said })} onClick={() => move(item, i + 2)}><Icon name="down" /></button>
									<button type="button" class="round" aria-label={t("rank-remove", { item: said })} onClick={() => remove(item)}><Icon name="close" /></button>
								</span>
							)}
						</li>
					);
				})}
			</ol>
			<Tray session={session} activity={activity} state={state} hint={hint} next={next} left={<b class="left num">{t("rank-count", { n: order.length, k })}</b>} />
		</div>
	);
}
