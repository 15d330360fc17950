/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/fanout.h"

enum { PARTICIPANTS = 0, STAFF = 1, SECTIONS_FIRST = 64, STRETCH_MS_MAX = 2000 };

struct audience_section {
	struct section section;
	uint64_t since, before; /* before: what it was until the newest frame, for those who did not take that */
};

struct audience {
	struct audience *next;
	struct hall *hall;
	unsigned roles;
	uint32_t room;
	struct audience_section *sections;
	size_t count;
	struct section *gone, *gone_before; /* to be told with the next frame; told with the newest */
	size_t gone_count, gone_before_count;
	struct seats seats;
	struct frame *frame; /* the newest; NULL once all have it */
	uint32_t version;
	size_t missing;      /* who have not taken it */
	uint64_t frame_done, frame_stable;
	uint64_t done, done_seq; /* kept answer of audience_done for this seq */
};

struct known {
	struct section section;
	uint64_t since;
};

struct behind {
	bool listing; /* the next frame lists all in sight: the first on a connection or history */
	size_t count, gone_count;
	struct section *gone;
	struct known sections[];
};

static bool is_staff(unsigned roles)
{
	return (roles & (ROLE_FACILITATOR | ROLE_SCREEN)) != 0;
}

/* ---- who looks ---- */

struct look { /* eyes, and the memory its keys stand in */
	struct eyes eyes;
	struct eyes_key few[8], *many;
};

static const struct eyes *look_begin(const struct seat *seat, struct look *look)
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

static void look_end(struct look *look)
{
	free(look->many);
}

/* Shared sections do not depend on keys. */
static struct eyes eyes_of(const struct seat *seat)
{
	const struct session *s = seat->hall->session;
	return (struct eyes){ .actor = seat->actor, .roles = session_roles(s, seat->actor), .room = session_room(s, seat->actor) };
}

/* What `eyes` see, in house->sections; good until the next look. */
static size_t in_sight(struct hall *hall, const struct eyes *eyes, enum section_shape shape)
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
	a->count = in_sight(hall, eyes, SHAPE_SHARED);
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
static uint64_t audience_done(struct audience *a)
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

static void behind_destroy(struct behind *behind)
{
	if (behind)
		free(behind->gone);
	free(behind);
}

