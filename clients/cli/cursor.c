/* SPDX-License-Identifier: EUPL-1.2 */
#include "cursor.h"

struct token {
	enum cursor_type type;
	size_t head, body, inner; /* bytes in front, bytes of content, values inside */
	uint64_t value;
};

static uint64_t big_endian(const uint8_t *at, size_t count)
{
	uint64_t value = 0;
	for (size_t i = 0; i < count; i++)
		value = value << 8 | at[i];
	return value;
}

/* One token: a whole scalar, or the head of an array or map. false: cut short, or no MessagePack. */
static bool token_at(const uint8_t *at, const uint8_t *end, struct token *out)
{
	size_t have = (size_t)(end - at);
	if (have == 0)
		return false;
	uint8_t b = at[0];
	*out = (struct token){ .head = 1 };
	size_t width = 0; /* bytes of a length or number behind the first */
	enum { FIXED, NUMBER, LENGTH, COUNT, PAIRS } shape = FIXED;
	out->type = CURSOR_OTHER;
	if (b < 0x80) {
		out->type = CURSOR_UINT;
		out->value = b;
	} else if (b < 0x90) {
		out->inner = (size_t)(b & 15) * 2;
	} else if (b < 0xa0) {
		out->type = CURSOR_ARRAY;
		out->inner = b & 15;
	} else if (b < 0xc0) {
		out->type = CURSOR_STR;
		out->body = b & 31;
	} else if (b == 0xc0) {
		out->type = CURSOR_NIL;
	} else if (b == 0xc2 || b == 0xc3) {
		out->type = CURSOR_BOOL;
		out->value = b == 0xc3;
	} else if (b >= 0xc4 && b <= 0xc6) {
		out->type = CURSOR_BIN;
		shape = LENGTH;
		width = (size_t)1 << (b - 0xc4);
	} else if (b >= 0xc7 && b <= 0xc9) { /* ext: the type's byte counts as content */
		shape = LENGTH;
		width = (size_t)1 << (b - 0xc7);
		out->body = 1;
	} else if (b == 0xca || b == 0xcb) {
		out->body = b == 0xca ? 4 : 8;
	} else if (b >= 0xcc && b <= 0xcf) {
		out->type = CURSOR_UINT;
		shape = NUMBER;
		width = (size_t)1 << (b - 0xcc);
	} else if (b >= 0xd0 && b <= 0xd3) {
		out->body = (size_t)1 << (b - 0xd0);
	} else if (b >= 0xd4 && b <= 0xd8) {
		out->body = ((size_t)1 << (b - 0xd4)) + 1;
	} else if (b >= 0xd9 && b <= 0xdb) {
		out->type = CURSOR_STR;
		shape = LENGTH;
		width = (size_t)1 << (b - 0xd9);
	} else if (b == 0xdc || b == 0xdd) {
		out->type = CURSOR_ARRAY;
		shape = COUNT;
		width = b == 0xdc ? 2 : 4;
	} else if (b == 0xde || b == 0xdf) {
		shape = PAIRS;
		width = b == 0xde ? 2 : 4;
	} else if (b == 0xc1) {
		return false;
	} /* 0xe0 and up: a negative number in one byte */
	if (have < 1 + width)
		return false;
	if (shape != FIXED) {
		uint64_t value = big_endian(at + 1, width);
		out->head += width;
		if (shape == NUMBER)
			out->value = value;
		else if (shape == LENGTH)
			out->body += (size_t)value;
		else
			out->inner = shape == COUNT ? (size_t)value : (size_t)value * 2;
	}
	return out->body <= have - out->head;
}

/* Where the value at ${c} ends; NULL: it does not. Goes through nested values without recursion. */
static const uint8_t *value_end(const struct cursor *c)
{
	const uint8_t *at = c->at;
	size_t wanted = c->left > 0 ? 1 : 0;
	if (wanted == 0)
		return NULL;
	while (wanted > 0) {
		struct token token;
		if (!token_at(at, c->end, &token))
			return NULL;
		at += token.head + token.body;
		if (token.inner > (size_t)(c->end - at)) /* every value needs a byte */
			return NULL;
		wanted += token.inner;
		wanted--;
	}
	return at;
}

struct cursor cursor_of(struct slice bytes)
{
	return (struct cursor){ .at = bytes.at,
				.end = bytes.len ? bytes.at + bytes.len : bytes.at,
				.left = bytes.len ? 1 : 0 };
}

enum cursor_type cursor_type(const struct cursor *c)
{
	struct token token;
	return c->left > 0 && token_at(c->at, c->end, &token) ? token.type : CURSOR_NONE;
}

struct slice cursor_raw(struct cursor *c)
{
	const uint8_t *end = value_end(c), *at = c->at;
	if (end == NULL) {
		c->left = 0;
		return slice_of(NULL, 0);
	}
	c->left--;
	c->at = end;
	return slice_of(at, (size_t)(end - at));
}

/* Takes one value; true when it is of this type. */
static bool take(struct cursor *c, enum cursor_type type, struct slice *raw, struct token *token)
{
	*raw = cursor_raw(c);
	return raw->len > 0 && token_at(raw->at, raw->at + raw->len, token) && token->type == type;
}

struct cursor cursor_array(struct cursor *c)
{
	struct slice raw;
	struct token token;
	if (!take(c, CURSOR_ARRAY, &raw, &token))
		return (struct cursor){ .at = NULL, .end = NULL, .left = 0 };
	return (struct cursor){ .at = raw.at + token.head, .end = raw.at + raw.len, .left = token.inner };
}

uint64_t cursor_uint(struct cursor *c)
{
	struct slice raw;
	struct token token;
	return take(c, CURSOR_UINT, &raw, &token) ? token.value : 0;
}

bool cursor_bool(struct cursor *c)
{
	struct slice raw;
	struct token token;
	bool is = take(c, CURSOR_BOOL, &raw, &token);
	return raw.len > 0 && (is || token.type == CURSOR_UINT) && token.value != 0;
}

static struct slice take_bytes(struct cursor *c, enum cursor_type type)
{
	struct slice raw;
	struct token token;
	return take(c, type, &raw, &token) ? slice_of(raw.at + token.head, token.body) : slice_of(NULL, 0);
}

struct slice cursor_str(struct cursor *c)
{
	return take_bytes(c, CURSOR_STR);
}

struct slice cursor_bin(struct cursor *c)
{
	return take_bytes(c, CURSOR_BIN);
}

uint64_t cursor_bin64(struct cursor *c)
{
	struct slice bytes = take_bytes(c, CURSOR_BIN);
	return bytes.len == 8 ? big_endian(bytes.at, 8) : 0;
}
