// SPDX-License-Identifier: EUPL-1.2
// Before the first step: the screen on the projector, the way in for people, and the rooms that they will be put into.
import { decode } from "@msgpack/msgpack";
import { useEffect, useState } from "preact/hooks";
import { Button, Icon } from "../../look/parts.js";
import type { Session } from "../../state/session.js";
import { grouped, t } from "../../words/words.js";
import type { Open } from "../facilitator.js";
import { plan } from "./acts.js";
import { CopyJoin, OpenScreen } from "./links.js";
import { WhoIsHere } from "./rooms.js";

/** How many to a room the workshop proposes (protocol 7.3); 0: it needs no rooms, or it is not known. */
export function useRoomSize(session: Session): number {
	const [size, setSize] = useState(0);
	const [id] = session.origin.split("@");
	useEffect(() => {
		let gone = false;
		if (id !== "")
			fetch("/api/catalog").then(async (answer) => (answer.ok ? decode(new Uint8Array(await answer.arrayBuffer())) : null)).catch(() => null).then((list) => {
				const row = Array.isArray(list) ? (list as unknown[][]).find((entry) => entry[0] === id) : undefined;
				if (!gone && typeof row?.[5] === "number")
					setSize(row[5]);
			});
		return () => { gone = true; };
	}, [id]);
	return size;
}

/** size: so many to a room. asked: the one button is about rooms. */
export function Lobby({ session, size, asked, set, open }: { session: Session; size: number; asked: boolean; set: (n: number) => void; open: (what: Open) => void }) {
	const people = session.seated || session.present.total;
	return (
		<ol class="lobby">
			<li><div><b>{t("fac-lobby-screen")}</b><p class="note">{t("fac-lobby-screen-note")}</p></div><OpenScreen session={session} look="plain" /></li>
			<li><div><b>{t("fac-lobby-join")}</b><p class="note">{t("link-join-note", { code: grouped(session.head.code) })}</p></div><CopyJoin session={session} /></li>
			<li>
				<div>
					<b>{t("fac-lobby-make-rooms")}</b>
					<p class="note">{people < 2 ? t("rooms-wait") : t("rooms-lead")}</p>
					<WhoIsHere session={session} />
				</div>
				<div class="lobby-rooms">
					<Size size={size} set={set} />
					{!asked && people >= 2 && <Button icon="room" aria-disabled={session.stuck} onClick={() => plan(session, [0, size])}>{t("fac-rooms", { n: people, rooms: Math.max(1, Math.round(people / size)) })}</Button>}
					<Button onClick={() => open({ is: "rooms" })}>{t("fac-rooms-own")}</Button>
				</div>
			</li>
		</ol>
	);
}

export function Size({ size, set }: { size: number; set: (n: number) => void }) {
	return (
		<div class="stepper" role="group" aria-label={t("rooms-size")}>
			<span>{t("rooms-size")}</span>
			<button type="button" class="button plain" aria-label={t("fewer")} onClick={() => set(Math.max(2, size - 1))}><Icon name="minus" /></button>
			<output class="num">{size}</output>
			<button type="button" class="button plain" aria-label={t("more")} onClick={() => set(Math.min(100, size + 1))}><Icon name="plus" /></button>
		</div>
	);
}