/* From what a page knows to what it should see now: sections in sight with their since, and those to be taken away. */
static struct behind *behind_create(struct hall *hall, const struct eyes *eyes, const struct known *known, size_t known_count, uint64_t otherwise)
{
	size_t count = in_sight(hall, eyes, SHAPE_SHARED), at = 0, found = 0;
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
static void fall_behind(struct seat *seat)
{
	size_t count;
	struct known *known = known_of(seat, &count);
	struct eyes eyes = eyes_of(seat);
	bool listing = seat->behind && seat->behind->listing;
	struct behind *behind = behind_create(seat->hall, &eyes, known, count, listing && seat->told ? seat->told : 0);
	behind->listing = listing;
	free(known);
	if (seat->audience)
		audience_part(seat);
	behind_destroy(seat->behind);
	seat->behind = behind;
}

static uint64_t seat_done(const struct seat *seat)
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

/* ---- frames ---- */

static struct frame_head head_of(const struct hall *hall, uint64_t done)
{
	const struct session *s = hall->session;
	uint32_t term = session_term(s);
	while (term > 1 && !session_on_history(s, term, done)) /* the term of the entry at `done`; there are few terms */
		term--;
	return (struct frame_head){ .term = term, .done = done, .stable = BOLLPLANK_BUG == 2 ? session_seq(s) : hall->stable, /* 2: saved before durable */
				    .log_ms = house_log_ms(hall->house, hall) };
}

static struct frame *frame_seal(struct house *house, const struct pack *body)
{
	pack_raw(&house->scratch, pack_bytes(body));
	struct frame *frame = frame_create(pack_bytes(&house->scratch));
	house->figures.bytes_out += frame->len;
	return frame;
}

/* Draws one own section if it has something new. Returns whether it wrote. */
static bool view_own(struct seat *seat, const struct eyes *eyes, struct section section, uint64_t *since, struct section *gone, size_t *gone_count)
{
	const struct session *s = seat->hall->session;
	uint64_t sight = session_sees(s, eyes, section);
	if (sight == 0) {
		if (*since)
			gone[(*gone_count)++] = section;
		*since = 0;
		return false;
	}
	uint64_t changed = section.kind == SECTION_mine ? UINT64_MAX : session_changed(s, section); /* only the view finds `mine`, by the key */
	if (changed == 0 || (changed <= *since && sight <= *since))
		return false;
	bool wrote = session_view(s, eyes, section, *since, sight, &seat->house->body);
	*since = session_seq(s);
	return wrote;
}

enum { OWN_KINDS = 3 };

/* All of the seat's own sections into house->body. */
static size_t view_all_own(struct seat *seat, struct section *gone, size_t *gone_count)
{
	static const uint8_t kinds[OWN_KINDS] = { SECTION_me, SECTION_verdicts, SECTION_ballots };
	uint64_t *since[OWN_KINDS] = { &seat->since_me, &seat->since_verdicts, &seat->since_ballots };
	struct look look;
	const struct eyes *eyes = look_begin(seat, &look);
	size_t sections = 0;
	for (int i = 0; i < OWN_KINDS && seat->actor; i++)
		sections += view_own(seat, eyes, (struct section){ .kind = kinds[i], .a = seat->actor }, since[i], gone, gone_count);
	for (size_t i = 0; i < seat->keys_count; i++) {
		struct seat_key *key = &seat->keys[i];
		sections += view_own(seat, eyes, (struct section){ SECTION_mine, key->key.activity, key->key.round }, &key->since, gone, gone_count);
	}
	look_end(&look);
	seat->own_dirty = false;
	return sections;
}

static void told(struct seat *seat, const struct frame_head *head)
{
	seat->told = head->done;
	if (seat->awaits && seat->awaits <= head->stable)
		seat->awaits = 0;
}

/* A verdict goes out before it is stable: the page will want to hear when it is. */
static void await_stable(struct seat *seat)
{
	struct hall *hall = seat->hall;
	uint64_t seq = session_seq(hall->session);
	if (hall->stable >= seq)
		return;
	seat->awaits = seq;
	if (!seat->saved_listed)
		seats_add(&hall->fanout.saved, seat);
	seat->saved_listed = true;
}

static struct frame *own_frame(struct seat *seat)
{
	struct house *house = seat->house;
	struct section *gone = check_alloc(OWN_KINDS + (size_t)seat->keys_count, sizeof *gone);
	struct frame *frame = NULL;
	size_t gone_count = 0;
	pack_clear(&house->body);
	size_t sections = view_all_own(seat, gone, &gone_count);
	if (sections || gone_count) {
		struct frame_head head = head_of(seat->hall, seat_done(seat));
		pack_clear(&house->scratch);
		frame_head_pack(&head, NULL, 0, gone, gone_count, sections, &house->scratch);
		frame = frame_seal(house, &house->body);
		house->figures.frames_own++;
		await_stable(seat);
		told(seat, &head);
	}
	free(gone);
	return frame;
}

/* Everything in sight, own and shared, for the first frame of a connection or a history. What holds nothing in this history is left out: a page that holds
 * something of it has that from a history that was lost, and drops it. */
static struct section *listing_of(struct seat *seat, size_t *count)
{
	const struct session *s = seat->hall->session;
	struct look look;
	const struct eyes *eyes = look_begin(seat, &look);
	size_t own = in_sight(seat->hall, eyes, SHAPE_OWN), n = 0;
	struct section *all = check_alloc(own + seat->behind->count, sizeof *all);
	for (size_t i = 0; i < own; i++)
		if (seat->house->sections[i].kind == SECTION_mine || session_changed(s, seat->house->sections[i]))
			all[n++] = seat->house->sections[i];
	for (size_t i = 0; i < seat->behind->count; i++)
		if (session_changed(s, seat->behind->sections[i].section))
			all[n++] = seat->behind->sections[i].section;
	*count = n;
	look_end(&look);
	return all;
}

/* One frame's worth of what the page lacks into house->body. *more: it did not all fit. */
static size_t view_lacking(struct seat *seat, size_t bytes, bool *more)
{
	const struct session *s = seat->hall->session;
	struct pack *body = &seat->house->body;
	struct eyes eyes = eyes_of(seat);
	size_t sections = 0;
	*more = false;
	for (size_t i = 0; i < seat->behind->count; i++) {
		struct known *known = &seat->behind->sections[i];
		uint64_t changed = session_changed(s, known->section), sight = session_sees(s, &eyes, known->section);
		if (changed == 0 || sight == 0 || (changed <= known->since && sight <= known->since))
			continue;
		size_t before = body->len;
		bool wrote = session_view(s, &eyes, known->section, known->since, sight, body);
		if (body->len > bytes && before) { /* the next one has room for it */
			body->len = before;
			*more = true;
			break;
		}
		sections += wrote;
		known->since = session_seq(s);
	}
	return sections;
}

/* It lacks nothing any more: back among those who see the same. */
static void fold(struct seat *seat)
{
	struct eyes eyes = eyes_of(seat);
	struct audience *a = audience_find(seat->hall, &eyes);
	if (a == NULL)
		a = audience_create(seat->hall, &eyes);
	behind_destroy(seat->behind);
	seat->behind = NULL;
	seat->eyes_seq = session_seq(seat->hall->session);
	audience_join(a, seat);
}

static struct frame *catch_up_frame(struct seat *seat)
{
	struct house *house = seat->house;
	struct behind *behind = seat->behind;
	struct section *gone = check_alloc(behind->gone_count + OWN_KINDS + seat->keys_count, sizeof *gone), *listing = NULL;
	size_t gone_count = 0, listing_count = 0, sections = 0;
	bool more, first = behind->listing;
	pack_clear(&house->body);
	if (first) {
		listing = listing_of(seat, &listing_count);
		sections = view_all_own(seat, gone, &gone_count);
		await_stable(seat);
	}
	for (size_t i = 0; i < behind->gone_count; i++)
		gone[gone_count++] = behind->gone[i];
	size_t head_len = 64 + 12 * (listing_count + gone_count), budget = first ? LIMIT_FIRST_FRAME : LIMIT_FRAME;
	sections += view_lacking(seat, head_len < budget / 2 ? budget - head_len : budget / 2, &more);
	struct frame *frame = NULL;
	if (sections || gone_count || first) {
		struct frame_head head = head_of(seat->hall, seat_done(seat));
		pack_clear(&house->scratch);
		frame_head_pack(&head, listing, listing_count, gone, gone_count, sections, &house->scratch);
		frame = frame_seal(house, &house->body);
		house->figures.frames_own++;
		told(seat, &head);
	}
	behind->listing = false;
	behind->gone_count = 0;
	if (!more)
		fold(seat);
	free(gone);
	free(listing);
	return frame;
}

/* What is new to this audience, encoded once. false: nothing. */
static bool audience_frame(struct audience *a, bool results, bool *more)
{
	struct hall *hall = a->hall;
	struct house *house = hall->house;
	const struct session *s = hall->session;
	struct eyes eyes = eyes_of(a->seats.at[0]);
	size_t sections = 0;
	*more = false;
	pack_clear(&house->body);
	/* Who has not taken the newest frame will not get it any more; it goes its own way until it has caught up. */
	if (a->missing) {
		bool news = a->gone_count > 0;
		for (size_t i = 0; i < a->count && !news; i++)
			news = session_changed(s, a->sections[i].section) > a->sections[i].since;
		if (!news)
			return false;
		for (size_t i = a->seats.count, last = 0; i-- > 0 && !last;) {
			last = a->seats.count == 1;
			if (a->seats.at[i]->taken != a->version) {
				struct seat *slow = a->seats.at[i];
				fall_behind(slow);
				if (last)
					return false; /* and the audience with it */
			}
		}
		eyes = eyes_of(a->seats.at[0]);
	}
	for (size_t i = 0; i < a->count; i++)
		a->sections[i].before = a->sections[i].since;
	for (size_t i = 0; i < a->count; i++) {
		struct audience_section *in = &a->sections[i];
		if (session_changed(s, in->section) <= in->since)
			continue;
		if (!results && section_info(in->section.kind)->interval == INTERVAL_RESULT)
			continue;
		size_t before = house->body.len;
		bool wrote = session_view(s, &eyes, in->section, in->since, session_sees(s, &eyes, in->section), &house->body);
		if (house->body.len > LIMIT_FRAME - 64 && before) {
			house->body.len = before;
			*more = true;
			break;
		}
		sections += wrote;
		in->since = session_seq(s);
	}
	a->done = 0;
	if (sections == 0 && a->gone_count == 0)
		return false;
	struct frame_head head = head_of(hall, audience_done(a));
	pack_clear(&house->scratch);
	frame_head_pack(&head, NULL, 0, a->gone, a->gone_count, sections, &house->scratch);
	frame_drop(a->frame);
	a->frame = frame_seal(house, &house->body);
	house->figures.bytes_out += a->frame->len * (a->seats.count - 1);
	a->frame_done = head.done;
	a->frame_stable = head.stable;
	a->version++;
	a->missing = a->seats.count;
	free(a->gone_before);
	a->gone_before = a->gone;
	a->gone_before_count = a->gone_count;
	a->gone = NULL;
	a->gone_count = 0;
	return true;
}

static struct frame *audience_take(struct seat *seat)
{
	struct audience *a = seat->audience;
	struct frame_head head = { .done = a->frame_done > seat->told ? a->frame_done : seat->told, .stable = a->frame_stable };
	struct frame *frame = a->frame;
	seat->taken = a->version;
	if (--a->missing == 0)
		a->frame = NULL; /* the last takes our reference */
	else
		frame_keep(frame);
	told(seat, &head);
	seat->house->figures.frames_shared++;
	return frame;
}

static struct frame *head_frame(struct seat *seat)
{
	struct house *house = seat->house;
	struct frame_head head = head_of(seat->hall, seat_done(seat));
	pack_clear(&house->scratch);
	pack_clear(&house->body);
	frame_head_pack(&head, NULL, 0, NULL, 0, 0, &house->scratch);
	house->figures.frames_own++;
	told(seat, &head);
	return frame_seal(house, &house->body);
}

static struct frame *volatile_frame(struct seat *seat)
{
	struct fanout *f = &seat->hall->fanout;
	if (seat->due & DUE_BEAT) {
		seat->due &= (uint8_t)~DUE_BEAT;
		if (f->beat)
			return frame_keep(f->beat);
	}
	if (seat->due & DUE_PRESENT) {
		seat->due &= (uint8_t)~DUE_PRESENT;
		if (f->present)
			return frame_keep(f->present);
	}
	if (seat->due & DUE_PROGRESS) {
		if (seat->progress_next < f->progress_count)
			return frame_keep(f->progress[seat->progress_next++]);
		seat->due &= (uint8_t)~DUE_PROGRESS;
	}
	return NULL;
}

static void mark_own(struct seat *seat)
{
	seat->own_dirty = true;
	if (!seat->own_listed)
		seats_add(&seat->hall->fanout.own, seat);
	seat->own_listed = true;
}

struct frame *fanout_next(struct seat *seat)
{
	struct frame *frame;
	if (!hall_serves(seat->hall) || (seat->audience == NULL && seat->behind == NULL))
		return NULL;
	if (seat->hall->fanout.eyes_changed || seat->eyes_dirty) { /* who sees what is looked at anew at the end of this turn; not before that */
		mark_own(seat);
		return NULL;
	}
	/* Own before shared: a frame's `done` speaks for both. */
	if (seat->own_dirty && !(seat->behind && seat->behind->listing) && (frame = own_frame(seat)) != NULL)
		return frame;
	while (seat->behind)
		if ((frame = catch_up_frame(seat)) != NULL)
			return frame;
	if (seat->taken != seat->audience->version)
		return audience_take(seat);
	if (seat->awaits && seat->awaits <= seat->hall->stable)
		return head_frame(seat);
	return volatile_frame(seat);
}

/* ---- eyes ---- */

/* The sections that an audience sees have changed. */
static void audience_reconcile(struct audience *a)
{
	struct hall *hall = a->hall;
	struct eyes eyes = eyes_of(a->seats.at[0]);
	size_t count = in_sight(hall, &eyes, SHAPE_SHARED), at = 0;
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

static bool eyes_moved(const struct seat *seat)
{
	struct eyes eyes = eyes_of(seat);
	const struct audience *a = seat->audience;
	if (a == NULL || eyes.roles != a->roles || eyes.room != a->room)
		return true;
	/* Away and back again within a turn: the room is the same, the sight of it is new. */
	struct section mates = { SECTION_room_ballots, eyes.room, 0 };
	return eyes.room && session_sees(seat->hall->session, &eyes, mates) > seat->eyes_seq;
}

static void send(struct seat *seat)
{
	if (seat->state == SEAT_IN)
		seat->house->transport->ready(seat->conn);
}

/* Does this seat still see what its audience sees? */
static void look_again(struct seat *seat)
{
	seat->eyes_dirty = false;
	if (seat->audience == NULL && seat->behind == NULL)
		return;
	if ((seat->actor & ACTOR_LINK) && session_roles(seat->hall->session, seat->actor) <= ROLE_ANYONE) {
		intake_bye(seat, FAULT_no_session, CLOSE_REFUSED); /* its link was revoked */
		fanout_lost(seat);
		return;
	}
	if (eyes_moved(seat)) {
		fall_behind(seat);
		seat->hall->fanout.people_changed = true;
	}
}

static void all_look_again(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	if (!f->eyes_changed)
		return;
	f->eyes_changed = false;
	for (size_t i = 0; i < hall->seats.count; i++) {
		struct seat *seat = hall->seats.at[i];
		look_again(seat);
		intake_keys(seat);
		if (seat->behind || seat->keys_count) /* keys: a seal has dropped them, perhaps */
			mark_own(seat);
	}
	for (struct audience *a = f->audiences; a; a = a->next)
		audience_reconcile(a);
	for (int which = 0; which < 2; which++)
		f->grids[which].state = f->grids[which].result = true;
	f->people_changed = true;
}

/* ---- grids ---- */

static void on_grid(void *ctx);

static void deliver(struct audience *a)
{
	/* Nobody joins or leaves an audience while it is delivered to: only `next` of its own seats is called, and closing comes later. */
	for (size_t i = 0; i < a->seats.count; i++)
		send(a->seats.at[i]);
}

static void flush(struct hall *hall, struct grid *grid, bool staff, bool results)
{
	struct audience *next;
	bool sent = false, more;
	for (struct audience *a = hall->fanout.audiences; a; a = next) {
		next = a->next;
		if (is_staff(a->roles) != staff)
			continue;
		do {
			if (!audience_frame(a, results, &more))
				break;
			deliver(a);
			sent = true;
		} while (more);
	}
	grid->state = false;
	grid->result &= !results;
	if (sent)
		grid->last_ms = loop_now(hall->house->loop);
}

/* The first change after quiet goes at once; then, and results always, on the grid. */
static void grid_plan(struct hall *hall, int which)
{
	struct grid *grid = &hall->fanout.grids[which];
	uint64_t now = loop_now(hall->house->loop);
	if (grid->state && now >= grid->last_ms + grid->interval_ms)
		flush(hall, grid, which == STAFF, false);
	if (!grid->state && !grid->result)
		return;
	uint64_t due = grid->last_ms + grid->interval_ms;
	if (!grid->state || due <= now)
		due = now - now % grid->interval_ms + grid->interval_ms;
	if (grid->timer && due >= grid->due_ms)
		return;
	loop_stop(hall->house->loop, grid->timer);
	grid->due_ms = due;
	grid->timer = loop_after(hall->house->loop, due - now, on_grid, hall);
}

static void send_own(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	for (size_t i = 0; i < f->own.count; i++) {
		struct seat *seat = f->own.at[i];
		if (seat == NULL)
			continue;
		seat->own_listed = false;
		if (seat->eyes_dirty)
			look_again(seat);
		send(seat);
	}
	f->own.count = 0;
}

static void on_grid(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	uint64_t now = loop_now(hall->house->loop);
	for (int which = 0; which < 2; which++) {
		struct grid *grid = &hall->fanout.grids[which];
		if (grid->timer == NULL || grid->due_ms > now)
			continue;
		grid->timer = NULL;
		/* A loop that comes late has too much to do: fewer pictures, no queue. */
		uint64_t shortest = which == STAFF ? FLUSH_STAFF_MS : FLUSH_MS, late = now - grid->due_ms;
		grid->interval_ms = late > shortest / 2 ? shortest + 2 * late : shortest;
		if (grid->interval_ms > STRETCH_MS_MAX)
			grid->interval_ms = STRETCH_MS_MAX;
		if (!hall_serves(hall))
			continue;
		all_look_again(hall);
		send_own(hall);
		flush(hall, grid, which == STAFF, true);
		break; /* the other has a timer of its own, due now as well */
	}
}

/* ---- volatile: who is here, how many are done, a beat ---- */

static void frame_replace(struct frame **at, struct house *house)
{
	frame_drop(*at);
	*at = frame_create(pack_bytes(&house->scratch));
}

static void present_draw(struct hall *hall, uint32_t *here, size_t rooms)
{
	uint32_t total = 0, *pairs = check_alloc(2 * rooms, sizeof *pairs);
	size_t count = 0;
	for (uint32_t m = 1; m < hall->members_room; m++)
		if (hall->members[m]) {
			total++;
			here[session_room(hall->session, m)]++;
		}
	for (uint32_t r = 0; r < rooms; r++)
		if (here[r]) {
			pairs[count++] = r;
			pairs[count++] = here[r];
		}
	pack_clear(&hall->house->scratch);
	present_encode(total, pairs, count, &hall->house->scratch);
	frame_replace(&hall->fanout.present, hall->house);
	free(pairs);
}

static void progress_draw(struct hall *hall, const struct progress *progress, const uint32_t *here, uint32_t *done, size_t rooms)
{
	struct fanout *f = &hall->fanout;
	uint32_t all = 0, of = 0, *triples = check_alloc(3 * rooms, sizeof *triples);
	size_t count = 0;
	memset(done, 0, rooms * sizeof *done);
	for (uint32_t r = 0; r < rooms; r++)
		of += here[r];
	if (progress->secret) {
		all = session_ballots(hall->session, progress->activity); /* two numbers and no more */
	} else {
		for (uint32_t m = 1; m < hall->members_room; m++)
			if (hall->members[m] && session_has_ballot(hall->session, progress->activity, m))
				done[session_room(hall->session, m)]++;
		for (uint32_t r = 0; r < rooms; r++) {
			all += done[r];
			if (here[r] == 0)
				continue;
			triples[count++] = r;
			triples[count++] = done[r];
			triples[count++] = here[r];
		}
	}
	pack_clear(&hall->house->scratch);
	progress_encode(progress->activity, all, of, triples, count, &hall->house->scratch);
	f->progress = check_realloc(f->progress, f->progress_count + 1, sizeof(struct frame *));
	f->progress[f->progress_count++] = frame_create(pack_bytes(&hall->house->scratch));
	free(triples);
}

static void volatile_clear(struct fanout *f)
{
	for (size_t i = 0; i < f->progress_count; i++)
		frame_drop(f->progress[i]);
	f->progress_count = 0;
}

static bool any_staff(const struct hall *hall)
{
	for (const struct audience *a = hall->fanout.audiences; a; a = a->next)
		if (is_staff(a->roles))
			return true;
	return false;
}

static void volatile_draw(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	size_t rooms = (size_t)session_rooms(hall->session) + 1;
	uint32_t *here = check_alloc(rooms, sizeof *here), *done = check_alloc(rooms, sizeof *done);
	struct progress progress;
	unsigned cursor = 0;
	present_draw(hall, here, rooms);
	volatile_clear(f);
	while (f->progress_count < 200 && session_open_activity(hall->session, &cursor, &progress))
		progress_draw(hall, &progress, here, done, rooms);
	free(here);
	free(done);
}

static void tell_staff(struct hall *hall, uint8_t due)
{
	for (size_t i = 0; i < hall->seats.count; i++) {
		struct seat *seat = hall->seats.at[i];
		if (!is_staff(session_roles(hall->session, seat->actor)))
			continue;
		seat->due |= due;
		seat->progress_next = 0;
		send(seat);
	}
}

static void volatile_plan(struct hall *hall);

static void on_volatile(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	hall->fanout.volatile_timer = NULL;
	if (hall_serves(hall))
		volatile_plan(hall);
}

/* At most once a second, when something has changed. */
static void volatile_plan(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	uint64_t now = loop_now(hall->house->loop), due = f->volatile_ms + PROGRESS_MS;
	if ((!f->people_changed && !f->progress_changed) || f->volatile_timer || !any_staff(hall))
		return;
	if (now < due) {
		f->volatile_timer = loop_after(hall->house->loop, due - now, on_volatile, hall);
		return;
	}
	uint8_t what = f->people_changed ? DUE_PRESENT | DUE_PROGRESS : DUE_PROGRESS;
	f->people_changed = f->progress_changed = false;
	f->volatile_ms = now;
	volatile_draw(hall);
	tell_staff(hall, what);
}

static void on_beat(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	struct fanout *f = &hall->fanout;
	f->beat_timer = NULL;
	if (hall->seats.count == 0)
		return; /* started again when somebody comes */
	f->beat_timer = loop_after(hall->house->loop, BEAT_STAFF_MS, on_beat, hall);
	if (!hall_serves(hall))
		return;
	bool all = ++f->beats % (BEAT_MS / BEAT_STAFF_MS) == 0;
	pack_clear(&hall->house->scratch);
	beat_encode(house_log_ms(hall->house, hall), &hall->house->scratch);
	frame_replace(&f->beat, hall->house);
	for (size_t i = 0; i < hall->seats.count; i++) {
		struct seat *seat = hall->seats.at[i];
		if (!all && !is_staff(session_roles(hall->session, seat->actor)))
			continue;
		seat->due |= DUE_BEAT;
		send(seat);
	}
}

/* ---- what happened ---- */

static void on_turn(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	struct fanout *f = &hall->fanout;
	f->posted = false;
	if (!hall_serves(hall))
		return;
	all_look_again(hall);
	send_own(hall);
	grid_plan(hall, STAFF);
	grid_plan(hall, PARTICIPANTS);
	volatile_plan(hall);
}

static void turn(struct hall *hall)
{
	if (!hall->fanout.posted)
		loop_post(hall->house->loop, on_turn, hall);
	hall->fanout.posted = true;
}

/* eyes: what this person sees may have changed too. */
static void mark_actor(struct hall *hall, uint32_t actor, bool eyes)
{
	for (struct seat *seat = *hall_place(hall, actor); seat; seat = seat->next_same)
		if (seat->actor == actor) {
			seat->eyes_dirty |= eyes;
			mark_own(seat);
		}
}

static void start(struct seat *seat, uint64_t since);

/* A higher term: something may have been lost after the entries before it, and a page may hold of that what lies beyond its `done`. */
static void term_changed(struct hall *hall)
{
	for (size_t i = 0; i < hall->seats.count; i++) {
		struct seat *seat = hall->seats.at[i];
		if (seat->audience == NULL && seat->behind == NULL)
			continue;
		fanout_lost(seat);
		start(seat, 0);
	}
}

void fanout_applied(struct hall *hall, const struct entry *entry, uint32_t actor)
{
	struct fanout *f = &hall->fanout;
	const struct section *changes;
	size_t count = session_changes(hall->session, &changes);
	for (size_t i = 0; i < count; i++) {
		const struct section_info *info = section_info(changes[i].kind);
		if (info->shape == SHAPE_SHARED) {
			if (info->interval == INTERVAL_RESULT)
				f->grids[STAFF].result = f->grids[PARTICIPANTS].result = true;
			else
				f->grids[STAFF].state = f->grids[PARTICIPANTS].state = true;
		} else if (changes[i].kind != SECTION_mine) {
			mark_actor(hall, changes[i].a, changes[i].kind == SECTION_me);
		}
	}
	if (entry->command == COMMAND_secret_ballot) {
		/* The entry names nobody. Whose it is we know if it came in here; else all who have keys look whether it was theirs. */
		if (actor)
			mark_actor(hall, actor, false);
		for (size_t i = 0; actor == 0 && i < hall->seats.count; i++)
			if (hall->seats.at[i]->keys_count)
				mark_own(hall->seats.at[i]);
	}
	if (entry->command == COMMAND_ballot || entry->command == COMMAND_secret_ballot || entry->command == COMMAND_open)
		f->progress_changed = true;
	/* New rooms and activities are new sections. */
	bool more = entry->command == COMMAND_rooms || entry->command == COMMAND_room_put || entry->command == COMMAND_activity_put;
	f->eyes_changed |= more || session_eyes_changed(hall->session);
	session_changes_clear(hall->session);
	if (session_term(hall->session) != f->term) {
		f->term = session_term(hall->session);
		term_changed(hall);
	}
	turn(hall);
}

void fanout_stable(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	size_t kept = 0;
	if (!hall_serves(hall))
		return;
	for (size_t i = 0; i < f->saved.count; i++) {
		struct seat *seat = f->saved.at[i];
		if (seat == NULL)
			continue;
		if (seat->awaits > hall->stable) {
			f->saved.at[kept++] = seat;
			continue;
		}
		seat->saved_listed = false;
		if (seat->awaits)
			send(seat);
	}
	f->saved.count = kept;
}

void fanout_again(struct seat *seat)
{
	/* As if it had seen nothing but the first entry, which is before its sight: whole, and still to be taken away if it goes out of sight. */
	seat->since_verdicts = seat->since_ballots = 1;
	for (size_t i = 0; i < seat->keys_count; i++)
		seat->keys[i].since = 1;
	mark_own(seat);
	turn(seat->hall);
}

/* ---- coming and going ---- */

void fanout_open(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	f->grids[STAFF].interval_ms = FLUSH_STAFF_MS;
	f->grids[PARTICIPANTS].interval_ms = FLUSH_MS;
	f->eyes_changed = false;
	f->term = session_term(hall->session);
	session_changes_clear(hall->session);
}

static void start(struct seat *seat, uint64_t since)
{
	struct hall *hall = seat->hall;
	struct eyes eyes = eyes_of(seat);
	seat->since_me = seat->since_verdicts = seat->since_ballots = seat->told = since;
	for (size_t i = 0; i < seat->keys_count; i++)
		seat->keys[i].since = since;
	seat->awaits = 0;
	seat->eyes_dirty = false;
	seat->behind = behind_create(hall, &eyes, NULL, 0, since);
	seat->behind->listing = true;
	seat->own_dirty = true;
	if (is_staff(eyes.roles)) {
		seat->due |= DUE_BEAT | DUE_PRESENT | DUE_PROGRESS;
		seat->progress_next = 0;
		volatile_draw(hall);
	}
	hall->fanout.people_changed = true;
	turn(hall);
	send(seat);
}

void fanout_enter(struct seat *seat, uint32_t term, uint64_t done)
{
	struct hall *hall = seat->hall;
	/* Of an older term: what the page holds beyond `done` may be of a history that was lost since. */
	bool on = term == session_term(hall->session) && session_on_history(hall->session, term, done);
	if (hall->fanout.beat_timer == NULL)
		hall->fanout.beat_timer = loop_after(hall->house->loop, BEAT_STAFF_MS, on_beat, hall);
	start(seat, on ? done : 0);
}

void fanout_lost(struct seat *seat)
{
	if (seat->audience)
		audience_part(seat);
	behind_destroy(seat->behind);
	seat->behind = NULL;
}

void fanout_reset(struct seat *seat)
{
	start(seat, 0);
}

void fanout_renamed(struct seat *seat)
{
	seat->since_me = seat->since_verdicts = seat->since_ballots = 0;
	if (seat->audience || seat->behind)
		fall_behind(seat);
	mark_own(seat);
	seat->hall->fanout.people_changed = true;
	turn(seat->hall);
}

void fanout_leave(struct seat *seat)
{
	struct hall *hall = seat->hall;
	fanout_lost(seat);
	if (seat->own_listed)
		seats_forget(&hall->fanout.own, seat);
	if (seat->saved_listed)
		seats_forget(&hall->fanout.saved, seat);
	hall->fanout.people_changed = true;
	if (hall_serves(hall) && !hall->house->stopping)
		turn(hall);
}

void fanout_close(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	struct loop loop = hall->house->loop;
	while (f->audiences) {
		while (f->audiences && f->audiences->seats.count)
			fanout_lost(f->audiences->seats.at[0]);
	}
	for (int i = 0; i < 2; i++)
		loop_stop(loop, f->grids[i].timer);
	loop_stop(loop, f->volatile_timer);
	loop_stop(loop, f->beat_timer);
	seats_finish(&f->own);
	seats_finish(&f->saved);
	volatile_clear(f);
	free(f->progress);
	frame_drop(f->present);
	frame_drop(f->beat);
}
