/* SPDX-License-Identifier: EUPL-1.2 */
/* The step: who may, in which phase, is it proper; then change. The state machine is protocol/tbl/commands.h. */
#include "core/session.h"
#include "base/check.h"
#include "base/digest.h"
#include "core/state.h"
#include "wire/command.h"

struct session *session_create(struct sid sid)
{
	struct session *s = check_alloc(1, sizeof *s);
	s->sid = sid;
	return s;
}

static void activity_finish(struct activity *activity)
{
	blob_finish(&activity->config);
	blob_finish(&activity->text);
	for (uint32_t i = 0; i < activity->items_count; i++)
		blob_finish(&activity->items[i].text);
	for (uint32_t r = 0; r < activity->round; r++)
		asking_finish(&activity->askings[r]);
	for (uint32_t i = 0; i < activity->groups_count; i++)
		blob_finish(&activity->groups[i].text);
	outcome_finish(&activity->outcome);
	blob_finish(&activity->ref);
	free(activity->groups);
	free(activity->items);
	free(activity->askings);
	free(activity->phases);
	free(activity->extras);
}

void session_destroy(struct session *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; i < s->members_count; i++)
		blob_finish(&s->members[i].text);
	for (uint32_t i = 0; i < s->links_count; i++)
		blob_finish(&s->links[i].text);
	for (uint32_t i = 0; i < s->organisations_count; i++)
		blob_finish(&s->organisations[i].text);
	for (uint32_t i = 0; i < s->rooms_count; i++)
		room_finish(&s->rooms[i]);
	for (uint32_t i = 0; i < s->steps_count; i++) {
		blob_finish(&s->steps[i].text);
		blob_finish(&s->steps[i].guide);
	}
	for (uint32_t i = 0; i < s->notes_count; i++)
		note_finish(&s->notes[i]);
	for (uint32_t i = 0; i < s->activities_count; i++)
		activity_finish(&s->activities[i]);
	blob_finish(&s->title);
	blob_finish(&s->guide);
	free(s->notes);
	map_finish(&s->by_note);
	blob_finish(&s->place.said);
	sections_finish(&s->sections);
	map_finish(&s->by_token);
	map_finish(&s->by_organisation);
	free(s->terms);
	free(s->members);
	free(s->links);
	free(s->organisations);
	free(s->rooms);
	free(s->steps);
	free(s->activities);
	free(s);
}

/* --- the table of commands --- */

enum {
	ANYONE = ROLE_ANYONE, PARTICIPANT = ROLE_PARTICIPANT, PEN = ROLE_PEN, FACILITATOR = ROLE_FACILITATOR, HOUSE = ROLE_HOUSE, INTAKE = ROLE_INTAKE,
	NONE = 0, READY = PHASE_READY, OPEN = PHASE_OPEN, CLOSING = PHASE_CLOSING, CLOSED = PHASE_CLOSED, SEALED = PHASE_SEALED, REVEALED = PHASE_REVEALED
};

struct row {
	const char *name;
	uint32_t roles, phases, becomes;
	enum fault (*check)(const struct session *s, const struct entry *entry);
	void (*apply)(struct session *s, const struct entry *entry);
};

static const struct row *row_of(uint16_t command)
{
	static const struct row rows[] = {
#define COMMAND(name, number, who, phases, becomes, form, meaning) [number] = { #name, who, phases, becomes, check_##name, apply_##name },
#include "tbl/commands.h"
#undef COMMAND
	};
	return command < sizeof rows / sizeof *rows && rows[command].check ? &rows[command] : NULL;
}

/* How many words a text may have in a row (0: one per item, any number) and how long each may be. */
static enum fault check_words(const struct entry *entry)
{
	enum { ANY = 255 };
	static const struct words {
		uint16_t command;
		uint8_t words; /* ANY: the command's own check counts them */
		uint16_t most;
	} rows[] = {
		{ COMMAND_create, 1, LIMIT_TITLE },   { COMMAND_join, 2, LIMIT_NAME },       { COMMAND_profile, 2, LIMIT_NAME },
		{ COMMAND_step_put, ANY, LIMIT_ITEM }, { COMMAND_activity_put, 2, LIMIT_ITEM }, { COMMAND_items_put, 0, LIMIT_ITEM },
		{ COMMAND_room_put, 2, LIMIT_TITLE }, { COMMAND_link_put, 1, LIMIT_NAME },   { COMMAND_say, 1, LIMIT_SAY },
		{ COMMAND_groups_put, 0, LIMIT_ITEM }, { COMMAND_guide_put, 1, LIMIT_GUIDE }, { COMMAND_note_put, 1, LIMIT_NOTE },
		{ COMMAND_ballot, 1, LIMIT_ANSWER }, { COMMAND_outcome, 1, LIMIT_SAY },
	};
	if (entry->text.len == 0)
		return FAULT_none; /* none, or struck */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].command == entry->command)
			return rows[i].words == ANY ? FAULT_none : text_check(entry->text, rows[i].words, rows[i].most);
	return FAULT_malformed;
}

