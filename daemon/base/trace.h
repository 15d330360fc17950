/* SPDX-License-Identifier: EUPL-1.2 */
/* One key=value line at each stop. The same line goes to the log in production and into golden stories: the log is
 * tested output. Never in a line: ballots, names, texts, tokens, keys. Foreign bytes go through trace_quote only. */
#ifndef BOLLPLANK_BASE_TRACE_H
#define BOLLPLANK_BASE_TRACE_H
#include "base/slice.h"

enum trace_level { TRACE_ERROR, TRACE_WARNING, TRACE_INFO, TRACE_DEBUG };

/* Where lines go, without the newline. Process-wide, set once at start; default: stderr, up to TRACE_INFO. */
typedef void (*trace_sink_fn)(enum trace_level level, const char *line, void *ctx);
void trace_to(trace_sink_fn sink, enum trace_level most, void *ctx);

/* trace(TRACE_INFO, "append", "session=%s seq=%llu", ...) writes "append session=... seq=...". Cut at 512 bytes. */
__attribute__((format(printf, 3, 4))) void trace(enum trace_level level, const char *stop, const char *format, ...);

/* Foreign bytes made safe for one line: printable ASCII but space, '=', '"' and '\\' as it is, all else \xNN; cut at room. */
const char *trace_quote(struct slice bytes, char *room, size_t size);
#endif
