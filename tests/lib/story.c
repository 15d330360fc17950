/* SPDX-License-Identifier: EUPL-1.2 */
#include "lib/story.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/limits.h"
#include "core/session.h"
#include "lib/notation.h"
#include "lib/story_house.h"
#include "wire/command.h"
#include <stdarg.h>

enum { WORDS = 40, PEOPLE = 32, NUMBERS = 32, SIGHTS = 128, MOST_SECTIONS = 256, BEGIN_MS = 1000000 };

struct told { /* an entry as the journal has it */
	struct entry entry;
	struct pack form, text;
};

struct person { /* one page */
	char name[16];
	bool link;
	uint8_t token[16], secret[16];
	uint64_t lane;
	uint32_t number, actor;
	struct counter { /* of secret ballots: numbered apart, clause 4.8 */
		uint32_t activity, round, number;
	} counters[NUMBERS];
	size_t counters_count;
	size_t last; /* index + 1 of the last wish in `log` */
	struct heard {
		struct section section;
		uint64_t since;
	} heard[SIGHTS];
	size_t heard_count;
};

struct story {
	struct session *session;
	FILE *out;
	bool failed;
	uint32_t term;
	uint64_t now_ms;
	struct told *log;
	size_t log_count;
	struct person people[PEOPLE];
	size_t people_count;
	uint32_t links, lanes;
};

struct words {
	char *at[WORDS];
	size_t count, next;
};

__attribute__((format(printf, 2, 3))) static void answer(struct story *s, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputc('\t', s->out);
	vfprintf(s->out, format, args);
	fputc('\n', s->out);
	va_end(args);
}

__attribute__((format(printf, 2, 3))) static void wrong(struct story *s, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("\tWRONG: ", s->out);
	vfprintf(s->out, format, args);
	fputc('\n', s->out);
	va_end(args);
	s->failed = true;
}

/* --- words of a line: parted by blanks, except within [ ] and "..." --- */

static void words_split(char *line, struct words *out)
{
	*out = (struct words){ .count = 0 };
	while (*line && out->count < WORDS) {
		while (*line == ' ')
			line++;
		if (*line == 0)
			return;
		out->at[out->count++] = line;
		int depth = 0;
		bool quoted = false;
		for (; *line && (quoted || depth || *line != ' '); line++) {
			if (*line == '"')
				quoted = !quoted;
			if (!quoted && (*line == '[' || *line == ']'))
				depth += *line == '[' ? 1 : -1;
		}
		if (*line)
			*line++ = 0;
	}
}

static const char *word(struct words *w)
{
	return w->next < w->count ? w->at[w->next++] : "";
}

static const char *ahead(const struct words *w)
{
	return w->next < w->count ? w->at[w->next] : "";
}

static bool word_is(struct words *w, const char *wanted)
{
	if (strcmp(ahead(w), wanted) != 0)
		return false;
	w->next++;
	return true;
}

static uint32_t word_number(struct words *w)
{
	return (uint32_t)strtoul(word(w), NULL, 10);
}

/* "@2": the scope of room 2. */
static uint32_t number_of(const char *text)
{
	return text[0] == '@' ? SCOPE_ROOM | (uint32_t)strtoul(text + 1, NULL, 10) : (uint32_t)strtoul(text, NULL, 10);
}

/* The quoted words that follow as one row of a text, [["", ...]], filled up with empty words to as many as the command has; none: nothing. */
static void text_take(struct words *w, uint16_t command, struct pack *out)
{
	bool pair = command == COMMAND_join || command == COMMAND_profile || command == COMMAND_step_put || command == COMMAND_activity_put ||
		    command == COMMAND_room_put;
	size_t count = 0, least = pair ? 2 : 1;
	while (w->next + count < w->count && w->at[w->next + count][0] == '"')
		count++;
	if (count == 0)
		return;
	pack_array(out, 1);
	pack_array(out, 1 + (count < least ? least : count));
	pack_str(out, slice_text(""));
	for (size_t i = 0; i < count; i++)
		notation_pack(word(w), out);
	for (size_t i = count; i < least; i++)
		pack_str(out, slice_text(""));
}

/* --- names of things, for the golden text --- */

static const char *command_name(uint16_t command)
{
	static const char *const names[] = {
#define COMMAND(name, number, who, phases, becomes, form, meaning) [number] = #name,
#include "tbl/commands.h"
#undef COMMAND
	};
	return command < sizeof names / sizeof *names && names[command] ? names[command] : "unknown";
}

