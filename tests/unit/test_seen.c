/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of model/seen: which ids are kept, and the order of what is seen.
 * Unit ring.
 */
#include <string.h>

#include "base/attr.h"
#include "model/seen.h"
#include "tests/suite.h"

START_TEST(every_character_is_right_or_wrong_for_an_id)
{
	static const char right[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";
	char text[] = { 'a', (char)_i, 'b' };

	ck_assert_int_eq(external_id_is_valid(text, sizeof(text)), _i != 0 && strchr(right, _i) != NULL);
}
END_TEST

START_TEST(an_id_has_1_to_64_characters)
{
	char text[EXTERNAL_ID_SIZE];

	memset(text, 'x', sizeof(text));
	ck_assert(!external_id_is_valid(text, 0));
	ck_assert(external_id_is_valid(text, 1));
	ck_assert(external_id_is_valid(text, 64));
	ck_assert(!external_id_is_valid(text, 65));
}
END_TEST

START_TEST(only_the_bytes_given_count)
{
	ck_assert(external_id_is_valid("abc d", 3));
	ck_assert(!external_id_is_valid("abc d", 4));
	ck_assert(!external_id_is_valid("abc", 4));
}
END_TEST

static const struct {
	struct order_key a, b;
	int cmp;
} keys[] = {
	{ { 3, { 100 } }, { 3, { 100 } }, 0 },
	{ { 3, { 100 } }, { 3, { 101 } }, -1 },
	{ { 3, { 101 } }, { 3, { 100 } }, 1 },
	{ { 3, { 101 } }, { 4, { 100 } }, -1 }, /* the revision comes first */
	{ { 4, { 100 } }, { 3, { 101 } }, 1 },
	{ { INT64_MAX, { 0 } }, { INT64_MIN + 1, { 0 } }, 1 },
};

START_TEST(order_is_by_revision_then_by_time)
{
	ck_assert_int_eq(order_key_cmp(&keys[_i].a, &keys[_i].b), keys[_i].cmp);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("seen");
	TCase *tc = tcase_create("seen");

	tcase_add_loop_test(tc, every_character_is_right_or_wrong_for_an_id, 0, 256);
	tcase_add_test(tc, an_id_has_1_to_64_characters);
	tcase_add_test(tc, only_the_bytes_given_count);
	tcase_add_loop_test(tc, order_is_by_revision_then_by_time, 0, (int)ARRAY_SIZE(keys));
	suite_add_tcase(s, tc);
	return s;
}
