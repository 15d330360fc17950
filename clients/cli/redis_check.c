/* SPDX-License-Identifier: EUPL-1.2 */
#include "redis_check.h"
#include "base/check.h"
#include "commands.h"
#include "shell/redis_library.h"
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <hiredis/hiredis.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const char help[] =
	"bollplank redis-check ADDRESS [options]\n"
	"\n"
	"Looks whether a Redis can keep Bollplank's journal, and says for each thing what to do. It changes nothing.\n"
	"ADDRESS is unix:/PATH, HOST:PORT or [IPV6]:PORT, as for the daemon's --redis.\n"
	"\n"
	"  --user NAME          an administrator: who may read INFO, CONFIG, ACL and FUNCTION (default: the default user)\n"
	"  --password FILE      the file with the password; - reads it from standard input\n"
	"  --durability LEVEL   what the daemons are given: memory, aof or replicated (default aof)\n"
	"  --daemon-user NAME   the user that the daemons are (default: bollplank if there is one, else the default user)\n"
	"\n"
	"Each line begins with ok, note (worth knowing) or no (must be changed).\n"
	"Status: 0 it can keep the journal, 1 it cannot, or was not reached, 2 asked wrongly.\n";

enum { PATIENCE_S = 3, WORDS_MOST = 16, LINE = 512 };
enum level { MEMORY, AOF, REPLICATED };

struct check {
	const char *address, *user, *password_file, *daemon_user;
	enum level level;
	char password[512], default_name[16];
	redisContext *redis;
	redisReply *info;
	unsigned wrong;
};

/* ---- what is said ---- */

__attribute__((format(printf, 2, 0))) static void say(const char *what, const char *format, va_list more)
{
	printf("%-5s ", what);
	vprintf(format, more);
	putchar('\n');
}

__attribute__((format(printf, 1, 2))) static void ok(const char *format, ...)
{
	va_list more;
	va_start(more, format);
	say("ok", format, more);
	va_end(more);
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	va_list more;
	va_start(more, format);
	say("note", format, more);
	va_end(more);
}

__attribute__((format(printf, 2, 3))) static void no(struct check *check, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	say("no", format, more);
	va_end(more);
	check->wrong++;
}

/* ---- asking ---- */

/* Never NULL, or an end with a sentence: a Redis that stops answering in the middle is not one that can be judged. The caller frees it. */
static redisReply *answered(struct check *check, redisReply *reply)
{
	if (reply)
		return reply;
	no(check, "%s stopped answering: %s", check->address, check->redis->errstr);
	exit(1);
}

__attribute__((format(printf, 2, 3))) static redisReply *ask(struct check *check, const char *format, ...)
{
	va_list words;
	va_start(words, format);
	redisReply *reply = redisvCommand(check->redis, format, words);
	va_end(words);
	return answered(check, reply);
}

/* A setting. false: it may not be read, or this Redis has none of that name. */
static bool setting(struct check *check, const char *name, char value[LINE])
{
	redisReply *reply = ask(check, "CONFIG GET %s", name);
	bool known = reply->type == REDIS_REPLY_ARRAY && reply->elements == 2;
	snprintf(value, LINE, "%s", known ? reply->element[1]->str : "");
	freeReplyObject(reply);
	return known;
}

static bool setting_is(struct check *check, const char *name, const char *wanted)
{
	char value[LINE];
	return setting(check, name, value) && strcasecmp(value, wanted) == 0;
}

/* A line of INFO; empty: there is none. */
static const char *info(const struct check *check, const char *name, char value[LINE])
{
	char wanted[64];
	snprintf(wanted, sizeof wanted, "\n%.60s:", name);
	const char *at = check->info->type == REDIS_REPLY_STRING ? strstr(check->info->str, wanted) : NULL;
	at = at ? at + strlen(wanted) : "";
	snprintf(value, LINE, "%.*s", (int)strcspn(at, "\r\n"), at);
	return value;
}

static long long info_number(const struct check *check, const char *name)
{
	char value[LINE];
	return strtoll(info(check, name, value), NULL, 10);
}

/* ---- reaching it ---- */