static uint16_t command_of(const char *name)
{
#define COMMAND(row, number, who, phases, becomes, form, meaning) \
	if (strcmp(name, #row) == 0)                              \
		return number;
#include "tbl/commands.h"
#undef COMMAND
	return 0;
}

static void section_name(struct section section, char out[64])
{
	const struct section_info *info = section_info(section.kind);
	if (section.kind == SECTION_result && section.b)
		snprintf(out, 64, "result %u in room %u", section.a, section.b);
	else if (section.kind == SECTION_mine && section.a >> 16) /* in the session's own list of changes: a key's, whose nobody says */
		snprintf(out, 64, "mine %u round %u of key %u", section.a & 0xffff, section.a >> 16, section.b);
	else if (section.kind == SECTION_mine)
		snprintf(out, 64, "mine %u round %u", section.a, section.b);
	else if (section.kind == SECTION_scope && section.a)
		snprintf(out, 64, "scope @%u", section.a & SCOPE_NUMBER);
	else if (section.a & ACTOR_LINK)
		snprintf(out, 64, "%s link %u", info->name, section.a & ~ACTOR_LINK);
	else if (section.a || section.kind == SECTION_scope || section.kind == SECTION_members)
		snprintf(out, 64, "%s %u", info->name, section.a);
	else
		snprintf(out, 64, "%s", info->name);
}

static const char *who_name(const struct story *s, uint32_t actor)
{
	if (actor == ACTOR_HOUSE)
		return "the house";
	for (size_t i = 0; i < s->people_count; i++)
		if (actor && s->people[i].actor == actor)
			return s->people[i].name;
	return "nobody named";
}

/* --- the log --- */

/* What everybody sees whole, in both: a digest is made of what is saved, and does not show what saving forgets. */
static void same_for_all(struct story *s, const struct session *other, bool sealed, const char *what);

static void same_after_restore(struct story *s)
{
	struct pack saved;
	pack_init(&saved);
	session_save(s->session, &saved);
	struct sid sid = sid_of(0x4f1d2c3b5a697887);
	struct session *again = session_restore(sid, pack_bytes(&saved));
	if (again == NULL)
		wrong(s, "what was saved cannot be restored");
	else if (session_digest(again) != session_digest(s->session))
		wrong(s, "restored it is another session");
	if (again)
		same_for_all(s, again, false, "restored");
	session_destroy(again);
	pack_finish(&saved);
}

static void tell_changes(struct story *s)
{
	const struct section *changes;
	size_t count = session_changes(s->session, &changes);
	if (count) {
		fputs("\t  changed:", s->out);
		for (size_t i = 0; i < count; i++) {
			char name[64];
			section_name(changes[i], name);
			fprintf(s->out, "%s %s", i ? "," : "", name);
		}
		fputc('\n', s->out);
	}
	if (session_eyes_changed(s->session))
		answer(s, "  who sees what has changed");
	session_changes_clear(s->session);
}

static struct told *log_add(struct story *s, const struct entry *entry)
{
	s->log = check_realloc(s->log, s->log_count + 1, sizeof *s->log);
	struct told *told = &s->log[s->log_count++];
	*told = (struct told){ .entry = *entry };
	pack_init(&told->form);
	pack_init(&told->text);
	pack_raw(&told->form, entry->form);
	if (entry->text.len)
		pack_raw(&told->text, entry->text);
	told->entry.form = pack_bytes(&told->form);
	told->entry.text = pack_bytes(&told->text);
	told->entry.term = s->term;
	told->entry.seq = s->log_count;
	told->entry.at_ms = s->now_ms;
	told->entry.salted |= entry->text.len ? ENTRY_TEXT : 0u;
	return told;
}

static void tell_entry(struct story *s, const struct told *told, enum fault fault)
{
	const struct entry *e = &told->entry;
	fprintf(s->out, "\t%llu %s", (unsigned long long)e->seq, command_name(e->command));
	if (e->subject.a)
		fprintf(s->out, " %u", e->subject.a);
	if (e->subject.b & SCOPE_ROOM)
		fprintf(s->out, " @%u", e->subject.b & SCOPE_NUMBER);
	else if (e->subject.b)
		fprintf(s->out, " %u", e->subject.b);
	fprintf(s->out, " by %s", who_name(s, e->name.who));
	if (e->name.number > 1)
		fprintf(s->out, " #%u", e->name.number);
	if (e->command == COMMAND_due || e->command == COMMAND_extra_due || e->command == COMMAND_seal) {
		fputc(' ', s->out);
		notation_print(pack_bytes(&told->form), true, s->out);
	}
	fprintf(s->out, ": %s\n", fault == FAULT_none ? "saved" : fault_name(fault));
}

static enum fault append(struct story *s, const struct entry *entry, bool expected_known, enum fault expected)
{
	struct told *told = log_add(s, entry);
	enum fault fault = session_step(s->session, &told->entry);
	tell_entry(s, told, fault);
	tell_changes(s);
	if (expected_known && (fault == FAULT_recovered ? FAULT_none : fault) != expected) /* recovered is accepted: beforehand nothing is said of where */
		wrong(s, "the session had said beforehand: %s", fault_name(expected));
	if (session_stopped(s->session))
		wrong(s, "the session has stopped");
	else
		same_after_restore(s);
	return fault;
}

static void by_house(struct story *s, uint16_t command, struct subject subject, const struct pack *form, const struct pack *text)
{
	struct entry entry = { .name = { .who = ACTOR_HOUSE }, .command = command, .subject = subject, .form = pack_bytes(form) };
	bool kept;
	if (text)
		entry.text = pack_bytes(text);
	bool first = command == COMMAND_create;
	enum fault expected = first ? FAULT_none : session_would_refuse(s->session, &entry, &kept);
	if (append(s, &entry, !first, expected) != FAULT_none)
		wrong(s, "what the house says is refused");
}

/* What has come due by now, oldest wait first as the house would find it; and what sealed activities let be struck. */
static void house_acts(struct story *s)
{
	for (unsigned rounds = 0; rounds < 64; rounds++) {
		struct wait wait, best;
		unsigned cursor = 0;
		bool found = false;
		while (session_waits(s->session, &cursor, &wait))
			if (wait.since_ms + wait.after_ms <= s->now_ms && (!found || wait.since_ms + wait.after_ms < best.since_ms + best.after_ms)) {
				best = wait;
				found = true;
			}
		if (!found)
			break;
		struct pack form;
		pack_init(&form);
		session_wait_form(s->session, &best, &form);
		by_house(s, best.command, best.subject, &form, NULL);
		pack_finish(&form);
	}
	uint64_t seq;
	bool any = false;
	for (unsigned cursor = 0; session_strikes(s->session, &cursor, &seq);) {
		struct told *told = &s->log[seq - 1];
		told->entry.struck |= ENTRY_FORM;
		told->entry.form = slice_of(NULL, 0);
		fprintf(s->out, any ? ", %llu" : "\tstruck: the forms of %llu", (unsigned long long)seq);
		any = true;
	}
	if (any)
		fputc('\n', s->out);
	session_strikes_done(s->session);
}

/* --- people --- */

static struct person *person_find(struct story *s, const char *name)
{
	for (size_t i = 0; i < s->people_count; i++)
		if (strcmp(s->people[i].name, name) == 0)
			return &s->people[i];
	return NULL;
}

/* Tokens, secrets and lanes are the same at every telling. */
static struct person *person_make(struct story *s, const char *name)
{
	struct person *person = &s->people[s->people_count++];
	CHECK(s->people_count <= PEOPLE);
	*person = (struct person){ .lane = 0x1a00000000000000 + ++s->lanes };
	snprintf(person->name, sizeof person->name, "%s", name);
	const struct slice token[] = { slice_text("token"), slice_text(name) }, secret[] = { slice_text("secret"), slice_text(name) };
	struct digest digest = digest_fields(token, 2);
	memcpy(person->token, digest.bytes, 16);
	digest = digest_fields(secret, 2);
	memcpy(person->secret, digest.bytes, 16);
	return person;
}

/* Who a connection is was found when it came in; a link revoked later does not change that. */
static uint32_t actor_of(const struct story *s, struct person *person)
{
	struct digest hash = digest_plain(slice_of(person->token, 16));
	uint32_t actor = session_actor(s->session, hash.bytes);
	if (actor)
		person->actor = actor;
	return person->actor;
}

static void u32_put(uint8_t out[4], uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Clause 4.8. */
static void key_of(const struct person *person, uint32_t activity, uint32_t round, uint8_t key[16], uint64_t *lane)
{
	uint8_t a[4], r[4], own[8];
	u32_put(a, activity);
	u32_put(r, round);
	u32_put(own, (uint32_t)(person->lane >> 32));
	u32_put(own + 4, (uint32_t)person->lane);
	struct sid sid = sid_of(0x4f1d2c3b5a697887);
	const struct slice first[] = { slice_text(sid.text), slice_of(a, 4), slice_of(r, 4), slice_text("key") };
	struct digest digest = digest_keyed(slice_of(person->secret, 16), first, 4);
	memcpy(key, digest.bytes, 16);
	const struct slice second[] = { slice_of(key, 16), slice_of(own, 8), slice_text("lane") };
	digest = digest_keyed(slice_of(person->secret, 16), second, 3);
	*lane = 0;
	for (int i = 0; i < 8; i++)
		*lane = *lane << 8 | digest.bytes[i];
}

static struct counter *counter_of(struct person *person, uint32_t activity, uint32_t round)
{
	for (size_t i = 0; i < person->counters_count; i++)
		if (person->counters[i].activity == activity && person->counters[i].round == round)
			return &person->counters[i];
	CHECK(person->counters_count < NUMBERS);
	person->counters[person->counters_count] = (struct counter){ .activity = activity, .round = round };
	return &person->counters[person->counters_count++];
}

struct manner {
	bool insists;    /* appended without asking first: it was on its way when something else came before it */
	uint32_t number; /* 0: the next */
};

/* What intake does with a wish, without a wire: ask, append unless refused. */
static void wish(struct story *s, struct person *person, struct entry *entry, struct manner manner)
{
	bool kept;
	enum fault expected = session_would_refuse(s->session, entry, &kept);
	if (kept && !manner.insists) {
		answer(s, "not appended, judged before: %s", expected == FAULT_none ? "saved" : fault_name(expected));
		return;
	}
	if (expected != FAULT_none && !manner.insists) {
		answer(s, "refused before the log: %s", fault_name(expected));
		return;
	}
	append(s, entry, true, expected);
	person->last = s->log_count;
}

static void join(struct story *s, struct person *person, const struct pack *text, struct manner manner)
{
	struct digest token = digest_plain(slice_of(person->token, 16)), secret = digest_plain(slice_of(person->secret, 16));
	struct pack form;
	pack_init(&form);
	pack_array(&form, 3);
	pack_bin(&form, slice_of(token.bytes, 32));
	pack_bin(&form, slice_of(secret.bytes, person->link ? 0 : 32));
	pack_uint(&form, text->len ? session_organisation_of(pack_bytes(text)) : 0);
	struct entry entry = { .name = { .lane = person->lane, .number = 1 }, .command = COMMAND_join, .form = pack_bytes(&form), .text = pack_bytes(text) };
	person->number = 1;
	wish(s, person, &entry, manner);
	pack_finish(&form);
}

static void vote(struct story *s, struct person *person, struct words *w, struct manner manner)
{
	uint32_t activity = word_number(w), round = 1;
	struct pack ballot, form;
	pack_init(&ballot);
	pack_init(&form);
	bool secret = session_secret(s->session, activity, &round);
	if (word_is(w, "round"))
		round = word_number(w);
	if (!word_is(w, "nothing") && !notation_pack(word(w), &ballot))
		wrong(s, "no ballot");
	struct entry entry = { .command = COMMAND_ballot, .subject = { .a = activity } };
	if (secret) {
		uint8_t key[16];
		struct counter *counter = counter_of(person, activity, round);
		key_of(person, activity, round, key, &entry.name.lane);
		entry.name.number = manner.number ? manner.number : ++counter->number;
		entry.command = COMMAND_secret_ballot;
		entry.subject.b = session_room(s->session, actor_of(s, person));
		entry.salted = ENTRY_FORM;
		bool formed = session_secret_form(s->session, activity, round, key, pack_bytes(&ballot), &form);
		entry.form = pack_bytes(&form);
		if (!session_secret_may(s->session, &entry, actor_of(s, person))) {
			answer(s, "refused before the log: closed for this person");
			pack_clear(&form);
		} else if (!formed) {
			answer(s, "refused before the log: bad_ballot");
		}
	} else {
		entry.name = (struct name){ actor_of(s, person), person->lane, manner.number ? manner.number : ++person->number };
		pack_array(&form, 3);
		pack_uint(&form, round);
		pack_uint(&form, 0);
		pack_bin(&form, pack_bytes(&ballot));
	}
	entry.form = pack_bytes(&form);
	if (form.len)
		wish(s, person, &entry, manner);
	pack_finish(&ballot);
	pack_finish(&form);
}

/* "open 1 @2 [300000]": the command's name, a, b, the form, words of a text. */
static bool command(struct story *s, struct person *person, struct words *w, struct manner manner)
{
	struct entry entry = { .command = command_of(word(w)) };
	struct pack form, text;
	if (entry.command == 0)
		return false;
	pack_init(&form);
	pack_init(&text);
	uint32_t *subject = &entry.subject.a;
	for (int i = 0; i < 2 && ahead(w)[0] && strchr("@0123456789", ahead(w)[0]); i++, subject = &entry.subject.b) {
		const char *number = word(w);
		*(number[0] == '@' ? &entry.subject.b : subject) = number_of(number);
	}
	bool fine = ahead(w)[0] != '[' ? notation_pack("[]", &form) : notation_pack(word(w), &form);
	text_take(w, entry.command, &text);
	if (entry.command == COMMAND_profile) {
		pack_clear(&form);
		pack_array(&form, 1);
		pack_uint(&form, text.len ? session_organisation_of(pack_bytes(&text)) : 0);
	}
	if (entry.command == COMMAND_proxy) { /* as intake makes it */
		struct pack padded;
		pack_init(&padded);
		fine = fine && session_proxy_form(s->session, entry.subject.a, pack_bytes(&form), pack_bytes(&text), &padded);
		pack_clear(&form);
		if (fine)
			pack_raw(&form, pack_bytes(&padded));
		pack_finish(&padded);
		entry.salted = ENTRY_FORM;
	}
	entry.name = (struct name){ actor_of(s, person), person->lane, manner.number ? manner.number : ++person->number };
	entry.form = pack_bytes(&form);
	entry.text = pack_bytes(&text);
	enum fault paper = entry.command == COMMAND_proxy || entry.command == COMMAND_papers ? session_paper_may(s->session, &entry) : FAULT_none;
	if (paper != FAULT_none && !manner.insists)
		fprintf(s->out, "\trefused before the log: %s\n", fault_name(paper));
	else if (fine)
		wish(s, person, &entry, manner);
	pack_finish(&form);
	pack_finish(&text);
	return fine;
}

static void repeat(struct story *s, struct person *person)
{
	if (person->last == 0) {
		wrong(s, "%s has said nothing yet", person->name);
		return;
	}
	struct entry entry = s->log[person->last - 1].entry;
	wish(s, person, &entry, (struct manner){ 0 });
}

/* --- what pages see --- */

struct sight {
	struct eyes eyes;
	struct eyes_key keys[NUMBERS];
	struct section sections[MOST_SECTIONS];
	size_t count;
};

static void look(const struct story *s, struct person *person, struct sight *out)
{
	*out = (struct sight){ .eyes = { .actor = actor_of(s, person), .keys = out->keys } };
	out->eyes.roles = session_roles(s->session, out->eyes.actor);
	out->eyes.room = session_room(s->session, out->eyes.actor);
	for (size_t i = 0; i < person->counters_count; i++) {
		struct eyes_key *key = &out->keys[out->eyes.keys_count++];
		uint64_t lane;
		*key = (struct eyes_key){ .activity = person->counters[i].activity, .round = person->counters[i].round };
		key_of(person, key->activity, key->round, key->key, &lane);
	}
	for (int shape = SHAPE_SHARED; shape <= SHAPE_OWN; shape++)
		out->count += session_sections(s->session, &out->eyes, (enum section_shape)shape, out->sections + out->count, MOST_SECTIONS - out->count);
	CHECK(out->count < MOST_SECTIONS);
}

/* sealed: keys are forgotten, `mine` is not compared. */
static void same_for_all(struct story *s, const struct session *other, bool sealed, const char *what)
{
	for (size_t p = 0; p < s->people_count; p++) {
		struct sight sight;
		look(s, &s->people[p], &sight);
		for (size_t i = 0; i < sight.count; i++) {
			struct pack first, second;
			char name[64];
			if (sealed && sight.sections[i].kind == SECTION_mine)
				continue;
			pack_init(&first);
			pack_init(&second);
			session_view(s->session, &sight.eyes, sight.sections[i], 0, 1, &first);
			session_view(other, &sight.eyes, sight.sections[i], 0, 1, &second);
			section_name(sight.sections[i], name);
			if (!slice_equal(pack_bytes(&first), pack_bytes(&second)))
				wrong(s, "%s, %s sees another %s", what, s->people[p].name, name);
			pack_finish(&first);
			pack_finish(&second);
		}
	}
}

static void tell_section(struct story *s, struct slice packed)
{
	static const struct unpack_limits limits = { .depth = 16, .values = 1 << 20, .bytes = 1 << 20 };
	char name[64];
	struct section section;
	struct unpack *in = unpack_create(packed, &limits);
	unpack_arrays(in, 5);
	section.kind = (uint8_t)unpack_uint(in, 255);
	section.a = (uint32_t)unpack_uint(in, UINT32_MAX);
	section.b = (uint32_t)unpack_uint(in, UINT32_MAX);
	bool whole = unpack_bool(in);
	section_name(section, name);
	CHECK(unpack_ok(in));
	unpack_destroy(in);
	/* The items as they stand in the bytes: behind [kind, a, b, whole. */
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	notation_print(packed, true, out);
	fclose(out);
	const char *items = strstr(text, whole ? "true, [" : "false, [");
	answer(s, "  %s%s: %.*s", name, whole ? "" : " +", (int)(strlen(items) - 1 - (whole ? 6 : 7)), items + (whole ? 6 : 7));
	free(text);
}

static bool wanted(struct words *w, struct section section)
{
	bool any = false;
	for (size_t i = w->next; i < w->count; i++) {
		any = true;
		if (strcmp(w->at[i], section_info(section.kind)->name) == 0)
			return true;
	}
	return !any;
}

/* Everything whole, as a page that comes anew. */
static void sees(struct story *s, struct person *person, struct words *w)
{
	struct sight sight;
	struct pack packed;
	size_t told = 0;
	look(s, person, &sight);
	pack_init(&packed);
	for (size_t i = 0; i < sight.count; i++) {
		pack_clear(&packed);
		uint64_t since = session_sees(s->session, &sight.eyes, sight.sections[i]);
		if (!wanted(w, sight.sections[i]) || !session_view(s->session, &sight.eyes, sight.sections[i], 0, since, &packed))
			continue;
		tell_section(s, pack_bytes(&packed));
		told++;
	}
	if (told == 0)
		answer(s, "  nothing");
	pack_finish(&packed);
}

/* What the next frame to this page holds: what is gone, and what changed since the last time it heard. */
static void hears(struct story *s, struct person *person)
{
	struct sight sight;
	struct pack packed;
	struct heard now[SIGHTS];
	size_t now_count = 0, told = 0;
	look(s, person, &sight);
	pack_init(&packed);
	for (size_t h = 0; h < person->heard_count; h++)
		if (!session_sees(s->session, &sight.eyes, person->heard[h].section)) {
			char name[64];
			section_name(person->heard[h].section, name);
			answer(s, "  gone: %s", name);
			told++;
		}
	for (size_t i = 0; i < sight.count; i++) {
		uint64_t since = 0, from = session_sees(s->session, &sight.eyes, sight.sections[i]);
		for (size_t h = 0; h < person->heard_count; h++)
			if (section_equal(person->heard[h].section, sight.sections[i]))
				since = person->heard[h].since;
		pack_clear(&packed);
		if (session_view(s->session, &sight.eyes, sight.sections[i], since, from, &packed)) {
			tell_section(s, pack_bytes(&packed));
			told++;
		}
		CHECK(now_count < SIGHTS);
		now[now_count++] = (struct heard){ sight.sections[i], session_seq(s->session) };
	}
	memcpy(person->heard, now, now_count * sizeof *now);
	person->heard_count = now_count;
	if (told == 0)
		answer(s, "  nothing new");
	pack_finish(&packed);
}

/* --- lines --- */

static void tell_create(struct story *s, struct words *w)
{
	struct pack form, text;
	uint32_t k = K_DEFAULT, grace = GRACE_MS;
	while (w->next < w->count && ahead(w)[0] != '"') {
		const char *what = word(w);
		if (strcmp(what, "k") == 0)
			k = word_number(w);
		else if (strcmp(what, "grace") == 0)
			grace = word_number(w);
	}
	pack_init(&form);
	pack_init(&text);
	pack_array(&form, 8);
	pack_uint(&form, 1);
	pack_uint(&form, 0);
	pack_uint(&form, k);
	pack_uint(&form, grace);
	pack_str(&form, slice_text("en"));
	pack_uint(&form, s->now_ms);
	pack_str(&form, slice_text("K7MP3XQR"));
	pack_str(&form, slice_text(""));
	text_take(w, COMMAND_create, &text);
	by_house(s, COMMAND_create, (struct subject){ 0 }, &form, &text);
	pack_finish(&form);
	pack_finish(&text);
}

/* What the house writes down when a session is made: the same commands as a facilitator's. */
static bool tell_making(struct story *s, const char *what, struct words *w)
{
	struct pack form, text;
	struct subject subject = { 0 };
	uint16_t made = 0;
	pack_init(&form);
	pack_init(&text);
	if (strcmp(what, "step") == 0) {
		made = COMMAND_step_put;
		subject.a = word_number(w);
		pack_array(&form, 6);
		pack_uint(&form, subject.a);
		pack_uint(&form, 10);
		for (int i = 0; i < 3; i++)
			pack_uint(&form, 0);
		pack_array(&form, 0);
	} else if (strcmp(what, "activity") == 0) { /* activity 1 dots [5, 3] person open "title" */
		made = COMMAND_activity_put;
		subject.a = word_number(w);
		const char *kind = word(w), *config = word(w);
		pack_array(&form, 6);
		pack_uint(&form, 1);
		pack_str(&form, slice_text(kind));
		pack_uint(&form, strcmp(word(w), "room") == 0 ? 2 : 1);
		pack_uint(&form, strcmp(word(w), "secret") == 0);
		struct pack bytes;
		pack_init(&bytes);
		notation_pack(config, &bytes);
		pack_bin(&form, pack_bytes(&bytes));
		pack_str(&form, slice_text(""));
		pack_finish(&bytes);
	} else if (strcmp(what, "items") == 0) {
		made = COMMAND_items_put;
		subject.a = word_number(w);
		size_t count = w->count - w->next;
		pack_array(&form, 2 * count);
		for (uint32_t i = 1; i <= count; i++) {
			pack_uint(&form, i);
			pack_uint(&form, 0);
		}
	} else if (strcmp(what, "room") == 0) {
		made = COMMAND_room_put;
		subject.a = word_number(w);
		pack_array(&form, 0);
	}
	text_take(w, made, &text);
	if (made)
		by_house(s, made, subject, &form, &text);
	pack_finish(&form);
	pack_finish(&text);
	return made != 0;
}

static void tell_link(struct story *s, enum role role, const char *name)
{
	struct person *person = person_make(s, name);
	struct digest hash = digest_plain(slice_of(person->token, 16));
	struct pack form, text;
	person->link = true;
	pack_init(&form);
	pack_init(&text);
	pack_array(&form, 2);
	pack_uint(&form, role);
	pack_bin(&form, slice_of(hash.bytes, 32));
	pack_array(&text, 1);
	pack_array(&text, 2);
	pack_str(&text, slice_text(""));
	pack_str(&text, slice_text(name));
	struct entry entry = { .name = { .who = ACTOR_HOUSE }, .command = COMMAND_link_put, .subject = { .a = ++s->links }, .form = pack_bytes(&form), .text = pack_bytes(&text) };
	append(s, &entry, false, FAULT_none);
	pack_finish(&form);
	pack_finish(&text);
}

static bool tell_person(struct story *s, const char *name, struct words *w)
{
	struct manner manner = { 0 };
	struct person *person = person_find(s, name);
	if (word_is(w, "is")) { /* "Bo2 is Bo": another page of the same person */
		struct person *of = person_find(s, word(w));
		if (of == NULL || person)
			return false;
		person = person_make(s, name);
		memcpy(person->token, of->token, sizeof of->token);
		memcpy(person->secret, of->secret, sizeof of->secret);
		person->link = of->link;
		return true;
	}
	if (word_is(w, "insists:"))
		manner.insists = true;
	if (ahead(w)[0] == '#')
		manner.number = (uint32_t)strtoul(word(w) + 1, NULL, 10);
	if (word_is(w, "joins")) {
		struct pack text;
		pack_init(&text);
		if (person == NULL)
			person = person_make(s, name);
		text_take(w, COMMAND_join, &text);
		join(s, person, &text, manner);
		pack_finish(&text);
		return true;
	}
	if (person == NULL)
		return false;
	if (word_is(w, "draws")) { /* "Bo draws a new lane" */
		person->lane = 0x1a00000000000000 + ++s->lanes;
		person->number = 0;
	} else if (word_is(w, "votes")) {
		vote(s, person, w, manner);
	} else if (word_is(w, "repeats")) {
		repeat(s, person);
	} else if (word_is(w, "sees")) {
		sees(s, person, w);
	} else if (word_is(w, "hears")) {
		hears(s, person);
	} else {
		return command(s, person, w, manner);
	}
	return true;
}

/* What only a house knows, who sees connections come and go: "away 1", the holder of that room's pen; "placed 4 1", all who are present in room 1 have answered activity 4. */
static bool tell_presence(struct story *s, const char *what, struct words *w)
{
	uint32_t first = word_number(w), second = word_number(w);
	struct held_pen pen;
	struct gate gate;
	struct pack form;
	bool found = false;
	pack_init(&form);
	for (unsigned cursor = 0; strcmp(what, "away") == 0 && !found && session_held_pen(s->session, &cursor, &pen);)
		if ((found = pen.room == first)) {
			session_pen_form(&pen, &form);
			by_house(s, COMMAND_pen_away, (struct subject){ first, 0 }, &form, NULL);
		}
	for (unsigned cursor = 0; strcmp(what, "placed") == 0 && !found && session_gate(s->session, &cursor, &gate);)
		if ((found = gate.activity == first && gate.room == second)) {
			session_gate_form(&gate, &form);
			by_house(s, COMMAND_placed, (struct subject){ first, SCOPE_ROOM | second }, &form, NULL);
		}
	pack_finish(&form);
	if (!found)
		fprintf(s->out, "\tnothing to say\n");
	return true;
}

static bool tell_line(struct story *s, char *line)
{
	struct words w;
	words_split(line, &w);
	const char *first = word(&w);
	if (strcmp(first, "create") == 0) {
		tell_create(s, &w);
	} else if (strcmp(first, "facilitator") == 0 || strcmp(first, "screen") == 0) {
		tell_link(s, first[0] == 'f' ? ROLE_FACILITATOR : ROLE_SCREEN, word(&w));
	} else if (first[0] == '+') { /* "+30 s", "+5 min" */
		uint64_t until = s->now_ms + strtoull(first + 1, NULL, 10) * (strcmp(word(&w), "min") == 0 ? 60000 : 1000);
		while (s->now_ms < until) { /* what comes due comes at its own time */
			s->now_ms += 500;
			house_acts(s);
		}
	} else if (strcmp(first, "reset") == 0) {
		s->term++;
	} else if (strcmp(first, "away") == 0 || strcmp(first, "placed") == 0) {
		tell_presence(s, first, &w);
	} else if (!tell_making(s, first, &w) && !tell_person(s, first, &w)) {
		return false;
	}
	if (s->session && session_seq(s->session))
		house_acts(s);
	return true;
}

/* The log from its first entry, as it is now, struck parts away: the same results for everybody. */
static void replay(struct story *s)
{
	struct session *again = session_create(sid_of(0x4f1d2c3b5a697887));
	bool struck = false;
	for (size_t i = 0; i < s->log_count; i++) {
		session_step(again, &s->log[i].entry);
		struck |= s->log[i].entry.struck != 0;
	}
	session_changes_clear(again);
	if (!struck && session_digest(again) != session_digest(s->session))
		wrong(s, "replayed it is another session");
	if (struck)
		same_for_all(s, again, true, "replayed without what was struck");
	session_destroy(again);
}

bool story_tell(const char *path, FILE *out)
{
	struct story s = { .out = out, .term = 1, .now_ms = BEGIN_MS, .session = session_create(sid_of(0x4f1d2c3b5a697887)) };
	FILE *in = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	CHECK(in != NULL);
	while ((len = getline(&line, &room, in)) >= 0) {
		if (len && line[len - 1] == '\n')
			line[len - 1] = 0;
		if (line[0] == '\t')
			continue; /* an answer of an earlier telling */
		fprintf(out, "%s\n", line);
		if (line[0] == '#' || line[0] == 0)
			continue;
		if (strcmp(line, "through the house") == 0) {
			s.failed = !story_tell_house(in, out);
			break;
		}
		if (!tell_line(&s, line))
			wrong(&s, "this line is not understood");
	}
	replay(&s);
	free(line);
	fclose(in);
	for (size_t i = 0; i < s.log_count; i++) {
		pack_finish(&s.log[i].form);
		pack_finish(&s.log[i].text);
	}
	free(s.log);
	session_destroy(s.session);
	return !s.failed;
}
