/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/check.h"
#include "markdown.h"
#include "report.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED_COLUMNS = 8 }; /* with more rooms than this a table has their numbers only; the names stand on the first page */

struct writing {
	const struct record *record;
	bool swedish;
	bool rating, secret, paper, notes; /* what was met, for the words on how to read the figures */
	FILE *out;
};

/* --- words --- */

static const char *say(const struct writing *w, const char *swedish, const char *english)
{
	return w->swedish ? swedish : english;
}

static const char *note_kind(const struct writing *w, uint64_t kind)
{
	static const char *const names[][2] = {
		{ "Anteckning", "Note" }, { "Iakttagelse", "Observation" }, { "Idé", "Idea" }, { "Beslut", "Decision" }, { "Fråga", "Question" },
		{ "Bra exempel", "Good example" }, { "Fallgrop", "Pitfall" }, { "Parkering", "Parking lot" },
	};
	return names[kind < sizeof names / sizeof *names ? kind : 0][w->swedish ? 0 : 1];
}

/* What the numbers of a question count. */
static const char *unit_of(const struct writing *w, const struct asked *asked, uint64_t n)
{
	if (slice_equal(asked->kind, slice_text("dots")))
		return n == 1 ? say(w, "prick", "dot") : say(w, "prickar", "dots");
	if (slice_equal(asked->kind, slice_text("ranking")))
		return n == 1 ? say(w, "poäng", "point") : say(w, "poäng", "points");
	return n == 1 ? say(w, "svar", "answer") : say(w, "svar", "answers");
}

static struct slice label_of(const struct labels *labels, uint64_t id)
{
	for (size_t i = 0; i < labels->count; i++)
		if (labels->at[i].id == id)
			return labels->at[i].words;
	return slice_of(NULL, 0);
}

static const struct number *number_of(const struct numbers *numbers, uint64_t id)
{
	static const struct number none;
	for (size_t i = 0; i < numbers->count; i++)
		if (numbers->at[i].id == id)
			return &numbers->at[i];
	return &none;
}

/* Words that always were there: if not, they were struck. */
static struct slice words_of(const struct writing *w, struct slice words)
{
	return words.at ? words : slice_text(say(w, "(borttagen)", "(removed)"));
}

static void md(const struct writing *w, struct slice words)
{
	markdown_line(w->out, words);
}

static void md_heading(const struct writing *w, const char *marks, struct slice words)
{
	fprintf(w->out, "%s ", marks);
	md(w, words);
	fputs("\n\n", w->out);
}

static void md_room(const struct writing *w, size_t room)
{
	const struct room *r = &w->record->rooms[room];
	fprintf(w->out, "%s %u", say(w, "Rum", "Room"), r->number);
	if (r->name.len) {
		fputs(": ", w->out);
		md(w, r->name);
	}
}

static void md_clock(const struct writing *w, uint64_t at_ms)
{
	char at[32];
	record_time(at_ms, w->record->zone, say(w, "%H.%M", "%H:%M"), at, sizeof at);
	fputs(at, w->out);
}

static void md_day(const struct writing *w, uint64_t at_ms)
{
	char at[32];
	record_time(at_ms, w->record->zone, "%Y-%m-%d", at, sizeof at);
	fputs(at, w->out);
}

static void md_minutes(const struct writing *w, uint64_t ms)
{
	uint64_t minutes = (ms + 30000) / 60000;
	if (minutes)
		fprintf(w->out, "%" PRIu64 " min", minutes);
	else
		fputs(say(w, "under 1 min", "under 1 min"), w->out);
}

/* A place on the scale, as pages say it: of 100, with one decimal. */
static void md_place(const struct writing *w, uint64_t place)
{
	fprintf(w->out, "%" PRIu64 "%c%" PRIu64, place / 10, w->swedish ? ',' : '.', place % 10);
}

static void md_plural(const struct writing *w, uint64_t n, const char *one, const char *many)
{
	fprintf(w->out, "%" PRIu64 " %s", n, n == 1 ? one : many);
}

/* --- tables of numbers --- */

static bool is_some(const struct writing *w, const struct round *round)
{
	for (size_t i = 0; i <= w->record->rooms_count; i++)
		if (round->results[i].there)
			return true;
	return false;
}

static void md_cell(const struct writing *w, const struct result *result, uint64_t n)
{
	if (!result->there)
		fputs(" – |", w->out);
	else if (result->held_back)
		fprintf(w->out, " %s |", say(w, "för få", "too few"));
	else
		fprintf(w->out, " %" PRIu64 " |", n);
}

