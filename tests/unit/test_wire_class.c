/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/claims: the class of vehicle and the offer, by which claims are accepted.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/claims.h"

/* A claim that waits for approval, with these members. */
static struct seen parse_one(const char *members)
{
	CLEANUP(wire_snapshots_done) struct wire_snapshots claims = { 0 };
	char text[512];
	char *json;

	(void)snprintf(text, sizeof(text),
	               "{'claims':[{'id':'c1','status':'ready_for_approval','updated_ts':'2026-09-23T07:44:04Z',%s}]}", members);
	json = quoted(text);
	ck_assert_int_eq(wire_claims_parse(json, strlen(json), &claims), ERR_OK);
	free(json);
	ck_assert_uint_eq(claims.n, 1);
	return claims.seen[0];
}

static const struct {
	const char *members;
	const char *class;
} classes[] = {
	{ "'client_requirements':{'taxi_class':'express'}", "express" },
	{ "'matched_cars':[{'taxi_class':'cargo','client_taxi_class':'cargocorp'}]", "cargo" },
	{ "'client_requirements':{'taxi_class':'courier'},'matched_cars':[{'taxi_class':'express'}]", "courier" },
	{ "'client_requirements':{'pro_courier':true},'matched_cars':[{'taxi_class':'express'}]", "express" },
	{ "'client_requirements':{'taxi_class':'a class\\nof thirty-two characters'}", "a class?of thirty-two character" },
	{ "'client_requirements':{'taxi_class':7},'matched_cars':[]", "" },
	{ "'client_requirements':'express','matched_cars':{'taxi_class':'express'}", "" },
	{ "'matched_cars':['express']", "" },
};

START_TEST(a_class_is_what_was_asked_for_or_what_was_matched)
{
	struct seen seen = parse_one(classes[_i].members);

	ck_assert_str_eq(seen.class, classes[_i].class);
}
END_TEST

START_TEST(an_offer_is_told_beside_a_final_price)
{
	struct seen seen = parse_one("'pricing':{'currency':'RUB','final_price':'0','offer':{'price':'1449'}}");

	ck_assert_str_eq(seen.price, "0");
	ck_assert_str_eq(seen.offer, "1449");
	seen = parse_one("'pricing':{'currency':'RUB','offer':{'price':'1449'}}");
	ck_assert_str_eq(seen.price, "1449");
	ck_assert_str_eq(seen.offer, "1449");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("wire_class");
	TCase *tcase = tcase_create("class");

	tcase_add_loop_test(tcase, a_class_is_what_was_asked_for_or_what_was_matched, 0, (int)ARRAY_SIZE(classes));
	tcase_add_test(tcase, an_offer_is_told_beside_a_final_price);
	suite_add_tcase(suite, tcase);
	return suite;
}
