// SPDX-License-Identifier: EUPL-1.2
// The shared screen as text, for the ear and the phone: headings, a sentence that says the result, a table; it follows the screen. Comes only when somebody asks for it.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { kinds } from "../../activities/kinds.js";
import { rows } from "../../activities/tally.js";
import { announce } from "../../look/parts.js";
import type { Activity, Rating, Result, Session } from "../../state/session.js";
import { PHASE, SECTION, VIEW } from "../../tables.js";
import { figure, grouped, language, percent, t } from "../../words/words.js";
import { Timer, isOpen, noteKind, roomLabel } from "../common.js";
import { earlier, statements } from "./kit.js";
import { byCount, columns } from "./measure.js";
import { orderRows } from "./order.js";
import { endsOf, told } from "./rating.js";
import { Voted, groupRows, unitOf } from "./rows.js";
import { talking } from "./task.js";
import { type Shown, level, whatIsShown } from "./what.js";

export function ScreenText({ session }: { session: Session }) {
	const shown = whatIsShown(session);
	const agreed = level(session);
	const heading = headingOf(session, shown), said = useRef(heading);
	useEffect(() => {
		if (said.current !== heading)
			announce(t("astext-now", { title: heading }));
		said.current = heading;
	}, [heading]);
	return (
		<div class="as-text">
			<p class="note">{t("astext-follows")}</p>
			<h3>{heading}</h3>
			{agreed && shown.what !== "over" && shown.what !== "join" && <p class="note">{t("level-chosen", { words: agreed })}</p>}
			<Content session={session} shown={shown} />
		</div>
	);
}

function headingOf(session: Session, { what, activity, room, view }: Shown): string {
	const step = session.step();
	switch (what) {
	case "over": return t("screen-thanks");
	case "say": return t("say-from");
	case "join": return session.title;
	case "notes": return `${roomLabel(session, room)}: ${step?.title ?? ""}`;
	case "plenary": return t("screen-plenary");
	case "order": return t("screen-order");
	case "result": return view === VIEW.ROOM ? `${roomLabel(session, room)}: ${activity?.title ?? ""}` : activity?.title ?? "";
	default: return (step && step.activities.length > 1 ? step.title : activity?.title ?? step?.title) || session.title;
	}
}

function Content({ session, shown: { what, activity, view, room } }: { session: Session; shown: Shown }) {
	switch (what) {
	case "over": return <p>{session.title}</p>;
	case "say": return <p class="keep">{session.announcement()?.words}</p>;
	case "join": return <p>{t("screen-go-to")} {location.host} {t("screen-write-code")} <b class="num">{grouped(session.head.code)}</b>. {session.present.total > 0 && <>{figure(session.present.total)} {t("are-here", { n: session.present.total })}.</>}</p>;
	case "notes": return <Notes session={session} room={room} />;
	case "plenary": return <Plenary session={session} />;
	case "order": return activity && <Order session={session} activity={activity} />;
	case "result": return activity && <ResultText session={session} activity={activity} view={view} room={view === VIEW.ROOM ? room : 0} />;
	default: return <Task session={session} activity={activity} />;
	}
}

function Table({ caption, head, lines }: { caption: string; head: string[]; lines: ComponentChildren[][] }) {
	if (lines.length === 0)
		return null;
	return (
		<div class="scroll" tabIndex={0} role="region" aria-label={caption}>
			<table class="figures">
				<caption class="unseen">{caption}</caption>
				<thead><tr>{head.map((words) => <th key={words} scope="col">{words}</th>)}</tr></thead>
				<tbody>{lines.map(([name, ...rest], i) => <tr key={i}><th scope="row">{name}</th>{rest.map((cell, k) => <td key={k}>{cell}</td>)}</tr>)}</tbody>
			</table>
		</div>
	);
}

