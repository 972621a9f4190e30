/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A database file with a few claims and orders, and runs of claimctl over it, in process.
 * Component tests: what test_ctl*.c share.
 */
#include "ctl_world.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"
#include "ctl/ctl.h"
#include "model/reconcile.h"
#include "store/outbox.h"
#include "suite.h"
#include "wire/doc.h"

#define WORDS_MAX 16
#define ALERTS_MAX 8

static char *path;

struct wall ctl_world_time(int64_t second)
{
	struct wall t;

	ck_assert_int_eq(timefmt_parse(CTL_WORLD_BEGIN, strlen(CTL_WORLD_BEGIN), &t, NULL), 0);
	return wall_add(t, second * USEC_PER_SEC);
}

/* --- A database ---------------------------------------------------------------------------------------------------- */

struct store *ctl_world_open_store(void)
{
	struct store *store = NULL;
	struct store_error error = { "" };
	int r = store_open(path, &store, &error);

	ck_assert_msg(r == 0, "%s", error.text);
	return store;
}

void ctl_world_sql(const char *sql)
{
	sqlite3 *handle = NULL;

	ck_assert_int_eq(sqlite3_open(path, &handle), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(handle));
	sqlite3_close(handle);
}

/* The shipment of that id, which is due. */
static int64_t find_due(struct store *store, int64_t source_id, const char *id)
{
	struct due due[WORDS_MAX];
	size_t n = 0;

	store_fold_hints(store, ctl_world_time(0), WORDS_MAX, &n);
	ck_assert_int_eq(store_due(store, source_id, ctl_world_time(1), due, WORDS_MAX, &n), 0);
	for (size_t i = 0; i < n; i++)
		if (strcmp(due[i].external_id, id) == 0)
			return due[i].shipment_id;
	ck_abort_msg("%s is not due", id);
}

int64_t ctl_world_hear(struct store *store, const char *source_name, const char *id)
{
	struct source source;

	ck_assert_int_eq(store_source(store, "delivery", source_name, (struct wall){ 1 }, &source), 0);
	store_hint_add(store, &(struct hint){
		.source_id = source.id,
		.kind = "callback",
		.owes_read = true,
		.external_id = id,
		.upstream = WALL_NONE,
		.received = ctl_world_time(0),
		.remote_addr = "127.0.0.1",
		.own_params = "{\"my_order_id\":\"123\"}",
		.campaign_id = NUMBER_NONE,
	});
	return find_due(store, source.id, id);
}

int64_t ctl_world_hear_order(struct store *store, const char *source_name, const struct model *model, const char *id)
{
	const int64_t campaign_id = model == &model_dbs ? CTL_WORLD_CAMPAIGN_DBS : CTL_WORLD_CAMPAIGN_LAAS;
	struct source source;

	ck_assert_int_eq(store_source(store, "market", source_name, (struct wall){ 1 }, &source), 0);
	store_campaign_save(store, source.id, &(struct campaign){ campaign_id, model, true, NUMBER_NONE, "" });
	store_hint_add(store, &(struct hint){
		.source_id = source.id,
		.kind = "ORDER_CREATED",
		.owes_read = true,
		.external_id = id,
		.upstream = WALL_NONE,
		.received = ctl_world_time(0),
		.remote_addr = "5.45.207.1",
		.campaign_id = campaign_id,
	});
	return find_due(store, source.id, id);
}

/* What every observation of these tests has. */
static struct seen seen_at(struct wall when, const char *status)
{
	struct seen seen = {
		.via = VIA_CALLBACK,
		.key = { .revision = NUMBER_NONE, .updated = when },
		.entered = when,
		.seen_at = when,
		.version = NUMBER_NONE,
		.operation_id = NUMBER_NONE,
		.point_id = NUMBER_NONE,
		.valid_until = WALL_NONE,
		.campaign_id = NUMBER_NONE,
		.asked = WALL_NONE,
	};

	snprintf(seen.status, sizeof(seen.status), "%s", status);
	return seen;
}

static enum decision take(struct store *store, int64_t shipment_id, struct seen *seen)
{
	struct wall when = seen->seen_at;
	struct shipment shipment;
	struct pending pending;
	struct timeline timeline CLEANUP(store_timeline_done) = { 0 };
	struct changes changes;
	enum decision decision;

