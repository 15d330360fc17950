// SPDX-License-Identifier: EUPL-1.2
// The way in: the code, then a name if one likes. No field is compulsory, none is focused by us.
import { useState } from "preact/hooks";
import { Settings } from "../look/settings.js";
import { Button, Wordmark } from "../look/parts.js";
import type { Session } from "../state/session.js";
import { COMMAND, FAULT } from "../tables.js";
import { faultWords, grouped, t } from "../words/words.js";
import { codeOf, isCode, Refused } from "./common.js";

const NAME_LETTERS = 40;

/** One text field, drawn as two groups of four; paste, lower case, spaces and hyphens are all fine. */
function CodeField({ value, change }: { value: string; change: (typed: string) => void }) {
	const [at, setAt] = useState(-1);
	return (
		<div class="code-field">
			<div class="code-boxes" aria-hidden="true">
				{Array.from({ length: 8 }, (_, i) => <span key={i} class={i === Math.min(at, 7) ? "now" : ""}>{value[i] ?? ""}</span>)}
			</div>
			<input id="code" type="text" inputMode="text" autocomplete="off" autocapitalize="characters" spellcheck={false} maxLength={24} value={value}
				onInput={(e) => change(codeOf(e.currentTarget.value).slice(0, 8))} onFocus={() => setAt(value.length)} onBlur={() => setAt(-1)}
				onKeyUp={(e) => setAt(Math.min(8, e.currentTarget.value.length))} />
		</div>
	);
}

/** Without a session: a code is asked for. */
export function CodeFace({ typed, fault, go }: { typed: string; fault: number; go: (code: string) => void }) {
	const [code, setCode] = useState(typed);
	const [wrong, setWrong] = useState(fault);
	const why = wrong === FAULT.no_session ? t("join-wrong") : wrong ? faultWords(wrong) : "";
	return (
		<main class="face join">
			<header class="top"><Wordmark /><Settings /></header>
			<form onSubmit={(e) => {
				e.preventDefault();
				if (isCode(code))
					go(code);
				else
					setWrong(FAULT.no_session);
			}}>
				<h1>{t("join-title")}</h1>
				<label for="code" class="lead">{t("join-code")}</label>
				<CodeField value={code} change={(typed) => { setCode(typed); setWrong(0); }} />
				<p class="problem" role="alert">{why}</p>
				<button type="submit" class="button primary">{t("join-next")}</button>
				<p class="note">{t("join-account")}</p>
			</form>
		</main>
	);
}

/** With a session: who comes in. */
export function JoinFace({ session }: { session: Session }) {
	const [name, setName] = useState("");
	const [organisation, setOrganisation] = useState("");
	const joining = session.waits_for(COMMAND.join);
	const wait = session.join_wait_s;
	const away = session.away_ms > 3000;
	return (
		<main class="face join">
			<header class="top"><Wordmark /><Settings /></header>
			<form onSubmit={(e) => {
				e.preventDefault();
				session.live.join([["", name.trim(), organisation.trim()]]);
				void navigator.wakeLock?.request("screen").catch(() => {});
			}}>
				<p class="over-title">{t("join-title")}</p>
				<h1>{session.title || t("join-opening")}</h1>
				<p class="lead num">{t("join-with-code", { code: grouped(session.head.code) })}</p>
				{session.head.rehearsal && <p class="note">{t("rehearsal-note")}</p>}
				<label for="name">{t("join-name")} <span class="soft">{t("optional")}</span></label>
				<input id="name" type="text" autocomplete="name" maxLength={NAME_LETTERS} value={name} onInput={(e) => setName(e.currentTarget.value)} />
				<label for="organisation">{t("join-org")} <span class="soft">{t("optional")}</span></label>
				<input id="organisation" type="text" autocomplete="organization" maxLength={NAME_LETTERS} value={organisation} onInput={(e) => setOrganisation(e.currentTarget.value)} />
				<Refused session={session} />
				<p class="problem" role="status">{joining && wait > 0 ? t("join-queue", { s: wait }) : joining && !away ? t("join-under-way") : away ? t("contact-none") : ""}</p>
				<button type="submit" class="button primary" aria-disabled={joining} onClick={(e) => { if (joining) e.preventDefault(); }}>{t("join-go")}</button>
				<p class="note">{t("join-account")} {t("join-shown")}</p>
			</form>
		</main>
	);
}

/** Nothing more will come by itself: what happened, what is kept, what to do. */
export function EndFace({ title, words, act, press }: { title: string; words: string; act?: string; press?: () => void }) {
	return (
		<main class="face join">
			<header class="top"><Wordmark /><Settings /></header>
			<div class="stopped">
				<h1>{title}</h1>
				<p class="lead">{words}</p>
				{act && <Button look="primary" onClick={press}>{act}</Button>}
			</div>
		</main>
	);
}
