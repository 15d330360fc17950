/* SPDX-License-Identifier: EUPL-1.2 */
/* What is wrong with a file that a person wrote: where, what, and what was expected. Collected, so that one reading tells everything; bounded,
 * so that a file of nonsense tells no more than a person reads. */
#ifndef BOLLPLANK_WIRE_COMPLAINT_H
#define BOLLPLANK_WIRE_COMPLAINT_H
#include "base/slice.h"

struct spot {
	uint32_t line, column; /* both from 1; a column is a letter, not a byte */
};

enum { COMPLAINTS_MOST = 20, COMPLAINT_SENTENCE = 400, QUOTED = 96 };

struct complaint {
	struct spot at;
	bool warning;          /* the file can be used as it is */
	char sentence[COMPLAINT_SENTENCE]; /* "what is wrong; expected ...", one line of proper UTF-8, without the place */
};

struct complaints {
	struct complaint at[COMPLAINTS_MOST]; /* by place, after complaints_sort */
	size_t count, errors, left_out;       /* errors counts those that were left out too */
};

enum severity { IS_ERROR, IS_WARNING };
/* An error takes the place of a warning when the list is full. A sentence that is too long is cut. */
__attribute__((format(printf, 4, 5))) void complain(struct complaints *all, struct spot at, enum severity severity, const char *format, ...);
void complaints_sort(struct complaints *all);

/* Foreign words for a sentence: in quotes, on one line, without what a terminal would act on, cut at some 40 letters. */
struct quoted {
	char text[QUOTED];
};
struct quoted quoted(struct slice words);
#endif