static uint32_t roles_of_entry(const struct session *s, const struct entry *entry)
{
	if (entry->name.who == ACTOR_HOUSE) /* before anybody came, the house also writes down what the session was made with */
		return HOUSE | (s->begun ? 0u : FACILITATOR);
	if (entry->name.who == 0)
		return entry->command == COMMAND_secret_ballot ? INTAKE : ANYONE;
	return session_roles(s, entry->name.who);
}

/* The phase that a command about an activity finds. The session's, when it concerns all, is what all rooms together are in. */
static uint32_t phase_found(const struct session *s, const struct entry *entry)
{
	uint32_t activity = entry->subject.a, scope = entry->subject.b;
	if (entry->command == COMMAND_ballot || entry->command == COMMAND_secret_ballot || entry->command == COMMAND_agree)
		return phase_in_room(s, activity, ballot_room(s, entry));
	if (entry->command == COMMAND_proxy)
		return phase_in_room(s, activity, scope);
	uint32_t phase = phase_in(s, activity, scope, NULL);
	if (scope != SCOPE_SESSION || phase & (PHASE_SEALED | PHASE_REVEALED) || entry->command == COMMAND_open || entry->command == COMMAND_hold)
		return phase;
	if (entry->command == COMMAND_close || entry->command == COMMAND_look) { /* they concern what runs anywhere */
		const struct activity *a = activity_of(s, activity);
		for (uint32_t i = 0; i < a->phases_count; i++)
			if (a->phases[i].phase & (PHASE_OPEN | PHASE_CLOSING))
				return a->phases[i].phase;
		/* Asked in single rooms, and enough now: closing it in the session ends it for the rooms whose turn has not come. */
		return entry->command == COMMAND_close && phase == PHASE_READY && closed_everywhere(s, activity) ? PHASE_OPEN : phase;
	}
	return closed_everywhere(s, activity) ? PHASE_CLOSED : phase;
}

static enum fault check_phase(const struct session *s, const struct row *row, const struct entry *entry)
{
	if (row->phases == 0)
		return FAULT_none;
	if (!activity_of(s, entry->subject.a))
		return FAULT_no_activity;
	bool is_ballot = entry->command == COMMAND_ballot || entry->command == COMMAND_secret_ballot || entry->command == COMMAND_proxy ||
			 entry->command == COMMAND_agree; /* to one */
	if (!is_ballot && !scope_exists(s, entry->subject.b))
		return FAULT_no_room;
	uint32_t phase = phase_found(s, entry);
#if BOLLPLANK_BUG == 6 /* ballots are taken after the close */
	if (is_ballot && phase == PHASE_CLOSED)
		return FAULT_none;
#endif
	if (phase & row->phases)
		return FAULT_none;
	if (!is_ballot)
		return FAULT_wrong_phase;
	if (phase == PHASE_CLOSED && entry->command != COMMAND_proxy) {
		/* Extra time. Whose a secret ballot is, intake alone knows: while anybody's runs, it vouches. */
		const struct activity *a = activity_of(s, entry->subject.a);
		for (uint32_t i = 0; i < a->extras_count; i++)
			if (a->extras[i].running && (entry->command == COMMAND_secret_ballot || a->extras[i].member == entry->name.who))
				return FAULT_none;
	}
	return phase == PHASE_READY ? FAULT_wrong_phase : FAULT_closed;
}

/* After the end what is there can still be sealed, shown and hidden, and people may come in to look. */
static bool allowed_when_over(uint16_t command)
{
	switch (command) {
	case COMMAND_join: case COMMAND_seal: case COMMAND_reveal: case COMMAND_hide: case COMMAND_look: case COMMAND_show: case COMMAND_say:
	case COMMAND_outcome: case COMMAND_note_put: case COMMAND_tray_take: case COMMAND_link_revoke: case COMMAND_due: case COMMAND_extra_due: case COMMAND_end:
		return true;
	default:
		return false;
	}
}

