/* SPDX-License-Identifier: EUPL-1.2 */
/* What people were told is saved, against what the session shows. */
#include "rehearsal.h"
#include "wire/pack.h"
#include <inttypes.h>

enum { SHOWN = 5 }; /* of a kind of mistake */

/* The total of a question as the facilitator's page has it. false: not in sight. */
static bool read_result(struct rehearsal *r, uint32_t activity, uint32_t round, uint64_t *ballots,
			uint64_t *held_back, struct slice *tally)
{
	struct cursor c = picture_item(&rehearsal_lead(r)->picture,
				       (struct section){ .kind = SECTION_result, .a = activity }, round);
	if (c.left == 0)
		return false;
	*ballots = cursor_uint(&c);
	cursor_uint(&c);
	*held_back = cursor_uint(&c);
	*tally = cursor_bin(&c);
	return true;
}

/* Members who are not ours: people who try it out too. Then a tally is not ours alone. */
static uint64_t others(struct rehearsal *r)
{
	const struct picture_section *seats = picture_find(&rehearsal_lead(r)->picture, SECTION_seats, 0, 0);
	uint64_t members = 0;
	for (size_t i = 0; seats != NULL && i < seats->count; i++) {
		struct cursor c = cursor_of(seats->items[i].value);
		members += cursor_uint(&c);
	}
	return members > r->crowd.joined ? members - r->crowd.joined : 0;
}

/* 1 equal, 0 not yet or not in sight, -1 different. */
static int compare(struct rehearsal *r, const struct book_page *page, char *words, size_t size)
{
	uint64_t ballots = 0, held_back = 0, ours = 0;
	struct slice tally;
	struct question question = { 0 };
	if (!read_result(r, page->activity, page->round, &ballots, &held_back, &tally)) {
		snprintf(words, size,
			 r->drive ? "MISSING: it was shown, and no result came"
				  : "its result is not in sight, not compared");
		return r->drive && page->acknowledged > 0 ? -1 : 0;
	}
	struct pack sum;
	pack_init(&sum);
	page_question(rehearsal_lead(r), page->activity, &question);
	book_tally(page, question.kind, question.config, &sum, &ours);
	bool same = ballots == ours && (held_back != 0 || ours == 0 || slice_equal(tally, pack_bytes(&sum)));
	pack_finish(&sum);
	if (!same && others(r) > 0) {
		snprintf(words, size,
			 "%" PRIu64 " ballots, %" PRIu64 " of them ours; %" PRIu64
			 " others are in the session, not compared",
			 ballots, ours, others(r));
		return 0;
	}
	if (same)
		snprintf(words, size, "%" PRIu64 " ballots, %s", ballots,
			 held_back != 0 ? "held back, number equal" : "tally equal");
	else if (ballots != ours)
		snprintf(words, size,
			 "DIFFERENT: people were told of %" PRIu64 " ballots, the session shows %" PRIu64,
			 ours, ballots);
	else
		snprintf(words, size, "DIFFERENT: %" PRIu64 " ballots, but with another content", ballots);
	return same ? 1 : -1;
}

static void clear_line(const struct rehearsal *r)
{
	if (r->tty)
		fputs("\r\033[K", stderr);
	fflush(stderr);
}

bool ledger_question(struct rehearsal *r, size_t index, bool last_chance)
{
	uint32_t round;
	char words[160];
	page_phase(rehearsal_lead(r), r->crowd.questions[index], 0, &round);
	const struct book_page *page = book_page(&r->crowd.book, r->crowd.questions[index], round);
	if (r->checked[index])
		return true;
	if (r->foreign[index]) {
		snprintf(words, sizeof words, "was open before we came; not compared");
		r->unseen++;
	} else {
		int verdict = compare(r, page, words, sizeof words);
		if (verdict != 1 && !last_chance)
			return false;
		if (page->acknowledged == 0 && verdict == 0)
			return r->checked[index] = true; /* nobody was asked */
		if (verdict == 1)
			r->right++;
		else if (verdict == 0)
			r->unseen++;
		else
			r->wrong++;
	}
	clear_line(r);
	printf("question %u round %u: %s\n", r->crowd.questions[index], page->round, words);
	fflush(stdout);
	return r->checked[index] = true;
}

