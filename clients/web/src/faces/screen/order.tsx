// SPDX-License-Identifier: EUPL-1.2
// The order that a result gives, best first, with what decided between equals, and what comes next.
import { ballsFor } from "../../activities/tally.js";
import type { Activity, Session, Step } from "../../state/session.js";
import { figure, t } from "../../words/words.js";
import { Icon } from "../../look/parts.js";
import { Ball, Head, LARGE, type Tell, Zone, chartWidth, fromTo, pageOf, rowsClass, scale, usePages, useTell } from "./kit.js";
import { reasons } from "./measure.js";
import { Voted } from "./rows.js";

interface OrderRow { id: number; words: string; total: number; voters: number; reason: "" | "voters" | "facilitator"; state: "done" | "now" | "next" | "" }

/** The rows of an outcome with their words, and where the workshop stands among them. */
export function orderRows(session: Session, activity: Activity): OrderRow[] {
	const outcome = session.outcome(activity.number);
	if (!outcome)
		return [];
	const why = reasons(outcome.rows);
	const here = session.step()?.position ?? 0;
	const steps = session.steps.filter((s) => s.source === activity.number);
	const next = steps.find((s) => s.position > here);
	const state = (id: number) => {
		const own = steps.filter((s) => s.group === id);
		const last = own[own.length - 1];
		if (!last)
			return "" as const;
		return own.some((s) => s.position === here) ? "now" as const : last.position < here ? "done" as const : own.includes(next!) ? "next" as const : "" as const;
	};
	return outcome.rows.map((row, i) => ({
		...row, words: (outcome.by === 1 ? activity.groups.get(row.id) : activity.items.find((item) => item.item === row.id)?.words) ?? "",
		reason: why[i] === "total" ? "" : why[i], state: state(row.id),
	}));
}

export function OrderPanel({ session, activity, tell }: { session: Session; activity: Activity; tell: Tell }) {
	const outcome = session.outcome(activity.number)!;
	const list = orderRows(session, activity);
	const result = session.result(activity.number);
	/* Balls give way when the rows would not stand on one page: the order is what is looked for here. */
	const key = list.map((row) => row.words + row.reason + row.state).join("\n"), drawn = usePages(key), told = usePages(`${key} `);
	const bare = told.ranges.length < drawn.ranges.length, { ranges } = bare ? told : drawn;
	const page = Math.min(pageOf(session), ranges.length - 1);
	const [from, to] = ranges[page];
	useTell(tell, ranges.length, fromTo(from, to, list.length));
	const here = session.step()?.position ?? 0;
	const next = session.steps.find((s) => s.position > here) ?? null;
	return (
		<Zone about={`${activity.number} ${outcome.at_ms}`}>
			<Head session={session} title={t("screen-order")} small={outcome.override ? <span class="s-override"><b>{t("screen-override")}</b> {outcome.reason}</span> : scale.value < LARGE && <><span>{activity.title}</span>{result && result.total > 0 && <Voted activity={activity} result={result} />}</>} />
			<div class="rows-zone">
				<div class="measure" aria-hidden="true"><OrderRows list={list} from={0} to={list.length} box={drawn.box} /></div>
				<div class="measure" aria-hidden="true"><OrderRows list={list} from={0} to={list.length} box={told.box} bare /></div>
				<OrderRows list={list} from={from} to={to} bare={bare} />
			</div>
			{next && <Next step={next} />}
		</Zone>
	);
}

function OrderRows({ list, from, to, box, bare }: { list: OrderRow[]; from: number; to: number; box?: preact.RefObject<HTMLOListElement>; bare?: boolean }) {
	const width = chartWidth(true), form = ballsFor(width, Math.max(1, ...list.map((row) => row.total)), 1.6, 3.2, 0.3);
	return (
		<ol class={`${rowsClass(true)} s-order ${bare ? "bare" : ""}`} ref={box} start={from + 1}>
			{list.slice(from, to).map((row, i) => (
				<li key={row.id} class={row.state === "now" ? "now" : ""}>
					<span class="nr num">{from + i + 1}</span>
					<span class="name">
						{row.words}
						{row.state === "now" && <span class="s-state now">{t("screen-order-now")}</span>}
						{row.state === "done" && <span class="s-state"><Icon name="check" />{t("screen-order-done")}</span>}
						{row.reason && <span class="s-why">{row.reason === "voters" ? t("screen-even-voters") : t("screen-even-facilitator")}</span>}
					</span>
					{!bare && <svg class="screen-chart" viewBox={`0 0 ${width} 5`} aria-hidden="true">
						{form.balls ? Array.from({ length: row.total }, (_, n) => <Ball key={n} nth={n} tone="fill-cool" cx={(n + 0.5) * form.pitch} cy={2.5} r={form.diameter / 2} />)
							: <rect class="fill-cool" y="0.5" width={row.total * form.pitch} height="4" rx="0.4" />}
					</svg>}
					<b class="figure num">{figure(row.total)}</b>
				</li>
			))}
		</ol>
	);
}

function Next({ step }: { step: Step }) {
	return <p class="s-next"><span>{t("screen-order-next")}</span> <b>{step.title}</b>{step.minutes > 0 && <span class="num">{t("screen-minutes", { n: step.minutes })}</span>}</p>;
}