function Task({ session, activity }: { session: Session; activity: Activity | null }) {
	const step = session.step(), several = (step?.activities.length ?? 0) > 1;
	const phase = activity ? session.phase(activity.number).phase : PHASE.READY;
	const rule = activity && phase !== PHASE.READY && (activity.lead || kinds[activity.kind]?.rule(activity.config));
	const back = session.back(), gate = talking(session, step);
	const asked = several ? step!.activities : activity ? [activity.number] : [];
	const done = asked.map((number) => session.progress(number)).filter((p) => p !== null);
	return (
		<>
			{step && !several && activity && step.title !== activity.title && <p class="note">{step.title}</p>}
			{(step?.instruction || rule) && <p class="keep">{step?.instruction || rule}</p>}
			{step && step.parts.length > 0 && <ul class="plain-list">{step.parts.map((part, i) => <li key={i}>{part.title}, {part.least === part.most ? t("screen-minutes", { n: part.most }) : t("screen-minutes-range", { from: part.least, to: part.most })}</li>)}</ul>}
			{several && <ol class="plain-list numbered">{step!.activities.map((number) => <li key={number}>{session.activity(number)?.title}</li>)}</ol>}
			{activity && phase !== PHASE.READY && <p>{activity.secret ? t("secret-all") : t("open-all")}</p>}
			{phase === PHASE.CLOSING && <p>{t("screen-grace")}</p>}
			{activity && !isOpen(phase) && phase !== PHASE.READY && <p>{t("screen-closed")}</p>}
			{back ? <p>{back.remaining_ms > 0 ? `${t("screen-back")} ${t("screen-minutes", { n: Math.ceil(back.remaining_ms / 60_000) })}` : t("screen-back-now")}</p>
				: session.remaining() !== null && <p>{t("time-label")}: <Timer session={session} room={0} /></p>}
			{done.length > 0 && <p class="num">{t("k-of-n", { k: figure(done.reduce((n, p) => n + p.done, 0)), n: figure(done.reduce((n, p) => n + p.of, 0)) })} {several ? t("screen-answers-unit") : t("are-done")}</p>}
			{gate && <p class="num">{t("k-of-n", { k: gate.rooms, n: gate.of })} {t("screen-rooms-talk", { n: gate.of })}</p>}
		</>
	);
}

function ResultText({ session, activity, view, room }: { session: Session; activity: Activity; view: number; room: number }) {
	const of_room = room ? session.result(activity.number, room) : null, all = session.result(activity.number);
	if (room && !of_room && !(activity.kind === "rating" && session.bands(activity.number).has(room)))
		return <p>{t("astext-not-yours", { room: roomLabel(session, room) })}</p>;
	const about = room ? of_room : all;
	if (about?.held_back)
		return <p>{room ? t("few", { k: session.head.k }) : t("few-all", { n: about.ballots })}</p>;
	if (activity.kind === "rating")
		return <RatingText session={session} activity={activity} view={view} room={room} />;
	if (activity.kind === "text")
		return <Answers session={session} activity={activity} room={room} />;
	if (!about || about.total === 0)
		return <p>{about ? t("result-none") : t("result-hidden")}</p>;
	return <Sums session={session} activity={activity} all={all ?? about} ours={of_room} by_room={view === VIEW.ROOMS} />;
}

function RatingText({ session, activity, view, room }: { session: Session; activity: Activity; view: number; room: number }) {
	const rating: Rating | null = session.rating(activity.number, room), band = rating ?? session.bands(activity.number).get(room) ?? null, all = session.rating(activity.number);
	const [low, high] = endsOf(activity);
	if (!band || band.answers === 0)
		return <p>{t("screen-no-answers")}</p>;
	const step = session.steps.find((s) => s.number === activity.step) ?? null;
	const others = statements(session, step, "rating").map((number) => ({ activity: session.activity(number)!, rating: session.rating(number) })).filter((s) => s.rating && !s.rating.held_back && s.rating.answers > 0);
	const bands = session.bands(activity.number), round = earlier(session, activity.number, room), last = round > 0 ? session.rating(activity.number, room, round) : null;
	const by_room = view === VIEW.ROOMS ? session.rooms.map((r) => ({ ...r, about: session.rating(activity.number, r.room) ?? bands.get(r.room) ?? null })).filter((r) => r.about) : [];
	return (
		<>
			<p>{t("astext-rating", { n: band.answers, median: told(band.median), q1: told(band.q1), q3: told(band.q3) })} {band.wide && `${t("screen-wide")}. `}{room > 0 && all && t("astext-all-at", { n: told(all.median) })}{last && last.answers > 0 && ` ${t("astext-before", { round, n: told(last.median) })}`}</p>
			{(low || high) && <p class="note">{t("astext-ends", { low, high })}</p>}
			{rating && rating.places.size > 0 && <Table caption={activity.title} head={[t("astext-place"), t("astext-count")]} lines={columns(rating.places, 10).map((n, i) => [`${i * 10}–${i === 9 ? 100 : i * 10 + 9}`, figure(n)])} />}
			{view === VIEW.ROOMS && <Table caption={t("astext-rooms")} head={[t("astext-room"), t("astext-median"), t("astext-between")]}
				lines={by_room.map((r) => [roomLabel(session, r.room), ...(r.about!.held_back ? [t("screen-few"), ""] : [told(r.about!.median), `${told(r.about!.q1)}–${told(r.about!.q3)}`])])} />}
			{others.length > 1 && room === 0 && <>
				<h4>{step?.title}</h4>
				<Table caption={step?.title ?? ""} head={[t("astext-statement"), t("astext-median"), t("astext-between"), t("astext-count")]}
					lines={others.map(({ activity: a, rating: r }) => [a.title, told(r!.median), `${told(r!.q1)}–${told(r!.q3)}`, figure(r!.answers)])} />
			</>}
		</>
	);
}

