/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/pack.h"
#include "base/check.h"
#include <msgpack.h>

/* --- writing --- */

static int append(void *ctx, const char *bytes, size_t len)
{
	struct pack *out = ctx;
	if (len == 0)
		return 0;
	if (out->room - out->len < len) {
		size_t room = out->room ? out->room : 64;
		while (room - out->len < len)
			room *= 2;
		out->at = check_realloc(out->at, room, 1);
		out->room = room;
	}
	memcpy(out->at + out->len, bytes, len);
	out->len += len;
	return 0;
}

static msgpack_packer packer_on(struct pack *out)
{
	msgpack_packer packer;
	msgpack_packer_init(&packer, out, append);
	return packer;
}

void pack_init(struct pack *out)
{
	*out = (struct pack){ 0 };
}

void pack_finish(struct pack *out)
{
	free(out->at);
	*out = (struct pack){ 0 };
}

void pack_clear(struct pack *out)
{
	out->len = 0;
}

void pack_array(struct pack *out, size_t count)
{
	msgpack_packer packer = packer_on(out);
	msgpack_pack_array(&packer, count);
}

void pack_uint(struct pack *out, uint64_t value)
{
	msgpack_packer packer = packer_on(out);
	msgpack_pack_uint64(&packer, value);
}

void pack_bool(struct pack *out, bool value)
{
	msgpack_packer packer = packer_on(out);
	if (value)
		msgpack_pack_true(&packer);
	else
		msgpack_pack_false(&packer);
}

void pack_nil(struct pack *out)
{
	msgpack_packer packer = packer_on(out);
	msgpack_pack_nil(&packer);
}

void pack_str(struct pack *out, struct slice text)
{
	msgpack_packer packer = packer_on(out);
	msgpack_pack_str(&packer, text.len);
	msgpack_pack_str_body(&packer, text.at, text.len);
}

void pack_bin(struct pack *out, struct slice bytes)
{
	msgpack_packer packer = packer_on(out);
	msgpack_pack_bin(&packer, bytes.len);
	msgpack_pack_bin_body(&packer, bytes.at, bytes.len);
}

void pack_bin64(struct pack *out, uint64_t value)
{
	uint8_t bytes[8];
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (56 - 8 * i));
	pack_bin(out, slice_of(bytes, sizeof bytes));
}

void pack_raw(struct pack *out, struct slice packed)
{
	append(out, (const char *)packed.at, packed.len);
}

/* --- reading --- */

enum { DEPTH = 16 };

/* Exactly one value, complete and within limits, without reserving anything: msgpack_unpack reserves what a header claims before it has seen the
 * elements (a message of 5 bytes can claim gigabytes). Every child needs at least a byte, so a count beyond the bytes left is a lie. */
static bool fits(struct slice bytes, const struct unpack_limits *limits)
{
	const uint8_t *at = bytes.at, *end = bytes.at + bytes.len;
	uint64_t left[DEPTH + 1] = { 1 };
	uint32_t depth = 0, values = 0;
	for (;;) {
		while (left[depth] == 0) {
			if (depth == 0)
				return at == end;
			depth--;
		}
		if (at == end || ++values > limits->values)
			return false;
		left[depth]--;
		uint8_t b = *at++;
		unsigned width = 0;
		uint64_t skip = 0, children = 0;
		bool is_array = false;
		if (b <= 0x7f || b == 0xc0 || b == 0xc2 || b == 0xc3) { /* small number, nil, false, true */
			continue;
		} else if ((b & 0xf0) == 0x90) {
			is_array = true;
			children = b & 0x0f;
		} else if ((b & 0xe0) == 0xa0) {
			skip = b & 0x1f;
		} else if (b >= 0xc4 && b <= 0xc6) { /* bin 8, 16, 32 */
			width = 1u << (b - 0xc4);
		} else if (b >= 0xcc && b <= 0xcf) { /* uint 8, 16, 32, 64 */
			skip = 1u << (b - 0xcc);
		} else if (b >= 0xd9 && b <= 0xdb) { /* str 8, 16, 32 */
			width = 1u << (b - 0xd9);
		} else if (b == 0xdc || b == 0xdd) { /* array 16, 32 */
			is_array = true;
			width = b == 0xdc ? 2 : 4;
		} else {
			return false; /* maps, floats, negative numbers, extensions: not in our protocol */
		}
		bool is_number = b >= 0xcc && b <= 0xcf;
		if (width) {
			uint64_t n = 0;
			if ((size_t)(end - at) < width)
				return false;
			for (unsigned i = 0; i < width; i++)
				n = n << 8 | *at++;
			if (is_array)
				children = n;
			else
				skip = n;
		}
		if (!is_number && skip > limits->bytes)
			return false;
		if ((uint64_t)(end - at) < skip || children > (uint64_t)(end - at))
			return false;
		at += skip;
		if (is_array) {
			if (depth == limits->depth || depth == DEPTH)
				return false;
			left[++depth] = children;
		}
	}
}

struct unpack {
	msgpack_zone zone;
	msgpack_object root;
	struct level {
		const msgpack_object *next, *end;
	} level[DEPTH + 2];
	unsigned depth;
	bool failed;
};

