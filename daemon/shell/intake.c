/* SPDX-License-Identifier: EUPL-1.2 */
/* Message -> decode -> who -> ask the session -> append. Sends only what is in no log: welcome, replies, bye. The verdict of what was appended goes out
 * as a section, by the fan-out. Coming in stands in entrance.c. */
#include "shell/entrance.h"
#include "shell/fanout.h"
#include "shell/rooming.h"

enum {
	QUEUE_MOST = 32,   /* replies that a page has not taken: more means that it does not read */
	QUEUE_STEP = 8,
	STRIKES_MOST = 20, /* messages over the rate that are answered; then 1008 */
	UNDER_WAY_MOST = 8 /* of one connection: a lane, and its lanes in secret activities */
};

/* ---- what is in no log ---- */

void intake_say(struct seat *seat)
{
	if (seat->state == SEAT_LEAVING)
		return;
	/* A lane for each secret activity may wait for a slow page, and some replies. */
	if (seat->queued >= QUEUE_MOST + (seat->hall ? seat->hall->fanout.secrets_count : 0)) {
		entrance_leave(seat, CLOSE_POLICY);
		return;
	}
	if (seat->queued % QUEUE_STEP == 0)
		seat->queue = check_realloc(seat->queue, (size_t)seat->queued + QUEUE_STEP, sizeof(struct frame *));
	seat->queue[seat->queued++] = frame_create(pack_bytes(&seat->house->scratch));
	seat->house->transport->ready(seat->conn);
}

static void reply_to(struct seat *seat, const struct reply *reply)
{
	pack_clear(&seat->house->scratch);
	reply_encode(reply, &seat->house->scratch);
	if (reply->fault == FAULT_later)
		seat->house->figures.replies_later++;
	trace(TRACE_DEBUG, "reply", "session=%s actor=%u number=%u fault=%s", seat->hall->sid.text, reply->activity ? 0 : seat->actor, reply->number,
	      fault_name(reply->fault));
	intake_say(seat);
}

static void refuse(struct seat *seat, const struct pending *wish, enum fault fault)
{
	reply_to(seat, &(struct reply){ .lane = wish->lane, .number = wish->number, .fault = fault, .later_ms = fault == FAULT_later ? LATER_MS : 0,
					.activity = wish->activity, .round = wish->round });
}

void intake_refused(struct pending *pending, enum fault fault)
{
	if (pending->seat && pending->seat->state == SEAT_IN)
		refuse(pending->seat, pending, fault);
}

/* ---- secret ballots ---- */

static void key_of(const struct seat *seat, uint32_t activity, uint32_t round, uint8_t key[16])
{
	uint8_t numbers[2][4];
	for (int i = 0; i < 4; i++) {
		numbers[0][i] = (uint8_t)(activity >> (24 - 8 * i));
		numbers[1][i] = (uint8_t)(round >> (24 - 8 * i));
	}
	const struct slice fields[] = { slice_text(seat->hall->sid.text), slice_of(numbers[0], 4), slice_of(numbers[1], 4), slice_text("key") };
	struct digest digest = digest_keyed(slice_of(seat->secret, sizeof seat->secret), fields, 4);
	memcpy(key, digest.bytes, 16);
}

static uint64_t lane_of(const struct seat *seat, const uint8_t key[16], uint64_t lane)
{
	uint8_t bytes[8];
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(lane >> (56 - 8 * i));
	const struct slice fields[] = { slice_of(key, 16), slice_of(bytes, 8), slice_text("lane") };
	struct digest digest = digest_keyed(slice_of(seat->secret, sizeof seat->secret), fields, 3);
	uint64_t out = 0;
	for (int i = 0; i < 8; i++)
		out = out << 8 | digest.bytes[i];
	return out ? out : 1;
}

static void lane_say(struct seat *seat, const struct seat_key *key)
{
	pack_clear(&seat->house->scratch);
	lane_encode(key->key.activity, key->key.round, lane_of(seat, key->key.key, seat->lane), &seat->house->scratch);
	intake_say(seat);
}

static bool proven(struct seat *seat)
{
	if (!seat->secret_proven && seat->has_secret && seat->actor && !(seat->actor & ACTOR_LINK)) {
		struct digest hash = digest_plain(slice_of(seat->secret, sizeof seat->secret));
		seat->secret_proven = session_secret_is(seat->hall->session, seat->actor, hash.bytes);
	}
	return seat->secret_proven;
}

