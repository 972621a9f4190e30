/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A database file with a few claims and orders, and runs of claimctl over it, in process.
 * Component tests: what test_ctl*.c share. One world a test, made and removed by its fixture.
 */
#ifndef CLAIMD_TESTS_COMPONENT_CTL_WORLD_H
#define CLAIMD_TESTS_COMPONENT_CTL_WORLD_H

#include "ctl/console.h"
#include "model/graph.h"
#include "store/store.h"

/* When all lives begin. */
#define CTL_WORLD_BEGIN "2026-09-23T07:44:04.402413Z"

/* Fixtures: a path where no file is; and a database there, whose claims are
 * "waits", with a window open until second 600; "ended", terminal; "jumped", held; and "twice", in both sources. */
void ctl_world_setup(void);
void ctl_world_setup_filled(void);
/* Likewise a database whose orders, of source "shop", are "55000001", sold as DBS and in delivery; "55000002", a LaaS draft
 * with a window open until second 3600; and "9223372036854775807", DBS and held. And one with the claims and the orders. */
void ctl_world_setup_orders(void);
void ctl_world_setup_both(void);
void ctl_world_teardown(void);

char *ctl_world_path(void);

/* That many seconds after the beginning, and a clock that stands there at this moment. */
struct wall ctl_world_time(int64_t second);
struct clock ctl_world_clock(struct wall t);

struct store *ctl_world_open_store(void);

/* Runs SQL on the file, over a connection of its own. */
void ctl_world_sql(const char *sql);

/* Takes a callback for ID in, and returns its shipment's row. In a transaction. */
int64_t ctl_world_hear(struct store *store, const char *source_name, const char *id);

/* Takes a push for an order of that model in, likewise. */
#define CTL_WORLD_CAMPAIGN_DBS 111
#define CTL_WORLD_CAMPAIGN_LAAS 112
int64_t ctl_world_hear_order(struct store *store, const char *source_name, const struct model *model, const char *id);

/* Stores one observation as the worker would, a minute later for each revision. In a transaction. */
void ctl_world_see(struct store *store, int64_t shipment_id, const char *status, int64_t revision);

/* The same of an order, which was updated in that minute; an illegal status is read twice, as it must be. */
void ctl_world_see_order(struct store *store, int64_t shipment_id, const char *status, int64_t minute);

struct ctl_world_run {
	int status;
	char *out;
	char *err;
};

/* Runs the words of LINE, with "@" standing for the database's path; OUT and ERR of CONSOLE are replaced, and closed. The first takes
 * a console that something else has its hands on while the run goes on. */
struct ctl_world_run ctl_world_run_on(struct console *console, const char *line);
struct ctl_world_run ctl_world_run_as(struct console console, const char *line);
struct ctl_world_run ctl_world_run(const char *line);
void ctl_world_run_done(struct ctl_world_run *run);

void ctl_world_expect_in(const char *text, const char *part);
void ctl_world_expect_not_in(const char *text, const char *part);
void ctl_world_expect_begin(const char *text, const char *begin);

/* TEXT is one JSON document, whose value at the JSON pointer AT, as text, is WANT; NULL: null, or none. */
void ctl_world_expect_json(const char *text, const char *at, const char *want);

/* The run ends with STATUS and says WHAT, in one line. */
void ctl_world_expect_failure(const char *line, int status, const char *what);

/* The run succeeds and writes just OUT. */
void ctl_world_expect_out(const char *line, const char *out);

/* The run lists just these claims: their ids in alphabetical order, each followed by a space. */
void ctl_world_expect_ids(const char *line, const char *ids);

#endif
