// SPDX-License-Identifier: EUPL-1.2
// Speaking to everybody or to one room, and calling everybody back.
import { useState } from "preact/hooks";
import { Button, Sheet } from "../../look/parts.js";
import type { Session } from "../../state/session.js";
import { clockTime, t } from "../../words/words.js";
import { roomLabel } from "../common.js";
import { MINUTE, callBack, say, scopeOf } from "./acts.js";
import { Stuck } from "./trouble.js";

const BACK_MINUTES = [2, 5, 10];

/** room 0: everybody. */
export function Say({ session, room, close }: { session: Session; room: number; close: () => void }) {
	/* What is said to all is not the room's own. */
	const said = session.announcements(room).find((a) => a.scope === scopeOf(room));
	const back = session.back(0);
	const [words, setWords] = useState("");
	const put = (text: string) => say(session, room, text);
	return (
		<Sheet title={room ? t("fac-say-room", { room: roomLabel(session, room) }) : t("say-all")} close={close}>
			<Stuck session={session} />
			{said && <div class="said"><p class="note">{t("say-now", { time: clockTime(said.at_ms) })}</p><p class="keep">{said.words}</p><Button aria-disabled={session.stuck} onClick={() => put("")}>{t("say-end")}</Button></div>}
			<form onSubmit={(e) => {
				e.preventDefault();
				if (words.trim() === "")
					return;
				if (put(words.trim()))
					close();
			}}>
				<label for="say">{t("say-words")}</label>
				<textarea id="say" rows={3} maxLength={500} value={words} onInput={(e) => setWords(e.currentTarget.value)} />
				<p class="note">{room ? t("fac-say-note-room") : t("say-note")}</p>
				<button type="submit" class="button plain" aria-disabled={words.trim() === "" || session.stuck}>{room ? t("fac-say-go-room") : t("say-go", { n: session.present.total })}</button>
			</form>
			{!room && session.rooms.length > 0 && !session.over && (
				<div class="call-back" role="group" aria-label={t("fac-back-all")}>
					<b>{t("fac-back-all")}</b>
					<div class="acts">
						{BACK_MINUTES.map((m) => <Button key={m} icon="clock" aria-disabled={session.stuck} onClick={() => { if (callBack(session, m * MINUTE)) close(); }}>{t("fac-back-minutes", { m })}</Button>)}
						{back && <Button aria-disabled={session.stuck} onClick={() => { if (callBack(session, 0)) close(); }}>{t("fac-back-end")}</Button>}
					</div>
					<p class="note">{t("fac-back-note")}</p>
				</div>
			)}
		</Sheet>
	);
}
