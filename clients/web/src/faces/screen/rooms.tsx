// SPDX-License-Identifier: EUPL-1.2
// Rooms beside all: a line for each room with its balls, one plank of all through them. Of dots and choices one item at a time; of a rating its statement, and of many rooms first one ball each.
import { type Row, ballsFor, rows } from "../../activities/tally.js";
import type { Activity, Band, Rating, Result, Session } from "../../state/session.js";
import { percent, t } from "../../words/words.js";
import { Head, LARGE, PLANK_U, ROOMS_A_PAGE, type Tell, Zone, fromTo, pageOf, scale, useBox, useTell } from "./kit.js";
import { PLACES, even, furthest, spots } from "./measure.js";
import { Ends, LineChart, endsOf, told } from "./rating.js";
import { groupRows, unitOf } from "./rows.js";

const WIDTH_U = 122, OVERVIEW_FROM = 27, OUTMOST = 3, NAMED_FEW = 4;
/** From line to line, of the height of their letters (ux.md 2.5). */
const PITCH = 1.1;
const nameOf = (r: { room: number; name: string }): string => r.name || t("room-number", { room: r.room });

/** One item at a time: a line per room with its balls, and the plank of all. Pages run through the rooms, then to the next item. Of many rooms first each item with one ball a room. */
export function RoomsPanel({ session, activity, all, tell }: { session: Session; activity: Activity; all: Result; tell: Tell }) {
	const groups = groupRows(activity, all), grouped = groups.length > 1 && all.groups.size > 0;
	const list = [...(grouped ? groups.map((row) => ({ row, group: true })) : []), ...rows(activity, all).map((row) => ({ row, group: false }))];
	const results = session.rooms.map((r) => ({ ...r, result: session.result(activity.number, r.room) }));
	const drawn = results.filter((r) => r.result !== null && !r.result.held_back && r.result.total > 0);
	const few = results.filter((r) => r.result?.held_back || (activity.secret && r.result === null));
	const { box, size } = useBox<HTMLDivElement>();
	const letters = 4 * scale.value, space = size?.height ?? 60;
	const ranges = even(drawn.length, Math.min(ROOMS_A_PAGE, Math.max(1, Math.floor(space / (letters * PITCH) + 0.01))));
	const overviews = drawn.length < OVERVIEW_FROM ? 0 : list.length;
	const of = overviews + list.length * ranges.length;
	const page = Math.min(pageOf(session), of - 1), at = page - overviews;
	const { row, group } = at < 0 ? list[page] : list[Math.floor(at / ranges.length)];
	const [from, to] = ranges[at < 0 ? 0 : at % ranges.length];
	useTell(tell, of, at < 0 ? t("screen-page-one", { n: page + 1, of }) : scale.value >= LARGE || ranges.length < 2 ? t("screen-page-one", { n: page + 1, of }) : t("screen-rooms-page", { rooms: fromTo(from, to, drawn.length) }));
	const sums = (r: Result | null, is_group: boolean) => (is_group ? r?.groups : r?.sums) ?? new Map<number, { sum: number }>();
	const given = (r: Result | null, is_group: boolean) => [...sums(r, is_group).values()].reduce((n, s) => n + s.sum, 0);
	const sum = (r: Result | null, of_row: Row, is_group: boolean) => sums(r, is_group).get(of_row.item)?.sum ?? 0;
	if (at < 0) {
		const shares = drawn.map((r) => ({ room: r.room, name: r.name, at: sum(r.result, row, group) / Math.max(1, given(r.result, group)) }));
		/* The line ends at the next ten after the largest share: the picture is of how rooms differ. */
		const most = Math.min(1, Math.ceil(Math.max(0.1, row.share, ...shares.map((r) => r.at)) * 10 - 1e-9) / 10), unit = unitOf(activity);
		return <Overview session={session} title={row.words} about={`${row.item} ${group}`} rooms={shares.map((r) => ({ ...r, at: Math.round((r.at / most) * PLACES) }))} all={Math.round((row.share / most) * PLACES)}
			tell={(place) => percent((place / PLACES) * most)} ends={[t("screen-of-room", { share: percent(0), unit }), t("screen-of-room", { share: percent(most), unit })]} ball={t("screen-ball-share")} few={few} chart names={scale.value < LARGE} />;
	}
	const same = list.filter((l) => l.group === group);
	const largest = Math.max(1, ...drawn.flatMap((r) => same.map((l) => Math.max(sum(r.result, l.row, group), l.row.share * given(r.result, group)))));
	const width = 110, height = Math.min(letters * 2.6, space / Math.max(1, to - from)), form = ballsFor(width, largest, 1.6, Math.min(4.4, height * 0.72), 0.3);
	const plank = Math.min(height - 0.6, Math.max(4.4, form.diameter + 2.4));
	return (
		<Zone about={row.words}>
			<Head session={session} title={row.words} small={
				<>
					<span class="legend-item"><span class="legend-ball" />{t("screen-each-room")}</span><span class="legend-item"><span class="legend-plank" />{t("legend-all-short")}</span>
					<Few few={few} />
				</>
			} />
			<div class="s-rooms counted" ref={box}>
				{size && drawn.length > 0 && (
					<ol ref={(node) => { node?.style.setProperty("--row", String(height)); node?.style.setProperty("--above", "0"); }}>
						{drawn.slice(from, to).map((r) => {
							const x = Math.min(width - PLANK_U, row.share * given(r.result, group) * form.pitch), n = sum(r.result, row, group);
							return (
								<li key={r.room}>
									<span class="name">{nameOf(r)}</span>
									<svg class="s-room" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
										<rect class="fill-line" y={height / 2 - 0.1} width={width} height="0.2" />
										<rect class="fill-cool" x={x} y={height / 2 - plank / 2} width={PLANK_U} height={plank} rx="0.3" />
										{form.balls ? Array.from({ length: n }, (_, k) => <circle key={k} class="fill-warm rimmed" cx={(k + 0.5) * form.pitch} cy={height / 2} r={form.diameter / 2} />)
											: <rect class="fill-warm" y={height / 2 - 1.5} width={n * form.pitch} height="3" rx="0.4" />}
										<rect class="fill-cool" x={x} y={height / 2 - plank / 2} width={PLANK_U} height="0.8" rx="0.3" /><rect class="fill-cool" x={x} y={height / 2 + plank / 2 - 0.8} width={PLANK_U} height="0.8" rx="0.3" />
									</svg>
									<b class="figure num">{n}</b>
								</li>
							);
						})}
					</ol>
				)}
			</div>
		</Zone>
	);
}

