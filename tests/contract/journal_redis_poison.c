/* SPDX-License-Identifier: EUPL-1.2 */
/* Promise P15 (a poisoned Redis): whoever owns Redis edits what lies there, at rest and under the eyes of an instance that has the session open. A row for each edit says
 * what may come of it; an entry that nobody of this deployment wrote into this session is never told. Whoever edits may also reckon the chain anew, for that needs no
 * secret: then the MAC alone says no, and what it cannot say no to is what README.md of daemon/redis concedes: genuine entries left out, repeated, moved, or given another time.
 * Control: BOLLPLANK_BUG 79, the MAC is not looked at. */
#include "contract/journal_redis_desk.h"
#include "base/check.h"
#include "base/sha1.h"
#include "base/trace.h"
#include <stdio.h>

enum {
	ENTRIES = 30, STRUCK_SEQ = 4, SNAPSHOT_SEQ = 30, SNAPSHOT_BYTES = 300, FOREIGN = 200, FORGED = 900000, AFTER = 800000,
	TERM = 0, AT = 4, STRUCK_AT = 12, HASH = 13, DIGEST = 53, MAC = 85, LENGTHS = 101, HEAD = 111, FORM = 111 + 72, MOST = 40
};

/* What came of it. */
enum outcome {
	SAME = 1,      /* nothing of what it means has changed */
	DAMAGED = 2,   /* told, with a place */
	AWAY = 4,      /* told with a sentence */
	ABSENT = 8,    /* no such session, or erased: all of it withheld */
	BODY = 16,     /* an entry whose body is not its digest's: the house, which checks that, stops there */
	GENUINE = 32,  /* entries of this session only, each as it was written, but not all, not once, or not in their place, time or term */
	FORGERY = 64,  /* something that nobody wrote */
	SILENCE = 128  /* no answer at all */
};
static const char *const outcomes[] = { "same", "damaged", "away", "absent", "body", "genuine", "FORGED", "SILENT" };

struct victim {
	struct redis_server *server;
	unsigned i;
	struct { uint8_t *bytes; size_t len; } lines[MOST];
	size_t count;
};

/* --- edits ---------------------------------------------------------------------------------------------------- */

static void put(uint8_t *at, uint64_t value, int len)
{
	for (int k = 0; k < len; k++)
		at[k] = (uint8_t)(value >> (8 * (len - 1 - k)));
}

static uint64_t get(const uint8_t *at, int len)
{
	uint64_t value = 0;
	for (int k = 0; k < len; k++)
		value = value << 8 | at[k];
	return value;
}

static void line_set(struct victim *v, size_t seq, const void *bytes, size_t len)
{
	uint8_t *copy = check_alloc(1, len);
	if (len)
		memcpy(copy, bytes, len);
	free(v->lines[seq - 1].bytes);
	v->lines[seq - 1].bytes = copy;
	v->lines[seq - 1].len = len;
}

static void line_insert(struct victim *v, size_t seq, const void *bytes, size_t len)
{
	assert_true(v->count < MOST);
	memmove(&v->lines[seq], &v->lines[seq - 1], (v->count - seq + 1) * sizeof v->lines[0]);
	v->count++;
	v->lines[seq - 1].bytes = NULL;
	line_set(v, seq, bytes, len);
}

static void line_remove(struct victim *v, size_t seq)
{
	free(v->lines[seq - 1].bytes);
	memmove(&v->lines[seq - 1], &v->lines[seq], (v->count - seq) * sizeof v->lines[0]);
	v->count--;
}

static void flip(struct victim *v, int offset)
{
	v->lines[11].bytes[offset] ^= 1;
}

static void flip_end(struct victim *v, int before)
{
	v->lines[11].bytes[v->lines[11].len - (size_t)before] ^= 1;
}

static void mark_struck(struct victim *v, int parts)
{
	v->lines[11].bytes[STRUCK_AT] = (uint8_t)parts;
}

static void unmark_struck(struct victim *v, int unused)
{
	(void)unused;
	v->lines[STRUCK_SEQ - 1].bytes[STRUCK_AT] = 0;
}

/* Text and mark both, as bp1_strike does it. */
static void strike_by_hand(struct victim *v, int unused)
{
	uint8_t *line = v->lines[11].bytes;
	(void)unused;
	line[STRUCK_AT] = JOURNAL_TEXT;
	v->lines[11].len -= get(line + LENGTHS + 6, 4);
	put(line + LENGTHS + 6, 0, 4);
}

static void hash_zeros(struct victim *v, int unused)
{
	(void)unused;
	memset(v->lines[11].bytes + HASH, '0', 40);
}

static void length_add(struct victim *v, int which)
{
	uint8_t *at = v->lines[11].bytes + LENGTHS;
	if (which == 0)
		put(at, get(at, 2) + 1, 2);
	else if (which == 1)
		put(at + 2, 0xffffffff, 4);
	else if (which == 2)
		put(at + 6, get(at + 6, 4) - 1, 4);
	else { /* from form to text: the sum is the same */
		put(at + 2, get(at + 2, 4) - 1, 4);
		put(at + 6, get(at + 6, 4) + 1, 4);
	}
}

