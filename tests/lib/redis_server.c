/* SPDX-License-Identifier: EUPL-1.2 */
#include "lib/redis_server.h"
#include "base/check.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATH = 160, START_MS = 10 * 1000, PATIENCE_MS = 2000, WORDS = 64 };

/* The test's own user where there are users. */
static const char admin[] = "user test-admin on >test-admin ~* &* +@all\n";

struct redis_server {
	struct redis_server *next;
	struct redis_server_options options;
	char folder[64], socket[PATH], acl[PATH];
	unsigned port;
	pid_t pid; /* 0: it does not run */
};

static struct redis_server *servers; /* all there are: a test that has failed leaves some behind */

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 5 * 1000 * 1000 }, NULL);
}

bool redis_server_installed(const char **why_not)
{
	const char *path = getenv("PATH");
	char file[512];
	*why_not = "redis-server is not installed: apt install redis-server";
	for (const char *at = path ? path : ""; *at;) {
		size_t len = strcspn(at, ":");
		snprintf(file, sizeof file, "%.*s/redis-server", (int)len, at);
		if (access(file, X_OK) == 0)
			return true;
		at += len + (at[len] == ':');
	}
	return false;
}

/* --- its files ------------------------------------------------------------------------------------------------ */

/* Each file of a folder, and of those in it. */
static void each_file(const char *folder, void (*fn)(const char *path, bool is_folder, void *ctx), void *ctx)
{
	DIR *dir = opendir(folder);
	if (dir == NULL)
		return;
	for (struct dirent *it = readdir(dir); it; it = readdir(dir)) {
		char path[PATH * 2];
		struct stat is;
		if (strcmp(it->d_name, ".") == 0 || strcmp(it->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, it->d_name);
		if (lstat(path, &is) != 0)
			continue;
		if (S_ISDIR(is.st_mode))
			each_file(path, fn, ctx);
		fn(path, S_ISDIR(is.st_mode), ctx);
	}
	closedir(dir);
}

static void remove_it(const char *path, bool is_folder, void *ctx)
{
	(void)ctx;
	CHECK((is_folder ? rmdir(path) : unlink(path)) == 0);
}

static void remove_folder(const char *folder)
{
	each_file(folder, remove_it, NULL);
	rmdir(folder);
}

static void copy_file(const char *from, const char *to)
{
	char bytes[65536];
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	CHECK(in != NULL && out != NULL);
	for (size_t len; (len = fread(bytes, 1, sizeof bytes, in)) > 0;)
		CHECK(fwrite(bytes, 1, len, out) == len);
	fclose(in);
	CHECK(fclose(out) == 0);
}

/* Redis 7 keeps its AOF in one flat folder. */
static void copy_folder(const char *from, const char *to)
{
	DIR *dir = opendir(from);
	remove_folder(to);
	CHECK(mkdir(to, 0700) == 0);
	if (dir == NULL)
		return;
	for (struct dirent *it = readdir(dir); it; it = readdir(dir)) {
		char source[PATH * 2], target[PATH * 2];
		if (it->d_name[0] == '.')
			continue;
		snprintf(source, sizeof source, "%s/%s", from, it->d_name);
		snprintf(target, sizeof target, "%s/%s", to, it->d_name);
		copy_file(source, target);
	}
	closedir(dir);
}

static void names(const struct redis_server *server, char data[PATH], char aside[PATH])
{
	snprintf(data, PATH, "%s/appendonlydir", server->folder);
	snprintf(aside, PATH, "%s/aside", server->folder);
}

void redis_server_forget(struct redis_server *server)
{
	char data[PATH], aside[PATH];
	CHECK(server->pid == 0);
	names(server, data, aside);
	remove_folder(data);
	snprintf(data, sizeof data, "%s/dump.rdb", server->folder);
	unlink(data);
}

void redis_server_put_aside(struct redis_server *server)
{
	char data[PATH], aside[PATH];
	names(server, data, aside);
	copy_folder(data, aside);
}

void redis_server_put_back(struct redis_server *server, const struct redis_server *whose)
{
	char data[PATH], aside[PATH], unused[PATH];
	CHECK(server->pid == 0);
	names(server, data, unused);
	names(whose, unused, aside);
	copy_folder(aside, data);
}

struct search {
	const void *bytes;
	size_t len;
	bool found;
};

static void search_it(const char *path, bool is_folder, void *ctx)
{
	struct search *search = ctx;
	FILE *file = is_folder || strstr(path, "/aside/") ? NULL : fopen(path, "rb");
	if (file == NULL)
		return;
	fseek(file, 0, SEEK_END);
	size_t len = (size_t)ftell(file);
	rewind(file);
	char *bytes = check_alloc(1, len + 1);
	len = fread(bytes, 1, len, file);
	search->found |= memmem(bytes, len, search->bytes, search->len) != NULL;
	free(bytes);
	fclose(file);
}

bool redis_server_files_hold(const struct redis_server *server, const void *bytes, size_t len)
{
	struct search search = { bytes, len, false };
	each_file(server->folder, search_it, &search);
	return search.found;
}

/* --- its process ---------------------------------------------------------------------------------------------- */

static unsigned free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
	close(fd);
	return ntohs(address.sin_port);
}

