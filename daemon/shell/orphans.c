/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/orphans.h"

enum { SEAL_LOOK_MS = 100, SEAL_LOOKS = 50 }; /* a large seal is many entries; after five seconds the rest goes on without it */

static void bytes_keep(struct entry_bytes *bytes, const struct body *body)
{
	bytes->head_len = body->head.len;
	memcpy(bytes->head, body->head.at, body->head.len);
	bytes->form_len = body->form.len;
	bytes->text_len = body->text.len;
	bytes->parts = check_alloc(1, bytes->form_len + bytes->text_len);
	if (bytes->form_len)
		memcpy(bytes->parts, body->form.at, bytes->form_len);
	if (bytes->text_len)
		memcpy(bytes->parts + bytes->form_len, body->text.at, bytes->text_len);
	memcpy(bytes->digest, body->digest, sizeof bytes->digest);
}

void orphans_finish(struct hall *hall)
{
	for (size_t i = hall->orphans_first; i < hall->orphans_count; i++)
		entry_bytes_finish(&hall->orphans[i]);
	free(hall->orphans);
	hall->orphans = NULL;
	free(hall->orphans_put);
	hall->orphans_put = NULL;
	hall->orphans_put_count = 0;
	hall->orphans_count = hall->orphans_room = hall->orphans_first = 0;
	hall->orphans_tag = 0;
	hall->orphans_waited = 0;
	loop_stop(hall->house->loop, hall->orphans_timer);
	hall->orphans_timer = NULL;
}

/* A seal names places of its own history and is made anew (watch.c); and the newest rules are proposed by whoever knows that all know them. */
static bool comes_by_itself(const struct entry *entry)
{
	switch (entry->command) {
#if BOLLPLANK_BUG == 90 /* what followed a deadline goes in again without it */
	case COMMAND_due:
#endif
	case COMMAND_seal:
#if BOLLPLANK_BUG == 125 /* what followed a gate or an offered pen goes in again without it */
	case COMMAND_placed:
	case COMMAND_pen_away:
#endif
	case COMMAND_rules:
		return true;
	default:
		return false;
	}
}

static bool put_again(const struct hall *hall, uint64_t seq)
{
	for (size_t i = 0; i < hall->orphans_put_count; i++)
		if (hall->orphans_put[i] == seq)
			return true;
	return false;
}

/* The end of a deadline goes in again where it is over here too, or where its beginning has just gone in again: what was said after it was judged by it. Generations count in
 * each history for themselves, so another deadline may have the same: that one runs on, and watch.c ends it in its time. */
static bool ends_here(const struct hall *hall, const struct entry *entry)
{
	struct wait wait;
	unsigned cursor = 0;
	bool same = false;
#if BOLLPLANK_BUG == 92 /* the end of one deadline ends another */
	return true;
#endif
	while (!same && session_waits(hall->session, &cursor, &wait)) {
		struct pack form;
		if (wait.command != entry->command || wait.subject.a != entry->subject.a || wait.subject.b != entry->subject.b)
			continue;
		pack_init(&form);
		session_wait_form(hall->session, &wait, &form);
		same = slice_equal(pack_bytes(&form), entry->form) &&
		       (put_again(hall, wait.since_seq) || wait.since_ms + wait.after_ms <= house_log_ms(hall->house, hall));
		pack_finish(&form);
	}
	return same;
}

/* All who were present had answered, and what came after it was judged by that: who was late is late here too, and a question that was opened anew in the room is opened anew.
 * It names the entry that opened the question, which may stand elsewhere here: then it is written with that place. false: nothing waits for it, or it was opened by other means. */
static bool gate_here(const struct hall *hall, const struct entry *entry, struct gate *out)
{
	static const struct unpack_limits limits = { .depth = 1, .values = 4, .bytes = 64 };
	struct unpack *in = unpack_create(entry->form, &limits);
	unpack_arrays(in, 2);
	uint64_t round = unpack_uint(in, UINT32_MAX), since = unpack_uint(in, UINT64_MAX);
	bool is = unpack_end(in), found = false;
	unsigned cursor = 0;
	unpack_destroy(in);
	while (is && !found && session_gate(hall->session, &cursor, out))
		found = out->activity == entry->subject.a && (SCOPE_ROOM | out->room) == entry->subject.b;
	return found && out->round == round && (out->since == since || put_again(hall, out->since));
}

/* The same of a pen that was offered because its holder was away: somebody may have taken it. */
static bool pen_here(const struct hall *hall, const struct entry *entry)
{
	bool kept;
	return session_would_refuse(hall->session, entry, &kept) == FAULT_none;
}

static bool decode(const struct entry_bytes *bytes, struct entry *out)
{
	struct slice form = slice_of(bytes->parts, bytes->form_len), text = slice_of(bytes->parts + bytes->form_len, bytes->text_len);
	return entry_decode(slice_of(bytes->head, bytes->head_len), form, text, 0, bytes->digest, out);
}

/* The next stood before a seal, whose like this history will have in a moment: what followed it, a reveal perhaps, must follow it again. */
static bool awaits_seal(const struct hall *hall, const struct entry_bytes *bytes)
{
	struct entry entry;
	struct wait wait;
	unsigned cursor = 0;
	if (hall->orphans_waited >= SEAL_LOOKS || !decode(bytes, &entry) || entry.command != COMMAND_seal)
		return false;
	while (session_waits(hall->session, &cursor, &wait))
		if (wait.command == COMMAND_seal && wait.subject.a == entry.subject.a)
			return true;
	return false;
}