static void longer(struct victim *v, int by)
{
	size_t len = v->lines[11].len;
	uint8_t *more = check_alloc(1, len + (size_t)by);
	memcpy(more, v->lines[11].bytes, len);
	line_set(v, 12, more, len + (size_t)by);
	free(more);
}

static void shorter(struct victim *v, int to)
{
	v->lines[11].len = to >= 0 ? (size_t)to : v->lines[11].len - (size_t)-to;
}

static void other_text(struct victim *v, int unused)
{
	(void)unused;
	line_set(v, 12, "Dear diary, today somebody read this as an entry.", 49);
}

static void huge(struct victim *v, int unused)
{
	enum { BYTES = 1024 * 1024 };
	uint8_t *zeros = check_alloc(1, BYTES);
	(void)unused;
	line_set(v, 12, zeros, BYTES);
	free(zeros);
}

static void swap(struct victim *v, int seq)
{
	uint8_t *bytes = v->lines[seq - 1].bytes;
	size_t len = v->lines[seq - 1].len;
	v->lines[seq - 1] = v->lines[seq];
	v->lines[seq].bytes = bytes;
	v->lines[seq].len = len;
}

static void last_first(struct victim *v, int unused)
{
	(void)unused;
	line_insert(v, 1, v->lines[v->count - 1].bytes, v->lines[v->count - 1].len);
	line_remove(v, v->count);
}

static void reverse(struct victim *v, int unused)
{
	(void)unused;
	for (size_t k = 0; k < v->count; k++) {
		line_insert(v, k + 1, v->lines[v->count - 1].bytes, v->lines[v->count - 1].len);
		line_remove(v, v->count);
	}
}

static void without(struct victim *v, int seq)
{
	line_remove(v, (size_t)seq);
}

static void twice(struct victim *v, int seq)
{
	line_insert(v, (size_t)seq, v->lines[seq - 1].bytes, v->lines[seq - 1].len);
}

static void cut_to(struct victim *v, int count)
{
	while (v->count > (size_t)count)
		line_remove(v, v->count);
}

static void load(struct victim *v, unsigned i);

static void foreign_line(struct victim *v, int unused)
{
	struct victim other = { .server = v->server };
	(void)unused;
	load(&other, FOREIGN);
	line_set(v, 12, other.lines[11].bytes, other.lines[11].len);
	while (other.count)
		line_remove(&other, other.count);
}

static void foreign_list(struct victim *v, int unused)
{
	struct victim other = { .server = v->server };
	(void)unused;
	load(&other, FOREIGN);
	for (size_t seq = 1; seq <= ENTRIES; seq++)
		line_set(v, seq, other.lines[seq - 1].bytes, other.lines[seq - 1].len);
	while (other.count)
		line_remove(&other, other.count);
}

/* A line that nobody wrote; its body is its own digest's. mac: 0 none, 1 that of the entry whose place it takes. */
static size_t forged(const struct victim *v, int mac, uint8_t *out)
{
	struct made made;
	body_make(FORGED + v->i, &made);
	memcpy(out, v->lines[11].bytes, DIGEST);
	out[STRUCK_AT] = 0;
	memcpy(out + DIGEST, made.body.digest, 32);
	memset(out + MAC, 0, 16);
	if (mac)
		memcpy(out + MAC, v->lines[11].bytes + MAC, 16);
	put(out + LENGTHS, made.body.head.len, 2);
	put(out + LENGTHS + 2, made.body.form.len, 4);
	put(out + LENGTHS + 6, made.body.text.len, 4);
	size_t len = made.body.head.len + made.body.form.len + made.body.text.len;
	memcpy(out + HEAD, made.bytes, len);
	return HEAD + len;
}

static void forge(struct victim *v, int mac)
{
	uint8_t line[HEAD + sizeof(struct made)];
	size_t len = forged(v, mac, line);
	line_set(v, 12, line, len);
}

static void forge_more(struct victim *v, int mac)
{
	uint8_t line[HEAD + sizeof(struct made)];
	size_t len = forged(v, mac, line);
	line_insert(v, v->count + 1, line, len);
}

static void forge_first(struct victim *v, int mac)
{
	uint8_t line[HEAD + sizeof(struct made)];
	size_t len = forged(v, mac, line);
	line_set(v, 1, line, len);
}

/* --- edits of other keys: words of a command, SID is put in, HASH is the list's own 20th --- */

struct row {
	const char *name;
	void (*edit)(struct victim *v, int arg);
	int arg;
	bool reckoned; /* chain and meta are made to fit */
	const char *command, *again;
	unsigned keyed, plain; /* what may come of it, with a key and without */
};

