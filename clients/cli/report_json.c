/* SPDX-License-Identifier: EUPL-1.2 */
#include "report.h"
#include <inttypes.h>

static void js_words(FILE *out, struct slice words)
{
	fputc('"', out);
	for (size_t i = 0; i < words.len; i++) {
		uint8_t c = words.at[i];
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

/* Words that always were there: if not, they were struck. */
static void js_struck(FILE *out, const char *key, struct slice words)
{
	fprintf(out, "\"%s\":", key);
	if (words.at)
		js_words(out, words);
	else
		fputs("null", out);
}

static void js_key(FILE *out, const char *key, struct slice words)
{
	fprintf(out, "\"%s\":", key);
	js_words(out, words);
}

static void js_numbers(FILE *out, const char *key, const struct numbers *numbers, bool places)
{
	fprintf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < numbers->count; i++) {
		const struct number *n = &numbers->at[i];
		if (places)
			fprintf(out, "%s{\"place\":%" PRIu64 ",\"count\":%" PRIu64 "}", i ? "," : "", n->id, n->sum);
		else
			fprintf(out, "%s{\"id\":%" PRIu64 ",\"sum\":%" PRIu64 ",\"people\":%" PRIu64 "}", i ? "," : "", n->id, n->sum, n->voters);
	}
	fputc(']', out);
}

static void js_result(FILE *out, const struct asked *asked, const struct result *result)
{
	fprintf(out, "{\"room\":%u,\"ballots\":%" PRIu64 ",\"heads\":%" PRIu64 ",\"papers\":%" PRIu64 ",\"held_back\":%s", result->room, result->ballots, result->heads, result->papers,
		result->held_back ? "true" : "false");
	if (asked->tallied == TALLIED_SPREAD && !result->held_back) {
		fprintf(out, ",\"answers\":%" PRIu64 ",\"mean\":%" PRIu64 ",\"median\":%" PRIu64 ",\"lower_quartile\":%" PRIu64 ",\"upper_quartile\":%" PRIu64 ",\"wide\":%s",
			result->spread.answers, result->spread.mean, result->spread.median, result->spread.lower, result->spread.upper, result->spread.wide ? "true" : "false");
		js_numbers(out, "places", &result->places, true);
	} else if (asked->tallied == TALLIED_WORDS) {
		fputs(",\"words\":[", out);
		for (size_t i = 0; i < result->answers_count; i++) {
			fputs(i ? ",{" : "{", out);
			js_struck(out, "words", result->answers[i].words.len ? result->answers[i].words : slice_of(NULL, 0)); /* no answer in words is empty */
			fprintf(out, ",\"count\":%" PRIu64 "}", result->answers[i].count);
		}
		fprintf(out, "],\"left_out\":%" PRIu64, result->left_out);
	} else if (asked->tallied == TALLIED_NUMBERS) {
		js_numbers(out, "items", &result->items, false);
		js_numbers(out, "groups", &result->groups, false);
	}
	fputc('}', out);
}

static void js_labels(FILE *out, const char *key, const struct labels *labels)
{
	fprintf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < labels->count; i++) {
		fprintf(out, "%s{\"id\":%" PRIu64 ",\"group\":%" PRIu64 ",", i ? "," : "", labels->at[i].id, labels->at[i].group);
		js_struck(out, "words", labels->at[i].words);
		fputs(labels->at[i].hidden ? ",\"hidden\":true}" : "}", out);
	}
	fputc(']', out);
}

static const char *phase_name(unsigned phase)
{
	switch (phase) {
#define PHASE(name, bit, meaning) case bit: return #name;
#include "tbl/phases.h"
#undef PHASE
	default: return "READY";
	}
}

/* Of all, then of each room, as far as they are shown. */
static void js_results(FILE *out, const struct record *record, const struct asked *asked, const struct round *round)
{
	bool some = false;
	fputs("\"results\":[", out);
	for (size_t i = 0; i <= record->rooms_count; i++) {
		if (!round->results[i].there)
			continue;
		if (some)
			fputc(',', out);
		js_result(out, asked, &round->results[i]);
		some = true;
	}
	fputc(']', out);
}

/* How many of each room stand behind the room's ballot, where anybody has said. */
static void js_accords(FILE *out, const struct record *record, const struct round *round)
{
	bool some = false;
	for (size_t i = 0; i < record->rooms_count; i++) {
		if (round->accords[i].agreed + round->accords[i].not_yet == 0)
			continue;
		fprintf(out, "%s{\"room\":%u,\"agreed\":%" PRIu64 ",\"not_yet\":%" PRIu64 "}", some ? "," : ",\"agreement\":[", record->rooms[i].number, round->accords[i].agreed,
			round->accords[i].not_yet);
		some = true;
	}
	if (some)
		fputc(']', out);
}

