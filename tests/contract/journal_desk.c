/* SPDX-License-Identifier: EUPL-1.2 */
#include "contract/journal_contract.h"
#include "base/check.h"
#include "base/digest.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- bodies --------------------------------------------------------------------------------------------------- */

static void fill(uint8_t *out, size_t len, uint64_t n, uint8_t salt)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)((n * 131 + salt * 17 + i * 7) >> (i % 3));
}

/* head: n, then the digests of form and text. D: of the head. So the check below is the one that the house makes. */
void body_make(uint64_t n, struct made *out)
{
	uint8_t *head = out->bytes, *form = head + 72;
	size_t form_len = 16 + (size_t)(n * 7 % 40), text_len = n % 3 == 0 ? 0 : n % 50 == 1 ? 2900 : 16 + (size_t)(n * 13 % 300);
	uint8_t *text = form + form_len;
	for (int i = 0; i < 8; i++)
		head[i] = (uint8_t)(n >> (56 - 8 * i));
	fill(form, form_len, n, 1);
	fill(text, text_len, n, 2);
	memcpy(head + 8, digest_plain(slice_of(form, form_len)).bytes, 32);
	memcpy(head + 40, digest_plain(slice_of(text, text_len)).bytes, 32);
	out->body.head = slice_of(head, 72);
	out->body.form = slice_of(form, form_len);
	out->body.text = slice_of(text, text_len);
	memcpy(out->body.digest, digest_plain(out->body.head).bytes, 32);
}

uint64_t body_number(const struct journal_entry *entry)
{
	const struct body *body = &entry->body;
	uint64_t n = 0;
	if (body->head.len != 72 || memcmp(digest_plain(body->head).bytes, body->digest, 32) != 0)
		return 0;
	if (entry->struck & JOURNAL_FORM ? body->form.len != 0 : memcmp(digest_plain(body->form).bytes, body->head.at + 8, 32) != 0)
		return 0;
	if (entry->struck & JOURNAL_TEXT ? body->text.len != 0 : memcmp(digest_plain(body->text).bytes, body->head.at + 40, 32) != 0)
		return 0;
	for (int i = 0; i < 8; i++)
		n = n << 8 | body->head.at[i];
	return n;
}

struct sid sid_at(unsigned i)
{
	return sid_of(0xb011b1a5c0000000u + i);
}

struct code code_at(unsigned i)
{
	return code_of(1000003u * (i + 1));
}

/* --- upcalls -------------------------------------------------------------------------------------------------- */

static struct event *note(struct desk *desk, enum heard what, struct sid sid)
{
	assert_false(desk->inside);
	assert_false(desk->stopped);
	assert_false(desk->fatal);
	if (desk->count == desk->room) {
		desk->room = desk->room ? desk->room * 2 : 256;
		desk->events = check_realloc(desk->events, desk->room, sizeof *desk->events);
	}
	struct event *event = &desk->events[desk->count++];
	*event = (struct event){ .what = what, .sid = sid };
	return event;
}

static void on_loaded(struct sid sid, struct position position, struct slice snapshot, void *ctx)
{
	struct event *event = note(ctx, LOADED, sid);
	event->position = position;
	event->snapshot_len = snapshot.len;
	event->snapshot_first = snapshot.len ? snapshot.at[0] : 0;
	for (size_t i = 1; i < snapshot.len; i++)
		if (snapshot.at[i] != (uint8_t)(snapshot.at[0] + i))
			event->snapshot_first = 0; /* not what snapshot_bytes made */
}

static void on_entry(struct sid sid, const struct journal_entry *entry, uint64_t tag, void *ctx)
{
	struct event *event = note(ctx, ENTRY, sid);
	event->position = entry->position;
	event->at_ms = entry->at_ms;
	event->struck = entry->struck;
	event->tag = tag;
	event->body = body_number(entry);
}

