/* SPDX-License-Identifier: EUPL-1.2 */
/* What is asked in a step: activities with their groups, items and configuration; a rating becomes one for each statement. */
#include "wire/workshop_read.h"
#include "base/check.h"

enum { HOLDER_PERSON = 1, HOLDER_ROOM = 2, LETTER_BYTES = 3, ANSWER_LETTERS = 300 };

static const struct {
	const char *name;
	enum kind kind;
} kinds[] = {
	{ "dots", KIND_DOTS }, { "choice", KIND_CHOICE }, { "rating", KIND_RATING }, { "ranking", KIND_RANKING }, { "text", KIND_TEXT },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const char *workshop_kind(size_t i)
{
	return i < KINDS ? kinds[i].name : NULL;
}

static const struct key item_keys[] = {
	{ "id", true, "a name for it, of a to z, digits and -", 0 },
	{ "group", false, NULL, KIND_LISTS },
	{ "text", true, "its words in each language", 0 },
	{ NULL, false, NULL, 0 },
};
static const struct key group_keys[] = {
	{ "id", true, "a name for it, of a to z, digits and -", 0 },
	{ "title", true, "its words in each language", 0 },
	{ NULL, false, NULL, 0 },
};
static const struct key source_keys[] = {
	{ "activity", true, "the id of an activity above", 0 },
	{ "group", false, NULL, 0 },
	{ "item", false, NULL, 0 },
	{ NULL, false, NULL, 0 },
};
static const struct key activity_keys[] = {
	{ "id", true, "a name for it, of a to z, digits and -", 0 },
	{ "kind", true, "dots, choice, rating, ranking or text", 0 },
	{ "title", false, NULL, 0 }, /* needed by all but a rating, whose statements are the titles */
	{ "lead", false, NULL, 0 },
	{ "holder", false, NULL, 0 },
	{ "secret", false, NULL, 0 },
	{ "dots", true, "how many dots a person has", KIND_DOTS },
	{ "cap", false, NULL, KIND_DOTS },
	{ "least", false, NULL, KIND_CHOICE },
	{ "most", false, NULL, KIND_CHOICE },
	{ "best", true, "how many places there are", KIND_RANKING },
	{ "letters", false, NULL, KIND_TEXT },
	{ "gate", false, NULL, KIND_RATING },
	{ "low", true, "the words of the low end, in each language", KIND_RATING },
	{ "high", true, "the words of the high end, in each language", KIND_RATING },
	{ "statements", false, NULL, KIND_RATING },
	{ "statements_from", false, NULL, KIND_RATING },
	{ "groups", false, NULL, KIND_LISTS },
	{ "items", true, "a list of what can be chosen", KIND_LISTS },
	{ NULL, false, NULL, 0 },
};

static struct names asked_names(const struct reader *r)
{
	struct names names = { .text = "" };
	for (size_t i = 0; i < r->asked_count; i++)
		if (r->asked[i].kind & KIND_LISTS && r->asked[i].id)
			names_add(&names, tree_words(&r->tree, r->asked[i].id));
	if (names.len == 0)
		names_add(&names, slice_text("none so far"));
	return names;
}

struct source read_source(struct reader *r, uint32_t map, const char *key)
{
	struct source source = { 0 };
	uint32_t node = tree_value(&r->tree, map, key);
	if (node == 0 || !read_map(r, node, key, source_keys, 0))
		return source;
	uint32_t activity = tree_value(&r->tree, node, "activity"), group = tree_value(&r->tree, node, "group"), item = tree_value(&r->tree, node, "item");
	if (activity == 0)
		return source;
	struct slice id = tree_words(&r->tree, activity);
	const struct asked *asked = NULL;
	for (size_t i = 0; i < r->asked_count; i++)
		if (r->asked[i].kind & KIND_LISTS && id.len && slice_equal(tree_words(&r->tree, r->asked[i].id), id))
			asked = &r->asked[i];
	if (asked == NULL) {
		WRONG(r, activity, "no activity with items above this line has the id %s; expected one of %s", read_found(r, activity).text, asked_names(r).text);
		return source;
	}
	uint32_t groups = tree_value(&r->tree, asked->node, "groups"), items = tree_value(&r->tree, asked->node, "items");
	source.asked = asked;
	source.group_id = group;
	source.group = group ? read_find(r, groups, tree_words(&r->tree, group), NULL) : 0;
	source.item = item ? read_find(r, items, tree_words(&r->tree, item), NULL) : 0;
	if (group && source.group == 0) {
		WRONG(r, group, "that activity has no group %s; expected %s%s", read_found(r, group).text, groups ? "one of " : "an item: it has no groups at all",
		      groups ? read_ids(r, groups).text : "");
		source.asked = NULL;
	}
	if (item && source.item == 0) {
		WRONG(r, item, "that activity has no item %s; expected one of %s", read_found(r, item).text, read_ids(r, items).text);
		source.asked = NULL;
	}
	if (group && item) {
		WRONG(r, item, "%s names a group and an item; expected one of them", key);
		source.asked = NULL;
	}
	return source;
}

/* [[group, text], ...] */
static void groups_pack(struct reader *r, struct pack *out, uint32_t map)
{
	uint32_t list = tree_value(&r->tree, map, "groups"), count = read_list(r, list, "groups", LIMIT_GROUPS), number = 1;
	pack_array(out, count);
	for (uint32_t at = count ? read_first(r, list) : 0; at; at = read_next(r, at), number++) {
		if (!read_map(r, at, "a group", group_keys, 0))
			continue;
		read_own_id(r, list, at);
		struct text title = read_text(r, at, "title", LIMIT_TITLE, SHORT_WORDS);
		pack_array(out, 2);
		pack_uint(out, number);
		read_text_pack(r, out, &title, 1);
	}
}

static uint32_t item_group(struct reader *r, uint32_t at, uint32_t groups)
{
	uint32_t node = tree_value(&r->tree, at, "group");
	uint32_t group = node ? read_find(r, groups, tree_words(&r->tree, node), NULL) : 0;
	if (node && group == 0)
		WRONG(r, node, "there is no group %s; expected %s%s", read_found(r, node).text, groups ? "one of " : "the key groups in this activity",
		      groups ? read_ids(r, groups).text : "");
	if (node == 0 && groups)
		WARN(r, at, "an item without a group; expected group: one of %s", read_ids(r, groups).text);
	return group;
}

/* [[group, text], ...]; how many there are. */
static uint32_t items_pack(struct reader *r, struct pack *out, uint32_t map, const char *key, enum kind kind)
{
	uint32_t list = tree_value(&r->tree, map, key), groups = tree_value(&r->tree, map, "groups"), count = read_list(r, list, key, LIMIT_ITEMS);
	pack_array(out, count);
	for (uint32_t at = count ? read_first(r, list) : 0; at; at = read_next(r, at)) {
		if (!read_map(r, at, kind == KIND_RATING ? "a statement" : "an item", item_keys, kind))
			continue;
		read_own_id(r, list, at);
		struct text text = read_text(r, at, "text", LIMIT_ITEM, SHORT_WORDS);
		pack_array(out, 2);
		pack_uint(out, item_group(r, at, groups));
		read_text_pack(r, out, &text, 1);
	}
	return count;
}

static void config_pack(struct reader *r, struct pack *out, uint32_t map, enum kind kind, uint32_t items)
{
	uint32_t first = 0, second = 0, most = items ? items : LIMIT_ITEMS;
	size_t count = kind == KIND_DOTS || kind == KIND_CHOICE ? 2 : 1;
	switch (kind) {
	case KIND_DOTS:
		first = read_number(r, map, "dots", (struct range){ 1, LIMIT_ITEMS, LIMIT_ITEMS });
		second = read_number(r, map, "cap", (struct range){ 1, first, first });
		if (items && second * items < first && tree_value(&r->tree, map, "dots"))
			WARN(r, tree_value(&r->tree, map, "dots"), "only %u of %u dots can be placed on %u items with a cap of %u; expected a higher cap or fewer dots",
			     (unsigned)(second * items), (unsigned)first, (unsigned)items, (unsigned)second);
		break;
	case KIND_CHOICE:
		second = read_number(r, map, "most", (struct range){ 1, most, 1 });
		first = read_number(r, map, "least", (struct range){ 0, second, 1 });
		break;
	case KIND_RANKING:
		first = read_number(r, map, "best", (struct range){ 1, most, 1 });
		break;
	case KIND_TEXT:
		first = LETTER_BYTES * read_number(r, map, "letters", (struct range){ 1, ANSWER_LETTERS, ANSWER_LETTERS });
		break;
	default:
		first = read_truth(r, map, "gate");
		break;
	}
	struct pack config;
	pack_init(&config);
	pack_array(&config, count);
	pack_uint(&config, first);
	if (count == 2)
		pack_uint(&config, second);
	pack_bin(out, pack_bytes(&config));
	pack_finish(&config);
}

struct activity { /* what is the same for all statements of a rating */
	uint32_t node, id;
	enum kind kind;
	const char *kind_name;
	uint32_t holder;
	bool secret;
	struct text title, lead;
};

/* What a session calls it; no two alike. statement 0: the activity's own id. */
static void ref_pack(struct reader *r, struct pack *out, const struct activity *a, uint32_t statement)
{
	struct ref *seen = &r->refs[r->activities - 1];
	struct slice id = tree_words(&r->tree, a->id), more = tree_words(&r->tree, statement);
	uint32_t node = statement ? statement : a->id;
	if (!read_id_proper(id) || (statement && !read_id_proper(more))) /* told of already */
		id = more = slice_of("", 0);
	memcpy(seen->text, id.at, id.len);
	seen->text[id.len] = '\0';
	if (more.len) {
		seen->text[id.len] = '-';
		memcpy(seen->text + id.len + 1, more.at, more.len);
		seen->text[id.len + 1 + more.len] = '\0';
	}
	seen->line = read_spot(r, node).line;
	seen->node = a->node;
	pack_str(out, slice_text(seen->text));
	if (strlen(seen->text) > LIMIT_REF)
		WRONG(r, node, "\"%s\" is the id of this statement's question and too long; expected shorter ids, %d letters together", seen->text, LIMIT_REF);
	for (uint32_t i = 0; i + 1 < r->activities && id.len; i++)
		if (strcmp(r->refs[i].text, seen->text) == 0 && r->refs[i].node != a->node) { /* two statements of one id: told of already */
			WRONG(r, node, "the id \"%s\" stands in line %u already; expected another", seen->text, (unsigned)r->refs[i].line);
			break;
		}
}

/* One more activity of the session. */
static bool activity_begin(struct reader *r, const struct activity *a)
{
	if (r->activities == LIMIT_ACTIVITIES) {
		WRONG(r, a->node, "more than %d activities, each statement counted; expected fewer", LIMIT_ACTIVITIES);
		return false;
	}
	r->activities++;
	return true;
}

/* The statement of a rating stands as the title of its question; what the statements have in common goes before what is said below it. */
static void lead_pack(struct reader *r, struct pack *out, const struct activity *a, size_t row)
{
	uint8_t room[LIMIT_TITLE + 1 + LIMIT_ITEM];
	struct slice lead = tree_words(&r->tree, a->lead.in[row]), title = tree_words(&r->tree, a->title.in[row]);
	if (a->kind != KIND_RATING || title.len > LIMIT_TITLE || lead.len > LIMIT_ITEM) { /* too long: told of already */
		pack_str(out, lead);
		return;
	}
	size_t len = 0;
	if (title.len) {
		memcpy(room, title.at, title.len);
		len = title.len;
	}
	if (title.len && lead.len)
		room[len++] = '\n';
	if (lead.len)
		memcpy(room + len, lead.at, lead.len);
	pack_str(out, slice_of(room, len + lead.len));
}

/* [kind, holder, secret, config, ref, text [title, lead], groups, items] */
static void activity_head(struct reader *r, struct pack *out, const struct activity *a, struct slice config, uint32_t statement, const struct text *title)
{
	pack_array(out, 8);
	pack_str(out, slice_text(a->kind_name));
	pack_uint(out, a->holder);
	pack_bool(out, a->secret);
	pack_raw(out, config);
	ref_pack(r, out, a, statement);
	pack_array(out, r->languages_count);
	for (size_t row = 0; row < r->languages_count; row++) {
		pack_array(out, 3);
		pack_str(out, tree_words(&r->tree, r->languages[row]));
		pack_str(out, tree_words(&r->tree, title->in[row]));
		lead_pack(r, out, a, row);
	}
}

/* One activity with the two ends as its items. */
static bool statement_pack(struct reader *r, struct pack *out, const struct activity *a, struct slice config, struct slice ends, uint32_t at)
{
	struct text words = { { 0 } };
	if (!activity_begin(r, a))
		return false;
	for (size_t i = 0; i < r->languages_count; i++) /* checked where they stand */
		for (uint32_t w = tree_node(&r->tree, tree_value(&r->tree, at, "text"))->first; w; w = tree_node(&r->tree, tree_node(&r->tree, w)->next)->next)
			if (slice_equal(tree_words(&r->tree, w), tree_words(&r->tree, r->languages[i])))
				words.in[i] = tree_node(&r->tree, w)->next;
	activity_head(r, out, a, config, tree_value(&r->tree, at, "id"), &words);
	pack_array(out, 0);
	pack_raw(out, ends);
	return true;
}

static uint32_t rating_pack(struct reader *r, struct pack *out, const struct activity *a)
{
	uint32_t list = tree_value(&r->tree, a->node, "statements"), from = tree_value(&r->tree, a->node, "statements_from"), made = 0;
	struct source source = read_source(r, a->node, "statements_from");
	struct text low = read_text(r, a->node, "low", LIMIT_NAME, SHORT_WORDS), high = read_text(r, a->node, "high", LIMIT_NAME, SHORT_WORDS);
	struct pack config, ends, unused;
	pack_init(&config);
	pack_init(&ends);
	pack_init(&unused);
	config_pack(r, &config, a->node, KIND_RATING, 0);
	pack_array(&ends, 2);
	for (int i = 0; i < 2; i++) {
		pack_array(&ends, 2);
		pack_uint(&ends, 0);
		read_text_pack(r, &ends, i ? &high : &low, 1);
	}
	if ((list != 0) == (from != 0))
		WRONG(r, a->node, "a rating with %s; expected either statements or statements_from", list ? "both lists" : "nothing to rate");
	if (list)
		items_pack(r, &unused, a->node, "statements", KIND_RATING);
	if (source.item) {
		WRONG(r, from, "statements_from names an item; expected a group, or the activity alone");
	} else if (source.asked) {
		list = tree_value(&r->tree, source.asked->node, "items");
	}
	bool more = true;
	for (uint32_t at = read_first(r, list); at && more; at = read_next(r, at)) {
		uint32_t group = tree_value(&r->tree, at, "group");
		if (source.group && !slice_equal(tree_words(&r->tree, group), tree_words(&r->tree, source.group_id)))
			continue;
		more = statement_pack(r, out, a, pack_bytes(&config), pack_bytes(&ends), at);
		made += more;
	}
	if (source.asked && source.item == 0 && made == 0 && more)
		WRONG(r, from, "no item belongs to the group; expected at least one");
	pack_finish(&config);
	pack_finish(&ends);
	pack_finish(&unused);
	return made;
}

static enum kind kind_read(struct reader *r, uint32_t map, const char **name)
{
	uint32_t node = tree_value(&r->tree, map, "kind");
	struct names names = { .text = "" };
	for (size_t i = 0; i < KINDS; i++) {
		if (slice_equal(slice_text(kinds[i].name), tree_words(&r->tree, node))) {
			*name = kinds[i].name;
			return kinds[i].kind;
		}
		names_add(&names, slice_text(kinds[i].name));
	}
	if (node)
		WRONG(r, node, "there is no kind of activity %s; expected one of %s", read_found(r, node).text, names.text);
	return 0;
}

static uint32_t holder_read(struct reader *r, uint32_t map)
{
	uint32_t node = tree_value(&r->tree, map, "holder");
	struct slice words = tree_words(&r->tree, node);
	if (node == 0 || slice_equal(words, slice_text("person")))
		return HOLDER_PERSON;
	if (!slice_equal(words, slice_text("room")))
		WRONG(r, node, "holder is %s; expected person or room", read_found(r, node).text);
	return HOLDER_ROOM;
}

static void asked_add(struct reader *r, const struct asked *asked)
{
	r->asked = check_realloc(r->asked, r->asked_count + 1, sizeof *r->asked);
	r->asked[r->asked_count++] = *asked;
}

/* How many activities of a session it becomes. */
static uint32_t activity_pack(struct reader *r, struct pack *out, uint32_t map)
{
	struct activity a = { .node = map, .kind_name = "" };
	uint32_t made = 1, first = r->activities + 1;
	a.kind = tree_node(&r->tree, map)->type == NODE_MAP ? kind_read(r, map, &a.kind_name) : 0;
	if (!read_map(r, map, "an activity", activity_keys, a.kind))
		return 0;
	a.id = read_id(r, map);
	if (a.kind == 0) { /* what refers to it is not at fault */
		asked_add(r, &(struct asked){ .node = map, .id = a.id, .kind = KIND_LISTS });
		return 0;
	}
	a.holder = holder_read(r, map);
	a.secret = read_truth(r, map, "secret");
	if (a.secret && a.holder == HOLDER_ROOM)
		WRONG(r, tree_value(&r->tree, map, "secret"), "a secret activity that a room holds; expected holder: person, or secret: false");
	a.title = read_text(r, map, "title", LIMIT_TITLE, SHORT_WORDS);
	a.lead = read_text(r, map, "lead", LIMIT_ITEM, LONG_WORDS);
	if (a.kind != KIND_RATING && !tree_value(&r->tree, map, "title"))
		WRONG(r, map, "an activity has no title; expected what is asked, in each language");
	if (a.kind == KIND_RATING) {
		for (size_t i = 0; i < r->languages_count; i++)
			if (tree_words(&r->tree, a.title.in[i]).len + 1 + tree_words(&r->tree, a.lead.in[i]).len > LIMIT_ITEM)
				WRONG(r, a.lead.in[i], "title and lead of a rating stand together and are too long; expected at most %d bytes", LIMIT_ITEM - 1);
		made = rating_pack(r, out, &a);
	} else if (activity_begin(r, &a)) {
		struct pack groups, items, config;
		pack_init(&groups);
		pack_init(&items);
		pack_init(&config);
		groups_pack(r, &groups, map);
		uint32_t count = 0;
		if (a.kind & KIND_LISTS)
			count = items_pack(r, &items, map, "items", a.kind);
		else
			pack_array(&items, 0);
		config_pack(r, &config, map, a.kind, count);
		activity_head(r, out, &a, pack_bytes(&config), 0, &a.title);
		pack_raw(out, pack_bytes(&groups));
		pack_raw(out, pack_bytes(&items));
		pack_finish(&groups);
		pack_finish(&items);
		pack_finish(&config);
	} else {
		made = 0;
	}
	asked_add(r, &(struct asked){ .node = map, .id = a.id, .kind = a.kind, .number = first });
	return made;
}

void read_activities_pack(struct reader *r, struct pack *out, uint32_t map)
{
	uint32_t list = tree_value(&r->tree, map, "activities"), made = 0;
	struct pack inner;
	pack_init(&inner);
	if (read_list(r, list, "activities", LIMIT_ACTIVITIES))
		for (uint32_t at = read_first(r, list); at; at = read_next(r, at))
			made += activity_pack(r, &inner, at);
	pack_array(out, made);
	pack_raw(out, pack_bytes(&inner));
	pack_finish(&inner);
}
