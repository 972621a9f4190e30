/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which claims the approval policy accepts, and why it does not accept the others.
 * Unit tests.
 */
#include <stdio.h>

#include "base/attr.h"
#include "tests/suite.h"
#include "worker/approval.h"

static const struct {
	const char *offer;
	const char *class;
	const char *max_price;
	const char *classes;
	const char *code; /* NULL: accepted */
} cases[] = {
	{ "1449", "express", "1500", "", NULL },
	{ "1500", "express", "1500", "", NULL },
	{ "1500.0000", "express", "1500", "", NULL },
	{ "1500.0001", "express", "1500", "", "too_dear" },
	{ "999.9", "express", "1000", "", NULL },
	{ "9999", "express", "1000", "", "too_dear" },
	{ "0", "express", "0", "", NULL },
	{ "", "express", "1500", "", "no_price" },
	{ "-1", "express", "1500", "", "no_price" },
	{ "1e1", "express", "1500", "", "no_price" },
	{ "1449", "express", "", "", "too_dear" },
	{ "1449", "", "1500", "", NULL },
	{ "1449", "express", "1500", "express", NULL },
	{ "1449", "cargo", "1500", "courier, express,cargo", NULL },
	{ "1449", "courier", "1500", " courier ,express", NULL },
	{ "1449", "cargo", "1500", "courier, express", "wrong_class" },
	{ "1449", "expres", "1500", "courier, express", "wrong_class" },
	{ "1449", "express_d2d", "1500", "courier, express", "wrong_class" },
	{ "1449", "courier, express", "1500", "courier, express", "wrong_class" },
	{ "1449", "", "1500", "courier,,express", "wrong_class" },
	{ "2000", "cargo", "1500", "courier, express", "too_dear" },
};

START_TEST(price_and_class_decide)
{
	const struct conf_delivery conf = {
		.approve = CONF_APPROVE_AUTO,
		.auto_max_price = (char *)cases[_i].max_price,
		.auto_currency = (char *)"",
		.auto_classes = (char *)cases[_i].classes,
	};
	struct seen claim = { .currency = "RUB" };
	struct act_refusal refusal = { .code = "" };

	snprintf(claim.offer, sizeof(claim.offer), "%s", cases[_i].offer);
	snprintf(claim.class, sizeof(claim.class), "%s", cases[_i].class);
	ck_assert_int_eq(approval_allows(&conf, &claim, &refusal), cases[_i].code == NULL);
	ck_assert_str_eq(refusal.code, cases[_i].code ? cases[_i].code : "");
}
END_TEST

/* The price that the claim has in the end is not what there is to be approved. */
START_TEST(the_offer_counts_not_another_price)
{
	const struct conf_delivery conf = { .auto_max_price = (char *)"1500", .auto_currency = (char *)"", .auto_classes = (char *)"" };
	struct seen claim = { .price = "1", .offer = "2000", .currency = "RUB" };
	struct act_refusal refusal;

	ck_assert(!approval_allows(&conf, &claim, &refusal));
	ck_assert_str_eq(refusal.message, "its offer of 2000 RUB is above auto_max_price, 1500; accept it by hand");
}
END_TEST

START_TEST(a_price_is_compared_in_its_own_currency)
{
	const struct conf_delivery conf = {
		.auto_max_price = (char *)"1500", .auto_currency = (char *)"RUB", .auto_classes = (char *)"",
	};
	struct seen claim = { .offer = "100", .currency = "RUB" };
	struct act_refusal refusal;

	ck_assert(approval_allows(&conf, &claim, &refusal));
	snprintf(claim.currency, sizeof(claim.currency), "USD");
	ck_assert(!approval_allows(&conf, &claim, &refusal));
	ck_assert_str_eq(refusal.code, "other_currency");
	ck_assert_str_eq(refusal.message, "its offer is in USD, and auto_max_price in RUB; accept it by hand");
	claim.currency[0] = '\0';
	ck_assert(!approval_allows(&conf, &claim, &refusal));
	ck_assert_str_eq(refusal.code, "other_currency");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("approval");
	TCase *tcase = tcase_create("approval");

	tcase_add_loop_test(tcase, price_and_class_decide, 0, (int)ARRAY_SIZE(cases));
	tcase_add_test(tcase, the_offer_counts_not_another_price);
	tcase_add_test(tcase, a_price_is_compared_in_its_own_currency);
	suite_add_tcase(suite, tcase);
	return suite;
}
