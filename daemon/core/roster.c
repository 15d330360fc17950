/* SPDX-License-Identifier: EUPL-1.2 */
/* Members, links, organisations, rooms; and the lanes in which they send. */
#include "base/check.h"
#include "base/digest.h"
#include "core/state.h"

/* --- lanes --- */

struct lane *lanes_find(struct lanes *lanes, uint64_t lane)
{
	for (uint32_t i = 0; i < lanes->count; i++)
		if (lanes->at[i].lane == lane)
			return &lanes->at[i];
	return NULL;
}

struct lane *lanes_open(struct lanes *lanes, uint64_t lane, uint64_t *dropped)
{
	struct lane *found = lanes_find(lanes, lane);
	*dropped = 0;
	if (found)
		return found;
	if (lanes->count == LIMIT_LANES) { /* the one that has been silent the longest: not the phone in use */
		uint32_t oldest = 0;
		for (uint32_t i = 1; i < LIMIT_LANES; i++)
			if (lanes->at[i].seq < lanes->at[oldest].seq)
				oldest = i;
		*dropped = lanes->at[oldest].lane;
		memmove(lanes->at + oldest, lanes->at + oldest + 1, (LIMIT_LANES - 1 - oldest) * sizeof *lanes->at);
		lanes->count--;
	}
	lanes->at[lanes->count] = (struct lane){ .lane = lane };
	return &lanes->at[lanes->count++];
}

/* --- finding --- */

const struct member *member_of(const struct session *s, uint32_t number)
{
	return number >= 1 && number <= s->members_count ? &s->members[number - 1] : NULL;
}

const struct link *link_of(const struct session *s, uint32_t actor)
{
	uint32_t number = actor & ~ACTOR_LINK;
	bool is = actor != ACTOR_HOUSE && (actor & ACTOR_LINK) && number >= 1 && number <= s->links_count;
	return is && s->links[number - 1].role ? &s->links[number - 1] : NULL;
}

const struct room *room_of(const struct session *s, uint32_t number)
{
	return number >= 1 && number <= s->rooms_count ? &s->rooms[number - 1] : NULL;
}

static uint64_t prefix_of(const uint8_t hash[32])
{
	uint64_t prefix = 0;
	for (int i = 0; i < 8; i++)
		prefix = prefix << 8 | hash[i];
	return prefix;
}

/* Two tokens whose hashes begin alike would hide the earlier from its owner; nobody gains by that, and it is the same on every instance. */
void token_note(struct session *s, const uint8_t hash[32], uint32_t value)
{
	map_set(&s->by_token, prefix_of(hash), value);
}

uint32_t token_find(const struct session *s, const uint8_t hash[32])
{
	uint32_t value = map_get(&s->by_token, prefix_of(hash));
	if (value > LIMIT_MEMBERS) {
		const struct link *link = &s->links[value - LIMIT_MEMBERS - 1];
		return memcmp(link->token_hash, hash, 32) == 0 ? (value - LIMIT_MEMBERS) | ACTOR_LINK : 0;
	}
	const struct member *member = member_of(s, value);
	return member && memcmp(member->token_hash, hash, 32) == 0 ? value : 0;
}

struct lanes *lanes_of(struct session *s, uint32_t actor)
{
	if (link_of(s, actor))
		return &s->links[(actor & ~ACTOR_LINK) - 1].lanes;
	return member_of(s, actor) ? &s->members[actor - 1].lanes : NULL;
}

/* --- rooms --- */

static uint32_t smallest_room(const struct session *s)
{
	uint32_t best = 0;
	for (uint32_t r = 1; r <= s->rooms_count; r++)
		if (s->rooms[r - 1].used && (best == 0 || s->rooms[r - 1].count < s->rooms[best - 1].count))
			best = r;
	return best;
}

static uint32_t *count_in(struct session *s, uint32_t room)
{
	return room ? &s->rooms[room - 1].count : &s->roomless;
}

