/* SPDX-License-Identifier: EUPL-1.2 */
/* Between a house and its journal: every promise of port/journal.h that can be seen from there is looked at, and what was delivered is remembered. */
#include "sim/many.h"
#include <inttypes.h>

enum { MAGIC_tap = 0x74617020, TAGS_MOST = 1024 };

struct tap {
	uint32_t magic;
	struct machine *machine;
	struct journal inner;
	const struct journal_up *up;
	void *ctx;
	struct taken {
		uint64_t tag;
		uint8_t digest[32];
	} tags[TAGS_MOST]; /* not answered */
	size_t tags_count;
	uint64_t seq, stable;     /* of the session here */
	bool loaded, opened, reset;
};

static bool ours(const struct tap *tap, struct sid sid)
{
	return tap->machine->w->created && sid_equal(sid, tap->machine->w->sid);
}

static void tag_take(struct tap *tap, uint64_t tag, const struct body *body)
{
	CHECK(tap->tags_count < TAGS_MOST);
	struct taken *taken = &tap->tags[tap->tags_count++];
	taken->tag = tag;
	memcpy(taken->digest, body->digest, sizeof taken->digest);
	many_offered(tap->machine->w->many, body->digest);
}

static void tag_answered(struct tap *tap, uint64_t tag, const char *how, bool refused)
{
	for (size_t i = 0; i < tap->tags_count; i++)
		if (tap->tags[i].tag == tag) {
			if (refused)
				many_refused(tap->machine->w->many, tap->tags[i].digest);
			tap->tags[i] = tap->tags[--tap->tags_count];
			return;
		}
	world_fail(tap->machine->w, "instance %u: tag %" PRIx64 " is answered by %s, and nobody asked or it was answered before", tap->machine->number, tag, how);
}

static void on_loaded(struct sid sid, struct position position, struct slice snapshot, void *ctx)
{
	struct tap *tap = CAST(ctx, tap);
	if (tap->loaded)
		world_fail(tap->machine->w, "instance %u: loaded twice", tap->machine->number);
	tap->loaded = true;
	tap->opened = false;
	tap->seq = position.seq;
	tap->stable = 0;
	tap->machine->blurred = false;
	tap->up->loaded(sid, position, snapshot, tap->ctx);
}

static void on_entry(struct sid sid, const struct journal_entry *entry, uint64_t tag, void *ctx)
{
	struct tap *tap = CAST(ctx, tap);
	struct world *w = tap->machine->w;
	if (tag)
		tag_answered(tap, tag, "entry", false);
	if (ours(tap, sid) && entry->position.seq != tap->seq + 1)
		world_fail(w, "instance %u is told entry %" PRIu64 " behind %" PRIu64, tap->machine->number, entry->position.seq, tap->seq);
	if (ours(tap, sid) && tap->reset && !tap->loaded)
		world_fail(w, "instance %u is told entry %" PRIu64 " between reset and loaded", tap->machine->number, entry->position.seq);
	tap->seq = entry->position.seq;
	tap->up->entry(sid, entry, tag, tap->ctx);
	if (ours(tap, sid))
		many_applied(tap->machine, entry);
}

static void on_stable(struct sid sid, uint64_t seq, void *ctx)
{
	struct tap *tap = CAST(ctx, tap);
	if (ours(tap, sid) && (seq < tap->stable || seq > tap->seq))
		world_fail(tap->machine->w, "instance %u: stable is %" PRIu64 ", was %" PRIu64 ", entries go to %" PRIu64, tap->machine->number, seq, tap->stable, tap->seq);
	tap->stable = seq;
	tap->up->stable(sid, seq, tap->ctx);
}

static void on_opened(struct sid sid, enum journal_status status, uint64_t damaged_seq, void *ctx)
{
	struct tap *tap = CAST(ctx, tap);
	struct world *w = tap->machine->w;
	world_tell(w, "instance %u opened status=%d seq=%" PRIu64, tap->machine->number, status, tap->seq);
	if (ours(tap, sid) && status == JOURNAL_DAMAGED)
		world_fail(w, "instance %u calls entry %" PRIu64 " damaged", tap->machine->number, damaged_seq);
	if (ours(tap, sid) && status == JOURNAL_OK && (!tap->loaded || tap->opened))
		world_fail(w, "instance %u: opened %s", tap->machine->number, tap->opened ? "twice" : "before loaded");
	tap->opened = status == JOURNAL_OK;
	tap->loaded = tap->loaded && tap->opened;
	tap->reset = false;
	tap->up->opened(sid, status, damaged_seq, tap->ctx);
}

