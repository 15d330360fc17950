/* SPDX-License-Identifier: EUPL-1.2 */
/* Who holds which ballot, and what they add up to. Holders and bytes only: what a ballot means its kind knows. */
#include "base/check.h"
#include "base/digest.h"
#include "core/state.h"

/* round 0: the running one */
struct asking *asking_of(const struct session *s, uint32_t activity, uint32_t round)
{
	const struct activity *a = activity_of(s, activity);
	if (a == NULL || round > a->round)
		return NULL;
	return &a->askings[(round ? round : a->round) - 1];
}

void asking_finish(struct asking *asking)
{
	for (uint32_t i = 0; i < asking->count; i++)
		blob_finish(&asking->ballots[i].bytes);
	for (uint32_t g = 0; g < asking->groups_count; g++) {
		for (uint32_t b = 0; b < asking->groups[g].ballots_count; b++)
			blob_finish(&asking->groups[g].ballots[b]);
		free(asking->groups[g].ballots);
		free(asking->groups[g].rooms);
	}
	free(asking->groups);
	free(asking->ballots);
	free(asking->keys);
	free(asking->seqs);
	map_finish(&asking->by_holder);
	map_finish(&asking->by_key);
	map_finish(&asking->by_room);
	*asking = (struct asking){ 0 };
}

static uint64_t prefix_of(const uint8_t key[16])
{
	uint64_t prefix = 0;
	for (int i = 0; i < 8; i++)
		prefix = prefix << 8 | key[i];
	return prefix;
}

/* Finds again what restore does not bring. */
static void ballot_index(struct asking *asking, uint32_t at)
{
	struct ballot *ballot = &asking->ballots[at - 1];
	map_set(&asking->by_holder, ballot->holder, at);
	ballot->next_in_room = map_get(&asking->by_room, ballot->room + UINT64_C(1));
	map_set(&asking->by_room, ballot->room + UINT64_C(1), at);
}

void asking_index(struct asking *asking)
{
	for (uint32_t i = 1; i <= asking->count; i++)
		ballot_index(asking, i);
	for (uint32_t i = 0; i < asking->keys_count; i++)
		map_set(&asking->by_key, prefix_of(asking->keys[i].key), i + 1);
}

const struct ballot *ballot_find(const struct asking *asking, uint64_t holder)
{
	uint32_t at = map_get(&asking->by_holder, holder);
	return at ? &asking->ballots[at - 1] : NULL;
}

struct voter_key *key_find(const struct asking *asking, const uint8_t key[16])
{
	uint32_t at = map_get(&asking->by_key, prefix_of(key));
	return at && memcmp(asking->keys[at - 1].key, key, 16) == 0 ? &asking->keys[at - 1] : NULL;
}

/* --- casting --- */

/* An empty ballot takes back, whatever the kind. */
static enum fault check_bytes(const struct activity *activity, struct slice ballot)
{
	struct subset subset;
	if (ballot.len == 0)
		return FAULT_none;
	subset_of(activity, &subset);
	return activity->kind->check_ballot(blob_slice(&activity->config), &subset, ballot);
}

static void cast(struct session *s, uint32_t activity, uint64_t holder, uint32_t room, struct slice bytes, uint64_t seq)
{
	struct asking *asking = asking_of(s, activity, 0);
	uint32_t at = map_get(&asking->by_holder, holder);
	if (at == 0) {
		if (asking->count == asking->room) {
			asking->room = asking->room ? 2 * asking->room : 8;
			asking->ballots = check_realloc(asking->ballots, asking->room, sizeof *asking->ballots);
		}
		asking->ballots[asking->count++] = (struct ballot){ .holder = holder, .room = room, .count = 1 };
		at = asking->count;
		ballot_index(asking, at);
	}
	struct ballot *ballot = &asking->ballots[at - 1];
	blob_set(&ballot->bytes, bytes);
	ballot->seq = seq;
}

static enum fault ballot_read(const struct entry *entry, uint32_t *round, struct slice *ballot)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 3);
	*round = (uint32_t)unpack_uint(in, UINT32_MAX);
	unpack_uint(in, UINT32_MAX); /* the tenure of the pen: rooms have none yet, then anybody in the room may */
	*ballot = unpack_bin(in, 0, LIMIT_BALLOT);
	return form_done(in); /* ballot is borrowed from the entry's form and stays good */
}

