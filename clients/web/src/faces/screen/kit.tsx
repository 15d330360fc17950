// SPDX-License-Identifier: EUPL-1.2
// What the views of the shared screen have in common: measures in u, the head with its clock, and pages by the rows' real heights.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { pages } from "../../activities/tally.js";
import type { Session, Step } from "../../state/session.js";
import { countdown, t } from "../../words/words.js";
import { Timer } from "../common.js";
import { cutsOf } from "./measure.js";

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
export function Head({ session, title, small, room = 0, close }: { session: Session; title: ComponentChildren; small?: ComponentChildren; room?: number; close?: boolean }) {
	return (
		<div class={`head ${close ? "close" : ""}`}>
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

/** A ball that rolls in at the reveal: one after the other, 12 ms apart, all at rest within 600 ms. Where it lies is its own place; nothing else moves. */
export function Ball({ nth, tone, cx, cy, r, rimmed }: { nth: number; tone: string; cx: number; cy: number; r: number; rimmed?: boolean }) {
	return <circle class={`rolls ${tone} ${rimmed ? "rimmed" : ""}`} cx={cx} cy={cy} r={r} ref={(node) => node?.style.setProperty("--nth", String(Math.min(nth, ROLLS)))} />;
}
/** So many wait for the one before them; the rest come with the last. */
const ROLLS = 30;

/** The statements of a step that are asked the same way. */
export function statements(session: Session, step: Step | null, kind: string): number[] {
	return (step?.activities ?? []).filter((number) => session.activity(number)?.kind === kind);
}

/** The round before the one that is shown, if its result is in sight: what was asked again is seen beside it. 0: there is none. */
export function earlier(session: Session, activity: number, room = 0): number {
	const { round } = session.phase(activity, room);
	return session.rounds(activity, room).filter((r) => r < round).pop() ?? 0;
}

/** How large a box is, in u, as the stage's height says what one u is. */
export function useBox<T extends HTMLElement>() {
	const box = useRef<T>(null);
	const [size, setSize] = useState<{ width: number; height: number } | null>(null);
	const measured = useRef(() => {});
	/* Another heading, another page: what was drawn may have made the box another, or be in another box. */
	useLayoutEffect(() => measured.current());
	useLayoutEffect(() => {
		const measure = () => {
			const node = box.current, stage = node?.closest<HTMLElement>(".stage");
			if (!node || !stage || stage.clientHeight === 0)
				return;
			const u = stage.clientHeight / 100, next = { width: node.clientWidth / u, height: node.clientHeight / u };
			setSize((old) => (old && Math.abs(old.width - next.width) < 0.05 && Math.abs(old.height - next.height) < 0.05 ? old : next));
		};
		measured.current = measure;
		measure();
		const watch = new ResizeObserver(measure);
		if (box.current)
			watch.observe(box.current);
		return () => watch.disconnect();
	}, [scale.value]);
	return { box, size };
}

/** A heading with a word longer than its line. */
function isBroken(node: HTMLElement): boolean {
	node.classList.add("whole");
	const found = [...node.querySelectorAll<HTMLElement>(".head h1, .head > div, .alone, .task > div")].some((part) => part.scrollWidth > part.clientWidth + 1);
	node.classList.remove("whole");
	return found;
}

/** What does not fit gives way, one thing after the other: data-fit on the box is raised until nothing is cut, and the looks say what each step takes away. */
export function useFit<T extends HTMLElement>(most: number, key: string) {
	const box = useRef<T>(null);
	useLayoutEffect(() => {
		const measure = () => {
			const node = box.current;
			if (!node || node.clientHeight === 0)
				return;
			delete node.dataset.whole;
			for (let fit = 0; fit <= most; fit++) {
				node.dataset.fit = String(fit);
				if ([node, ...node.querySelectorAll(".join-panel")].every((part) => part.scrollHeight <= part.clientHeight + 1))
					break;
			}
			/* A smaller clock, then smaller letters, rather than a word that is broken anywhere. */
			for (let whole = 1; whole <= 2 && isBroken(node); whole++)
				node.dataset.whole = String(whole);
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

/** A row higher than the page goes on over the next ones, cut between two lines. */
export interface Cut { top: number; height: number; part: number; parts: number }
/** Where each line of a row ends, from the row's top. */
function lineEnds(row: Element): number[] {
	const range = document.createRange(), top = row.getBoundingClientRect().top;
	range.selectNodeContents(row);
	return [...new Set([...range.getClientRects()].map((r) => r.bottom - top))].sort((x, y) => x - y);
}
/** One row cut so: only its lines of this page are in sight. */
export function CutRow({ cut, children }: { cut: Cut | null; children: ComponentChildren }) {
	if (!cut)
		return <>{children}</>;
	return <div class="cut-row" ref={(node) => { node?.style.setProperty("--top", `${-cut.top}px`); node?.style.setProperty("--high", `${cut.height}px`); }}>{children}</div>;
}
/** Which of how many parts, for the footer. */
export const partWords = (words: string, cut: Cut | null): string => (cut ? t("screen-page-part", { page: words, n: cut.part, of: cut.parts }) : words);

/** Which rows stand on which page: by their real heights in the zone that there is. The list lies in a .measure within the zone. */
export function usePages(key: string) {
	const box = useRef<HTMLOListElement>(null);
	const [ranges, setRanges] = useState<[number, number][]>([[0, 1]]);
	const [cuts, setCuts] = useState<(Cut | null)[]>([]);
	const [size, setSize] = useState("");
	useLayoutEffect(() => {
		const measure = () => {
			const list = box.current, zone = list?.parentElement?.parentElement;
			if (!list || !zone || zone.clientHeight === 0)
				return;
			const rows = [...list.children], heights = rows.map((li) => li.getBoundingClientRect().height), room = zone.getBoundingClientRect().height;
			const out: [number, number][] = [], parts: (Cut | null)[] = [], shrunk = zone.clientHeight / room;
			/* Rows that fit between those that do not are paged as ever. */
			for (let from = 0; from < rows.length || out.length === 0;) {
				const tall = heights.findIndex((height, i) => i >= from && height > room + 1), to = tall < 0 ? rows.length : tall;
				if (to > from || rows.length === 0)
					for (const [a, b] of pages(heights.slice(from, to), room)) {
						out.push([from + a, from + b]);
						parts.push(null);
					}
				from = to;
				if (tall >= 0) {
					const found = cutsOf(lineEnds(rows[tall]), room);
					found.forEach(({ top, height }, i) => {
						out.push([tall, tall + 1]);
						parts.push(found.length > 1 ? { top: top * shrunk, height: height * shrunk, part: i + 1, parts: found.length } : null);
					});
					from = tall + 1;
				}
				if (rows.length === 0)
					break;
			}
			setRanges(out);
			setCuts(parts);
			setSize(`${zone.clientWidth}x${zone.clientHeight}`);
		};
		measure();
		const watch = new ResizeObserver(measure);
		const zone = box.current?.parentElement?.parentElement;
		if (zone)
			watch.observe(zone);
		return () => watch.disconnect();
	}, [key, scale.value, size]);
	return { box, ranges, cuts };
}