static void on_refused(struct sid sid, uint64_t tag, enum journal_status why, void *ctx)
{
	struct tap *tap = CAST(ctx, tap);
	tag_answered(tap, tag, "refused", true);
	tap->up->refused(sid, tag, why, tap->ctx);
}

static void on_unsure(struct sid sid, uint64_t tag, void *ctx)
{
	struct tap *tap = CAST(ctx, tap);
	tag_answered(tap, tag, "unsure", false);
	tap->up->unsure(sid, tag, tap->ctx);
}

static void on_reset(struct sid sid, void *ctx)
{
	struct tap *tap = CAST(ctx, tap);
	world_tell(tap->machine->w, "instance %u reset at seq=%" PRIu64 " stable=%" PRIu64, tap->machine->number, tap->seq, tap->stable);
	tap->machine->w->out->resets++;
	tap->machine->w->turned = true;
	tap->reset = true;
	tap->loaded = tap->opened = false;
	tap->seq = 0;
	if (tap->machine->order)
		memset(tap->machine->order, 0, tap->machine->order_room * sizeof *tap->machine->order);
	tap->up->reset(sid, tap->ctx);
}

static void on_orphan(struct sid sid, const struct body *body, void *ctx)
{
	struct tap *tap = CAST(ctx, tap);
	if (!tap->reset)
		world_fail(tap->machine->w, "instance %u: an orphan outside of a reset", tap->machine->number);
	if (tap->machine->w->verbose && body->head.len >= 20)
		world_tell(tap->machine->w, "instance %u orphan who=%u command=%u number=%u", tap->machine->number, (unsigned)body->head.at[7],
			   (unsigned)body->head.at[3], (unsigned)body->head.at[19]);
	tap->up->orphan(sid, body, tap->ctx);
}

static void on_struck(struct sid sid, uint64_t seq, void *ctx)
{
	struct tap *tap = CAST(ctx, tap);
	tap->up->struck(sid, seq, tap->ctx);
}

static void on_erased(struct sid sid, void *ctx)
{
	struct tap *tap = CAST(ctx, tap);
	tap->up->erased(sid, tap->ctx);
}

static void on_peers(struct sid sid, const struct slice *published, size_t count, void *ctx)
{
	struct tap *tap = CAST(ctx, tap);
	tap->up->peers(sid, published, count, tap->ctx);
}

static void on_health(enum journal_status status, const char *sentence, void *ctx)
{
	struct tap *tap = CAST(ctx, tap);
	world_tell(tap->machine->w, "instance %u health=%d %s", tap->machine->number, status, sentence ? sentence : "");
	tap->up->health(status, sentence, tap->ctx);
}

static const struct journal_up tap_up = {
	.loaded = on_loaded, .entry = on_entry, .stable = on_stable, .opened = on_opened, .refused = on_refused, .unsure = on_unsure, .reset = on_reset,
	.orphan = on_orphan, .struck = on_struck, .erased = on_erased, .peers = on_peers, .health = on_health,
};

static void op_listen(void *self, const struct journal_up *up, void *ctx)
{
	struct tap *tap = CAST(self, tap);
	tap->up = up;
	tap->ctx = ctx;
	tap->inner.ops->listen(tap->inner.self, &tap_up, tap);
}

static int op_create(void *self, struct sid sid, struct code code, const struct body *body, uint64_t tag)
{
	struct tap *tap = CAST(self, tap);
	int status = tap->inner.ops->create(tap->inner.self, sid, code, body, tag);
	if (status == 0)
		tag_take(tap, tag, body);
	tap->loaded = tap->opened = true;
	tap->seq = tap->stable = 0;
	return status;
}

static void op_find(void *self, struct code code, journal_found_fn found, void *ctx)
{
	struct tap *tap = CAST(self, tap);
	tap->inner.ops->find(tap->inner.self, code, found, ctx);
}

