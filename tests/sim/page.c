/* SPDX-License-Identifier: EUPL-1.2 */
#include "sim/page.h"
#include "base/check.h"
#include "base/limits.h"

enum { MAGIC_page = 0x70616765, BACKOFF_MS = 500, BACKOFF_MS_MAX = 10000, UNKNOWN_ROW = 4096, SEALED = 16, REVEALED = 32 };

/* ---- reading ---- */

static uint64_t take(struct reader *r, size_t n)
{
	uint64_t value = 0;
	if ((size_t)(r->end - r->at) < n) {
		r->bad = true;
		r->at = r->end;
		return 0;
	}
	while (n--)
		value = value << 8 | *r->at++;
	return value;
}

static uint8_t peek(struct reader *r)
{
	if (r->at == r->end) {
		r->bad = true;
		return 0xc1;
	}
	return *r->at;
}

size_t read_array(struct reader *r)
{
	uint8_t b = (uint8_t)(peek(r), take(r, 1));
	if ((b & 0xf0) == 0x90)
		return b & 0x0f;
	if (b == 0xdc)
		return take(r, 2);
	if (b == 0xdd)
		return take(r, 4);
	r->bad = true;
	return 0;
}

uint64_t read_uint(struct reader *r)
{
	uint8_t b = (uint8_t)take(r, 1);
	if (b < 0x80)
		return b;
	if (b >= 0xcc && b <= 0xcf)
		return take(r, (size_t)1 << (b - 0xcc));
	r->bad = true;
	return 0;
}

bool read_bool(struct reader *r)
{
	uint8_t b = (uint8_t)take(r, 1);
	if (b != 0xc2 && b != 0xc3)
		r->bad = true;
	return b == 0xc3;
}

bool read_nil(struct reader *r)
{
	if (peek(r) != 0xc0)
		return false;
	r->at++;
	return true;
}

struct slice read_bytes(struct reader *r)
{
	uint8_t b = (uint8_t)take(r, 1);
	size_t n = 0;
	if ((b & 0xe0) == 0xa0)
		n = b & 0x1f;
	else if (b >= 0xc4 && b <= 0xc6)
		n = take(r, (size_t)1 << (b - 0xc4));
	else if (b >= 0xd9 && b <= 0xdb)
		n = take(r, (size_t)1 << (b - 0xd9));
	else
		r->bad = true;
	if ((size_t)(r->end - r->at) < n) {
		r->bad = true;
		return slice_of(NULL, 0);
	}
	r->at += n;
	return slice_of(r->at - n, n);
}

struct slice read_value(struct reader *r)
{
	const uint8_t *begin = r->at;
	size_t left = 1;
	while (left && !r->bad) {
		uint8_t b = peek(r);
		left--;
		if ((b & 0xf0) == 0x90 || b == 0xdc || b == 0xdd)
			left += read_array(r);
		else if (b == 0xc0 || b == 0xc2 || b == 0xc3)
			r->at++;
		else if (b < 0x80 || (b >= 0xcc && b <= 0xcf))
			read_uint(r);
		else
			read_bytes(r);
	}
	return slice_of(begin, (size_t)(r->at - begin));
}

static uint64_t lane_in(struct slice bytes)
{
	uint64_t lane = 0;
	for (size_t i = 0; i < bytes.len; i++)
		lane = lane << 8 | bytes.at[i];
	return lane;
}

/* ---- the picture ---- */

static void broken(struct page *page, const char *what)
{
	page->watch->broken(page, what, page->watch->ctx);
}

static struct held *held_find(const struct page *page, uint8_t kind, uint32_t a, uint32_t b)
{
	for (size_t i = 0; i < page->sections_count; i++) {
		struct held *held = &page->sections[i];
		if (held->kind == kind && held->a == a && held->b == b)
			return held;
	}
	return NULL;
}

static void held_empty(struct held *held)
{
	for (size_t i = 0; i < held->count; i++)
		free(held->items[i].at);
	free(held->items);
	held->items = NULL;
	held->count = 0;
}

static void held_remove(struct page *page, struct held *held)
{
	held_empty(held);
	*held = page->sections[--page->sections_count];
}

