/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * peer_find(): who sent a request, with and without reverse proxies in front.
 * Unit ring: no network, no disk.
 */
#include "listener/peer.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/attr.h"
#include "suite.h"

/* 10.0.0.0/8, 192.0.2.1, 2001:db8:ffff::/48 */
static struct conf_cidr proxies[] = {
	{ .family = AF_INET, .address = { 10 }, .prefix = 8 },
	{ .family = AF_INET, .address = { 192, 0, 2, 1 }, .prefix = 32 },
	{ .family = AF_INET6, .address = { 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff }, .prefix = 48 },
};
static const struct conf_cidrs trusted = { proxies, ARRAY_SIZE(proxies) };
static const struct conf_cidrs nobody = { NULL, 0 };

static void peer_parse(const char *text, struct sockaddr_storage *ret)
{
	*ret = (struct sockaddr_storage){ 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;
	if (strcmp(text, "unix") == 0) {
		ret->ss_family = AF_UNIX;
	} else if (strchr(text, ':')) {
		*in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(4711) };
		ck_assert_int_eq(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
	} else {
		*in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(4711) };
		ck_assert_int_eq(inet_pton(AF_INET, text, &in->sin_addr), 1);
	}
}

static void check(const char *peer, const char *forwarded, const struct conf_cidrs *cidrs, const char *expected)
{
	struct sockaddr_storage sa;
	union peer sender;
	char text[PEER_SIZE];

	peer_parse(peer, &sa);
	peer_find((const struct sockaddr *)&sa, forwarded, cidrs, &sender);
	peer_format(&sender, text);
	ck_assert_msg(strcmp(text, expected) == 0, "peer %s, forwarded \"%s\": got %s, not %s", peer,
		      forwarded ? forwarded : "(none)", text, expected);
}

static const struct {
	const char *peer;
	const char *forwarded;
	const char *expected;
} cases[] = {
	/* Without a header: the peer, without its port. */
	{ "198.51.100.7", NULL, "198.51.100.7" },
	{ "2001:db8::7", NULL, "2001:db8::7" },
	{ "::ffff:198.51.100.7", NULL, "198.51.100.7" },
	{ "10.1.2.3", NULL, "10.1.2.3" },
	{ "10.1.2.3", "", "10.1.2.3" },
	{ "unix", NULL, "unix" },

	/* Only a trusted proxy is believed. */
	{ "198.51.100.7", "203.0.113.9", "198.51.100.7" },
	{ "11.0.0.1", "203.0.113.9", "11.0.0.1" },
	{ "192.0.2.2", "203.0.113.9", "192.0.2.2" },
	{ "10.1.2.3", "203.0.113.9", "203.0.113.9" },
	{ "::ffff:10.1.2.3", "203.0.113.9", "203.0.113.9" },
	{ "2001:db8:ffff::1", "203.0.113.9", "203.0.113.9" },
	{ "2001:db8:fffe::1", "203.0.113.9", "2001:db8:fffe::1" },
	{ "unix", "203.0.113.9", "203.0.113.9" },

	/* The right-most hop that is no proxy: what stands left of it anybody could have written. */
	{ "10.1.2.3", "1.1.1.1, 203.0.113.9", "203.0.113.9" },
	{ "10.1.2.3", "1.1.1.1,203.0.113.9 , 10.9.9.9,\t192.0.2.1", "203.0.113.9" },
	{ "10.1.2.3", "203.0.113.9, ::ffff:10.9.9.9", "203.0.113.9" },
	{ "unix", "1.1.1.1, 203.0.113.9", "203.0.113.9" },
	{ "unix", "1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9" },
	{ "10.1.2.3", "10.0.0.5, 10.0.0.4", "10.0.0.5" },

	/* The forms of a hop. */
	{ "10.1.2.3", "203.0.113.9:50123", "203.0.113.9" },
	{ "10.1.2.3", "2001:db8::9", "2001:db8::9" },
	{ "10.1.2.3", "[2001:db8::9]", "2001:db8::9" },
	{ "10.1.2.3", "[2001:db8::9]:50123", "2001:db8::9" },
	{ "10.1.2.3", "2001:DB8:0::9", "2001:db8::9" },
	{ "10.1.2.3", "::ffff:203.0.113.9", "203.0.113.9" },
	{ "10.1.2.3", "[::ffff:203.0.113.9]:80", "203.0.113.9" },

	/* A hop that can't be read ends the walk at the last good address. */
	{ "10.1.2.3", "203.0.113.9, unknown", "10.1.2.3" },
	{ "10.1.2.3", "203.0.113.9, _hidden, 10.0.0.4", "10.0.0.4" },
	{ "10.1.2.3", "203.0.113.9,", "10.1.2.3" },
	{ "10.1.2.3", ",", "10.1.2.3" },
	{ "10.1.2.3", "  ", "10.1.2.3" },
	{ "10.1.2.3", "203.0.113.999", "10.1.2.3" },
	{ "10.1.2.3", "203.0.113.9:port", "10.1.2.3" },
	{ "10.1.2.3", "[2001:db8::9", "10.1.2.3" },
	{ "10.1.2.3", "[203.0.113.9] x", "10.1.2.3" },
	{ "10.1.2.3", "[]", "10.1.2.3" },
	{ "10.1.2.3", "unix:/run/x", "10.1.2.3" },
	{ "unix", "unix:/run/x", "unix" },
	{ "unix", "nonsense", "unix" },
};

