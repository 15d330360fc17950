// SPDX-License-Identifier: EUPL-1.2
// Where a session begins: a question, its items, and one button. Needs the creation key; everything else has a default.
import { sha256 } from "@noble/hashes/sha2.js";
import { useState } from "preact/hooks";
import { type Bytes, base64url } from "../live/bytes.js";
import { pack } from "../live/wire.js";
import { browserStore } from "../live/world.js";
import { Button, Wordmark } from "../look/parts.js";
import { Settings } from "../look/settings.js";
import { HOLDER_PERSON, HOLDER_ROOM } from "../state/session.js";
import { FAULT, ROLE } from "../tables.js";
import { faultWords, language, t } from "../words/words.js";
import { decode } from "@msgpack/msgpack";

const store = browserStore();
const KEY = "bp.creation-key";
const LIMITS = { title: 120, item: 300, items: 200 };
export const screenLinkName = (sid: string) => `bp.links.${sid}.screen`;

export interface Draft {
	title: string;
	question: string;
	items: string[];
	kind: "dots" | "choice";
	dots: number;
	cap: number;
	most: number;
	secret: boolean;
	room_held: boolean;
	rehearsal: boolean;
	minutes: number;
}

/** Protocol clause 7.2. */
export function createBody(draft: Draft, lang: string, facilitator: Bytes, screen: Bytes): Bytes {
	const text = (...words: string[]) => [[lang, ...words]];
	const config = draft.kind === "dots" ? [draft.dots, Math.min(draft.cap, draft.dots)] : [1, Math.min(draft.most, draft.items.length)];
	const activity = [draft.kind, draft.room_held ? HOLDER_ROOM : HOLDER_PERSON, draft.secret, pack(config), text(draft.question, ""), draft.items.map((words) => [0, text(words)])];
	return pack([
		1, draft.rehearsal, lang, 0, 0, text(draft.title),
		[[ROLE.FACILITATOR, sha256(facilitator), text("")], [ROLE.SCREEN, sha256(screen), text("")]],
		[[draft.minutes, text(draft.kind === "dots" ? t("start-step-dots", { n: draft.dots }) : t("start-step-choice"), ""), [activity]]],
		[],
	]);
}

