/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/audience.h"

enum { SECTIONS_FIRST = 64 };

/* ---- who looks ---- */

const struct eyes *audience_look_begin(const struct seat *seat, struct look *look)
{
	const struct session *s = seat->hall->session;
	look->many = seat->keys_count > 8 ? check_alloc(seat->keys_count, sizeof *look->many) : NULL;
	struct eyes_key *keys = look->many ? look->many : look->few;
	for (size_t i = 0; i < seat->keys_count; i++)
		keys[i] = seat->keys[i].key;
	look->eyes = (struct eyes){ .actor = seat->actor, .roles = session_roles(s, seat->actor), .room = session_room(s, seat->actor),
				    .keys = keys, .keys_count = seat->keys_count };
	return &look->eyes;
}

void audience_look_end(struct look *look)
{
	free(look->many);
}

/* Shared sections do not depend on keys. */
struct eyes audience_eyes(const struct seat *seat)
{
	const struct session *s = seat->hall->session;
	return (struct eyes){ .actor = seat->actor, .roles = session_roles(s, seat->actor), .room = session_room(s, seat->actor) };
}

/* What `eyes` see, in house->sections; good until the next look. */
size_t audience_in_sight(struct hall *hall, const struct eyes *eyes, enum section_shape shape)
{
	struct house *house = hall->house;
	for (;;) {
		size_t count = session_sections(hall->session, eyes, shape, house->sections, house->sections_room);
		if (count <= house->sections_room)
			return count;
		house->sections_room = count + SECTIONS_FIRST;
		house->sections = check_realloc(house->sections, house->sections_room, sizeof *house->sections);
	}
}

/* ---- audiences ---- */

static struct audience *audience_find(struct hall *hall, const struct eyes *eyes)
{
	struct audience *a = hall->fanout.audiences;
	while (a && !(a->roles == eyes->roles && a->room == eyes->room))
		a = a->next;
	return a;
}

static void audience_destroy(struct audience *a)
{
	struct audience **at = &a->hall->fanout.audiences;
	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	frame_drop(a->frame);
	free(a->sections);
	free(a->gone);
	free(a->gone_before);
	seats_finish(&a->seats);
	free(a);
}

/* The first of its kind: it has caught up to now, so the audience has too. */
static struct audience *audience_create(struct hall *hall, const struct eyes *eyes)
{
	struct audience *a = check_alloc(1, sizeof *a);
	uint64_t seq = session_seq(hall->session);
	a->hall = hall;
	a->roles = eyes->roles;
	a->room = eyes->room;
	a->done_seq = a->done = seq;
	a->count = audience_in_sight(hall, eyes, SHAPE_SHARED);
	a->sections = check_alloc(a->count, sizeof *a->sections);
	for (size_t i = 0; i < a->count; i++)
		a->sections[i] = (struct audience_section){ hall->house->sections[i], seq, seq };
	a->next = hall->fanout.audiences;
	hall->fanout.audiences = a;
	return a;
}

static void audience_join(struct audience *a, struct seat *seat)
{
	seat->audience = a;
	seat->audience_index = (uint32_t)a->seats.count;
	seat->taken = a->version;
	seats_add(&a->seats, seat);
}

static void audience_part(struct seat *seat)
{
	struct audience *a = seat->audience;
	struct seat *last = a->seats.at[--a->seats.count];
	a->seats.at[seat->audience_index] = last;
	last->audience_index = seat->audience_index;
	if (seat->taken != a->version && --a->missing == 0) {
		frame_drop(a->frame);
		a->frame = NULL;
	}
	seat->audience = NULL;
	if (a->seats.count == 0)
		audience_destroy(a);
}

/* The least since over sections that have something newer, else the seq applied. */
uint64_t audience_done(struct audience *a)
{
	const struct session *s = a->hall->session;
	uint64_t seq = session_seq(s);
	if (a->done_seq == seq && a->done != 0)
		return a->done;
	uint64_t done = seq;
	for (size_t i = 0; i < a->count; i++)
		if (a->sections[i].since < done && session_changed(s, a->sections[i].section) > a->sections[i].since)
			done = a->sections[i].since;
	a->done = done;
	a->done_seq = seq;
	return done;
}

/* ---- behind ---- */

static void audience_behind_end(struct behind *behind)
{
	if (behind)
		free(behind->gone);
	free(behind);
}

/* From what a page knows to what it should see now: sections in sight with their since, and those to be taken away. */
static struct behind *audience_behind(struct hall *hall, const struct eyes *eyes, const struct known *known, size_t known_count, uint64_t otherwise)
{
	size_t count = audience_in_sight(hall, eyes, SHAPE_SHARED), at = 0, found = 0;
	struct behind *behind = check_alloc(1, sizeof *behind + count * sizeof *behind->sections);
	bool *kept = check_alloc(known_count, sizeof *kept);
	behind->count = count;
	for (size_t i = 0; i < count; i++) {
		struct section section = hall->house->sections[i];
		uint64_t since = otherwise;
		for (size_t tries = 0; tries < known_count; tries++) { /* both stand in the same order, nearly: go on where the last was found */
			size_t k = (at + tries) % known_count;
			if (section_equal(known[k].section, section)) {
				since = known[k].since;
				kept[k] = true;
				found++;
				at = k + 1;
				break;
			}
		}
		behind->sections[i] = (struct known){ section, since };
	}
	if (found < known_count)
		behind->gone = check_alloc(known_count - found, sizeof *behind->gone);
	for (size_t k = 0; k < known_count; k++)
		if (!kept[k] && BOLLPLANK_BUG != 7) /* 7: a move keeps the old room's sections */
			behind->gone[behind->gone_count++] = known[k].section;
	free(kept);
	return behind;
}

