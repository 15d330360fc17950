/* SPDX-License-Identifier: EUPL-1.2 */
/* The daemon: reads its options, builds the parts, joins them, and takes them apart again in the right order. No rule is here. */
#include "base/check.h"
#include "base/digest.h"
#include "base/limits.h"
#include "shell/backup.h"
#include "shell/catalog.h"
#include "shell/edge.h"
#include "shell/export.h"
#include "shell/house.h"
#include "shell/journal_memory.h"
#include "shell/journal_redis.h"
#include "shell/journal_shards.h"
#include "shell/journal_sqlite.h"
#include "shell/loop_uv.h"
#include "shell/options.h"
#include "shell/redis_link.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* How the process ends (74: the journal's, see journal_sqlite.h; 134: a broken invariant). Said in --help. */
enum ended { ENDED_AS_ASKED = 0, ENDED_BEFORE_START = 1, ENDED_AT_ONCE = 3 };

enum { MAGIC_daemon = 0x6461656d, KEY_LEAST = 16, KEY_ROOM = 256, REDIS_KEY_MOST = 64, WHY_ROOM = 1024,
	REDIS_MS = 5000 /* at the start, for the first words with Redis; one that is away then is waited for while we serve */
};

/* Paths that a page handles by itself: they are all the one page. */
static const char *const shell_paths[] = { "/", NULL };

struct daemon {
	uint32_t magic;
	struct options options;
	struct loop_uv *loop;
	struct journal_memory *memory; /* NULL: the journal is SQLite's */
	struct journal journal;
	struct journal primaries[OPTIONS_PRIMARIES];     /* each Redis; `journal` is made of them */
	struct redis_link links[2 * OPTIONS_PRIMARIES];  /* the journal's; for figures */
	bool patience_ended;
	struct catalog *catalog;
	struct backup *backup; /* NULL: the journal is no file */
	struct house *house;
	struct edge *edge;
	struct digest key;
	bool has_key;
	unsigned connections_max;
	uv_signal_t terminate, interrupt;
	uv_timer_t patience; /* with a stop that does not come to its end */
	bool stopping;
};

static int sorry(const char *why)
{
	fprintf(stderr, "bollplank-daemon: %s\n", why);
	return ENDED_BEFORE_START;
}

/* ---- a new session, health, metrics ---- */

static bool may_create(struct slice key, void *ctx)
{
	struct daemon *daemon = CAST(ctx, daemon);
	struct digest digest = digest_plain(key);
	return daemon->has_key && digest_same(&digest, &daemon->key, sizeof digest);
}

static unsigned status_of(enum fault fault)
{
	switch (fault) {
	case FAULT_none:
		return 201;
	case FAULT_key_needed:
		return 401;
	case FAULT_too_long:
		return 413;
	case FAULT_too_fast:
	case FAULT_too_many_codes:
		return 429;
	case FAULT_later:
	case FAULT_unsure:
	case FAULT_elsewhere:
	case FAULT_full:
		return 503;
	default:
		return 400;
	}
}

static void on_created(enum fault fault, struct slice answer, void *ctx)
{
	uint8_t refusal[HTTP_FAULT_BYTES];
	if (fault != FAULT_none) {
		http_fault(fault, refusal);
		answer = slice_of(refusal, sizeof refusal);
	}
	http_answer(ctx, status_of(fault), answer);
}

static void create(struct slice body, struct slice key, const char *address, struct http_reply *reply, void *ctx)
{
	struct daemon *daemon = CAST(ctx, daemon);
	house_create_session(daemon->house, body, key, address, on_created, reply);
}

/* ---- the log of a session ---- */

struct fetch { /* of a log by somebody over HTTP */
	struct export *export;
	struct http_reply *reply;
	bool begun;
};

static void fetch_end(void *source)
{
	struct fetch *fetch = source;
	export_close(fetch->export);
	free(fetch);
}

static void fetch_more(void *source)
{
	export_more(((struct fetch *)source)->export);
}

static unsigned status_of_log(enum fault fault)
{
	switch (fault) {
	case FAULT_not_allowed:
		return 401;
	case FAULT_no_session:
		return 404;
	case FAULT_too_many_codes:
		return 429;
	default:
		return 503;
	}
}

