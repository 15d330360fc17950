// SPDX-License-Identifier: EUPL-1.2
// The page: the fragment says who comes in, the welcome says which face.
import { type ComponentType, render } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { CodeFace, EndFace, JoinFace } from "./faces/join.js";
import { codeOf, isCode } from "./faces/common.js";
import { ParticipantFace } from "./faces/participant.js";
import { type Seat, participantSeat } from "./live/live.js";
import type { World } from "./live/world.js";
import { later as partLater } from "./look/later.js";
import { Voice } from "./look/parts.js";
import { followed, language_chosen, settingsStart } from "./look/settings.js";
import { Session } from "./state/session.js";
import { FAULT, ROLE } from "./tables.js";
import { faultWords, language, t, wordsLoad, wordsStaff } from "./words/words.js";

type Route = { is: "code"; typed: string } | { is: "new"; key: string } | { is: "session"; seat: Seat } | { is: "lost_link" };

const RETRY_MS = 2000;
const later = <P extends object>(load: () => Promise<ComponentType<P>>) => partLater(load, (lost) => <EndFace title={t("opening")} words={lost ? t("contact-none") : ""} />);
/** A face of staff's, with what only these say. */
const staffed = async <T,>(face: Promise<T>): Promise<T> => (await Promise.all([face, wordsStaff()]))[0];
const FacilitatorFace = later(() => staffed(import("./faces/facilitator.js")).then((m) => m.FacilitatorFace));
const ScreenFace = later<{ session: Session }>(() => staffed(import("./faces/screen.js")).then((m) => m.ScreenFace));
const ScreenEnded = later(() => staffed(import("./faces/screen.js")).then((m) => m.ScreenEnded));
const NotesFace = later<{ session: Session }>(() => import("./faces/notes.js").then((m) => m.NotesFace));
const StartFace = later(() => staffed(import("./faces/start.js")).then((m) => m.StartFace));

/** Protocol 1.5. A token leaves the address at once; a tag of it stays, so that a reload finds it. */
export async function route(world: World, fragment: string): Promise<Route> {
	const [first, second] = decodeURIComponent(fragment.replace(/^#/, "")).split(".");
	if (first === "new")
		return { is: "new", key: second ?? "" };
	if (/^[0-9a-f]{16}$/.test(first)) {
		if (second === undefined)
			return { is: "session", seat: participantSeat(world, first) };
		const { linkSeat } = await import("./live/link.js");
		const seat = linkSeat(world, first, second);
		return seat ? { is: "session", seat } : { is: "lost_link" };
	}
	const code = codeOf(first);
	return isCode(code) ? { is: "session", seat: participantSeat(world, code) } : { is: "code", typed: code.slice(0, 8) };
}

export function SessionFace({ session }: { session: Session }) {
	void session.line.value;
	const { live } = session;
	const staff = session.live.roles & (ROLE.FACILITATOR | ROLE.SCREEN);
	if (live.line === "ended") {
		const { fault, elsewhere } = live.ended;
		if (live.roles & ROLE.SCREEN)
			return <ScreenEnded fault={fault} elsewhere={elsewhere} />;
		if (fault === FAULT.no_session && live.seat.door === 0 && isCode(live.seat.place))
			return <CodeFace typed={live.seat.place} fault={fault} go={toCode} />;
		return <EndFace title={elsewhere ? t("ended-elsewhere-title") : t("ended-title")} words={elsewhere ? t("ended-elsewhere") : faultWords(fault)} act={elsewhere ? t("ended-here") : t("ended-again")} press={() => location.reload()} />;
	}
	if (live.sid === "")
		return <EndFace title={t("opening")} words={session.live.line === "away" ? t("contact-none") : ""} />;
	if (live.roles & ROLE.SCREEN) {
		const wished = session.head.language;
		if (!language_chosen.value && (wished === "sv" || wished === "en") && language.value !== wished)
			void wordsLoad(wished).then(() => { if (!language_chosen.value) language.value = wished; }, () => {});
		return <ScreenFace session={session} />;
	}
	if (staff & ROLE.FACILITATOR)
		return <FacilitatorFace session={session} />;
	return session.joined ? <MemberFace session={session} /> : <JoinFace session={session} />;
}

/** Whoever has the pen writes the room's notes, and goes to the own answers and back. A pen that comes without an own press changes no page under a finger. */
function MemberFace({ session }: { session: Session }) {
	const writes = session.has_pen && !session.over && session.step(session.me.room) !== null;
	useEffect(() => { if (!writes) session.side.value = "own"; }, [writes]);
	const notes = writes && session.side.value === "notes";
	useLayoutEffect(() => scrollTo(0, 0), [notes]); /* another page begins at its top */
	return notes ? <NotesFace session={session} /> : <ParticipantFace session={session} />;
}

const toCode = (code: string) => {
	if (location.hash === `#${code}`)
		location.reload();
	else
		location.hash = code;
};

function App({ world, where }: { world: World; where: Route }) {
	useState(() => {
		if (where.is === "new" && where.key)
			history.replaceState(null, "", "/#new");
		if (where.is === "session" && where.seat.door === 1)
			history.replaceState(null, "", `/#${where.seat.name.replace("bp.link.", "")}`);
	});
	const [session] = useState(() => {
		if (where.is !== "session")
			return null;
		const made = new Session(world, where.seat);
		followed.value = made;
		void made.live.start();
		addEventListener("online", () => made.live.wake());
		addEventListener("offline", () => made.live.offline());
		document.addEventListener("visibilitychange", () => { if (!document.hidden) made.live.wake(); });
		/* What is half-typed goes into the outbox first, by an event of ours: of two listeners for "pagehide" the one that came first is called first, whatever it asks for. */
		addEventListener("pagehide", () => { dispatchEvent(new Event("leave")); made.live.stop(); });
		/* A page from the browser's back-forward cache has let go of its lane. */
		addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
		return made;
	});
	return (
		<>
			{where.is === "new" ? <StartFace key_given={where.key} />
				: where.is === "code" ? <CodeFace typed={where.typed} fault={0} go={toCode} />
				: where.is === "lost_link" ? <EndFace title={t("ended-title")} words={t("link-lost")} />
				: session && <SessionFace session={session} />}
			<Voice />
		</>
	);
}

export async function start(world: World): Promise<void> {
	settingsStart();
	let where: Route;
	for (;;) {
		try {
			[where] = await Promise.all([route(world, location.hash), wordsLoad(language.value)]);
			break;
		} catch {
			await new Promise((again) => setTimeout(again, RETRY_MS));
		}
	}
	render(<App world={world} where={where} />, document.getElementById("page")!);
	addEventListener("hashchange", () => location.reload());
}
