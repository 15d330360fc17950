/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/entrance.h"
#include "shell/attend.h"
#include "shell/fanout.h"
#include <stdio.h>

enum { LEAVE_MS = 2000 }; /* how long a bye may take to go out */

/* ---- going out ---- */

static void on_leave(void *ctx)
{
	struct house *house = CAST(ctx, house);
	house->leave_timer = NULL;
	while (house->leaving.count) {
		struct seat *seat = house->leaving.at[--house->leaving.count];
		house->transport->close(seat->conn, seat->close_code);
	}
}

void entrance_leave(struct seat *seat, uint16_t code)
{
	struct house *house = seat->house;
	if (seat->state == SEAT_LEAVING)
		return;
	seat->state = SEAT_LEAVING;
	seat->close_code = code;
	if (seat->queued == 0) {
		house->transport->close(seat->conn, code);
		return;
	}
	seats_add(&house->leaving, seat); /* its last words have not gone out: a moment for them */
	if (house->leave_timer == NULL)
		house->leave_timer = loop_after(house->loop, LEAVE_MS, on_leave, house);
}

uint16_t entrance_close_code(enum fault fault)
{
	return fault == FAULT_later || fault == FAULT_elsewhere ? CLOSE_LATER : CLOSE_REFUSED;
}

void entrance_bye(struct seat *seat, enum fault fault, uint16_t code)
{
	struct house *house = seat->house;
	trace(TRACE_INFO, "bye", "session=%s actor=%u fault=%s", seat->hall ? seat->hall->sid.text : "", seat->actor, fault_name(fault));
	pack_clear(&house->scratch);
	bye_encode(fault, &house->scratch);
	intake_say(seat);
	entrance_leave(seat, code);
}

/* ---- who is where ---- */

static void place_remove(struct seat *seat)
{
	struct seat **at = hall_place(seat->hall, seat->actor);
	while (*at != seat)
		at = &(*at)->next_same;
	*at = seat->next_same;
	seat->next_same = NULL;
	attend_left(seat->hall, seat->actor);
}

static bool named(const struct seat *seat)
{
	return seat->actor != 0;
}

void entrance_name(struct seat *seat, uint32_t actor)
{
	if (named(seat))
		place_remove(seat);
	seat->actor = actor;
	seat->secret_proven = false;
	seat->keys_count = 0;
	if (actor == 0)
		return;
	struct seat **at = hall_place(seat->hall, actor);
	unsigned pages = 1;
	/* Newest first; a fifth page closes the oldest. */
	seat->next_same = *at;
	*at = seat;
	attend_changed(seat->hall);
	for (struct seat *other = seat->next_same; other; other = other->next_same)
		if (other->actor == actor && other->state != SEAT_LEAVING && ++pages > LIMIT_CONNECTIONS_A_MEMBER)
			entrance_leave(other, CLOSE_ELSEWHERE);
}

static void hall_sit(struct hall *hall, struct seat *seat)
{
	seat->hall = hall;
	seat->hall_index = (uint32_t)hall->seats.count;
	seats_add(&hall->seats, seat);
	hall->empty_ms = 0;
}

static void hall_rise(struct seat *seat)
{
	struct hall *hall = seat->hall;
	struct seat *last = hall->seats.at[--hall->seats.count];
	hall->seats.at[seat->hall_index] = last;
	last->hall_index = seat->hall_index;
	if (hall->seats.count == 0)
		hall->empty_ms = loop_now(seat->house->loop);
	seat->hall = NULL;
}

/* ---- the door ---- */

static void visit_free(struct visit *visit)
{
	*(visit->before ? &visit->before->next : &visit->house->visits) = visit->next;
	if (visit->next)
		visit->next->before = visit->before;
	if (visit->seat)
		visit->seat->visit = NULL;
	free(visit);
}

static uint64_t hash_text(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
	return hash;
}

static struct wrong *wrong_of(struct house *house, const char *address)
{
	uint64_t hash = hash_text(address), now = loop_now(house->loop);
	struct wrong *wrong = &house->wrongs[hash % HOUSE_WRONGS]; /* two addresses in one place: the later counts; the daemon's own limit stands */
	if (wrong->address != hash || now - wrong->since_ms >= WRONG_CODES_ADDRESS_MS)
		*wrong = (struct wrong){ .address = hash, .since_ms = now };
	return wrong;
}