static void item_put(struct held *held, uint64_t key, struct slice value, bool removed)
{
	size_t i = 0;
	while (i < held->count && held->items[i].key < key)
		i++;
	bool is = i < held->count && held->items[i].key == key;
	if (removed) {
		if (is) {
			free(held->items[i].at);
			memmove(held->items + i, held->items + i + 1, (held->count - i - 1) * sizeof *held->items);
			held->count--;
		}
		return;
	}
	if (!is) {
		held->items = check_realloc(held->items, held->count + 1, sizeof *held->items);
		memmove(held->items + i + 1, held->items + i, (held->count - i) * sizeof *held->items);
		held->count++;
		held->items[i] = (struct item){ .key = key };
	}
	free(held->items[i].at);
	held->items[i].at = check_alloc(1, value.len);
	memcpy(held->items[i].at, value.at, value.len);
	held->items[i].len = value.len;
}

const struct held *page_section(const struct page *page, uint8_t kind, uint32_t a, uint32_t b)
{
	return held_find(page, kind, a, b);
}

struct slice page_item(const struct page *page, uint8_t kind, uint32_t a, uint32_t b, uint64_t key)
{
	const struct held *held = held_find(page, kind, a, b);
	for (size_t i = 0; held && i < held->count; i++)
		if (held->items[i].key == key)
			return slice_of(held->items[i].at, held->items[i].len);
	return slice_of(NULL, 0);
}

uint32_t page_room(const struct page *page)
{
	struct slice me = page_item(page, SECTION_me, page->actor, 0, 0);
	struct reader r = reader_of(me);
	if (me.len == 0)
		return 0;
	read_array(&r);
	return (uint32_t)read_uint(&r);
}

uint32_t page_phase(const struct page *page, uint32_t scope, uint32_t activity, uint32_t *round)
{
	struct slice value = page_item(page, SECTION_scope, scope, 0, UNKNOWN_ROW + activity);
	if (value.len == 0 && scope)
		value = page_item(page, SECTION_scope, 0, 0, UNKNOWN_ROW + activity);
	if (value.len == 0)
		return 0;
	struct reader r = reader_of(value);
	read_array(&r);
	uint32_t phase = (uint32_t)read_uint(&r);
	if (round)
		*round = (uint32_t)read_uint(&r);
	return phase;
}

static int held_order(const void *x, const void *y)
{
	const struct held *a = *(struct held *const *)x, *b = *(struct held *const *)y;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	return (a->b > b->b) - (a->b < b->b);
}

void page_picture(const struct page *page, struct pack *out)
{
	struct held **sorted = check_alloc(page->sections_count, sizeof *sorted);
	size_t count = 0;
	for (size_t i = 0; i < page->sections_count; i++)
		if (page->sections[i].count) /* an empty one and none are the same */
			sorted[count++] = &page->sections[i];
	qsort(sorted, count, sizeof *sorted, held_order);
	for (size_t i = 0; i < count; i++) {
		pack_array(out, 4);
		pack_uint(out, sorted[i]->kind);
		pack_uint(out, sorted[i]->a);
		pack_uint(out, sorted[i]->b);
		pack_array(out, 2 * sorted[i]->count);
		for (size_t k = 0; k < sorted[i]->count; k++) {
			pack_uint(out, sorted[i]->items[k].key);
			pack_raw(out, slice_of(sorted[i]->items[k].at, sorted[i]->items[k].len));
		}
	}
	free(sorted);
}

static bool same_items(const struct held *x, const struct held *y)
{
	size_t count = x ? x->count : 0;
	if (count != (y ? y->count : 0))
		return false;
	for (size_t i = 0; i < count; i++)
		if (x->items[i].key != y->items[i].key ||
		    !slice_equal(slice_of(x->items[i].at, x->items[i].len), slice_of(y->items[i].at, y->items[i].len)))
			return false;
	return true;
}

const char *page_difference(const struct page *x, const struct page *y)
{
	static char text[120];
	const struct page *both[2] = { x, y };
	for (int p = 0; p < 2; p++)
		for (size_t i = 0; i < both[p]->sections_count; i++) {
			const struct held *held = &both[p]->sections[i], *other = held_find(both[1 - p], held->kind, held->a, held->b);
			if (same_items(held, other))
				continue;
			snprintf(text, sizeof text, "section %u/%u/%u has %zu items here and %zu there", held->kind, held->a, held->b,
				 p ? other ? other->count : 0 : held->count, p ? held->count : other ? other->count : 0);
			return text;
		}
	return "nothing";
}

