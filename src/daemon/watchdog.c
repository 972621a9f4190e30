/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The watchdog's food.
 * Daemon layer. That the timer fires at all is the proof that the loop turns.
 */
#include "daemon/watchdog.h"

#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/sdnotify.h"

/* What seems stuck is looked at again this soon: it may have been in the middle of something, as in the moment after the clock was
 * set. Only what is found twice is told. */
#define AGAIN_US (1 * USEC_PER_SEC)

struct watchdog {
	struct loop_timer *timer;
	int64_t pause_us;
	unsigned n_found; /* in a row */
	watchdog_fn fn;
	void *cls;
};

static void look_again(struct watchdog *watchdog, const char *what)
{
	if (++watchdog->n_found == 2)
		log_error("stuck: %s; unless that ends by itself, the service manager will restart claimd", what);
	loop_timer_after(watchdog->timer, watchdog->pause_us < AGAIN_US ? watchdog->pause_us : AGAIN_US);
}

static void on_timer(void *cls)
{
	struct watchdog *watchdog = cls;
	char what[WATCHDOG_WHAT_SIZE];

	if (watchdog->fn(watchdog->cls, what)) {
		look_again(watchdog, what);
		return;
	}
	if (watchdog->n_found > 1)
		log_notice("nothing is stuck any more");
	watchdog->n_found = 0;
	sdnotify_send("WATCHDOG=1");
	loop_timer_after(watchdog->timer, watchdog->pause_us);
}

struct watchdog *watchdog_free(struct watchdog *watchdog)
{
	if (!watchdog)
		return NULL;
	loop_timer_free(watchdog->timer);
	free(watchdog);
	return NULL;
}

int watchdog_new(struct loop *loop, watchdog_fn fn, void *cls, struct watchdog **ret)
{
	CLEANUP(watchdog_cleanup) struct watchdog *watchdog = calloc(1, sizeof(*watchdog));
	uint64_t period_us = 0;

	if (!watchdog)
		return ERR_NOMEM;
	watchdog->fn = fn;
	watchdog->cls = cls;

	int r = loop_timer_new(loop, on_timer, watchdog, &watchdog->timer);

	if (r)
		return r;
	if (sd_watchdog_enabled(0, &period_us) > 0) {
		watchdog->pause_us = (int64_t)(period_us / 2);
		loop_timer_after(watchdog->timer, 0);
	}
	*ret = watchdog;
	watchdog = NULL;
	return ERR_OK;
}
