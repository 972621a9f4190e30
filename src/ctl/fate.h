/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What became of an action: a row of report_actions as plain data, in words, and as an exit status.
 * Ctl layer.
 */
#ifndef CLAIMD_CTL_FATE_H
#define CLAIMD_CTL_FATE_H

#include "ctl/console.h"
#include "model/act.h"
#include "store/store.h"
#include "wire/control.h"

enum fate_result {
	FATE_OPEN, /* it has not ended */
	FATE_DONE,
	FATE_REFUSED,
	FATE_REJECTED,
	FATE_NOT_DONE,
	FATE_IN_DOUBT,
};

#define FATE_STATE_SIZE 16

/* Texts are "" where there is none. */
struct fate {
	int64_t id;
	enum act_kind kind;
	enum fate_result result;
	char state[FATE_STATE_SIZE]; /* wanted, sent, settling, ended */
	char source[64];
	char model[16];
	char external_id[EXTERNAL_ID_SIZE];
	char argument[STATUS_TEXT_SIZE];
	int64_t target_id; /* NUMBER_NONE where there is none */
	char price[DECIMAL_SIZE];
	char code[ACT_CODE_SIZE];
	char message[ACT_MESSAGE_SIZE];
};

/* An action as it was asked for: its number alone may be another's in another database. */
struct fate_asked {
	int64_t id;
	enum act_kind kind;
	char external_id[EXTERNAL_ID_SIZE]; /* "" where it was not named */
	int64_t target_id;
};

/* ACT, which was recorded under that number. */
struct fate_asked fate_asked_of(const struct wire_act *act, int64_t id);

/* The action as it is now. ERR_NOT_FOUND: it is not in this database. */
int fate_read(struct store *store, const struct fate_asked *asked, struct fate *ret);

struct fate_wait {
	const struct console *console;
	struct store *store;
	struct mono end; /* of patience */
	bool tells;      /* a person who waits, how far it is */
};

/* Reads it until it has ended, or patience has. */
int fate_await(const struct fate_wait *wait, const struct fate_asked *asked, struct fate *ret);

/* Says it: what is done on the console's out, what is not on its err, with what to do next. Returns fate_status(). */
int fate_tell(const struct console *console, const struct fate *fate);

/* EX_OK: done; EX_NOPERM: refused, by claimd or the upstream; EX_UNAVAILABLE: not done; EX_TEMPFAIL: in doubt, or under way. */
int fate_status(const struct fate *fate);

#endif
