/* SPDX-License-Identifier: EUPL-1.2 */
/* One frame at a time, drawn when a socket can take it. */
#include "shell/audience.h"

static struct frame_head head_of(const struct hall *hall, uint64_t done)
{
	const struct session *s = hall->session;
	return (struct frame_head){ .term = session_term_at(s, done), .done = done, .stable = BOLLPLANK_BUG == 2 ? session_seq(s) : hall->stable, /* 2: saved before durable */
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
	const struct eyes *eyes = audience_look_begin(seat, &look);
	size_t sections = 0;
	for (int i = 0; i < OWN_KINDS && seat->actor; i++)
		sections += view_own(seat, eyes, (struct section){ .kind = kinds[i], .a = seat->actor }, since[i], gone, gone_count);
	for (size_t i = 0; i < seat->keys_count; i++) {
		struct seat_key *key = &seat->keys[i];
		sections += view_own(seat, eyes, (struct section){ SECTION_mine, key->key.activity, key->key.round }, &key->since, gone, gone_count);
	}
	audience_look_end(&look);
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

struct frame *frames_own(struct seat *seat)
{
	struct house *house = seat->house;
	struct section *gone = check_alloc(OWN_KINDS + (size_t)seat->keys_count, sizeof *gone);
	struct frame *frame = NULL;
	size_t gone_count = 0;
	pack_clear(&house->body);
	size_t sections = view_all_own(seat, gone, &gone_count);
	if (sections || gone_count) {
		struct frame_head head = head_of(seat->hall, audience_seat_done(seat));
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
	const struct eyes *eyes = audience_look_begin(seat, &look);
	size_t own = audience_in_sight(seat->hall, eyes, SHAPE_OWN), n = 0;
	struct section *all = check_alloc(own + seat->behind->count, sizeof *all);
	for (size_t i = 0; i < own; i++)
		if (seat->house->sections[i].kind == SECTION_mine || session_changed(s, seat->house->sections[i]))
			all[n++] = seat->house->sections[i];
	for (size_t i = 0; i < seat->behind->count; i++)
		if (session_changed(s, seat->behind->sections[i].section))
			all[n++] = seat->behind->sections[i].section;
	*count = n;
	audience_look_end(&look);
	return all;
}

static struct drawn *drawn_slot(struct fanout *f, struct section section, uint64_t since)
{
	uint64_t x = ((uint64_t)section.kind << 56 ^ (uint64_t)section.a << 24 ^ section.b) * 0x9e3779b97f4a7c15u + since * 0xbf58476d1ce4e5b9u;
	if (f->drawn == NULL)
		f->drawn = check_alloc(DRAWN, sizeof *f->drawn);
	return &f->drawn[(x >> 32) % DRAWN];
}

/* session_view of a shared section. Its bytes do not depend on who looks, so what was drawn for one audience or newcomer serves the next: of the same state,
 * and a result, or a band of them, as long as no ballot on it has come (to add up five thousand is the dearest thing that there is to draw). */
static bool view_shared(struct hall *hall, const struct eyes *eyes, struct section section, uint64_t since, uint64_t sight)
{
	const struct session *s = hall->session;
	struct pack *body = &hall->house->body;
	uint64_t from = since < sight ? 0 : since;
	uint64_t version = section_info(section.kind)->interval == INTERVAL_RESULT ? session_changed(s, section) : session_seq(s);
	struct drawn *drawn = drawn_slot(&hall->fanout, section, from);
	if (drawn->version == version && drawn->since == from && section_equal(drawn->section, section)) {
		pack_raw(body, slice_of(drawn->at, drawn->len));
		return true;
	}
	size_t before = body->len;
	if (!session_view(s, eyes, section, since, sight, body))
		return false;
	size_t len = body->len - before;
	if (len <= DRAWN_BYTES) {
		free(drawn->at);
		*drawn = (struct drawn){ .section = section, .since = from, .version = version, .at = check_alloc(1, len), .len = len };
		memcpy(drawn->at, body->at + before, len);
	}
	return true;
}

void frames_forget(struct hall *hall)
{
	for (size_t i = 0; hall->fanout.drawn && i < DRAWN; i++)
		free(hall->fanout.drawn[i].at);
	free(hall->fanout.drawn);
	hall->fanout.drawn = NULL;
}

/* One frame's worth of what the page lacks into house->body. *more: it did not all fit. */
static size_t view_lacking(struct seat *seat, size_t bytes, bool *more)
{
	const struct session *s = seat->hall->session;
	struct pack *body = &seat->house->body;
	struct eyes eyes = audience_eyes(seat);
	size_t sections = 0;
	*more = false;
	for (size_t i = 0; i < seat->behind->count; i++) {
		struct known *known = &seat->behind->sections[i];
		uint64_t changed = session_changed(s, known->section), sight = session_sees(s, &eyes, known->section);
		if (changed == 0 || sight == 0 || (changed <= known->since && sight <= known->since))
			continue;
		size_t before = body->len;
		bool wrote = view_shared(seat->hall, &eyes, known->section, known->since, sight);
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

struct frame *frames_catch_up(struct seat *seat)
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
		struct frame_head head = head_of(seat->hall, audience_seat_done(seat));
		pack_clear(&house->scratch);
		frame_head_pack(&head, listing, listing_count, gone, gone_count, sections, &house->scratch);
		frame = frame_seal(house, &house->body);
		house->figures.frames_own++;
		told(seat, &head);
	}
	behind->listing = false;
	behind->gone_count = 0;
	if (!more)
		audience_fold(seat);
	free(gone);
	free(listing);
	return frame;
}

/* What is new to this audience, encoded once. false: nothing. */
bool frames_shared(struct audience *a, bool results, bool *more)
{
	struct hall *hall = a->hall;
	struct house *house = hall->house;
	const struct session *s = hall->session;
	struct eyes eyes = audience_eyes(a->seats.at[0]);
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
				audience_fall_behind(slow);
				if (last)
					return false; /* and the audience with it */
			}
		}
		eyes = audience_eyes(a->seats.at[0]);
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
		bool wrote = view_shared(hall, &eyes, in->section, in->since, session_sees(s, &eyes, in->section));
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

struct frame *frames_take(struct seat *seat)
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

struct frame *frames_head(struct seat *seat)
{
	struct house *house = seat->house;
	struct frame_head head = head_of(seat->hall, audience_seat_done(seat));
	pack_clear(&house->scratch);
	pack_clear(&house->body);
	frame_head_pack(&head, NULL, 0, NULL, 0, 0, &house->scratch);
	house->figures.frames_own++;
	told(seat, &head);
	return frame_seal(house, &house->body);
}