/* Looks without counting: a right code of a person we know must pass. */
bool entrance_guesses(struct house *house, const char *address)
{
	struct rate rate = house->wrong_rate;
	uint64_t now = loop_now(house->loop);
	return wrong_of(house, address)->count >= WRONG_CODES_ADDRESS || !rate_take(&rate, WRONG_CODES_DAEMON / 60, WRONG_CODES_DAEMON, now);
}

void entrance_wrong(struct house *house, const char *address)
{
	struct wrong *wrong = wrong_of(house, address);
	wrong->count++;
	if (wrong->charged < WRONG_CODES_ADDRESS) { /* one address does not use up everybody's patience */
		wrong->charged++;
		rate_take(&house->wrong_rate, WRONG_CODES_DAEMON / 60, WRONG_CODES_DAEMON, loop_now(house->loop));
	}
}

static void admit(struct seat *seat);

static void wait_for(struct visit *visit, struct sid sid)
{
	struct seat *seat = visit->seat;
	struct hall *hall = house_visit(seat->house, sid);
	if (hall == NULL) {
		entrance_bye(seat, FAULT_later, CLOSE_LATER);
		return;
	}
	hall_sit(hall, seat);
	if (hall->open || hall->fault != FAULT_none)
		admit(seat);
}

/* A newcomer from where many wrong codes came is asked to come back a little later, whether the code is right or not; one whose token we know is let in. */
static void bye_guess(struct seat *seat, bool guessing)
{
	entrance_bye(seat, guessing ? FAULT_too_many_codes : FAULT_no_session, guessing ? CLOSE_LATER : CLOSE_REFUSED);
}

/* While the journal cannot be asked: is it the code of a session that is here? */
static bool open_by_code(const struct house *house, struct code code, struct sid *sid)
{
	for (int b = 0; b < HOUSE_BUCKETS; b++)
		for (const struct hall *hall = house->halls[b]; hall; hall = hall->next)
			if (hall_serves(hall) && strcmp(session_code(hall->session).text, code.text) == 0) {
				*sid = hall->sid;
				return true;
			}
	return false;
}

static void on_found(enum journal_status status, struct sid sid, void *ctx)
{
	struct visit *visit = CAST(ctx, visit);
	struct seat *seat = visit->seat;
	visit->searching = false;
	if (seat == NULL || seat->state == SEAT_LEAVING) {
		visit_free(visit);
		return;
	}
	if (status != JOURNAL_OK && status != JOURNAL_ABSENT) { /* nobody knows now whether the code is right */
		visit->away = true;
		if (open_by_code(visit->house, visit->code, &sid))
			wait_for(visit, sid);
		else
			entrance_bye(seat, FAULT_later, CLOSE_LATER);
		return;
	}
	if (status == JOURNAL_ABSENT) {
		entrance_wrong(visit->house, visit->address);
		bye_guess(seat, visit->guessing);
		return;
	}
	wait_for(visit, sid);
}

void entrance_hello(struct seat *seat, const struct hello *hello)
{
	struct house *house = seat->house;
	struct visit *visit = seat->visit;
	struct digest hash = digest_plain(slice_of(hello->token, sizeof hello->token));
	struct sid sid;
	struct code code;
	memcpy(seat->token_hash, hash.bytes, sizeof seat->token_hash);
	seat->has_secret = hello->has_secret;
	memcpy(seat->secret, hello->secret, sizeof seat->secret);
	seat->lane = hello->lane;
	seat->state = SEAT_WAITING;
	visit->door = hello->door;
	visit->term = hello->term;
	visit->done = hello->done;
	if (sid_parse(hello->place, &sid)) {
		wait_for(visit, sid);
	} else if (hello->door == DOOR_PARTICIPANT && code_parse(hello->place, &code)) {
		visit->guessing = entrance_guesses(house, visit->address);
		visit->searching = true;
		visit->code = code;
		house->journal.ops->find(house->journal.self, code, on_found, visit);
	} else {
		entrance_bye(seat, FAULT_no_session, CLOSE_REFUSED);
	}
}

static void welcome(struct seat *seat)
{
	struct session *s = seat->hall->session;
	struct welcome it = { .sid = seat->hall->sid, .code = session_code(s), .roles = session_roles(s, seat->actor), .actor = seat->actor };
	pack_clear(&seat->house->scratch);
	welcome_encode(&it, &seat->house->scratch);
	intake_say(seat);
}

/* ---- who has been elsewhere ---- */