static void on_exported(enum fault fault, struct slice piece, bool last, void *ctx)
{
	static const struct http_pieces pieces = { .more = fetch_more, .gone = fetch_end };
	struct fetch *fetch = ctx;
	uint8_t refusal[HTTP_FAULT_BYTES];
	if (fault != FAULT_none && !fetch->begun) {
		http_fault(fault, refusal);
		http_answer(fetch->reply, status_of_log(fault), slice_of(refusal, sizeof refusal));
		fetch_end(fetch);
		return;
	}
	if (!fetch->begun && !http_begin(fetch->reply, &pieces, fetch)) {
		fetch_end(fetch);
		return;
	}
	fetch->begun = true;
	http_piece(fetch->reply, piece, last || fault != FAULT_none); /* broken off it lacks its end, which the reader looks for */
}

static void log_of(struct slice sid, struct slice token, const char *address, struct http_reply *reply, void *ctx)
{
	struct daemon *daemon = CAST(ctx, daemon);
	struct fetch *fetch = check_alloc(1, sizeof *fetch);
	struct export_wish wish = { .sid = sid, .token = token, .address = address };
	fetch->reply = reply;
	fetch->export = export_open(daemon->house, &wish, on_exported, fetch);
}

static struct slice catalog_of(const char *id, void *ctx)
{
	struct daemon *daemon = CAST(ctx, daemon);
	return id ? catalog_find(daemon->catalog, id) : catalog_list(daemon->catalog);
}

static const char *unwell(void *ctx)
{
	struct daemon *daemon = CAST(ctx, daemon);
	const char *sentence = "the journal cannot be used";
	return daemon->journal.ops->state(daemon->journal.self, NULL, &sentence) == JOURNAL_OK ? NULL : sentence;
}

