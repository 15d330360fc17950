/* SPDX-License-Identifier: EUPL-1.2 */
/* What a breakout room has besides its people: the one pen that writes its notes, the raised hand, "we are done", who leads the discussion and what it is about, what
 * its members say to its ballot, and the way back to all. */
#include "base/check.h"
#include "core/state.h"

/* --- the pen: a lease whose generation is the tenure. Every holder is kept, so that late text finds its writer. --- */

uint32_t pen_holder_at(const struct room *room, uint32_t tenure)
{
	const struct pen *pen = &room->pen;
	return tenure <= pen->tenure && pen->tenure - tenure < pen->kept ? pen->holders[pen->kept - 1 - (pen->tenure - tenure)] : 0;
}

uint32_t pen_holder(const struct room *room)
{
	return pen_holder_at(room, room->pen.tenure);
}

static void signal_touch(struct session *s, uint32_t room, uint64_t key, uint64_t seq)
{
	s->eyes_changed |= sections_find(&s->sections, section_of(SECTION_signals, room, 0)) == NULL; /* one more to look at */
	touch_made(s, SECTION_signals, room, 0, key, seq);
}

static void pen_touch(struct session *s, uint32_t room, uint64_t seq)
{
	signal_touch(s, room, 1, seq);
}

/* member 0: nobody. */
static void pen_next(struct session *s, uint32_t number, uint32_t member, const struct entry *entry)
{
	struct pen *pen = &s->rooms[number - 1].pen;
	if (pen->kept < LIMIT_TENURES)
		pen->holders = check_realloc(pen->holders, ++pen->kept, sizeof *pen->holders);
	else
		memmove(pen->holders, pen->holders + 1, (LIMIT_TENURES - 1) * sizeof *pen->holders);
	pen->holders[pen->kept - 1] = member;
	pen->tenure++;
	pen->away = false;
	pen->at_ms = entry->at_ms;
	pen_touch(s, number, entry->seq);
}

static void pen_leave(struct session *s, uint32_t room, uint32_t member, const struct entry *entry)
{
#if BOLLPLANK_BUG == 33 /* who leaves takes the pen along */
	return;
#endif
	if (pen_holder(&s->rooms[room - 1]) == member)
		pen_next(s, room, 0, entry);
}

static enum fault tenure_read(const struct entry *entry, uint64_t *tenure, uint64_t *member)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, member ? 2 : 1);
	*tenure = unpack_uint(in, UINT32_MAX);
	if (member)
		*member = unpack_uint(in, UINT32_MAX);
	return form_done(in);
}

enum fault check_pen_take(const struct session *s, const struct entry *entry)
{
	const struct room *room = room_of(s, entry->subject.a);
	uint64_t tenure;
	enum fault fault = tenure_read(entry, &tenure, NULL);
	if (fault != FAULT_none)
		return fault;
	if (room == NULL || session_room(s, entry->name.who) != entry->subject.a)
		return FAULT_no_room;
	if (tenure != room->pen.tenure)
		return FAULT_stale;
#if BOLLPLANK_BUG == 32 /* a pen wears out */
	if (tenure >= LIMIT_TENURES)
		return FAULT_full;
#endif
	uint32_t holder = pen_holder(room);
	return holder && holder != entry->name.who && !room->pen.away ? FAULT_pen_needed : FAULT_none;
}

void apply_pen_take(struct session *s, const struct entry *entry)
{
	struct pen *pen = &s->rooms[entry->subject.a - 1].pen;
	if (pen_holder(&s->rooms[entry->subject.a - 1]) != entry->name.who) {
		pen_next(s, entry->subject.a, entry->name.who, entry);
		return;
	}
	pen->away = false; /* here again before anybody else took it */
	pen->at_ms = entry->at_ms;
	pen_touch(s, entry->subject.a, entry->seq);
}

