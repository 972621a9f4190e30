/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeps the events in the order of their operations, and makes pages of them.
 * Simulator.
 * A page is a function of events, cursor and request alone: nothing is remembered of who has read what.
 */
#include "sim/journal.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sim/chance.h"
#include "sim/cursor.h"

/* Every operation is behind it. No double holds the odd numbers from here on: who reads operations as one mixes them up. */
#define OPERATION_NONE (INT64_C(1) << 53)

/* Operations of other kinds lie between. */
#define OPERATION_GAP_MAX 3

#define REPEATS_MAX 3

struct event {
	struct tiding tiding;
	struct wall made;
};

struct journal {
	struct journal_rules rules;
	struct event *events; /* by operation */
	size_t n;
	size_t size;
	size_t first;         /* the oldest that is kept */
	uint64_t n_forgotten; /* times that cursors were forgotten */
};

int journal_new(const struct journal_rules *rules, struct journal **ret)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (!journal)
		return ERR_NOMEM;
	journal->rules = *rules;
	*ret = journal;
	return 0;
}

struct journal *journal_free(struct journal *journal)
{
	if (!journal)
		return NULL;
	free(journal->events);
	free(journal);
	return NULL;
}

/* The last operation before event I. */
static int64_t operation_before(const struct journal *journal, size_t i)
{
	return i > 0 ? journal->events[i - 1].tiding.operation_id : OPERATION_NONE;
}

static int journal_reserve(struct journal *journal)
{
	if (journal->n < journal->size)
		return 0;

	size_t size = journal->size ? 2 * journal->size : 256;
	struct event *events = reallocarray(journal->events, size, sizeof(*events));

	if (!events)
		return ERR_NOMEM;
	journal->events = events;
	journal->size = size;
	return 0;
}

int journal_add(struct journal *journal, struct world_shipment *claim, enum telling telling, size_t place, struct wall now)
{
	uint64_t random = chance_draw(journal->rules.seed, CHANCE_OPERATION, 0, journal->n);
	int r = journal_reserve(journal);

	if (r < 0)
		return r;
	journal->events[journal->n] = (struct event){
		.tiding = {
			.claim = claim,
			.telling = telling,
			.place = place,
			.operation_id = operation_before(journal, journal->n) + 1 + (int64_t)(random % (OPERATION_GAP_MAX + 1)),
		},
		.made = now,
	};
	journal->n++;
	return 0;
}

/* Lets go of what is kept no longer. */
static void journal_expire(struct journal *journal, struct wall now)
{
	const struct journal_rules *rules = &journal->rules;

	if (rules->keep_events > 0 && journal->n - journal->first > rules->keep_events)
		journal->first = journal->n - rules->keep_events;
	while (rules->keep_us > 0 && journal->first < journal->n &&
	       wall_cmp(wall_add(journal->events[journal->first].made, rules->keep_us), now) < 0)
		journal->first++;
}

