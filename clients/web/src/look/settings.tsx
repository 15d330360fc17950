// SPDX-License-Identifier: EUPL-1.2
// What a reader chooses for this browser: language, light or dark, size of text. Kept in its storage.
import { effect, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { browserStore } from "../live/world.js";
import type { Session } from "../state/session.js";
import { LANGUAGES, type Language, language, t, wordsLoad, wordsStaff } from "../words/words.js";
import { Button, Sheet } from "./parts.js";

export type Theme = "system" | "light" | "dark";
export const theme = signal<Theme>("system");
export const text_size = signal(100);
/** The reader has chosen a language here; else the screen takes the session's. */
export const language_chosen = signal(false);
const store = browserStore();

export function settingsStart(): void {
	const kept = store.get("bp.language");
	const wished = kept ?? (navigator.languages?.some((l) => l.startsWith("sv")) ? "sv" : navigator.language?.startsWith("sv") ? "sv" : "en");
	language.value = wished === "sv" ? "sv" : "en";
	language_chosen.value = kept !== null;
	theme.value = (store.get("bp.theme") as Theme) ?? "system";
	text_size.value = Number(store.get("bp.text")) || 100;
	effect(() => { document.documentElement.lang = language.value; });
	effect(() => {
		const root = document.documentElement;
		if (theme.value === "system")
			delete root.dataset.theme;
		else
			root.dataset.theme = theme.value;
	});
	effect(() => { document.documentElement.style.fontSize = `${text_size.value}%`; });
}

/** What was pressed last, while its sentences are on their way: the choice shows it at once. */
const pressed = signal<Language | null>(null);
/** The page goes over to it once its sentences are here. */
export function chooseLanguage(code: Language): void {
	language_chosen.value = true;
	store.set("bp.language", code);
	pressed.value = code;
	void wordsLoad(code).then(() => { if (pressed.value === code) language.value = code; }, () => { if (pressed.value === code) pressed.value = null; });
}
export function chooseTheme(which: Theme): void {
	theme.value = which;
	store.set("bp.theme", which);
}

function Choice<T extends string | number>({ name, legend, value, options, choose }:
	{ name: string; legend: string; value: T; options: [T, string][]; choose: (value: T) => void }) {
	return (
		<fieldset class="switch">
			<legend>{legend}</legend>
			{options.map(([option, label]) => (
				<label key={option}>
					<input type="radio" name={name} checked={option === value} onChange={() => choose(option)} /><span>{label}</span>
				</label>
			))}
		</fieldset>
	);
}

/** The session that this page is in: its shared screen can be read as text by whoever has come in. */
export const followed = signal<Session | null>(null);

/** The shared screen as text: its part of the page comes when it is asked for, and is asked for again until it has come. */
function AsText({ session, close }: { session: Session; close: () => void }) {
	const [Part, setPart] = useState<ComponentType<{ session: Session }> | null>(null);
	const [lost, setLost] = useState(false);
	useEffect(() => {
		let timer = 0;
		const ask = () => Promise.all([import("../faces/screen/text.js"), wordsStaff()]).then(([part]) => setPart(() => part.ScreenText), () => {
			setLost(true);
			timer = window.setTimeout(ask, 2000);
		});
		void ask();
		return () => clearTimeout(timer);
	}, []);
	return <Sheet title={t("screen-text")} close={close}>{Part ? <Part session={session} /> : <p>{t(lost ? "contact-none" : "opening")}</p>}</Sheet>;
}

/** "Aa": everywhere, the same. */
export function Settings() {
	const [open, setOpen] = useState(false);
	const [reads, setReads] = useState(false);
	const session = followed.value;
	return (
		<>
			<button type="button" class="round aa" onClick={() => setOpen(true)}>Aa<span class="unseen"> {t("settings")}</span></button>
			{open && (
				<Sheet title={t("settings")} close={() => setOpen(false)}>
					<Choice name="language" legend={t("settings-language")} value={pressed.value ?? language.value}
						options={LANGUAGES.map((l) => [l.code, l.name])} choose={chooseLanguage} />
					<Choice name="theme" legend={t("settings-theme")} value={theme.value}
						options={[["system", t("theme-system")], ["light", t("theme-light")], ["dark", t("theme-dark")]]} choose={chooseTheme} />
					<Choice name="text" legend={t("settings-text")} value={text_size.value} options={[[100, "100 %"], [115, "115 %"], [130, "130 %"], [150, "150 %"]]}
						choose={(size) => { text_size.value = size; store.set("bp.text", String(size)); }} />
					{session?.joined && <Button icon="screen" onClick={() => { setOpen(false); setReads(true); }}>{t("screen-text")}</Button>}
					<Button onClick={() => setOpen(false)}>{t("close")}</Button>
				</Sheet>
			)}
			{reads && session && <AsText session={session} close={() => setReads(false)} />}
		</>
	);
}