enum fault check_ballot(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	uint32_t round;
	struct slice ballot;
	enum fault fault = ballot_read(entry, &round, &ballot);
	if (fault != FAULT_none)
		return fault;
	if (activity->secret)
		return FAULT_not_allowed; /* intake makes a secret_ballot of it */
	if (round != activity->round)
		return FAULT_stale;
	if (activity->holder == HOLDER_ROOM && member_of(s, entry->name.who)->room == 0)
		return FAULT_no_room;
	return check_bytes(activity, ballot);
}

void apply_ballot(struct session *s, const struct entry *entry)
{
	uint32_t round, activity = entry->subject.a, room = s->members[entry->name.who - 1].room;
	struct slice ballot;
	ballot_read(entry, &round, &ballot);
	bool by_room = activity_of(s, activity)->holder == HOLDER_ROOM;
	uint64_t holder = by_room ? room : entry->name.who;
	cast(s, activity, holder, room, ballot, entry->seq);
	room = ballot_find(asking_of(s, activity, 0), holder)->room;
	if (by_room)
		touch(s, SECTION_room_ballots, room, 0, activity, entry->seq);
	else
		touch(s, SECTION_ballots, entry->name.who, 0, activity, entry->seq);
	touch(s, SECTION_result, activity, 0, round, entry->seq);
	if (room)
		touch(s, SECTION_result, activity, room, round, entry->seq);
}

/* --- secret ballots --- */

enum { KEY = 16, LENGTH = 2 };

static enum fault secret_read(const struct entry *entry, uint32_t *round, const uint8_t **key, struct slice *ballot)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 3);
	*round = (uint32_t)unpack_uint(in, UINT32_MAX);
	struct slice key_bytes = unpack_bin(in, KEY, KEY), padded = unpack_bin(in, LENGTH, LENGTH + LIMIT_BALLOT);
	enum fault fault = form_done(in);
	if (fault != FAULT_none)
		return fault;
	size_t len = (size_t)padded.at[0] << 8 | padded.at[1];
	if (len > padded.len - LENGTH)
		return FAULT_malformed;
	*key = key_bytes.at;
	*ballot = slice_of(padded.at + LENGTH, len);
	return FAULT_none;
}

static size_t longest_of(const struct activity *activity)
{
	struct subset all = { 0 };
	for (uint32_t i = 1; i <= activity->items_count; i++)
		subset_add(&all, i); /* hidden ones too: hiding one changes no length */
	return activity->kind->longest(blob_slice(&activity->config), &all);
}

bool session_secret_form(const struct session *s, uint32_t activity, uint32_t round, const uint8_t key[16], struct slice ballot, struct pack *out)
{
	const struct activity *a = activity_of(s, activity);
	uint8_t padded[LENGTH + LIMIT_BALLOT] = { (uint8_t)(ballot.len >> 8), (uint8_t)ballot.len };
	size_t longest = a ? longest_of(a) : 0;
	if (a == NULL || ballot.len > longest || longest > LIMIT_BALLOT)
		return false;
	if (ballot.len)
		memcpy(padded + LENGTH, ballot.at, ballot.len);
	pack_array(out, 3);
	pack_uint(out, round);
	pack_bin(out, slice_of(key, KEY));
	pack_bin(out, slice_of(padded, LENGTH + longest));
	return true;
}

enum fault check_secret_ballot(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	uint32_t round;
	const uint8_t *key;
	struct slice ballot;
	enum fault fault = secret_read(entry, &round, &key, &ballot);
	if (fault != FAULT_none)
		return fault;
	if (!activity->secret)
		return FAULT_not_allowed;
	if (round != activity->round || activity->askings[round - 1].sealed)
		return FAULT_stale;
	if (entry->subject.b && !room_of(s, entry->subject.b))
		return FAULT_no_room;
	const struct asking *asking = &activity->askings[round - 1];
	if (!key_find(asking, key) && asking->keys_count >= s->members_count)
		return FAULT_electorate;
	return check_bytes(activity, ballot);
}

