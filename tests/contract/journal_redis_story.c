/* SPDX-License-Identifier: EUPL-1.2 */
/* What the journal on Redis promises beyond the shared contract: several instances, a Redis that dies, hangs, forgets, is promoted while stale or was split, one that is
 * full or set up for less than was asked, and bytes that are gone when they are said to be. All of it on real servers. */
#include "contract/journal_redis_desk.h"
#include "base/check.h"
#include "base/limits.h"
#include "base/trace.h"
#include <stdio.h>
#include <unistd.h>

enum { A = 100000, B = 200000, C = 300000 }; /* whose bodies */

static void quiet(enum trace_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

static int setup(void **state)
{
	seat_abandon();
	trace_to(quiet, TRACE_ERROR, NULL);
	*state = redis_server_create(NULL);
	return 0;
}

static int setup_none(void **state)
{
	seat_abandon();
	trace_to(quiet, TRACE_ERROR, NULL);
	*state = NULL;
	return 0;
}

static int teardown(void **state)
{
	redis_server_destroy(*state);
	trace_to(NULL, TRACE_INFO, NULL);
	return 0;
}

static struct desk *instance(struct redis_server *server)
{
	return seat_take(&(struct seat_options){ .server = server, .durability = REDIS_DURABILITY_AOF });
}

/* Killed, and noticed by all who were connected. */
static void dies(struct redis_server *server, unsigned i, struct desk *const *desks, unsigned count)
{
	redis_server_kill(server);
	for (unsigned d = 0; d < count; d++)
		UNTIL(2000, seat_state(desks[d], i, NULL) == JOURNAL_AWAY);
}
#define DIES(server, i, ...) \
	dies(server, i, (struct desk *const[]){ __VA_ARGS__ }, sizeof((struct desk *const[]){ __VA_ARGS__ }) / sizeof(struct desk *))

/* An address that can be made to lead elsewhere, or nowhere (NULL). */
static void lead(const char *address, const struct redis_server *to)
{
	if (to == NULL) {
		unlink(address);
		return;
	}
	char other[200];
	snprintf(other, sizeof other, "%s.new", address);
	unlink(other);
	assert_int_equal(symlink(redis_server_socket(to), other), 0);
	assert_int_equal(rename(other, address), 0);
}

static void append_some(struct desk *desk, unsigned i, uint64_t from, unsigned count)
{
	for (unsigned k = 0; k < count; k++)
		desk_append(desk, i, from + k);
	desk_run(desk);
}

/* The outcomes of a tag: 'e' entry, 'r' refused, 'u' unsure, ' ' none, '!' more than one. */
static char outcome(const struct desk *desk, uint64_t tag)
{
	size_t times;
	const struct event *event = heard_tag(desk, tag, &times);
	if (times != 1)
		return times ? '!' : ' ';
	return event->what == ENTRY ? 'e' : event->what == REFUSED ? 'r' : 'u';
}

static size_t bodies_told(const struct desk *desk, unsigned i, uint64_t body)
{
	struct told *told = check_alloc(1, sizeof *told);
	size_t n = 0;
	seat_told(desk, i, told);
	for (size_t k = 0; k < told->count; k++)
		n += told->bodies[k] == body;
	free(told);
	return n;
}

/* What nobody has open any more, read anew by an instance that knew nothing. */
static void reads_as(struct redis_server *server, unsigned i, const struct desk *as)
{
	struct desk *fresh = instance(server);
	seat_opened(fresh, i, JOURNAL_OK);
	UNTIL(3000, seat_tip(fresh, i) == seat_tip(as, i));
	seat_same(fresh, as, i);
	desk_destroy(fresh);
}

/* --- two on one Redis ----------------------------------------------------------------------------------------- */

static void what_one_appends_comes_to_the_other_in_order_with_tag_0(void **state)
{
	struct desk *a = instance(*state), *b = instance(*state);
	desk_fill(a, 0, 20);
	seat_opened(b, 0, JOURNAL_OK);
	for (unsigned k = 0; k < 100; k++)
		desk_append(a, 0, A + k);
	UNTIL(3000, seat_tip(b, 0) == 120);
	UNTIL(3000, heard_last(b, STABLE, sid_at(0))->position.seq == 120);
	struct told *told = check_alloc(1, sizeof *told);
	seat_told(b, 0, told);
	for (size_t k = 0; k < told->count; k++) {
		assert_int_equal(told->tags[k], 0);
		assert_int_equal(told->bodies[k], k < 20 ? 1001 + k : A + k - 20);
	}
	free(told);
	seat_same(a, b, 0);
	desk_destroy(a);
	desk_destroy(b);
}

static void an_entry_is_with_the_other_at_once(void **state)
{
	struct desk *a = instance(*state), *b = instance(*state);
	uint64_t worst = 0, all = 0;
	desk_fill(a, 0, 1);
	seat_opened(b, 0, JOURNAL_OK);
	for (unsigned k = 0; k < 100; k++) {
		uint64_t from = seat_now_ms();
		desk_append(a, 0, A + k);
		UNTIL(3000, seat_tip(b, 0) == 2 + k);
		uint64_t took = seat_now_ms() - from;
		all += took;
		worst = took > worst ? took : worst;
	}
	print_message("# from append to the other instance: %d ms in the mean, %d ms at most\n", (int)(all / 100), (int)worst);
	assert_true(all / 100 < 200); /* by the bell; the look alone would be half a second */
	desk_destroy(a);
	desk_destroy(b);
}

static void both_append_at_once_and_both_hear_the_same_order(void **state)
{
	struct desk *desks[2] = { instance(*state), instance(*state) };
	uint64_t tags[2][300];
	desk_fill(desks[0], 0, 1);
	seat_opened(desks[1], 0, JOURNAL_OK);
	for (unsigned k = 0; k < 300; k++) {
		for (unsigned d = 0; d < 2; d++)
			tags[d][k] = desk_append(desks[d], 0, (d ? B : A) + k);
		if (k % 7 == 0)
			seat_turn();
	}
	for (unsigned d = 0; d < 2; d++)
		UNTIL(5000, seat_tip(desks[d], 0) == 601);
	for (unsigned d = 0; d < 2; d++)
		for (unsigned k = 0; k < 300; k++) {
			assert_int_equal(outcome(desks[d], tags[d][k]), 'e');
			assert_int_equal(bodies_told(desks[1 - d], 0, (d ? B : A) + k), 1);
		}
	seat_same(desks[0], desks[1], 0);
	seat_redis_has(desks[0], 0, 601);
	desk_destroy(desks[0]);
	desk_destroy(desks[1]);
}

static void of_two_that_found_the_same_code_one_is_refused(void **state)
{
	struct desk *a = instance(*state), *b = instance(*state);
	uint64_t of_a = desk_create_session(a, 0, A), of_b = desk_create_session(b, 0, B);
	desk_run(a);
	desk_run(b);
	assert_true((outcome(a, of_a) == 'e') != (outcome(b, of_b) == 'e'));
	assert_true((outcome(a, of_a) == 'r') != (outcome(b, of_b) == 'r'));
	desk_destroy(a);
	desk_destroy(b);
}

static void what_is_erased_is_gone_for_everybody(void **state)
{
	struct desk *a = instance(*state), *b = instance(*state);
	struct sid sid;
	uint64_t tag;
	desk_fill(a, 0, 5);
	seat_opened(b, 0, JOURNAL_OK);
	seat_erase(a, 0);
	UNTIL(2000, heard(a, ERASED, sid_at(0)) == 1);
	UNTIL(2500, heard(b, ERASED, sid_at(0)) == 1);
	assert_true(desk_try_append(b, 0, 9, &tag) < 0);
	assert_int_equal(desk_find_status(b, 0, &sid), JOURNAL_ABSENT);
	seat_opened(b, 0, JOURNAL_ABSENT);
	assert_int_equal(redis_server_do(*state, "EXISTS bp:{%s}:l", sid_at(0).text), 0);
	assert_int_equal(redis_server_do(*state, "EXISTS bp:{%s}:s", sid_at(0).text), 0);
	assert_int_equal(redis_server_do(*state, "EXISTS bp:code:%s", code_at(0).text), 0);
	assert_int_equal(redis_server_do(*state, "SCARD bp:sessions"), 0);
	desk_destroy(a);
	desk_destroy(b);
}

static size_t peers_told(const struct desk *desk, unsigned i)
{
	const struct event *event = heard_last(desk, PEERS, sid_at(i));
	return event ? event->peers : 0;
}

/* What is published counts while its instance lives. */
static void who_is_here_is_right_within_five_seconds_of_a_death(void **state)
{
	struct desk *a = instance(*state), *b = instance(*state), *c = instance(*state);
	desk_fill(a, 0, 2);
	seat_opened(b, 0, JOURNAL_OK);
	seat_publish(a, 0, "anna");
	seat_publish(b, 0, "bert");
	UNTIL(4000, peers_told(a, 0) == 1 && heard_last(a, PEERS, sid_at(0))->snapshot_first == 'b');
	UNTIL(4000, peers_told(b, 0) == 1 && heard_last(b, PEERS, sid_at(0))->snapshot_first == 'a');
	seat_publish(b, 0, "carola"); /* another word */
	UNTIL(4000, heard_last(a, PEERS, sid_at(0))->snapshot_first == 'c' && heard_last(a, PEERS, sid_at(0))->snapshot_len == 6);
	seat_opened(c, 0, JOURNAL_OK);
	seat_publish(c, 0, "dora");
	for (unsigned d = 0; d < 3; d++)
		UNTIL(4000, peers_told(d == 0 ? a : d == 1 ? b : c, 0) == 2);
	seat_wait(1500);
	size_t before = heard(a, PEERS, sid_at(0));
	seat_wait(1500);
	assert_int_equal(heard(a, PEERS, sid_at(0)), before); /* at each change, and only then */
	seat_crash(a);
	uint64_t from = seat_now_ms();
	UNTIL(5000, peers_told(b, 0) == 1 && peers_told(c, 0) == 1);
	print_message("# a dead instance is forgotten after %d ms\n", (int)(seat_now_ms() - from));
	seat_close(b, 0); /* who closes leaves */
	UNTIL(4000, peers_told(c, 0) == 0);
	desk_destroy(b);
	desk_destroy(c);
}

static void the_oldest_that_lives_says_which_rules_hold(void **state)
{
	struct desk *old = seat_take(&(struct seat_options){ .server = *state, .durability = REDIS_DURABILITY_AOF, .rules = 1 });
	struct desk *new = seat_take(&(struct seat_options){ .server = *state, .durability = REDIS_DURABILITY_AOF, .rules = 2 });
	UNTIL(3000, new->journal.ops->rules(new->journal.self) == 1);
	seat_wait(1500);
	assert_int_equal(old->journal.ops->rules(old->journal.self), 1);
	assert_int_equal(new->journal.ops->rules(new->journal.self), 1);
	seat_crash(old);
	UNTIL(6000, new->journal.ops->rules(new->journal.self) == 2);
	desk_destroy(new);
}

/* Several machines have several clocks: what is measured against at_ms is measured with the clock that gives it. */
static bool tells_the_time(struct desk *desk, unsigned i)
{
	int64_t off = (int64_t)seat_wall_ms(desk, i) - (int64_t)seat_true_wall_ms();
	return off > -200 && off < 200;
}

static void an_instance_whose_clock_is_wrong_knows_the_time_of_redis(void **state)
{
	static const int64_t aheads[] = { 0, 60 * 1000, -60 * 1000, 3600 * 1000 };
	for (size_t k = 0; k < sizeof aheads / sizeof *aheads; k++) {
		struct desk *desk = seat_take(&(struct seat_options){ .server = *state, .durability = REDIS_DURABILITY_AOF, .clock_ahead_ms = aheads[k] });
		struct told *told = check_alloc(1, sizeof *told);
		desk_fill(desk, (unsigned)k, 2);
		assert_true(tells_the_time(desk, (unsigned)k)); /* when there is something to measure it is known */
		seat_appended(desk, (unsigned)k, A);
		seat_told(desk, (unsigned)k, told);
		int64_t since = (int64_t)seat_wall_ms(desk, (unsigned)k) - (int64_t)told->at_ms[told->count - 1];
		assert_in_range(since + 200, 0, 400);
		if (k == 0) { /* somebody sets it in the middle */
			seat_clock(desk, -90 * 1000);
			UNTIL(4000, tells_the_time(desk, 0));
			seat_wait(1500);
			assert_true(tells_the_time(desk, 0));
		}
		free(told);
		desk_destroy(desk);
	}
}

/* --- Redis dies ----------------------------------------------------------------------------------------------- */

static void redis_is_killed_and_comes_back_with_its_log(void **state)
{
	struct desk *a = instance(*state), *b = instance(*state);
	uint64_t tags[50], tag;
	desk_fill(a, 0, 30);
	seat_opened(b, 0, JOURNAL_OK);
	uint32_t term = seat_term(a, 0);
	for (unsigned k = 0; k < 50; k++)
		tags[k] = desk_append(a, 0, A + k);
	seat_turn();
	DIES(*state, 0, a, b);
	assert_int_equal(desk_try_append(a, 0, 1, &tag), JOURNAL_AWAY);
	assert_int_equal(desk_try_append(b, 0, 1, &tag), JOURNAL_AWAY);
	for (unsigned k = 0; k < 50; k++)
		assert_non_null(strchr("eu", outcome(a, tags[k])));
	assert_true(heard(a, HEALTH, sid_at(0)) > 0);
	redis_server_start(*state);
	UNTIL(8000, seat_state(a, 0, NULL) == JOURNAL_OK && seat_state(b, 0, NULL) == JOURNAL_OK);
	seat_appended(a, 0, A + 500);
	seat_appended(b, 0, B + 500);
	UNTIL(3000, seat_tip(a, 0) == seat_tip(b, 0));
	assert_int_equal(heard(a, RESET, sid_at(0)) + heard(b, RESET, sid_at(0)), 0);
	assert_true(seat_term(a, 0) > term);
	for (unsigned k = 0; k < 50; k++)
		assert_true(bodies_told(b, 0, A + k) >= (outcome(a, tags[k]) == 'e') && bodies_told(b, 0, A + k) <= 1);
	seat_same(a, b, 0);
	assert_int_equal(heard_last(a, HEALTH, sid_at(0))->status, JOURNAL_OK);
	reads_as(*state, 0, a);
	desk_destroy(a);
	desk_destroy(b);
}

static void nothing_taken_is_lost_when_redis_dies_again_and_again(void **state)
{
	struct desk *a = instance(*state), *b = instance(*state);
	uint64_t *tags = check_alloc(4000, sizeof *tags), n = 0, acknowledged = 0;
	desk_fill(a, 0, 1);
	seat_opened(b, 0, JOURNAL_OK);
	for (unsigned round = 0; round < 8; round++) {
		UNTIL(8000, seat_state(a, 0, NULL) == JOURNAL_OK && seat_state(b, 0, NULL) == JOURNAL_OK);
		for (unsigned k = 0; k < 200; k++) {
			tags[n] = desk_append(n % 2 ? b : a, 0, A + n);
			n++;
			if (k % 13 == round)
				seat_turn();
		}
		DIES(*state, 0, a, b);
		redis_server_start(*state);
	}
	UNTIL(8000, seat_state(a, 0, NULL) == JOURNAL_OK && seat_state(b, 0, NULL) == JOURNAL_OK);
	seat_appended(a, 0, B);
	UNTIL(3000, seat_tip(a, 0) == seat_tip(b, 0));
	seat_same(a, b, 0);
	assert_int_equal(heard(a, RESET, sid_at(0)) + heard(b, RESET, sid_at(0)), 0);
	for (uint64_t k = 0; k < n; k++) {
		struct desk *whose = k % 2 ? b : a;
		assert_non_null(strchr("eu", outcome(whose, tags[k])));
		size_t times = bodies_told(b, 0, A + k);
		assert_true(times <= 1);
		if (outcome(whose, tags[k]) == 'e') {
			acknowledged++;
			assert_int_equal(times, 1);
		}
	}
	print_message("# 8 kills of Redis, %d appends, %d acknowledged, 0 lost\n", (int)n, (int)acknowledged);
	reads_as(*state, 0, a);
	free(tags);
	desk_destroy(a);
	desk_destroy(b);
}

static void redis_comes_back_empty_and_the_survivors_write_everything_back(void **state)
{
	for (unsigned survivors = 1; survivors <= 3; survivors++) {
		struct redis_server *server = survivors == 1 ? *state : redis_server_create(NULL);
		struct desk *desks[3];
		struct sid sid, sids[4];
		for (unsigned d = 0; d < survivors; d++) {
			desks[d] = instance(server);
			if (d == 0) {
				desk_fill(desks[0], 0, 40);
				desk_fill(desks[0], 1, 3);
			} else {
				seat_opened(desks[d], 0, JOURNAL_OK);
			}
		}
		for (unsigned d = 0; d < survivors; d++) {
			seat_strike(desks[d], 0, 7, JOURNAL_TEXT); /* as every house does when it sees the seal */
			UNTIL(2000, heard(desks[d], STRUCK, sid_at(0)) == 1);
		}
		uint32_t term = seat_term(desks[0], 0);
		dies(server, 0, desks, survivors);
		redis_server_forget(server);
		redis_server_start(server);
		uint64_t from = seat_now_ms();
		for (unsigned d = 0; d < survivors; d++)
			UNTIL(12000, seat_state(desks[d], 0, NULL) == JOURNAL_OK && seat_level(desks[d], 0));
		print_message("# %u survivors: written back and open after %d ms\n", survivors, (int)(seat_now_ms() - from));
		seat_appended(desks[survivors - 1], 0, A);
		for (unsigned d = 0; d < survivors; d++) {
			UNTIL(3000, seat_tip(desks[d], 0) == 41);
			assert_int_equal(heard(desks[d], RESET, sid_at(0)), 0);
			assert_int_equal(heard(desks[d], ORPHAN, sid_at(0)), 0);
			seat_same(desks[0], desks[d], 0);
		}
		assert_true(seat_term(desks[0], 0) > term);
		seat_redis_has(desks[0], 0, 41);
		UNTIL(8000, seat_state(desks[0], 1, NULL) == JOURNAL_OK);
		struct desk *fresh = instance(server); /* and somebody who knew nothing of it */
		assert_int_equal(desk_find_status(fresh, 0, &sid), JOURNAL_OK);
		assert_true(sid_equal(sid, sid_at(0)));
		assert_int_equal(desk_find_status(fresh, 1, &sid), JOURNAL_OK);
		assert_int_equal(desk_list(fresh, sids, 4), 2);
		seat_opened(fresh, 0, JOURNAL_OK);
		seat_opened(fresh, 1, JOURNAL_OK);
		struct told *told = check_alloc(1, sizeof *told);
		seat_told(fresh, 0, told);
		assert_int_equal(told->count, 41);
		for (size_t k = 0; k < 41; k++) {
			assert_int_equal(told->struck[k], k == 6 ? JOURNAL_TEXT : 0);
			assert_int_equal(told->bodies[k], k == 40 ? A : 1001 + k);
			assert_true(k == 40 ? told->terms[k] > term : told->terms[k] == term);
		}
		seat_same(fresh, desks[0], 0);
		free(told);
		desk_destroy(fresh);
		for (unsigned d = 0; d < survivors; d++)
			desk_destroy(desks[d]);
		if (server != *state)
			redis_server_destroy(server);
	}
}

/* One had a session open that the other has not, and one knew more of theirs than the other when Redis died. The one that knows less comes back first: it waits for the
 * other, of which it knows that it lives. Control: BOLLPLANK_BUG 71. */
static void each_survivor_writes_back_what_only_it_knows(void **state)
{
	char of_a[160], of_b[160];
	snprintf(of_a, sizeof of_a, "%s/a", redis_server_folder(*state));
	snprintf(of_b, sizeof of_b, "%s/b", redis_server_folder(*state));
	lead(of_a, *state);
	lead(of_b, *state);
	struct desk *a = seat_take(&(struct seat_options){ .server = *state, .address = of_a, .durability = REDIS_DURABILITY_AOF });
	struct desk *b = seat_take(&(struct seat_options){ .server = *state, .address = of_b, .durability = REDIS_DURABILITY_AOF });
	desk_fill(a, 0, 10);
	desk_fill(b, 1, 10);
	seat_opened(b, 0, JOURNAL_OK);
	seat_wait(1200); /* they know of each other */
	lead(of_b, NULL);
	seat_cut(b); /* b hears nothing from here on */
	UNTIL(2000, seat_state(b, 0, NULL) == JOURNAL_AWAY);
	seat_appended(a, 0, A);
	lead(of_a, NULL);
	DIES(*state, 0, a, b);
	redis_server_forget(*state);
	redis_server_start(*state);
	lead(of_b, *state);
	UNTIL(4000, redis_server_do(*state, "LLEN bp:{%s}:l", sid_at(0).text) == 10);
	seat_wait(300);
	lead(of_a, *state);
	UNTIL(12000, seat_state(a, 0, NULL) == JOURNAL_OK && seat_state(b, 0, NULL) == JOURNAL_OK && seat_state(b, 1, NULL) == JOURNAL_OK);
	assert_int_equal(heard(a, RESET, sid_at(0)) + heard(b, RESET, sid_at(0)) + heard(b, RESET, sid_at(1)), 0);
	seat_appended(b, 0, B);
	seat_appended(b, 1, B + 1);
	UNTIL(3000, seat_tip(a, 0) == 12 && seat_tip(b, 0) == 12);
	seat_same(a, b, 0);
	assert_int_equal(bodies_told(b, 0, A), 1);
	reads_as(*state, 0, a);
	reads_as(*state, 1, b);
	desk_destroy(a);
	desk_destroy(b);
	lead(of_a, NULL);
	lead(of_b, NULL);
}

/* Redis and one of two die together: the other waits for it, but not for ever. */
static void a_peer_that_died_too_is_waited_for_and_then_no_more(void **state)
{
	struct desk *a = instance(*state), *b = instance(*state);
	desk_fill(a, 0, 10);
	seat_opened(b, 0, JOURNAL_OK);
	seat_wait(1200); /* they know of each other */
	redis_server_kill(*state);
	seat_crash(b);
	UNTIL(2000, seat_state(a, 0, NULL) == JOURNAL_AWAY);
	redis_server_forget(*state);
	redis_server_start(*state);
	uint64_t from = seat_now_ms();
	UNTIL(9000, seat_state(a, 0, NULL) == JOURNAL_OK);
	uint64_t took = seat_now_ms() - from;
	print_message("# with a peer that died too: open after %d ms\n", (int)took);
	assert_true(took > 2000);
	seat_appended(a, 0, A);
	assert_int_equal(heard(a, RESET, sid_at(0)), 0);
	reads_as(*state, 0, a);
	desk_destroy(a);
}

static void a_long_log_is_written_back_too(void **state)
{
	enum { LONG = 6000 };
	struct desk *a = instance(*state);
	desk_fill(a, 0, 1);
	for (unsigned k = 2; k <= LONG; k++)
		desk_append(a, 0, 1000 + k);
	desk_run(a);
	assert_int_equal(seat_tip(a, 0), LONG);
	DIES(*state, 0, a);
	redis_server_forget(*state);
	redis_server_start(*state);
	uint64_t from = seat_now_ms();
	UNTIL(12000, seat_state(a, 0, NULL) == JOURNAL_OK);
	print_message("# %d entries: written back and open after %d ms\n", LONG, (int)(seat_now_ms() - from));
	seat_appended(a, 0, A);
	seat_redis_has(a, 0, LONG + 1);
	reads_as(*state, 0, a);
	desk_destroy(a);
}

static size_t count_told(const struct desk *desk, unsigned i, uint64_t from, unsigned count)
{
	size_t n = 0;
	for (unsigned k = 0; k < count; k++)
		n += bodies_told(desk, i, from + k);
	return n;
}

/* A stale Redis, and the first who comes to it knows nothing: whoever knows more gets it in again, by writing back or as orphans. */
static void a_newcomer_at_a_stale_redis_takes_nothing_from_those_who_know_more(void **state)
{
	struct desk *a = instance(*state);
	desk_fill(a, 0, 10);
	redis_server_put_aside(*state);
	append_some(a, 0, A, 10);
	redis_server_kill(*state);
	redis_server_put_back(*state, *state);
	redis_server_start(*state);
	struct desk *fresh = instance(*state);
	seat_opened(fresh, 0, JOURNAL_OK);
	seat_appended(fresh, 0, B);
	UNTIL(12000, seat_state(a, 0, NULL) == JOURNAL_OK && seat_tip(a, 0) >= 11 && bodies_told(a, 0, B) == 1);
	size_t orphans = heard(a, ORPHAN, sid_at(0));
	print_message("# a newcomer at a stale Redis: %zu entries had to be appended again\n", orphans);
	for (size_t k = 0, n = a->count; k < n; k++)
		if (a->events[k].what == ORPHAN)
			seat_appended(a, 0, a->events[k].body);
	UNTIL(3000, seat_tip(fresh, 0) == 21 && seat_tip(a, 0) == 21);
	assert_int_equal(count_told(fresh, 0, A, 10), 10);
	seat_same(a, fresh, 0);
	desk_destroy(a);
	desk_destroy(fresh);
}

static void redis_comes_back_empty_and_nobody_is_left(void **state)
{
	struct sid sid;
	struct desk *a = instance(*state);
	desk_fill(a, 0, 5);
	desk_destroy(a);
	redis_server_kill(*state);
	redis_server_forget(*state);
	redis_server_start(*state);
	/* Patient: somebody may yet come who has it. Nobody is told that it never was. */
	struct desk *b = seat_take(&(struct seat_options){ .server = *state, .durability = REDIS_DURABILITY_AOF, .patient = true });
	assert_int_equal(desk_find_status(b, 0, &sid), JOURNAL_AWAY);
	seat_opened(b, 0, JOURNAL_AWAY);
	uint64_t from = seat_now_ms();
	while (desk_find_status(b, 0, &sid) == JOURNAL_AWAY && seat_now_ms() - from < 12000)
		seat_wait(100);
	print_message("# that nobody has it is believed after %d ms\n", (int)(seat_now_ms() - from));
	assert_true(seat_now_ms() - from > 5000);
	seat_opened(b, 0, JOURNAL_ABSENT);
	assert_int_equal(heard(b, LOADED, sid_at(0)) + heard(b, ENTRY, sid_at(0)), 0);
	assert_int_equal(desk_find_status(b, 0, &sid), JOURNAL_ABSENT);
	desk_fill(b, 0, 2); /* and the name is free */
	assert_int_equal(seat_tip(b, 0), 2);
	desk_destroy(b);
}

static void a_stale_replica_is_promoted_and_gets_its_tail_back(void **state)
{
	struct desk *a = instance(*state), *b = instance(*state);
	desk_fill(a, 0, 25);
	seat_opened(b, 0, JOURNAL_OK);
	redis_server_put_aside(*state); /* here the replica stalled */
	append_some(a, 0, A, 15);
	append_some(b, 0, B, 10);
	UNTIL(2000, seat_tip(a, 0) == 50);
	uint32_t term = seat_term(a, 0);
	DIES(*state, 0, a, b);
	redis_server_put_back(*state, *state);
	redis_server_start(*state);
	UNTIL(12000, seat_state(a, 0, NULL) == JOURNAL_OK && seat_state(b, 0, NULL) == JOURNAL_OK);
	seat_appended(b, 0, B + 900);
	UNTIL(2000, seat_tip(a, 0) == 51 && seat_tip(b, 0) == 51);
	assert_int_equal(heard(a, RESET, sid_at(0)) + heard(b, RESET, sid_at(0)), 0);
	assert_true(seat_term(b, 0) > term);
	seat_redis_has(a, 0, 51);
	seat_same(a, b, 0);
	reads_as(*state, 0, a);
	desk_destroy(a);
	desk_destroy(b);
}

/* --- a fork --------------------------------------------------------------------------------------------------- */

static void the_losing_side_of_a_split_gets_its_entries_as_orphans_and_appends_them_again(void **state)
{
	for (unsigned longer = 0; longer < 2; longer++) { /* whether the losing side has more */
		struct redis_server *left = longer ? redis_server_create(NULL) : *state, *right = redis_server_create(NULL);
		char address[160];
		snprintf(address, sizeof address, "%s/leads", redis_server_folder(left));
		lead(address, left);
		struct desk *a = instance(left);
		struct desk *b = seat_take(&(struct seat_options){ .server = left, .address = address, .durability = REDIS_DURABILITY_AOF });
		unsigned of_a = longer ? 3 : 8, of_b = longer ? 8 : 3;
		desk_fill(a, 0, 20);
		seat_opened(b, 0, JOURNAL_OK);
		redis_server_put_aside(left);
		redis_server_kill(right);
		redis_server_put_back(right, left);
		redis_server_start(right); /* the replica, promoted while the primary still serves */
		lead(address, right);
		seat_cut(b);
		UNTIL(2000, seat_state(b, 0, NULL) == JOURNAL_AWAY);
		UNTIL(12000, seat_state(b, 0, NULL) == JOURNAL_OK);
		for (unsigned k = 0; k < of_a; k++)
			seat_appended(a, 0, A + k);
		for (unsigned k = 0; k < of_b; k++)
			seat_appended(b, 0, B + k);
		assert_int_equal(heard(b, RESET, sid_at(0)), 0);
		assert_int_not_equal(seat_term(a, 0), seat_term(b, 0));
		seat_close(a, 0); /* what is written again must not be ours: a's copy would do */
		seat_opened(a, 0, JOURNAL_OK);
		lead(address, left); /* healed: the left side counts */
		seat_cut(b);
		UNTIL(12000, heard(b, RESET, sid_at(0)) == 1 && heard(b, OPENED, sid_at(0)) == 2);
		assert_int_equal(heard_last(b, OPENED, sid_at(0))->status, JOURNAL_OK);
		size_t k = 0, orphans = 0;
		while (b->events[k].what != RESET)
			k++;
		for (; b->events[k].what != OPENED; k++)
			if (b->events[k].what == ORPHAN)
				assert_int_equal(b->events[k].body, B + orphans++); /* in order of seq */
		assert_int_equal(orphans, of_b);
		assert_int_equal(seat_tip(b, 0), 20 + of_a);
		for (unsigned n = 0; n < of_b; n++)
			seat_appended(b, 0, B + n); /* as the house does */
		UNTIL(3000, seat_tip(a, 0) == 20 + of_a + of_b && seat_tip(b, 0) == 20 + of_a + of_b);
		assert_int_equal(heard(a, RESET, sid_at(0)), 0);
		for (unsigned n = 0; n < of_a; n++)
			assert_int_equal(bodies_told(b, 0, A + n), 1);
		for (unsigned n = 0; n < of_b; n++)
			assert_int_equal(bodies_told(b, 0, B + n), 1);
		reads_as(left, 0, b);
		desk_destroy(b);
		desk_destroy(a);
		unlink(address);
		redis_server_destroy(right);
		if (longer)
			redis_server_destroy(left);
	}
}

/* Its Redis dies while it appends, and the one that it finds instead has another history. */
static void tags_under_way_at_a_reset_are_unsure_and_come_before_it(void **state)
{
	struct redis_server *right = redis_server_create(NULL);
	char address[160];
	snprintf(address, sizeof address, "%s/leads", redis_server_folder(*state));
	lead(address, *state);
	struct desk *b = seat_take(&(struct seat_options){ .server = *state, .address = address, .durability = REDIS_DURABILITY_AOF });
	desk_fill(b, 0, 10);
	redis_server_put_aside(*state);
	redis_server_kill(right);
	redis_server_put_back(right, *state);
	redis_server_start(right);
	struct desk *a = instance(right); /* alone there, it opens the log under a term of its own */
	seat_opened(a, 0, JOURNAL_OK);
	UNTIL(12000, seat_state(a, 0, NULL) == JOURNAL_OK);
	seat_appended(a, 0, A);
	seat_appended(b, 0, B);
	uint64_t tags[20];
	for (unsigned k = 0; k < 20; k++)
		tags[k] = desk_append(b, 0, B + 1 + k);
	lead(address, right);
	redis_server_kill(*state);
	UNTIL(12000, heard(b, RESET, sid_at(0)) == 1 && heard(b, OPENED, sid_at(0)) >= 1 && seat_state(b, 0, NULL) == JOURNAL_OK);
	for (unsigned k = 0; k < 20; k++)
		assert_non_null(strchr("eu", outcome(b, tags[k])));
	size_t reset = 0, orphans = 0;
	while (b->events[reset].what != RESET)
		reset++;
	for (size_t k = 0; k < b->count; k++) {
		if (b->events[k].what == UNSURE)
			assert_true(k < reset);
		orphans += b->events[k].what == ORPHAN;
	}
	size_t delivered = 1; /* B, and what came of the twenty */
	for (unsigned k = 0; k < 20; k++)
		delivered += outcome(b, tags[k]) == 'e';
	assert_int_equal(orphans, delivered);
	seat_appended(b, 0, B + 100);
	UNTIL(3000, seat_tip(a, 0) == 12);
	seat_close(a, 0);
	seat_opened(a, 0, JOURNAL_OK);
	reads_as(right, 0, b);
	desk_destroy(a);
	desk_destroy(b);
	unlink(address);
	redis_server_destroy(right);
}

/* --- Redis hangs ---------------------------------------------------------------------------------------------- */

static void pause_begin(struct redis_server *server)
{
	redis_server_do(server, "CLIENT PAUSE 6000 ALL"); /* CLIENT UNPAUSE would wait too */
}

static void pause_end(struct redis_server *server)
{
	for (int tries = 0; tries < 4; tries++) {
		redisReply *reply = redis_server_ask(server, "PING");
		freeReplyObject(reply);
		if (reply)
			return;
	}
}

static void a_redis_that_hangs_is_away_within_two_seconds_and_heals(void **state)
{
	static const struct {
		const char *name;
		void (*begin)(struct redis_server *server), (*end)(struct redis_server *server);
	} cases[] = { { "SIGSTOP", redis_server_hang, redis_server_go_on }, { "CLIENT PAUSE", pause_begin, pause_end } };
	for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
		struct desk *a = instance(*state), *b = instance(*state);
		unsigned i = (unsigned)n, taken = 0;
		uint64_t *tags = check_alloc(2 * LIMIT_PENDING_APPENDS, sizeof *tags), tag;
		desk_fill(a, i, 10);
		seat_opened(b, i, JOURNAL_OK);
		UNTIL(1500, seat_level(a, i) && seat_level(b, i));
		cases[n].begin(*state);
		uint64_t from = seat_now_ms();
		for (unsigned k = 0; k < 2 * LIMIT_PENDING_APPENDS; k++) /* a crowd that does not stop */
			if (desk_try_append(a, i, 50 * k + 50, &tag) == 0)
				tags[taken++] = tag;
		assert_true(taken <= LIMIT_PENDING_APPENDS);
		UNTIL(2600, seat_state(a, i, NULL) == JOURNAL_AWAY && seat_state(b, i, NULL) == JOURNAL_AWAY); /* 2 s, and what a busy machine adds */
		print_message("# %s: away after %d ms; %u appends had been taken, at most %zu askings were under way\n", cases[n].name,
			(int)(seat_now_ms() - from), taken, seat_most_under_way(a));
		assert_false(seat_level(a, i));
		UNTIL(500, heard(a, HEALTH, sid_at(i)) > 0);
		assert_int_equal(heard_last(a, HEALTH, sid_at(i))->status, JOURNAL_AWAY);
		for (unsigned k = 0; k < taken; k++)
			assert_non_null(strchr("u", outcome(a, tags[k])));
		size_t most = seat_most_under_way(a);
		for (unsigned k = 0; k < 2000; k++)
			assert_int_equal(desk_try_append(a, i, 7, &tag), JOURNAL_AWAY); /* nothing is kept for later */
		seat_wait(2500);
		assert_true(seat_under_way(a) < 10);
		assert_int_equal(seat_most_under_way(a), most);
		assert_true(most <= LIMIT_REDIS_ASKED);
		cases[n].end(*state);
		from = seat_now_ms();
		UNTIL(6000, seat_state(a, i, NULL) == JOURNAL_OK && seat_state(b, i, NULL) == JOURNAL_OK);
		print_message("# %s: healed after %d ms\n", cases[n].name, (int)(seat_now_ms() - from));
		seat_appended(a, i, 3);
		seat_appended(b, i, 6);
		UNTIL(5000, seat_tip(a, i) == seat_tip(b, i) && seat_level(a, i) && seat_level(b, i));
		assert_int_equal(heard(a, RESET, sid_at(i)) + heard(b, RESET, sid_at(i)), 0);
		seat_same(a, b, i);
		for (unsigned k = 0; k < taken && k < 100; k++)
			assert_true(bodies_told(b, i, 50 * k + 50) <= 1);
		free(tags);
		desk_destroy(a);
		desk_destroy(b);
	}
}