/* What the entry's head alone tells; known of a struck one too. */
static enum fault judge_head(const struct session *s, const struct row *row, const struct entry *entry)
{
	if (!(roles_of_entry(s, entry) & row->roles))
		return FAULT_not_allowed;
	if (s->over && !allowed_when_over(entry->command))
		return FAULT_over;
	return check_phase(s, row, entry);
}

/* Changes nothing. */
static enum fault judge(const struct session *s, const struct row *row, const struct entry *entry)
{
	enum fault fault = judge_head(s, row, entry);
	if (fault == FAULT_none)
		fault = check_words(entry);
	return fault == FAULT_none ? row->check(s, entry) : fault;
}

static uint32_t becomes_of(const struct session *s, const struct row *row, const struct entry *entry)
{
	const struct activity *activity = activity_of(s, entry->subject.a);
	switch (entry->command) {
	case COMMAND_close: {
		struct unpack *in = form_read(entry);
		unpack_array(in);
		bool now = unpack_uint(in, 1) || s->grace_ms == 0;
		form_done(in);
		return now ? PHASE_CLOSED : PHASE_CLOSING;
	}
	case COMMAND_placed:
		return activity->secret && BOLLPLANK_BUG != 42 ? PHASE_CLOSED : PHASE_REVEALED; /* 42: a secret one is in sight before its seal */
	case COMMAND_hide:
		return activity->secret ? PHASE_SEALED : PHASE_CLOSED;
	case COMMAND_seal: { /* with the last part */
		struct unpack *in = form_read(entry);
		unpack_array(in);
		unpack_skip(in);
		uint64_t part = unpack_uint(in, UINT32_MAX), parts = unpack_uint(in, UINT32_MAX);
		unpack_destroy(in);
		return part == parts ? PHASE_SEALED : 0;
	}
	default:
		return row->becomes;
	}
}

static bool accepted(enum fault fault)
{
	return fault <= FAULT_recovered;
}

static void take(struct session *s, const struct row *row, const struct entry *entry)
{
	uint32_t becomes = becomes_of(s, row, entry);
	if (becomes)
		phase_set(s, entry->subject.a, entry->subject.b, becomes, entry->seq);
	row->apply(s, entry);
}

/* --- lanes --- */

/* What a lane says to a command's number before anybody judges. false: it must be judged. */
static bool lane_answers(const struct lane *lane, uint32_t number, enum fault *out)
{
#if BOLLPLANK_BUG == 1 /* repeats are always acknowledged: no memory of the verdict */
	if (lane->number >= number)
		((struct lane *)lane)->fault = FAULT_none;
#endif
	if (lane->number < number)
		return false;
	*out = lane->number == number ? (enum fault)lane->fault : FAULT_superseded;
	return true;
}

static uint32_t joining_actor(const struct session *s, const struct entry *entry)
{
	struct unpack *in = form_read(entry);
	unpack_array(in);
	struct slice token = unpack_bin(in, 32, 32);
	uint32_t actor = unpack_ok(in) ? token_find(s, token.at) : 0;
	unpack_destroy(in);
	return actor;
}

static struct lane *lane_of(struct session *s, const struct entry *entry, uint32_t *actor)
{
	if (entry->command == COMMAND_secret_ballot)
		return secret_lane(s, entry, false);
	*actor = entry->command == COMMAND_join ? joining_actor(s, entry) : entry->name.who;
	struct lanes *lanes = lanes_of(s, *actor);
	return lanes ? lanes_find(lanes, entry->name.lane) : NULL;
}

static void verdict_keep(struct session *s, struct lane *lane, uint32_t actor, const struct entry *entry, enum fault fault)
{
	lane->number = entry->name.number;
	lane->fault = (uint16_t)fault;
	lane->seq = entry->seq;
	if (entry->command != COMMAND_secret_ballot)
		touch(s, SECTION_verdicts, actor, 0, entry->name.lane, entry->seq);
}

static void lane_open(struct session *s, uint32_t actor, const struct entry *entry, enum fault fault)
{
	uint64_t dropped;
	struct lane *lane = lanes_open(lanes_of(s, actor), entry->name.lane, &dropped);
	if (dropped)
		sections_remove(&s->sections, section_of(SECTION_verdicts, actor, 0), dropped, entry->seq);
	verdict_keep(s, lane, actor, entry, fault);
}

