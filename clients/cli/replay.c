/* SPDX-License-Identifier: EUPL-1.2 */
#include "replay.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/limits.h"
#include "core/session.h"
#include "wire/entry.h"
#include <stdarg.h>
#include <stdio.h>

enum { CHAIN = 16, SECTIONS_FIRST = 256 };

__attribute__((format(printf, 2, 3))) static bool wrong(struct replayed *out, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	vsnprintf(out->wrong, sizeof out->wrong, format, more);
	va_end(more);
	return false;
}

static uint8_t *put(uint8_t *at, uint64_t value, int len)
{
	for (int i = 0; i < len; i++)
		at[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
	return at + len;
}

/* Clause 6.2. */
static void chain_on(uint8_t chain[CHAIN], const struct entry *entry, struct slice digest)
{
	uint8_t bytes[CHAIN + 4 + 8 + 8 + 32], *at = bytes;
	memcpy(at, chain, CHAIN);
	at = put(at + CHAIN, entry->term, 4);
	at = put(at, entry->seq, 8);
	at = put(at, entry->at_ms, 8);
	memcpy(at, digest.at, 32);
	struct digest next = digest_plain(slice_of(bytes, sizeof bytes));
	memcpy(chain, next.bytes, CHAIN);
}

struct papers { /* asked for along the way; may be NULL */
	uint32_t activity, *of_room;
};

static void note_papers(const struct papers *papers, const struct entry *entry)
{
	struct cursor form = cursor_of(entry->form);
	if (entry->subject.a != papers->activity || entry->subject.b > LIMIT_ROOMS)
		return;
	if (entry->command == COMMAND_ask)
		memset(papers->of_room, 0, (LIMIT_ROOMS + 1) * sizeof *papers->of_room); /* a new round, with paper of its own */
	if (entry->command != COMMAND_papers)
		return;
	form = cursor_array(&form);
	papers->of_room[entry->subject.b] = (uint32_t)cursor_uint(&form);
}

static bool replay_entry(struct session *s, struct cursor line, uint8_t chain[CHAIN], const struct papers *papers, struct replayed *out)
{
	struct entry entry;
	uint32_t term = (uint32_t)cursor_uint(&line);
	uint64_t seq = cursor_uint(&line), at_ms = cursor_uint(&line);
	struct slice told = cursor_bin(&line), digest = cursor_bin(&line);
	unsigned struck = (unsigned)cursor_uint(&line);
	struct slice head = cursor_bin(&line), form = cursor_bin(&line), text = cursor_bin(&line);
	if (digest.len != 32 || told.len != CHAIN || seq != out->seq + 1)
		return wrong(out, "after entry %llu: not an entry, or one is missing", (unsigned long long)out->seq);
	if (!entry_decode(head, form, text, struck, digest.at, &entry))
		return wrong(out, "entry %llu: its bytes are not those that were written", (unsigned long long)seq);
	entry.term = term;
	entry.seq = seq;
	entry.at_ms = at_ms;
	entry.struck = struck;
	chain_on(chain, &entry, digest);
	if (memcmp(chain, told.at, CHAIN) != 0)
		return wrong(out, "entry %llu: the chain is broken here", (unsigned long long)seq);
	if (session_step(s, &entry) == FAULT_none && papers)
		note_papers(papers, &entry);
	session_changes_clear(s);
	if (session_stopped(s))
		return wrong(out, "entry %llu: made by a newer Bollplank", (unsigned long long)seq);
	out->seq = seq;
	out->entries++;
	return true;
}

/* The first facilitator's link that still opens something. */
static struct eyes facilitator_eyes(const struct session *s)
{
	struct eyes eyes = { 0 };
	for (uint32_t link = 1; link <= LIMIT_LINKS && eyes.actor == 0; link++) {
		eyes.roles = session_roles(s, link | ACTOR_LINK);
		if (eyes.roles & ROLE_FACILITATOR)
			eyes.actor = link | ACTOR_LINK;
	}
	return eyes;
}

/* As a page that comes now would get it: one frame with everything in sight. */
static void draw(const struct session *s, struct picture *picture)
{
	struct eyes eyes = facilitator_eyes(s);
	size_t room = SECTIONS_FIRST, count;
	struct section *sections = NULL;
	struct pack views, frame;
	do {
		room *= 2;
		sections = check_realloc(sections, room, sizeof *sections);
		count = session_sections(s, &eyes, SHAPE_SHARED, sections, room);
	} while (count > room);
	pack_init(&views);
	pack_init(&frame);
	size_t drawn = 0;
	for (size_t i = 0; i < count; i++)
		drawn += session_view(s, &eyes, sections[i], 0, session_sees(s, &eyes, sections[i]), &views);
	pack_array(&frame, 3);
	pack_nil(&frame);
	pack_array(&frame, 0);
	pack_array(&frame, drawn);
	pack_raw(&frame, pack_bytes(&views));
	struct cursor c = cursor_of(pack_bytes(&frame));
	c = cursor_array(&c);
	picture_apply(picture, &c);
	pack_finish(&views);
	pack_finish(&frame);
	free(sections);
}

/* The session at the end of the log; NULL: out->wrong says why not. The caller destroys it. */
static struct session *fold(struct slice log, const struct papers *papers, struct replayed *out)
{
	uint8_t chain[CHAIN] = { 0 };
	struct sid sid;
	bool whole = false, fine = true;
	*out = (struct replayed){ 0 };
	struct cursor c = { .at = log.at, .end = log.at + log.len, .left = SIZE_MAX }, head = cursor_array(&c);
	if (!slice_equal(cursor_str(&head), slice_text("bollplank.log.1")) || !sid_parse(cursor_str(&head), &sid)) {
		wrong(out, "this is not a session's log");
		return NULL;
	}
	memcpy(out->sid, sid.text, sizeof out->sid);
	struct session *s = session_create(sid);
	while (fine && !whole && c.at < c.end) {
		struct cursor line = cursor_array(&c);
		whole = line.left == 1 && cursor_type(&line) == CURSOR_NIL;
		if (!whole)
			fine = replay_entry(s, line, chain, papers, out);
	}
	if (fine && !whole)
		fine = wrong(out, "it breaks off after entry %llu", (unsigned long long)out->seq);
	if (fine)
		return s;
	session_destroy(s);
	return NULL;
}

bool replay_log(struct slice log, struct picture *picture, struct replayed *out)
{
	picture_init(picture, UINT32_MAX);
	struct session *s = fold(log, NULL, out);
	if (s && out->seq)
		draw(s, picture);
	if (s)
		session_destroy(s);
	return s != NULL;
}

bool replay_papers(struct slice log, uint32_t activity, uint32_t *papers, struct replayed *out)
{
	memset(papers, 0, (LIMIT_ROOMS + 1) * sizeof *papers);
	struct session *s = fold(log, &(struct papers){ activity, papers }, out);
	if (s)
		session_destroy(s);
	return s != NULL;
}