static const struct seat_key *key_find(struct seat *seat, uint32_t activity, uint32_t round)
{
	for (size_t i = 0; i < seat->keys_count; i++)
		if (seat->keys[i].key.activity == activity && seat->keys[i].key.round == round)
			return &seat->keys[i];
	return NULL;
}

/* Which activities are secret, looked up once per entry, not once per seat. */
static void secrets_look(struct hall *hall)
{
	struct fanout *f = &hall->fanout;
	if (f->secrets_seq == session_seq(hall->session))
		return;
	f->secrets_seq = session_seq(hall->session);
	f->secrets_count = 0;
	for (uint32_t activity = 1, round; activity <= LIMIT_ACTIVITIES; activity++)
		if (session_secret(hall->session, activity, &round))
			f->secrets[f->secrets_count++] = (struct secret){ activity, round };
}

void intake_keys(struct seat *seat)
{
	if (seat->state != SEAT_IN || !proven(seat))
		return;
	secrets_look(seat->hall);
	const struct fanout *f = &seat->hall->fanout;
	for (size_t i = 0; i < f->secrets_count; i++) {
		uint32_t activity = f->secrets[i].activity, round = f->secrets[i].round;
		if (key_find(seat, activity, round))
			continue;
		seat->keys = check_realloc(seat->keys, (size_t)seat->keys_count + 1, sizeof *seat->keys);
		struct seat_key *key = &seat->keys[seat->keys_count++];
		*key = (struct seat_key){ .key = { .activity = activity, .round = round } };
		key_of(seat, activity, round, key->key.key);
		lane_say(seat, key);
	}
}

/* A `ballot` on a secret activity becomes an entry that names nobody. What is answered in words has them in its form, and no text. */
static enum fault make_secret(struct seat *seat, struct entry *entry, struct pending *wish, struct pack *form)
{
	static const struct unpack_limits limits = { .depth = 2, .values = 8, .bytes = LIMIT_BALLOT };
	struct session *s = seat->hall->session;
	uint32_t running;
	session_secret(s, entry->subject.a, &running);
	struct unpack *in = unpack_create(entry->form, &limits);
	unpack_arrays(in, 3);
	uint32_t round = (uint32_t)unpack_uint(in, UINT32_MAX);
	unpack_uint(in, UINT32_MAX);
	struct slice ballot = unpack_bin(in, 0, LIMIT_BALLOT);
	bool fine = unpack_end(in), in_words = session_in_words(s, entry->subject.a);
	unpack_destroy(in);
	fine &= (in_words ? ballot : entry->text).len == 0;
	if (in_words)
		ballot = entry->text;
	entry->text = slice_of(NULL, 0);
	wish->activity = entry->subject.a;
	wish->round = round;
	if (!fine)
		return FAULT_malformed;
	if (!proven(seat))
		return FAULT_secret_unknown;
	if (round != running)
		return FAULT_stale;
	intake_keys(seat);
	const struct seat_key *key = key_find(seat, entry->subject.a, round);
	CHECK(key != NULL);
	if (!session_secret_form(s, entry->subject.a, round, key->key.key, ballot, form))
		return in_words ? FAULT_too_long : FAULT_bad_ballot;
	entry->name = (struct name){ .lane = lane_of(seat, key->key.key, wish->lane), .number = wish->number };
	entry->command = COMMAND_secret_ballot;
	entry->subject.b = session_room(s, seat->actor);
	entry->form = pack_bytes(form);
	entry->salted = ENTRY_FORM;
	return FAULT_none;
}

/* A paper ballot: padded and salted as a secret one is, its words with it; so that it can be struck, and no length speaks. */
static enum fault make_proxy(struct seat *seat, struct entry *entry, struct pack *form)
{
	const struct session *s = seat->hall->session;
	bool kept;
	entry->salted = ENTRY_FORM;
	if (!session_proxy_form(s, entry->subject.a, entry->form, entry->text, form)) {
		enum fault fault = session_would_refuse(s, entry, &kept); /* no such question, perhaps */
		return fault != FAULT_none && !kept ? fault : FAULT_bad_ballot;
	}
	if (session_in_words(s, entry->subject.a))
		entry->text = slice_of(NULL, 0);
	entry->form = pack_bytes(form);
	return FAULT_none;
}

