/* SPDX-License-Identifier: EUPL-1.2 */
#include "lib/notation.h"
#include "base/check.h"
#include <dirent.h>

/* --- notation -> MessagePack --- */

static void blanks(const char **at)
{
	while (**at == ' ' || **at == '\t')
		(*at)++;
}

static bool take(const char **at, const char *token)
{
	size_t len = strlen(token);
	if (strncmp(*at, token, len) != 0)
		return false;
	*at += len;
	return true;
}

static void byte_put(struct pack *out, unsigned byte)
{
	uint8_t one = (uint8_t)byte;
	pack_raw(out, slice_of(&one, 1));
}

static void utf8_put(struct pack *out, unsigned long code)
{
	if (code < 0x80) {
		byte_put(out, (unsigned)code);
		return;
	}
	unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const unsigned lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	byte_put(out, lead[more] | (unsigned)(code >> (6 * more)));
	while (more--)
		byte_put(out, 0x80 | (unsigned)(code >> (6 * more) & 0x3f));
}

static bool string_read(const char **at, struct pack *out)
{
	struct pack text;
	pack_init(&text);
	bool fine = false;
	while (**at && !(fine = take(at, "\""))) {
		if (take(at, "\\u{")) {
			char *end;
			unsigned long code = strtoul(*at, &end, 16);
			if (*end != '}' || code > 0x10ffff)
				break;
			*at = end + 1;
			utf8_put(&text, code);
		} else if (take(at, "\\n")) {
			byte_put(&text, '\n');
		} else if (take(at, "\\\"")) {
			byte_put(&text, '"');
		} else if (take(at, "\\\\")) {
			byte_put(&text, '\\');
		} else if (**at == '\\') {
			break;
		} else {
			byte_put(&text, (uint8_t)*(*at)++);
		}
	}
	pack_str(out, pack_bytes(&text));
	pack_finish(&text);
	return fine;
}

static bool value_read(const char **at, struct pack *out);

static bool array_read(const char **at, struct pack *out)
{
	struct pack values;
	size_t count = 0;
	bool fine = true;
	pack_init(&values);
	for (blanks(at); fine && !take(at, "]"); blanks(at)) {
		fine = (count == 0 || take(at, ",")) && value_read(at, &values);
		count++;
	}
	pack_array(out, count);
	pack_raw(out, pack_bytes(&values));
	pack_finish(&values);
	return fine;
}

static bool bin_read(const char **at, struct pack *out)
{
	const char *end = strchr(*at, '\'');
	struct pack bytes;
	pack_init(&bytes);
	bool fine = end && notation_hex(*at, (size_t)(end - *at), &bytes);
	if (fine)
		*at = end + 1;
	pack_bin(out, pack_bytes(&bytes));
	pack_finish(&bytes);
	return fine;
}

static bool inner_read(const char **at, struct pack *out)
{
	struct pack inner;
	pack_init(&inner);
	bool fine = value_read(at, &inner);
	blanks(at);
	fine = fine && take(at, ">>");
	pack_bin(out, pack_bytes(&inner));
	pack_finish(&inner);
	return fine;
}

static bool value_read(const char **at, struct pack *out)
{
	blanks(at);
	if (take(at, "["))
		return array_read(at, out);
	if (take(at, "<<"))
		return inner_read(at, out);
	if (take(at, "h'"))
		return bin_read(at, out);
	if (take(at, "\""))
		return string_read(at, out);
	if (take(at, "nil")) {
		pack_nil(out);
		return true;
	}
	bool yes = take(at, "true");
	if (yes || take(at, "false")) {
		pack_bool(out, yes);
		return true;
	}
	if (**at < '0' || **at > '9')
		return false;
	char *end;
	pack_uint(out, strtoull(*at, &end, 10));
	*at = end;
	return true;
}

bool notation_pack(const char *text, struct pack *out)
{
	bool fine = value_read(&text, out);
	blanks(&text);
	return fine && *text == 0;
}