static void a_short_hang_is_nothing(void **state)
{
	struct desk *a = instance(*state);
	desk_fill(a, 0, 3);
	size_t health = heard(a, HEALTH, sid_at(0));
	uint64_t tag = desk_append(a, 0, A);
	redis_server_hang(*state);
	seat_wait(600);
	redis_server_go_on(*state);
	UNTIL(1000, outcome(a, tag) == 'e');
	assert_int_equal(heard(a, HEALTH, sid_at(0)), health);
	desk_destroy(a);
}

/* A polite end while Redis hangs: each tag has its answer, and it does end. */
static void stop_ends_while_redis_hangs(void **state)
{
	struct desk *a = instance(*state);
	uint64_t tags[20];
	desk_fill(a, 0, 10);
	redis_server_hang(*state);
	for (unsigned k = 0; k < 20; k++)
		tags[k] = desk_append(a, 0, A + k);
	seat_strike(a, 0, 3, JOURNAL_TEXT);
	uint64_t from = seat_now_ms();
	desk_stop(a);
	print_message("# stopped after %d ms while Redis hung\n", (int)(seat_now_ms() - from));
	assert_true(seat_now_ms() - from < 5000);
	for (unsigned k = 0; k < 20; k++)
		assert_int_equal(outcome(a, tags[k]), 'u');
	assert_int_equal(heard(a, STRUCK, sid_at(0)), 0);
	redis_server_go_on(*state);
	desk_destroy(a);
}