static void md_head(const struct writing *w, const char *what, const char *const *columns, size_t count)
{
	fprintf(w->out, "| %s |", what);
	for (size_t i = 0; i < count; i++)
		fprintf(w->out, " %s |", columns[i]);
	for (size_t i = 0; i < w->record->rooms_count; i++) {
		fputc(' ', w->out);
		if (w->record->rooms_count > NAMED_COLUMNS)
			fprintf(w->out, "%s %u", say(w, "Rum", "Room"), w->record->rooms[i].number);
		else
			md_room(w, i);
		fputs(" |", w->out);
	}
	fputs("\n| --- |", w->out);
	for (size_t i = 0; i < count + w->record->rooms_count; i++)
		fputs(" ---: |", w->out);
	fputc('\n', w->out);
}

static void md_row(const struct writing *w, const struct asked *asked, const struct round *round, const struct label *label, bool group)
{
	fputs("| ", w->out);
	md(w, words_of(w, label->words));
	if (label->hidden)
		fprintf(w->out, " (%s)", say(w, "dold", "hidden"));
	fputs(" |", w->out);
	for (size_t room = 0; room <= w->record->rooms_count; room++) {
		const struct result *result = &round->results[room];
		const struct number *n = number_of(group ? &result->groups : &result->items, label->id);
		if (label->hidden)
			fputs(" – |", w->out);
		else
			md_cell(w, result, n->sum);
		if (room == 0 && !slice_equal(asked->kind, slice_text("choice"))) {
			if (label->hidden)
				fputs(" – |", w->out);
			else
				md_cell(w, result, n->voters);
		}
	}
	fputc('\n', w->out);
}

/* The items of one group together, under its name; those of none last. */
static void md_items(const struct writing *w, const struct asked *asked, const struct round *round)
{
	size_t columns = w->record->rooms_count + (slice_equal(asked->kind, slice_text("choice")) ? 1 : 2);
	for (size_t g = 0; g <= asked->groups.count; g++) {
		uint64_t group = g < asked->groups.count ? asked->groups.at[g].id : 0;
		bool named = false;
		for (size_t i = 0; i < asked->items.count; i++) {
			const struct label *item = &asked->items.at[i];
			bool known = item->group && label_of(&asked->groups, item->group).at;
			if (group ? item->group != group : known)
				continue;
			if (group && !named) {
				fputs("| **", w->out);
				md(w, words_of(w, asked->groups.at[g].words));
				fputs("** |", w->out);
				for (size_t c = 0; c < columns; c++)
					fputs(" |", w->out);
				fputc('\n', w->out);
				named = true;
			}
			md_row(w, asked, round, item, false);
		}
	}
}

static void md_numbers(const struct writing *w, const struct asked *asked, const struct round *round)
{
	bool dots = slice_equal(asked->kind, slice_text("dots")), choice = slice_equal(asked->kind, slice_text("choice"));
	const char *columns[] = { dots ? say(w, "Prickar", "Dots") : choice ? say(w, "Svar", "Answers") : say(w, "Poäng", "Points"), say(w, "Personer", "People") };
	if (asked->groups.count && !round->results[0].held_back) {
		md_head(w, say(w, "Grupp", "Group"), columns, choice ? 1 : 2);
		for (size_t i = 0; i < asked->groups.count; i++)
			md_row(w, asked, round, &asked->groups.at[i], true);
		fputc('\n', w->out);
	}
	md_head(w, dots ? say(w, "Rad", "Item") : say(w, "Alternativ", "Option"), columns, choice ? 1 : 2);
	md_items(w, asked, round);
	fputc('\n', w->out);
}

/* --- ratings --- */

static void md_rating_row(const struct writing *w, const struct round *round, size_t i)
{
	const struct result *result = &round->results[i];
	const struct spread *s = &result->spread;
	fputs("| ", w->out);
	if (i)
		md_room(w, i - 1);
	else
		fputs(say(w, "Alla", "All"), w->out);
	if (result->held_back) {
		fprintf(w->out, " | %s | – | – | – | – |\n", say(w, "för få", "too few"));
		return;
	}
	fprintf(w->out, " | %" PRIu64 " | ", s->answers);
	md_place(w, s->mean);
	fputs(" | ", w->out);
	md_place(w, s->median);
	fputs(" | ", w->out);
	md_place(w, s->lower);
	fputs("–", w->out);
	md_place(w, s->upper);
	fprintf(w->out, " | %s |\n", s->wide ? say(w, "stor", "wide") : "");
}

static void md_rating(const struct writing *w, const struct asked *asked, const struct round *round)
{
	fputs("0 = ", w->out);
	md(w, words_of(w, label_of(&asked->items, 1)));
	fputs(", 100 = ", w->out);
	md(w, words_of(w, label_of(&asked->items, 2)));
	fprintf(w->out, "\n\n| %s | %s | %s | %s | %s | %s |\n| --- | ---: | ---: | ---: | ---: | --- |\n", w->record->rooms_count ? say(w, "Rum", "Room") : "", say(w, "Svar", "Answers"),
		say(w, "Medel", "Mean"), say(w, "Median", "Median"), say(w, "Kvartiler", "Quartiles"), say(w, "Spridning", "Spread"));
	for (size_t i = 0; i <= w->record->rooms_count; i++)
		if (round->results[i].there)
			md_rating_row(w, round, i);
	fputc('\n', w->out);
}