START_TEST(the_sender_is_the_right_most_hop_that_is_no_proxy)
{
	check(cases[_i].peer, cases[_i].forwarded, &trusted, cases[_i].expected);
}
END_TEST

START_TEST(without_trusted_proxies_only_a_unix_socket_is_believed)
{
	check("10.1.2.3", "203.0.113.9", &nobody, "10.1.2.3");
	check("unix", "1.1.1.1, 203.0.113.9", &nobody, "203.0.113.9");
}
END_TEST

START_TEST(a_hop_longer_than_any_address_is_not_read)
{
	char hop[4096];

	memset(hop, '1', sizeof(hop) - 1);
	hop[sizeof(hop) - 1] = '\0';
	check("10.1.2.3", hop, &trusted, "10.1.2.3");
}
END_TEST

START_TEST(each_octet_is_written_as_inet_ntop_does)
{
	for (unsigned octet = 0; octet < 256; octet++) {
		union peer peer = { .in.sin_family = AF_INET };
		char text[PEER_SIZE], expected[PEER_SIZE];

		peer.in.sin_addr.s_addr = htonl(octet << 24 | (octet ^ 85) << 16 | (octet ^ 170) << 8 | (255 - octet));
		ck_assert_ptr_nonnull(inet_ntop(AF_INET, &peer.in.sin_addr, expected, sizeof(expected)));
		peer_format(&peer, text);
		ck_assert_str_eq(text, expected);
	}
}
END_TEST

START_TEST(the_address_is_one_that_networks_can_be_asked_about)
{
	static const struct {
		const char *peer, *forwarded;
		int family;
		bool inside;
	} senders[] = {
		{ "192.0.2.1", NULL, AF_INET, true },
		{ "192.0.2.2", NULL, AF_INET, false },
		{ "::ffff:192.0.2.1", NULL, AF_INET, true },
		{ "2001:db8::7", NULL, AF_INET6, false },
		{ "unix", "[::ffff:10.1.2.3]:80", AF_INET, true },
		{ "unix", "203.0.113.9:80", AF_INET, false },
		{ "unix", NULL, AF_UNIX, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(senders); i++) {
		struct sockaddr_storage sa;
		union peer sender;

		peer_parse(senders[i].peer, &sa);
		peer_find((const struct sockaddr *)&sa, senders[i].forwarded, &nobody, &sender);
		ck_assert_int_eq(sender.sa.sa_family, senders[i].family);
		ck_assert_msg(conf_cidrs_contain(&trusted, &sender.sa) == senders[i].inside, "%s", senders[i].peer);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("peer");
	TCase *tc = tcase_create("peer");
	tcase_add_loop_test(tc, the_sender_is_the_right_most_hop_that_is_no_proxy, 0, (int)ARRAY_SIZE(cases));
	tcase_add_test(tc, without_trusted_proxies_only_a_unix_socket_is_believed);
	tcase_add_test(tc, the_address_is_one_that_networks_can_be_asked_about);
	tcase_add_test(tc, each_octet_is_written_as_inet_ntop_does);
	tcase_add_test(tc, a_hop_longer_than_any_address_is_not_read);
	suite_add_tcase(s, tc);
	return s;
}