/* What a seat has been told of shared sections: by its audience, or of its own. The caller frees. */
static struct known *known_of(const struct seat *seat, size_t *count)
{
	const struct audience *a = seat->audience;
	size_t n = 0;
	if (a == NULL) {
		struct known *known = check_alloc(seat->behind->count + seat->behind->gone_count, sizeof *known);
		for (size_t i = 0; i < seat->behind->count; i++)
			if (seat->behind->sections[i].since)
				known[n++] = seat->behind->sections[i];
		for (size_t i = 0; i < seat->behind->gone_count; i++)
			known[n++] = (struct known){ seat->behind->gone[i], 1 };
		*count = n;
		return known;
	}
	bool current = seat->taken == a->version;
	struct known *known = check_alloc(a->count + a->gone_count + a->gone_before_count, sizeof *known);
	/* Those that the audience has not been told of (since 0) too: who has folded into it may have been told alone, and must hear when they go. */
	for (size_t i = 0; i < a->count; i++)
		known[n++] = (struct known){ a->sections[i].section, current ? a->sections[i].since : a->sections[i].before };
	for (size_t i = 0; i < a->gone_count; i++)
		known[n++] = (struct known){ a->gone[i], 1 };
	for (size_t i = 0; i < a->gone_before_count && !current; i++)
		known[n++] = (struct known){ a->gone_before[i], 1 };
	*count = n;
	return known;
}

/* Out of its audience: slow, or its eyes have changed. */
void audience_fall_behind(struct seat *seat)
{
	size_t count;
	struct known *known = known_of(seat, &count);
	struct eyes eyes = audience_eyes(seat);
	bool listing = seat->behind && seat->behind->listing;
	struct behind *behind = audience_behind(seat->hall, &eyes, known, count, listing && seat->told ? seat->told : 0);
	behind->listing = listing;
	free(known);
	if (seat->audience)
		audience_part(seat);
	audience_behind_end(seat->behind);
	seat->behind = behind;
}

uint64_t audience_seat_done(const struct seat *seat)
{
	const struct session *s = seat->hall->session;
	uint64_t done = session_seq(s);
	if (seat->audience) {
		done = audience_done(seat->audience);
	} else {
		for (size_t i = 0; i < seat->behind->count; i++) {
			const struct known *k = &seat->behind->sections[i];
			if (k->since < done && session_changed(s, k->section) > k->since)
				done = k->since;
		}
	}
	return done > seat->told ? done : seat->told; /* what it was told once it keeps */
}

/* It lacks nothing any more: back among those who see the same. */
void audience_fold(struct seat *seat)
{
	struct eyes eyes = audience_eyes(seat);
	struct audience *a = audience_find(seat->hall, &eyes);
	if (a == NULL)
		a = audience_create(seat->hall, &eyes);
	audience_behind_end(seat->behind);
	seat->behind = NULL;
	seat->eyes_seq = session_seq(seat->hall->session);
	audience_join(a, seat);
}

void audience_leave(struct seat *seat)
{
	if (seat->audience)
		audience_part(seat);
	audience_behind_end(seat->behind);
	seat->behind = NULL;
}

/* ---- eyes ---- */

/* The sections that an audience sees have changed. */
void audience_reconcile(struct audience *a)
{
	struct hall *hall = a->hall;
	struct eyes eyes = audience_eyes(a->seats.at[0]);
	size_t count = audience_in_sight(hall, &eyes, SHAPE_SHARED), at = 0;
	struct audience_section *sections = check_alloc(count, sizeof *sections);
	bool *kept = check_alloc(a->count, sizeof *kept);
	for (size_t i = 0; i < count; i++) {
		struct section section = hall->house->sections[i];
		sections[i] = (struct audience_section){ section, 0, 0 };
		for (size_t tries = 0; tries < a->count; tries++) {
			size_t k = (at + tries) % a->count;
			if (section_equal(a->sections[k].section, section)) {
				sections[i] = a->sections[k];
				kept[k] = true;
				at = k + 1;
				break;
			}
		}
	}
	for (size_t k = 0; k < a->count; k++)
		if (!kept[k]) {
			a->gone = check_realloc(a->gone, a->gone_count + 1, sizeof *a->gone);
			a->gone[a->gone_count++] = a->sections[k].section;
		}
	free(kept);
	free(a->sections);
	a->sections = sections;
	a->count = count;
	a->done = 0;
}

bool audience_moved(const struct seat *seat)
{
	struct eyes eyes = audience_eyes(seat);
	const struct audience *a = seat->audience;
	if (a == NULL || eyes.roles != a->roles || eyes.room != a->room)
		return true;
	/* Away and back again within a turn: the room is the same, the sight of it is new. */
	struct section mates = { SECTION_room_ballots, eyes.room, 0 };
	return eyes.room && session_sees(seat->hall->session, &eyes, mates) > seat->eyes_seq;
}


void audience_start(struct seat *seat, uint64_t since)
{
	struct eyes eyes = audience_eyes(seat);
	seat->since_me = seat->since_verdicts = seat->since_ballots = seat->told = since;
	for (size_t i = 0; i < seat->keys_count; i++)
		seat->keys[i].since = since;
	seat->awaits = 0;
	seat->eyes_dirty = false;
	seat->behind = audience_behind(seat->hall, &eyes, NULL, 0, since);
	seat->behind->listing = true;
	seat->own_dirty = true;
}
