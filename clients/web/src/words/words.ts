// SPDX-License-Identifier: EUPL-1.2
// Sentences for people, in the reader's language. A third language is two more .ftl files and two lines here. A page fetches the language it shows, no other, and
// what only staff's pages say (staff.*.ftl) comes with those.
import { FluentBundle, type FluentResource, type FluentVariable } from "@fluent/bundle";
import { computed, signal } from "@preact/signals";
import { FAULT } from "../tables.js";

export type Language = "sv" | "en";
/** By name, read when the page is built (build.mjs): no page carries the reader of Fluent's text. */
type Sentences = Record<string, FluentResource["body"][number]["value"]>;
type Source = Record<Language, () => Promise<{ default: Sentences }>>;
const all: Source = { sv: () => import("./sv.ftl"), en: () => import("./en.ftl") };
const staff: Source = { sv: () => import("./staff.sv.ftl"), en: () => import("./staff.en.ftl") };
/** What this page says: of all, and once somebody is staff, of staff. */
const wanted: Source[] = [all];
const texts = signal<ReadonlyMap<string, Sentences>>(new Map());
const nameOf = (source: Source, which: Language) => `${source === staff ? "staff." : ""}${which}`;
export const LANGUAGES: { code: Language; name: string }[] = [{ code: "sv", name: "Svenska" }, { code: "en", name: "English" }];

export const language = signal<Language>("sv");

/** Have the sentences of a language here; refused when they cannot be fetched now. */
export async function wordsLoad(which: Language): Promise<void> {
	await Promise.all(wanted.map(async (source) => {
		const name = nameOf(source, which);
		if (texts.value.has(name))
			return;
		const { default: sentences } = await source[which]();
		texts.value = new Map(texts.value).set(name, sentences);
	}));
}
/** This page is one of staff's. */
export function wordsStaff(): Promise<void> {
	if (!wanted.includes(staff))
		wanted.push(staff);
	return wordsLoad(language.value);
}

const bundle = computed(() => {
	const made = new FluentBundle(language.value, { useIsolating: false });
	for (const source of [all, staff])
		made.addResource({ body: Object.entries(texts.value.get(nameOf(source, language.value)) ?? {}).map(([id, value]) => ({ id, value, attributes: {} })) as FluentResource["body"] });
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