struct unpack *unpack_create(struct slice bytes, const struct unpack_limits *limits)
{
	struct unpack *in = check_alloc(1, sizeof *in);
	CHECK(msgpack_zone_init(&in->zone, 512));
	size_t offset = 0;
	in->failed = bytes.len == 0 || !fits(bytes, limits) ||
		     msgpack_unpack((const char *)bytes.at, bytes.len, &offset, &in->zone, &in->root) != MSGPACK_UNPACK_SUCCESS;
	in->level[0] = (struct level){ &in->root, &in->root + 1 };
	return in;
}

void unpack_destroy(struct unpack *in)
{
	if (in == NULL)
		return;
	msgpack_zone_destroy(&in->zone);
	free(in);
}

void unpack_fail(struct unpack *in)
{
	in->failed = true;
}

bool unpack_ok(const struct unpack *in)
{
	return !in->failed;
}

bool unpack_end(const struct unpack *in)
{
	if (in->failed)
		return false;
	for (unsigned i = 0; i <= in->depth; i++)
		if (in->level[i].next != in->level[i].end)
			return false;
	return true;
}

static const msgpack_object *peek(struct unpack *in)
{
	if (in->failed)
		return NULL;
	while (in->depth && in->level[in->depth].next == in->level[in->depth].end)
		in->depth--;
	struct level *level = &in->level[in->depth];
	return level->next == level->end ? NULL : level->next;
}

static const msgpack_object *take(struct unpack *in, msgpack_object_type type)
{
	const msgpack_object *value = peek(in);
	if (value == NULL || value->type != type) {
		in->failed = true;
		return NULL;
	}
	in->level[in->depth].next++;
	return value;
}

size_t unpack_array(struct unpack *in)
{
	const msgpack_object *value = take(in, MSGPACK_OBJECT_ARRAY);
	if (value == NULL)
		return 0;
	in->depth++;
	in->level[in->depth] = (struct level){ value->via.array.ptr, value->via.array.ptr + value->via.array.size };
	return value->via.array.size;
}

bool unpack_arrays(struct unpack *in, size_t count)
{
	if (unpack_array(in) != count)
		in->failed = true;
	return !in->failed;
}

uint64_t unpack_uint(struct unpack *in, uint64_t most)
{
	const msgpack_object *value = take(in, MSGPACK_OBJECT_POSITIVE_INTEGER);
	if (value == NULL)
		return 0;
	if (value->via.u64 > most) {
		in->failed = true;
		return 0;
	}
	return value->via.u64;
}

bool unpack_bool(struct unpack *in)
{
	const msgpack_object *value = take(in, MSGPACK_OBJECT_BOOLEAN);
	return value != NULL && value->via.boolean;
}

struct slice unpack_str(struct unpack *in, size_t most)
{
	const msgpack_object *value = take(in, MSGPACK_OBJECT_STR);
	if (value == NULL)
		return slice_of(NULL, 0);
	struct slice text = slice_of(value->via.str.ptr, value->via.str.size);
	if (text.len > most || !utf8_valid(text)) {
		in->failed = true;
		return slice_of(NULL, 0);
	}
	return text;
}

struct slice unpack_bin(struct unpack *in, size_t least, size_t most)
{
	const msgpack_object *value = take(in, MSGPACK_OBJECT_BIN);
	if (value == NULL)
		return slice_of(NULL, 0);
	struct slice bytes = slice_of(value->via.bin.ptr, value->via.bin.size);
	if (bytes.len < least || bytes.len > most) {
		in->failed = true;
		return slice_of(NULL, 0);
	}
	return bytes;
}

uint64_t unpack_bin64(struct unpack *in)
{
	struct slice bytes = unpack_bin(in, 8, 8);
	uint64_t value = 0;
	for (size_t i = 0; i < bytes.len; i++)
		value = value << 8 | bytes.at[i];
	return value;
}

bool unpack_nil(struct unpack *in)
{
	const msgpack_object *value = peek(in);
	if (value == NULL || value->type != MSGPACK_OBJECT_NIL)
		return false;
	in->level[in->depth].next++;
	return true;
}

void unpack_skip(struct unpack *in)
{
	if (peek(in) == NULL) {
		in->failed = true;
		return;
	}
	in->level[in->depth].next++;
}

/* RFC 3629: shortest sequences only, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(struct slice text)
{
	for (size_t i = 0; i < text.len;) {
		uint8_t b = text.at[i];
		size_t more = b < 0x80 ? 0 : b >= 0xc2 && b <= 0xdf ? 1 : b >= 0xe0 && b <= 0xef ? 2 : b >= 0xf0 && b <= 0xf4 ? 3 : 4;
		if (more == 4 || text.len - i <= more)
			return false;
		for (size_t k = 1; k <= more; k++)
			if ((text.at[i + k] & 0xc0) != 0x80)
				return false;
		uint8_t c = more ? text.at[i + 1] : 0;
		if ((b == 0xe0 && c < 0xa0) || (b == 0xed && c > 0x9f) || (b == 0xf0 && c < 0x90) || (b == 0xf4 && c > 0x8f))
			return false;
		i += more + 1;
	}
	return true;
}