#define LINES(name, edit, arg, keyed, plain) { name, edit, arg, false, NULL, NULL, keyed, plain }
#define CLEVER(name, edit, arg, keyed, plain) { name, edit, arg, true, NULL, NULL, keyed, plain }
#define KEYS(name, command, again, outcomes) { name, NULL, 0, false, command, again, outcomes, outcomes }
#define SNAPSHOT(name, command, keyed, plain) { name, NULL, 0, false, command, NULL, keyed, plain }

/* While it is open, what lies in Redis is not read again: SAME is always right there. */
static const struct row rows[] = {
	LINES("nothing", NULL, 0, SAME, SAME),
	LINES("a line's term", flip, TERM + 3, DAMAGED, DAMAGED),
	LINES("a line's time", flip, AT + 7, DAMAGED, DAMAGED),
	LINES("a line's time, far away", flip, AT, DAMAGED, DAMAGED),
	LINES("a line marked as struck", mark_struck, JOURNAL_FORM | JOURNAL_TEXT, DAMAGED, DAMAGED),
	LINES("a line marked as nothing known", mark_struck, 0xfc, DAMAGED, DAMAGED),
	LINES("a struck line's mark taken away", unmark_struck, 0, DAMAGED | BODY, DAMAGED | BODY),
	LINES("a line struck by hand", strike_by_hand, 0, GENUINE | DAMAGED, GENUINE | DAMAGED),
	LINES("a letter of a line's hash", flip, HASH, DAMAGED, DAMAGED),
	LINES("the last letter of a line's hash", flip, HASH + 39, DAMAGED, DAMAGED),
	LINES("a line's hash is zeros", hash_zeros, 0, DAMAGED, DAMAGED),
	LINES("the first byte of D", flip, DIGEST, DAMAGED, DAMAGED),
	LINES("the last byte of D", flip, DIGEST + 31, DAMAGED, DAMAGED),
	LINES("the first byte of the MAC", flip, MAC, DAMAGED, SAME),
	LINES("the last byte of the MAC", flip, MAC + 15, DAMAGED, SAME),
	LINES("the head's length", length_add, 0, DAMAGED, DAMAGED),
	LINES("the form is four gigabytes", length_add, 1, DAMAGED, DAMAGED),
	LINES("the text's length", length_add, 2, DAMAGED, DAMAGED),
	LINES("a byte of the form is text", length_add, 3, DAMAGED | BODY, DAMAGED | BODY),
	LINES("a byte of the head", flip, HEAD + 3, DAMAGED | BODY, DAMAGED | BODY),
	LINES("a byte of the form", flip, FORM + 3, DAMAGED | BODY, DAMAGED | BODY),
	LINES("the last byte of the text", flip_end, 1, DAMAGED | BODY, DAMAGED | BODY),
	LINES("a byte more", longer, 1, DAMAGED, DAMAGED),
	LINES("a byte less", shorter, -1, DAMAGED, DAMAGED),
	LINES("an empty line", shorter, 0, DAMAGED, DAMAGED),
	LINES("three bytes", shorter, 3, DAMAGED, DAMAGED),
	LINES("all but the body", shorter, HEAD, DAMAGED, DAMAGED),
	LINES("other words", other_text, 0, DAMAGED, DAMAGED),
	LINES("a megabyte of zeros", huge, 0, DAMAGED, DAMAGED),
	LINES("two lines swapped", swap, 10, DAMAGED, DAMAGED),
	LINES("the last two swapped", swap, ENTRIES - 1, DAMAGED, DAMAGED),
	LINES("the last line first", last_first, 0, DAMAGED, DAMAGED),
	LINES("backwards", reverse, 0, DAMAGED, DAMAGED),
	LINES("the first deleted", without, 1, DAMAGED | AWAY, DAMAGED | AWAY),
	LINES("one deleted", without, 12, DAMAGED | AWAY, DAMAGED | AWAY),
	LINES("the last deleted", without, ENTRIES, DAMAGED | AWAY, DAMAGED | AWAY),
	LINES("one twice", twice, 12, DAMAGED | AWAY, DAMAGED | AWAY),
	LINES("the last twice", twice, ENTRIES, DAMAGED | AWAY, DAMAGED | AWAY),
	LINES("only ten left", cut_to, 10, DAMAGED | AWAY, DAMAGED | AWAY),
	LINES("none left", cut_to, 0, DAMAGED | AWAY, DAMAGED | AWAY),
	LINES("a line of another session", foreign_line, 0, DAMAGED, DAMAGED),
	LINES("all lines of another session", foreign_list, 0, DAMAGED, DAMAGED),
	LINES("a forged line", forge, 0, DAMAGED, DAMAGED),
	LINES("a forged line behind", forge_more, 0, DAMAGED | AWAY, DAMAGED | AWAY),
	CLEVER("reckoned anew: nothing", NULL, 0, SAME, SAME),
	CLEVER("reckoned anew: a forged line", forge, 0, DAMAGED, FORGERY | DAMAGED),
	CLEVER("reckoned anew: a forged line with another's MAC", forge, 1, DAMAGED, FORGERY | DAMAGED),
	CLEVER("reckoned anew: a forged first line", forge_first, 1, DAMAGED, FORGERY | DAMAGED),
	CLEVER("reckoned anew: a forged line behind", forge_more, 1, DAMAGED, FORGERY | DAMAGED),
	CLEVER("reckoned anew: a line of another session", foreign_line, 0, DAMAGED, FORGERY | DAMAGED),
	CLEVER("reckoned anew: all lines of another session", foreign_list, 0, DAMAGED, FORGERY | DAMAGED),
	CLEVER("reckoned anew: another D", flip, DIGEST, DAMAGED, BODY | DAMAGED),
	CLEVER("reckoned anew: another MAC", flip, MAC, DAMAGED, SAME | GENUINE | DAMAGED),
	CLEVER("reckoned anew: another time", flip, AT + 7, GENUINE | DAMAGED, GENUINE | DAMAGED),
	CLEVER("reckoned anew: two lines swapped", swap, 10, GENUINE | DAMAGED, GENUINE | DAMAGED),
	CLEVER("reckoned anew: one deleted", without, 12, GENUINE | DAMAGED, GENUINE | DAMAGED),
	CLEVER("reckoned anew: one twice", twice, 12, GENUINE | DAMAGED, GENUINE | DAMAGED),
	CLEVER("reckoned anew: only ten left", cut_to, 10, GENUINE | DAMAGED, GENUINE | DAMAGED),
	KEYS("meta: one entry more", "HSET bp:{SID}:m seq 31", NULL, DAMAGED | AWAY),
	KEYS("meta: one entry less", "HSET bp:{SID}:m seq 29", NULL, DAMAGED | AWAY),
	KEYS("meta: the count is a word", "HSET bp:{SID}:m seq many", NULL, DAMAGED | AWAY),
	KEYS("meta: the count is beyond all numbers", "HSET bp:{SID}:m seq 1180591620717411303424", NULL, DAMAGED | AWAY),
	KEYS("meta: the count is negative", "HSET bp:{SID}:m seq -30", NULL, DAMAGED | AWAY),
	KEYS("meta: another hash", "HSET bp:{SID}:m hash 0123456789abcdef0123456789abcdef01234567", NULL, DAMAGED | AWAY),
	KEYS("meta: a short hash", "HSET bp:{SID}:m hash 0123", NULL, DAMAGED | AWAY),
	KEYS("meta: a later term", "HSET bp:{SID}:m term 77", NULL, SAME),
	KEYS("meta: an earlier term", "HSET bp:{SID}:m term 0", NULL, SAME | DAMAGED | AWAY),
	KEYS("meta: a term beyond 32 bits", "HSET bp:{SID}:m term 4294967296", NULL, DAMAGED | AWAY),
	KEYS("meta: the term is a word", "HSET bp:{SID}:m term soon", NULL, DAMAGED | AWAY),
	KEYS("meta: a time in 2100", "HSET bp:{SID}:m at 4102444800000", NULL, SAME),
	KEYS("meta: the time is a word", "HSET bp:{SID}:m at noon", NULL, SAME | DAMAGED | AWAY),
	KEYS("meta: opened under another life", "HSET bp:{SID}:m rid 0123456789abcdef0123456789abcdef01234567", NULL, SAME),
	KEYS("meta: another code", "HSET bp:{SID}:m code 22222222", NULL, SAME),
	KEYS("meta: a code of a thousand letters", "HSET bp:{SID}:m code LONG", NULL, SAME),
	KEYS("meta: no term", "HDEL bp:{SID}:m term", NULL, ABSENT | AWAY | DAMAGED),
	KEYS("meta: no count", "HDEL bp:{SID}:m seq", NULL, DAMAGED | AWAY),
	KEYS("meta: no hash", "HDEL bp:{SID}:m hash", NULL, DAMAGED | AWAY),
	KEYS("meta: erased", "HSET bp:{SID}:m erased 1", NULL, ABSENT),
	KEYS("meta: gone", "DEL bp:{SID}:m", NULL, ABSENT | AWAY | DAMAGED | SAME),
	KEYS("meta: a string", "SET bp:{SID}:m x", NULL, AWAY | DAMAGED),
	KEYS("lines: gone", "DEL bp:{SID}:l", NULL, DAMAGED | AWAY),
	KEYS("lines: a string", "SET bp:{SID}:l x", NULL, AWAY | DAMAGED),
	KEYS("lines: a hash", "DEL bp:{SID}:l", "HSET bp:{SID}:l 1 x", AWAY | DAMAGED),
	KEYS("all gone", "DEL bp:{SID}:m bp:{SID}:l bp:{SID}:s", NULL, ABSENT | SAME),
	SNAPSHOT("snapshot: other bytes", "HSET bp:{SID}:s bytes forged", SAME, SAME | FORGERY),
	SNAPSHOT("snapshot: other bytes, for another entry", "HSET bp:{SID}:s bytes forged seq 20 hash HASH20", SAME, SAME | FORGERY),
	KEYS("snapshot: another hash", "HSET bp:{SID}:s hash 0123456789abcdef0123456789abcdef01234567", NULL, SAME),
	KEYS("snapshot: of another entry", "HSET bp:{SID}:s seq 19", NULL, SAME),
	SNAPSHOT("snapshot: of another entry, with its hash", "HSET bp:{SID}:s seq 20 hash HASH20", SAME, SAME | FORGERY),
	KEYS("snapshot: beyond the end", "HSET bp:{SID}:s seq 1152921504606846976", NULL, SAME),
	KEYS("snapshot: of nothing", "HSET bp:{SID}:s seq 0", NULL, SAME),
	KEYS("snapshot: of a word", "HSET bp:{SID}:s seq soon", NULL, SAME),
	KEYS("snapshot: of another session", "COPY bp:{OTHER}:s bp:{SID}:s REPLACE", NULL, SAME),
	KEYS("snapshot: empty", "HSET bp:{SID}:s bytes NOTHING", NULL, SAME),
	KEYS("snapshot: a string", "SET bp:{SID}:s x", NULL, SAME | AWAY | DAMAGED),
	KEYS("others: a string", "SET bp:{SID}:p x", NULL, SAME | AWAY),
	KEYS("others: nonsense", "HSET bp:{SID}:p nobody x", NULL, SAME),
};
enum { ROWS = sizeof rows / sizeof *rows };

