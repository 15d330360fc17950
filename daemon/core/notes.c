/* SPDX-License-Identifier: EUPL-1.2 */
/* The notes of a room on a step. Who holds the pen writes them; what somebody wrote who held it before lies in the room's tray, and so do suggestions:
 * seen by the room, not applied, not dropped. */
#include "base/check.h"
#include "core/state.h"

enum {
#define NOTE(name, number, sign, meaning) NOTE_##name = number,
#include "tbl/notes.h"
#undef NOTE
	NOTE_LAST = NOTE_parking
};
enum { PLACE_BITS = 48 };

void note_finish(struct note *note)
{
	for (uint32_t i = 0; i < note->edits_count; i++)
		blob_finish(&note->edits[i].text);
	free(note->edits);
	blob_finish(&note->text);
}

static struct note *note_find(const struct session *s, uint64_t id, uint32_t *number)
{
	*number = map_get(&s->by_note, id);
	if (*number == 0)
		return NULL;
	CHECK(s->notes != NULL);
	return &s->notes[*number - 1];
}

/* --- who writes --- */

enum hand { HOLDS, HELD, SUGGESTS, STRANGER, AHEAD };

static enum hand hand_of(const struct session *s, uint32_t number, uint64_t tenure, uint32_t who)
{
	const struct room *room = &s->rooms[number - 1];
	if (tenure == 0)
		return session_room(s, who) == number ? SUGGESTS : STRANGER;
	if (tenure > room->pen.tenure)
		return AHEAD; /* of a history that was lost */
	if (pen_holder_at(room, (uint32_t)tenure) != who)
		return STRANGER;
#if BOLLPLANK_BUG == 30 /* what an earlier tenure wrote is applied */
	return HOLDS;
#endif
#if BOLLPLANK_BUG == 38 /* notes are written after the end */
	return tenure == room->pen.tenure ? HOLDS : HELD;
#endif
	/* After the end nothing is written any more, and what somebody had written without a line is not lost either. */
	return tenure == room->pen.tenure && !s->over ? HOLDS : HELD;
}

static enum fault hand_fault(enum hand hand)
{
	return hand == AHEAD ? FAULT_stale : hand == STRANGER ? FAULT_pen_needed : FAULT_none;
}

/* A holder who writes is here. */
static void pen_stays(struct session *s, uint32_t room, const struct entry *entry)
{
	struct pen *pen = &s->rooms[room - 1].pen;
#if BOLLPLANK_BUG == 34 /* who writes does not keep the pen that is offered */
	return;
#endif
	if (!pen->away)
		return;
	pen->away = false;
	pen->at_ms = entry->at_ms;
	touch_made(s, SECTION_signals, room, 0, 1, entry->seq);
}

/* --- a note as it is told --- */

struct wish {
	uint64_t id, tenure, place;
	uint32_t kind, activity;
	bool final, plenary, writing;
};

static enum fault wish_read(const struct entry *entry, struct wish *out)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 8);
	out->id = unpack_bin64(in);
	out->tenure = unpack_uint(in, UINT32_MAX);
	out->kind = (uint32_t)unpack_uint(in, NOTE_LAST);
	out->final = unpack_uint(in, 1);
	out->plenary = unpack_uint(in, 1);
	out->writing = unpack_uint(in, 1);
	out->place = unpack_uint(in, (UINT64_C(1) << PLACE_BITS) - 1);
	out->activity = (uint32_t)unpack_uint(in, UINT32_MAX);
	enum fault fault = form_done(in);
	return fault == FAULT_none && (out->id == 0 || out->kind == 0) ? FAULT_malformed : fault;
}

/* How many notes a room has on a step, and how many of them are sent to all. */
static void count_notes(const struct session *s, uint32_t room, uint32_t step, uint32_t *all, uint32_t *plenary)
{
	*all = *plenary = 0;
	for (uint32_t i = 0; i < s->notes_count; i++) {
		const struct note *note = &s->notes[i];
		if (note->room != room || note->step != step || note->dropped)
			continue;
		++*all;
		*plenary += note->plenary;
	}
}

