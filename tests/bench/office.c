/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The office.
 * Benchmarks. The worker's own parts, without those that wait for a network: what they are handed is what a network would bring.
 */
#include "bench/office.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/keep.h"
#include "store/query.h"
#include "worker/apply.h"
#include "worker/page.h"

#define BUSINESS 222

#define FOLD_ROWS 1000
#define EXPIRE_MAX 64

struct office {
	struct clock clock;
	struct conf_source confs[OFFICE_ACCOUNTS];
	struct conf_campaign campaigns[2];
	struct source sources[OFFICE_ACCOUNTS];
	struct kit kits[OFFICE_ACCOUNTS]; /* without a client */
	struct store *store;
	struct loop *loop;
	struct store_error error;
};

static const char *const kinds[] = { [OFFICE_MAIN] = "delivery", [OFFICE_SHOP] = "market" };

static void configure(struct office *office)
{
	office->confs[OFFICE_MAIN] = (struct conf_source){
		.kind = CONF_DELIVERY,
		.name = "main",
		.delivery = { .journal = true, .approve = CONF_APPROVE_OPERATOR },
		.sweep_after_us = 1800 * USEC_PER_SEC,
	};
	office->confs[OFFICE_SHOP] = (struct conf_source){
		.kind = CONF_MARKET,
		.name = "shop",
		.market = { .business_id = BUSINESS },
	};
	for (size_t i = 0; i < OFFICE_ACCOUNTS; i++) {
		office->confs[i].callbacks = true;
		office->confs[i].stale_retry = (struct conf_range){ 5 * USEC_PER_SEC, 30 * USEC_PER_SEC };
	}
}

static int add_sources(struct office *office)
{
	const struct campaign campaigns[] = {
		{ CROWD_CAMPAIGN_DBS, &model_dbs, true, BUSINESS, "DBS" },
		{ CROWD_CAMPAIGN_LAAS, &model_laas, true, BUSINESS, "LAAS" },
	};
	int r = store_begin(office->store);

	for (size_t i = 0; !r && i < OFFICE_ACCOUNTS; i++)
		r = store_source(office->store, kinds[i], office->confs[i].name, (struct wall){ 0 }, &office->sources[i]);
	if (r) {
		store_rollback(office->store);
		return r;
	}
	for (size_t i = 0; i < ARRAY_SIZE(campaigns); i++)
		store_campaign_save(office->store, office->sources[OFFICE_SHOP].id, &campaigns[i]);
	return store_commit(office->store);
}

static int open_kit(struct office *office, enum office_account account)
{
	struct kit *kit = &office->kits[account];
	const struct gate_config config = {
		.loop = office->loop, .store = office->store, .conf = &office->confs[account], .source = office->sources[account],
	};

	*kit = (struct kit){
		.loop = office->loop, .store = office->store, .conf = &office->confs[account], .policy = POLICY_HOLD,
		.caught_up = true,
	};
	return gate_new(&config, &kit->gate);
}

int office_open(const char *path, struct office **ret)
{
	CLEANUP(office_cleanup) struct office *office = calloc(1, sizeof(*office));
	int r;

	if (!office)
		return ERR_NOMEM;
	configure(office);
	r = store_open(path, &office->store, &office->error);
	r = r ? r : loop_new(&office->clock, &office->loop);
	r = r ? r : add_sources(office);
	for (enum office_account i = 0; !r && i < OFFICE_ACCOUNTS; i++)
		r = open_kit(office, i);
	if (r)
		return r;
	*ret = office;
	office = NULL;
	return ERR_OK;
}

struct office *office_close(struct office *office)
{
	if (!office)
		return NULL;
	for (size_t i = 0; i < OFFICE_ACCOUNTS; i++)
		gate_free(office->kits[i].gate);
	loop_free(office->loop);
	store_close(office->store);
	free(office);
	return NULL;
}

struct store *office_store(struct office *office)
{
	return office->store;
}

const struct source *office_source(const struct office *office, enum office_account account)
{
	return &office->sources[account];
}

const char *office_error_text(const struct office *office)
{
	return store_error_text(office->store);
}

int office_hurry(struct office *office)
{
	return store_exec(office->store, "PRAGMA synchronous = OFF");
}

void office_set_time(struct office *office, struct wall now)
{
	office->clock.shift_us += now.us - clock_wall(&office->clock).us;
}

