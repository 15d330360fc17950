/* SPDX-License-Identifier: EUPL-1.2 */
/* A new session from the body of POST /api/sessions, README clause 7.2: read into the entries that it is made of, tried on a scratch session, so that bad
 * input changes nothing, then put into the journal. The answer waits until all of it is stable. */
#include "shell/hall.h"

enum { ITEMS_TEXT = 16 * 1024, NAMES_TRIED = 5, DRAWS_MOST = 8 };

struct founding {
	uint32_t magic;
	struct house *house;
	struct hall *hall; /* NULL: not in the journal yet */
	struct founding *next, *before; /* of the house */
	bool posted;       /* on_failed or on_give_up will come */
	struct sid sid;
	struct code code;
	struct entry_bytes *entries;
	size_t count, room, sent, here;
	unsigned tries;
	struct pack body;  /* for another code, should the first be taken */
	house_created_fn done;
	void *ctx;
	enum fault fault;
};

/* ---- from the body to entries ---- */

struct reading {
	struct founding *f;
	struct session *scratch;
	struct pack form, text; /* of the entry at hand */
	enum fault fault;
};

static void add(struct reading *r, uint16_t command, uint32_t a)
{
	struct founding *f = r->f;
	uint8_t salt[2 * ENTRY_SALT];
	if (r->fault != FAULT_none)
		return;
	struct entry entry = { .term = 1, .seq = f->count + 1, .at_ms = loop_wall(f->house->loop), .name = { .who = ACTOR_HOUSE }, .command = command,
			       .subject = { a, 0 }, .form = pack_bytes(&r->form), .text = pack_bytes(&r->text) };
	r->fault = entry.form.len > LIMIT_FORM || entry.text.len > LIMIT_TEXT ? FAULT_too_long : session_step(r->scratch, &entry);
	if (r->fault != FAULT_none)
		return;
	if (f->count == f->room) {
		f->room = f->room ? 2 * f->room : 16;
		f->entries = check_realloc(f->entries, f->room, sizeof *f->entries);
	}
	loop_random(f->house->loop, salt, sizeof salt);
	entry_encode(&entry, salt, &f->entries[f->count++]);
}

static const struct unpack_limits text_limits = { .depth = 2, .values = LIMIT_VALUES, .bytes = LIMIT_ITEM };

static void fault_first(struct reading *r, enum fault fault)
{
	if (r->fault == FAULT_none)
		r->fault = fault;
}

static size_t values_in(struct unpack *in, struct reading *r, size_t most)
{
	size_t count = unpack_array(in);
	if (count > most)
		fault_first(r, FAULT_full);
	return r->fault == FAULT_none && unpack_ok(in) ? count : 0;
}

/* The next value, which is a text, as bytes of its own; whether its words are proper the step asks. */
static void text_in(struct unpack *in, struct pack *out)
{
	size_t rows = unpack_array(in);
	pack_clear(out);
	pack_array(out, rows);
	for (size_t row = 0; row < rows && unpack_ok(in); row++) {
		size_t words = unpack_array(in);
		pack_array(out, words);
		for (size_t i = 0; i < words && unpack_ok(in); i++)
			pack_str(out, unpack_str(in, LIMIT_HTTP_BODY));
	}
}

/* A name that stands in a form; one that is too long is told as that. */
static struct slice name_in(struct unpack *in, struct reading *r, size_t most)
{
	struct slice name = unpack_str(in, LIMIT_HTTP_BODY);
	if (name.len > most)
		fault_first(r, FAULT_too_long);
	return name;
}

static struct pack *form_begin(struct reading *r, size_t count)
{
	pack_clear(&r->form);
	pack_array(&r->form, count);
	return &r->form;
}

static void read_links(struct unpack *in, struct reading *r)
{
	size_t count = values_in(in, r, LIMIT_LINKS);
	bool facilitator = false;
	for (uint32_t link = 1; link <= count && unpack_ok(in); link++) {
		unpack_arrays(in, 3);
		uint64_t role = unpack_uint(in, UINT16_MAX);
		struct slice hash = unpack_bin(in, 32, 32);
		text_in(in, &r->text);
		facilitator |= role == ROLE_FACILITATOR;
		if (!unpack_ok(in))
			return;
		struct pack *form = form_begin(r, 2);
		pack_uint(form, role);
		pack_bin(form, hash);
		add(r, COMMAND_link_put, link);
	}
	if (!facilitator && r->fault == FAULT_none)
		r->fault = FAULT_malformed; /* nobody could do anything in it */
}