/* ---- the outbox ---- */

static void wish_free(struct wish *wish)
{
	free((void *)wish->form.at);
	free((void *)wish->text.at);
	free(wish);
}

static void outbox_remove(struct page *page, size_t i)
{
	wish_free(page->outbox[i]);
	memmove(page->outbox + i, page->outbox + i + 1, (page->outbox_count - i - 1) * sizeof *page->outbox);
	page->outbox_count--;
}

static struct slice copy(struct slice bytes)
{
	uint8_t *at = bytes.len ? check_alloc(1, bytes.len) : NULL;
	if (bytes.len)
		memcpy(at, bytes.at, bytes.len);
	return slice_of(at, bytes.len);
}

static void pump(struct page *page);

static void on_resend(void *ctx)
{
	struct page *page = CAST(ctx, page);
	page->resend_timer = NULL;
	pump(page);
}

/* The first that has no verdict goes out; the next when it has one. */
static void pump(struct page *page)
{
	struct pack out;
	if (page->conn == NULL || !page->welcomed || !page->framed)
		return;
	for (size_t i = 0; i < page->outbox_count; i++) {
		struct wish *wish = page->outbox[i];
		if (wish->state == WISH_JUDGED)
			continue;
		if (wish->state == WISH_SENT)
			return;
		if (wish->not_before_ms > loop_now(page->loop)) {
			if (page->resend_timer == NULL)
				page->resend_timer = loop_after(page->loop, wish->not_before_ms - loop_now(page->loop), on_resend, page);
			return;
		}
		struct command_message message = { .lane = wish->lane, .number = wish->number, .again = wish->again, .command = wish->command,
						   .subject = wish->subject, .form = wish->form, .text = wish->text };
		pack_init(&out);
		command_encode(&message, &out);
		transport_test_send(page->conn, pack_bytes(&out));
		pack_finish(&out);
		wish->state = WISH_SENT;
		return;
	}
}

static uint32_t *secret_number(struct page *page, uint32_t activity, uint32_t round)
{
	for (size_t i = 0; i < page->secrets_count; i++)
		if (page->secrets[i].activity == activity && page->secrets[i].round == round)
			return &page->secrets[i].next;
	CHECK(page->secrets_count < sizeof page->secrets / sizeof *page->secrets);
	page->secrets[page->secrets_count] = (struct secret_number){ activity, round, 0 };
	return &page->secrets[page->secrets_count++].next;
}

static struct wish *wish_add(struct page *page, uint16_t command, uint32_t a, uint32_t b, struct slice form, struct slice text, bool first)
{
	if (page->outbox_count == sizeof page->outbox / sizeof *page->outbox)
		return NULL; /* full: the person is asked to wait */
	struct wish *wish = check_alloc(1, sizeof *wish);
	*wish = (struct wish){ .lane = page->hello.lane, .command = command, .subject = { a, b }, .form = copy(form), .text = copy(text) };
	size_t at = first ? 0 : page->outbox_count;
	memmove(page->outbox + at + 1, page->outbox + at, (page->outbox_count - at) * sizeof *page->outbox);
	page->outbox[at] = wish;
	page->outbox_count++;
	return wish;
}

void page_drop_outbox(struct page *page)
{
	while (page->outbox_count)
		outbox_remove(page, 0);
}

static void join_wish(struct page *page)
{
	struct pack text;
	char name[32];
	int n = snprintf(name, sizeof name, "Canary-name-%u-", page->number);
	pack_init(&text);
	pack_array(&text, 1);
	pack_array(&text, 3);
	pack_str(&text, slice_of(NULL, 0));
	pack_str(&text, slice_of(name, (size_t)n));
	pack_str(&text, slice_text(page->number % 3 ? "" : page->number % 2 ? "North" : "South"));
	struct wish *wish = wish_add(page, COMMAND_join, 0, 0, slice_of("\x90", 1), page->hello.door == DOOR_PARTICIPANT ? pack_bytes(&text) : slice_of(NULL, 0),
				     true);
	wish->number = 1;
	page->next_number = 2;
	pack_finish(&text);
}

void page_wish(struct page *page, uint16_t command, uint32_t a, uint32_t b, struct slice form, struct slice text)
{
	struct wish *wish = wish_add(page, command, a, b, form, text, false);
	if (wish)
		wish->number = page->next_number++;
	pump(page);
}