/* Names of large rooms are not sent: crossing the bound changes what many see. */
static void count_change(struct session *s, uint32_t room, int by, uint64_t seq)
{
	uint32_t *count = count_in(s, room), before = *count;
	*count = by > 0 ? before + 1 : before - 1;
	if ((before > LIMIT_NAMES_ROOM) != (*count > LIMIT_NAMES_ROOM)) {
		s->eyes_changed = true;
		if (room && before > LIMIT_NAMES_ROOM)
			s->rooms[room - 1].names_seq = seq;
	}
	touch(s, SECTION_seats, 0, 0, room, seq);
}

static void place_member(struct session *s, uint32_t number, uint32_t room, const struct entry *entry)
{
	struct member *member = &s->members[number - 1];
	uint64_t seq = entry->seq;
	if (member->room == room)
		return;
	room_leave(s, member->room, number, entry);
	sections_remove(&s->sections, section_of(SECTION_members, member->room, 0), number, seq);
	count_change(s, member->room, -1, seq);
	member->room = room;
	member->room_seq = seq;
	count_change(s, room, 1, seq);
	touch(s, SECTION_members, room, 0, number, seq);
	touch(s, SECTION_me, number, 0, 0, seq);
}

static void make_rooms(struct session *s, uint32_t count, uint64_t seq)
{
	if (count <= s->rooms_count)
		return;
	s->rooms = check_realloc(s->rooms, count, sizeof *s->rooms);
	for (uint32_t r = s->rooms_count + 1; r <= count; r++) {
		s->rooms[r - 1] = (struct room){ 0 };
		touch(s, SECTION_rooms, 0, 0, r, seq);
		touch(s, SECTION_seats, 0, 0, r, seq);
	}
	s->rooms_count = count;
}

enum fault check_rooms(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	size_t rows = unpack_array(in);
	enum fault fault = rows ? FAULT_none : FAULT_malformed;
	uint8_t *seen = check_alloc(1, s->members_count + LIMIT_ROOMS + 2);
	uint8_t *room_seen = seen + s->members_count + 1;
	for (size_t i = 0; i < rows && unpack_ok(in) && fault == FAULT_none; i++) {
		size_t count = unpack_array(in);
		uint64_t room = unpack_uint(in, UINT32_MAX);
		if (room == 0 || room > LIMIT_ROOMS || room > s->rooms_count + rows)
			fault = room > LIMIT_ROOMS ? FAULT_full : FAULT_no_room;
		else if (room_seen[room]++)
			fault = FAULT_malformed;
		for (size_t m = 1; m < count && unpack_ok(in) && fault == FAULT_none; m++) {
			uint64_t member = unpack_uint(in, UINT32_MAX);
			if (!member_of(s, (uint32_t)member))
				fault = FAULT_no_member;
			else if (seen[member]++)
				fault = FAULT_malformed;
		}
	}
	enum fault end = fault == FAULT_none ? form_done(in) : (unpack_destroy(in), fault);
	free(seen);
	return end;
}

void apply_rooms(struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	size_t rows = unpack_array(in);
	uint8_t *seated = check_alloc(1, s->members_count + 1);
	uint32_t *planned = check_alloc(rows, sizeof *planned);
	for (uint32_t r = 0; r < s->rooms_count; r++)
		s->rooms[r].used = false;
	for (size_t i = 0; i < rows; i++) {
		size_t count = unpack_array(in);
		uint32_t room = (uint32_t)unpack_uint(in, UINT32_MAX);
		make_rooms(s, room, entry->seq);
		planned[i] = room;
		for (size_t m = 1; m < count; m++) {
			uint32_t member = (uint32_t)unpack_uint(in, UINT32_MAX);
			seated[member] = 1;
			place_member(s, member, room, entry);
		}
	}
	form_done(in);
	for (size_t i = 0; i < rows; i++) /* now: a room from which everybody goes is out of use, unless the plan has it */
		s->rooms[planned[i] - 1].used = true;
	free(planned);
	/* Who came between the drawing of the plan and its place in the order. First out of their rooms, so that the smallest is found among the plan's. */
	for (uint32_t m = 1; m <= s->members_count; m++)
		if (!seated[m] && s->members[m - 1].room && !s->rooms[s->members[m - 1].room - 1].used)
			place_member(s, m, 0, entry);
	for (uint32_t m = 1; m <= s->members_count; m++)
		if (!seated[m] && s->members[m - 1].room == 0)
			place_member(s, m, smallest_room(s), entry);
	free(seated);
}

