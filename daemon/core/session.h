/* SPDX-License-Identifier: EUPL-1.2 */
/* A session is a fold of its log: session_step takes one entry after the other and is the same pure function on every instance and at every
 * replay. No clock, no dice, no I/O, no globals, integers only. What goes out is seen as sections (protocol/tbl/sections.h). */
#ifndef BOLLPLANK_CORE_SESSION_H
#define BOLLPLANK_CORE_SESSION_H
#include "base/fault.h"
#include "base/sid.h"
#include "wire/entry.h"
#include "wire/section.h"

enum role {
#define ROLE(name, bit, meaning) ROLE_##name = bit,
#include "tbl/roles.h"
#undef ROLE
};
enum phase {
#define PHASE(name, bit, meaning) PHASE_##name = bit,
#include "tbl/phases.h"
#undef PHASE
};

struct session;
struct session *session_create(struct sid sid); /* before its first entry; seq 0 */
void session_destroy(struct session *s);        /* NULL is fine */

/* Take the next entry (seq one above the last): accept it and change, or refuse it with a fault and change nothing but the lane's last number and verdict.
 * Returns FAULT_none or FAULT_recovered when accepted. An entry of an unknown command or of newer rules stops the session: session_stopped. */
enum fault session_step(struct session *s, const struct entry *entry);
bool session_stopped(const struct session *s);
bool session_newer(const struct session *s);      /* it stopped because its rules are newer than this program: a newer one goes on with it */
uint32_t session_rules(const struct session *s);
void session_rules_form(uint32_t rules, struct pack *out); /* of an entry `rules` */
/* The step's own judgement, ahead of time, on a session that it does not change. `kept` is set when the session holds the verdict of this very command already
 * (then the answer is that verdict). term, seq and at_ms of the entry are not read. */
enum fault session_would_refuse(const struct session *s, const struct entry *entry, bool *kept);

/* --- where it stands --- */
uint64_t session_seq(const struct session *s);
uint32_t session_term(const struct session *s);
uint64_t session_at_ms(const struct session *s);        /* at_ms of the newest entry */
uint32_t session_term_at(const struct session *s, uint64_t seq); /* of the entry there; 0: there is none. Terms rise, and leave numbers out */
bool session_on_history(const struct session *s, uint32_t term, uint64_t seq);
struct code session_code(const struct session *s);
bool session_rehearsal(const struct session *s);
bool session_over(const struct session *s);
uint64_t session_digest(const struct session *s);       /* equal on every instance at equal seq */
void session_save(const struct session *s, struct pack *out);
struct session *session_restore(struct sid sid, struct slice saved); /* NULL: not a snapshot of this version */

/* --- who --- */
/* The actor behind a token's SHA-256: a member's number, a link's number | ACTOR_LINK, or 0. Revoked links are 0. */
uint32_t session_actor(const struct session *s, const uint8_t token_hash[32]);
unsigned session_roles(const struct session *s, uint32_t actor); /* set of enum role; ROLE_ANYONE for 0 */
uint32_t session_room(const struct session *s, uint32_t actor);  /* 0: in none, or no member */
bool session_secret_is(const struct session *s, uint32_t member, const uint8_t secret_hash[32]);
uint32_t session_members(const struct session *s);               /* how many there are; they are numbered 1.. */
uint32_t session_rooms(const struct session *s);
/* For the form of join and profile: the first 6 bytes, as a number, of SHA-256 of the organisation's name in this text, spaces and the case of A-Z aside; 0: it names none. */
uint64_t session_organisation_of(struct slice text);
uint32_t session_member_organisation(const struct session *s, uint32_t member);

/* --- secret ballots: intake turns `ballot` into `secret_ballot` --- */
bool session_secret(const struct session *s, uint32_t activity, uint32_t *round); /* true: secret; *round: the running one */
/* Whether intake may make a secret ballot of this member's now: the phase in the room where it counts, or extra time of their own. The entry names nobody, so only here can that be asked. */
bool session_secret_may(const struct session *s, const struct entry *secret_ballot, uint32_t member);
/* The form of a secret_ballot entry, padded to the activity's longest ballot, so that no length speaks. false: longer than any proper ballot. */
bool session_secret_form(const struct session *s, uint32_t activity, uint32_t round, const uint8_t key[16], struct slice ballot, struct pack *out);

/* --- what pages see --- */
struct eyes { /* of one connection */
	uint32_t actor;             /* 0: not joined */
	unsigned roles;
	uint32_t room;
	const struct eyes_key *keys; /* this connection's keys of secret activities */
	size_t keys_count;
};
struct eyes_key {
	uint32_t activity, round;
	uint8_t key[16];
};
/* 0, or the seq of the entry that last gave these eyes sight of the section. */
uint64_t session_sees(const struct session *s, const struct eyes *eyes, struct section section);
/* Every section in sight, in the order in which a page wants them (first what it needs to work). Shape picks own or shared ones. Returns how many; writes at most `room`. */
size_t session_sections(const struct session *s, const struct eyes *eyes, enum section_shape shape, struct section *out, size_t room);
/* Seq of the last change in a section; 0: never changed (nothing to see). */
uint64_t session_changed(const struct session *s, struct section section);
/* Write [kind, a, b, whole, items]: all of it if since < sight or the section has forgotten removals after since, else what changed after since. Afterwards
 * the section is told up to session_seq. Never cut: a section is at most some 100 kB. Its bytes do not depend on who looks (`mine` is found by the key in eyes).
 * false: nothing new, nothing written. */
