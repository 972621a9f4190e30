/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the work stands, in one line.
 * Daemon layer.
 */
#include "daemon/summary.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

#define SPAN_SIZE 32

/* "119 s", "2 min", "47 h", "2 d": cut, never rounded up. */
static const char *span_text(int64_t us, char ret[static SPAN_SIZE])
{
	int64_t seconds = us > 0 ? us / USEC_PER_SEC : 0;

	if (seconds < 120)
		snprintf(ret, SPAN_SIZE, "%" PRId64 " s", seconds);
	else if (seconds < 120 * 60)
		snprintf(ret, SPAN_SIZE, "%" PRId64 " min", seconds / 60);
	else if (seconds < 48 * 3600)
		snprintf(ret, SPAN_SIZE, "%" PRId64 " h", seconds / 3600);
	else
		snprintf(ret, SPAN_SIZE, "%" PRId64 " d", seconds / (24 * 3600));
	return ret;
}

static void ATTR_PRINTF(2, 3) add(char line[static SUMMARY_SIZE], const char *fmt, ...)
{
	size_t len = strlen(line);
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(line + len, SUMMARY_SIZE - len, fmt, args);
	va_end(args);
}

static void add_sources(char line[static SUMMARY_SIZE], const struct pulse *pulse)
{
	add(line, "%zu source%s", pulse->n_sources, pulse->n_sources == 1 ? "" : "s");
	if (pulse->n_locked_out > 0)
		add(line, ", %zu locked out", pulse->n_locked_out);
	if (pulse->n_limited > 0)
		add(line, ", %zu limited", pulse->n_limited);
	if (pulse->n_silent > 0)
		add(line, ", %zu silent", pulse->n_silent);
}

/* What stands at PULSE_COUNT_MAX was not counted further. */
static void add_count(char line[static SUMMARY_SIZE], int64_t n)
{
	add(line, "; %" PRId64 "%s", n, n >= PULSE_COUNT_MAX ? " or more" : "");
}

static void add_pending(char line[static SUMMARY_SIZE], const struct pulse *pulse, struct wall now)
{
	char span[SPAN_SIZE];

	if (pulse->pending == 0) {
		add(line, "; nothing pending");
		return;
	}
	add_count(line, pulse->pending);
	add(line, " pending");
	if (wall_is_set(pulse->pending_since))
		add(line, ", the oldest for %s", span_text(now.us - pulse->pending_since.us, span));
}

static void add_windows(char line[static SUMMARY_SIZE], const struct pulse *pulse, struct wall now)
{
	char span[SPAN_SIZE];

	if (pulse->windows == 0) {
		add(line, "; no open windows");
		return;
	}
	add_count(line, pulse->windows);
	add(line, " open window%s", pulse->windows == 1 ? "" : "s");
	if (wall_is_set(pulse->next_due))
		add(line, ", the next due in %s", span_text(pulse->next_due.us - now.us, span));
}

static void add_violations(char line[static SUMMARY_SIZE], const struct pulse *pulse)
{
	if (pulse->violations == 0) {
		add(line, "; no open violations");
		return;
	}
	add_count(line, pulse->violations);
	add(line, " open violation%s", pulse->violations == 1 ? "" : "s");
}

void summary_write(const struct summary *summary, const struct pulse *pulse, struct wall now, char ret[static SUMMARY_SIZE])
{
	char span[SPAN_SIZE];

	ret[0] = '\0';
	add_sources(ret, pulse);
	add_pending(ret, pulse, now);
	if (wall_is_set(pulse->cursor))
		add(ret, "; cursor %s old", span_text(now.us - pulse->cursor.us, span));
	add_windows(ret, pulse, now);
	add_violations(ret, pulse);
	if (summary->reading[0])
		add(ret, "; %s: reading all of the journal that is retained, %zu events so far", summary->reading, summary->n_read);
	if (summary->not_reloaded)
		add(ret, "; the configuration was not reloaded");
}
