/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/export.h"
#include "shell/entrance.h"
#include "shell/journal_chain.h"
#include <stdio.h>

enum { MAGIC_export = 0x6578706f, PAGE = 128 /* entries a piece: 30 kB mostly; of the longest that there are, 14 MB */ };

struct export {
	uint32_t magic;
	struct house *house;
	struct hall *hall;            /* kept in memory until it is known who asks; NULL: let go */
	struct export *next, *before; /* of the house */
	struct sid sid;
	uint8_t token_hash[32];
	char address[64];
	export_fn fn;
	void *ctx;
	struct loop_timer *timer;     /* an answer is due */
	bool begun, reading, ended, closed;
	enum fault fault;             /* to be told */
	uint64_t next_seq, until;
	uint64_t at_seq;              /* the last one in the piece */
	struct chain chain;
	bool secret[LIMIT_ACTIVITIES + 1];
	struct pack piece;
};

/* ---- the token, RFC 4648 section 5 without padding ---- */

static int digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

static bool token_read(struct slice text, uint8_t token[16])
{
	uint32_t bits = 0;
	size_t n = 0;
	if (text.len != 22)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int value = digit(text.at[i]);
		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4) /* 6, 12, 18, 24 bits: a byte is whole after each but the first */
			token[n++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	return (bits & 15) == 0; /* 132 bits for 128 */
}

/* ---- life ---- */

static void hall_release(struct export *e)
{
	struct hall *hall = e->hall;
	e->hall = NULL;
	if (hall == NULL)
		return;
	hall->exports--;
	/* Whoever guesses sids does not fill the house. */
	if (hall->seats.count == 0 && hall->exports == 0 && (hall->fault == FAULT_no_session || hall->fault == FAULT_later) && !hall->reading &&
	    !hall->founding && !e->house->stopping)
		hall_close(hall);
}

static void export_free(struct export *e)
{
	loop_stop(e->house->loop, e->timer);
	hall_release(e);
	*(e->before ? &e->before->next : &e->house->exports) = e->next;
	if (e->next)
		e->next->before = e->before;
	e->house->exports_count--;
	pack_finish(&e->piece);
	e->magic = 0;
	free(e);
}

void export_close(struct export *e)
{
	e->closed = true;
	loop_stop(e->house->loop, e->timer);
	e->timer = NULL;
	if (e->reading)
		return; /* the journal has not done with it */
	export_free(e);
}

/* The last thing that is done with an export: its owner may close it in the call. */
static void tell(struct export *e, enum fault fault, bool last)
{
	struct slice piece = fault == FAULT_none ? pack_bytes(&e->piece) : slice_of(NULL, 0);
	e->ended = last || fault != FAULT_none;
	if (e->ended) {
		trace(TRACE_INFO, "export", "session=%s fault=%s entries=%llu", e->sid.text, fault_name(fault), (unsigned long long)e->at_seq);
		hall_release(e);
	}
	e->fn(fault, piece, last, e->ctx);
}

/* ---- pieces ---- */

static void piece_begin(struct export *e)
{
	pack_clear(&e->piece);
	pack_array(&e->piece, 2);
	pack_str(&e->piece, slice_text("bollplank.log.1"));
	pack_str(&e->piece, slice_text(e->sid.text));
}

/* Which parts: what a seal replaces and the journal may not have forgotten yet; and of open ballots what facilitators may not see yet without a `look`, which the log would tell
 * of. (Older versions did not salt these: then the form stays.) */
static unsigned left_out(const struct export *e, const struct entry *entry)
{
	bool open = (entry->command == COMMAND_ballot || entry->command == COMMAND_agree || entry->command == COMMAND_proxy) && entry->subject.a <= LIMIT_ACTIVITIES && !e->secret[entry->subject.a];
#if BOLLPLANK_BUG == 12 /* the export tells secret ballots */
	open = true;
#endif
	if (!open)
		return entry->salted & ENTRY_FORM;
#if BOLLPLANK_BUG == 121 /* the export tells open ballots that nobody has looked at */
	return 0;
#endif
	return session_withholds(e->hall->session, entry) ? entry->salted : 0u;
}

static bool entry_add(struct export *e, const struct journal_entry *line)
{
	struct entry entry;
	struct pack *out = &e->piece;
	if (line->position.seq != e->at_seq + 1 ||
	    !entry_decode(line->body.head, line->body.form, line->body.text, line->struck, line->body.digest, &entry))
		return false;
	unsigned out_parts = left_out(e, &entry);
	e->at_seq++;
	e->chain = chain_next(e->chain, line->position, line->at_ms, line->body.digest);
	pack_array(out, 9);
	pack_uint(out, line->position.term);
	pack_uint(out, line->position.seq);
	pack_uint(out, line->at_ms);
	pack_bin(out, slice_of(e->chain.bytes, sizeof e->chain.bytes));
	pack_bin(out, slice_of(line->body.digest, sizeof line->body.digest));
	pack_uint(out, line->struck | out_parts);
	pack_bin(out, line->body.head);
	pack_bin(out, out_parts & ENTRY_FORM ? slice_of(NULL, 0) : line->body.form);
	pack_bin(out, out_parts & ENTRY_TEXT ? slice_of(NULL, 0) : line->body.text);
	return true;
}

