/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What watch shows on a screen: the sources, what is on its way, and the latest transitions.
 * Ctl layer. Read when something has changed, drawn as often as time goes on.
 */
#ifndef CLAIMD_CTL_SCENE_H
#define CLAIMD_CTL_SCENE_H

#include "ctl/console.h"
#include "ctl/seat.h"
#include "store/store.h"

struct scene;

/* Reads all that is shown. 0 or an error of the store's. */
int scene_read(struct store *store, struct wall now, struct scene **ret);
struct scene *scene_free(struct scene *scene); /* takes NULL, returns NULL */

/* Draws it over what stands on the screen, as much as fits SIZE, as it is at NOW. 0 or ERR_NOMEM. */
int scene_draw(const struct scene *scene, const struct console *console, struct seat_size size, struct wall now);

DEFINE_CLEANUP(scene, struct scene *, scene_free)

#endif
