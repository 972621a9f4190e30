/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one answer of an upstream says about several shipments, whatever the upstream is.
 * Wire layer.
 */
#ifndef CLAIMD_WIRE_SNAPSHOTS_H
#define CLAIMD_WIRE_SNAPSHOTS_H

#include <stddef.h>

#include "model/seen.h"

struct wire_snapshots {
	struct seen *seen;   /* owned; via is VIA_SWEEP until the worker says better, snapshot is true */
	size_t n;
	size_t n_unreadable; /* members that tell of no shipment: no usable id, status or time */
};

/* Takes an empty one. */
void wire_snapshots_done(struct wire_snapshots *snapshots);

#endif
