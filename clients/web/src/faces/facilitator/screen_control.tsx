// SPDX-License-Identifier: EUPL-1.2
// What the shared screen shows: a small live copy, and the choice.
import { Icon } from "../../look/parts.js";
import type { Activity, Session, Step } from "../../state/session.js";
import { PHASE, VIEW } from "../../tables.js";
import { t } from "../../words/words.js";
import { roomLabel } from "../common.js";
import { ScreenFace } from "../screen.js";
import { activitiesOf, followed, show as showIt, turnTo } from "./acts.js";
import type { Open } from "../facilitator.js";
import { OpenScreen } from "./links.js";
import { Queue } from "./queue.js";

export function ScreenControl({ session, step, activity, pages, told, open }: { session: Session; step: Step | null; activity: Activity | null; pages: number; told: (n: number) => void; open: (what: Open) => void }) {
	const { view, activity: shown, room, page } = session.screen;
	const list = activitiesOf(session, step);
	const about = session.activity(shown) ?? activity;
	const revealed = about !== null && session.phase(about.number).phase === PHASE.REVEALED;
	/* The newest order that has been decided; it stays to be shown in later steps. */
	const ordered = session.steps.flatMap((s) => s.activities).filter((n) => session.outcome(n) !== null && followed(session, n).size > 0).sort((x, y) => session.outcome(y)!.at_ms - session.outcome(x)!.at_ms)[0];
	const show = (view: number, of = room, number = about?.number ?? 0) => showIt(session, view, number, of);
	const choice = (which: number, words: string, may = true, number?: number) => (
		<button type="button" class={`button ${view === which ? "chosen" : "plain"}`} aria-pressed={view === which} aria-disabled={!may || session.stuck} onClick={() => { if (may) show(which, 0, number); }}>{words}</button>
	);
	const at = Math.min(page, pages - 1);
	const paged = pages > 1 && (revealed || view === VIEW.NOTES || view === VIEW.PLENARY || view === VIEW.ORDER);
	return (
		<aside class="screen-control" aria-label={t("screen-now")}>
			<div class="screen-in">
				<h2>{t("screen-now")}</h2>
				<div class="preview-frame" aria-hidden="true" inert><ScreenFace session={session} preview told={told} /></div>
				{!session.over && (
					<>
						{list.length > 1 && (
							<div class="field about">
								<label for="about">{t("fac-screen-about")}</label>
								<select id="about" disabled={session.stuck} value={about && list.some((a) => a.number === about.number) ? about.number : 0} onChange={(e) => show(view === VIEW.JOIN ? VIEW.TASK : view, 0, Number(e.currentTarget.value))}>
									{!(about && list.some((a) => a.number === about.number)) && <option value={0}>{t("fac-screen-about-pick")}</option>}
									{list.map((a) => <option key={a.number} value={a.number}>{a.title}</option>)}
								</select>
							</div>
						)}
						<div class="views">
							{choice(VIEW.TASK, t("view-task"), step !== null)}
							{choice(VIEW.JOIN, t("view-join"))}
							{choice(VIEW.RESULT, t("view-result"), revealed)}
							{choice(VIEW.ROOMS, t("view-rooms"), revealed && session.rooms.length > 0)}
							{(session.plenary.length > 0 || view === VIEW.PLENARY) && choice(VIEW.PLENARY, t("fac-view-plenary"))}
							{ordered !== undefined && choice(VIEW.ORDER, t("fac-view-order"), true, ordered)}
						</div>
						{!revealed && <p class="note">{t("view-result-when")}</p>}
						{view === VIEW.ROOM && revealed && <p class="note">{t("view-room", { room: roomLabel(session, room) })}</p>}
						{view === VIEW.NOTES && <p class="note">{t("fac-view-notes", { room: roomLabel(session, room) })}</p>}
						{paged && (
							<div class="turn" role="group" aria-label={t("screen-pages")}>
								<button type="button" class="button plain" aria-label={t("page-back")} aria-disabled={session.stuck} onClick={() => turnTo(session, Math.max(0, at - 1))}><Icon name="left" /></button>
								<span class="num">{t("page-of", { n: at + 1, of: pages })}</span>
								<button type="button" class="button plain" aria-label={t("page-on")} aria-disabled={session.stuck} onClick={() => turnTo(session, Math.min(pages - 1, at + 1))}><Icon name="right" /></button>
							</div>
						)}
						<OpenScreen session={session} look="link" />
					</>
				)}
			</div>
			<Queue session={session} open={open} class="wide-only" />
		</aside>
	);
}
