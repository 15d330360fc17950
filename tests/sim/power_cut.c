/* SPDX-License-Identifier: EUPL-1.2 */
/* The SQLite journal on a disk that loses power (tests/lib/disk_cut.h): what was said to be stable is there afterwards, in its place, whole;
 * what was struck stays struck, what was erased stays away. With `synchronous=NORMAL` it must lose, or the rig proves nothing.
 *   power_cut [--cuts 200] [--seed 1] [--synchronous FULL] [--expect-loss]   cuts at random, several lives a disk
 *   power_cut --each 500                                                     the same story, cut at its 1st, 2nd, ... 500th disk operation */
#include "lib/disk_cut.h"
#include "lib/loop_test.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/trace.h"
#include "shell/journal_sqlite.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

enum { SESSIONS = 6, MOST = 6000, CUTS_A_DISK = 8, BODY_MOST = 3000 };

/* What the rig knows of a session. Bodies are numbered by their place, so that a wrong one is seen. */
struct model {
	struct sid sid;
	struct code code;
	unsigned life;        /* how often created */
	bool asked, created;  /* create handed over; acknowledged */
	bool erasing, erased; /* the same of erase */
	bool open;
	uint32_t taken, entered, stable; /* handed over; entry heard; stable heard */
	uint8_t strike_asked[MOST], struck[MOST];
};

static struct {
	struct loop_test *test;
	struct journal journal;
	struct journal_sqlite_options options;
	struct model models[SESSIONS];
	bool fatal, stopped, up;
	uint64_t tag, acknowledged, lost, corrupt, undone, resurrected, cuts, operations, entries_read;
	/* While reading back. */
	struct model *reading;
	uint32_t seen;
	bool wrong;
} rig;

static unsigned roll(unsigned sides)
{
	uint32_t x;
	loop_random(loop_test_loop(rig.test), &x, sizeof x);
	return x % sides;
}

static struct model *model_of(struct sid sid)
{
	for (int i = 0; i < SESSIONS; i++)
		if (sid_equal(rig.models[i].sid, sid))
			return &rig.models[i];
	CHECK(false); /* a session that nobody made */
	return NULL;
}

struct made {
	uint8_t bytes[BODY_MOST];
	struct body body;
};

static void make(const struct model *model, uint32_t seq, struct made *out)
{
	uint32_t n = seq * 2654435761u + model->life * 97 + (uint32_t)(model - rig.models);
	size_t len = n % 40 == 0 ? BODY_MOST : 60 + n % 200, form = len / 3, text = len / 3;
	for (size_t i = 0; i < len; i++)
		out->bytes[i] = (uint8_t)(n >> (i % 4 * 8)) ^ (uint8_t)(i * 11);
	out->body.head = slice_of(out->bytes, len - form - text);
	out->body.form = slice_of(out->bytes + out->body.head.len, form);
	out->body.text = slice_of(out->bytes + len - text, text);
	memcpy(out->body.digest, digest_plain(slice_of(out->bytes, len)).bytes, 32);
}

static bool same(const struct journal_entry *entry, const struct model *model)
{
	struct made made;
	make(model, (uint32_t)entry->position.seq, &made);
	return memcmp(entry->body.digest, made.body.digest, 32) == 0 && slice_equal(entry->body.head, made.body.head) &&
		(entry->struck & JOURNAL_FORM ? entry->body.form.len == 0 : slice_equal(entry->body.form, made.body.form)) &&
		(entry->struck & JOURNAL_TEXT ? entry->body.text.len == 0 : slice_equal(entry->body.text, made.body.text));
}

/* --- upcalls -------------------------------------------------------------------------------------------------- */

static void on_loaded(struct sid sid, struct position position, struct slice snapshot, void *ctx)
{
	struct model *model = model_of(sid);
	(void)ctx;
	rig.seen = (uint32_t)position.seq;
	if (position.seq > model->taken || (position.seq && (snapshot.len != position.seq || snapshot.at[0] != (uint8_t)position.seq)))
		rig.wrong = true;
}

