/* SPDX-License-Identifier: EUPL-1.2 */
#include "page.h"
#include "base/copy.h"
#include "base/digest.h"
#include "chance.h"
#include <stdio.h>

enum { UNSURE_MS = 500 };

static uint64_t draw_lane(void)
{
	uint64_t lane;
	do
		chance_secure(&lane, sizeof lane);
	while (lane == 0);
	return lane;
}

void page_init(struct page *page, enum door door, const char *place, const uint8_t token[16], uint32_t wanted,
	       const struct page_up *up, void *ctx)
{
	*page = (struct page){ .up = up, .ctx = ctx, .door = door, .name = "", .organisation = "" };
	snprintf(page->place, sizeof page->place, "%s", place);
	if (token != NULL)
		memcpy(page->token, token, sizeof page->token);
	else
		chance_secure(page->token, sizeof page->token);
	if (door == DOOR_PARTICIPANT)
		chance_secure(page->secret, sizeof page->secret);
	page->lane = draw_lane();
	picture_init(&page->picture, wanted);
}

void page_lane(struct page *page, uint64_t lane)
{
	if (lane != 0)
		page->lane = lane;
}

/* Numbers go on above the last one, with a gap by lot: should two runs go on at the same time, they do not name different things alike, and the one that is behind
 * is told `superseded`. */
void page_lane_resume(struct page *page)
{
	enum { GAP = 1 << 16 };
	uint32_t gap;
	struct cursor kept =
		picture_item(&page->picture, (struct section){ .kind = SECTION_verdicts, .a = page->actor }, page->lane);
	if (kept.left == 0 || page->lane_open)
		return;
	chance_secure(&gap, sizeof gap);
	page->number = (uint32_t)cursor_uint(&kept) + gap % GAP;
	page->lane_open = true;
}

static void wish_free(struct wish *wish)
{
	copy_free(wish->form);
	copy_free(wish->text);
	free(wish);
}

void page_finish(struct page *page)
{
	while (page->outbox != NULL) {
		struct wish *wish = page->outbox;
		page->outbox = wish->next;
		wish_free(wish);
	}
	free(page->numbers);
	picture_finish(&page->picture);
	*page = (struct page){ 0 };
}

static void send_pack(struct page *page, struct pack *message)
{
	page->up->send(page, pack_bytes(message), page->ctx);
	pack_finish(message);
}

void page_opened(struct page *page)
{
	struct hello hello = { .door = page->door,
			       .place = slice_text(page->place),
			       .has_secret = page->door == DOOR_PARTICIPANT,
			       .lane = page->lane,
			       .term = page->term,
			       .done = page->done };
	memcpy(hello.token, page->token, sizeof hello.token);
	memcpy(hello.secret, page->secret, sizeof hello.secret);
	struct pack message;
	pack_init(&message);
	hello_encode(&hello, &message);
	send_pack(page, &message);
}

void page_lost(struct page *page)
{
	page->welcome = false;
	for (struct wish *w = page->outbox; w != NULL; w = w->next) {
		if (w->number != 0)
			w->again = true;
		w->sent = false;
	}
}

void page_reload(struct page *page)
{
	picture_clear(&page->picture);
	page->term = 0;
	page->done = 0;
	page->stable = 0;
	for (struct wish *w = page->outbox; w != NULL; w = w->next)
		w->judged = false; /* it was only on the page that is gone; the verdict comes again */
}

static struct page_number *number_of(struct page *page, uint32_t activity, uint32_t round)
{
	for (size_t i = 0; i < page->numbers_count; i++)
		if (page->numbers[i].activity == activity && page->numbers[i].round == round)
			return &page->numbers[i];
	page->numbers = check_realloc(page->numbers, page->numbers_count + 1, sizeof *page->numbers);
	page->numbers[page->numbers_count] = (struct page_number){ .activity = activity, .round = round };
	return &page->numbers[page->numbers_count++];
}

static struct wish *wish_create(enum command command, uint32_t a, uint32_t b, struct slice form, struct slice text)
{
	struct wish *wish = check_alloc(1, sizeof *wish);
	wish->command = (uint16_t)command;
	wish->subject = (struct subject){ .a = a, .b = b };
	wish->form = copy_of(form);
	wish->text = copy_of(text);
	return wish;
}