/* --- answers in words --- */

static int order_often(const void *x, const void *y)
{
	const struct answer *a = x, *b = y;
	return a->count != b->count ? (a->count < b->count) - (a->count > b->count) : slice_order(a->words, b->words);
}

/* Those that were given most often first. missing: people whose words are told nowhere: they were struck. */
static void md_list(const struct writing *w, const struct answer *answers, size_t count, uint64_t left_out, uint64_t missing)
{
	struct answer *sorted = check_alloc(count, sizeof *sorted);
	for (size_t i = 0; i < count; i++)
		sorted[i] = answers[i];
	if (count)
		qsort(sorted, count, sizeof *sorted, order_often);
	for (size_t i = 0; i < count; i++) {
		if (sorted[i].count == 0)
			continue;
		fputs("- ", w->out);
		markdown_item(w->out, sorted[i].words.len ? sorted[i].words : words_of(w, slice_of(NULL, 0)));
		if (sorted[i].count > 1)
			fprintf(w->out, " (%" PRIu64 ")", sorted[i].count);
		fputc('\n', w->out);
	}
	if (missing) {
		fputs("- ", w->out);
		md(w, words_of(w, slice_of(NULL, 0)));
		if (missing > 1)
			fprintf(w->out, " (%" PRIu64 ")", missing);
		fputc('\n', w->out);
	}
	if (left_out)
		fprintf(w->out, say(w, "- och %" PRIu64 " till\n", "- and %" PRIu64 " more\n"), left_out);
	fputc('\n', w->out);
	free(sorted);
}

static uint64_t missing_of(const struct result *result)
{
	uint64_t told = result->left_out;
	for (size_t i = 0; i < result->answers_count; i++)
		told += result->answers[i].count;
	return result->heads > told ? result->heads - told : 0;
}

/* Of all answers those that no room has: their people were in no room when they first answered (clause 4.11). The caller frees it. */
static struct answer *in_no_room(const struct writing *w, const struct round *round, size_t *count)
{
	const struct result *all = &round->results[0];
	struct answer *rest = check_alloc(all->answers_count, sizeof *rest);
	*count = 0;
	for (size_t a = 0; a < all->answers_count; a++) {
		struct answer left = all->answers[a];
		for (size_t i = 1; i <= w->record->rooms_count; i++) {
			const struct result *room = &round->results[i];
			for (size_t k = 0; room->there && k < room->answers_count; k++)
				if (slice_equal(room->answers[k].words, left.words))
					left.count -= room->answers[k].count < left.count ? room->answers[k].count : left.count;
		}
		if (left.count)
			rest[(*count)++] = left;
	}
	return rest;
}

static void md_none(const struct writing *w, const struct round *round, bool held_back, const char *what)
{
	size_t count = 0;
	for (size_t i = 1; i <= w->record->rooms_count; i++) {
		const struct result *room = &round->results[i];
		if (held_back ? !room->held_back : room->held_back || (room->there && room->heads))
			continue;
		fprintf(w->out, "%s", count++ ? ", " : what);
		md_room(w, i - 1);
	}
	if (count)
		fputs("\n\n", w->out);
}

/* By room, where that tells everything; else all of them first. */
static void md_answers(const struct writing *w, const struct asked *asked, const struct round *round, const char *marks)
{
	const struct result *all = &round->results[0];
	uint64_t in_rooms = 0, cut = all->left_out;
	for (size_t i = 1; i <= w->record->rooms_count; i++) {
		in_rooms += round->results[i].there ? round->results[i].heads : 0;
		cut += round->results[i].left_out;
	}
	bool whole = asked->secret || cut || w->record->rooms_count == 0;
	if (all->there && !all->held_back && whole) {
		if (w->record->rooms_count)
			md_heading(w, marks, slice_text(say(w, "Alla", "All")));
		md_list(w, all->answers, all->answers_count, all->left_out, missing_of(all));
	} else if (all->there && all->heads > in_rooms && !whole) {
		size_t count;
		struct answer *rest = in_no_room(w, round, &count);
		uint64_t told = 0;
		for (size_t i = 0; i < count; i++)
			told += rest[i].count;
		md_heading(w, marks, slice_text(say(w, "Utan rum", "In no room")));
		md_list(w, rest, count, 0, all->heads - in_rooms > told ? all->heads - in_rooms - told : 0);
		free(rest);
	}
	for (size_t i = 1; i <= w->record->rooms_count; i++) {
		const struct result *room = &round->results[i];
		if (!room->there || room->held_back || room->heads == 0)
			continue;
		fprintf(w->out, "%s ", marks);
		md_room(w, i - 1);
		fputs("\n\n", w->out);
		md_list(w, room->answers, room->answers_count, room->left_out, missing_of(room));
	}
	if (asked->secret)
		md_none(w, round, true, say(w, "För få svar för att visas: ", "Too few answers to be shown: "));
	else if (all->there)
		md_none(w, round, false, say(w, "Inga svar: ", "No answers: "));
}

