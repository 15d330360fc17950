/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/workshop.h"
#include "base/check.h"
#include "wire/workshop_read.h"

/* ---- steps ---- */

static const struct key part_keys[] = {
	{ "title", true, "its words in each language", 0 },
	{ "minutes", true, "a number of minutes, or a range as 5-10", 0 },
	{ NULL, false, NULL, 0 },
};
static const struct key step_keys[] = {
	{ "id", true, "a name for it, of a to z, digits and -", 0 },
	{ "title", true, "its words in each language", 0 },
	{ "instruction", false, NULL, 0 },
	{ "minutes", true, "how long it takes", 0 },
	{ "parts", false, NULL, 0 },
	{ "plenary", false, NULL, 0 },
	{ "follows", false, NULL, 0 },
	{ "guide", false, NULL, 0 },
	{ "activities", false, NULL, 0 },
	{ NULL, false, NULL, 0 },
};
enum { MINUTES_MOST = DURATION_MS_MAX / 60000 };

struct minutes {
	uint32_t least, most;
};

/* 20, or 5-10. */
static struct minutes part_minutes(struct reader *r, uint32_t map)
{
	struct minutes m = { 0, 0 };
	uint32_t node = tree_value(&r->tree, map, "minutes");
	struct slice words = tree_words(&r->tree, node);
	const uint8_t *dash = words.len ? memchr(words.at, '-', words.len) : NULL;
	struct slice first = slice_of(words.at, dash ? (size_t)(dash - words.at) : words.len);
	struct slice second = dash ? slice_of(dash + 1, words.len - first.len - 1) : first;
	if (node == 0)
		return m;
	if (read_digits(first, &m.least) && read_digits(second, &m.most) && m.least <= m.most && m.most >= 1 && m.most <= MINUTES_MOST)
		return m;
	WRONG(r, node, "minutes is %s; expected a number from 1 to %d, or a range as 5-10", read_found(r, node).text, MINUTES_MOST);
	return (struct minutes){ 0, 0 };
}

/* The words and the times of the parts; how many there are. */
static uint32_t parts_read(struct reader *r, uint32_t map, uint32_t minutes, struct minutes times[LIMIT_PARTS], struct text texts[LIMIT_PARTS])
{
	uint32_t list = tree_value(&r->tree, map, "parts"), count = read_list(r, list, "parts", LIMIT_PARTS), i = 0, least = 0;
	for (uint32_t at = count ? read_first(r, list) : 0; at; at = read_next(r, at), i++) {
		if (!read_map(r, at, "a part", part_keys, 0))
			continue;
		times[i] = part_minutes(r, at);
		texts[i] = read_text(r, at, "title", LIMIT_TITLE, SHORT_WORDS);
		least += times[i].least;
	}
	if (least > minutes)
		WARN(r, list, "the parts take at least %u minutes, the step has %u; expected parts that fit", (unsigned)least, (unsigned)minutes);
	return count;
}

/* [minutes, plenary, source, group, [[least, most], ...], text [title, instruction, part, ...], guide, activities], and its row of the list. */
static void step_pack(struct reader *r, struct pack *out, struct pack *row, uint32_t list, uint32_t map)
{
	struct minutes times[LIMIT_PARTS] = { { 0, 0 } };
	struct text texts[2 + LIMIT_PARTS] = { { { 0 } } };
	if (!read_map(r, map, "a step", step_keys, 0))
		return;
	read_own_id(r, list, map);
	texts[0] = read_text(r, map, "title", LIMIT_TITLE, SHORT_WORDS);
	texts[1] = read_text(r, map, "instruction", LIMIT_ITEM, LONG_WORDS);
	uint32_t minutes = read_number(r, map, "minutes", (struct range){ 0, MINUTES_MOST, 0 });
	uint32_t parts = parts_read(r, map, minutes, times, texts + 2);
	uint32_t plenary = read_number(r, map, "plenary", (struct range){ 0, LIMIT_NOTES_STEP, 0 });
	struct source source = read_source(r, map, "follows");
	if (source.asked && source.group == 0 && source.item == 0)
		WRONG(r, tree_value(&r->tree, map, "follows"), "follows names no group and no item; expected one of them");
	r->out->minutes += minutes;
	pack_array(out, 8);
	pack_uint(out, minutes);
	pack_uint(out, plenary);
	pack_uint(out, source.asked ? source.asked->number : 0);
	pack_uint(out, source.group + source.item); /* one of them is 0 */
	pack_array(out, parts);
	for (uint32_t i = 0; i < parts; i++) {
		pack_array(out, 2);
		pack_uint(out, times[i].least);
		pack_uint(out, times[i].most);
	}
	read_text_pack(r, out, texts, 2 + (size_t)parts);
	read_guide_pack(r, out, map);
	read_activities_pack(r, out, map);
	pack_array(row, 2);
	pack_uint(row, minutes);
	read_text_pack(r, row, texts, 1);
}

/* ---- the file ---- */

static const struct key file_keys[] = {
	{ "bollplank", true, "bollplank: 1, the version of this format", 0 },
	{ "id", true, "a name for it, of a to z, digits and -, as the file is called", 0 },
	{ "version", true, "a number, raised with each change", 0 },
	{ "languages", true, "a list as [sv, en]", 0 },
	{ "title", true, "its words in each language", 0 },
	{ "purpose", true, "one or two sentences in each language", 0 },
	{ "guide", false, NULL, 0 },
	{ "k", false, NULL, 0 },
	{ "grace", false, NULL, 0 },
	{ "room_size", false, NULL, 0 },
	{ "steps", true, "a list of what is done one after the other", 0 },
	{ NULL, false, NULL, 0 },
};

