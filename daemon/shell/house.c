/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/abandoned.h"
#include "shell/attend.h"
#include "shell/audience.h"
#include "shell/company.h"
#include "shell/entrance.h"
#include "shell/export.h"
#include "shell/fanout.h"
#include "shell/orphans.h"
#include "shell/watch.h"
#include <inttypes.h>

enum { SWEEP_MS = 10 * 1000, STOP_POLL_MS = 20, STOP_SLICE = 200 };

/* ---- lists ---- */

void seats_forget(struct seats *seats, const struct seat *seat)
{
	for (size_t i = 0; i < seats->count; i++)
		if (seats->at[i] == seat) {
			seats->at[i] = seats->at[--seats->count];
			return;
		}
}

void seats_finish(struct seats *seats)
{
	free(seats->at);
	*seats = (struct seats){ 0 };
}

/* ---- halls ---- */

static struct hall **bucket_of(struct house *house, struct sid sid)
{
	uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
	for (const char *c = sid.text; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
	return &house->halls[hash % HOUSE_BUCKETS];
}

struct hall *house_hall(struct house *house, struct sid sid)
{
	struct hall *hall = *bucket_of(house, sid);
	while (hall && !sid_equal(hall->sid, sid))
		hall = hall->next;
	return hall;
}

struct hall *house_found(struct house *house, struct sid sid)
{
	if (house->halls_count >= LIMIT_SESSIONS)
		return NULL;
	struct hall *hall = check_alloc(1, sizeof *hall), **bucket = bucket_of(house, sid);
	uint64_t now = loop_now(house->loop);
	hall->magic = MAGIC_hall;
	hall->house = house;
	hall->sid = sid;
	hall->empty_ms = now;
	rate_fill(&hall->commands, RATE_SESSION, now);
	rate_fill(&hall->joins, RATE_JOINS, now);
	hall->next = *bucket;
	*bucket = hall;
	house->halls_count++;
	return hall;
}

struct hall *house_visit(struct house *house, struct sid sid)
{
	struct hall *hall = house_hall(house, sid);
	if (hall)
		return hall;
	hall = house_found(house, sid);
	if (hall)
		house->journal.ops->open(house->journal.self, sid);
	return hall;
}

struct seat **hall_place(struct hall *hall, uint32_t actor)
{
	uint32_t number = actor & ~ACTOR_LINK;
	if (actor & ACTOR_LINK)
		return &hall->links[number <= LIMIT_LINKS ? number : 0];
	if (number >= hall->members_room) {
		size_t room = hall->members_room ? 2 * hall->members_room : 64;
		while (room <= number)
			room *= 2;
		hall->members = check_realloc(hall->members, room, sizeof(struct seat *));
		memset(hall->members + hall->members_room, 0, (room - hall->members_room) * sizeof(struct seat *));
		hall->members_room = room;
	}
	return &hall->members[number];
}

static void bury(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	hall->magic = 0;
	free(hall);
}

void hall_free(struct hall *hall)
{
	struct house *house = hall->house;
	struct hall **at = bucket_of(house, hall->sid);
	while (*at != hall)
		at = &(*at)->next;
	*at = hall->next;
	house->halls_count--;
	for (uint32_t i = 0; hall->pendings; i++) {
		CHECK(i < house->pendings_used);
		if (house->pendings[i].tag && house->pendings[i].hall == hall)
			pending_remove(house, &house->pendings[i]);
	}
	fanout_close(hall);
	entrance_finish(hall);
	watch_finish(hall);
	attend_finish(hall);
	orphans_finish(hall);
	company_finish(hall);
	founding_lost(hall);
	export_hall_lost(hall);
	session_destroy(hall->session);
	seats_finish(&hall->seats);
	free(hall->members);
	hall->session = NULL;
	hall->open = false;
	if ((hall->posted || hall->fanout.posted) && !house->ended)
		loop_post(house->loop, bury, hall); /* what this turn has posted still comes, and finds a hall that serves nobody */
	else
		bury(hall);
}

void hall_close(struct hall *hall)
{
	struct house *house = hall->house;
	trace(TRACE_INFO, "close", "session=%s", hall->sid.text);
	house->journal.ops->close(house->journal.self, hall->sid);
	hall_free(hall);
}

/* Nobody is served any more; who is here hears why. Kept for a while, so that each knock does not read the journal again. */
void hall_fail(struct hall *hall, enum fault fault, const char *why, uint64_t seq)
{
	trace(fault == FAULT_no_session ? TRACE_INFO : TRACE_ERROR, "session", "session=%s fault=%s why=%s seq=%" PRIu64, hall->sid.text,
	      fault_name(fault), why, seq);
	hall->fault = fault;
	watch_finish(hall);
	attend_finish(hall);
	company_leave(hall);
	for (size_t i = 0; i < hall->seats.count; i++)
		if (hall->seats.at[i]->state == SEAT_IN)
			entrance_bye(hall->seats.at[i], fault, entrance_close_code(fault));
	entrance_hall_open(hall);
	export_hall_open(hall);
}

static void snapshot(struct hall *hall)
{
	struct house *house = hall->house;
	uint64_t seq = session_seq(hall->session);
	if (!hall_serves(hall) || seq <= hall->snapshot_seq || hall->stable < seq)
		return; /* never of what could be lost */
	struct pack saved;
	pack_init(&saved);
	session_save(hall->session, &saved);
	struct position position = { session_term(hall->session), seq };
	house->journal.ops->snapshot(house->journal.self, hall->sid, position, pack_bytes(&saved));
	trace(TRACE_INFO, "snapshot", "session=%s seq=%" PRIu64 " bytes=%zu", hall->sid.text, seq, saved.len);
	hall->snapshot_seq = seq;
	pack_finish(&saved);
}

/* A sealed activity's own entries: once the seal cannot be lost, what it replaces goes. */
static void strike(struct hall *hall)
{
	struct house *house = hall->house;
	unsigned cursor = 0, count = 0;
	uint64_t seq;
	if (hall->strikes_seq == 0 || hall->stable < hall->strikes_seq)
		return;
#if BOLLPLANK_BUG == 4 /* the seal is off: what it replaces stays in the log */
	return;
#endif
	hall->strikes_seq = 0;
	while (session_strikes(hall->session, &cursor, &seq)) {
		house->journal.ops->strike(house->journal.self, hall->sid, seq, JOURNAL_FORM);
		count++;
	}
	session_strikes_done(hall->session);
	if (count)
		trace(TRACE_INFO, "strike", "session=%s entries=%u", hall->sid.text, count);
}

/* ---- what the journal tells ---- */

static void on_loaded(struct sid sid, struct position position, struct slice bytes, void *ctx)
{
	struct hall *hall = house_hall(CAST(ctx, house), sid);
	if (hall == NULL)
		return;
	session_destroy(hall->session);
	hall->session = bytes.len ? session_restore(sid, bytes) : session_create(sid);
	if (hall->session && session_seq(hall->session) != position.seq) {
		session_destroy(hall->session);
		hall->session = NULL;
	}
	if (hall->session == NULL) /* another version's, perhaps: the log says it all */
		trace(TRACE_WARNING, "snapshot", "session=%s seq=%" PRIu64 " why=unreadable", sid.text, position.seq);
	hall->snapshot_seq = hall->session ? position.seq : 0;
}

/* The answer to a command that no section will bring: there is no lane to keep it in. */
static void answer(struct hall *hall, const struct entry *entry, struct pending *asked, enum fault fault)
{
	bool kept;
	if (asked->kind != PENDING_COMMAND || fault == FAULT_none || fault == FAULT_recovered)
		return;
	session_would_refuse(hall->session, entry, &kept);
	if (!kept || fault == FAULT_superseded)
		intake_refused(asked, fault);
}

/* One entry through the step. Returns false when the session cannot go on. */
static bool take(struct hall *hall, const struct journal_entry *e, struct entry *entry, enum fault *verdict)
{
	if (!entry_decode(e->body.head, e->body.form, e->body.text, e->struck, e->body.digest, entry)) {
		hall_fail(hall, FAULT_damaged, "entry", e->position.seq);
		return false;
	}
	entry->term = e->position.term;
	entry->seq = e->position.seq;
	entry->at_ms = e->at_ms;
	*verdict = session_step(hall->session, entry);
	hall->house->figures.entries++;
	hall->house->figures.refused += *verdict != FAULT_none && *verdict != FAULT_recovered;
	trace(TRACE_DEBUG, "step", "session=%s seq=%" PRIu64 " command=%u verdict=%s", hall->sid.text, entry->seq, entry->command, fault_name(*verdict));
	if (session_stopped(hall->session)) {
		bool newer = session_newer(hall->session);
		hall_fail(hall, newer ? FAULT_elsewhere : FAULT_damaged, newer ? "rules" : "unknown", e->position.seq);
		return false;
	}
	return true;
}

static void on_entry(struct sid sid, const struct journal_entry *e, uint64_t tag, void *ctx)
{
	struct house *house = CAST(ctx, house);
	struct hall *hall = house_hall(house, sid);
	struct entry entry;
	enum fault verdict;
	struct pending *at = pending_find(house, tag), asked = { 0 };
	if (at) {
		asked = *at;
		pending_remove(house, at);
	}
	if (hall == NULL || hall->fault != FAULT_none || hall->session == NULL) /* without a session: read from the first entry once it is open */
		return;
	if (!take(hall, e, &entry, &verdict))
		return;
	if (entry.command == COMMAND_seal || entry.command == COMMAND_proxy || (entry.command == COMMAND_secret_ballot && verdict != FAULT_none))
		hall->strikes_seq = entry.seq; /* strikes come when this is stable */
	orphans_entry(hall, e);
	if (asked.kind == PENDING_ORPHAN)
		orphans_back(hall, tag);
	if (!hall->open && asked.kind != PENDING_FOUNDING) {
		session_changes_clear(hall->session);
		return;
	}
	if (entry.command == COMMAND_join) {
		if (asked.seat)
			intake_joined(hall, asked.seat);
		for (size_t i = 0; asked.seat == NULL && i < hall->seats.count; i++)
			if (hall->seats.at[i]->state == SEAT_IN && hall->seats.at[i]->actor == 0)
				intake_joined(hall, hall->seats.at[i]);
	}
	if (asked.kind == PENDING_FOUNDING)
		founding_entry(hall);
	if (asked.kind == PENDING_WAIT)
		watch_judged(hall, tag, verdict);
	if (asked.kind == PENDING_ATTEND)
		attend_judged(hall, tag);
	fanout_applied(hall, &entry, asked.actor);
	answer(hall, &entry, &asked, verdict);
	watch_entry(hall, entry.command);
	company_entry(hall, entry.command);
	attend_changed(hall);
	entrance_entry(hall);
	if (session_seq(hall->session) >= hall->snapshot_seq + house->snapshot_entries)
		snapshot(hall);
}

static void on_stable(struct sid sid, uint64_t seq, void *ctx)
{
	struct hall *hall = house_hall(CAST(ctx, house), sid);
	if (hall == NULL || hall->fault != FAULT_none)
		return;
	hall->stable = seq;
	if (!hall->open || hall->session == NULL)
		return;
	trace(TRACE_DEBUG, "stable", "session=%s seq=%" PRIu64, sid.text, seq);
	strike(hall);
	fanout_stable(hall);
	founding_stable(hall);
	if (session_seq(hall->session) >= hall->snapshot_seq + hall->house->snapshot_entries)
		snapshot(hall);
}

void hall_begin(struct hall *hall)
{
	hall->open = true;
	hall->health = hall->house->journal.ops->state(hall->house->journal.self, &hall->sid, NULL);
	trace(TRACE_INFO, "open", "session=%s seq=%" PRIu64 " stable=%" PRIu64, hall->sid.text, session_seq(hall->session), hall->stable);
	fanout_open(hall);
	watch_open(hall);
	company_open(hall);
	attend_open(hall);
}

/* It serves from now on, for the first time or again. */
static void hall_open(struct hall *hall)
{
	hall_begin(hall);
	/* What a seal of this log replaces may not have been struck before the last stop. */
	hall->strikes_seq = session_seq(hall->session);
	strike(hall);
	hall->orphans_new = 0;
	orphans_send(hall);
	entrance_reset(hall);
	entrance_hall_open(hall);
	export_hall_open(hall);
}

static enum fault fault_of(enum journal_status status)
{
	return status == JOURNAL_ABSENT ? FAULT_no_session : status == JOURNAL_DAMAGED ? FAULT_damaged : FAULT_later;
}

/* A snapshot that could not be used: everything from the first entry. */
static void on_replayed(const struct journal_entry *e, enum journal_status status, void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	struct entry entry;
	enum fault verdict;
	if (e == NULL)
		hall->reading = false;
	if (hall->fault != FAULT_none || hall->session == NULL) /* failed, or history was reset meanwhile */
		return;
	if (e == NULL && status != JOURNAL_OK) {
		hall_fail(hall, fault_of(status), "journal", session_seq(hall->session) + 1);
		return;
	}
	if (e == NULL) {
		session_changes_clear(hall->session);
		hall_open(hall);
		return;
	}
	if (e->position.seq == session_seq(hall->session) + 1)
		take(hall, e, &entry, &verdict);
}

static void on_opened(struct sid sid, enum journal_status status, uint64_t damaged_seq, void *ctx)
{
	struct house *house = CAST(ctx, house);
	struct hall *hall = house_hall(house, sid);
	if (hall == NULL)
		return;
	if (status != JOURNAL_OK) {
		hall_fail(hall, fault_of(status), "journal", damaged_seq);
		return;
	}
	if (hall->fault != FAULT_none)
		return;
	if (hall->session) {
		hall_open(hall);
		return;
	}
	hall->session = session_create(sid);
	hall->reading = true;
	house->journal.ops->read(house->journal.self, sid, 1, UINT64_MAX, on_replayed, hall);
}

/* An append of ours has no entry: whoever asked for it hears so. */
static void not_taken(struct house *house, uint64_t tag, enum journal_status why, enum fault fault)
{
	struct pending *at = pending_find(house, tag);
	if (at == NULL)
		return;
	struct pending asked = *at;
	pending_remove(house, at);
	if (asked.kind == PENDING_WAIT)
		watch_failed(asked.hall, tag);
	else if (asked.kind == PENDING_ATTEND)
		attend_failed(asked.hall, tag);
	else if (asked.kind == PENDING_FOUNDING)
		founding_refused(asked.hall, why);
	else if (asked.kind == PENDING_ORPHAN)
		orphans_failed(asked.hall, tag);
	else
		intake_refused(&asked, fault);
}

static void on_refused(struct sid sid, uint64_t tag, enum journal_status why, void *ctx)
{
	(void)sid;
	not_taken(CAST(ctx, house), tag, why, FAULT_later);
}

static void on_unsure(struct sid sid, uint64_t tag, void *ctx)
{
	(void)sid;
	not_taken(CAST(ctx, house), tag, JOURNAL_AWAY, FAULT_unsure);
}

/* History has changed: the state is dropped, and comes anew as at the first opening. Who is here stays, and hears nothing meanwhile. */
static void on_reset(struct sid sid, void *ctx)
{
	struct hall *hall = house_hall(CAST(ctx, house), sid);
	if (hall == NULL || hall->fault != FAULT_none)
		return;
	trace(TRACE_WARNING, "reset", "session=%s seq=%" PRIu64 " stable=%" PRIu64, sid.text, hall->session ? session_seq(hall->session) : 0, hall->stable);
	hall->open = false;
	for (size_t i = 0; i < hall->seats.count; i++)
		audience_leave(hall->seats.at[i]); /* until it is told everything anew */
	export_hall_reset(hall);
	watch_finish(hall);
	attend_finish(hall);
	hall->orphans_new = 0;
	hall->strikes_seq = 0;
	session_destroy(hall->session);
	hall->session = NULL;
	founding_refused(hall, JOURNAL_AWAY);
}

static void on_orphan(struct sid sid, const struct body *body, void *ctx)
{
	struct hall *hall = house_hall(CAST(ctx, house), sid);
	if (hall && hall->fault == FAULT_none)
		orphans_add(hall, body);
}

static void on_struck(struct sid sid, uint64_t seq, void *ctx)
{
	(void)sid;
	(void)seq;
	(void)ctx;
}

/* By this instance, which knows, or by another. */
static void on_erased(struct sid sid, void *ctx)
{
	struct hall *hall = house_hall(CAST(ctx, house), sid);
	if (hall == NULL || hall->fault != FAULT_none)
		return;
	founding_refused(hall, JOURNAL_AWAY);
	hall_fail(hall, FAULT_no_session, "erased", 0);
}

static void on_peers(struct sid sid, const struct slice *published, size_t count, void *ctx)
{
	struct hall *hall = house_hall(CAST(ctx, house), sid);
	if (hall)
		company_peers(hall, published, count);
}

/* With several journals behind one, that of this session may be well when another is not. */
static void health_look(struct hall *hall)
{
	const struct journal *journal = &hall->house->journal;
	enum journal_status status = journal->ops->state(journal->self, BOLLPLANK_BUG == 68 ? NULL : &hall->sid, NULL); /* 68: all hear of what concerns some */
	if (status == hall->health)
		return;
	hall->health = status;
	presence_health(hall);
}

static void on_health(enum journal_status status, const char *sentence, void *ctx)
{
	struct house *house = CAST(ctx, house);
	char room[256];
	bool changed = house->figures.journal != status;
	house->figures.journal = status;
	for (int b = 0; b < HOUSE_BUCKETS; b++)
		for (struct hall *hall = house->halls[b]; hall; hall = hall->next)
			health_look(hall);
	if (!changed) /* of one session only: its own line says so */
		return;
	trace(status == JOURNAL_OK ? TRACE_INFO : TRACE_ERROR, "journal", "status=%d why=%s", status,
	      trace_quote(slice_text(sentence ? sentence : ""), room, sizeof room));
}

static const struct journal_up journal_up = {
	.loaded = on_loaded, .entry = on_entry, .stable = on_stable, .opened = on_opened, .refused = on_refused, .unsure = on_unsure,
	.reset = on_reset, .orphan = on_orphan, .struck = on_struck, .erased = on_erased, .peers = on_peers, .health = on_health,
};

/* ---- what the transport tells ---- */

static void on_conn_opened(struct conn *conn, const char *address, void *ctx)
{
	entrance_opened(CAST(ctx, house), conn, address);
}

static void on_conn_message(struct conn *conn, struct slice bytes, void *ctx)
{
	struct house *house = CAST(ctx, house);
	intake_message(CAST(house->transport->seat(conn), seat), bytes);
}

static struct frame *on_conn_next(struct conn *conn, void *ctx)
{
	struct house *house = CAST(ctx, house);
	struct seat *seat = CAST(house->transport->seat(conn), seat);
	if (seat->queued) {
		struct frame *frame = seat->queue[0];
		memmove(seat->queue, seat->queue + 1, --seat->queued * sizeof(struct frame *));
		house->figures.bytes_out += frame->len;
		if (seat->queued == 0) {
			free(seat->queue); /* seldom needed: not kept by thousands of idle pages */
			seat->queue = NULL;
		}
		return frame;
	}
	return seat->state == SEAT_IN ? fanout_next(seat) : NULL;
}

static void on_conn_closed(struct conn *conn, void *ctx)
{
	struct house *house = CAST(ctx, house);
	entrance_closed(CAST(house->transport->seat(conn), seat));
}

const struct transport_up *house_transport(void)
{
	static const struct transport_up up = {
		.opened = on_conn_opened, .message = on_conn_message, .next = on_conn_next, .closed = on_conn_closed,
	};
	return &up;
}

/* ---- the house itself ---- */

/* Lets go of sessions that nobody looks at and that wait for nothing. */
static void on_sweep(void *ctx)
{
	struct house *house = CAST(ctx, house);
	uint64_t now = loop_now(house->loop);
	struct hall *next;
	for (int b = 0; b < HOUSE_BUCKETS; b++)
		for (struct hall *hall = house->halls[b]; hall; hall = next) {
			next = hall->next;
			bool idle = hall->seats.count == 0 && hall->pendings == 0 && hall->founding == NULL && hall->exports == 0 && hall->orphans_count == 0 && now - hall->empty_ms >= EVICT_MS;
			if (!idle || hall->reading || (!hall_serves(hall) && hall->fault == FAULT_none) || hall->waits_count)
				continue;
			if (hall->fault == FAULT_none && hall->stable < session_seq(hall->session))
				continue;
			if (hall->fault == FAULT_none)
				snapshot(hall);
			hall_close(hall);
		}
	house->sweep_timer = loop_after(house->loop, SWEEP_MS, on_sweep, house);
}

struct house *house_create(const struct house_parts *parts)
{
	struct house *house = check_alloc(1, sizeof *house);
	house->magic = MAGIC_house;
	house->loop = parts->loop;
	house->journal = parts->journal;
	house->transport = parts->transport;
	house->may_create = parts->creation_key.len > 0;
	house->creation_key = digest_plain(parts->creation_key);
	house->spread_ms = parts->spread_ms;
	house->snapshot_entries = parts->snapshot_entries ? parts->snapshot_entries : SNAPSHOT_ENTRIES;
	house->wrongs = check_alloc(HOUSE_WRONGS, sizeof *house->wrongs);
	rate_fill(&house->wrong_rate, WRONG_CODES_DAEMON, loop_now(house->loop));
	pack_init(&house->scratch);
	pack_init(&house->body);
	house->sections_room = 64;
	house->sections = check_alloc(house->sections_room, sizeof *house->sections);
	house->journal.ops->listen(house->journal.self, &journal_up, house);
	house->sweep_timer = loop_after(house->loop, SWEEP_MS, on_sweep, house);
	house->abandoned = abandoned_create(house);
	return house;
}

void house_figures(const struct house *house, struct house_figures *out)
{
	const char *sentence;
	*out = house->figures;
	out->sessions = house->halls_count;
	out->connections = house->seats.count;
	out->pending_appends = house->pendings_count;
	out->members_here = 0;
	for (int b = 0; b < HOUSE_BUCKETS; b++)
		for (const struct hall *hall = house->halls[b]; hall; hall = hall->next)
			for (size_t m = 1; m < hall->members_room; m++)
				out->members_here += hall->members[m] != NULL;
	out->journal = house->journal.ops->state(house->journal.self, NULL, &sentence);
}

/* How many are to be told now, so that all are in spread_ms. */
static size_t stop_quota(const struct house *house)
{
	uint64_t elapsed = loop_now(house->loop) - house->stop_ms;
#if BOLLPLANK_BUG == 67 /* all are sent away at once */
	elapsed = house->spread_ms;
#endif
	if (elapsed >= house->spread_ms)
		return STOP_SLICE;
	size_t due = (size_t)(house->stop_count * elapsed / house->spread_ms);
	return due > house->stop_left ? due - house->stop_left : 0;
}

static size_t take_leave(struct house *house, bool staff, size_t most)
{
	size_t count = 0;
	for (size_t i = 0; i < house->seats.count && count < most; i++) {
		struct seat *seat = house->seats.at[i];
		if (seat->state == SEAT_LEAVING || (!staff && seat->actor & ACTOR_LINK))
			continue;
		entrance_leave(seat, CLOSE_GOING);
		count++;
	}
	house->stop_left += count;
	return count;
}

static void on_stop(void *ctx)
{
	struct house *house = CAST(ctx, house);
	size_t quota = stop_quota(house);
	take_leave(house, true, quota - take_leave(house, false, quota));
	bool searching = export_stop(house);
	searching |= abandoned_stop(house->abandoned); /* both are told, whatever the first says */
	for (const struct visit *visit = house->visits; visit; visit = visit->next)
		searching |= visit->searching;
	for (int b = 0; b < HOUSE_BUCKETS; b++)
		for (const struct hall *hall = house->halls[b]; hall; hall = hall->next)
			searching |= hall->reading; /* the journal holds the hall until it has delivered all */
	if (house->seats.count || house->draws || searching) {
		loop_after(house->loop, STOP_POLL_MS, on_stop, house);
		return;
	}
	loop_stop(house->loop, house->sweep_timer);
	loop_stop(house->loop, house->leave_timer);
	house->sweep_timer = house->leave_timer = NULL;
	for (int b = 0; b < HOUSE_BUCKETS; b++)
		while (house->halls[b]) {
			if (hall_serves(house->halls[b]))
				snapshot(house->halls[b]);
			hall_close(house->halls[b]);
		}
	house->stopped(house->stopped_ctx);
}

void house_stop(struct house *house, void (*done)(void *ctx), void *ctx)
{
	if (house->stopping)
		return;
	house->stopping = true;
	house->stop_ms = loop_now(house->loop);
	house->stop_count = house->seats.count;
	house->stopped = done;
	house->stopped_ctx = ctx;
	loop_post(house->loop, on_stop, house);
}

void house_destroy(struct house *house)
{
	if (house == NULL)
		return;
	loop_stop(house->loop, house->sweep_timer);
	loop_stop(house->loop, house->leave_timer);
	house->stopping = house->ended = true; /* neither journal nor loop is called any more */
	house->leaving.count = 0;
	while (house->seats.count)
		entrance_closed(house->seats.at[house->seats.count - 1]);
	for (int b = 0; b < HOUSE_BUCKETS; b++)
		while (house->halls[b])
			hall_free(house->halls[b]); // NOLINT(clang-analyzer-unix.Malloc): it takes itself out of the list
	founding_end(house);
	export_end(house);
	intake_draws_destroy(house);
	abandoned_stop(house->abandoned);
	abandoned_destroy(house->abandoned);
	for (struct visit *visit = house->visits, *next; visit; visit = next) {
		next = visit->next;
		free(visit);
	}
	seats_finish(&house->seats);
	seats_finish(&house->leaving);
	free(house->pendings);
	free(house->wrongs);
	free(house->sections);
	pack_finish(&house->scratch);
	pack_finish(&house->body);
	house->magic = 0;
	free(house);
}
