/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acts: what an operator, or the approval policy, may do about a shipment now, and what shows that it came about.
 * Model layer, pure. The one place that judges an act; it is asked at the moment of sending, and the upstream has the last word.
 * Which statuses allow what stands in the .def files.
 */
#ifndef CLAIMD_MODEL_ACT_H
#define CLAIMD_MODEL_ACT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/reconcile.h"

enum act_kind {
	ACT_ACCEPT,       /* a claim's offer */
	ACT_CANCEL,       /* a claim */
	ACT_CANCEL_INFO,  /* ask what cancelling a claim would cost */
	ACT_ORDER_STATUS, /* give an order its next status */
	ACT_CANCELLATION, /* answer a buyer's wish to cancel an order */
	ACT_REFETCH,      /* read a shipment again now */
	ACT_RESOLVE,      /* settle a violation */
	ACT_PROBE,        /* is the upstream reachable, is the token good? */
	ACT_PRUNE,        /* of claimd itself: retention now */
	ACT_RETRY,        /* of claimd itself: what could not be told, now */
	ACT_MAX,
};

/* The words of the table `action`, the control socket and reports: "order_status". */
const char *act_kind_text(enum act_kind kind);
bool act_kind_parse(const char *text, enum act_kind *ret);

/* Whether it changes something upstream: sent at most once, and one at a time for a shipment. */
bool act_is_sent_once(enum act_kind kind);

/* Whether ARGUMENT (NULL or "": none) is of the form that KIND takes:
 *   cancel        free | paid: the most that was agreed to
 *   order_status  STATUS | STATUS/SUBSTATUS
 *   cancellation  accept | reject ORDER_DELIVERED | reject ORDER_IN_DELIVERY
 *   resolve       adopt | dismiss
 *   the others    none */
bool act_argument_is_valid(enum act_kind kind, const char *argument);

/* Why an act is refused: a word that scripts branch on, and a sentence that says what is the case and what to do. */
#define ACT_CODE_SIZE 64
#define ACT_MESSAGE_SIZE 400
struct act_refusal {
	char code[ACT_CODE_SIZE];
	char message[ACT_MESSAGE_SIZE];
};

struct act {
	enum act_kind kind;
	const char *argument; /* as above */
	int64_t version;      /* of a claim: what it is meant for; NUMBER_NONE: whichever is current */
	const char *price;    /* of a cancellation for money: as much was agreed to; NULL or "": any fee */
};

/* What is known of a shipment at the moment of sending. */
struct act_standing {
	const struct shipment *shipment;
	bool dismissed;              /* what is reported is held, and an operator has dismissed it: what stands is what counts. See
	                              * store_standing_dismissed() */
	const struct window *window; /* the one that governs what stands, open or expired; its rule is NULL when there is none.
	                              * See store_standing_window() */
	struct wall now;             /* by the upstream's clock */
};

/* May it be sent? true, or false with why:
 *   bad_argument    not of the form that the act takes
 *   not_read        nothing is known of it yet, or not its version
 *   not_a_claim, not_an_order
 *   held            what is reported is not what stands, and nobody has dismissed it: settle the violation first
 *   ended           its end was reached
 *   wrong_status    not to be accepted, or in the status already
 *   window_closed   at the window's end or later
 *   version_changed it is not the version any more that the act is meant for
 *   after_pickup    the courier has the goods: support's job
 *   no_path         no step of the graph leads there
 *   not_yours       only Market sets that, at least from there
 *   reason_needed   a bare status that can be set with several substatuses
 *   no_request      no buyer's wish to cancel waits for an answer
 * Of what is not sent once only the argument and the kind of shipment are judged; STANDING may be NULL for what concerns none. */
bool act_permit(const struct act *act, const struct act_standing *standing, struct act_refusal *ret);

/* The full status that a permitted order_status sets ("DELIVERY/DELIVERY_SERVICE_RECEIVED" for "DELIVERY"); NULL when there is
 * none, or more than one. */
const char *act_target(const struct act *act, const struct shipment *shipment);

/* What the upstream says that cancelling would cost. */
enum act_fee {
	ACT_FEE_FREE,
	ACT_FEE_PAID,
	ACT_FEE_UNAVAILABLE,
};

/* May a permitted cancellation be sent at this fee of PRICE? true, or false with why: unavailable, not_paid_for (it costs, and only
 * free was agreed to), price_changed (it costs more than was agreed to). */
bool act_permit_fee(const struct act *act, enum act_fee fee, const char *price, struct act_refusal *ret);

enum act_sign {
	ACT_SIGN_NONE,   /* it can't be told, or not yet */
	ACT_SIGN_DONE,
	ACT_SIGN_FAILED, /* it has not come about, and will not */
};

/* Does what has been read since show whether ACT came about? BEFORE is the status that it was sent in, ACT's version the one that
 * was sent; STANDING is what is known now. What the upstream reports counts, even where it is held. */
enum act_sign act_sign(const struct act *act, const char *before, const struct act_standing *standing);

/* Whether ACT, a cancellation that has come about, cost money although only a free one was agreed to: what it costs may change after
 * it was asked. */
bool act_is_charged(const struct act *act, const struct shipment *shipment);

#endif
