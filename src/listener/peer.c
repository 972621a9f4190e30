/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a request comes from, behind reverse proxies too.
 * Listener layer, pure: an address and a header in, an address out; grants nothing to anybody.
 */
#include "listener/peer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/err.h"

static void unmap(union peer *sender)
{
	if (sender->sa.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&sender->in6.sin6_addr))
		return;
	struct sockaddr_in in = { .sin_family = AF_INET };
	memcpy(&in.sin_addr, &sender->in6.sin6_addr.s6_addr[12], sizeof(in.sin_addr));
	sender->in = in;
}

static union peer peer_of(const struct sockaddr *sa)
{
	union peer sender = { .sa.sa_family = sa->sa_family };

	if (sa->sa_family == AF_INET)
		memcpy(&sender.in, sa, sizeof(sender.in));
	else if (sa->sa_family == AF_INET6)
		memcpy(&sender.in6, sa, sizeof(sender.in6));
	unmap(&sender);
	return sender;
}

static bool is_trusted(const union peer *sender, const struct conf_cidrs *trusted)
{
	return sender->sa.sa_family == AF_UNIX || conf_cidrs_contain(trusted, &sender->sa);
}

static int parse_bare(const char *text, union peer *ret)
{
	union peer sender = { .in.sin_family = AF_INET };

	if (inet_pton(AF_INET, text, &sender.in.sin_addr) == 1) {
		*ret = sender;
		return ERR_OK;
	}
	sender = (union peer){ .in6.sin6_family = AF_INET6 };
	if (inet_pton(AF_INET6, text, &sender.in6.sin6_addr) != 1)
		return ERR_INVALID;
	*ret = sender;
	return ERR_OK;
}

static int parse_with_port(const char *text, union peer *ret)
{
	struct address address;
	int r = address_parse(text, &address, NULL);

	if (r < 0)
		return r;
	if (address.sa.ss_family == AF_UNIX)
		return ERR_INVALID;
	ret->storage = address.sa;
	return ERR_OK;
}

static int parse_hop(const char *hop, size_t len, union peer *ret)
{
	char text[ADDRESS_SIZE];

	if (len == 0 || len >= sizeof(text))
		return ERR_INVALID;
	memcpy(text, hop, len);
	text[len] = '\0';
	int r;
	if (text[0] == '[' && text[len - 1] == ']') {
		text[len - 1] = '\0';
		r = parse_bare(text + 1, ret);
	} else {
		r = parse_bare(text, ret);
		if (r < 0)
			r = parse_with_port(text, ret);
	}
	if (r == ERR_OK)
		unmap(ret);
	return r;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The last hop of the LEN bytes of LIST; *LEN becomes the length of what is before it. */
static int take_hop(const char *list, size_t *len, union peer *ret)
{
	size_t end = *len;
	size_t begin = end;

	while (begin > 0 && list[begin - 1] != ',')
		begin--;
	*len = begin > 0 ? begin - 1 : 0;
	while (end > begin && is_blank(list[end - 1]))
		end--;
	while (begin < end && is_blank(list[begin]))
		begin++;
	return parse_hop(list + begin, end - begin, ret);
}

void peer_find(const struct sockaddr *sa, const char *forwarded, const struct conf_cidrs *trusted, union peer *ret)
{
	union peer sender = peer_of(sa);
	size_t len = forwarded ? strlen(forwarded) : 0;

	while (len > 0 && is_trusted(&sender, trusted)) {
		if (take_hop(forwarded, &len, &sender) < 0)
			break;
	}
	*ret = sender;
}

/* As inet_ntop(), which goes through printf(3) and takes a sixth of all that is done here to a callback. */
static const char *format_v4(const struct in_addr *addr, char ret[static INET_ADDRSTRLEN])
{
	const unsigned char *octets = (const unsigned char *)&addr->s_addr;
	char *at = ret;

	for (size_t i = 0; i < sizeof(addr->s_addr); i++) {
		if (i > 0)
			*at++ = '.';
		if (octets[i] >= 100)
			*at++ = (char)('0' + octets[i] / 100);
		if (octets[i] >= 10)
			*at++ = (char)('0' + octets[i] / 10 % 10);
		*at++ = (char)('0' + octets[i] % 10);
	}
	*at = '\0';
	return ret;
}

void peer_format(const union peer *peer, char ret[static PEER_SIZE])
{
	const char *text = NULL;

	if (peer->sa.sa_family == AF_INET)
		text = format_v4(&peer->in.sin_addr, ret);
	else if (peer->sa.sa_family == AF_INET6)
		text = inet_ntop(AF_INET6, &peer->in6.sin6_addr, ret, PEER_SIZE);
	if (!text)
		snprintf(ret, PEER_SIZE, "%s", peer->sa.sa_family == AF_UNIX ? "unix" : "-");
}
