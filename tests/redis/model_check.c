/* SPDX-License-Identifier: EUPL-1.2 */
/* model_check [--calls N] [--seed N] [--control] [--verbose]: is tests/lib/redis_model.c what a real redis-server is?
 * Random calls of every function and every reading, right and wrong, with restarts with and without data, go to both; the answers must be the same but for what is
 * each server's own: rid, ids of the bell, milliseconds that nobody is told.
 * --control: the model with a planted fault, which must be found. Last line: "N passed, N failed, N skipped". */
#include "base/check.h"
#include "base/sha1.h"
#include "base/sid.h"
#include "lib/loop_test.h"
#include "lib/redis_model.h"
#include "lib/redis_model_data.h"
#include "lib/redis_server.h"
#include "shell/redis_library.h"
#include <inttypes.h>

enum { SESSIONS = 4, INSTANCES = 3, WORDS = 40, EPOCHS = 4096, ROOM = 8 * 1024 * 1024, ROUND = 400 };
static const struct redis_server_options real_options = { .listens = false };

struct word {
	char *text;
	size_t len;
	int epoch; /* 0 or more: the rid of that life, each server's own; -1: as it stands; -2: the newest id of the bell */
};

struct tip {
	bool known;
	char state[16], term[32], seq[32], hash[SHA1_HEX + 1], at[32];
};

static struct {
	uint64_t dice;
	struct loop_test *test;
	struct redis_model *model;
	struct redis_model_server *server, *other;
	struct redis_server *real;
	redisContext *context;
	char rids[EPOCHS][2][41]; /* real, model */
	int epoch;
	char bell[2][48];
	struct word words[WORDS];
	size_t count;
	char sids[SESSIONS][17], codes[SESSIONS][9];
	struct tip tips[SESSIONS];
	char said[2][ROOM];
	uint64_t calls, errors, restarts, empties, entries, strikes, fills, opens;
	bool failed;
} w;
static bool verbose, silent; /* silent: a difference is what we wait for */

static uint64_t roll(uint64_t sides)
{
	uint64_t x = w.dice += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return (x ^ (x >> 31)) % sides;
}

/* --- words ------------------------------------------------------------------------------------------------------ */

static void add(const void *at, size_t len)
{
	CHECK(w.count < WORDS);
	struct word *word = &w.words[w.count++];
	word->text = check_alloc(1, len + 1);
	if (len)
		memcpy(word->text, at, len);
	word->len = len;
	word->epoch = -1;
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char text[256];
	va_list list;
	va_start(list, format);
	int len = vsnprintf(text, sizeof text, format, list);
	va_end(list);
	add(text, (size_t)len);
}

static void say_own(int epoch)
{
	add("", 0);
	w.words[w.count - 1].epoch = epoch;
}

static void key(unsigned session, char part)
{
	say("bp:{%s}:%c", w.sids[session], part);
}

static void forget(void)
{
	while (w.count)
		free(w.words[--w.count].text);
}

static void function(const char *name, bool reads, unsigned keys)
{
	forget();
	say("%s", reads && roll(2) ? "FCALL_RO" : "FCALL");
	say("%s", name);
	say("%u", keys);
}

static void now_and_then_wrong(const char *right)
{
	static const char *const wrong[] = { "", "0", "-1", "1", "2", "7", " 3", "0x10", "1e1", "2.5", "abc", "00", "1 x" };
	say("%s", roll(12) ? right : wrong[roll(sizeof wrong / sizeof *wrong)]);
}

static void rid(void)
{
	if (roll(12))
		say_own(w.epoch);
	else
		say_own((int)roll((uint64_t)w.epoch + 1));
}

static void tail(void)
{
	uint8_t bytes[600];
	size_t head = roll(40), form = roll(60), text = roll(200), len = 58 + head + form + text;
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)roll(256);
	if (roll(20)) {
		const size_t lengths[] = { head, form, text };
		for (size_t i = 0, at = 48; i < 3; i++)
			for (size_t b = i ? 4 : 2; b-- > 0; at++)
				bytes[at] = (uint8_t)(lengths[i] >> 8 * b);
	} else {
		len = roll(4) ? len : roll(70); /* lengths that do not fit; too short */
	}
	add(bytes, len);
}

