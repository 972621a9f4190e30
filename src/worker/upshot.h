/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request of an action, or a look at it, came to: how its row goes on, or ends; stored in one transaction.
 * Worker layer.
 */
#ifndef CLAIMD_WORKER_UPSHOT_H
#define CLAIMD_WORKER_UPSHOT_H

#include "store/action.h"
#include "worker/kit.h"

enum upshot_kind {
	UPSHOT_NONE,   /* nothing yet: it is waited for */
	UPSHOT_SEND,   /* what had to be asked first allows it */
	UPSHOT_LATER,  /* looked at again, in the same state */
	UPSHOT_SETTLE, /* it was sent, and is to be settled */
	UPSHOT_END,
};

struct upshot {
	enum upshot_kind kind;

	/* UPSHOT_LATER, UPSHOT_SETTLE */
	struct wall due;
	int64_t tries;
	enum action_answer answer;
	char operation_id[ACTION_OPERATION_SIZE];

	/* UPSHOT_END */
	enum action_result result;
	char code[ACT_CODE_SIZE];
	char message[ACT_MESSAGE_SIZE];
	char price[DECIMAL_SIZE];
	bool alarming; /* warned of */

	struct wall read; /* its shipment's next read is due then at the latest; WALL_NONE: it is not touched */
};

/* Constructors; MESSAGE is a format, "" for none. */
struct upshot upshot_later(struct wall due, int64_t tries);
struct upshot upshot_end(enum action_result result, const char *code, const char *message, ...) ATTR_PRINTF(3, 4);
struct upshot upshot_refused(const struct act_refusal *refusal);

/* Stores what UPSHOT says of ACTION: in a transaction of the caller's, who tells of an end once it is committed; or in one of
 * its own, telling. */
int upshot_apply(const struct kit *kit, const struct action *action, const struct upshot *upshot);
int upshot_store(const struct kit *kit, const struct action *action, const struct upshot *upshot);

/* The log line of an end: who wanted what, and what came of it. */
void upshot_tell(const struct kit *kit, const struct action *action, const struct upshot *upshot);

#endif