static bool read_password(struct check *check)
{
	if (check->password_file == NULL)
		return true;
	bool piped = strcmp(check->password_file, "-") == 0;
	FILE *file = piped ? stdin : fopen(check->password_file, "re");
	if (file == NULL || fgets(check->password, sizeof check->password, file) == NULL) {
		fprintf(stderr, "bollplank redis-check: no password in %s%s%s\n", check->password_file, file ? "" : ": ", file ? "" : strerror(errno));
		if (file && !piped)
			fclose(file);
		return false;
	}
	if (!piped)
		fclose(file);
	check->password[strcspn(check->password, "\r\n")] = '\0';
	return true;
}

/* false: said on standard output. */
static bool reach(struct check *check)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	char host[256];
	const char *colon = strrchr(check->address, ':');
	if (strncmp(check->address, "unix:", 5) == 0) {
		check->redis = redisConnectUnixWithTimeout(check->address + 5, patience);
	} else {
		const char *from = check->address;
		size_t len = (size_t)(colon - from);
		if (*from == '[' && len > 2 && colon[-1] == ']') {
			from++;
			len -= 2;
		}
		snprintf(host, sizeof host, "%.*s", (int)len, from);
		check->redis = redisConnectWithTimeout(host, (int)strtol(colon + 1, NULL, 10), patience);
	}
	CHECK(check->redis != NULL);
	if (check->redis->err) {
		no(check, "%s is not reached: %s", check->address, check->redis->errstr);
		return false;
	}
	redisSetTimeout(check->redis, patience);
	redisReply *reply = check->user ? redisCommand(check->redis, "AUTH %s %s", check->user, check->password) :
		check->password[0] ? redisCommand(check->redis, "AUTH %s", check->password) : redisCommand(check->redis, "PING");
	explicit_bzero(check->password, sizeof check->password);
	if (reply == NULL) {
		no(check, "%s does not answer as Redis does: %s", check->address, check->redis->errstr);
		return false;
	}
	bool in = reply->type != REDIS_REPLY_ERROR;
	if (!in)
		no(check, "%s does not let us in: %s%s", check->address, reply->str, strncmp(reply->str, "NOAUTH", 6) == 0 ? " (give --user and --password)" : "");
	freeReplyObject(reply);
	return in;
}

/* ---- the checks ---- */

/* May we see what is to be judged? false: nothing else can be said. */
static bool check_rights(struct check *check)
{
	static const char *const needed[] = { "INFO server", "CONFIG GET appendfsync", "ACL LIST", "FUNCTION LIST LIBRARYNAME none" };
	unsigned before = check->wrong;
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
		redisReply *reply = answered(check, redisCommand(check->redis, needed[i]));
		if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "NOPERM", 6) == 0)
			no(check, "this user may not ask %s: give an administrator with --user and --password", needed[i]);
		freeReplyObject(reply);
	}
	return check->wrong == before;
}

static bool check_version(struct check *check)
{
	char value[LINE], role[LINE];
	long long version = strtoll(info(check, "redis_version", value), NULL, 10);
	if (version < 7)
		no(check, "Redis is %s: 7.0 or newer is needed, for its functions", *value ? value : "of an unknown version");
	else
		ok("Redis is %s", value);
	if (info_number(check, "cluster_enabled"))
		no(check, "it is a Redis Cluster, which is not supported: give the daemons several independent primaries, each with --redis");
	if (strcmp(info(check, "role", role), "master") != 0)
		no(check, "it is a replica: the daemons need the address of the primary");
	else
		ok("it is a primary of its own");
	return version >= 7;
}

static void check_memory(struct check *check)
{
	char policy[LINE];
	long long most = info_number(check, "maxmemory"), used = info_number(check, "used_memory");
	info(check, "maxmemory_policy", policy);
	if (strcmp(policy, "noeviction") != 0 && most > 0)
		no(check, "maxmemory-policy is %s: when memory is short Redis throws sessions away. Set: maxmemory-policy noeviction", policy);
	else if (strcmp(policy, "noeviction") != 0)
		note("maxmemory-policy is %s, which would throw sessions away as soon as maxmemory is set. Better set: maxmemory-policy noeviction", policy);
	else
		ok("what is stored is never thrown away (maxmemory-policy noeviction)");
	if (most == 0)
		note("maxmemory is not set: when the machine's memory is full the kernel ends Redis, instead of Redis refusing what is new");
	else if (used > most / 10 * 8)
		no(check, "%lld of %lld MB are in use: raise maxmemory, or erase old sessions", used >> 20, most >> 20);
	else
		ok("%lld of %lld MB are in use", used >> 20, most >> 20);
}

