/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A worker with one Delivery source, a real file, and an upstream whose answers are lined up by what it is asked to do.
 * Component ring. Its clock stands at 2026-09-20T12:00:00Z when it is opened, and runs on from there.
 */
#ifndef CLAIMD_TESTS_COMPONENT_ACT_WORLD_H
#define CLAIMD_TESTS_COMPONENT_ACT_WORLD_H

#include "canned_peer.h"
#include "conf/conf.h"
#include "store/action.h"
#include "store_bed.h"
#include "worker/worker.h"

#define ACT_T0 ((struct wall){ INT64_C(1789905600) * USEC_PER_SEC })

/* Answers. A claim was updated, and its status entered, so many seconds of the minute at 11:59. */
#define ACT_CLAIM(status, version, revision, second, members)                                                            \
	"{\"claims\":[{\"id\":\"c1\",\"status\":\"" status "\",\"version\":" #version ",\"revision\":" #revision                   \
	",\"updated_ts\":\"2026-09-20T11:59:" #second "Z\"" members "}]}"
#define ACT_OFFER(price, class)                                                                                        \
	",\"pricing\":{\"currency\":\"RUB\",\"offer\":{\"price\":\"" price "\"}},\"client_requirements\":{\"taxi_class\":\"" class "\"}"
#define ACT_TAKEN(status) "{\"id\":\"c1\",\"status\":\"" status "\",\"version\":1}"
#define ACT_ERROR(code) "{\"code\":\"" code "\",\"message\":\"In its own words\"}"
#define ACT_FEE(state, price) "{\"cancel_state\":\"" state "\",\"price\":\"" price "\",\"currency\":\"RUB\"}"
#define ACT_NOTHING "{\"claims\":[]}"

/* The one claim, c1. */
#define ACT_OFFERED ACT_CLAIM("ready_for_approval", 1, 3, 10, "")
#define ACT_ACCEPTED ACT_CLAIM("accepted", 1, 4, 50, "")
#define ACT_FAILED ACT_CLAIM("failed", 1, 4, 50, "")
#define ACT_FOUND ACT_CLAIM("performer_found", 1, 8, 20, "")
#define ACT_CANCELLED ACT_CLAIM("cancelled", 1, 9, 50, "")

/* What is asked for. */
enum act_ask {
	ACT_ASK_READ,
	ACT_ASK_ACCEPT,
	ACT_ASK_FEE,
	ACT_ASK_CANCEL,
	ACT_ASK_PROBE,
	ACT_ASK_MAX,
};

#define ACT_LINE_MAX 16

struct act_line {
	char *answers[ACT_LINE_MAX]; /* the next ones, one each; NULL: silence */
	size_t n;
	size_t next;
	char *usual; /* then this one */
	size_t n_asked;
	char last[2048]; /* the last request, head and body */
};

struct act_world {
	struct bed bed;
	struct clock clock;
	struct loop *loop;
	struct fetcher *fetcher;
	struct canned_peer peer;
	struct conf_daemon daemon;
	struct conf_source conf; /* nothing is approved by itself, fast reads, no journal, no sweeps, no limits */
	struct worker *worker;
	struct sqlite3 *lock;
	bool acting; /* an action was changed since this was unset; see act_world_watch() */
	char base_url[ADDRESS_SIZE + 16];
	struct act_line lines[ACT_ASK_MAX];
	char *then;         /* how reads are answered once the cause was asked for; NULL: no differently */
	enum act_ask cause;
};

/* Without a worker. The claim is in ready_for_approval, version 1, since 11:59:10; every act is taken, and free. */
void act_world_open(struct act_world *w);
void act_world_close(struct act_world *w);

void act_world_start(struct act_world *w);
/* Ends the worker as by kill -9. */
void act_world_stop(struct act_world *w);

/* Starts, with the claim read as it is. */
void act_world_start_read(struct act_world *w);

/* Wall time jumps. */
void act_world_advance(struct act_world *w, int64_t us);

/* The file is locked by another program, until it no longer is. */
void act_world_lock(struct act_world *w);
void act_world_unlock(struct act_world *w);

/* SQLite tells of each change of an action, on its way into the file. */
void act_world_watch(struct act_world *w);

/* How a kind of request is answered from now on, after what is lined up; the next one; or left waiting. */
void act_world_answer(struct act_world *w, enum act_ask ask, const char *status, const char *body);
void act_world_line_up(struct act_world *w, enum act_ask ask, const char *status, const char *body);
void act_world_hold(struct act_world *w, enum act_ask ask);
void act_world_let_go(struct act_world *w, const char *status, const char *body);

/* An upstream that does what it is asked to: reads are answered so from the moment on at which such a request came. */
void act_world_obey(struct act_world *w, enum act_ask cause, const char *body);

/* A callback for the claim is stored and the worker told. */
void act_world_call(struct act_world *w);

/* What somebody wants of the claim: uid:1000, of any version, with no argument. */
struct action_wish act_world_wish(struct act_world *w, enum act_kind kind);
/* Records it and tells the worker, if there is one. */
int64_t act_world_want(struct act_world *w, const struct action_wish *wish);

/* Waits until SQL says so, or so many requests of a kind have come. */
void act_world_await(struct act_world *w, const char *sql, const char *want);
void act_world_await_asked(struct act_world *w, enum act_ask ask, size_t n);
/* Waits for the end of the last action: "result code", the code "-" where there is none. */
void act_world_await_end(struct act_world *w, const char *want);
/* Time enough for what must not happen. */
void act_world_turns(struct act_world *w);

#endif