/* --- a question --- */

/* Why there is no result for all; NULL: there is one. */
static const char *unshown(const struct writing *w, const struct asked *asked, const struct round *round)
{
	const struct result *all = &round->results[0];
	if (all->there && (all->ballots || all->held_back))
		return NULL;
	if (round->number < asked->rounds_count)
		return all->there ? say(w, "Inga svar.", "No answers.") : say(w, "Inget resultat visades.", "No result was shown.");
	switch (asked->phase) {
	case PHASE_READY:
		return round->number > 1 ? say(w, "Frågan ställdes inte i den här omgången.", "The question was not asked in this round.") : say(w, "Frågan ställdes inte.", "The question was not asked.");
	case PHASE_OPEN:
	case PHASE_CLOSING:
		return is_some(w, round) ? say(w, "Frågan är öppen för svar; några rum har fått se sitt resultat.", "The question is open for answers; some rooms have seen their result.")
					 : say(w, "Frågan är öppen för svar.", "The question is open for answers.");
	case PHASE_REVEALED: return say(w, "Inga svar.", "No answers.");
	default:
		return is_some(w, round) ? say(w, "Rummens resultat har visats, men inte det för alla.", "The rooms' results have been shown, that of all has not.")
					 : say(w, "Resultatet visas inte.", "The result is not shown.");
	}
}

static void md_count(struct writing *w, const struct asked *asked, const struct round *round)
{
	const struct result *all = &round->results[0];
	const char *why = unshown(w, asked, round);
	if (why) {
		fprintf(w->out, "%s\n\n", why);
		return;
	}
	uint64_t in_rooms = 0;
	for (size_t i = 1; i <= w->record->rooms_count; i++)
		in_rooms += round->results[i].ballots;
	md_plural(w, all->ballots, say(w, "svar", "answer"), say(w, "svar", "answers"));
	if (all->heads != all->ballots) {
		fputs(say(w, " för ", " for "), w->out);
		md_plural(w, all->heads, say(w, "person", "person"), say(w, "personer", "people"));
	}
	if (all->papers)
		fprintf(w->out, say(w, ", varav %" PRIu64 " på papper", ", %" PRIu64 " of them on paper"), all->papers);
	fputs(".", w->out);
	if (all->held_back)
		fprintf(w->out, " %s", say(w, "Det är för få för att visas.", "They are too few to be shown."));
	else if (!asked->secret && w->record->rooms_count && in_rooms < all->ballots && asked->tallied != TALLIED_WORDS)
		fprintf(w->out, say(w, " %" PRIu64 " av dem gavs utan rum och räknas bara för alla.", " %" PRIu64 " of them were given in no room and count for all only."), all->ballots - in_rooms);
	fputs("\n\n", w->out);
	w->paper |= all->papers > 0;
}

/* How far a room stands behind its own ballot. */
static void md_accords(const struct writing *w, const struct round *round)
{
	size_t count = 0;
	for (size_t i = 0; i < w->record->rooms_count; i++) {
		const struct accord *accord = &round->accords[i];
		if (accord->agreed + accord->not_yet == 0)
			continue;
		fputs("- ", w->out);
		md_room(w, i);
		fprintf(w->out, say(w, ": %" PRIu64 " står bakom svaret, %" PRIu64 " gör det inte än\n", ": %" PRIu64 " agree with the answer, %" PRIu64 " do not yet\n"), accord->agreed, accord->not_yet);
		count++;
	}
	if (count)
		fputc('\n', w->out);
}

static void md_round(struct writing *w, const struct asked *asked, const struct round *round)
{
	bool several = asked->rounds_count > 1;
	if (several)
		fprintf(w->out, "#### %s %u\n\n", say(w, "Omgång", "Round"), round->number);
	md_count(w, asked, round);
	if (!is_some(w, round) || (round->results[0].there && round->results[0].ballots == 0 && !round->results[0].held_back))
		return;
	w->rating |= asked->tallied == TALLIED_SPREAD;
	if (asked->tallied == TALLIED_SPREAD)
		md_rating(w, asked, round);
	else if (asked->tallied == TALLIED_WORDS)
		md_answers(w, asked, round, several ? "#####" : "####");
	else
		md_numbers(w, asked, round);
	md_accords(w, round);
}

