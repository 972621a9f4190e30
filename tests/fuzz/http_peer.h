/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A peer that sends bytes of whatever kind to a server of this process, and holds what comes back against HTTP.
 * Tests: loop layer.
 */
#ifndef CLAIMD_TESTS_FUZZ_HTTP_PEER_H
#define CLAIMD_TESTS_FUZZ_HTTP_PEER_H

#include <stdint.h>

#include "base/address.h"
#include "base/buf.h"
#include "loop/loop.h"

struct http_peer {
	struct loop *loop;
	char address[ADDRESS_SIZE]; /* of the server */
	/* Called whenever more has come of an answer; may be NULL. */
	void (*on_bytes)(const struct buf *answers, void *cls);
	void *cls;
};

/* Connects, sends CUT bytes, lets the server have its turn, sends the rest and the end, and takes what comes until the server has
 * closed. ANSWERS is emptied before. */
void http_peer_send(const struct http_peer *peer, const uint8_t *bytes, size_t size, size_t cut, struct buf *answers);

struct http_answer {
	unsigned status;
	const char *body; /* borrowed from the answers */
	size_t body_len;
};

/* Takes the next whole answer, from *IO_AT on; false when there is none. What stands there must be one, or the beginning of one. An
 * answer without the body that it tells of is one to HEAD. */
bool http_peer_take(const struct buf *answers, size_t *io_at, struct http_answer *ret);

#endif