/* Is there room for this note, new or changed? */
static enum fault check_room_for(const struct session *s, uint64_t id, uint32_t room, uint32_t step, bool plenary)
{
	uint32_t number, all, sent;
	const struct note *note = note_find(s, id, &number);
	if (note && (note->room != room || note->step != step))
		return FAULT_taken;
	bool fresh = note == NULL || note->dropped, newly = plenary && !(note && !note->dropped && note->plenary);
	if (!fresh && !newly)
		return FAULT_none;
	count_notes(s, room, step, &all, &sent);
	if (fresh && (all >= LIMIT_NOTES_STEP || (note == NULL && s->notes_count >= LIMIT_NOTES)))
		return FAULT_full;
	uint32_t most = s->steps[step - 1].plenary ? s->steps[step - 1].plenary : LIMIT_NOTES_STEP, everywhere = 0;
	for (uint32_t i = 0; newly && i < s->notes_count; i++)
		everywhere += s->notes[i].plenary && !s->notes[i].dropped;
#if BOLLPLANK_BUG == 36 /* what is sent to all has no end */
	everywhere = 0;
#endif
	return newly && (sent >= most || everywhere >= LIMIT_PLENARY) ? FAULT_plenary_full : FAULT_none;
}

/* Where it goes. A suggestion: over the writer's own on this note. Late text: over what the same writer left open there with the same pen, and over nothing else, since
 * a tray keeps no earlier wordings. */
static struct tray_item *tray_of(const struct room *room, uint32_t author, const struct wish *wish)
{
	for (uint32_t i = 0; i < room->tray_count; i++) {
		struct tray_item *item = &room->tray[i];
		if (item->author != author || item->id != wish->id)
			continue;
		if (item->tenure == wish->tenure && (item->tenure == 0 || item->writing))
			return item;
#if BOLLPLANK_BUG == 39 /* they lie over each other */
		return item;
#endif
	}
	return NULL;
}

/* Late text has the whole tray, suggestions a part of it, and one writer's a part of that. */
static enum fault check_tray(const struct room *room, uint32_t author, const struct wish *wish)
{
	uint32_t all = 0, own = 0;
	bool suggested = wish->tenure == 0;
	if (tray_of(room, author, wish))
		return FAULT_none;
	for (uint32_t i = 0; i < room->tray_count; i++) {
		all += room->tray[i].tenure == 0;
		own += room->tray[i].tenure == 0 && room->tray[i].author == author;
	}
#if BOLLPLANK_BUG == 31 /* suggestions may fill a tray */
	suggested = false;
#endif
	bool fits = room->tray_count < LIMIT_TRAY && (!suggested || (all < LIMIT_SUGGESTIONS && own < LIMIT_SUGGESTIONS_OWN));
	return fits ? FAULT_none : FAULT_full;
}

enum fault check_note_put(const struct session *s, const struct entry *entry)
{
	uint32_t room = entry->subject.a, step = entry->subject.b;
	struct wish wish;
	enum fault fault = wish_read(entry, &wish);
	if (fault != FAULT_none)
		return fault;
	if (text_rows(entry->text) > 1)
		return FAULT_bad_text; /* it is written in one language */
	if (!room_of(s, room))
		return FAULT_no_room;
	if (step == 0 || step > s->steps_count)
		return FAULT_no_step;
	if (wish.activity && !activity_of(s, wish.activity))
		return FAULT_no_activity;
	enum hand hand = hand_of(s, room, wish.tenure, entry->name.who);
	if (hand_fault(hand) != FAULT_none)
		return hand_fault(hand);
	if (hand == HOLDS)
		return check_room_for(s, wish.id, room, step, wish.plenary);
	if (hand == SUGGESTS && s->over)
		return FAULT_over;
	fault = check_tray(room_of(s, room), entry->name.who, &wish);
	return fault == FAULT_none && hand == HELD ? FAULT_recovered : fault;
}

/* --- setting one --- */

static void edit_keep(struct note *note)
{
	size_t bytes = note->text.len;
	for (uint32_t i = 0; i < note->edits_count; i++)
		bytes += note->edits[i].text.len;
#if BOLLPLANK_BUG == 37 /* earlier wordings of any length are kept */
	bytes = 0;
#endif
	while (note->edits_count && (note->edits_count >= LIMIT_EDITS || bytes > LIMIT_EDITS_BYTES)) {
		bytes -= note->edits[0].text.len;
		blob_finish(&note->edits[0].text);
		memmove(note->edits, note->edits + 1, --note->edits_count * sizeof *note->edits);
	}
	note->edits = check_realloc(note->edits, note->edits_count + 1, sizeof *note->edits);
	struct edit *edit = &note->edits[note->edits_count++];
	*edit = (struct edit){ .author = note->editor, .at_ms = note->edited_ms };
	blob_set(&edit->text, blob_slice(&note->text));
}

