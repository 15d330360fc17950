/* SPDX-License-Identifier: EUPL-1.2 */
/* Every command by everybody in every phase, also after the end. What must come out is worked out here from protocol/tbl/commands.h; what comes out
 * is the step's word. The few rows where more is asked than role and phase stand in `more_asked`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/check.h"
#include "core/state.h" /* phase_in: the phase itself, not what pages are told of it */
#include "lib/notation.h"
#include "lib/script.h"

enum { OPEN_ONE = 1, SECRET_ONE = 2, DEPUTY = 3u | ACTOR_LINK };

enum {
	ANYONE = ROLE_ANYONE, PARTICIPANT = ROLE_PARTICIPANT, PEN = ROLE_PEN, FACILITATOR_ROLE = ROLE_FACILITATOR, HOUSE = ROLE_HOUSE, INTAKE = ROLE_INTAKE,
	NONE = 0, READY = PHASE_READY, OPEN = PHASE_OPEN, CLOSING = PHASE_CLOSING, CLOSED = PHASE_CLOSED, SEALED = PHASE_SEALED, REVEALED = PHASE_REVEALED
};

/* The table's word FACILITATOR means the role; the script's means the one with the first link. */
struct row {
	const char *name;
	unsigned command, who, phases, becomes;
};
#define FACILITATOR ROLE_FACILITATOR
static const struct row rows[] = {
#define COMMAND(name, number, who, phases, becomes, form, meaning) { #name, number, who, phases, becomes },
#include "tbl/commands.h"
#undef COMMAND
};
#undef FACILITATOR
enum { FACILITATOR_LINK = 1u | ACTOR_LINK, ROWS = sizeof rows / sizeof *rows };

/* A proper form for each command, in the notation. NULL: made in `form_make`. */
static const char *const forms[] = {
	[COMMAND_create] = "[1, 0, 3, 0, \"sv\", 5, \"K7MP3XQR\", \"\"]",
	[COMMAND_join] = "[h'5555555555555555555555555555555555555555555555555555555555555555', h'', 0]",
	[COMMAND_step_put] = "[1, 10, 0, 0, 0, []]",
	[COMMAND_activity_put] = "[1, \"dots\", 1, SECRET, <<[5, 3]>>, \"\"]",
	[COMMAND_items_put] = "[1, 0]",
	[COMMAND_items_hide] = "[1, 1]",
	[COMMAND_rooms] = "[[1, 1], [2, 2]]",
	[COMMAND_room_put] = "[]",
	[COMMAND_move] = "[1, 2]",
	[COMMAND_go] = "[]",
	[COMMAND_open] = "[0]",
	[COMMAND_close] = "[1]",
	[COMMAND_hold] = "[]",
	[COMMAND_time] = "[1000]",
	[COMMAND_due] = NULL,
	[COMMAND_reveal] = "[]",
	[COMMAND_hide] = "[]",
	[COMMAND_look] = "[]",
	[COMMAND_ask] = "[]",
	[COMMAND_ballot] = "[1, 0, <<[1, 1]>>]",
	[COMMAND_secret_ballot] = "[1, h'0102030405060708090a0b0c0d0e0f10', h'0003920101']",
	[COMMAND_seal] = NULL,
	[COMMAND_show] = "[0, 0, 0, 0]",
	[COMMAND_say] = "[]",
	[COMMAND_link_put] = "[32, h'6666666666666666666666666666666666666666666666666666666666666666']",
	[COMMAND_link_revoke] = "[]",
	[COMMAND_merge] = "[]",
	[COMMAND_extra] = "[1000]",
	[COMMAND_extra_due] = "[1]",
	[COMMAND_end] = "[]",
	[COMMAND_profile] = "[0]",
	[COMMAND_groups_put] = "[1]",
	[COMMAND_guide_put] = "[]",
	[COMMAND_placed] = "[1, 5]",
	[COMMAND_pen_take] = "[0]",
	[COMMAND_pen_give] = "[0, 1]",
	[COMMAND_pen_away] = "[1]",
	[COMMAND_note_put] = "[h'0101010101010101', 0, 1, 0, 0, 0, 5, 0]",
	[COMMAND_note_drop] = "[h'0101010101010101', 0]",
	[COMMAND_tray_take] = "[1, 0, h'0000000000000000', 0]",
	[COMMAND_hand] = "[0, 0]",
	[COMMAND_ready] = "[1, 1]",
	[COMMAND_back] = "[1000]",
	[COMMAND_outcome] = "[1, 0, 0, [1, 0, 0, 2, 0, 0, 3, 0, 0]]",
	[COMMAND_papers] = "[2]",
	[COMMAND_proxy] = "[1, h'0102030405060708090a0b0c0d0e0f10', 1, h'0003920101']",
	[COMMAND_rules] = "[1]",
	[COMMAND_pause] = "[5000]",
	[COMMAND_lead] = "[0]",
	[COMMAND_focus] = "[0]",
	[COMMAND_agree] = "[1, 1, h'920101']",
};

