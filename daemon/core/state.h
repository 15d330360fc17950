/* SPDX-License-Identifier: EUPL-1.2 */
/* What a session consists of. Seen by core/ only. Everything here is saved (save.c) unless it says that it is found again.
 * To add something persistent: a field here, a line in save and one in restore, SAVED_VERSION raised, the sections that show it. */
#ifndef BOLLPLANK_CORE_STATE_H
#define BOLLPLANK_CORE_STATE_H
#include "base/limits.h"
#include "base/map.h"
#include "core/activity.h"
#include "core/sections.h"
#include "core/session.h"

enum view {
#define VIEW(name, number, meaning) VIEW_##name = number,
#include "tbl/views.h"
#undef VIEW
	VIEW_LAST = VIEW_ORDER
};

struct blob { /* bytes of our own; at NULL: none */
	uint8_t *at;
	size_t len;
};
void blob_set(struct blob *blob, struct slice bytes);
void blob_finish(struct blob *blob);
static inline struct slice blob_slice(const struct blob *blob) { return slice_of(blob->at, blob->len); }

struct lane {
	uint64_t lane;
	uint32_t number;
	uint16_t fault;
	uint64_t seq; /* of the entry judged */
};
struct lanes { /* at most so many, in the order of their opening */
	uint32_t count;
	struct lane at[LIMIT_LANES];
};
struct lane *lanes_find(struct lanes *lanes, uint64_t lane);
struct lane *lanes_open(struct lanes *lanes, uint64_t lane, uint64_t *dropped); /* found or made; *dropped: the lane that gave way, or 0 */

struct deadline {
	uint32_t generation;  /* of its scope when it was set */
	uint64_t duration_ms; /* 0: none */
	uint64_t seq, at_ms;  /* of the entry that set it */
};

struct place { /* what hangs on a scope */
	bool has_step;
	uint32_t step;
	uint32_t generation;      /* rises whenever one of the two is set or taken away */
	struct deadline time;     /* of what is open */
	uint64_t still_ms;        /* the time stands still, with so much left; 0: no. Then time.duration_ms is 0 */
	struct deadline grace;    /* of what is closing: one question can close while another goes on */
	struct blob said;
	uint64_t said_ms;
	uint64_t back_ms, back_at_ms; /* everybody comes back together in so long; 0: no */
};

struct member {
	uint8_t token_hash[32], secret_hash[32];
	bool has_secret;
	uint32_t organisation, room;
	struct blob text;
	uint64_t joined_seq, room_seq; /* room_seq: when they last came into this room */
	struct lanes lanes;
};

struct link {
	uint32_t role;
	uint8_t token_hash[32];
	bool revoked;
	struct blob text;
	uint64_t seq;
	struct lanes lanes;
};

#define ORGANISATION_MAX ((UINT64_C(1) << 48) - 1)
struct organisation {
	uint64_t name;        /* what its name gives, session_organisation_of */
	uint32_t merged_into; /* 0: none */
	struct blob text;     /* its name as first typed */
};

struct pen { /* of a room: who may write its notes */
	uint32_t tenure;    /* of the newest holder; 0: never held */
	uint32_t kept;      /* of the newest LIMIT_TENURES the holder is known */
	uint32_t *holders;  /* [kept - 1]: that of the newest; 0: laid down */
	bool away;          /* offered to the room */
	uint64_t at_ms;     /* when this tenure began, or the pen was offered */
};

struct tray_item { /* text by an earlier tenure, or a suggestion: seen, not applied, not dropped */
	uint64_t id;
	uint32_t number, step, activity, kind, author, tenure;
	bool writing; /* the field is open: the next wording takes its place */
	uint64_t at_ms;
	struct blob text;
};

struct accord { /* what a member of a room says to its ballot as it stands */
	uint32_t activity, round, member, answer; /* answer: enum answer */
};
enum answer { ANSWER_NONE, ANSWER_AGREED, ANSWER_NOT_YET };

