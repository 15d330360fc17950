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
	free(asking->gates);
	free(asking->papers);
	free(asking->entered);
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
enum fault ballot_check(const struct activity *activity, struct slice ballot)
{
	struct subset subset;
	if (ballot.len == 0)
		return FAULT_none;
	subset_of(activity, &subset);
	return activity->kind->check_ballot(blob_slice(&activity->config), &subset, ballot);
}

void ballot_cast(struct session *s, uint32_t activity, uint64_t holder, uint32_t room, uint32_t heads, struct slice bytes, uint64_t seq)
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
	ballot->count = heads;
	ballot->seq = seq;
}

struct told { /* what a `ballot` says */
	uint32_t round, tenure;
	struct slice ballot; /* borrowed from the entry's form or text */
};

/* An answer in words whose words were struck: it counts, and nobody casts such a one. [["", ""]] */
static const uint8_t removed[] = { 0x91, 0x92, 0xa0, 0xa0 };
#define REMOVED slice_of(removed, sizeof removed)

static enum fault ballot_read(const struct activity *activity, const struct entry *entry, struct told *out)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 3);
	out->round = (uint32_t)unpack_uint(in, UINT32_MAX);
	out->tenure = (uint32_t)unpack_uint(in, UINT32_MAX);
	out->ballot = unpack_bin(in, 0, LIMIT_BALLOT);
	enum fault fault = form_done(in);
	if (fault != FAULT_none)
		return fault;
	if (activity->kind->in_words ? out->ballot.len : entry->text.len)
		return FAULT_malformed; /* answered in words, or not */
	if (activity->kind->in_words)
		out->ballot = entry->struck & ENTRY_TEXT ? REMOVED : entry->text;
	return FAULT_none;
}

/* A room's ballot is its note-taker's to cast. While nobody holds the pen, anybody in the room may. */
static enum fault check_pen(const struct session *s, const struct entry *entry, uint32_t tenure)
{
	uint32_t number = member_of(s, entry->name.who)->room;
	if (number == 0)
		return FAULT_no_room;
	const struct room *room = room_of(s, number);
#if BOLLPLANK_BUG == 48 /* anybody in the room casts what the pen holds */
	return FAULT_none;
#endif
	uint32_t holder = pen_holder(room);
	if (tenure && tenure != room->pen.tenure)
		return FAULT_stale;
	return holder && holder != entry->name.who ? FAULT_pen_needed : FAULT_none;
}

enum fault check_ballot(const struct session *s, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	struct told told;
	enum fault fault = ballot_read(activity, entry, &told);
	if (fault != FAULT_none)
		return fault;
	if (activity->secret)
		return FAULT_not_allowed; /* intake makes a secret_ballot of it */
	if (told.round != activity->round)
		return FAULT_stale;
	fault = activity->holder == HOLDER_ROOM ? check_pen(s, entry, told.tenure) : FAULT_none;
	bool struck = activity->kind->in_words && entry->struck & ENTRY_TEXT; /* it was proper, as far as anybody can still say */
	return fault == FAULT_none && !struck ? ballot_check(activity, told.ballot) : fault;
}

