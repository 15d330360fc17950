/* SPDX-License-Identifier: EUPL-1.2 */
#include "shell/http.h"
#include "base/check.h"
#include "base/limits.h"
#include <strings.h>
#include <sys/queue.h>

enum {
	MAGIC_http = 0x68747470,
	PIECE = 16 * 1024,         /* of a file, per call of libwebsockets */
	METRICS_ROOM = 32 * 1024,
	DOWNLOAD_S = 20,           /* for each piece */
	ANSWER_S = 30              /* the journal may be slow; a house that never answers is a mistake */
};

/* Kept by libwebsockets with the socket, zeroed at first, used again by the next request of the same socket. */
struct seat {
	const uint8_t *at;         /* what is left to send */
	size_t left;
	uint8_t *own;              /* ours to free: a body that comes in, or one that goes out */
	size_t have, need;         /* of the body that comes in */
	struct http_reply *reply;  /* somebody is working on the answer */
	struct lws *wsi;
	bool close;                /* after the answer */
	uint16_t refused;          /* status; its body is read and dropped first */
	enum fault fault;
};

const size_t http_seat_size = sizeof(struct seat);

struct http_reply {
	struct http *http;
	struct seat *seat; /* NULL: the peer has gone */
	TAILQ_ENTRY(http_reply) link;
	const struct http_pieces *pieces; /* NULL: one answer, all at once */
	void *source;
	bool headed, last; /* of pieces: the head is out; no other comes */
};

struct http {
	uint32_t magic;
	struct http_parts parts;
	TAILQ_HEAD(, http_reply) replies;
	bool draining;
};

static const struct lws_protocol_vhost_options headers[] = {
	{ &headers[1], NULL, "content-security-policy:",
	  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; "
	  "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
	  "require-trusted-types-for 'script'; trusted-types 'none'" },
	{ &headers[2], NULL, "x-content-type-options:", "nosniff" },
	{ &headers[3], NULL, "referrer-policy:", "no-referrer" },
	{ &headers[4], NULL, "cross-origin-opener-policy:", "same-origin" },
	{ &headers[5], NULL, "cross-origin-resource-policy:", "same-origin" },
	{ NULL, NULL, "permissions-policy:", "camera=(), microphone=(), geolocation=()" },
};
const struct lws_protocol_vhost_options *const http_headers = headers;

struct answer {
	unsigned status;
	const char *type, *cache, *etag, *encoding, *allow;
	size_t len;
	bool close, pieces; /* pieces: of no length that is known */
};

static bool add(struct lws *wsi, const char *name, const char *value, uint8_t **at, uint8_t *end)
{
	return value == NULL || lws_add_http_header_by_name(wsi, (const uint8_t *)name, (const uint8_t *)value,
		(int)strlen(value), at, end) == 0;
}

static bool write_head(struct lws *wsi, const struct answer *answer)
{
	uint8_t room[LWS_PRE + 2048], *start = room + LWS_PRE, *at = start, *end = room + sizeof room - 1;
	return lws_add_http_header_status(wsi, answer->status, &at, end) == 0
		&& add(wsi, "content-type:", answer->type, &at, end)
		&& add(wsi, "cache-control:", answer->cache ? answer->cache : "no-store", &at, end)
		&& add(wsi, "etag:", answer->etag, &at, end)
		&& add(wsi, "vary:", answer->etag ? "accept-encoding" : NULL, &at, end)
		&& add(wsi, "content-encoding:", answer->encoding, &at, end)
		&& add(wsi, "allow:", answer->allow, &at, end)
		&& add(wsi, "connection:", answer->close ? "close" : NULL, &at, end)
		&& (answer->pieces || lws_add_http_header_content_length(wsi, answer->len, &at, end) == 0)
		&& lws_finalize_write_http_header(wsi, start, &at, end) == 0;
}