static struct subject subject_of(unsigned command, uint32_t activity)
{
	switch (command) {
	case COMMAND_step_put: case COMMAND_room_put: case COMMAND_go: case COMMAND_guide_put: case COMMAND_pen_take: case COMMAND_pen_give: case COMMAND_pen_away:
	case COMMAND_note_drop: case COMMAND_tray_take: case COMMAND_hand: case COMMAND_ready: case COMMAND_lead: case COMMAND_focus: return (struct subject){ 1, 0 };
	case COMMAND_note_put: return (struct subject){ 1, 1 };
	case COMMAND_papers: case COMMAND_proxy: return (struct subject){ activity, 1 };
	case COMMAND_link_put: return (struct subject){ 5, 0 };
	case COMMAND_link_revoke: return (struct subject){ 4, 0 };
	case COMMAND_merge: case COMMAND_secret_ballot: return (struct subject){ command == COMMAND_merge ? 1 : activity, 2 };
	case COMMAND_extra: case COMMAND_extra_due: return (struct subject){ activity, 1 };
	default: return (struct subject){ activity, 0 };
	}
}

static void form_make(const struct session *s, unsigned command, uint32_t activity, struct pack *out)
{
	struct wait wait;
	unsigned cursor = 0;
	if (forms[command]) {
		char text[512];
		snprintf(text, sizeof text, "%s", forms[command]);
		char *secret = strstr(text, "SECRET");
		if (secret)
			memcpy(secret, activity == SECRET_ONE ? "1     " : "0     ", 6);
		assert_true(notation_pack(text, out));
		return;
	}
	while (session_waits(s, &cursor, &wait))
		if (wait.command == command && (command == COMMAND_due || wait.subject.a == activity)) {
			session_wait_form(s, &wait, out);
			return;
		}
	assert_true(notation_pack(command == COMMAND_due ? "[1]" : "[1, 1, 1, 0, [], []]", out));
}

/* Beyond role and phase. */
static enum fault more_asked(unsigned command, bool member, bool secret, uint32_t phase, bool over)
{
	switch (command) {
	case COMMAND_create: return FAULT_taken;
	case COMMAND_rules: return FAULT_stale; /* these hold already */
	case COMMAND_join: case COMMAND_end: return over ? FAULT_over : FAULT_none;
	case COMMAND_due: return over ? FAULT_stale : FAULT_none;
	case COMMAND_look: return secret ? FAULT_secret_look : FAULT_none;
	case COMMAND_reveal: case COMMAND_ask: return secret && phase == CLOSED ? FAULT_not_sealed : FAULT_none;
	case COMMAND_ballot: return secret ? FAULT_not_allowed : FAULT_none;
	case COMMAND_secret_ballot: return secret ? FAULT_none : FAULT_not_allowed;
	case COMMAND_seal: return secret ? FAULT_none : FAULT_stale;
	case COMMAND_extra: return phase & (OPEN | CLOSING | CLOSED) ? FAULT_none : FAULT_wrong_phase;
	case COMMAND_extra_due: return FAULT_malformed; /* nobody has any */
	case COMMAND_placed: return FAULT_malformed;    /* these questions have no gate */
	case COMMAND_pen_give: return member ? FAULT_pen_needed : FAULT_none;
	case COMMAND_pen_away: return FAULT_stale; /* nobody holds it */
	case COMMAND_note_drop: return FAULT_pen_needed;
	case COMMAND_note_put: return over ? FAULT_over : FAULT_none; /* a suggestion */
	case COMMAND_tray_take: return !member ? FAULT_no_note : over ? FAULT_over : FAULT_pen_needed;
	case COMMAND_papers: return phase == REVEALED || (secret && phase == SEALED) ? FAULT_wrong_phase : FAULT_none;
	case COMMAND_proxy: return secret ? FAULT_none : FAULT_no_paper; /* none were announced; of a secret question intake asks */
	case COMMAND_pause: return phase == CLOSING ? FAULT_wrong_phase : FAULT_none; /* there no time runs, but the grace */
	case COMMAND_lead: case COMMAND_focus: return member ? FAULT_not_allowed : FAULT_none; /* neither leads nor writes */
	case COMMAND_agree: return FAULT_not_allowed;                                 /* these questions are a person's each */
	case COMMAND_items_hide: return secret && phase & (SEALED | REVEALED) ? FAULT_fixed : FAULT_none;
	default: return FAULT_none;
	}
}