/* --- answers, as text ---------------------------------------------------------------------------------------------- */

struct sheet {
	char *at;
	size_t len;
	int side;
};

__attribute__((format(printf, 2, 3))) static void put(struct sheet *sheet, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	int len = vsnprintf(sheet->at + sheet->len, ROOM - sheet->len, format, list);
	va_end(list);
	CHECK(len >= 0 && sheet->len + (size_t)len < ROOM);
	sheet->len += (size_t)len;
}

static void put_text(struct sheet *sheet, struct slice text, bool hide_ms)
{
	for (int i = 0; text.len == 40 && i <= w.epoch; i++)
		if (memcmp(w.rids[i][sheet->side], text.at, 40) == 0) {
			put(sheet, "<rid %d>", i);
			return;
		}
	if (hide_ms && text.len >= 13 && text.at[0] == '1' && strspn((const char *)text.at, "0123456789") >= 13) { /* every text of ours has a zero behind */
		put(sheet, "<ms>%.*s", (int)(text.len - 13), (const char *)text.at + 13);
		return;
	}
	put(sheet, "'");
	for (size_t i = 0; i < text.len; i++)
		put(sheet, text.at[i] >= ' ' && text.at[i] < 0x7f ? "%c" : "\\%02x", text.at[i]);
	put(sheet, "'");
}

static void put_reply(struct sheet *sheet, const struct redis_reply *reply, size_t unordered_from, size_t step);

static int by_text(const void *x, const void *y)
{
	const struct redis_reply *const *a = x, *const *b = y;
	return slice_order((*a)->text, (*b)->text);
}

static void put_list(struct sheet *sheet, const struct redis_reply *reply, size_t unordered_from, size_t step)
{
	const struct redis_reply *firsts[1024];
	size_t n = 0;
	put(sheet, "[");
	for (size_t i = 0; i < reply->count && i < unordered_from; i++) {
		put(sheet, " ");
		put_reply(sheet, &reply->items[i], SIZE_MAX, 1);
	}
	for (size_t i = unordered_from; i < reply->count; i += step) {
		CHECK(n < 1024);
		firsts[n++] = &reply->items[i];
	}
	qsort(firsts, n, sizeof *firsts, by_text);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < step; k++) {
			put(sheet, " ");
			put_text(sheet, firsts[i][k].text, k == 1);
		}
	put(sheet, "]");
}

static void put_reply(struct sheet *sheet, const struct redis_reply *reply, size_t unordered_from, size_t step)
{
	switch (reply->kind) {
	case REDIS_NIL:
		put(sheet, "nil");
		break;
	case REDIS_TEXT:
		put_text(sheet, reply->text, false);
		break;
	case REDIS_NUMBER:
		put(sheet, "%" PRId64, reply->number);
		break;
	case REDIS_LIST:
		put_list(sheet, reply, unordered_from, step);
		break;
	case REDIS_ERROR: /* Lua's sentences name lines of the library; what a daemon may act on is the first word, and this one */
		put(sheet, "error %.*s%s", (int)strcspn((const char *)reply->text.at, " "), (const char *)reply->text.at,
			strstr((const char *)reply->text.at, "Function not found") ? ": Function not found" : "");
		w.errors += sheet->side == 0;
		break;
	}
}

/* Elements of the bell: which id they have is each server's own. Takes the newest id. */
static void hide_ids(struct redis_reply *reply, int side)
{
	if (reply->kind == REDIS_LIST && reply->count == 2 && reply->items[0].kind == REDIS_TEXT && reply->items[1].kind == REDIS_LIST && reply->items[1].count == 4 &&
		reply->items[1].items[0].kind == REDIS_TEXT) {
		struct redis_reply id = reply->items[0];
		snprintf(w.bell[side], sizeof w.bell[side], "%.*s", (int)id.text.len, (const char *)id.text.at);
		reply_free(&id);
		reply_set(reply, 0, reply_text(slice_text("<id>")));
		return;
	}
	for (size_t i = 0; reply->kind == REDIS_LIST && i < reply->count; i++)
		hide_ids((struct redis_reply *)(uintptr_t)&reply->items[i], side);
}