static int finished(struct lws *wsi)
{
	return lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* Says why and closes: for requests that nothing good can follow. */
static int refuse(struct lws *wsi, unsigned status, const char *text)
{
	uint8_t room[LWS_PRE + 256];
	size_t len = strlen(text);
	struct answer answer = { .status = status, .type = "text/plain; charset=utf-8", .len = len, .close = true,
				 .allow = status == 405 ? "GET, HEAD" : NULL };
	CHECK(len <= 256);
	if (write_head(wsi, &answer)) {
		memcpy(room + LWS_PRE, text, len); // NOLINT(bugprone-not-null-terminated-result): a body; its length goes with it
		lws_write(wsi, room + LWS_PRE, len, LWS_WRITE_HTTP_FINAL);
	}
	return -1;
}

/* The same for a session that was not made: why, as protocol/README.md clause 7.2 says. */
static int refuse_create(struct lws *wsi, unsigned status, enum fault fault)
{
	uint8_t room[LWS_PRE + HTTP_FAULT_BYTES];
	struct answer answer = { .status = status, .type = "application/msgpack", .len = HTTP_FAULT_BYTES, .close = true };
	if (write_head(wsi, &answer)) {
		http_fault(fault, room + LWS_PRE);
		lws_write(wsi, room + LWS_PRE, HTTP_FAULT_BYTES, LWS_WRITE_HTTP_FINAL);
	}
	return -1;
}

static void reply_free(struct http_reply *reply)
{
	TAILQ_REMOVE(&reply->http->replies, reply, link);
	free(reply);
}

static void forget(struct seat *seat)
{
	if (seat == NULL)
		return;
	free(seat->own);
	if (seat->reply && seat->reply->pieces) {
		seat->reply->pieces->gone(seat->reply->source);
		reply_free(seat->reply);
	} else if (seat->reply) {
		seat->reply->seat = NULL;
	}
	*seat = (struct seat){ 0 };
}

static int on_writable(struct seat *seat, struct lws *wsi);

/* Sends the head, then the body when the socket can take it. own: to be freed afterwards. */
static int send_body(struct seat *seat, struct lws *wsi, const struct answer *answer, const void *at, uint8_t *own)
{
	bool head = lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0;
	seat->own = own;
	seat->close = answer->close;
	if (!write_head(wsi, answer))
		return -1;
	if (head || answer->len == 0) {
		bool close = answer->close;
		forget(seat);
		return close ? -1 : finished(wsi);
	}
	seat->at = at;
	seat->left = answer->len;
	if (answer->len <= PIECE && !lws_partial_buffered(wsi))
		return on_writable(seat, wsi); /* at once: libwebsockets 4.3 does not find a request behind one that waits */
	lws_callback_on_writable(wsi);
	return 0;
}

static int on_writable(struct seat *seat, struct lws *wsi)
{
	uint8_t room[LWS_PRE + PIECE];
	if (seat == NULL || seat->left == 0)
		return 0;
	size_t len = seat->left < PIECE ? seat->left : PIECE;
	bool last = len == seat->left;
	memcpy(room + LWS_PRE, seat->at, len);
	seat->at += len;
	seat->left -= len;
	lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, DOWNLOAD_S);
	if (lws_write(wsi, room + LWS_PRE, len, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) != (int)len)
		return -1;
	if (!last) {
		lws_callback_on_writable(wsi);
		return 0;
	}
	bool close = seat->close;
	forget(seat);
	return close && !lws_partial_buffered(wsi) ? -1 : finished(wsi);
}

void http_fault(enum fault fault, uint8_t out[HTTP_FAULT_BYTES])
{
	CHECK((unsigned)fault < 128);
	out[0] = 0x91; /* MessagePack: an array of one, a small number */
	out[1] = (uint8_t)fault;
}

/* ---- files ---- */

static bool matches(const char *pattern, const char *path)
{
	size_t len = strlen(pattern);
	if (len && pattern[len - 1] == '*')
		return strncmp(pattern, path, len - 1) == 0;
	return strcmp(pattern, path) == 0;
}

static const struct asset *find(const struct http *http, const char *path)
{
	for (const char *const *shell = http->parts.shell; *shell; shell++)
		if (matches(*shell, path)) {
			path = "/index.html";
			break;
		}
	for (unsigned i = 0; i < http->parts.asset_count; i++)
		if (strcmp(http->parts.assets[i].path, path) == 0)
			return &http->parts.assets[i];
	return NULL;
}

static int serve(struct seat *seat, struct lws *wsi, const struct asset *asset)
{
	char room[256];
	struct answer answer = { .status = 200, .type = asset->type, .etag = asset->etag,
				 .cache = asset->immutable ? "public, max-age=31536000, immutable" : "no-cache" };
	if (lws_hdr_copy(wsi, room, sizeof room, WSI_TOKEN_HTTP_IF_NONE_MATCH) > 0 && strstr(room, asset->etag)) {
		answer.status = 304;
		answer.type = NULL;
		return send_body(seat, wsi, &answer, NULL, NULL);
	}
	const unsigned char *at = asset->at, *end = asset->end;
	if (asset->gzip != asset->gzip_end && lws_hdr_copy(wsi, room, sizeof room, WSI_TOKEN_HTTP_ACCEPT_ENCODING) > 0
	    && strstr(room, "gzip") && !strstr(room, "gzip;q=0")) {
		answer.encoding = "gzip";
		at = asset->gzip;
		end = asset->gzip_end;
	}
	answer.len = (size_t)(end - at);
	return send_body(seat, wsi, &answer, at, NULL);
}