static void note_show(struct session *s, uint32_t number, uint64_t seq)
{
	const struct note *note = &s->notes[number - 1];
	if (note->dropped) {
		sections_remove(&s->sections, section_of(SECTION_notes, note->room, note->step), number, seq);
		sections_remove(&s->sections, section_of(SECTION_edits, note->room, note->step), number, seq);
	} else {
		touch_made(s, SECTION_notes, note->room, note->step, number, seq);
		if (note->edits_count && !sections_holds(&s->sections, section_of(SECTION_edits, note->room, note->step), number))
			touch_made(s, SECTION_edits, note->room, note->step, number, seq); /* it was taken away, and is there again */
	}
	if (note->plenary && !note->dropped)
		touch_made(s, SECTION_plenary, 0, 0, number, seq);
	else
		sections_remove(&s->sections, section_of(SECTION_plenary, 0, 0), number, seq);
}

static struct note *note_make(struct session *s, uint64_t id, uint32_t room, uint32_t step, uint32_t author, uint64_t at_ms)
{
	if (s->notes_count == s->notes_room) {
		s->notes_room = s->notes_room ? 2 * s->notes_room : 16;
		s->notes = check_realloc(s->notes, s->notes_room, sizeof *s->notes);
	}
	struct note *note = &s->notes[s->notes_count++];
	*note = (struct note){ .id = id, .room = room, .step = step, .author = author, .editor = author, .at_ms = at_ms, .edited_ms = at_ms, .writing = true };
	map_set(&s->by_note, id, s->notes_count);
	return note;
}

/* The wording that stood when the field was last left is kept as an earlier one; and whatever somebody else had written, left or not. */
static void note_word(struct session *s, uint32_t number, struct slice text, uint32_t editor, const struct entry *entry)
{
	struct note *note = &s->notes[number - 1];
	bool same = slice_equal(blob_slice(&note->text), text);
	bool keep = !note->writing || note->editor != editor;
#if BOLLPLANK_BUG == 11 /* what another has left open is written over */
	keep = !note->writing;
#endif
	if (!same && keep && note->text.len) {
		edit_keep(note);
		touch_made(s, SECTION_edits, note->room, note->step, number, entry->seq);
	}
	if (!same) {
		note->editor = editor;
		note->edited_ms = entry->at_ms;
		blob_set(&note->text, text);
	}
}

/* Numbers of another history are never given again: a wish to put one away that was named there, and goes into the log anew, must not meet another wording. */
static uint32_t tray_number(struct room *room, uint32_t term)
{
	enum { OF_TERM = 12 }; /* bits for a term's own; beyond them it runs into another's, which nobody is known to have had */
	if (room->tray_term != term && BOLLPLANK_BUG != 93) { /* 93: numbers of another history are given again */
		room->tray_term = term;
		room->tray_last = (term - 1) << OF_TERM;
	}
	return ++room->tray_last;
}

static void tray_put(struct session *s, const struct entry *entry, const struct wish *wish)
{
	struct room *room = &s->rooms[entry->subject.a - 1];
	struct tray_item *item = tray_of(room, entry->name.who, wish);
	if (item == NULL) {
		room->tray = check_realloc(room->tray, room->tray_count + 1, sizeof *room->tray);
		item = &room->tray[room->tray_count++];
		*item = (struct tray_item){ .id = wish->id, .author = entry->name.who };
	} else {
		sections_remove(&s->sections, section_of(SECTION_tray, entry->subject.a, 0), item->number, entry->seq);
	}
	if (item->number == 0 || BOLLPLANK_BUG != 53) /* a new wording is another item: nobody puts away what they have not read. 53: the same item */
		item->number = tray_number(room, entry->term);
	item->step = entry->subject.b;
	item->activity = wish->activity;
	item->kind = wish->kind;
	item->tenure = (uint32_t)wish->tenure;
	item->writing = wish->writing;
	item->at_ms = entry->at_ms;
	blob_set(&item->text, entry->text);
	touch_made(s, SECTION_tray, entry->subject.a, 0, item->number, entry->seq);
}

void apply_note_put(struct session *s, const struct entry *entry)
{
	struct wish wish;
	uint32_t number, room = entry->subject.a;
	CHECK(wish_read(entry, &wish) == FAULT_none);
	if (hand_of(s, room, wish.tenure, entry->name.who) != HOLDS) {
#if BOLLPLANK_BUG == 9 /* late text is dropped */
		return;
#endif
		tray_put(s, entry, &wish);
		return;
	}
	pen_stays(s, room, entry);
	struct note *note = note_find(s, wish.id, &number);
	if (note == NULL) {
		note = note_make(s, wish.id, room, entry->subject.b, entry->name.who, entry->at_ms);
		number = s->notes_count;
	}
	note_word(s, number, entry->text, entry->name.who, entry);
	note->kind = wish.kind;
	note->final = wish.final;
	note->plenary = wish.plenary;
	note->writing = wish.writing;
	note->place = wish.place;
	note->activity = wish.activity;
	note->dropped = false;
	note_show(s, number, entry->seq);
}

