// SPDX-License-Identifier: EUPL-1.2
// The wall: every room at its place, with who is done, the pen, the raised hand and the last note; above it who asks for help.
import { useRef } from "preact/hooks";
import { Button, Icon } from "../../look/parts.js";
import type { Session, Step } from "../../state/session.js";
import { VIEW } from "../../tables.js";
import { countdown, t } from "../../words/words.js";
import { roomLabel } from "../common.js";
import type { Open } from "../facilitator.js";
import { MINUTE, askForPens, counted, queue, show, writes } from "./acts.js";
import { papersLack } from "./paper.js";
import { Queue, waited } from "./queue.js";
import { left, ownTime, still } from "./read.js";

const FEW = 16, SOME = 36; /* rooms that fit with their last note, and with a line of balls */

/** Places never change. How many columns follows from how many rooms there are, so that sixty fit a laptop. */
export function Wall({ session, step, about, open }: { session: Session; step: Step | null; about: number[]; open: (what: Open) => void }) {
	const rooms = session.rooms;
	const count = counted(session, about);
	const dense = rooms.length > SOME ? "many" : rooms.length > FEW ? "some" : "few";
	const grid = useRef<HTMLUListElement>(null);
	void session.tick.value;
	const walk = (e: KeyboardEvent) => {
		const tiles = [...(grid.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
		const at = tiles.indexOf(document.activeElement as HTMLButtonElement);
		const columns = grid.current ? getComputedStyle(grid.current).gridTemplateColumns.split(" ").length : 1;
		const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[e.key];
		if (at >= 0 && by !== undefined && tiles[at + by]) {
			tiles[at + by].focus();
			e.preventDefault();
		}
	};
	const jump = (room: number) => {
		const tile = grid.current?.querySelector<HTMLButtonElement>(`button[data-room="${room}"]`);
		tile?.scrollIntoView({ block: "nearest" });
		tile?.focus();
	};
	const unseated = session.seats(0), hands = queue(session), pens = writes(session);
	const without = pens ? rooms.filter((r) => session.seats(r.room) > 0 && session.pen(r.room).holder === 0) : [];
	return (
		<section class="wall" aria-label={t("tab-rooms")}>
			<div class="wall-head">
				<h3>{t("rooms-n", { n: rooms.length })}</h3>
				{hands.length > 0 && <button type="button" class="chip flag" onClick={() => jump(hands[0].room)}><Icon name="flag" /> {t(hands.every((h) => h.minutes > 0) ? "fac-hands-minutes" : hands.every((h) => h.minutes === 0) ? "fac-hands-n" : "fac-hands-mixed", { n: hands.length })}</button>}
				{without.length > 0 && (
					<>
						<button type="button" class="chip attn" onClick={() => jump(without[0].room)}>{t("fac-pens-missing", { n: without.length })}</button>
						{!session.over && <button type="button" class="link" aria-disabled={session.stuck} onClick={() => askForPens(session, without.map((r) => r.room))}>{t("fac-pens-ask")}</button>}
					</>
				)}
				{unseated > 0 && <button type="button" class="chip attn" onClick={() => open({ is: "room", room: 0 })}>{t("without-room", { n: unseated })}</button>}
				<span class="grow" />
				{!session.over && <Button onClick={() => open({ is: "rooms" })}>{t("rooms-change")}</Button>}
			</div>
			<Queue session={session} open={open} class="narrow-only" />
			<ul class={`tiles ${dense}`} ref={grid} onKeyDown={walk}>
				{rooms.map((r) => {
					const here = session.present.rooms.get(r.room) ?? 0;
					const seats = session.seats(r.room);
					const done = count?.rooms.get(r.room);
					const label = r.name ? `${r.room} ${r.name}` : t("room-number", { room: r.room });
					const hand = session.hand(r.room), pen = session.pen(r.room);
					const ready = step !== null && session.done_step(r.room) === step.number;
					const penless = pens && seats > 0 && pen.holder === 0;
					const last = dense === "few" && step ? lastNote(session, r.room, step.number) : null;
					const away = session.away_from(r.room).size, lacks = penless || (pens && pen.away);
					const talks = session.focus(r.room), about_number = talks && step ? step.activities.indexOf(talks.activity) + 1 : 0;
					const own = ownTime(session, r.room) && !session.over ? left(session, r.room) : null, stands = own !== null && still(session, r.room);
					const papers = papersLack(session, r.room, about);
					const count_words = !done ? "" : done[1] > 0 && done[0] >= done[1] ? t("tile-all") : t("k-of-n", { k: done[0], n: done[1] });
					const sentence = [
						roomLabel(session, r.room), t("tile-here", { here, seats }), away > 0 && t("fac-tile-away", { n: away }),
						done && (count?.many ? t("fac-k-of-n-answers", { k: done[0], n: done[1] }) : t("tile-done", { k: done[0], n: done[1] })),
						ready && t("fac-tile-ready"), about_number > 0 && t("fac-talks-about", { n: about_number }), papers > 0 && t("fac-paper-lacks", { n: papers }), penless && t("fac-pen-missing"), pens && pen.away && t("fac-pen-away"),
						own !== null && (stands ? t("fac-stands-still") : t("fac-own-time", { m: Math.ceil(own / MINUTE) })),
						hand && (hand.minutes > 0 ? t("fac-tile-wants", { m: hand.minutes }) : t("fac-tile-hand", { m: waited(session, hand.at_ms) })),
					].filter(Boolean).join(", ");
					return (
						<li key={r.room}>
							<button type="button" class={`tile ${hand ? "asks" : ""}`} data-room={r.room} onClick={() => open({ is: "room", room: r.room })}>
								<span class="unseen">{sentence}</span>
								<span class="tile-head" aria-hidden="true">
									<b class="tile-name">{label}</b>
									{hand ? <span class="hand num"><Icon name="flag" /> {dense !== "many" && (hand.minutes > 0 ? t("fac-plus-minutes", { m: hand.minutes }) : t("fac-waited", { m: waited(session, hand.at_ms) }))}</span>
										: dense === "few" && <span class={`num ${here < seats ? "soft" : ""}`}>{here < seats ? t("here-of", { here, seats }) : t("n-here", { n: here })}</span>}
									{dense !== "few" && penless && !hand && <span class="penless"><Icon name="pen" /></span>}
								</span>
								{dense === "few" && pens && (
									<span class={`tile-note ${last ? "" : "soft"}`} aria-hidden="true">
										{lacks && <span class="penless"><Icon name="pen" /> {penless ? t("fac-pen-missing") : t("fac-pen-away")} </span>}
										{papers > 0 && <span class="penless">{t("fac-paper-lacks", { n: papers })} </span>}
										{about_number > 0 && <b class="num">{t("fac-question-n", { n: about_number })} </b>}
										{last ?? (lacks ? "" : t("fac-notes-none-yet"))}
									</span>
								)}
								<span class="tile-line" aria-hidden="true">
									{done ? <TileBalls done={done[0]} of={done[1]} /> : <TileBalls done={here} of={seats} soft />}
									{dense !== "few" && <span class="num">{done ? `${done[0]}/${done[1]}` : `${here}/${seats}`}</span>}
									{dense === "few" && <span class="tile-done num">{own !== null && <span class="own">{stands ? <Still /> : <Icon name="clock" />} {countdown(own)}</span>}{ready ? t("fac-tile-ready-short") : count_words}</span>}
								</span>
							</button>
						</li>
					);
				})}
			</ul>
			{step && writes(session) && <p class="note">{t("fac-wall-notes", { n: rooms.reduce((n, r) => n + session.notes(r.room, step.number).length, 0) })}{session.plenary.length > 0 && !session.over && <> <button type="button" class="link" aria-disabled={session.stuck} onClick={() => show(session, VIEW.PLENARY)}>{t("fac-plenary-show")}</button></>}</p>}
		</section>
	);
}

/** What the room wrote last on the running step. */
function lastNote(session: Session, room: number, step: number): string | null {
	const [last] = [...session.notes(room, step)].sort((x, y) => y.edited_ms - x.edited_ms || y.number - x.number);
	return last && last.words !== "" ? last.words : null;
}

const Still = () => <svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d="M7 4.5v11M13 4.5v11" /></svg>;

export function TileBalls({ done, of, soft }: { done: number; of: number; soft?: boolean }) {
	const width = 110, pitch = Math.min(15, width / Math.max(1, of)), r = Math.min(6, pitch / 2 - 1);
	if (r < 2)
		return <svg class="tile-balls" viewBox={`0 0 ${width} 14`} aria-hidden="true"><rect class="fill-sunk" y="3" width={width} height="8" rx="3" /><rect class={soft ? "fill-soft" : "fill-cool"} y="3" width={(width * done) / Math.max(1, of)} height="8" rx="3" /></svg>;
	return (
		<svg class="tile-balls" viewBox={`0 0 ${width} 14`} aria-hidden="true">
			{Array.from({ length: Math.max(of, done) }, (_, i) => <circle key={i} class={i < done ? (soft ? "fill-soft" : "fill-cool") : "free"} cx={(i + 0.5) * pitch} cy="7" r={i < done ? r : r - 0.8} />)}
		</svg>
	);
}