static void tell_log(const struct redis_server *server)
{
	char path[PATH], line[512];
	snprintf(path, sizeof path, "%s/log", server->folder);
	FILE *log = fopen(path, "r");
	while (log && fgets(line, sizeof line, log))
		fprintf(stderr, "redis-server: %s", line);
	if (log)
		fclose(log);
}

void redis_server_start(struct redis_server *server)
{
	char port[16], bus[16], log[PATH];
	const char *words[WORDS];
	size_t n = 0;
	CHECK(server->pid == 0);
	snprintf(port, sizeof port, "%u", server->port);
	snprintf(log, sizeof log, "%s/log", server->folder);
	const char *always[] = { "redis-server", "--port", port, "--bind", "127.0.0.1", "--unixsocket", server->socket, "--unixsocketperm", "700",
		"--dir", server->folder, "--save", "", "--daemonize", "no", "--logfile", log, "--appendfsync", "always",
		"--repl-diskless-sync-delay", "0", "--appendonly", server->options.no_aof ? "no" : "yes" };
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		words[n++] = always[i];
	if (server->options.acl) {
		words[n++] = "--aclfile";
		words[n++] = server->acl;
	}
	if (server->options.cluster) {
		const char *cluster[] = { "--cluster-enabled", "yes", "--cluster-port", bus };
		snprintf(bus, sizeof bus, "%u", free_port()); /* its own would be 10000, for all who have no port */
		for (size_t i = 0; i < sizeof cluster / sizeof *cluster; i++)
			words[n++] = cluster[i];
	}
	for (size_t i = 0; i < REDIS_SERVER_ARGUMENTS && server->options.more[i]; i++)
		words[n++] = server->options.more[i];
	words[n] = NULL;
	unlink(server->socket);
	pid_t parent = getpid(), pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
		unsetenv("LD_PRELOAD");
		int null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		execvp(words[0], (char *const *)(uintptr_t)words);
		_exit(127);
	}
	server->pid = pid;
	struct timespec from, now;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (;;) {
		redisReply *reply = redis_server_ask(server, "PING");
		bool up = reply && reply->type == REDIS_REPLY_STATUS;
		freeReplyObject(reply);
		if (up)
			return;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (!redis_server_runs(server) || (now.tv_sec - from.tv_sec) * 1000 > START_MS) {
			tell_log(server);
			fprintf(stderr, "redis-server does not start in %s\n", server->folder);
			abort();
		}
		nap();
	}
}

bool redis_server_runs(struct redis_server *server)
{
	if (server->pid && waitpid(server->pid, NULL, WNOHANG) == server->pid)
		server->pid = 0;
	return server->pid != 0;
}

void redis_server_kill(struct redis_server *server)
{
	if (server->pid == 0)
		return;
	kill(server->pid, SIGKILL);
	CHECK(waitpid(server->pid, NULL, 0) == server->pid);
	server->pid = 0;
}

void redis_server_hang(struct redis_server *server)
{
	CHECK(server->pid != 0 && kill(server->pid, SIGSTOP) == 0);
}

void redis_server_go_on(struct redis_server *server)
{
	CHECK(server->pid != 0 && kill(server->pid, SIGCONT) == 0);
}

