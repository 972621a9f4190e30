/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The invented journal.
 * Benchmarks. Chance comes from a generator with a fixed seed.
 */
#include "bench/stream.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/err.h"

/* Claims on their way at any time: those of a busy hour of a large merchant. */
#define ALIVE 1000

/* Between two events. A claim's next step comes after twenty seconds on average, so that no approval is ever late. */
#define EVENT_US (20 * USEC_PER_MS)

#define T_FIRST ((struct wall){ INT64_C(1790000000) * USEC_PER_SEC })

#define SEED UINT64_C(0x9e3779b97f4a7c15)

static const char *const plain_life[] = {
	"new", "estimating", "ready_for_approval", "accepted", "performer_lookup", "performer_draft", "performer_found",
	"pickup_arrived", "ready_for_pickup_confirmation", "pickuped", "delivery_arrived", "ready_for_delivery_confirmation",
	"delivered", "delivered_finish",
};

static const char *const returned_life[] = {
	"new", "estimating", "ready_for_approval", "accepted", "performer_lookup", "performer_draft", "performer_found",
	"pickup_arrived", "pickuped", "returning", "return_arrived", "returned", "returned_finish",
};

static const char *const hasty_life[] = {
	"new", "estimating", "ready_for_approval", "accepted", "performer_lookup", "performer_draft", "performer_found",
	"pickup_arrived", "pickuped", "delivery_arrived", "delivered", "delivered_finish",
};

struct life {
	const char *const *statuses;
	size_t n;
};

static const struct life lives[] = {
	{ plain_life, ARRAY_SIZE(plain_life) },
	{ returned_life, ARRAY_SIZE(returned_life) },
	{ hasty_life, ARRAY_SIZE(hasty_life) },
};

struct claim {
	int64_t number;
	char id[EXTERNAL_ID_SIZE];
	const struct life *life; /* NULL: not begun */
	size_t n_done;
	int64_t revision;
	struct wall entered;
};

struct stream {
	uint64_t random;
	int64_t n_claims;
	int64_t n_events;
	struct claim claims[ALIVE];
};

/* xorshift64, by G. Marsaglia. */
static uint64_t next_random(struct stream *stream)
{
	stream->random ^= stream->random << 13;
	stream->random ^= stream->random >> 7;
	stream->random ^= stream->random << 17;
	return stream->random;
}

/* Ids are random, as upstream's are: that is what makes the index over them hard to grow. */
static void begin_claim(struct stream *stream, struct claim *claim)
{
	unsigned long long high = next_random(stream), low = next_random(stream);

	*claim = (struct claim){
		.number = ++stream->n_claims,
		.life = &lives[next_random(stream) % ARRAY_SIZE(lives)],
		.entered = WALL_NONE,
	};
	snprintf(claim->id, sizeof(claim->id), "%016llx%016llx", high, low);
}

int stream_new(struct stream **ret)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return ERR_NOMEM;
	stream->random = SEED;
	*ret = stream;
	return ERR_OK;
}

struct stream *stream_free(struct stream *stream)
{
	free(stream);
	return NULL;
}

static void write_event(const struct stream *stream, const struct claim *claim, struct wall at, struct wire_event *ret)
{
	*ret = (struct wire_event){
		.change = WIRE_CHANGE_STATUS,
		.change_type = "status_changed",
		.seen = {
			.via = VIA_JOURNAL,
			.key = { .revision = claim->revision, .updated = at },
			.entered = at,
			.version = NUMBER_NONE,
			.operation_id = stream->n_events,
			.point_id = NUMBER_NONE,
			.valid_until = WALL_NONE,
		},
	};
	snprintf(ret->seen.external_id, sizeof(ret->seen.external_id), "%s", claim->id);
	snprintf(ret->seen.status, sizeof(ret->seen.status), "%s", claim->life->statuses[claim->n_done]);
}

/* The next step of a claim drawn at random; revisions have holes, as upstream's have. */
static void next_event(struct stream *stream, struct wire_event *ret, struct stream_place *ret_place)
{
	struct claim *claim = &stream->claims[next_random(stream) % ALIVE];
	struct wall at = wall_add(T_FIRST, ++stream->n_events * EVENT_US);

	if (!claim->life || claim->n_done == claim->life->n)
		begin_claim(stream, claim);
	claim->revision += 1 + (int64_t)(next_random(stream) % 2);
	write_event(stream, claim, at, ret);
	*ret_place = (struct stream_place){
		.claim = claim->number,
		.seq = (int64_t)claim->n_done + 1,
		.from = claim->n_done > 0 ? claim->life->statuses[claim->n_done - 1] : NULL,
		.from_at = claim->entered,
		.last = claim->n_done + 1 == claim->life->n,
	};
	claim->entered = at;
	claim->n_done++;
}

void stream_next(struct stream *stream, struct stream_page *ret)
{
	for (size_t i = 0; i < STREAM_PAGE; i++)
		next_event(stream, &ret->events[i], &ret->places[i]);
	ret->newest = ret->events[STREAM_PAGE - 1].seen.key.updated;
}