static uint64_t resident_bytes(void)
{
	uint64_t pages = 0;
	char line[128], *second;
	FILE *file = fopen("/proc/self/statm", "re");
	if (file == NULL)
		return 0;
	if (fgets(line, sizeof line, file) && (second = strchr(line, ' ')) != NULL)
		pages = strtoull(second, NULL, 10);
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Of all conversations together. None when we stop: the journal closes them. */
static struct redis_link_figures redis_figures(const struct daemon *daemon, unsigned *up)
{
	struct redis_link_figures all = { 0 };
	*up = 0;
	for (size_t i = 0; i < 2 * daemon->options.redis_count && !daemon->stopping; i++) {
		struct redis_link_figures its = redis_link_figures(daemon->links[i]);
		*up += its.up;
		all.downs += its.downs;
		all.asked += its.asked;
		all.turned_away += its.turned_away;
		all.under_way += its.under_way;
	}
	return all;
}

static size_t metrics(char *out, size_t size, void *ctx)
{
	struct daemon *daemon = CAST(ctx, daemon);
	struct edge_numbers edge = edge_numbers(daemon->edge);
	struct house_figures house;
	house_figures(daemon->house, &house);
	unsigned redis_up;
	struct redis_link_figures redis = redis_figures(daemon, &redis_up);
	const struct metric {
		const char *name, *type, *help;
		uint64_t value;
	} all[] = {
		{ "connections", "gauge", "pages connected", edge.ws.open },
		{ "connections_without_hello", "gauge", "of them, not known yet", edge.ws.young },
		{ "sockets", "gauge", "all sockets, with plain HTTP", edge.sockets },
		{ "accepted_total", "counter", "sockets accepted", edge.accepted },
		{ "turned_away_total", "counter", "sockets closed at once: too many, or too fast, from one address", edge.turned_away },
		{ "upgrades_refused_total", "counter", "WebSocket requests refused", edge.refused },
		{ "opened_total", "counter", "pages that have connected", edge.ws.opened },
		{ "messages_total", "counter", "messages received", edge.ws.messages },
		{ "frames_total", "counter", "frames sent", edge.ws.frames },
		{ "frame_bytes_total", "counter", "bytes of frames sent", edge.ws.bytes },
		{ "partial_total", "counter", "waits because a peer's socket was full", edge.ws.partial },
		{ "undrained_total", "counter", "closed because the peer took nothing", edge.ws.undrained },
		{ "silent_total", "counter", "closed because the peer did not answer", edge.ws.silent },
		{ "mute_total", "counter", "closed because no hello came", edge.ws.mute },
		{ "sessions", "gauge", "sessions in memory", house.sessions },
		{ "members_here", "gauge", "people connected to this instance, over all sessions", house.members_here },
		{ "entries_total", "counter", "entries applied", house.entries },
		{ "refused_total", "counter", "commands refused", house.refused },
		{ "later_total", "counter", "commands answered with `later`", house.replies_later },
		{ "frames_own_total", "counter", "frames made for one connection", house.frames_own },
		{ "frames_shared_total", "counter", "frames made for many connections", house.frames_shared },
		{ "pending_appends", "gauge", "handed to the journal and not answered", house.pending_appends },
		{ "journal_ok", "gauge", "1: the journal takes what comes", house.journal == JOURNAL_OK },
		{ "resident_bytes", "gauge", "memory", resident_bytes() },
		{ "redis_links_up", "gauge", "conversations with Redis; two for each primary", redis_up },
		{ "redis_lost_total", "counter", "conversations with Redis that were lost", redis.downs },
		{ "redis_asked_total", "counter", "commands given to Redis", redis.asked },
		{ "redis_turned_away_total", "counter", "commands not given to Redis: it was away, or too many were under way", redis.turned_away },
		{ "redis_under_way", "gauge", "commands that Redis has not answered", redis.under_way },
	};
	enum { REDIS_METRICS = 5 };
	size_t len = 0, count = sizeof all / sizeof all[0] - (daemon->options.redis_count ? 0 : REDIS_METRICS);
	for (size_t i = 0; i < count; i++) {
		int n = snprintf(out + len, size - len, "# HELP bollplank_%s %s\n# TYPE bollplank_%s %s\nbollplank_%s %llu\n",
			all[i].name, all[i].help, all[i].name, all[i].type, all[i].name, (unsigned long long)all[i].value);
		if (n < 0 || (size_t)n >= size - len)
			break;
		len += (size_t)n;
	}
	return len;
}

static const struct http_up http_up = { .may_create = may_create, .create = create, .log = log_of, .catalog = catalog_of, .unwell = unwell, .metrics = metrics };

/* ---- the end ----
 * Nothing new comes in; the house says goodbye to all and saves; close frames go out; the journal finishes what is under way
 * (its thread opens descriptors, so it ends before libwebsockets closes its own); then all handles are closed, the loop runs
 * out, and what is left is freed. */

static void on_journal_stopped(void *ctx)
{
	struct daemon *daemon = CAST(ctx, daemon);
	edge_close(daemon->edge);
	uv_close((uv_handle_t *)&daemon->terminate, NULL);
	uv_close((uv_handle_t *)&daemon->interrupt, NULL);
	uv_close((uv_handle_t *)&daemon->patience, NULL);
	loop_uv_close(daemon->loop);
}

static void on_drained(void *ctx)
{
	struct daemon *daemon = CAST(ctx, daemon);
	backup_close(daemon->backup);
	daemon->journal.ops->stop(daemon->journal.self, on_journal_stopped, daemon);
}

static void on_house_stopped(void *ctx)
{
	struct daemon *daemon = CAST(ctx, daemon);
	edge_drain(daemon->edge, on_drained, daemon);
}

static void stop_at_once(const char *why)
{
	trace(TRACE_WARNING, "stop", "at_once=%s", why);
	_exit(ENDED_AT_ONCE); /* what was acknowledged is in the journal */
}

static void on_impatient(uv_timer_t *timer)
{
	(void)timer;
	stop_at_once("took_too_long");
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct daemon *daemon = CAST(handle->data, daemon);
	if (daemon->stopping)
		stop_at_once("second_signal");
	daemon->stopping = true;
	trace(TRACE_INFO, "stop", "signal=%d", number);
	uv_timer_start(&daemon->patience, on_impatient, STOP_MS, 0);
	edge_quiet(daemon->edge);
	house_stop(daemon->house, on_house_stopped, daemon);
}

/* ---- the beginning ---- */

static void harden(void)
{
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file size limit is then a failed write, which the journal can tell of, and not our end */
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }); /* tokens and ballots are in memory */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setenv("UV_THREADPOOL_SIZE", "4", 1); /* LOOP_WORKERS */
}

