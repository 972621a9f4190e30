/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is expected of a shipment's events, worked out without what is under test.
 */
#ifndef CLAIMD_TESTS_EXPECTED_H
#define CLAIMD_TESTS_EXPECTED_H

#include "model/reconcile.h"

/* What EVENT says, as a step that nothing has judged yet. */
struct step expected_step(const struct seen *event);

#endif