/* CLIENT KILL of the connections with that name. */
static unsigned kill_clients(struct redis_server *server, const char *name)
{
	char wanted[64];
	unsigned killed = 0;
	redisReply *list = redis_server_ask(server, "CLIENT LIST");
	snprintf(wanted, sizeof wanted, " name=%s ", name);
	assert_non_null(list);
	for (char *line = strtok(list->str, "\n"); line; line = strtok(NULL, "\n"))
		if (strstr(line, wanted)) {
			long id = strtol(line + strlen("id="), NULL, 10);
			killed += redis_server_do(server, "CLIENT KILL ID %d", (int)id) == 1;
		}
	freeReplyObject(list);
	return killed;
}

static void its_connections_are_killed_and_it_goes_on(void **state)
{
	struct desk *a = seat_take(&(struct seat_options){ .server = *state, .durability = REDIS_DURABILITY_AOF, .name = "anna" });
	struct desk *b = seat_take(&(struct seat_options){ .server = *state, .durability = REDIS_DURABILITY_AOF, .name = "bert" });
	desk_fill(a, 0, 5);
	seat_opened(b, 0, JOURNAL_OK);
	for (unsigned round = 0; round < 3; round++) {
		size_t before = heard(b, HEALTH, sid_at(0));
		assert_int_equal(kill_clients(*state, "bert-bell"), 1);
		seat_appended(a, 0, A + 10 * round);
		UNTIL(1600, seat_tip(b, 0) == seat_tip(a, 0)); /* the look, once a second */
		assert_int_equal(heard(b, HEALTH, sid_at(0)), before); /* nobody is told of that */
		uint64_t tag = desk_append(b, 0, B + round);
		assert_int_equal(kill_clients(*state, "bert-desk"), 1);
		seat_appended(a, 0, A + 10 * round + 1);
		UNTIL(4000, outcome(b, tag) != ' ');
		assert_non_null(strchr("eu", outcome(b, tag)));
		UNTIL(4000, seat_state(b, 0, NULL) == JOURNAL_OK && seat_connected(b));
		UNTIL(2000, heard(b, HEALTH, sid_at(0)) >= before + 2 && heard_last(b, HEALTH, sid_at(0))->status == JOURNAL_OK);
		seat_appended(b, 0, C + round);
		UNTIL(2000, seat_tip(a, 0) == seat_tip(b, 0));
		seat_same(a, b, 0);
	}
	assert_int_equal(heard(b, RESET, sid_at(0)), 0);
	desk_destroy(a);
	desk_destroy(b);
}

