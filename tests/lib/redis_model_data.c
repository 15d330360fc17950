/* SPDX-License-Identifier: EUPL-1.2 */
#include "lib/redis_model_data.h"
#include "base/check.h"
#include "base/sha1.h"
#include <inttypes.h>
#include <math.h>
#include <strings.h>

/* As in bollplank1.lua. */
enum { LIVES_MS = 3500, FORGET_MS = 3600 * 1000, BELL = 1000, BELL_NODE = 100, DIGEST = 32, MAC = 16, FIRST = 4 + 8 + 1 + 40 };
enum { BUCKETS = 256, NUMBER = 32 };
static const char zeros[] = "0000000000000000000000000000000000000000";

/* --- bytes ---------------------------------------------------------------------------------------------------- */

struct bytes {
	size_t len;
	uint8_t at[];
};

static struct bytes *bytes_of(struct slice from)
{
	struct bytes *bytes = check_alloc(1, sizeof *bytes + from.len);
	bytes->len = from.len;
	if (from.len)
		memcpy(bytes->at, from.at, from.len);
	return bytes;
}

static struct slice bytes_slice(const struct bytes *bytes)
{
	return bytes ? slice_of(bytes->at, bytes->len) : (struct slice){ 0 };
}

/* --- replies -------------------------------------------------------------------------------------------------- */

struct redis_reply reply_text(struct slice text)
{
	uint8_t *at = check_alloc(1, text.len + 1);
	if (text.len)
		memcpy(at, text.at, text.len);
	return (struct redis_reply){ .kind = REDIS_TEXT, .text = slice_of(at, text.len) };
}

struct redis_reply reply_number(int64_t number)
{
	return (struct redis_reply){ .kind = REDIS_NUMBER, .number = number };
}

struct redis_reply reply_error(const char *sentence)
{
	struct redis_reply reply = reply_text(slice_text(sentence));
	reply.kind = REDIS_ERROR;
	return reply;
}

struct redis_reply reply_list(size_t count)
{
	return (struct redis_reply){ .kind = REDIS_LIST, .items = check_alloc(count, sizeof(struct redis_reply)), .count = count };
}

static struct redis_reply *item_of(const struct redis_reply *list, size_t index)
{
	CHECK(list->kind == REDIS_LIST && index < list->count);
	return (struct redis_reply *)(uintptr_t)&list->items[index]; /* ours: made by reply_list */
}

void reply_set(struct redis_reply *list, size_t index, struct redis_reply item)
{
	*item_of(list, index) = item;
}

void reply_free(struct redis_reply *reply)
{
	for (size_t i = 0; reply->kind == REDIS_LIST && i < reply->count; i++)
		reply_free(item_of(reply, i));
	free((void *)(uintptr_t)reply->items);
	free((void *)(uintptr_t)reply->text.at);
	*reply = (struct redis_reply){ 0 };
}

/* --- what is kept under keys ---------------------------------------------------------------------------------- */

enum kind { STRING, HASH, LIST, SET, STREAM };

struct ring { /* an element of a stream */
	uint64_t ms, seq;
	struct bytes *sid, *q;
};

struct object {
	struct object *next;
	enum kind kind;
	struct bytes *key;
	struct bytes *string;
	struct bytes **items;        /* HASH: fields and values in turn; LIST, SET */
	struct ring *rings;
	size_t count, room;
	uint64_t last_ms, last_seq;  /* STREAM */
};

struct store {
	struct object *buckets[BUCKETS];
	bool functions;
};

enum op_kind { OP_SET, OP_HSET, OP_HDEL, OP_DEL, OP_RPUSH, OP_LSET, OP_SADD, OP_SREM, OP_XADD, OP_FUNCTIONS };

struct op {
	enum op_kind kind;
	struct bytes *key, *field, *value;
	uint64_t index, ms, seq;
};

struct group {
	unsigned held;
	size_t count, room;
	struct op *ops;
};

static struct object **find(const struct store *store, struct slice key)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ key.at[i]) * 16777619u;
	struct object **at = (struct object **)(uintptr_t)&store->buckets[hash % BUCKETS];
	while (*at && !slice_equal(bytes_slice((*at)->key), key))
		at = &(*at)->next;
	return at;
}

static const struct object *get(const struct store *store, struct slice key, enum kind kind)
{
	const struct object *object = *find(store, key);
	CHECK(object == NULL || object->kind == kind); /* no key of ours changes its type */
	return object;
}

static struct object *make(struct store *store, struct slice key, enum kind kind)
{
	struct object **at = find(store, key);
	if (*at == NULL) {
		*at = check_alloc(1, sizeof **at);
		**at = (struct object){ .kind = kind, .key = bytes_of(key) };
	}
	CHECK((*at)->kind == kind);
	return *at;
}

static void object_free(struct object *object)
{
	for (size_t i = 0; object->items && i < object->count; i++)
		free(object->items[i]);
	for (size_t i = 0; object->rings && i < object->count; i++) {
		free(object->rings[i].sid);
		free(object->rings[i].q);
	}
	free(object->items);
	free(object->rings);
	free(object->string);
	free(object->key);
	free(object);
}

static void remove_object(struct object **at)
{
	struct object *object = *at;
	*at = object->next;
	object_free(object);
}

static void add_item(struct object *object, struct slice item)
{
	if (object->count == object->room) {
		object->room = object->room ? object->room * 2 : 8;
		object->items = check_realloc(object->items, object->room, sizeof *object->items);
	}
	object->items[object->count++] = bytes_of(item);
}

static void take_items(struct object *object, size_t index, size_t many)
{
	for (size_t i = 0; i < many; i++)
		free(object->items[index + i]);
	memmove(object->items + index, object->items + index + many, (object->count - index - many) * sizeof *object->items);
	object->count -= many;
}

static size_t item_index(const struct object *object, struct slice wanted, size_t step)
{
	for (size_t i = 0; object && i < object->count; i += step)
		if (slice_equal(bytes_slice(object->items[i]), wanted))
			return i;
	return SIZE_MAX;
}

