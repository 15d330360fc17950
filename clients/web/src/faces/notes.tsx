// SPDX-License-Identifier: EUPL-1.2
// The note-taker: the room's notes on the running step, written as the talk goes, and the room's pen, tray and signals beside them (ux.md 3.2).
// What keys do and when rows are sent is state/editor.ts; here it is drawn, and the caret is kept where it is.
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { kinds } from "../activities/kinds.js";
import { hex } from "../live/bytes.js";
import { Button, Dot, Icon, Mark, Sheet, announce } from "../look/parts.js";
import { Settings } from "../look/settings.js";
import { GAP } from "../state/drafts.js";
import { type Caret, Editor, KINDS, NOTE_MAX, type Row, bytesOf, talkedAbout } from "../state/editor.js";
import type { Activity, Session, Step, TrayItem } from "../state/session.js";
import { follow } from "../state/turn.js";
import { COMMAND, FAULT, PHASE } from "../tables.js";
import { t } from "../words/words.js";
import { Band, Refused, Saved, Timer, Trouble, isOpen, noteKind, roomLabel, useSaving } from "./common.js";
import { Earlier, Marks, NoteRow, Rescued, aboutWords, draftsLeft, draftsOf, keepDraft, whoIs } from "./notes_list.js";
import { Back, FocusAct, focusLine } from "./room.js";
import { PickMember, RoomActs, RoomPeople } from "./room_life.js";

export { NotesList, Rescued } from "./notes_list.js";

/** From so few bytes on the row says how much it still takes. */
const SAY_LEFT = 240;

export function NotesFace({ session }: { session: Session }) {
	const { room } = session.me;
	const pen = session.has_pen;
	const now = session.step(room);
	const desk = useRef<Editor | null>(null);
	const beat = useMemo(() => signal(0), []);
	/* A step that goes on under somebody who writes waits until they are ready to follow. */
	const held = useRef<Step | null>(now);
	if (held.current?.number !== now?.number && !desk.current?.busy)
		held.current = now;
	else if (held.current)
		held.current = session.steps.find((s) => s.number === held.current!.number) ?? now;
	const step = held.current;
	const [people, setPeople] = useState(false);
	useEffect(() => { document.title = session.title ? `${t("notes-title")} · ${session.title}` : "Bollplank"; });
	void beat.value;
	const unsent = desk.current?.unsent ?? false;
	const saving = useSaving(session, !session.all_saved, !step || session.notes(room, step.number).length === 0);
	return (
		<main class="face notes">
			<header class="bar">
				<Mark />
				<button type="button" class="where" onClick={() => setPeople(true)} aria-haspopup="dialog">{roomLabel(session, room)}</button>
				<span class="chip pen-chip"><Icon name="pen" /><span>{t("notes-pen-yours")}</span></span>
				{session.head.rehearsal && <span class="chip">{t("rehearsal")}</span>}
				<span class="grow" />
				<Saved state={unsent && (saving === "saved" || saving === "nothing") ? "saving" : saving} />
				<Timer session={session} room={room} speak />
				<Settings />
			</header>
			<Bands session={session} room={room} />
			{now && step && now.number !== step.number && (
				<div class="band calm">
					<div>{t("notes-next-step", { step: now.title })}</div>
					<Button onClick={() => { desk.current?.close(); held.current = now; beat.value++; }}>{t("notes-go-on")}</Button>
				</div>
			)}
			<div class="notes-cols">
				<div class="notes-main">
					<Rescued session={session} />
					{step && pen && <Desk key={`${room}/${step.number}`} session={session} room={room} step={step} desk={desk} beat={() => { beat.value++; }} />}
				</div>
				<aside class="notes-side" aria-label={t("notes-room")}>
					{step && <Tray session={session} room={room} step={step.number} />}
					<RoomActs session={session} room={room} step={step} turns={false} />
					<People session={session} room={room} />
				</aside>
			</div>
			{people && <Sheet title={roomLabel(session, room)} close={() => setPeople(false)}><People session={session} room={room} /></Sheet>}
		</main>
	);
}