/* --- what Redis must be --------------------------------------------------------------------------------------- */

static void functions_that_were_deleted_are_loaded_again(void **state)
{
	struct desk *a = instance(*state);
	size_t times;
	desk_fill(a, 0, 5);
	redis_server_do(*state, "FUNCTION FLUSH");
	uint64_t tag = desk_append(a, 0, A);
	UNTIL(4000, heard_tag(a, tag, &times) != NULL);
	UNTIL(4000, seat_state(a, 0, NULL) == JOURNAL_OK);
	seat_appended(a, 0, A + 1);
	assert_true(bodies_told(a, 0, A) <= 1);
	if (outcome(a, tag) == 'r')
		assert_int_equal(bodies_told(a, 0, A), 0);
	desk_destroy(a);
}

static bool has_functions(struct redis_server *server)
{
	redisReply *reply = redis_server_ask(server, "FCALL bp1_version 0");
	bool has = reply && reply->type == REDIS_REPLY_INTEGER;
	freeReplyObject(reply);
	return has;
}

/* Two deployments on one Redis by mistake, or a key that was changed. */
static void an_instance_with_another_key_reads_nothing(void **state)
{
	static const char one[] = "the key of this deployment, once", other[] = "the key of another deployment...";
	struct desk *a = seat_take(&(struct seat_options){ .server = *state, .durability = REDIS_DURABILITY_AOF, .mac_key = one });
	struct desk *b = seat_take(&(struct seat_options){ .server = *state, .durability = REDIS_DURABILITY_AOF, .mac_key = other });
	struct desk *c = seat_take(&(struct seat_options){ .server = *state, .durability = REDIS_DURABILITY_AOF });
	struct reading *reading = check_alloc(1, sizeof *reading);
	desk_fill(a, 0, 5);
	seat_opened(b, 0, JOURNAL_DAMAGED);
	assert_int_equal(heard_last(b, OPENED, sid_at(0))->position.seq, 1);
	assert_int_equal(heard(b, ENTRY, sid_at(0)) + heard(b, LOADED, sid_at(0)), 0);
	desk_read(b, 0, 1, reading);
	assert_int_equal(reading->status, JOURNAL_DAMAGED);
	assert_int_equal(reading->count, 0);
	desk_fill(c, 1, 3); /* no MAC at all */
	seat_opened(a, 1, JOURNAL_DAMAGED);
	seat_appended(a, 0, A);
	assert_int_equal(heard(a, RESET, sid_at(0)), 0);
	free(reading);
	desk_destroy(a);
	desk_destroy(b);
	desk_destroy(c);
}