static void add_ring(struct object *object, uint64_t ms, uint64_t seq, struct slice sid, struct slice q)
{
	if (object->count == object->room) {
		object->room = object->room ? object->room * 2 : 8;
		object->rings = check_realloc(object->rings, object->room, sizeof *object->rings);
	}
	object->rings[object->count++] = (struct ring){ .ms = ms, .seq = seq, .sid = bytes_of(sid), .q = bytes_of(q) };
	object->last_ms = ms;
	object->last_seq = seq;
	while (object->count >= BELL + BELL_NODE) { /* `MAXLEN ~` lets go of whole nodes */
		for (size_t i = 0; i < BELL_NODE; i++) {
			free(object->rings[i].sid);
			free(object->rings[i].q);
		}
		object->count -= BELL_NODE;
		memmove(object->rings, object->rings + BELL_NODE, object->count * sizeof *object->rings);
	}
}

struct store *store_create(void)
{
	return check_alloc(1, sizeof(struct store));
}

void store_destroy(struct store *store)
{
	for (size_t i = 0; store && i < BUCKETS; i++)
		while (store->buckets[i])
			remove_object(&store->buckets[i]);
	free(store);
}

struct store *store_clone(const struct store *store)
{
	struct store *clone = store_create();
	clone->functions = store->functions;
	for (size_t b = 0; b < BUCKETS; b++)
		for (const struct object *from = store->buckets[b]; from; from = from->next) {
			struct object *to = make(clone, bytes_slice(from->key), from->kind);
			to->string = from->string ? bytes_of(bytes_slice(from->string)) : NULL;
			for (size_t i = 0; i < from->count; i++) {
				if (from->kind == STREAM)
					add_ring(to, from->rings[i].ms, from->rings[i].seq, bytes_slice(from->rings[i].sid), bytes_slice(from->rings[i].q));
				else
					add_item(to, bytes_slice(from->items[i]));
			}
			to->last_ms = from->last_ms;
			to->last_seq = from->last_seq;
		}
	return clone;
}

/* --- writes --------------------------------------------------------------------------------------------------- */

static void apply(struct store *store, const struct op *op)
{
	struct slice key = bytes_slice(op->key), field = bytes_slice(op->field), value = bytes_slice(op->value);
	struct object *object, **at;
	size_t i;
	switch (op->kind) {
	case OP_SET:
		object = make(store, key, STRING);
		free(object->string);
		object->string = bytes_of(value);
		break;
	case OP_HSET:
		object = make(store, key, HASH);
		i = item_index(object, field, 2);
		if (i == SIZE_MAX) {
			add_item(object, field);
			add_item(object, value);
		} else {
			free(object->items[i + 1]);
			object->items[i + 1] = bytes_of(value);
		}
		break;
	case OP_HDEL:
	case OP_SREM:
		at = find(store, key);
		i = item_index(*at, field, op->kind == OP_HDEL ? 2 : 1);
		if (i == SIZE_MAX)
			break;
		take_items(*at, i, op->kind == OP_HDEL ? 2 : 1);
		if ((*at)->count == 0)
			remove_object(at);
		break;
	case OP_DEL:
		at = find(store, key);
		if (*at)
			remove_object(at);
		break;
	case OP_RPUSH:
		add_item(make(store, key, LIST), value);
		break;
	case OP_LSET:
		object = make(store, key, LIST);
		CHECK(op->index < object->count);
		free(object->items[op->index]);
		object->items[op->index] = bytes_of(value);
		break;
	case OP_SADD:
		object = make(store, key, SET);
		if (item_index(object, field, 1) == SIZE_MAX)
			add_item(object, field);
		break;
	case OP_XADD:
		add_ring(make(store, key, STREAM), op->ms, op->seq, field, value);
		break;
	case OP_FUNCTIONS:
		store->functions = op->index != 0;
		break;
	}
}

static struct op *note(struct group *group, enum op_kind kind, struct slice key, struct slice field, struct slice value)
{
	if (group->count == group->room) {
		group->room = group->room ? group->room * 2 : 8;
		group->ops = check_realloc(group->ops, group->room, sizeof *group->ops);
	}
	struct op *op = &group->ops[group->count++];
	*op = (struct op){ .kind = kind, .key = bytes_of(key), .field = field.at ? bytes_of(field) : NULL, .value = bytes_of(value) };
	return op;
}

static void put_op(struct store *store, struct group *group, enum op_kind kind, struct slice key, struct slice field, struct slice value)
{
	apply(store, note(group, kind, key, field, value));
}

static void put_at(struct store *store, struct group *group, struct slice key, size_t index, struct slice value)
{
	struct op *op = note(group, OP_LSET, key, (struct slice){ 0 }, value);
	op->index = index;
	apply(store, op);
}

void store_apply(struct store *store, const struct group *group)
{
	for (size_t i = 0; i < group->count; i++)
		apply(store, &group->ops[i]);
}

struct group *group_create(void)
{
	struct group *group = check_alloc(1, sizeof *group);
	group->held = 1;
	return group;
}

struct group *group_hold(struct group *group)
{
	group->held++;
	return group;
}

void group_drop(struct group *group)
{
	if (group == NULL || --group->held)
		return;
	for (size_t i = 0; i < group->count; i++) {
		free(group->ops[i].key);
		free(group->ops[i].field);
		free(group->ops[i].value);
	}
	free(group->ops);
	free(group);
}

bool group_empty(const struct group *group)
{
	return group->count == 0;
}

/* --- Lua's idea of strings and numbers ------------------------------------------------------------------------- */

struct call {
	struct store *store;
	struct command *command;
	struct group *group;
	const struct slice *K, *A; /* counted from 0 here, from 1 there */
	size_t k, a;
	struct scrap *scraps;
};

struct scrap {
	struct scrap *next;
	uint8_t at[];
};

static struct slice keep(struct call *call, const void *at, size_t len)
{
	struct scrap *scrap = check_alloc(1, sizeof *scrap + len);
	scrap->next = call->scraps;
	call->scraps = scrap;
	if (len)
		memcpy(scrap->at, at, len);
	return slice_of(scrap->at, len);
}

static struct slice str(struct call *call, double n)
{
	char text[400];
	return keep(call, text, (size_t)snprintf(text, sizeof text, "%.0f", n));
}

