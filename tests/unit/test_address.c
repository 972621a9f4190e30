/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Socket addresses, to and from text.
 * Unit ring.
 */
#include "suite.h"

#include <string.h>
#include <sys/un.h>

#include "base/address.h"
#include "base/attr.h"
#include "base/err.h"

#define PATH_107                                                                                                       \
	"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

_Static_assert(sizeof(PATH_107) == 108, "the longest path that a Unix socket can have, and its NUL");

static const char *const goods[] = {
	"127.0.0.1:8080", "0.0.0.0:0",        "255.255.255.255:65535", "[::1]:8080",      "[::]:1",
	"[2001:db8::1]:443", "[::ffff:192.0.2.1]:80", "unix:/run/claimd.sock", ("unix:" PATH_107),
};

static const struct bad {
	const char *text;
	const char *why;
} bads[] = {
	{ "", "the port" },
	{ "8080", "the port" },
	{ "127.0.0.1", "the port" },
	{ "127.0.0.1:", "the port" },
	{ "127.0.0.1:x", "the port" },
	{ "127.0.0.1:-1", "the port" },
	{ "127.0.0.1:+1", "the port" },
	{ "127.0.0.1:65536", "the port" },
	{ "127.0.0.1:000080", "the port" },
	{ "127.0.0.1:80 ", "the port" },
	{ ":8080", "for every interface" },
	{ "*:8080", "for every interface" },
	{ "[]:8080", "for every interface" },
	{ "localhost:8080", "the address is numeric" },
	{ "127.0.0.256:80", "the address is numeric" },
	{ "[127.0.0.1]:80", "the address is numeric" },
	{ "[localhost]:80", "the address is numeric" },
	{ "[::1:80", "an IPv6 address stands in brackets" },
	{ "::1:8080", "an IPv6 address stands in brackets" },
	{ "]:80", "the address is numeric" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:80", "the address is numeric" },
	{ "unix:", "after unix:" },
	{ "unix:/", "after unix:" },
	{ "unix:relative", "after unix:" },
	{ "unix:@abstract", "after unix:" },
	{ ("unix:" PATH_107 "a"), "after unix:" },
};

START_TEST(a_good_address_is_written_as_it_was_read)
{
	struct address address;
	char text[ADDRESS_SIZE];

	ck_assert_int_eq(address_parse(goods[_i], &address, NULL), 0);
	address_format((const struct sockaddr *)&address.sa, address.len, text, sizeof(text));
	ck_assert_str_eq(text, goods[_i]);
}
END_TEST

START_TEST(a_bad_address_is_told_what_would_be_right)
{
	const char *why = NULL;
	struct address address;

	ck_assert_int_eq(address_parse(bads[_i].text, &address, &why), ERR_INVALID);
	ck_assert_msg(strncmp(why, bads[_i].why, strlen(bads[_i].why)) == 0, "%s: %s", bads[_i].text, why);
	ck_assert_int_eq(address_parse(bads[_i].text, &address, NULL), ERR_INVALID);
}
END_TEST

static const char *format(const void *sa, socklen_t len, char *text, size_t size)
{
	address_format(sa, len, text, size);
	return text;
}

START_TEST(what_has_no_text_is_a_dash)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct sockaddr unknown = { .sa_family = AF_UNSPEC };
	struct address address;
	char text[ADDRESS_SIZE];

	ck_assert_str_eq(format(&sun, sizeof(sa_family_t), text, sizeof(text)), "-");
	ck_assert_str_eq(format(&sun, sizeof(sun), text, sizeof(text)), "-");
	ck_assert_str_eq(format(&unknown, sizeof(unknown), text, sizeof(text)), "-");
	ck_assert_str_eq(format(&unknown, 0, text, sizeof(text)), "-");
	ck_assert_int_eq(address_parse("127.0.0.1:8080", &address, NULL), 0);
	ck_assert_str_eq(format(&address.sa, 4, text, sizeof(text)), "-");
	ck_assert_str_eq(format(&address.sa, address.len, text, 14), "-");
	ck_assert_str_eq(format(&address.sa, address.len, text, 15), "127.0.0.1:8080");
}
END_TEST

START_TEST(a_path_without_a_nul_ends_with_the_length)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char text[ADDRESS_SIZE];

	memset(sun.sun_path, 'x', sizeof(sun.sun_path));
	memcpy(sun.sun_path, "/abc", 4);
	ck_assert_str_eq(format(&sun, offsetof(struct sockaddr_un, sun_path) + 4, text, sizeof(text)), "unix:/abc");
}
END_TEST

static bool same(const char *a, const char *b)
{
	struct address first, second;

	ck_assert_int_eq(address_parse(a, &first, NULL), 0);
	ck_assert_int_eq(address_parse(b, &second, NULL), 0);
	return address_is_same(&first, &second);
}

START_TEST(addresses_are_the_same_by_what_they_mean)
{
	ck_assert(same("127.0.0.1:80", "127.0.0.1:80"));
	ck_assert(same("[::1]:80", "[0:0::1]:080"));
	ck_assert(same("unix:/a", "unix:/a"));
	ck_assert(!same("127.0.0.1:80", "127.0.0.1:81"));
	ck_assert(!same("127.0.0.1:80", "127.0.0.2:80"));
	ck_assert(!same("127.0.0.1:80", "[::1]:80"));
	ck_assert(!same("unix:/a", "unix:/ab"));
	ck_assert(!same("127.0.0.1:0", "127.0.0.1:0"));
	ck_assert(!same("[::1]:0", "[::1]:0"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("address");
	TCase *tc = tcase_create("address");

	tcase_add_loop_test(tc, a_good_address_is_written_as_it_was_read, 0, (int)ARRAY_SIZE(goods));
	tcase_add_loop_test(tc, a_bad_address_is_told_what_would_be_right, 0, (int)ARRAY_SIZE(bads));
	tcase_add_test(tc, what_has_no_text_is_a_dash);
	tcase_add_test(tc, a_path_without_a_nul_ends_with_the_length);
	tcase_add_test(tc, addresses_are_the_same_by_what_they_mean);
	suite_add_tcase(s, tc);
	return s;
}
