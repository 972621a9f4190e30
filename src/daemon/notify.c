/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages to the service manager.
 * Daemon layer. Says what is so, decides nothing.
 */
#include "daemon/notify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "daemon/sdnotify.h"
#include "daemon/summary.h"

/* How old the line about the work may become. */
#define REFRESH_US (10 * USEC_PER_SEC)

/* The manager is busy, and takes no message. */
#define RETRY_US (200 * USEC_PER_MS)

struct notify {
	struct loop *loop;
	struct store *store;
	struct loop_timer *timer;
	bool is_heard; /* there is a manager, and there is more to say */
	bool owes_ready; /* it waits to be told that all is ready */
	struct summary summary;
	char told[SUMMARY_SIZE];
	const struct sources *sources;
};

static void write_line(struct notify *notify, char line[static SUMMARY_SIZE])
{
	struct pulse pulse;

	if (store_pulse(notify->store, notify->sources->ids, notify->sources->n, &pulse) == ERR_OK)
		summary_write(&notify->summary, &pulse, loop_now(notify->loop), line);
	else
		(void)snprintf(line, SUMMARY_SIZE, "The database can't be read: %s", store_error_text(notify->store));
}

static void tell(void *cls)
{
	struct notify *notify = cls;
	char line[SUMMARY_SIZE];

	if (!notify->is_heard)
		return;
	write_line(notify, line);
	if ((notify->owes_ready || strcmp(line, notify->told) != 0) &&
	    sdnotify_send("%sSTATUS=%s", notify->owes_ready ? "READY=1\n" : "", line) == ERR_BUSY) {
		loop_timer_after(notify->timer, RETRY_US);
		return;
	}
	notify->owes_ready = false;
	memcpy(notify->told, line, sizeof(notify->told));
	loop_timer_after(notify->timer, REFRESH_US);
}

void notify_ready(struct notify *notify)
{
	notify->owes_ready = true;
	tell(notify);
}

/* The time is for managers that wait for the reload which they have asked for (Type=notify-reload). */
void notify_reloading(struct notify *notify)
{
	if (notify->is_heard)
		sdnotify_send("RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\nSTATUS=Reading the configuration again",
		              clock_mono(loop_clock(notify->loop)).us);
}

void notify_reloaded(struct notify *notify, bool taken)
{
	notify->summary.not_reloaded = !taken;
	/* Whose journal is being read tells so again, if it is served still. */
	notify->summary.reading[0] = '\0';
	notify_ready(notify);
}

void notify_stopping(struct notify *notify)
{
	loop_timer_unset(notify->timer);
	if (notify->is_heard)
		sdnotify_send("STOPPING=1\nSTATUS=Answering what is in flight");
	notify->is_heard = false;
}

void notify_progress(struct notify *notify, const char *source, size_t n_events, bool caught_up)
{
	struct summary *summary = &notify->summary;

	if (!caught_up) {
		(void)snprintf(summary->reading, sizeof(summary->reading), "%s", source);
		summary->n_read = n_events;
	} else if (strcmp(summary->reading, source) == 0) {
		summary->reading[0] = '\0';
	}
}

struct notify *notify_free(struct notify *notify)
{
	if (!notify)
		return NULL;
	loop_timer_free(notify->timer);
	free(notify);
	return NULL;
}

int notify_new(struct loop *loop, struct store *store, const struct sources *sources, struct notify **ret)
{
	struct notify *notify = calloc(1, sizeof(*notify));

	if (!notify)
		return ERR_NOMEM;
	notify->loop = loop;
	notify->store = store;
	notify->is_heard = sdnotify_is_wanted();
	notify->sources = sources;

	int r = loop_timer_new(loop, tell, notify, &notify->timer);

	if (r) {
		free(notify);
		return r;
	}
	*ret = notify;
	return ERR_OK;
}