static void on_whole(const struct journal_entry *entry, enum journal_status status, void *ctx)
{
	size_t *len = ctx;
	(void)status;
	if (entry && entry->position.seq == 2)
		*len = entry->body.form.len + entry->body.text.len + (entry->body.text.len ? entry->body.text.at[entry->body.text.len - 1] : 0u);
}

static void the_largest_entry_fits(void **state)
{
	struct desk *a = instance(*state);
	uint8_t *bytes = check_alloc(1, LIMIT_FORM + LIMIT_TEXT);
	size_t times, len = 0;
	memset(bytes, 7, LIMIT_FORM + LIMIT_TEXT);
	struct body body = { slice_of(bytes, 200), slice_of(bytes, LIMIT_FORM), slice_of(bytes + LIMIT_FORM, LIMIT_TEXT), { 0 } };
	desk_fill(a, 0, 1);
	for (unsigned k = 0; k < 40; k++) {
		uint64_t tag = a->next_tag++;
		assert_int_equal(a->journal.ops->append(a->journal.self, sid_at(0), &body, tag), 0);
		UNTIL(2000, heard_tag(a, tag, &times) && heard_tag(a, tag, &times)->what == ENTRY);
	}
	seat_close(a, 0);
	a->journal.ops->read(a->journal.self, sid_at(0), 1, UINT64_MAX, on_whole, &len);
	desk_run(a);
	assert_int_equal(len, LIMIT_FORM + LIMIT_TEXT + 7);
	DIES(*state, 0, a);
	redis_server_start(*state);
	UNTIL(4000, seat_state(a, 0, NULL) == JOURNAL_OK);
	seat_opened(a, 0, JOURNAL_OK);
	DIES(*state, 0, a);
	redis_server_forget(*state);
	redis_server_start(*state); /* five megabytes back */
	UNTIL(12000, seat_state(a, 0, NULL) == JOURNAL_OK);
	seat_appended(a, 0, A);
	assert_int_equal(seat_tip(a, 0), 42);
	free(bytes);
	desk_destroy(a);
}