static bool number(struct slice text, double *out)
{
	char room[64], *end;
	if (text.at == NULL || text.len == 0 || text.len >= sizeof room)
		return false;
	memcpy(room, text.at, text.len);
	room[text.len] = '\0';
	*out = strtod(room, &end);
	if (end == room)
		return false;
	while (*end == ' ' || (*end >= '\t' && *end <= '\r'))
		end++;
	return *end == '\0';
}

static double number_of_ours(struct slice text) /* that we wrote ourselves */
{
	double n = 0;
	CHECK(number(text, &n));
	return n;
}

static struct slice sub(struct slice text, size_t first, size_t last) /* string.sub, with first >= 1 */
{
	if (last > text.len)
		last = text.len;
	return first > last ? slice_of((const uint8_t *)"", 0) : slice_of(text.at + first - 1, last - first + 1);
}

static struct slice arg(const struct call *call, size_t i) /* from 1 on */
{
	return i <= call->a ? call->A[i - 1] : (struct slice){ 0 };
}

static struct slice key(const struct call *call, size_t i)
{
	CHECK(i <= call->k);
	return call->K[i - 1];
}

static void big_endian(uint8_t *at, double n, size_t bytes)
{
	uint64_t value = n < 0 ? (uint64_t)(int64_t)n : (uint64_t)n;
	for (size_t i = bytes; i-- > 0; value >>= 8)
		at[i] = (uint8_t)value;
}

/* --- the functions, in the order of bollplank1.lua ---------------------------------------------------------------- */

struct meta {
	const char *state;
	struct slice rid, term, seq, hash, at;
};

static struct slice rid_now(const struct call *call)
{
	return slice_text(call->command->rid);
}

static struct meta fresh(const struct call *call, const char *state)
{
	return (struct meta){ .state = state, .rid = rid_now(call), .term = slice_text("0"), .seq = slice_text("0"), .hash = slice_text(zeros), .at = slice_text("0") };
}

static struct slice field_of(struct call *call, struct slice at, const char *name)
{
	struct slice value = store_field(call->store, at, slice_text(name));
	return value.at ? keep(call, value.at, value.len) : value; /* a copy: what it lies in may be written meanwhile */
}

static struct meta meta_of(struct call *call, struct slice at, struct slice log)
{
	if (field_of(call, at, "erased").at)
		return fresh(call, "ERASED");
	if (!field_of(call, at, "term").at)
		return fresh(call, "NOLOG");
	struct meta m = { .rid = rid_now(call), .term = field_of(call, at, "term"), .seq = field_of(call, at, "seq"), .hash = field_of(call, at, "hash"),
		.at = field_of(call, at, "at") };
	m.state = slice_equal(field_of(call, at, "rid"), m.rid) || call->command->bug == REDIS_MODEL_BUG_APPEND_IGNORES_LINEAGE ? "OPEN" : "CLOSED";
	if (!slice_equal(str(call, (double)store_length(call->store, log)), m.seq))
		m.state = "DAMAGED";
	return m;
}

static struct redis_reply answer(const struct meta *m, const char *state)
{
	struct redis_reply reply = reply_list(6);
	reply_set(&reply, 0, reply_text(slice_text(state ? state : m->state)));
	reply_set(&reply, 1, reply_text(m->rid));
	reply_set(&reply, 2, reply_text(m->term));
	reply_set(&reply, 3, reply_text(m->seq));
	reply_set(&reply, 4, reply_text(m->hash));
	reply_set(&reply, 5, reply_text(m->at));
	return reply;
}

static struct redis_reply word(const char *text)
{
	struct redis_reply reply = reply_list(1);
	reply_set(&reply, 0, reply_text(slice_text(text)));
	return reply;
}

static void put(struct call *call, struct slice log, struct meta *m, struct slice term, struct slice at, double struck, struct slice tail)
{
	char hex[SHA1_HEX];
	m->seq = str(call, number_of_ours(m->seq) + 1);
	m->at = at;
	const struct slice bar = slice_text("|");
	sha1_hex((struct slice[]){ m->hash, bar, term, bar, m->seq, bar, at, bar, sub(tail, 1, DIGEST) }, 9, hex);
	m->hash = keep(call, hex, sizeof hex);
	uint8_t *line = check_alloc(1, FIRST + tail.len);
	double term_number = 0, at_number = 0;
	CHECK(number(term, &term_number) && number(at, &at_number));
	big_endian(line, term_number, 4);
	big_endian(line + 4, at_number, 8);
	big_endian(line + 12, struck, 1);
	memcpy(line + 13, hex, sizeof hex);
	if (tail.len)
		memcpy(line + FIRST, tail.at, tail.len);
	put_op(call->store, call->group, OP_RPUSH, log, (struct slice){ 0 }, slice_of(line, FIRST + tail.len));
	free(line);
}

static void hset(struct call *call, struct slice at, const char *name, struct slice value)
{
	put_op(call->store, call->group, OP_HSET, at, slice_text(name), value);
}

static void save(struct call *call, struct slice at, const struct meta *m)
{
	hset(call, at, "term", m->term);
	hset(call, at, "seq", m->seq);
	hset(call, at, "hash", m->hash);
	hset(call, at, "at", m->at);
}

static void ring(struct call *call, struct slice bell, struct slice sid, const struct meta *m)
{
	const struct object *stream = get(call->store, bell, STREAM);
	uint64_t ms = call->command->now_ms, seq = 0;
	if (stream && stream->last_ms >= ms) {
		ms = stream->last_ms;
		seq = stream->last_seq + 1;
	}
	struct op *op = note(call->group, OP_XADD, bell, sid, m->seq);
	op->ms = ms;
	op->seq = seq;
	apply(call->store, op);
	call->command->rang = true;
}

static bool exists(const struct call *call, size_t i)
{
	return *find(call->store, key(call, i)) != NULL;
}

