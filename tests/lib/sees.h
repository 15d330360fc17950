/* SPDX-License-Identifier: EUPL-1.2 */
/* What somebody sees of a session, written as the protocol writes it; and that the session is the same however it came to be. For tests with lib/script.h:
 *
 *     sees(&s, 2, SECTION_plenary, 0, 0, "[1, [1, 1, 0, 2, 0, *, [[\"\", \"an idea\"]]]]");
 *     same(&s);
 */
#ifndef BOLLPLANK_TESTS_LIB_SEES_H
#define BOLLPLANK_TESTS_LIB_SEES_H
#include "base/check.h"
#include "lib/notation.h"
#include "lib/script.h"

/* `*` stands for one number, or one list of numbers. */
static inline bool sees_match(const char *text, const char *wanted)
{
	while (*wanted) {
		if (*wanted == '*' && *text >= '0' && *text <= '9') {
			text += strspn(text, "0123456789");
			wanted++;
		} else if (*wanted == '*' && *text == '[') {
			text += strspn(text, "[0123456789, ");
			text += *text == ']';
			wanted++;
		} else if (*text++ != *wanted++) {
			return false;
		}
	}
	return *text == 0;
}

/* items: the section's items in the notation; NULL: not in sight; "": in sight, and there has never been anything in it. */
static inline void sees(const struct script *script, uint32_t actor, uint8_t kind, uint32_t a, uint32_t b, const char *items)
{
	enum { MOST = 4096 };
	struct eyes_key keys[LIMIT_SCRIPT_KEYS];
	struct eyes eyes = script_eyes(script, script->session, actor, keys);
	struct section section = { kind, a, b }, *all = check_alloc(MOST, sizeof *all);
	uint64_t sight = session_sees(script->session, &eyes, section);
	struct pack out;
	char *seen = NULL, *wanted = NULL;
	size_t len;
	FILE *file = open_memstream(&seen, &len);
	pack_init(&out);
	bool written = sight && session_view(script->session, &eyes, section, 0, sight, &out);
	if (written)
		notation_print(pack_bytes(&out), true, file);
	else
		fputs(sight ? "nothing yet" : "not in sight", file);
	fclose(file);
	file = open_memstream(&wanted, &len);
	if (items && *items)
		fprintf(file, "[%u, %u, %u, true, %s]", kind, a, b, items);
	else
		fputs(items ? "nothing yet" : "not in sight", file);
	fclose(file);
	if (!sees_match(seen, wanted))
		fail_msg("actor %x sees %s instead of %s", actor, seen, wanted);
	size_t count = session_sections(script->session, &eyes, section_info(kind)->shape, all, MOST), at = 0;
	while (at < count && !section_equal(all[at], section))
		at++;
	if ((at < count) != (sight != 0) && (written || at < count))
		fail_msg("actor %x: section %u %u %u is listed and not in sight, or the other way round", actor, kind, a, b);
	free(all);
	free(seen);
	free(wanted);
	pack_finish(&out);
}

/* Verdicts and state of a replay are those that were lived; with what a seal replaces struck or not; and of a session that was saved and restored on the way. */
static inline void same(const struct script *script)
{
	for (int struck = 0; struck <= 1; struck++) {
		struct session *again = session_create(script_sid());
		for (uint64_t seq = 1; seq <= script->count; seq++) {
			struct entry entry = script->log[seq - 1].entry;
			bool gone = struck && script_is_sealed_away(script, seq);
			if (gone) {
				entry.form = slice_of(NULL, 0);
				entry.struck = ENTRY_FORM;
			}
			enum fault fault = session_step(again, &entry), lived = script->log[seq - 1].fault;
			if (fault != lived && !(gone && entry.command == COMMAND_secret_ballot))
				fail_msg("entry %llu: lived %s, replayed %s", (unsigned long long)seq, fault_name(lived), fault_name(fault));
		}
		if (session_digest(again) != session_digest(script->session))
			fail_msg("replayed%s, it is another session", struck ? " with what the seal replaces struck" : "");
		session_destroy(again);
	}
	/* Saved at some entries, at the last in any case. */
	struct session *lived = session_create(script_sid());
	uint64_t stride = script->count / (script->count > 1000 ? 4 : 40) + 1;
	for (uint64_t seq = 1; seq <= script->count; seq++) {
		session_step(lived, &script->log[seq - 1].entry);
		if (seq % stride && seq != script->count)
			continue;
		struct pack bytes;
		pack_init(&bytes);
		session_save(lived, &bytes);
		struct session *again = session_restore(script_sid(), pack_bytes(&bytes));
		pack_finish(&bytes);
		assert_non_null(again);
		if (session_digest(again) != session_digest(lived))
			fail_msg("saved at %llu it is restored as another session", (unsigned long long)seq);
		for (uint64_t rest = seq + 1; rest <= script->count; rest++) {
			enum fault fault = session_step(again, &script->log[rest - 1].entry), then = script->log[rest - 1].fault;
			if (fault != then)
				fail_msg("saved at %llu, entry %llu: lived %s, restored %s", (unsigned long long)seq, (unsigned long long)rest, fault_name(then), fault_name(fault));
		}
		if (session_digest(again) != session_digest(script->session))
			fail_msg("saved at %llu it becomes another session", (unsigned long long)seq);
		session_destroy(again);
	}
	session_destroy(lived);
}
#endif