	ck_assert_int_eq(store_shipment(store, shipment_id, &shipment, &pending), 0);
	memcpy(seen->external_id, shipment.external_id, sizeof(seen->external_id));
	ck_assert_int_eq(store_timeline(store, shipment_id, &seen->key, &timeline), 0);
	decision = reconcile(POLICY_HOLD, when, &shipment, &timeline, seen);
	store_apply(store, &shipment, &timeline, when, &changes);
	store_price(store, shipment_id, seen);
	pending.due = WALL_NONE;
	pending.served_id = pending.hint_id;
	store_pending_save(store, shipment_id, &pending, when);
	return decision;
}

void ctl_world_see(struct store *store, int64_t shipment_id, const char *status, int64_t revision)
{
	struct seen seen = seen_at(ctl_world_time(60 * (revision - 1)), status);

	seen.key.revision = revision;
	seen.version = 1;
	snprintf(seen.price, sizeof(seen.price), "1738.8");
	snprintf(seen.currency, sizeof(seen.currency), "RUB");
	ck_assert_int_eq(take(store, shipment_id, &seen), DECISION_CHANGED);
}

void ctl_world_see_order(struct store *store, int64_t shipment_id, const char *status, int64_t minute)
{
	struct seen seen = seen_at(ctl_world_time(60 * minute), status);
	enum decision decision;

	seen.snapshot = true;
	decision = take(store, shipment_id, &seen);
	if (decision == DECISION_SUSPECT)
		decision = take(store, shipment_id, &seen);
	ck_assert_int_eq(decision, DECISION_CHANGED);
}

/* The journal has all alerts, and nobody else is to have them. */
static void tell_alerts(struct store *store)
{
	struct alert alerts[ALERTS_MAX];
	size_t n = 0;

	ck_assert_int_eq(store_alerts_unlogged(store, alerts, ALERTS_MAX, &n), 0);
	for (size_t i = 0; i < n; i++)
		store_alert_logged(store, alerts[i].id);
	ck_assert_uint_eq(store_alerts_drop(store, ALERTS_MAX), n);
}

static void fill_database(void)
{
	struct store *store = ctl_world_open_store();

	ck_assert_int_eq(store_begin(store), 0);
	int64_t waits = ctl_world_hear(store, "main", "waits");
	int64_t ended = ctl_world_hear(store, "main", "ended");
	int64_t jumped = ctl_world_hear(store, "main", "jumped");
	int64_t twice_main = ctl_world_hear(store, "main", "twice");
	int64_t twice_other = ctl_world_hear(store, "other", "twice");

	ctl_world_see(store, waits, "ready_for_approval", 1);
	ctl_world_see(store, ended, "returned", 1);
	ctl_world_see(store, ended, "returned_finish", 2);
	ctl_world_see(store, jumped, "delivered_finish", 3);
	ctl_world_see(store, jumped, "performer_lookup", 4);
	ctl_world_see(store, twice_main, "new", 5);
	ctl_world_see(store, twice_other, "accepted", 6);
	tell_alerts(store);
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
}

static void add_orders(void)
{
	struct store *store = ctl_world_open_store();

	ck_assert_int_eq(store_begin(store), 0);
	int64_t sent = ctl_world_hear_order(store, "shop", &model_dbs, "55000001");
	int64_t draft = ctl_world_hear_order(store, "shop", &model_laas, "55000002");
	int64_t skipped = ctl_world_hear_order(store, "shop", &model_dbs, "9223372036854775807");

	ctl_world_see_order(store, sent, "PROCESSING/STARTED", 0);
	ctl_world_see_order(store, sent, "DELIVERY/DELIVERY_SERVICE_RECEIVED", 1);
	ctl_world_see_order(store, draft, "RESERVED/", 0);
	ctl_world_see_order(store, skipped, "PROCESSING/STARTED", 2);
	ctl_world_see_order(store, skipped, "DELIVERED/DELIVERY_SERVICE_DELIVERED", 3);
	tell_alerts(store);
	ck_assert_int_eq(store_commit(store), 0);
	store_close(store);
}

void ctl_world_setup(void)
{
	ck_assert_int_gt(asprintf(&path, "%s/claimd.db", suite_tmpdir()), 0);
}

char *ctl_world_path(void)
{
	return path;
}

void ctl_world_setup_filled(void)
{
	ctl_world_setup();
	fill_database();
}

void ctl_world_setup_orders(void)
{
	ctl_world_setup();
	add_orders();
}