/* --- secret entries --- */

static void secret_note(struct session *s, const struct entry *entry)
{
	struct asking *asking = asking_of(s, entry->subject.a, 0);
	if (asking == NULL)
		return;
	if (asking->seqs_count == asking->seqs_room) {
		asking->seqs_room = asking->seqs_room ? 2 * asking->seqs_room : 8;
		asking->seqs = check_realloc(asking->seqs, asking->seqs_room, sizeof *asking->seqs);
	}
	asking->seqs[asking->seqs_count++] = entry->seq;
	asking->strikes_due |= asking->sealed; /* too late for the seal, and struck all the same */
}

/* A paper ballot of a secret activity is named by its sheet. What its form says is struck with the seal, so only these verdicts may depend on it: it is proper, or of this
 * round. Whether so many were announced, intake asks (session_paper_may). */
static bool is_secret_paper(const struct session *s, const struct entry *entry)
{
	return entry->command == COMMAND_proxy && session_secret(s, entry->subject.a, NULL);
}

static enum fault step_secret(struct session *s, const struct row *row, const struct entry *entry)
{
	enum fault fault;
	struct asking *asking = asking_of(s, entry->subject.a, 0);
	secret_note(s, entry);
	if (entry->struck & ENTRY_FORM) {
		if (asking && !asking->sealed)
			asking->struck++;
		return FAULT_none; /* accepted, unknown */
	}
	struct lane *lane = secret_lane(s, entry, false);
	if (lane && lane_answers(lane, entry->name.number, &fault))
		return fault;
	fault = judge(s, row, entry);
	lane = secret_lane(s, entry, true);
	if (lane == NULL)
		return fault;
	if (fault == FAULT_none)
		take(s, row, entry);
	verdict_keep(s, lane, 0, entry, fault);
	struct unpack *in = form_read(entry);
	unpack_array(in);
	uint32_t round = (uint32_t)unpack_uint(in, UINT32_MAX);
	struct slice key = unpack_bin(in, 16, 16);
	struct asking *of = asking_of(s, entry->subject.a, round);
	struct section mine = mine_of(entry->subject.a, round, (uint32_t)(key_find(of, key.at) - of->keys) + 1);
	touch(s, mine.kind, mine.a, mine.b, entry->name.lane, entry->seq);
	unpack_destroy(in);
	return fault;
}

/* --- the step --- */

/* Whoever is named has a lane; a ballot by key names nobody, and its form can be struck. */
static enum fault check_name(const struct entry *entry)
{
	bool secret = entry->command == COMMAND_secret_ballot;
	if ((secret && entry->name.who != 0) || ((secret || entry->command == COMMAND_proxy) && !(entry->salted & ENTRY_FORM)))
		return FAULT_malformed;
	bool may = secret || entry->command == COMMAND_ballot || entry->command == COMMAND_agree || entry->command == COMMAND_proxy;
	if (entry->struck & ENTRY_FORM && !may)
		return FAULT_malformed; /* nothing else is ever written so that it can be struck */
	return entry->name.lane == 0 && entry->name.who != ACTOR_HOUSE ? FAULT_malformed : FAULT_none;
}

static enum fault step(struct session *s, const struct row *row, const struct entry *entry)
{
	enum fault fault;
	uint32_t actor = 0;
	fault = check_name(entry);
	if (fault != FAULT_none)
		return fault;
	if (entry->command == COMMAND_secret_ballot)
		return step_secret(s, row, entry);
	if (entry->name.who == ACTOR_HOUSE) {
		fault = judge(s, row, entry);
		if (fault == FAULT_none)
			take(s, row, entry);
		return fault;
	}
	struct lane *lane = lane_of(s, entry, &actor);
	if (lane && lane_answers(lane, entry->name.number, &fault)) {
		if (is_secret_paper(s, entry))
			secret_note(s, entry); /* it says the same once more */
		return fault;
	}
	if (lane == NULL && entry->command != COMMAND_join)
		return FAULT_lane_unknown;
	if (entry->struck & ENTRY_FORM) { /* a paper ballot: its form was proper, or its head says why not */
		struct asking *asking = asking_of(s, entry->subject.a, 0);
		fault = judge_head(s, row, entry);
		if (fault == FAULT_none && is_secret_paper(s, entry) && asking && !asking->sealed)
			asking->struck++;
	} else {
		fault = judge(s, row, entry);
		if (accepted(fault))
			take(s, row, entry);
	}
	if (is_secret_paper(s, entry) && (fault == FAULT_none || judge_head(s, row, entry) != FAULT_none))
		secret_note(s, entry);
	lane = lane_of(s, entry, &actor); /* anew: members and links may have moved in memory */
	if (lane)
		verdict_keep(s, lane, actor, entry, fault);
	else if (accepted(fault))
		lane_open(s, joining_actor(s, entry), entry, fault);
	return fault;
}

