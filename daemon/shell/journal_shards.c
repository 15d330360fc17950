/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/journal_shards.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/map.h"
#include "shell/journal_body.h"

enum { MAGIC_journal_shards = 0x73686172, MAGIC_part = 0x70617274, MAGIC_errand = 0x65727264 };

struct part {
	uint32_t magic;
	struct journal_shards *shards;
	struct journal journal;
	char *name;
};

/* A session that the house has open, or is opening or creating. */
struct place {
	struct sid sid;
	struct part *part;   /* who has it; who is being asked */
	unsigned order[JOURNAL_SHARDS_MOST], at;
	bool opening, away;  /* away: one that was asked could not say */
	uint64_t founding_tag; /* 0: its creation has been answered */
	struct errand *founding; /* its code is being asked for */
};

/* Something asked of several parts, or of one after the other. */
enum kind { FIND, FOUND_FIRST, READ, LIST, STRIKE, ERASE };

struct errand {
	uint32_t magic;
	enum kind kind;
	struct journal_shards *shards;
	struct errand *next, *before;
	size_t left; /* parts that have not answered */
	bool told, away, taken, delivered, closed;
	struct sid sid;
	struct code code;
	uint64_t seq, until, tag;
	unsigned order[JOURNAL_SHARDS_MOST], at;
	struct body body; /* in `bytes` */
	uint8_t *bytes;
	bool answered[JOURNAL_SHARDS_MOST]; /* STRIKE, ERASE */
	union {
		journal_found_fn found;
		journal_list_fn each;
		journal_sink_fn sink;
	} fn;
	void *ctx;
};

struct journal_shards {
	uint32_t magic;
	struct journal_ops ops;
	struct part parts[JOURNAL_SHARDS_MOST];
	size_t count;
	const struct journal_up *up;
	void *up_ctx;
	struct place **places;
	size_t places_count, places_room;
	struct map by_sid; /* place + 1 */
	struct errand *errands;
	size_t foundings;
	bool stopping;
	size_t stops_left;
	void (*stopped)(void *ctx);
	void *stopped_ctx;
};

/* ---- where a session is ---- */