static struct redis_reply fn_create(struct call *call)
{
	if (exists(call, 2) || exists(call, 4) || field_of(call, key(call, 1), "term").at)
		return word("TAKEN");
	if (exists(call, 1))
		put_op(call->store, call->group, OP_DEL, key(call, 1), (struct slice){ 0 }, (struct slice){ 0 });
	struct meta m = fresh(call, "OPEN");
	m.term = slice_text("1");
	put(call, key(call, 2), &m, m.term, str(call, (double)call->command->now_ms), 0, arg(call, 3));
	save(call, key(call, 1), &m);
	hset(call, key(call, 1), "rid", m.rid);
	hset(call, key(call, 1), "code", arg(call, 2));
	put_op(call->store, call->group, OP_SET, key(call, 4), (struct slice){ 0 }, arg(call, 1));
	put_op(call->store, call->group, OP_SADD, key(call, 5), arg(call, 1), (struct slice){ 0 });
	ring(call, key(call, 3), arg(call, 1), &m);
	return answer(&m, "OK");
}

static struct redis_reply fn_append(struct call *call)
{
	struct meta m = meta_of(call, key(call, 1), key(call, 2));
	if (strcmp(m.state, "OPEN") != 0)
		return answer(&m, NULL);
	if (!slice_equal(arg(call, 2), m.term))
		return answer(&m, "TERM");
	double at = (double)call->command->now_ms;
	if (at < number_of_ours(m.at))
		at = number_of_ours(m.at);
	struct slice term = m.term;
	for (size_t i = 3; i <= call->a; i++)
		put(call, key(call, 2), &m, term, str(call, at), 0, arg(call, i));
	save(call, key(call, 1), &m);
	ring(call, key(call, 3), arg(call, 1), &m);
	return answer(&m, "OK");
}

/* `MS REST`, as alive writes it. false: something else stands there. */
static bool spoken(struct slice value, double *at, struct slice *rest)
{
	size_t i = 0;
	while (i < value.len && value.at[i] >= '0' && value.at[i] <= '9')
		i++;
	if (i == 0 || !number(slice_of(value.at, i), at))
		return false;
	*rest = i < value.len && value.at[i] == ' ' ? slice_of(value.at + i + 1, value.len - i - 1) : (struct slice){ 0 };
	return true;
}

static size_t turned(const struct call *call, const struct object *hash, size_t i) /* the i-th pair of a walk */
{
	size_t pairs = hash->count / 2;
	return (i + call->command->turn % pairs) % pairs * 2;
}

static void pairs_reply(struct redis_reply *reply, size_t from, const struct slice *pairs, size_t count)
{
	struct redis_reply longer = reply_list(from + count);
	for (size_t i = 0; i < from; i++)
		reply_set(&longer, i, reply->items[i]);
	for (size_t i = 0; i < count; i++)
		reply_set(&longer, from + i, reply_text(pairs[i]));
	free((void *)(uintptr_t)reply->items);
	*reply = longer;
}

static struct redis_reply fn_look(struct call *call)
{
	struct meta m = meta_of(call, key(call, 1), key(call, 2));
	struct redis_reply reply = answer(&m, NULL);
	const struct object *said = get(call->store, key(call, 3), HASH), *seen = get(call->store, key(call, 4), HASH);
	if (said == NULL)
		return reply;
	struct slice *out = check_alloc(said->count, sizeof *out);
	size_t n = 0;
	for (size_t i = 0; i < said->count / 2; i++) {
		size_t at = turned(call, said, i), index = item_index(seen, bytes_slice(said->items[at]), 2);
		double when = 0;
		struct slice rest;
		bool lives = index != SIZE_MAX && spoken(bytes_slice(seen->items[index + 1]), &when, &rest) && (double)call->command->now_ms - when <= LIVES_MS;
		if (slice_equal(bytes_slice(said->items[at]), arg(call, 1)) || lives) {
			out[n++] = bytes_slice(said->items[at]);
			out[n++] = bytes_slice(said->items[at + 1]);
		}
	}
	pairs_reply(&reply, 6, out, n);
	free(out);
	return reply;
}

static void speak(struct call *call, struct slice name, struct slice now, struct slice rules)
{
	uint8_t *value = check_alloc(1, now.len + 1 + rules.len);
	memcpy(value, now.at, now.len);
	value[now.len] = ' ';
	if (rules.len)
		memcpy(value + now.len + 1, rules.at, rules.len);
	put_op(call->store, call->group, OP_HSET, key(call, 1), name, slice_of(value, now.len + 1 + rules.len));
	free(value);
}

static struct redis_reply fn_alive(struct call *call)
{
	struct slice now = str(call, (double)call->command->now_ms), rules = arg(call, 2);
	speak(call, arg(call, 1), now, rules);
	const struct object *seen = get(call->store, key(call, 1), HASH);
	struct slice *out = check_alloc(seen->count, sizeof *out), *old = check_alloc(seen->count, sizeof *old), *early = check_alloc(seen->count, sizeof *early);
	size_t n = 0, olds = 0, earlies = 0;
	for (size_t i = 0; i < seen->count / 2; i++) {
		size_t at = turned(call, seen, i);
		double when = 0;
		struct slice rest = { 0 };
		bool speaks = spoken(bytes_slice(seen->items[at + 1]), &when, &rest) && rest.at;
		struct slice name = keep(call, seen->items[at]->at, seen->items[at]->len), said = speaks ? keep(call, rest.at, rest.len) : rest;
		double age = (double)call->command->now_ms - when;
		if (speaks && age <= LIVES_MS) {
			out[n++] = name;
			out[n++] = said;
		}
		if (speaks && age < 0)
			early[earlies++] = name, early[earlies++] = said;
		else if (!speaks || age > FORGET_MS)
			old[olds++] = name;
	}
	struct redis_reply reply = reply_list(0);
	pairs_reply(&reply, 0, out, n);
	for (size_t i = 0; i < olds; i++)
		put_op(call->store, call->group, OP_HDEL, key(call, 1), old[i], (struct slice){ 0 });
	for (size_t i = 0; i < earlies; i += 2) /* the clock was set back: it ages from here */
		speak(call, early[i], now, early[i + 1]);
	free(out);
	free(old);
	free(early);
	return reply;
}