static void term_note(struct session *s, const struct entry *entry)
{
	if (s->terms_count && s->terms[s->terms_count - 1].term == entry->term)
		return;
	s->terms = check_realloc(s->terms, s->terms_count + 1, sizeof *s->terms);
	s->terms[s->terms_count++] = (struct history){ entry->term, entry->seq };
}

enum fault session_step(struct session *s, const struct entry *entry)
{
	const struct row *row = row_of(entry->command);
	if (s->stopped)
		return FAULT_unknown_command;
	CHECK(entry->seq == s->seq + 1);
	if (row == NULL || (entry->seq == 1 && entry->command != COMMAND_create)) {
		s->stopped = true;
		return FAULT_unknown_command;
	}
	s->seq = entry->seq;
	s->at_ms = entry->at_ms;
	term_note(s, entry);
	enum fault fault = step(s, row, entry);
	s->begun |= entry->name.who != ACTOR_HOUSE;
	if (entry->seq == 1 && fault != FAULT_none)
		s->stopped = true;
	return s->stopped ? FAULT_unknown_command : fault;
}

bool session_stopped(const struct session *s)
{
	return s->stopped;
}

bool session_newer(const struct session *s)
{
	return s->newer;
}

uint32_t session_rules(const struct session *s)
{
	return s->rules;
}

void session_rules_form(uint32_t rules, struct pack *out)
{
	pack_array(out, 1);
	pack_uint(out, rules);
}

enum fault session_would_refuse(const struct session *s, const struct entry *entry, bool *kept)
{
	const struct row *row = row_of(entry->command);
	struct session *looks = (struct session *)s; /* lanes are found through it, nothing is changed */
	enum fault fault;
	uint32_t actor = 0;
	*kept = false;
	if (s->stopped || row == NULL || (s->seq == 0 && entry->command != COMMAND_create))
		return FAULT_unknown_command;
	fault = check_name(entry);
	if (fault != FAULT_none)
		return fault;
	if (entry->name.who != ACTOR_HOUSE) {
		struct lane *lane = lane_of(looks, entry, &actor);
		if (lane && lane_answers(lane, entry->name.number, &fault)) {
			*kept = true;
			return fault;
		}
		if (lane == NULL && entry->command != COMMAND_join && entry->command != COMMAND_secret_ballot)
			return FAULT_lane_unknown;
	}
	fault = judge(s, row, entry);
	return accepted(fault) ? FAULT_none : fault;
}

/* --- where it stands --- */

uint64_t session_seq(const struct session *s)
{
	return s->seq;
}

uint32_t session_term(const struct session *s)
{
	return s->terms_count ? s->terms[s->terms_count - 1].term : 0;
}

uint64_t session_at_ms(const struct session *s)
{
	return s->at_ms;
}

uint32_t session_term_at(const struct session *s, uint64_t seq)
{
	for (uint32_t i = s->terms_count; i-- > 0 && seq <= s->seq;)
		if (seq >= s->terms[i].first_seq)
			return s->terms[i].term;
	return 0;
}

bool session_on_history(const struct session *s, uint32_t term, uint64_t seq)
{
	return seq == 0 || (seq <= s->seq && session_term_at(s, seq) == term);
}

struct code session_code(const struct session *s)
{
	return s->code;
}

bool session_rehearsal(const struct session *s)
{
	return s->rehearsal;
}

bool session_over(const struct session *s)
{
	return s->over;
}

uint64_t session_digest(const struct session *s)
{
	struct pack saved;
	uint64_t digest = 0;
	pack_init(&saved);
	session_save(s, &saved);
	struct digest whole = digest_plain(pack_bytes(&saved));
	pack_finish(&saved);
	for (int i = 0; i < 8; i++)
		digest = digest << 8 | whole.bytes[i];
	return digest;
}