static void on_stable(struct sid sid, uint64_t seq, void *ctx)
{
	note(ctx, STABLE, sid)->position.seq = seq;
}

static void on_opened(struct sid sid, enum journal_status status, uint64_t damaged_seq, void *ctx)
{
	struct event *event = note(ctx, OPENED, sid);
	event->status = status;
	event->position.seq = damaged_seq;
}

static void on_refused(struct sid sid, uint64_t tag, enum journal_status why, void *ctx)
{
	struct event *event = note(ctx, REFUSED, sid);
	event->tag = tag;
	event->status = why;
}

static void on_unsure(struct sid sid, uint64_t tag, void *ctx)
{
	note(ctx, UNSURE, sid)->tag = tag;
}

static void on_reset(struct sid sid, void *ctx)
{
	note(ctx, RESET, sid);
}

static void on_orphan(struct sid sid, const struct body *body, void *ctx)
{
	struct journal_entry entry = { .body = *body };
	note(ctx, ORPHAN, sid)->body = body_number(&entry);
}

static void on_peers(struct sid sid, const struct slice *published, size_t count, void *ctx)
{
	struct event *event = note(ctx, PEERS, sid);
	event->peers = count;
	event->snapshot_len = count ? published[0].len : 0;
	event->snapshot_first = event->snapshot_len ? published[0].at[0] : 0;
}

static void on_struck(struct sid sid, uint64_t seq, void *ctx)
{
	note(ctx, STRUCK, sid)->position.seq = seq;
}

static void on_erased(struct sid sid, void *ctx)
{
	note(ctx, ERASED, sid);
}

static void on_health(enum journal_status status, const char *sentence, void *ctx)
{
	note(ctx, HEALTH, sid_of(0))->status = status;
	assert_true(status == JOURNAL_OK || strlen(sentence) > 20);
}

static const struct journal_up up = {
	.loaded = on_loaded, .entry = on_entry, .stable = on_stable, .opened = on_opened, .refused = on_refused,
	.unsure = on_unsure, .reset = on_reset, .orphan = on_orphan, .struck = on_struck, .erased = on_erased,
	.peers = on_peers, .health = on_health,
};

/* --- adapters ------------------------------------------------------------------------------------------------- */

static void memory_open(struct desk *desk)
{
	if (desk->memory == NULL)
		desk->memory = journal_memory_create(loop_test_loop(desk->test));
	desk->journal = journal_memory_port(desk->memory);
}

static void memory_destroy(struct desk *desk)
{
	journal_memory_destroy(desk->memory);
	loop_test_settle(desk->test);
}

static void memory_damage(struct desk *desk, unsigned i, uint64_t seq)
{
	desk_restart(desk);
	journal_memory_damage(desk->memory, sid_at(i), seq);
}

const struct adapter adapter_memory = { .name = "memory", .open = memory_open, .destroy = memory_destroy, .damage = memory_damage };

static void sqlite_open(struct desk *desk)
{
	char sentence[512];
	int status = journal_sqlite_open(loop_test_loop(desk->test), &desk->options, &desk->journal, sentence, sizeof sentence);
	if (status)
		fail_msg("%s", sentence);
}

static void sqlite_destroy(struct desk *desk)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal", ".lock", ".new", ".copy", ".copy.lock" };
	char path[128];
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		snprintf(path, sizeof path, "%s%s", desk->path, endings[i]);
		unlink(path);
	}
	rmdir(desk->folder);
}

/* One bit of the entry's digest. */
static void sqlite_damage(struct desk *desk, unsigned i, uint64_t seq)
{
	struct made made;
	struct stat is;
	body_make(1000 * (i + 1) + seq, &made);
	desk_stop(desk);
	int fd = open(desk->path, O_RDWR);
	assert_int_equal(fstat(fd, &is), 0);
	size_t len = (size_t)is.st_size;
	uint8_t *bytes = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(bytes != MAP_FAILED);
	uint8_t *digest = memmem(bytes, len, made.body.digest, sizeof made.body.digest);
	assert_non_null(digest);
	digest[7] ^= 16;
	munmap(bytes, len);
	close(fd);
	sqlite_open(desk);
	desk_listen(desk);
}