interface Line { room: number; name: string; places: Map<number, number> | null; band: Band }

/** What may be drawn of each room: its balls where they are in sight, else its band (protocol 5.15). */
function lines(session: Session, activity: Activity): { drawn: Line[]; few: { room: number; name: string }[] } {
	const bands = session.bands(activity.number);
	const found = session.rooms.map((r) => ({ ...r, rating: session.rating(activity.number, r.room) as Rating | null, band: bands.get(r.room) ?? null }));
	const about = (r: (typeof found)[number]) => r.rating ?? r.band;
	return {
		drawn: found.filter((r) => about(r) && !about(r)!.held_back && about(r)!.answers > 0)
			.map((r) => ({ room: r.room, name: r.name, places: activity.secret ? null : r.rating?.places ?? null, band: about(r)! })),
		few: found.filter((r) => about(r)?.held_back),
	};
}

/** Which rooms had too few answers: by name while those are few. */
function Few({ few }: { few: { room: number; name: string }[] }) {
	if (few.length === 0)
		return null;
	return <span>{few.length <= NAMED_FEW ? t("screen-few-named", { rooms: few.map(nameOf).join(", ") }) : t("screen-few-rooms", { n: few.length })}</span>;
}

export function RatingRooms({ session, activity, all, tell }: { session: Session; activity: Activity; all: Rating; tell: Tell }) {
	const { drawn, few } = lines(session, activity);
	const { box, size } = useBox<HTMLDivElement>();
	const [low, high] = endsOf(activity);
	/* The line above the rows says where all stand; rows are as high as there is room, up to what reads well. */
	const letters = 4 * scale.value, above = letters * 1.2, least = letters * PITCH;
	const space = (size?.height ?? 60) - above;
	const ranges = even(drawn.length, Math.min(ROOMS_A_PAGE, Math.max(1, Math.floor(space / least + 0.01))));
	/* In large letters the names of those furthest out have a page of their own. */
	const overview = drawn.length < OVERVIEW_FROM ? 0 : scale.value >= LARGE ? 2 : 1;
	const count = overview + ranges.length;
	const page = Math.min(pageOf(session), count - 1);
	const [from, to] = ranges[Math.max(0, page - overview)];
	useTell(tell, count, page < overview ? t("screen-rooms-all", { n: drawn.length }) : scale.value >= LARGE ? fromTo(from, to, drawn.length) : t("screen-rooms-page", { rooms: fromTo(from, to, drawn.length) }));
	if (page < overview)
		return <Overview session={session} title={activity.title} about={`${activity.number} ${page}`} rooms={drawn.map((r) => ({ room: r.room, name: r.name, at: r.band.median }))} all={all.median} tell={told} ends={[low, high]}
			ball={t("screen-ball-room")} few={few} chart={page === 0} names={page === overview - 1} />;
	const height = Math.min(letters * (drawn.length <= 3 ? 4.5 : 3), space / Math.max(1, to - from));
	const plank = along(all.median, ballOf(height)), banded = drawn.some((r) => r.places === null);
	return (
		<Zone about={`${activity.number} ${page < overview}`}>
			<Head session={session} close title={activity.title} small={(banded || few.length > 0 || drawn.length === 0) &&
				<>
					{banded && <span class="legend-item"><span class="legend-band"><i /></span>{t("screen-legend-band")}</span>}
					<Few few={few} />
					{drawn.length === 0 && few.length === 0 && <span>{t("screen-no-answers")}</span>}
				</>
			} />
			<div class="s-rooms" ref={box}>
				{size && drawn.length > 0 && (
					<ol ref={(node) => { node?.style.setProperty("--row", String(height)); node?.style.setProperty("--above", String(above)); }}>
						{drawn.slice(from, to).map((r) => <li key={r.room}><span class="name">{nameOf(r)}</span><RoomLine line={r} height={height} /></li>)}
					</ol>
				)}
				{size && drawn.length > 0 && (
					<svg class="room-plank" viewBox={`0 0 ${WIDTH_U} ${above + height * (to - from)}`} ref={(node) => { node?.style.setProperty("--high", String(above + height * (to - from))); }} aria-hidden="true">
						<rect class="fill-ink" x={-PLANK_U} y={above} width={PLANK_U} height={height * (to - from)} rx="0.3" /><rect class="fill-ink" x={WIDTH_U} y={above} width={PLANK_U} height={height * (to - from)} rx="0.3" />
						<rect class="fill-cool" x={plank - PLANK_U / 2} y={letters * 1.02} width={PLANK_U} height={above - letters * 1.02 + height * (to - from)} rx="0.3" />
						<text class="chart-words cool strong" x={Math.max(0, Math.min(WIDTH_U, plank))} y={letters * 0.78} font-size={letters} text-anchor={plank < 12 ? "start" : plank > WIDTH_U - 12 ? "end" : "middle"}>{t("screen-all-at", { n: told(all.median) })}</text>
					</svg>
				)}
			</div>
			<div class="s-ends beside-names"><span>{low}</span><span>{high}</span></div>
		</Zone>
	);
}