static struct redis_reply fn_publish(struct call *call)
{
	if (!field_of(call, key(call, 1), "term").at || field_of(call, key(call, 1), "erased").at)
		return word("NO");
	for (size_t i = 0;; ) { /* of whom nobody knows any more */
		const struct object *said = get(call->store, key(call, 2), HASH), *seen = get(call->store, key(call, 3), HASH);
		while (said && i < said->count && item_index(seen, bytes_slice(said->items[i]), 2) != SIZE_MAX)
			i += 2;
		if (said == NULL || i >= said->count)
			break;
		put_op(call->store, call->group, OP_HDEL, key(call, 2), bytes_slice(said->items[i]), (struct slice){ 0 });
	}
	put_op(call->store, call->group, OP_HSET, key(call, 2), arg(call, 1), arg(call, 2));
	return word("OK");
}

static struct redis_reply fn_leave(struct call *call)
{
	if (item_index(get(call->store, key(call, 1), HASH), arg(call, 1), 2) != SIZE_MAX)
		put_op(call->store, call->group, OP_HDEL, key(call, 1), arg(call, 1), (struct slice){ 0 });
	return word("OK");
}

static struct redis_reply fn_begin(struct call *call)
{
	if (exists(call, 1) || exists(call, 2))
		return word("NO");
	struct meta m = fresh(call, "CLOSED");
	save(call, key(call, 1), &m);
	hset(call, key(call, 1), "rid", slice_text("-"));
	hset(call, key(call, 1), "code", arg(call, 2));
	if (!exists(call, 3))
		put_op(call->store, call->group, OP_SET, key(call, 3), (struct slice){ 0 }, arg(call, 1));
	put_op(call->store, call->group, OP_SADD, key(call, 4), arg(call, 1), (struct slice){ 0 });
	return answer(&m, NULL);
}

static bool expected(const struct call *call, const struct meta *m)
{
	return strcmp(m->state, "CLOSED") == 0 && slice_equal(m->rid, arg(call, 2)) && slice_equal(m->seq, arg(call, 3)) && slice_equal(m->hash, arg(call, 4));
}

static struct redis_reply fn_fill(struct call *call)
{
	struct meta m = meta_of(call, key(call, 1), key(call, 2));
	double term, at, struck;
	if (!expected(call, &m))
		return answer(&m, "NO");
	for (size_t i = 5; i <= call->a; i += 4)
		if (!number(arg(call, i), &term) || !number(arg(call, i + 1), &at) || !number(arg(call, i + 2), &struck) || arg(call, i + 3).len < DIGEST + MAC)
			return answer(&m, "NO");
	for (size_t i = 5; i <= call->a; i += 4) {
		CHECK(number(arg(call, i), &term) && number(arg(call, i + 2), &struck));
		put(call, key(call, 2), &m, arg(call, i), arg(call, i + 1), struck, arg(call, i + 3));
		if (term > number_of_ours(m.term) && call->command->bug != REDIS_MODEL_BUG_FILL_FORGETS_TERM)
			m.term = arg(call, i);
	}
	save(call, key(call, 1), &m);
	ring(call, key(call, 3), arg(call, 1), &m);
	return answer(&m, "OK");
}

static struct redis_reply fn_open(struct call *call)
{
	struct meta m = meta_of(call, key(call, 1), key(call, 2));
	double term = 0;
	if (!expected(call, &m) || !number(arg(call, 5), &term) ||
		(call->command->bug == REDIS_MODEL_BUG_OPEN_EQUAL_TERM ? term < number_of_ours(m.term) : term <= number_of_ours(m.term)) ||
		slice_equal(m.seq, slice_text("0")))
		return answer(&m, "NO");
	m.term = arg(call, 5);
	save(call, key(call, 1), &m);
	hset(call, key(call, 1), "rid", m.rid);
	ring(call, key(call, 3), arg(call, 1), &m);
	return answer(&m, "OK");
}

/* LINDEX: an index below zero counts from the end; Lua says it as %.17g, and Redis takes integers only. */
static bool line_index(const struct call *call, struct slice log, double n, size_t *out, bool *error)
{
	double length = (double)store_length(call->store, log);
	*error = length > 0 && (n != floor(n) || fabs(n) > 9e15); /* whether there is a list it asks first */
	if (*error)
		return false;
	if (n < 0)
		n += length;
	if (n < 0 || n >= length)
		return false;
	*out = (size_t)n;
	return true;
}

static int32_t to_bit(double n) /* as LuaBitOp does it */
{
	double rest = fmod(nearbyint(n), 4294967296.0);
	return (int32_t)(uint32_t)(int64_t)rest;
}

static struct redis_reply fn_strike(struct call *call)
{
	double seq = 0, parts = 0, kept = 0;
	size_t index = 0;
	bool error = false;
	if (!number(arg(call, 1), &seq))
		return reply_error("ERR user_function: attempt to perform arithmetic on local 'seq' (a nil value)");
	bool there = line_index(call, key(call, 2), seq - 1, &index, &error);
	if (error)
		return reply_error("ERR value is not an integer or out of range");
	struct slice line = there ? store_element(call->store, key(call, 2), index) : (struct slice){ 0 };
	if (!there || !slice_equal(sub(line, FIRST + 1, FIRST + DIGEST), arg(call, 2)))
		return word("NO");
	size_t lengths = FIRST + DIGEST + MAC;
	struct slice said = sub(line, lengths + 1, lengths + 10);
	if (said.len < 10)
		return reply_error("ERR user_function: bad argument #2 to 'unpack' (data string too short)");
	size_t head = (size_t)(said.at[0] << 8 | said.at[1]);
	size_t form = (size_t)said.at[2] << 24 | (size_t)said.at[3] << 16 | (size_t)said.at[4] << 8 | said.at[5];
	size_t text = (size_t)said.at[6] << 24 | (size_t)said.at[7] << 16 | (size_t)said.at[8] << 8 | said.at[9];
	if (!number(arg(call, 3), &parts))
		return reply_error("ERR user_function: bad argument #2 to 'bor' (number expected, got nil)");
	int32_t struck = to_bit((double)line.at[12]) | to_bit(parts);
	if (struck == line.at[12])
		return word("OK");
	if (struck < 0 || struck > 255)
		return reply_error("ERR user_function: bad argument #1 to 'char' (invalid value)");
	size_t at = lengths + 10 + head;
	struct slice body = sub(line, lengths + 11, at), form_bytes = sub(line, at + 1, at + form), text_bytes = sub(line, at + form + 1, at + form + text);
	if (struck & 1)
		form_bytes.len = 0;
	if (struck & 2 && call->command->bug != REDIS_MODEL_BUG_STRIKE_KEEPS)
		text_bytes.len = 0;
	size_t len = lengths + 10 + body.len + form_bytes.len + text_bytes.len;
	uint8_t *made = check_alloc(1, len), *to = made + lengths + 10;
	memcpy(made, line.at, lengths);
	made[12] = (uint8_t)struck;
	big_endian(made + lengths, (double)head, 2);
	big_endian(made + lengths + 2, (double)form_bytes.len, 4);
	big_endian(made + lengths + 6, (double)text_bytes.len, 4);
	const struct slice pieces[] = { body, form_bytes, text_bytes };
	for (size_t i = 0; i < 3; i++) {
		if (pieces[i].len)
			memcpy(to, pieces[i].at, pieces[i].len);
		to += pieces[i].len;
	}
	put_at(call->store, call->group, key(call, 2), index, slice_of(made, len));
	free(made);
	struct slice newest = field_of(call, key(call, 1), "seq");
	hset(call, key(call, 1), "struck", newest.at ? newest : slice_text("0"));
	if (number(field_of(call, key(call, 3), "seq"), &kept) && kept >= seq)
		put_op(call->store, call->group, OP_DEL, key(call, 3), (struct slice){ 0 }, (struct slice){ 0 });
	return word("OK");
}

