/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/attend.h"
#include "shell/company.h"

enum { PROPOSED_MOST = 256 }; /* under way at a time: the rest of a large hall comes with the next pass */
#define NEVER UINT64_MAX

bool attend_local(const struct hall *hall, uint32_t member)
{
	return member < hall->members_room && hall->members[member] != NULL;
}

bool attend_here(const struct hall *hall, uint32_t member)
{
#if BOLLPLANK_BUG == 63 /* who is on another instance is away */
	return attend_local(hall, member);
#endif
	return attend_local(hall, member) || company_here(hall, member);
}

/* Of one who is not here: since when, as far as we know. */
static uint64_t gone_ms(const struct hall *hall, uint32_t member)
{
	const struct attend *at = &hall->attend;
	uint64_t left = member < at->left_room ? at->left_ms[member] : 0;
	return left > at->since_ms ? left : at->since_ms;
}

/* ---- proposals ---- */

static bool proposed(const struct attend *at, uint16_t command, struct subject subject)
{
	for (size_t i = 0; i < at->proposed_count; i++) {
		const struct proposed *p = &at->proposed[i];
		if (p->command == command && p->subject.a == subject.a && p->subject.b == subject.b)
			return true;
	}
	return false;
}

/* What the step would refuse is not asked: it is looked at again when something has changed. */
static void propose(struct hall *hall, uint16_t command, struct subject subject, struct slice form, uint64_t now, uint64_t *next)
{
	struct attend *at = &hall->attend;
	struct house *house = hall->house;
	struct entry entry = { .name = { .who = ACTOR_HOUSE }, .command = command, .subject = subject, .form = form };
	struct pending pending = { .hall = hall, .kind = PENDING_ATTEND, .command = command };
	bool kept;
	if (session_would_refuse(hall->session, &entry, &kept) != FAULT_none)
		return;
	/* After a pause what we know of other instances may be old: first a look that shows it. */
	bool level = house->journal.ops->level(house->journal.self, hall->sid);
#if BOLLPLANK_BUG == 94 /* old news will do */
	level = true;
#endif
	if (hall->health != JOURNAL_OK || !level || hall_append(hall, &entry, &pending) < 0) {
		if (now + LATER_MS < *next)
			*next = now + LATER_MS; /* it comes when the journal takes it, if it still holds then */
		return;
	}
	if (at->proposed_count == at->proposed_room) {
		at->proposed_room = at->proposed_room ? 2 * at->proposed_room : 8;
		at->proposed = check_realloc(at->proposed, at->proposed_room, sizeof *at->proposed);
	}
	at->proposed[at->proposed_count++] = (struct proposed){ .tag = house->newest_tag, .command = command, .subject = subject };
}

static bool proposed_remove(struct attend *at, uint64_t tag)
{
	for (size_t i = 0; i < at->proposed_count; i++)
		if (at->proposed[i].tag == tag) {
			at->proposed[i] = at->proposed[--at->proposed_count];
			return true;
		}
	return false;
}

/* `when` may lie ahead: then it is looked at again. */
static bool is_due(uint64_t when, uint64_t now, uint64_t *next)
{
	if (when <= now)
		return true;
	if (when < *next)
		*next = when;
	return false;
}

/* ---- pens ---- */

static void look_at_pens(struct hall *hall, uint64_t now, uint64_t *next)
{
	struct held_pen pen;
	unsigned cursor = 0;
	while (session_held_pen(hall->session, &cursor, &pen)) {
		struct subject room = { pen.room, 0 };
		if (attend_here(hall, pen.holder) || !is_due(gone_ms(hall, pen.holder) + AWAY_MS, now, next))
			continue;
		if (hall->attend.proposed_count >= PROPOSED_MOST || proposed(&hall->attend, COMMAND_pen_away, room))
			continue;
		struct pack form;
		pack_init(&form);
		session_pen_form(&pen, &form);
		propose(hall, COMMAND_pen_away, room, pack_bytes(&form), now, next);
		pack_finish(&form);
	}
}

/* ---- gates ---- */

struct crowd { /* who is here, or was until a moment ago, by room */
	uint32_t *first; /* [room]: where it begins in members; [room + 1]: where it ends */
	uint32_t *members;
};

static bool counts(const struct hall *hall, uint32_t member, uint64_t now)
{
#if BOLLPLANK_BUG == 13 /* who loads the page anew has left */
	return attend_here(hall, member);
#endif
	return attend_here(hall, member) || gone_ms(hall, member) + ABSENT_MS > now;
}