/* ---- health and metrics ---- */

static int serve_text(struct seat *seat, struct lws *wsi, unsigned status, const char *type, const char *text, size_t len)
{
	struct answer answer = { .status = status, .type = type, .len = len };
	uint8_t *own = check_alloc(1, len);
	memcpy(own, text, len);
	return send_body(seat, wsi, &answer, own, own); // NOLINT(clang-analyzer-unix.Malloc): the seat's from here; forget() frees it
}

static int health(struct http *http, struct seat *seat, struct lws *wsi)
{
	char text[512];
	const char *why = http->draining ? "stopping" : http->parts.up->unwell(http->parts.up_ctx);
	int n = snprintf(text, sizeof text, "{\"ok\":%s,\"draining\":%s,\"why\":\"", why ? "false" : "true",
		http->draining ? "true" : "false");
	for (; why && *why && n < 480; why++) /* a sentence of ours, but it may quote a file's name */
		text[n++] = (char)((unsigned char)*why < 0x20 || *why == '"' || *why == '\\' ? '\'' : *why);
	n += snprintf(text + n, sizeof text - (size_t)n, "\"}\n");
	return serve_text(seat, wsi, why ? 503 : 200, "application/json", text, (size_t)n);
}

static int metrics(struct http *http, struct seat *seat, struct lws *wsi)
{
	uint8_t *own = check_alloc(1, METRICS_ROOM);
	size_t len = http->parts.up->metrics((char *)own, METRICS_ROOM, http->parts.up_ctx);
	struct answer answer = { .status = 200, .type = "text/plain; version=0.0.4", .len = len };
	return send_body(seat, wsi, &answer, own, own);
}

/* ---- the catalog: no secret, so nobody is asked for a key ---- */

static const char catalog_path[] = "/api/catalog";

static bool is_catalog(const char *path)
{
	size_t len = sizeof catalog_path - 1;
	return strncmp(path, catalog_path, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static int serve_catalog(struct http *http, struct seat *seat, struct lws *wsi, const char *path)
{
	const char *id = path + sizeof catalog_path - 1;
	struct slice body = http->parts.up->catalog(*id ? id + 1 : NULL, http->parts.up_ctx);
	struct answer answer = { .status = 200, .type = "application/msgpack", .cache = "no-cache", .len = body.len };
	if (body.len == 0)
		return serve_text(seat, wsi, 404, "text/plain; charset=utf-8", "no such workshop\n", 17);
	return send_body(seat, wsi, &answer, body.at, NULL);
}

/* ---- a new session ---- */

static struct slice bearer(struct lws *wsi, char *room, size_t size)
{
	static const char word[] = "Bearer ";
	int n = lws_hdr_copy(wsi, room, (int)size, WSI_TOKEN_HTTP_AUTHORIZATION);
	if (n < (int)sizeof word || strncasecmp(room, word, sizeof word - 1) != 0)
		return slice_of(NULL, 0);
	return slice_of(room + sizeof word - 1, (size_t)n - (sizeof word - 1));
}

/* Digits only, as RFC 9110 section 8.6 says: "+5", "5, 5" and " 5x" are how requests are smuggled. */
static bool length(struct lws *wsi, size_t *out)
{
	char room[16];
	int n = lws_hdr_copy(wsi, room, sizeof room, WSI_TOKEN_HTTP_CONTENT_LENGTH);
	if (n <= 0 || n > 9)
		return false;
	*out = 0;
	for (int i = 0; i < n; i++) {
		if (room[i] < '0' || room[i] > '9')
			return false;
		*out = *out * 10 + (size_t)(room[i] - '0');
	}
	return true;
}

/* Answering before the body has come would end in a reset, and with it the answer would be lost: a body of proper length is read first, and dropped. */
static int refuse_later(struct seat *seat, struct lws *wsi, uint16_t status, enum fault fault)
{
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) || !length(wsi, &seat->need) || seat->need == 0
	    || seat->need > LIMIT_HTTP_BODY)
		return refuse_create(wsi, status, fault);
	seat->refused = status;
	seat->fault = fault;
	return 0;
}

