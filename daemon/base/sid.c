/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/sid.h"
#include <inttypes.h>
#include <stdio.h>

struct sid sid_of(uint64_t bits)
{
	struct sid sid;
	snprintf(sid.text, sizeof sid.text, "%016" PRIx64, bits);
	return sid;
}

bool sid_parse(struct slice text, struct sid *out)
{
	if (text.len != sizeof out->text - 1)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t b = text.at[i];
		if (!((b >= '0' && b <= '9') || (b >= 'a' && b <= 'f')))
			return false;
		out->text[i] = (char)b;
	}
	out->text[text.len] = '\0';
	return true;
}

bool code_parse(struct slice typed, struct code *out)
{
	size_t n = 0;
	for (size_t i = 0; i < typed.len; i++) {
		char c = (char)typed.at[i];
		if (c == ' ' || c == '-')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c == '\0' || strchr(CODE_SYMBOLS, c) == NULL || n == sizeof out->text - 1)
			return false;
		out->text[n++] = c;
	}
	out->text[n] = '\0';
	return n == sizeof out->text - 1;
}

struct code code_of(uint64_t bits)
{
	struct code code;
	for (size_t i = 0; i < sizeof code.text - 1; i++) {
		code.text[i] = CODE_SYMBOLS[bits % 31]; /* 64 bits over 31^8: the bias is below 2^-24 */
		bits /= 31;
	}
	code.text[sizeof code.text - 1] = '\0';
	return code;
}