function Bands({ session, room }: { session: Session; room: number }) {
	const said = session.announcement(room);
	const [heard, setHeard] = useState(0);
	const pen = session.pen(room);
	useEffect(() => { if (said && said.at_ms !== heard) announce(t("say", { text: said.words }), true); }, [said?.at_ms]);
	return (
		<>
			<Trouble session={session} />
			<Back session={session} room={room} />
			{said && said.at_ms !== heard && <Band tone="calm" close={() => setHeard(said.at_ms)}><b>{t("say-from")}</b> <span class="keep">{said.words}</span></Band>}
			{session.has_pen && pen.away && (
				<div class="band attn"><div>{t("notes-pen-offered")}</div><Button onClick={() => session.pen_take(room)}>{t("notes-pen-keep")}</Button></div>
			)}
			<Refused session={session} />
		</>
	);
}

// --- the list ---

/** The talk about a question is open: nobody places dots any more. */
const isTalk = (phase: number): boolean => phase === PHASE.CLOSED || phase === PHASE.SEALED || phase === PHASE.REVEALED;

function Desk({ session, room, step, desk, beat }: { session: Session; room: number; step: Step; desk: { current: Editor | null }; beat: () => void }) {
	const [editor] = useState(() => new Editor({
		now: () => session.world.now(),
		later: (ms, call) => session.world.later(ms, call),
		id: () => session.note_id(),
		put: (wish) => session.note_put({ ...wish, room, step: step.number }),
		drop: (id) => session.note_drop(room, id),
		keep: (key, wish) => keepDraft(session, key, wish && { ...wish, room, step: step.number, tenure: session.pen(room).tenure }),
		changed: beat,
	}));
	desk.current = editor;
	const notes = session.notes(room, step.number);
	editor.sync(notes);

	/* The question that is talked about: the one opened last here, until another is chosen. */
	const opened = useRef<number[]>([]);
	for (const n of step.activities) {
		const talk = isTalk(session.phase(n, room).phase);
		if (talk !== opened.current.includes(n))
			opened.current = talk ? [...opened.current, n] : opened.current.filter((o) => o !== n);
	}
	const [chosen, setChosen] = useState<number | null>(null);
	const several = step.activities.length > 1;
	const newest = talkedAbout(step.activities, opened.current, 0);
	useEffect(() => setChosen(null), [newest]);
	/* What the leader turns the room to, unless a row is being written. */
	const focus = session.focus(room);
	const turned = useRef(0);
	useEffect(() => {
		const to = follow(step.activities, focus, turned.current, editor.busy);
		turned.current = focus?.at_ms ?? 0;
		if (to)
			setChosen(to);
	}, [focus?.at_ms]);
	const about = !several ? 0 : chosen ?? newest;
	editor.about = about;

	const [at, setAt] = useState(editor.tail);
	const [menu, setMenu] = useState("");
	const [hint, setHint] = useState("");
	const rows = editor.rows;
	const current = rows.find((r) => r.key === at) ?? rows[rows.length - 1];

	/* The caret: asked for by key, or kept where it was when rows change places around it. */
	const box = useRef<HTMLOListElement>(null);
	const after = useRef<HTMLButtonElement>(null);
	const want = useRef<(Caret & { from?: number; to?: number }) | null>(null);
	const drawing = useRef<HTMLTextAreaElement | null>(null);
	drawing.current = document.activeElement instanceof HTMLTextAreaElement && box.current?.contains(document.activeElement) ? document.activeElement : null;
	const field = (key: string) => box.current?.querySelector<HTMLTextAreaElement>(`li[data-note="${key}"] textarea`) ?? null;
	useLayoutEffect(() => {
		const held = drawing.current;
		drawing.current = null;
		const wish = want.current;
		want.current = null;
		if (wish) {
			const node = field(wish.key);
			if (node && document.activeElement !== node)
				node.focus();
			if (node && wish.from !== undefined)
				node.setSelectionRange(wish.from, wish.to ?? wish.from);
			else if (node)
				node.setSelectionRange(wish.start ? 0 : node.value.length, wish.start ? 0 : node.value.length);
		} else if (held && held.isConnected && document.activeElement !== held) {
			held.focus({ preventScroll: true });
		}
	});
	const go = (caret: Caret | null) => {
		if (!caret)
			return;
		want.current = caret;
		setAt(caret.key);
		beat();
	};

	useEffect(() => {
		/* What an earlier page of this browser had half-typed with the very same pen. */
		for (const kept of draftsOf(session).all)
			if (kept.room === room && kept.tenure === session.pen(room).tenure) {
				session.note_put({ ...kept, words: kept.words.trim(), writing: false });
				draftsOf(session).forget(hex(kept.id));
			}
		/* A field that was open when its page went away, or its pen, is open no more. */
		for (const note of session.notes(room, step.number))
			if (note.writing)
				session.note_put({ ...note, room, step: step.number, writing: false });
		if (matchMedia("(hover: hover)").matches && (document.activeElement === null || document.activeElement === document.body))
			go({ key: editor.tail });
		const hidden = () => { if (document.hidden) editor.flush(true); };
		const gone = () => editor.flush(true);
		document.addEventListener("visibilitychange", hidden);
		addEventListener("leave", gone);
		return () => {
			document.removeEventListener("visibilitychange", hidden);
			removeEventListener("leave", gone);
			if (session.has_pen && session.me.room === room)
				editor.close();
			else
				editor.lost();
			if (desk.current === editor)
				desk.current = null;
			draftsLeft();
		};
	}, []);
	const left = session.remaining(room);
	useEffect(() => editor.flush(), [session.deadline(room)?.generation, left === 0, session.step(room)?.number]);
	const refusal = session.refusal.value;
	useEffect(() => { if (refusal && refusal.command === COMMAND.note_put && refusal.fault !== FAULT.recovered) editor.refused(); }, [refusal?.id]);

	// --- acts, each with its one sentence ---

	const place = (key: string) => editor.rows.findIndex((r) => r.key === key) + 1;
	const written = () => editor.rows.filter((r) => r.state !== "free").length;
	const tell = (words: string) => { setHint(""); announce(words); };
	const sent = rows.filter((r) => r.plenary).length;
	const whyNot = (row: Row): string => (row.words.trim() === "" ? t("notes-send-empty") : !row.plenary && step.plenary > 0 && sent >= step.plenary ? t("notes-send-full", { k: step.plenary }) : "");
	const send = (row: Row) => {
		const why = whyNot(row);
		if (why) {
			setHint(why);
			announce(why, true);
			return;
		}
		editor.set(row.key, { plenary: !row.plenary });
		tell(row.plenary ? t("notes-unsent-said") : step.plenary > 0 ? t("notes-sent-said", { n: sent + 1, k: step.plenary }) : t("notes-sent-said-free"));
	};
	const finish = (row: Row) => {
		editor.set(row.key, { final: !row.final });
		tell(row.final ? t("notes-working-said") : t("notes-final-said"));
	};
	const move = (row: Row, by: -1 | 1) => {
		const node = field(row.key);
		const caret = node && document.activeElement === node ? { key: row.key, from: node.selectionStart, to: node.selectionEnd } : null;
		if (!editor.move(row.key, by))
			return;
		want.current = caret;
		tell(t("notes-moved", { n: place(row.key), of: written() }));
	};
	const drop = (row: Row) => {
		const caret = editor.drop(row.key);
		tell(t("notes-dropped"));
		go(caret);
	};
	const setKind = (row: Row, kind: number) => {
		editor.set(row.key, { kind });
		tell(noteKind(kind));
	};

	const shift = useRef(false);
	const keys = (row: Row) => (e: preact.JSX.TargetedKeyboardEvent<HTMLTextAreaElement>) => {
		const node = e.currentTarget;
		shift.current = e.shiftKey;
		if (e.isComposing)
			return;
		const caret = (c: Caret | null) => {
			e.preventDefault();
			go(c);
		};
		if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
			e.preventDefault();
			send(row);
		} else if (e.key === "Enter" && !e.shiftKey && !e.altKey) {
			const next = editor.enter(row.key);
			if (next.key !== row.key)
				tell(t("notes-new-row", { kind: noteKind(row.kind) }));
			caret(next);
		} else if (e.key === "Backspace" && node.value === "") {
			const had = editor.removed;
			const up = editor.backspace(row.key);
			if (editor.removed && editor.removed !== had)
				tell(t("notes-dropped"));
			caret(up);
		} else if ((e.key === "ArrowUp" || e.key === "ArrowDown") && e.altKey) {
			e.preventDefault();
			move(row, e.key === "ArrowUp" ? -1 : 1);
		} else if ((e.key === "ArrowUp" || e.key === "ArrowDown") && !e.shiftKey && !e.ctrlKey && !e.metaKey) {
			const up = e.key === "ArrowUp";
			const line = parseFloat(getComputedStyle(node).lineHeight) || 24;
			const one = node.clientHeight < line * 1.9;
			const next = rows[rows.findIndex((r) => r.key === row.key) + (up ? -1 : 1)];
			if (next && (one || (up ? node.selectionEnd === 0 : node.selectionStart === node.value.length)))
				caret({ key: next.key, start: false });
		} else if (e.key === "Escape") {
			e.preventDefault();
			after.current?.focus();
		}
	};

	/* Keyboards on glass tell no keys: what they are about to do says it. A line break by Shift Enter stays one. */
	const glass = (row: Row) => (e: InputEvent) => {
		const node = e.currentTarget as HTMLTextAreaElement;
		const caret = e.inputType === "insertLineBreak" && !shift.current ? editor.enter(row.key) : e.inputType === "deleteContentBackward" && node.value === "" ? editor.backspace(row.key) : null;
		if (caret) {
			e.preventDefault();
			go(caret);
		}
	};
	const about_of = (i: number): string | undefined => {
		if (!several)
			return undefined;
		const before = i > 0 ? rows[i - 1].activity : about;
		return rows[i].activity !== before ? aboutWords(session, step.activities, rows[i].activity) : undefined;
	};
	const menu_row = rows.find((r) => r.key === menu);
	const send_words = current.plenary ? t("notes-take-back") : step.plenary > 0 ? t("notes-send", { n: sent, k: step.plenary }) : t("notes-send-free");
	/* That all are sent is said before anybody presses; that a row is empty, only then. */
	const said_why = hint || (current.words.trim() !== "" ? whyNot(current) : "");
	/* Pressing these leaves the caret where it is. */
	const stay = { onMouseDown: (e: Event) => e.preventDefault() };
	return (
		<>
			<Question session={session} room={room} step={step} about={about} choose={setChosen} />
			<ol class="notes-list edit" ref={box} aria-label={t("notes-title")}>
				{rows.map((row, i) => {
					const n = i + 1, of = rows.length;
					const room_left = NOTE_MAX - bytesOf(row.words);
					const stop = row.key === current.key ? 0 : -1;
					return (
						<NoteRow key={row.key} name={row.key} at={row.key === current.key} about={about_of(i)}
							dot={row.state === "free" ? <Dot state="free" size={14} /> : <><Dot state={row.state} size={14} /><span class="unseen">{row.state === "saved" ? t("saved") : t("unsaved")}</span></>}
							kind={
								<select value={row.kind} tabIndex={stop} aria-label={t("notes-kind-of", { n, of })} onFocus={() => setAt(row.key)} onChange={(e) => setKind(row, Number(e.currentTarget.value))}>
									{KINDS.map((k) => <option key={k} value={k}>{noteKind(k)}</option>)}
								</select>
							}
							marks={(row.final || row.plenary) && <Marks final={row.final} plenary={row.plenary} />}
							menu={row.words.trim() !== "" && (
								<button type="button" class="round" tabIndex={stop} aria-haspopup="dialog" aria-label={t("notes-menu", { n, of })} onFocus={() => setAt(row.key)} onClick={() => setMenu(row.key)}
									onKeyDown={(e) => {
										if (e.key === "F2") {
											e.preventDefault();
											go({ key: row.key });
										} else if (e.altKey && (e.key === "ArrowUp" || e.key === "ArrowDown")) {
											e.preventDefault();
											move(row, e.key === "ArrowUp" ? -1 : 1);
										}
									}}><MoreIcon /></button>
							)}
							onFocusOut={(e: preact.JSX.TargetedFocusEvent<HTMLLIElement>) => {
								/* Redrawing, the window behind another, or another field of this row: nobody has left it. */
								if (drawing.current === e.target || !document.hasFocus() || e.currentTarget.contains(e.relatedTarget as Node | null))
									return;
								editor.leave(row.key);
							}}>
							<span class="note-grow" data-words={`${row.words} `}>
								<textarea rows={1} value={row.words} tabIndex={stop} enterkeyhint="next" aria-label={t("notes-row", { kind: noteKind(row.kind), n, of })}
									aria-describedby={room_left < SAY_LEFT ? `left-${row.key}` : undefined} placeholder={row.key === editor.tail ? t("notes-placeholder") : undefined}
									onFocus={() => { editor.open(row.key); setAt(row.key); }}
									onInput={(e) => { const kind = row.kind; go(editor.type(row.key, e.currentTarget.value)); const is = editor.rows.find((r) => r.key === row.key)?.kind; if (is !== undefined && is !== kind) tell(noteKind(is)); }}
									onKeyDown={keys(row)} onBeforeInput={glass(row)} />
							</span>
							{room_left < SAY_LEFT && <span class="note-left" id={`left-${row.key}`}>{t("notes-left", { n: room_left })}</span>}
						</NoteRow>
					);
				})}
			</ol>
			<div class="notes-acts" role="group" aria-label={t("notes-acts", { n: place(current.key) })}>
				<button type="button" class="button plain" ref={after} aria-disabled={whyNot(current) !== ""} aria-describedby={said_why ? "notes-hint" : undefined} {...stay} onClick={() => send(current)}>{send_words}</button>
				<Button {...stay} class={current.final ? "chosen" : ""} aria-disabled={current.words.trim() === ""} aria-pressed={current.final} onClick={() => { if (current.words.trim() !== "") finish(current); }}>{t("notes-is-final")}</Button>
				<button type="button" class="round" aria-label={t("notes-up")} {...stay} onClick={() => move(current, -1)}><Icon name="up" /></button>
				<button type="button" class="round" aria-label={t("notes-down")} {...stay} onClick={() => move(current, 1)}><Icon name="down" /></button>
				{editor.removed && <Button look="quiet" {...stay} onClick={() => { go(editor.restore()); tell(t("notes-restored")); }}>{t("notes-undo")}</Button>}
			</div>
			{said_why && <p class="attn-words" id="notes-hint">{said_why}</p>}
			<p class="notes-keys" aria-hidden="true">
				<span><kbd>Enter</kbd> {t("notes-key-enter")}</span> <span><kbd>Shift Enter</kbd> {t("notes-key-line")}</span> <span><kbd>Alt ↑↓</kbd> {t("notes-key-move")}</span>{" "}
				<span><kbd>Ctrl Enter</kbd> {t("notes-key-send")}</span> <span><kbd>Esc</kbd> {t("notes-key-leave")}</span>
			</p>
			<p class="notes-keys" aria-hidden="true"><span>{t("notes-key-signs")}</span> {SIGN_WORDS.map(([sign, kind]) => <span key={kind}><kbd>{sign}</kbd> {noteKind(kind).toLowerCase()}</span>)}</p>
			{menu_row && (
				<RowMenu session={session} room={room} step={step} row={menu_row} close={() => { setMenu(""); }} why={whyNot(menu_row)} send_words={menu_row.plenary ? t("notes-take-back") : step.plenary > 0 ? t("notes-send", { n: sent, k: step.plenary }) : t("notes-send-free")}
					kind={(k) => setKind(menu_row, k)} send={() => send(menu_row)} finish={() => finish(menu_row)} move={(by) => move(menu_row, by)} drop={() => { setMenu(""); drop(menu_row); }} about={several ? (a) => editor.set(menu_row.key, { activity: a }) : null} />
			)}
		</>
	);
}

