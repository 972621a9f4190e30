/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes X-Forwarded-For, and the networks that are trusted with it: the first line of an input says which those are, the rest is the
 * header. Nobody whom no trusted proxy vouches for can say who he is.
 * Tests: listener and conf layer.
 * Covers: listener/peer.c, conf/conf-cidr.c.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf-value.h"
#include "listener/peer.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

static const struct conf_cidrs nobody;

static const struct sockaddr_in6 outside = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
static const struct sockaddr local = { .sa_family = AF_UNIX };

/* The network list is written in a form that reads back as the same list. */
static void require_networks(const struct conf_cidrs *networks)
{
	struct conf_cidrs again;
	struct conf_error error;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	FUZZ_REQUIRE(out);
	conf_cidrs_write(networks, out);
	FUZZ_REQUIRE(fclose(out) == 0 && conf_cidrs_read(text, &again, &error) == ERR_OK);
	FUZZ_REQUIRE(again.n == networks->n);
	FUZZ_REQUIRE(again.n == 0 || memcmp(again.list, networks->list, again.n * sizeof(*again.list)) == 0);
	conf_cidrs_done(&again);
	free(text);
}

/* An address is written, and reads back as the same; IPv4 is never told as IPv6. */
static void require_sender(const union peer *sender)
{
	char text[PEER_SIZE];
	unsigned char again[16];

	memset(text, 'X', sizeof(text));
	peer_format(sender, text);
	FUZZ_REQUIRE(memchr(text, '\0', sizeof(text)));
	switch (sender->sa.sa_family) {
	case AF_INET:
		FUZZ_REQUIRE(inet_pton(AF_INET, text, again) == 1 && memcmp(again, &sender->in.sin_addr, 4) == 0);
		break;
	case AF_INET6:
		FUZZ_REQUIRE(!IN6_IS_ADDR_V4MAPPED(&sender->in6.sin6_addr));
		FUZZ_REQUIRE(inet_pton(AF_INET6, text, again) == 1 && memcmp(again, &sender->in6.sin6_addr, 16) == 0);
		break;
	default:
		FUZZ_REQUIRE(sender->sa.sa_family == AF_UNIX && strcmp(text, "unix") == 0);
	}
}

static bool is_same(const union peer *a, const union peer *b)
{
	char text[PEER_SIZE];
	char other[PEER_SIZE];

	peer_format(a, text);
	peer_format(b, other);
	return a->sa.sa_family == b->sa.sa_family && strcmp(text, other) == 0;
}

/* What stands left of the sender was written by the sender, and by nobody that is trusted. */
static void require_left_is_ignored(const struct sockaddr *sa, const char *header, const struct conf_cidrs *networks,
                                    const union peer *sender)
{
	union peer again;
	char *longer = NULL;

	if (sender->sa.sa_family == AF_UNIX || conf_cidrs_contain(networks, &sender->sa))
		return;
	FUZZ_REQUIRE(asprintf(&longer, "192.0.2.66,%s", header) > 0);
	peer_find(sa, longer, networks, &again);
	FUZZ_REQUIRE(is_same(&again, sender));
	free(longer);
}

static void try_peer(const struct sockaddr *sa, const char *header, const struct conf_cidrs *networks)
{
	union peer sender, alone;

	peer_find(sa, NULL, networks, &alone);
	peer_find(sa, header, networks, &sender);
	require_sender(&sender);
	if (sa->sa_family != AF_UNIX && !conf_cidrs_contain(networks, sa))
		FUZZ_REQUIRE(is_same(&sender, &alone));
	require_left_is_ignored(sa, header, networks, &sender);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = input_text(data, size);
	char *header = text;
	const char *line = input_line(&header);
	struct conf_cidrs networks = { 0 };
	struct conf_error error = { "" };

	if (conf_cidrs_read(line, &networks, &error) < 0)
		FUZZ_REQUIRE(!networks.list && networks.n == 0 && error.text[0] != '\0');
	require_networks(&networks);
	header = header ? header : text + strlen(text);
	try_peer((const struct sockaddr *)&outside, header, &nobody);
	try_peer((const struct sockaddr *)&outside, header, &networks);
	try_peer(&local, header, &networks);
	conf_cidrs_done(&networks);
	free(text);
	return 0;
}