static void check_log(struct check *check)
{
	char value[LINE];
	bool on = info_number(check, "aof_enabled") == 1, always = setting_is(check, "appendfsync", "always");
	if (check->level == MEMORY) {
		ok(on ? "it writes a log, which --redis-durability memory does not ask for" : "it writes no log: a power cut of everything loses all, as --redis-durability memory says");
	} else if (!on) {
		no(check, "it writes no log: a power cut loses everything. Set: appendonly yes, appendfsync always; or give the daemons --redis-durability memory");
	} else if (!always) {
		setting(check, "appendfsync", value);
		no(check, "appendfsync is %s: a power cut loses what people saw as saved. Set: appendfsync always", value);
	} else {
		ok("each answer waits until it is on the disk (appendonly yes, appendfsync always)");
	}
	if (!on)
		return;
	if (check->level != MEMORY && setting_is(check, "no-appendfsync-on-rewrite", "yes"))
		no(check, "while it rewrites its log Redis does not wait for the disk. Set: no-appendfsync-on-rewrite no");
	if (strcmp(info(check, "aof_last_write_status", value), "ok") != 0)
		no(check, "the last write to its log failed (aof_last_write_status:%s): is the disk full?", value);
	if (strcmp(info(check, "aof_last_bgrewrite_status", value), "ok") != 0)
		note("the last rewrite of its log failed: what was struck or erased stays in the file until one succeeds. Is there room on the disk, and in memory?");
	if (setting_is(check, "auto-aof-rewrite-percentage", "0"))
		note("its log is never rewritten by itself: what was struck or erased stays in the file. Better set: auto-aof-rewrite-percentage 100");
	if (setting_is(check, "aof-load-truncated", "no"))
		note("after a power cut in the middle of an entry it will not start by itself. Better set: aof-load-truncated yes");
	if (!setting_is(check, "aof-use-rdb-preamble", "yes"))
		note("a long log takes long to load. Better set: aof-use-rdb-preamble yes");
	if (setting(check, "save", value) && *value)
		note("it makes snapshots of everything besides the log (save %s): a second place where struck ballots stay for a while. Better set: save \"\"", value);
}

static void check_replicas(struct check *check)
{
	char value[LINE];
	if (check->level != REPLICATED)
		return;
	long long replicas = info_number(check, "connected_slaves"), online = 0;
	for (long long i = 0; i < replicas && i < 16; i++) {
		snprintf(value, sizeof value, "slave%lld", i);
		char name[LINE];
		snprintf(name, sizeof name, "%s", value);
		online += strstr(info(check, name, value), "state=online") != NULL;
	}
	if (online == 0)
		no(check, "no replica follows it, so nothing can be said to be saved. Set up a replica, on another machine, with: replicaof HOST PORT");
	else
		ok("%lld replica%s it", online, online == 1 ? " follows" : "s follow");
	if (!setting(check, "min-replicas-to-write", value) || strtoll(value, NULL, 10) < 1)
		no(check, "after a split it would go on alone. Set: min-replicas-to-write 1");
	else
		ok("without a replica it takes nothing (min-replicas-to-write %s)", value);
	if (setting(check, "min-replicas-max-lag", value) && strtoll(value, NULL, 10) > 10)
		note("only after %s s it notices that a replica is gone. Better set: min-replicas-max-lag 5", value);
}