const ballOf = (height: number): number => Math.min(3.6, height * 0.6);
/** Where a place stands on a room's line: a ball at either end lies whole between the planks. */
const along = (place: number, diameter: number): number => diameter / 2 + (place / PLACES) * (WIDTH_U - diameter);

function RoomLine({ line, height }: { line: Line; height: number }) {
	const diameter = ballOf(height), x = (place: number) => along(place, diameter);
	return (
		<svg class="s-room" viewBox={`0 0 ${WIDTH_U} ${height}`} aria-hidden="true">
			<rect class="fill-line" y={height / 2 - 0.12} width={WIDTH_U} height="0.24" />
			{line.places ? spots(line.places, WIDTH_U - diameter, height, diameter).map((spot, i) => <circle key={i} class="fill-warm rimmed" cx={spot.x + diameter / 2} cy={spot.y} r={diameter / 2} />) : (
				<>
					<rect class="middle-half of-room" x={x(line.band.q1)} y={height / 2 - diameter * 0.3} width={Math.max(1, x(line.band.q3) - x(line.band.q1))} height={diameter * 0.6} rx="0.5" />
					<circle class="fill-warm rimmed" cx={x(line.band.median)} cy={height / 2} r={diameter / 2} />
				</>
			)}
		</svg>
	);
}

/** Many rooms: one ball each, and by name those who stand furthest out. tell: a place on the line, in words. */
function Overview({ session, title, about, rooms, all, tell, ends, ball, few, chart, names }: {
	session: Session; title: string; about: string; rooms: { room: number; name: string; at: number }[]; all: number; tell: (place: number) => string; ends: [string, string]; ball: string;
	few: { room: number; name: string }[]; chart: boolean; names: boolean;
}) {
	const places = new Map<number, number>();
	for (const r of rooms)
		places.set(r.at, (places.get(r.at) ?? 0) + 1);
	const { low, high } = furthest(rooms.map((r) => ({ ...r, median: r.at })), all, OUTMOST);
	const named = (list: typeof low) => list.map((r) => <span key={r.room}>{nameOf(r)} <b class="num">{tell(r.median)}</b></span>);
	return (
		<Zone about={`${about} ${chart}`}>
			<Head session={session} title={title} small={
				<>{chart && <span class="legend-item"><span class="legend-ball" />{ball}</span>}<Few few={few} /></>
			} />
			{chart && <LineChart places={places} about={null} all={all} all_words={t("screen-all-at", { n: tell(all) })} ours />}
			<Ends low={ends[0]} high={ends[1]} />
			{names && <div class="s-furthest"><p>{named(low)}</p><p>{named(high)}</p></div>}
		</Zone>
	);
}
