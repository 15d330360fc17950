/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/options.h"
#include "shell/listener.h"
#include "shell/redis_address.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { WRONG = 2, HELP_COLUMN = 32 };

/* NULL, or what was expected instead. */
typedef const char *(*set_fn)(struct options *options, const char *value);

static const char *set_listen(struct options *options, const char *value)
{
	struct sockaddr_storage at[2];
	if (listener_resolve(value, at) == 0)
		return LISTENER_EXPECTED;
	if (options->listen_count == OPTIONS_MANY / 2)
		return "at most eight addresses";
	options->listen[options->listen_count++] = value;
	return NULL;
}

static const char *set_journal(struct options *options, const char *value)
{
	if (*value == '\0')
		return "the path of a file";
	options->journal = value;
	return NULL;
}

static const char *set_state(struct options *options, const char *value)
{
	size_t len = strcspn(value, ":"); /* systemd's STATE_DIRECTORY may hold several: the first is ours */
	size_t left = sizeof options->room - options->used;
	if (len == 0 || len + sizeof "/bollplank.journal" > left)
		return "the path of a folder";
	options->journal = options->room + options->used;
	options->used += (size_t)snprintf(options->room + options->used, left, "%.*s/bollplank.journal", (int)len, value) + 1;
	return NULL;
}

static const char *set_memory(struct options *options, const char *value)
{
	(void)value;
	options->memory = true;
	return NULL;
}

static const char *set_redis(struct options *options, const char *value)
{
	struct redis_address address;
	if (!redis_address_parse(value, &address))
		return REDIS_ADDRESS_EXPECTED;
	if (options->redis_count == OPTIONS_PRIMARIES)
		return "at most eight primaries";
	for (size_t i = 0; i < options->redis_count; i++)
		if (strcmp(options->redis[i], value) == 0)
			return "each primary once";
	options->redis[options->redis_count++] = value;
	return NULL;
}

static const char *set_redis_user(struct options *options, const char *value)
{
	if (*value == '\0')
		return "a name";
	options->redis_user = value;
	return NULL;
}

static const char *set_redis_password(struct options *options, const char *value)
{
	if (*value == '\0')
		return "the path of a file that holds the password";
	options->redis_password = value;
	return NULL;
}

static const char *set_redis_key(struct options *options, const char *value)
{
	if (*value == '\0')
		return "the path of a file that holds the key";
	options->redis_key = value;
	return NULL;
}

static const char *set_redis_durability(struct options *options, const char *value)
{
	static const char *const names[] = { [REDIS_DURABILITY_MEMORY] = "memory", [REDIS_DURABILITY_AOF] = "aof", [REDIS_DURABILITY_REPLICATED] = "replicated" };
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(value, names[i]) == 0) {
			options->redis_durability = (enum redis_durability)i;
			return NULL;
		}
	return "memory, aof or replicated";
}

static const char *set_redis_plaintext(struct options *options, const char *value)
{
	options->redis_plaintext = true;
	return value == NULL || strcmp(value, "1") == 0 ? NULL : "1";
}

static const char *set_key(struct options *options, const char *value)
{
	if (*value == '\0')
		return "the path of a file that holds the key";
	options->creation_key = value;
	return NULL;
}

static const char *set_origin(struct options *options, const char *value)
{
	const char *host = strstr(value, "://");
	bool web = strncasecmp(value, "https://", 8) == 0 || strncasecmp(value, "http://", 7) == 0;
	if (!web || host[3] == '\0' || strchr(host + 3, '/') || strpbrk(value, " *,"))
		return "https://HOST or https://HOST:PORT, without a path or wildcards";
	if (options->origin_count == OPTIONS_MANY)
		return "at most sixteen origins";
	options->origins[options->origin_count++] = value;
	return NULL;
}

static const char *set_proxy(struct options *options, const char *value)
{
	if (options->proxy_count == OPTIONS_MANY)
		return "at most sixteen proxies";
	if (!address_net_parse(value, &options->proxies[options->proxy_count]))
		return "an address (192.0.2.7), a network (10.0.0.0/8, fd00::/8) or the word loopback";
	options->proxy_count++;
	return NULL;
}