static struct redis_reply taken(const redisReply *from)
{
	struct redis_reply reply;
	switch (from->type) {
	case REDIS_REPLY_NIL:
		return (struct redis_reply){ .kind = REDIS_NIL };
	case REDIS_REPLY_INTEGER:
		return reply_number(from->integer);
	case REDIS_REPLY_ERROR:
		return reply_error(from->str);
	case REDIS_REPLY_ARRAY:
		reply = reply_list(from->elements);
		for (size_t i = 0; i < from->elements; i++)
			reply_set(&reply, i, taken(from->element[i]));
		return reply;
	default:
		return reply_text(slice_of(from->str, from->len));
	}
}

/* --- asking both ------------------------------------------------------------------------------------------------------ */

static redisReply *real_words(const char **at, const size_t *len, size_t count)
{
	redisReply *reply = redisCommandArgv(w.context, (int)count, at, len);
	if (reply == NULL) {
		fprintf(stderr, "model_check: redis-server: %s\n", w.context->errstr);
		abort();
	}
	return reply;
}

static uint64_t real_ms(void)
{
	redisReply *reply = real_words((const char *[]){ "TIME" }, (size_t[]){ 4 }, 1);
	uint64_t ms = strtoull(reply->element[0]->str, NULL, 10) * 1000 + strtoull(reply->element[1]->str, NULL, 10) / 1000;
	freeReplyObject(reply);
	return ms;
}

static void keep_model(const struct redis_reply *reply, void *ctx)
{
	struct redis_reply *out = ctx;
	*out = *reply;
	if (reply->kind == REDIS_LIST) {
		*out = reply_list(reply->count);
		for (size_t i = 0; i < reply->count; i++) {
			struct redis_reply item;
			keep_model(&reply->items[i], &item);
			reply_set(out, i, item);
		}
	} else if (reply->kind == REDIS_TEXT || reply->kind == REDIS_ERROR) {
		*out = reply_text(reply->text);
		out->kind = reply->kind;
	}
}

static void copy(char *to, size_t size, const struct redis_reply *from)
{
	snprintf(to, size, "%.*s", (int)from->text.len, (const char *)from->text.at);
}

static void tell_call(void)
{
	struct sheet sheet = { .at = check_alloc(1, ROOM) };
	for (size_t i = 0; i < w.count; i++)
		if (w.words[i].epoch >= 0)
			put(&sheet, " <rid %d>", w.words[i].epoch);
		else if (put(&sheet, " "), true)
			put_text(&sheet, slice_of(w.words[i].text, w.words[i].len), false);
	fprintf(stderr, "call %" PRIu64 ":%s\n", w.calls, sheet.at);
	free(sheet.at);
}