/* ---- joining: who somebody is stands in the hello, not in the command ---- */

static void fill_join(struct seat *seat, struct entry *entry, struct pack *form)
{
	struct digest secret = digest_plain(slice_of(seat->secret, sizeof seat->secret));
	entry->name.who = 0;
	pack_array(form, 3);
	pack_bin(form, slice_of(seat->token_hash, sizeof seat->token_hash));
	pack_bin(form, slice_of(secret.bytes, seat->has_secret ? sizeof secret.bytes : 0));
	pack_uint(form, entry->text.len ? session_organisation_of(entry->text) : 0);
	entry->form = pack_bytes(form);
}

static void fill_profile(struct entry *entry, struct pack *form)
{
	pack_array(form, 1);
	pack_uint(form, entry->text.len ? session_organisation_of(entry->text) : 0);
	entry->form = pack_bytes(form);
}

void intake_joined(struct hall *hall, struct seat *seat)
{
	uint32_t actor = session_actor(hall->session, seat->token_hash);
	if (actor == seat->actor || actor == 0)
		return;
	entrance_name(seat, actor);
	fanout_renamed(seat);
	intake_keys(seat);
}

/* ---- rooms by lot ---- */

static void draw_free(struct draw *draw)
{
	*(draw->before ? &draw->before->next : &draw->house->draws) = draw->next;
	if (draw->next)
		draw->next->before = draw->before;
	pack_finish(&draw->form);
	free(draw->members);
	free(draw->room_of);
	free(draw);
}

static void draw_job(void *ctx)
{
	struct draw *draw = CAST(ctx, draw);
	rooming_draw(draw->members, draw->room_of, draw->count, draw->rooms, draw->mix, draw->seed);
	rooming_pack(draw->members, draw->room_of, draw->count, draw->rooms, &draw->form);
}

static void draw_done(void *ctx)
{
	struct draw *draw = CAST(ctx, draw);
	struct pending *at = pending_find(draw->house, draw->tag);
	struct house *house = draw->house;
	if (house->stopping || at == NULL) { /* nobody asks any more */
		draw_free(draw);
		return;
	}
	struct pending wish = *at;
	pending_remove(house, at);
	if (wish.seat && wish.seat->state == SEAT_IN && hall_serves(wish.hall)) {
		struct entry entry = { .name = draw->name, .command = COMMAND_rooms, .form = pack_bytes(&draw->form) };
		wish.kind = PENDING_COMMAND;
		bool kept;
		enum fault fault = draw->form.len > LIMIT_FORM ? FAULT_too_long : session_would_refuse(wish.hall->session, &entry, &kept);
		if (fault != FAULT_none)
			refuse(wish.seat, &wish, fault);
		else if (hall_append(wish.hall, &entry, &wish) < 0)
			refuse(wish.seat, &wish, FAULT_later);
	}
	draw_free(draw);
}

/* true: `form` is a wish for rooms by lot, and what it says. */
static bool rooms_wish(struct slice form, enum rooming_wish *wish, uint32_t *number)
{
	static const struct unpack_limits limits = { .depth = 1, .values = 4, .bytes = 0 };
	struct unpack *in = unpack_create(form, &limits);
	unpack_arrays(in, 2);
	uint64_t what = unpack_uint(in, 3);
	*number = (uint32_t)unpack_uint(in, LIMIT_MEMBERS);
	bool is = unpack_end(in);
	unpack_destroy(in);
	*wish = (enum rooming_wish)(what & 1);
	return is && what <= ROOMING_COUNT;
}

