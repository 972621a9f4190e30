/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A copy of the whole database as it is at one moment, taken while the daemon goes on.
 * Store layer.
 */
#ifndef CLAIMD_STORE_BACKUP_H
#define CLAIMD_STORE_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

/* Whether to give up. Asked every few milliseconds while pages are copied, more rarely while they are verified. */
struct backup_stop {
	bool (*is_wanted)(void *cls);
	void *cls;
};

/* What a copy holds. */
struct backup_content {
	int64_t shipments;
	int64_t steps; /* of all histories */
};

/* Copies what STORE, which may be open for reading only, has at this moment into PATH, an empty file that nobody else has
 * open, and verifies it: its pages, its references, its version, and that each table has as many rows as the original had
 * in that moment. Nobody waits for this, neither writers nor readers. PATH, and it alone, is then a whole database; making
 * it durable is the caller's. ERR_CORRUPT when it does not pass, which most likely means that the original would not
 * either; ERR_REFUSED when it was given up; ERR_FULL, ERR_IO, ERR_NOMEM; each with RET_ERROR filled, and with PATH, and
 * PATH-wal and PATH-journal if they are there, to be removed. */
int store_backup(struct store *store, const char *path, const struct backup_stop *stop, struct backup_content *ret,
                 struct store_error *ret_error);

#endif
