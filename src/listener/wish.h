/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a request of the control socket to rows of the table `action`: finds what it is about, and records what is wanted.
 * Listener layer: knows no HTTP, and does not judge whether it is allowed: the worker does, at the moment of sending.
 */
#ifndef CLAIMD_LISTENER_WISH_H
#define CLAIMD_LISTENER_WISH_H

#include "listener/listener.h"
#include "wire/control.h"

/* Who may be asked about, and who asks. */
struct wish {
	const struct wire_act *act;
	const struct listener_source *sources; /* the configured ones: nobody would carry out what is wanted of another */
	size_t n_sources;
	const char *requested_by;
	struct wall now;
};

enum wish_fault {
	WISH_RECORDED,
	WISH_NOT_FOUND, /* no such claim, order, violation or source */
	WISH_AMBIGUOUS, /* several sources know the id */
};

#define WISH_MESSAGE_SIZE 256

struct wish_result {
	enum wish_fault fault;
	int64_t *ids; /* of the rows; owned */
	size_t n;
	char message[WISH_MESSAGE_SIZE]; /* for people, where nothing was recorded */
};

/* Records it in one commit. ERR_OK: *ret says what became of it, and what was recorded is durable. Otherwise an error of the store or
 * of memory, ERR_BUSY among them, and nothing is recorded. */
int wish_record(struct store *store, const struct wish *wish, struct wish_result *ret) ATTR_MUST_USE;
void wish_result_done(struct wish_result *result);

#endif
