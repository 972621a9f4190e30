/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stage for tests of the simulator: a loop with a clock that can be moved, a merchant that gets callbacks, and a
 * client. Component ring.
 */
#ifndef CLAIMD_TESTS_COMPONENT_SIM_STAGE_H
#define CLAIMD_TESTS_COMPONENT_SIM_STAGE_H

#include "base/address.h"
#include "raw_client.h"
#include "sim/sim.h"
#include "wire/claims.h"
#include "wire/journal.h"

#define INFO "/b2b/cargo/integration/v2/claims/info"
#define BULK_INFO "/b2b/cargo/integration/v2/claims/bulk_info"
#define JOURNAL "/b2b/cargo/integration/v2/claims/journal"
#define LANGUAGE "Accept-Language: en\r\n"

#define CALLS_MAX 64

struct merchant {
	struct server *server;
	char address[ADDRESS_SIZE];
	unsigned status;        /* what it answers */
	char *calls[CALLS_MAX]; /* the request targets that have come */
	size_t n;
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

/* sim_script(). */
void stage_script(struct stage *s, const char *id, const char *steps);
const struct world_claim *stage_claim(const struct stage *s, const char *id);
const struct transition *stage_newest(const struct stage *s, const char *id);

/* Wait until so much has happened, and assert that it is not more. */
void stage_await_steps(struct stage *s, const char *id, size_t n);
void stage_await_calls(struct stage *s, size_t n);
void stage_await_done(struct stage *s);
/* Turns the loop as often as it takes whatever is due at once to happen. */
void stage_let_pass(struct stage *s);

/* One request; HEADERS are whole lines. */
void stage_ask(struct stage *s, const char *method, const char *target, const char *headers, const char *body);
void stage_ask_info(struct stage *s, const char *id);
void stage_ask_bulk(struct stage *s, const char *const *ids, size_t n, struct wire_claims *ret);

/* Asks for the page behind CURSOR (NULL: from the start), whatever comes of it. LIMIT 0: none is given. */
void stage_ask_page(struct stage *s, const char *cursor, unsigned limit);
/* The same, and asserts that it is one. */
void stage_read_page(struct stage *s, const char *cursor, unsigned limit, struct wire_journal *ret);

/* Asserts the status that bulk_info tells of one claim, once asked. */
void stage_check_told(struct stage *s, const char *id, const char *status);
/* Asserts what the last answer was. */
void stage_check_error(struct stage *s, unsigned status, const char *code);

#endif
