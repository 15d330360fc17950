/* SPDX-License-Identifier: EUPL-1.2 */
/* Three instances on one real Redis, by a seed: appends from all of them, and in between Redis dies and comes back with its log, without it or with an older one, hangs, or
 * cuts somebody off, and instances die. One fault at a time: whoever was told that an entry is in the log, or Redis, always lives. Then nothing that was told is lost, all hear
 * the same, and each tag has one answer. The simulator plays the same with thousands of seeds on a Redis of its own; here is the one that people run.
 * BOLLPLANK_SEED: that seed alone. BOLLPLANK_LONG: 40 of them. */
#include "contract/journal_redis_desk.h"
#include "base/check.h"
#include "base/trace.h"
#include <stdio.h>

enum { DESKS = 3, STEPS = 60, MOST = 4096 };

struct taken {
	uint64_t body, tag;
	unsigned desk, life;
	char outcome; /* of an instance that has died: what it had been told until then */
};

struct story {
	struct redis_server *server;
	struct desk *desks[DESKS];
	unsigned lives[DESKS];
	size_t read[DESKS]; /* of its events: orphans up to here are appended again */
	struct taken taken[MOST];
	size_t count;
	uint64_t seed, dice;
	bool orphan[MOST + 1]; /* may stand in the log twice: two had it, and both append it again */
	size_t orphans, faults;
	uint64_t again[DESKS][MOST];
	size_t again_count[DESKS];
};

static unsigned roll(struct story *s, unsigned sides)
{
	s->dice ^= s->dice << 13;
	s->dice ^= s->dice >> 7;
	s->dice ^= s->dice << 17;
	return (unsigned)((s->dice >> 11) % sides);
}

static char outcome(const struct desk *desk, uint64_t tag)
{
	size_t times;
	const struct event *event = heard_tag(desk, tag, &times);
	if (times != 1)
		return times ? '!' : ' ';
	return event->what == ENTRY ? 'e' : event->what == REFUSED ? 'r' : 'u';
}

static bool is_open(const struct desk *desk)
{
	const struct event *opened = heard_last(desk, OPENED, sid_at(0));
	return (opened ? opened->status == JOURNAL_OK : heard(desk, ENTRY, sid_at(0)) > 0) && seat_tip(desk, 0) > 0;
}

/* What a house does besides: opens again what could not be opened, appends again what fell out. */
static void house(struct story *s)
{
	for (unsigned d = 0; d < DESKS; d++) {
		struct desk *desk = s->desks[d];
		for (; s->read[d] < desk->count; s->read[d]++) {
			const struct event *event = &desk->events[s->read[d]];
			if (event->what == OPENED && event->status != JOURNAL_OK) {
				if (event->status != JOURNAL_AWAY)
					fail_msg("seed %d: an open session is %s", (int)s->seed, event->status == JOURNAL_ABSENT ? "absent" : "damaged");
				seat_open(desk, 0);
			}
			if (event->what != ORPHAN)
				continue;
			assert_true(event->body > 0 && event->body <= MOST);
			s->orphan[event->body] = true;
			s->orphans++;
			s->again[d][s->again_count[d]++] = event->body;
		}
		while (s->again_count[d] && seat_state(desk, 0, NULL) == JOURNAL_OK) {
			uint64_t tag;
			if (desk_try_append(desk, 0, s->again[d][0], &tag) != 0)
				break;
			while (outcome(desk, tag) == ' ')
				seat_turn();
			if (outcome(desk, tag) == 'e')
				memmove(s->again[d], s->again[d] + 1, --s->again_count[d] * sizeof s->again[d][0]);
		}
	}
}

static void go_on(struct story *s, unsigned ms)
{
	for (uint64_t end = seat_now_ms() + ms; seat_now_ms() < end;) {
		seat_turn();
		house(s);
	}
}

static void append_some(struct story *s)
{
	unsigned d = roll(s, DESKS);
	uint64_t tag;
	for (unsigned n = 1 + roll(s, 6); n > 0 && s->count < MOST - 1; n--)
		if (desk_try_append(s->desks[d], 0, s->count + 2, &tag) == 0) {
			s->taken[s->count] = (struct taken){ s->count + 2, tag, d, s->lives[d], ' ' };
			s->count++;
		}
	for (unsigned n = roll(s, 4); n > 0; n--)
		seat_turn();
	house(s);
}

static bool settled(struct story *s)
{
	for (unsigned d = 0; d < DESKS; d++)
		if (!is_open(s->desks[d]) || seat_state(s->desks[d], 0, NULL) != JOURNAL_OK || !seat_level(s->desks[d], 0) || s->again_count[d] ||
		    s->read[d] < s->desks[d]->count || seat_tip(s->desks[d], 0) != seat_tip(s->desks[0], 0))
			return false;
	return true;
}

static void settle(struct story *s, const char *after)
{
	uint64_t end = seat_now_ms() + 30 * 1000;
	while (!settled(s)) {
		if (seat_now_ms() > end)
			fail_msg("seed %d: not settled 30 s after %s: tips %d %d %d, states %d %d %d", (int)s->seed, after, (int)seat_tip(s->desks[0], 0), (int)seat_tip(s->desks[1], 0),
				(int)seat_tip(s->desks[2], 0), seat_state(s->desks[0], 0, NULL), seat_state(s->desks[1], 0, NULL), seat_state(s->desks[2], 0, NULL));
		seat_turn();
		house(s);
	}
}

