/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way of one answer: each shipment is reconciled with what is known and stored, a transaction for a few dozen at a
 * time.
 * Worker layer. The model decides, the store writes; what is decided here is only the pace, and what a failing row
 * may cost: itself, not the answer.
 */
#include "worker/apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/err.h"
#include "worker/approval.h"
#include "worker/settle.h"
#include "worker/take.h"
#include "worker/tell.h"

/* Claims of one transaction: a few milliseconds. */
#define APPLY_ROWS 64

/* Another program holds the lock: it is asked for again this soon. */
#define APPLY_BUSY_US (20 * USEC_PER_MS)

/* The disk is full or failing. */
#define APPLY_RETRY_US (1 * USEC_PER_SEC)

/* What reading one shipment came to, told once it is stored. */
struct note {
	const char *external_id;
	const struct model *model;
	struct taken taken;
	struct approval approval;
	bool missing;
	enum read_result result;
	struct wall owed_since;
	struct wall now;
};

struct apply {
	const struct kit *kit;
	const struct due *asked;
	size_t n;
	struct wire_snapshots snapshots;
	size_t next; /* of asked */
	size_t rows; /* of the next transaction */
	bool failing;
	struct loop_timer *timer;
	struct note notes[APPLY_ROWS];
	loop_fn fn;
	void *cls;
};

/* Answers mostly keep the order of the question, so the search begins at the claim's own place. */
static struct seen *find_seen(struct apply *apply, size_t asked)
{
	for (size_t i = 0; i < apply->snapshots.n; i++) {
		struct seen *seen = &apply->snapshots.seen[(asked + i) % apply->snapshots.n];

		if (strcmp(seen->external_id, apply->asked[asked].external_id) == 0)
			return seen;
	}
	return NULL;
}

static struct settle_pass settle_pass_of(const struct kit *kit, const struct due *asked)
{
	return (struct settle_pass){
		.conf = kit->conf,
		.now = loop_now(kit->loop),
		.random = backoff_random(),
		.asked_due = asked->at,
		.asked_hint_id = asked->hint_id,
	};
}

/* Nothing is left to wait for: its end was reached, or claimd does not watch such orders. */
static bool is_over(const struct shipment *shipment)
{
	return !shipment->model || shipment_is_closed(shipment);
}

static enum read_result settle_seen(const struct settle_pass *pass, enum decision decision, const struct shipment *shipment,
                                    struct pending *pending)
{
	bool stale = settle_read(pass, decision, shipment, is_over(shipment), pending);

	if (decision == DECISION_SUSPECT)
		return READ_SUSPECT;
	return stale ? READ_STALE : READ_FRESH;
}

static enum read_result settle_unseen(const struct apply *apply, const struct settle_pass *pass, const struct shipment *shipment,
                                      struct pending *pending)
{
	if (apply->snapshots.n_unreadable > 0) {
		settle_failed(pass, pending);
		return READ_FAILED;
	}
	settle_missing(pass, shipment->reported[0] == '\0' || is_over(shipment), pending);
	return READ_MISSING;
}

static int take_seen(const struct apply *apply, struct shipment *shipment, const struct pending *pending, struct seen *seen,
                     struct note *note)
{
	enum decision *decision = &note->taken.decision;
	int r = take_via(apply->kit, shipment->id, pending->via, &seen->via);

	if (!r)
		r = take_snapshot(apply->kit, shipment, pending, seen, &note->taken);
	if (!r && (*decision == DECISION_SAME || *decision == DECISION_CHANGED))
		r = approval_consider(apply->kit, shipment, seen, &note->approval);
	return r;
}

static int take_one(struct apply *apply, size_t asked, struct note *note)
{
	struct settle_pass pass = settle_pass_of(apply->kit, &apply->asked[asked]);
	struct seen *seen = find_seen(apply, asked);
	struct shipment shipment;
	struct pending pending;
	int r = store_shipment(apply->kit->store, apply->asked[asked].shipment_id, &shipment, &pending);

	if (r)
		return r;
	*note = (struct note){
		.external_id = apply->asked[asked].external_id,
		.taken.decision = DECISION_SAME,
		.owed_since = pending.owed_since,
		.now = pass.now,
	};
	if (seen) {
		seen->seen_at = pass.now;
		r = take_seen(apply, &shipment, &pending, seen, note);
		note->result = settle_seen(&pass, note->taken.decision, &shipment, &pending);
	} else {
		note->missing = !pending.missing;
		note->result = settle_unseen(apply, &pass, &shipment, &pending);
		note->missing = note->missing && pending.missing;
	}
	note->model = shipment.model;
	store_pending_save(apply->kit->store, shipment.id, &pending, seen ? pass.now : WALL_NONE);
	return r;
}

static void tell_unapproved(const struct kit *kit, const struct note *note)
{
	struct entry entry = tell_about_shipment(kit->conf, note->external_id);

	entry.action = act_kind_text(ACT_ACCEPT);
	entry.requested_by = ACTION_POLICY;
	entry.code = note->approval.refusal.code;
	tell_entry(LOG_LEVEL_NOTICE, &entry, "not accepted by policy, %s: %s", entry.code, note->approval.refusal.message);
}

