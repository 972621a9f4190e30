/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A worker with one Market source, a real file, and an upstream whose answers are lined up by what is asked for.
 * Component ring. Its clock stands at 2026-09-20T12:00:00Z when it is opened, and runs on from there.
 */
#ifndef CLAIMD_TESTS_COMPONENT_MARKET_WORLD_H
#define CLAIMD_TESTS_COMPONENT_MARKET_WORLD_H

#include "canned_peer.h"
#include "conf/conf.h"
#include "store_bed.h"
#include "wire/orders_encode.h"
#include "worker/worker.h"

#define MARKET_T0 ((struct wall){ INT64_C(1789905600) * USEC_PER_SEC })
#define MARKET_HOUR_US (3600 * USEC_PER_SEC)
#define MARKET_DAY_US (24 * MARKET_HOUR_US)

/* Texts of answers. MEMBERS stand before the status, each with its comma. */
#define MARKET_ODD_ORDER(id, members, status, substatus, updated)                                                      \
	"{\"orderId\":" id ",\"campaignId\":111," members "\"status\":\"" status "\",\"substatus\":\"" substatus               \
	"\",\"creationDate\":\"2026-09-01T00:00:00Z\",\"updateDate\":\"" updated "\"}"
#define MARKET_ORDER(id, program, status, substatus, updated)                                                          \
	MARKET_ODD_ORDER(id, "\"programType\":\"" program "\",", status, substatus, updated)
#define MARKET_ORDERS(list) "{\"orders\":[" list "],\"paging\":{}}"
#define MARKET_PAGE(list, token) "{\"orders\":[" list "],\"paging\":{\"nextPageToken\":\"" token "\"}}"
#define MARKET_CAMPAIGN(id, business, placement, availability)                                                         \
	"{\"id\":" id ",\"business\":{\"id\":" business "},\"placementType\":\"" placement "\",\"apiAvailability\":\""         \
	availability "\"}"
#define MARKET_CAMPAIGN_LIST(list) "{\"campaigns\":[" list "],\"paging\":{}}"
#define MARKET_OWN_CAMPAIGNS MARKET_CAMPAIGN("111", "222", "DBS", "AVAILABLE") "," MARKET_CAMPAIGN("112", "222", "LAAS", "AVAILABLE")
#define MARKET_ERROR(message) "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"OOPS\",\"message\":\"" message "\"}]}"

/* What is asked for. */
enum market_ask {
	MARKET_LIST,      /* what was updated */
	MARKET_LIST_FAKE, /* likewise, of the test orders */
	MARKET_READ,      /* orders by their ids */
	MARKET_READ_FAKE,
	MARKET_CAMPAIGNS,
	MARKET_STATUS,       /* give an order a status */
	MARKET_CANCELLATION, /* answer a buyer's wish to cancel it */
	MARKET_OPERATION,    /* how far an operation is */
	MARKET_TOKEN,        /* what the key is good for */
	MARKET_ASK_MAX,
};

struct market_request {
	enum market_ask ask;
	char token[32]; /* of the page; "": the first */
	struct wire_orders_filter filter;
	char body[256]; /* of what is asked of one order, or of an operation */
};

#define MARKET_REQUESTS_MAX 256
#define MARKET_LINE_MAX 8

/* The answers to one kind of request: those in line, one each, then the last one for good. */
struct market_line {
	char *answers[MARKET_LINE_MAX]; /* NULL: silence */
	size_t n;
	size_t next;
	char *usual;
};

struct market_world {
	struct bed bed; /* bed_open_market() */
	struct clock clock;
	struct loop *loop;
	struct fetcher *fetcher;
	struct canned_peer peer;
	struct conf_daemon daemon;
	struct conf_source conf; /* the bed's campaigns; a list an hour, fast reads, no limits */
	struct conf_campaign campaigns[4];
	struct worker *worker;
	struct sqlite3 *lock;
	char base_url[ADDRESS_SIZE + 16];
	struct market_line lines[MARKET_ASK_MAX];
	struct market_request requests[MARKET_REQUESTS_MAX]; /* in their order */
	size_t n_requests;
};

/* Without a worker: market_world_start(). It lists nothing but empty pages, knows no orders, and all campaigns are right. */
void market_world_open(struct market_world *w);
void market_world_close(struct market_world *w);

void market_world_start(struct market_world *w);
/* As after kill -9, on the same file. */
void market_world_restart(struct market_world *w);

/* Wall time jumps ahead. */
void market_world_advance(struct market_world *w, int64_t us);

/* The file is locked by another program, until it no longer is. */
void market_world_lock(struct market_world *w);
void market_world_unlock(struct market_world *w);

/* All was listed up to AT. */
void market_world_listed(struct market_world *w, struct wall at);

/* How requests of a kind are answered from now on, after those that are lined up. */
void market_world_answer(struct market_world *w, enum market_ask ask, const char *status, const char *body);
/* The next request of the kind that has nothing lined up yet is answered so, or is left waiting. */
void market_world_line_up(struct market_world *w, enum market_ask ask, const char *status, const char *body);
void market_world_hold(struct market_world *w, enum market_ask ask);
/* Answers what was left waiting. */
void market_world_let_go(struct market_world *w, const char *status, const char *body);

/* How many requests of a kind have come, and the one at place I among them. */
size_t market_world_count(const struct market_world *w, enum market_ask ask);
const struct market_request *market_world_request(const struct market_world *w, enum market_ask ask, size_t i);

/* Waits until so many requests of the kind have come, or SQL says so. */
void market_world_await_count(struct market_world *w, enum market_ask ask, size_t n);
void market_world_await(struct market_world *w, const char *sql, const char *want);
/* Waits until all is listed up to the time of opening. */
void market_world_await_listed(struct market_world *w);
/* Time enough for what must not happen. */
void market_world_turns(struct market_world *w);

/* A push is stored and the worker told; returns once it is folded. STATUS "STATUS/SUBSTATUS". */
void market_world_push(struct market_world *w, const char *order, int64_t campaign_id, const char *status, struct wall at);

#endif