static void an_instance_dies(struct story *s)
{
	unsigned d = roll(s, DESKS);
	settle(s, "a fault before a death");
	append_some(s);
	for (size_t k = 0; k < s->count; k++)
		if (s->taken[k].desk == d && s->taken[k].life == s->lives[d])
			s->taken[k].outcome = outcome(s->desks[d], s->taken[k].tag);
	seat_crash(s->desks[d]);
	s->lives[d]++;
	s->read[d] = s->again_count[d] = 0;
	s->desks[d] = seat_take(&(struct seat_options){ .server = s->server, .durability = REDIS_DURABILITY_AOF, .patient = true });
	seat_open(s->desks[d], 0);
	settle(s, "the death of an instance");
}

static void a_fault(struct story *s)
{
	static const char *const names[] = { "a restart with the log", "a restart without it", "a stale copy", "a cut", "a hang", "a death" };
	unsigned what = roll(s, 6);
	s->faults++;
	switch (what) {
	case 1:
	case 2: /* who was told of an entry holds it, so all may be gone */
		settle(s, "a fault before a loss");
		append_some(s);
		go_on(s, roll(s, 30));
		/* fallthrough */
	case 0:
		redis_server_kill(s->server);
		if (what == 1)
			redis_server_forget(s->server);
		if (what == 2)
			redis_server_put_back(s->server, s->server);
		if (roll(s, 2))
			go_on(s, roll(s, 400));
		redis_server_start(s->server);
		break;
	case 3:
		seat_cut(s->desks[roll(s, DESKS)]);
		break;
	case 4:
		redis_server_hang(s->server);
		append_some(s);
		go_on(s, roll(s, 4) ? 300 : 2200);
		redis_server_go_on(s->server);
		break;
	default:
		an_instance_dies(s);
	}
	if (roll(s, 3) == 0)
		settle(s, names[what]);
}

static size_t times_in(const struct told *told, uint64_t body)
{
	size_t n = 0;
	for (size_t k = 0; k < told->count; k++)
		n += told->bodies[k] == body;
	return n;
}

static void quiet(enum trace_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

static void run_story(uint64_t seed, size_t figures[4])
{
	struct story *s = check_alloc(1, sizeof *s);
	struct told *told = check_alloc(1, sizeof *told);
	s->seed = seed;
	s->dice = seed * 0x9e3779b97f4a7c15u + 88172645463325252u;
	s->server = redis_server_create(NULL);
	for (unsigned d = 0; d < DESKS; d++)
		s->desks[d] = seat_take(&(struct seat_options){ .server = s->server, .durability = REDIS_DURABILITY_AOF, .patient = true });
	desk_create_session(s->desks[0], 0, 1);
	desk_run(s->desks[0]);
	for (unsigned d = 1; d < DESKS; d++)
		seat_opened(s->desks[d], 0, JOURNAL_OK);
	redis_server_put_aside(s->server);
	for (unsigned step = 0; step < STEPS; step++) {
		append_some(s);
		if (roll(s, 8) == 0)
			a_fault(s);
		if (roll(s, 12) == 0)
			redis_server_put_aside(s->server);
	}
	settle(s, "all");
	struct desk *fresh = seat_take(&(struct seat_options){ .server = s->server, .durability = REDIS_DURABILITY_AOF, .patient = true });
	seat_opened(fresh, 0, JOURNAL_OK);
	for (unsigned d = 0; d < DESKS; d++)
		seat_same(s->desks[d], fresh, 0);
	seat_told(fresh, 0, told);
	for (size_t k = 0; k < s->count; k++) {
		const struct taken *it = &s->taken[k];
		char what = it->life == s->lives[it->desk] ? outcome(s->desks[it->desk], it->tag) : it->outcome;
		size_t times = times_in(told, it->body);
		if (what == '!' || (what == ' ' && it->life == s->lives[it->desk]))
			fail_msg("seed %d: body %d: its tag was answered '%c'", (int)seed, (int)it->body, what);
		if (what == 'e' && times == 0)
			fail_msg("seed %d: body %d was told and is lost", (int)seed, (int)it->body);
		if (what == 'r' && times)
			fail_msg("seed %d: body %d was refused and is in the log", (int)seed, (int)it->body);
		if (times > 1 && !s->orphan[it->body])
			fail_msg("seed %d: body %d stands %d times in the log", (int)seed, (int)it->body, (int)times);
		figures[1] += what == 'e';
	}
	figures[0] += s->count;
	figures[2] += s->faults;
	figures[3] += s->orphans;
	desk_destroy(fresh);
	for (unsigned d = 0; d < DESKS; d++)
		desk_destroy(s->desks[d]);
	redis_server_destroy(s->server);
	free(told);
	free(s);
}

static void three_instances_lose_nothing_whatever_single_fault_there_is(void **state)
{
	const char *seed = getenv("BOLLPLANK_SEED");
	uint64_t first = seed ? strtoull(seed, NULL, 10) : 1, last = seed ? first : getenv("BOLLPLANK_LONG") ? 40 : 2;
	size_t figures[4] = { 0 };
	(void)state;
	seat_abandon();
	trace_to(quiet, TRACE_ERROR, NULL);
	for (uint64_t k = first; k <= last; k++)
		run_story(k, figures);
	trace_to(NULL, TRACE_INFO, NULL);
	print_message("# %d seeds: %zu appends, %zu told, 0 lost; %zu faults, %zu orphans appended again\n", (int)(last - first + 1), figures[0], figures[1], figures[2], figures[3]);
}

int run_redis_random_tests(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(three_instances_lose_nothing_whatever_single_fault_there_is) };
	return cmocka_run_group_tests_name("three instances on redis", tests, NULL, NULL);
}
