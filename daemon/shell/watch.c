/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/watch.h"

enum {
	SEALS_MOST = 100,  /* a seal that was overtaken by one more entry is made again; so often that something is wrong */
	RANK_STEP_MS = 250 /* what the first instance proposes has its place by then, and the others need not: a seal of a large hall is many entries */
};

static void on_due(void *ctx);

/* We come after those who have the session open and come before us. */
static uint64_t patience_ms(const struct hall *hall)
{
	return (uint64_t)RANK_STEP_MS * journal_rank(hall->house->journal, hall->sid);
}

static void plan(struct hall *hall)
{
	struct loop loop = hall->house->loop;
	uint64_t now = loop_now(loop), due = UINT64_MAX;
	for (size_t i = 0; i < hall->waits_count; i++)
		if (!hall->waits[i].tag && !hall->waits[i].spent && hall->waits[i].due_ms < due)
			due = hall->waits[i].due_ms;
	loop_stop(loop, hall->wait_timer);
	if (due != UINT64_MAX)
		due += patience_ms(hall);
	hall->wait_timer = due == UINT64_MAX ? NULL : loop_after(loop, due > now ? due - now : 0, on_due, hall);
}

static void propose(struct hall *hall, struct waiting *waiting)
{
	struct house *house = hall->house;
	struct pack form;
	pack_init(&form);
	session_wait_form(hall->session, &waiting->wait, &form);
	struct entry entry = { .name = { .who = ACTOR_HOUSE }, .command = waiting->wait.command, .subject = waiting->wait.subject,
			       .form = pack_bytes(&form) };
	struct pending pending = { .hall = hall, .kind = PENDING_WAIT, .command = waiting->wait.command };
	if (hall_append(hall, &entry, &pending) == 0) {
		waiting->tag = house->newest_tag;
	} else {
		waiting->due_ms = loop_now(house->loop) + LATER_MS; /* the journal is away or full: time runs on, the entry comes when it can */
	}
	pack_finish(&form);
}

static void on_due(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	uint64_t now = loop_now(hall->house->loop), patience = patience_ms(hall);
	hall->wait_timer = NULL;
	if (!hall_serves(hall) || hall->house->stopping)
		return;
	for (size_t i = 0; i < hall->waits_count; i++) {
		struct waiting *waiting = &hall->waits[i];
		if (!waiting->tag && !waiting->spent && waiting->due_ms + patience <= now)
			propose(hall, waiting);
	}
	plan(hall);
}

static bool same(const struct wait *x, const struct wait *y)
{
	return x->command == y->command && x->subject.a == y->subject.a && x->subject.b == y->subject.b && x->generation == y->generation;
}

/* elapsed: since the entry that began it, for waits that are new to us. */
static void look(struct hall *hall, bool loaded)
{
	struct house *house = hall->house;
	uint64_t now = loop_now(house->loop), log_ms = house_log_ms(house, hall);
	struct wait wait;
	unsigned cursor = 0;
	for (size_t i = 0; i < hall->waits_count; i++)
		hall->waits[i].seen = false;
	while (session_waits(hall->session, &cursor, &wait)) {
		size_t at = 0;
		while (at < hall->waits_count && !same(&hall->waits[at].wait, &wait))
			at++;
		if (at == hall->waits_count) {
			if (hall->waits_count == hall->waits_room) {
				hall->waits_room = hall->waits_room ? 2 * hall->waits_room : 8;
				hall->waits = check_realloc(hall->waits, hall->waits_room, sizeof *hall->waits);
			}
			uint64_t elapsed = loaded && log_ms > wait.since_ms ? log_ms - wait.since_ms : 0;
			hall->waits[hall->waits_count++] =
				(struct waiting){ .wait = wait, .due_ms = now + (elapsed < wait.after_ms ? wait.after_ms - elapsed : 0) };
		}
		hall->waits[at].seen = true;
	}
	size_t left = 0;
	for (size_t i = 0; i < hall->waits_count; i++)
		if (hall->waits[i].seen)
			hall->waits[left++] = hall->waits[i];
	hall->waits_count = left;
	plan(hall);
}

void watch_open(struct hall *hall)
{
	look(hall, true);
}

static void on_turn(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	hall->posted = false;
	if (hall_serves(hall))
		look(hall, false);
}

/* At the end of the turn in which the entry was applied: our clock has not moved since. */
void watch_entry(struct hall *hall, uint16_t command)
{
	if (command == COMMAND_ballot || command == COMMAND_secret_ballot || command == COMMAND_join || command == COMMAND_note_put || hall->posted)
		return; /* these begin and end no wait, and come by the thousand */
	hall->posted = true;
	loop_post(hall->house->loop, on_turn, hall);
}

void watch_judged(struct hall *hall, uint64_t tag, enum fault verdict)
{
	for (size_t i = 0; i < hall->waits_count; i++) {
		struct waiting *waiting = &hall->waits[i];
		if (waiting->tag != tag)
			continue;
		waiting->tag = 0;
		waiting->spent = true;
		/* A secret ballot that came too late stood before the seal in the order: the seal must name it too. */
		if (waiting->wait.command == COMMAND_seal && verdict != FAULT_none && ++waiting->tries < SEALS_MOST) {
			waiting->spent = false;
			waiting->due_ms = loop_now(hall->house->loop);
		} else if (waiting->wait.command == COMMAND_seal && verdict != FAULT_none) { /* said, and tried again more slowly: never given up */
			waiting->spent = false;
			waiting->tries = 0;
			waiting->due_ms = loop_now(hall->house->loop) + LATER_MS;
			trace(TRACE_ERROR, "seal", "session=%s activity=%u verdict=%s", hall->sid.text, waiting->wait.subject.a, fault_name(verdict));
		}
	}
}

void watch_failed(struct hall *hall, uint64_t tag)
{
	for (size_t i = 0; i < hall->waits_count; i++)
		if (hall->waits[i].tag == tag) {
			hall->waits[i].tag = 0;
			hall->waits[i].due_ms = loop_now(hall->house->loop) + LATER_MS;
		}
	if (hall_serves(hall))
		plan(hall);
}

void watch_finish(struct hall *hall)
{
	loop_stop(hall->house->loop, hall->wait_timer);
	hall->wait_timer = NULL;
	free(hall->waits);
	hall->waits = NULL;
	hall->waits_count = hall->waits_room = 0;
}