static void crowd_draw(const struct hall *hall, uint64_t now, struct crowd *out)
{
	const struct session *s = hall->session;
	uint32_t members = session_members(s), rooms = session_rooms(s);
	out->first = check_alloc((size_t)rooms + 2, sizeof *out->first);
	out->members = check_alloc(members, sizeof *out->members);
	for (uint32_t m = 1; m <= members; m++)
		if (counts(hall, m, now))
			out->first[session_room(s, m) + 1]++;
	for (uint32_t r = 0; r <= rooms; r++)
		out->first[r + 1] += out->first[r];
	uint32_t *at = check_alloc((size_t)rooms + 1, sizeof *at);
	for (uint32_t m = 1; m <= members; m++)
		if (counts(hall, m, now)) {
			uint32_t room = session_room(s, m);
			out->members[out->first[room] + at[room]++] = m;
		}
	free(at);
}

/* Of a secret activity only somebody's own page knows under which key they answered. */
static bool answered_here(const struct hall *hall, const struct gate *gate, uint32_t member)
{
	for (const struct seat *seat = attend_local(hall, member) ? hall->members[member] : NULL; seat; seat = seat->next_same)
		for (size_t i = 0; seat->actor == member && i < seat->keys_count; i++) {
			const struct eyes_key *key = &seat->keys[i].key;
			if (key->activity == gate->activity && key->round == gate->round && session_has_key_ballot(hall->session, key))
				return true;
		}
	return false;
}

static bool answered(const struct hall *hall, const struct gate *gate, uint32_t member, uint64_t now)
{
	if (!gate->secret)
		return session_has_ballot(hall->session, gate->activity, member);
	return answered_here(hall, gate, member) || (company_here(hall, member) && company_answered(hall, gate, now));
}

/* Where in their room this member stands, or who comes after them. */
static uint32_t place_in(const struct crowd *crowd, uint32_t room, uint32_t member)
{
	uint32_t low = crowd->first[room], high = crowd->first[room + 1];
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (crowd->members[middle] < member)
			low = middle + 1;
		else
			high = middle;
	}
	return low - crowd->first[room];
}

/* When all who are present will have answered if nothing changes: in the past, or when those who have gone are waited for no longer; or never. Asks first whom it
 * waited for last time: mostly they still lack an answer. */
static uint64_t gate_opens_ms(const struct hall *hall, const struct crowd *crowd, const struct gate *gate, uint64_t now, uint32_t *lacking)
{
	uint32_t first = crowd->first[gate->room], count = crowd->first[gate->room + 1] - first, from = place_in(crowd, gate->room, *lacking);
	uint64_t when = 0;
	bool anybody = false;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t member = crowd->members[first + (from + i) % count];
		bool here = attend_here(hall, member);
		anybody |= here;
		if (answered(hall, gate, member, now))
			continue;
		if (here) {
			*lacking = member;
			return NEVER;
		}
		uint64_t absent = gone_ms(hall, member) + ABSENT_MS;
		when = absent > when ? absent : when;
	}
	return anybody ? when : NEVER;
}

/* For the other instances: does somebody who is here lack an answer? */
static bool anybody_lacks(const struct hall *hall, const struct crowd *crowd, const struct gate *gate)
{
	for (uint32_t i = crowd->first[gate->room]; i < crowd->first[gate->room + 1]; i++)
		if (attend_local(hall, crowd->members[i]) && !answered_here(hall, gate, crowd->members[i]))
			return true;
	return false;
}

/* Gates come in one order, so what was remembered of them is found by walking along. */
static struct waited remembered(const struct attend *at, const struct gate *gate, size_t *walk)
{
	for (; *walk < at->waited_count; ++*walk) {
		const struct waited *w = &at->waited[*walk];
		if (w->activity == gate->activity && w->room == gate->room)
			return *w;
		if (w->activity > gate->activity || (w->activity == gate->activity && w->room > gate->room))
			break;
	}
	return (struct waited){ gate->activity, gate->room, 0, 0, 0 };
}

/* Who answers last in a room may still be moving the dot: it opens when nobody has for a moment. */
static uint64_t settled_ms(const struct hall *hall, const struct gate *gate, struct waited *waited, uint64_t now)
{
	uint64_t newest = session_gate_newest(hall->session, gate);
#if BOLLPLANK_BUG == 102 /* the first word of who answers last is taken for the last */
	return now;
#endif
	if (waited->since_ms == 0 || waited->newest != newest) {
		waited->newest = newest;
		waited->since_ms = now;
	}
	return waited->since_ms + SETTLE_MS;
}