static bool language_proper(struct slice tag)
{
	for (size_t i = 0; i < tag.len; i++) {
		bool letter = (tag.at[i] | 0x20) >= 'a' && (tag.at[i] | 0x20) <= 'z';
		if (!letter && (i < 2 || (tag.at[i] != '-' && (tag.at[i] < '0' || tag.at[i] > '9'))))
			return false;
	}
	return tag.len >= 2 && tag.len <= 35;
}

static void languages_read(struct reader *r)
{
	uint32_t list = tree_value(&r->tree, r->tree.top, "languages");
	if (!read_list(r, list, "languages", LIMIT_LANGUAGES))
		return;
	for (uint32_t at = read_first(r, list); at; at = read_next(r, at)) {
		struct slice tag = tree_words(&r->tree, at);
		if (!language_proper(tag))
			WRONG(r, at, "%s is no language; expected a tag as sv, en or fi", read_found(r, at).text);
		else if (read_language(r, tag))
			WRONG(r, at, "%s stands in languages already; expected it once", read_found(r, at).text);
		else
			r->languages[r->languages_count++] = at;
	}
}

static void id_of_file(struct reader *r, struct slice stem)
{
	uint32_t id = read_id(r, r->tree.top);
	struct slice words = tree_words(&r->tree, id);
	if (id == 0)
		return;
	if (stem.len && !slice_equal(stem, words))
		WRONG(r, id, "the id is %s and the file is called %s; expected the same name", read_found(r, id).text, quoted(stem).text);
	memcpy(r->out->id, words.at, words.len);
}

static void origin_pack(const struct reader *r, struct pack *out)
{
	char text[LIMIT_ORIGIN + 1] = "", digits_of[12];
	size_t len = strlen(r->out->id), n = sizeof digits_of;
	for (uint32_t v = r->out->version; n == sizeof digits_of || v; v /= 10)
		digits_of[--n] = (char)('0' + v % 10);
	memcpy(text, r->out->id, len);
	text[len++] = '@';
	memcpy(text + len, digits_of + n, sizeof digits_of - n);
	pack_str(out, slice_text(text));
}

static void file_pack(struct reader *r, struct slice stem)
{
	struct workshop *out = r->out;
	uint32_t top = r->tree.top, steps = tree_value(&r->tree, top, "steps");
	if (!read_map(r, top, "a workshop", file_keys, 0))
		return;
	read_number(r, top, "bollplank", (struct range){ WORKSHOP_FORMAT, WORKSHOP_FORMAT, WORKSHOP_FORMAT });
	id_of_file(r, stem);
	out->version = read_number(r, top, "version", (struct range){ 1, UINT16_MAX, 1 });
	languages_read(r);
	struct text texts[2] = { read_text(r, top, "title", LIMIT_TITLE, SHORT_WORDS), read_text(r, top, "purpose", LIMIT_ITEM, LONG_WORDS) };
	out->room_size = read_number(r, top, "room_size", (struct range){ 2, LIMIT_MEMBERS, 0 });
	origin_pack(r, (pack_array(&out->body, 7), &out->body));
	pack_uint(&out->body, read_number(r, top, "k", (struct range){ K_DEFAULT, K_MAX, 0 }));
	pack_uint(&out->body, 1000 * (uint64_t)read_number(r, top, "grace", (struct range){ 1, GRACE_MS_MAX / 1000, 0 }));
	read_text_pack(r, &out->body, texts, 1);
	read_guide_pack(r, &out->body, top);
	struct pack rows;
	pack_init(&rows);
	out->steps = read_list(r, steps, "steps", LIMIT_STEPS);
	pack_array(&out->body, out->steps);
	for (uint32_t at = out->steps ? read_first(r, steps) : 0; at; at = read_next(r, at))
		step_pack(r, &out->body, &rows, steps, at);
	pack_array(&out->body, 0); /* rooms: how many there are is known when people come */
	out->activities = r->activities;
	pack_array(&out->row, 6);
	pack_str(&out->row, slice_text(out->id));
	pack_uint(&out->row, out->version);
	pack_uint(&out->row, out->minutes);
	read_text_pack(r, &out->row, texts, 2);
	pack_array(&out->row, out->steps);
	pack_raw(&out->row, pack_bytes(&rows));
	pack_uint(&out->row, out->room_size);
	pack_finish(&rows);
	if (out->body.len > LIMIT_WORKSHOP_BODY)
		WRONG(r, top, "all of it has %zu bytes as a session, each statement counted with its ends; expected at most %d", out->body.len, LIMIT_WORKSHOP_BODY);
}

void workshop_read(struct slice yaml, struct slice stem, struct workshop *out)
{
	*out = (struct workshop){ 0 };
	struct reader *r = check_alloc(1, sizeof *r);
	r->out = out;
	r->complaints = &out->complaints;
	if (tree_read(yaml, &r->tree, &out->complaints))
		file_pack(r, stem);
	tree_finish(&r->tree);
	free(r->asked);
	free(r);
	complaints_sort(&out->complaints);
	out->good = out->complaints.errors == 0;
}

void workshop_finish(struct workshop *workshop)
{
	pack_finish(&workshop->row);
	pack_finish(&workshop->body);
}
