/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Actions: everything that somebody wanted done, each a row that is recorded before it is begun.
 * Store layer. Who wants something appends a row; the worker carries it out from here alone, so listener and worker meet only in
 * the store, and kill -9 loses nothing. The file itself refuses to send a row twice, and to rewrite one that has ended.
 *
 * wanted -> sent -> settling -> ended, or straight to ended. As in store.h, verbs that write run in a transaction.
 */
#ifndef CLAIMD_STORE_ACTION_H
#define CLAIMD_STORE_ACTION_H

#include "base/decimal.h"
#include "model/act.h"
#include "store/store.h"

enum action_state {
	ACTION_WANTED,
	ACTION_SENT,     /* stored before the request leaves */
	ACTION_SETTLING, /* what came of it is being looked at */
	ACTION_ENDED,
	ACTION_STATE_MAX,
};

/* What is known of its being sent. */
enum action_answer {
	ACTION_ANSWER_NONE,
	ACTION_TAKEN,   /* the upstream took it */
	ACTION_UNKNOWN, /* no answer, or one that says nothing: nobody knows */
	ACTION_ANSWER_MAX,
};

enum action_result {
	ACTION_DONE,
	ACTION_REFUSED,  /* by claimd: nothing was sent */
	ACTION_REJECTED, /* by the upstream, which named a code */
	ACTION_NOT_DONE, /* reading again shows that it has not come about */
	ACTION_IN_DOUBT, /* it can't be told */
	ACTION_RESULT_MAX,
};

#define ACTION_NOTE_SIZE 512
#define ACTION_REQUESTED_BY_SIZE 32
#define ACTION_OPERATION_SIZE 1001 /* as the wire layer reads one: it is given back whole */

/* Of all numbers NUMBER_NONE, of times WALL_NONE, of texts "" where there is none. */
struct action {
	int64_t id;
	int64_t source_id;   /* none: of claimd itself */
	int64_t shipment_id; /* none: of the source as a whole, or of claimd */
	enum act_kind kind;
	enum action_state state;
	char argument[STATUS_TEXT_SIZE];
	int64_t target_id; /* of resolve: the violation; of retry: the message, none for all */
	char note[ACTION_NOTE_SIZE];
	int64_t version;
	char price[DECIMAL_SIZE];
	char requested_by[ACTION_REQUESTED_BY_SIZE]; /* uid:N, or policy */
	struct wall requested;
	struct wall due;
	struct wall sent;
	int64_t tries;
	enum action_answer answer;
	char operation_id[ACTION_OPERATION_SIZE];
};

/* What somebody wants. Numbers are NUMBER_NONE, texts NULL or "" where there is none; texts are borrowed. */
struct action_wish {
	int64_t source_id;
	int64_t shipment_id;
	enum act_kind kind;
	const char *argument;
	int64_t target_id;
	const char *note;
	int64_t version;
	const char *price;
	const char *requested_by;
};

#define ACTION_POLICY "policy"

/* Records WISH, due at once. What policy wants of a version of a claim is recorded once, whatever becomes of it: *ret_id is then 0. */
void store_action_add(struct store *store, const struct action_wish *wish, struct wall now, int64_t *ret_id);

/* Up to MAX actions of a source (NUMBER_NONE: of claimd itself) that something is to be done about at NOW: those of people before
 * policy's, then by when it is due, then as they were wanted. One that is sent waits for its answer and is none of them. Outside a
 * transaction too, as all that only reads. */
int store_actions_due(struct store *store, int64_t source_id, struct wall now, struct action *ret, size_t max, size_t *ret_n);
/* ERR_NOT_FOUND. */
int store_action(struct store *store, int64_t action_id, struct action *ret);

/* At start: nobody waits for the answer of what was sent any more, so it is unknown and to be settled now. */
void store_actions_recover(struct store *store, struct wall now);
/* Likewise of one source, which is served again after it was not. */
void store_actions_recover_of(struct store *store, int64_t source_id, struct wall now);

/* Of those below, one whose action is not in the state before fails the transaction with ERR_REFUSED. */

/* Before the request leaves; committed first. */
void store_action_sent(struct store *store, int64_t action_id, struct wall now);
/* It is to be settled, from DUE on. OPERATION_ID may be NULL. */
void store_action_answered(struct store *store, int64_t action_id, enum action_answer answer, const char *operation_id,
                           struct wall due);
/* Looked at again at DUE; the state stays. */
void store_action_later(struct store *store, int64_t action_id, struct wall due, int64_t tries);

struct action_end {
	enum action_result result;
	const char *code;    /* NULL or "": none, as of the texts below */
	const char *message;
	const char *price;   /* of cancel_info: the fee; none: what is stored stays */
};

void store_action_end(struct store *store, int64_t action_id, const struct action_end *end, struct wall now);

/* Whether an action that is sent once (act_is_sent_once()) is sent or settling, so that what is read of the shipment now is via
 * `action`. */
int store_acting(struct store *store, int64_t shipment_id, bool *ret);
/* Such an action, other than EXCEPT_ID (NUMBER_NONE: any); *ret_id is 0 when there is none. */
int store_action_under_way(struct store *store, int64_t shipment_id, int64_t except_id, int64_t *ret_id);

/* "wanted", "taken" (NULL for none), "not_done". */
const char *action_state_text(enum action_state state);
const char *action_answer_text(enum action_answer answer);
const char *action_result_text(enum action_result result);

#endif