/* Remembers the entry for striking, and finds or makes the key and its lane. NULL: no such asking, sealed, or a key too many. */
struct lane *secret_lane(struct session *s, const struct entry *entry, bool make)
{
	uint32_t round;
	const uint8_t *bytes;
	struct slice ballot;
	uint64_t dropped;
	if (secret_read(entry, &round, &bytes, &ballot) != FAULT_none)
		return NULL;
	struct asking *asking = asking_of(s, entry->subject.a, round);
	if (asking == NULL || round == 0 || asking->sealed)
		return NULL;
	struct voter_key *key = key_find(asking, bytes);
	if (!make)
		return key ? lanes_find(&key->lanes, entry->name.lane) : NULL;
	if (key == NULL) {
		if (asking->keys_count >= s->members_count)
			return NULL;
		if (asking->keys_count == asking->keys_room) {
			asking->keys_room = asking->keys_room ? 2 * asking->keys_room : 8;
			asking->keys = check_realloc(asking->keys, asking->keys_room, sizeof *asking->keys);
		}
		key = &asking->keys[asking->keys_count++];
		*key = (struct voter_key){ 0 };
		memcpy(key->key, bytes, KEY);
		map_set(&asking->by_key, prefix_of(bytes), asking->keys_count);
	}
	struct lane *lane = lanes_open(&key->lanes, entry->name.lane, &dropped);
	if (dropped)
		sections_remove(&s->sections, mine_of(entry->subject.a, round, (uint32_t)(key - asking->keys) + 1), dropped, entry->seq);
	return lane;
}

void apply_secret_ballot(struct session *s, const struct entry *entry)
{
	uint32_t round;
	const uint8_t *bytes;
	struct slice ballot;
	CHECK(secret_read(entry, &round, &bytes, &ballot) == FAULT_none);
	struct asking *asking = asking_of(s, entry->subject.a, round);
	uint32_t key = (uint32_t)(key_find(asking, bytes) - asking->keys) + 1;
	cast(s, entry->subject.a, key, entry->subject.b, ballot, entry->seq);
	struct section mine = mine_of(entry->subject.a, round, key);
	touch(s, mine.kind, mine.a, mine.b, 0, entry->seq);
}

uint32_t ballot_room(const struct session *s, const struct entry *entry)
{
	const struct asking *asking = asking_of(s, entry->subject.a, 0);
	const struct ballot *ballot;
	if (entry->command == COMMAND_secret_ballot) {
		uint32_t round;
		const uint8_t *bytes;
		struct slice unused;
		const struct voter_key *key = secret_read(entry, &round, &bytes, &unused) == FAULT_none ? key_find(asking, bytes) : NULL;
		ballot = key ? ballot_find(asking, (uint64_t)(key - asking->keys) + 1) : NULL;
		return ballot ? ballot->room : entry->subject.b;
	}
	uint32_t room = session_room(s, entry->name.who);
	ballot = activity_of(s, entry->subject.a)->holder == HOLDER_ROOM ? NULL : ballot_find(asking, entry->name.who);
	return ballot ? ballot->room : room;
}

/* --- what they add up to --- */

static int order_counted(const void *x, const void *y)
{
	const struct counted *a = x, *b = y;
	int order = slice_order(a->bytes, b->bytes);
	return order ? order : (a->count > b->count) - (a->count < b->count);
}

static void counts_pack(const struct activity *activity, struct counted *counted, size_t count, bool held_back, struct pack *out)
{
	uint64_t heads = 0;
	struct pack tally;
	pack_init(&tally);
	for (size_t i = 0; i < count; i++)
		heads += counted[i].count;
	if (!held_back) {
		qsort(counted, count, sizeof *counted, order_counted);
		struct ballots ballots = { counted, count };
		activity->kind->tally(blob_slice(&activity->config), &ballots, &tally);
	}
	pack_array(out, 4);
	pack_uint(out, count);
	pack_uint(out, heads);
	pack_uint(out, held_back);
	pack_bin(out, pack_bytes(&tally));
	pack_finish(&tally);
}

static void only_number_pack(uint64_t ballots, struct pack *out)
{
	pack_array(out, 4);
	pack_uint(out, ballots);
	pack_uint(out, ballots);
	pack_uint(out, 1);
	pack_bin(out, slice_of(NULL, 0));
}