static void md_outcome(const struct writing *w, const struct asked *asked)
{
	const struct outcome *outcome = &asked->outcome;
	fputs(outcome->override ? say(w, "Workshopledaren valde den här ordningen", "The facilitator chose this order") : say(w, "Ordningen blev", "The order became"), w->out);
	if (asked->rounds_count > 1)
		fprintf(w->out, say(w, " efter omgång %u", " after round %u"), outcome->round);
	fputs(":\n\n", w->out);
	for (size_t i = 0; i < outcome->rows.count; i++) {
		const struct number *n = &outcome->rows.at[i], *before = i ? n - 1 : NULL;
		fprintf(w->out, "%zu. ", i + 1);
		md(w, words_of(w, label_of(outcome->by_groups ? &asked->groups : &asked->items, n->id)));
		fprintf(w->out, " (%" PRIu64 " %s %s ", n->sum, unit_of(w, asked, n->sum), say(w, "från", "from"));
		md_plural(w, n->voters, say(w, "person", "person"), say(w, "personer", "people"));
		if (before && before->sum == n->sum && before->voters > n->voters && !outcome->override)
			fprintf(w->out, "; %s", say(w, "lika många som raden före, från färre personer", "as many as the row before, from fewer people"));
		else if (before && before->sum == n->sum && before->voters == n->voters && !outcome->override)
			fprintf(w->out, "; %s", say(w, "lika med raden före, workshopledaren avgjorde", "equal to the row before, the facilitator decided"));
		fputs(")\n", w->out);
	}
	fputc('\n', w->out);
	if (outcome->reason.len) {
		fprintf(w->out, "%s: ", say(w, "Skäl", "Reason"));
		md(w, outcome->reason);
		fputs("\n\n", w->out);
	}
}

static void md_asked(struct writing *w, const struct asked *asked, size_t step, size_t index)
{
	fprintf(w->out, "### %zu.%zu ", step, index);
	md(w, words_of(w, asked->title));
	fputs("\n\n", w->out);
	markdown_block(w->out, asked->lead);
	fprintf(w->out, "%s %s%s", asked->secret ? say(w, "Hemlig fråga.", "Secret question.") : say(w, "Öppen fråga.", "Open question."),
		asked->holder == HOLDER_ROOM ? say(w, "Varje rum gav ett gemensamt svar.", "Each room gave one answer.") : say(w, "Var och en svarade.", "Each person answered."),
		asked->rounds_count > 1 ? "\n\n" : " ");
	w->secret |= asked->secret;
	for (size_t i = 0; i < asked->rounds_count; i++)
		md_round(w, asked, &asked->rounds[i]);
	if (asked->outcome.there)
		md_outcome(w, asked);
}

/* --- notes --- */

/* "3.2": the question that the note is about, of this step. */
static void md_about(const struct writing *w, const struct note *note)
{
	for (size_t s = 0; s < w->record->steps_count; s++)
		for (size_t a = 0; a < w->record->steps[s].asked_count; a++)
			if (note->activity && w->record->steps[s].asked[a].number == note->activity)
				fprintf(w->out, "%s %zu.%zu, ", say(w, "om", "about"), s + 1, a + 1);
}

static void md_note(const struct writing *w, const struct note *note)
{
	fprintf(w->out, "- **%s:** ", note_kind(w, note->kind));
	markdown_item(w->out, words_of(w, note->words));
	fputs(" (", w->out);
	md_about(w, note);
	if (note->author.len) {
		md(w, note->author);
		fputs(", ", w->out);
	}
	fputs(say(w, "kl. ", ""), w->out);
	md_clock(w, note->at_ms);
	if (note->final)
		fprintf(w->out, ", %s", say(w, "slutlig", "final"));
	if (note->plenary)
		fprintf(w->out, ", %s", say(w, "skickad till alla", "sent to all"));
	if (note->tray)
		fprintf(w->out, ", %s", note->tenure ? say(w, "räddad, inte inlagd", "recovered, not taken over") : say(w, "förslag, inte inlagt", "suggested, not taken over"));
	fputs(")\n", w->out);
}

static size_t count_notes(const struct writing *w, uint32_t step, bool plenary)
{
	size_t count = 0;
	for (size_t i = 0; i < w->record->notes_count; i++)
		count += w->record->notes[i].step == step && (!plenary || w->record->notes[i].plenary);
	return count;
}

static void md_plenary(const struct writing *w, uint32_t step)
{
	if (count_notes(w, step, true) == 0)
		return;
	fprintf(w->out, "### %s\n\n", say(w, "Från rummen till alla", "From the rooms to all"));
	for (size_t room = 0; room < w->record->rooms_count; room++)
		for (size_t i = 0; i < w->record->notes_count; i++) {
			const struct note *note = &w->record->notes[i];
			if (note->step != step || !note->plenary || note->room != w->record->rooms[room].number)
				continue;
			fprintf(w->out, "- **%s:** ", note_kind(w, note->kind));
			markdown_item(w->out, words_of(w, note->words));
			fputs(" (", w->out);
			md_room(w, room);
			fputs(")\n", w->out);
		}
	fputc('\n', w->out);
}

static bool has_notes(const struct writing *w, uint32_t step, size_t room)
{
	for (size_t i = 0; i < w->record->notes_count; i++)
		if (w->record->notes[i].step == step && w->record->notes[i].room == w->record->rooms[room].number)
			return true;
	return false;
}

