/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Disks that are small, read-only, broken or slow.
 * System tests.
 */
#ifndef CLAIMD_TESTS_SYSTEM_DISK_H
#define CLAIMD_TESTS_SYSTEM_DISK_H

#include <stdbool.h>
#include <stddef.h>

/* --- A disk of the test's own, in a namespace that ends with it */

/* Mounts one of BYTES on FOLDER, for this process and its children alone. False where that is not possible: *RET_WHY says why. */
bool disk_mount(const char *folder, size_t bytes, const char **ret_why);
/* Nobody may have a file of it open for writing. */
void disk_set_read_only(const char *folder);
/* Puts a file there that leaves no room, and takes it away again. */
void disk_fill(const char *folder);
void disk_free_up(const char *folder);

/* --- What a program believes of its disk, by tests/preload/disk.c */

struct disk_trouble {
	char file[4200];
	char preload[4300];  /* these two belong into the program's environment */
	char variable[4300];
};

/* Everything is well at first. The program is one that may run with sanitizers. */
void disk_trouble_open(struct disk_trouble *trouble, const char *folder);
/* Writing and syncing fail with ERROR, an errno, from now on; or, with 0, syncing hangs. */
void disk_trouble_begin(const struct disk_trouble *trouble, int error);
void disk_trouble_end(const struct disk_trouble *trouble);

#endif