/* --- taking one away --- */

enum fault check_note_drop(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 2);
	uint64_t id = unpack_bin64(in), tenure = unpack_uint(in, UINT32_MAX);
	enum fault fault = form_done(in);
	uint32_t number;
	if (fault != FAULT_none)
		return fault;
	if (!room_of(s, entry->subject.a))
		return FAULT_no_room;
	enum hand hand = hand_of(s, entry->subject.a, tenure, entry->name.who);
	if (hand != HOLDS)
		return hand == AHEAD ? FAULT_stale : FAULT_pen_needed; /* what another holds by now is not taken away from behind */
	const struct note *note = note_find(s, id, &number);
	return note && note->room == entry->subject.a ? FAULT_none : FAULT_no_note;
}

void apply_note_drop(struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	uint32_t number;
	unpack_arrays(in, 2);
	struct note *note = note_find(s, unpack_bin64(in), &number);
	unpack_destroy(in);
	pen_stays(s, entry->subject.a, entry);
	note->dropped = true;
	note_show(s, number, entry->seq);
}

/* --- the tray --- */

static enum fault take_read(const struct entry *entry, uint64_t *item, uint64_t *tenure, uint64_t *id, uint64_t *place)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 4);
	*item = unpack_uint(in, UINT32_MAX);
	*tenure = unpack_uint(in, UINT32_MAX);
	*id = unpack_bin64(in);
	*place = unpack_uint(in, (UINT64_C(1) << PLACE_BITS) - 1);
	return form_done(in);
}

static struct tray_item *tray_find(const struct room *room, uint64_t item)
{
	for (uint32_t i = 0; i < room->tray_count; i++)
		if (room->tray[i].number == item)
			return &room->tray[i];
	return NULL;
}

enum fault check_tray_take(const struct session *s, const struct entry *entry)
{
	const struct room *room = room_of(s, entry->subject.a);
	uint64_t number, tenure, id, place;
	enum fault fault = take_read(entry, &number, &tenure, &id, &place);
	if (fault != FAULT_none)
		return fault;
	if (room == NULL)
		return FAULT_no_room;
	if (member_of(s, entry->name.who) && hand_of(s, entry->subject.a, tenure, entry->name.who) != HOLDS)
		return s->over ? FAULT_over : FAULT_pen_needed;
	const struct tray_item *item = tray_find(room, number);
	if (item == NULL)
		return FAULT_no_note;
	if (id == 0)
		return FAULT_none;
	uint32_t known;
	if (id != item->id && note_find(s, id, &known))
		return FAULT_taken;
	return check_room_for(s, id, entry->subject.a, item->step, false);
}

void apply_tray_take(struct session *s, const struct entry *entry)
{
	struct room *room = &s->rooms[entry->subject.a - 1];
	uint64_t item_number, tenure, id, place;
	uint32_t number;
	take_read(entry, &item_number, &tenure, &id, &place);
	struct tray_item *item = tray_find(room, item_number);
	if (id) {
		struct note *note = note_find(s, id, &number);
		if (note == NULL) {
			note = note_make(s, id, entry->subject.a, item->step, item->author, item->at_ms);
			number = s->notes_count;
		}
		note->writing = false;
		if (note->dropped && BOLLPLANK_BUG != 35) /* nobody wishes that of it now. 35: it is sent to all again */
			note->plenary = note->final = false;
		note_word(s, number, blob_slice(&item->text), item->author, entry);
		note->kind = item->kind;
		note->activity = item->activity;
		note->place = place;
		note->dropped = false;
		note_show(s, number, entry->seq);
	}
	sections_remove(&s->sections, section_of(SECTION_tray, entry->subject.a, 0), item->number, entry->seq);
	blob_finish(&item->text);
	memmove(item, item + 1, (size_t)(room->tray + room->tray_count - item - 1) * sizeof *item);
	room->tray_count--;
}

/* --- what a room has of its own --- */

void room_finish(struct room *room)
{
	blob_finish(&room->text);
	blob_finish(&room->place.said);
	for (uint32_t i = 0; i < room->tray_count; i++)
		blob_finish(&room->tray[i].text);
	free(room->tray);
	free(room->pen.holders);
	free(room->accords);
}
