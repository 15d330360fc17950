/* SPDX-License-Identifier: EUPL-1.2 */
/* For tests/e2e/crash: the journal as it lies on the disk against what people were told. Reads the file by itself, by
 * protocol/README.md section 6, with nothing of the daemon's.
 *
 *     crash_ledger check JOURNAL SID LEDGER    each acknowledgement is in the log at its place, with its ballot
 *     crash_ledger forget JOURNAL SID N        the control: a disk that forgot the last N entries
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BALLOT = 20, SECRET_BALLOT = 21, HEAD_SALTED = 1, HEAD_COMMAND = 2, HEAD_WHO = 4, HEAD_A = 20, HEAD_LEAST = 36, SALT = 16, SHOWN = 5 };

static uint32_t number_at(const uint8_t *at, size_t len)
{
	uint32_t value = 0;
	for (size_t i = 0; i < len; i++)
		value = value << 8 | at[i];
	return value;
}

static size_t put_number(uint8_t *out, uint32_t value)
{
	if (value < 0x80) {
		out[0] = (uint8_t)value;
		return 1;
	}
	if (value < 0x100) {
		out[0] = 0xcc;
		out[1] = (uint8_t)value;
		return 2;
	}
	out[0] = 0xcd;
	out[1] = (uint8_t)(value >> 8);
	out[2] = (uint8_t)value;
	return 3;
}

/* [round, 0, ballot] in MessagePack, as the entry of an open ballot has it. Returns its length. */
static size_t expected_form(uint32_t round, const char *hex, uint8_t *out)
{
	size_t len = 0, count = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;
	out[len++] = 0x93;
	len += put_number(out + len, round);
	out[len++] = 0;
	out[len++] = count < 256 ? 0xc4 : 0xc5;
	if (count >= 256)
		out[len++] = (uint8_t)(count >> 8);
	out[len++] = (uint8_t)count;
	for (size_t i = 0; i < count; i++) {
		const char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };
		out[len++] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return len;
}

static const char *compare(sqlite3_stmt *row, uint32_t member, uint32_t activity, uint32_t round, const char *hex)
{
	const uint8_t *head = sqlite3_column_blob(row, 0), *form = sqlite3_column_blob(row, 1);
	if (sqlite3_column_bytes(row, 0) < HEAD_LEAST)
		return "is no entry";
	uint32_t command = number_at(head + HEAD_COMMAND, 2);
	if (number_at(head + HEAD_A, 4) != activity || command != (member != 0 ? BALLOT : SECRET_BALLOT))
		return "is something else";
	if (member == 0)
		return NULL; /* names nobody, and its form goes away at the seal */
	if (number_at(head + HEAD_WHO, 4) != member)
		return "is somebody else's";
	uint8_t wanted[2100];
	size_t len = expected_form(round, hex, wanted), salt = head[HEAD_SALTED] & 1 ? SALT : 0;
	if ((size_t)sqlite3_column_bytes(row, 1) != salt + len || memcmp(form + salt, wanted, len) != 0)
		return "holds another ballot";
	return NULL;
}

static int check(sqlite3 *db, long long session, const char *path)
{
	FILE *ledger = fopen(path, "r");
	char sql[128], line[4300], hex[4200];
	unsigned long long seq;
	unsigned member, activity, round, lines = 0, lost = 0;
	sqlite3_stmt *row;
	snprintf(sql, sizeof sql, "SELECT head, form FROM log_%lld WHERE seq = ?", session);
	if (ledger == NULL || sqlite3_prepare_v2(db, sql, -1, &row, NULL) != SQLITE_OK) {
		fprintf(stderr, "crash_ledger: %s or the log cannot be read: %s\n", path, sqlite3_errmsg(db));
		return 2;
	}
	while (fgets(line, sizeof line, ledger) != NULL) {
		if (strchr(line, '\n') == NULL ||
		    sscanf(line, "%llu %u %u %u %4199s", &seq, &member, &activity, &round, hex) != 5) {
			fprintf(stderr, "crash_ledger: %s has a line that is no acknowledgement\n", path);
			return 2;
		}
		lines++;
		sqlite3_bind_int64(row, 1, (sqlite3_int64)seq);
		const char *wrong =
			sqlite3_step(row) == SQLITE_ROW ? compare(row, member, activity, round, hex) : "is not there";
		if (wrong != NULL && lost++ < SHOWN)
			fprintf(stderr, "acknowledged at %llu (member %u, question %u): the entry %s\n", seq, member,
				activity, wrong);
		sqlite3_reset(row);
	}
	sqlite3_finalize(row);
	fclose(ledger);
	printf("%u %u\n", lines, lost);
	return lost > 0;
}

static int forget(sqlite3 *db, long long session, const char *count)
{
	char sql[256], *wrong = NULL;
	snprintf(sql, sizeof sql, "DELETE FROM log_%lld WHERE seq > (SELECT max(seq) FROM log_%lld) - %lu", session,
		 session, strtoul(count, NULL, 10));
	if (sqlite3_exec(db, sql, NULL, NULL, &wrong) != SQLITE_OK) {
		fprintf(stderr, "crash_ledger: %s\n", wrong);
		return 2;
	}
	return 0;
}

int main(int argc, char **argv)
{
	sqlite3 *db;
	sqlite3_stmt *row;
	if (argc != 5 || (strcmp(argv[1], "check") != 0 && strcmp(argv[1], "forget") != 0)) {
		fprintf(stderr, "crash_ledger check JOURNAL SID LEDGER | forget JOURNAL SID N\n");
		return 2;
	}
	if (sqlite3_open_v2(argv[2], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "SELECT id FROM session WHERE sid = ?", -1, &row, NULL) != SQLITE_OK) {
		fprintf(stderr, "crash_ledger: %s: %s\n", argv[2], sqlite3_errmsg(db));
		return 2;
	}
	sqlite3_bind_text(row, 1, argv[3], -1, SQLITE_STATIC);
	if (sqlite3_step(row) != SQLITE_ROW) {
		fprintf(stderr, "crash_ledger: the journal has no session %s\n", argv[3]);
		return 1;
	}
	long long session = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	int rc = argv[1][0] == 'c' ? check(db, session, argv[4]) : forget(db, session, argv[4]);
	sqlite3_close(db);
	return rc;
}
