/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By exhaustion: what the reads of an order of Market's end in, whatever the order in which they arrive.
 * Tests, unit ring. `make exhaust` goes further than `make check`.
 *
 * Nothing tells of an order's single steps but reads, and a read that is older than the newest known says nothing of what was between.
 * So the history itself can't but depend on what was read in time, and this is what holds for every walk of a graph, whatever
 * is read of it, in whatever order:
 * - what is older than the newest known changes nothing at all: so the outcome is that of the others alone, in the upstream's order;
 * - what is as new as the newest known, or newer, is what is reported once two reads have said so, though held it may be;
 * - where contact was lost (and in LaaS always) nothing is held: the newest read is current at once, and each verdict first, legal or
 *   gap;
 * - where DBS holds a jump, the read that explains it (a push that came late) makes the newest current, whatever was held before.
 * A walk begins or ends in a stranger, and goes through none: what is known of the graph does not say where that may lead.
 * Of two reads under one updateDate (MODEL_COARSE) the later one stands, by their very nature in the order in which they came.
 */
#include <string.h>

#include "base/attr.h"
#include "suite.h"
#include "unit/arrivals.h"
#include "unit/stand.h"

#define LENGTH 4
#define LENGTH_EXHAUSTING 6

static const struct kind {
	const char *title;
	const struct model *model;
	bool may_skip; /* contact was lost before each read */
	int64_t us;    /* from one change to the next; 0: all of one second */
} kinds[] = {
	{ "DBS", &model_dbs, false, SECONDS(60) },
	{ "DBS, contact lost", &model_dbs, true, SECONDS(60) },
	{ "LaaS", &model_laas, false, SECONDS(60) },
	{ "DBS, one second", &model_dbs, false, 0 },
	{ "DBS, contact lost, one second", &model_dbs, true, 0 },
	{ "LaaS, one second", &model_laas, false, 0 },
};

/* A walk that is being made. */
struct way {
	const struct kind *kind;
	size_t length;
	struct arrivals arrivals;
};

static _Noreturn void give_up(const struct way *way, unsigned set, const struct ledger *found, const struct ledger *before)
{
	arrivals_fail(&way->arrivals, set, found, before);
}

/* Whether nothing can be held against what is read. */
static bool is_free(const struct kind *kind)
{
	return kind->us > 0 && (kind->may_skip || !(kind->model->traits & MODEL_ORDERED));
}

static void check_old(const struct way *way, unsigned set, const struct ledger *ledger, const struct seen *seen)
{
	static struct ledger after;

	memcpy(&after, ledger, ledger_size(ledger));
	if (ledger_take(&after, seen) != DECISION_STALE || !ledger_is_same(&after, ledger))
		give_up(way, set, &after, ledger);
}

static void check_new(const struct way *way, unsigned set, const struct ledger *ledger, const struct seen *seen)
{
	static struct ledger after;
	struct seen explained = *seen;

	memcpy(&after, ledger, ledger_size(ledger));
	ledger_take(&after, seen);
	ledger_take(&after, seen);
	if (strcmp(after.shipment.reported, seen->status) != 0 || order_key_cmp(&after.shipment.newest, &seen->key) < 0)
		give_up(way, set, &after, ledger);
	explained.may_skip = true;
	ledger_take(&after, &explained);
	if (way->kind->us > 0 && strcmp(after.shipment.status, seen->status) != 0)
		give_up(way, set, &after, ledger);
}

/* Any read of the walk may come next. */
static void check_next(const struct way *way, unsigned set, const struct ledger *ledger)
{
	for (size_t i = 0; i < way->arrivals.n; i++) {
		const struct seen *seen = &way->arrivals.list[i].seen;

		if (wall_cmp(seen->key.updated, ledger->shipment.newest.updated) < 0)
			check_old(way, set, ledger, seen);
		else
			check_new(way, set, ledger, seen);
	}
}

static void check_free(const struct way *way, unsigned set, const struct ledger *ledger)
{
	const struct seen *newest = NULL;

	for (size_t i = 0; i < way->arrivals.n; i++)
		if (set >> i & 1)
			newest = &way->arrivals.list[i].seen;
	if (!newest || strcmp(ledger->shipment.status, newest->status) != 0 || strcmp(ledger->shipment.reported, newest->status) != 0)
		give_up(way, set, ledger, ledger);
	for (size_t i = 0; i < ledger->n; i++)
		if (!step_is_applied(&ledger->steps[i]))
			give_up(way, set, ledger, ledger);
}

static void check(struct way *way)
{
	struct arrivals *arrivals = &way->arrivals;

	for (unsigned set = 1u << (arrivals->n - 1); set <= arrivals_all(arrivals); set++) {
		const struct endings *endings = &arrivals->after[set];

		for (size_t i = 0; i < endings->n; i++) {
			check_next(way, set, endings->list[i].ledger);
			if (is_free(way->kind))
				check_free(way, set, endings->list[i].ledger);
		}
	}
	arrivals_count(arrivals);
}

static void extend(struct way *way, int from);

static void go(struct way *way, int to)
{
	const struct model *model = way->kind->model;
	struct arrival arrival = {
		.seen = make_snapshot(name_in_node(model, to), NUMBER_NONE, way->kind->us * (int64_t)way->arrivals.n),
	};

	arrival.seen.may_skip = way->kind->may_skip;
	arrivals_add(&way->arrivals, &arrival);
	check(way);
	extend(way, to);
	arrivals_drop(&way->arrivals);
}

static void extend(struct way *way, int from)
{
	const struct model *model = way->kind->model;

	if (way->arrivals.n > 1 && model_is_stranger(model, from))
		return;
	for (int to = 0; way->arrivals.n < way->length && to < (int)model->n_statuses; to++)
		if (from == STATUS_UNKNOWN ? !model_is_foreign(model, to) : from != to && model_has_edge(model, from, to))
			go(way, to);
}

START_TEST(reads_of_an_order_end_in_what_was_read_in_time)
{
	static struct way way;
	static struct ledger blank;

	ledger_init_of(&blank, kinds[_i].model);
	way = (struct way){ .kind = &kinds[_i], .length = arrivals_length(LENGTH, LENGTH_EXHAUSTING) };
	arrivals_begin(&way.arrivals, &blank);
	extend(&way, STATUS_UNKNOWN);
	arrivals_done(&way.arrivals, way.kind->title);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("arrivals_orders");
	TCase *tcase = tcase_create("orders");

	tcase_set_timeout(tcase, arrivals_exhausting() ? 0 : 180);
	tcase_add_loop_test(tcase, reads_of_an_order_end_in_what_was_read_in_time, 0, ARRAY_SIZE(kinds));
	suite_add_tcase(suite, tcase);
	return suite;
}
