/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A configuration with its secrets beside the database of ctl_world, and runs of claimctl doctor over them.
 * Component tests: what test_doctor*.c share.
 */
#ifndef CLAIMD_TESTS_COMPONENT_DOCTOR_WORLD_H
#define CLAIMD_TESTS_COMPONENT_DOCTOR_WORLD_H

#include "ctl_world.h"
#include "fake_door.h"

#define DOCTOR_TOKEN "y0_token-of-main"
#define DOCTOR_SECRET "s3cret-of-main_0123456789"

/* Fixtures: the filled database, and a configuration with nothing wrong in it: the sources main, and other without
 * callbacks and journal; and a daemon's socket, behind which all upstreams answer. */
void doctor_world_setup(void);
/* Likewise with orders, and two sources more of kind market: shop, and deaf without notifications. */
void doctor_world_setup_market(void);
void doctor_world_teardown(void);

/* Writes the configuration anew, with one more line for source main at its end. */
void doctor_world_configure(const char *line);
/* The same with the market sources, and one more line for shop at its end. */
void doctor_world_configure_market(const char *line);

/* The daemon's socket: what it answers from now on, or nobody behind it. */
void doctor_world_open_door(const struct fake_end *end);
void doctor_world_close_door(void);

/* A file of the configuration's folder: claimd.conf, token or secret. Good until the next call. */
const char *doctor_world_file(const char *name);
void doctor_world_write(const char *name, const char *text);

/* Runs "doctor" with this configuration, and what else stands in WORDS, ten minutes after the world's beginning.
 * Neither secret is ever written. */
struct ctl_world_run doctor_world_run(const char *words);

/* One finding has this level, and in its line each of the texts, SUBJECT and PART. */
void doctor_world_expect(const struct ctl_world_run *run, const char *level, const char *subject, const char *part);

/* The same for a run of its own, that ends with STATUS. */
void doctor_world_expect_run(const char *words, int status, const char *level, const char *subject, const char *part);

#endif
