/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signals on the loop.
 * Daemon layer.
 */
#include "daemon/signals.h"

#include <signal.h>
#include <stdlib.h>

#include "base/err.h"

struct signals {
	sd_event_source *sources[3];
	loop_fn on_stop;
	loop_fn on_reload;
	void *cls;
};

static int on_signal(sd_event_source *source ATTR_UNUSED, const struct signalfd_siginfo *info, void *userdata)
{
	struct signals *signals = userdata;

	if (info->ssi_signo == SIGHUP)
		signals->on_reload(signals->cls);
	else
		signals->on_stop(signals->cls);
	return 0;
}

struct signals *signals_free(struct signals *signals)
{
	if (!signals)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(signals->sources); i++)
		sd_event_source_disable_unref(signals->sources[i]);
	free(signals);
	return NULL;
}

int signals_new(struct loop *loop, loop_fn on_stop, loop_fn on_reload, void *cls, struct signals **ret)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
	struct signals *signals = calloc(1, sizeof(*signals));
	sigset_t set;

	if (!signals)
		return ERR_NOMEM;
	*signals = (struct signals){ .on_stop = on_stop, .on_reload = on_reload, .cls = cls };
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		sigaddset(&set, numbers[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		int r = sd_event_add_signal(loop_event(loop), &signals->sources[i], numbers[i], on_signal, signals);

		if (r < 0) {
			signals_free(signals);
			return err_from_errno(-r);
		}
	}
	*ret = signals;
	return ERR_OK;
}
