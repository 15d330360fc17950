// SPDX-License-Identifier: EUPL-1.2
// Dots over items: the whole row places one, minus takes one back; keys + - and digits do the same (ux.md 2.4, 3.1).
import { useRef } from "preact/hooks";
import { Tray, isOpen, useSaving } from "../faces/common.js";
import { Dot, Icon, Stack, announce } from "../look/parts.js";
import type { Activity, Item } from "../state/session.js";
import { t } from "../words/words.js";
import type { BallotProps } from "./kinds.js";

const TRAY_DOTS = 10; /* above that the tray says it in figures */

/** Items under the names of their groups, in the order of the groups; those without one last. One nameless group when there are none. */
export function grouped(activity: Activity, items: Item[]): { group: number; name: string; items: Item[] }[] {
	if (activity.groups.size === 0)
		return [{ group: 0, name: "", items }];
	return [...[...activity.groups].sort((x, y) => x[0] - y[0]), [0, t("group-other")] as const]
		.map(([group, name]) => ({ group, name, items: items.filter((i) => (activity.groups.has(i.group) ? i.group : 0) === group) }))
		.filter((g) => g.items.length > 0);
}

export function DotsBallot({ session, activity, open, next: way_on }: BallotProps) {
	const [budget = 5, cap_config = 0] = activity.config;
	const cap = cap_config || budget;
	const { saved, wanted, on_its_way } = session.ballot(activity);
	const items = activity.items.filter((i) => !i.hidden || wanted.has(i.item));
	const total = (ballot: Map<number, number>) => [...ballot.values()].reduce((n, v) => n + v, 0);
	const placed = total(wanted);
	const kept = [...wanted].reduce((n, [item, count]) => n + Math.min(count, saved.get(item) ?? 0), 0);
	const list = useRef<HTMLDivElement>(null);
	const state = useSaving(session, on_its_way, placed === 0);

	const set = (item: number, count: number) => {
		session.refusal.value = null;
		const have = wanted.get(item) ?? 0;
		const words = activity.items.find((i) => i.item === item)?.words ?? "";
		const most = Math.min(cap, have + budget - placed);
		if (count > most) {
			tell(have >= cap ? t("dots-cap", { cap }) : t("dots-none"));
			if (most === have)
				return;
			count = most;
		}
		if (count < 0 || count === have)
			return;
		const next = new Map(wanted);
		if (count === 0)
			next.delete(item);
		else
			next.set(item, count);
		hint.current = "";
		session.cast(activity, next);
		announce(t("dots-now", { count, item: words, left: budget - total(next) }));
	};
	const hint = useRef("");
	const tell = (words: string) => {
		hint.current = words;
		announce(words, true);
		session.outbox.value++;
	};
	const keys = (item: number) => (e: KeyboardEvent) => {
		const have = wanted.get(item) ?? 0;
		if (e.key === "+")
			set(item, have + 1);
		else if (e.key === "-" || e.key === "Backspace")
			set(item, have - 1);
		else if (/^[0-9]$/.test(e.key))
			set(item, Number(e.key));
		else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
			const rows = [...(list.current?.querySelectorAll<HTMLButtonElement>("button.place") ?? [])];
			const at = rows.findIndex((row) => row.dataset.item === String(item));
			rows[at + (e.key === "ArrowDown" ? 1 : -1)]?.focus();
		} else
			return;
		e.preventDefault();
	};

	const groups = grouped(activity, items);
	const jump = (group: number) => {
		const head = list.current?.querySelector<HTMLElement>(`[data-group="${group}"]`);
		head?.scrollIntoView({ block: "start" });
		head?.focus({ preventScroll: true });
	};
	const row = ({ item, words }: Item) => {
		const have = wanted.get(item) ?? 0;
		const [before, after] = t("dots-add", { item: "\u0001" }).split("\u0001");
		const inside = (
			<>
				<span class="words">{open && <span class="unseen">{before}</span>}{words}{open && <span class="unseen">{after}</span>}</span>
				<Stack saved={saved.get(item) ?? 0} wanted={have} />
			</>
		);
		return (
			<div key={item} role="group" aria-label={t("dots-row", { item: words, count: have })} onKeyDown={open ? keys(item) : undefined} data-item={item}>
				{open ? <button type="button" class="place" data-item={item} onClick={() => set(item, have + 1)}>{inside}</button>
					: <div class="place">{inside}</div>}
				{open && have > 0 ? (
					<button type="button" class="take" aria-label={t("dots-take", { item: words })} onClick={(e) => {
						set(item, have - 1);
						if (have === 1)
							(e.currentTarget.previousElementSibling as HTMLElement | null)?.focus();
					}}><span class="minus"><Icon name="minus" /></span></button>
				) : <span class="take" />}
			</div>
		);
	};

	return (
		<>
			{groups.length > 1 && (
				<nav class="jumps" aria-label={t("group-jump")}>
					{groups.map(({ group, name }) => <button type="button" key={group} onClick={() => jump(group)}>{name}</button>)}
				</nav>
			)}
			<div class={groups.length > 1 ? "grouped" : "rows dots"} ref={list}>
				{groups.length === 1 ? groups[0].items.map(row) : groups.map(({ group, name, items: own }) => {
					const here = own.reduce((n, { item }) => n + (wanted.get(item) ?? 0), 0);
					return (
						<section key={group}>
							<h2 class="group-head" tabIndex={-1} data-group={group}><span>{name}</span><span class="num soft"><span aria-hidden="true">{here > 0 && <><Dot state="saved" size={11} /> {here}</>}</span><span class="unseen">{t("dots-in-group", { n: here })}</span></span></h2>
							<div class="rows dots">{own.map(row)}</div>
						</section>
					);
				})}
			</div>
			<Tray session={session} activity={activity} state={state} hint={hint.current} next={way_on} left={
				<>
					{budget <= TRAY_DOTS && (
						<span class="tray-dots" aria-hidden="true">
							{Array.from({ length: budget }, (_, i) => <Dot key={i} size={22} state={i >= placed ? "free" : i < kept ? "saved" : "way"} />)}
						</span>
					)}
					{!isOpen(session.phase(activity.number, session.me.room).phase) && <b class="left">{t("closed-now")}</b>}
					{open && <b class="left num">{placed >= budget ? t("dots-all") : t("dots-left", { n: budget - placed })}</b>}
				</>
			} />
		</>
	);
}