export function StartFace({ key_given }: { key_given: string }) {
	const [key, setKey] = useState(key_given || store.get(KEY) || "");
	const [ask_key] = useState(key === "");
	const [draft, setDraft] = useState<Draft>(() => ({
		title: t("start-title-default"), question: t("start-question-default"), items: t("start-items-default").split("\n"),
		kind: "dots", dots: 5, cap: 3, most: 1, secret: true, room_held: false, rehearsal: false, minutes: 8,
	}));
	const [items, setItems] = useState(draft.items.join("\n"));
	const [problem, setProblem] = useState("");
	const [busy, setBusy] = useState(false);
	const put = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
	const lines = items.split("\n").map((line) => line.trim()).filter((line) => line !== "");

	async function start() {
		if (lines.length < 2 || lines.length > LIMITS.items || lines.some((line) => line.length > LIMITS.item)) {
			setProblem(lines.length < 2 ? t("start-few-items") : lines.length > LIMITS.items ? t("start-many-items", { n: LIMITS.items }) : t("start-long-item", { n: LIMITS.item }));
			return;
		}
		setBusy(true);
		setProblem("");
		const facilitator = crypto.getRandomValues(new Uint8Array(16)), screen = crypto.getRandomValues(new Uint8Array(16));
		try {
			const answer = await fetch("/api/sessions", {
				method: "POST", headers: { "Authorization": `Bearer ${key.trim()}`, "Content-Type": "application/msgpack" },
				body: createBody({ ...draft, items: lines }, language.value, facilitator, screen) as Uint8Array<ArrayBuffer>,
			});
			const bytes = new Uint8Array(await answer.arrayBuffer());
			if (answer.status === 201) {
				const [sid] = decode(bytes) as [string, string];
				store.set(KEY, key.trim());
				store.set(screenLinkName(sid), base64url(screen));
				location.hash = `${sid}.${base64url(facilitator)}`;
				return;
			}
			let fault: number = answer.status === 401 ? FAULT.key_needed : answer.status === 413 ? FAULT.too_long : answer.status === 503 ? FAULT.later : FAULT.malformed;
			try {
				[fault] = decode(bytes) as [number];
			} catch {
				/* No words from the daemon; the status has to do. */
			}
			setProblem(faultWords(fault));
		} catch {
			setProblem(t("start-no-contact"));
		}
		setBusy(false);
	}

	return (
		<main class="face start">
			<header class="top"><Wordmark /><Settings /></header>
			<form onSubmit={(e) => { e.preventDefault(); void start(); }}>
				<h1>{t("start-heading")}</h1>
				<p class="lead">{t("start-lead")}</p>
				{ask_key && <Field id="key" label={t("start-key")} hint={t("start-key-hint")}><input id="key" type="password" autocomplete="off" value={key} onInput={(e) => setKey(e.currentTarget.value)} /></Field>}
				<Field id="title" label={t("start-title")}><input id="title" type="text" maxLength={LIMITS.title} value={draft.title} onInput={(e) => put({ title: e.currentTarget.value })} /></Field>
				<Field id="question" label={t("start-question")}><input id="question" type="text" maxLength={LIMITS.title} value={draft.question} onInput={(e) => put({ question: e.currentTarget.value })} /></Field>
				<Field id="items" label={t("start-items")} hint={t("start-items-count", { n: lines.length })}><textarea id="items" rows={Math.min(12, Math.max(6, lines.length + 1))} value={items} onInput={(e) => setItems(e.currentTarget.value)} /></Field>
				<div class="pair">
					<Pick name="kind" legend={t("start-kind")} value={draft.kind} options={[["dots", t("kind-dots")], ["choice", t("kind-choice")]]} choose={(kind) => put({ kind })} />
					<Pick name="secret" legend={t("start-secrecy")} value={draft.secret ? "secret" : "open"} options={[["secret", t("start-secret")], ["open", t("start-open")]]}
						choose={(which) => put({ secret: which === "secret", room_held: which === "secret" ? false : draft.room_held })} />
				</div>
				<div class="pair numbers">
					{draft.kind === "dots" ? (
						<>
							<Count id="dots" label={t("start-dots")} value={draft.dots} least={1} most={50} set={(dots) => put({ dots })} />
							<Count id="cap" label={t("start-cap")} value={draft.cap} least={1} most={50} set={(cap) => put({ cap })} />
						</>
					) : <Count id="most" label={t("start-most")} value={draft.most} least={1} most={50} set={(most) => put({ most })} />}
					<Count id="minutes" label={t("start-minutes")} value={draft.minutes} least={1} most={600} set={(minutes) => put({ minutes })} />
				</div>
				{!draft.secret && <label class="check"><input type="checkbox" checked={draft.room_held} onChange={(e) => put({ room_held: e.currentTarget.checked })} />{t("start-room-held")}</label>}
				<label class="check"><input type="checkbox" checked={draft.rehearsal} onChange={(e) => put({ rehearsal: e.currentTarget.checked })} />{t("start-rehearsal")}</label>
				<p class="problem" role="alert">{problem}</p>
				<Button type="submit" look="primary" aria-disabled={busy}>{busy ? t("start-busy") : t("start-go")}</Button>
			</form>
		</main>
	);
}

function Field({ id, label, hint, children }: { id: string; label: string; hint?: string; children: preact.ComponentChildren }) {
	return <div class="field"><label for={id}>{label}</label>{children}{hint && <p class="note">{hint}</p>}</div>;
}
function Count({ id, label, value, least, most, set }: { id: string; label: string; value: number; least: number; most: number; set: (n: number) => void }) {
	return <div class="field"><label for={id}>{label}</label><input id={id} class="num" type="number" min={least} max={most} value={value} onInput={(e) => set(Math.max(least, Math.min(most, Math.round(e.currentTarget.valueAsNumber) || least)))} /></div>;
}
function Pick<T extends string>({ name, legend, value, options, choose }: { name: string; legend: string; value: T; options: [T, string][]; choose: (v: T) => void }) {
	return (
		<fieldset class="switch">
			<legend>{legend}</legend>
			{options.map(([option, label]) => <label key={option}><input type="radio" name={name} checked={option === value} onChange={() => choose(option)} /><span>{label}</span></label>)}
		</fieldset>
	);
}