static void js_asked(FILE *out, const struct record *record, const struct asked *asked)
{
	fprintf(out, "{\"activity\":%u,", asked->number);
	js_key(out, "ref", asked->ref);
	fputc(',', out);
	js_key(out, "kind", asked->kind);
	fputc(',', out);
	js_struck(out, "title", asked->title);
	fprintf(out, ",\"held_by\":\"%s\",\"secret\":%s,\"round\":%zu,\"phase\":\"%s\"", asked->holder == HOLDER_ROOM ? "room" : "person", asked->secret ? "true" : "false", asked->rounds_count,
		phase_name(asked->phase));
	js_labels(out, "items", &asked->items);
	js_labels(out, "groups", &asked->groups);
	const struct round *running = &asked->rounds[asked->rounds_count - 1];
	fputc(',', out);
	js_results(out, record, asked, running);
	js_accords(out, record, running);
	if (asked->rounds_count > 1)
		fputs(",\"earlier\":[", out);
	for (size_t i = 0; i + 1 < asked->rounds_count; i++) {
		fprintf(out, "%s{\"round\":%u,", i ? "," : "", asked->rounds[i].number);
		js_results(out, record, asked, &asked->rounds[i]);
		fputc('}', out);
	}
	if (asked->rounds_count > 1)
		fputc(']', out);
	if (asked->outcome.there) {
		fprintf(out, ",\"outcome\":{\"round\":%u,\"by\":\"%s\",\"override\":%s,", asked->outcome.round, asked->outcome.by_groups ? "groups" : "items", asked->outcome.override ? "true" : "false");
		js_key(out, "reason", asked->outcome.reason);
		js_numbers(out, "order", &asked->outcome.rows, false);
		fputc('}', out);
	}
	fputc('}', out);
}

static void js_step(FILE *out, const struct record *record, const struct step *step)
{
	char began[32];
	record_time(step->began_ms, NULL, "\"%Y-%m-%dT%H:%M:%SZ\"", began, sizeof began);
	fprintf(out, "{\"step\":%u,\"planned_minutes\":%" PRIu64 ",\"began\":%s,\"spent_ms\":%" PRIu64 ",", step->number, step->minutes, step->began_ms ? began : "null", step->spent_ms);
	js_struck(out, "title", step->title);
	fputs(",\"activities\":[", out);
	for (size_t i = 0; i < step->asked_count; i++) {
		if (i)
			fputc(',', out);
		js_asked(out, record, &step->asked[i]);
	}
	fputs("]}", out);
}

static void js_note(FILE *out, const struct note *note)
{
	static const char *const kinds[] = { "",
#define NOTE(name, number, sign, meaning) [number] = #name,
#include "tbl/notes.h"
#undef NOTE
	};
	char at[32];
	record_time(note->at_ms, NULL, "%Y-%m-%dT%H:%M:%SZ", at, sizeof at);
	fprintf(out, "{\"room\":%u,\"step\":%u,\"activity\":%" PRIu64 ",\"kind\":\"%s\",\"final\":%s,\"plenary\":%s,\"at\":\"%s\",", note->room, note->step, note->activity,
		note->kind < sizeof kinds / sizeof *kinds ? kinds[note->kind] : "", note->final ? "true" : "false", note->plenary ? "true" : "false", at);
	js_key(out, "author", note->author);
	fprintf(out, ",\"tray\":%s,\"tenure\":%" PRIu64 ",", note->tray ? "true" : "false", note->tenure);
	js_struck(out, "words", note->words);
	fputc('}', out);
}

void report_json(const struct record *record, FILE *out)
{
	char day[32], ended[32];
	record_time(record->created_ms, NULL, "%Y-%m-%dT%H:%M:%SZ", day, sizeof day);
	record_time(record->ended_ms, NULL, "\"%Y-%m-%dT%H:%M:%SZ\"", ended, sizeof ended);
	fputs("{\"report\":1,", out);
	js_struck(out, "title", record->title);
	fputc(',', out);
	js_key(out, "origin", record->origin);
	fputs(",\"language\":", out);
	js_words(out, slice_text(record->language));
	fprintf(out, ",\"created\":\"%s\",\"ended\":%s,\"rehearsal\":%s,\"k\":%" PRIu64 ",\"participants\":%" PRIu64 ",\"rooms\":[", day, record->ended_ms ? ended : "null",
		record->rehearsal ? "true" : "false", record->k, record->people);
	for (size_t i = 0; i < record->rooms_count; i++) {
		fprintf(out, "%s{\"room\":%u,\"people\":%" PRIu64 ",", i ? "," : "", record->rooms[i].number, record->rooms[i].people);
		js_key(out, "name", record->rooms[i].name);
		fputc('}', out);
	}
	fputs("],\"steps\":[", out);
	for (size_t i = 0; i < record->steps_count; i++) {
		if (i)
			fputc(',', out);
		js_step(out, record, &record->steps[i]);
	}
	fputs("],\"notes\":[", out);
	for (size_t i = 0; i < record->notes_count; i++) {
		if (i)
			fputc(',', out);
		js_note(out, &record->notes[i]);
	}
	fputc(']', out);
	if (record->withheld)
		fprintf(out, ",\"withheld\":%" PRIu64, record->withheld);
	fputs("}\n", out);
}
