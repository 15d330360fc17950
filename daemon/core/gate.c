/* SPDX-License-Identifier: EUPL-1.2 */
/* The gate of a rating: when all who are present in a room have answered, the discussion opens there. Who is present only the house knows; what it has seen is an
 * entry, and names the phase that it saw. */
#include "base/check.h"
#include "core/state.h"

bool gate_opened(const struct asking *asking, uint32_t room)
{
	for (uint32_t i = 0; i < asking->gates_count; i++)
		if (asking->gates[i] == room)
			return true;
	return false;
}

static bool gated(const struct activity *a)
{
	return a && a->kind->gated && a->kind->gated(blob_slice(&a->config));
}

/* Somebody in the room has more time than the others: it is waited for. */
static bool extra_in(const struct session *s, const struct activity *a, uint32_t room)
{
#if BOLLPLANK_BUG == 40 /* extra time is cut short when the others have answered */
	return false;
#endif
	for (uint32_t i = 0; i < a->extras_count; i++)
		if (a->extras[i].running && session_room(s, a->extras[i].member) == room)
			return true;
	return false;
}

/* Sheets that the room has announced are answers of people who are present. */
static bool waits_for_paper(const struct activity *a, uint32_t room)
{
#if BOLLPLANK_BUG == 101 /* the discussion opens, and the sheets come too late */
	return false;
#endif
	return papers_missing(&a->askings[a->round - 1], room) > 0;
}

static enum fault placed_read(const struct entry *entry, uint64_t *round, uint64_t *since)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 2);
	*round = unpack_uint(in, UINT32_MAX);
	*since = unpack_uint(in, UINT64_MAX);
	return form_done(in);
}

enum fault check_placed(const struct session *s, const struct entry *entry)
{
	const struct activity *a = activity_of(s, entry->subject.a);
	uint64_t round, since, seq;
	uint32_t room = entry->subject.b & SCOPE_NUMBER;
	if (placed_read(entry, &round, &since) != FAULT_none || entry->subject.b == SCOPE_SESSION || !gated(a))
		return FAULT_malformed;
	phase_in(s, entry->subject.a, entry->subject.b, &seq);
#if BOLLPLANK_BUG == 41 /* what was seen of an earlier phase opens a discussion */
	since = seq;
#endif
	bool waits = round == a->round && since == seq && !gate_opened(&a->askings[a->round - 1], room) && !extra_in(s, a, room);
	if (!a->secret && waits_for_paper(a, room)) /* of a secret one the house alone has asked: no verdict hangs on what will be struck */
		waits = false;
	return waits ? FAULT_none : FAULT_stale;
}

/* The phase has been set (session.c): what goes with it. */
void apply_placed(struct session *s, const struct entry *entry)
{
	struct asking *asking = asking_of(s, entry->subject.a, 0);
	asking->gates = check_realloc(asking->gates, asking->gates_count + 1, sizeof *asking->gates);
	asking->gates[asking->gates_count++] = entry->subject.b & SCOPE_NUMBER;
	deadlines_settle(s, entry->subject.b, entry);
}

/* The cursor counts rooms within activities. */
bool session_gate(const struct session *s, unsigned *cursor, struct gate *out)
{
	while (*cursor / (LIMIT_ROOMS + 1) < s->activities_count) {
		uint32_t number = *cursor / (LIMIT_ROOMS + 1) + 1, room = ++*cursor % (LIMIT_ROOMS + 1);
		const struct activity *a = activity_of(s, number);
		if (room == 0)
			continue;
		if (!gated(a) || room > s->rooms_count || a->phases_count == 0) {
			*cursor = number * (LIMIT_ROOMS + 1);
			continue;
		}
		uint64_t since;
		uint32_t phase = phase_in(s, number, SCOPE_ROOM | room, &since);
		if (s->rooms[room - 1].count == 0 || !(phase & (PHASE_OPEN | PHASE_CLOSING)) || gate_opened(&a->askings[a->round - 1], room) ||
		    extra_in(s, a, room) || waits_for_paper(a, room))
			continue;
		*out = (struct gate){ .activity = number, .room = room, .round = a->round, .since = since, .secret = a->secret };
		return true;
	}
	return false;
}

uint64_t session_gate_newest(const struct session *s, const struct gate *gate)
{
	const struct asking *asking = asking_of(s, gate->activity, gate->round);
	uint64_t newest = 0;
	for (uint32_t at = map_get(&asking->by_room, gate->room + UINT64_C(1)); at; at = asking->ballots[at - 1].next_in_room)
		if (asking->ballots[at - 1].seq > newest)
			newest = asking->ballots[at - 1].seq;
	return newest;
}

void session_gate_form(const struct gate *gate, struct pack *out)
{
	pack_array(out, 2);
	pack_uint(out, gate->round);
	pack_uint(out, gate->since);
}