struct room {
	struct blob text;
	uint32_t count; /* members in it */
	bool used;      /* takes late joiners: made by hand, or in the newest plan */
	struct place place;
	uint64_t names_seq; /* when it last became small enough that names are sent */
	struct pen pen;
	uint64_t hand_seq, hand_ms; /* raised by this entry; 0: not up */
	uint32_t hand_minutes;      /* so many more are asked for; 0: help is */
	uint32_t leader;            /* of the discussion; 0: nobody */
	uint32_t focus;             /* the question that is talked about; 0: none */
	uint64_t focus_ms;
	struct accord *accords;     /* of its members now, to its ballots now */
	uint32_t accords_count;
	uint32_t done_step;         /* the step that it says it is done with */
	struct tray_item *tray;     /* in the order of their coming */
	uint32_t tray_count, tray_last, tray_term; /* last: newest number given; term: in which */
};

struct edit { /* an earlier wording */
	uint32_t author;
	uint64_t at_ms;
	struct blob text;
};

struct note {
	uint64_t id;
	uint32_t room, step, activity, kind;
	bool final, plenary, writing, dropped;
	uint64_t place, at_ms, edited_ms;
	uint32_t author, editor; /* members, or a facilitator's link */
	struct blob text;
	struct edit *edits;
	uint32_t edits_count;
};

struct step {
	bool used;
	uint32_t position, minutes, plenary;
	uint32_t source, group;              /* whose outcome places it; 0, 0: none */
	uint32_t parts[LIMIT_PARTS][2], parts_count; /* minutes, least and most */
	uint64_t began_ms;           /* when the session first stood here; 0: never */
	uint64_t at_ms, spent_ms;    /* when it last came or left; how long it stood here before it last came */
	struct blob text, guide;
};

struct ballot {
	uint64_t holder;  /* member or room; of a secret one: its place in `keys` */
	uint32_t room, count;
	struct blob bytes; /* empty: taken back */
	uint64_t seq;
	uint32_t next_in_room; /* index + 1 of another of this room; found again */
};

struct voter_key { /* a secret holder */
	uint8_t key[16];
	struct lanes lanes;
};

struct group { /* rooms sealed together, and their ballots, sorted by bytes */
	uint32_t rooms_count, ballots_count, ballots_room;
	uint32_t *rooms;
	struct blob *ballots;
};

struct asking { /* a round of an activity */
	struct ballot *ballots;
	uint32_t count, room;
	struct map by_holder;    /* holder -> index + 1; found again */
	struct map by_room;      /* room + 1 -> index + 1 of its newest; found again */
	struct voter_key *keys;  /* secret only; dropped at the seal */
	uint32_t keys_count, keys_room;
	struct map by_key;       /* first 8 bytes -> index + 1; found again */
	uint64_t *seqs;          /* entries that the seal replaces */
	uint32_t seqs_count, seqs_room;
	uint32_t struck;         /* entries met with their form struck: then the seal is believed */
	bool sealed;
	bool strikes_due; /* seqs not yet handed over for striking; not saved: after a load they are struck again */
	uint32_t parts_done, parts;
	uint32_t sealed_total;
	struct group *groups;
	uint32_t groups_count;
	bool revealed;         /* once, at least */
	uint64_t looked_seq;   /* 0: nobody looked */
	uint32_t *gates;       /* rooms whose discussion has opened in this round */
	uint32_t gates_count;
	struct paper *papers; /* announced, a room each */
	uint32_t papers_count;
	struct paper *entered; /* by hand, so too. Of a secret one unknown when it is struck: no verdict depends on it */
	uint32_t entered_count;
};

struct paper { /* ballots of a room on paper: how many */
	uint32_t room, count;
};

struct item_group {
	uint32_t group;
	struct blob text;
};

struct outcome { /* the order that a result gave */
	uint32_t round, by; /* 0 items, 1 groups; round 0: none yet */
	bool override;
	uint64_t at_ms;
	uint32_t count;
	struct standing {
		uint32_t id;
		uint64_t total, voters;
	} *rows;
	struct blob reason;
};

struct phase_at { /* kept per (scope, activity) */
	uint32_t scope, phase;
	uint64_t seq;
};

struct extra { /* time given to one member */
	uint32_t member, generation;
	uint64_t duration_ms, seq, at_ms;
	bool running;
};

struct item {
	bool used, hidden;
	uint32_t group;
	struct blob text;
};