static bool lasts_beyond_the_end(unsigned command)
{
	static const unsigned lasting[] = { COMMAND_join, COMMAND_seal, COMMAND_reveal, COMMAND_hide, COMMAND_look, COMMAND_show, COMMAND_say,
					    COMMAND_note_put, COMMAND_tray_take, COMMAND_outcome, COMMAND_link_revoke, COMMAND_due, COMMAND_extra_due, COMMAND_end };
	for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++)
		if (lasting[i] == command)
			return true;
	return false;
}

static enum fault expected(const struct row *row, unsigned roles, uint32_t who, bool secret, uint32_t phase, bool over)
{
	bool ballot = row->command == COMMAND_ballot || row->command == COMMAND_secret_ballot || row->command == COMMAND_proxy || row->command == COMMAND_agree;
	if (who == 0 && row->command != COMMAND_join && row->command != COMMAND_secret_ballot)
		return FAULT_lane_unknown;
	if (who != 0 && row->command == COMMAND_secret_ballot)
		return FAULT_malformed; /* it names nobody */
	if (!(roles & row->who))
		return FAULT_not_allowed;
	if (over && !lasts_beyond_the_end(row->command))
		return FAULT_over;
	if (row->phases && !(phase & row->phases))
		return !ballot || phase == READY ? FAULT_wrong_phase : FAULT_closed;
	return more_asked(row->command, roles & ROLE_PARTICIPANT, secret, phase, over);
}

static uint32_t afterwards(const struct row *row, bool secret, uint32_t phase)
{
	if (row->command == COMMAND_close)
		return CLOSED; /* now */
	if (row->command == COMMAND_seal || (row->command == COMMAND_hide && secret))
		return SEALED; /* one part is all of it */
	if (row->command == COMMAND_due)
		return phase == OPEN ? CLOSING : phase == CLOSING ? CLOSED : phase;
	if (row->command == COMMAND_time)
		return phase == CLOSING ? OPEN : phase;
	if (row->command == COMMAND_end)
		return phase & (OPEN | CLOSING) ? CLOSED : phase;
	return row->becomes ? row->becomes : phase;
}

/* Both questions in the phase asked for. */
static void bring_to(struct script *s, uint32_t activity, uint32_t phase, bool over)
{
	script_begin(s, 3);
	for (int i = 0; i < 3; i++)
		script_join(s, "n", i ? "b" : "a");
	script_activity(s, &(struct question){ "dots", "[5, 3]", 1, 3, false });
	script_activity(s, &(struct question){ "dots", "[5, 3]", 1, 3, true });
	script_rooms(s, 2);
	static const char *const deputies[] = { "[16, h'0303030303030303030303030303030303030303030303030303030303030303']",
						"[32, h'0404040404040404040404040404040404040404040404040404040404040404']" };
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(DO(s, FACILITATOR_LINK, link_put, .a = 3 + i, .form = deputies[i]), FAULT_none);
	/* The deputy joins, and is revoked: the lane is there still. */
	struct pack form;
	pack_init(&form);
	assert_true(notation_pack("[h'0303030303030303030303030303030303030303030303030303030303030303', h'', 0]", &form));
	struct entry join = { .name = { 0, 9003, 1 }, .command = COMMAND_join, .form = pack_bytes(&form) };
	assert_int_equal(script_entry(s, &join), FAULT_none);
	map_set(&s->numbers, DEPUTY, 1);
	pack_finish(&form);
	assert_int_equal(DO(s, FACILITATOR_LINK, link_revoke, .a = 3), FAULT_none);
	if (phase != READY)
		assert_int_equal(DO(s, FACILITATOR_LINK, open, .a = activity, .form = "[0]"), FAULT_none);
	if (phase == CLOSING)
		assert_int_equal(DO(s, FACILITATOR_LINK, close, .a = activity, .form = "[0]"), FAULT_none);
	else if (phase & (CLOSED | SEALED | REVEALED))
		assert_int_equal(DO(s, FACILITATOR_LINK, close, .a = activity, .form = "[1]"), FAULT_none);
	if (activity == SECRET_ONE && phase & (SEALED | REVEALED))
		assert_int_equal(script_house_acts(s), 1);
	if (phase == REVEALED)
		assert_int_equal(DO(s, FACILITATOR_LINK, reveal, .a = activity), FAULT_none);
	if (phase != CLOSING) /* there the grace is the deadline; more time would open again */
		assert_int_equal(DO(s, FACILITATOR_LINK, time, .form = "[5000]"), FAULT_none);
	if (over)
		assert_int_equal(DO(s, FACILITATOR_LINK, end), FAULT_none);
}