/* May anybody come in without a password? */
static void check_doors(struct check *check)
{
	char port[LINE], bind[LINE], perm[LINE];
	bool open = false;
	redisReply *all = ask(check, "ACL LIST");
	for (size_t i = 0; i < all->elements; i++) {
		const char *line = all->element[i]->str;
		open |= strncmp(line, "user default on ", 16) == 0 && strstr(line, " nopass ") != NULL && strstr(line, " -@all") != line + strlen(line) - 6;
	}
	freeReplyObject(all);
	setting(check, "port", port);
	setting(check, "bind", bind);
	setting(check, "unixsocketperm", perm);
	bool listens = strtol(port, NULL, 10) != 0, guarded = setting_is(check, "protected-mode", "yes"), here = *bind != '\0';
	char words[LINE], *rest;
	snprintf(words, sizeof words, "%s", bind);
	for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		here &= strncmp(word, "127.", 4) == 0 || strcmp(word, "-::1") == 0 || strcmp(word, "::1") == 0 || strcmp(word, "localhost") == 0;
	if (!open)
		ok("nobody comes in without a name and a password");
	else if (listens && !here && !guarded)
		no(check, "anybody who reaches port %s may do anything. Set: port 0 and unixsocket, or bind 127.0.0.1; and user default off in an ACL", port);
	else if (listens)
		note("everybody on this machine may do anything, through port %s. Better set: port 0, or user default off in an ACL (docker/bollplank.acl)", port);
	else if (strtol(perm, NULL, 8) & 07)
		note("everybody on this machine may do anything, through the socket. Better set: unixsocketperm 770, or user default off in an ACL");
	else
		ok("only who may use its socket comes in (port 0, unixsocketperm %s)", strcmp(perm, "0") == 0 ? "as the umask says" : perm);
	if (setting_is(check, "enable-debug-command", "yes"))
		note("DEBUG is allowed to who may do everything. Better set: enable-debug-command no");
}

/* ---- what the daemons' user may do ---- */

/* Examples of the commands that daemon/redis/README.md names, and of those that the functions call: Redis asks about these too. */
static const char *const commands[] = {
	"PING", "INFO", "WAIT 1 100", "FCALL bp1_append 3 bp:{0}:m bp:{0}:l bp:bell 0 1 x", "LRANGE bp:{0}:l 0 1", "HMGET bp:{0}:s seq", "GET bp:code:0",
	"SMEMBERS bp:sessions", "XREVRANGE bp:bell + - COUNT 1", "XREAD COUNT 1 BLOCK 1 STREAMS bp:bell 0-0",
};

static const struct {
	const char *name, *example;
} inner[] = {
	{ "DEL", "DEL bp:{0}:l" }, { "EXISTS", "EXISTS bp:{0}:l" }, { "GET", "GET bp:code:0" }, { "HDEL", "HDEL bp:instances 0" },
	{ "HEXISTS", "HEXISTS bp:{0}:m erased" }, { "HGET", "HGET bp:{0}:m code" }, { "HGETALL", "HGETALL bp:instances" }, { "HKEYS", "HKEYS bp:{0}:p" },
	{ "HLEN", "HLEN bp:{0}:p" }, { "HMGET", "HMGET bp:{0}:m term seq" }, { "HSET", "HSET bp:{0}:m seq 1" }, { "HVALS", "HVALS bp:{0}:p" }, { "INFO", "INFO replication" },
	{ "LINDEX", "LINDEX bp:{0}:l 0" }, { "LLEN", "LLEN bp:{0}:l" }, { "LRANGE", "LRANGE bp:{0}:l 0 1" }, { "LSET", "LSET bp:{0}:l 0 x" },
	{ "RPUSH", "RPUSH bp:{0}:l x" }, { "SADD", "SADD bp:sessions 0" }, { "SCARD", "SCARD bp:sessions" }, { "SET", "SET bp:code:0 0" },
	{ "SISMEMBER", "SISMEMBER bp:sessions 0" }, { "SREM", "SREM bp:sessions 0" }, { "TIME", "TIME" }, { "XADD", "XADD bp:bell * s 0" },
};

/* What a user of a journal never needs. */
static const struct {
	const char *example, *called;
} foreign[] = {
	{ "FLUSHALL", "FLUSHALL" }, { "CONFIG GET *", "CONFIG GET" }, { "CONFIG SET save x", "CONFIG SET" }, { "KEYS *", "KEYS" }, { "EVAL return 0", "EVAL" },
	{ "MONITOR", "MONITOR" }, { "REPLICAOF NO ONE", "REPLICAOF" }, { "SHUTDOWN", "SHUTDOWN" }, { "FUNCTION DELETE x", "FUNCTION DELETE" },
	{ "SET other x", "keys that do not begin with bp:" },
};

/* NULL: yes. Else what Redis says; the caller frees it. */
static redisReply *may_not(struct check *check, const char *command)
{
	const char *argv[WORDS_MOST] = { "ACL", "DRYRUN", check->daemon_user };
	size_t count = 3;
	char words[LINE], *rest;
	snprintf(words, sizeof words, "%s", command);
	if (strncmp(command, "EVAL ", 5) == 0) {
		argv[count++] = "EVAL";
		argv[count++] = command + 5;
		argv[count++] = "0";
	} else {
		for (char *word = strtok_r(words, " ", &rest); word && count < WORDS_MOST; word = strtok_r(NULL, " ", &rest))
			argv[count++] = word;
	}
	redisReply *reply = answered(check, redisCommandArgv(check->redis, (int)count, argv, NULL));
	if (reply->type == REDIS_REPLY_STATUS && strcmp(reply->str, "OK") == 0) {
		freeReplyObject(reply);
		return NULL;
	}
	return reply;
}