/* The words of w.words to both. session: whose tip the answer is; -1: of none. unordered: from which item on the answer has no order, in steps of so many. */
static void both(int session, size_t unordered_from, size_t step)
{
	const char *at[WORDS];
	size_t len[WORDS];
	struct slice words[WORDS];
	struct redis_reply replies[2];
	for (size_t i = 0; i < w.count; i++) {
		const struct word *word = &w.words[i];
		bool bell = word->epoch == -2;
		at[i] = word->epoch >= 0 ? w.rids[word->epoch][0] : bell ? w.bell[0] : word->text;
		len[i] = word->epoch >= 0 ? 40 : bell ? strlen(w.bell[0]) : word->len;
		words[i] = word->epoch >= 0 ? slice_of(w.rids[word->epoch][1], 40) : bell ? slice_text(w.bell[1]) : slice_of(word->text, word->len);
	}
	uint64_t ms = real_ms();
	redisReply *reply = real_words(at, len, w.count);
	replies[0] = taken(reply);
	freeReplyObject(reply);
	/* The model's clock is what the function saw there, since the chain is made of it. */
	if (session >= 0 && replies[0].kind == REDIS_LIST && replies[0].count >= 6) {
		struct tip *tip = &w.tips[session];
		char word[16];
		copy(word, sizeof word, &replies[0].items[0]);
		copy(tip->term, sizeof tip->term, &replies[0].items[2]);
		copy(tip->seq, sizeof tip->seq, &replies[0].items[3]);
		copy(tip->hash, sizeof tip->hash, &replies[0].items[4]);
		copy(tip->at, sizeof tip->at, &replies[0].items[5]);
		tip->known = true;
		if (strcmp(word, "OK") != 0 && strcmp(word, "NO") != 0)
			strcpy(tip->state, word);
		else if (strcmp(word, "OK") == 0 && strtoull(tip->at, NULL, 10) >= ms && strtoull(tip->at, NULL, 10) < ms + 10000)
			ms = strtoull(tip->at, NULL, 10);
	}
	redis_model_skew(w.server, (int64_t)ms - (int64_t)loop_wall(loop_test_loop(w.test)));
	redis_model_ask(w.server, words, w.count, keep_model, &replies[1]);
	for (int side = 0; side < 2; side++) {
		struct sheet sheet = { .at = w.said[side], .side = side };
		hide_ids(&replies[side], side);
		put_reply(&sheet, &replies[side], unordered_from, step);
		reply_free(&replies[side]);
	}
	w.calls++;
	if (verbose) {
		tell_call();
		fprintf(stderr, "  %.300s\n", w.said[0]);
	}
	if (strcmp(w.said[0], w.said[1]) != 0 && !w.failed) {
		w.failed = true;
		if (silent)
			return;
		tell_call();
		size_t same = 0;
		while (w.said[0][same] && w.said[0][same] == w.said[1][same])
			same++;
		same = same > 200 ? same - 200 : 0;
		fprintf(stderr, "  redis-server: %s%.800s\n  the model:    %s%.800s\n", same ? "..." : "", w.said[0] + same, same ? "..." : "", w.said[1] + same);
	}
}

/* --- lives ------------------------------------------------------------------------------------------------------------- */

static void new_epoch(void)
{
	redisReply *info = real_words((const char *[]){ "INFO", "replication" }, (size_t[]){ 4, 11 }, 2);
	const char *at = strstr(info->str, "master_replid:");
	CHECK(at != NULL && w.epoch + 1 < EPOCHS);
	w.epoch++;
	snprintf(w.rids[w.epoch][0], 41, "%.40s", at + strlen("master_replid:"));
	snprintf(w.rids[w.epoch][1], 41, "%s", redis_model_rid(w.server));
	freeReplyObject(info);
}

static void connect_real(void)
{
	if (w.context)
		redisFree(w.context);
	w.context = redisConnectUnix(redis_server_socket(w.real));
	CHECK(w.context && w.context->err == 0);
}

static void load(void)
{
	forget();
	say("FUNCTION");
	say("LOAD");
	if (roll(2))
		say("REPLACE");
	add(redis_library, redis_library_len);
	both(-1, SIZE_MAX, 1);
}

static void restart(bool empty)
{
	redis_server_kill(w.real);
	if (empty)
		redis_server_forget(w.real);
	redis_server_start(w.real);
	connect_real();
	redis_model_restart(w.server, empty ? REDIS_MODEL_ALL : 0, 0);
	new_epoch();
	w.restarts++;
	w.empties += empty;
}

/* --- one random call --------------------------------------------------------------------------------------------------- */

static void call_create(unsigned s)
{
	function("bp1_create", false, 5);
	key(s, 'm'), key(s, 'l'), say("bp:bell"), say("bp:code:%s", w.codes[roll(8) ? s : roll(SESSIONS)]), say("bp:sessions");
	say("%s", w.sids[s]), say("%s", w.codes[s]), tail();
	both((int)s, SIZE_MAX, 1);
}

