/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shipments of the simulation, claims and orders: what each has gone through so far, which is the truth, and what it will go
 * through.
 * Simulator. Runs on the loop's timers; knows neither HTTP nor what tells the merchant.
 */
#ifndef CLAIMD_SIM_WORLD_H
#define CLAIMD_SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"
#include "model/seen.h"
#include "model/timeline.h"
#include "sim/faults.h"
#include "sim/lives.h"
#include "sim/plan.h"

struct world;

/* One change of status: what a snapshot tells after it, and what a reader of every single step has to make of it. */
struct transition {
	struct seen seen;
	enum verdict verdict;
	bool acted;      /* made by an act of the merchant's */
	unsigned reads;  /* fresh, whole snapshots that told it */
	unsigned events; /* whole pages of the journal that told it */
};

/* One change of a claim's price: with the transition at `place`, or alone behind it. */
struct priced {
	size_t place;
	struct order_key key;
	char price[DECIMAL_SIZE];
	char currency[CURRENCY_SIZE];
	bool alone;      /* the journal has an event for it */
	unsigned events; /* whole pages of the journal that told it */
};

/* What an answer tells of a shipment. */
enum telling {
	TELLING_SNAPSHOT, /* the state since a transition */
	TELLING_STATUS,   /* the event of a transition */
	TELLING_PRICE,    /* the event of a price */
};

/* Whom a shipment waits for. Orders have no journal: they wait for a reader of snapshots, whoever is named. */
enum reader {
	READER_INFO,    /* of snapshots, which lists give too; it does not wait for prices, since nothing tells this reader of them */
	READER_JOURNAL, /* of every event, prices included */
	READER_EITHER,  /* whoever comes first to a status */
};

struct world_shipment {
	/* For everybody to read. */
	uint64_t index;
	char id[EXTERNAL_ID_SIZE];
	char life[LIFE_NAME_SIZE];
	const struct model *model;
	bool fake;              /* an order made for a test */
	struct transition *transitions; /* oldest first; moves when one is added */
	size_t n;
	struct priced *prices;  /* as transitions; no two in a row are equal */
	size_t n_prices;
	struct plan plan;
	size_t n_edited;        /* of the plan's edits */
	struct seen now;        /* what a fresh snapshot tells */
	bool done;              /* its last step is made, and read where the rules say so; not while it waits for an act */

	/* The world's own. */
	struct world *world;
	struct loop_timer *timer; /* to the next step */
	struct wall due;
	int64_t campaign_id;
	bool prepaid;
	char applied[STATUS_TEXT_SIZE]; /* the last status that a checker takes for the current one; "" before any */
	struct wall entry;      /* into a status with a window; WALL_NONE before */
	unsigned stale_reads;
	struct wall fresh_at;   /* however few reads there are until then; WALL_NONE: it takes the reads */
};

struct world_rules {
	uint64_t seed;
	int64_t step_min_us;
	int64_t step_max_us;
	int64_t offer_us;   /* an offer's valid_until behind ready_for_approval; 0: none is given */
	bool wait_read;     /* a shipment goes on only when its status was read: once, or in two snapshots where a reader must confirm it */
	enum reader reader; /* by whom */
	int64_t stale_max_us; /* reads are stale so long after a change at most; 0: until there were as many as chance or plan want */
	const struct faults *faults;
};

struct world_hooks {
	void (*on_step)(struct world_shipment *shipment, void *cls); /* the newest transition is the step */
	void (*on_edit)(struct world_shipment *shipment, const struct plan_edit *edit, void *cls); /* EDIT has been made alone */
	void (*on_done)(struct world_shipment *shipment, void *cls);
	void *cls;
};

/* FAULTS is kept, not copied. */
int world_new(struct loop *loop, const struct world_rules *rules, const struct world_hooks *hooks, struct world **ret);
struct world *world_free(struct world *world); /* takes NULL, returns NULL */

struct world_birth {
	const char *id;      /* NULL: 32 hexadecimal digits, or an order's number, as upstream makes them */
	const char *life;    /* how the truth names its life */
	struct plan plan;    /* the world owns it from now, also when it fails; it says of which model the shipment is */
	int64_t delay_us;    /* until its first step */
	int64_t campaign_id; /* of an order, as the next two; of no meaning for a claim */
	bool prepaid;
	bool fake;
};

/* ERR_INVALID when the id is taken. */
int world_add(struct world *world, struct world_birth *birth, struct world_shipment **ret);
/* More steps for a shipment, the first one due at once if it stands still; text as plan_add(). */
int world_extend(struct world_shipment *shipment, const char *steps);

/* An act of the merchant's, which may be. It is made at once unless it takes its time or the plan gives it some; under
 * wait_read, what is read first comes first. ERR_NOMEM. */
int world_act(struct world_shipment *shipment, const struct plan_act *act);

bool world_is_claim(const struct world_shipment *shipment);

size_t world_count(const struct world *world);
struct world_shipment *world_at(const struct world *world, size_t i);
struct world_shipment *world_find(const struct world *world, const char *id);
bool world_is_done(const struct world *world);

/* What a snapshot of the shipment tells now; *ret_place is the transition's place. A stale one is as old as the transition
 * before: of an edit since then it knows nothing. ERR_NOT_FOUND before the first step. */
int world_read(struct world_shipment *shipment, struct seen *ret, size_t *ret_place);
/* The same, but it is no read: what is stale does not become fresh by it. */
int world_peek(const struct world_shipment *shipment, struct seen *ret, size_t *ret_place);
/* An answer that told the shipment's transition or price at PLACE has gone out whole. */
void world_told(struct world_shipment *shipment, enum telling telling, size_t place);

DEFINE_CLEANUP(world, struct world *, world_free)

#endif
