// SPDX-License-Identifier: EUPL-1.2
// Links for people, the screen and deputies, and the session's log to take home. Links are copied, never shown whole: this page may be on the projector.
import { sha256 } from "@noble/hashes/sha2.js";
import { useState } from "preact/hooks";
import { base64url, fromBase64url, hex } from "../../live/bytes.js";
import { browserStore } from "../../live/world.js";
import { Button, Sheet, announce } from "../../look/parts.js";
import type { Session } from "../../state/session.js";
import { COMMAND, ROLE, SECTION } from "../../tables.js";
import { grouped, language, t } from "../../words/words.js";
import { screenLinkName } from "../start.js";
import { Stuck } from "./trouble.js";

const store = browserStore();
/** Into the clipboard; the old way where the browser gives no other (plain http). */
async function copy(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		const area = document.createElement("textarea");
		area.value = text;
		area.className = "unseen";
		(document.querySelector("dialog[open]") ?? document.body).append(area);
		area.select();
		const done = document.execCommand("copy");
		area.remove();
		return done;
	}
}

/** The token of a link that this page has made, or makes now; null: it cannot be made now. */
function put(session: Session, name: string, role: number, words: string): string | null {
	const kept = fromBase64url(store.get(name) ?? "");
	if (kept?.length === 16)
		return base64url(kept);
	const token = session.world.random(16);
	const free = [...(session.section(SECTION.links)?.keys() ?? [])].reduce<number>((most, link) => Math.max(most, link as number), 0) + 1;
	if (!session.command(COMMAND.link_put, free, 0, [role, sha256(token)], [[language.value, words]]))
		return null;
	store.set(name, base64url(token));
	return base64url(token);
}
const may = (session: Session, name: string): boolean => !session.stuck || fromBase64url(store.get(name) ?? "")?.length === 16;
const screenToken = (session: Session): string | null => put(session, screenLinkName(session.live.sid), ROLE.SCREEN, t("link-screen"));

/** The shared screen in a window of its own, to be drawn to the projector. */
export function OpenScreen({ session, look }: { session: Session; look: "plain" | "link" }) {
	const { sid } = session.live, able = may(session, screenLinkName(sid));
	const press = () => {
		const token = able ? screenToken(session) : null;
		if (!token)
			return;
		/* The tag is enough for this browser; the token stays in the storage. */
		const tag = hex(sha256(fromBase64url(token)!)).slice(0, 8);
		store.set(`bp.link.${sid}.${tag}`, token);
		window.open(`/#${sid}.${tag}`, "_blank", "noopener");
	};
	return look === "link" ? <button type="button" class="link" aria-disabled={!able} onClick={press}>{t("screen-open")}</button> : <Button icon="screen" aria-disabled={!able} onClick={press}>{t("screen-open")}</Button>;
}

/** The address that people join by, into the clipboard. */
export function CopyJoin({ session }: { session: Session }) {
	const [done, setDone] = useState(false);
	return (
		<Button icon={done ? "check" : "copy"} onClick={() => void copy(`${location.origin}/#${session.head.code}`).then((good) => { setDone(good); announce(good ? t("copied") : t("copy-failed"), !good); })}>
			{done ? t("copied") : t("fac-copy-join")}
		</Button>
	);
}

/** Protocol 7.4. It is whole only when its last value says so; the reader of the log checks that. */
async function fetchLog(session: Session): Promise<boolean> {
	const { sid, seat } = session.live;
	try {
		const answer = await fetch(`/api/sessions/${sid}/log`, { headers: { "Authorization": `Bearer ${base64url(seat.token)}` } });
		if (answer.status !== 200)
			return false;
		const address = URL.createObjectURL(await answer.blob());
		const link = document.createElement("a");
		link.href = address;
		link.download = `bollplank-${session.head.code}.log`;
		link.click();
		setTimeout(() => URL.revokeObjectURL(address), 60_000);
		return true;
	} catch {
		return false;
	}
}

export function Links({ session, close }: { session: Session; close: () => void }) {
	const [copied, setCopied] = useState("");
	const [log, setLog] = useState<"" | "busy" | "done" | "no">("");
	const { sid } = session.live;
	const address = (token: string | null) => token && `${location.origin}/#${sid}.${token}`;
	const screen = () => screenToken(session);
	const say = (which: string) => (done: boolean) => { setCopied(done ? which : "no"); announce(done ? t("copied") : t("copy-failed")); };
	const kept = (name: string) => may(session, name);
	const deputy = `bp.links.${sid}.deputy`;
	const row = (which: string, words: string, note: string, link: () => string | null, may = true) => (
		<li><div><b>{words}</b><p class="note">{note}</p></div><Button icon={copied === which ? "check" : "copy"} aria-disabled={!may} onClick={() => { const made = link(); if (made) void copy(made).then(say(which)); }}>{copied === which ? t("copied") : t("copy")}<span class="unseen"> {words}</span></Button></li>
	);
	const takeHome = async () => {
		setLog("busy");
		const done = await fetchLog(session);
		setLog(done ? "done" : "no");
		announce(done ? t("fac-log-done") : t("fac-log-failed"), !done);
	};
	return (
		<Sheet title={t("links")} close={close}>
			<Stuck session={session} />
			<ul class="links">
				{row("join", t("link-join"), t("link-join-note", { code: grouped(session.head.code) }), () => `${location.origin}/#${session.head.code}`)}
				{row("screen", t("link-screen"), t("link-screen-note"), () => address(screen()), kept(screenLinkName(sid)))}
				{row("deputy", t("link-deputy"), t("link-deputy-note"), () => address(put(session, deputy, ROLE.FACILITATOR, t("link-deputy"))), kept(deputy))}
				<li><div><b>{t("fac-log")}</b><p class="note">{t("fac-log-note", { file: `bollplank-${session.head.code}.log` })}</p></div><Button icon={log === "done" ? "check" : undefined} aria-disabled={log === "busy"} onClick={() => { if (log !== "busy") void takeHome(); }}>{log === "busy" ? t("fac-log-busy") : t("fac-log-go")}</Button></li>
			</ul>
			{log === "no" && <p class="problem">{t("fac-log-failed")}</p>}
			{copied === "no" && <p class="problem" role="alert">{t("copy-failed")}</p>}
			<div class="acts"><OpenScreen session={session} look="plain" /></div>
		</Sheet>
	);
}