static void call_append(unsigned s)
{
	function("bp1_append", false, 3);
	key(s, 'm'), key(s, 'l'), say("bp:bell"), say("%s", w.sids[s]), now_and_then_wrong(w.tips[s].term);
	for (uint64_t n = roll(12) ? 1 + roll(5) : 0; n > 0; n--)
		tail();
	both((int)s, SIZE_MAX, 1);
	w.entries++;
}

static void call_look(unsigned s)
{
	function("bp1_look", true, 4);
	key(s, 'm'), key(s, 'l'), key(s, 'p'), say("bp:instances"), say("i%u", (unsigned)roll(INSTANCES));
	both((int)s, 6, 2);
}

static void call_alive(void)
{
	function("bp1_alive", false, 1);
	say("bp:instances"), say("i%u", (unsigned)roll(INSTANCES)), now_and_then_wrong("3");
	both(-1, 0, 2);
}

static void call_publish(unsigned s)
{
	uint8_t bytes[200];
	size_t len = roll(sizeof bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)('a' + roll(26));
	function("bp1_publish", false, 3);
	key(s, 'm'), key(s, 'p'), say("bp:instances"), say("i%u", (unsigned)roll(INSTANCES)), add(bytes, len);
	both(-1, SIZE_MAX, 1);
}

static void call_leave(unsigned s)
{
	function("bp1_leave", false, 1);
	key(s, 'p'), say("i%u", (unsigned)roll(INSTANCES));
	both(-1, SIZE_MAX, 1);
}

static void call_begin(unsigned s)
{
	function("bp1_begin", false, 4);
	key(s, 'm'), key(s, 'l'), say("bp:code:%s", w.codes[s]), say("bp:sessions"), say("%s", w.sids[s]), say("%s", w.codes[s]);
	both((int)s, SIZE_MAX, 1);
}

static void call_fill(unsigned s)
{
	const struct tip *tip = &w.tips[s];
	function("bp1_fill", false, 3);
	key(s, 'm'), key(s, 'l'), say("bp:bell"), say("%s", w.sids[s]), rid(), now_and_then_wrong(tip->seq), say("%s", tip->hash);
	for (uint64_t n = roll(5); n > 0; n--) {
		char term[32];
		snprintf(term, sizeof term, "%" PRIu64, 1 + roll(6));
		if (roll(40) == 0)
			say("abc");
		else
			say("%s", term);
		say("%" PRIu64, 1767225600000 + roll(1000000));
		say("%u", (unsigned)roll(4));
		if (roll(60))
			tail();
	}
	both((int)s, SIZE_MAX, 1);
	w.fills++;
}

static void call_open(unsigned s)
{
	char term[40];
	function("bp1_open", false, 3);
	snprintf(term, sizeof term, "%llu", strtoull(w.tips[s].term, NULL, 10) + roll(4));
	key(s, 'm'), key(s, 'l'), say("bp:bell"), say("%s", w.sids[s]), rid(), now_and_then_wrong(w.tips[s].seq), say("%s", w.tips[s].hash);
	now_and_then_wrong(term);
	both((int)s, SIZE_MAX, 1);
	w.opens++;
}

/* Of an entry that is there: its D and hash, as the model has them; the lines of both are compared elsewhere. */
static struct slice line_of(unsigned s, uint64_t *seq)
{
	char name[48];
	snprintf(name, sizeof name, "bp:{%s}:l", w.sids[s]);
	size_t length = redis_model_length(w.server, name);
	*seq = length ? 1 + roll(length) : 1;
	return redis_model_element(w.server, name, *seq - 1);
}

static void call_strike(unsigned s)
{
	uint64_t seq;
	char text[32];
	struct slice line = line_of(s, &seq);
	function("bp1_strike", false, 3);
	snprintf(text, sizeof text, "%" PRIu64, seq);
	key(s, 'm'), key(s, 'l'), key(s, 's'), now_and_then_wrong(text);
	if (line.len >= 85 && roll(12))
		add(line.at + 53, 32);
	else
		say("no digest");
	now_and_then_wrong((const char *[]){ "1", "2", "3", "0" }[roll(4)]);
	both(-1, SIZE_MAX, 1);
	w.strikes += strcmp(w.said[0], "[ 'OK']") == 0;
}