/* libwebsockets keeps a table of as many descriptors as the limit allows: as many as we need, and not a million. */
static void limit_descriptors(struct daemon *daemon)
{
	struct rlimit limit;
	rlim_t need = LIMIT_CONNECTIONS + EDGE_SPARE_DESCRIPTORS;
	daemon->connections_max = LIMIT_CONNECTIONS;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max < need ? limit.rlim_max : need;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == need)
		return;
	daemon->connections_max = limit.rlim_cur > (rlim_t)2 * EDGE_SPARE_DESCRIPTORS ? (unsigned)limit.rlim_cur - EDGE_SPARE_DESCRIPTORS : 64;
	trace(TRACE_WARNING, "start", "connections_at_most=%u descriptors=%llu", daemon->connections_max, (unsigned long long)limit.rlim_cur);
}

enum secret { SECRET_CREATION, SECRET_PASSWORD, SECRET_REDIS };

/* A secret is in a file. 0, or -1 and a sentence. A key ends where the first space or line does, a password at the end of the line. */
static int read_secret(enum secret which, const char *path, char secret[KEY_ROOM], char *why)
{
	static const struct {
		const char *what, *ends, *trace;
		size_t least, most;
	} kinds[] = {
		[SECRET_CREATION] = { "the creation key", " \t\r\n", "creation_key", KEY_LEAST, KEY_ROOM },
		[SECRET_PASSWORD] = { "the password for Redis", "\r\n", "redis_password", 1, KEY_ROOM },
		[SECRET_REDIS] = { "the deployment's key for Redis", " \t\r\n", "redis_key", KEY_LEAST, REDIS_KEY_MOST },
	};
	secret[0] = '\0';
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, secret, KEY_ROOM - 1);
	struct stat stat;
	int error = errno;
	bool open_to_others = fd >= 0 && fstat(fd, &stat) == 0 && (stat.st_mode & 077);
	if (fd >= 0)
		close(fd);
	if (n < 0) {
		snprintf(why, WHY_ROOM, "cannot read %s from %s: %s. Make one: (umask 077; head -c 16 /dev/urandom | "
			"od -An -tx1 | tr -d ' \\n' > %s)", kinds[which].what, path, strerror(error), path);
		return -1;
	}
	secret[n] = '\0';
	secret[strcspn(secret, kinds[which].ends)] = '\0';
	if (strlen(secret) < kinds[which].least) {
		snprintf(why, WHY_ROOM, "%s in %s is too short: expected at least %zu characters%s.", kinds[which].what, path, kinds[which].least,
			which == SECRET_PASSWORD ? "" : " without spaces");
		return -1;
	}
	if (strlen(secret) > kinds[which].most) {
		snprintf(why, WHY_ROOM, "%s in %s is too long: expected at most %zu characters.", kinds[which].what, path, kinds[which].most);
		return -1;
	}
	if (open_to_others)
		trace(TRACE_WARNING, "start", "%s=readable_by_others (chmod 600)", kinds[which].trace);
	return 0;
}

/* 0, or -1 and a sentence. The key itself goes to the house, which keeps only its digest; so do we. */
static int read_key(struct daemon *daemon, char key[KEY_ROOM], char *why)
{
	key[0] = '\0';
	if (daemon->options.creation_key == NULL) {
		trace(TRACE_WARNING, "start", "creation_key=none (nobody can create a session; see --creation-key)");
		return 0;
	}
	if (read_secret(SECRET_CREATION, daemon->options.creation_key, key, why) < 0)
		return -1;
	daemon->has_key = true;
	daemon->key = digest_plain(slice_text(key));
	return 0;
}

/* Conversations begin at once; what comes of them await_redis sees. */
static int open_redis(struct daemon *daemon, char *why)
{
	const struct options *options = &daemon->options;
	struct journal_shard shards[OPTIONS_PRIMARIES];
	char password[KEY_ROOM] = "", key[KEY_ROOM] = "";
	int rc = options->redis_password ? read_secret(SECRET_PASSWORD, options->redis_password, password, why) : 0;
	if (rc == 0 && options->redis_key)
		rc = read_secret(SECRET_REDIS, options->redis_key, key, why);
	if (rc == 0 && options->redis_key == NULL)
		trace(TRACE_WARNING, "start", "redis_key=none (who owns Redis could forge entries; see --redis-key)");
	for (size_t i = 0; i < options->redis_count && rc == 0; i++) {
		struct redis_link_options link = { .loop = daemon->loop, .address = options->redis[i], .user = options->redis_user,
			.password = options->redis_password ? password : NULL, .name = "bollplank-desk" };
		daemon->links[2 * i] = redis_link_create(&link);
		link.name = "bollplank-bell";
		daemon->links[2 * i + 1] = redis_link_create(&link);
		daemon->primaries[i] = journal_redis_create(&(struct journal_redis_options){ .loop = loop_uv_port(daemon->loop),
			.desk = daemon->links[2 * i], .bell = daemon->links[2 * i + 1], .durability = options->redis_durability,
			.mac_key = slice_text(key), .rules = RULES_NEWEST });
		shards[i] = (struct journal_shard){ .name = options->redis[i], .journal = daemon->primaries[i] };
	}
	explicit_bzero(password, sizeof password);
	explicit_bzero(key, sizeof key);
	if (rc == 0)
		daemon->journal = options->redis_count == 1 ? daemon->primaries[0] : journal_shards_create(shards, options->redis_count);
	return rc;
}