/* Redis reads no comments in such a file. */
static void write_users(const struct redis_server *server)
{
	char line[2048];
	FILE *in = fopen(server->options.acl, "r"), *out = fopen(server->acl, "w");
	CHECK(in != NULL && out != NULL);
	while (fgets(line, sizeof line, in)) {
		char *at;
		if (line[0] == '#')
			continue;
		while ((at = strstr(line, " #")) != NULL && at[2] >= 'A' && at[2] <= 'Z') {
			size_t len = strcspn(at + 2, " \n");
			fprintf(out, "%.*s >test-", (int)(at - line), line);
			for (size_t i = 0; i < len; i++)
				fputc(at[2 + i] | 0x20, out);
			memmove(line, at + 2 + len, strlen(at + 2 + len) + 1);
		}
		fputs(line, out);
	}
	fclose(in);
	CHECK(fputs(admin, out) >= 0 && fclose(out) == 0);
}

static void clear_away(void)
{
	for (struct redis_server *server = servers; server; server = server->next) {
		redis_server_kill(server);
		remove_folder(server->folder);
	}
}

struct redis_server *redis_server_create(const struct redis_server_options *options)
{
	static bool registered;
	struct redis_server *server = check_alloc(1, sizeof *server);
	if (!registered)
		registered = atexit(clear_away) == 0;
	server->next = servers;
	servers = server;
	if (options)
		server->options = *options;
	snprintf(server->folder, sizeof server->folder, "%s/bollplank-redis-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	CHECK(mkdtemp(server->folder) != NULL);
	snprintf(server->socket, sizeof server->socket, "%s/redis.sock", server->folder);
	if (server->options.listens)
		server->port = free_port();
	if (server->options.acl) {
		snprintf(server->acl, sizeof server->acl, "%s/users.acl", server->folder);
		write_users(server);
	}
	redis_server_start(server);
	return server;
}

void redis_server_destroy(struct redis_server *server)
{
	struct redis_server **at = &servers;
	if (server == NULL)
		return;
	while (*at != server)
		at = &(*at)->next;
	*at = server->next;
	redis_server_kill(server);
	remove_folder(server->folder);
	free(server);
}

const char *redis_server_socket(const struct redis_server *server)
{
	return server->socket;
}

const char *redis_server_folder(const struct redis_server *server)
{
	return server->folder;
}

unsigned redis_server_port(const struct redis_server *server)
{
	return server->port;
}

/* --- asking --------------------------------------------------------------------------------------------------- */

/* NULL: no answer. A connection for each: the server may have been killed in between. */
static redisReply *ask(struct redis_server *server, const char *format, va_list words)
{
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
	redisReply *reply = NULL;
	redisContext *context = redisConnectUnixWithTimeout(server->socket, patience);
	CHECK(context != NULL);
	if (context->err == 0 && redisSetTimeout(context, patience) == REDIS_OK) {
		if (server->options.acl)
			freeReplyObject(redisCommand(context, "AUTH test-admin test-admin"));
		if (context->err == 0)
			reply = redisvCommand(context, format, words);
	}
	redisFree(context);
	return reply;
}

redisReply *redis_server_ask(struct redis_server *server, const char *format, ...)
{
	va_list words;
	va_start(words, format);
	redisReply *reply = ask(server, format, words);
	va_end(words);
	return reply;
}

long long redis_server_do(struct redis_server *server, const char *format, ...)
{
	va_list words;
	va_start(words, format);
	redisReply *reply = ask(server, format, words);
	va_end(words);
	if (reply == NULL || reply->type == REDIS_REPLY_ERROR) {
		fprintf(stderr, "redis-server, asked \"%s\": %s\n", format, reply ? reply->str : "no answer");
		abort();
	}
	long long number = reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
	freeReplyObject(reply);
	return number;
}

long long redis_server_info(struct redis_server *server, const char *field)
{
	char wanted[64];
	long long value = -1;
	redisReply *reply = redis_server_ask(server, "INFO");
	snprintf(wanted, sizeof wanted, "\n%s:", field);
	const char *at = reply && reply->type == REDIS_REPLY_STRING ? strstr(reply->str, wanted) : NULL;
	if (at)
		value = strtoll(at + strlen(wanted), NULL, 10);
	freeReplyObject(reply);
	return value;
}
