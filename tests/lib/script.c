/* SPDX-License-Identifier: EUPL-1.2 */
#include "lib/script.h"
#include "base/check.h"
#include "base/digest.h"
#include "lib/notation.h"

struct sid script_sid(void)
{
	return sid_of(0x5c1915c1915c1915u);
}

static struct digest digest_named(const char *what, uint32_t number)
{
	char text[64];
	snprintf(text, sizeof text, "%s %u", what, number);
	return digest_plain(slice_text(text));
}

void script_token(uint32_t actor, uint8_t hash[32])
{
	struct digest digest = digest_named("token", actor);
	memcpy(hash, digest.bytes, 32);
}

static uint64_t lane_of(uint32_t actor)
{
	return actor & ACTOR_LINK ? 9000 + (actor & ~ACTOR_LINK) : 1000 + actor;
}

enum fault script_entry(struct script *script, const struct entry *entry)
{
	if (script->count == script->room) {
		script->room = script->room ? 2 * script->room : 64;
		script->log = check_realloc(script->log, script->room, sizeof *script->log);
	}
	struct script_line *line = &script->log[script->count++];
	*line = (struct script_line){ .entry = *entry };
	pack_raw(&line->form, entry->form);
	pack_raw(&line->text, entry->text);
	line->entry.form = pack_bytes(&line->form);
	line->entry.text = pack_bytes(&line->text);
	line->entry.salted |= entry->text.len ? ENTRY_TEXT : 0u;
	line->entry.term = script->term;
	line->entry.seq = script->count;
	line->entry.at_ms = script->now_ms += 1000;
	line->fault = session_step(script->session, &line->entry);
	return line->fault;
}

static uint32_t number_next(struct script *script, uint32_t who)
{
	uint32_t number = map_get(&script->numbers, who) + 1;
	map_set(&script->numbers, who, number);
	return number;
}

enum fault script_take(struct script *script, const struct wish *wish)
{
	struct entry entry = { .name = { .who = wish->who }, .command = (uint16_t)wish->command, .subject = { wish->a, wish->b } };
	struct pack form, text;
	pack_init(&form);
	pack_init(&text);
	CHECK(notation_pack(wish->form ? wish->form : "[]", &form));
	CHECK(wish->text == NULL || notation_pack(wish->text, &text));
	entry.form = pack_bytes(&form);
	entry.text = pack_bytes(&text);
	if (wish->who != THE_HOUSE) {
		entry.name.lane = lane_of(wish->who);
		entry.name.number = number_next(script, wish->who);
	}
	enum fault fault = script_entry(script, &entry);
	pack_finish(&form);
	pack_finish(&text);
	return fault;
}

static enum fault join(struct script *script, uint32_t actor, const char *text, uint64_t organisation)
{
	struct entry entry = { .name = { .lane = lane_of(actor), .number = 1 }, .command = COMMAND_join };
	struct pack form, words;
	uint8_t token[32];
	struct digest secret = digest_named("secret hash", actor);
	pack_init(&form);
	pack_init(&words);
	script_token(actor, token);
	pack_array(&form, 3);
	pack_bin(&form, slice_of(token, sizeof token));
	pack_bin(&form, slice_of(secret.bytes, actor & ACTOR_LINK ? 0 : sizeof secret.bytes));
	pack_uint(&form, organisation);
	CHECK(notation_pack(text, &words));
	entry.form = pack_bytes(&form);
	entry.text = pack_bytes(&words);
	enum fault fault = script_entry(script, &entry);
	map_set(&script->numbers, actor, 1);
	pack_finish(&form);
	pack_finish(&words);
	return fault;
}

