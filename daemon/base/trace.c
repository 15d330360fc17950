/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/trace.h"
#include <stdarg.h>
#include <stdio.h>

enum { LINE = 512 };

static void to_stderr(enum trace_level level, const char *line, void *ctx)
{
	static const int syslog_level[] = { 3, 4, 6, 7 }; /* sd-daemon(3): journald reads the prefix */
	(void)ctx;
	fprintf(stderr, "<%d>%s\n", syslog_level[level], line);
}

static struct {
	trace_sink_fn sink;
	enum trace_level most;
	void *ctx;
} out = { to_stderr, TRACE_INFO, NULL };

void trace_to(trace_sink_fn sink, enum trace_level most, void *ctx)
{
	out.sink = sink ? sink : to_stderr;
	out.most = most;
	out.ctx = ctx;
}

void trace(enum trace_level level, const char *stop, const char *format, ...)
{
	char line[LINE];
	if (level > out.most)
		return;
	int n = snprintf(line, sizeof line, "%s ", stop);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line + n, sizeof line - (size_t)n, format, arguments);
	va_end(arguments);
	out.sink(level, line, out.ctx);
}

const char *trace_quote(struct slice bytes, char *room, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < bytes.len && n + 5 < size; i++) {
		uint8_t b = bytes.at[i];
		if (b > 0x20 && b < 0x7f && b != '=' && b != '"' && b != '\\')
			room[n++] = (char)b;
		else
			n += (size_t)snprintf(room + n, size - n, "\\x%02x", b);
	}
	room[n] = '\0';
	return room;
}
