/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP requests through a curl multi handle on the event loop.
 * Loop layer: knows no upstream and no domain word. HTTP and HTTPS only, redirects never followed, certificates always verified,
 * TLS 1.2 at least, answers capped, every request bounded in time.
 */
#ifndef CLAIMD_LOOP_FETCH_H
#define CLAIMD_LOOP_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"

/* No peer's pause is longer, and sums with it can't overflow. */
#define FETCH_PAUSE_MAX_S (INT64_C(24) * 3600)

struct fetcher;
struct fetch;

enum fetch_method {
	FETCH_POST,
	FETCH_GET,
	FETCH_PUT,
};

struct fetch_request {
	const char *url;
	const char *const *headers; /* "Name: value", NULL-terminated list; NULL for none */
	enum fetch_method method;
	const char *body;           /* of a POST or PUT; NULL: without body */
	size_t body_len;
	bool once;                  /* a repeat might do it twice: when it is lost, it is never sent again */
	const char *until_header;   /* the name of a header that holds a date, for result.until; NULL for none */
	size_t max_answer;          /* bytes of body; a longer answer ends as FETCH_TOO_LARGE */
	bool status_alone;          /* once the head has come it is FETCH_ANSWERED, however the body ends: too long, cut off, too late */
	int64_t timeout_us;         /* the whole exchange */
	int64_t connect_timeout_us;
};

enum fetch_end {
	FETCH_ANSWERED,  /* a whole HTTP answer came, of any status */
	FETCH_FAILED,    /* no connection, broken TLS, cut off, timed out */
	FETCH_TOO_LARGE, /* cut by max_answer */
};

struct fetch_result {
	enum fetch_end end;
	unsigned status;        /* when answered */
	const char *body;       /* NUL-terminated; valid during the callback only */
	size_t body_len;
	int64_t retry_after_s;  /* from Retry-After, seconds or date, FETCH_PAUSE_MAX_S at most; -1 when absent or zero */
	struct wall date;       /* the Date header, in whole seconds; WALL_NONE when absent, or no date from 1970 to 9999 */
	struct wall until;      /* likewise the header named by until_header */
	const char *reason;     /* a phrase for people when not answered */
	bool unsent;            /* it failed for want of a connection: not a byte of the request has left */
};

typedef void (*fetch_fn)(const struct fetch_result *result, void *cls);

/* Connections are kept and used again, but for what is sent once; HTTP/2 where a TLS peer offers it; proxies as the environment
 * says (https_proxy, no_proxy). A kept connection may be found dead: what it loses is sent again on another. */
int fetcher_new(struct loop *loop, struct fetcher **ret);
/* Requests under way are cancelled: their callbacks don't run. Fine from within a callback. Takes NULL, returns NULL. */
struct fetcher *fetcher_free(struct fetcher *fetcher);

/* Starts a request; all texts are copied. FN runs exactly once, later, never from within this call, unless it is
 * cancelled first; the handle is dead when FN runs. */
int fetch_start(struct fetcher *fetcher, const struct fetch_request *request, fetch_fn fn, void *cls, struct fetch **ret);
/* Ends it without its callback, also from within the callback of another. Takes NULL, returns NULL. */
struct fetch *fetch_cancel(struct fetch *fetch);

DEFINE_CLEANUP(fetcher, struct fetcher *, fetcher_free)

#endif
