/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of scenario files: what comes out keeps plan.h's and scenario.h's promises, and what is refused is refused with
 * a line of the file and a reason.
 * Tests: sim layer.
 * Covers: sim/scenario.c, sim/plan.c, sim/span.c.
 */
#include <string.h>

#include "base/err.h"
#include "sim/scenario.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"

#define WINDOW_US (10 * USEC_PER_SEC)

static void require_steps(const struct plan *plan)
{
	bool of_claim = plan_model(plan) == &model_claims;

	FUZZ_REQUIRE(plan->n > 0 && plan->n <= plan->size);
	FUZZ_REQUIRE(!plan->steps[0].waits && plan->steps[0].when != PLAN_ENTRY);
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_step *step = &plan->steps[i];

		require_line(step->status, sizeof(step->status));
		FUZZ_REQUIRE(step->status[0] != '\0' && (strchr(step->status, '/') == NULL) == of_claim);
		FUZZ_REQUIRE(step->us >= 0 && step->times <= 1000 && step->stale_reads <= 1000);
	}
}

static void require_edits(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_edits; i++) {
		const struct plan_edit *edit = &plan->edits[i];

		FUZZ_REQUIRE(edit->behind > 0 && edit->behind <= plan->n);
		FUZZ_REQUIRE(i == 0 || plan->edits[i - 1].behind <= edit->behind);
		FUZZ_REQUIRE((edit->kind == EDIT_PRICE) == (plan_model(plan) == &model_claims));
		FUZZ_REQUIRE((edit->kind == EDIT_PRICE) == (edit->price[0] != '\0'));
		FUZZ_REQUIRE(memchr(edit->price, '\0', sizeof(edit->price)) && edit->us >= 0 && edit->times <= 1000);
	}
}

static void require_copy(const struct plan *plan)
{
	struct plan copy;

	FUZZ_REQUIRE(plan_copy(plan, &copy) == ERR_OK);
	FUZZ_REQUIRE(copy.n == plan->n && copy.n_edits == plan->n_edits);
	FUZZ_REQUIRE(copy.model == plan->model && copy.backdate_us == plan->backdate_us);
	require_steps(&copy);
	require_edits(&copy);
	plan_done(&copy);
}

static void require_shipment(const struct scenario *scenario, size_t i)
{
	const struct scenario_shipment *shipment = &scenario->shipments[i];

	FUZZ_REQUIRE(external_id_is_valid(shipment->id, strnlen(shipment->id, sizeof(shipment->id))));
	if (plan_model(&shipment->plan) != &model_claims)
		require_number_id(shipment->id);
	FUZZ_REQUIRE(!shipment->fake || plan_model(&shipment->plan) != &model_claims);
	FUZZ_REQUIRE(shipment->start_us >= 0 && shipment->plan.backdate_us >= 0);
	for (size_t j = 0; j < i; j++)
		FUZZ_REQUIRE(strcmp(scenario->shipments[j].id, shipment->id) != 0);
	require_steps(&shipment->plan);
	require_edits(&shipment->plan);
	require_copy(&shipment->plan);
}

static unsigned count_lines(const uint8_t *data, size_t size)
{
	unsigned n = 1;

	for (size_t i = 0; i < size; i++)
		n += data[i] == '\n';
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scenario scenario = { .n = 42 };
	struct scenario_error error = { 0 };
	int r = scenario_parse((const char *)data, size, WINDOW_US, &scenario, &error);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && scenario.n == 42 && error.why && error.line <= count_lines(data, size));
		return 0;
	}
	FUZZ_REQUIRE(!error.why && scenario.n > 0);
	for (size_t i = 0; i < scenario.n; i++)
		require_shipment(&scenario, i);
	scenario_done(&scenario);
	return 0;
}
