/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A merchant's own system: takes messages in, checks their signatures, fails now and then, and knows a repeat.
 * For the scenario tests.
 */
#ifndef CLAIMD_TESTS_SCENARIO_SHOP_H
#define CLAIMD_TESTS_SCENARIO_SHOP_H

#include "stage.h"

struct shop;

/* On the stage's loop; it outlives no stage. FAILS: of so many requests one is answered 500; 0: none is. */
struct shop *shop_open(struct stage *stage, unsigned fails);
void shop_close(struct shop *shop);

const char *shop_url(const struct shop *shop);
struct secret shop_key(void);

/* How many messages of a TYPE ("claimd.violation") came, a repeat of one that was taken before not counted. */
size_t shop_count(const struct shop *shop, const char *type);
/* How many requests came in all. */
size_t shop_requests(const struct shop *shop);

/* Of the messages that were taken about a claim or an order, in their order, repeats not counted: a member of their data, with blanks
 * between. Good until the next call. */
const char *shop_heard(struct shop *shop, const char *external_id, const char *member);

#endif