/* --- applying them -------------------------------------------------------------------------------------------- */

static void load(struct victim *v, unsigned i)
{
	redisReply *lines = redis_server_ask(v->server, "LRANGE bp:{%s}:l 0 -1", sid_at(i).text);
	assert_true(lines && lines->type == REDIS_REPLY_ARRAY && lines->elements == ENTRIES);
	v->i = i;
	for (size_t k = 0; k < lines->elements; k++)
		line_insert(v, v->count + 1, lines->element[k]->str, lines->element[k]->len);
	freeReplyObject(lines);
}

static void reckon(struct victim *v)
{
	char hash[41] = "0000000000000000000000000000000000000000", numbers[64];
	for (size_t k = 0; k < v->count; k++) {
		uint8_t *line = v->lines[k].bytes;
		int len = snprintf(numbers, sizeof numbers, "|%llu|%zu|%llu|", (unsigned long long)get(line + TERM, 4), k + 1, (unsigned long long)get(line + AT, 8));
		const struct slice pieces[] = { slice_of(hash, 40), slice_of(numbers, (size_t)len), slice_of(line + DIGEST, 32) };
		char next[40];
		sha1_hex(pieces, 3, next);
		memcpy(hash, next, 40);
		memcpy(line + HASH, hash, 40);
	}
	redis_server_do(v->server, "HSET bp:{%s}:m seq %d hash %s", sid_at(v->i).text, (int)v->count, hash);
}

