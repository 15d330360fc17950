// SPDX-License-Identifier: EUPL-1.2
// Where a session begins: a workshop of the catalog, or a question of one's own, and one button. Needs the creation key; everything else has a default.
import { sha256 } from "@noble/hashes/sha2.js";
import { useEffect, useState } from "preact/hooks";
import { type Bytes, base64url } from "../live/bytes.js";
import { pack, words } from "../live/wire.js";
import { browserStore } from "../live/world.js";
import { Button, Dot, Wordmark } from "../look/parts.js";
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

/** The links that this page makes: hashes go out, the tokens stay. */
const linksOf = (facilitator: Bytes, screen: Bytes, name: unknown) => [[ROLE.FACILITATOR, sha256(facilitator), name], [ROLE.SCREEN, sha256(screen), name]];

/** Protocol clause 7.2: one question of the person's own. */
export function createBody(draft: Draft, lang: string, facilitator: Bytes, screen: Bytes): Bytes {
	const text = (...words: string[]) => [[lang, ...words]];
	const config = draft.kind === "dots" ? [draft.dots, Math.min(draft.cap, draft.dots)] : [1, Math.min(draft.most, draft.items.length)];
	const activity = [draft.kind, draft.room_held ? HOLDER_ROOM : HOLDER_PERSON, draft.secret, pack(config), "", text(draft.question, ""), [], draft.items.map((words) => [0, text(words)])];
	const step = [draft.minutes, 0, 0, 0, [], text(draft.kind === "dots" ? t("start-step-dots", { n: draft.dots }) : t("start-step-choice"), ""), null, [activity]];
	return pack([1, draft.rehearsal, lang, 0, 0, "", text(draft.title), null, linksOf(facilitator, screen, text("")), [step], []]);
}

/** Protocol 7.3: what `GET /api/catalog/<id>` brings goes into 7.2 as it is; title: another name for the workshop, or empty. */
export function catalogBody(workshop: unknown, o: { title: string; rehearsal: boolean; lang: string }, facilitator: Bytes, screen: Bytes): Bytes {
	const [origin, k, grace_ms, title, guide, steps, rooms] = workshop as unknown[];
	return pack([1, o.rehearsal, o.lang, k, grace_ms, origin, o.title ? [[o.lang, o.title]] : title, guide, linksOf(facilitator, screen, [[o.lang, ""]]), steps, rooms]);
}

export interface Entry { id: string; version: number; minutes: number; title: string; purpose: string; /** How many to a room; 0: it needs no rooms. */ size: number; steps: { minutes: number; title: string }[] }
/** Protocol 7.3: the list, in the reader's language. */
export function catalogOf(value: unknown, lang: string): Entry[] {
	return (Array.isArray(value) ? value as [string, number, number, unknown, [number, unknown][], number?][] : []).map(([id, version, minutes, text, steps, size]) => ({
		id, version, minutes, title: words(text, lang, 0), purpose: words(text, lang, 1), size: size ?? 0, steps: (steps ?? []).map(([m, title]) => ({ minutes: m, title: words(title, lang, 0) })),
	}));
}

/** Entries in which every word that is looked for stands somewhere; case and order do not matter. */
export function searched(list: Entry[], look_for: string): Entry[] {
	const wanted = look_for.toLowerCase().split(/\s+/).filter(Boolean);
	return list.filter((entry) => {
		const all = [entry.title, entry.purpose, entry.id, ...entry.steps.map((s) => s.title)].join(" ").toLowerCase();
		return wanted.every((word) => all.includes(word));
	});
}

const OWN = "own"; /* picked: a question of one's own, not an id of the catalog */