const SIGN_WORDS: [string, number][] = [["*", 2], ["!", 3], ["?", 4], ["+", 5], ["-", 6], [">", 7]];

function RowMenu({ session, room, step, row, why, send_words, close, kind, send, finish, move, drop, about }: {
	session: Session; room: number; step: Step; row: Row; why: string; send_words: string; close: () => void;
	kind: (kind: number) => void; send: () => void; finish: () => void; move: (by: -1 | 1) => void; drop: () => void; about: ((activity: number) => void) | null;
}) {
	const note = session.notes(room, step.number).find((n) => hex(n.id) === row.key);
	const edits = note ? session.edits(room, step.number).get(note.number) ?? [] : [];
	return (
		<Sheet title={t("notes-menu-title")} close={close}>
			<p class="keep menu-words">{row.words}</p>
			<fieldset class="switch">
				<legend>{t("notes-kind")}</legend>
				{KINDS.map((k) => <label key={k}><input type="radio" name="note-kind" checked={k === row.kind} onChange={() => kind(k)} /><span>{noteKind(k)}</span></label>)}
			</fieldset>
			{about && (
				<fieldset>
					<legend>{t("notes-about-row")}</legend>
					{[...step.activities, 0].map((a) => <label class="check" key={a}><input type="radio" name="note-about" checked={a === row.activity} onChange={() => about(a)} />{aboutWords(session, step.activities, a)}</label>)}
				</fieldset>
			)}
			<div class="acts">
				<Button aria-disabled={why !== ""} onClick={send}>{send_words}</Button>
				<Button onClick={finish}>{row.final ? t("notes-mark-working") : t("notes-mark-final")}</Button>
				<Button onClick={() => move(-1)}>{t("notes-up")}</Button>
				<Button onClick={() => move(1)}>{t("notes-down")}</Button>
				<Button onClick={drop}>{t("notes-drop")}</Button>
			</div>
			{why && <p class="attn-words">{why}</p>}
			<Earlier session={session} room={room} edits={edits} />
			<Button onClick={close}>{t("close")}</Button>
		</Sheet>
	);
}