void apply_ballot(struct session *s, const struct entry *entry)
{
	uint32_t activity = entry->subject.a, room = s->members[entry->name.who - 1].room;
	struct told told;
	ballot_read(activity_of(s, activity), entry, &told);
	bool by_room = activity_of(s, activity)->holder == HOLDER_ROOM;
	uint64_t holder = by_room ? room : entry->name.who;
	const struct ballot *before = by_room ? ballot_find(asking_of(s, activity, 0), holder) : NULL;
	if (by_room && (before == NULL || !slice_equal(blob_slice(&before->bytes), told.ballot)))
		accords_drop(s, room, activity, entry->seq);
	ballot_cast(s, activity, holder, room, 1, told.ballot, entry->seq);
	room = ballot_find(asking_of(s, activity, 0), holder)->room;
	if (by_room)
		touch(s, SECTION_room_ballots, room, 0, activity, entry->seq);
	else
		touch(s, SECTION_ballots, entry->name.who, 0, activity, entry->seq);
	touch(s, SECTION_result, activity, 0, told.round, entry->seq);
	if (room)
		touch(s, SECTION_result, activity, room, told.round, entry->seq);
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

bool ballot_pad(const struct session *s, uint32_t activity, struct slice ballot, struct pack *out)
{
	const struct activity *a = activity_of(s, activity);
	uint8_t padded[LENGTH + LIMIT_BALLOT] = { (uint8_t)(ballot.len >> 8), (uint8_t)ballot.len };
	size_t longest = a ? longest_of(a) : 0;
	if (a == NULL || ballot.len > longest || longest > LIMIT_BALLOT)
		return false;
	if (ballot.len)
		memcpy(padded + LENGTH, ballot.at, ballot.len);
	pack_bin(out, slice_of(padded, LENGTH + longest));
	return true;
}

bool session_secret_form(const struct session *s, uint32_t activity, uint32_t round, const uint8_t key[16], struct slice ballot, struct pack *out)
{
	struct pack padded;
	pack_init(&padded);
	bool fine = ballot_pad(s, activity, ballot, &padded);
	if (fine) {
		pack_array(out, 3);
		pack_uint(out, round);
		pack_bin(out, slice_of(key, KEY));
		pack_raw(out, pack_bytes(&padded));
	}
	pack_finish(&padded);
	return fine;
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
	if (!key_find(asking, key) && asking->keys_count >= s->members_count + papers_total(asking))
		return FAULT_electorate;
	return ballot_check(activity, ballot);
}

struct voter_key *key_make(struct asking *asking, const uint8_t bytes[16])
{
	if (asking->keys_count == asking->keys_room) {
		asking->keys_room = asking->keys_room ? 2 * asking->keys_room : 8;
		asking->keys = check_realloc(asking->keys, asking->keys_room, sizeof *asking->keys);
	}
	struct voter_key *key = &asking->keys[asking->keys_count++];
	*key = (struct voter_key){ 0 };
	memcpy(key->key, bytes, KEY);
	map_set(&asking->by_key, prefix_of(bytes), asking->keys_count);
	return key;
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
		if (asking->keys_count >= s->members_count + papers_total(asking))
			return NULL;
		key = key_make(asking, bytes);
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
	ballot_cast(s, entry->subject.a, key, entry->subject.b, 1, ballot, entry->seq);
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

/* The ballots behind a result, sorted by bytes, voters left out. */
struct drawn {
	struct counted *counted; /* the caller's to free */
	size_t count;
	uint64_t number;         /* how many may be said */
	uint64_t papers;         /* how many of them came in on paper */
	bool held_back;          /* not to be shown: a number at most */
};

static struct drawn only_number(uint64_t number)
{
	return (struct drawn){ .number = number, .held_back = true };
}

static struct drawn draw_sealed(const struct asking *asking, uint32_t room)
{
	if (room == 0 && asking->groups_count == 0)
		return only_number(asking->sealed_total);
	struct drawn drawn = { .counted = check_alloc(asking->sealed_total, sizeof *drawn.counted) };
	bool alone = room == 0;
	for (uint32_t g = 0; g < asking->groups_count; g++) {
		const struct group *group = &asking->groups[g];
		bool own = room && group->rooms_count == 1 && group->rooms[0] == room;
		alone |= own;
		for (uint32_t b = 0; (own || room == 0) && b < group->ballots_count && drawn.count < asking->sealed_total; b++)
			drawn.counted[drawn.count++] = (struct counted){ blob_slice(&group->ballots[b]), 1 };
	}
	drawn.number = drawn.count;
	if (alone)
		return drawn;
	free(drawn.counted);
	return only_number(0); /* how many there were in a room that is held back is not told either: a difference of totals would tell more */
}

static struct drawn draw(const struct activity *a, const struct asking *asking, uint32_t room)
{
	struct drawn drawn = { 0 };
	if (a->secret)
		drawn = asking->sealed ? draw_sealed(asking, room) : only_number(0);
	else {
		/* Of a room its own chain only: with hundreds of rooms each is drawn at every turn of the grid. */
		uint32_t at = room ? map_get(&asking->by_room, room + UINT64_C(1)) : asking->count, most = 0;
		for (uint32_t next = at; next; next = room ? asking->ballots[next - 1].next_in_room : next - 1)
			most++;
		drawn.counted = check_alloc(most, sizeof *drawn.counted);
		for (; at; at = room ? asking->ballots[at - 1].next_in_room : at - 1) {
			const struct ballot *ballot = &asking->ballots[at - 1];
			if (ballot->bytes.len == 0)
				continue;
			drawn.counted[drawn.count++] = (struct counted){ blob_slice(&ballot->bytes), ballot->count };
			drawn.papers += on_paper(a, asking, ballot);
		}
		drawn.number = drawn.count;
	}
	if (a->secret && !(drawn.held_back && room)) { /* which of them they are nobody knows any more */
		uint64_t announced = room ? paper_count(asking->papers, asking->papers_count, room) : papers_total(asking);
		drawn.papers = announced < drawn.number ? announced : drawn.number;
	}
	if (drawn.count)
		qsort(drawn.counted, drawn.count, sizeof *drawn.counted, order_counted);
	return drawn;
}

static uint64_t heads_of(const struct drawn *drawn)
{
	uint64_t heads = drawn->held_back ? drawn->number : 0;
	for (size_t i = 0; i < drawn->count; i++)
		heads += drawn->counted[i].count;
	return heads;
}

static int order_standings(const void *x, const void *y)
{
	const struct standing *a = x, *b = y;
	return (a->id > b->id) - (a->id < b->id);
}

/* Shown items (by 0) or their groups (by 1), ids ascending, each with what the ballots give it; a person counts once in each. */
static uint32_t standings_sum(const struct activity *a, const struct drawn *drawn, uint32_t by, struct standing *rows)
{
	uint32_t row_of[LIMIT_ITEMS + 1] = { 0 }, count = 0;
	for (uint32_t i = 1; i <= a->items_count; i++) {
		const struct item *item = &a->items[i - 1];
		uint32_t id = by ? item->group : i, at = 0;
		if (!item->used || item->hidden || id == 0)
			continue;
		while (at < count && rows[at].id != id)
			at++;
		if (at == count)
			rows[count++] = (struct standing){ .id = id };
	}
	if (count == 0)
		return 0; /* most questions have no groups: their ballots are not read a second time */
	qsort(rows, count, sizeof *rows, order_standings);
	for (uint32_t i = 1; i <= a->items_count; i++)
		for (uint32_t at = 0; a->items[i - 1].used && (!a->items[i - 1].hidden || BOLLPLANK_BUG == 45) && at < count; at++) /* 45: hidden ones count */
			if (rows[at].id == (by ? a->items[i - 1].group : i))
				row_of[i] = at + 1;
	uint32_t asked = 0, worth = 0; /* of the last value asked for: a kind reads its config each time */
	for (size_t b = 0; b < drawn->count; b++) {
		struct votes votes;
		bool seen[LIMIT_ITEMS] = { false };
		if (votes_read(drawn->counted[b].bytes, NULL, &votes) != FAULT_none)
			continue; /* only proper ballots were taken */
		for (size_t v = 0; v < votes.count; v++) {
			uint32_t row = row_of[votes.at[v].item];
			if (row == 0)
				continue;
			if (votes.at[v].value != asked) {
				asked = votes.at[v].value;
				worth = a->kind->points(blob_slice(&a->config), asked);
			}
			rows[row - 1].total += (uint64_t)worth * drawn->counted[b].count;
			rows[row - 1].voters += seen[row - 1] ? 0 : drawn->counted[b].count;
			seen[row - 1] = true;
		}
	}
	return count;
}

uint32_t standings_of(const struct session *s, uint32_t activity, uint32_t round, uint32_t by, struct standing **out)
{
	const struct activity *a = activity_of(s, activity);
	struct drawn drawn = draw(a, asking_of(s, activity, round), 0);
	*out = check_alloc(LIMIT_ITEMS, sizeof **out);
	uint32_t count = standings_sum(a, &drawn, by, *out);
	free(drawn.counted);
	return count;
}

/* [group, sum, voters, ...], those with none left out; nothing where items have no groups or ballots no points. */
static void groups_pack(const struct activity *a, const struct drawn *drawn, struct pack *out)
{
	struct standing rows[LIMIT_ITEMS];
	uint32_t count = drawn->held_back || a->kind->points == NULL ? 0 : standings_sum(a, drawn, 1, rows), some = 0;
	for (uint32_t i = 0; i < count; i++)
		some += rows[i].total > 0;
	if (count == 0)
		return;
	pack_array(out, 3 * (size_t)some);
	for (uint32_t i = 0; i < count; i++)
		if (rows[i].total) {
			pack_uint(out, rows[i].id);
			pack_uint(out, rows[i].total);
			pack_uint(out, rows[i].voters);
		}
}

static void bin_pack(struct pack *bytes, struct pack *out)
{
	pack_bin(out, pack_bytes(bytes));
	pack_finish(bytes);
}

void result_pack(const struct session *s, uint32_t activity, uint32_t round, uint32_t room, struct pack *out)
{
	const struct activity *a = activity_of(s, activity);
	const struct asking *asking = asking_of(s, activity, round);
	struct drawn drawn = draw(a, asking, room);
	struct ballots ballots = { drawn.counted, drawn.count };
	struct pack tally, groups;
	pack_init(&tally);
	pack_init(&groups);
	if (!drawn.held_back)
		a->kind->tally(blob_slice(&a->config), &ballots, &tally);
	groups_pack(a, &drawn, &groups);
	pack_array(out, 6);
	pack_uint(out, drawn.number);
	pack_uint(out, heads_of(&drawn));
	pack_uint(out, drawn.held_back);
	bin_pack(&tally, out);
	bin_pack(&groups, out);
	pack_uint(out, drawn.papers);
	free(drawn.counted);
}

bool session_words(const struct session *s, uint32_t activity, uint32_t round, uint32_t room, struct pack *out)
{
	const struct activity *a = activity_of(s, activity);
	const struct asking *asking = round ? asking_of(s, activity, round) : NULL;
	if (asking == NULL || !a->kind->all_words)
		return false;
	struct drawn drawn = draw(a, asking, room);
	struct ballots ballots = { drawn.counted, drawn.count };
	if (!drawn.held_back)
		a->kind->all_words(&ballots, out);
	free(drawn.counted);
	return !drawn.held_back;
}

void band_pack(const struct session *s, uint32_t activity, uint32_t room, struct pack *out)
{
	const struct activity *a = activity_of(s, activity);
	struct drawn drawn = draw(a, asking_of(s, activity, 0), room);
	struct ballots ballots = { drawn.counted, drawn.count };
	struct pack brief;
	pack_init(&brief);
	if (!drawn.held_back && drawn.count < LIMIT_BAND && BOLLPLANK_BUG != 43) { /* of fewer, mean and quartiles are nearly the answers themselves */
		free(drawn.counted);
		drawn = only_number(0);
	}
	if (!drawn.held_back)
		a->kind->brief(blob_slice(&a->config), &ballots, &brief);
	pack_array(out, 5);
	pack_uint(out, a->round);
	pack_uint(out, drawn.number);
	pack_uint(out, heads_of(&drawn));
	pack_uint(out, drawn.held_back);
	bin_pack(&brief, out);
	free(drawn.counted);
}

/* --- what the house asks --- */

bool session_secret(const struct session *s, uint32_t activity, uint32_t *round)
{
	const struct activity *a = activity_of(s, activity);
	if (a && round)
		*round = a->round;
	return a && a->secret;
}

bool session_in_words(const struct session *s, uint32_t activity)
{
	const struct activity *a = activity_of(s, activity);
	return a && a->kind->in_words;
}

bool session_has_key_ballot(const struct session *s, const struct eyes_key *key)
{
	const struct asking *asking = key->round ? asking_of(s, key->activity, key->round) : NULL;
	const struct voter_key *voter = asking ? key_find(asking, key->key) : NULL;
	const struct ballot *ballot = voter ? ballot_find(asking, (uint64_t)(voter - asking->keys) + 1) : NULL;
	return ballot && ballot->bytes.len;
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
