/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A database file with a few claims, and runs of claimctl over it, in process.
 * Component tests: what test_ctl*.c share.
 */
#include "ctl_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"
#include "ctl/ctl.h"
#include "model/reconcile.h"
#include "suite.h"

#define WORDS_MAX 16

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

int64_t ctl_world_hear(struct store *store, const char *source_name, const char *id)
{
	struct source source;
	struct due due[WORDS_MAX];
	size_t n = 0;

	ck_assert_int_eq(store_source(store, "delivery", source_name, (struct wall){ 1 }, &source), 0);
	store_hint_add(store, &(struct hint){
		.source_id = source.id,
		.external_id = id,
		.upstream = WALL_NONE,
		.received = ctl_world_time(0),
		.remote_addr = "127.0.0.1",
		.own_params = "{\"my_order_id\":\"123\"}",
	});
	store_fold_hints(store, ctl_world_time(0), WORDS_MAX, &n);
	ck_assert_int_eq(store_due(store, source.id, ctl_world_time(1), due, WORDS_MAX, &n), 0);
	for (size_t i = 0; i < n; i++)
		if (strcmp(due[i].external_id, id) == 0)
			return due[i].shipment_id;
	ck_abort_msg("%s is not due", id);
}

void ctl_world_see(struct store *store, int64_t shipment_id, const char *status, int64_t revision)
{
	struct wall when = ctl_world_time(60 * (revision - 1));
	struct seen seen = {
		.via = VIA_CALLBACK,
		.key = { .revision = revision, .updated = when },
		.entered = when,
		.version = 1,
		.operation_id = NUMBER_NONE,
		.point_id = NUMBER_NONE,
		.valid_until = WALL_NONE,
		.price = "1738.8",
		.currency = "RUB",
	};
	struct shipment shipment;
	struct pending pending;
	struct timeline timeline = { 0 };
	struct changes changes;

	seen.seen_at = when;
	snprintf(seen.status, sizeof(seen.status), "%s", status);
	ck_assert_int_eq(store_shipment(store, shipment_id, &shipment, &pending), 0);
	memcpy(seen.external_id, shipment.external_id, sizeof(seen.external_id));
	ck_assert_int_eq(store_timeline(store, shipment_id, &seen.key, &timeline), 0);
	ck_assert_int_eq(reconcile(&model_claims, POLICY_HOLD, when, &shipment, &timeline, &seen), DECISION_CHANGED);
	store_apply(store, &shipment, &timeline, when, &changes);
	store_price(store, shipment_id, &seen);
	pending.due = WALL_NONE;
	pending.served_id = pending.hint_id;
	store_pending_save(store, shipment_id, &pending, when);
	free(timeline.steps);
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

struct ctl_world_run ctl_world_run_as(struct console console, const char *line)
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
	console.out = open_memstream(&run.out, &out_len);
	console.err = open_memstream(&run.err, &err_len);
	run.status = ctl_run(&console, argc, argv);
	fclose(console.out);
	fclose(console.err);
	free(words);
	return run;
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