/* The page has seen entries that have not come here: another instance was faster. Or its link is not known here: it may have been made a moment ago. An instance that
 * is behind neither judges nor answers. */
static bool is_behind(const struct seat *seat)
{
	const struct hall *hall = seat->hall;
	const struct visit *visit = seat->visit;
	const struct journal *journal = &seat->house->journal;
	uint32_t term = session_term(hall->session);
#if BOLLPLANK_BUG == 60 /* who is behind answers all the same */
	return false;
#endif
	if (visit->term > term || (visit->term == term && visit->done > session_seq(hall->session)))
		return true;
	return visit->door == DOOR_LINK && !session_actor(hall->session, seat->token_hash) && !journal->ops->level(journal->self, hall->sid);
}

static void behind_end(struct seat *seat)
{
	if (seat->visit && seat->visit->behind_ms && seat->hall)
		seat->hall->behind--;
	if (seat->visit)
		seat->visit->behind_ms = 0;
}

static void on_behind(void *ctx);

static void behind_plan(struct hall *hall)
{
	uint64_t now = loop_now(hall->house->loop), due = UINT64_MAX;
	for (size_t i = 0; i < hall->seats.count; i++) {
		const struct seat *seat = hall->seats.at[i];
		if (seat->state == SEAT_WAITING && seat->visit->behind_ms && seat->visit->behind_ms < due)
			due = seat->visit->behind_ms;
	}
	loop_stop(hall->house->loop, hall->behind_timer);
	hall->behind_timer = due == UINT64_MAX ? NULL : loop_after(hall->house->loop, due > now ? due - now : 0, on_behind, hall);
}

/* true: it waits, or was sent away; false: it may come in. Where nothing more is to come, what it has seen is in this history no more. */
static bool behind_wait(struct seat *seat)
{
	struct hall *hall = seat->hall;
	const struct journal *journal = &seat->house->journal;
	uint64_t now = loop_now(seat->house->loop), until = seat->visit->behind_ms;
	if (!is_behind(seat))
		return false;
	if (until == 0) {
		trace(TRACE_INFO, "behind", "session=%s term=%u done=%llu seq=%llu", hall->sid.text, seat->visit->term, (unsigned long long)seat->visit->done,
		      (unsigned long long)session_seq(hall->session));
		seat->visit->behind_ms = now + BEHIND_MS;
		hall->behind++;
		behind_plan(hall);
		return true;
	}
	if (now < until)
		return true;
	if (journal->ops->level(journal->self, hall->sid))
		return false;
	behind_end(seat);
	entrance_bye(seat, FAULT_elsewhere, CLOSE_LATER);
	return true;
}

static void admit_waiting(struct hall *hall)
{
	for (size_t i = 0; i < hall->seats.count; i++)
		if (hall->seats.at[i]->state == SEAT_WAITING)
			admit(hall->seats.at[i]);
}

static void on_behind(void *ctx)
{
	struct hall *hall = CAST(ctx, hall);
	hall->behind_timer = NULL;
	if (!hall_serves(hall))
		return; /* history is being loaded anew: then they are looked at, and waited for, again */
	admit_waiting(hall);
	behind_plan(hall);
}

void entrance_entry(struct hall *hall)
{
	if (hall->behind)
		admit_waiting(hall);
}

void entrance_finish(struct hall *hall)
{
	loop_stop(hall->house->loop, hall->behind_timer);
	hall->behind_timer = NULL;
}