/* What facilitators read about a step; 0: about the workshop. */
static void read_guide(struct unpack *in, struct reading *r, uint32_t step)
{
	if (unpack_nil(in))
		return;
	text_in(in, &r->text);
	form_begin(r, 0);
	if (unpack_ok(in))
		add(r, COMMAND_guide_put, step);
}

/* The word of a text in a language; of its first row if it has no such row. Empty: not a text. */
static struct slice word_of(struct slice text, struct slice language)
{
	struct unpack *in = unpack_create(text, &text_limits);
	struct slice found = slice_of(NULL, 0);
	size_t rows = unpack_array(in);
	for (size_t i = 0; i < rows && unpack_ok(in); i++) {
		unpack_arrays(in, 2);
		struct slice of = unpack_str(in, 35), word = unpack_str(in, LIMIT_ITEM);
		if (unpack_ok(in) && (i == 0 || slice_equal(of, language)))
			found = word;
	}
	unpack_destroy(in);
	return found;
}

struct item_read { /* or a group of items */
	uint32_t group;
	struct pack text;
};

/* One entry for the items, or the groups, from `first`: rows of [language, word, word, ...]. Returns how many it took. */
static uint32_t add_items(struct reading *r, uint16_t command, uint32_t activity, const struct item_read *items, uint32_t first, uint32_t count)
{
	bool groups = command == COMMAND_groups_put;
	uint32_t taken = 0;
	size_t bytes = 0;
	while (first + taken < count && (taken == 0 || bytes + items[first + taken].text.len < ITEMS_TEXT))
		bytes += items[first + taken++].text.len;
	struct pack *form = form_begin(r, (groups ? 1 : 2) * (size_t)taken);
	for (uint32_t i = first; i < first + taken; i++) {
		if (!groups)
			pack_uint(form, i + 1);
		pack_uint(form, items[i].group);
	}
	/* The languages are those of the first item. */
	struct unpack *in = unpack_create(pack_bytes(&items[first].text), &text_limits);
	size_t rows = unpack_array(in);
	pack_clear(&r->text);
	pack_array(&r->text, rows);
	for (size_t row = 0; row < rows; row++) {
		unpack_arrays(in, 2);
		struct slice language = unpack_str(in, 35);
		unpack_skip(in);
		pack_array(&r->text, 1 + (size_t)taken);
		pack_str(&r->text, language);
		for (uint32_t i = first; i < first + taken; i++)
			pack_str(&r->text, word_of(pack_bytes(&items[i].text), language));
	}
	unpack_destroy(in);
	add(r, command, activity);
	return taken;
}