static void call_snap(unsigned s)
{
	uint64_t seq;
	char text[32];
	struct slice line = line_of(s, &seq);
	function("bp1_snap", false, 3);
	snprintf(text, sizeof text, "%" PRIu64, seq);
	key(s, 'm'), key(s, 'l'), key(s, 's'), now_and_then_wrong(text);
	if (line.len >= 53 && roll(12))
		add(line.at + 13, 40);
	else
		say("%s", w.tips[s].hash);
	tail();
	both(-1, SIZE_MAX, 1);
}

static void call_erase(unsigned s)
{
	function("bp1_erase", false, 5);
	key(s, 'm'), key(s, 'l'), key(s, 's'), key(s, 'p'), say("bp:sessions"), say("%s", w.sids[s]);
	both(-1, SIZE_MAX, 1);
}

static void call_uncode(void)
{
	function("bp1_uncode", false, 1);
	say("bp:code:%s", w.codes[roll(SESSIONS)]), say("%s", w.sids[roll(SESSIONS)]);
	both(-1, SIZE_MAX, 1);
}

/* Calls that no function answers. */
static void call_nonsense(void)
{
	static const char *const names[] = { "bp1_version", "bp1_nothing", "bp1_leave", "bp1_look" };
	function(names[roll(4)], true, 0);
	free(w.words[2].text);
	w.count = 2;
	say("%s", (const char *[]){ "0", "-1", "7", "abc" }[roll(4)]);
	both(-1, SIZE_MAX, 1);
}

static void reading(unsigned s)
{
	forget();
	switch (roll(8)) {
	case 0:
		say("LRANGE"), key(s, 'l'), say("%d", (int)roll(12) - 4), say("%d", (int)roll(30) - 6);
		break;
	case 1:
		say("HMGET"), key(s, 'm'), say("term"), say("seq"), say("hash"), say("at"), say("rid"), say("code");
		break;
	case 2:
		say("HMGET"), key(s, 's'), say("seq"), say("hash"), say("bytes");
		break;
	case 3:
		say("GET"), say("bp:code:%s", w.codes[s]);
		break;
	case 4:
		say("XREVRANGE"), say("bp:bell"), say("+"), say("-"), say("COUNT"), say("1");
		break;
	case 5: /* from the first that is kept: also where the old ones were let go of */
		say("XREAD"), say("COUNT"), say("%u", 1 + (unsigned)roll(20)), say("BLOCK"), say("1"), say("STREAMS"), say("bp:bell"), say("0-0");
		break;
	case 6:
		say("XREAD"), say("COUNT"), say("%u", 1 + (unsigned)roll(20)), say("BLOCK"), say("1"), say("STREAMS"), say("bp:bell"), say_own(-2);
		break;
	default:
		say("WAIT"), say("%u", (unsigned)roll(2)), say("1");
		break;
	}
	both(-1, SIZE_MAX, 1);
}

static void one(void)
{
	unsigned s = (unsigned)roll(SESSIONS);
	const struct tip *tip = &w.tips[s];
	bool closed = strcmp(tip->state, "CLOSED") == 0, none = strcmp(tip->state, "NOLOG") == 0;
	if (closed && roll(2)) /* what a daemon would do next */
		(void)(roll(2) ? (call_fill(s), 0) : (call_open(s), 0));
	else if (none && roll(2))
		(void)(roll(3) ? (call_create(s), 0) : (call_begin(s), 0));
	else
		switch (roll(16)) {
		case 0: call_create(s); break;
		case 1: case 2: case 3: call_append(s); break;
		case 4: call_look(s); break;
		case 5: call_alive(); break;
		case 6: call_publish(s); break;
		case 7: call_leave(s); break;
		case 8: call_begin(s); break;
		case 9: call_fill(s); break;
		case 10: call_open(s); break;
		case 11: call_strike(s); break;
		case 12: call_snap(s); break;
		case 13: (void)(roll(40) ? (call_look(s), 0) : (call_erase(s), 0)); break;
		case 14: (void)(roll(4) ? (call_uncode(), 0) : (call_nonsense(), 0)); break;
		default: reading(s); break;
		}
}

