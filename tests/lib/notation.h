/* SPDX-License-Identifier: EUPL-1.2 */
/* The notation of protocol/vectors/README.md <-> MessagePack, and the reader of vector files. Stories write what pages hear in it as well. */
#ifndef BOLLPLANK_TESTS_LIB_NOTATION_H
#define BOLLPLANK_TESTS_LIB_NOTATION_H
#include "wire/pack.h"
#include <stdio.h>

/* Appends the one value that `text` says. false: not the notation; `out` then holds what was understood so far. */
bool notation_pack(const char *text, struct pack *out);
/* Hexadecimal digits, blanks between them allowed. false: something else, or an odd number. */
bool notation_hex(const char *text, size_t len, struct pack *out);
/* One value of MessagePack as notation, without a newline. Bins that hold one array are written as <<...>> when `open_bins`. */
void notation_print(struct slice packed, bool open_bins, FILE *out);

enum { VECTOR_FIELDS = 4 };
struct vector {
	char *file, *clause, *direction, *title, *notation, *verdict; /* verdict NULL: none is said */
	unsigned line;
	struct pack field[VECTOR_FIELDS]; /* the bytes, apart at each | */
	size_t fields;
};
struct vectors {
	struct vector *at;
	size_t count;
};
/* Every vector of a file, or of all *.txt of a folder, sorted by name. NULL members: could not be read (errno), or a line is not as it should be, which
 * is said on stderr. */
bool vectors_read(const char *path, struct vectors *out);
void vectors_finish(struct vectors *vectors);
#endif