static int open_journal(struct daemon *daemon, char *why)
{
	if (daemon->options.redis_count)
		return open_redis(daemon, why);
	if (daemon->options.memory) {
		daemon->memory = journal_memory_create(loop_uv_port(daemon->loop));
		daemon->journal = journal_memory_port(daemon->memory);
		fprintf(stderr, "bollplank-daemon: THE JOURNAL IS IN MEMORY. When this process ends, everything is gone.\n");
		return 0;
	}
	struct journal_sqlite_options options = { .path = daemon->options.journal };
	return journal_sqlite_open(loop_uv_port(daemon->loop), &options, &daemon->journal, why, WHY_ROOM);
}

static void on_patience_ended(void *ctx)
{
	CAST(ctx, daemon)->patience_ended = true;
}

/* The worst of all primaries. */
static enum journal_status fit(const struct daemon *daemon, const char **sentence, const char **address)
{
	enum journal_status worst = JOURNAL_OK;
	for (size_t i = 0; i < daemon->options.redis_count; i++) {
		const char *its;
		enum journal_status status = journal_redis_fit(daemon->primaries[i], &its);
		if (status == JOURNAL_OK || worst == JOURNAL_DAMAGED || (worst != JOURNAL_OK && status == JOURNAL_AWAY))
			continue;
		worst = status;
		*sentence = its;
		*address = daemon->options.redis[i];
	}
	return worst;
}

/* A Redis that is not fit is a mistake to be told at once. One that is away may come back: an instance that is started meanwhile comes up and
 * says `later`, so that no supervisor has to try again. 0, or -1 and a sentence. */
static int await_redis(struct daemon *daemon, char *why)
{
	const char *sentence = "", *address = "";
	if (daemon->options.redis_count == 0)
		return 0;
	struct loop_timer *patience = loop_after(loop_uv_port(daemon->loop), REDIS_MS, on_patience_ended, daemon);
	enum journal_status status;
	while ((status = fit(daemon, &sentence, &address)) == JOURNAL_AWAY && !daemon->patience_ended)
		uv_run(loop_uv_handle(daemon->loop), UV_RUN_ONCE);
	if (!daemon->patience_ended)
		loop_stop(loop_uv_port(daemon->loop), patience);
	if (status == JOURNAL_OK)
		return 0;
	if (status == JOURNAL_AWAY) /* the sentence says who */
		snprintf(why, WHY_ROOM, "%s", sentence);
	else
		snprintf(why, WHY_ROOM, "%s: %s. See bollplank redis-check %s", address, sentence, address);
	if (status != JOURNAL_AWAY || daemon->options.check)
		return -1;
	fprintf(stderr, "bollplank-daemon: %s. We serve nevertheless: nothing can be saved until it is there.\n", why);
	return 0;
}

static int open_catalog(struct daemon *daemon, char *why)
{
	const struct options *options = &daemon->options;
	daemon->catalog = catalog_create();
	for (size_t i = 0; i < options->catalog_count; i++) {
		int rc = catalog_add(daemon->catalog, options->catalogs[i]);
		if (rc < 0 && options->catalog_asked) {
			snprintf(why, WHY_ROOM, "cannot read the catalog %s: %s", options->catalogs[i], strerror(-rc));
			return -1;
		}
	}
	return 0;
}

static void let_loop_go(struct daemon *daemon)
{
	loop_uv_close(daemon->loop);
	loop_uv_run(daemon->loop);
}

static void on_journal_stopped_early(void *ctx)
{
	loop_uv_close(CAST(ctx, daemon)->loop);
}