static const struct actor {
	const char *name;
	uint32_t who;
	unsigned roles;
} actors[] = {
	{ "somebody at the door", 0, ROLE_ANYONE },
	{ "a participant", 1, ROLE_ANYONE | ROLE_PARTICIPANT },
	{ "a facilitator", FACILITATOR_LINK, ROLE_ANYONE | ROLE_FACILITATOR },
	{ "a screen", SCREEN, ROLE_ANYONE | ROLE_SCREEN },
	{ "a revoked link", DEPUTY, 0 },
	{ "the house", ACTOR_HOUSE, ROLE_HOUSE },
};

static void one(const struct script *script, const struct row *row, const struct actor *actor, uint32_t activity, bool over, const char *where)
{
	const struct session *at = script->session;
	bool secret = activity == SECRET_ONE, kept;
	uint32_t phase = phase_in(at, activity, SCOPE_SESSION, NULL);
	struct pack form, saved;
	pack_init(&form);
	pack_init(&saved);
	form_make(at, row->command, activity, &form);
	session_save(at, &saved);
	struct session *s = session_restore(script_sid(), pack_bytes(&saved));
	struct entry entry = { .term = 1, .seq = session_seq(s) + 1, .at_ms = session_at_ms(s) + 1, .name = { .who = actor->who }, .command = (uint16_t)row->command,
			       .subject = subject_of(row->command, activity), .form = pack_bytes(&form),
			       .salted = row->command == COMMAND_secret_ballot || row->command == COMMAND_proxy ? ENTRY_FORM : 0u };
	unsigned roles = actor->who == 0 && row->command == COMMAND_secret_ballot ? ROLE_INTAKE : actor->roles;
	if (actor->who != ACTOR_HOUSE)
		entry.name = (struct name){ actor->who, actor->who & ACTOR_LINK ? 9000 + (actor->who & 0xff) : 1000 + actor->who, 500 };
	if (row->command == COMMAND_join)
		entry.name = (struct name){ actor->who, actor->who == ACTOR_HOUSE ? 0 : 77, 1 };
	enum fault wanted = expected(row, roles, actor->who, secret, phase, over), ahead = session_would_refuse(s, &entry, &kept);
	enum fault got = session_step(s, &entry);
	if (got != wanted || ahead != wanted)
		fail_msg("%s by %s, %s: %s (ahead: %s) instead of %s", row->name, actor->name, where, fault_name(got), fault_name(ahead), fault_name(wanted));
	assert_false(session_stopped(s));
	const struct section *changes;
	size_t count = session_changes(s, &changes);
	for (size_t i = 0; got != FAULT_none && i < count; i++)
		if (changes[i].kind != SECTION_verdicts && changes[i].kind != SECTION_mine)
			fail_msg("%s by %s, %s: refused, and changed %s", row->name, actor->name, where, section_info(changes[i].kind)->name);
	uint32_t now = phase_in(s, activity, SCOPE_SESSION, NULL), then = got == FAULT_none ? afterwards(row, secret, phase) : phase;
	if (now != then)
		fail_msg("%s by %s, %s: phase %u instead of %u", row->name, actor->name, where, now, then);
	session_destroy(s);
	pack_finish(&form);
	pack_finish(&saved);
}

static void test_everybody_everything(void **state)
{
	unsigned cases = 0;
	(void)state;
	for (uint32_t activity = OPEN_ONE; activity <= SECRET_ONE; activity++)
		for (uint32_t phase = READY; phase <= REVEALED; phase *= 2)
			for (int over = 0; over <= 1; over++) {
				struct script s;
				if (activity == OPEN_ONE && phase == SEALED)
					continue;
				bring_to(&s, activity, phase, over);
				char where[80];
				snprintf(where, sizeof where, "%s question in phase %u%s", activity == OPEN_ONE ? "open" : "secret", phase, over ? ", after the end" : "");
				for (size_t r = 0; r < ROWS; r++)
					for (size_t a = 0; a < sizeof actors / sizeof *actors; a++, cases++)
						one(&s, &rows[r], &actors[a], activity, over, where);
				script_finish(&s);
			}
	print_message("%u cases\n", cases);
	assert_int_equal(cases, 11 * 2 * ROWS * 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_everybody_everything) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