void page_ballot(struct page *page, uint32_t activity, uint32_t round, bool secret, struct slice ballot)
{
	struct pack form;
	for (size_t i = 0; i < page->outbox_count; i++) {
		struct wish *old = page->outbox[i];
		if (old->command == COMMAND_ballot && old->subject.a == activity && old->state == WISH_NEW && !old->again && !old->doubtful) {
			outbox_remove(page, i); /* never sent: its number is free to stay a gap */
			break;
		}
	}
	pack_init(&form);
	pack_array(&form, 3);
	pack_uint(&form, round);
	pack_uint(&form, 0);
	pack_bin(&form, ballot);
	struct wish *wish = wish_add(page, COMMAND_ballot, activity, 0, pack_bytes(&form), slice_of(NULL, 0), false);
	pack_finish(&form);
	if (wish == NULL)
		return;
	wish->secret = secret;
	wish->round = round;
	wish->number = secret ? ++*secret_number(page, activity, round) : page->next_number++;
	pump(page);
}

/* A new lane, as for a storage that was cleared: everything held is numbered anew behind a join. */
static void lane_renew(struct page *page)
{
	loop_random(page->loop, &page->hello.lane, sizeof page->hello.lane);
	page->hello.lane |= 1;
	page->next_number = 2;
	page->secrets_count = page->lanes_count = 0;
	for (size_t i = 0; i < page->outbox_count;)
		if (page->outbox[i]->command == COMMAND_join)
			outbox_remove(page, i);
		else
			i++;
	for (size_t i = 0; i < page->outbox_count; i++) {
		struct wish *wish = page->outbox[i];
		wish->lane = page->hello.lane;
		wish->doubtful |= wish->state != WISH_NEW || wish->again;
		wish->state = WISH_NEW;
		wish->again = false;
		wish->number = wish->secret ? ++*secret_number(page, wish->subject.a, wish->round) : page->next_number++;
	}
	uint32_t next = page->next_number;
	join_wish(page);
	page->next_number = next > 2 ? next : 2;
}

static void wish_judged(struct wish *wish, enum fault fault, uint64_t seq)
{
	wish->state = WISH_JUDGED;
	wish->fault = fault;
	wish->seq = seq;
}

static uint64_t secret_lane(const struct page *page, uint32_t activity, uint32_t round)
{
	for (size_t i = 0; i < page->lanes_count; i++)
		if (page->lanes[i].activity == activity && page->lanes[i].round == round)
			return page->lanes[i].lane;
	return 0;
}

static struct reader verdict_of(const struct page *page, const struct wish *wish)
{
	uint64_t lane = wish->secret ? secret_lane(page, wish->subject.a, wish->round) : wish->lane;
	struct slice verdict = wish->secret ? page_item(page, SECTION_mine, wish->subject.a, wish->round, lane)
					    : page_item(page, SECTION_verdicts, page->actor, 0, lane);
	struct reader r = reader_of(lane ? verdict : slice_of(NULL, 0));
	if (r.at != r.end)
		read_array(&r);
	return r;
}

static uint32_t verdict_number(const struct page *page, const struct wish *wish)
{
	struct reader r = verdict_of(page, wish);
	return r.at == r.end ? 0 : (uint32_t)read_uint(&r);
}

/* The seal has dropped the verdict before this page heard it: whether the ballot counts, nobody can tell any more. */
static bool sealed_away(const struct page *page, const struct wish *wish)
{
	uint32_t round = 0, room = page_room(page);
	if (!wish->secret || wish->state == WISH_JUDGED || (wish->state == WISH_NEW && !wish->again))
		return false;
	uint32_t phase = page_phase(page, room ? SCOPE_ROOM | room : 0, wish->subject.a, &round);
	return round > wish->round || (round == wish->round && phase & (SEALED | REVEALED));
}