struct wall office_now(const struct office *office)
{
	return clock_wall(&office->clock);
}

enum office_account office_account_of(const struct crowd_event *event)
{
	return event->seen.model == &model_claims ? OFFICE_MAIN : OFFICE_SHOP;
}

static void add_hint(struct office *office, const struct crowd_event *event, struct wall now)
{
	bool claim = office_account_of(event) == OFFICE_MAIN;
	const struct hint hint = {
		.source_id = office->sources[office_account_of(event)].id,
		.kind = claim ? "callback" : "ORDER_STATUS_UPDATED",
		.owes_read = true,
		.external_id = event->seen.external_id,
		.upstream = event->seen.key.updated,
		.received = now,
		.remote_addr = claim ? "213.180.193.17" : "5.45.207.11",
		.own_params = claim && event->seen.key.updated.us % 2 == 0 ? "{\"my_order_id\":\"A-1704\"}" : NULL,
		.campaign_id = event->seen.campaign_id,
		.status = claim ? NULL : event->seen.status,
	};

	store_hint_add(office->store, &hint);
}

int office_ingest(struct office *office, const struct crowd_event *events, size_t n)
{
	struct wall now = office_now(office);
	int r = store_begin(office->store);

	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		add_hint(office, &events[i], now);
	return store_commit(office->store);
}

int office_fold(struct office *office)
{
	size_t n = FOLD_ROWS;

	while (n == FOLD_ROWS) {
		int r = store_begin(office->store);

		if (r)
			return r;
		store_fold_hints(office->store, office_now(office), FOLD_ROWS, &n);
		r = store_commit(office->store);
		if (r)
			return r;
	}
	return ERR_OK;
}

static struct wire_event journal_event(const struct crowd_event *event)
{
	struct wire_event wire = { .change = WIRE_CHANGE_STATUS, .change_type = "status_changed", .seen = event->seen };

	wire.seen.snapshot = false;
	wire.seen.model = NULL;
	wire.seen.version = NUMBER_NONE;
	wire.seen.price[0] = wire.seen.offer[0] = wire.seen.currency[0] = wire.seen.class[0] = '\0';
	return wire;
}

int office_journal(struct office *office, const struct crowd_event *events, size_t n)
{
	struct wire_journal page = { .cursor = (char *)"a cursor", .events = calloc(n + 1, sizeof(*page.events)) };
	struct page_result result = { 0 };
	int r;

	if (!page.events)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		if (office_account_of(&events[i]) == OFFICE_MAIN)
			page.events[page.n++] = journal_event(&events[i]);
	r = page.n > 0 ? page_store(&office->kits[OFFICE_MAIN], &page, true, &result) : ERR_OK;
	free(page.events);
	return r;
}

static void on_applied(void *cls)
{
	*(bool *)cls = true;
}

int office_answer(struct office *office, enum office_account account, const struct due *asked, const struct crowd_event *events, size_t n)
{
	struct wire_snapshots snapshots = { .seen = calloc(n, sizeof(struct seen)), .n = n };
	struct apply *apply = NULL;
	bool done = false;
	int r;

	if (!snapshots.seen)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		snapshots.seen[i] = events[i].seen;
		snapshots.seen[i].operation_id = NUMBER_NONE;
		if (account == OFFICE_MAIN)
			snapshots.seen[i].model = NULL;
	}
	r = apply_start(&office->kits[account], asked, n, &snapshots, on_applied, &done, &apply);
	while (!r && !done)
		r = loop_step(office->loop, -1, NULL);
	wire_snapshots_done(&snapshots);
	return r;
}

int office_keep(struct office *office)
{
	struct prune prune = store_prune_start(office_now(office), 36500);
	int r = ERR_OK;

	while (!r && prune.stage == PRUNE_STAYS) {
		r = store_begin(office->store);
		if (!r) {
			store_prune(office->store, &prune);
			r = store_commit(office->store);
		}
	}
	return r;
}

int office_expire(struct office *office)
{
	struct deadline deadlines[EXPIRE_MAX];
	size_t n = 0;
	struct wall now = office_now(office);
	int r = store_deadlines_passed(office->store, office->sources[OFFICE_MAIN].id, now, deadlines, EXPIRE_MAX, &n);

	r = r ? r : store_begin(office->store);
	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		store_window_expire(office->store, &deadlines[i], now);
	return store_commit(office->store);
}