/* Once somebody has written on a step, a room without notes is told as such. */
static void md_notes(struct writing *w, uint32_t step)
{
	if (count_notes(w, step, false) == 0)
		return;
	w->notes = true;
	fprintf(w->out, "### %s\n\n", say(w, "Anteckningar", "Notes"));
	size_t without = 0;
	for (size_t room = 0; room < w->record->rooms_count; room++) {
		if (!has_notes(w, step, room)) {
			without++;
			continue;
		}
		fputs("#### ", w->out);
		md_room(w, room);
		fputs("\n\n", w->out);
		for (size_t i = 0; i < w->record->notes_count; i++)
			if (w->record->notes[i].step == step && w->record->notes[i].room == w->record->rooms[room].number)
				md_note(w, &w->record->notes[i]);
		fputc('\n', w->out);
	}
	if (without == 0)
		return;
	const char *before = say(w, "Inga anteckningar: ", "No notes: ");
	for (size_t room = 0; room < w->record->rooms_count; room++) {
		if (has_notes(w, step, room))
			continue;
		fputs(before, w->out);
		md_room(w, room);
		before = ", ";
	}
	fputs("\n\n", w->out);
}

/* --- a step --- */

static bool was_asked(const struct step *step)
{
	for (size_t i = 0; i < step->asked_count; i++)
		if (step->asked[i].phase != PHASE_READY || step->asked[i].rounds_count > 1)
			return true;
	return false;
}

/* The last round that all were shown; NULL: none. */
static const struct result *last_shown(const struct asked *asked)
{
	const struct result *all = NULL;
	for (size_t i = 0; i < asked->rounds_count; i++)
		if (asked->rounds[i].results[0].there && !asked->rounds[i].results[0].held_back && asked->rounds[i].results[0].heads)
			all = &asked->rounds[i].results[0];
	return all;
}

/* Several ratings beside each other, before each by itself. */
static void md_overview(const struct writing *w, const struct step *step, size_t number)
{
	size_t count = 0;
	for (size_t i = 0; i < step->asked_count; i++)
		count += step->asked[i].tallied == TALLIED_SPREAD && last_shown(&step->asked[i]) != NULL;
	if (count < 2)
		return;
	fprintf(w->out, "| %s | %s | %s | %s | %s |\n| --- | ---: | ---: | ---: | --- |\n", say(w, "Fråga", "Question"), say(w, "Svar", "Answers"), say(w, "Median", "Median"),
		say(w, "Kvartiler", "Quartiles"), say(w, "Spridning", "Spread"));
	for (size_t i = 0; i < step->asked_count; i++) {
		const struct result *all = step->asked[i].tallied == TALLIED_SPREAD ? last_shown(&step->asked[i]) : NULL;
		if (all == NULL)
			continue;
		fprintf(w->out, "| %zu.%zu ", number, i + 1);
		md(w, words_of(w, step->asked[i].title));
		fprintf(w->out, " | %" PRIu64 " | ", all->spread.answers);
		md_place(w, all->spread.median);
		fputs(" | ", w->out);
		md_place(w, all->spread.lower);
		fputs("–", w->out);
		md_place(w, all->spread.upper);
		fprintf(w->out, " | %s |\n", all->spread.wide ? say(w, "stor", "wide") : "");
	}
	fputc('\n', w->out);
}

static void md_step(struct writing *w, size_t index)
{
	const struct step *step = &w->record->steps[index];
	fprintf(w->out, "## %zu. ", index + 1);
	md(w, words_of(w, step->title));
	fputs("\n\n", w->out);
	if (step->began_ms == 0 && !was_asked(step) && count_notes(w, step->number, false) == 0) {
		fputs(say(w, "Steget hölls inte", "The step was not held"), w->out);
		if (step->asked_count)
			fprintf(w->out, step->asked_count == 1 ? say(w, ", och frågan ställdes inte", ", and its question was not asked")
							       : say(w, ", och de %zu frågorna ställdes inte", ", and its %zu questions were not asked"), step->asked_count);
		fputs(".\n\n", w->out);
		return;
	}
	markdown_block(w->out, step->instruction);
	md_overview(w, step, index + 1);
	for (size_t i = 0; i < step->asked_count; i++)
		md_asked(w, &step->asked[i], index + 1, i + 1);
	md_plenary(w, step->number);
	md_notes(w, step->number);
}

/* --- the first page --- */

static void md_fact(const struct writing *w, const char *what)
{
	fprintf(w->out, "- **%s:** ", what);
}

static bool is_same(const struct writing *w, uint64_t x_ms, uint64_t y_ms, const char *format)
{
	char x[32], y[32];
	record_time(x_ms, w->record->zone, format, x, sizeof x);
	record_time(y_ms, w->record->zone, format, y, sizeof y);
	return strcmp(x, y) == 0;
}