/* What the sections say about what was sent; then what is stable leaves the outbox. */
static void outbox_compare(struct page *page, bool history_changed)
{
	for (size_t i = 0; i < page->outbox_count; i++) {
		struct wish *wish = page->outbox[i];
		if (wish->state == WISH_NEW && !wish->again)
			continue;
		struct reader r = verdict_of(page, wish);
		uint32_t number = r.at == r.end ? 0 : (uint32_t)read_uint(&r);
		enum fault fault = (enum fault)(number ? read_uint(&r) : 0);
		uint64_t seq = number ? read_uint(&r) : 0;
		if (number == wish->number) {
			wish_judged(wish, fault, seq);
		} else if (history_changed) {
			wish->state = WISH_NEW; /* it fell out of history, or a later one is there and nobody can tell: offered again, in order */
			wish->again = true;
		}
	}
	for (size_t i = 0; i < page->outbox_count;) {
		struct wish *wish = page->outbox[i];
		if (sealed_away(page, wish)) {
			wish->fault = FAULT_unsure;
			wish->again = true;
			page->watch->refused(page, wish, false, page->watch->ctx);
			outbox_remove(page, i);
			continue;
		}
		if (wish->state != WISH_JUDGED || wish->seq > page->stable) {
			i++;
			continue;
		}
		if (wish->fault <= FAULT_recovered)
			page->watch->saved(page, wish, page->watch->ctx);
		else
			page->watch->refused(page, wish, true, page->watch->ctx);
		outbox_remove(page, i);
	}
}

/* Clause 4.6, after a reconnect: what has no verdict goes once more; what had one that is gone, too. */
static void outbox_again(struct page *page)
{
	for (size_t i = 0; i < page->outbox_count; i++) {
		struct wish *wish = page->outbox[i];
		bool judged = wish->state == WISH_JUDGED && verdict_number(page, wish) == wish->number;
		if (wish->state == WISH_NEW || judged)
			continue;
		wish->state = WISH_NEW;
		wish->again = true;
	}
}

/* ---- messages ---- */

static bool joins(const struct page *page)
{
	for (size_t i = 0; i < page->outbox_count; i++)
		if (page->outbox[i]->command == COMMAND_join)
			return true;
	return false;
}

static void on_welcome(struct page *page, struct reader *r)
{
	read_uint(r);
	struct slice sid = read_bytes(r);
	read_bytes(r);
	uint32_t before = page->actor;
	page->roles = (uint32_t)read_uint(r);
	page->actor = (uint32_t)read_uint(r);
	if (sid.len < sizeof page->place) { /* from now on it needs no code */
		memcpy(page->place, sid.at, sid.len);
		page->hello.place = slice_of(page->place, sid.len);
	}
	if (page->actor == 0 && (page->welcomed || (before && !joins(page))))
		lane_renew(page); /* history changed, and the join fell out with the lane */
	page->welcomed = true;
	page->failures = 0;
}

static bool listed(const struct held *held, struct slice listing)
{
	struct reader r = reader_of(listing);
	for (size_t count = read_array(&r); count && !r.bad; count--) {
		read_array(&r);
		uint64_t kind = read_uint(&r), a = read_uint(&r), b = read_uint(&r);
		if (held->kind == kind && held->a == a && held->b == b)
			return true;
	}
	return false;
}

static void section_apply(struct page *page, struct reader *r)
{
	if (read_array(r) < 5)
		r->bad = true;
	uint8_t kind = (uint8_t)read_uint(r);
	uint32_t a = (uint32_t)read_uint(r), b = (uint32_t)read_uint(r);
	bool whole = read_bool(r);
	struct held *held = held_find(page, kind, a, b);
	if (held == NULL) {
		page->sections = check_realloc(page->sections, page->sections_count + 1, sizeof *page->sections);
		held = &page->sections[page->sections_count++];
		*held = (struct held){ .kind = kind, .a = a, .b = b };
	}
	if (whole)
		held_empty(held);
	for (size_t left = read_array(r); left > 1 && !r->bad; left -= 2) {
		uint8_t first = peek(r);
		uint64_t key = first == 0xc4 ? lane_in(read_bytes(r)) : read_uint(r);
		bool removed = read_nil(r);
		item_put(held, key, removed ? slice_of(NULL, 0) : read_value(r), removed);
	}
	/* A member learns its number from the sections that bear it. */
	if (kind == SECTION_me && page->actor != a && page->actor == 0)
		page->actor = a;
}