static struct wish *join_create(const struct page *page)
{
	struct pack form, text;
	pack_init(&form);
	pack_init(&text);
	pack_array(&form, 3);
	struct digest token = digest_plain(slice_of(page->token, sizeof page->token));
	pack_bin(&form, slice_of(token.bytes, sizeof token.bytes));
	struct digest secret = digest_plain(slice_of(page->secret, sizeof page->secret));
	pack_bin(&form, slice_of(secret.bytes, page->door == DOOR_PARTICIPANT ? sizeof secret.bytes : 0));
	pack_uint(&form, 0);
	pack_array(&text, 1);
	pack_array(&text, 3);
	pack_str(&text, slice_text(""));
	pack_str(&text, slice_text(page->name));
	pack_str(&text, slice_text(page->organisation));
	struct wish *wish = wish_create(COMMAND_join, 0, 0, pack_bytes(&form), pack_bytes(&text));
	pack_finish(&form);
	pack_finish(&text);
	return wish;
}

/* One command of a lane is under way at a time: the first of the outbox. */
static void send_next(struct page *page, uint64_t now_us)
{
	if (!page->welcome || page->shut)
		return;
	if (!page->lane_open && (page->outbox == NULL || page->outbox->command != COMMAND_join)) {
		if (page->door == DOOR_LINK && page->outbox == NULL)
			return; /* a screen never joins; a facilitator when there is something to do */
		struct wish *join = join_create(page);
		join->next = page->outbox;
		page->outbox = join;
	}
	struct wish *wish = page->outbox;
	if (wish == NULL || wish->sent || wish->judged)
		return;
	if (wish->number == 0) {
		if (wish->secret)
			wish->number = ++number_of(page, wish->subject.a, wish->round)->number;
		else
			wish->number = ++page->number;
		wish->first_sent_us = now_us;
	}
	wish->sent = true;
	wish->tries++;
	struct pack message;
	pack_init(&message);
	command_encode(&(struct command_message){ .lane = page->lane,
						  .number = wish->number,
						  .again = wish->again,
						  .command = wish->command,
						  .subject = wish->subject,
						  .form = wish->form,
						  .text = wish->text },
		       &message);
	send_pack(page, &message);
}

static void end_first(struct page *page, enum fault fault, uint64_t now_us)
{
	struct wish *wish = page->outbox;
	page->outbox = wish->next;
	if (wish->command == COMMAND_join) {
		page->lane_open = fault == FAULT_none || fault == FAULT_recovered;
		page->shut = !page->lane_open;
	}
	page->up->ended(page, wish, fault, page->ctx);
	wish_free(wish);
	send_next(page, now_us);
}

/* The daemon has forgotten this lane: a new one, joined anew; what is held gets new numbers. A browser page asks the
 * person first. */
static void new_lane(struct page *page, uint64_t now_us)
{
	page->lane = draw_lane();
	page->lane_open = false;
	page->number = 0;
	page->numbers_count = 0;
	page->new_lanes++;
	for (struct wish *w = page->outbox; w != NULL; w = w->next) {
		w->number = 0;
		w->sent = w->again = w->judged = false;
	}
	send_next(page, now_us);
}

static void read_verdict(struct page *page, uint64_t now_us)
{
	struct wish *wish = page->outbox;
	if (wish == NULL || wish->number == 0)
		return;
	if (!wish->judged) {
		struct section where = { .kind = SECTION_verdicts, .a = page->actor };
		uint64_t lane = page->lane;
		if (wish->secret) {
			const struct page_number *number = number_of(page, wish->subject.a, wish->round);
			if (!number->has_lane)
				return;
			where = (struct section){ .kind = SECTION_mine, .a = wish->subject.a, .b = wish->round };
			lane = number->lane;
		}
		struct cursor verdict = picture_item(&page->picture, where, lane);
		if (verdict.left == 0 || cursor_uint(&verdict) != wish->number)
			return;
		enum fault fault = (enum fault)cursor_uint(&verdict);
		wish->seq = cursor_uint(&verdict);
		if (fault == FAULT_lane_unknown) {
			new_lane(page, now_us);
			return;
		}
		if (fault != FAULT_none && fault != FAULT_recovered) {
			end_first(page, fault, now_us);
			return;
		}
		wish->judged = true;
		wish->seq_fault = fault;
	}
	if (page->stable >= wish->seq) /* "saved" may be said now, and not before */
		end_first(page, (enum fault)wish->seq_fault, now_us);
}

static bool read_welcome(struct page *page, struct cursor *c, uint64_t now_us)
{
	if (cursor_uint(c) != PROTOCOL_VERSION)
		return false;
	struct slice sid = cursor_str(c), code = cursor_str(c);
	snprintf(page->sid, sizeof page->sid, "%.*s", (int)sid.len, (const char *)sid.at);
	snprintf(page->code, sizeof page->code, "%.*s", (int)code.len, (const char *)code.at);
	page->roles = (unsigned)cursor_uint(c);
	page->actor = (uint32_t)cursor_uint(c);
	page->welcome = true;
	if (page->door == DOOR_PARTICIPANT || page->outbox != NULL)
		send_next(page, now_us);
	return true;
}

