/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The claim or order that an act is about, as the database has it now.
 * Ctl layer.
 */
#ifndef CLAIMD_CTL_SUBJECT_H
#define CLAIMD_CTL_SUBJECT_H

#include "ctl/deed.h"

struct subject {
	bool is_order;
	char source[64];
	char status[STATUS_TEXT_SIZE];   /* of an order STATUS/SUBSTATUS; "" before it was read */
	char reported[STATUS_TEXT_SIZE]; /* where another is held back; else "" */
	/* Of a claim; else NUMBER_NONE and "". */
	int64_t version;
	char price[DECIMAL_SIZE];
	char currency[CURRENCY_SIZE];
	int64_t due_us; /* the end of its open approval window; NUMBER_NONE: there is none */
};

/* Finds what ACT is about. 0, or an exit status after an error line. */
int subject_find(const struct deed *deed, const struct wire_act *act, struct subject *ret);

/* For people. */
const char *subject_status(const struct subject *subject);

#endif