static void link_make(struct script *script, uint32_t actor, unsigned role)
{
	uint8_t token[32];
	char form[128], hex[65];
	script_token(actor, token);
	for (int i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", token[i]);
	snprintf(form, sizeof form, "[%u, h'%s']", role, hex);
	CHECK(DO(script, THE_HOUSE, link_put, .a = actor & ~ACTOR_LINK, .form = form, .text = "[[\"\", \"link-name\"]]") == FAULT_none);
}

void script_begin(struct script *script, uint32_t k)
{
	char form[128];
	*script = (struct script){ .session = session_create(script_sid()), .term = 1, .now_ms = 1000000 };
	snprintf(form, sizeof form, "[1, 0, %u, 30000, \"sv\", 1000000, \"K7MP3XQR\", \"\"]", k);
	CHECK(DO(script, THE_HOUSE, create, .form = form, .text = "[[\"sv\", \"a title\"]]") == FAULT_none);
	link_make(script, FACILITATOR, ROLE_FACILITATOR);
	link_make(script, SCREEN, ROLE_SCREEN);
	CHECK(join(script, FACILITATOR, "[[\"\", \"\", \"\"]]", 0) == FAULT_none);
	CHECK(join(script, SCREEN, "[[\"\", \"\", \"\"]]", 0) == FAULT_none);
}

void script_finish(struct script *script)
{
	session_destroy(script->session);
	for (size_t i = 0; i < script->count; i++) {
		pack_finish(&script->log[i].form);
		pack_finish(&script->log[i].text);
	}
	free(script->log);
	map_finish(&script->numbers);
}

uint32_t script_join(struct script *script, const char *name, const char *organisation)
{
	char text[256];
	uint32_t member = session_members(script->session) + 1;
	snprintf(text, sizeof text, "[[\"\", \"%s\", \"%s\"]]", name, organisation);
	struct pack words;
	pack_init(&words);
	CHECK(notation_pack(text, &words));
	uint64_t known = session_organisation_of(pack_bytes(&words));
	pack_finish(&words);
	CHECK(join(script, member, text, known) == FAULT_none);
	CHECK(session_members(script->session) == member);
	return member;
}

void script_people(struct script *script, unsigned count)
{
	char name[32];
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof name, "name-of-%u.", session_members(script->session) + 1);
		script_join(script, name, "");
	}
}

uint32_t script_activity(struct script *script, const struct question *question)
{
	char form[256], text[64 + 24 * 200] = "[[\"\"";
	uint32_t number = 1;
	while (session_changed(script->session, (struct section){ .kind = SECTION_activity, .a = number }))
		number++;
	if (number == 1)
		CHECK(DO(script, FACILITATOR, step_put, .a = 1, .form = "[1, 10, 0, 0, 0, []]", .text = "[[\"\", \"step-title\", \"do this\"]]") == FAULT_none);
	snprintf(form, sizeof form, "[1, \"%s\", %u, %u, <<%s>>, \"\"]", question->kind, question->holder, question->secret, question->config);
	CHECK(DO(script, FACILITATOR, activity_put, .a = number, .form = form, .text = "[[\"\", \"question\", \"lead\"]]") == FAULT_none);
	struct pack items;
	pack_init(&items);
	pack_array(&items, 2 * question->items);
	for (unsigned i = 1; i <= question->items; i++) {
		pack_uint(&items, i);
		pack_uint(&items, 0);
		snprintf(text + strlen(text), sizeof text - strlen(text), ", \"item-%u\"", i);
	}
	strcat(text, "]]");
	struct pack words;
	pack_init(&words);
	CHECK(notation_pack(text, &words));
	struct entry entry = { .name = { FACILITATOR, lane_of(FACILITATOR), number_next(script, FACILITATOR) }, .command = COMMAND_items_put,
			       .subject = { number, 0 }, .form = pack_bytes(&items), .text = pack_bytes(&words) };
	CHECK(question->items == 0 || script_entry(script, &entry) == FAULT_none);
	pack_finish(&items);
	pack_finish(&words);
	return number;
}

void script_rooms(struct script *script, unsigned rooms)
{
	struct pack form;
	uint32_t members = session_members(script->session);
	pack_init(&form);
	pack_array(&form, rooms);
	for (uint32_t r = 1; r <= rooms; r++) {
		pack_array(&form, 1 + (members + rooms - r) / rooms);
		pack_uint(&form, r);
		for (uint32_t m = r; m <= members; m += rooms)
			pack_uint(&form, m);
	}
	struct entry entry = { .name = { FACILITATOR, lane_of(FACILITATOR), number_next(script, FACILITATOR) }, .command = COMMAND_rooms,
			       .form = pack_bytes(&form) };
	CHECK(script_entry(script, &entry) == FAULT_none);
	pack_finish(&form);
	for (uint32_t r = 1; r <= rooms; r++) {
		char text[128];
		snprintf(text, sizeof text, "[[\"\", \"room-name-%u\", \"https://link.example/room-%u\"]]", r, r);
		CHECK(DO(script, FACILITATOR, room_put, .a = r, .text = text) == FAULT_none);
	}
}

static uint32_t round_of(const struct script *script, uint32_t activity)
{
	uint32_t round = 1;
	session_secret(script->session, activity, &round);
	return round;
}

enum fault script_ballot(struct script *script, uint32_t member, uint32_t activity, const char *ballot)
{
	char form[2048];
	snprintf(form, sizeof form, *ballot ? "[%u, 0, <<%s>>]" : "[%u, 0, h'%s']", round_of(script, activity), ballot);
	return DO(script, member, ballot, .a = activity, .form = form);
}