static void on_entry(struct sid sid, const struct journal_entry *entry, uint64_t tag, void *ctx)
{
	struct model *model = model_of(sid);
	(void)ctx;
	rig.entries_read++;
	if (tag) {
		CHECK(entry->position.seq == model->entered + 1 && same(entry, model));
		model->entered++;
		model->created = model->open = true;
		if (model->stable >= model->entered)
			rig.acknowledged++;
		return;
	}
	if (entry->position.seq != ++rig.seen || rig.seen > model->taken || !same(entry, model))
		rig.wrong = true;
}

static void on_stable(struct sid sid, uint64_t seq, void *ctx)
{
	struct model *model = model_of(sid);
	(void)ctx;
	CHECK(seq >= model->stable || rig.reading);
	if (rig.reading == NULL)
		model->stable = (uint32_t)seq;
}

static void on_opened(struct sid sid, enum journal_status status, uint64_t damaged_seq, void *ctx)
{
	struct model *model = model_of(sid);
	(void)ctx;
	(void)damaged_seq;
	model->open = status == JOURNAL_OK;
	if (status == JOURNAL_DAMAGED)
		rig.wrong = true;
	if (status == JOURNAL_ABSENT)
		rig.seen = 0;
}

static void on_refused(struct sid sid, uint64_t tag, enum journal_status why, void *ctx)
{
	(void)sid;
	(void)tag;
	(void)why;
	(void)ctx;
	CHECK(false); /* this disk is never full */
}

static void on_struck(struct sid sid, uint64_t seq, void *ctx)
{
	(void)ctx;
	model_of(sid)->struck[seq] = 1;
}

static void on_erased(struct sid sid, void *ctx)
{
	(void)ctx;
	model_of(sid)->erased = true;
}

static void on_health(enum journal_status status, const char *sentence, void *ctx)
{
	(void)status;
	(void)sentence;
	(void)ctx;
}

static const struct journal_up up = {
	.loaded = on_loaded, .entry = on_entry, .stable = on_stable, .opened = on_opened, .refused = on_refused, .struck = on_struck,
	.erased = on_erased, .health = on_health,
};

static void on_fatal(const char *sentence, void *ctx)
{
	(void)sentence;
	(void)ctx;
	rig.fatal = true;
}

static void on_stopped(void *ctx)
{
	(void)ctx;
	rig.stopped = true;
}

