/* SPDX-License-Identifier: EUPL-1.2 */
/* What the fuzzers of the core stand on: a session with people, rooms, an open and a secret question, made anew each time from its snapshot. */
#ifndef BOLLPLANK_TESTS_FUZZ_GROUND_H
#define BOLLPLANK_TESTS_FUZZ_GROUND_H
#include "base/check.h"
#include "base/limits.h"
#include "lib/script.h"

static inline struct session *ground_session(void)
{
	static struct pack saved;
	if (saved.len == 0) {
		struct script s;
		script_begin(&s, 3);
		script_people(&s, 5);
		script_activity(&s, &(struct question){ "dots", "[5, 3]", 1, 3, false });
		script_activity(&s, &(struct question){ "choice", "[0, 2]", 1, 3, true });
		script_rooms(&s, 2);
		DO(&s, FACILITATOR, open, .a = 1, .form = "[60000]");
		DO(&s, FACILITATOR, open, .a = 2, .form = "[0]");
		script_ballot(&s, 1, 1, "[1, 2]");
		for (uint32_t m = 1; m <= 4; m++)
			script_secret(&s, m, 2, "[1, 1]");
		session_save(s.session, &saved);
		script_finish(&s);
	}
	struct session *s = session_restore(script_sid(), pack_bytes(&saved));
	CHECK(s != NULL);
	return s;
}

/* Everybody looks at everything. */
static inline void ground_look(const struct session *s)
{
	static const uint32_t actors[] = { 0, 1, 2, 5, FACILITATOR, SCREEN };
	struct section sight[64];
	struct pack out;
	pack_init(&out);
	for (size_t i = 0; i < sizeof actors / sizeof *actors; i++)
		for (int shape = SHAPE_SHARED; shape <= SHAPE_OWN; shape++) {
			struct eyes_key keys[LIMIT_SCRIPT_KEYS];
			struct eyes eyes = script_eyes(NULL, s, actors[i], keys);
			size_t count = session_sections(s, &eyes, (enum section_shape)shape, sight, 64);
			for (size_t k = 0; k < count && k < 64; k++) {
				uint64_t sees = session_sees(s, &eyes, sight[k]);
				CHECK(sees > 0 && sees <= session_seq(s));
				pack_clear(&out);
				session_view(s, &eyes, sight[k], session_seq(s) / 2, sees, &out);
			}
		}
	pack_finish(&out);
}

/* The next entry: what was said ahead of time is what happens. */
static inline enum fault ground_step(struct session *s, const struct entry *entry)
{
	bool kept;
	enum fault ahead = session_would_refuse(s, entry, &kept), fault = session_step(s, entry);
	CHECK(session_stopped(s) || fault == ahead || entry->struck);
	return fault;
}

/* What came of it can be looked at, saved and loaded. Ends the session. */
static inline void ground_leave(struct session *s)
{
	struct pack saved;
	pack_init(&saved);
	if (!session_stopped(s)) {
		ground_look(s);
		session_save(s, &saved);
		struct session *again = session_restore(script_sid(), pack_bytes(&saved));
		CHECK(again != NULL && session_digest(again) == session_digest(s));
		session_destroy(again);
	}
	pack_finish(&saved);
	session_destroy(s);
}
#endif
