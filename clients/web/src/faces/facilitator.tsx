// SPDX-License-Identifier: EUPL-1.2
// The facilitator: program, wall of rooms, the screen, and one button that says act, object and number. Laptop first, every act also on a phone.
// Its parts stand in facilitator/, each by its subject; what they send is in facilitator/acts.ts.
import { useEffect, useState } from "preact/hooks";
import { Button, Dot, Mark, Sheet } from "../look/parts.js";
import { Settings } from "../look/settings.js";
import type { Session } from "../state/session.js";
import { COMMAND } from "../tables.js";
import { grouped, t } from "../words/words.js";
import { Band, Refused, useSaving } from "./common.js";
import { current, stage } from "./facilitator/acts.js";
import { Links } from "./facilitator/links.js";
import { CameOut, Now } from "./facilitator/now.js";
import { OrderSheet } from "./facilitator/order.js";
import { Lobby, useRoomSize } from "./facilitator/lobby.js";
import { Program, times } from "./facilitator/program.js";
import { RoomPanel } from "./facilitator/room.js";
import { RoomsSheet } from "./facilitator/rooms.js";
import { Say } from "./facilitator/say.js";
import { ScreenControl } from "./facilitator/screen_control.js";
import { Bottom } from "./facilitator/time.js";
import { Store, Stuck, WentBack } from "./facilitator/trouble.js";
import { Wall } from "./facilitator/wall.js";

const ROOM_SIZE = 6; /* where the workshop proposes none */
type Tab = "program" | "rooms" | "screen";
export type Open = { is: "links" } | { is: "say"; room: number } | { is: "end" } | { is: "rooms" } | { is: "room"; room: number } | { is: "order"; activity: number } | null;

export function FacilitatorFace({ session }: { session: Session }) {
	const [tab, setTab] = useState<Tab>("rooms");
	const [open, setOpen] = useState<Open>(null);
	const [pages, setPages] = useState(1);
	const close = () => setOpen(null);
	useEffect(() => { document.title = session.title ? `${session.title} · Bollplank` : "Bollplank"; });
	const step = session.step();
	const at = stage(session, step);
	const activity = current(session, step);
	const running = at.is === "running" || at.is === "closing";
	const when = times(session, step, at);
	/* How many to a room: what the facilitator has set, else what the workshop proposes. */
	const proposed = useRoomSize(session), [chosen, setSize] = useState(0), size = chosen || proposed || ROOM_SIZE;
	const away = session.silent;
	const saving = useSaving(session, !session.all_saved, true);
	const end = () => setOpen({ is: "end" });
	return (
		<main class={`desk tab-${tab}`}>
			<header class="desk-top">
				<Mark />
				<h1 class="title">{session.title}</h1>
				<span class="chip num">{t("code-is", { code: grouped(session.head.code) })}</span>
				<span class="chip num">{t("n-here", { n: session.present.total })}</span>
				{session.head.rehearsal && <span class="chip warm">{t("rehearsal")}</span>}
				<span class="grow" />
				{away ? <span class="saved attn">{t("contact-lost")}</span> : session.health !== 0 ? <span class="saved attn">{t("no-saving")}</span> : session.all_saved ? <span class="saved"><Dot state="saved" size={11} /> {t("all-saved")}</span>
					: <span class="saved"><Dot state="way" size={13} /> {t("saving")}</span>}
				<Button icon="copy" onClick={() => setOpen({ is: "links" })}>{t("links")}</Button>
				<Button icon="say" onClick={() => setOpen({ is: "say", room: 0 })}>{t("say-all")}</Button>
				<Settings />
			</header>
			<nav class="tabs" aria-label={t("tabs")}>
				{(["program", "rooms", "screen"] as Tab[]).map((name) => <button type="button" key={name} aria-current={tab === name ? "true" : undefined} onClick={() => setTab(name)}>{t(`tab-${name}`)}</button>)}
			</nav>
			<div class="desk-cols">
				<Program session={session} step={step} stage={at} times={when} end={end} />
				<section class="mid">
					{away && <Band>{t("fac-away")}</Band>}
					{!away && (session.health !== 0 ? <Store session={session} /> : saving === "long" && <Band>{t("fac-slow")}</Band>)}
					<WentBack session={session} />
					<Refused session={session} />
					{session.over && <Band tone="calm">{t("fac-over")}</Band>}
					<Now session={session} step={step} stage={at} order={(n) => setOpen({ is: "order", activity: n })} />
					{/* While people answer, the rooms come first. */}
					{!running && <CameOut session={session} step={step} stage={at} />}
					{session.rooms.length > 0 ? <Wall session={session} step={step} about={at.about} open={setOpen} />
						: !session.over && (step ? <p><Button icon="room" onClick={() => setOpen({ is: "rooms" })}>{t("fac-rooms-make")}</Button></p> : <Lobby session={session} size={size} asked={(chosen || proposed) > 0} set={setSize} open={setOpen} />)}
					{running && <CameOut session={session} step={step} stage={at} />}
				</section>
				<ScreenControl session={session} step={step} activity={activity} pages={pages} told={setPages} open={setOpen} />
			</div>
			<Bottom session={session} step={step} stage={at} times={when} size={chosen || proposed} activity={activity} end={end} order={(n) => setOpen({ is: "order", activity: n })} />
			{open?.is === "links" && <Links session={session} close={close} />}
			{open?.is === "say" && <Say session={session} room={open.room} close={close} />}
			{open?.is === "end" && (
				<Sheet title={t("fac-end-title")} close={close}>
					<Stuck session={session} />
					<p>{t("fac-end", { n: session.present.total })}</p>
					<div class="acts"><Button aria-disabled={session.stuck} onClick={() => { if (session.command(COMMAND.end)) close(); }}>{t("fac-end-go")}</Button><Button onClick={close}>{t("regret")}</Button></div>
				</Sheet>
			)}
			{open?.is === "rooms" && <RoomsSheet session={session} size={size} close={close} />}
			{open?.is === "room" && <RoomPanel key={open.room} session={session} room={open.room} step={step} stage={at} activity={activity} open={setOpen} close={close} />}
			{open?.is === "order" && <OrderSheet session={session} activity={open.activity} close={close} />}
		</main>
	);
}