/** What is talked about, and the way to its result and to the own ballot. */
function Question({ session, room, step, about, choose }: { session: Session; room: number; step: Step; about: number; choose: (activity: number) => void }) {
	const [shown, setShown] = useState(false);
	const all = step.activities.map((n) => session.activity(n)).filter((a): a is Activity => a !== null);
	const activity = all.find((a) => a.number === about) ?? (all.length === 1 ? all[0] : null);
	const n = activity ? step.activities.indexOf(activity.number) + 1 : 0;
	const talk = activity !== null && isTalk(session.phase(activity.number, room).phase);
	const Result = activity && activity.kind in kinds ? kinds[activity.kind].Result : null;
	const seen = activity !== null && Result !== null && (session.result(activity.number, room) !== null || session.result(activity.number, 0) !== null);
	const open = all.filter((a) => isOpen(session.phase(a.number, room).phase));
	const missing = open.filter((a) => !session.given(a).any).length;
	const several = step.activities.length > 1;
	const order = [0, ...step.activities];
	const turn = (by: -1 | 1) => {
		const to = order[order.indexOf(about) + by];
		choose(to);
		announce(t("notes-about-now", { title: session.activity(to)?.title ?? step.title }));
	};
	const written = session.notes(room, step.number).length > 0;
	return (
		<section class={`notes-question ${written ? "written" : ""}`}>
			{several ? (
				<div class="eyebrow notes-turn" role="group" aria-label={t("notes-about-label")}>
					<button type="button" class="round" aria-label={t("notes-about-back")} disabled={order.indexOf(about) === 0} onClick={() => turn(-1)}><Icon name="left" /></button>
					<p>{n === 0 ? t("notes-about-step") : talk ? t("notes-talk", { n, of: all.length }) : t("pager-at", { n, of: all.length })}</p>
					<button type="button" class="round" aria-label={t("next-question")} disabled={order.indexOf(about) === order.length - 1} onClick={() => turn(1)}><Icon name="right" /></button>
				</div>
			) : <p class="eyebrow">{step.title}</p>}
			{focusLine(session, room, step, about, choose)}
			<h1>{activity?.title ?? step.title}</h1>
			{step.instruction && <p class="lead keep">{step.instruction}</p>}
			{step.parts.length > 0 && (
				<ul class="step-parts" aria-label={t("notes-parts")}>
					{step.parts.map((p, i) => <li key={i}>{p.title} <span class="soft num">{p.least === p.most ? t("minutes", { m: p.least }) : t("notes-minutes", { least: p.least, most: p.most })}</span></li>)}
				</ul>
			)}
			<div class="notes-tools">
				<FocusAct session={session} room={room} step={step} activity={about} then={choose} />
				{seen && <Button aria-expanded={shown} onClick={() => setShown(!shown)}>{shown ? t("notes-hide-result") : t("notes-show-result")}</Button>}
				{all.length > 0 && <Button onClick={() => { session.side.value = "own"; }}>{t("notes-ballot")}{missing > 0 && <span class="chip attn">{t("notes-ballot-missing", { n: missing })}</span>}</Button>}
			</div>
			{shown && seen && activity && Result && <div class="notes-result"><Result session={session} activity={activity} /></div>}
		</section>
	);
}