export function StartFace({ key_given }: { key_given: string }) {
	const [key, setKey] = useState(key_given || store.get(KEY) || "");
	const [ask_key] = useState(key === "");
	const [raw, setRaw] = useState<unknown>(undefined); /* the catalog as it came; null: none could be had */
	const [look_for, setLookFor] = useState("");
	const [picked, setPicked] = useState("");
	const [title, setTitle] = useState("");
	const [rehearsal, setRehearsal] = useState(false);
	const [draft, setDraft] = useState<Draft>(() => ({
		title: t("start-title-default"), question: t("start-question-default"), items: t("start-items-default").split("\n"),
		kind: "dots", dots: 5, cap: 3, most: 1, secret: true, room_held: false, rehearsal: false, minutes: 8,
	}));
	const [items, setItems] = useState(draft.items.join("\n"));
	const [problem, setProblem] = useState("");
	const [busy, setBusy] = useState(false);
	const put = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
	const lines = items.split("\n").map((line) => line.trim()).filter((line) => line !== "");
	useEffect(() => {
		let gone = false;
		fetch("/api/catalog").then(async (answer) => (answer.ok ? decode(new Uint8Array(await answer.arrayBuffer())) : null)).catch(() => null).then((value) => { if (!gone) setRaw(value); });
		return () => { gone = true; };
	}, []);
	const list = catalogOf(raw, language.value), found = searched(list, look_for);
	/* What is in view is what starts: a pick that the search has hidden does not. */
	const entry = picked === OWN ? undefined : found.find((e) => e.id === picked) ?? found[0];

	async function start() {
		if (!entry && (lines.length < 2 || lines.length > LIMITS.items || lines.some((line) => line.length > LIMITS.item))) {
			setProblem(lines.length < 2 ? t("start-few-items") : lines.length > LIMITS.items ? t("start-many-items", { n: LIMITS.items }) : t("start-long-item", { n: LIMITS.item }));
			return;
		}
		setBusy(true);
		setProblem("");
		const facilitator = crypto.getRandomValues(new Uint8Array(16)), screen = crypto.getRandomValues(new Uint8Array(16));
		try {
			const body = entry ? await workshopBody(entry, facilitator, screen) : createBody({ ...draft, rehearsal, items: lines }, language.value, facilitator, screen);
			const answer = await fetch("/api/sessions", {
				method: "POST", headers: { "Authorization": `Bearer ${key.trim()}`, "Content-Type": "application/msgpack" }, body: body as Uint8Array<ArrayBuffer>,
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
	async function workshopBody(of: Entry, facilitator: Bytes, screen: Bytes): Promise<Bytes> {
		const answer = await fetch(`/api/catalog/${encodeURIComponent(of.id)}`);
		if (!answer.ok)
			throw new Error(`catalog: ${answer.status}`);
		return catalogBody(decode(new Uint8Array(await answer.arrayBuffer())), { title: title.trim(), rehearsal, lang: language.value }, facilitator, screen);
	}
	/* Not one form first and then another: until it is known what there is to choose from, nothing is offered. */
	if (raw === undefined)
		return <main class="face start" aria-busy="true"><header class="top"><Wordmark /><Settings /></header></main>;
	const choose = (id: string) => { setPicked(id); setTitle(""); setProblem(""); };

	return (
		<main class={`face start ${list.length ? "wide" : ""}`}>
			<header class="top"><Wordmark /><Settings /></header>
			<form onSubmit={(e) => { e.preventDefault(); void start(); }}>
				<h1>{list.length ? t("start-heading-catalog") : t("start-heading")}</h1>
				{ask_key && <Field id="key" label={t("start-key")} hint={t("start-key-hint")}><input id="key" type="password" autocomplete="off" value={key} onInput={(e) => setKey(e.currentTarget.value)} /></Field>}
				<div class="start-cols">
					{list.length > 0 && (
						<section class="catalog" aria-label={t("fac-catalog")}>
							<div class="field"><label for="search">{t("fac-catalog-search")}</label><input id="search" type="text" value={look_for} onInput={(e) => setLookFor(e.currentTarget.value)} /></div>
							<div class="catalog-list" role="radiogroup" aria-label={t("fac-catalog")}>
								{found.map((e) => <CatalogRow key={e.id} id={e.id} checked={entry?.id === e.id} choose={choose} name={e.title} note={t("minutes", { m: e.minutes }).replace(" ", "\u00a0")} />)}
								<CatalogRow id={OWN} checked={!entry} choose={choose} name={t("fac-catalog-own")} note={t("fac-catalog-own-note")} />
							</div>
							<p class="note" role="status">{found.length === 0 ? t("fac-catalog-none", { words: look_for }) : ""}</p>
						</section>
					)}
					<section class="start-what" aria-label={entry ? entry.title : t("fac-catalog-own")}>
						{entry ? (
							<>
								<h2>{entry.title}</h2>
								<p class="keep">{entry.purpose}</p>
								<Bars entry={entry} />
								<Field id="title" label={t("start-title-other")}><input id="title" type="text" maxLength={LIMITS.title} placeholder={entry.title} value={title} onInput={(e) => setTitle(e.currentTarget.value)} /></Field>
							</>
						) : <OwnQuestion draft={draft} put={put} items={items} setItems={setItems} count={lines.length} heading={list.length > 0} />}
						<label class="check"><input type="checkbox" checked={rehearsal} onChange={(e) => setRehearsal(e.currentTarget.checked)} />{t("start-rehearsal")}</label>
						<p class="problem" role="alert">{problem}</p>
						<Button type="submit" look="primary" aria-disabled={busy}>{busy ? t("start-busy") : t("start-go")}</Button>
					</section>
				</div>
			</form>
		</main>
	);
}

function CatalogRow({ id, checked, choose, name, note }: { id: string; checked: boolean; choose: (id: string) => void; name: string; note: string }) {
	return (
		<label class={`catalog-row ${checked ? "picked" : ""}`}>
			<input type="radio" name="catalog" value={id} checked={checked} onChange={() => choose(id)} />
			<Dot state={checked ? "saved" : "free"} size={22} />
			<span><b>{name}</b> <span class="soft num">{note}</span></span>
		</label>
	);
}

/** Steps as bars on one scale, so that the eye sees where the time goes. */
function Bars({ entry }: { entry: Entry }) {
	const longest = Math.max(1, ...entry.steps.map((s) => s.minutes));
	return (
		<div class="bars">
			<p class="num"><b>{t("fac-catalog-minutes", { m: entry.minutes, n: entry.steps.length })}</b>{entry.size > 0 && <> {t("fac-catalog-rooms", { n: entry.size })}</>}</p>
			<ol>
				{entry.steps.map((s, i) => (
					<li key={i}>
						<span class="num">{s.minutes}</span>
						<span>{s.title}</span>
						<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="fill-ink" width={(100 * s.minutes) / longest} height="10" rx="1" /></svg>
					</li>
				))}
			</ol>
		</div>
	);
}

function OwnQuestion({ draft, put, items, setItems, count, heading }: { draft: Draft; put: (part: Partial<Draft>) => void; items: string; setItems: (s: string) => void; count: number; heading: boolean }) {
	return (
		<>
			{heading && <h2>{t("fac-catalog-own")}</h2>}
			<p class="lead">{t("start-lead")}</p>
			<Field id="title" label={t("start-title")}><input id="title" type="text" maxLength={LIMITS.title} value={draft.title} onInput={(e) => put({ title: e.currentTarget.value })} /></Field>
			<Field id="question" label={t("start-question")}><input id="question" type="text" maxLength={LIMITS.title} value={draft.question} onInput={(e) => put({ question: e.currentTarget.value })} /></Field>
			<Field id="items" label={t("start-items")} hint={t("start-items-count", { n: count })}><textarea id="items" rows={Math.min(12, Math.max(6, count + 1))} value={items} onInput={(e) => setItems(e.currentTarget.value)} /></Field>
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
		</>
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