static struct redis_server *with_users(const char *path)
{
	return redis_server_create(&(struct redis_server_options){ .acl = path, .more = { "--maxmemory", "100mb", "--maxmemory-policy", "noeviction", NULL } });
}

static const char users[] = BOLLPLANK_SOURCE "/docker/bollplank.acl";

static void the_rights_of_docker_bollplank_acl_suffice_for_everything(void **state)
{
	struct redis_server *server = with_users(users);
	*state = server;
	const struct seat_options options = { .server = server, .durability = REDIS_DURABILITY_AOF, .user = "bollplank", .password = "test-bollplank" };
	struct desk *a = seat_take(&options), *b = seat_take(&options);
	struct sid sid, sids[4];
	struct reading *reading = check_alloc(1, sizeof *reading);
	desk_fill(a, 0, 20);
	desk_fill(a, 1, 2);
	seat_opened(b, 0, JOURNAL_OK);
	seat_snapshot(a, 0, (struct position){ 1, 10 }, 9, 300);
	seat_strike(a, 0, 15, JOURNAL_TEXT);
	seat_publish(a, 0, "anna");
	seat_publish(b, 0, "bert");
	UNTIL(2000, heard(a, STRUCK, sid_at(0)) == 1);
	UNTIL(4000, peers_told(b, 0) == 1);
	desk_read(a, 0, 1, reading);
	assert_int_equal(reading->count, 20);
	assert_int_equal(desk_find_status(b, 1, &sid), JOURNAL_OK);
	assert_int_equal(desk_list(b, sids, 4), 2);
	seat_erase(a, 1);
	UNTIL(2000, heard(a, ERASED, sid_at(1)) == 1);
	assert_int_equal(desk_list(b, sids, 4), 1);
	seat_close(b, 0);
	desk_forget(b);
	seat_opened(b, 0, JOURNAL_OK);
	assert_int_equal(heard_last(b, LOADED, sid_at(0))->position.seq, 10);
	DIES(server, 0, a, b);
	redis_server_forget(server);
	redis_server_start(server);
	UNTIL(12000, seat_state(a, 0, NULL) == JOURNAL_OK && seat_state(b, 0, NULL) == JOURNAL_OK);
	seat_appended(a, 0, A);
	UNTIL(2000, seat_tip(b, 0) == 21);
	redis_server_do(server, "FUNCTION FLUSH");
	UNTIL(5000, has_functions(server));
	UNTIL(5000, seat_state(a, 0, NULL) == JOURNAL_OK);
	seat_appended(a, 0, A + 1);
	redisReply *log = redis_server_ask(server, "ACL LOG");
	assert_non_null(log);
	assert_int_equal(log->elements, 0); /* nothing was asked that is not allowed */
	freeReplyObject(log);
	free(reading);
	desk_destroy(a);
	desk_destroy(b);
}

static void and_are_not_more(void **state)
{
	static const char *const forbidden[] = {
		"EVAL return{} 0", "FLUSHALL", "FLUSHDB", "KEYS *", "SCAN 0", "CONFIG GET *", "CONFIG SET maxmemory 1", "MONITOR", "SHUTDOWN", "REPLICAOF NO ONE",
		"FUNCTION FLUSH", "FUNCTION DUMP", "FUNCTION LIST", "ACL LIST", "CLIENT KILL TYPE normal", "CLIENT PAUSE 1", "GET other", "SET other x", "DEL other", "LRANGE other 0 -1",
		"SUBSCRIBE bp:x", "PUBLISH bp:x x", "SAVE", "BGSAVE", "BGREWRITEAOF", "SCRIPT LOAD x", "RESTORE bp:x 0 x", "DUMP bp:x", "OBJECT ENCODING bp:x", "SORT bp:x", "RENAME bp:x bp:y",
	};
	struct redis_server *server = with_users(users);
	*state = server;
	redis_server_do(server, "SET other 1");
	redisContext *as = redisConnectUnix(redis_server_socket(server));
	assert_true(as != NULL && as->err == 0);
	redisReply *reply = redisCommand(as, "PING");
	assert_int_equal(reply->type, REDIS_REPLY_ERROR); /* nobody without a name */
	freeReplyObject(reply);
	reply = redisCommand(as, "AUTH bollplank test-bollplank");
	assert_int_equal(reply->type, REDIS_REPLY_STATUS);
	freeReplyObject(reply);
	for (size_t k = 0; k < sizeof forbidden / sizeof *forbidden; k++) {
		reply = redisCommand(as, forbidden[k]);
		if (reply == NULL || reply->type != REDIS_REPLY_ERROR || strncmp(reply->str, "NOPERM", 6) != 0)
			fail_msg("%s: %s", forbidden[k], reply && reply->str ? reply->str : "no error");
		freeReplyObject(reply);
	}
	redisFree(as);
}

static void who_may_not_load_functions_is_told_what_to_do(void **state)
{
	char path[64] = "/tmp/bollplank-acl-XXXXXX", line[2048];
	int fd = mkstemp(path);
	FILE *in = fopen(users, "r"), *out = fdopen(fd, "w");
	while (fgets(line, sizeof line, in)) {
		char *at = strstr(line, " +function|load");
		if (at)
			memmove(at, at + strlen(" +function|load"), strlen(at + strlen(" +function|load")) + 1);
		fputs(line, out);
	}
	fclose(in);
	fclose(out);
	struct redis_server *server = with_users(path);
	unlink(path);
	*state = server;
	const char *sentence = NULL;
	struct desk *a = seat_take(&(struct seat_options){ .server = server, .durability = REDIS_DURABILITY_AOF, .user = "bollplank", .password = "test-bollplank", .unfit = true });
	UNTIL(3000, seat_connected(a) && journal_redis_fit(a->journal, &sentence) != JOURNAL_OK && sentence && strstr(sentence, "FUNCTION LOAD"));
	/* The operator does, and it heals. */
	FILE *lua = fopen(BOLLPLANK_SOURCE "/daemon/redis/bollplank1.lua", "r");
	char *library = check_alloc(1, 65536);
	size_t len = fread(library, 1, 65535, lua);
	fclose(lua);
	redis_server_do(server, "FUNCTION LOAD %b", library, len);
	free(library);
	UNTIL(4000, journal_redis_fit(a->journal, &sentence) == JOURNAL_OK);
	desk_fill(a, 0, 2);
	assert_int_equal(seat_tip(a, 0), 2);
	desk_destroy(a);
}

static void a_redis_set_up_for_less_is_refused_with_a_sentence(void **state)
{
	static const struct {
		const char *name;
		struct redis_server_options server;
		enum redis_durability durability;
		bool fit;
		const char *word;
	} cases[] = {
		{ "no log, and one is asked for", { .no_aof = true }, REDIS_DURABILITY_AOF, false, "append" },
		{ "no log, and none is asked for", { .no_aof = true }, REDIS_DURABILITY_MEMORY, true, NULL },
		{ "no log, and a replica would not help", { .no_aof = true }, REDIS_DURABILITY_REPLICATED, false, "append" },
		{ "throws away what it likes", { .more = { "--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru", NULL } }, REDIS_DURABILITY_AOF, false, "noeviction" },
		{ "a limit, and refuses", { .more = { "--maxmemory", "50mb", "--maxmemory-policy", "noeviction", NULL } }, REDIS_DURABILITY_AOF, true, NULL },
		{ "a replica", { .more = { "--replicaof", "127.0.0.1 1", NULL } }, REDIS_DURABILITY_AOF, false, "replica" },
		{ "a cluster", { .cluster = true }, REDIS_DURABILITY_AOF, false, "luster" },
	};
	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct redis_server *server = redis_server_create(&cases[k].server);
		const char *sentence = NULL;
		struct desk *a = seat_take(&(struct seat_options){ .server = server, .durability = cases[k].durability, .unfit = true });
		if (cases[k].fit) {
			UNTIL(3000, journal_redis_fit(a->journal, &sentence) == JOURNAL_OK);
		} else {
			uint64_t tag, end = seat_now_ms() + 3000;
			while (seat_now_ms() < end && !(seat_connected(a) && journal_redis_fit(a->journal, &sentence) != JOURNAL_OK && sentence && strstr(sentence, cases[k].word)))
				seat_turn();
			if (seat_now_ms() >= end)
				fail_msg("%s: %s", cases[k].name, sentence ? sentence : "no sentence");
			struct made made;
			body_make(1, &made);
			tag = a->next_tag++;
			assert_int_equal(a->journal.ops->create(a->journal.self, sid_at(0), code_at(0), &made.body, tag), JOURNAL_AWAY);
			print_message("# %s: %s\n", cases[k].name, sentence);
		}
		desk_destroy(a);
		redis_server_destroy(server);
	}
}

