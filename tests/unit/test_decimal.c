/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/decimal.
 * Unit tests.
 */
#include "base/decimal.h"

#include <inttypes.h>

#include "base/attr.h"
#include "base/err.h"
#include "suite.h"

static const struct {
	const char *text;
	int64_t value;
} good[] = {
	{ "0", 0 },
	{ "1449", 14490000 },
	{ "1738.8", 17388000 },
	{ "12.50", 125000 },
	{ "0.0001", 1 },
	{ "007.1", 71000 },
	{ "372036854775807.0001", INT64_C(3720368547758070001) },
	{ "922337203685477.5807", INT64_MAX },
	{ "149.900000", 1499000 },
	{ "0.00010", 1 },
	{ "5.00000000000000000000", 50000 },
};

START_TEST(a_decimal_is_read_to_its_last_digit)
{
	int64_t value = -1;

	ck_assert_int_eq(decimal_parse(good[_i].text, &value), ERR_OK);
	ck_assert_msg(value == good[_i].value, "%s: %" PRId64, good[_i].text, value);
}
END_TEST

static const char *const bad[] = {
	"", ".", ".5", "5.", "-1", "+1", " 1", "1 ", "1e3", "1,5", "1.2.3", "1.00001", "1.000010", "1.00000.", "1.0000000x", "0x10", "nan",
	"922337203685477.5808", "99999999999999999999",
};

START_TEST(anything_else_is_refused_and_nothing_written)
{
	int64_t value = 42;

	ck_assert_msg(decimal_parse(bad[_i], &value) == ERR_INVALID, "%s", bad[_i]);
	ck_assert_int_eq(value, 42);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("decimal");
	TCase *parse = tcase_create("parse");

	tcase_add_loop_test(parse, a_decimal_is_read_to_its_last_digit, 0, (int)ARRAY_SIZE(good));
	tcase_add_loop_test(parse, anything_else_is_refused_and_nothing_written, 0, (int)ARRAY_SIZE(bad));
	suite_add_tcase(suite, parse);
	return suite;
}
