/* SPDX-License-Identifier: EUPL-1.2 */
/* Is this Redis set up to keep the journal of a deployment? Asked with an administrator's eyes: the daemon's own user may not read settings. */
#ifndef BOLLPLANK_CLI_REDIS_CHECK_H
#define BOLLPLANK_CLI_REDIS_CHECK_H

int redis_check_main(int argc, char **argv);
#endif