static void store(struct victim *v)
{
	redis_server_do(v->server, "DEL bp:{%s}:l", sid_at(v->i).text);
	for (size_t k = 0; k < v->count; k++)
		redis_server_do(v->server, "RPUSH bp:{%s}:l %b", sid_at(v->i).text, v->lines[k].bytes, v->lines[k].len);
	while (v->count)
		line_remove(v, v->count);
}

/* SID, OTHER, NAME: names; CODE: its code; HASH20: of the 20th line; LONG: a thousand letters; NOTHING: no bytes; ~: a space. */
static void say(struct redis_server *server, unsigned i, const char *command)
{
	char words[12][1200], copy[256];
	const char *argv[12];
	size_t count = 0;
	snprintf(copy, sizeof copy, "%s", command);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
		char *at = strstr(word, "SID}"), *other = strstr(word, "OTHER}"), *code = strstr(word, "CODE");
		if (at)
			snprintf(words[count], sizeof words[0], "%.*s%s%s", (int)(at - word), word, sid_at(i).text, at + 3);
		else if (other)
			snprintf(words[count], sizeof words[0], "%.*s%s%s", (int)(other - word), word, sid_at(FOREIGN).text, other + 5);
		else if (code)
			snprintf(words[count], sizeof words[0], "%.*s%s", (int)(code - word), word, code_at(i).text);
		else if (strcmp(word, "NAME") == 0)
			snprintf(words[count], sizeof words[0], "%s", sid_at(i).text);
		else if (strcmp(word, "HASH20") == 0) {
			redisReply *line = redis_server_ask(server, "LINDEX bp:{%s}:l %d", sid_at(i).text, 19);
			assert_true(line && line->len > HEAD);
			snprintf(words[count], sizeof words[0], "%.40s", line->str + HASH);
			freeReplyObject(line);
		} else if (strcmp(word, "LONG") == 0) {
			memset(words[count], 'X', 1000);
			words[count][1000] = '\0';
		} else {
			snprintf(words[count], sizeof words[0], "%s", strcmp(word, "NOTHING") == 0 ? "" : word);
		}
		for (char *tilde = words[count]; (tilde = strchr(tilde, '~')) != NULL;)
			*tilde = ' ';
		argv[count] = words[count];
		count++;
	}
	redisContext *as = redisConnectUnix(redis_server_socket(server));
	assert_true(as != NULL && as->err == 0);
	redisReply *reply = redisCommandArgv(as, (int)count, argv, NULL);
	if (reply == NULL || reply->type == REDIS_REPLY_ERROR)
		fail_msg("%s: %s", command, reply ? reply->str : "no answer");
	freeReplyObject(reply);
	redisFree(as);
}