static void a_full_redis_is_full_and_heals(void **state)
{
	struct desk *a = instance(*state);
	uint64_t tags[3000], tag;
	unsigned taken = 0, entries = 0;
	const char *sentence = NULL;
	desk_fill(a, 0, 3);
	redis_server_do(*state, "CONFIG SET maxmemory %d", (int)redis_server_info(*state, "used_memory") + 500 * 1000);
	for (unsigned k = 0; k < 3000 && seat_state(a, 0, NULL) == JOURNAL_OK; k++) {
		if (desk_try_append(a, 0, 50 * k + 1, &tag) == 0) /* 2,900 bytes of text each */
			tags[taken++] = tag;
		if (k % 20 == 0)
			desk_run(a);
	}
	assert_int_equal(seat_state(a, 0, &sentence), JOURNAL_FULL);
	assert_true(sentence && strlen(sentence) > 20);
	desk_run(a);
	bool refused = false;
	for (unsigned k = 0; k < taken; k++) {
		size_t times;
		assert_non_null(strchr("er", outcome(a, tags[k]))); /* sure, both ways */
		if (outcome(a, tags[k]) == 'r') {
			refused = true;
			assert_int_equal(heard_tag(a, tags[k], &times)->status, JOURNAL_FULL);
		} else {
			entries++;
		}
	}
	assert_true(refused);
	seat_redis_has(a, 0, 3 + entries);
	struct reading *reading = check_alloc(1, sizeof *reading); /* reading goes on, and striking, which makes room */
	desk_read(a, 0, 1, reading);
	assert_int_equal(reading->count, 3 + entries);
	seat_strike(a, 0, 3, JOURNAL_TEXT);
	UNTIL(2000, heard(a, STRUCK, sid_at(0)) == 1);
	bool told = false;
	for (size_t k = 0; k < a->count; k++)
		told |= a->events[k].what == HEALTH && a->events[k].status == JOURNAL_FULL;
	assert_true(told);
	redis_server_do(*state, "CONFIG SET maxmemory 0");
	UNTIL(6000, seat_state(a, 0, NULL) == JOURNAL_OK);
	seat_appended(a, 0, A);
	assert_int_equal(heard_last(a, HEALTH, sid_at(0))->status, JOURNAL_OK);
	free(reading);
	desk_destroy(a);
}

static void erasing_makes_room_in_a_full_redis(void **state)
{
	struct desk *a = instance(*state);
	desk_fill(a, 0, 1);
	desk_fill(a, 1, 1);
	for (unsigned k = 0; k < 300; k++)
		desk_append(a, 1, 50 * k + 1);
	desk_run(a);
	redis_server_do(*state, "CONFIG SET maxmemory %d", (int)redis_server_info(*state, "used_memory") - 300 * 1000);
	uint64_t tag = desk_append(a, 0, B); /* who is refused learns of it */
	UNTIL(3000, outcome(a, tag) == 'r' && seat_state(a, 0, NULL) == JOURNAL_FULL);
	seat_erase(a, 1);
	UNTIL(3000, heard(a, ERASED, sid_at(1)) == 1);
	UNTIL(6000, seat_state(a, 0, NULL) == JOURNAL_OK);
	seat_appended(a, 0, A);
	desk_destroy(a);
}

static void with_a_replica_stable_waits_for_it(void **state)
{
	struct redis_server *primary = redis_server_create(&(struct redis_server_options){ .listens = true });
	*state = primary;
	char where[32];
	snprintf(where, sizeof where, "127.0.0.1 %u", redis_server_port(primary));
	struct redis_server *replica = redis_server_create(&(struct redis_server_options){ .more = { "--replicaof", where, NULL } });
	for (uint64_t end = seat_now_ms() + 8000; redis_server_info(primary, "connected_slaves") != 1 || redis_server_info(replica, "master_sync_in_progress") != 0;) {
		assert_true(seat_now_ms() < end);
		usleep(20000);
	}
	struct desk *a = seat_take(&(struct seat_options){ .server = primary, .durability = REDIS_DURABILITY_REPLICATED });
	struct desk *b = seat_take(&(struct seat_options){ .server = primary, .durability = REDIS_DURABILITY_REPLICATED });
	desk_fill(a, 0, 10);
	seat_opened(b, 0, JOURNAL_OK);
	UNTIL(3000, heard(a, STABLE, sid_at(0)) && heard_last(a, STABLE, sid_at(0))->position.seq == 10);
	UNTIL(3000, heard(b, STABLE, sid_at(0)) && heard_last(b, STABLE, sid_at(0))->position.seq == 10);
	redis_server_hang(replica);
	for (unsigned k = 0; k < 5; k++)
		seat_appended(a, 0, A + k); /* entries come */
	UNTIL(2000, seat_tip(b, 0) == 15);
	seat_wait(2000);
	assert_int_equal(heard_last(a, STABLE, sid_at(0))->position.seq, 10);
	assert_int_equal(heard_last(b, STABLE, sid_at(0))->position.seq, 10);
	assert_int_equal(seat_state(a, 0, NULL), JOURNAL_OK);
	redis_server_go_on(replica);
	UNTIL(4000, heard_last(a, STABLE, sid_at(0))->position.seq == 15 && heard_last(b, STABLE, sid_at(0))->position.seq == 15);
	desk_destroy(a);
	desk_destroy(b);
	redis_server_destroy(replica);
}

/* The real thing: the primary dies, its replica, which had stalled, is promoted. */
static void a_real_replica_is_promoted(void **state)
{
	struct redis_server *primary = redis_server_create(&(struct redis_server_options){ .listens = true });
	*state = primary;
	char where[32], address[160];
	snprintf(where, sizeof where, "127.0.0.1 %u", redis_server_port(primary));
	struct redis_server *replica = redis_server_create(&(struct redis_server_options){ .more = { "--replicaof", where, NULL } });
	for (uint64_t end = seat_now_ms() + 8000; redis_server_info(primary, "connected_slaves") != 1;) {
		assert_true(seat_now_ms() < end);
		usleep(20000);
	}
	snprintf(address, sizeof address, "%s/leads", redis_server_folder(primary));
	lead(address, primary);
	struct desk *a = seat_take(&(struct seat_options){ .server = primary, .address = address, .durability = REDIS_DURABILITY_AOF });
	struct desk *b = seat_take(&(struct seat_options){ .server = primary, .address = address, .durability = REDIS_DURABILITY_AOF });
	desk_fill(a, 0, 10);
	seat_opened(b, 0, JOURNAL_OK);
	redis_server_do(primary, "WAIT 1 2000");
	redis_server_hang(replica);
	append_some(a, 0, A, 10);
	append_some(b, 0, B, 10);
	UNTIL(2000, seat_tip(a, 0) == 30);
	DIES(primary, 0, a, b);
	redis_server_go_on(replica);
	redis_server_do(replica, "REPLICAOF NO ONE");
	lead(address, replica);
	uint64_t from = seat_now_ms();
	UNTIL(12000, seat_state(a, 0, NULL) == JOURNAL_OK && seat_state(b, 0, NULL) == JOURNAL_OK);
	print_message("# a stale replica is promoted: written back and open after %d ms\n", (int)(seat_now_ms() - from));
	seat_appended(a, 0, A + 900);
	UNTIL(2000, seat_tip(b, 0) == 31);
	assert_int_equal(heard(a, RESET, sid_at(0)) + heard(b, RESET, sid_at(0)), 0);
	seat_same(a, b, 0);
	reads_as(replica, 0, a);
	desk_destroy(a);
	desk_destroy(b);
	unlink(address);
	redis_server_destroy(replica);
}

/* The primary becomes a replica under our feet. */
static void a_demoted_primary_is_away(void **state)
{
	struct desk *a = instance(*state);
	const char *sentence = NULL;
	uint64_t tag;
	size_t times;
	desk_fill(a, 0, 5);
	redis_server_do(*state, "REPLICAOF 127.0.0.1 1");
	if (desk_try_append(a, 0, A, &tag) == 0)
		UNTIL(3000, heard_tag(a, tag, &times) != NULL);
	UNTIL(3000, seat_state(a, 0, &sentence) == JOURNAL_AWAY);
	assert_true(strlen(sentence) > 20);
	redis_server_do(*state, "REPLICAOF NO ONE");
	UNTIL(8000, seat_state(a, 0, NULL) == JOURNAL_OK);
	seat_appended(a, 0, A + 1);
	assert_int_equal(heard(a, RESET, sid_at(0)), 0);
	desk_destroy(a);
}

/* --- bytes that are gone -------------------------------------------------------------------------------------- */

/* Of what desk_fill wrote the entry with the longest text; no other holds the same bytes. */
static uint64_t canary_of(unsigned entries, struct made *made)
{
	uint64_t longest = 1;
	for (uint64_t seq = 1; seq <= entries; seq++) {
		struct made other = { .bytes = { 0 } };
		body_make(1000 + seq, &other);
		body_make(1000 + longest, made);
		if (other.body.text.len > made->body.text.len)
			longest = seq;
	}
	body_make(1000 + longest, made);
	for (uint64_t seq = 1; seq <= entries; seq++) {
		struct made other = { .bytes = { 0 } };
		body_make(1000 + seq, &other);
		if (seq != longest)
			assert_null(memmem(other.bytes, sizeof other.bytes, made->body.text.at, made->body.text.len));
	}
	return longest;
}

