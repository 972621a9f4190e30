/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Holds the file against the simulator's truth.
 * Scenario tests.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/timefmt.h"
#include "stage.h"
#include "tests/suite.h"

/* Orders have none, which the reports show as NULL and we write as 0. */
static int64_t revision_of(const struct transition *transition)
{
	int64_t revision = transition->seen.key.revision;

	return revision == NUMBER_NONE ? 0 : revision;
}

/* One transition as both sides write it. */
static void describe(char *ret, size_t size, const struct transition *transition)
{
	char at[TIMEFMT_SIZE];

	timefmt_format(transition->seen.entered, at);
	snprintf(ret, size, "%s %s %" PRId64 " %s", transition->seen.status, at, revision_of(transition),
	         verdict_text(transition->verdict));
}

/* What the reports show as the last reported status of a claim or an order. */
static const char *ask_reported(struct stage *stage, const struct world_shipment *shipment)
{
	char sql[512];

	snprintf(sql, sizeof(sql), "SELECT reported_status FROM report_claims WHERE claim_id = '%s'"
	                           " UNION ALL SELECT reported_status FROM report_orders WHERE order_id = '%s'",
	         shipment->id, shipment->id);
	return stage_ask(stage, sql);
}

static void assert_claim(struct stage *stage, const struct world_shipment *claim)
{
	char want[512];
	char sql[512];

	for (size_t i = 0; i < claim->n; i++) {
		snprintf(sql, sizeof(sql),
		         "SELECT to_status || ' ' || at || ' ' || coalesce(revision, 0) || ' ' || verdict FROM report_transitions"
		         " WHERE external_id = '%s' AND seq = %zu", claim->id, i + 1);
		describe(want, sizeof(want), &claim->transitions[i]);
		ck_assert_msg(strcmp(stage_ask(stage, sql), want) == 0, "claim %s (%s), step %zu: \"%s\", in truth \"%s\"",
		              claim->id, claim->life, i + 1, stage_ask(stage, sql), want);
	}
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM report_transitions WHERE external_id = '%s'", claim->id);
	snprintf(want, sizeof(want), "%zu", claim->n);
	ck_assert_msg(strcmp(stage_ask(stage, sql), want) == 0, "claim %s: %s transitions, in truth %s", claim->id,
	              stage_ask(stage, sql), want);
	ck_assert_str_eq(ask_reported(stage, claim), claim->transitions[claim->n - 1].seen.status);
}

void stage_assert_truth(struct stage *stage)
{
	const struct world *world = sim_world(stage_sim(stage));
	char want[32];

	snprintf(want, sizeof(want), "%zu", world_count(world));
	ck_assert_str_eq(stage_ask(stage, "SELECT (SELECT count(*) FROM report_claims) + (SELECT count(*) FROM report_orders)"), want);
	for (size_t i = 0; i < world_count(world); i++)
		assert_claim(stage, world_at(world, i));
	ck_assert_str_eq(stage_ask(stage, "SELECT count(*) FROM report_violations WHERE state <> 'open'"), "0");
	/* A substatus that nobody knows is flagged, though its status is legal. */
	ck_assert_str_eq(stage_ask(stage, "SELECT (SELECT count(*) FROM report_violations v WHERE NOT EXISTS"
	                                  " (SELECT 1 FROM report_transitions t"
	                                  " WHERE t.external_id = v.external_id AND t.to_status = v.to_status AND t.at_us = v.at_us"
	                                  " AND t.verdict IN ('first', 'legal', 'gap') AND v.kind = 'unknown_status'))"
	                                  " - (SELECT count(*) FROM report_transitions WHERE verdict IN ('illegal', 'late', 'unknown'))"),
	                 "0");
}

/* The simulator's transition of this revision, or to this status where there are none, from place FROM on; claim->n when
 * there is none. */
static size_t find_transition(const struct world_shipment *claim, size_t from, int64_t revision, const char *status)
{
	size_t place = from;

	while (place < claim->n && (revision_of(&claim->transitions[place]) != revision ||
	                            (revision == 0 && strcmp(claim->transitions[place].seen.status, status) != 0)))
		place++;
	return place;
}

static void assert_honest(struct stage *stage, const struct world_shipment *claim)
{
	char sql[256];
	size_t next = 0;
	int64_t revision;

	for (int seq = 1;; seq++) {
		snprintf(sql, sizeof(sql), "SELECT coalesce(revision, 0) || ' ' || to_status || ' ' || verdict FROM report_transitions"
		                           " WHERE external_id = '%s' AND seq = %d", claim->id, seq);

		const char *row = stage_ask(stage, sql);
		char status[STATUS_TEXT_SIZE];
		char verdict[16];

		if (sscanf(row, "%" SCNd64 " %127s %15s", &revision, status, verdict) != 3)
			break;

		size_t place = find_transition(claim, next, revision, status);

		ck_assert_msg(place < claim->n, "claim %s: \"%s\" is not in the truth, or not there", claim->id, row);
		ck_assert_str_eq(status, claim->transitions[place].seen.status);
		if (place == next)
			ck_assert_str_eq(verdict, verdict_text(claim->transitions[place].verdict));
		else
			ck_assert_msg(strcmp(verdict, "gap") == 0 || strcmp(verdict, next == 0 ? "first" : "legal") == 0, "claim %s: %s",
			              claim->id, row);
		next = place + 1;
	}
	ck_assert_str_eq(ask_reported(stage, claim), claim->transitions[claim->n - 1].seen.status);
}

void stage_assert_no_lies(struct stage *stage)
{
	const struct world *world = sim_world(stage_sim(stage));

	for (size_t i = 0; i < world_count(world); i++)
		assert_honest(stage, world_at(world, i));
}
