/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Goes over the orders set by set: whatever came last, the others had come before it.
 * Tests, unit ring.
 * Must not judge: what arrives goes through the ledger.
 */
#include "unit/arrivals.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expected.h"
#include "suite.h"

static bool has(unsigned set, size_t place)
{
	return set >> place & 1;
}

/* The step that ARRIVAL rules on, open for it; NULL: there is none. */
static const struct step *find_ruled(const struct ledger *ledger, const struct arrival *arrival)
{
	for (size_t i = 0; i < ledger->n; i++) {
		const struct step *step = &ledger->steps[i];

		if (step->operation_id == arrival->seen.operation_id)
			return step->violation != VIOLATION_NONE && step->ruling == RULING_NONE ? step : NULL;
	}
	return NULL;
}

/* False where an order has no place for it. */
static bool take(struct ledger *ledger, const struct arrival *arrival)
{
	if (arrival->ruling == RULING_NONE) {
		ledger_take(ledger, &arrival->seen);
		return true;
	}
	if (!find_ruled(ledger, arrival))
		return false;
	ledger_rule_operation(ledger, arrival->seen.operation_id, arrival->ruling);
	return true;
}

static void endings_add(struct endings *endings, const struct ledger *ledger, uint64_t n_orders)
{
	for (size_t i = 0; i < endings->n; i++)
		if (ledger_is_same(endings->list[i].ledger, ledger)) {
			endings->list[i].n_orders += n_orders;
			return;
		}

	struct ending *list = reallocarray(endings->list, endings->n + 1, sizeof(*list));
	struct ledger *copy = malloc(ledger_size(ledger));

	if (!list || !copy)
		ck_abort_msg("no memory");
	memcpy(copy, ledger, ledger_size(ledger));
	endings->list = list;
	endings->list[endings->n++] = (struct ending){ copy, n_orders };
}

static void endings_clear(struct endings *endings)
{
	for (size_t i = 0; i < endings->n; i++)
		free(endings->list[i].ledger);
	free(endings->list);
	*endings = (struct endings){ 0 };
}

/* Of the orders of SET, those that LAST comes last in. */
static void follow(struct arrivals *arrivals, unsigned set, size_t last)
{
	static struct ledger ledger;
	const struct endings *before = &arrivals->after[set & ~(1u << last)];

	for (size_t i = 0; i < before->n; i++) {
		memcpy(&ledger, before->list[i].ledger, ledger_size(before->list[i].ledger));
		arrivals->n_taken++;
		if (take(&ledger, &arrivals->list[last]))
			endings_add(&arrivals->after[set], &ledger, before->list[i].n_orders);
	}
}

void arrivals_begin(struct arrivals *arrivals, const struct ledger *blank)
{
	*arrivals = (struct arrivals){ .blank = *blank };
	endings_add(&arrivals->after[0], blank, 1);
}

/* A set's number is higher than that of each set within it. */
void arrivals_add(struct arrivals *arrivals, const struct arrival *arrival)
{
	unsigned first = 1u << arrivals->n;

	if (arrivals->n == ARRIVALS_MAX)
		ck_abort_msg("more than %d", ARRIVALS_MAX);
	arrivals->list[arrivals->n++] = *arrival;
	for (unsigned set = first; set < 2 * first; set++)
		for (size_t last = 0; last < arrivals->n; last++)
			if (has(set, last))
				follow(arrivals, set, last);
}

void arrivals_drop(struct arrivals *arrivals)
{
	unsigned first = 1u << --arrivals->n;

	for (unsigned set = first; set < 2 * first; set++)
		endings_clear(&arrivals->after[set]);
}

unsigned arrivals_all(const struct arrivals *arrivals)
{
	return (1u << arrivals->n) - 1;
}

bool arrivals_exhausting(void)
{
	return getenv("EXHAUST") != NULL;
}

size_t arrivals_length(size_t usual, size_t exhausting)
{
	if (arrivals_exhausting())
		return exhausting;
	return SUITE_IS_SANITIZED && usual > 3 ? usual - 1 : usual;
}

void arrivals_count(struct arrivals *arrivals)
{
	const struct endings *endings = &arrivals->after[arrivals_all(arrivals)];

	arrivals->n_sets++;
	for (size_t i = 0; i < endings->n; i++)
		arrivals->n_orders += endings->list[i].n_orders;
}

void arrivals_done(struct arrivals *arrivals, const char *title)
{
	if (arrivals_exhausting())
		printf("%s: %" PRIu64 " sets, %" PRIu64 " orders, %" PRIu64 " observations taken\n", title, arrivals->n_sets,
		       arrivals->n_orders, arrivals->n_taken);
	fflush(stdout);
	while (arrivals->n > 0)
		arrivals_drop(arrivals);
	endings_clear(&arrivals->after[0]);
}

/* --- The upstream's own order ------------------------------------------------------------------------------------- */

static void add_step(struct ledger *ledger, const struct seen *event)
{
	struct step *step = &ledger->steps[ledger->n++];

	*step = expected_step(event);
	step->id = ++ledger->last_id;
}

static void add_ruling(struct ledger *ledger, const struct arrival *arrival)
{
	for (size_t i = 0; i < ledger->n; i++)
		if (ledger->steps[i].operation_id == arrival->seen.operation_id)
			ledger->steps[i].ruling = arrival->ruling;
}

/* All that a shipment's row tells of its events. */
static void sum_up(struct ledger *ledger, const struct standing *end)
{
	const struct step *last = &ledger->steps[ledger->n - 1];

	ledger->shipment.newest = last->key;
	memcpy(ledger->shipment.reported, last->status, sizeof(last->status));
	if (end->status == STATUS_UNKNOWN)
		return;
	memcpy(ledger->shipment.status, end->name, sizeof(end->name));
	ledger->shipment.entered = end->entered;
}

void arrivals_judge(const struct arrivals *arrivals, unsigned set, struct ledger *ret)
{
	const struct ledger *blank = &arrivals->blank;
	struct standing end;

	memcpy(ret, blank, ledger_size(blank));
	for (size_t i = 0; i < arrivals->n; i++)
		if (has(set, i) && !arrivals->list[i].seen.snapshot && arrivals->list[i].ruling == RULING_NONE)
			add_step(ret, &arrivals->list[i].seen);
	for (size_t i = 0; i < arrivals->n; i++)
		if (has(set, i) && arrivals->list[i].ruling != RULING_NONE)
			add_ruling(ret, &arrivals->list[i]);
	timeline_judge(ret->shipment.model, ret->policy, ret->now, ret->steps, ret->n, false, &end);
	if (ret->n > 0)
		sum_up(ret, &end);
}

static void print_arrival(const struct arrival *arrival)
{
	const struct seen *seen = &arrival->seen;
	const char *what = seen->snapshot ? "read of" : "event";

	printf("  %s %s: revision %lld, operation %lld, version %lld", arrival->ruling == RULING_NONE ? what : "ruling on", seen->status,
	       (long long)seen->key.revision, (long long)seen->operation_id, (long long)seen->version);
}

void arrivals_fail(const struct arrivals *arrivals, unsigned set, const struct ledger *found, const struct ledger *expected)
{
	printf("of these:\n");
	for (size_t i = 0; i < arrivals->n; i++) {
		print_arrival(&arrivals->list[i]);
		printf("%s\n", has(set, i) ? "" : ", not there");
	}
	ledger_print(found, "an order has ended in");
	ledger_print(expected, "expected");
	ck_abort_msg("orders of the same observations end differently");
}
