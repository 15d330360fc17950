/* SPDX-License-Identifier: EUPL-1.2 */
/* What simulated people were told is saved: the last acknowledged ballot of each holder, question and round, and the last wording of each note. From the ballots the tally
 * follows, and it must be the daemon's. */
#ifndef BOLLPLANK_CLI_BOOK_H
#define BOLLPLANK_CLI_BOOK_H
#include "base/slice.h"

struct kept {
	uint64_t seq;      /* 0: nothing kept */
	struct slice ballot; /* owned; empty: taken back */
};

struct book_page { /* one question in one round */
	uint32_t activity, round;
	struct kept *kept; /* by holder */
	size_t size;
	uint64_t acknowledged;
};

struct book_note {
	uint64_t id, seq;
	uint32_t room, step;
	bool tray;          /* late, or a suggestion: it lies in the room's tray, beside a note of that id if there is one */
	struct slice words; /* owned */
};

struct book {
	struct book_page *pages;
	size_t count;
	struct book_note *notes;
	size_t notes_count, notes_room;
	uint64_t wordings;  /* acknowledgements of notes */
};

void book_finish(struct book *book);
struct book_page *book_page(struct book *book, uint32_t activity, uint32_t round); /* made when it is not there; good until the next one is made */
/* An acknowledgement. The one with the highest seq stands. */
void book_put(struct book_page *page, size_t holder, uint64_t seq, struct slice ballot);
const struct kept *book_get(const struct book_page *page, size_t holder); /* NULL: nothing */
/* An acknowledged wording of a note; copied. Of one id and tray the one with the highest seq stands. */
void book_note(struct book *book, const struct book_note *told);

/* What the acknowledged ballots add up to: the bytes of a tally (protocol/README.md clause 5.11), and how many ballots. kind and config: the question's. */
struct pack;
void book_tally(const struct book_page *page, const char *kind, struct slice config, struct pack *out, uint64_t *ballots);
#endif
