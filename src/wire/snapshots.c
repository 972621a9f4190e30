/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The end of what an answer said.
 * Wire layer.
 */
#include "wire/snapshots.h"

#include <stdlib.h>

void wire_snapshots_done(struct wire_snapshots *snapshots)
{
	free(snapshots->seen);
	*snapshots = (struct wire_snapshots){ 0 };
}
