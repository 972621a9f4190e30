/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client of TLS, libcurl's, for tests of HTTP servers.
 * Component ring. It shares the server's thread: while it waits, it turns the server's loop.
 */
#ifndef CLAIMD_TESTS_COMPONENT_TLS_CLIENT_H
#define CLAIMD_TESTS_COMPONENT_TLS_CLIENT_H

#include <curl/curl.h>

#include "base/buf.h"
#include "loop/loop.h"

struct tls_request {
	struct loop *loop;
	const char *address; /* as listen_open() gave it; it is asked as localhost */
	const char *target;
	const char *trusted; /* the certificate in PEM that the server must have */
	long version;        /* for CURLOPT_SSLVERSION */
	bool is_post;        /* an empty one */
};

struct tls_answer {
	CURLcode code; /* the others are for CURLE_OK alone */
	long status;
	struct buf body;
};

/* One request on a connection of its own. */
void tls_ask(const struct tls_request *request, struct tls_answer *ret);
void tls_answer_done(struct tls_answer *answer);

#endif
