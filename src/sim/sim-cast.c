/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Brings claims and orders into the world: those of the configuration, and whom tests and routes ask for.
 * Simulator.
 * What they go through stands in their plans.
 */
#include <string.h>

#include "base/err.h"
#include "sim/chance.h"
#include "sim/sim-internal.h"

/* Orders that are paid on receipt, where chance decides. */
#define ON_RECEIPT_ONE_IN 5

/* One that was unpaid can't be one that is paid on receipt. */
static bool is_prepaid(const struct plan *plan, uint64_t random)
{
	for (size_t i = 0; i < plan->n; i++)
		if (strncmp(plan->steps[i].status, "UNPAID/", strlen("UNPAID/")) == 0)
			return true;
	return plan_model(plan) == &model_laas || random % ON_RECEIPT_ONE_IN != 0;
}

/* Takes BIRTH's plan. */
static int add(struct sim *sim, struct world_birth *birth, struct world_shipment **ret)
{
	birth->campaign_id = plan_model(&birth->plan) == &model_dbs ? sim->config.dbs_campaign : sim->config.laas_campaign;
	return world_add(sim->world, birth, ret);
}

static int add_chosen(struct sim *sim, const struct model *model, const struct life *life, int64_t delay_us, struct world_shipment **ret)
{
	uint64_t seed = sim->config.seed;
	size_t index = world_count(sim->world);
	struct world_birth birth = {
		.delay_us = delay_us,
		.fake = model != &model_claims && chance_hits(chance_draw(seed, CHANCE_FAKE, index, 0), sim->config.fake),
	};

	if (!life)
		life = life_choose(&sim->config.weights, model, chance_draw(seed, CHANCE_LIFE, index, 0));
	birth.life = life->name;

	int r = life_plan(life, sim->config.window_us, &birth.plan);

	birth.prepaid = is_prepaid(&birth.plan, chance_draw(seed, CHANCE_PREPAID, index, 0));
	return r < 0 ? r : add(sim, &birth, ret);
}

static int add_text(struct sim *sim, const struct model *model, const char *id, const char *steps)
{
	struct world_birth birth = { .id = id, .life = "script", .plan = { .model = model }, .prepaid = true };
	struct world_shipment *shipment;
	const char *why;
	int r = plan_add(&birth.plan, steps, strlen(steps), &why);

	if (r < 0) {
		plan_done(&birth.plan);
		return r;
	}
	return add(sim, &birth, &shipment);
}

static int add_scenario(struct sim *sim, const struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->n; i++) {
		const struct scenario_shipment *script = &scenario->shipments[i];
		struct world_birth birth = {
			.id = script->id,
			.life = "scenario",
			.delay_us = script->start_us,
			.prepaid = true,
			.fake = script->fake,
		};
		struct world_shipment *shipment;
		int r = plan_copy(&script->plan, &birth.plan);

		if (r == 0)
			r = add(sim, &birth, &shipment);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_many(struct sim *sim, const struct model *model, size_t n)
{
	int64_t every_us = (int64_t)((double)USEC_PER_SEC / sim->config.rate);

	for (size_t i = 0; i < n; i++) {
		struct world_shipment *shipment;
		int r = add_chosen(sim, model, NULL, (int64_t)i * every_us, &shipment);

		if (r < 0)
			return r;
	}
	return 0;
}

int sim_cast_all(struct sim *sim)
{
	int r = sim->config.scenario ? add_scenario(sim, sim->config.scenario) : 0;

	if (r == 0)
		r = add_many(sim, &model_claims, sim->config.claims);
	if (r == 0)
		r = add_many(sim, &model_dbs, sim->config.dbs_orders);
	return r < 0 ? r : add_many(sim, &model_laas, sim->config.laas_orders);
}

static int add_named(struct sim *sim, const struct model *model, const char *life, const char **ret_id)
{
	const struct life *chosen = life ? life_by_name(life) : NULL;
	struct world_shipment *shipment;

	if (life && (!chosen || chosen->model != model))
		return ERR_NOT_FOUND;

	int r = add_chosen(sim, model, chosen, 0, &shipment);

	if (r < 0)
		return r;
	*ret_id = shipment->id;
	return 0;
}

int sim_add_claim(struct sim *sim, const char *life, const char **ret_id)
{
	return add_named(sim, &model_claims, life, ret_id);
}

int sim_add_order(struct sim *sim, const struct model *model, const char *life, const char **ret_id)
{
	return add_named(sim, model, life, ret_id);
}

int sim_script(struct sim *sim, const char *id, const char *steps)
{
	struct world_shipment *shipment = world_find(sim->world, id);

	return shipment ? world_extend(shipment, steps) : add_text(sim, &model_claims, id, steps);
}

int sim_script_order(struct sim *sim, const struct model *model, const char *id, const char *steps)
{
	struct world_shipment *shipment = world_find(sim->world, id);

	return shipment ? world_extend(shipment, steps) : add_text(sim, model, id, steps);
}