// --- beside the list ---

function Tray({ session, room, step }: { session: Session; room: number; step: number }) {
	const items = session.tray(room).filter((i) => i.item !== 0);
	const known = useRef(items.length);
	useEffect(() => {
		if (items.length > known.current)
			announce(t("notes-tray-new"));
		known.current = items.length;
	}, [items.length]);
	const take = (item: TrayItem) => {
		const last = Math.max(0, ...session.notes(room, item.step || step).map((n) => n.place));
		session.tray_take(room, item.item, session.note_id(), last + GAP);
		announce(t("notes-taken"));
	};
	if (items.length === 0)
		return null;
	return (
		<section class="notes-tray" aria-labelledby="tray-title">
			<h2 id="tray-title">{t("notes-tray", { n: items.length })}</h2>
			<ul>
				{items.map((i) => (
					<li key={i.item}>
						<p class="note"><b>{noteKind(i.kind)}</b> {i.tenure > 0 ? t("notes-tray-rescued", { name: whoIs(session, room, i.author) }) : t("notes-tray-from", { name: whoIs(session, room, i.author) })}
							{i.step !== step && i.step !== 0 && <> {t("notes-tray-step", { step: session.steps.find((s) => s.number === i.step)?.title ?? "" })}</>}</p>
						<p class="keep">{i.words}</p>
						<div class="acts">
							<Button onClick={() => take(i)}>{t("notes-take")}<span class="unseen">: {i.words}</span></Button>
							<Button onClick={() => { session.tray_take(room, i.item, null, 0); announce(t("notes-put-aside")); }}>{t("notes-aside")}<span class="unseen">: {i.words}</span></Button>
						</div>
					</li>
				))}
			</ul>
		</section>
	);
}

function People({ session, room }: { session: Session; room: number }) {
	const [giving, setGiving] = useState(false);
	const members = session.members(room);
	const give = (member: number) => {
		session.pen_give(room, member);
		setGiving(false);
		announce(member ? t("notes-pen-giving", { name: whoIs(session, room, member) }) : t("notes-pen-laid"));
	};
	return (
		<section class="notes-people">
			<h2>{t("notes-people", { n: members.length })}</h2>
			<RoomPeople session={session} room={room} />
			{session.has_pen && !giving && <Button onClick={() => setGiving(true)}>{t("notes-pen-give")}</Button>}
			{session.has_pen && giving && (
				<PickMember session={session} room={room} title={t("notes-pen-to")} pick={give}>
					<Button look="quiet" onClick={() => give(0)}>{t("notes-pen-lay")}</Button>
					<button type="button" class="link" onClick={() => setGiving(false)}>{t("regret")}</button>
				</PickMember>
			)}
		</section>
	);
}

const MoreIcon = () => <svg class="icon more" viewBox="0 0 20 20" aria-hidden="true"><path d="M4 10h.01M10 10h.01M16 10h.01" /></svg>;
