// SPDX-License-Identifier: EUPL-1.2
// Before there are rooms, and how they are made: who is here, and how many in each.
import { useState } from "preact/hooks";
import { Button, Icon } from "../../look/parts.js";
import type { Session } from "../../state/session.js";
import { COMMAND } from "../../tables.js";
import { t } from "../../words/words.js";
import { isOpen } from "../common.js";
import { Stuck } from "./trouble.js";

const ROOM_SIZE = 6;

/** Before there are rooms: the names of those who gave one. */
export function WhoIsHere({ session }: { session: Session }) {
	const members = session.members(0);
	if (members.length === 0)
		return null;
	const named = members.filter((m) => m.name);
	return (
		<details class="here">
			<summary>{t("who-is-here", { n: members.length })}</summary>
			<ul>
				{named.map((m) => <li key={m.member}>{m.name}{m.organisation && <span class="soft"> {m.organisation}</span>}</li>)}
				{named.length < members.length && <li class="soft">{t("who-unnamed", { n: members.length - named.length })}</li>}
			</ul>
		</details>
	);
}

export function MakeRooms({ session, done }: { session: Session; done?: () => void }) {
	const [size, setSize] = useState(ROOM_SIZE);
	const people = session.seated || session.present.total;
	const count = Math.max(1, Math.round(people / size));
	const running = session.steps.some((s) => s.activities.some((a) => isOpen(session.phase(a).phase)));
	return (
		<div class="make-rooms">
			{done ? <Stuck session={session} /> : <h2>{t("rooms-heading")}</h2>}
			<p>{people < 2 ? t("rooms-wait") : t("rooms-lead")}</p>
			{running && <p class="attn-words">{t("rooms-running")}</p>}
			<div class="stepper" role="group" aria-label={t("rooms-size")}>
				<span>{t("rooms-size")}</span>
				<button type="button" class="button plain" aria-label={t("fewer")} onClick={() => setSize(Math.max(2, size - 1))}><Icon name="minus" /></button>
				<output class="num">{size}</output>
				<button type="button" class="button plain" aria-label={t("more")} onClick={() => setSize(Math.min(100, size + 1))}><Icon name="plus" /></button>
			</div>
			{people >= 2 && <Button icon="room" aria-disabled={session.stuck} onClick={() => { if (session.command(COMMAND.rooms, 0, 0, [0, size])) done?.(); }}>{t("fac-rooms", { n: people, rooms: count })}</Button>}
		</div>
	);
}