static struct redis_reply fn_snap(struct call *call)
{
	double seq = 0;
	size_t index = 0;
	bool error = false;
	if (!number(arg(call, 1), &seq))
		return reply_error("ERR user_function: attempt to perform arithmetic on a nil value");
	double struck = 0;
	bool there = line_index(call, key(call, 2), seq - 1, &index, &error);
	if (error)
		return reply_error("ERR value is not an integer or out of range");
	if (!there || !slice_equal(sub(store_element(call->store, key(call, 2), index), 14, FIRST), arg(call, 2)) ||
		(number(field_of(call, key(call, 1), "struck"), &struck) && seq < struck))
		return word("NO");
	hset(call, key(call, 3), "seq", arg(call, 1));
	hset(call, key(call, 3), "hash", arg(call, 2));
	hset(call, key(call, 3), "bytes", arg(call, 3));
	return word("OK");
}

static struct redis_reply fn_erase(struct call *call)
{
	struct slice code = field_of(call, key(call, 1), "code");
	code = keep(call, code.at, code.len); /* its home goes */
	for (size_t i = 1; i <= 4; i++)
		if (exists(call, i))
			put_op(call->store, call->group, OP_DEL, key(call, i), (struct slice){ 0 }, (struct slice){ 0 });
	put_op(call->store, call->group, OP_SREM, key(call, 5), arg(call, 1), (struct slice){ 0 });
	hset(call, key(call, 1), "erased", str(call, (double)call->command->now_ms));
	hset(call, key(call, 1), "code", code);
	struct redis_reply reply = reply_list(2);
	reply_set(&reply, 0, reply_text(slice_text("OK")));
	reply_set(&reply, 1, reply_text(code));
	return reply;
}

static struct redis_reply fn_uncode(struct call *call)
{
	struct slice names = store_string(call->store, key(call, 1));
	if (names.at && slice_equal(names, arg(call, 1)))
		put_op(call->store, call->group, OP_DEL, key(call, 1), (struct slice){ 0 }, (struct slice){ 0 });
	return word("OK");
}

static struct redis_reply fn_version(struct call *call)
{
	(void)call;
	return reply_number(1);
}

static const struct function {
	const char *name;
	size_t keys, arguments; /* fewer are an error of Lua's */
	bool reads, may_when_full;
	struct redis_reply (*fn)(struct call *call);
} functions[] = {
	{ "bp1_create", 5, 3, false, false, fn_create },  { "bp1_append", 3, 1, false, false, fn_append },
	{ "bp1_look", 4, 0, true, true, fn_look },        { "bp1_alive", 1, 2, false, true, fn_alive },
	{ "bp1_publish", 3, 2, false, false, fn_publish }, { "bp1_leave", 1, 1, false, true, fn_leave },
	{ "bp1_begin", 4, 2, false, false, fn_begin },    { "bp1_fill", 3, 1, false, false, fn_fill },
	{ "bp1_open", 3, 1, false, false, fn_open },      { "bp1_strike", 3, 1, false, true, fn_strike },
	{ "bp1_snap", 3, 3, false, false, fn_snap },      { "bp1_erase", 5, 1, false, true, fn_erase },
	{ "bp1_uncode", 1, 1, false, true, fn_uncode },   { "bp1_version", 0, 0, true, true, fn_version },
};

/* --- commands --------------------------------------------------------------------------------------------------- */

bool word_is(struct slice word, const char *text)
{
	return word.len == strlen(text) && strncasecmp((const char *)word.at, text, word.len) == 0;
}

bool word_integer(struct slice word, int64_t *out)
{
	char room[24], again[24], *end;
	if (word.len == 0 || word.len >= sizeof room)
		return false;
	memcpy(room, word.at, word.len);
	room[word.len] = '\0';
	*out = strtoll(room, &end, 10);
	snprintf(again, sizeof again, "%" PRId64, *out);
	return *end == '\0' && strcmp(room, again) == 0;
}

static struct redis_reply blunder(struct command *command, const char *sentence)
{
	command->blunder = true;
	return reply_error(sentence);
}

