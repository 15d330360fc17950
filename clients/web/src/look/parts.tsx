// SPDX-License-Identifier: EUPL-1.2
// The small things that every face is made of: mark, icons, dots, buttons, sheets, and the voice for those who listen.
import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../words/words.js";

export function Mark() {
	return (
		<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
			<rect class="fill-ink" x="5" y="3" width="5" height="26" rx="1.5" /><circle class="fill-warm" cx="20" cy="20" r="9" />
		</svg>
	);
}

export function Wordmark() {
	return (
		<svg class="wordmark" viewBox="0 0 196 50" role="img" aria-label="Bollplank">
			<g class="stroke-ink" fill="none" stroke-width="4.6">
				<path d="M4 4V38M62.5 4V38M73 4V38M83.5 19V50M112 4V38M140.5 17.2V38M151 17.2V38M151 28a7.4 8.4 0 0 1 14.8 0V38M176.5 4V38" />
				<circle cx="44.4" cy="27.6" r="8.1" /><circle cx="93.9" cy="27.6" r="8.1" /><circle cx="130.1" cy="27.6" r="8.1" />
			</g>
			<circle class="fill-warm" cx="18.3" cy="27.6" r="10.4" />
			<path class="fill-ink" d="M178 26.6L187 17.2H193L178 32.8ZM182.3 24.8L194 38H188L179.4 28.3Z" />
		</svg>
	);
}

const ICONS = {
	eye_closed: "M2.5 10s2.8-5 7.5-5c1.3 0 2.5.4 3.5.9M17.5 10s-2.8 5-7.5 5c-1.3 0-2.5-.4-3.5-.9M3 3l14 14",
	eye: "M2.5 10s2.8-5 7.5-5 7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5zM10 8a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
	clock: "M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4zM10 6v4.2l2.8 1.6",
	plus: "M10 4v12M4 10h12",
	minus: "M4 10h12",
	check: "M4 10.5l4 4 8-9",
	close: "M5 5l10 10M15 5L5 15",
	room: "M3 16.5v-9L10 3l7 4.5v9zM8 16.5v-5h4v5",
	screen: "M2.5 4h15v10h-15zM7 17h6M10 14v3",
	table: "M3 4h14v12H3zM3 8h14M8 8v8",
	pause: "M7 4v12M13 4v12",
	copy: "M7 7h9v9H7zM4 13V4h9",
	say: "M3 8v4h3l5 4V4L6 8zM14 7.5a3.5 3.5 0 0 1 0 5",
	lost: "M10 3a7 7 0 0 1 7 7M17 10a7 7 0 0 1-7 7M10 17a7 7 0 0 1-7-7M3 10a7 7 0 0 1 2.5-5.4",
	left: "M12.5 4l-6 6 6 6",
	right: "M7.5 4l6 6-6 6",
	spread: "M2.5 10h15M6 6.5L2.5 10 6 13.5M14 6.5l3.5 3.5-3.5 3.5",
	up: "M4 12.5l6-6 6 6",
	down: "M4 7.5l6 6 6-6",
	pen: "M4 16l1-4 8.5-8.5a1.4 1.4 0 0 1 2 0l1 1a1.4 1.4 0 0 1 0 2L8 15zM12 5l3 3",
	flag: "M5 17V3.5M5 4h9.5l-2 3.5 2 3.5H5",
	people: "M7 4a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM2.5 16c0-3 1.8-5 4.5-5s4.5 2 4.5 5M13 5a2.2 2.2 0 1 1 0 4.4M14 11.4c2.2.2 3.5 2 3.5 4.6",
} as const;
export type IconName = keyof typeof ICONS;

export function Icon({ name }: { name: IconName }) {
	return <svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d={ICONS[name]} /></svg>;
}

export type DotState = "free" | "way" | "saved";
/** The three marks of ux.md 2.4: free ring, on its way, saved. */
export function Dot({ state, size = 28 }: { state: DotState; size?: number }) {
	return (
		<svg class={`dot dot-${state}`} width={size} height={size} viewBox="0 0 28 28" aria-hidden="true">
			{state === "saved" ? <circle class="fill-warm" cx="14" cy="14" r="14" />
				: <circle class="ring" cx="14" cy="14" r={state === "way" ? 12.5 : 12.75} fill="none" />}
			{state === "way" && <circle class="fill-warm" cx="14" cy="14" r="6.3" />}
		</svg>
	);
}

/** Dots of one row, overlapping; the top one carries the number. The place is kept from the start, so that text never reflows. */
export function Stack({ saved, wanted }: { saved: number; wanted: number }) {
	const count = Math.max(1, wanted);
	const full = Math.min(saved, wanted);
	const step = count > 1 ? Math.min(12, 24 / (count - 1)) : 0;
	const state = (i: number): DotState => (wanted === 0 ? "free" : i < full ? "saved" : "way");
	const left = 52 - 28 - step * (count - 1);
	return (
		<svg class="stack" width="56" height="32" viewBox="-2 -2 56 32" aria-hidden="true">
			{Array.from({ length: count }, (_, i) => {
				const x = left + i * step + 14;
				const top = i === count - 1;
				const s = state(i);
				return (
					<g class={`disc disc-${s}`} key={i}>
						{count > 1 && <circle class="rim" cx={x} cy="14" r="15.5" />}
						{s === "saved" ? <circle class="fill-warm pop" cx={x} cy="14" r="14" />
							: <circle class="ring" cx={x} cy="14" r={s === "way" ? 12.5 : 12.75} />}
						{s === "way" && !(top && wanted > 1) && <circle class="fill-warm core" cx={x} cy="14" r="6.3" />}
						{top && wanted > 1 && <text class={s === "saved" ? "on-warm" : "in-warm"} x={x} y="19" text-anchor="middle">{wanted}</text>}
					</g>
				);
			})}
		</svg>
	);
}

type ButtonProps = JSX.ButtonHTMLAttributes<HTMLButtonElement> & { icon?: IconName; look?: "primary" | "plain" | "quiet"; children?: ComponentChildren };
export function Button({ icon, look = "plain", children, class: extra, ...rest }: ButtonProps) {
	return (
		<button type="button" class={`button ${look} ${extra ?? ""}`} {...rest}>
			{icon && <Icon name={icon} />}{children}
		</button>
	);
}

/** What floats over the page until closed; Escape closes, focus goes back where it was (the browser's own dialog). */
export function Sheet({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
	const box = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		const dialog = box.current;
		if (dialog && !dialog.open)
			dialog.showModal();
		return () => dialog?.close();
	}, []);
	return (
		<dialog class="sheet" ref={box} aria-labelledby="sheet-title" onClose={close} onClick={(e) => { if (e.target === box.current) close(); }}>
			<div class="sheet-in">
				<header>
					<h2 id="sheet-title">{title}</h2>
					<button type="button" class="round" aria-label={t("close")} onClick={close}><Icon name="close" /></button>
				</header>
				{children}
			</div>
		</dialog>
	);
}

const polite = signal("");
const assertive = signal("");
/** Say a sentence to those who listen. Polite ones wait for each other; a new assertive one replaces the last. */
export function announce(words: string, now = false): void {
	const where = now ? assertive : polite;
	/* The same sentence twice is heard twice only if it differs. */
	where.value = where.value === words ? `${words}\u00a0` : words;
}
export function Voice() {
	return (
		<div class="unseen">
			<div role="status" aria-live="polite">{polite}</div>
			<div role="alert" aria-live="assertive">{assertive}</div>
		</div>
	);
}