/* Items, or groups: [[group, text [words]], ...] */
static void read_items(struct unpack *in, struct reading *r, uint16_t command, uint32_t activity, size_t most)
{
	size_t count = values_in(in, r, most);
	struct item_read *items = check_alloc(count, sizeof *items);
	for (size_t i = 0; i < count && unpack_ok(in) && r->fault == FAULT_none; i++) {
		unpack_arrays(in, 2);
		items[i].group = (uint32_t)unpack_uint(in, UINT16_MAX);
		text_in(in, &items[i].text);
		if (unpack_ok(in))
			r->fault = text_check(pack_bytes(&items[i].text), 1, LIMIT_ITEM);
	}
	for (uint32_t i = 0; i < count && unpack_ok(in) && r->fault == FAULT_none;)
		i += add_items(r, command, activity, items, i, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		pack_finish(&items[i].text);
	free(items);
}

/* [kind, holder, secret, config, ref, text, groups, items] */
static void read_activity(struct unpack *in, struct reading *r, uint32_t step, uint32_t activity)
{
	unpack_arrays(in, 8);
	struct slice kind = unpack_str(in, 32);
	uint64_t holder = unpack_uint(in, UINT8_MAX);
	bool secret = unpack_bool(in);
	struct slice config = unpack_bin(in, 1, LIMIT_CONFIG), ref = name_in(in, r, LIMIT_REF);
	text_in(in, &r->text);
	struct pack *form = form_begin(r, 6);
	pack_uint(form, step);
	pack_str(form, kind);
	pack_uint(form, holder);
	pack_uint(form, secret);
	pack_bin(form, config);
	pack_str(form, ref);
	if (unpack_ok(in))
		add(r, COMMAND_activity_put, activity);
	read_items(in, r, COMMAND_groups_put, activity, LIMIT_GROUPS);
	read_items(in, r, COMMAND_items_put, activity, LIMIT_ITEMS);
}

/* [minutes, plenary, source, group, parts, text, guide, activities] */
static void read_step(struct unpack *in, struct reading *r, uint32_t step, uint32_t *activity)
{
	uint64_t numbers[4], parts[LIMIT_PARTS][2];
	unpack_arrays(in, 8);
	for (int i = 0; i < 4; i++)
		numbers[i] = unpack_uint(in, UINT16_MAX);
	size_t parts_count = values_in(in, r, LIMIT_PARTS);
	for (size_t i = 0; i < parts_count; i++) {
		unpack_arrays(in, 2);
		for (int j = 0; j < 2; j++)
			parts[i][j] = unpack_uint(in, UINT16_MAX);
	}
	text_in(in, &r->text);
	struct pack *form = form_begin(r, 6);
	pack_uint(form, step);
	for (int i = 0; i < 4; i++)
		pack_uint(form, numbers[i]);
	pack_array(form, parts_count);
	for (size_t i = 0; i < parts_count; i++) {
		pack_array(form, 2);
		pack_uint(form, parts[i][0]);
		pack_uint(form, parts[i][1]);
	}
	if (unpack_ok(in))
		add(r, COMMAND_step_put, step);
	read_guide(in, r, step);
	size_t activities = values_in(in, r, LIMIT_ACTIVITIES);
	for (size_t i = 0; i < activities && unpack_ok(in) && r->fault == FAULT_none; i++)
		read_activity(in, r, step, ++*activity);
}

static void read_steps(struct unpack *in, struct reading *r)
{
	size_t steps = values_in(in, r, LIMIT_STEPS);
	uint32_t activity = 0;
	for (uint32_t step = 1; step <= steps && unpack_ok(in) && r->fault == FAULT_none; step++)
		read_step(in, r, step, &activity);
}

static void read_rooms(struct unpack *in, struct reading *r)
{
	size_t rooms = values_in(in, r, LIMIT_ROOMS);
	for (uint32_t room = 1; room <= rooms && unpack_ok(in); room++) {
		text_in(in, &r->text);
		form_begin(r, 0);
		if (unpack_ok(in))
			add(r, COMMAND_room_put, room);
	}
}

/* The first entry says how many there are, so that one can tell a session that is whole from one whose founding was cut off (abandoned.c). */
static void count_in(struct founding *f)
{
	struct entry_bytes old = f->entries[0];
	struct entry create;
	uint8_t salt[2 * ENTRY_SALT];
	CHECK(entry_decode(slice_of(old.head, old.head_len), slice_of(old.parts, old.form_len), slice_of(old.parts + old.form_len, old.text_len), 0, old.digest, &create));
	create.subject.a = (uint32_t)f->count;
	loop_random(f->house->loop, salt, sizeof salt);
	entry_encode(&create, salt, &f->entries[0]);
	entry_bytes_finish(&old);
}

/* Parts of letters and digits with hyphens between them, the first of two or three letters: sv, en-GB, sr-Latn-RS. Pages take it as the language of what they show. */
static bool is_tag(struct slice language)
{
	size_t part = 0, first = 0;
	bool right = true;
	for (size_t i = 0; i < language.len; i++) {
		uint8_t c = language.at[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), digit = c >= '0' && c <= '9';
		right &= letter || (first && digit) || (c == '-' && part > 0);
		if (c == '-') {
			first = first ? first : part;
			part = 0;
		} else {
			part++;
		}
	}
	first = first ? first : part;
	return right && part > 0 && first >= 2 && first <= 3;
}

/* [1, rehearsal, language, k, grace_ms, origin, title, guide, links, steps, rooms] */
static enum fault read_body(struct founding *f)
{
	static const struct unpack_limits limits = { .depth = 9, .values = 65536, .bytes = LIMIT_HTTP_BODY };
	struct reading r = { .f = f, .scratch = session_create(f->sid) };
	struct unpack *in = unpack_create(pack_bytes(&f->body), &limits);
	unpack_arrays(in, 11);
	uint64_t version = unpack_uint(in, UINT16_MAX);
	bool rehearsal = unpack_bool(in);
	struct slice language = unpack_str(in, 35);
	uint64_t k = unpack_uint(in, K_MAX), grace_ms = unpack_uint(in, GRACE_MS_MAX);
	struct slice origin = name_in(in, &r, LIMIT_ORIGIN);
	pack_init(&r.form);
	pack_init(&r.text);
	text_in(in, &r.text);
	if (!unpack_ok(in) || version != PROTOCOL_VERSION || !is_tag(language))
		r.fault = FAULT_malformed;
	else
		fault_first(&r, text_check(pack_bytes(&r.text), 1, LIMIT_TITLE)); /* said by its name here: a create that is not proper only stops the session */
	struct pack *form = form_begin(&r, 8);
	pack_uint(form, house_rules(f->house));
	pack_uint(form, rehearsal);
	pack_uint(form, k ? k : K_DEFAULT);
	pack_uint(form, grace_ms ? grace_ms : GRACE_MS);
	pack_str(form, language);
	pack_uint(form, loop_wall(f->house->loop));
	pack_str(form, slice_text(f->code.text));
	pack_str(form, origin);
	add(&r, COMMAND_create, 0); /* how many there are is not known yet */
	read_guide(in, &r, 0);
	read_links(in, &r);
	read_steps(in, &r);
	read_rooms(in, &r);
	if (r.fault == FAULT_none && !unpack_end(in))
		r.fault = FAULT_malformed;
	if (r.fault == FAULT_none)
		count_in(f);
	unpack_destroy(in);
	pack_finish(&r.form);
	pack_finish(&r.text);
	session_destroy(r.scratch);
	return r.fault == FAULT_unknown_command ? FAULT_malformed : r.fault; /* a create that is not proper stops a session */
}

/* ---- into the journal ---- */

static void entries_finish(struct founding *f)
{
	for (size_t i = 0; i < f->count; i++)
		entry_bytes_finish(&f->entries[i]);
	f->count = f->sent = f->here = 0;
}

static void founding_destroy(struct founding *f, enum fault fault)
{
	struct pack answer;
	pack_init(&answer);
	if (fault == FAULT_none) {
		pack_array(&answer, 2);
		pack_str(&answer, slice_text(f->sid.text));
		pack_str(&answer, slice_text(f->code.text));
	}
	trace(TRACE_INFO, "create", "session=%s fault=%s entries=%zu", f->sid.text, fault_name(fault), f->count);
	if (f->hall)
		f->hall->founding = NULL;
	*(f->before ? &f->before->next : &f->house->foundings) = f->next;
	if (f->next)
		f->next->before = f->before;
	entries_finish(f);
	free(f->entries);
	pack_finish(&f->body);
	f->magic = 0;
	if (f->done)
		f->done(fault, pack_bytes(&answer), f->ctx);
	pack_finish(&answer);
	free(f);
}

void founding_lost(struct hall *hall)
{
	struct founding *f = hall->founding;
	if (f && f->posted) /* it hears of it there */
		f->hall = NULL;
	else if (f)
		founding_destroy(f, FAULT_later);
	hall->founding = NULL;
}

void founding_end(struct house *house)
{
	while (house->foundings)
		founding_destroy(house->foundings, FAULT_later); // NOLINT(clang-analyzer-unix.Malloc): it takes itself out of the list
}

static void on_failed(void *ctx)
{
	struct founding *f = CAST(ctx, founding);
	founding_destroy(f, f->fault);
}

static void fail(struct founding *f, enum fault fault)
{
	f->fault = fault;
	f->posted = true;
	loop_post(f->house->loop, on_failed, f); /* done is never called from inside the asking */
}

/* A name that nobody has, and the first entry under it. */
static void found(struct founding *f)
{
	struct house *house = f->house;
	uint64_t bits[2];
	for (unsigned draws = 0; draws < DRAWS_MOST; draws++) { /* of several primaries some may be away: one that is there */
		loop_random(house->loop, bits, sizeof bits);
		f->sid = sid_of(bits[0]);
		if (BOLLPLANK_BUG == 96 /* the first name will do */ || house->journal.ops->state(house->journal.self, &f->sid, NULL) == JOURNAL_OK)
			break;
	}
	f->code = code_of(bits[1]);
	entries_finish(f);
	enum fault fault = read_body(f);
	struct hall *hall = fault == FAULT_none ? house_found(house, f->sid) : NULL;
	if (fault != FAULT_none || hall == NULL) {
		fail(f, fault != FAULT_none ? fault : FAULT_full);
		return;
	}
	f->hall = hall;
	hall->founding = f;
	hall->session = session_create(f->sid);
	const struct entry_bytes *first = &f->entries[0];
	struct body body = { .head = slice_of(first->head, first->head_len), .form = slice_of(first->parts, first->form_len),
			     .text = slice_of(first->parts + first->form_len, first->text_len) };
	memcpy(body.digest, first->digest, sizeof body.digest);
	struct pending pending = { .hall = hall, .kind = PENDING_FOUNDING };
	struct pending *at = pending_add(house, &pending);
	f->sent = 1;
	if (house->journal.ops->create(house->journal.self, f->sid, f->code, &body, at->tag) < 0) {
		pending_remove(house, at);
		f->hall = NULL;
		hall->founding = NULL;
		hall_free(hall);
		fail(f, FAULT_later);
	}
}

void founding_entry(struct hall *hall)
{
	struct founding *f = hall->founding;
	if (f == NULL)
		return;
	f->here++;
	if (!hall->open) { /* the create is in the log: the rest behind it */
		hall_begin(hall);
		for (; f->sent < f->count; f->sent++) {
			struct pending pending = { .hall = hall, .kind = PENDING_FOUNDING };
			if (hall_append_bytes(hall, &f->entries[f->sent], &pending) < 0) {
				founding_refused(hall, JOURNAL_FULL);
				return;
			}
		}
	}
	founding_stable(hall);
}

void founding_stable(struct hall *hall)
{
	struct founding *f = hall->founding;
	if (f && f->here == f->count && hall->stable >= f->count)
		founding_destroy(f, FAULT_none);
}

static void on_give_up(void *ctx)
{
	struct founding *f = CAST(ctx, founding);
	struct house *house = f->house;
	struct hall *hall = f->hall;
	enum fault fault = f->fault;
	f->posted = false;
	f->fault = FAULT_none;
	if (hall) { /* nobody knows its name: what is there of it goes */
		hall->founding = NULL;
		f->hall = NULL;
		if (f->here)
			house->journal.ops->erase(house->journal.self, hall->sid);
		hall_fail(hall, FAULT_no_session, "founding", 0);
		if (hall->seats.count == 0)
			hall_close(hall);
	}
	if (fault == FAULT_taken && ++f->tries < NAMES_TRIED)
		found(f);
	else
		founding_destroy(f, fault == FAULT_taken ? FAULT_later : fault);
}

void founding_refused(struct hall *hall, enum journal_status why)
{
	struct founding *f = hall->founding;
	if (f == NULL || f->fault != FAULT_none)
		return;
	f->fault = why == JOURNAL_TAKEN ? FAULT_taken : FAULT_later;
	f->posted = true;
	loop_post(f->house->loop, on_give_up, f); /* not from inside what the hall is doing */
}

void house_create_session(struct house *house, struct slice body, struct slice key, const char *address, house_created_fn done, void *ctx)
{
	struct founding *f = check_alloc(1, sizeof *f);
	struct digest presented = digest_plain(key);
	char room[64];
	f->magic = MAGIC_founding;
	f->house = house;
	f->done = done;
	f->ctx = ctx;
	pack_init(&f->body);
	f->next = house->foundings;
	if (f->next)
		f->next->before = f;
	house->foundings = f;
	trace(TRACE_INFO, "create", "address=%s bytes=%zu", trace_quote(slice_text(address), room, sizeof room), body.len);
	if (!house->may_create || !digest_same(presented.bytes, house->creation_key.bytes, sizeof presented.bytes)) {
		fail(f, FAULT_key_needed);
	} else if (body.len > LIMIT_HTTP_BODY) {
		fail(f, FAULT_too_long);
	} else if (house->stopping) {
		fail(f, FAULT_later);
	} else {
		pack_raw(&f->body, body);
		found(f);
	}
}