/* The session is there: who is this? The answers to a wrong sid, a wrong token and a revoked link are the same. */
static void admit(struct seat *seat)
{
	struct hall *hall = seat->hall;
	struct house *house = seat->house;
	bool guess = seat->visit->guessing || seat->visit->away; /* to whom a right code and a wrong one must look the same, in time too */
	bool stranger = guess && hall->fault == FAULT_none && session_actor(hall->session, seat->token_hash) == 0;
#if BOLLPLANK_BUG == 95 /* the time of an answer tells a right code */
	stranger = false;
#endif
	if (hall->fault == FAULT_none && !stranger && behind_wait(seat))
		return;
	behind_end(seat);
	struct visit visit = *seat->visit;
	uint32_t actor = hall->fault == FAULT_none ? session_actor(hall->session, seat->token_hash) : 0;
	bool is_link = (actor & ACTOR_LINK) != 0;
	if (hall->fault != FAULT_none) {
		entrance_bye(seat, hall->fault, entrance_close_code(hall->fault));
	} else if (is_link != (visit.door == DOOR_LINK)) {
		entrance_bye(seat, FAULT_no_session, CLOSE_REFUSED);
	} else if (visit.away && actor == 0 && BOLLPLANK_BUG != 98) { /* 98: a right code opens while nobody counts the wrong ones */
		entrance_bye(seat, FAULT_later, CLOSE_LATER);
	} else if (visit.guessing && actor == 0) {
		bye_guess(seat, true);
	} else if (!is_link && (hall->seats.count > LIMIT_SESSION_CONNECTIONS || house->seats.count > LIMIT_CONNECTIONS)) {
		entrance_bye(seat, FAULT_full, CLOSE_LATER);
	} else {
		struct wrong *wrong = wrong_of(house, visit.address);
		wrong->count -= wrong->count > 0; /* a hall behind one address types badly now and then, and well mostly */
		visit_free(seat->visit);
		seat->state = SEAT_IN;
		rate_fill(&seat->rate, is_link ? BURST_STAFF : BURST_MEMBER, loop_now(house->loop));
		house->transport->limit(seat->conn, is_link ? LIMIT_MESSAGE_STAFF : LIMIT_MESSAGE);
		entrance_name(seat, actor);
		trace(TRACE_INFO, "hello", "session=%s actor=%u term=%u done=%llu", hall->sid.text, actor, visit.term, (unsigned long long)visit.done);
		welcome(seat);
		intake_keys(seat);
		fanout_enter(seat, visit.term, visit.done);
	}
}

void entrance_hall_open(struct hall *hall)
{
	admit_waiting(hall);
	if (hall->behind)
		behind_plan(hall);
}

/* Members that were only in the lost part of history have no number any more, or another. */
void entrance_reset(struct hall *hall)
{
	for (size_t i = 0; i < hall->seats.count; i++) {
		struct seat *seat = hall->seats.at[i];
		if (seat->state != SEAT_IN)
			continue;
		uint32_t actor = session_actor(hall->session, seat->token_hash), before = seat->actor;
		entrance_name(seat, actor);
		if (actor != before)
			welcome(seat);
		intake_keys(seat);
		fanout_reset(seat);
	}
}

/* ---- the connection itself ---- */

void entrance_opened(struct house *house, struct conn *conn, const char *address)
{
	struct seat *seat = check_alloc(1, sizeof *seat);
	seat->magic = MAGIC_seat;
	seat->conn = conn;
	seat->house = house;
	seat->house_index = (uint32_t)house->seats.count;
	seats_add(&house->seats, seat);
	house->transport->set_seat(conn, seat);
	struct visit *visit = check_alloc(1, sizeof *visit);
	*visit = (struct visit){ .magic = MAGIC_visit, .house = house, .seat = seat, .next = house->visits };
	if (house->visits)
		house->visits->before = visit;
	house->visits = visit;
	snprintf(visit->address, sizeof visit->address, "%s", address);
	seat->visit = visit;
	if (house->stopping)
		entrance_leave(seat, CLOSE_GOING);
}

void entrance_closed(struct seat *seat)
{
	struct house *house = seat->house;
	behind_end(seat);
	if (seat->visit) {
		seat->visit->seat = NULL;
		if (!seat->visit->searching)
			visit_free(seat->visit);
	}
	for (uint32_t at = seat->pending, next; at; at = next) { /* what it asked for goes on without it */
		next = house->pendings[at - 1].next;
		house->pendings[at - 1].seat = NULL;
		house->pendings[at - 1].next = 0;
	}
	if (seat->hall) {
		struct hall *hall = seat->hall;
		fanout_leave(seat);
		if (named(seat))
			place_remove(seat);
		hall_rise(seat);
		if (hall->seats.count == 0 && hall->exports == 0 && (hall->fault == FAULT_no_session || hall->fault == FAULT_later) && !hall->reading &&
		    !house->stopping)
			hall_close(hall); /* whoever guesses sids does not fill the house; what could not be read is tried anew */
	}
	seats_forget(&house->leaving, seat);
	struct seat *last = house->seats.at[--house->seats.count];
	house->seats.at[seat->house_index] = last;
	last->house_index = seat->house_index;
	while (seat->queued)
		frame_drop(seat->queue[--seat->queued]);
	free(seat->queue);
	free(seat->keys);
	explicit_bzero(seat->secret, sizeof seat->secret);
	seat->magic = 0;
	free(seat);
}
