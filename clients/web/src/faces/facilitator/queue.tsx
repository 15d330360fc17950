// SPDX-License-Identifier: EUPL-1.2
// The rooms that have raised a hand, the longest first: what each wants, with the press that gives it.
import { Button, Icon } from "../../look/parts.js";
import type { Session } from "../../state/session.js";
import { t } from "../../words/words.js";
import { roomLabel } from "../common.js";
import type { Open } from "../facilitator.js";
import { type Hand, MINUTE, grant, queue } from "./acts.js";

const IN_VIEW = matchMedia("(min-height: 960px)").matches ? 2 : 1; /* raised hands at first; the rest behind a press */

/** Whole minutes that a hand has been up. */
export const waited = (session: Session, at_ms: number): number => Math.max(0, Math.floor((session.live.server_ms() - at_ms) / MINUTE));

export function Queue({ session, open, class: look = "" }: { session: Session; open: (what: Open) => void; class?: string }) {
	const hands = queue(session);
	void session.tick.value;
	if (hands.length === 0 || session.over)
		return null;
	return (
		<section class={`queue-box ${look}`} aria-label={t("fac-queue")}>
			<h2>{t("fac-queue-n", { n: hands.length })}</h2>
			<Rows session={session} hands={hands.slice(0, IN_VIEW)} open={open} />
			{hands.length > IN_VIEW && <details class="more-hands"><summary>{t("fac-queue-more", { n: hands.length - IN_VIEW })}</summary><Rows session={session} hands={hands.slice(IN_VIEW)} open={open} /></details>}
		</section>
	);
}

function Rows({ session, hands, open }: { session: Session; hands: Hand[]; open: (what: Open) => void }) {
	return (
		<ol class="queue" aria-label={t("fac-queue")} start={hands[0].place}>
			{hands.map(({ room, at_ms, minutes }) => (
				<li key={room}>
					<span><Icon name="flag" /> <b>{roomLabel(session, room)}</b> {minutes > 0 ? t("fac-wants", { m: minutes }) : t("fac-wants-help")} <span class="num soft">{t("fac-waited", { m: waited(session, at_ms) })}</span></span>
					<span class="acts">
						{minutes > 0 && <Button aria-disabled={session.stuck} onClick={() => { if (!session.stuck) grant(session, room, minutes); }}>{t("fac-grant", { m: minutes })}<span class="unseen"> {roomLabel(session, room)}</span></Button>}
						<Button onClick={() => open({ is: "say", room })}>{t("fac-queue-answer")}<span class="unseen"> {roomLabel(session, room)}</span></Button>
						<Button aria-disabled={session.stuck} onClick={() => { if (!session.stuck) session.hand_up(room, false); }}>{t("fac-queue-done")}<span class="unseen"> {roomLabel(session, room)}</span></Button>
					</span>
				</li>
			))}
		</ol>
	);
}