enum fault check_pen_give(const struct session *s, const struct entry *entry)
{
	const struct room *room = room_of(s, entry->subject.a);
	uint64_t tenure, member;
	enum fault fault = tenure_read(entry, &tenure, &member);
	if (fault != FAULT_none)
		return fault;
	if (room == NULL)
		return FAULT_no_room;
	if (member_of(s, entry->name.who) && pen_holder(room) != entry->name.who)
		return FAULT_pen_needed;
	if (tenure != room->pen.tenure)
		return FAULT_stale;
	if (member && !member_of(s, (uint32_t)member))
		return FAULT_no_member;
	return member && session_room(s, (uint32_t)member) != entry->subject.a ? FAULT_no_room : FAULT_none;
}

void apply_pen_give(struct session *s, const struct entry *entry)
{
	uint64_t tenure, member;
	tenure_read(entry, &tenure, &member);
	if (member != pen_holder(&s->rooms[entry->subject.a - 1]))
		pen_next(s, entry->subject.a, (uint32_t)member, entry);
}

enum fault check_pen_away(const struct session *s, const struct entry *entry)
{
	const struct room *room = room_of(s, entry->subject.a);
	uint64_t tenure;
	if (room == NULL || tenure_read(entry, &tenure, NULL) != FAULT_none)
		return FAULT_malformed;
	return tenure == room->pen.tenure && pen_holder(room) && !room->pen.away ? FAULT_none : FAULT_stale;
}

void apply_pen_away(struct session *s, const struct entry *entry)
{
	struct pen *pen = &s->rooms[entry->subject.a - 1].pen;
	pen->away = true;
	pen->at_ms = entry->at_ms;
	pen_touch(s, entry->subject.a, entry->seq);
}

bool session_held_pen(const struct session *s, unsigned *cursor, struct held_pen *out)
{
	while (*cursor < s->rooms_count) {
		uint32_t number = ++*cursor;
		const struct room *room = &s->rooms[number - 1];
		if (pen_holder(room) && !room->pen.away) {
			*out = (struct held_pen){ .room = number, .holder = pen_holder(room), .tenure = room->pen.tenure };
			return true;
		}
	}
	return false;
}

void session_pen_form(const struct held_pen *pen, struct pack *out)
{
	pack_array(out, 1);
	pack_uint(out, pen->tenure);
}

/* --- the raised hand: a queue in the order of raising --- */

uint32_t hand_place(const struct session *s, uint32_t number)
{
	uint64_t seq = s->rooms[number - 1].hand_seq;
	uint32_t place = seq ? 1 : 0;
	for (uint32_t r = 0; seq && r < s->rooms_count; r++)
		place += s->rooms[r].hand_seq && s->rooms[r].hand_seq < seq;
	return place;
}

void hands_touch(struct session *s, uint64_t seq)
{
	for (uint32_t r = 1; r <= s->rooms_count; r++)
		if (s->rooms[r - 1].hand_seq)
			touch_made(s, SECTION_signals, r, 0, 2, seq);
}

static enum fault hand_read(const struct entry *entry, uint64_t *up, uint64_t *minutes)
{
	struct unpack *in = form_read(entry);
	size_t count = unpack_array(in);
	*up = unpack_uint(in, 1);
	*minutes = count == 1 ? 0 : unpack_uint(in, DURATION_MS_MAX / 60000); /* as it was before a room could ask for minutes */
	return form_done(in);
}

enum fault check_hand(const struct session *s, const struct entry *entry)
{
	uint64_t up, minutes;
	enum fault fault = hand_read(entry, &up, &minutes);
	if (fault != FAULT_none)
		return fault;
	if (!room_of(s, entry->subject.a))
		return FAULT_no_room;
	if (!member_of(s, entry->name.who))
		return up ? FAULT_not_allowed : FAULT_none;
	return session_room(s, entry->name.who) == entry->subject.a ? FAULT_none : FAULT_no_room;
}

void apply_hand(struct session *s, const struct entry *entry)
{
	struct room *room = &s->rooms[entry->subject.a - 1];
	uint64_t up, minutes;
	hand_read(entry, &up, &minutes);
	if (!up || room->hand_seq == 0) { /* who asks for something else keeps the place */
		room->hand_seq = up ? entry->seq : 0;
		room->hand_ms = up ? entry->at_ms : 0;
	}
	room->hand_minutes = up ? (uint32_t)minutes : 0;
	signal_touch(s, entry->subject.a, 2, entry->seq);
	hands_touch(s, entry->seq);
}

/* --- done with a step --- */