static void apply(struct redis_server *server, unsigned i, const struct row *row)
{
	if (row->command) {
		say(server, i, row->command);
		if (row->again)
			say(server, i, row->again);
		return;
	}
	struct victim v = { .server = server };
	load(&v, i);
	if (row->edit)
		row->edit(&v, row->arg);
	if (row->reckoned)
		reckon(&v);
	store(&v);
}

/* --- judging -------------------------------------------------------------------------------------------------- */

static uint64_t times[ROWS][ENTRIES + 1];

static bool ours(unsigned i, uint64_t body)
{
	return (body > 1000 * (i + 1) && body <= 1000 * (i + 1) + ENTRIES) || body == AFTER + i;
}

/* Of all that this desk was told of session i. */
static unsigned judge(struct desk *desk, unsigned i, const char *when)
{
	unsigned found = 0;
	uint64_t seq = 0, whole = 0;
	bool away = false;
	for (size_t k = 0; k < desk->count; k++) {
		const struct event *event = &desk->events[k];
		if (event->what == HEALTH || !sid_equal(event->sid, sid_at(i)))
			continue;
		switch (event->what) {
		case LOADED:
			seq = whole = event->position.seq;
			if (event->snapshot_len && (event->snapshot_len != SNAPSHOT_BYTES || event->snapshot_first != (uint8_t)(i % 200 + 1) || event->position.seq != SNAPSHOT_SEQ))
				found |= FORGERY;
			break;
		case RESET:
			seq = whole = 0;
			break;
		case ENTRY:
		case ORPHAN:
			if (event->body == 0)
				found |= BODY;
			else if (!ours(i, event->body))
				found |= FORGERY;
			else if (event->what == ENTRY && event->body < AFTER) {
				uint64_t right = 1000 * (i + 1) + event->position.seq;
				unsigned struck = event->position.seq == STRUCK_SEQ && event->tag == 0 ? JOURNAL_TEXT : 0; /* told anew: struck meanwhile */
				if (event->body != right || event->at_ms != times[i][event->position.seq] || event->position.term != 1 || event->struck != struck)
					found |= GENUINE;
				else
					whole++;
			}
			if (event->what == ENTRY)
				seq = event->position.seq;
			break;
		case OPENED:
			away = event->status == JOURNAL_AWAY;
			if (event->status == JOURNAL_DAMAGED) {
				found |= DAMAGED;
				if (event->position.seq < 1 || event->position.seq > ENTRIES + 2)
					fail_msg("%s, %s: damaged at %d", rows[i].name, when, (int)event->position.seq);
			} else if (event->status == JOURNAL_ABSENT) {
				found |= ABSENT;
			}
			break;
		case ERASED:
			found |= ABSENT;
			break;
		default:
			break;
		}
	}
	const char *sentence = NULL;
	if (away || seat_state(desk, i, &sentence) == JOURNAL_AWAY) {
		found |= AWAY;
		if (!away && (sentence == NULL || strlen(sentence) < 20))
			fail_msg("%s, %s: away without a sentence", rows[i].name, when);
	}
	if (found == 0)
		found = whole >= ENTRIES ? SAME : seq ? GENUINE : SILENCE;
	return found;
}

static void tell(const char *when, const char *name, unsigned found, char *out, size_t room)
{
	size_t len = (size_t)snprintf(out, room, "%s, %s:", name, when);
	for (unsigned b = 0; b < 8; b++)
		if (found & 1u << b && len < room)
			len += (size_t)snprintf(out + len, room - len, " %s", outcomes[b]);
}

static void check(struct desk *desk, bool keyed, const char *when, unsigned also, unsigned *bad, unsigned counts[8])
{
	char words[300];
	for (unsigned i = 0; i < ROWS; i++) {
		unsigned found = judge(desk, i, when), allowed = (keyed ? rows[i].keyed : rows[i].plain) | also;
		for (unsigned b = 0; b < 8; b++)
			counts[b] += (found & 1u << b) != 0;
		tell(when, rows[i].name, found, words, sizeof words);
		if (found & ~allowed) {
			print_error("# %s%s <- may not be\n", words, keyed ? "" : " (no key)");
			++*bad;
		} else if (getenv("BOLLPLANK_TABLE")) {
			print_message("# %s\n", words);
		}
	}
}