static int begin_create(struct http *http, struct seat *seat, struct lws *wsi)
{
	char origin[256], host[256], room[256];
	int origin_len = lws_hdr_copy(wsi, origin, sizeof origin, WSI_TOKEN_ORIGIN);
	int host_len = lws_hdr_copy(wsi, host, sizeof host, WSI_TOKEN_HOST);
	if (http->draining)
		return refuse_later(seat, wsi, 503, FAULT_elsewhere);
	if (origin_len < 0 || host_len < 0
	    || !door_origin(http->parts.door, slice_of(origin, (size_t)origin_len), slice_of(host, (size_t)host_len)))
		return refuse_later(seat, wsi, 403, FAULT_not_allowed);
	if (!http->parts.up->may_create(bearer(wsi, room, sizeof room), http->parts.up_ctx))
		return refuse_later(seat, wsi, 401, FAULT_key_needed);
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) || !length(wsi, &seat->need) || seat->need == 0)
		return refuse_create(wsi, 411, FAULT_malformed);
	if (seat->need > LIMIT_HTTP_BODY)
		return refuse_create(wsi, 413, FAULT_too_long);
	seat->own = check_alloc(1, seat->need);
	return 0;
}

static int on_body(struct seat *seat, const void *at, size_t len)
{
	if (len == 0)
		return 0;
	if ((seat->own == NULL && !seat->refused) || seat->left || seat->reply || len > seat->need - seat->have)
		return -1;
	if (seat->refused) {
		seat->have += len;
		return 0;
	}
	memcpy(seat->own + seat->have, at, len);
	seat->have += len;
	return 0;
}

static int on_body_whole(struct http *http, struct seat *seat, struct lws *wsi)
{
	char key[256], address[ADDRESS_TEXT];
	if (seat->refused)
		return seat->have == seat->need ? refuse_create(wsi, seat->refused, seat->fault) : -1;
	if (seat->own == NULL || seat->have != seat->need || seat->reply)
		return -1;
	struct http_reply *reply = check_alloc(1, sizeof *reply);
	uint8_t *body = seat->own;
	reply->http = http;
	reply->seat = seat;
	TAILQ_INSERT_TAIL(&http->replies, reply, link);
	seat->own = NULL;
	seat->reply = reply;
	seat->wsi = wsi;
	lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_S);
	http->parts.up->create(slice_of(body, seat->have), bearer(wsi, key, sizeof key),
		http->parts.address(wsi, address, http->parts.address_ctx), reply, http->parts.up_ctx);
	free(body);
	return 0;
}

void http_answer(struct http_reply *reply, unsigned status, struct slice body)
{
	struct seat *seat = reply->seat;
	reply_free(reply);
	if (seat == NULL)
		return;
	/* Kept until HTTP_WRITEABLE: nothing may close from here. The status stands in `need`, which is not used any more. */
	seat->reply = NULL;
	seat->need = status;
	seat->own = check_alloc(1, body.len);
	if (body.len)
		memcpy(seat->own, body.at, body.len);
	seat->have = body.len;
	seat->at = seat->own;
	lws_callback_on_writable(seat->wsi);
}

static int send_answer(struct seat *seat, struct lws *wsi)
{
	struct answer answer = { .status = (unsigned)seat->need, .type = "application/msgpack", .len = seat->have, .close = true };
	seat->wsi = NULL;
	return send_body(seat, wsi, &answer, seat->own, seat->own);
}

/* ---- the log of a session, in pieces ---- */

static const char log_before[] = "/api/sessions/", log_behind[] = "/log";

static bool is_log(const char *path, size_t len)
{
	size_t before = sizeof log_before - 1, behind = sizeof log_behind - 1;
	return len > before + behind && strncmp(path, log_before, before) == 0 && strcmp(path + len - behind, log_behind) == 0;
}

static int begin_log(struct http *http, struct seat *seat, struct lws *wsi, const char *path, size_t len)
{
	char token[256], address[ADDRESS_TEXT];
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI))
		return refuse(wsi, 405, "GET was expected\n");
	if (http->draining)
		return refuse_create(wsi, 503, FAULT_elsewhere);
	struct http_reply *reply = check_alloc(1, sizeof *reply);
	reply->http = http;
	reply->seat = seat;
	TAILQ_INSERT_TAIL(&http->replies, reply, link);
	seat->reply = reply;
	seat->wsi = wsi;
	lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_S);
	struct slice sid = slice_of(path + sizeof log_before - 1, len + 2 - sizeof log_before - sizeof log_behind);
	http->parts.up->log(sid, bearer(wsi, token, sizeof token), http->parts.address(wsi, address, http->parts.address_ctx), reply,
		http->parts.up_ctx);
	explicit_bzero(token, sizeof token);
	return 0;
}

bool http_begin(struct http_reply *reply, const struct http_pieces *pieces, void *source)
{
	if (reply->seat == NULL) {
		reply_free(reply);
		return false;
	}
	reply->pieces = pieces;
	reply->source = source;
	return true;
}