void journal_shards_order(struct sid sid, const char *const *names, size_t count, unsigned *order)
{
	struct digest weights[JOURNAL_SHARDS_MOST];
	CHECK(count <= JOURNAL_SHARDS_MOST);
	for (unsigned i = 0; i < count; i++) {
		const struct slice fields[] = { slice_text(names[i]), slice_text(sid.text) };
		weights[i] = digest_fields(fields, 2);
		if (BOLLPLANK_BUG == 84) /* the order in which they were given is that of every session */
			memset(weights[i].bytes, (int)(255 - i), sizeof weights[i].bytes);
		unsigned at = i;
		for (; at > 0 && memcmp(weights[order[at - 1]].bytes, weights[i].bytes, sizeof weights[i].bytes) < 0; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

static void order_of(const struct journal_shards *shards, struct sid sid, unsigned *order)
{
	const char *names[JOURNAL_SHARDS_MOST];
	for (size_t i = 0; i < shards->count; i++)
		names[i] = shards->parts[i].name;
	journal_shards_order(sid, names, shards->count, order);
}

static uint64_t key_of(struct sid sid)
{
	return map_mix(strtoull(sid.text, NULL, 16));
}

static struct place *place_of(const struct journal_shards *shards, struct sid sid)
{
	uint32_t at = map_get(&shards->by_sid, key_of(sid));
	return at ? shards->places[at - 1] : NULL;
}

static struct place *place_add(struct journal_shards *shards, struct sid sid)
{
	struct place *place = check_alloc(1, sizeof *place);
	place->sid = sid;
	order_of(shards, sid, place->order);
	place->part = &shards->parts[place->order[0]];
	if (shards->places_count == shards->places_room) {
		shards->places_room = shards->places_room ? shards->places_room * 2 : 16;
		shards->places = check_realloc(shards->places, shards->places_room, sizeof *shards->places);
	}
	shards->places[shards->places_count++] = place;
	map_set(&shards->by_sid, key_of(sid), (uint32_t)shards->places_count);
	return place;
}

static void place_remove(struct journal_shards *shards, struct place *place)
{
	uint32_t at = map_get(&shards->by_sid, key_of(place->sid));
	struct place *last = shards->places[--shards->places_count];
	CHECK(at != 0 && shards->places[at - 1] == place);
	shards->places[at - 1] = last;
	map_set(&shards->by_sid, key_of(last->sid), at);
	map_remove(&shards->by_sid, key_of(place->sid));
	if (place->founding)
		place->founding->closed = true;
	free(place);
}

/* NULL: this part has nothing to say about this session (any more). */
static struct place *place_at(const struct part *part, struct sid sid)
{
	struct place *place = place_of(part->shards, sid);
	return place && place->part == part ? place : NULL;
}

/* ---- errands ---- */

static struct errand *errand_create(struct journal_shards *shards, enum kind kind)
{
	struct errand *errand = check_alloc(1, sizeof *errand);
	errand->magic = MAGIC_errand;
	errand->kind = kind;
	errand->shards = shards;
	errand->left = shards->count;
	errand->next = shards->errands;
	if (errand->next)
		errand->next->before = errand;
	shards->errands = errand;
	return errand;
}

static void errand_free(struct errand *errand)
{
	struct journal_shards *shards = errand->shards;
	if (errand->before)
		errand->before->next = errand->next;
	else
		shards->errands = errand->next;
	if (errand->next)
		errand->next->before = errand->before;
	shards->foundings -= errand->kind == FOUND_FIRST;
	errand->magic = 0;
	free(errand->bytes);
	free(errand);
}

/* ---- what the parts say ---- */

static void on_loaded(struct sid sid, struct position position, struct slice snapshot, void *ctx)
{
	struct part *part = CAST(ctx, part);
	if (place_at(part, sid))
		part->shards->up->loaded(sid, position, snapshot, part->shards->up_ctx);
}

static void on_entry(struct sid sid, const struct journal_entry *entry, uint64_t tag, void *ctx)
{
	struct part *part = CAST(ctx, part);
	struct place *place = place_at(part, sid);
	if (place == NULL)
		return;
	if (place->founding_tag == tag)
		place->founding_tag = 0;
	part->shards->up->entry(sid, entry, tag, part->shards->up_ctx);
}

static void on_stable(struct sid sid, uint64_t seq, void *ctx)
{
	struct part *part = CAST(ctx, part);
	if (place_at(part, sid))
		part->shards->up->stable(sid, seq, part->shards->up_ctx);
}

/* The next of the order is asked, unless this one has the session. */
static void on_opened(struct sid sid, enum journal_status status, uint64_t damaged_seq, void *ctx)
{
	struct part *part = CAST(ctx, part);
	struct journal_shards *shards = part->shards;
	struct place *place = place_at(part, sid);
	if (place == NULL)
		return;
	if (place->opening && (status == JOURNAL_ABSENT || status == JOURNAL_AWAY)) {
		place->away |= status == JOURNAL_AWAY;
#if BOLLPLANK_BUG == 83 /* one that is away has nothing */
		place->away = false;
#endif
		if (BOLLPLANK_BUG != 85 /* only the first is asked */ && place->at + 1 < shards->count && !shards->stopping) {
			place->part = &shards->parts[place->order[++place->at]];
			place->part->journal.ops->open(place->part->journal.self, sid);
			return;
		}
		status = place->away || shards->stopping ? JOURNAL_AWAY : JOURNAL_ABSENT;
	}
	place->opening = false;
	if (status != JOURNAL_OK)
		place_remove(shards, place);
	shards->up->opened(sid, status, damaged_seq, shards->up_ctx);
}

static void on_refused(struct sid sid, uint64_t tag, enum journal_status why, void *ctx)
{
	struct part *part = CAST(ctx, part);
	struct place *place = place_at(part, sid);
	if (place == NULL)
		return;
	if (place->founding_tag == tag)
		place_remove(part->shards, place); /* it was not created */
	part->shards->up->refused(sid, tag, why, part->shards->up_ctx);
}

static void on_unsure(struct sid sid, uint64_t tag, void *ctx)
{
	struct part *part = CAST(ctx, part);
	struct place *place = place_at(part, sid);
	if (place)
		part->shards->up->unsure(sid, tag, part->shards->up_ctx);
}

static void on_reset(struct sid sid, void *ctx)
{
	struct part *part = CAST(ctx, part);
	if (place_at(part, sid))
		part->shards->up->reset(sid, part->shards->up_ctx);
}

static void on_orphan(struct sid sid, const struct body *body, void *ctx)
{
	struct part *part = CAST(ctx, part);
	if (place_at(part, sid))
		part->shards->up->orphan(sid, body, part->shards->up_ctx);
}

/* Is this an answer to what all parts were asked? true: it is not the last of them, or there is none. */
static bool errand_goes_on(const struct part *part, enum kind kind, struct sid sid, uint64_t seq, bool *found)
{
	struct journal_shards *shards = part->shards;
	size_t at = (size_t)(part - shards->parts);
	for (struct errand *errand = shards->errands; errand; errand = errand->next)
		if (errand->kind == kind && sid_equal(errand->sid, sid) && errand->seq == seq && !errand->answered[at]) {
			*found = true;
			errand->answered[at] = true;
			if (--errand->left)
				return true;
			errand_free(errand);
			return false;
		}
	*found = false;
	return true;
}

static void on_struck(struct sid sid, uint64_t seq, void *ctx)
{
	struct part *part = CAST(ctx, part);
	struct journal_shards *shards = part->shards;
	bool asked_all, goes_on = errand_goes_on(part, STRIKE, sid, seq, &asked_all);
	if (asked_all ? !goes_on : place_at(part, sid) != NULL)
		shards->up->struck(sid, seq, shards->up_ctx);
}

static void on_erased(struct sid sid, void *ctx)
{
	struct part *part = CAST(ctx, part);
	struct journal_shards *shards = part->shards;
	bool asked_all, goes_on = errand_goes_on(part, ERASE, sid, 0, &asked_all);
	struct place *place = place_at(part, sid);
	if (place)
		place_remove(shards, place);
	if (asked_all ? !goes_on : place != NULL)
		shards->up->erased(sid, shards->up_ctx);
}

static void on_peers(struct sid sid, const struct slice *published, size_t count, void *ctx)
{
	struct part *part = CAST(ctx, part);
	if (place_at(part, sid))
		part->shards->up->peers(sid, published, count, part->shards->up_ctx);
}

static enum journal_status worst_state(struct journal_shards *shards, const char **sentence)
{
	enum journal_status worst = JOURNAL_OK;
	*sentence = "";
	for (size_t i = 0; i < shards->count; i++) {
		const char *its = "";
		const struct journal *journal = &shards->parts[i].journal;
		enum journal_status status = journal->ops->state(journal->self, NULL, &its);
		if (status == JOURNAL_OK || worst == JOURNAL_AWAY || (worst != JOURNAL_OK && status != JOURNAL_AWAY))
			continue;
		worst = status;
		*sentence = its;
	}
	return worst;
}

/* One is well again: perhaps another is not. */
static void on_health(enum journal_status status, const char *sentence, void *ctx)
{
	struct journal_shards *shards = CAST(ctx, part)->shards;
	if (status == JOURNAL_OK)
		status = worst_state(shards, &sentence);
	shards->up->health(status, sentence, shards->up_ctx);
}

static const struct journal_up part_up = {
	.loaded = on_loaded, .entry = on_entry, .stable = on_stable, .opened = on_opened, .refused = on_refused, .unsure = on_unsure,
	.reset = on_reset, .orphan = on_orphan, .struck = on_struck, .erased = on_erased, .peers = on_peers, .health = on_health,
};

/* ---- the port ---- */

static void listen_to(void *self, const struct journal_up *up, void *ctx)
{
	struct journal_shards *shards = CAST(self, journal_shards);
	CHECK(shards->up == NULL);
	shards->up = up;
	shards->up_ctx = ctx;
	for (size_t i = 0; i < shards->count; i++)
		shards->parts[i].journal.ops->listen(shards->parts[i].journal.self, &part_up, &shards->parts[i]);
}

static void stop_parts(struct journal_shards *shards);

/* Nobody else has the code, as far as they could be asked. */
static void found_session(struct errand *errand)
{
	struct journal_shards *shards = errand->shards;
	struct place *place = errand->closed ? NULL : place_of(shards, errand->sid);
	struct sid sid = errand->sid;
	uint64_t tag = errand->tag;
	int rc = JOURNAL_OK;
	if (place && place->founding == errand)
		place->founding = NULL;
	if (errand->taken)
		rc = JOURNAL_TAKEN;
	else if (place)
		rc = place->part->journal.ops->create(place->part->journal.self, sid, errand->code, &errand->body, tag);
	errand_free(errand);
	if (rc != JOURNAL_OK && place) {
		if (place->founding_tag == tag)
			place_remove(shards, place);
		shards->up->refused(sid, tag, (enum journal_status)rc, shards->up_ctx);
	}
	if (shards->stopping && shards->foundings == 0)
		stop_parts(shards);
}

static void on_code(enum journal_status status, struct sid sid, void *ctx)
{
	struct errand *errand = CAST(ctx, errand);
	(void)sid;
	errand->taken |= status == JOURNAL_OK;
	if (--errand->left == 0)
		found_session(errand);
}

static int create(void *self, struct sid sid, struct code code, const struct body *body, uint64_t tag)
{
	struct journal_shards *shards = CAST(self, journal_shards);
	struct place *place = place_of(shards, sid);
	if ((place && !place->founding) || shards->count == 1) {
		if (place == NULL)
			(place = place_add(shards, sid))->founding_tag = tag;
		int rc = place->part->journal.ops->create(place->part->journal.self, sid, code, body, tag);
		if (rc < 0 && place->founding_tag == tag)
			place_remove(shards, place);
		return rc;
	}
	unsigned order[JOURNAL_SHARDS_MOST] = { 0 };
	order_of(shards, sid, order);
	const struct journal *first = &shards->parts[order[0]].journal;
	enum journal_status status = first->ops->state(first->self, NULL, NULL);
	if (status != JOURNAL_OK) /* never silently to another: nobody would look for it there first */
		return status;
	if (shards->stopping)
		return JOURNAL_AWAY;
	if (shards->foundings == LIMIT_PENDING_APPENDS)
		return JOURNAL_FULL;
	struct errand *errand = errand_create(shards, FOUND_FIRST);
	shards->foundings++;
	if (place == NULL) { /* else the same name once more, which its part will refuse: it is asked later than the first */
		place = place_add(shards, sid);
		place->founding_tag = tag;
		place->founding = errand;
	}
	errand->sid = sid;
	errand->code = code;
	errand->tag = tag;
	errand->left = shards->count - 1;
	errand->bytes = check_alloc(1, body_len(body));
	errand->body = body_lay(body, errand->bytes);
	for (size_t i = 1; i < shards->count; i++) {
		const struct journal *other = &shards->parts[order[i]].journal;
		other->ops->find(other->self, code, on_code, errand);
	}
	return JOURNAL_OK;
}

/* Found wins at once. */
static void on_found(enum journal_status status, struct sid sid, void *ctx)
{
	struct errand *errand = CAST(ctx, errand);
	errand->away |= status != JOURNAL_OK && status != JOURNAL_ABSENT;
	bool last = --errand->left == 0, tell = !errand->told && (status == JOURNAL_OK || last);
	journal_found_fn found = errand->fn.found;
	void *its = errand->ctx;
	if (status != JOURNAL_OK)
		status = errand->away ? JOURNAL_AWAY : JOURNAL_ABSENT;
	errand->told |= tell;
	if (last)
		errand_free(errand);
	if (tell)
		found(status, sid, its);
}

static void find(void *self, struct code code, journal_found_fn found, void *ctx)
{
	struct journal_shards *shards = CAST(self, journal_shards);
	struct errand *errand = errand_create(shards, FIND);
	errand->fn.found = found;
	errand->ctx = ctx;
	for (size_t i = 0; i < shards->count; i++)
		shards->parts[i].journal.ops->find(shards->parts[i].journal.self, code, on_found, errand);
}

static void open_session(void *self, struct sid sid)
{
	struct journal_shards *shards = CAST(self, journal_shards);
	struct place *place = place_of(shards, sid);
	CHECK(place == NULL || !place->opening);
	if (place)
		place_remove(shards, place); /* of a creation that ended in unsure: where is it now? */
	place = place_add(shards, sid);
	place->opening = true;
	place->part->journal.ops->open(place->part->journal.self, sid);
}

static int append(void *self, struct sid sid, const struct body *body, uint64_t tag)
{
	const struct place *place = place_of(CAST(self, journal_shards), sid);
	if (place == NULL || place->opening || place->founding)
		return JOURNAL_ABSENT;
	return place->part->journal.ops->append(place->part->journal.self, sid, body, tag);
}

static void on_read(const struct journal_entry *entry, enum journal_status status, void *ctx);

static void read_next(struct errand *errand)
{
	const struct journal *journal = &errand->shards->parts[errand->order[errand->at]].journal;
	journal->ops->read(journal->self, errand->sid, errand->seq, errand->until, on_read, errand);
}

static void on_read(const struct journal_entry *entry, enum journal_status status, void *ctx)
{
	struct errand *errand = CAST(ctx, errand);
	if (entry) {
		errand->delivered = true;
		errand->fn.sink(entry, status, errand->ctx);
		return;
	}
	if (!errand->delivered && (status == JOURNAL_ABSENT || status == JOURNAL_AWAY)) {
		errand->away |= status == JOURNAL_AWAY;
		if (++errand->at < errand->left && !errand->shards->stopping) {
			read_next(errand);
			return;
		}
		status = errand->away || errand->shards->stopping ? JOURNAL_AWAY : JOURNAL_ABSENT;
	}
	journal_sink_fn sink = errand->fn.sink;
	void *its = errand->ctx;
	errand_free(errand);
	sink(NULL, status, its);
}

/* Of one that is open we know where it is. */
static void read_session(void *self, struct sid sid, uint64_t from, uint64_t until, journal_sink_fn sink, void *ctx)
{
	struct journal_shards *shards = CAST(self, journal_shards);
	const struct place *place = place_of(shards, sid);
	if (place && !place->opening) {
		place->part->journal.ops->read(place->part->journal.self, sid, from, until, sink, ctx);
		return;
	}
	struct errand *errand = errand_create(shards, READ);
	errand->sid = sid;
	errand->seq = from;
	errand->until = until;
	errand->fn.sink = sink;
	errand->ctx = ctx;
	order_of(shards, sid, errand->order);
	read_next(errand);
}

static void snapshot(void *self, struct sid sid, struct position position, struct slice bytes)
{
	const struct place *place = place_of(CAST(self, journal_shards), sid);
	if (place)
		place->part->journal.ops->snapshot(place->part->journal.self, sid, position, bytes);
}

static void strike(void *self, struct sid sid, uint64_t seq, unsigned parts)
{
	struct journal_shards *shards = CAST(self, journal_shards);
	const struct place *place = place_of(shards, sid);
	if (place && !place->opening) {
		place->part->journal.ops->strike(place->part->journal.self, sid, seq, parts);
		return;
	}
	struct errand *errand = errand_create(shards, STRIKE); /* where it does not exist there is nothing to strike */
	errand->sid = sid;
	errand->seq = seq;
	for (size_t i = 0; i < shards->count; i++)
		shards->parts[i].journal.ops->strike(shards->parts[i].journal.self, sid, seq, parts);
}

static void on_listed(const struct sid *sid, void *ctx)
{
	struct errand *errand = CAST(ctx, errand);
	journal_list_fn each = errand->fn.each;
	void *its = errand->ctx;
	if (sid == NULL && --errand->left)
		return;
	if (sid == NULL)
		errand_free(errand);
	each(sid, its);
}

static void list(void *self, journal_list_fn each, void *ctx)
{
	struct journal_shards *shards = CAST(self, journal_shards);
	struct errand *errand = errand_create(shards, LIST);
	errand->fn.each = each;
	errand->ctx = ctx;
	for (size_t i = 0; i < shards->count; i++)
		shards->parts[i].journal.ops->list(shards->parts[i].journal.self, on_listed, errand);
}

static void erase(void *self, struct sid sid)
{
	struct journal_shards *shards = CAST(self, journal_shards);
	struct place *place = place_of(shards, sid);
	if (place && place->founding) {
		place_remove(shards, place); /* and it will not be created */
		place = NULL;
	}
	if (place && !place->opening) {
		place->part->journal.ops->erase(place->part->journal.self, sid);
		return;
	}
	struct errand *errand = errand_create(shards, ERASE);
	errand->sid = sid;
	for (size_t i = 0; i < shards->count; i++)
		shards->parts[i].journal.ops->erase(shards->parts[i].journal.self, sid);
}

static void close_session(void *self, struct sid sid)
{
	struct journal_shards *shards = CAST(self, journal_shards);
	struct place *place = place_of(shards, sid);
	if (place == NULL)
		return;
	struct journal journal = place->part->journal;
	bool asked = place->founding == NULL;
	place_remove(shards, place);
	if (asked)
		journal.ops->close(journal.self, sid);
}

static enum journal_status state(void *self, const struct sid *sid, const char **sentence)
{
	struct journal_shards *shards = CAST(self, journal_shards);
	const char *ignored;
	if (sid == NULL)
		return worst_state(shards, sentence ? sentence : &ignored);
	const struct place *place = place_of(shards, *sid);
	unsigned order[JOURNAL_SHARDS_MOST] = { 0 };
	order_of(shards, *sid, order);
	const struct journal *journal = place ? &place->part->journal : &shards->parts[order[0]].journal;
	return journal->ops->state(journal->self, sid, sentence);
}

static bool level(void *self, struct sid sid)
{
	const struct place *place = place_of(CAST(self, journal_shards), sid);
	return place && !place->opening && place->part->journal.ops->level(place->part->journal.self, sid);
}

static void publish(void *self, struct sid sid, struct slice bytes)
{
	const struct place *place = place_of(CAST(self, journal_shards), sid);
	if (place && !place->opening)
		place->part->journal.ops->publish(place->part->journal.self, sid, bytes);
}

static unsigned rules(void *self)
{
	struct journal_shards *shards = CAST(self, journal_shards);
	unsigned least = UINT32_MAX;
	for (size_t i = 0; i < shards->count; i++) {
		unsigned its = shards->parts[i].journal.ops->rules(shards->parts[i].journal.self);
		least = its < least ? its : least;
	}
	return least;
}

static unsigned rank(void *self, struct sid sid)
{
	const struct place *place = place_of(CAST(self, journal_shards), sid);
	if (place == NULL || place->opening || place->part->journal.ops->rank == NULL)
		return 0;
	return place->part->journal.ops->rank(place->part->journal.self, sid);
}

static uint64_t wall_ms(void *self, struct sid sid)
{
	const struct place *place = place_of(CAST(self, journal_shards), sid);
	return place ? journal_wall_ms(place->part->journal, sid) : 0;
}

static void finish(void *ctx)
{
	struct journal_shards *shards = CAST(ctx, journal_shards);
	void (*stopped)(void *ctx) = shards->stopped;
	void *its = shards->stopped_ctx;
	while (shards->errands)
		errand_free(shards->errands); // NOLINT(clang-analyzer-unix.Malloc): it takes itself out of the list
	for (size_t i = 0; i < shards->places_count; i++)
		free(shards->places[i]);
	for (size_t i = 0; i < shards->count; i++) {
		shards->parts[i].magic = 0;
		free(shards->parts[i].name);
	}
	map_finish(&shards->by_sid);
	free(shards->places);
	shards->magic = 0;
	free(shards);
	stopped(its);
}

static void on_part_stopped(void *ctx)
{
	struct journal_shards *shards = CAST(ctx, part)->shards;
	if (--shards->stops_left == 0)
		finish(shards);
}

static void stop_parts(struct journal_shards *shards)
{
	shards->stops_left = shards->count;
	for (size_t i = 0; i < shards->count; i++)
		shards->parts[i].journal.ops->stop(shards->parts[i].journal.self, on_part_stopped, &shards->parts[i]);
}

static void stop(void *self, void (*done)(void *ctx), void *ctx)
{
	struct journal_shards *shards = CAST(self, journal_shards);
	CHECK(!shards->stopping);
	shards->stopping = true;
	shards->stopped = done;
	shards->stopped_ctx = ctx;
	if (shards->foundings == 0) /* else when the last one is in the hands of its part */
		stop_parts(shards);
}

struct journal journal_shards_create(const struct journal_shard *parts, size_t count)
{
	struct journal_shards *shards = check_alloc(1, sizeof *shards);
	CHECK(count >= 1 && count <= JOURNAL_SHARDS_MOST);
	shards->magic = MAGIC_journal_shards;
	shards->count = count;
	for (size_t i = 0; i < count; i++) {
		struct part *part = &shards->parts[i];
		*part = (struct part){ .magic = MAGIC_part, .shards = shards, .journal = parts[i].journal, .name = strdup(parts[i].name) };
		CHECK(part->name != NULL);
	}
	shards->ops = (struct journal_ops){
		.name = parts[0].journal.ops->name, .durability = parts[0].journal.ops->durability, .listen = listen_to, .create = create, .find = find,
		.open = open_session, .append = append, .read = read_session, .snapshot = snapshot, .strike = strike, .list = list, .erase = erase,
		.close = close_session, .state = state, .level = level, .publish = publish, .rules = rules, .rank = rank, .wall_ms = wall_ms, .stop = stop,
	};
	return (struct journal){ &shards->ops, shards };
}