/* Everything that is there. */
static void everything(void)
{
	for (unsigned s = 0; s < SESSIONS; s++) {
		call_look(s);
		forget(), say("LRANGE"), key(s, 'l'), say("0"), say("-1");
		both(-1, SIZE_MAX, 1);
		for (const char *part = "msp"; *part; part++) {
			forget(), say("HGETALL"), key(s, *part);
			both(-1, 0, 2);
		}
	}
	forget(), say("HGETALL"), say("bp:instances");
	both(-1, 0, 2);
	forget(), say("SMEMBERS"), say("bp:sessions");
	both(-1, 0, 1);
}

/* Instances that spoke long ago, are forgotten, speak nonsense, or spoke before the clock was set back. */
static void aged(void)
{
	const int64_t ages[] = { 3000, 5000, 3700 * 1000, -60 * 1000 };
	char value[48], ask[64];
	call_alive();
	int64_t ms = (int64_t)real_ms();
	for (unsigned i = 0; i < INSTANCES; i++) {
		int len = snprintf(value, sizeof value, roll(8) ? "%" PRId64 " 4" : "nonsense%" PRId64, ms - ages[roll(4)]);
		snprintf(ask, sizeof ask, "i%u", i);
		if (redis_model_set_field(w.server, "bp:instances", ask, slice_of(value, (size_t)len)))
			freeReplyObject(real_words((const char *[]){ "HSET", "bp:instances", ask, value }, (size_t[]){ 4, 12, 2, (size_t)len }, 4));
	}
	call_look((unsigned)roll(SESSIONS));
	call_alive();
	call_alive();
	call_look((unsigned)roll(SESSIONS));
}

static void config(const char *name, const char *value)
{
	freeReplyObject(real_words((const char *[]){ "CONFIG", "SET", name, value }, (size_t[]){ 6, 3, strlen(name), strlen(value) }, 4));
}

static void some(unsigned calls)
{
	for (unsigned i = 0; i < calls && !w.failed; i++)
		one();
}

/* What INFO says in both: the fields that a daemon may look at. */
static void compare_info(void)
{
	static const char *const fields[] = { "\nrole:", "\nconnected_slaves:", "\naof_enabled:", "\naof_last_write_status:", "\nloading:", "\ncluster_enabled:",
		"\nmaxmemory:", "\nmaxmemory_policy:", "\nredis_version:", "\nuptime_in_seconds:", "\nmaster_replid:" };
	struct redis_reply model;
	redisReply *real = real_words((const char *[]){ "INFO" }, (size_t[]){ 4 }, 1);
	redis_model_ask(w.server, (struct slice[]){ slice_text("INFO") }, 1, keep_model, &model);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const char *x = strstr(real->str, fields[i]), *y = strstr((const char *)model.text.at, fields[i]);
		CHECK(x != NULL);
		size_t len = strcspn(x + 1, "\r") + 1;
		if (y == NULL || (i < 8 && memcmp(x, y, len) != 0)) {
			w.failed = true;
			fprintf(stderr, "INFO says%.*s, the model%.*s\n", (int)len, x, y ? (int)strcspn(y + 1, "\r") + 1 : 8, y ? y : "\nnothing");
		}
	}
	freeReplyObject(real);
	reply_free(&model);
}

static void mishap(void)
{
	switch (roll(6)) {
	case 0:
		restart(true);
		if (roll(2))
			some(5); /* without functions */
		load();
		break;
	case 1: /* full */
		config("maxmemory", "1000");
		redis_model_full(w.server, true);
		some(40);
		config("maxmemory", "0");
		redis_model_full(w.server, false);
		break;
	case 2: /* a replica for a while, and then by itself */
		freeReplyObject(real_words((const char *[]){ "REPLICAOF", "127.0.0.1", "1" }, (size_t[]){ 9, 9, 1 }, 3));
		redis_model_demote(w.server, w.other);
		some(40);
		freeReplyObject(real_words((const char *[]){ "REPLICAOF", "NO", "ONE" }, (size_t[]){ 9, 2, 3 }, 3));
		redis_model_promote(w.server);
		new_epoch();
		break;
	case 3:
		aged();
		break;
	default:
		restart(false);
		break;
	}
	compare_info();
}