void ctl_world_setup_both(void)
{
	ctl_world_setup_filled();
	add_orders();
}

void ctl_world_teardown(void)
{
	free(path);
}

/* --- A run --------------------------------------------------------------------------------------------------------- */

struct clock ctl_world_clock(struct wall t)
{
	struct clock real = { 0 };

	return (struct clock){ .shift_us = t.us - clock_wall(&real).us };
}

struct ctl_world_run ctl_world_run_on(struct console *console, const char *line)
{
	struct ctl_world_run run = { 0 };
	char *words = strdup(line);
	char *argv[WORDS_MAX + 1] = { (char[]){ "claimctl" } };
	int argc = 1;
	char *rest = NULL;
	size_t out_len = 0;
	size_t err_len = 0;

	for (char *word = strtok_r(words, " ", &rest); word && argc < WORDS_MAX; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = strcmp(word, "@") == 0 ? path : word;
	console->out = open_memstream(&run.out, &out_len);
	console->err = open_memstream(&run.err, &err_len);
	run.status = ctl_run(console, argc, argv);
	fclose(console->out);
	fclose(console->err);
	free(words);
	return run;
}

struct ctl_world_run ctl_world_run_as(struct console console, const char *line)
{
	return ctl_world_run_on(&console, line);
}

struct ctl_world_run ctl_world_run(const char *line)
{
	return ctl_world_run_as((struct console){ 0 }, line);
}

void ctl_world_run_done(struct ctl_world_run *run)
{
	free(run->out);
	free(run->err);
}

void ctl_world_expect_in(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part), "no \"%s\" in:\n%s", part, text);
}

void ctl_world_expect_begin(const char *text, const char *begin)
{
	ck_assert_msg(strncmp(text, begin, strlen(begin)) == 0, "no \"%s\" at the beginning of:\n%s", begin, text);
}

void ctl_world_expect_not_in(const char *text, const char *part)
{
	ck_assert_msg(!strstr(text, part), "\"%s\" in:\n%s", part, text);
}

void ctl_world_expect_json(const char *text, const char *at, const char *want)
{
	struct json_object *doc CLEANUP(doc_cleanup) = NULL;
	struct json_object *value = NULL;
	size_t len = strlen(text);

	ck_assert_msg(len > 0 && text[len - 1] == '\n', "no newline at the end of:\n%s", text);
	ck_assert_msg(doc_parse(text, len - 1, JSON_TOKENER_STRICT, &doc) == 0, "no JSON:\n%s", text);
	json_pointer_get(doc, at, &value);

	const char *found = value ? json_object_get_string(value) : NULL;

	ck_assert_msg(want ? found && strcmp(found, want) == 0 : !found, "%s is %s, not %s, in:\n%s", at, found ? found : "null",
	              want ? want : "null", text);
}

void ctl_world_expect_failure(const char *line, int status, const char *what)
{
	struct ctl_world_run run = ctl_world_run(line);
	char *newline = strchr(run.err, '\n');

	ck_assert_msg(run.status == status, "\"%s\": exit status %d, not %d: %s", line, run.status, status, run.err);
	ctl_world_expect_begin(run.err, "claimctl: ");
	ctl_world_expect_in(run.err, what);
	ck_assert_ptr_nonnull(newline);
	ck_assert_str_eq(newline, "\n");
	ctl_world_run_done(&run);
}

void ctl_world_expect_out(const char *line, const char *out)
{
	struct ctl_world_run run = ctl_world_run(line);

	ck_assert_msg(run.status == 0, "%s", run.err);
	ck_assert_str_eq(run.err, "");
	ck_assert_str_eq(run.out, out);
	ctl_world_run_done(&run);
}

void ctl_world_expect_ids(const char *line, const char *ids)
{
	static const char *const names[] = { "ended", "jumped", "twice", "waits" };
	struct ctl_world_run run = ctl_world_run(line);
	char *found = NULL;
	size_t found_len = 0;
	FILE *file = open_memstream(&found, &found_len);

	ck_assert_msg(run.status == 0, "%s", run.err);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strstr(run.out, names[i]))
			fprintf(file, "%s ", names[i]);
	fclose(file);
	ck_assert_msg(strcmp(found, ids) == 0, "\"%s\" lists %s, not %s", line, found, ids);
	free(found);
	ctl_world_run_done(&run);
}