/* It is in the log already, by another way; or it must not come again. */
static bool orphan_spent(const struct hall *hall, const struct entry_bytes *bytes)
{
	struct entry entry;
	bool kept = false;
	if (!decode(bytes, &entry) || comes_by_itself(&entry))
		return true; /* not whole: it was struck, and what replaced it is gone */
	struct gate gate;
	if (entry.command == COMMAND_due || entry.command == COMMAND_extra_due)
		return !ends_here(hall, &entry);
	if (entry.command == COMMAND_placed)
		return !gate_here(hall, &entry, &gate);
	if (entry.command == COMMAND_pen_away)
		return !pen_here(hall, &entry);
	session_would_refuse(hall->session, &entry, &kept);
	return kept;
}

/* With the place that the question's opening has here. */
static void place_anew(const struct hall *hall, struct entry_bytes *bytes)
{
	struct entry entry;
	struct gate gate;
	struct pack form;
	if (!decode(bytes, &entry) || entry.command != COMMAND_placed || !gate_here(hall, &entry, &gate))
		return;
	pack_init(&form);
	session_gate_form(&gate, &form);
	if (!slice_equal(pack_bytes(&form), entry.form)) {
		struct entry_bytes old = *bytes;
		entry.form = pack_bytes(&form);
		entry_encode(&entry, (const uint8_t[2 * ENTRY_SALT]){ 0 }, bytes); /* nothing in it is salted, so whoever does the same makes the same bytes */
		entry_bytes_finish(&old);
	}
	pack_finish(&form);
}

static void on_orphans(void *ctx);

static void again_soon(struct hall *hall, uint64_t ms)
{
	if (hall->orphans_timer == NULL)
		hall->orphans_timer = loop_after(hall->house->loop, ms, on_orphans, hall);
}

/* One after the other: were one refused and the next taken, they would change places. */
void orphans_send(struct hall *hall)
{
#if BOLLPLANK_BUG == 64 /* what fell out of history is gone */
	orphans_finish(hall);
#endif
	while (hall->orphans_first < hall->orphans_count && hall->orphans_tag == 0) {
		struct entry_bytes *first = &hall->orphans[hall->orphans_first];
		if (awaits_seal(hall, first)) {
			hall->orphans_waited++;
			again_soon(hall, SEAL_LOOK_MS);
			return;
		}
		if (orphan_spent(hall, first)) {
			entry_bytes_finish(first);
			hall->orphans_first++;
			hall->orphans_waited = 0;
			continue;
		}
		place_anew(hall, first);
		if (hall_append_bytes(hall, first, &(struct pending){ .hall = hall, .kind = PENDING_ORPHAN }) == 0) {
			hall->orphans_tag = hall->house->newest_tag;
		} else {
			again_soon(hall, LATER_MS);
			return;
		}
	}
	if (hall->orphans_first == hall->orphans_count)
		orphans_finish(hall);
}

static void on_orphans(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	hall->orphans_timer = NULL;
	if (hall_serves(hall) && !hall->house->stopping)
		orphans_send(hall);
}

void orphans_failed(struct hall *hall, uint64_t tag)
{
	if (hall->orphans_tag != tag)
		return;
	hall->orphans_tag = 0;
	if (hall->open) /* else with the others, when it is */
		again_soon(hall, LATER_MS);
}

/* Whoever had it put in again, we or another instance that had it too: bodies go in unchanged, so their digests tell. */
void orphans_entry(struct hall *hall, const struct journal_entry *e)
{
	for (size_t i = hall->orphans_first; i < hall->orphans_count; i++)
		if (memcmp(hall->orphans[i].digest, e->body.digest, sizeof e->body.digest) == 0) {
			hall->orphans_put = check_realloc(hall->orphans_put, hall->orphans_put_count + 1, sizeof *hall->orphans_put);
			hall->orphans_put[hall->orphans_put_count++] = e->position.seq;
			return;
		}
}

void orphans_back(struct hall *hall, uint64_t tag)
{
	if (hall->orphans_tag != tag)
		return;
	hall->orphans_tag = 0;
	entry_bytes_finish(&hall->orphans[hall->orphans_first++]);
	if (hall_serves(hall))
		orphans_send(hall);
}

bool orphans_wait(const struct hall *hall)
{
#if BOLLPLANK_BUG == 65 /* something new gets before them */
	return false;
#endif
	return hall->orphans_count > hall->orphans_first + (hall->orphans_tag != 0);
}

void orphans_add(struct hall *hall, const struct body *body)
{
	if (body->head.len > ENTRY_HEAD_MAX)
		return;
	if (hall->orphans_count == hall->orphans_room) {
		hall->orphans_room = hall->orphans_room ? 2 * hall->orphans_room : 16;
		hall->orphans = check_realloc(hall->orphans, hall->orphans_room, sizeof *hall->orphans);
	}
	/* What is left of an earlier reset stood behind all that had come into the log since. */
	size_t at = hall->orphans_first + hall->orphans_new++;
	memmove(hall->orphans + at + 1, hall->orphans + at, (hall->orphans_count++ - at) * sizeof *hall->orphans);
	bytes_keep(&hall->orphans[at], body);
}