/* What a user lacks, as words of an ACL. */
struct lack {
	bool keys;
	char commands[LINE];
};

static void may(struct check *check, const char *command, struct lack *lack)
{
	static const char of_keys[] = "' key";
	char word[64];
	redisReply *why = may_not(check, command);
	if (why == NULL)
		return;
	size_t len = strlen(why->str), used = strlen(lack->commands);
	snprintf(word, sizeof word, "+%.*s ", (int)strcspn(command, " "), command); /* with the space behind it, so that +hget is not taken for +hgetall */
	for (char *at = word; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	if (len > sizeof of_keys - 1 && strcmp(why->str + len - (sizeof of_keys - 1), of_keys) == 0)
		lack->keys = true;
	else if (strstr(lack->commands, word) == NULL)
		snprintf(lack->commands + used, sizeof lack->commands - used, "%s", word);
	freeReplyObject(why);
}

/* Of the library as it is in this program: each redis.call('NAME'. */
static void check_inner(struct check *check, struct lack *lack)
{
	static const char call[] = "redis.call('";
	for (const char *at = strstr(redis_library, call); at; at = strstr(at, call)) {
		at += sizeof call - 1;
		size_t len = strcspn(at, "'"), i = 0;
		while (i < sizeof inner / sizeof inner[0] && (strlen(inner[i].name) != len || strncmp(inner[i].name, at, len) != 0))
			i++;
		if (i == sizeof inner / sizeof inner[0]) {
			no(check, "this program does not know how to ask about %.*s, which its functions call", (int)len, at);
			continue;
		}
		may(check, inner[i].example, lack);
	}
}

static bool user_exists(struct check *check, const char *name, bool *free_entry)
{
	redisReply *reply = ask(check, "ACL GETUSER %s", name);
	bool exists = reply->type == REDIS_REPLY_ARRAY;
	for (size_t i = 0; exists && i + 1 < reply->elements; i += 2)
		for (size_t k = 0; strcmp(reply->element[i]->str, "flags") == 0 && k < reply->element[i + 1]->elements; k++) {
			*free_entry |= strcmp(reply->element[i + 1]->element[k]->str, "nopass") == 0;
			exists &= strcmp(reply->element[i + 1]->element[k]->str, "off") != 0;
		}
	freeReplyObject(reply);
	return exists;
}

static void check_daemon_user(struct check *check)
{
	char more[LINE] = "";
	struct lack lack = { 0 };
	bool free_entry = false;
	if (check->daemon_user == NULL) {
		snprintf(check->default_name, sizeof check->default_name, "%s", user_exists(check, "bollplank", &free_entry) ? "bollplank" : "default");
		check->daemon_user = check->default_name;
	}
	free_entry = false;
	if (!user_exists(check, check->daemon_user, &free_entry)) {
		no(check, "there is no user %s, or it is off: the daemons cannot come in (docker/bollplank.acl has a line for it)", check->daemon_user);
		return;
	}
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		may(check, commands[i], &lack);
	check_inner(check, &lack);
	lack.commands[strlen(lack.commands) - (lack.commands[0] != '\0')] = '\0'; /* the last space */
	if (lack.keys || lack.commands[0])
		no(check, "the user %s may not do all that the daemons need. Give it: %s%s", check->daemon_user, lack.keys ? "~bp:* " : "", lack.commands);
	else
		ok("the user %s may do all that the daemons need", check->daemon_user);
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
		redisReply *why = may_not(check, foreign[i].example);
		size_t used = strlen(more);
		if (why == NULL)
			snprintf(more + used, sizeof more - used, "%s%s", used ? ", " : "", foreign[i].called);
		freeReplyObject(why);
	}
	if (*more)
		note("the user %s may do more than the daemons need (%s): who breaks into a daemon may do it too. Better use docker/bollplank.acl", check->daemon_user, more);
	if (free_entry && strcmp(check->daemon_user, "default") != 0)
		note("the user %s needs no password", check->daemon_user);
}

