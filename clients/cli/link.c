/* SPDX-License-Identifier: EUPL-1.2 */
#include "link.h"
#include <stdio.h>
#include <stdlib.h>

static const char symbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const char *address_parse(const char *text, struct address *out)
{
	*out = (struct address){ 0 };
	if (strncmp(text, "http://", 7) == 0) {
		text += 7;
	} else if (strncmp(text, "https://", 8) == 0) {
		text += 8;
		out->secure = true;
	} else {
		return "it has to begin with http:// or https://";
	}
	size_t len = 0;
	if (text[0] == '[') { /* IPv6 */
		len = strcspn(++text, "]/#");
		if (text[len] != ']')
			return "the closing ] of the address is missing";
	} else {
		len = strcspn(text, ":/#?");
	}
	if (len == 0 || len >= sizeof out->host)
		return "it names no host";
	memcpy(out->host, text, len);
	text += len + (text[len] == ']');
	out->port = out->secure ? 443 : 80;
	if (*text == ':') {
		char *end;
		unsigned long port = strtoul(text + 1, &end, 10);
		if (end == text + 1 || port == 0 || port > 65535)
			return "its port is not a number from 1 to 65535";
		out->port = (uint16_t)port;
		text = end;
	}
	if (*text != '\0' && *text != '/' && *text != '#' && *text != '?')
		return "it has something odd behind the host";
	return NULL;
}

static bool token_read(const char *text, uint8_t out[16])
{
	if (strlen(text) != TOKEN_TEXT - 1)
		return false;
	uint32_t bits = 0;
	size_t have = 0, written = 0;
	for (; *text != '\0'; text++) {
		const char *at = strchr(symbols, *text);
		if (at == NULL)
			return false;
		bits = bits << 6 | (uint32_t)(at - symbols);
		have += 6;
		if (have >= 8 && written < 16) {
			have -= 8;
			out[written++] = (uint8_t)(bits >> have);
		}
	}
	return written == 16 && (bits & ((1u << have) - 1)) == 0;
}

const char *link_parse(const char *text, struct link *out)
{
	*out = (struct link){ 0 };
	const char *wrong = address_parse(text, &out->address);
	if (wrong != NULL)
		return wrong;
	const char *fragment = strchr(text, '#');
	if (fragment == NULL)
		return "it has no part behind a #. Did the shell take it away? Put the link in quotes";
	fragment++;
	const char *dot = strchr(fragment, '.');
	struct sid sid;
	struct code code;
	if (dot != NULL) {
		if (!sid_parse(slice_of(fragment, (size_t)(dot - fragment)), &sid))
			return "what stands between # and the dot is not a session";
		if (!token_read(dot + 1, out->token))
			return "what stands behind the dot is not 22 characters of a secret; it may have been cut";
		snprintf(out->place, sizeof out->place, "%s", sid.text);
		out->has_token = true;
		return NULL;
	}
	if (!code_parse(slice_text(fragment), &code))
		return "what stands behind the # is neither a code of eight characters nor a session with its secret";
	snprintf(out->place, sizeof out->place, "%s", code.text);
	return NULL;
}

void token_write(const uint8_t token[16], char out[TOKEN_TEXT])
{
	uint32_t bits = 0;
	size_t have = 0, at = 0;
	for (size_t i = 0; i < 16; i++) {
		bits = bits << 8 | token[i];
		for (have += 8; have >= 6; have -= 6)
			out[at++] = symbols[bits >> (have - 6) & 63];
		bits &= (1u << have) - 1;
	}
	out[at++] = symbols[bits << (6 - have) & 63];
	out[at] = '\0';
}

void address_write(const struct address *address, char *out, size_t size)
{
	const char *left = strchr(address->host, ':') != NULL ? "[" : "", *right = *left != '\0' ? "]" : "";
	if (address->port == (address->secure ? 443 : 80))
		snprintf(out, size, "%s://%s%s%s", address->secure ? "https" : "http", left, address->host, right);
	else
		snprintf(out, size, "%s://%s%s%s:%u", address->secure ? "https" : "http", left, address->host, right,
			 address->port);
}