/* --- who --- */

uint32_t session_actor(const struct session *s, const uint8_t token_hash[32])
{
	uint32_t actor = token_find(s, token_hash);
	const struct link *link = link_of(s, actor);
	return link && link->revoked ? 0 : actor;
}

unsigned session_roles(const struct session *s, uint32_t actor)
{
	const struct link *link = link_of(s, actor);
	if (link)
		return link->revoked ? 0 : ROLE_ANYONE | link->role;
	return member_of(s, actor) ? ROLE_ANYONE | ROLE_PARTICIPANT : ROLE_ANYONE;
}

uint32_t session_room(const struct session *s, uint32_t actor)
{
	const struct member *member = member_of(s, actor);
	return member ? member->room : 0;
}

bool session_secret_is(const struct session *s, uint32_t number, const uint8_t secret_hash[32])
{
	const struct member *member = member_of(s, number);
	return member && member->has_secret && digest_same(member->secret_hash, secret_hash, 32);
}

uint32_t session_members(const struct session *s)
{
	return s->members_count;
}

uint32_t session_rooms(const struct session *s)
{
	return s->rooms_count;
}

uint32_t session_member_organisation(const struct session *s, uint32_t number)
{
	const struct member *member = member_of(s, number);
	return member ? member->organisation : 0;
}

/* --- what an instance must watch --- */

/* Of a scope its time (0) and its grace (1). */
static bool deadline_waits(const struct session *s, uint32_t scope, unsigned which, struct wait *out)
{
	const struct place *place = place_of(s, scope);
	const struct deadline *deadline = which ? &place->grace : &place->time;
	*out = (struct wait){ .command = COMMAND_due, .subject = { 0, scope }, .generation = deadline->generation, .since_seq = deadline->seq,
			      .since_ms = deadline->at_ms, .after_ms = deadline->duration_ms };
	return deadline->duration_ms > 0;
}

static bool seal_wanted(const struct session *s, uint32_t number, struct wait *out)
{
	const struct activity *a = activity_of(s, number);
	if (a == NULL || !a->secret || a->askings[a->round - 1].sealed || !seal_ready(s, number))
		return false;
	*out = (struct wait){ .command = COMMAND_seal, .subject = { number, 0 }, .generation = a->round * 65536 + a->askings[a->round - 1].parts_done + 1,
			      .since_seq = s->seq, .since_ms = s->at_ms };
	return true;
}

/* The cursor counts: two deadlines of the session, two of each room, then per activity its seal and its extras. */
bool session_waits(const struct session *s, unsigned *cursor, struct wait *out)
{
	for (;;) {
		unsigned at = (*cursor)++;
		if (at < 2 * (s->rooms_count + 1)) {
			if (deadline_waits(s, at < 2 ? SCOPE_SESSION : SCOPE_ROOM | (at / 2), at % 2, out))
				return true;
			continue;
		}
		at -= 2 * (s->rooms_count + 1);
		uint32_t activity = 1;
		while (activity <= s->activities_count && at > s->activities[activity - 1].extras_count)
			at -= s->activities[activity++ - 1].extras_count + 1;
		if (activity > s->activities_count)
			return false;
		if (at == 0) {
			if (seal_wanted(s, activity, out))
				return true;
			continue;
		}
		const struct extra *extra = &s->activities[activity - 1].extras[at - 1];
		if (extra->running) {
			*out = (struct wait){ .command = COMMAND_extra_due, .subject = { activity, extra->member }, .generation = extra->generation,
					      .since_seq = extra->seq, .since_ms = extra->at_ms, .after_ms = extra->duration_ms };
			return true;
		}
	}
}

void session_wait_form(const struct session *s, const struct wait *wait, struct pack *out)
{
	if (wait->command == COMMAND_seal) {
		seal_form(s, wait->subject.a, out);
		return;
	}
	pack_array(out, 1);
	pack_uint(out, wait->generation);
}

size_t session_changes(const struct session *s, const struct section **out)
{
	*out = s->sections.changes;
	return s->sections.changes_count;
}

bool session_eyes_changed(const struct session *s)
{
	return s->eyes_changed;
}

void session_changes_clear(struct session *s)
{
	sections_changes_clear(&s->sections);
	s->eyes_changed = false;
}