enum fault check_room_put(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_array(in);
	uint32_t room = entry->subject.a;
	if (room == 0 || room > s->rooms_count + 1 || room > LIMIT_ROOMS) {
		unpack_destroy(in);
		return room > LIMIT_ROOMS ? FAULT_full : FAULT_no_room;
	}
	return form_done(in);
}

void apply_room_put(struct session *s, const struct entry *entry)
{
	uint32_t number = entry->subject.a;
	bool is_new = number > s->rooms_count;
	make_rooms(s, number, entry->seq);
	struct room *room = &s->rooms[number - 1];
	if (is_new)
		room->used = true;
	blob_set(&room->text, entry->text);
	touch(s, SECTION_rooms, 0, 0, number, entry->seq);
}

enum fault check_move(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	size_t count = unpack_array(in);
	enum fault fault = count && count % 2 == 0 ? FAULT_none : FAULT_malformed;
	for (size_t i = 0; i + 1 < count && unpack_ok(in) && fault == FAULT_none; i += 2) {
		uint32_t member = (uint32_t)unpack_uint(in, UINT32_MAX), room = (uint32_t)unpack_uint(in, UINT32_MAX);
		if (!member_of(s, member))
			fault = FAULT_no_member;
		else if (room && !room_of(s, room))
			fault = FAULT_no_room;
	}
	if (fault == FAULT_none)
		return form_done(in);
	unpack_destroy(in);
	return fault;
}

void apply_move(struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	size_t count = unpack_array(in);
	for (size_t i = 0; i < count; i += 2) {
		uint32_t member = (uint32_t)unpack_uint(in, UINT32_MAX), room = (uint32_t)unpack_uint(in, UINT32_MAX);
		place_member(s, member, room, entry);
		if (room)
			s->rooms[room - 1].used = true;
	}
	form_done(in);
}

/* --- joining --- */

/* An organisation is known by the number that its name gives (session_organisation_of), so that people who name it at the same moment name the same one, and
 * no step has to look into a text. One too many is none: nobody is kept out for it. */
static uint32_t organisation_take(struct session *s, uint64_t name, const struct entry *entry)
{
	uint32_t number = name ? map_get(&s->by_organisation, name) : 0;
	if (number)
		return s->organisations[number - 1].merged_into ? s->organisations[number - 1].merged_into : number;
	if (name == 0 || s->organisations_count == LIMIT_ORGANISATIONS)
		return 0;
	s->organisations = check_realloc(s->organisations, s->organisations_count + 1, sizeof *s->organisations);
	struct organisation *made = &s->organisations[s->organisations_count++];
	*made = (struct organisation){ .name = name };
	struct pack words; /* the name of the organisation, not that of who typed it */
	pack_init(&words);
	if (entry->text.len)
		text_column(entry->text, 2, &words);
	blob_set(&made->text, pack_bytes(&words));
	pack_finish(&words);
	map_set(&s->by_organisation, name, s->organisations_count);
	touch(s, SECTION_organisations, 0, 0, s->organisations_count, entry->seq);
	return s->organisations_count;
}