static void op_open(void *self, struct sid sid)
{
	struct tap *tap = CAST(self, tap);
	tap->loaded = tap->opened = tap->reset = false;
	tap->inner.ops->open(tap->inner.self, sid);
}

static int op_append(void *self, struct sid sid, const struct body *body, uint64_t tag)
{
	struct tap *tap = CAST(self, tap);
	int status = tap->inner.ops->append(tap->inner.self, sid, body, tag);
	if (status == 0)
		tag_take(tap, tag, body);
	return status;
}

static void op_read(void *self, struct sid sid, uint64_t from, uint64_t until, journal_sink_fn sink, void *ctx)
{
	struct tap *tap = CAST(self, tap);
	tap->inner.ops->read(tap->inner.self, sid, from, until, sink, ctx);
}

static void op_snapshot(void *self, struct sid sid, struct position position, struct slice bytes)
{
	struct tap *tap = CAST(self, tap);
	tap->inner.ops->snapshot(tap->inner.self, sid, position, bytes);
}

static void op_strike(void *self, struct sid sid, uint64_t seq, unsigned parts)
{
	struct tap *tap = CAST(self, tap);
	tap->inner.ops->strike(tap->inner.self, sid, seq, parts);
}

static void op_list(void *self, journal_list_fn each, void *ctx)
{
	struct tap *tap = CAST(self, tap);
	tap->inner.ops->list(tap->inner.self, each, ctx);
}

static void op_erase(void *self, struct sid sid)
{
	struct tap *tap = CAST(self, tap);
	tap->inner.ops->erase(tap->inner.self, sid);
}

static void op_close(void *self, struct sid sid)
{
	struct tap *tap = CAST(self, tap);
	tap->inner.ops->close(tap->inner.self, sid);
	tap->loaded = tap->opened = tap->reset = false;
	tap->tags_count = 0; /* they end silently; there is one session only */
	if (ours(tap, sid))
		many_let_go(tap->machine);
}

static enum journal_status op_state(void *self, const struct sid *sid, const char **sentence)
{
	struct tap *tap = CAST(self, tap);
	return tap->inner.ops->state(tap->inner.self, sid, sentence);
}

static bool op_level(void *self, struct sid sid)
{
	struct tap *tap = CAST(self, tap);
	return tap->inner.ops->level(tap->inner.self, sid);
}

static void op_publish(void *self, struct sid sid, struct slice bytes)
{
	struct tap *tap = CAST(self, tap);
	tap->inner.ops->publish(tap->inner.self, sid, bytes);
}

static unsigned op_rules(void *self)
{
	struct tap *tap = CAST(self, tap);
	return tap->inner.ops->rules(tap->inner.self);
}

static unsigned op_rank(void *self, struct sid sid)
{
	return journal_rank(CAST(self, tap)->inner, sid);
}

static void op_stop(void *self, void (*done)(void *ctx), void *ctx)
{
	struct tap *tap = CAST(self, tap);
	tap->inner.ops->stop(tap->inner.self, done, ctx);
}

static const struct journal_ops tap_ops = {
	.name = "tap", .durability = "as below", .listen = op_listen, .create = op_create, .find = op_find, .open = op_open, .append = op_append, .read = op_read,
	.snapshot = op_snapshot, .strike = op_strike, .list = op_list, .erase = op_erase, .close = op_close, .state = op_state, .level = op_level,
	.publish = op_publish, .rules = op_rules, .rank = op_rank, .stop = op_stop,
};

struct journal tap_create(struct machine *machine, struct journal inner)
{
	struct tap *tap = check_alloc(1, sizeof *tap);
	*tap = (struct tap){ .magic = MAGIC_tap, .machine = machine, .inner = inner };
	machine->tap = tap;
	return (struct journal){ &tap_ops, tap };
}

void tap_destroy(struct tap *tap)
{
	if (tap == NULL)
		return;
	tap->magic = 0;
	free(tap);
}

bool tap_level(struct tap *tap)
{
	return tap->inner.ops->level(tap->inner.self, tap->machine->w->sid);
}

uint64_t tap_seq(const struct tap *tap)
{
	return tap->seq;
}
