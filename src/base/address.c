/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Socket addresses as text.
 * Base layer, pure.
 * Resolves no names and opens no sockets.
 */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "base/err.h"

#define UNIX_PREFIX "unix:"
#define PATH_OFFSET offsetof(struct sockaddr_un, sun_path)

static const char why_unix[] =
	"after unix: stands an absolute path of at most 107 bytes, like unix:/run/claimd/http.sock";
static const char why_port[] = "the port is a number from 0 to 65535 after the last colon, like 127.0.0.1:8080";
static const char why_any[] = "for every interface write 0.0.0.0:PORT or [::]:PORT";
static const char why_brackets[] = "an IPv6 address stands in brackets, like [::1]:8080";
static const char why_numeric[] = "the address is numeric, like 127.0.0.1:8080, [::1]:8080 or unix:/path";

static int fail(const char *why, const char **ret_why)
{
	if (ret_why)
		*ret_why = why;
	return ERR_INVALID;
}

static int parse_unix(const char *path, struct address *ret, const char **ret_why)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	size_t len = strlen(path);

	if (path[0] != '/' || path[1] == '\0' || len >= sizeof(sun.sun_path))
		return fail(why_unix, ret_why);
	memcpy(sun.sun_path, path, len + 1);
	*ret = (struct address){ .len = (socklen_t)(PATH_OFFSET + len + 1) };
	memcpy(&ret->sa, &sun, ret->len);
	return 0;
}

static int parse_port(const char *text, in_port_t *ret)
{
	uint32_t port = 0;
	size_t i;

	for (i = 0; i < 5 && text[i] >= '0' && text[i] <= '9'; i++)
		port = port * 10 + (uint32_t)(text[i] - '0');
	if (i == 0 || text[i] != '\0' || port > UINT16_MAX)
		return ERR_INVALID;
	*ret = htons((uint16_t)port);
	return 0;
}

static int parse_ip4(const char *host, in_port_t port, struct address *ret)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = port };

	if (inet_pton(AF_INET, host, &sin.sin_addr) != 1)
		return ERR_INVALID;
	*ret = (struct address){ .len = sizeof(sin) };
	memcpy(&ret->sa, &sin, sizeof(sin));
	return 0;
}

static int parse_ip6(const char *host, in_port_t port, struct address *ret)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_port = port };

	if (inet_pton(AF_INET6, host, &sin6.sin6_addr) != 1)
		return ERR_INVALID;
	*ret = (struct address){ .len = sizeof(sin6) };
	memcpy(&ret->sa, &sin6, sizeof(sin6));
	return 0;
}

int address_parse(const char *text, struct address *ret, const char **ret_why)
{
	char host[INET6_ADDRSTRLEN];
	in_port_t port;

	if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
		return parse_unix(text + strlen(UNIX_PREFIX), ret, ret_why);

	const char *colon = strrchr(text, ':');

	if (!colon || parse_port(colon + 1, &port) < 0)
		return fail(why_port, ret_why);

	bool bracketed = text[0] == '[' && colon - text >= 2 && colon[-1] == ']';
	size_t len = (size_t)(colon - text) - (bracketed ? 2 : 0);

	if (len == 0 || (len == 1 && text[0] == '*'))
		return fail(why_any, ret_why);
	if (len >= sizeof(host))
		return fail(why_numeric, ret_why);
	memcpy(host, text + bracketed, len);
	host[len] = '\0';
	if (!bracketed && strchr(host, ':'))
		return fail(why_brackets, ret_why);
	if ((bracketed ? parse_ip6(host, port, ret) : parse_ip4(host, port, ret)) < 0)
		return fail(why_numeric, ret_why);
	return 0;
}

/* Each formatter returns what snprintf() does, or negative when there is nothing to write. */
static int format_ip4(const struct sockaddr *sa, char *ret, size_t size)
{
	struct sockaddr_in sin;
	char host[INET_ADDRSTRLEN];

	memcpy(&sin, sa, sizeof(sin));
	if (!inet_ntop(AF_INET, &sin.sin_addr, host, sizeof(host)))
		return -1;
	return snprintf(ret, size, "%s:%u", host, (unsigned)ntohs(sin.sin_port));
}

static int format_ip6(const struct sockaddr *sa, char *ret, size_t size)
{
	struct sockaddr_in6 sin6;
	char host[INET6_ADDRSTRLEN];

	memcpy(&sin6, sa, sizeof(sin6));
	if (!inet_ntop(AF_INET6, &sin6.sin6_addr, host, sizeof(host)))
		return -1;
	return snprintf(ret, size, "[%s]:%u", host, (unsigned)ntohs(sin6.sin6_port));
}

/* The kernel need not end the path with a NUL; it is empty for an unnamed socket and begins with a NUL for an
 * abstract one. */
static int format_unix(const struct sockaddr *sa, socklen_t len, char *ret, size_t size)
{
	const char *path = (const char *)sa + PATH_OFFSET;
	size_t n = len > PATH_OFFSET ? strnlen(path, len - PATH_OFFSET) : 0;

	return n > 0 ? snprintf(ret, size, UNIX_PREFIX "%.*s", (int)n, path) : -1;
}

void address_format(const struct sockaddr *sa, socklen_t len, char *ret, size_t size)
{
	int n = -1;

	if (len >= sizeof(struct sockaddr_in) && sa->sa_family == AF_INET)
		n = format_ip4(sa, ret, size);
	else if (len >= sizeof(struct sockaddr_in6) && sa->sa_family == AF_INET6)
		n = format_ip6(sa, ret, size);
	else if (len >= PATH_OFFSET && sa->sa_family == AF_UNIX)
		n = format_unix(sa, len, ret, size);
	if (n < 0 || (size_t)n >= size)
		(void)snprintf(ret, size, "-");
}

static bool has_port_0(const struct address *address)
{
	switch (address->sa.ss_family) {
	case AF_INET:
		return ((const struct sockaddr_in *)&address->sa)->sin_port == 0;
	case AF_INET6:
		return ((const struct sockaddr_in6 *)&address->sa)->sin6_port == 0;
	}
	return false;
}

bool address_is_same(const struct address *a, const struct address *b)
{
	return a->len == b->len && memcmp(&a->sa, &b->sa, a->len) == 0 && !has_port_0(a);
}