/* 1 as told, 0 not; -1: there is nothing to compare. */
static int compare_own(const struct device *d, const struct book_page *page, const struct kept *kept)
{
	if (kept == NULL || d->page.actor == 0 || d->dead)
		return -1;
	struct cursor c =
		picture_item(&d->page.picture,
			     (struct section){ .kind = SECTION_ballots, .a = d->page.actor }, page->activity);
	uint32_t round = (uint32_t)cursor_uint(&c);
	struct slice ballot = cursor_bin(&c);
	if (round > page->round)
		return -1; /* asked again since */
	return slice_equal(ballot, kept->ballot) && (kept->ballot.len == 0 || round == page->round);
}

/* Everybody's own ballots, read anew from the daemon, against what they were told. */
void ledger_own(struct rehearsal *r)
{
	uint64_t same = 0, lost = 0;
	for (size_t i = 0; i < r->crowd.book.count; i++) {
		const struct book_page *page = &r->crowd.book.pages[i];
		struct question question;
		if (!page_question(rehearsal_lead(r), page->activity, &question) || question.secret ||
		    question.holder != HOLDER_PERSON)
			continue;
		for (uint32_t p = 0; p < r->crowd.count; p++) {
			const struct kept *kept = book_get(page, p);
			int verdict = compare_own(&r->crowd.people[p].devices[0], page, kept);
			same += verdict == 1;
			lost += verdict == 0;
			if (verdict == 0 && lost <= SHOWN)
				printf("person %u, question %u: was told at %" PRIu64
				       " that a ballot is saved; the session has another\n",
				       p + 1, page->activity, kept->seq);
		}
	}
	clear_line(r);
	printf("own ballots after a reload: %" PRIu64 " as told, %" PRIu64 " not\n", same, lost);
	r->wrong += lost > 0;
}

/* --- notes --- */

/* How often the id stands in notes, and whether with these words. In a tray each wording that was finished is
 * an item of its own (clause 4.17): there, how often it stands with these words. */
static unsigned find_note(struct rehearsal *r, const struct book_note *note, bool *worded)
{
	const struct picture *picture = &rehearsal_lead(r)->picture;
	unsigned found = 0;
	*worded = false;
	for (size_t s = 0; s < picture->count; s++) {
		const struct picture_section *section = &picture->sections[s];
		if (section->name.kind != (note->tray ? SECTION_tray : SECTION_notes))
			continue;
		for (size_t i = 0; i < section->count; i++) {
			struct cursor c = item_cursor(&section->items[i]);
			if (cursor_bin64(&c) != note->id)
				continue;
			bool here = section->name.a == note->room &&
				    (note->tray ? cursor_uint(&c) : section->name.b) == note->step;
			for (int k = note->tray ? 5 : 10; k > 0;
			     k--) /* to the text: [id, step, activity, kind, author, tenure, at_ms, text],
				     [id, ... edited_ms, text] */
				cursor_raw(&c);
			bool same = here && slice_equal(text_words(&c, "", 0), note->words);
			found += !note->tray || same;
			*worded |= same;
		}
	}
	return found;
}

bool ledger_notes(struct rehearsal *r, bool last_chance)
{
	const struct book *book = &r->crowd.book;
	uint64_t found = 0, lost = 0, trays = 0;
	for (size_t i = 0; i < book->notes_count; i++) {
		bool worded;
		unsigned times = find_note(r, &book->notes[i], &worded);
		if (times == 1 && worded) {
			found++;
			trays += book->notes[i].tray;
			continue;
		}
		if (!last_chance)
			return false;
		if (++lost <= SHOWN)
			printf("room %u, step %u: was told at %" PRIu64
			       " that \"%.*s\" is saved%s; the session has it %u times%s\n",
			       book->notes[i].room, book->notes[i].step, book->notes[i].seq,
			       (int)book->notes[i].words.len, (const char *)book->notes[i].words.at,
			       book->notes[i].tray ? " in the tray" : "", times,
			       times == 1 ? ", with other words" : "");
	}
	clear_line(r);
	if (book->wordings > 0)
		printf("notes: %" PRIu64 " wordings of %zu notes acknowledged; %" PRIu64
		       " found once, with their last wording (%" PRIu64 " of them in a tray), %" PRIu64
		       " not\n",
		       book->wordings, book->notes_count, found, trays, lost);
	r->wrong += lost > 0;
	return true;
}