static void let_journal_go(struct daemon *daemon)
{
	daemon->journal.ops->stop(daemon->journal.self, on_journal_stopped_early, daemon);
	loop_uv_run(daemon->loop);
}

static void watch_signals(struct daemon *daemon)
{
	uv_loop_t *loop = loop_uv_handle(daemon->loop);
	CHECK(uv_signal_init(loop, &daemon->terminate) == 0 && uv_signal_init(loop, &daemon->interrupt) == 0);
	CHECK(uv_timer_init(loop, &daemon->patience) == 0);
	daemon->terminate.data = daemon->interrupt.data = daemon;
	uv_signal_start(&daemon->terminate, on_signal, SIGTERM);
	uv_signal_start(&daemon->interrupt, on_signal, SIGINT);
}

static int run(struct daemon *daemon)
{
	char why[WHY_ROOM] = "", key[KEY_ROOM];
	int status = ENDED_BEFORE_START;
	if (read_key(daemon, key, why) < 0 || open_catalog(daemon, why) < 0)
		return sorry(why);
	daemon->loop = loop_uv_create();
	if (open_journal(daemon, why) < 0) {
		sorry(why);
		let_loop_go(daemon);
		goto err1;
	}
	if (await_redis(daemon, why) < 0) {
		sorry(why);
		let_journal_go(daemon);
		goto err1;
	}
	if (daemon->options.check) {
		printf("bollplank-daemon: options, key and journal are fine (journal: %s, %s; catalog: %zu workshops).\n",
			daemon->journal.ops->name, daemon->journal.ops->durability, catalog_count(daemon->catalog));
		status = ENDED_AS_ASKED;
		let_journal_go(daemon);
		goto err1;
	}
	daemon->house = house_create(&(struct house_parts){ .loop = loop_uv_port(daemon->loop), .journal = daemon->journal,
		.transport = &ws_ops, .creation_key = slice_text(key), .spread_ms = daemon->options.redis_count ? SPREAD_MS : 0 });
	explicit_bzero(key, sizeof key);
	daemon->edge = edge_create(&(struct edge_parts){ .loop = loop_uv_handle(daemon->loop), .listen = daemon->options.listen,
		.listen_count = daemon->options.listen_count,
		.door = { .origins = daemon->options.origins, .origin_count = daemon->options.origin_count,
			  .proxies = daemon->options.proxies, .proxy_count = daemon->options.proxy_count },
		.assets = assets, .asset_count = assets_count, .shell = shell_paths, .metrics_open = daemon->options.metrics_open,
		.up = house_transport(), .up_ctx = daemon->house, .http_up = &http_up, .http_ctx = daemon,
		.connections_max = daemon->connections_max }, why, sizeof why);
	if (daemon->edge == NULL) {
		sorry(why);
		let_journal_go(daemon);
		goto err2;
	}
	watch_signals(daemon);
	if (daemon->options.redis_count == 0 && !daemon->options.memory)
		daemon->backup = backup_serve(loop_uv_handle(daemon->loop), daemon->journal, daemon->options.journal);
	trace(TRACE_INFO, "start", "version=" BOLLPLANK_VERSION " journal=%s workshops=%zu connections_at_most=%u", daemon->journal.ops->name,
		catalog_count(daemon->catalog), daemon->connections_max);
	loop_uv_run(daemon->loop);
	status = ENDED_AS_ASKED;
err2:
	house_destroy(daemon->house);
	edge_destroy(daemon->edge);
	backup_destroy(daemon->backup);
err1:
	catalog_destroy(daemon->catalog);
	journal_memory_destroy(daemon->memory);
	loop_uv_destroy(daemon->loop);
	return status;
}

static int back_up(const struct options *options)
{
	char why[WHY_ROOM] = "";
	return backup_take(options->journal, options->backup, why, sizeof why) == 0 ? ENDED_AS_ASKED : sorry(why);
}

int main(int argc, char **argv)
{
	static struct daemon daemon = { .magic = MAGIC_daemon };
	int status = options_read(&daemon.options, argc, argv);
	if (status != OPTIONS_GO)
		return status;
	trace_to(NULL, daemon.options.level, NULL);
	harden();
	limit_descriptors(&daemon);
	status = daemon.options.backup ? back_up(&daemon.options) : run(&daemon);
	uv_library_shutdown();
	return status;
}