/* The place of the first event with an operation above LAST. */
static size_t place_behind(const struct journal *journal, int64_t last)
{
	size_t low = 0;
	size_t high = journal->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (journal->events[middle].tiding.operation_id <= last)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t cursor_key(const struct journal *journal)
{
	return chance_draw(journal->rules.seed, CHANCE_CURSOR, 0, journal->n_forgotten);
}

/* Whether each operation that the cursor names is one that is kept, or the one before all that are. A simulator that was started
 * anew with the same seed may have signed more than it has made. */
static bool cursor_is_good(const struct journal *journal, const struct cursor *cursor)
{
	size_t next = place_behind(journal, cursor->last);

	if (next < journal->first || operation_before(journal, next) != cursor->last)
		return false;
	for (size_t i = 0; i < cursor->n; i++) {
		size_t behind = place_behind(journal, cursor->holes[i]);

		if (behind <= journal->first || operation_before(journal, behind) != cursor->holes[i])
			return false;
	}
	return true;
}

static int read_cursor(const struct journal *journal, const char *text, struct cursor *ret)
{
	struct cursor cursor = { .last = operation_before(journal, journal->first) };
	int r = text ? cursor_parse(text, cursor_key(journal), &cursor) : 0;

	if (r == 0 && !cursor_is_good(journal, &cursor)) {
		cursor_done(&cursor);
		r = ERR_INVALID;
	}
	if (r == 0)
		*ret = cursor;
	return r;
}

static bool is_hole(const struct cursor *cursor, int64_t operation_id)
{
	for (size_t i = 0; i < cursor->n; i++)
		if (cursor->holes[i] == operation_id)
			return true;
	return false;
}

static bool is_late(const struct journal *journal, const struct tiding *tiding)
{
	return faults_hit(journal->rules.faults, FAULT_LATE, 0, (uint64_t)tiding->operation_id);
}

/* How many of a page's places go to what was told before. A page of one place must go on. */
static size_t n_repeats(const struct journal *journal, const struct journal_ask *ask, size_t limit)
{
	size_t n = 1 + (size_t)(chance_draw(journal->rules.seed, CHANCE_REPEAT, 0, ask->number) % REPEATS_MAX);

	if (!faults_hit(journal->rules.faults, FAULT_REPEAT, 0, ask->number))
		return 0;
	return n < limit / 2 ? n : limit / 2;
}

/* Tells up to N events again that stand before place NEXT, the oldest first. */
static void add_repeats(const struct journal *journal, const struct cursor *cursor, size_t next, size_t n, struct journal_page *page)
{
	size_t from = next > journal->first + n ? next - n : journal->first;

	for (size_t i = from; i < next; i++)
		if (!is_hole(cursor, journal->events[i].tiding.operation_id))
			page->tidings[page->n++] = journal->events[i].tiding;
}

/* Passes by up to LIMIT operations: the holes of FROM, then new ones. RET, with room for LIMIT holes, gets what is left. */
static void pass_by(const struct journal *journal, const struct cursor *from, size_t limit, struct journal_page *page, struct cursor *ret)
{
	size_t next = place_behind(journal, from->last);

	ret->last = from->last;
	for (size_t i = 0; i < from->n; i++) {
		if (limit == 0) {
			ret->holes[ret->n++] = from->holes[i];
			continue;
		}
		page->tidings[page->n++] = journal->events[place_behind(journal, from->holes[i]) - 1].tiding;
		limit--;
	}
	for (; limit > 0 && next < journal->n; limit--) {
		const struct tiding *tiding = &journal->events[next++].tiding;

		ret->last = tiding->operation_id;
		if (is_late(journal, tiding))
			ret->holes[ret->n++] = tiding->operation_id;
		else
			page->tidings[page->n++] = *tiding;
	}
}

static void shuffle(const struct journal *journal, const struct journal_ask *ask, struct journal_page *page)
{
	for (size_t i = page->n; i > 1; i--) {
		size_t other = (size_t)(chance_draw(journal->rules.seed, CHANCE_SHUFFLE, ask->number, i) % i);
		struct tiding tiding = page->tidings[i - 1];

		page->tidings[i - 1] = page->tidings[other];
		page->tidings[other] = tiding;
	}
}

static int fill_page(const struct journal *journal, const struct journal_ask *ask, const struct cursor *from, struct journal_page *page)
{
	size_t limit = ask->limit < journal->rules.page_max ? ask->limit : journal->rules.page_max;
	size_t repeats = n_repeats(journal, ask, limit);
	struct cursor to = { .holes = calloc(from->n + limit, sizeof(*to.holes)) };
	int r = ERR_NOMEM;

	page->tidings = calloc(limit, sizeof(*page->tidings));
	if (to.holes && page->tidings) {
		size_t next = place_behind(journal, from->last);

		if (next < journal->n || from->n > 0)
			add_repeats(journal, from, next, repeats, page);
		pass_by(journal, from, limit - repeats, page, &to);
		if (faults_hit(journal->rules.faults, FAULT_SHUFFLE, 0, ask->number))
			shuffle(journal, ask, page);
		r = cursor_print(&to, cursor_key(journal), &page->cursor);
	}
	cursor_done(&to);
	return r;
}

int journal_page(struct journal *journal, const struct journal_ask *ask, struct journal_page *ret)
{
	struct journal_page page = { 0 };
	struct cursor from = { 0 };

	journal_expire(journal, ask->now);

	int r = read_cursor(journal, ask->cursor, &from);

	if (r < 0)
		return r;
	r = fill_page(journal, ask, &from, &page);
	cursor_done(&from);
	if (r < 0)
		journal_page_done(&page);
	else
		*ret = page;
	return r;
}

void journal_page_done(struct journal_page *page)
{
	free(page->cursor);
	free(page->tidings);
	*page = (struct journal_page){ 0 };
}

/* Whether the courier is on the way to a point or at one; a new claim is at its first. */
static bool knows_point(const char *status)
{
	int index = model_status(&model_claims, status);

	if (index == STATUS_UNKNOWN)
		return false;
	switch (model_claims.statuses[index].phase) {
	case PHASE_PICKUP:
	case PHASE_DELIVERY:
	case PHASE_RETURN:
	case PHASE_END:
		return true;
	case PHASE_CREATE:
	case PHASE_SEARCH:
	case PHASE_ERROR:
	case PHASE_CANCEL:
	case PHASE_MAX:
		break;
	}
	return strcmp(status, "new") == 0;
}

static void status_event(const struct seen *seen, struct wire_event *event)
{
	event->change = WIRE_CHANGE_STATUS;
	snprintf(event->change_type, sizeof(event->change_type), "status_changed");
	event->seen.key = seen->key;
	memcpy(event->seen.status, seen->status, sizeof(event->seen.status));
	memcpy(event->seen.resolution, seen->resolution, sizeof(event->seen.resolution));
}

static void price_event(const struct priced *priced, struct wire_event *event)
{
	event->change = WIRE_CHANGE_PRICE;
	snprintf(event->change_type, sizeof(event->change_type), "price_changed");
	event->seen.key = priced->key;
	memcpy(event->seen.price, priced->price, sizeof(event->seen.price));
	memcpy(event->seen.currency, priced->currency, sizeof(event->seen.currency));
}

void journal_event(const struct tiding *tiding, struct wire_event *ret)
{
	const struct world_shipment *claim = tiding->claim;
	bool priced = tiding->telling == TELLING_PRICE;
	const struct seen *seen = &claim->transitions[priced ? claim->prices[tiding->place].place : tiding->place].seen;
	struct wire_event event = {
		.seen = {
			.via = VIA_JOURNAL,
			.version = NUMBER_NONE,
			.operation_id = tiding->operation_id,
			.point_id = knows_point(seen->status) ? seen->point_id : NUMBER_NONE,
			.valid_until = WALL_NONE,
		},
	};

	memcpy(event.seen.external_id, claim->id, sizeof(event.seen.external_id));
	if (priced)
		price_event(&claim->prices[tiding->place], &event);
	else
		status_event(seen, &event);
	event.seen.entered = event.seen.key.updated;
	*ret = event;
}

void journal_forget_cursors(struct journal *journal)
{
	journal->n_forgotten++;
}