enum fault check_join(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 3);
	struct slice token = unpack_bin(in, 32, 32), secret = unpack_bin(in, 0, 32);
	unpack_uint(in, ORGANISATION_MAX);
	uint32_t known = unpack_ok(in) ? token_find(s, token.at) : 0;
	bool proper = entry->name.number == 1 && (secret.len == 0 || secret.len == 32);
	enum fault fault = form_done(in);
	if (fault != FAULT_none || !proper)
		return FAULT_malformed;
	if (known)
		return link_of(s, known) && link_of(s, known)->revoked ? FAULT_no_link : FAULT_none;
	if (s->over)
		return FAULT_over;
	return s->members_count < LIMIT_MEMBERS ? FAULT_none : FAULT_full;
}

void apply_join(struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 3);
	struct slice token = unpack_bin(in, 32, 32), secret = unpack_bin(in, 0, 32);
	uint64_t organisation = unpack_uint(in, ORGANISATION_MAX);
	uint32_t actor = token_find(s, token.at);
	if (actor == 0) {
		if (s->members_count == s->members_room) {
			s->members_room = s->members_room ? 2 * s->members_room : 16;
			s->members = check_realloc(s->members, s->members_room, sizeof *s->members);
		}
		actor = ++s->members_count;
		struct member *member = &s->members[actor - 1];
		*member = (struct member){ .joined_seq = entry->seq, .room_seq = entry->seq, .has_secret = secret.len == 32 };
		memcpy(member->token_hash, token.at, 32);
		if (secret.len)
			memcpy(member->secret_hash, secret.at, 32);
		blob_set(&member->text, entry->text);
		member->organisation = organisation_take(s, organisation, entry);
		member->room = smallest_room(s);
		token_note(s, token.at, actor);
		count_change(s, member->room, 1, entry->seq);
		touch(s, SECTION_members, member->room, 0, actor, entry->seq);
	}
	form_done(in);
	touch(s, SECTION_me, actor, 0, 0, entry->seq);
}

enum fault check_profile(const struct session *s, const struct entry *entry)
{
	(void)s;
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 1);
	unpack_uint(in, ORGANISATION_MAX);
	return form_done(in);
}

void apply_profile(struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 1);
	uint64_t organisation = unpack_uint(in, ORGANISATION_MAX);
	uint32_t actor = entry->name.who;
	form_done(in);
	struct member *member = &s->members[actor - 1];
	blob_set(&member->text, entry->text);
	member->organisation = organisation_take(s, organisation, entry);
	touch(s, SECTION_members, member->room, 0, actor, entry->seq);
	touch(s, SECTION_me, actor, 0, 0, entry->seq);
}

/* --- links and organisations --- */

enum fault check_link_put(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 2);
	uint64_t role = unpack_uint(in, UINT32_MAX);
	struct slice token = unpack_bin(in, 32, 32);
	bool taken = unpack_ok(in) && token_find(s, token.at);
	enum fault fault = form_done(in);
	if (fault != FAULT_none || (role != ROLE_FACILITATOR && role != ROLE_SCREEN))
		return FAULT_malformed;
	if (taken)
		return FAULT_taken;
	uint32_t number = entry->subject.a;
	if (number != s->links_count + 1)
		return number == 0 || number > s->links_count ? FAULT_no_link : FAULT_taken; /* a link is revoked, not rotated */
	return s->links_count < LIMIT_LINKS ? FAULT_none : FAULT_full;
}

void apply_link_put(struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 2);
	uint32_t role = (uint32_t)unpack_uint(in, UINT32_MAX);
	struct slice token = unpack_bin(in, 32, 32);
	s->links = check_realloc(s->links, s->links_count + 1, sizeof *s->links);
	struct link *link = &s->links[s->links_count++];
	*link = (struct link){ .role = role, .seq = entry->seq };
	memcpy(link->token_hash, token.at, 32);
	form_done(in);
	blob_set(&link->text, entry->text);
	token_note(s, link->token_hash, LIMIT_MEMBERS + s->links_count);
	touch(s, SECTION_links, 0, 0, s->links_count, entry->seq);
	touch(s, SECTION_me, s->links_count | ACTOR_LINK, 0, 0, entry->seq);
}