struct activity {
	bool used;
	uint32_t step;
	const struct activity_kind *kind;
	uint32_t holder; /* enum holder */
	bool secret;
	struct blob config, text;
	struct item *items; /* items[item - 1] */
	uint32_t items_count;
	struct asking *askings; /* askings[round - 1] */
	uint32_t round;
	struct phase_at *phases;
	uint32_t phases_count;
	struct extra *extras;
	uint32_t extras_count;
	struct blob ref; /* its id in the catalog */
	struct item_group *groups;
	uint32_t groups_count;
	struct outcome outcome;
};
enum holder { HOLDER_PERSON = 1, HOLDER_ROOM = 2 };

struct history {
	uint32_t term;
	uint64_t first_seq;
};

struct session {
	struct sid sid;
	bool stopped, newer, over, begun, rehearsal;
	uint32_t rules, k;
	uint64_t grace_ms, created_ms;
	struct code code;
	char language[36];
	char origin[LIMIT_ORIGIN + 1];
	struct blob title, guide;
	uint64_t seq, at_ms;
	struct history *terms;
	uint32_t terms_count;

	struct member *members; /* members[number - 1]; so for all that follow */
	uint32_t members_count, members_room;
	struct link *links;
	uint32_t links_count;
	struct organisation *organisations;
	uint32_t organisations_count;
	struct map by_organisation; /* name -> number; found again */
	struct room *rooms;
	uint32_t rooms_count;
	uint32_t roomless;
	struct map by_token; /* first 8 bytes of a token hash -> member, or LIMIT_MEMBERS + link; found again */

	struct place place;  /* of the session scope */
	struct step *steps;
	uint32_t steps_count;
	struct activity *activities;
	uint32_t activities_count;
	uint32_t screen[4];  /* view, activity, room, page */
	uint64_t screen_seq; /* since when */
	struct note *notes;  /* notes[number - 1] */
	uint32_t notes_count, notes_room;
	struct map by_note;  /* id -> number; found again */

	struct sections sections;
	bool eyes_changed;   /* not saved */
};

/* --- reading forms --- */
struct unpack *form_read(const struct entry *entry);
/* Of a text's rows [language, word, word, ...] one column, from 1: [[language, word], ...]. Nothing when it is no text. */
void text_column(struct slice text, size_t column, struct pack *out);
size_t text_rows(struct slice text); /* how many languages; 0: no text */
/* FAULT_none when everything was read without error, else malformed; ends the reader. */
enum fault form_done(struct unpack *in);

/* --- commands: the table's functions. check never changes anything; apply is called after a check that found nothing, and cannot fail. --- */
#define COMMAND(name, number, who, phases, becomes, form, meaning)                         \
	enum fault check_##name(const struct session *s, const struct entry *entry);       \
	void apply_##name(struct session *s, const struct entry *entry);
#include "tbl/commands.h"
#undef COMMAND

/* --- roster.c --- */
const struct member *member_of(const struct session *s, uint32_t number); /* NULL: none; so for all of these */
const struct link *link_of(const struct session *s, uint32_t actor);
const struct room *room_of(const struct session *s, uint32_t number);
uint32_t token_find(const struct session *s, const uint8_t hash[32]);
struct lanes *lanes_of(struct session *s, uint32_t actor);
void token_note(struct session *s, const uint8_t hash[32], uint32_t value);

/* --- agenda.c, phases.c --- */
struct activity *activity_of(const struct session *s, uint32_t number);
bool scope_exists(const struct session *s, uint32_t scope);
struct place *place_of(const struct session *s, uint32_t scope); /* NULL: no such scope */
uint32_t phase_in(const struct session *s, uint32_t activity, uint32_t scope, uint64_t *seq); /* by the nearest scope that has one */
uint32_t phase_in_room(const struct session *s, uint32_t activity, uint32_t room);
void phase_set(struct session *s, uint32_t activity, uint32_t scope, uint32_t phase, uint64_t seq);
bool closed_everywhere(const struct session *s, uint32_t activity); /* no room takes ballots, no extra time runs */
bool seal_ready(const struct session *s, uint32_t activity);        /* closed everywhere, and no room is still to be asked */
bool has_extra(const struct session *s, uint32_t activity, uint32_t member);
void subset_of(const struct activity *activity, struct subset *out);

