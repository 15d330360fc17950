/* SPDX-License-Identifier: EUPL-1.2 */
/* A journal of several in the shared promises: three in memory, each of which is a "disk" that outlives a stop. One desk at a time. */
#include "contract/journal_contract.h"
#include "base/check.h"
#include "shell/journal_shards.h"
#include <unistd.h>

enum { PARTS = 3 };
static const char *const names[PARTS] = { "red", "green", "blue" };
static struct journal_memory *parts[PARTS];

static void shards_open(struct desk *desk)
{
	struct journal_shard shards[PARTS];
	for (unsigned i = 0; i < PARTS; i++) {
		if (parts[i] == NULL)
			parts[i] = journal_memory_create(loop_test_loop(desk->test));
		shards[i] = (struct journal_shard){ names[i], journal_memory_port(parts[i]) };
	}
	desk->journal = journal_shards_create(shards, PARTS);
}

static void shards_destroy(struct desk *desk)
{
	for (unsigned i = 0; i < PARTS; i++) {
		journal_memory_destroy(parts[i]);
		parts[i] = NULL;
	}
	loop_test_settle(desk->test);
	rmdir(desk->folder);
}

static void shards_damage(struct desk *desk, unsigned i, uint64_t seq)
{
	desk_restart(desk);
	for (unsigned k = 0; k < PARTS; k++)
		if (journal_memory_tip(parts[k], sid_at(i)).seq)
			journal_memory_damage(parts[k], sid_at(i), seq);
}

const struct adapter adapter_shards = { .name = "shards", .open = shards_open, .destroy = shards_destroy, .damage = shards_damage };
