/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blocks of IP addresses.
 * Conf layer, pure.
 * Decides nothing about who may do what: the listener asks.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

/* ::ffff:0:0/96, the IPv4 addresses within IPv6. */
static const unsigned char mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static unsigned bits_of(int family)
{
	return family == AF_INET ? 32 : 128;
}

/* An IPv4 address has one form, whichever way it came. */
static void unmap(struct conf_cidr *cidr)
{
	if (cidr->family != AF_INET6 || cidr->prefix < 96 ||
	    memcmp(cidr->address, mapped_prefix, sizeof(mapped_prefix)) != 0)
		return;
	cidr->family = AF_INET;
	cidr->prefix -= 96;
	memmove(cidr->address, cidr->address + 12, 4);
	memset(cidr->address + 4, 0, 12);
}

static bool from_sockaddr(const struct sockaddr *sa, struct conf_cidr *ret)
{
	struct conf_cidr one = { .family = sa->sa_family };

	if (sa->sa_family == AF_INET)
		memcpy(one.address, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
	else if (sa->sa_family == AF_INET6)
		memcpy(one.address, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
	else
		return false;
	one.prefix = bits_of(one.family);
	unmap(&one);
	*ret = one;
	return true;
}

/* The byte of the block's mask at INDEX. */
static unsigned char mask_byte(unsigned prefix, unsigned index)
{
	unsigned first = index * 8;

	if (prefix >= first + 8)
		return 0xff;
	if (prefix <= first)
		return 0;
	return (unsigned char)(0xff00U >> (prefix - first));
}

static bool contains(const struct conf_cidr *block, const struct conf_cidr *one)
{
	if (block->family != one->family)
		return false;
	for (unsigned i = 0; i < bits_of(block->family) / 8; i++)
		if ((block->address[i] ^ one->address[i]) & mask_byte(block->prefix, i))
			return false;
	return true;
}

bool conf_cidrs_contain(const struct conf_cidrs *cidrs, const struct sockaddr *sa)
{
	struct conf_cidr one;

	if (!from_sockaddr(sa, &one))
		return false;
	for (size_t i = 0; i < cidrs->n; i++)
		if (contains(&cidrs->list[i], &one))
			return true;
	return false;
}

static int parse_prefix(const char *text, unsigned max, unsigned *ret)
{
	unsigned value = 0;
	size_t i;

	for (i = 0; i < 3 && text[i] >= '0' && text[i] <= '9'; i++)
		value = value * 10 + (unsigned)(text[i] - '0');
	if (i == 0 || text[i] != '\0' || value > max)
		return ERR_INVALID;
	*ret = value;
	return 0;
}

static int fail_host_bits(const char *text, const struct conf_cidr *network, struct conf_error *ret_error)
{
	char address[INET6_ADDRSTRLEN];

	(void)inet_ntop(network->family, network->address, address, sizeof(address));
	return conf_fail(ret_error, ERR_INVALID, "\"%s\" has bits set behind its prefix; the network is %s/%u", text,
		address, network->prefix);
}

/* TEXT is "ADDR/PREFIX", or "ADDR" for it alone. ADDRESS is the same text's first part. */
static int parse_one(
	const char *text, const char *address, const char *prefix, struct conf_cidr *ret, struct conf_error *ret_error)
{
	struct conf_cidr cidr = { .family = strchr(address, ':') ? AF_INET6 : AF_INET };

	if (inet_pton(cidr.family, address, cidr.address) != 1)
		return conf_fail(ret_error, ERR_INVALID,
			"\"%s\" is not a network; write ADDRESS/PREFIX, as in 10.0.0.0/8 or fd00::/8", text);
	cidr.prefix = bits_of(cidr.family);
	if (prefix && parse_prefix(prefix, cidr.prefix, &cidr.prefix) < 0)
		return conf_fail(ret_error, ERR_INVALID,
			"\"%s\" has no good prefix; after the slash stands a number from 0 to %u", text,
			bits_of(cidr.family));

	struct conf_cidr network = cidr;

	for (unsigned i = 0; i < sizeof(network.address); i++)
		network.address[i] &= mask_byte(network.prefix, i);
	if (memcmp(network.address, cidr.address, sizeof(cidr.address)) != 0)
		return fail_host_bits(text, &network, ret_error);
	unmap(&cidr);
	*ret = cidr;
	return 0;
}

static int add_one(struct conf_cidrs *cidrs, const char *text, struct conf_error *ret_error)
{
	CLEANUP(text_cleanup) char *address = strdup(text);
	struct conf_cidr cidr = { 0 };

	if (!address)
		return conf_fail_nomem(ret_error);

	char *slash = strchr(address, '/');

	if (slash)
		*slash = '\0';

	int r = parse_one(text, address, slash ? slash + 1 : NULL, &cidr, ret_error);

	if (r < 0)
		return r;

	struct conf_cidr *list = reallocarray(cidrs->list, cidrs->n + 1, sizeof(*list));

	if (!list)
		return conf_fail_nomem(ret_error);
	list[cidrs->n] = cidr;
	cidrs->list = list;
	cidrs->n++;
	return 0;
}

static int add_all(struct conf_cidrs *cidrs, char *list, struct conf_error *ret_error)
{
	char *item;
	int r = 0;

	while (r == 0 && (item = conf_list_next(&list)) != NULL)
		r = add_one(cidrs, item, ret_error);
	return r;
}

int conf_cidrs_read(const char *text, struct conf_cidrs *ret, struct conf_error *ret_error)
{
	CLEANUP(text_cleanup) char *list = strdup(text);
	struct conf_cidrs cidrs = { 0 };

	if (!list)
		return conf_fail_nomem(ret_error);

	int r = *text != '\0' ? add_all(&cidrs, list, ret_error) : 0;

	if (r < 0) {
		conf_cidrs_done(&cidrs);
		return r;
	}
	*ret = cidrs;
	return 0;
}

/* Without blanks, and without a prefix that says nothing: what fitted into a line when it was read must fit again. */
void conf_cidrs_write(const struct conf_cidrs *cidrs, FILE *out)
{
	for (size_t i = 0; i < cidrs->n; i++) {
		const struct conf_cidr *cidr = &cidrs->list[i];
		char address[INET6_ADDRSTRLEN];

		(void)inet_ntop(cidr->family, cidr->address, address, sizeof(address));
		fprintf(out, "%s%s", i > 0 ? "," : "", address);
		if (cidr->prefix < bits_of(cidr->family))
			fprintf(out, "/%u", cidr->prefix);
	}
}

void conf_cidrs_done(struct conf_cidrs *cidrs)
{
	free(cidrs->list);
	*cidrs = (struct conf_cidrs){ 0 };
}