static void read_frame(struct page *page, struct cursor *c, uint64_t now_us)
{
	page->term = (uint32_t)cursor_uint(c);
	page->done = cursor_uint(c);
	uint64_t stable = cursor_uint(c);
	page->stable = stable;
	page->log_ms = cursor_uint(c);
	page->log_at_us = now_us;
	picture_apply(&page->picture, c);
	if (page->actor == 0 ||
	    page->door == DOOR_PARTICIPANT) { /* after the join the page learns its number from its own sections */
		for (size_t i = 0; i < page->picture.count; i++) {
			struct section name = page->picture.sections[i].name;
			if ((name.kind == SECTION_me || name.kind == SECTION_verdicts) && name.a != 0)
				page->actor = name.a;
		}
	}
	if (page->up->frame != NULL)
		page->up->frame(page, page->ctx);
	read_verdict(page, now_us);
}

static void read_reply(struct page *page, struct cursor *c, uint64_t now_us)
{
	uint64_t lane = cursor_bin64(c);
	uint64_t number = cursor_uint(c);
	enum fault fault = (enum fault)cursor_uint(c);
	uint32_t later_ms = (uint32_t)cursor_uint(c);
	uint64_t activity = cursor_uint(c), round = cursor_uint(c);
	struct wish *wish = page->outbox;
	if (lane != page->lane || wish == NULL || !wish->sent || wish->number != number)
		return;
	if (wish->secret != (activity != 0) || (wish->secret && (wish->subject.a != activity || wish->round != round)))
		return;
	switch (fault) {
	case FAULT_later:
	case FAULT_unsure:
		wish->sent = false;
		wish->again = wish->again || fault == FAULT_unsure;
		page->replies_later++;
		if (later_ms == 0)
			later_ms = fault == FAULT_later ? LATER_MS : UNSURE_MS;
		page->up->wait(page, later_ms, page->ctx);
		return;
	case FAULT_lane_unknown: new_lane(page, now_us); return;
	default: end_first(page, fault, now_us);
	}
}

static void read_volatile(struct page *page, struct cursor *c, uint64_t now_us)
{
	enum volatile_kind kind = (enum volatile_kind)cursor_uint(c);
	struct cursor rest = *c;
	if (kind == VOLATILE_BEAT) {
		page->log_ms = cursor_uint(c);
		page->log_at_us = now_us;
	} else if (kind == VOLATILE_LANE) {
		uint32_t activity = (uint32_t)cursor_uint(c), round = (uint32_t)cursor_uint(c);
		struct page_number *number = number_of(page, activity, round);
		number->lane = cursor_bin64(c);
		number->has_lane = true;
		read_verdict(page, now_us);
	}
	if (page->up->told != NULL)
		page->up->told(page, kind, rest, page->ctx);
}

bool page_message(struct page *page, struct slice message, uint64_t now_us)
{
	struct cursor c = cursor_of(message);
	c = cursor_array(&c);
	if (c.left == 0 || cursor_type(&c) != CURSOR_UINT)
		return false;
	uint64_t kind = cursor_uint(&c);
	if (kind == MESSAGE_WELCOME)
		return read_welcome(page, &c, now_us);
	if (kind == MESSAGE_FRAME) {
		page->frames++;
		page->frame_bytes += message.len;
		read_frame(page, &c, now_us);
	} else if (kind == MESSAGE_REPLY) {
		read_reply(page, &c, now_us);
	} else if (kind == MESSAGE_VOLATILE) {
		read_volatile(page, &c, now_us);
	} else if (kind == MESSAGE_BYE && page->up->bye != NULL) {
		page->up->bye(page, (enum fault)cursor_uint(&c), page->ctx);
	}
	return true;
}

void page_go_on(struct page *page, uint64_t now_us)
{
	send_next(page, now_us);
}

static void enqueue(struct page *page, struct wish *wish, uint64_t now_us)
{
	struct wish **at = &page->outbox;
	while (*at != NULL) {
		struct wish *waiting = *at;
		/* What waits in the page is merged, newest value per field; what was numbered keeps its content. */
		if (wish->command == COMMAND_ballot && waiting->command == COMMAND_ballot && waiting->number == 0 &&
		    waiting->subject.a == wish->subject.a) {
			wish->next = waiting->next;
			*at = wish;
			wish_free(waiting);
			send_next(page, now_us);
			return;
		}
		at = &waiting->next;
	}
	*at = wish;
	send_next(page, now_us);
}

void page_wish(struct page *page, enum command command, uint32_t a, uint32_t b, struct slice form, struct slice text,
	       uint64_t now_us)
{
	enqueue(page, wish_create(command, a, b, form, text), now_us);
}