static void look_at_gates(struct hall *hall, uint64_t now, uint64_t *next)
{
	struct attend *attend = &hall->attend;
	struct waited *waited = NULL;
	struct news_room *lacking = NULL;
	size_t lacking_count = 0;
	struct crowd crowd = { 0 };
	struct gate gate;
	unsigned cursor = 0;
	size_t count = 0, room = 0, walk = 0;
	while (session_gate(hall->session, &cursor, &gate)) {
		if (crowd.first == NULL)
			crowd_draw(hall, now, &crowd);
		if (count == room) {
			room = room ? 2 * room : 64;
			waited = check_realloc(waited, room, sizeof *waited);
			lacking = check_realloc(lacking, room, sizeof *lacking);
		}
		if (gate.secret && anybody_lacks(hall, &crowd, &gate))
			lacking[lacking_count++] = (struct news_room){ gate.activity, gate.round, gate.room };
		struct subject at = { gate.activity, SCOPE_ROOM | gate.room };
		waited[count] = remembered(attend, &gate, &walk);
		struct waited *this = &waited[count++];
		uint64_t when = gate_opens_ms(hall, &crowd, &gate, now, &this->member);
		if (when == NEVER) {
			this->since_ms = 0;
			continue;
		}
		uint64_t settled = settled_ms(hall, &gate, this, now);
		if (!is_due(when > settled ? when : settled, now, next))
			continue;
		if (attend->proposed_count >= PROPOSED_MOST || proposed(attend, COMMAND_placed, at))
			continue;
		struct pack form;
		pack_init(&form);
		session_gate_form(&gate, &form);
		propose(hall, COMMAND_placed, at, pack_bytes(&form), now, next);
		pack_finish(&form);
	}
	company_publish(hall, lacking, lacking_count);
	free(lacking);
	free(crowd.first);
	free(crowd.members);
	free(attend->waited);
	attend->waited = waited;
	attend->waited_count = count;
}

/* ---- rules ---- */

/* Before all instances know them nobody writes them down: one that does not would stop there. */
static void look_at_rules(struct hall *hall, uint64_t now, uint64_t *next)
{
	uint32_t rules = house_rules(hall->house);
	if (rules <= session_rules(hall->session) || proposed(&hall->attend, COMMAND_rules, (struct subject){ 0, 0 }))
		return;
	struct pack form;
	pack_init(&form);
	session_rules_form(rules, &form);
	propose(hall, COMMAND_rules, (struct subject){ 0, 0 }, pack_bytes(&form), now, next);
	pack_finish(&form);
}

/* ---- when ---- */

static void on_time(void *ctx);

static void plan(struct hall *hall, uint64_t due_ms)
{
	struct attend *at = &hall->attend;
	struct loop loop = hall->house->loop;
	uint64_t now = loop_now(loop);
	if (due_ms == NEVER || hall->house->stopping || (at->timer && at->due_ms <= due_ms))
		return;
	loop_stop(loop, at->timer);
	at->due_ms = due_ms;
	at->timer = loop_after(loop, due_ms > now ? due_ms - now : 0, on_time, hall);
}

static void on_time(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	struct attend *at = &hall->attend;
	uint64_t now = loop_now(hall->house->loop), next = NEVER;
	at->timer = NULL;
	if (!hall_serves(hall) || hall->house->stopping)
		return;
	at->looked_ms = now;
	look_at_rules(hall, now, &next);
	look_at_pens(hall, now, &next);
	look_at_gates(hall, now, &next);
	plan(hall, next);
}

/* The first change after quiet is looked at with the end of this turn. */
void attend_changed(struct hall *hall)
{
	uint64_t now = loop_now(hall->house->loop), due = hall->attend.looked_ms + ATTEND_MS;
	if (hall_serves(hall))
		plan(hall, due > now ? due : now);
}

void attend_left(struct hall *hall, uint32_t actor)
{
	struct attend *at = &hall->attend;
	if (actor & ACTOR_LINK)
		return;
	attend_changed(hall); /* the other instances are to hear it */
	if (attend_here(hall, actor))
		return;
	if (actor >= at->left_room) {
		size_t room = hall->members_room > actor ? hall->members_room : (size_t)actor + 1;
		at->left_ms = check_realloc(at->left_ms, room, sizeof *at->left_ms);
		memset(at->left_ms + at->left_room, 0, (room - at->left_room) * sizeof *at->left_ms);
		at->left_room = room;
	}
	at->left_ms[actor] = loop_now(hall->house->loop);
}

void attend_judged(struct hall *hall, uint64_t tag)
{
	proposed_remove(&hall->attend, tag); /* attend_changed comes with the entry */
}

void attend_failed(struct hall *hall, uint64_t tag)
{
	if (proposed_remove(&hall->attend, tag) && hall_serves(hall))
		plan(hall, loop_now(hall->house->loop) + LATER_MS);
}

void attend_open(struct hall *hall)
{
	struct attend *at = &hall->attend;
	if (at->left_room) /* another history may number its members anew */
		memset(at->left_ms, 0, at->left_room * sizeof *at->left_ms);
	at->since_ms = loop_now(hall->house->loop);
	attend_changed(hall);
}

void attend_finish(struct hall *hall)
{
	struct attend *at = &hall->attend;
	loop_stop(hall->house->loop, at->timer);
	free(at->left_ms);
	free(at->proposed);
	free(at->waited);
	*at = (struct attend){ 0 };
}
