/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a folder's files stands on the disk for sure, and what may or may not when the power fails.
 * Tests: linked into each program of each ring; knows no layer, and of files only what it is told.
 *
 * What is written waits until it is synced; so does a name, until the folder is. What waits lands or not, sector by sector,
 * and a sector may be torn.
 */
#ifndef CLAIMD_TESTS_PLATTER_H
#define CLAIMD_TESTS_PLATTER_H

#include <stddef.h>

struct platter;
struct platter_file;

struct platter *platter_new(void);
struct platter *platter_free(struct platter *platter); /* takes NULL, returns NULL */

/* The file that has this name now; NULL: none. Files are PLATTER's and last as long as it does. */
struct platter_file *platter_find(struct platter *platter, const char *name);
/* An empty file takes the name, or one that was there before, whose BYTES are safe. */
struct platter_file *platter_create(struct platter *platter, const char *name);
struct platter_file *platter_adopt(struct platter *platter, const char *name, const void *bytes, size_t size);
void platter_remove(struct platter *platter, const char *name);

void platter_write(struct platter_file *file, size_t offset, const void *bytes, size_t size);
void platter_truncate(struct platter_file *file, size_t size);

/* What was written of FILE is safe, and which names there are. */
void platter_sync(struct platter_file *file);
void platter_sync_names(struct platter *platter);
/* What was written of FILE is never going to land: the disk could not take it, and the system does not try again. */
void platter_lose(struct platter_file *file);

/* Makes of FOLDER what stands on the disk after a power cut in this moment. SEED 0: only what is safe; each other one has a chance of
 * its own. */
void platter_land(struct platter *platter, unsigned seed, const char *folder);

#endif