static enum fault rooms_draw(struct seat *seat, const struct entry *entry, const struct pending *pending, enum rooming_wish wish, uint32_t number)
{
	struct house *house = seat->house;
	const struct session *s = seat->hall->session;
	uint32_t members = session_members(s), rooms = rooming_count(wish, number, members);
	if (rooms == 0)
		return FAULT_malformed;
	if (!(session_roles(s, seat->actor) & ROLE_FACILITATOR))
		return FAULT_not_allowed;
	if (house->pendings_count >= LIMIT_PENDING_APPENDS)
		return FAULT_later;
	struct draw *draw = check_alloc(1, sizeof *draw);
	*draw = (struct draw){ .magic = MAGIC_draw, .house = house, .next = house->draws, .count = members, .rooms = rooms, .name = entry->name };
	if (house->draws)
		house->draws->before = draw;
	house->draws = draw;
	pack_init(&draw->form);
	draw->members = check_alloc(members, sizeof *draw->members);
	draw->room_of = check_alloc(members, sizeof *draw->room_of);
	for (uint32_t m = 0; m < members; m++)
		draw->members[m] = (struct rooming_member){ m + 1, session_member_organisation(s, m + 1) };
	loop_random(house->loop, &draw->seed, sizeof draw->seed);
	struct pending waiting = *pending;
	waiting.kind = PENDING_DRAW;
	draw->tag = pending_add(house, &waiting)->tag;
	loop_work(house->loop, draw_job, draw_done, draw);
	return FAULT_none;
}

void intake_draws_destroy(struct house *house)
{
	while (house->draws)
		draw_free(house->draws); // NOLINT(clang-analyzer-unix.Malloc): it takes itself out of the list
}

/* ---- a command ---- */

/* One command of a lane at a time. Sets *same if it is this very one, whose verdict will come. */
static bool under_way(const struct seat *seat, const struct pending *wish, bool *same)
{
	unsigned count = 0;
	*same = false;
	for (uint32_t at = seat->pending; at; at = seat->house->pendings[at - 1].next) {
		const struct pending *other = &seat->house->pendings[at - 1];
		count++;
		if (other->lane != wish->lane || other->activity != wish->activity || other->round != wish->round)
			continue;
		*same = other->number == wish->number;
		return true;
	}
	return count >= UNDER_WAY_MOST;
}

static bool within_rates(struct seat *seat, const struct pending *wish)
{
	struct hall *hall = seat->hall;
	uint64_t now = loop_now(seat->house->loop);
	bool staff = session_roles(hall->session, seat->actor) & ROLE_FACILITATOR;
	if (!rate_take(&seat->rate, staff ? RATE_STAFF : RATE_MEMBER, staff ? BURST_STAFF : BURST_MEMBER, now)) {
		if (++seat->strikes > STRIKES_MOST)
			entrance_leave(seat, CLOSE_POLICY);
		else
			refuse(seat, wish, FAULT_too_fast);
		return false;
	}
	seat->strikes = 0;
	/* The facilitator is not kept waiting by the crowd. */
	if ((!staff && !rate_take(&hall->commands, RATE_SESSION, RATE_SESSION, now)) ||
	    (wish->command == COMMAND_join && !rate_take(&hall->joins, RATE_JOINS, RATE_JOINS, now))) {
		refuse(seat, wish, FAULT_later);
		return false;
	}
	return true;
}

static void wish_for(struct seat *seat, const struct command_message *message, struct entry *entry, struct pending *wish, struct pack *form)
{
	struct hall *hall = seat->hall;
	enum fault fault = FAULT_none;
	enum rooming_wish rooming;
	uint32_t number;
	bool kept = false, same;
	if (message->command == COMMAND_join)
		fill_join(seat, entry, form);
	else if (message->command == COMMAND_profile)
		fill_profile(entry, form);
	else if (message->command == COMMAND_ballot && session_secret(hall->session, entry->subject.a, NULL))
		fault = make_secret(seat, entry, wish, form);
	else if (message->command == COMMAND_proxy)
		fault = make_proxy(seat, entry, form);
	else if ((message->command == COMMAND_ballot || message->command == COMMAND_agree) && BOLLPLANK_BUG != 120) /* 120: its digest tells what is left out */
		entry->salted = ENTRY_FORM; /* so that it can be left out of a log that is fetched before it is shown: without salt, who has its digest tries what it may have been */
	if (fault != FAULT_none) {
		refuse(seat, wish, fault);
		return;
	}
	if (under_way(seat, wish, &same)) {
		if (!same)
			refuse(seat, wish, FAULT_later);
		return;
	}
	bool by_lot = message->command == COMMAND_rooms && rooms_wish(entry->form, &rooming, &number);
	if (by_lot)
		entry->form = slice_of("\x91\x91\x01", 3); /* [[1]]: stands in for the plan while the step is asked */
	fault = session_would_refuse(hall->session, entry, &kept);
	if (kept && fault != FAULT_superseded) { /* judged long ago: the page did not hear it */
		if (message->command == COMMAND_join)
			intake_joined(hall, seat);
		fanout_again(seat);
		return;
	}
	bool paper = entry->command == COMMAND_papers || entry->command == COMMAND_proxy;
	if (fault == FAULT_none && paper && session_paper_may(hall->session, entry) != FAULT_none) { /* the log must not depend on it, so it is said here */
		refuse(seat, wish, session_paper_may(hall->session, entry));
		return;
	}
	if (fault == FAULT_none && entry->command == COMMAND_secret_ballot && !session_secret_may(hall->session, entry, seat->actor)) {
		/* Closed for them, and somebody else's extra time runs; the entry would name nobody, so it is asked here. What was sent before and may still
		 * come into the log is not refused for that: it is asked again when no extra time runs. */
		refuse(seat, wish, message->again ? FAULT_later : FAULT_closed);
		return;
	}
	/* What is wrong with its bytes no place in the order would mend: such a one is never appended, however often it is sent `again`. */
	bool hopeless = fault >= FAULT_malformed && fault <= FAULT_unknown_command;
	if (fault != FAULT_none && (kept || hopeless || !message->again)) {
		refuse(seat, wish, fault);
		return;
	}
	if (by_lot)
		fault = rooms_draw(seat, entry, wish, rooming, number);
	else
		fault = hall_append(hall, entry, wish) < 0 ? FAULT_later : FAULT_none;
	if (fault != FAULT_none)
		refuse(seat, wish, fault);
}