static void md_when(const struct writing *w)
{
	const struct record *r = w->record;
	uint64_t began = 0;
	for (size_t i = 0; i < r->steps_count; i++)
		if (r->steps[i].began_ms && (began == 0 || r->steps[i].began_ms < began))
			began = r->steps[i].began_ms;
	md_fact(w, say(w, "Tid", "Time"));
	md_day(w, began ? began : r->created_ms);
	fputs(say(w, " kl. ", " "), w->out);
	md_clock(w, began ? began : r->created_ms);
	if (began == 0)
		fprintf(w->out, " (%s)", say(w, "då sessionen skapades; inget steg har börjat", "when the session was made; no step has begun"));
	else if (r->ended_ms && is_same(w, r->ended_ms, began, "%Y-%m-%d")) {
		if (!is_same(w, r->ended_ms, began, "%H.%M")) {
			fputs("–", w->out);
			md_clock(w, r->ended_ms);
		}
	} else if (r->ended_ms) {
		fputs(say(w, " till ", " to "), w->out);
		md_day(w, r->ended_ms);
		fputs(say(w, " kl. ", " "), w->out);
		md_clock(w, r->ended_ms);
	}
	fprintf(w->out, say(w, ". Alla klockslag gäller %s.\n", ". All clock times are those of %s.\n"), r->zone ? r->zone : "UTC");
	if (r->over)
		return;
	md_fact(w, say(w, "Läge", "Status"));
	fputs(say(w, "sessionen är inte avslutad; rapporten säger hur det stod ", "the session is not over; the report says how things stood "), w->out);
	md_day(w, r->now_ms);
	fputs(say(w, " kl. ", " at "), w->out);
	md_clock(w, r->now_ms);
	fputs("\n", w->out);
}

static void md_rooms(const struct writing *w)
{
	if (w->record->rooms_count == 0)
		return;
	md_fact(w, say(w, "Rum", "Rooms"));
	fprintf(w->out, "%zu\n", w->record->rooms_count);
	for (size_t i = 0; i < w->record->rooms_count; i++) {
		fputs("  - ", w->out);
		md_room(w, i);
		fputs(" (", w->out);
		md_plural(w, w->record->rooms[i].people, say(w, "person", "person"), say(w, "personer", "people"));
		fputs(")\n", w->out);
	}
	if (w->record->roomless)
		fprintf(w->out, say(w, "  - Utan rum (%" PRIu64 ")\n", "  - In no room (%" PRIu64 ")\n"), w->record->roomless);
}

/* What stands before a colon is a level's name, the rest explains it. */
static void md_level_name(const struct writing *w, const struct asked *asked, uint64_t id)
{
	struct slice words = words_of(w, label_of(&asked->items, id));
	for (size_t i = 0; i + 1 < words.len; i++)
		if (words.at[i] == ':' && words.at[i + 1] == ' ')
			words.len = i;
	md(w, words);
}

/* What most chose in the last round that was shown; the facilitator's word goes before it. */
static void md_level(const struct writing *w, const struct asked *asked)
{
	const struct result *all = last_shown(asked);
	if (asked->outcome.there && !asked->outcome.by_groups && asked->outcome.rows.count) {
		md_fact(w, say(w, "Nivå", "Level"));
		md_level_name(w, asked, asked->outcome.rows.at[0].id);
		fprintf(w->out, " (%s)\n", asked->outcome.override ? say(w, "workshopledarens val", "the facilitator's choice") : say(w, "fick flest svar", "most answers"));
		return;
	}
	uint64_t most = 0;
	for (size_t i = 0; all && i < all->items.count; i++)
		most = all->items.at[i].sum > most ? all->items.at[i].sum : most;
	if (most == 0)
		return;
	md_fact(w, say(w, "Nivå", "Level"));
	size_t count = 0;
	for (size_t i = 0; i < all->items.count; i++)
		if (all->items.at[i].sum == most) {
			fputs(count++ ? say(w, " eller ", " or ") : "", w->out);
			md_level_name(w, asked, all->items.at[i].id);
		}
	fprintf(w->out, count > 1 ? say(w, " (lika, %" PRIu64 " av %" PRIu64 " personer vardera)\n", " (equal, %" PRIu64 " of %" PRIu64 " people each)\n")
				  : say(w, " (%" PRIu64 " av %" PRIu64 " personer)\n", " (%" PRIu64 " of %" PRIu64 " people)\n"), most, all->heads);
}

static void md_levels(const struct writing *w)
{
	for (size_t s = 0; s < w->record->steps_count; s++)
		for (size_t a = 0; a < w->record->steps[s].asked_count; a++) {
			const struct asked *asked = &w->record->steps[s].asked[a];
			if (slice_equal(asked->ref, slice_text("level")) && slice_equal(asked->kind, slice_text("choice")))
				md_level(w, asked);
		}
}

static void md_origin(const struct writing *w)
{
	struct slice id = w->record->origin, version = { NULL, 0 };
	if (id.len == 0)
		return;
	const uint8_t *at = memchr(id.at, '@', id.len);
	if (at) {
		version = slice_of(at + 1, id.len - (size_t)(at - id.at) - 1);
		id.len = (size_t)(at - id.at);
	}
	md_fact(w, say(w, "Ur katalogen", "From the catalog"));
	md(w, id);
	if (version.len) {
		fputs(", version ", w->out);
		md(w, version);
	}
	fputc('\n', w->out);
}