static void on_read(const struct journal_entry *line, enum journal_status status, void *ctx)
{
	struct export *e = CAST(ctx, export);
	if (line) {
		if (e->fault == FAULT_none && (e->hall == NULL || !hall_serves(e->hall)))
			e->fault = FAULT_later; /* who may see what, nobody here knows any more */
		if (!e->closed && e->fault == FAULT_none && !entry_add(e, line))
			e->fault = FAULT_damaged;
		return;
	}
	e->reading = false;
	if (e->closed) {
		export_free(e);
		return;
	}
	if (e->ended) /* the house has stopped meanwhile */
		return;
	if (e->fault == FAULT_none && status != JOURNAL_OK)
		e->fault = status == JOURNAL_ABSENT ? FAULT_no_session : FAULT_damaged;
	if (e->fault == FAULT_none && e->at_seq + 1 < e->next_seq)
		e->fault = FAULT_later; /* less than was stable: another history */
	bool last = e->at_seq >= e->until;
	if (last) {
		pack_array(&e->piece, 1);
		pack_nil(&e->piece);
	}
	tell(e, e->fault, last && e->fault == FAULT_none);
}

void export_more(struct export *e)
{
	struct journal *journal = &e->house->journal;
	CHECK(!e->reading && e->begun);
	if (e->ended)
		return;
	uint64_t from = e->next_seq, until = e->until - from < PAGE ? e->until : from + PAGE - 1;
	pack_clear(&e->piece);
	e->next_seq = until + 1;
	e->reading = true;
	journal->ops->read(journal->self, e->sid, from, until, on_read, e);
}

/* ---- who asks ---- */

static enum fault judge(struct export *e)
{
	const struct hall *hall = e->hall;
	if (e->fault != FAULT_none)
		return e->fault;
	if (hall == NULL)
		return FAULT_later;
	if (hall->fault == FAULT_no_session)
		entrance_wrong(e->house, e->address);
	if (hall->fault != FAULT_none)
		return hall->fault;
	uint32_t actor = session_actor(hall->session, e->token_hash);
	if (actor == 0 && !e->house->journal.ops->level(e->house->journal.self, e->sid))
		return FAULT_later; /* the link may have been made a moment ago, elsewhere */
	if (!(actor & ACTOR_LINK) || !(session_roles(hall->session, actor) & ROLE_FACILITATOR)) {
		bool guessing = entrance_guesses(e->house, e->address);
		entrance_wrong(e->house, e->address);
		return guessing ? FAULT_too_many_codes : FAULT_not_allowed;
	}
	return hall->stable ? FAULT_none : FAULT_later;
}

static void on_due(void *ctx)
{
	struct export *e = CAST(ctx, export);
	e->timer = NULL;
	if (e->hall && !e->hall->open && e->hall->fault == FAULT_none && e->fault == FAULT_none)
		return; /* history is being loaded anew: again then */
	enum fault fault = judge(e);
	if (fault == FAULT_none) {
		for (uint32_t a = 1; a <= LIMIT_ACTIVITIES; a++)
			e->secret[a] = session_secret(e->hall->session, a, NULL);
		e->until = e->hall->stable;
		e->next_seq = 1;
		e->begun = true;
		piece_begin(e);
	}
	tell(e, fault, false);
}

static void due(struct export *e)
{
	if (e->timer == NULL && !e->begun && !e->ended)
		e->timer = loop_after(e->house->loop, 0, on_due, e);
}

struct export *export_open(struct house *house, const struct export_wish *wish, export_fn fn, void *ctx)
{
	struct export *e = check_alloc(1, sizeof *e);
	uint8_t token[16];
	e->magic = MAGIC_export;
	e->house = house;
	e->fn = fn;
	e->ctx = ctx;
	e->next = house->exports;
	if (e->next)
		e->next->before = e;
	house->exports = e;
	snprintf(e->address, sizeof e->address, "%s", wish->address);
	pack_init(&e->piece);
	if (++house->exports_count > LIMIT_EXPORTS || house->stopping) {
		e->fault = FAULT_later;
	} else if (!token_read(wish->token, token)) {
		entrance_wrong(house, e->address);
		e->fault = FAULT_not_allowed;
	} else if (!sid_parse(wish->sid, &e->sid)) {
		entrance_wrong(house, e->address);
		e->fault = FAULT_no_session;
	} else {
		struct digest hash = digest_plain(slice_of(token, sizeof token));
		memcpy(e->token_hash, hash.bytes, sizeof e->token_hash);
		e->hall = house_visit(house, e->sid);
		if (e->hall)
			e->hall->exports++;
		else
			e->fault = FAULT_later;
	}
	explicit_bzero(token, sizeof token);
	if (e->fault != FAULT_none || e->hall->open || e->hall->fault != FAULT_none)
		due(e);
	return e;
}

/* ---- the house ---- */

void export_hall_open(struct hall *hall)
{
	for (struct export *e = hall->house->exports; e && hall->exports; e = e->next)
		if (e->hall == hall)
			due(e); /* not from inside what the hall is doing */
}

void export_hall_reset(struct hall *hall)
{
	for (struct export *e = hall->house->exports; e && hall->exports; e = e->next)
		if (e->hall == hall && e->begun && BOLLPLANK_BUG != 122) /* 122: it goes on with another history */
			e->fault = FAULT_later;
}

void export_hall_lost(struct hall *hall)
{
	for (struct export *e = hall->house->exports; e && hall->exports; e = e->next)
		if (e->hall == hall) {
			e->hall = NULL;
			hall->exports--;
			if (!hall->house->ended)
				due(e);
		}
}

bool export_stop(struct house *house)
{
	bool reading = false;
	for (struct export *e = house->exports, *next; e; e = next) {
		next = e->next;
		reading |= e->reading;
		if (e->ended || e->closed)
			continue;
		loop_stop(house->loop, e->timer);
		e->timer = NULL;
		tell(e, FAULT_later, false);
	}
	return reading;
}

void export_end(struct house *house)
{
	while (house->exports)
		export_free(house->exports); // NOLINT(clang-analyzer-unix.Malloc): it takes itself out of the list
}