void page_wish_numbers(struct page *page, enum command command, uint32_t a, uint32_t b, const uint64_t *numbers, size_t count,
		       uint64_t now_us)
{
	struct pack form;
	pack_init(&form);
	pack_array(&form, count);
	for (size_t i = 0; i < count; i++)
		pack_uint(&form, numbers[i]);
	page_wish(page, command, a, b, pack_bytes(&form), slice_of(NULL, 0), now_us);
	pack_finish(&form);
}

void page_ballot(struct page *page, uint32_t activity, uint32_t round, struct slice ballot, uint64_t now_us)
{
	struct question question = { 0 };
	bool known = page_question(page, activity, &question), in_words = known && strcmp(question.kind, "text") == 0;
	struct pack form;
	pack_init(&form);
	pack_array(&form, 3);
	pack_uint(&form, round);
	pack_uint(&form, 0);
	pack_bin(&form, in_words ? slice_of(NULL, 0) : ballot);
	struct wish *wish = wish_create(COMMAND_ballot, activity, 0, pack_bytes(&form), in_words ? ballot : slice_of(NULL, 0));
	pack_finish(&form);
	wish->round = round;
	wish->secret = known && question.secret;
	wish->ballot = in_words ? wish->text : slice_of(wish->form.at + wish->form.len - ballot.len, ballot.len);
	enqueue(page, wish, now_us);
}

bool page_question(const struct page *page, uint32_t activity, struct question *out)
{
	struct cursor c = picture_item(&page->picture, (struct section){ .kind = SECTION_activity, .a = activity }, 0);
	if (c.left == 0)
		return false;
	*out = (struct question){ .number = activity, .step = (uint32_t)cursor_uint(&c) };
	struct slice kind = cursor_str(&c);
	snprintf(out->kind, sizeof out->kind, "%.*s", (int)kind.len, (const char *)kind.at);
	out->holder = (uint32_t)cursor_uint(&c);
	out->secret = cursor_bool(&c);
	out->config = cursor_bin(&c);
	return true;
}

size_t page_items(const struct page *page, uint32_t activity, uint32_t items[LIMIT_ITEMS])
{
	const struct picture_section *s = picture_find(&page->picture, SECTION_activity, activity, 0);
	size_t count = 0;
	for (size_t i = 0; s != NULL && i < s->count && count < LIMIT_ITEMS; i++) {
		struct cursor c = item_cursor(&s->items[i]);
		cursor_uint(&c);
		if (s->items[i].key == 0 || s->items[i].key > LIMIT_ITEMS || cursor_bool(&c)) /* itself, a group of items, hidden */
			continue;
		size_t at = count++;
		for (; at > 0 && items[at - 1] > s->items[i].key; at--)
			items[at] = items[at - 1];
		items[at] = (uint32_t)s->items[i].key;
	}
	return count;
}

uint32_t page_room(const struct page *page)
{
	struct cursor c = picture_item(&page->picture, (struct section){ .kind = SECTION_me, .a = page->actor }, 0);
	return (uint32_t)cursor_uint(&c);
}

uint32_t page_step(const struct page *page, uint32_t room)
{
	const uint32_t scopes[] = { room != 0 ? SCOPE_ROOM | room : 0, SCOPE_SESSION };
	for (size_t i = 0; i < 2; i++) {
		struct cursor c = picture_value(&page->picture, (struct section){ .kind = SECTION_scope, .a = scopes[i] }, 1);
		if (c.left > 0)
			return (uint32_t)cursor_uint(&c);
	}
	return 0;
}

struct pen page_pen(const struct page *page, uint32_t room)
{
	struct cursor c = picture_item(&page->picture, (struct section){ .kind = SECTION_signals, .a = room }, 1);
	struct pen pen = { .tenure = (uint32_t)cursor_uint(&c) };
	pen.holder = (uint32_t)cursor_uint(&c);
	pen.away = cursor_bool(&c);
	return pen;
}

unsigned page_phase(const struct page *page, uint32_t activity, uint32_t room, uint32_t *round)
{
	const uint32_t scopes[] = { room != 0 ? SCOPE_ROOM | room : 0, SCOPE_SESSION };
	for (size_t i = 0; i < 2; i++) {
		struct cursor c =
			picture_item(&page->picture, (struct section){ .kind = SECTION_scope, .a = scopes[i] },
				     KEY_ACTIVITY + (uint64_t)activity);
		if (c.left > 0) {
			unsigned phase = (unsigned)cursor_uint(&c);
			*round = (uint32_t)cursor_uint(&c);
			return phase;
		}
	}
	*round = 0;
	return 0;
}