static int digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool notation_hex(const char *text, size_t len, struct pack *out)
{
	int high = -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == ' ')
			continue;
		int digit = digit_of(text[i]);
		if (digit < 0)
			return false;
		if (high < 0) {
			high = digit;
			continue;
		}
		byte_put(out, (unsigned)(high << 4 | digit));
		high = -1;
	}
	return high < 0;
}

/* --- MessagePack -> notation. Of our own bytes, so all that is needed is what pack writes. --- */

static uint64_t number_at(const uint8_t *at, size_t width)
{
	uint64_t value = 0;
	for (size_t i = 0; i < width; i++)
		value = value << 8 | at[i];
	return value;
}

static void text_print(struct slice text, FILE *out)
{
	fputc('"', out);
	for (size_t i = 0; i < text.len; i++) {
		uint8_t b = text.at[i];
		if (b == '"' || b == '\\')
			fprintf(out, "\\%c", b);
		else if (b == '\n')
			fputs("\\n", out);
		else if (b < 0x20 || b == 0x7f)
			fprintf(out, "\\u{%x}", b);
		else
			fputc(b, out);
	}
	fputc('"', out);
}

static const uint8_t *value_print(const uint8_t *at, bool open_bins, FILE *out);

static bool is_array(struct slice bytes)
{
	static const struct unpack_limits limits = { .depth = 8, .values = 100000, .bytes = 1 << 20 };
	struct unpack *in = unpack_create(bytes, &limits);
	unpack_array(in);
	bool is = unpack_ok(in);
	unpack_destroy(in);
	return is;
}

static void bin_print(struct slice bytes, bool open_bins, FILE *out)
{
	if (open_bins && bytes.len && is_array(bytes)) {
		fputs("<<", out);
		value_print(bytes.at, open_bins, out);
		fputs(">>", out);
		return;
	}
	fputs("h'", out);
	for (size_t i = 0; i < bytes.len; i++)
		fprintf(out, "%02x", bytes.at[i]);
	fputc('\'', out);
}

static const uint8_t *array_print(const uint8_t *at, uint64_t count, bool open_bins, FILE *out)
{
	fputc('[', out);
	for (uint64_t i = 0; i < count; i++) {
		if (i)
			fputs(", ", out);
		at = value_print(at, open_bins, out);
	}
	fputc(']', out);
	return at;
}

static const uint8_t *value_print(const uint8_t *at, bool open_bins, FILE *out)
{
	uint8_t b = *at++;
	if (b <= 0x7f) {
		fprintf(out, "%u", b);
		return at;
	}
	if ((b & 0xf0) == 0x90)
		return array_print(at, b & 0x0f, open_bins, out);
	if ((b & 0xe0) == 0xa0) {
		text_print(slice_of(at, b & 0x1f), out);
		return at + (b & 0x1f);
	}
	if (b == 0xc0 || b == 0xc2 || b == 0xc3) {
		fputs(b == 0xc0 ? "nil" : b == 0xc2 ? "false" : "true", out);
		return at;
	}
	size_t width = b >= 0xcc && b <= 0xcf ? 1u << (b - 0xcc) : b >= 0xc4 && b <= 0xc6 ? 1u << (b - 0xc4) : b >= 0xd9 && b <= 0xdb ? 1u << (b - 0xd9) :
		       b == 0xdc ? 2 : b == 0xdd ? 4 : 0;
	CHECK(width != 0);
	uint64_t value = number_at(at, width);
	at += width;
	if (b >= 0xcc && b <= 0xcf) {
		fprintf(out, "%llu", (unsigned long long)value);
		return at;
	}
	if (b == 0xdc || b == 0xdd)
		return array_print(at, value, open_bins, out);
	if (b <= 0xc6)
		bin_print(slice_of(at, value), open_bins, out);
	else
		text_print(slice_of(at, value), out);
	return at + value;
}