static struct redis_reply fcall(struct store *store, struct command *command, struct group *group, bool only_reads)
{
	int64_t keys;
	if (command->count < 3)
		return blunder(command, "ERR wrong number of arguments for 'fcall' command");
	const struct function *function = NULL;
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (slice_equal(command->words[1], slice_text(functions[i].name)))
			function = &functions[i];
	if (function && store->functions) { /* these are asked before the command begins */
		if (!function->may_when_full && command->refuse_growth)
			return reply_error(command->refuse_growth);
		if (!function->reads && command->refuse_write)
			return reply_error(command->refuse_write);
		if (!function->reads && command->replica)
			return reply_error("READONLY You can't write against a read only replica.");
	}
	if (!store->functions || function == NULL) {
		command->blunder = function == NULL;
		return reply_error("ERR Function not found");
	}
	if (!word_integer(command->words[2], &keys))
		return blunder(command, "ERR Bad number of keys provided");
	if (keys > (int64_t)command->count - 3)
		return blunder(command, "ERR Number of keys can't be greater than number of args");
	if (keys < 0)
		return blunder(command, "ERR Number of keys can't be negative");
	if (only_reads && !function->reads)
		return blunder(command, "ERR Can not execute a script with write flag using *_ro command.");
	struct call call = { .store = store, .command = command, .group = group, .K = command->words + 3, .k = (size_t)keys,
		.A = command->words + 3 + keys, .a = command->count - 3 - (size_t)keys };
	if (call.k < function->keys || call.a < function->arguments)
		return blunder(command, "ERR Lua redis lib command arguments must be strings or integers");
	struct redis_reply reply = function->fn(&call);
	while (call.scraps) {
		struct scrap *next = call.scraps->next;
		free(call.scraps);
		call.scraps = next;
	}
	return reply;
}

static struct redis_reply text_or_nil(struct slice text)
{
	return text.at ? reply_text(text) : (struct redis_reply){ .kind = REDIS_NIL };
}

static struct redis_reply lrange(const struct store *store, struct command *command)
{
	int64_t from, to;
	if (command->count != 4)
		return blunder(command, "ERR wrong number of arguments for 'lrange' command");
	if (!word_integer(command->words[2], &from) || !word_integer(command->words[3], &to))
		return blunder(command, "ERR value is not an integer or out of range");
	int64_t length = (int64_t)store_length(store, command->words[1]);
	from = from < 0 ? from + length : from;
	to = to < 0 ? to + length : to;
	from = from < 0 ? 0 : from;
	to = to >= length ? length - 1 : to;
	if (from > to)
		return reply_list(0);
	struct redis_reply reply = reply_list((size_t)(to - from + 1));
	for (int64_t i = from; i <= to; i++)
		reply_set(&reply, (size_t)(i - from), reply_text(store_element(store, command->words[1], (size_t)i)));
	return reply;
}

static struct redis_reply hash_command(const struct store *store, struct command *command, bool all)
{
	if (all ? command->count != 2 : command->count < 3)
		return blunder(command, "ERR wrong number of arguments for 'hmget' command");
	const struct object *hash = get(store, command->words[1], HASH);
	struct redis_reply reply = reply_list(all ? (hash ? hash->count : 0) : command->count - 2);
	for (size_t i = 0; !all && i < reply.count; i++)
		reply_set(&reply, i, text_or_nil(store_field(store, command->words[1], command->words[i + 2])));
	for (size_t i = 0; all && i < reply.count; i++) {
		size_t pairs = reply.count / 2, at = (i / 2 + command->turn % pairs) % pairs * 2 + i % 2;
		reply_set(&reply, i, reply_text(bytes_slice(hash->items[at])));
	}
	return reply;
}

static struct redis_reply smembers(const struct store *store, struct command *command)
{
	if (command->count != 2)
		return blunder(command, "ERR wrong number of arguments for 'smembers' command");
	const struct object *set = get(store, command->words[1], SET);
	struct redis_reply reply = reply_list(set ? set->count : 0);
	for (size_t i = 0; i < reply.count; i++)
		reply_set(&reply, i, reply_text(bytes_slice(set->items[(i + command->turn) % reply.count])));
	return reply;
}

static struct redis_reply ring_reply(const struct ring *ring)
{
	char id[48];
	struct redis_reply reply = reply_list(2), fields = reply_list(4);
	snprintf(id, sizeof id, "%" PRIu64 "-%" PRIu64, ring->ms, ring->seq);
	reply_set(&fields, 0, reply_text(slice_text("s")));
	reply_set(&fields, 1, reply_text(bytes_slice(ring->sid)));
	reply_set(&fields, 2, reply_text(slice_text("q")));
	reply_set(&fields, 3, reply_text(bytes_slice(ring->q)));
	reply_set(&reply, 0, reply_text(slice_text(id)));
	reply_set(&reply, 1, fields);
	return reply;
}

static bool ring_id(struct slice word, uint64_t *ms, uint64_t *seq)
{
	char room[48];
	int end = 0;
	if (word.len == 0 || word.len >= sizeof room || word.at[0] < '0' || word.at[0] > '9')
		return false;
	memcpy(room, word.at, word.len);
	room[word.len] = '\0';
	*seq = 0;
	if (sscanf(room, "%" SCNu64 "-%" SCNu64 "%n", ms, seq, &end) == 2)
		return room[end] == '\0';
	return sscanf(room, "%" SCNu64 "%n", ms, &end) == 1 && room[end] == '\0';
}

static struct redis_reply xrevrange(const struct store *store, struct command *command)
{
	if (command->count != 6 || !word_is(command->words[2], "+") || !word_is(command->words[3], "-") || !word_is(command->words[4], "COUNT") ||
		!word_is(command->words[5], "1"))
		return blunder(command, "ERR the model knows XREVRANGE key + - COUNT 1 only");
	const struct object *stream = get(store, command->words[1], STREAM);
	if (stream == NULL || stream->count == 0)
		return reply_list(0);
	struct redis_reply reply = reply_list(1);
	reply_set(&reply, 0, ring_reply(&stream->rings[stream->count - 1]));
	return reply;
}

static bool xread_said(const struct slice *words, size_t count)
{
	int64_t n;
	return count == 8 && word_is(words[1], "COUNT") && word_integer(words[2], &n) && n > 0 && word_is(words[3], "BLOCK") && word_integer(words[4], &n) &&
		n >= 0 && word_is(words[5], "STREAMS");
}

void store_resolve(const struct store *store, const struct slice *words, size_t count, char id[48])
{
	CHECK(xread_said(words, count));
	const struct object *stream = get(store, words[6], STREAM);
	if (slice_equal(words[7], slice_text("$")))
		snprintf(id, 48, "%" PRIu64 "-%" PRIu64, stream ? stream->last_ms : 0, stream ? stream->last_seq : 0);
	else
		snprintf(id, 48, "%.*s", (int)words[7].len, (const char *)words[7].at);
}

