/* SPDX-License-Identifier: EUPL-1.2 */
/* One house on the journal in memory, which is the disk: it refuses, is unsure, is away, changes history, is late and lags with stability. */
#include "shell/journal_memory.h"
#include "sim/inside.h"

struct one {
	struct life *life;
	struct journal_memory *disk;
	struct transport_test *net;
	uint64_t lag_ms;
};

static void house_start(struct world *w)
{
	struct one *one = w->one;
	one->life = life_create(w->loop);
	struct house_parts parts = world_parts(w);
	parts.loop = life_loop(one->life);
	parts.journal = journal_memory_port(one->disk);
	w->houses[0] = house_create(&parts);
	transport_test_serve(one->net, house_transport(), w->houses[0]);
}

static void start(struct world *w)
{
	w->one = check_alloc(1, sizeof *w->one);
	w->one->disk = journal_memory_create(w->loop);
	w->one->net = transport_test_create(w->loop);
	w->houses_count = 1;
	house_start(w);
}

static void crash(struct world *w)
{
	struct one *one = w->one;
	unsigned what = (unsigned)world_draw(w, 4);
	world_tell(w, "crash what=%u", what);
	w->out->crashes++;
	journal_memory_crash(one->disk, what);
	transport_test_crash(one->net);
	house_destroy(w->houses[0]);
	life_end(one->life);
	house_start(w);
	journal_memory_lag(one->disk, one->lag_ms);
}

static void on_disk_back(void *ctx)
{
	struct world *w = ctx;
	journal_memory_state(w->one->disk, JOURNAL_OK, "", JOURNAL_MEMORY_NEVER);
}

static void mishap(struct world *w)
{
	enum journal_memory_fate fate = (enum journal_memory_fate)world_draw(w, 3);
	switch (world_draw(w, 6)) {
	case 0:
		world_tell(w, "disk refuses");
		journal_memory_refuse_next(w->one->disk, 1 + (unsigned)world_draw(w, 3), world_draw(w, 2) ? JOURNAL_FULL : JOURNAL_AWAY);
		break;
	case 1:
	case 2:
		world_tell(w, "disk unsure fate=%d", fate);
		journal_memory_unsure_next(w->one->disk, 1 + (unsigned)world_draw(w, 3), fate);
		break;
	case 3:
		world_tell(w, "disk away");
		journal_memory_state(w->one->disk, world_draw(w, 2) ? JOURNAL_FULL : JOURNAL_AWAY, "simulated", fate);
		loop_after(w->loop, 500 + world_draw(w, 2500), on_disk_back, w);
		break;
	case 4:
		world_tell(w, "history changes");
		w->out->resets++;
		journal_memory_lose(w->one->disk, w->sid, fate);
		break;
	default:
		w->one->lag_ms = world_draw(w, 3) ? 0 : world_draw(w, 600);
		journal_memory_lag(w->one->disk, w->one->lag_ms);
		journal_memory_late(w->one->disk, world_draw(w, 2) ? 0 : world_draw(w, 30));
		break;
	}
}

static void heal(struct world *w)
{
	struct one *one = w->one;
	journal_memory_state(one->disk, JOURNAL_OK, "", JOURNAL_MEMORY_NEVER);
	journal_memory_refuse_next(one->disk, 0, JOURNAL_FULL);
	journal_memory_unsure_next(one->disk, 0, JOURNAL_MEMORY_NEVER);
}

static bool quiet(struct world *w)
{
	struct hall *hall = house_hall(w->houses[0], w->sid);
	return hall && hall_serves(hall) && hall->stable >= session_seq(hall->session) && hall->pendings == 0 && hall->waits_count == 0;
}

static struct transport_test *door(struct world *w, struct page *page)
{
	(void)page;
	return w->one->net;
}

static struct position tip(struct world *w)
{
	return journal_memory_tip(w->one->disk, w->sid);
}

static bool entry(struct world *w, uint64_t seq, struct journal_entry *out)
{
	return journal_memory_entry(w->one->disk, w->sid, seq, out);
}

static void end(struct world *w)
{
	struct one *one = w->one;
	journal_memory_crash(one->disk, 0);
	transport_test_crash(one->net);
	house_destroy(w->houses[0]);
	life_end(one->life);
	loop_test_advance(w->test, 10 * 60 * 1000); /* what is still on its way arrives nowhere */
	journal_memory_destroy(one->disk);
	loop_test_settle(w->test);
	transport_test_destroy(one->net);
	free(one);
}

const struct ground ground_one = {
	.mishaps = 30, .swaps = true, .start = start, .mishap = mishap, .crash = crash, .heal = heal, .quiet = quiet, .door = door, .tip = tip,
	.entry = entry, .end = end,
};
