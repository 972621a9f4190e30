/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which addresses a list of networks holds.
 * Unit ring.
 */
#include "suite.h"

#include <sys/un.h>

#include "base/address.h"
#include "base/attr.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

static const struct row {
	const char *networks;
	const char *address;
	bool inside;
} rows[] = {
	{ "", "127.0.0.1:0", false },
	{ "127.0.0.1", "127.0.0.1:1234", true },
	{ "127.0.0.1", "127.0.0.2:1234", false },
	{ "10.0.0.0/8", "10.255.255.255:1", true },
	{ "10.0.0.0/8", "11.0.0.0:1", false },
	{ "10.0.0.0/8", "9.255.255.255:1", false },
	{ "5.45.207.0/25", "5.45.207.127:1", true },
	{ "5.45.207.0/25", "5.45.207.128:1", false },
	{ "128.0.0.0/1", "127.255.255.255:1", false },
	{ "128.0.0.0/1", "128.0.0.0:1", true },
	{ "192.0.2.0/31", "192.0.2.1:1", true },
	{ "192.0.2.0/31", "192.0.2.2:1", false },
	{ "0.0.0.0/0", "203.0.113.9:1", true },
	{ "0.0.0.0/0", "[2001:db8::1]:1", false },
	{ "::/0", "[2001:db8::1]:1", true },
	{ "::/0", "203.0.113.9:1", false },
	{ "10.0.0.0/8", "[::ffff:10.1.2.3]:1", true },
	{ "10.0.0.0/8", "[::ffff:11.1.2.3]:1", false },
	{ "10.0.0.0/8", "[::10.1.2.3]:1", false },
	{ "::ffff:10.0.0.0/104", "10.1.2.3:1", true },
	{ "::ffff:10.0.0.0/104", "[::ffff:10.1.2.3]:1", true },
	{ "::ffff:10.0.0.0/104", "11.1.2.3:1", false },
	{ "fd00::/8", "[fdff::1]:1", true },
	{ "fd00::/8", "[fe00::1]:1", false },
	{ "2001:db8::/33", "[2001:db8:7fff::1]:1", true },
	{ "2001:db8::/33", "[2001:db8:8000::1]:1", false },
	{ "::1", "[::1]:1", true },
	{ "::1", "[::2]:1", false },
	{ "10.0.0.0/8, fd00::/8, 192.0.2.7", "192.0.2.7:1", true },
	{ "10.0.0.0/8, fd00::/8, 192.0.2.7", "192.0.2.8:1", false },
};

START_TEST(an_address_is_inside_or_not)
{
	const struct row *row = &rows[_i];
	struct conf_cidrs cidrs = { 0 };
	struct conf_error error;
	struct address address;

	ck_assert_msg(conf_cidrs_read(row->networks, &cidrs, &error) == 0, "%s", error.text);
	ck_assert_int_eq(address_parse(row->address, &address, NULL), 0);
	ck_assert_msg(conf_cidrs_contain(&cidrs, (const struct sockaddr *)&address.sa) == row->inside, "%s in %s", row->address,
		      row->networks);
	conf_cidrs_done(&cidrs);
}
END_TEST

START_TEST(a_unix_socket_is_in_no_network)
{
	const struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct conf_cidrs cidrs = { 0 };
	struct conf_error error;

	ck_assert_int_eq(conf_cidrs_read("0.0.0.0/0, ::/0", &cidrs, &error), 0);
	ck_assert(!conf_cidrs_contain(&cidrs, (const struct sockaddr *)&sun));
	conf_cidrs_done(&cidrs);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("conf-cidr");
	TCase *tc = tcase_create("conf-cidr");

	tcase_add_loop_test(tc, an_address_is_inside_or_not, 0, (int)ARRAY_SIZE(rows));
	tcase_add_test(tc, a_unix_socket_is_in_no_network);
	suite_add_tcase(s, tc);
	return s;
}
