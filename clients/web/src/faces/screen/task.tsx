// SPDX-License-Identifier: EUPL-1.2
// What everybody is to do now: the step, its instruction, its parts with their times, the clock, and how far people have come.
import { kinds } from "../../activities/kinds.js";
import type { Activity, Session, Step } from "../../state/session.js";
import { PHASE } from "../../tables.js";
import { figure, t } from "../../words/words.js";
import { isOpen } from "../common.js";
import { Clock, PEOPLE_BALLS, WIDE_U, statements, useFit } from "./kit.js";

export function TaskPanel({ session, activity, wished }: { session: Session; activity: Activity | null; wished: boolean }) {
	const step = session.step();
	const asked = step?.activities ?? [];
	const several = asked.length > 1;
	const phase = activity ? session.phase(activity.number).phase : PHASE.READY;
	const rule = activity && (activity.lead || kinds[activity.kind]?.rule(activity.config));
	const open = isOpen(phase);
	const title = several ? step?.title : activity?.title ?? step?.title;
	const told = step?.instruction || (phase === PHASE.READY ? "" : rule);
	const box = useFit<HTMLDivElement>(7, `${title}\n${told}\n${phase}\n${step?.number}`);
	return (
		<div class="zone">
			<div class="task" ref={box}>
				<div>
					{step && !several && activity && step.title !== activity.title && <p class="small t-step">{step.title}</p>}
					<h1 class="alone">{title || session.title}</h1>
					{told && <p class="body keep t-told">{told}</p>}
					{step && step.parts.length > 0 && <Parts step={step} />}
					{activity && phase !== PHASE.READY && <p class="small t-secrecy">{activity.secret ? t("secret-all") : t("open-all")}</p>}
					{phase === PHASE.CLOSING && <p class="body"><b>{t("screen-grace")}</b></p>}
					{activity && !open && phase !== PHASE.READY && <p class="body"><b>{t("screen-closed")}</b> {wished || phase !== PHASE.REVEALED ? t("result-hidden") : ""}</p>}
				</div>
				<Clock session={session} big />
			</div>
			<Progress session={session} step={step} activity={activity} />
		</div>
	);
}

/** The inner times: what to do, and for how long. */
function Parts({ step }: { step: Step }) {
	return (
		<ol class="s-parts">
			{step.parts.map((part, i) => (
				<li key={i}><span>{part.title}</span> <b class="num">{part.least === part.most ? t("screen-minutes", { n: part.most }) : t("screen-minutes-range", { from: part.least, to: part.most })}</b></li>
			))}
		</ol>
	);
}

/** In how many rooms everybody has answered what is open, so that they talk (protocol 4.16); null: no question has such a gate. */
export function talking(session: Session, step: Step | null): { rooms: number; of: number } | null {
	const gated = statements(session, step, "rating").filter((number) => session.activity(number)?.config[0] === 1 && isOpen(session.phase(number).phase));
	if (gated.length === 0)
		return null;
	const peopled = session.rooms.filter(({ room }) => session.seats(room) > 0);
	const rooms = peopled.length > 0 ? peopled : session.rooms;
	const past = (room: number) => gated.every((number) => [PHASE.CLOSED, PHASE.SEALED, PHASE.REVEALED].includes(session.phase(number, room).phase as never));
	return rooms.length > 0 ? { rooms: rooms.filter(({ room }) => past(room)).length, of: rooms.length } : null;
}

/** With the place of the figures that it may come to have: what stands after it does not move. */
const held = (k: number, of: number): string => figure(k).padStart(figure(of).length, "\u2007");

function Progress({ session, step, activity }: { session: Session; step: Step | null; activity: Activity | null }) {
	const asked = step && activity && step.activities.includes(activity.number) && step.activities.length > 1 ? step.activities : activity ? [activity.number] : [];
	const all = asked.map((number) => session.progress(number)).filter((p) => p !== null);
	const done = all.reduce((n, p) => n + p.done, 0), of = all.reduce((n, p) => n + p.of, 0);
	const gate = talking(session, step);
	if (of === 0 && !gate)
		return null;
	return (
		<div class="progress">
			{of > 0 && <Balls done={done} of={of} />}
			<p class="small num">
				{of > 0 && <span><b>{t("k-of-n", { k: held(done, of), n: figure(of) })}</b> {all.length > 1 ? t("screen-answers-unit") : t("are-done")}</span>}
				{gate && <span class="s-gate"><RoomBalls done={gate.rooms} of={gate.of} /><span><b>{t("k-of-n", { k: held(gate.rooms, gate.of), n: gate.of })}</b> {t("screen-rooms-talk", { n: gate.of })}</span></span>}
			</p>
		</div>
	);
}

const BALL_U = 4.4; /* as high as the largest, however many there are: nothing moves when one more comes */
function Balls({ done, of }: { done: number; of: number }) {
	const pitch = Math.min(BALL_U, WIDE_U / of);
	return (
		<svg class="progress-balls" viewBox={`0 0 ${WIDE_U} ${BALL_U}`} aria-hidden="true">
			{of <= PEOPLE_BALLS ? Array.from({ length: of }, (_, i) => <circle key={i} class={i < done ? "fill-cool" : "free"} cx={(i + 0.5) * pitch} cy={BALL_U / 2} r={pitch / 2 - 0.25} />)
				: <><rect class="fill-sunk" y="0.5" width={WIDE_U} height="3.4" rx="1" /><rect class="fill-cool" y="0.5" width={(WIDE_U * done) / of} height="3.4" rx="1" /></>}
		</svg>
	);
}

/** A ball for each room, filled when it talks; of many rooms the figure is enough. */
function RoomBalls({ done, of }: { done: number; of: number }) {
	if (of > 15)
		return null;
	return (
		<svg class="room-balls" viewBox={`0 0 ${of * 4} 4`} data-balls={of} ref={(node) => node?.style.setProperty("--balls", String(of))} aria-hidden="true">
			{Array.from({ length: of }, (_, i) => <circle key={i} class={i < done ? "fill-cool" : "free"} cx={i * 4 + 2} cy="2" r="1.6" />)}
		</svg>
	);
}