static struct redis_reply xread(const struct store *store, struct command *command)
{
	uint64_t ms = 0, seq = 0;
	int64_t most = 0;
	if (!xread_said(command->words, command->count))
		return blunder(command, "ERR the model knows XREAD COUNT n BLOCK ms STREAMS key id only");
	const struct object *stream = get(store, command->words[6], STREAM);
	struct redis_reply nothing = { .kind = REDIS_NIL };
	if (slice_equal(command->words[7], slice_text("$")))
		return nothing;
	if (!ring_id(command->words[7], &ms, &seq))
		return blunder(command, "ERR Invalid stream ID specified as stream command argument");
	CHECK(word_integer(command->words[2], &most));
	size_t first = 0, count = 0;
	while (stream && first < stream->count && (stream->rings[first].ms < ms || (stream->rings[first].ms == ms && stream->rings[first].seq <= seq)))
		first++;
	if (stream)
		count = stream->count - first;
	if (count > (size_t)most)
		count = (size_t)most;
	if (count == 0)
		return nothing;
	struct redis_reply rings = reply_list(count), pair = reply_list(2), reply = reply_list(1);
	for (size_t i = 0; i < count; i++)
		reply_set(&rings, i, ring_reply(&stream->rings[first + i]));
	reply_set(&pair, 0, reply_text(command->words[6]));
	reply_set(&pair, 1, rings);
	reply_set(&reply, 0, pair);
	return reply;
}

static struct redis_reply function_load(struct store *store, struct command *command, struct group *group)
{
	static const char head[] = "#!lua name=bollplank1\n";
	const struct slice *words = command->words;
	size_t count = command->count;
	if (!command->may_load)
		return reply_error("NOPERM this user has no permissions to run the 'function|load' command");
	bool replace = count == 4 && word_is(words[2], "REPLACE");
	if (count < 3 || !word_is(words[1], "LOAD") || (count != 3 && !replace) || words[count - 1].len < sizeof head || memcmp(words[count - 1].at, head, sizeof head - 1) != 0)
		return blunder(command, "ERR Missing library metadata");
	if (command->refuse_growth)
		return reply_error(command->refuse_growth);
	if (command->refuse_write)
		return reply_error(command->refuse_write);
	if (command->replica)
		return reply_error("READONLY You can't write against a read only replica.");
	if (store->functions && !replace)
		return reply_error("ERR Library 'bollplank1' already exists");
	struct op *op = note(group, OP_FUNCTIONS, slice_text(""), (struct slice){ 0 }, (struct slice){ 0 });
	op->index = 1;
	apply(store, op);
	return reply_text(slice_text("bollplank1"));
}

struct redis_reply store_command(struct store *store, struct command *command, struct group *group)
{
	CHECK(command->count > 0);
	struct slice name = command->words[0];
	if (word_is(name, "FCALL") || word_is(name, "FCALL_RO"))
		return fcall(store, command, group, word_is(name, "FCALL_RO"));
	if (word_is(name, "LRANGE"))
		return lrange(store, command);
	if (word_is(name, "HMGET") || word_is(name, "HGETALL"))
		return hash_command(store, command, word_is(name, "HGETALL"));
	if (word_is(name, "TIME")) {
		char seconds[24], micros[24];
		int s = snprintf(seconds, sizeof seconds, "%llu", (unsigned long long)(command->now_ms / 1000));
		int m = snprintf(micros, sizeof micros, "%llu", (unsigned long long)(command->now_ms % 1000 * 1000));
		struct redis_reply reply = reply_list(2);
		reply_set(&reply, 0, reply_text(slice_of(seconds, (size_t)s)));
		reply_set(&reply, 1, reply_text(slice_of(micros, (size_t)m)));
		return reply;
	}
	if (word_is(name, "GET") && command->count == 2)
		return text_or_nil(store_string(store, command->words[1]));
	if (word_is(name, "SMEMBERS"))
		return smembers(store, command);
	if (word_is(name, "XREVRANGE"))
		return xrevrange(store, command);
	if (word_is(name, "XREAD"))
		return xread(store, command);
	if (word_is(name, "FUNCTION"))
		return function_load(store, command, group);
	return blunder(command, "ERR unknown command");
}

/* --- for checkers, and damage ------------------------------------------------------------------------------------- */

size_t store_length(const struct store *store, struct slice key)
{
	const struct object *object = *find(store, key);
	if (object == NULL || object->kind == STRING)
		return 0;
	return object->kind == HASH ? object->count / 2 : object->count;
}

struct slice store_element(const struct store *store, struct slice key, size_t index)
{
	const struct object *list = get(store, key, LIST);
	return list && index < list->count ? bytes_slice(list->items[index]) : (struct slice){ 0 };
}

struct slice store_field(const struct store *store, struct slice key, struct slice field)
{
	const struct object *hash = get(store, key, HASH);
	size_t i = item_index(hash, field, 2);
	return i == SIZE_MAX ? (struct slice){ 0 } : bytes_slice(hash->items[i + 1]);
}

struct slice store_string(const struct store *store, struct slice key)
{
	const struct object *string = get(store, key, STRING);
	return string ? bytes_slice(string->string) : (struct slice){ 0 };
}

bool store_set_element(struct store *store, struct slice key, size_t index, struct slice bytes, struct group *group)
{
	if (store_element(store, key, index).at == NULL)
		return false;
	put_at(store, group, key, index, bytes);
	return true;
}

bool store_set_field(struct store *store, struct slice key, struct slice field, struct slice bytes, struct group *group)
{
	if (store_field(store, key, field).at == NULL)
		return false;
	put_op(store, group, OP_HSET, key, field, bytes);
	return true;
}

bool store_delete(struct store *store, struct slice key, struct group *group)
{
	if (*find(store, key) == NULL)
		return false;
	put_op(store, group, OP_DEL, key, (struct slice){ 0 }, (struct slice){ 0 });
	return true;
}

void store_flush_functions(struct store *store, struct group *group)
{
	struct op *op = note(group, OP_FUNCTIONS, slice_text(""), (struct slice){ 0 }, (struct slice){ 0 });
	apply(store, op);
}