void notation_print(struct slice packed, bool open_bins, FILE *out)
{
	CHECK(packed.len && value_print(packed.at, open_bins, out) == packed.at + packed.len);
}

/* --- vector files --- */

static char *copy_of(const char *text, size_t len)
{
	char *out = check_alloc(1, len + 1);
	memcpy(out, text, len);
	return out;
}

/* "# clause 4.1  page->daemon  a title": two blanks part the three. false: prose. */
static bool head_read(const char *line, struct vector *out)
{
	const char *clause = line + strlen("# clause ");
	if (strncmp(line, "# clause ", strlen("# clause ")) != 0)
		return false;
	const char *direction = strstr(clause, "  ");
	const char *title = direction ? strstr(direction + 2, "  ") : NULL;
	if (title == NULL)
		return false;
	out->clause = copy_of(clause, (size_t)(direction - clause));
	out->direction = copy_of(direction + 2, (size_t)(title - direction - 2));
	out->title = copy_of(title + 2, strlen(title + 2));
	return true;
}

static bool fields_read(const char *line, struct vector *out)
{
	for (out->fields = 0; out->fields < VECTOR_FIELDS; line++) {
		size_t len = strcspn(line, "|");
		if (!notation_hex(line, len, &out->field[out->fields++]))
			return false;
		line += len;
		if (*line == 0)
			return true;
	}
	return false;
}

static char *line_read(FILE *in, unsigned *number)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len = getline(&line, &room, in);
	if (len < 0) {
		free(line);
		return NULL;
	}
	(*number)++;
	if (len && line[len - 1] == '\n')
		line[len - 1] = 0;
	return line;
}

static bool vector_read(FILE *in, const char *path, const char *head, unsigned *number, struct vector *out)
{
	*out = (struct vector){ .line = *number };
	if (!head_read(head, out))
		return false;
	out->file = copy_of(path, strlen(path));
	out->notation = line_read(in, number);
	char *hex = line_read(in, number);
	bool fine = out->notation && hex && fields_read(hex, out);
	free(hex);
	if (!fine)
		fprintf(stderr, "%s:%u: a vector's bytes are missing or no hexadecimal digits\n", path, *number);
	char *verdict = fine ? line_read(in, number) : NULL;
	if (verdict && *verdict)
		out->verdict = verdict;
	else
		free(verdict);
	return true;
}

static void vector_finish(struct vector *vector)
{
	free(vector->file);
	free(vector->clause);
	free(vector->direction);
	free(vector->title);
	free(vector->notation);
	free(vector->verdict);
	for (size_t i = 0; i < VECTOR_FIELDS; i++)
		pack_finish(&vector->field[i]);
}

void vectors_finish(struct vectors *vectors)
{
	for (size_t i = 0; i < vectors->count; i++)
		vector_finish(&vectors->at[i]);
	free(vectors->at);
	*vectors = (struct vectors){ 0 };
}

static bool file_read(const char *path, struct vectors *out)
{
	FILE *in = fopen(path, "re");
	unsigned number = 0;
	char *line;
	bool fine = in != NULL;
	while (in && (line = line_read(in, &number)) != NULL) {
		struct vector vector;
		if (vector_read(in, path, line, &number, &vector)) {
			out->at = check_realloc(out->at, out->count + 1, sizeof *out->at);
			out->at[out->count++] = vector;
			fine &= vector.fields && vector.notation;
		}
		free(line);
	}
	if (in)
		fclose(in);
	return fine;
}

static int is_text(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return len > 4 && strcmp(entry->d_name + len - 4, ".txt") == 0;
}

bool vectors_read(const char *path, struct vectors *out)
{
	struct dirent **names;
	int count = scandir(path, &names, is_text, alphasort);
	*out = (struct vectors){ 0 };
	if (count < 0)
		return file_read(path, out);
	bool fine = count > 0;
	for (int i = 0; i < count; i++) {
		char file[4096];
		snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
		fine &= file_read(file, out);
		free(names[i]);
	}
	free(names);
	return fine;
}
