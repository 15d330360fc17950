/* SPDX-License-Identifier: EUPL-1.2 */
/* port/transport.h for tests: connections are queues with a delay each way, and a window of frames under way beyond which the peer is full.
 * Order within a connection is kept, as TCP keeps it. Everything comes by the loop, nothing from inside a call. */
#ifndef BOLLPLANK_TESTS_LIB_TRANSPORT_TEST_H
#define BOLLPLANK_TESTS_LIB_TRANSPORT_TEST_H
#include "port/loop.h"
#include "port/transport.h"

struct transport_test;

struct transport_test_peer { /* what the page's end hears */
	void (*frame)(struct conn *conn, struct slice bytes, void *ctx);
	void (*closed)(struct conn *conn, uint16_t code, void *ctx); /* the last; 1006: cut, nobody said why */
};

extern const struct transport_ops transport_test_ops;

struct transport_test *transport_test_create(struct loop loop);
void transport_test_destroy(struct transport_test *test); /* everything still under way is dropped */
void transport_test_serve(struct transport_test *test, const struct transport_up *up, void *ctx); /* whose connections from now on */

/* delay_ms: each way. window: frames that may be under way at a time; 0: it takes nothing. peer and ctx are borrowed until closed. */
struct conn *transport_test_connect(struct transport_test *test, const char *address, const struct transport_test_peer *peer, void *ctx);
void transport_test_pace(struct conn *conn, uint64_t delay_ms, unsigned window);
void transport_test_send(struct conn *conn, struct slice bytes); /* from the page */
void transport_test_cut(struct conn *conn);  /* at once, both ways; what is under way is lost; the page hears nothing more, and may not use conn again */
void transport_test_crash(struct transport_test *test); /* the house is gone: no upcall any more, every page hears closed(1006) */
size_t transport_test_open(const struct transport_test *test);
#endif