void http_piece(struct http_reply *reply, struct slice piece, bool last)
{
	struct seat *seat = reply->seat;
	CHECK(reply->pieces && seat->own == NULL && !reply->last);
	reply->last = last;
	seat->own = check_alloc(1, piece.len);
	if (piece.len)
		memcpy(seat->own, piece.at, piece.len);
	seat->at = seat->own;
	seat->left = piece.len;
	lws_callback_on_writable(seat->wsi);
}

/* Head, then what there is of the piece; then the next one is asked for. Called when libwebsockets has nothing of it in hand any more. */
static int send_piece(struct seat *seat, struct lws *wsi)
{
	static const struct answer answer = { .status = 200, .type = "application/octet-stream", .close = true, .pieces = true };
	uint8_t room[LWS_PRE + PIECE];
	struct http_reply *reply = seat->reply;
	if (!reply->headed) {
		reply->headed = true;
		if (!write_head(wsi, &answer))
			return -1;
		lws_callback_on_writable(wsi);
		return 0;
	}
	if (seat->left) {
		size_t len = seat->left < PIECE ? seat->left : PIECE;
		memcpy(room + LWS_PRE, seat->at, len);
		seat->at += len;
		seat->left -= len;
		lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, DOWNLOAD_S);
		if (lws_write(wsi, room + LWS_PRE, len, LWS_WRITE_HTTP) != (int)len)
			return -1;
		lws_callback_on_writable(wsi);
		return 0;
	}
	if (reply->last)
		return -1; /* the end of the connection is the end of the body */
	if (seat->own == NULL)
		return 0; /* it is on its way */
	free(seat->own);
	seat->own = NULL;
	lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_S);
	reply->pieces->more(reply->source);
	return 0;
}

/* ---- requests ---- */

static int on_request(struct http *http, struct seat *seat, struct lws *wsi, const char *path, size_t len)
{
	bool get = lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) || lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI);
	forget(seat); /* the socket's previous request */
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_HOST))
		return refuse(wsi, 400, "a Host was expected\n");
	if (strlen(path) != len) /* %00: what stands before it is not what was asked */
		return refuse(wsi, 400, "not a path\n");
	if (lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) && strcmp(path, "/api/sessions") == 0)
		return begin_create(http, seat, wsi);
	if (!get)
		return refuse(wsi, 405, "GET or HEAD was expected\n");
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) || lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING))
		return refuse(wsi, 400, "no body was expected\n");
	if (is_log(path, len))
		return begin_log(http, seat, wsi, path, len);
	if (is_catalog(path))
		return serve_catalog(http, seat, wsi, path);
	if (strcmp(path, "/healthz") == 0)
		return health(http, seat, wsi);
	if (strcmp(path, "/metrics") == 0 && (http->parts.metrics_open || http->parts.local(wsi, http->parts.address_ctx)))
		return metrics(http, seat, wsi);
	const struct asset *asset = find(http, path);
	if (asset)
		return serve(seat, wsi, asset);
	return serve_text(seat, wsi, 404, "text/plain; charset=utf-8", "nothing here\n", 13);
}

int http_event(struct http *http, struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
	struct seat *seat = user;
	switch (why) {
	case LWS_CALLBACK_HTTP:
		return seat ? on_request(http, seat, wsi, in, len) : -1;
	case LWS_CALLBACK_HTTP_BODY:
		return seat ? on_body(seat, in, len) : -1;
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return seat ? on_body_whole(http, seat, wsi) : -1;
	case LWS_CALLBACK_HTTP_WRITEABLE:
		if (seat && seat->reply && seat->reply->pieces)
			return send_piece(seat, wsi);
		return seat && seat->wsi && !seat->reply ? send_answer(seat, wsi) : on_writable(seat, wsi);
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		forget(seat);
		return 0;
	default:
		return 0;
	}
}

/* ---- life ---- */

struct http *http_create(const struct http_parts *parts)
{
	struct http *http = check_alloc(1, sizeof *http);
	http->magic = MAGIC_http;
	http->parts = *parts;
	TAILQ_INIT(&http->replies);
	return http;
}

void http_drain(struct http *http)
{
	http->draining = true;
}

void http_destroy(struct http *http)
{
	struct http_reply *reply;
	if (http == NULL)
		return;
	while ((reply = TAILQ_FIRST(&http->replies)) != NULL) { /* the house stopped before it answered */
		TAILQ_REMOVE(&http->replies, reply, link);
		free(reply);
	}
	http->magic = 0;
	free(http);
}