function Sums({ session, activity, all, ours, by_room }: { session: Session; activity: Activity; all: Result; ours: Result | null; by_room: boolean }) {
	const list = rows(activity, all), groups = groupRows(activity, all), unit = unitOf(activity) === "dots" ? "dots" : "votes", first = list[0];
	const even = list.length > 1 && list[0].sum === list[1].sum;
	const round = earlier(session, activity.number), last = round > 0 ? session.result(activity.number, 0, round) : null;
	const before = last && !last.held_back ? [t("screen-round", { n: round })] : [];
	const head = [t("astext-count"), ...before, t("col-share"), t("col-voters")], room = ours ? [t("astext-room")] : [];
	const results = by_room ? session.rooms.map((r) => ({ ...r, result: session.result(activity.number, r.room) })).filter((r) => r.result) : [];
	return (
		<>
			<p>{activity.kind !== "ranking" && first && (even ? t("result-even", { count: first.sum, unit }) : t("result-first", { item: first.words, count: first.sum, unit }))} <Voted activity={activity} result={all} /></p>
			{groups.length > 1 && all.groups.size > 0 && <Table caption={t("screen-by-group")} head={[t("col-group"), ...room, ...head]}
				lines={groups.map((row) => [row.words, ...(ours ? [figure(ours.groups.get(row.item)?.sum ?? 0)] : []), figure(row.sum), ...before.map(() => figure(last!.groups.get(row.item)?.sum ?? 0)), percent(row.share), figure(row.voters)])} />}
			<Table caption={activity.title} head={[t("col-item"), ...room, ...head]}
				lines={list.map((row) => [row.words, ...(ours ? [figure(ours.sums.get(row.item)?.sum ?? 0)] : []), figure(row.sum), ...before.map(() => figure(last!.sums.get(row.item)?.sum ?? 0)), percent(row.share), figure(row.voters)])} />
			{by_room && results.map((r) => <div key={r.room}>
				<h4>{roomLabel(session, r.room)}</h4>
				{r.result!.held_back ? <p>{t("screen-few")}</p> : <Table caption={roomLabel(session, r.room)} head={[t("col-item"), t("astext-count")]} lines={rows(activity, r.result!).map((row) => [row.words, figure(row.sum)])} />}
			</div>)}
		</>
	);
}

function Answers({ session, activity, room }: { session: Session; activity: Activity; room: number }) {
	const answers = byCount(session.answers(activity.number, room), language.value);
	if (answers.length === 0)
		return <p>{t("screen-no-answers")}</p>;
	return <ul class="plain-list">{answers.map((a, i) => <li key={i}><span class="keep">{a.words}</span>{a.count > 1 && <b class="num"> {t("screen-times", { n: a.count })}</b>}</li>)}</ul>;
}

function Notes({ session, room }: { session: Session; room: number }) {
	const step = session.step(room);
	/* Notes of another room do not come to this page. */
	if (step && session.section(SECTION.notes, room, step.number) === undefined)
		return <p>{t("astext-not-yours", { room: roomLabel(session, room) })}</p>;
	const list = step ? session.notes(room, step.number).filter((note) => note.words !== "") : [];
	if (list.length === 0)
		return <p>{t("screen-no-notes")}</p>;
	return <ul class="plain-list">{list.map((note) => <li key={note.number}>{noteKind(note.kind)}: <span class="keep">{note.words}</span></li>)}</ul>;
}

function Plenary({ session }: { session: Session }) {
	const step = session.step(), all = session.plenary.filter((note) => note.words !== ""), here = all.filter((note) => note.step === step?.number);
	const list = here.length > 0 ? here : all;
	if (list.length === 0)
		return <p>{t("screen-no-plenary")}</p>;
	return <ul class="plain-list">{list.map((note) => <li key={note.number}><b>{roomLabel(session, note.room)}</b>, {noteKind(note.kind)}: <span class="keep">{note.words}</span></li>)}</ul>;
}

function Order({ session, activity }: { session: Session; activity: Activity }) {
	const outcome = session.outcome(activity.number), here = session.step()?.position ?? 0, next = session.steps.find((s) => s.position > here);
	return (
		<>
			<p>{activity.title}</p>
			{outcome?.override && <p><b>{t("screen-override")}</b> {outcome.reason}</p>}
			<ol class="plain-list numbered">
				{orderRows(session, activity).map((row) => (
					<li key={row.id}>
						{row.words}, <b class="num">{figure(row.total)}</b>{row.reason && `, ${row.reason === "voters" ? t("screen-even-voters") : t("screen-even-facilitator")}`}
						{row.state === "now" && `, ${t("screen-order-now")}`}{row.state === "done" && `, ${t("screen-order-done")}`}
					</li>
				))}
			</ol>
			{next && <p>{t("screen-order-next")}: {next.title}{next.minutes > 0 && `, ${t("screen-minutes", { n: next.minutes })}`}</p>}
		</>
	);
}
