/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stage for tests of the simulator: a loop with a clock that can be moved, a merchant that gets callbacks and pushes,
 * and a client. Component ring.
 */
#ifndef CLAIMD_TESTS_COMPONENT_SIM_STAGE_H
#define CLAIMD_TESTS_COMPONENT_SIM_STAGE_H

#include "base/address.h"
#include "raw_client.h"
#include "sim/sim.h"
#include "wire/claims.h"
#include "wire/journal.h"
#include "wire/orders.h"

#define INFO "/b2b/cargo/integration/v2/claims/info"
#define BULK_INFO "/b2b/cargo/integration/v2/claims/bulk_info"
#define ACCEPT "/b2b/cargo/integration/v2/claims/accept"
#define CANCEL "/b2b/cargo/integration/v2/claims/cancel"
#define CANCEL_INFO "/b2b/cargo/integration/v2/claims/cancel-info"
#define JOURNAL "/b2b/cargo/integration/v2/claims/journal"
#define LANGUAGE "Accept-Language: en\r\n"

#define ORDERS "/v1/businesses/222/orders"
#define CAMPAIGNS "/v2/campaigns"
#define OPERATIONS "/v1/businesses/222/operations"
#define TOKEN "/v2/auth/token"
#define API_KEY "Api-Key: ACMA:key:0\r\n"

/* What Market wants to read. */
#define MARKET_ACK "{\"version\":\"1.0.0\",\"name\":\"merchant\",\"time\":\"2026-09-20T06:12:42.001Z\"}"

#define CALLS_MAX 128

struct merchant {
	struct server *server;
	char address[ADDRESS_SIZE];
	unsigned status;         /* what it answers; 0: nothing at all */
	const char *answer;      /* what stands in it; NULL: nothing */
	char *calls[CALLS_MAX];  /* the request targets that have come */
	char *bodies[CALLS_MAX]; /* and what stood in them */
	size_t n;
	struct request *held;    /* not answered */
};

struct stage {
	struct clock clock;
	struct loop *loop;
	struct sim_config config; /* without pauses; to be changed before stage_begin() */
	struct sim *sim;          /* NULL before stage_begin() */
	struct merchant merchant;
	struct raw_answer answer; /* to the last stage_ask() */
};

void stage_open(struct stage *s);
void stage_close(struct stage *s);

/* Starts the simulator. */
void stage_begin(struct stage *s);
void stage_begin_scenario(struct stage *s, const char *text);
void stage_begin_with_fault(struct stage *s, const char *spec);
/* With callbacks to the merchant's address and TAIL. */
void stage_begin_with_callbacks(struct stage *s, const char *tail);
/* With pushes to the merchant's address and TAIL, which are acked. */
void stage_begin_with_pushes(struct stage *s, const char *tail);

/* sim_script() and sim_script_order(). */
void stage_script(struct stage *s, const char *id, const char *steps);
void stage_script_order(struct stage *s, const struct model *model, const char *id, const char *steps);
const struct world_shipment *stage_claim(const struct stage *s, const char *id);
const struct transition *stage_newest(const struct stage *s, const char *id);

/* Wait until so much has happened, and assert that it is not more. */
void stage_await_steps(struct stage *s, const char *id, size_t n);
void stage_await_calls(struct stage *s, size_t n);
void stage_await_done(struct stage *s);
/* Turns the loop as often as it takes whatever is due at once to happen. */
void stage_let_pass(struct stage *s);
/* It has come so far, and then waits. */
void stage_await_wait(struct stage *s, const char *id, size_t n);

struct sim_stats stage_stats(const struct stage *s);

/* One request; HEADERS are whole lines. */
void stage_ask(struct stage *s, const char *method, const char *target, const char *headers, const char *body);
void stage_ask_info(struct stage *s, const char *id);
/* The same of any of Delivery's operations on one claim. */
void stage_ask_claim(struct stage *s, const char *operation, const char *id, const char *body);
void stage_ask_bulk(struct stage *s, const char *const *ids, size_t n, struct wire_snapshots *ret);

/* Asks for the page behind CURSOR (NULL: from the start), whatever comes of it. LIMIT 0: none is given. */
void stage_ask_page(struct stage *s, const char *cursor, unsigned limit);
/* The same, and asserts that it is one. */
void stage_read_page(struct stage *s, const char *cursor, unsigned limit, struct wire_journal *ret);

/* Asks Market for orders, whatever comes of it; QUERY is "" or begins with '?'. */
void stage_ask_orders(struct stage *s, const char *query, const char *filter);
/* The same, and asserts that they are. */
void stage_read_orders(struct stage *s, const char *query, const char *filter, struct wire_orders *ret);

/* Asks Market to set an order's status, or to answer the buyer's wish to cancel it, whatever comes of it. */
void stage_set_status(struct stage *s, int campaign, const char *id, const char *body);
void stage_answer_wish(struct stage *s, int campaign, const char *id, const char *body);

/* Asserts the status that bulk_info tells of one claim, once asked. */
void stage_check_told(struct stage *s, const char *id, const char *status);
/* Asserts what the last answer was. */
void stage_check_error(struct stage *s, unsigned status, const char *code);
void stage_check_market_error(struct stage *s, unsigned status, const char *code);

#endif