static void sealed_pack(const struct activity *activity, const struct asking *asking, uint32_t room, struct pack *out)
{
	if (room == 0 && asking->groups_count == 0) {
		only_number_pack(asking->sealed_total, out);
		return;
	}
	struct counted *counted = check_alloc(asking->sealed_total, sizeof *counted);
	size_t count = 0;
	bool alone = room == 0;
	for (uint32_t g = 0; g < asking->groups_count; g++) {
		const struct group *group = &asking->groups[g];
		bool own = room && group->rooms_count == 1 && group->rooms[0] == room;
		alone |= own;
		for (uint32_t b = 0; (own || room == 0) && b < group->ballots_count && count < asking->sealed_total; b++)
			counted[count++] = (struct counted){ blob_slice(&group->ballots[b]), 1 };
	}
	if (alone)
		counts_pack(activity, counted, count, false, out);
	else
		only_number_pack(0, out); /* how many there were in a room that is held back is not told either: a difference of totals would tell more */
	free(counted);
}

void result_pack(const struct session *s, uint32_t activity, uint32_t round, uint32_t room, struct pack *out)
{
	const struct activity *a = activity_of(s, activity);
	const struct asking *asking = asking_of(s, activity, round);
	if (a->secret) {
		if (asking->sealed)
			sealed_pack(a, asking, room, out);
		else
			only_number_pack(0, out);
		return;
	}
	/* Of a room its own chain only: with hundreds of rooms each is drawn at every turn of the grid. */
	uint32_t at = room ? map_get(&asking->by_room, room + UINT64_C(1)) : asking->count, most = 0;
	for (uint32_t next = at; next; next = room ? asking->ballots[next - 1].next_in_room : next - 1)
		most++;
	struct counted *counted = check_alloc(most, sizeof *counted);
	size_t count = 0;
	for (; at; at = room ? asking->ballots[at - 1].next_in_room : at - 1) {
		const struct ballot *ballot = &asking->ballots[at - 1];
		if (ballot->bytes.len)
			counted[count++] = (struct counted){ blob_slice(&ballot->bytes), ballot->count };
	}
	counts_pack(a, counted, count, false, out);
	free(counted);
}

/* --- what the house asks --- */

bool session_secret(const struct session *s, uint32_t activity, uint32_t *round)
{
	const struct activity *a = activity_of(s, activity);
	if (a && round)
		*round = a->round;
	return a && a->secret;
}

bool session_secret_may(const struct session *s, const struct entry *entry, uint32_t member)
{
	if (asking_of(s, entry->subject.a, 0) == NULL)
		return false;
	uint32_t phase = phase_in_room(s, entry->subject.a, ballot_room(s, entry));
	return phase & (PHASE_OPEN | PHASE_CLOSING) || (phase == PHASE_CLOSED && has_extra(s, entry->subject.a, member));
}

bool session_key_of(const struct session *s, struct section section, struct eyes_key *out)
{
	uint32_t activity = section.a % MINE_ROUND, round = section.a / MINE_ROUND;
	const struct asking *asking = round ? asking_of(s, activity, round) : NULL;
	if (asking == NULL || section.b == 0 || section.b > asking->keys_count)
		return false;
	*out = (struct eyes_key){ .activity = activity, .round = round };
	memcpy(out->key, asking->keys[section.b - 1].key, sizeof out->key);
	return true;
}

bool session_open_activity(const struct session *s, unsigned *cursor, struct progress *out)
{
	while (*cursor < s->activities_count) {
		uint32_t number = ++*cursor;
		const struct activity *a = activity_of(s, number);
		for (uint32_t i = 0; a && i < a->phases_count; i++)
			if (a->phases[i].phase & (PHASE_OPEN | PHASE_CLOSING)) {
				*out = (struct progress){ .activity = number, .secret = a->secret };
				return true;
			}
	}
	return false;
}

bool session_has_ballot(const struct session *s, uint32_t activity, uint32_t member)
{
	const struct activity *a = activity_of(s, activity);
	if (a == NULL || a->secret || !member_of(s, member))
		return false;
	uint64_t holder = a->holder == HOLDER_ROOM ? member_of(s, member)->room : member;
	const struct ballot *ballot = ballot_find(&a->askings[a->round - 1], holder);
	return ballot && ballot->bytes.len;
}

uint32_t session_ballots(const struct session *s, uint32_t activity)
{
	const struct asking *asking = asking_of(s, activity, 0);
	uint32_t count = asking && asking->sealed ? asking->sealed_total : 0;
	for (uint32_t i = 0; asking && i < asking->count; i++)
		count += asking->ballots[i].bytes.len > 0;
	return count;
}