static void on_frame(struct page *page, struct reader *r)
{
	uint32_t term = (uint32_t)read_uint(r);
	uint64_t done = read_uint(r), stable = read_uint(r);
	read_uint(r);
	bool first = !page->framed, history_changed = false;
	struct reader probe = *r;
	bool has_listing = !read_nil(&probe);
	struct slice listing = has_listing ? read_value(r) : (read_nil(r), slice_of(NULL, 0));
	if (first && !has_listing)
		broken(page, "the first frame has no listing");
	if (has_listing) {
		history_changed = true; /* or a new connection: what has no verdict in it has none */
		page->histories += page->done && (term != page->term || done < page->done);
		for (size_t i = page->sections_count; i-- > 0;)
			if (!listed(&page->sections[i], listing))
				held_remove(page, &page->sections[i]);
	}
	for (size_t gone = read_array(r); gone && !r->bad; gone--) {
		read_array(r);
		uint8_t kind = (uint8_t)read_uint(r);
		uint32_t a = (uint32_t)read_uint(r), b = (uint32_t)read_uint(r);
		struct held *held = held_find(page, kind, a, b);
		if (held)
			held_remove(page, held);
	}
	for (size_t count = read_array(r); count && !r->bad; count--)
		section_apply(page, r);
	/* A frame for many speaks for the one who has seen least, and may have waited for a slow page: both are true, the larger is kept. */
	if (has_listing || done >= page->done) {
		page->term = term;
		page->done = done;
	}
	if (has_listing || stable > page->stable)
		page->stable = stable;
	page->framed = true;
	if (first)
		outbox_again(page);
	outbox_compare(page, history_changed && !first);
	page->watch->applied(page, page->watch->ctx);
	pump(page);
}

static void on_reply(struct page *page, struct reader *r)
{
	uint64_t lane = lane_in(read_bytes(r));
	uint32_t number = (uint32_t)read_uint(r);
	enum fault fault = (enum fault)read_uint(r);
	uint64_t later_ms = read_uint(r);
	uint32_t activity = (uint32_t)read_uint(r), round = (uint32_t)read_uint(r);
	page->replies[fault & 127]++;
	for (size_t i = 0; i < page->outbox_count; i++) {
		struct wish *wish = page->outbox[i];
		/* Who is no member has no secret lane to be answered in. */
		bool as_secret = wish->secret && !(fault == FAULT_not_allowed && round == 0);
		bool it = wish->lane == lane && wish->number == number && as_secret == (round != 0) &&
			  (!as_secret || (wish->subject.a == activity && wish->round == round));
		if (!it || wish->state != WISH_SENT)
			continue;
		if (fault == FAULT_later || fault == FAULT_unsure) {
			wish->state = WISH_NEW;
			wish->again |= fault == FAULT_unsure;
			wish->not_before_ms = loop_now(page->loop) + (fault == FAULT_later ? later_ms : 50);
		} else if (fault == FAULT_lane_unknown) {
			lane_renew(page);
		} else {
			wish->fault = fault;
			page->watch->refused(page, wish, false, page->watch->ctx);
			outbox_remove(page, i);
		}
		break;
	}
	pump(page);
}

static void on_volatile(struct page *page, struct reader *r)
{
	if (read_uint(r) != VOLATILE_LANE)
		return;
	struct lane_known known = { 0 };
	known.activity = (uint32_t)read_uint(r);
	known.round = (uint32_t)read_uint(r);
	known.lane = lane_in(read_bytes(r));
	for (size_t i = 0; i < page->lanes_count; i++)
		if (page->lanes[i].activity == known.activity && page->lanes[i].round == known.round) {
			page->lanes[i] = known;
			return;
		}
	CHECK(page->lanes_count < sizeof page->lanes / sizeof *page->lanes);
	page->lanes[page->lanes_count++] = known;
	outbox_compare(page, false);
}

static void on_message(struct conn *conn, struct slice bytes, void *ctx)
{
	struct page *page = CAST(ctx, page);
	struct reader r = reader_of(bytes);
	(void)conn;
	page->frames++;
	if (bytes.len > page->largest)
		page->largest = bytes.len;
	page->watch->frame(page, bytes, page->watch->ctx);
	read_array(&r);
	switch (read_uint(&r)) {
	case MESSAGE_WELCOME: on_welcome(page, &r); break;
	case MESSAGE_FRAME: on_frame(page, &r); break;
	case MESSAGE_REPLY: on_reply(page, &r); break;
	case MESSAGE_VOLATILE: on_volatile(page, &r); break;
	case MESSAGE_BYE: page->last_bye = (enum fault)read_uint(&r); break;
	default: break; /* clause 2.4 */
	}
	if (r.bad)
		broken(page, "a message that cannot be read");
}