/* One, or several with colons between them; the words are kept in `room`. */
static const char *set_catalog(struct options *options, const char *value)
{
	options->catalog_asked = true;
	for (size_t len; *value; value += len + (value[len] == ':')) {
		char *word = options->room + options->used;
		len = strcspn(value, ":");
		if (len == 0)
			continue;
		if (options->catalog_count == OPTIONS_MANY || len >= sizeof options->room - options->used)
			return "at most sixteen folders";
		memcpy(word, value, len); /* the zero behind it is there already */
		options->used += len + 1;
		options->catalogs[options->catalog_count++] = word;
	}
	return NULL;
}

static const char *set_metrics(struct options *options, const char *value)
{
	(void)value;
	options->metrics_open = true;
	return NULL;
}

static const char *set_level(struct options *options, const char *value)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };
	for (unsigned i = 0; i < 4; i++)
		if (strcmp(value, names[i]) == 0) {
			options->level = (enum trace_level)i;
			return NULL;
		}
	return "error, warning, info or debug";
}

static const char *set_check(struct options *options, const char *value)
{
	(void)value;
	options->check = true;
	return NULL;
}

static const char *set_backup(struct options *options, const char *value)
{
	if (*value == '\0')
		return "the path of a file that does not exist yet, or -";
	options->backup = value;
	return NULL;
}