static enum fault ready_read(const struct entry *entry, uint64_t *step, uint64_t *done)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 2);
	*step = unpack_uint(in, UINT32_MAX);
	*done = unpack_uint(in, 1);
	return form_done(in);
}

enum fault check_ready(const struct session *s, const struct entry *entry)
{
	uint64_t step, done;
	enum fault fault = ready_read(entry, &step, &done);
	if (fault != FAULT_none)
		return fault;
	if (!room_of(s, entry->subject.a) || session_room(s, entry->name.who) != entry->subject.a)
		return FAULT_no_room;
	return step >= 1 && step <= s->steps_count ? FAULT_none : FAULT_no_step;
}

void apply_ready(struct session *s, const struct entry *entry)
{
	struct room *room = &s->rooms[entry->subject.a - 1];
	uint64_t step, done;
	ready_read(entry, &step, &done);
	if (done)
		room->done_step = (uint32_t)step;
	else if (room->done_step == step)
		room->done_step = 0;
	signal_touch(s, entry->subject.a, 3, entry->seq);
}

/* --- who leads the discussion, and what it is about --- */

static enum fault one_read(const struct entry *entry, uint64_t *number)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 1);
	*number = unpack_uint(in, UINT32_MAX);
	return form_done(in);
}

/* Everybody in the room may take the lead, since a leader who has gone would stop the room; made it by another they are by the leader or a facilitator. */
enum fault check_lead(const struct session *s, const struct entry *entry)
{
	const struct room *room = room_of(s, entry->subject.a);
	uint32_t who = entry->name.who;
	uint64_t member;
	enum fault fault = one_read(entry, &member);
	if (fault != FAULT_none)
		return fault;
	if (room == NULL || (member_of(s, who) && session_room(s, who) != entry->subject.a))
		return FAULT_no_room;
	if (member && !member_of(s, (uint32_t)member))
		return FAULT_no_member;
	if (member && session_room(s, (uint32_t)member) != entry->subject.a)
		return FAULT_no_room;
#if BOLLPLANK_BUG == 110 /* anybody makes anybody the leader */
	return FAULT_none;
#endif
	return !member_of(s, who) || room->leader == who || member == who ? FAULT_none : FAULT_not_allowed;
}

static void leader_set(struct session *s, uint32_t room, uint32_t member, uint64_t seq)
{
	s->rooms[room - 1].leader = member;
	signal_touch(s, room, 4, seq);
}

void apply_lead(struct session *s, const struct entry *entry)
{
	uint64_t member;
	one_read(entry, &member);
	leader_set(s, entry->subject.a, (uint32_t)member, entry->seq);
}

/* The leader turns the room's pages; where nobody leads, the note-taker does. */
enum fault check_focus(const struct session *s, const struct entry *entry)
{
	const struct room *room = room_of(s, entry->subject.a);
	uint32_t who = entry->name.who;
	uint64_t activity;
	enum fault fault = one_read(entry, &activity);
	if (fault != FAULT_none)
		return fault;
	if (room == NULL || (member_of(s, who) && session_room(s, who) != entry->subject.a))
		return FAULT_no_room;
	if (activity && !activity_of(s, (uint32_t)activity))
		return FAULT_no_activity;
	return !member_of(s, who) || who == (room->leader ? room->leader : pen_holder(room)) ? FAULT_none : FAULT_not_allowed;
}

void apply_focus(struct session *s, const struct entry *entry)
{
	struct room *room = &s->rooms[entry->subject.a - 1];
	uint64_t activity;
	one_read(entry, &activity);
	room->focus = (uint32_t)activity;
	room->focus_ms = entry->at_ms;
	signal_touch(s, entry->subject.a, 5, entry->seq);
}

/* --- what the members say to their room's ballot. They agree to what stands, and to nothing else: with another ballot all is open again. --- */

struct word {
	uint64_t round, answer;
	struct slice ballot; /* borrowed from the form */
};

static enum fault word_read(const struct entry *entry, struct word *out)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 3);
	out->round = unpack_uint(in, UINT32_MAX);
	out->answer = unpack_uint(in, ANSWER_NOT_YET);
	out->ballot = unpack_bin(in, 1, LIMIT_TEXT);
	return form_done(in);
}