/* ---- the connection ---- */

static void on_reconnect(void *ctx)
{
	struct page *page = CAST(ctx, page);
	page->reconnect_timer = NULL;
	page_connect(page);
}

static void come_back(struct page *page, uint64_t at_least_ms)
{
	uint64_t most = (uint64_t)BACKOFF_MS << (page->failures < 5 ? page->failures : 5), wait;
	page->failures++;
	loop_random(page->loop, &wait, sizeof wait);
	wait = wait % (most < BACKOFF_MS_MAX ? most : BACKOFF_MS_MAX) + 1;
	loop_stop(page->loop, page->reconnect_timer);
	page->reconnect_timer = loop_after(page->loop, wait > at_least_ms ? wait : at_least_ms, on_reconnect, page);
}

static void connection_lost(struct page *page)
{
	page->conn = NULL;
	page->welcomed = page->framed = false;
}

static void on_closed(struct conn *conn, uint16_t code, void *ctx)
{
	struct page *page = CAST(ctx, page);
	(void)conn;
	connection_lost(page);
	page->last_close = code;
	bool back = code == CLOSE_GOING || code == 1006 || code == 1012 || code == CLOSE_LATER || page->last_bye == FAULT_later ||
		    page->last_bye == FAULT_elsewhere;
	if (back && !page->gone_for_good)
		come_back(page, 0);
	else
		page->gone_for_good = true;
}

static const struct transport_test_peer peer = { .frame = on_message, .closed = on_closed };

void page_connect(struct page *page)
{
	struct pack out;
	if (page->conn || page->gone_for_good)
		return;
	struct transport_test *net = page->watch->door(page, page->watch->ctx);
	if (net == NULL) {
		come_back(page, 0);
		return;
	}
	page->connects++;
	page->last_bye = FAULT_none;
	page->last_close = 0;
	/* Who has not joined has seen nothing of what they will see as a member: their position says nothing. */
	page->hello.term = page->actor ? page->term : 0;
	page->hello.done = page->actor ? page->done : 0;
	page->conn = transport_test_connect(net, "192.0.2.1", &peer, page);
	transport_test_pace(page->conn, page->delay_ms, page->window);
	pack_init(&out);
	hello_encode(&page->hello, &out);
	transport_test_send(page->conn, pack_bytes(&out));
	pack_finish(&out);
}

void page_sleep(struct page *page, uint64_t ms)
{
	if (page->conn == NULL || page->gone_for_good)
		return;
	transport_test_cut(page->conn);
	connection_lost(page);
	come_back(page, ms);
}

void page_again(struct page *page)
{
	page->gone_for_good = false;
	page->last_close = 0;
	come_back(page, BACKOFF_MS);
}

void page_cut(struct page *page)
{
	page_sleep(page, 0);
}

static void picture_drop(struct page *page)
{
	while (page->sections_count)
		held_remove(page, &page->sections[0]);
	page->term = 0;
	page->done = page->stable = 0;
	page->histories++;
}

void page_reload(struct page *page)
{
	page_cut(page);
	picture_drop(page);
	page->lanes_count = 0;
}

void page_leave(struct page *page)
{
	if (page->conn)
		transport_test_cut(page->conn);
	connection_lost(page);
	page->gone_for_good = true;
	loop_stop(page->loop, page->reconnect_timer);
	page->reconnect_timer = NULL;
}

void page_send_raw(struct page *page, struct slice bytes)
{
	if (page->conn && page->welcomed)
		transport_test_send(page->conn, bytes);
}

void page_init(struct page *page, unsigned number, struct loop loop, const struct page_watch *watch)
{
	*page = (struct page){ .magic = MAGIC_page, .number = number, .loop = loop, .watch = watch, .window = 8 };
	loop_random(loop, page->hello.token, sizeof page->hello.token);
	loop_random(loop, page->hello.secret, sizeof page->hello.secret);
	loop_random(loop, &page->hello.lane, sizeof page->hello.lane);
	page->hello.lane |= 1;
	page->hello.has_secret = true;
	join_wish(page);
}

void page_finish(struct page *page)
{
	page_leave(page);
	loop_stop(page->loop, page->resend_timer);
	while (page->outbox_count)
		outbox_remove(page, 0);
	picture_drop(page);
	free(page->sections);
	page->magic = 0;
}
