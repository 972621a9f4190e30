/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes what an upstream, or a webhook's receiver, answers: the first byte of an input says what is asked for and how, the rest are the
 * bytes that come back, whatever is asked. A request ends once, and its end keeps fetch.h's promises: about the body, and about the
 * times that stand in Date, Retry-After and X-RateLimit-Resource-Until.
 * Tests: loop and api layer, over a real socket.
 * Covers: loop/fetch.c, api/outcome.c.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/outcome.h"
#include "base/err.h"
#include "loop/fetch.h"
#include "loop/listen.h"
#include "tests/fuzz/fuzz.h"

#define MAX_ANSWER 2048
#define TURN_US USEC_PER_MS

/* 9999-12-31T23:59:59Z */
#define DATE_MAX_US (INT64_C(253402300799) * USEC_PER_SEC)

/* The bits of an input's first byte. */
enum {
	ASK_ONCE = 1 << 0,
	ASK_STATUS_ALONE = 1 << 1,
	ASK_UNTIL = 1 << 2,
	ASK_POST = 1 << 3,
};

/* One of all, for as long as the process lives. */
struct world {
	struct clock clock;
	struct loop *loop;
	struct fetcher *fetcher;
	char url[ADDRESS_SIZE + 16];
	int fd;         /* listens */
	unsigned asked; /* how the request is made */
	unsigned ends;  /* of it, so far */
};

static void require_date(struct wall date)
{
	FUZZ_REQUIRE(!wall_is_set(date) || (date.us >= 0 && date.us <= DATE_MAX_US && date.us % USEC_PER_SEC == 0));
}

static void on_end(const struct fetch_result *result, void *cls)
{
	struct world *w = cls;

	w->ends++;
	FUZZ_REQUIRE(result->body && result->body_len <= MAX_ANSWER && result->body[result->body_len] == '\0');
	FUZZ_REQUIRE(result->retry_after_s == -1 || (result->retry_after_s > 0 && result->retry_after_s <= FETCH_PAUSE_MAX_S));
	require_date(result->date);
	require_date(result->until);
	FUZZ_REQUIRE((w->asked & ASK_UNTIL) || !wall_is_set(result->until));
	FUZZ_REQUIRE(!result->unsent);
	FUZZ_REQUIRE(outcome_of(result) < OUTCOME_KIND_MAX);
	switch (result->end) {
	case FETCH_ANSWERED:
		FUZZ_REQUIRE((outcome_of(result) == OUTCOME_OK) == (result->status == 200));
		break;
	case FETCH_FAILED:
	case FETCH_TOO_LARGE:
		FUZZ_REQUIRE(result->reason && result->reason[0] != '\0' && result->status == 0);
		FUZZ_REQUIRE(outcome_of(result) != OUTCOME_OK);
		break;
	}
}

static struct world *world(void)
{
	static struct world w;
	char address[ADDRESS_SIZE];

	if (w.loop)
		return &w;
	FUZZ_REQUIRE(setenv("no_proxy", "*", 1) == 0);
	FUZZ_REQUIRE(loop_new(&w.clock, &w.loop) == ERR_OK && fetcher_new(w.loop, &w.fetcher) == ERR_OK);
	FUZZ_REQUIRE(listen_open("127.0.0.1:0", &w.fd, address) == ERR_OK);
	(void)snprintf(w.url, sizeof(w.url), "http://%s/x", address);
	return &w;
}

static void ask(struct world *w, unsigned how)
{
	const struct fetch_request request = {
		.url = w->url,
		.method = how & ASK_POST ? FETCH_POST : FETCH_GET,
		.body = how & ASK_POST ? "{}" : NULL,
		.body_len = how & ASK_POST ? 2 : 0,
		.once = how & ASK_ONCE,
		.status_alone = how & ASK_STATUS_ALONE,
		.until_header = how & ASK_UNTIL ? "X-RateLimit-Resource-Until" : NULL,
		.max_answer = MAX_ANSWER,
		.timeout_us = 60 * USEC_PER_SEC,
		.connect_timeout_us = 60 * USEC_PER_SEC,
	};
	struct fetch *fetch;

	w->asked = how;
	w->ends = 0;
	FUZZ_REQUIRE(fetch_start(w->fetcher, &request, on_end, w, &fetch) == ERR_OK);
}

static void turn(const struct world *w, int64_t wait_us)
{
	bool any;

	FUZZ_REQUIRE(loop_step(w->loop, wait_us, &any) == ERR_OK);
}

/* Takes what is asked, so that the end is no reset, and answers it. Nobody asks on two connections at a time. */
static void answer_next(const struct world *w, const uint8_t *data, size_t size, int *io_fd)
{
	char request[4096];
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	(void)recv(fd, request, sizeof(request), 0);
	(void)send(fd, data, size, MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	if (*io_fd >= 0)
		(void)close(*io_fd);
	*io_fd = fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = world();
	int fd = -1;

	if (size == 0)
		return 0;
	ask(w, data[0]);
	while (w->ends == 0) {
		turn(w, TURN_US);
		answer_next(w, data + 1, size - 1, &fd);
	}
	turn(w, 0);
	FUZZ_REQUIRE(w->ends == 1 && fd >= 0);
	(void)close(fd);
	return 0;
}
