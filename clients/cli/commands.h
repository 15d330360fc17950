/* SPDX-License-Identifier: EUPL-1.2 */
/* The subcommands. argv[0] is the subcommand's name. Return the exit status: 0 done, 1 it did not work or a check failed, 2 asked wrongly. */
#ifndef BOLLPLANK_CLI_COMMANDS_H
#define BOLLPLANK_CLI_COMMANDS_H
#include "base/fault.h"
#include "link.h"

int check_main(int argc, char **argv);
int create_main(int argc, char **argv);
int watch_main(int argc, char **argv);
int rehearse_main(int argc, char **argv);
int report_main(int argc, char **argv);
int replay_main(int argc, char **argv);
int log_main(int argc, char **argv);
int proxy_main(int argc, char **argv);
int health_main(int argc, char **argv);

/* "bollplank create: ..." on stderr, with a pointer to --help; returns 2. */
__attribute__((format(printf, 2, 3))) int usage_wrong(const char *command, const char *format, ...);
/* What getopt_long found wrong (it is asked not to speak itself); returns 2. */
int usage_option(const char *command, int argc, char **argv);
/* A whole number within bounds. false: said on stderr. */
int usage_number(const char *command, const char *option, const char *text, unsigned long least, unsigned long most, unsigned long *out);
/* A link to a session that has a token. Otherwise returns 2; ${for_joining}: what is said when it has none. */
int usage_link(const char *command, const char *text, const char *for_joining, struct link *out);
const char *fault_sentence(enum fault fault);
#endif