static void md_program(const struct writing *w)
{
	uint64_t planned = 0, spent = 0;
	if (w->record->steps_count == 0)
		return;
	fprintf(w->out, "## %s\n\n| %s | %s | %s | %s |\n| --- | ---: | ---: | ---: |\n", say(w, "Program", "Programme"), say(w, "Steg", "Step"), say(w, "Började", "Began"),
		say(w, "Planerat", "Planned"), say(w, "Tog", "Took"));
	for (size_t i = 0; i < w->record->steps_count; i++) {
		const struct step *step = &w->record->steps[i];
		fprintf(w->out, "| %zu. ", i + 1);
		md(w, words_of(w, step->title));
		fputs(" | ", w->out);
		if (step->began_ms)
			md_clock(w, step->began_ms);
		else
			fputs("–", w->out);
		fprintf(w->out, " | %" PRIu64 " min | ", step->minutes);
		if (step->began_ms)
			md_minutes(w, step->spent_ms);
		else
			fputs("–", w->out);
		fputs(" |\n", w->out);
		planned += step->minutes;
		spent += step->spent_ms;
	}
	fprintf(w->out, "| %s | | %" PRIu64 " min | ", say(w, "Sammanlagt", "In all"), planned);
	if (spent)
		md_minutes(w, spent);
	else
		fputs("–", w->out);
	fputs(" |\n\n", w->out);
}

static void md_first_page(const struct writing *w)
{
	const struct record *r = w->record;
	md_heading(w, "#", words_of(w, r->title));
	if (r->rehearsal) {
		md_fact(w, say(w, "Genrep", "Rehearsal"));
		fputs(say(w, "de som svarade kan ha varit påhittade\n", "those who answered may have been made up\n"), w->out);
	}
	md_when(w);
	md_fact(w, say(w, "Deltagare", "Participants"));
	fprintf(w->out, "%" PRIu64 "\n", r->people);
	md_rooms(w);
	md_levels(w);
	md_origin(w);
	fputc('\n', w->out);
	if (r->withheld)
		fprintf(w->out, say(w, "Svar som inte är med: %" PRIu64 ". Frågorna är öppna och hade inte visats när loggen hämtades. Svaren kommer med när frågan har visats, eller när "
			"sessionen är avslutad.\n\n", "Answers that are not included: %" PRIu64 ". The questions are open and had not been shown when the log was fetched. The answers are "
			"included once the question has been shown, or the session is over.\n\n"), r->withheld);
}

/* --- how to read it --- */

static void md_reading(const struct writing *w)
{
	if (!w->rating && !w->secret && !w->paper && !w->notes)
		return;
	fprintf(w->out, "## %s\n\n", say(w, "Så läses siffrorna", "How to read the figures"));
	if (w->rating)
		fputs(say(w, "- På en skala svarar var och en mellan 0 och 100. Medianen är svaret i mitten. Hälften av svaren ligger mellan kvartilerna. Spridningen är stor när kvartilerna ligger "
			"minst 40 steg isär.\n", "- On a scale each answer lies between 0 and 100. The median is the answer in the middle. Half of the answers lie between the quartiles. The spread is wide "
			"when the quartiles are 40 or more apart.\n"), w->out);
	if (w->secret)
		fprintf(w->out, say(w, "- På en hemlig fråga sparas inte vem som svarade vad. Resultatet visas för rum med minst %" PRIu64 " svar.\n",
			"- Of a secret question nobody's answer is kept with a name. The result is shown for rooms with at least %" PRIu64 " answers.\n"), w->record->k);
	if (w->paper)
		fputs(say(w, "- Svar på papper har förts in av workshopledaren och räknas som alla andra. Ett ark kan gälla flera personer.\n",
			"- Answers on paper were entered by the facilitator and count like all others. One sheet may stand for several people.\n"), w->out);
	if (w->notes)
		fputs(say(w, "- En anteckning som inte kallas slutlig är arbetsmaterial. Räddad är den som skrevs när någon annan redan hade pennan.\n",
			"- A note that is not called final is working material. Recovered is what was written when somebody else already had the pen.\n"), w->out);
	fputc('\n', w->out);
}

/* sv, SV, sv-FI */
static bool is_swedish(const char *language)
{
	return (language[0] | 0x20) == 's' && (language[1] | 0x20) == 'v' && (language[2] == '\0' || language[2] == '-');
}

void report_markdown(const struct record *record, FILE *out)
{
	struct writing w = { .record = record, .swedish = is_swedish(record->language), .out = out };
	md_first_page(&w);
	md_program(&w);
	for (size_t i = 0; i < record->steps_count; i++)
		md_step(&w, i);
	md_reading(&w);
}
