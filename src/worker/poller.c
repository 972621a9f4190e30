/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal's poller.
 * Worker layer.
 * Holds at most one request and one page at a time; where it stands is the stored cursor, and nothing else.
 */
#include "worker/poller.h"

#include <stdlib.h>
#include <string.h>

#include "api/delivery.h"
#include "base/err.h"
#include "worker/page.h"
#include "worker/tell.h"

/* The shortest pause after the end was reached; it doubles up to journal_interval while there is no news. */
#define PAUSE_MIN_US (1 * USEC_PER_SEC)

/* Another program holds the lock; the disk is full or failing. */
#define BUSY_US (20 * USEC_PER_MS)
#define RETRY_US (1 * USEC_PER_SEC)

/* While all that is retained is read, the log says so every so many pages. */
#define PROGRESS_PAGES 10

struct poller {
	struct poller_config config;
	struct loop_timer *timer;
	bool calling;
	struct wire_journal page; /* read, but not stored yet; its cursor is NULL for none */
	char *sent;               /* the cursor of the last request; NULL for none */
	int64_t pause_us;
	struct mono next;         /* no request before */
	bool first_reading;       /* everything retained is being read */
	size_t n_pages;
	size_t n_events;
	bool failing;             /* to store */
	bool in_trouble;          /* to read */
};

static int64_t pause_min_us(const struct poller *poller)
{
	int64_t interval = poller->config.kit->conf->delivery.journal_interval_us;

	return interval < PAUSE_MIN_US ? interval : PAUSE_MIN_US;
}

static void pause_for(struct poller *poller, int64_t us)
{
	poller->next = (struct mono){ clock_mono(loop_clock(poller->config.kit->loop)).us + us };
	loop_timer_after(poller->timer, us);
}

static void pause_longer(struct poller *poller)
{
	int64_t interval = poller->config.kit->conf->delivery.journal_interval_us;

	pause_for(poller, poller->pause_us);
	poller->pause_us = poller->pause_us * 2 < interval ? poller->pause_us * 2 : interval;
}

static void tell_progress(struct poller *poller, bool end)
{
	const struct conf_source *conf = poller->config.kit->conf;

	if (!poller->first_reading)
		return;
	if (end)
		tell_source(LOG_LEVEL_NOTICE, conf, "journal: read to its end, %zu events", poller->n_events);
	else if (poller->n_pages % PROGRESS_PAGES == 0)
		tell_source(LOG_LEVEL_NOTICE, conf, "journal: reading all that is retained, %zu events so far", poller->n_events);
	poller->config.on_progress(poller->n_events, end, poller->config.cls);
	poller->first_reading = !end;
}

/* The end is reached when the cursor has not moved or the page is empty (upstream/delivery.md section 3.3). */
static bool is_end(const struct poller *poller)
{
	bool stands = poller->sent && strcmp(poller->sent, poller->page.cursor) == 0;

	return stands || poller->page.n == 0;
}

static void go_on(struct poller *poller, const struct page_result *result)
{
	bool end = is_end(poller);
	bool news = result->n_news > 0;

	poller->failing = false;
	poller->n_pages++;
	poller->n_events += poller->page.n;
	wire_journal_done(&poller->page);
	tell_progress(poller, end);
	if (news)
		poller->pause_us = pause_min_us(poller);
	if (end)
		pause_longer(poller);
	else
		pause_for(poller, 0);
	if (news)
		poller->config.on_applied(poller->config.cls);
}

static void store_page(struct poller *poller)
{
	struct page_result result;
	int r = page_store(poller->config.kit, &poller->page, poller->first_reading, &result);

	if (!r) {
		go_on(poller, &result);
		return;
	}
	/* What comes from the disk is told by who watches it (storage.h). */
	if (!err_may_pass(r) && !poller->failing) {
		tell_source(LOG_LEVEL_ERROR, poller->config.kit->conf, "can't store a page of the journal: %s; will go on trying",
		            store_error_text(poller->config.kit->store));
		poller->failing = true;
	}
	loop_timer_after(poller->timer, r == ERR_BUSY ? BUSY_US : RETRY_US);
}

/* The upstream does not take its own cursor any more: everything retained is read again, which doubles nothing. */
static void start_over(struct poller *poller, const char *reason)
{
	struct store *store = poller->config.kit->store;

	tell_source(LOG_LEVEL_WARNING, poller->config.kit->conf, "journal: %s; starting over without a cursor", reason);
	if (store_begin(store) == ERR_OK) {
		store_cursor_save(store, gate_source_id(poller->config.kit->gate), NULL, 0, loop_now(poller->config.kit->loop));
		if (store_commit(store) == ERR_OK)
			poller->first_reading = true;
	}
	pause_for(poller, pause_min_us(poller));
}

