// SPDX-License-Identifier: EUPL-1.2
// Sentences for people, in the reader's language. A third language is one more .ftl file and one line here.
import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";
import { computed, signal } from "@preact/signals";
import { FAULT } from "../tables.js";
import en from "./en.ftl";
import sv from "./sv.ftl";

export type Language = "sv" | "en";
const texts: Record<Language, string> = { sv, en };
export const LANGUAGES: { code: Language; name: string }[] = [{ code: "sv", name: "Svenska" }, { code: "en", name: "English" }];

export const language = signal<Language>("sv");

const bundle = computed(() => {
	const made = new FluentBundle(language.value, { useIsolating: false });
	const errors = made.addResource(new FluentResource(texts[language.value]));
	for (const error of errors)
		console.error(error);
	return made;
});

/** A sentence by its name. A missing one shows its name; the test of the words does not let that happen. */
export function t(id: string, args?: Record<string, FluentVariable>): string {
	const message = bundle.value.getMessage(id);
	return message?.value ? bundle.value.formatPattern(message.value, args) : id;
}

const fault_names = new Map<number, string>(Object.entries(FAULT).map(([name, number]) => [number, name]));
/** Why something was refused. */
export function faultWords(fault: number): string {
	const name = fault_names.get(fault);
	return name ? t(`fault-${name}`) : t("fault-unknown", { number: fault });
}

const clock = computed(() => new Intl.DateTimeFormat(language.value === "sv" ? "sv-SE" : "en-GB", { hour: "2-digit", minute: "2-digit" }));
export const clockTime = (ms: number): string => clock.value.format(ms);

/** 6:40; the sign that takes no other width than the figures it stands for is the tabular figure's. */
export function countdown(ms: number): string {
	const seconds = Math.ceil(ms / 1000);
	const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	return h > 0 ? `${h}:${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}` : `${m}:${String(s).padStart(2, "0")}`;
}

const percents = computed(() => new Intl.NumberFormat(language.value === "sv" ? "sv-SE" : "en-GB", { style: "percent", maximumFractionDigits: 0 }));
export const percent = (share: number): string => percents.value.format(share);

const plain = computed(() => new Intl.NumberFormat(language.value === "sv" ? "sv-SE" : "en-GB"));
export const figure = (n: number): string => plain.value.format(n);

export const grouped = (code: string): string => `${code.slice(0, 4)} ${code.slice(4)}`;