static struct digest secret_of(uint32_t member, const char *label, const uint8_t *more, size_t more_len, uint32_t activity, uint32_t round)
{
	struct digest secret = digest_named("ballot secret", member);
	uint8_t a[4] = { (uint8_t)(activity >> 24), (uint8_t)(activity >> 16), (uint8_t)(activity >> 8), (uint8_t)activity };
	uint8_t r[4] = { (uint8_t)(round >> 24), (uint8_t)(round >> 16), (uint8_t)(round >> 8), (uint8_t)round };
	struct slice fields[] = { slice_of(more, more_len), slice_of(a, 4), slice_of(r, 4), slice_text(label) };
	return digest_keyed(slice_of(secret.bytes, 16), fields, 4);
}

void script_key(const struct script *script, uint32_t member, uint32_t activity, uint32_t round, uint8_t key[16])
{
	(void)script;
	struct digest digest = secret_of(member, "key", (const uint8_t *)"sid", 3, activity, round);
	memcpy(key, digest.bytes, 16);
}

uint64_t script_secret_lane(uint32_t member, uint32_t activity, uint32_t round)
{
	struct digest digest = secret_of(member, "lane", (const uint8_t *)"lane", 4, activity, round);
	uint64_t lane = 0;
	for (int i = 0; i < 8; i++)
		lane = lane << 8 | digest.bytes[i];
	return lane;
}

enum fault script_secret(struct script *script, uint32_t member, uint32_t activity, const char *ballot)
{
	struct pack bytes, form;
	uint32_t round = round_of(script, activity);
	uint8_t key[16];
	pack_init(&bytes);
	pack_init(&form);
	CHECK(*ballot == 0 || notation_pack(ballot, &bytes));
	script_key(script, member, activity, round, key);
	if (!session_secret_form(script->session, activity, round, key, pack_bytes(&bytes), &form)) {
		pack_finish(&bytes);
		pack_finish(&form);
		return FAULT_bad_ballot;
	}
	/* Numbers rise per key; the seq does, and tells nothing that the log does not. */
	struct entry entry = { .name = { 0, script_secret_lane(member, activity, round), (uint32_t)script->count + 1 }, .command = COMMAND_secret_ballot,
			       .subject = { activity, session_room(script->session, member) }, .form = pack_bytes(&form), .salted = ENTRY_FORM };
	enum fault fault = script_entry(script, &entry);
	pack_finish(&bytes);
	pack_finish(&form);
	return fault;
}

static enum fault act(struct script *script, const struct wait *wait)
{
	struct pack form;
	pack_init(&form);
	session_wait_form(script->session, wait, &form);
	struct entry entry = { .name = { .who = THE_HOUSE }, .command = wait->command, .subject = wait->subject, .form = pack_bytes(&form) };
	enum fault fault = script_entry(script, &entry);
	pack_finish(&form);
	return fault;
}

unsigned script_house_acts(struct script *script)
{
	struct wait wait;
	unsigned made = 0, cursor = 0;
	while (session_waits(script->session, &cursor, &wait)) {
		if (wait.after_ms != 0)
			continue;
		CHECK(act(script, &wait) == FAULT_none);
		made++;
		cursor = 0;
	}
	return made;
}

enum fault script_due(struct script *script, uint32_t scope)
{
	struct wait wait;
	unsigned cursor = 0;
	while (session_waits(script->session, &cursor, &wait))
		if (wait.command == COMMAND_due && wait.subject.b == scope)
			return act(script, &wait);
	return FAULT_stale;
}

struct eyes script_eyes(const struct script *script, const struct session *session, uint32_t actor, struct eyes_key *keys)
{
	struct eyes eyes = { .actor = actor, .roles = session_roles(session, actor), .room = session_room(session, actor), .keys = keys };
	for (uint32_t a = 1; !(actor & ACTOR_LINK) && a <= 20; a++) {
		uint32_t last = 0;
		if (!session_secret(session, a, &last))
			continue;
		for (uint32_t round = 1; round <= last && eyes.keys_count < LIMIT_SCRIPT_KEYS; round++) {
			struct eyes_key *key = &keys[eyes.keys_count++];
			*key = (struct eyes_key){ .activity = a, .round = round };
			script_key(script, actor, a, round, key->key);
		}
	}
	return eyes;
}

bool script_is_sealed_away(const struct script *script, uint64_t seq)
{
	uint64_t one;
	unsigned cursor = 0;
	while (session_strikes(script->session, &cursor, &one))
		if (one == seq)
			return true;
	return false;
}

struct session *script_replay(const struct script *script, uint64_t until, bool struck)
{
	struct session *session = session_create(script_sid());
	for (uint64_t seq = 1; seq <= until; seq++) {
		struct entry entry = script->log[seq - 1].entry;
		if (struck && script_is_sealed_away(script, seq)) {
			entry.form = slice_of(NULL, 0);
			entry.struck = ENTRY_FORM;
		}
		session_step(session, &entry);
	}
	return session;
}