/* The journal alone is in trouble: told once, until a page comes again. */
static void tell_trouble(struct poller *poller, const char *reason)
{
	if (!poller->in_trouble)
		tell_source(LOG_LEVEL_WARNING, poller->config.kit->conf, "journal: %s; going on without it, and asking again", reason);
	poller->in_trouble = true;
}

static void take_page(struct poller *poller, struct delivery_page *answer)
{
	if (poller->in_trouble)
		tell_source(LOG_LEVEL_NOTICE, poller->config.kit->conf, "journal: it answers again");
	poller->in_trouble = false;
	poller->page = answer->page;
	answer->page = (struct wire_journal){ 0 };
	store_page(poller);
}

static void take_failure(struct poller *poller, const struct client_end *end, bool told)
{
	if (!told)
		tell_trouble(poller, end->reason);
	pause_longer(poller);
}

static void on_page(struct delivery_page *answer, void *cls)
{
	struct poller *poller = cls;
	bool told = gate_end_page(poller->config.kit->gate, &answer->end);

	poller->calling = false;
	if (answer->end.outcome == OUTCOME_OK)
		take_page(poller, answer);
	else if (answer->bad_cursor && poller->sent)
		start_over(poller, answer->end.reason);
	else
		take_failure(poller, &answer->end, told);
	wire_journal_done(&answer->page);
	poller->config.on_end(poller->config.cls);
}

static int call(struct poller *poller)
{
	char *cursor = NULL;
	int r = store_cursor(poller->config.kit->store, gate_source_id(poller->config.kit->gate), &cursor);

	if (r)
		return r;
	free(poller->sent);
	poller->sent = cursor;
	if (!cursor)
		poller->first_reading = true;
	r = delivery_journal(poller->config.kit->client, cursor, on_page, poller);
	poller->calling = r == ERR_OK;
	return r;
}

/* Sets the timer for the reason why no request may go out now; false when one may. */
static bool must_wait(struct poller *poller)
{
	int64_t early_us = poller->next.us - clock_mono(loop_clock(poller->config.kit->loop)).us;
	int64_t delay_us = client_delay_us(poller->config.kit->client);
	struct wall until;

	if (early_us > 0)
		loop_timer_after(poller->timer, early_us);
	else if (!gate_is_open(poller->config.kit->gate, &until))
		loop_timer_at(poller->timer, until);
	else if (delay_us > 0)
		loop_timer_after(poller->timer, delay_us);
	else
		return delay_us < 0;
	return true;
}

static bool is_wanted(const struct poller *poller)
{
	return poller->config.kit->conf->delivery.journal;
}

static void on_timer(void *cls)
{
	struct poller *poller = cls;

	if (poller->calling)
		return;
	if (poller->page.cursor) {
		store_page(poller);
		return;
	}
	if (!is_wanted(poller))
		return;
	if (!must_wait(poller) && call(poller) != ERR_OK)
		loop_timer_after(poller->timer, RETRY_US);
}

void poller_wake(struct poller *poller)
{
	if (!poller->page.cursor)
		on_timer(poller);
}

void poller_expect(struct poller *poller)
{
	int64_t soon_us = clock_mono(loop_clock(poller->config.kit->loop)).us + pause_min_us(poller);

	poller->pause_us = pause_min_us(poller);
	if (poller->next.us > soon_us) {
		poller->next.us = soon_us;
		poller_wake(poller);
	}
}

/* Without a timer it is woken by the end of a request, whoever's that is. */
bool poller_is_stuck(const struct poller *poller)
{
	return is_wanted(poller) && !loop_timer_is_set(poller->timer) && client_is_idle(poller->config.kit->client);
}

struct poller *poller_free(struct poller *poller)
{
	if (!poller)
		return NULL;
	loop_timer_free(poller->timer);
	wire_journal_done(&poller->page);
	free(poller->sent);
	free(poller);
	return NULL;
}

int poller_new(const struct poller_config *config, struct poller **ret)
{
	CLEANUP(poller_cleanup) struct poller *poller = calloc(1, sizeof(*poller));

	if (!poller)
		return ERR_NOMEM;
	poller->config = *config;
	poller->pause_us = pause_min_us(poller);

	int r = loop_timer_new(config->kit->loop, on_timer, poller, &poller->timer);

	if (r)
		return r;
	loop_timer_after(poller->timer, 0);
	*ret = poller;
	poller = NULL;
	return ERR_OK;
}