static void check_library(struct check *check)
{
	redisReply *reply = ask(check, "FUNCTION LIST LIBRARYNAME bollplank1 WITHCODE");
	redisReply *why = may_not(check, "FUNCTION LOAD REPLACE x");
	const redisReply *library = reply->type == REDIS_REPLY_ARRAY && reply->elements ? reply->element[0] : NULL;
	const char *code = NULL;
	size_t len = 0;
	for (size_t i = 0; library && i + 1 < library->elements; i += 2)
		if (strcmp(library->element[i]->str, "library_code") == 0) {
			code = library->element[i + 1]->str;
			len = library->element[i + 1]->len;
		}
	if (code && len == redis_library_len && memcmp(code, redis_library, len) == 0)
		ok("the library bollplank1 is loaded, and it is this program's");
	else if (code)
		note("a library bollplank1 is loaded, and it is another than this program's: daemons load theirs over an older edition, and leave a newer one. To "
		     "load this one by hand: redis-cli -x FUNCTION LOAD REPLACE < daemon/redis/bollplank1.lua");
	else if (why == NULL)
		ok("the library bollplank1 is not loaded yet: the daemons do it");
	else
		no(check, "the library bollplank1 is not loaded, and the user %s may not do it. Do: redis-cli -x FUNCTION LOAD < daemon/redis/bollplank1.lua; or give it "
			  "+function|load", check->daemon_user);
	if (code && why)
		note("the user %s may not load the library: when Redis comes back empty, it must be loaded again by hand", check->daemon_user);
	freeReplyObject(reply);
	freeReplyObject(why);
}

/* ---- the command ---- */

static bool address_fits(const char *address)
{
	const char *colon = strrchr(address, ':');
	if (strncmp(address, "unix:", 5) == 0)
		return address[5] == '/';
	if (colon == NULL || colon == address || strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return false;
	long port = strtol(colon + 1, NULL, 10);
	return port > 0 && port < 65536;
}

static int judge(struct check *check)
{
	static const char *const levels[] = { "memory", "aof", "replicated" };
	if (!reach(check))
		return 1;
	if (!check_rights(check))
		return 1;
	check->info = ask(check, "INFO everything");
	if (check_version(check)) { /* what an older one would say about the rest is of no use */
		check_memory(check);
		check_log(check);
		check_replicas(check);
		check_doors(check);
		check_daemon_user(check);
		check_library(check);
	}
	if (check->wrong == 0)
		printf("\nThis Redis can keep the journal (--redis-durability %s).\n", levels[check->level]);
	else
		printf("\nThis Redis cannot keep the journal yet (--redis-durability %s): %u thing%s must be changed.\n", levels[check->level], check->wrong,
		       check->wrong == 1 ? "" : "s");
	return check->wrong != 0;
}

int redis_check_main(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { "user", required_argument, NULL, 'u' },
		{ "password", required_argument, NULL, 'p' }, { "durability", required_argument, NULL, 'd' }, { "daemon-user", required_argument, NULL, 'D' },
		{ NULL, 0, NULL, 0 } };
	struct check check = { .level = AOF };
	int option;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			fputs(help, stdout);
			return 0;
		case 'u':
			check.user = optarg;
			break;
		case 'p':
			check.password_file = optarg;
			break;
		case 'D':
			check.daemon_user = optarg;
			break;
		case 'd':
			if (strcmp(optarg, "memory") != 0 && strcmp(optarg, "aof") != 0 && strcmp(optarg, "replicated") != 0)
				return usage_wrong("redis-check", "--durability takes memory, aof or replicated, not '%s'", optarg);
			check.level = *optarg == 'm' ? MEMORY : *optarg == 'a' ? AOF : REPLICATED;
			break;
		default:
			return usage_option("redis-check", argc, argv);
		}
	}
	if (optind + 1 != argc)
		return usage_wrong("redis-check", "give the address of one Redis");
	check.address = argv[optind];
	if (!address_fits(check.address))
		return usage_wrong("redis-check", "an address is unix:/PATH, HOST:PORT or [IPV6]:PORT, not '%s'", check.address);
	if (!read_password(&check))
		return 1;
	int status = judge(&check);
	freeReplyObject(check.info);
	if (check.redis)
		redisFree(check.redis);
	return status;
}
