/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many connections each address has: a balanced tree (tsearch(3)) of those that have any.
 * Loop layer, pure.
 */
#include "loop/crowd.h"

#include <netinet/in.h>
#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct crowd_place {
	int family;
	uint64_t network; /* the address, of IPv6 its first half */
	unsigned n;
};

static int compare(const void *a, const void *b)
{
	const struct crowd_place *left = a, *right = b;

	if (left->family != right->family)
		return left->family < right->family ? -1 : 1;
	return (left->network > right->network) - (left->network < right->network);
}

static struct crowd_place place_of(const struct sockaddr *sa)
{
	struct crowd_place place = { .family = AF_INET };
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		memcpy(&place.network, &in.sin_addr, sizeof(in.sin_addr));
		return place;
	}
	memcpy(&in6, sa, sizeof(in6));
	if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
		memcpy(&place.network, &in6.sin6_addr.s6_addr[12], sizeof(struct in_addr));
		return place;
	}
	place.family = AF_INET6;
	memcpy(&place.network, &in6.sin6_addr, sizeof(place.network));
	return place;
}

/* The place in the tree, made if it is not there; NULL without memory. */
static struct crowd_place *find_place(struct crowd *crowd, const struct crowd_place *wanted)
{
	struct crowd_place *const *found = tfind(wanted, &crowd->places, compare);

	if (found)
		return *found;
	struct crowd_place *place = malloc(sizeof(*place));
	if (!place)
		return NULL;
	*place = *wanted;
	if (tsearch(place, &crowd->places, compare))
		return place;
	free(place);
	return NULL;
}

int crowd_join(struct crowd *crowd, const struct sockaddr *sa, unsigned max, struct crowd_place **ret)
{
	const struct crowd_place wanted = place_of(sa);
	struct crowd_place *place = find_place(crowd, &wanted);

	if (!place)
		return ERR_NOMEM;
	if (place->n >= max)
		return ERR_FULL;
	place->n++;
	*ret = place;
	return ERR_OK;
}

void crowd_leave(struct crowd *crowd, struct crowd_place *place)
{
	if (!place || --place->n > 0)
		return;
	tdelete(place, &crowd->places, compare);
	free(place);
}
