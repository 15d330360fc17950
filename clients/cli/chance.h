/* SPDX-License-Identifier: EUPL-1.2 */
/* Two kinds of dice: tokens and lanes from the system's, what simulated people do from a seed that can be given again. */
#ifndef BOLLPLANK_CLI_CHANCE_H
#define BOLLPLANK_CLI_CHANCE_H
#include <stddef.h>
#include <stdint.h>

void chance_secure(void *out, size_t len);

struct chance {
	uint64_t state;
};
uint32_t chance_below(struct chance *dice, uint32_t limit); /* 0 .. limit - 1 */
static inline uint32_t chance_between(struct chance *dice, uint32_t least, uint32_t most)
{
	return least + chance_below(dice, most - least + 1);
}
#endif
