/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a merchant's act makes of a plan.
 * Simulator, pure.
 * Whether the act may be is decided before: claim-acts.c and order-acts.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sim/plan.h"

bool plan_waits(const struct plan *plan, const struct plan_place *place)
{
	const struct plan_edit *edit = place->n_edits < plan->n_edits ? &plan->edits[place->n_edits] : NULL;

	if (edit && edit->behind <= place->n)
		return edit->waits;
	return place->n < plan->n && plan->steps[place->n].waits;
}

/* The plan's next step of that status; plan->n for none. */
static size_t find_step(const struct plan *plan, size_t from, const char *status)
{
	size_t k = from;

	while (k < plan->n && strcmp(plan->steps[k].status, status) != 0)
		k++;
	return k;
}

/* The plan's next step that may stand behind STATUS; plan->n for none. An appointed one belongs to the deadline that the act
 * has met. */
static size_t find_follower(const struct plan *plan, size_t from, const char *status)
{
	const struct model *model = plan_model(plan);
	int before = model_status(model, status);
	size_t k = from;

	while (k < plan->n &&
	       (plan->steps[k].when == PLAN_ENTRY || !model_has_edge(model, before, model_status(model, plan->steps[k].status))))
		k++;
	return k;
}

/* Room for one step and one edit more, so that nothing fails once the plan is being changed. */
static int make_room(struct plan *plan)
{
	struct plan_step *steps = reallocarray(plan->steps, plan->n + 1, sizeof(*steps));

	if (!steps)
		return ERR_NOMEM;
	plan->steps = steps;
	plan->size = plan->n + 1;

	struct plan_edit *edits = reallocarray(plan->edits, plan->n_edits + 1, sizeof(*edits));

	if (!edits)
		return ERR_NOMEM;
	plan->edits = edits;
	return 0;
}

/* How many edits stand before the step at K, those included that are made. */
static size_t count_edits_before(const struct plan *plan, size_t k)
{
	size_t n = 0;

	while (n < plan->n_edits && plan->edits[n].behind <= k)
		n++;
	return n;
}

/* Leaves out what is between PLACE and TO. */
static void leave_out(struct plan *plan, const struct plan_place *place, const struct plan_place *to)
{
	memmove(&plan->steps[place->n], &plan->steps[to->n], (plan->n - to->n) * sizeof(*plan->steps));
	memmove(&plan->edits[place->n_edits], &plan->edits[to->n_edits], (plan->n_edits - to->n_edits) * sizeof(*plan->edits));
	plan->n -= to->n - place->n;
	plan->n_edits -= to->n_edits - place->n_edits;
	for (size_t i = place->n_edits; i < plan->n_edits; i++)
		plan->edits[i].behind -= to->n - place->n;
}

static void insert_step(struct plan *plan, const struct plan_place *place, const struct plan_step *step)
{
	memmove(&plan->steps[place->n + 1], &plan->steps[place->n], (plan->n - place->n) * sizeof(*plan->steps));
	plan->steps[place->n] = *step;
	plan->n++;
	for (size_t i = place->n_edits; i < plan->n_edits; i++)
		plan->edits[i].behind++;
}

static void insert_edit(struct plan *plan, const struct plan_place *place, const struct plan_edit *edit)
{
	memmove(&plan->edits[place->n_edits + 1], &plan->edits[place->n_edits],
	        (plan->n_edits - place->n_edits) * sizeof(*plan->edits));
	plan->edits[place->n_edits] = *edit;
	plan->n_edits++;
}

/* As the plan has it, but for when: a time counts from the act only where the plan has waited for that. */
static void hurry(const struct plan_act *act, bool *io_waits, enum plan_when *io_when, int64_t *io_us)
{
	if (!*io_waits || *io_when != PLAN_AFTER) {
		*io_when = act->takes_time ? PLAN_PACED : PLAN_AFTER;
		*io_us = 0;
	}
	*io_waits = false;
}

static struct plan_step step_of(const struct plan *plan, size_t k, const struct plan_act *act)
{
	struct plan_step step = { .when = PLAN_PACED };

	if (k < plan->n)
		step = plan->steps[k];
	else
		snprintf(step.status, sizeof(step.status), "%s", act->status);
	hurry(act, &step.waits, &step.when, &step.us);
	step.acted = true;
	return step;
}

/* Where the plan goes on behind ACT, whose step of the plan's own is the one at K, if it has one. */
static struct plan_place next_place(const struct plan *plan, const struct plan_place *place, size_t k, const struct plan_act *act)
{
	struct plan_place next = { .n = plan->n, .n_edits = plan->n_edits };

	if (act->ends)
		return next;
	if (k < plan->n) {
		next = (struct plan_place){ .n = k + 1, .n_edits = count_edits_before(plan, k) };
	} else {
		next.n = find_follower(plan, place->n, act->status);
		next.n_edits = next.n > place->n ? count_edits_before(plan, next.n - 1) : place->n_edits;
	}
	if (next.n_edits < place->n_edits)
		next.n_edits = place->n_edits;
	return next;
}

static void turn_to_status(struct plan *plan, const struct plan_place *place, const struct plan_act *act)
{
	size_t k = find_step(plan, place->n, act->status);
	struct plan_step step = step_of(plan, k, act);
	struct plan_place next = next_place(plan, place, k, act);
	struct plan_edit charge = { .behind = place->n, .kind = EDIT_PRICE, .when = PLAN_AFTER };

	leave_out(plan, place, &next);
	insert_step(plan, place, &step);
	if (!act->price)
		return;
	snprintf(charge.price, sizeof(charge.price), "%s", act->price);
	insert_edit(plan, place, &charge);
}

static bool cancels(const struct plan_step *step)
{
	static const char family[] = "CANCELLED/";

	return strncmp(step->status, family, strlen(family)) == 0;
}

/* The wish ends, and with it the cancellation that would have come of it. */
static void turn_to_unask(struct plan *plan, const struct plan_place *place, const struct plan_act *act)
{
	struct plan_edit unask = { .kind = EDIT_UNASK };
	struct plan_place next = *place;
	size_t i = place->n_edits;

	while (i < plan->n_edits && plan->edits[i].kind != EDIT_UNASK)
		i++;
	if (i < plan->n_edits) {
		unask = plan->edits[i];
		next = (struct plan_place){ .n = unask.behind, .n_edits = i + 1 };
	} else if (place->n < plan->n && cancels(&plan->steps[place->n])) {
		next = (struct plan_place){ .n = plan->n, .n_edits = plan->n_edits };
	}
	leave_out(plan, place, &next);
	unask.behind = place->n;
	hurry(act, &unask.waits, &unask.when, &unask.us);
	insert_edit(plan, place, &unask);
}

int plan_turn(struct plan *plan, const struct plan_place *place, const struct plan_act *act)
{
	int r = make_room(plan);

	if (r < 0)
		return r;
	if (act->status[0] == '\0')
		turn_to_unask(plan, place, act);
	else
		turn_to_status(plan, place, act);
	return 0;
}
