/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store in memory for the tests of the model, and the observations to feed it.
 * Tests, unit ring: keeps one shipment with all its steps, and hands reconcile() what the real store hands it.
 * Must not judge: what it keeps is what reconcile() left.
 */
#ifndef CLAIMD_TESTS_UNIT_LEDGER_H
#define CLAIMD_TESTS_UNIT_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/reconcile.h"

#define LEDGER_STEPS_MAX 128

/* SECONDS may be a fraction that is exact in microseconds. */
#define SECONDS(n) ((int64_t)((n) * USEC_PER_SEC))

struct ledger {
	enum policy policy;
	bool whole;      /* hand over the whole history instead of the part from the anchor */
	struct wall now;
	struct shipment shipment;
	int64_t last_id;
	size_t n;
	struct step steps[LEDGER_STEPS_MAX]; /* last, so that a copy can be as long as its history */
};

/* A claim that nothing is known of, or a shipment of another model, under POLICY_HOLD; now is moment(0). */
void ledger_init(struct ledger *ledger);
void ledger_init_of(struct ledger *ledger, const struct model *model);

/* Takes one observation in. Fails the test when reconcile() breaks a promise that holds for every observation:
 * order, room, and that no step is lost or changed in what was seen of it. */
enum decision ledger_take(struct ledger *ledger, const struct seen *seen);
/* The same for make_snapshot() and make_event() with nothing added. */
enum decision ledger_read(struct ledger *ledger, const char *status, int64_t revision, int64_t us);
enum decision ledger_hear(struct ledger *ledger, const char *status, int64_t revision, int64_t us);
/* An order, which has no revision: its times order it. And one whose statuses may have gone by unseen. */
enum decision ledger_read_order(struct ledger *ledger, const char *status, int64_t us);
enum decision ledger_read_skipping(struct ledger *ledger, const char *status, int64_t us);

/* An operator's ruling on the step with that status whose violation is open, the first of them; false when there is none. */
bool ledger_rule(struct ledger *ledger, const char *status, enum ruling ruling);
/* A ruling on the step of an operation, whatever it is now. */
void ledger_rule_operation(struct ledger *ledger, int64_t operation_id, enum ruling ruling);

/* The step that reports show as number SEQ; fails the test when there is none, or more than one. */
const struct step *ledger_shown(const struct ledger *ledger, int64_t seq);
size_t ledger_count_shown(const struct ledger *ledger);

/* Step SEQ is that. */
void ledger_check_step(const struct ledger *ledger, int64_t seq, const char *status, enum verdict verdict, const char *from);
/* The current status, and the one seen last. */
void ledger_check_status(const struct ledger *ledger, const char *status, const char *reported);
/* Step SEQ opened a window that is due then and came to that. */
void ledger_check_window(const struct ledger *ledger, int64_t seq, int64_t due_us, enum outcome outcome);

/* Both show the same steps (status, verdict, from, times, window, violation) and the same current and reported
 * status. The first asserts nothing, and is for those who compare millions. */
bool ledger_shows_same(const struct ledger *a, const struct ledger *b);
void ledger_check_equal(const struct ledger *ledger, const struct ledger *expected);

/* Whether both are the same in all that is kept, but for the steps' row ids, who told of them and when: whatever comes, both will then
 * go on alike, and report alike. It asserts nothing, and is for those who compare millions. */
bool ledger_is_same(const struct ledger *a, const struct ledger *b);

/* The bytes of it that are used: a copy need not have more, unless more is to be taken into it. */
size_t ledger_size(const struct ledger *ledger);

/* Prints all of it for whoever looks into a failure. */
void ledger_print(const struct ledger *ledger, const char *title);

/* US microseconds into the test's time. */
struct wall moment(int64_t us);

/* A claim in STATUS since moment(US), read at REVISION (an order has NUMBER_NONE); and the journal's event of that change,
 * its operation numbered like the revision. Nothing that is optional is given. */
struct seen make_snapshot(const char *status, int64_t revision, int64_t us);
struct seen make_event(const char *status, int64_t revision, int64_t us);

/* Repeatable pseudo-random numbers. */
struct dice {
	uint64_t state;
};

/* A number from 0 to SIDES - 1. */
size_t dice_roll(struct dice *dice, size_t sides);
/* Permutes N pointers. */
void dice_shuffle(struct dice *dice, const struct seen **seen, size_t n);

#endif