static void tell(const struct apply *apply, const struct note *note)
{
	const struct kit *kit = apply->kit;

	if (note->missing)
		tell_shipment(LOG_LEVEL_WARNING, kit->conf, note->external_id,
		              "the upstream knows no such %s; what was told of it is settled as such", kit_noun(kit));
	if (note->taken.decision == DECISION_SUSPECT)
		tell_shipment(LOG_LEVEL_NOTICE, kit->conf, note->external_id,
		              "an illegal status was read; reading it once more before it counts");
	tell_changes(kit, note->external_id, &note->taken.last, &note->taken.changes, false);
	if (note->approval.refused)
		tell_unapproved(kit, note);
}

static void count(const struct apply *apply, const struct note *note)
{
	const struct counts *counts = &apply->kit->counts;

	counts_read(counts, note->result);
	counts_changes(counts, note->model, &note->taken.changes, note->owed_since, note->now);
}

/* One transaction; *ret_n claims of it are stored. */
static int take_some(struct apply *apply, size_t *ret_n)
{
	struct store *store = apply->kit->store;
	size_t n = 0;
	int r = store_begin(store);

	if (r)
		return r;
	while (!r && n < apply->rows && apply->next + n < apply->n) {
		r = take_one(apply, apply->next + n, &apply->notes[n]);
		n++;
	}
	if (r) {
		store_rollback(store);
		return r;
	}
	r = store_commit(store);
	if (!r)
		*ret_n = n;
	return r;
}

int apply_failure(const struct kit *kit, const struct due *asked)
{
	struct settle_pass pass = settle_pass_of(kit, asked);
	struct shipment shipment;
	struct pending pending;
	int r = store_begin(kit->store);

	if (r)
		return r;
	r = store_shipment(kit->store, asked->shipment_id, &shipment, &pending);
	if (r) {
		store_rollback(kit->store);
		return r;
	}
	settle_failed(&pass, &pending);
	store_pending_save(kit->store, asked->shipment_id, &pending, WALL_NONE);
	r = store_commit(kit->store);
	if (!r)
		counts_read(&kit->counts, READ_FAILED);
	return r;
}

static void wait_out(struct apply *apply, int error)
{
	/* What comes from the disk is told by who watches it (storage.h). */
	if (!err_may_pass(error) && !apply->failing) {
		tell_source(LOG_LEVEL_ERROR, apply->kit->conf, "can't store what was read: %s; will go on trying",
		            store_error_text(apply->kit->store));
		apply->failing = true;
	}
	loop_timer_after(apply->timer, error == ERR_BUSY ? APPLY_BUSY_US : APPLY_RETRY_US);
}

static int isolate(struct apply *apply, int error)
{
	if (apply->rows > 1) {
		apply->rows = 1;
		return ERR_OK;
	}
	tell_shipment(LOG_LEVEL_ERROR, apply->kit->conf, apply->asked[apply->next].external_id, "can't be stored: %s: %s", err_text(error),
	              store_error_text(apply->kit->store));

	int r = apply_failure(apply->kit, &apply->asked[apply->next]);

	/* A row that is gone has nothing to put off, and must not keep the others. */
	if (r && r != ERR_NOT_FOUND)
		return r;
	apply->next++;
	return ERR_OK;
}

static void on_turn(void *cls)
{
	struct apply *apply = cls;
	size_t n = 0;
	int r = take_some(apply, &n);

	for (size_t i = 0; i < n; i++) {
		tell(apply, &apply->notes[i]);
		count(apply, &apply->notes[i]);
	}
	apply->next += n;
	if (r && !err_may_pass(r))
		r = isolate(apply, r);
	if (r) {
		wait_out(apply, r);
		return;
	}
	apply->failing = false;
	if (apply->next < apply->n) {
		loop_timer_after(apply->timer, 0);
		return;
	}

	loop_fn fn = apply->fn;
	void *fn_cls = apply->cls;

	apply_cancel(apply);
	fn(fn_cls);
}

struct apply *apply_cancel(struct apply *apply)
{
	if (!apply)
		return NULL;
	loop_timer_free(apply->timer);
	wire_snapshots_done(&apply->snapshots);
	free(apply);
	return NULL;
}

int apply_start(const struct kit *kit, const struct due *asked, size_t n, struct wire_snapshots *snapshots, loop_fn fn, void *cls,
                struct apply **ret)
{
	struct apply *apply = calloc(1, sizeof(*apply));

	if (!apply)
		return ERR_NOMEM;
	apply->kit = kit;
	apply->asked = asked;
	apply->n = n;
	apply->rows = APPLY_ROWS;
	apply->fn = fn;
	apply->cls = cls;

	int r = loop_timer_new(kit->loop, on_turn, apply, &apply->timer);

	if (r) {
		free(apply);
		return r;
	}
	apply->snapshots = *snapshots;
	*snapshots = (struct wire_snapshots){ 0 };
	loop_timer_after(apply->timer, 0);
	*ret = apply;
	return ERR_OK;
}
