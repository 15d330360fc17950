/* SPDX-License-Identifier: EUPL-1.2 */
#include "replay.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/limits.h"
#include "core/session.h"
#include "wire/entry.h"
#include <stdarg.h>
#include <stdio.h>

enum { CHAIN = 16, SECTIONS_FIRST = 256, KEY_OF_ACTIVITY = 4096 };

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

/* Of an open question nothing is ever struck by itself: it was left out. */
static bool is_withheld(const struct session *s, const struct entry *entry)
{
	bool cast = entry->command == COMMAND_ballot || entry->command == COMMAND_agree || entry->command == COMMAND_proxy;
	return cast && entry->struck & ENTRY_FORM && !session_secret(s, entry->subject.a, NULL);
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
	out->withheld += is_withheld(s, &entry);
	bool taken = session_step(s, &entry) == FAULT_none;
	if (taken && papers)
		note_papers(papers, &entry);
	if (taken && entry.command == COMMAND_end)
		out->ended_ms = at_ms;
	out->at_ms = at_ms;
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

/* Sections into the picture, as a frame brings them. */
static void draw_views(struct picture *picture, const struct pack *views, size_t drawn)
{
	struct pack frame;
	pack_init(&frame);
	pack_array(&frame, 3);
	pack_nil(&frame);
	pack_array(&frame, 0);
	pack_array(&frame, drawn);
	pack_raw(&frame, pack_bytes(views));
	struct cursor c = cursor_of(pack_bytes(&frame));
	c = cursor_array(&c);
	picture_apply(picture, &c);
	pack_finish(&frame);
}

/* Of a result that is not in sight, the rounds before the running one: everybody saw them (what nobody saw went with `ask`), and no page shows them again before the running one is
 * revealed (clause 4.12). A record is for good. */
static size_t draw_earlier(const struct session *s, struct section section, uint32_t running, struct pack *views)
{
	struct pack whole, items;
	size_t count = 0;
	pack_init(&whole);
	pack_init(&items);
	session_view(s, &(struct eyes){ 0 }, section, 0, 1, &whole);
	struct cursor c = cursor_of(pack_bytes(&whole)), view = cursor_array(&c);
	for (int i = 0; i < 4; i++)
		cursor_raw(&view);
	for (struct cursor all = cursor_array(&view); all.left;) {
		uint64_t round = cursor_uint(&all);
		struct slice value = cursor_raw(&all);
		if (round >= running)
			continue;
		pack_uint(&items, round);
		pack_raw(&items, value);
		count++;
	}
	if (count) {
		pack_array(views, 5);
		pack_uint(views, section.kind);
		pack_uint(views, section.a);
		pack_uint(views, section.b);
		pack_bool(views, true);
		pack_array(views, 2 * count);
		pack_raw(views, pack_bytes(&items));
	}
	pack_finish(&whole);
	pack_finish(&items);
	return count > 0;
}

/* What a record needs and no facilitator's page has. */
static void draw_more(const struct session *s, const struct eyes *eyes, struct picture *picture)
{
	struct pack views;
	size_t drawn = 0;
	pack_init(&views);
	for (uint32_t a = 1; a <= LIMIT_ACTIVITIES; a++) {
		struct cursor asked = picture_item(picture, (struct section){ .kind = SECTION_activity, .a = a }, 0);
		struct cursor phase = picture_item(picture, (struct section){ .kind = SECTION_scope }, KEY_OF_ACTIVITY + (uint64_t)a);
		if (asked.left == 0)
			continue;
		cursor_uint(&asked);
		bool rating = slice_equal(cursor_str(&asked), slice_text("rating"));
		cursor_uint(&asked);
		bool in_room = rating && cursor_bool(&asked); /* clause 5.15: its ballots stay in the room */
		cursor_uint(&phase);
		uint32_t running = (uint32_t)cursor_uint(&phase);
		for (uint32_t room = 0; running > 1 && room <= (in_room ? 0 : session_rooms(s)); room++) {
			struct section result = { .kind = SECTION_result, .a = a, .b = room };
			if (!session_sees(s, eyes, result))
				drawn += draw_earlier(s, result, running, &views);
		}
	}
	for (uint32_t room = 1; room <= session_rooms(s); room++)
		drawn += session_view(s, eyes, (struct section){ .kind = SECTION_room_ballots, .a = room }, 0, 1, &views);
	draw_views(picture, &views, drawn);
	pack_finish(&views);
}

/* A result of answers in words, with all of them: a picture has an end, a record has none. */
static void pack_all_words(struct cursor told, struct slice all, struct pack *out)
{
	pack_array(out, told.left);
	for (size_t i = 0; told.left; i++) {
		struct slice value = cursor_raw(&told);
		if (i == 3)
			pack_bin(out, all);
		else
			pack_raw(out, value);
	}
}

static size_t draw_words_of(const struct session *s, const struct picture_section *section, struct pack *views)
{
	struct pack items;
	size_t count = 0;
	pack_init(&items);
	for (size_t i = 0; i < section->count; i++) {
		struct pack all;
		pack_init(&all);
		if (session_words(s, section->name.a, (uint32_t)section->items[i].key, section->name.b, &all)) {
			pack_uint(&items, section->items[i].key);
			pack_all_words(item_cursor(&section->items[i]), pack_bytes(&all), &items);
			count++;
		}
		pack_finish(&all);
	}
	if (count) {
		pack_array(views, 5);
		pack_uint(views, section->name.kind);
		pack_uint(views, section->name.a);
		pack_uint(views, section->name.b);
		pack_bool(views, false);
		pack_array(views, 2 * count);
		pack_raw(views, pack_bytes(&items));
	}
	pack_finish(&items);
	return count > 0;
}

static void draw_words(const struct session *s, struct picture *picture)
{
	struct pack views;
	size_t drawn = 0;
	pack_init(&views);
	for (size_t i = 0; i < picture->count; i++)
		if (picture->sections[i].name.kind == SECTION_result)
			drawn += draw_words_of(s, &picture->sections[i], &views);
	draw_views(picture, &views, drawn);
	pack_finish(&views);
}

/* As a page that comes now would get it: one frame with everything in sight. */
static void draw(const struct session *s, struct picture *picture)
{
	struct eyes eyes = facilitator_eyes(s);
	size_t room = SECTIONS_FIRST, count;
	struct section *sections = NULL;
	struct pack views;
	do {
		room *= 2;
		sections = check_realloc(sections, room, sizeof *sections);
		count = session_sections(s, &eyes, SHAPE_SHARED, sections, room);
	} while (count > room);
	pack_init(&views);
	size_t drawn = 0;
	for (size_t i = 0; i < count; i++)
		drawn += session_view(s, &eyes, sections[i], 0, session_sees(s, &eyes, sections[i]), &views);
	draw_views(picture, &views, drawn);
	draw_more(s, &eyes, picture);
	draw_words(s, picture);
	pack_finish(&views);
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