/* true: never a difference. */
static bool run(uint64_t seed, uint64_t calls, enum redis_model_bug bug)
{
	memset(&w, 0, sizeof w);
	w.dice = seed;
	w.epoch = -1;
	w.test = loop_test_create(seed);
	w.model = redis_model_create(loop_test_loop(w.test));
	w.server = redis_model_server(w.model, REDIS_MODEL_AOF_ALWAYS);
	w.other = redis_model_server(w.model, REDIS_MODEL_AOF_NONE);
	redis_model_plant(w.model, bug);
	w.real = redis_server_create(&real_options);
	connect_real();
	new_epoch();
	strcpy(w.bell[0], "0-0"), strcpy(w.bell[1], "0-0");
	for (unsigned s = 0; s < SESSIONS; s++) {
		snprintf(w.sids[s], sizeof w.sids[s], "%s", sid_of(0xb011b1a5c0000000u + s).text);
		snprintf(w.codes[s], sizeof w.codes[s], "%s", code_of(1000003u * (s + 1)).text);
	}
	load();
	load();
	while (w.calls < calls && !w.failed) {
		some(ROUND);
		if (!w.failed)
			everything();
		if (!w.failed)
			mishap();
		for (unsigned s = 0; s < SESSIONS && !w.failed; s++)
			if (strcmp(w.tips[s].state, "ERASED") == 0) /* or nothing is left to do */
				snprintf(w.sids[s], sizeof w.sids[s], "%s", sid_of(0xb011b1a5c0000000u + s + 16 * (unsigned)w.epoch).text);
	}
	bool same = !w.failed;
	forget();
	redisFree(w.context);
	redis_server_destroy(w.real);
	redis_model_destroy(w.model);
	loop_test_destroy(w.test);
	return same;
}

int main(int argc, char **argv)
{
	static const char *const bugs[REDIS_MODEL_BUGS] = { "", "a strike keeps the text", "a fill forgets its term",
		"a log opens under the term it has", "appends do not ask for the lineage" };
	uint64_t calls = 20000, seed = 1, passed = 0, failed = 0;
	bool control = false;
	const char *why_not;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--calls") == 0 && i + 1 < argc) {
			calls = strtoull(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
			seed = strtoull(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--control") == 0) {
			control = true;
		} else if (strcmp(argv[i], "--verbose") == 0) {
			verbose = true;
		} else {
			fprintf(stderr, "model_check [--calls N] [--seed N] [--control] [--verbose]\n");
			return 2;
		}
	}
	if (!redis_server_installed(&why_not)) {
		printf("skipped: %s\n0 passed, 0 failed, 1 skipped\n", why_not);
		return 0;
	}
	if (run(seed, calls, REDIS_MODEL_BUG_NONE)) {
		passed++;
		printf("%" PRIu64 " calls, each answered alike: %" PRIu64 " appends, %" PRIu64 " fills, %" PRIu64 " openings, %" PRIu64 " strikes done, %" PRIu64 " errors; ",
			w.calls, w.entries, w.fills, w.opens, w.strikes, w.errors);
		printf("%" PRIu64 " restarts, %" PRIu64 " of them empty\n", w.restarts, w.empties);
	} else {
		failed++;
		printf("after %" PRIu64 " calls the model answers otherwise (seed %" PRIu64 ")\n", w.calls, seed);
	}
	for (unsigned bug = 1; control && bug < REDIS_MODEL_BUGS; bug++) {
		silent = true;
		bool found = !run(seed, calls, (enum redis_model_bug)bug);
		printf("planted: %s: %s %" PRIu64 " calls\n", bugs[bug], found ? "found after" : "NOT found in", w.calls);
		*(found ? &passed : &failed) += 1;
	}
	printf("%" PRIu64 " passed, %" PRIu64 " failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