static void quiet(enum trace_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

/* Thirty entries each, one of them struck; where a row is about the snapshot, there is one. */
static void make_sessions(struct desk *desk)
{
	for (unsigned n = 0; n <= ROWS; n++)
		desk_create_session(desk, n < ROWS ? n : FOREIGN, 1000 * ((n < ROWS ? n : FOREIGN) + 1) + 1);
	desk_run(desk);
	for (unsigned n = 0; n <= ROWS; n++)
		for (unsigned seq = 2, i = n < ROWS ? n : FOREIGN; seq <= ENTRIES; seq++)
			desk_append(desk, i, 1000 * (i + 1) + seq);
	desk_run(desk);
	for (size_t k = 0; k < desk->count; k++)
		for (unsigned i = 0; i < ROWS && desk->events[k].what == ENTRY; i++)
			if (sid_equal(desk->events[k].sid, sid_at(i)))
				times[i][desk->events[k].position.seq] = desk->events[k].at_ms;
	for (unsigned n = 0; n <= ROWS; n++)
		seat_strike(desk, n < ROWS ? n : FOREIGN, STRUCK_SEQ, JOURNAL_TEXT);
	desk_run(desk);
	for (unsigned n = 0; n <= ROWS; n++)
		if (n == ROWS || strncmp(rows[n].name, "snapshot", 8) == 0)
			seat_snapshot(desk, n < ROWS ? n : FOREIGN, (struct position){ 1, SNAPSHOT_SEQ }, (uint8_t)((n < ROWS ? n : FOREIGN) % 200 + 1), SNAPSHOT_BYTES);
	desk_run(desk);
}

static void append_to_all(struct desk *desk)
{
	uint64_t tag;
	for (unsigned i = 0; i < ROWS; i++)
		desk_try_append(desk, i, AFTER + i, &tag);
	desk_run(desk);
	seat_wait(300);
}

static void read_all(struct desk *desk, unsigned *bad, bool keyed)
{
	struct reading *reading = check_alloc(1, sizeof *reading);
	for (unsigned i = 0; i < ROWS; i++) {
		bool forgery = false;
		desk_read(desk, i, 1, reading);
		for (size_t k = 0; k < reading->count; k++)
			forgery |= reading->bodies[k] != 0 && !ours(i, reading->bodies[k]);
		/* Without a key a read, which is told while it goes on, finds out at the end only that this is another log. */
		if (forgery && (keyed || reading->status != JOURNAL_DAMAGED) && !((keyed ? rows[i].keyed : rows[i].plain) & FORGERY)) {
			print_error("# %s, read: FORGED\n", rows[i].name);
			++*bad;
		}
		if (reading->status == JOURNAL_OK && reading->count == 0) {
			print_error("# %s, read: nothing, and all is said to be well\n", rows[i].name);
			++*bad;
		}
	}
	free(reading);
}

static bool all_opened(const struct desk *desk)
{
	for (unsigned i = 0; i < ROWS; i++)
		if (heard(desk, OPENED, sid_at(i)) == 0)
			return false;
	return true;
}

static void run_poison(bool keyed, bool while_open)
{
	static const char key[] = "a key of thirty-two bytes or so.";
	struct redis_server *server = redis_server_create(NULL);
	const struct seat_options options = { .server = server, .durability = REDIS_DURABILITY_AOF, .mac_key = keyed ? key : NULL };
	unsigned bad = 0, counts[8] = { 0 };
	seat_abandon();
	trace_to(quiet, TRACE_ERROR, NULL);
	struct desk *desk = seat_take(&options);
	make_sessions(desk);
	if (!while_open) {
		desk_destroy(desk);
		desk = seat_take(&options);
	}
	for (unsigned i = 0; i < ROWS; i++)
		apply(server, i, &rows[i]);
	if (while_open) {
		seat_wait(2500); /* each is looked at twice */
		check(desk, keyed, "while open", SAME | AWAY | DAMAGED, &bad, counts);
	} else {
		read_all(desk, &bad, keyed);
		for (unsigned i = 0; i < ROWS; i++)
			seat_open(desk, i);
		for (uint64_t end = seat_now_ms() + 6000; !all_opened(desk) && seat_now_ms() < end;)
			seat_turn();
		check(desk, keyed, "at open", 0, &bad, counts);
	}
	append_to_all(desk);
	check(desk, keyed, "after an append", SAME | AWAY | DAMAGED, &bad, (unsigned[8]){ 0 });
	if (judge(desk, 0, "at the end") != SAME || seat_tip(desk, 0) != ENTRIES + 1) { /* what nobody touched goes on beside all this */
		print_error("# the session that nobody touched has suffered\n");
		bad++;
	}
	print_message("# %d edits %s, %s a key:", (int)ROWS, while_open ? "while open" : "at rest", keyed ? "with" : "without");
	for (unsigned b = 0; b < 8; b++)
		print_message(" %s %u", outcomes[b], counts[b]);
	print_message("\n");
	desk_destroy(desk);
	redis_server_destroy(server);
	trace_to(NULL, TRACE_INFO, NULL);
	assert_int_equal(bad, 0);
}

static void poison_at_rest(void **state)
{
	(void)state;
	run_poison(true, false);
}

static void poison_while_open(void **state)
{
	(void)state;
	run_poison(true, true);
}

static void poison_at_rest_without_a_key(void **state)
{
	(void)state;
	run_poison(false, false);
}

static void poison_while_open_without_a_key(void **state)
{
	(void)state;
	run_poison(false, true);
}

/* --- what all sessions share ---------------------------------------------------------------------------------- */

static void poison_of_what_all_share_is_told_and_heals(void **state)
{
	static const struct {
		const char *name, *command, *cure;
		bool serves; /* it goes on as if nothing were */
	} cases[] = {
		{ "a bell that is no stream", "SET bp:bell x", "DEL bp:bell", false },
		{ "a bell with other fields", "XADD bp:bell * a b", NULL, true },
		{ "a bell with other words", "XADD bp:bell * s nobody q soon", NULL, true },
		{ "a bell for an entry that is not there", "XADD bp:bell * s NAME q 1000000", NULL, true },
		{ "a bell from the far future", "XADD bp:bell 18446744073709551000-1 s x q 1", "DEL bp:bell", true },
		{ "no bell", "DEL bp:bell", NULL, true },
		{ "instances that are no hash", "SET bp:instances x", "DEL bp:instances", false },
		{ "an instance with other words", "HSET bp:instances nobody soon", "HDEL bp:instances nobody", true },
		{ "an instance of rules 0", "HSET bp:instances nobody 99999999999999~0", "HDEL bp:instances nobody", true },
		{ "sessions that are no set", "SET bp:sessions x", "DEL bp:sessions", true },
		{ "a code that is no name", "SET bp:code:CODE x", NULL, true },
		{ "no functions", "FUNCTION FLUSH", NULL, false },
	};
	unsigned bad = 0;
	(void)state;
	seat_abandon();
	trace_to(quiet, TRACE_ERROR, NULL);
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct redis_server *server = redis_server_create(NULL);
		const struct seat_options options = { .server = server, .durability = REDIS_DURABILITY_AOF };
		struct desk *a = seat_take(&options), *b = seat_take(&options);
		uint64_t tag;
		desk_fill(a, 0, ENTRIES);
		seat_opened(b, 0, JOURNAL_OK);
		say(server, 0, cases[k].command);
		unsigned answered = 0;
		uint64_t tags[5];
		for (unsigned n = 0; n < 5; n++) {
			tags[n] = 0;
			if (desk_try_append(a, 0, AFTER + n, &tag) == 0)
				tags[n] = tag;
			seat_wait(60);
		}
		seat_wait(1200);
		for (unsigned n = 0; n < 5; n++) {
			size_t times_told = 0;
			answered += tags[n] && heard_tag(a, tags[n], &times_told)->what == ENTRY;
			if (tags[n] && times_told != 1) {
				print_error("# %s: a tag was answered %d times\n", cases[k].name, (int)times_told);
				bad++;
			}
		}
		if (cases[k].serves && answered != 5) {
			print_error("# %s: only %u of 5 appends came back\n", cases[k].name, answered);
			bad++;
		}
		if (cases[k].cure)
			say(server, 0, cases[k].cure);
		uint64_t end = seat_now_ms() + 6000;
		bool healed = false;
		for (unsigned n = 0; !healed && seat_now_ms() < end; n++) {
			size_t times_told = 0;
			const struct event *event = NULL;
			if (desk_try_append(a, 0, AFTER + 100 + n, &tag) == 0) {
				desk_run(a);
				event = heard_tag(a, tag, &times_told);
			}
			healed = event && event->what == ENTRY;
			seat_wait(healed ? 0 : 200);
		}
		while (healed && seat_tip(b, 0) != seat_tip(a, 0) && seat_now_ms() < end)
			seat_turn();
		if (!healed || seat_tip(b, 0) != seat_tip(a, 0)) {
			print_error("# %s: does not heal (%d, %d)\n", cases[k].name, (int)seat_tip(a, 0), (int)seat_tip(b, 0));
			bad++;
		} else {
			seat_same(a, b, 0);
		}
		assert_int_equal(heard(a, RESET, sid_at(0)) + heard(b, RESET, sid_at(0)), 0);
		desk_destroy(a);
		desk_destroy(b);
		redis_server_destroy(server);
	}
	trace_to(NULL, TRACE_INFO, NULL);
	assert_int_equal(bad, 0);
}

int run_redis_poison_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(poison_at_rest),
		cmocka_unit_test(poison_while_open),
		cmocka_unit_test(poison_at_rest_without_a_key),
		cmocka_unit_test(poison_while_open_without_a_key),
		cmocka_unit_test(poison_of_what_all_share_is_told_and_heals),
	};
	return cmocka_run_group_tests_name("a poisoned Redis", tests, NULL, NULL);
}