/* --- ballots.c, seal.c --- */
struct asking *asking_of(const struct session *s, uint32_t activity, uint32_t round);
struct voter_key *key_find(const struct asking *asking, const uint8_t key[16]);
/* The room that this entry's ballot counts for: that of its first cast; else the one that it comes from. */
uint32_t ballot_room(const struct session *s, const struct entry *entry);
const struct ballot *ballot_find(const struct asking *asking, uint64_t holder);
enum fault ballot_check(const struct activity *activity, struct slice ballot); /* may these bytes be cast? Empty ones take back */
void ballot_cast(struct session *s, uint32_t activity, uint64_t holder, uint32_t room, uint32_t heads, struct slice bytes, uint64_t seq);
bool ballot_pad(const struct session *s, uint32_t activity, struct slice ballot, struct pack *out); /* to the longest that is possible, as a bin; false: too long */
struct voter_key *key_make(struct asking *asking, const uint8_t key[16]);
/* The lane of a secret command, opened if the key is new; NULL when it may not be (no such activity). */
void asking_finish(struct asking *asking);
void asking_index(struct asking *asking);
struct lane *secret_lane(struct session *s, const struct entry *entry, bool make);
/* What is drawn of a result, as the items of sections `result` and `band` say. */
void band_pack(const struct session *s, uint32_t activity, uint32_t room, struct pack *out);
void result_pack(const struct session *s, uint32_t activity, uint32_t round, uint32_t room, struct pack *out);
void seal_form(const struct session *s, uint32_t activity, struct pack *out);
void results_touch(struct session *s, uint32_t activity, uint32_t round, uint64_t seq); /* all rooms and the total are drawn anew */

/* Of shown items (by 0) or their groups (by 1), what the result that is shown to all says: rows by id, the caller's to free. */
uint32_t standings_of(const struct session *s, uint32_t activity, uint32_t round, uint32_t by, struct standing **out);
uint32_t paper_count(const struct paper *papers, uint32_t count, uint32_t room);
uint32_t papers_total(const struct asking *asking);
uint32_t papers_missing(const struct asking *asking, uint32_t room); /* announced, and not entered yet; of a secret activity nobody knows after the strike */
bool on_paper(const struct activity *a, const struct asking *asking, const struct ballot *ballot); /* of an open activity */

/* --- gate.c, outcome.c, pens.c, notes.c, papers.c --- */
bool gate_opened(const struct asking *asking, uint32_t room);
uint32_t pen_holder(const struct room *room); /* 0: nobody */
uint32_t pen_holder_at(const struct room *room, uint32_t tenure); /* 0: nobody, or too long ago */
void deadlines_settle(struct session *s, uint32_t scope, const struct entry *entry); /* phases.c */
void room_leave(struct session *s, uint32_t room, uint32_t member, const struct entry *entry); /* what a member held in it stays there: pen, lead, word on its ballots */
void accords_drop(struct session *s, uint32_t room, uint32_t activity, uint64_t seq); /* its ballot is another: nobody has agreed to that */
void step_leave(struct session *s, const struct entry *entry); /* phases.c: the session stands at its step no longer */
void hands_touch(struct session *s, uint64_t seq); /* places in the queue have changed */
uint32_t hand_place(const struct session *s, uint32_t room);
void room_finish(struct room *room);
void note_finish(struct note *note);
void outcome_finish(struct outcome *outcome);

static inline struct section section_of(uint8_t kind, uint32_t a, uint32_t b)
{
	return (struct section){ .kind = kind, .a = a, .b = b };
}
static inline void touch(struct session *s, uint8_t kind, uint32_t a, uint32_t b, uint64_t key, uint64_t seq)
{
	sections_touch(&s->sections, section_of(kind, a, b), key, seq);
}
/* A section that most rooms, steps and questions never have is looked at only once it is made; then who sees what is another. */
static inline void touch_made(struct session *s, uint8_t kind, uint32_t a, uint32_t b, uint64_t key, uint64_t seq)
{
	s->eyes_changed |= sections_find(&s->sections, section_of(kind, a, b)) == NULL;
	touch(s, kind, a, b, key, seq);
}
/* Within the session a section `mine` is named by activity, round and the key's place in `keys`, from 1. Pages know it by activity and round. */
enum { MINE_ROUND = 65536 };
static inline struct section mine_of(uint32_t activity, uint32_t round, uint32_t key)
{
	return section_of(SECTION_mine, round * MINE_ROUND + activity, key);
}
enum { KEY_ACTIVITY = 4096, KEY_GROUP = 4096 }; /* keys of activities in scope and me; of groups in activity */
#endif