bool session_view(const struct session *s, const struct eyes *eyes, struct section section, uint64_t since, uint64_t sight, struct pack *out);

/* Whether facilitators may not see yet what this entry of the log says, a `ballot`, `agree` or `proxy` of an open question: its round was never revealed to all, nor looked at, nor, where the
 * ballot counts, revealed in that room; and the session is not over. Of other entries and of secret questions: false. */
bool session_withholds(const struct session *s, const struct entry *entry);

/* What the newest step changed, for the fan-out: sections in order of change, since the last call of session_changes_clear. */
size_t session_changes(const struct session *s, const struct section **out);
/* In changes, a section `mine` is named by a number of the session's own (a; b is 0). Whose it is: the key, activity and round. false: forgotten, sealed. */
bool session_key_of(const struct session *s, struct section section, struct eyes_key *out);
/* Sight that concerns many may have changed (a phase, a reveal, a link): look again at who sees what. What concerns one person (joined, moved)
 * shows as a change of their section `me` instead. */
bool session_eyes_changed(const struct session *s);
void session_changes_clear(struct session *s);

/* --- what an instance must watch, each with its generation; the house proposes the entry when it has come --- */
struct wait {
	uint16_t command;       /* COMMAND_due, COMMAND_extra_due, COMMAND_seal */
	struct subject subject;
	uint32_t generation;
	uint64_t since_seq, since_ms, after_ms; /* began with this entry at its at_ms; due so long after it. seal: after_ms 0, at once */
};
bool session_waits(const struct session *s, unsigned *cursor, struct wait *out); /* cursor 0 at first; false: no more */
/* The form of the entry that a wait calls for (due: generation; seal: the next part). */
void session_wait_form(const struct session *s, const struct wait *wait, struct pack *out);
/* Seqs of entries whose forms a sealed activity replaces and that journals may strike. Returns how many; cursor as above. */
bool session_strikes(const struct session *s, unsigned *cursor, uint64_t *seq);
void session_strikes_done(struct session *s); /* the house has handed them all over */

/* --- what depends on who is present: the house proposes `pen_away` and `placed` --- */
struct held_pen { /* somebody has it, and it is not offered */
	uint32_t room, holder, tenure;
};
bool session_held_pen(const struct session *s, unsigned *cursor, struct held_pen *out); /* cursor 0 at first; false: no more */
struct gate { /* open to answers in this room; the discussion waits for all who are present */
	uint32_t activity, room, round;
	uint64_t since; /* seq of the entry by which its phase there is what it is */
	bool secret;
};
bool session_gate(const struct session *s, unsigned *cursor, struct gate *out);
/* The entry of the newest ballot that counts in the gate's room; 0: none is known. */
uint64_t session_gate_newest(const struct session *s, const struct gate *gate);
void session_gate_form(const struct gate *gate, struct pack *out);
void session_pen_form(const struct held_pen *pen, struct pack *out);
/* The same as session_has_ballot, of a secret activity, by key. */
bool session_has_key_ballot(const struct session *s, const struct eyes_key *key);
/* The form of a `proxy` as it stands in the log, its ballot padded (clause 4.19). `words`: the command's text, for kinds that are answered in words. false: not a proper form. */
bool session_proxy_form(const struct session *s, uint32_t activity, struct slice form, struct slice words, struct pack *out);
/* FAULT_none, or why this `papers` or `proxy` on a secret activity is not to be appended: more sheets than announced, fewer announced than entered, a sheet of another
 * room. The step cannot say it: when these entries are replayed, what they said has been struck. */
enum fault session_paper_may(const struct session *s, const struct entry *entry);
/* All that was answered in words in this round and room (0: everywhere), as a tally says it (5.11) but without its bound: a picture has an end, a report has none.
 * What is held back stays so; whether the result was shown is the caller's to ask. false: nothing, not in words, or held back. */
bool session_words(const struct session *s, uint32_t activity, uint32_t round, uint32_t room, struct pack *out);
bool session_in_words(const struct session *s, uint32_t activity); /* answered by a command's text */

/* --- progress: how many of the members have a ballot on an open activity --- */
struct progress {
	uint32_t activity;
	bool secret;
};
bool session_open_activity(const struct session *s, unsigned *cursor, struct progress *out);
bool session_has_ballot(const struct session *s, uint32_t activity, uint32_t member); /* open activities only */
uint32_t session_ballots(const struct session *s, uint32_t activity);                 /* of the running round */
#endif
