// SPDX-License-Identifier: EUPL-1.2
// Answers in words: short ones as a list of words whose size says how many, sentences as a list, paged.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Activity, Answer, Session } from "../../state/session.js";
import { figure, language, t } from "../../words/words.js";
import { roomLabel } from "../common.js";
import { CutRow, Head, LARGE, type Tell, WIDE_U, Zone, fromTo, pageOf, partWords, scale, usePages, useTell } from "./kit.js";
import { WORD_MOST_LARGE_U, WORD_MOST_U, areWords, byCount, wholeSize, wordSize } from "./measure.js";

export function AnswersPanel({ session, activity, room, tell }: { session: Session; activity: Activity; room: number; tell: Tell }) {
	const result = session.result(activity.number, room);
	const answers = byCount(session.answers(activity.number, room), language.value);
	const given = answers.reduce((n, a) => n + a.count, 0) + session.answers_left_out(activity.number, room);
	const small = (
		<>
			{room > 0 && <span>{roomLabel(session, room)}</span>}
			<span>{result?.held_back ? (room ? t("few", { k: session.head.k }) : t("few-all", { n: result.ballots })) : given === 0 ? t("screen-no-answers") : <><b>{figure(given)}</b> {t("screen-answers", { n: given })}</>}</span>
		</>
	);
	return (
		<Zone about={`${activity.number} ${room}`}>
			<Head session={session} room={room} title={activity.title} small={small} />
			{answers.length === 0 || result?.held_back ? null : areWords(answers) ? <Words session={session} answers={answers} tell={tell} /> : <List session={session} answers={answers} tell={tell} />}
		</Zone>
	);
}

function List({ session, answers, tell }: { session: Session; answers: Answer[]; tell: Tell }) {
	const { box, ranges, cuts } = usePages(answers.map((a) => a.words).join("\n\n"));
	const page = Math.min(pageOf(session), ranges.length - 1);
	const [from, to] = ranges[page];
	const cut = cuts[page] ?? null;
	useTell(tell, ranges.length, partWords(fromTo(from, to, answers.length), cut));
	const row = (a: Answer, i: number) => <li key={i}><span class="keep">{a.words}</span>{a.count > 1 && <b class="num">{t("screen-times", { n: a.count })}</b>}</li>;
	return (
		<div class="rows-zone">
			<div class="measure" aria-hidden="true"><ol class="said-rows" ref={box}>{answers.map(row)}</ol></div>
			<CutRow cut={cut}><ol class="said-rows" start={from + 1}>{answers.slice(from, to).map((a, i) => row(a, from + i))}</ol></CutRow>
		</div>
	);
}

/** The largest size at which all words fit; if none does, pages of the smallest. */
function Words({ session, answers, tell }: { session: Session; answers: Answer[]; tell: Tell }) {
	const box = useRef<HTMLDivElement>(null), sizes = scale.value >= LARGE ? WORD_MOST_LARGE_U : WORD_MOST_U;
	const [form, setForm] = useState<{ most: number; ranges: [number, number][] }>({ most: sizes[0], ranges: [[0, answers.length]] });
	const key = answers.map((a) => `${a.words} ${a.count}`).join("\n");
	useLayoutEffect(() => {
		const measure = () => {
			const holder = box.current, room = holder?.parentElement?.clientHeight ?? 0;
			if (!holder || room === 0)
				return;
			const trials = [...holder.children] as HTMLElement[];
			const fits = trials.findIndex((trial) => trial.scrollHeight <= room);
			if (fits >= 0) {
				setForm({ most: sizes[fits], ranges: [[0, answers.length]] });
				return;
			}
			/* Break where a line begins: words of one line stay together. */
			const ranges: [number, number][] = [], lines: { from: number; top: number; bottom: number }[] = [];
			const list = [...trials[trials.length - 1].children] as HTMLElement[];
			list.forEach((node, i) => {
				if (i === 0 || node.offsetLeft <= list[i - 1].offsetLeft)
					lines.push({ from: i, top: node.offsetTop, bottom: 0 });
				const line = lines[lines.length - 1];
				line.top = Math.min(line.top, node.offsetTop);
				line.bottom = Math.max(line.bottom, node.offsetTop + node.offsetHeight);
			});
			let first = 0;
			lines.forEach((line, i) => {
				if (i > first && line.bottom - lines[first].top > room) {
					ranges.push([lines[first].from, line.from]);
					first = i;
				}
			});
			ranges.push([lines[first].from, list.length]);
			setForm({ most: sizes[sizes.length - 1], ranges });
		};
		measure();
		const watch = new ResizeObserver(measure);
		if (box.current?.parentElement)
			watch.observe(box.current.parentElement);
		return () => watch.disconnect();
	}, [key, scale.value]);
	const page = Math.min(pageOf(session), form.ranges.length - 1);
	const [from, to] = form.ranges[page];
	useTell(tell, form.ranges.length, t("screen-words", { words: fromTo(from, to, answers.length) }));
	const counts = answers.map((a) => a.count), least = Math.min(...counts), largest = Math.max(...counts);
	const word = (a: Answer, most: number) => (
		<span key={a.words} class={`s-word ${a.count >= largest * 0.4 && a.count > 1 ? "often" : ""}`} ref={(node) => node?.style.setProperty("--size", Math.min(wordSize(a.count, least, largest, most), wholeSize(a.words, WIDE_U / scale.value)).toFixed(2))}>{a.words}{largest > 1 && <span class="num">{"\u00a0"}{a.count}</span>}</span>
	);
	return (
		<div class="rows-zone">
			<div class="measure" aria-hidden="true" ref={box}>{sizes.map((most) => <div key={most} class="word-list">{answers.map((a) => word(a, most))}</div>)}</div>
			<div class="word-list shown">{answers.slice(from, to).map((a) => word(a, form.most))}</div>
		</div>
	);
}