enum fault check_agree(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	uint32_t room = session_room(s, entry->name.who);
	struct word word;
	enum fault fault = word_read(entry, &word);
	if (fault != FAULT_none)
		return fault;
	if (activity->holder != HOLDER_ROOM)
		return FAULT_not_allowed;
	if (room == 0)
		return FAULT_no_room;
	const struct ballot *ballot = ballot_find(asking_of(s, entry->subject.a, 0), room);
#if BOLLPLANK_BUG == 112 /* agreed is to whatever stands */
	return ballot ? FAULT_none : FAULT_stale;
#endif
	return word.round == activity->round && ballot && slice_equal(blob_slice(&ballot->bytes), word.ballot) ? FAULT_none : FAULT_stale;
}

/* Takes out those of an activity and of a member; 0: of any. */
static void accords_remove(struct session *s, uint32_t number, uint32_t activity, uint32_t member, uint64_t seq)
{
	struct room *room = &s->rooms[number - 1];
	uint32_t kept = 0;
	for (uint32_t i = 0; i < room->accords_count; i++) {
		struct accord accord = room->accords[i];
		if ((activity && accord.activity != activity) || (member && accord.member != member))
			room->accords[kept++] = accord;
		else
			touch(s, SECTION_room_ballots, number, 0, accord.activity, seq);
	}
	room->accords_count = kept;
}

void accords_drop(struct session *s, uint32_t room, uint32_t activity, uint64_t seq)
{
#if BOLLPLANK_BUG == 100 /* who has agreed once agrees to everything */
	return;
#endif
	accords_remove(s, room, activity, 0, seq);
}

void apply_agree(struct session *s, const struct entry *entry)
{
	uint32_t number = session_room(s, entry->name.who);
	struct room *room = &s->rooms[number - 1];
	struct word word;
	word_read(entry, &word);
	accords_remove(s, number, entry->subject.a, entry->name.who, entry->seq);
	if (word.answer != ANSWER_NONE) {
		room->accords = check_realloc(room->accords, room->accords_count + 1, sizeof *room->accords);
		room->accords[room->accords_count++] = (struct accord){ entry->subject.a, (uint32_t)word.round, entry->name.who, (uint32_t)word.answer };
	}
	touch(s, SECTION_room_ballots, number, 0, entry->subject.a, entry->seq);
}

/* The last one goes. Whoever comes next has asked for nothing and is done with nothing; and once the workshop has begun nobody who comes late is put there alone. */
static void room_empty(struct session *s, uint32_t number, uint64_t seq)
{
	struct room *room = &s->rooms[number - 1];
	bool asked = room->hand_seq;
	if (s->place.step)
		room->used = false;
	room->hand_seq = room->hand_ms = 0;
	room->hand_minutes = room->done_step = room->focus = 0;
	signal_touch(s, number, 2, seq);
	signal_touch(s, number, 3, seq);
	signal_touch(s, number, 5, seq);
	if (asked)
		hands_touch(s, seq);
}

void room_leave(struct session *s, uint32_t room, uint32_t member, const struct entry *entry)
{
	if (room == 0)
		return;
	pen_leave(s, room, member, entry);
	accords_remove(s, room, 0, member, entry->seq);
#if BOLLPLANK_BUG == 111 /* who leaves leads on */
	return;
#endif
	if (s->rooms[room - 1].leader == member)
		leader_set(s, room, 0, entry->seq);
	if (s->rooms[room - 1].count == 1)
		room_empty(s, room, entry->seq);
}

/* --- everybody back --- */

enum fault check_back(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 1);
	unpack_uint(in, DURATION_MS_MAX);
	enum fault fault = form_done(in);
	return fault == FAULT_none && !scope_exists(s, entry->subject.b) ? FAULT_no_room : fault;
}

void apply_back(struct session *s, const struct entry *entry)
{
	struct place *place = place_of(s, entry->subject.b);
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 1);
	place->back_ms = unpack_uint(in, DURATION_MS_MAX);
	place->back_at_ms = entry->at_ms;
	form_done(in);
	touch(s, SECTION_scope, entry->subject.b, 0, 4, entry->seq);
}
