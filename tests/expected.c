/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Must not ask the model, of which the tests that need this expect it.
 */
#include "expected.h"

#include <string.h>

struct step expected_step(const struct seen *event)
{
	struct step step = {
		.via = event->via,
		.key = event->key,
		.entered = event->entered,
		.version = event->version,
		.operation_id = event->operation_id,
		.point_id = event->point_id,
		.valid_until = event->valid_until,
		.asked = event->asked,
	};

	if (step.key.revision == NUMBER_NONE)
		step.key.revision = 0;
	memcpy(step.status, event->status, sizeof(step.status));
	return step;
}