static bool dump_holds(struct redis_server *server, unsigned i, const void *bytes, size_t len)
{
	redisReply *dump = redis_server_ask(server, "DUMP bp:{%s}:l", sid_at(i).text);
	assert_true(dump != NULL && dump->type == REDIS_REPLY_STRING);
	bool found = memmem(dump->str, dump->len, bytes, len) != NULL;
	freeReplyObject(dump);
	return found;
}

static void wait_for(struct redis_server *server, const char *field)
{
	for (uint64_t end = seat_now_ms() + 8000; redis_server_info(server, field) != 0;) {
		assert_true(seat_now_ms() < end);
		usleep(20000);
	}
}

static void a_struck_ballot_is_gone_from_list_rewritten_log_and_dump(void **state)
{
	struct redis_server *server = redis_server_create(&(struct redis_server_options){ .more = { "--rdbcompression", "no", NULL } });
	*state = server;
	struct desk *a = instance(server);
	struct made made;
	desk_fill(a, 0, 30);
	const uint64_t seq = canary_of(30, &made);
	const struct slice canary = made.body.text;
	assert_true(dump_holds(server, 0, canary.at, canary.len));
	assert_true(redis_server_files_hold(server, canary.at, canary.len)); /* the control: where it lies it is found */
	seat_snapshot(a, 0, (struct position){ 1, 30 }, 3, 500);
	desk_run(a);
	assert_int_equal(redis_server_do(server, "EXISTS bp:{%s}:s", sid_at(0).text), 1);
	seat_strike(a, 0, seq, JOURNAL_FORM | JOURNAL_TEXT);
	UNTIL(2000, heard(a, STRUCK, sid_at(0)) == 1);
	assert_false(dump_holds(server, 0, canary.at, canary.len));
	assert_int_equal(redis_server_do(server, "EXISTS bp:{%s}:s", sid_at(0).text), 0); /* a snapshot may have held it */
	assert_true(redis_server_files_hold(server, canary.at, canary.len)); /* until the log is rewritten */
	redis_server_do(server, "BGREWRITEAOF");
	wait_for(server, "aof_rewrite_scheduled");
	wait_for(server, "aof_rewrite_in_progress");
	redis_server_do(server, "BGSAVE");
	wait_for(server, "rdb_bgsave_in_progress");
	assert_false(redis_server_files_hold(server, canary.at, canary.len));
	body_make(1000 + seq + 1, &made);
	assert_true(redis_server_files_hold(server, made.body.text.at, made.body.text.len)); /* what was not struck is there */
	seat_close(a, 0);
	seat_opened(a, 0, JOURNAL_OK);
	seat_appended(a, 0, A);
	desk_destroy(a);
}

/* Struck by one, while the other holds the whole log too; then Redis comes back empty. */
static void what_one_has_struck_the_other_does_not_write_back(void **state)
{
	struct desk *a = instance(*state), *b = instance(*state);
	struct made made;
	desk_fill(a, 0, 10);
	seat_opened(b, 0, JOURNAL_OK);
	const uint64_t seq = canary_of(10, &made);
	const struct slice canary = made.body.text;
	seat_strike(a, 0, seq, JOURNAL_TEXT);
	UNTIL(2000, heard(a, STRUCK, sid_at(0)) == 1);
	seat_strike(b, 0, seq, JOURNAL_TEXT); /* both houses see the seal */
	UNTIL(2000, heard(b, STRUCK, sid_at(0)) == 1);
	DIES(*state, 0, a, b);
	redis_server_forget(*state);
	redis_server_start(*state);
	UNTIL(12000, seat_state(a, 0, NULL) == JOURNAL_OK && seat_state(b, 0, NULL) == JOURNAL_OK);
	seat_appended(b, 0, B);
	assert_false(dump_holds(*state, 0, canary.at, canary.len));
	UNTIL(2000, seat_tip(a, 0) == 11);
	seat_redis_has(a, 0, 11);
	desk_destroy(a);
	desk_destroy(b);
}

/* ... nor when the other's house has not seen the seal yet: whoever struck it strikes it again. */
static void what_one_has_struck_does_not_stay_when_the_other_wrote_it_back(void **state)
{
	for (unsigned round = 0; round < 3; round++) {
		struct desk *a = instance(*state), *b = instance(*state);
		struct made made;
		desk_fill(a, round, 10);
		seat_opened(b, round, JOURNAL_OK);
		const uint64_t seq = round == 1 ? 9 : 10; /* every third has no text */
		body_make(1000 * (round + 1) + seq, &made);
		assert_true(made.body.text.len >= 16);
		seat_strike(a, round, seq, JOURNAL_TEXT);
		UNTIL(2000, heard(a, STRUCK, sid_at(round)) == 1);
		DIES(*state, round, a, b);
		redis_server_forget(*state);
		redis_server_start(*state);
		UNTIL(12000, seat_state(a, round, NULL) == JOURNAL_OK && seat_state(b, round, NULL) == JOURNAL_OK);
		UNTIL(4000, !dump_holds(*state, round, made.body.text.at, made.body.text.len));
		seat_appended(b, round, B);
		UNTIL(2000, seat_tip(a, round) == 11);
		desk_destroy(a);
		desk_destroy(b);
	}
}

/* Asked for while Redis is away: done when it is back, before struck() says so. */
static void a_strike_and_an_erasure_wait_for_redis(void **state)
{
	struct desk *a = instance(*state);
	struct made made;
	desk_fill(a, 0, 10);
	desk_fill(a, 1, 10);
	const uint64_t seq = canary_of(10, &made);
	const struct slice canary = made.body.text;
	DIES(*state, 0, a);
	seat_strike(a, 0, seq, JOURNAL_TEXT);
	seat_erase(a, 1);
	seat_wait(300);
	assert_int_equal(heard(a, STRUCK, sid_at(0)) + heard(a, ERASED, sid_at(1)), 0);
	redis_server_start(*state);
	UNTIL(8000, heard(a, STRUCK, sid_at(0)) == 1 && heard(a, ERASED, sid_at(1)) == 1);
	assert_false(dump_holds(*state, 0, canary.at, canary.len));
	assert_int_equal(redis_server_do(*state, "EXISTS bp:{%s}:l", sid_at(1).text), 0);
	desk_destroy(a);
}

#define STORY(name) { #name, name, setup, teardown, NULL }
#define STORY_OWN(name) { #name, name, setup_none, teardown, NULL }

int run_redis_tests(void)
{
	const struct CMUnitTest tests[] = {
		STORY(what_one_appends_comes_to_the_other_in_order_with_tag_0),
		STORY(an_entry_is_with_the_other_at_once),
		STORY(both_append_at_once_and_both_hear_the_same_order),
		STORY(of_two_that_found_the_same_code_one_is_refused),
		STORY(what_is_erased_is_gone_for_everybody),
		STORY(who_is_here_is_right_within_five_seconds_of_a_death),
		STORY(the_oldest_that_lives_says_which_rules_hold),
		STORY(an_instance_whose_clock_is_wrong_knows_the_time_of_redis),
		STORY(redis_is_killed_and_comes_back_with_its_log),
		STORY(nothing_taken_is_lost_when_redis_dies_again_and_again),
		STORY(redis_comes_back_empty_and_the_survivors_write_everything_back),
		STORY(each_survivor_writes_back_what_only_it_knows),
		STORY(a_peer_that_died_too_is_waited_for_and_then_no_more),
		STORY(a_long_log_is_written_back_too),
		STORY(a_newcomer_at_a_stale_redis_takes_nothing_from_those_who_know_more),
		STORY(redis_comes_back_empty_and_nobody_is_left),
		STORY(a_stale_replica_is_promoted_and_gets_its_tail_back),
		STORY(the_losing_side_of_a_split_gets_its_entries_as_orphans_and_appends_them_again),
		STORY(tags_under_way_at_a_reset_are_unsure_and_come_before_it),
		STORY(a_redis_that_hangs_is_away_within_two_seconds_and_heals),
		STORY(a_short_hang_is_nothing),
		STORY(stop_ends_while_redis_hangs),
		STORY(its_connections_are_killed_and_it_goes_on),
		STORY(functions_that_were_deleted_are_loaded_again),
		STORY(an_instance_with_another_key_reads_nothing),
		STORY(the_largest_entry_fits),
		STORY_OWN(the_rights_of_docker_bollplank_acl_suffice_for_everything),
		STORY_OWN(and_are_not_more),
		STORY_OWN(who_may_not_load_functions_is_told_what_to_do),
		STORY_OWN(a_redis_set_up_for_less_is_refused_with_a_sentence),
		STORY(a_full_redis_is_full_and_heals),
		STORY(erasing_makes_room_in_a_full_redis),
		STORY_OWN(with_a_replica_stable_waits_for_it),
		STORY_OWN(a_real_replica_is_promoted),
		STORY(a_demoted_primary_is_away),
		STORY_OWN(a_struck_ballot_is_gone_from_list_rewritten_log_and_dump),
		STORY(what_one_has_struck_the_other_does_not_write_back),
		STORY(what_one_has_struck_does_not_stay_when_the_other_wrote_it_back),
		STORY(a_strike_and_an_erasure_wait_for_redis),
	};
	return cmocka_run_group_tests_name("journal on redis", tests, NULL, NULL);
}
