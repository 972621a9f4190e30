/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times as text: what is read, what is forgiven and said so, what is refused.
 * Unit ring.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/timefmt.h"

/* 2026-09-23T07:44:04Z */
#define SOME_SECOND INT64_C(1790149444)
#define AT(us) (SOME_SECOND * USEC_PER_SEC + (us))

static const struct good {
	const char *text;
	int64_t us;
	unsigned quirks;
} goods[] = {
	{ "2026-09-23T07:44:04.402413Z", AT(402413), 0 },
	{ "2026-09-23T07:44:04.402413+00:00", AT(402413), 0 },
	{ "2026-09-23T07:44:04Z", AT(0), 0 },
	{ "2026-09-23t07:44:04z", AT(0), 0 },
	{ "2026-09-23 07:44:04Z", AT(0), 0 },
	{ "2026-09-23T07:44:04.402Z", AT(402000), 0 },
	{ "2026-09-23T07:44:04.4Z", AT(400000), TIMEFMT_ODD_FRACTION },
	{ "2026-09-23T07:44:04.Z", AT(0), TIMEFMT_ODD_FRACTION },
	{ "2026-09-23T07:44:04.4024139Z", AT(402413), TIMEFMT_ODD_FRACTION },
	{ "2026-09-23T07:44:04.402413999999999999999999Z", AT(402413), TIMEFMT_ODD_FRACTION },
	{ "2026-09-23T10:44:04+03:00", AT(0), 0 },
	{ "2026-09-23T10:44:04+0300", AT(0), 0 },
	{ "2026-09-23T10:44:04+03", AT(0), 0 },
	{ "2026-09-23T04:14:04-03:30", AT(0), 0 },
	{ "2026-09-24T07:43:04+23:59", AT(0), 0 },
	{ "2026-09-23T07:44:04-00:00", AT(0), 0 },
	{ "2026-09-23T07:44:04.402413 00:00", AT(402413), TIMEFMT_SPACE_ZONE },
	{ "2026-09-23 10:44:04 0300", AT(0), TIMEFMT_SPACE_ZONE },
	{ "2026-09-23T07:44:04", AT(0), TIMEFMT_MISSING_ZONE },
	{ "2026-09-23T07:44:04.5", AT(500000), TIMEFMT_MISSING_ZONE | TIMEFMT_ODD_FRACTION },
	{ "1970-01-01T00:00:00+00:00", 0, 0 },
	{ "1969-12-31T23:00:00-01:00", 0, 0 },
	{ "2016-12-31T23:59:60Z", INT64_C(1483228800) * USEC_PER_SEC, 0 },
	{ "2000-02-29T00:00:00Z", INT64_C(951782400) * USEC_PER_SEC, 0 },
	{ "9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999), 0 },
};

static const char *const bads[] = {
	"",
	"2026-09-23",
	"2026-09-23T",
	"2026-09-23T07:44",
	"2026-09-23T07:44Z",
	"2026-09-23X07:44:04Z",
	"2026-9-23T07:44:04Z",
	"26-09-23T07:44:04Z",
	"2026-00-23T07:44:04Z",
	"2026-13-23T07:44:04Z",
	"2026-09-00T07:44:04Z",
	"2026-09-31T07:44:04Z",
	"2026-02-29T07:44:04Z",
	"2100-02-29T07:44:04Z",
	"2026-09-23T24:00:00Z",
	"2026-09-23T07:60:04Z",
	"2026-09-23T07:44:61Z",
	"2026-09-23T07:44:04,5Z",
	"2026-09-23T07:44:04Zx",
	"2026-09-23T07:44:04Z ",
	" 2026-09-23T07:44:04Z",
	"2026-09-23T07:44:04 ",
	"2026-09-23T07:44:04+",
	"2026-09-23T07:44:04+3",
	"2026-09-23T07:44:04+03:",
	"2026-09-23T07:44:04+03:0",
	"2026-09-23T07:44:04+03:000",
	"2026-09-23T07:44:04+24:00",
	"2026-09-23T07:44:04+03:60",
	"2026-09-23T07:44:04 MSK",
	"1969-12-31T23:59:59Z",
	"1970-01-01T00:00:00+00:01",
	"9999-12-31T23:59:59-00:01",
	"0000-01-01T00:00:00Z",
	"-026-09-23T07:44:04Z",
};

static const struct {
	const char *text;
	int64_t us;
} moscow_times[] = {
	{ "23-09-2026 10:44:04", AT(0) },
	{ "23-09-2026 10:44:04.5", AT(500000) },
	{ "24-09-2026 01:44:04", AT(INT64_C(15) * 3600 * USEC_PER_SEC) }, /* still the day before in UTC */
	{ "2026-09-23T10:44:04", AT(0) },
	{ "2026-09-23 10:44:04.402413", AT(402413) },
	/* A zone that is given is believed. */
	{ "2026-09-23T07:44:04Z", AT(0) },
	{ "2026-09-23T10:44:04+03:00", AT(0) },
	{ "2026-09-23T09:44:04.759084017+02:00", AT(759084) },
	{ "23-09-2026 07:44:04Z", AT(0) },
	{ "29-02-2000 03:00:00", INT64_C(951782400) * USEC_PER_SEC },
	{ "01-01-1970 03:00:00", 0 },
	{ "31-12-9999 23:59:59", INT64_C(253402289999) * USEC_PER_SEC },
};

static const char *const bad_moscow_times[] = {
	"",
	"23",
	"23-",
	"23-09-2026",
	"23-09-2026 10:44",
	"23-9-2026 10:44:04",
	"3-09-2026 10:44:04",
	"23-09-26 10:44:04",
	"09-23-2026 10:44:04",
	"31-09-2026 10:44:04",
	"29-02-2026 10:44:04",
	"00-09-2026 10:44:04",
	"23.09.2026 10:44:04",
	"23-09-2026 24:00:00",
	"23-09-2026 10:44:04 MSK",
	"23-09-2026  10:44:04",
	"01-01-1970 02:59:59",
	"1970-01-01T02:59:59",
	"10000-01-01 00:00:00",
};

START_TEST(accepted_form_is_read_with_its_quirks)
{
	const struct good *good = &goods[_i];
	struct wall t = WALL_NONE;
	unsigned quirks = ~0U;

	ck_assert_msg(timefmt_parse(good->text, strlen(good->text), &t, &quirks) == 0, "%s", good->text);
	ck_assert_msg(t.us == good->us, "%s: %lld", good->text, (long long)t.us);
	ck_assert_uint_eq(quirks, good->quirks);
	ck_assert_int_eq(timefmt_parse(good->text, strlen(good->text), &t, NULL), 0);
}
END_TEST

START_TEST(other_text_is_refused_and_writes_nothing)
{
	struct wall t = { 7 };
	unsigned quirks = 7;

	ck_assert_msg(timefmt_parse(bads[_i], strlen(bads[_i]), &t, &quirks) == ERR_INVALID, "%s", bads[_i]);
	ck_assert_int_eq(t.us, 7);
	ck_assert_uint_eq(quirks, 7);
}
END_TEST

START_TEST(only_the_given_length_is_read)
{
	const char *text = "2026-09-23T07:44:04Z&claim_id=1";
	/* A block of exactly this size, so that a read behind it is seen by the sanitizer. */
	char *exact = strndup(text, 20);
	struct wall t;

	ck_assert_ptr_nonnull(exact);
	ck_assert_int_eq(timefmt_parse(text, 20, &t, NULL), 0);
	ck_assert_int_eq(t.us, AT(0));
	ck_assert_int_eq(timefmt_parse(text, 21, &t, NULL), ERR_INVALID);
	for (size_t len = 0; len < 19; len++)
		ck_assert_int_eq(timefmt_parse(exact, len, &t, NULL), ERR_INVALID);
	free(exact);
}
END_TEST

START_TEST(what_has_no_zone_is_moscow_time)
{
	const char *text = moscow_times[_i].text;
	struct wall t = WALL_NONE;

	ck_assert_msg(timefmt_parse_moscow(text, strlen(text), &t) == 0, "%s", text);
	ck_assert_msg(t.us == moscow_times[_i].us, "%s: %lld", text, (long long)t.us);
}
END_TEST

START_TEST(what_is_no_moscow_time_is_refused_and_writes_nothing)
{
	const char *text = bad_moscow_times[_i];
	struct wall t = { 7 };

	ck_assert_msg(timefmt_parse_moscow(text, strlen(text), &t) == ERR_INVALID, "%s", text);
	ck_assert_int_eq(t.us, 7);
}
END_TEST

START_TEST(a_time_is_written_in_utc_with_microseconds)
{
	char text[TIMEFMT_SIZE];

	timefmt_format((struct wall){ AT(402413) }, text);
	ck_assert_str_eq(text, "2026-09-23T07:44:04.402413Z");
	timefmt_format((struct wall){ 0 }, text);
	ck_assert_str_eq(text, "1970-01-01T00:00:00.000000Z");
	timefmt_format((struct wall){ INT64_C(253402300799999999) }, text);
	ck_assert_str_eq(text, "9999-12-31T23:59:59.999999Z");
}
END_TEST

START_TEST(a_time_outside_of_the_years_is_a_dash)
{
	char text[TIMEFMT_SIZE];

	timefmt_format(WALL_NONE, text);
	ck_assert_str_eq(text, "-");
	timefmt_format((struct wall){ -1 }, text);
	ck_assert_str_eq(text, "-");
	timefmt_format((struct wall){ INT64_C(253402300800000000) }, text);
	ck_assert_str_eq(text, "-");
}
END_TEST

START_TEST(each_day_reads_back_as_it_was_written)
{
	char text[TIMEFMT_SIZE];

	for (int64_t day = 0; day < 2932897; day++) {
		struct wall t = { (day * 86400 + day % 86400) * USEC_PER_SEC + day % 1000000 }, again;

		timefmt_format(t, text);
		ck_assert_int_eq(timefmt_parse(text, strlen(text), &again, NULL), 0);
		if (again.us != t.us)
			ck_abort_msg("%s", text);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("timefmt");
	TCase *tc = tcase_create("timefmt");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, accepted_form_is_read_with_its_quirks, 0, (int)ARRAY_SIZE(goods));
	tcase_add_loop_test(tc, other_text_is_refused_and_writes_nothing, 0, (int)ARRAY_SIZE(bads));
	tcase_add_test(tc, only_the_given_length_is_read);
	tcase_add_loop_test(tc, what_has_no_zone_is_moscow_time, 0, (int)ARRAY_SIZE(moscow_times));
	tcase_add_loop_test(tc, what_is_no_moscow_time_is_refused_and_writes_nothing, 0, (int)ARRAY_SIZE(bad_moscow_times));
	tcase_add_test(tc, a_time_is_written_in_utc_with_microseconds);
	tcase_add_test(tc, a_time_outside_of_the_years_is_a_dash);
	tcase_add_test(tc, each_day_reads_back_as_it_was_written);
	suite_add_tcase(s, tc);
	return s;
}