static const struct row {
	const char *name, *value, *environment;
	set_fn set; /* NULL: --help, --version */
	const char *help;
} rows[] = {
	{ "listen", "ADDRESS:PORT", "BOLLPLANK_LISTEN", set_listen,
	  "where to listen: " LISTENER_EXPECTED ". Can be given several times. Default localhost:7070. "
	  "Not used when systemd passes sockets." },
	{ "journal", "FILE", "BOLLPLANK_JOURNAL", set_journal,
	  "the journal, a SQLite file; made when it does not exist. Default ./bollplank.journal, or in $STATE_DIRECTORY." },
	{ "state", "DIR", "BOLLPLANK_STATE", set_state, "the same as --journal DIR/bollplank.journal." },
	{ "memory", NULL, NULL, set_memory, "keep the journal in memory. For trials: when the daemon ends, everything is gone." },
	{ "redis", "ADDRESS", "BOLLPLANK_REDIS", set_redis,
	  "keep the journal in Redis 7 or newer instead of a file: " REDIS_ADDRESS_EXPECTED ". Several instances with the same addresses share the sessions: "
	  "people may come to any of them. Given several times: so many independent primaries, each with a part of the sessions." },
	{ "redis-user", "NAME", "BOLLPLANK_REDIS_USER", set_redis_user, "who we are for Redis. Default: its default user." },
	{ "redis-password", "FILE", "BOLLPLANK_REDIS_PASSWORD", set_redis_password, "the file that holds the password for Redis." },
	{ "redis-durability", "LEVEL", "BOLLPLANK_REDIS_DURABILITY", set_redis_durability,
	  "what \"saved\" survives. memory: any instance, or Redis while an instance lives; aof: also a power cut of everything (Redis with appendfsync "
	  "always); replicated: also the loss of the Redis machine. Default aof. Redis must be set up for it: bollplank redis-check." },
	{ "redis-key", "FILE", "BOLLPLANK_REDIS_KEY", set_redis_key,
	  "the file that holds the deployment's key (16 to 64 characters, the same for all instances, for ever): with it, who owns Redis can withhold entries, "
	  "but not forge them." },
	{ "redis-allow-plaintext", NULL, "BOLLPLANK_REDIS_ALLOW_PLAINTEXT", set_redis_plaintext,
	  "talk to a Redis on another machine without a tunnel: who listens on the way reads the password and what people say (=1 in the environment)." },
	{ "creation-key", "FILE", "BOLLPLANK_KEY_FILE", set_key,
	  "the file that holds the key for creating sessions (at least 16 characters). Without it nobody can create one." },
	{ "key-file", "FILE", NULL, set_key, "another name for --creation-key." },
	{ "origin", "URL", "BOLLPLANK_ORIGIN", set_origin,
	  "a site whose pages may connect, besides the daemon's own: https://HOST[:PORT]. Can be given several times." },
	{ "trusted-proxy", "ADDRESS", "BOLLPLANK_TRUSTED_PROXY", set_proxy,
	  "a reverse proxy whose X-Forwarded-For is believed: an address, a network (10.0.0.0/8), or loopback. Can be given several "
	  "times. Default: none; then all people behind a proxy count as one address." },
	{ "catalog", "DIR", "BOLLPLANK_CATALOG", set_catalog,
	  "a folder of workshops that are offered (*.yaml; see bollplank check). Can be given several times, or as DIR:DIR; of two workshops with "
	  "the same id the last one counts. Default " BOLLPLANK_CATALOG_FOLDER ", if it is there; '' for none." },
	{ "metrics-open", NULL, NULL, set_metrics, "answer /metrics to everybody. Default: only to this machine, and not through a proxy." },
	{ "log-level", "LEVEL", "BOLLPLANK_LOG_LEVEL", set_level, "error, warning, info or debug. Default info." },
	{ "check", NULL, NULL, set_check, "look at options, key and journal, say what is wrong, and end." },
	{ "backup", "FILE", NULL, set_backup,
	  "copy the journal into FILE (- is standard output), also while a daemon runs on it, and end. All that anybody was told is saved before is in the copy. "
	  "A copy is a journal: give it to --journal. While it is made nothing can be saved, about a second for each 100 MB." },
	{ "version", NULL, NULL, NULL, "say the version, and end." },
	{ "help", NULL, NULL, NULL, "this text." },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static void print_wrapped(const char *text)
{
	int column = HELP_COLUMN;
	for (size_t len; *text; text += len + (text[len] == ' ')) {
		len = strcspn(text, " ");
		if (column + (int)len > 110) {
			printf("\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		}
		column += printf("%s%.*s", column > HELP_COLUMN ? " " : "", (int)len, text);
	}
	putchar('\n');
}

static void help(void)
{
	printf("bollplank-daemon [options]\n\n"
	       "Runs live workshops: serves the pages, takes the votes, keeps the journal. One process is enough for thousands of people.\n\n");
	for (unsigned i = 0; i < ROWS; i++) {
		int n = printf("  --%s%s%s", rows[i].name, rows[i].value ? " " : "", rows[i].value ? rows[i].value : "");
		printf("%*s", n < HELP_COLUMN ? HELP_COLUMN - n : 1, "");
		print_wrapped(rows[i].help);
	}
	printf("\nEnvironment, for what the command line does not say (several values with spaces between them):\n");
	for (unsigned i = 0; i < ROWS; i++)
		if (rows[i].environment)
			printf("  %-28s  --%s\n", rows[i].environment, rows[i].name);
	printf("\nSignals: SIGTERM or SIGINT stops politely (people are told to come back, open work is written); a second one stops at once.\n"
	       "Status at the end: 0 stopped as asked, 1 could not start (also: a Redis that is not fit; one that is away is waited for), 2 wrong option, 3 stopped at once, 74 the journal could not be written.\n"
	       "Nothing that a person saw as saved is lost by any of them.\n\n"
	       "Example: bollplank-daemon --listen localhost:7070 --state /var/lib/bollplank --creation-key /etc/bollplank/key\n");
}

/* value NULL: `expected` is the rest of the sentence. */
static int wrong(const char *what, const char *value, const char *expected)
{
	if (value)
		fprintf(stderr, "bollplank-daemon: %s: expected %s, and not \"%s\".\n", what, expected, value);
	else
		fprintf(stderr, "bollplank-daemon: %s %s.\n", what, expected);
	fprintf(stderr, "See bollplank-daemon --help.\n");
	return WRONG;
}

static int wrong_option(const struct row *row, const char *value, const char *expected)
{
	char name[32];
	snprintf(name, sizeof name, "--%s", row->name);
	return wrong(name, value ? value : "", expected);
}

/* One after the other, of words with spaces between them; they are kept in `room`. */
static int read_words(struct options *options, const struct row *row, const char *words)
{
	while (*(words += strspn(words, " "))) {
		size_t len = strcspn(words, " ");
		char *word = options->room + options->used;
		if (len >= sizeof options->room - options->used)
			return wrong(row->environment, NULL, "is too long");
		memcpy(word, words, len); /* the zero behind it is there already */
		options->used += len + 1;
		const char *expected = row->set(options, word);
		if (expected)
			return wrong(row->environment, word, expected);
		words += len;
	}
	return OPTIONS_GO;
}

/* The environment speaks where the command line was silent. */
static int read_environment(struct options *options, const bool *given)
{
	int status = OPTIONS_GO;
	for (unsigned i = 0; i < ROWS && status == OPTIONS_GO; i++) {
		const char *value = rows[i].environment && !given[i] ? getenv(rows[i].environment) : NULL;
		if (value == NULL || *value == '\0')
			continue;
		if (rows[i].set == set_listen || rows[i].set == set_origin || rows[i].set == set_proxy || rows[i].set == set_redis) {
			status = read_words(options, &rows[i], value);
		} else {
			const char *expected = rows[i].set(options, value);
			if (expected)
				status = wrong(rows[i].environment, value, expected);
		}
	}
	return status;
}

int options_read(struct options *options, int argc, char **argv)
{
	struct option longs[ROWS + 1] = { 0 };
	bool given[ROWS] = { false };
	int at;
	for (unsigned i = 0; i < ROWS; i++)
		longs[i] = (struct option){ rows[i].name, rows[i].value ? required_argument : no_argument, NULL, (int)i + 1000 };
	*options = (struct options){ .level = TRACE_INFO, .redis_durability = REDIS_DURABILITY_AOF };
	opterr = 0;
	while ((at = getopt_long(argc, argv, ":h", longs, NULL)) != -1) {
		if (at == 'h') {
			help();
			return 0;
		}
		if (at == ':')
			return wrong(argv[optind - 1], NULL, "needs a value");
		if (at == '?')
			return wrong(argv[optind - 1], NULL, "is no option, or has a value where none is taken");
		const struct row *row = &rows[at - 1000];
		given[at - 1000] = true;
		if (row->set == NULL) {
			if (strcmp(row->name, "help") == 0)
				help();
			else
				printf("bollplank-daemon " BOLLPLANK_VERSION "\n");
			return 0;
		}
		const char *expected = row->set(options, optarg);
		if (expected)
			return wrong_option(row, optarg, expected);
	}
	if (optind < argc)
		return wrong(argv[optind], NULL, "is no option; options begin with --");
	bool journal = options->journal != NULL;
	if (options->redis_count && (journal || options->memory))
		return wrong("--redis", NULL, "is a journal of its own: give either it, or --journal or --state, or --memory");
	for (unsigned i = 0; i < ROWS; i++) /* one of --journal, --state, --memory and --redis silences the others' environment */
		if (((journal || options->redis_count) && (rows[i].set == set_journal || rows[i].set == set_state)) ||
		    ((journal || options->memory) && rows[i].set == set_redis))
			given[i] = true;
	int status = read_environment(options, given);
	if (status != OPTIONS_GO)
		return status;
	for (size_t i = 0; i < options->redis_count; i++) {
		struct redis_address address;
		if (redis_address_parse(options->redis[i], &address) && !redis_address_is_here(&address) && !options->redis_plaintext)
			return wrong(options->redis[i], NULL, "is on another machine, and who listens on the way would read the password and what people say. Let "
				"a tunnel (stunnel, WireGuard) end in a socket on this machine, or allow it with --redis-allow-plaintext");
	}
	if (options->backup && (options->redis_count || options->memory))
		return wrong("--backup", NULL, "copies a journal file (--journal or --state); with Redis see docker/README.md, \"Backup\"");
	if (options->listen_count == 0)
		options->listen[options->listen_count++] = "localhost:7070";
	if (!options->catalog_asked)
		options->catalogs[options->catalog_count++] = BOLLPLANK_CATALOG_FOLDER;
	const char *systemd = getenv("STATE_DIRECTORY");
	if (options->journal == NULL && (systemd == NULL || set_state(options, systemd) != NULL))
		options->journal = "bollplank.journal";
	return OPTIONS_GO;
}
