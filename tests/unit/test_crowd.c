/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many connections each address has.
 * Unit ring: addresses only, no sockets.
 */
#include "loop/crowd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "suite.h"

static struct crowd crowd;

static int join(const char *text, unsigned max, struct crowd_place **ret)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(4711) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(4711) };

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return crowd_join(&crowd, (const struct sockaddr *)&in, max, ret);
	ck_assert_int_eq(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return crowd_join(&crowd, (const struct sockaddr *)&in6, max, ret);
}

/* Joins from FIRST, and asserts whether one more from SECOND is of the same place. */
static void check_same(const char *first, const char *second, bool same)
{
	struct crowd_place *one = NULL, *other = NULL;

	ck_assert_int_eq(join(first, 1, &one), ERR_OK);
	ck_assert_msg(join(second, 1, &other) == (same ? ERR_FULL : ERR_OK), "%s and %s", first, second);
	crowd_leave(&crowd, one);
	crowd_leave(&crowd, other);
	ck_assert_ptr_null(crowd.places);
}

START_TEST(an_address_is_counted_up_to_its_limit_and_down_again)
{
	struct crowd_place *places[3], *none = NULL;

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(join("192.0.2.1", 3, &places[i]), ERR_OK);
	ck_assert_int_eq(join("192.0.2.1", 3, &none), ERR_FULL);
	ck_assert_ptr_null(none);
	crowd_leave(&crowd, places[1]);
	ck_assert_int_eq(join("192.0.2.1", 3, &places[1]), ERR_OK);
	for (int i = 0; i < 3; i++)
		crowd_leave(&crowd, places[i]);
	ck_assert_ptr_null(crowd.places);
}
END_TEST

START_TEST(an_ipv6_network_of_64_bits_counts_as_one)
{
	check_same("192.0.2.1", "192.0.2.1", true);
	check_same("192.0.2.1", "192.0.2.2", false);
	check_same("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true);
	check_same("2001:db8:1:2::1", "2001:db8:1:3::1", false);
	check_same("::ffff:192.0.2.1", "192.0.2.1", true);
	check_same("::ffff:192.0.2.1", "::ffff:192.0.2.2", false);
	check_same("::1", "::ffff:192.0.2.1", false);
	/* The same bytes, in another family. */
	check_same("1.2.3.4", "102:304::", false);
}
END_TEST

START_TEST(many_addresses_are_kept_apart)
{
	enum { MANY = 1000 };
	struct crowd_place *places[MANY], *none = NULL;
	char text[32];

	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "10.0.%d.%d", i * 7 % MANY / 256, i * 7 % MANY % 256);
		ck_assert_int_eq(join(text, 1, &places[i]), ERR_OK);
		ck_assert_int_eq(join(text, 1, &none), ERR_FULL);
	}
	for (int i = 0; i < MANY; i++)
		crowd_leave(&crowd, places[i]);
	ck_assert_ptr_null(crowd.places);
}
END_TEST

START_TEST(who_never_joined_may_leave)
{
	crowd_leave(&crowd, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("crowd");
	TCase *tc = tcase_create("crowd");

	tcase_add_test(tc, an_address_is_counted_up_to_its_limit_and_down_again);
	tcase_add_test(tc, an_ipv6_network_of_64_bits_counts_as_one);
	tcase_add_test(tc, many_addresses_are_kept_apart);
	tcase_add_test(tc, who_never_joined_may_leave);
	suite_add_tcase(s, tc);
	return s;
}
