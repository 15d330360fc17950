// SPDX-License-Identifier: EUPL-1.2
// What the views of the shared screen have in common: measures in u, the head with its clock, and pages by the rows' real heights.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { pages } from "../../activities/tally.js";
import type { Session, Step } from "../../state/session.js";
import { countdown, t } from "../../words/words.js";
import { Timer } from "../common.js";

/* In u, of a picture 177.8 wide and 100 high. */
export const CHART_U = 66, NARROW_U = 44, WIDE_U = 164, PLANK_U = 0.8, PEOPLE_BALLS = 150, ROOMS_A_PAGE = 13;
/** The last row's letters: text larger by this; chosen at the screen, since it belongs to the hall. */
export const scale = signal(1);
/** From here on what is nice to have gives way. */
export const LARGE = 1.3;

/** Pages turned at the screen itself, from the one that the facilitator shows: letters larger than the facilitator's copy make more pages than it knows. Ends with the next wish. */
const turned = signal({ wish: "", by: 0 });
const wishOf = (session: Session): string => Object.values(session.screen).join("/");
export const pageOf = (session: Session): number => session.screen.page + (turned.value.wish === wishOf(session) ? turned.value.by : 0);
export function turn(session: Session, by: number, pages: number): void {
	const { page } = session.screen;
	turned.value = { wish: wishOf(session), by: Math.max(0, Math.min(pages - 1, Math.min(pages - 1, pageOf(session)) + by)) - page };
}

/** Where the view stands among its pages, and how the footer says it; told upwards by whoever knows. */
export interface Paged { pages: number; words: string }
export type Tell = (paged: Paged) => void;
export const ONE_PAGE: Paged = { pages: 1, words: "" };
/** "1–7 av 30" of rows from (counted from 0) to (not included). */
export const fromTo = (from: number, to: number, of: number): string =>
	(to - from > 1 ? t("screen-page", { from: from + 1, to, of }) : t("screen-page-one", { n: to, of }));
export function useTell(tell: Tell, count: number, words: string): void {
	useEffect(() => tell({ pages: count, words: count > 1 ? words : "" }), [count, words]);
}

/** Heading, a line of small print under it, and at the right the clock. */
export function Head({ session, title, small, room = 0 }: { session: Session; title: ComponentChildren; small?: ComponentChildren; room?: number }) {
	return (
		<div class="head">
			<div>
				<h1>{title}</h1>
				{small && <p class="small num">{small}</p>}
			</div>
			<Clock session={session} room={room} />
		</div>
	);
}

/** Everybody back goes before the question's own time: it is what the hall waits for. */
export function Clock({ session, room = 0, big }: { session: Session; room?: number; big?: boolean }) {
	const back = session.back(room);
	if (!back)
		return <Timer session={session} room={room} big={big} />;
	const gone = back.remaining_ms <= 0;
	return (
		<div class={`s-back ${big ? "big" : ""}`} role="timer" aria-label={t("screen-back")}>
			<span class="s-back-words">{gone ? t("screen-back-now") : t("screen-back")}</span>
			{!gone && <span class={`timer num ${big ? "big" : ""} ${back.remaining_ms <= 60_000 ? "last" : ""}`}>{session.away_ms > 60_000 ? "–:––" : countdown(back.remaining_ms)}</span>}
		</div>
	);
}

/** The statements of a step that are asked the same way. */
export function statements(session: Session, step: Step | null, kind: string): number[] {
	return (step?.activities ?? []).filter((number) => session.activity(number)?.kind === kind);
}

/** How large a box is, in u, as the stage's height says what one u is. */
export function useBox<T extends HTMLElement>() {
	const box = useRef<T>(null);
	const [size, setSize] = useState<{ width: number; height: number } | null>(null);
	useLayoutEffect(() => {
		const measure = () => {
			const node = box.current, stage = node?.closest<HTMLElement>(".stage");
			if (!node || !stage || stage.clientHeight === 0)
				return;
			const u = stage.clientHeight / 100, next = { width: node.clientWidth / u, height: node.clientHeight / u };
			setSize((old) => (old && Math.abs(old.width - next.width) < 0.05 && Math.abs(old.height - next.height) < 0.05 ? old : next));
		};
		measure();
		const watch = new ResizeObserver(measure);
		if (box.current)
			watch.observe(box.current);
		return () => watch.disconnect();
	}, [scale.value]);
	return { box, size };
}

/** What does not fit gives way, one thing after the other: data-fit on the box is raised until nothing is cut, and the looks say what each step takes away. */
export function useFit<T extends HTMLElement>(most: number, key: string) {
	const box = useRef<T>(null);
	useLayoutEffect(() => {
		const measure = () => {
			const node = box.current;
			if (!node || node.clientHeight === 0)
				return;
			for (let fit = 0; fit <= most; fit++) {
				node.dataset.fit = String(fit);
				if (node.scrollHeight <= node.clientHeight + 1)
					return;
			}
		};
		measure();
		const watch = new ResizeObserver(measure);
		if (box.current)
			watch.observe(box.current);
		return () => watch.disconnect();
	}, [key, scale.value]);
	return box;
}

/** The place of the content: in large letters a long heading gives way before what it stands over. */
export function Zone({ about, children }: { about: string; children: ComponentChildren }) {
	return <div class="zone" ref={useFit<HTMLDivElement>(6, about)}>{children}</div>;
}

/** Rows whose words are long, and all rows in large letters, have a narrower chart. */
const narrow = (long?: boolean): boolean => long === true || scale.value >= LARGE;
export const chartWidth = (long?: boolean): number => (narrow(long) ? NARROW_U : CHART_U);
export const rowsClass = (long?: boolean): string => (narrow(long) ? "screen-rows s-narrow" : "screen-rows");

/** Which rows stand on which page: by their real heights in the zone that there is. The list lies in a .measure within the zone. */
export function usePages(key: string) {
	const box = useRef<HTMLOListElement>(null);
	const [ranges, setRanges] = useState<[number, number][]>([[0, 1]]);
	const [size, setSize] = useState("");
	useLayoutEffect(() => {
		const measure = () => {
			const list = box.current, zone = list?.parentElement?.parentElement;
			if (!list || !zone || zone.clientHeight === 0)
				return;
			const heights = [...list.children].map((li) => li.getBoundingClientRect().height);
			setRanges(pages(heights, zone.getBoundingClientRect().height));
			setSize(`${zone.clientWidth}x${zone.clientHeight}`);
		};
		measure();
		const watch = new ResizeObserver(measure);
		const zone = box.current?.parentElement?.parentElement;
		if (zone)
			watch.observe(zone);
		return () => watch.disconnect();
	}, [key, scale.value, size]);
	return { box, ranges };
}