static uint32_t facilitators(const struct session *s)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < s->links_count; i++)
		count += s->links[i].role == ROLE_FACILITATOR && !s->links[i].revoked;
	return count;
}

enum fault check_link_revoke(const struct session *s, const struct entry *entry)
{
	const struct link *link = link_of(s, entry->subject.a | ACTOR_LINK);
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 0);
	enum fault fault = form_done(in);
	if (fault != FAULT_none)
		return fault;
	if (link == NULL || entry->subject.a & ACTOR_LINK || link->revoked)
		return FAULT_no_link;
	return link->role == ROLE_FACILITATOR && facilitators(s) == 1 ? FAULT_not_allowed : FAULT_none; /* nobody could do anything any more */
}

void apply_link_revoke(struct session *s, const struct entry *entry)
{
	s->links[entry->subject.a - 1].revoked = true;
	touch(s, SECTION_links, 0, 0, entry->subject.a, entry->seq);
	touch(s, SECTION_me, entry->subject.a | ACTOR_LINK, 0, 0, entry->seq);
	s->eyes_changed = true;
}

enum fault check_merge(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_arrays(in, 0);
	enum fault fault = form_done(in);
	uint32_t a = entry->subject.a, b = entry->subject.b;
	if (fault != FAULT_none)
		return fault;
	bool fine = a && b && a != b && a <= s->organisations_count && b <= s->organisations_count;
	return fine && !s->organisations[a - 1].merged_into && !s->organisations[b - 1].merged_into ? FAULT_none : FAULT_no_organisation;
}

void apply_merge(struct session *s, const struct entry *entry)
{
	for (uint32_t o = 0; o < s->organisations_count; o++)
		if (o + 1 == entry->subject.a || s->organisations[o].merged_into == entry->subject.a) {
			s->organisations[o].merged_into = entry->subject.b;
			touch(s, SECTION_organisations, 0, 0, o + 1, entry->seq);
		}
	for (uint32_t m = 1; m <= s->members_count; m++)
		if (s->members[m - 1].organisation == entry->subject.a) {
			s->members[m - 1].organisation = entry->subject.b;
			touch(s, SECTION_members, s->members[m - 1].room, 0, m, entry->seq);
			touch(s, SECTION_me, m, 0, 0, entry->seq);
		}
}

/* --- what others ask --- */

/* The second word of the first row: the organisation in the text of a join or profile. */
static struct slice named_in(struct unpack *in)
{
	if (unpack_array(in) && unpack_array(in) >= 3) {
		unpack_skip(in);
		unpack_skip(in);
		return unpack_str(in, LIMIT_TEXT);
	}
	return slice_of(NULL, 0);
}

/* Spaces around and doubled, and the case of A to Z, make no other name. More than that is the facilitator's `merge`. */
static size_t name_fold(struct slice name, uint8_t *out)
{
	size_t n = 0;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t b = name.at[i];
		if (b == ' ' && (n == 0 || out[n - 1] == ' '))
			continue;
		out[n++] = b >= 'A' && b <= 'Z' ? (uint8_t)(b - 'A' + 'a') : b;
	}
	return n && out[n - 1] == ' ' ? n - 1 : n;
}

uint64_t session_organisation_of(struct slice text)
{
	static const struct unpack_limits limits = { .depth = 2, .values = 64, .bytes = LIMIT_TEXT };
	struct unpack *in = unpack_create(text, &limits);
	struct slice name = named_in(in);
	uint8_t folded[LIMIT_NAME];
	size_t len = name.len <= sizeof folded ? name_fold(name, folded) : 0;
	uint64_t number = 0;
	if (len) {
		struct digest digest = digest_plain(slice_of(folded, len));
		for (int i = 0; i < 6; i++)
			number = number << 8 | digest.bytes[i];
		number += number == 0;
	}
	unpack_destroy(in);
	return number;
}