static void quiet(enum trace_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

/* --- the story ------------------------------------------------------------------------------------------------ */

static void stop(void)
{
	rig.stopped = false;
	rig.journal.ops->stop(rig.journal.self, on_stopped, NULL);
	loop_test_advance(rig.test, 20);
	CHECK(rig.stopped);
	rig.up = false;
}

static int open_journal(void)
{
	char sentence[512];
	rig.fatal = false;
	int status = journal_sqlite_open(loop_test_loop(rig.test), &rig.options, &rig.journal, sentence, sizeof sentence);
	if (status == 0) {
		rig.journal.ops->listen(rig.journal.self, &up, NULL);
		rig.up = true;
	} else if (!disk_cut_is_off() && strcmp(rig.options.synchronous, "OFF") != 0) {
		fprintf(stderr, "power_cut: %s\n", sentence);
	}
	return status;
}

static void life(struct model *model)
{
	unsigned lives = model->life + 1;
	struct sid sid = model->sid;
	struct code code = model->code;
	*model = (struct model){ .sid = sid, .code = code, .life = lives };
}

static void one_act(void)
{
	struct model *model = &rig.models[roll(SESSIONS)];
	const struct journal_ops *ops = rig.journal.ops;
	unsigned what = roll(1000);
	struct made made;
	if (model->erased)
		life(model);
	if (!model->asked) {
		make(model, 1, &made);
		if (ops->create(rig.journal.self, model->sid, model->code, &made.body, ++rig.tag) == 0) {
			model->asked = true;
			model->taken = 1;
		}
		return;
	}
	if (model->erasing || !model->open)
		return;
	if (what < 960) {
		for (unsigned n = 1 + roll(6); n > 0 && model->taken < MOST - 1; n--) {
			make(model, model->taken + 1, &made);
			if (ops->append(rig.journal.self, model->sid, &made.body, ++rig.tag) == 0)
				model->taken++;
		}
	} else if (what < 975) {
		uint32_t seq = 1 + roll(model->entered);
		model->strike_asked[seq] = 1;
		ops->strike(rig.journal.self, model->sid, seq, JOURNAL_FORM | JOURNAL_TEXT);
	} else if (what < 997) {
		uint8_t bytes[MOST];
		memset(bytes, (uint8_t)model->entered, model->entered);
		ops->snapshot(rig.journal.self, model->sid, (struct position){ 1, model->entered }, slice_of(bytes, model->entered));
	} else {
		model->erasing = true;
		ops->erase(rig.journal.self, model->sid);
	}
}

static void on_read(const struct journal_entry *entry, enum journal_status status, void *ctx)
{
	struct model *model = ctx;
	if (entry == NULL) {
		rig.wrong |= status != JOURNAL_OK;
		return;
	}
	uint64_t seq = entry->position.seq;
	if (seq > model->taken || !same(entry, model) || (entry->struck && !model->strike_asked[seq])) {
		rig.wrong = true;
		return;
	}
	if (model->struck[seq] && entry->struck != (JOURNAL_FORM | JOURNAL_TEXT))
		rig.undone++;
	model->struck[seq] = model->strike_asked[seq] = entry->struck != 0;
}

/* After the power is back: is all there that was said to be? What is there beyond is fine, and goes on from there. */
static void look(struct model *model)
{
	rig.reading = model;
	rig.seen = 0;
	rig.wrong = false;
	rig.journal.ops->open(rig.journal.self, model->sid);
	loop_test_advance(rig.test, 20);
	uint32_t known = model->stable < model->entered ? model->stable : model->entered;
	if (model->open) {
		rig.journal.ops->read(rig.journal.self, model->sid, 1, UINT64_MAX, on_read, model);
		loop_test_advance(rig.test, 20);
	}
	rig.reading = NULL;
	rig.corrupt += rig.wrong;
	if (model->erased && model->open)
		rig.resurrected++;
	else if (rig.seen < known && !model->erasing)
		rig.lost += known - rig.seen;
	if (!model->open && !rig.wrong) {
		life(model); /* never made, or erased, or lost */
		return;
	}
	model->asked = model->created = true;
	model->erasing = model->erased = false;
	model->taken = model->entered = model->stable = rig.seen;
	for (uint32_t seq = rig.seen + 1; seq < MOST; seq++)
		model->strike_asked[seq] = model->struck[seq] = 0;
}

/* at: the disk operation to cut at; 0: at random, while it works, while it reads what the last cut left, or while it closes. */
static void one_disk(uint64_t seed, uint64_t cuts, uint64_t at)
{
	disk_cut_format(seed);
	for (int i = 0; i < SESSIONS; i++) {
		rig.models[i] = (struct model){ .sid = sid_of(seed * 100 + (uint64_t)i), .code = code_of(seed * 1000003 + (uint64_t)i) };
	}
	CHECK(open_journal() == 0);
	for (uint64_t cut = 0; cut < cuts; cut++) {
		disk_cut_after(at ? at : 1 + roll(roll(4) ? 400 : 30));
		if (at == 0 && roll(5) == 0) {
			stop();
			if (open_journal() == 0)
				for (int i = 0; i < SESSIONS; i++) {
					struct model *model = &rig.models[i];
					model->open = false;
					rig.reading = model;
					rig.journal.ops->open(rig.journal.self, model->sid);
					loop_test_advance(rig.test, 20);
					rig.reading = NULL;
				}
		}
		for (int act = 0; act < 20000 && rig.up && !rig.fatal; act++) {
			one_act();
			if (roll(3))
				loop_test_step(rig.test);
			if (roll(10) == 0)
				loop_test_advance(rig.test, roll(4));
		}
		if (!disk_cut_is_off())
			disk_cut_now();
		if (rig.up)
			stop();
		disk_cut_power_on();
		rig.cuts++;
		if (open_journal() != 0) {
			rig.corrupt++;
			return;
		}
		for (int i = 0; i < SESSIONS; i++) {
			rig.models[i].open = false;
			look(&rig.models[i]);
		}
	}
	stop();
	/* Bit for bit: what the last life left is closed properly and reads the same. */
	CHECK(open_journal() == 0);
	for (int i = 0; i < SESSIONS; i++) {
		rig.models[i].open = false;
		look(&rig.models[i]);
	}
	stop();
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "cuts", required_argument, NULL, 'c' }, { "seed", required_argument, NULL, 's' },
		{ "each", required_argument, NULL, 'e' }, { "synchronous", required_argument, NULL, 'y' },
		{ "expect-loss", no_argument, NULL, 'l' }, { NULL, 0, NULL, 0 },
	};
	uint64_t cuts = 200, seed = 1, each = 0;
	const char *synchronous = "FULL";
	bool expect_loss = false;
	for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		if (c == 'c')
			cuts = strtoull(optarg, NULL, 10);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (c == 'e')
			each = strtoull(optarg, NULL, 10);
		else if (c == 'y' && (strcmp(optarg, "FULL") == 0 || strcmp(optarg, "NORMAL") == 0 || strcmp(optarg, "OFF") == 0))
			synchronous = optarg;
		else if (c == 'l')
			expect_loss = true;
		else {
			fprintf(stderr, "usage: power_cut [--cuts n | --each n] [--seed n] [--synchronous FULL|NORMAL|OFF] [--expect-loss]\n");
			return 2;
		}
	}
	trace_to(quiet, TRACE_ERROR, NULL);
	rig.test = loop_test_create(seed);
	rig.options = (struct journal_sqlite_options){ .path = "journal", .vfs = DISK_CUT_VFS, .synchronous = synchronous, .fatal = on_fatal };
	for (uint64_t at = 1; at <= each; at++) {
		loop_test_destroy(rig.test);
		rig.test = loop_test_create(seed); /* the same story up to the cut */
		one_disk(seed, 1, at);
	}
	while (each == 0 && rig.cuts < cuts) {
		uint64_t left = cuts - rig.cuts;
		one_disk(seed * 100000 + rig.cuts, left < CUTS_A_DISK ? left : CUTS_A_DISK, 0);
	}
	loop_test_destroy(rig.test);
	disk_cut_free();
	printf("power_cut: synchronous %s, seed %" PRIu64 ": %" PRIu64 " cuts in %" PRIu64 " disk operations, %" PRIu64 " acknowledged, %" PRIu64
		" lost, %" PRIu64 " corrupt, %" PRIu64 " strikes undone, %" PRIu64 " erased and back\n", synchronous, seed, rig.cuts,
		disk_cut_operations(), rig.acknowledged, rig.lost, rig.corrupt, rig.undone, rig.resurrected);
	/* OFF may also corrupt; NORMAL may lose the last moments and nothing else. */
	bool right = rig.acknowledged > 0 && (rig.corrupt == 0 || strcmp(synchronous, "OFF") == 0) &&
		(expect_loss ? rig.lost > 0 : rig.lost + rig.undone + rig.resurrected == 0);
	if (!right)
		fprintf(stderr, "power_cut: not what was expected (%s)\n", expect_loss ? "loss: this control must lose" : "no loss");
	return right ? 0 : 1;
}