static void command(struct seat *seat, const struct command_message *message, enum fault decoded)
{
	struct pending wish = { .hall = seat->hall, .seat = seat, .actor = seat->actor, .kind = PENDING_COMMAND, .command = message->command,
				.lane = message->lane, .number = message->number };
	struct entry entry = { .name = { .who = seat->actor, .lane = message->lane, .number = message->number }, .command = message->command,
			       .subject = message->subject, .form = message->form, .text = message->text };
	struct pack form;
	if (!hall_serves(seat->hall)) { /* history is being loaded anew */
		refuse(seat, &wish, seat->hall->fault == FAULT_none ? FAULT_later : seat->hall->fault);
		return;
	}
	if (!within_rates(seat, &wish))
		return;
	if (decoded != FAULT_none) {
		refuse(seat, &wish, decoded);
		return;
	}
	if (seat->actor == 0 && message->command != COMMAND_join) {
		refuse(seat, &wish, FAULT_not_allowed);
		return;
	}
	/* The log must not stand a person beside the entry that names nobody. */
	bool secret = message->command == COMMAND_ballot && session_secret(seat->hall->session, message->subject.a, NULL);
	trace(TRACE_DEBUG, "message", "session=%s actor=%u number=%u again=%d command=%u", seat->hall->sid.text, secret ? 0 : seat->actor,
	      message->number, message->again, message->command);
	if (message->command == COMMAND_join && seat->lane != message->lane) {
		seat->lane = message->lane; /* the page has drawn a new one: its lanes in secret activities are others too */
		for (size_t i = 0; i < seat->keys_count; i++)
			lane_say(seat, &seat->keys[i]);
	}
	pack_init(&form);
	wish_for(seat, message, &entry, &wish, &form);
	pack_finish(&form);
}

void intake_message(struct seat *seat, struct slice bytes)
{
	struct message message;
	if (seat->state == SEAT_LEAVING)
		return;
	bool staff = seat->state == SEAT_IN && (seat->actor & ACTOR_LINK);
	enum fault fault = message_decode(bytes, staff ? LIMIT_VALUES_STAFF : LIMIT_VALUES, &message);
	if (seat->state == SEAT_NEW && fault == FAULT_none && message.kind == MESSAGE_HELLO) {
		entrance_hello(seat, &message.hello);
		return;
	}
	bool named = message.kind == MESSAGE_COMMAND && message.command.lane && message.command.number;
	if (seat->state != SEAT_IN || !named) {
		trace(TRACE_INFO, "malformed", "session=%s state=%u bytes=%zu", seat->hall ? seat->hall->sid.text : "", seat->state, bytes.len);
		entrance_leave(seat, CLOSE_MALFORMED);
		return;
	}
	command(seat, &message.command, fault);
}