const struct adapter adapter_sqlite = { .name = "sqlite", .open = sqlite_open, .destroy = sqlite_destroy, .damage = sqlite_damage };

/* --- the desk ------------------------------------------------------------------------------------------------- */

struct desk *desk_create(const struct adapter *adapter)
{
	struct desk *desk = check_alloc(1, sizeof *desk);
	desk->adapter = adapter;
	desk->test = loop_test_create(1);
	snprintf(desk->folder, sizeof desk->folder, "%s/bollplank-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(desk->folder));
	snprintf(desk->path, sizeof desk->path, "%s/journal", desk->folder);
	desk->options.path = desk->path;
	desk->options.keep_free_bytes = 1;
	desk->next_tag = 1;
	adapter->open(desk);
	desk_listen(desk);
	return desk;
}

void desk_listen(struct desk *desk)
{
	desk->stopping = desk->stopped = false;
	desk->inside = true;
	desk->journal.ops->listen(desk->journal.self, &up, desk);
	desk->inside = false;
	if (desk->adapter->listened)
		desk->adapter->listened(desk);
}

static void on_stopped(void *ctx)
{
	struct desk *desk = ctx;
	assert_false(desk->stopped);
	desk->stopped = true;
}

void desk_stop(struct desk *desk)
{
	desk->stopping = true;
	desk->inside = true;
	desk->journal.ops->stop(desk->journal.self, on_stopped, desk);
	desk->inside = false;
	desk_run(desk);
	assert_true(desk->stopped);
}

void desk_restart(struct desk *desk)
{
	desk_stop(desk);
	desk->adapter->open(desk);
	desk_listen(desk);
}

void desk_destroy(struct desk *desk)
{
	if (!desk->stopped)
		desk_stop(desk);
	assert_int_equal(loop_test_timers(desk->test), 0);
	desk->adapter->destroy(desk);
	if (desk->adapter == &adapter_memory)
		rmdir(desk->folder);
	loop_test_destroy(desk->test);
	free(desk->events);
	free(desk);
}

bool desk_brief(void)
{
	const char *preload = getenv("LD_PRELOAD"); /* valgrind's own */
	return preload && strstr(preload, "vgpreload");
}

void desk_run(struct desk *desk)
{
	if (desk->adapter->run)
		desk->adapter->run(desk);
	else
		loop_test_advance(desk->test, 50);
}

void desk_forget(struct desk *desk)
{
	desk->count = 0;
}

uint64_t desk_create_session(struct desk *desk, unsigned i, uint64_t number)
{
	struct made made;
	body_make(number, &made);
	uint64_t tag = desk->next_tag++;
	desk->inside = true;
	int status = desk->journal.ops->create(desk->journal.self, sid_at(i), code_at(i), &made.body, tag);
	desk->inside = false;
	assert_int_equal(status, 0);
	memset(&made, 0xee, sizeof made); /* borrowed for the call only */
	return tag;
}

int desk_try_append(struct desk *desk, unsigned i, uint64_t number, uint64_t *tag)
{
	struct made made;
	body_make(number, &made);
	*tag = desk->next_tag++;
	desk->inside = true;
	int status = desk->journal.ops->append(desk->journal.self, sid_at(i), &made.body, *tag);
	desk->inside = false;
	memset(&made, 0xee, sizeof made);
	return status;
}

uint64_t desk_append(struct desk *desk, unsigned i, uint64_t number)
{
	uint64_t tag;
	assert_int_equal(desk_try_append(desk, i, number, &tag), 0);
	return tag;
}

void desk_fill(struct desk *desk, unsigned i, unsigned entries)
{
	desk_create_session(desk, i, 1000 * (i + 1) + 1);
	desk_run(desk);
	for (unsigned seq = 2; seq <= entries; seq++)
		desk_append(desk, i, 1000 * (i + 1) + seq);
	desk_run(desk);
}

size_t heard(const struct desk *desk, enum heard what, struct sid sid)
{
	size_t n = 0;
	for (size_t i = 0; i < desk->count; i++)
		n += desk->events[i].what == what && (what == HEALTH || sid_equal(desk->events[i].sid, sid));
	return n;
}

const struct event *heard_last(const struct desk *desk, enum heard what, struct sid sid)
{
	for (size_t i = desk->count; i-- > 0;)
		if (desk->events[i].what == what && (what == HEALTH || sid_equal(desk->events[i].sid, sid)))
			return &desk->events[i];
	return NULL;
}

const struct event *heard_tag(const struct desk *desk, uint64_t tag, size_t *times)
{
	const struct event *found = NULL;
	*times = 0;
	for (size_t i = 0; i < desk->count; i++)
		if (desk->events[i].tag == tag) {
			found = &desk->events[i];
			++*times;
		}
	return found;
}

static void on_read(const struct journal_entry *entry, enum journal_status status, void *ctx)
{
	struct reading *reading = ctx;
	assert_int_equal(reading->ends, 0);
	if (entry == NULL) {
		reading->ends++;
		reading->status = status;
		return;
	}
	assert_int_equal(status, JOURNAL_OK);
	assert_true(reading->count < READING_MOST);
	if (reading->count == 0)
		reading->first_seq = entry->position.seq;
	else
		assert_int_equal(entry->position.seq, reading->first_seq + reading->count);
	reading->struck[reading->count] = entry->struck;
	reading->bodies[reading->count++] = body_number(entry);
}

void desk_read(struct desk *desk, unsigned i, uint64_t from, struct reading *out)
{
	desk_read_until(desk, i, from, UINT64_MAX, out);
}

void desk_read_until(struct desk *desk, unsigned i, uint64_t from, uint64_t until, struct reading *out)
{
	out->count = out->ends = 0;
	out->first_seq = 0;
	out->status = JOURNAL_AWAY; /* until it ends */
	desk->journal.ops->read(desk->journal.self, sid_at(i), from, until, on_read, out);
	assert_int_equal(out->ends, 0);
	desk_run(desk);
	assert_int_equal(out->ends, 1);
}

struct found {
	unsigned times;
	enum journal_status status;
	struct sid sid;
};

static void on_found(enum journal_status status, struct sid sid, void *ctx)
{
	struct found *answer = ctx;
	answer->times++;
	answer->status = status;
	answer->sid = sid;
}

enum journal_status desk_find_status(struct desk *desk, unsigned i, struct sid *out)
{
	struct found answer = { .times = 0 };
	desk->journal.ops->find(desk->journal.self, code_at(i), on_found, &answer);
	assert_int_equal(answer.times, 0);
	desk_run(desk);
	assert_int_equal(answer.times, 1);
	*out = answer.sid;
	return answer.status;
}

bool desk_find(struct desk *desk, unsigned i, struct sid *out)
{
	return desk_find_status(desk, i, out) == JOURNAL_OK;
}

struct listing {
	struct sid *out;
	size_t count, room, ends;
};

static void on_each(const struct sid *sid, void *ctx)
{
	struct listing *listing = ctx;
	assert_int_equal(listing->ends, 0);
	if (sid == NULL) {
		listing->ends++;
		return;
	}
	assert_true(listing->count < listing->room);
	listing->out[listing->count++] = *sid;
}

size_t desk_list(struct desk *desk, struct sid *out, size_t room)
{
	struct listing listing = { .out = out, .room = room };
	desk->journal.ops->list(desk->journal.self, on_each, &listing);
	assert_int_equal(listing.ends, 0);
	desk_run(desk);
	assert_int_equal(listing.ends, 1);
	return listing.count;
}
