/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verb watch: on a screen a page that lives, elsewhere a line for each transition.
 * Ctl layer. It looks every now and then at whether anybody has committed, and reads only then; each reading is over at once, so
 * that the daemon's log of what it wrote never has to be kept for it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ctl/database.h"
#include "ctl/print.h"
#include "ctl/scene.h"
#include "ctl/seat.h"
#include "ctl/style.h"

#define NUMBER_SIZE 24 /* any int64 */

DEFINE_CLEANUP(text, char *, free)

struct watch {
	const struct console *console;
	const struct seat *seat;
	struct store *store;
	bool json;
	bool over;           /* nobody reads any more */
	int64_t version;     /* of the data that was read last; 0: none was */
	struct scene *scene; /* on a screen; NULL: not read yet */
	int64_t last_id;     /* elsewhere: of the transitions that were told */
};

/* How one watches. */
struct way {
	int ms;                             /* between two looks */
	int (*begin)(struct watch *watch);
	int (*read)(struct watch *watch);   /* something may have changed */
	int (*show)(struct watch *watch);   /* after each look */
};

/* --- On a screen --------------------------------------------------------------------------------------------------- */

static struct wall now(const struct watch *watch)
{
	return clock_wall(&watch->console->clock);
}

static int begin_scene(struct watch *watch ATTR_UNUSED)
{
	return ERR_OK;
}

static int read_scene(struct watch *watch)
{
	struct scene *scene = NULL;
	int r = scene_read(watch->store, now(watch), &scene);

	if (r < 0)
		return r;
	scene_free(watch->scene);
	watch->scene = scene;
	return ERR_OK;
}

static int draw_scene(struct watch *watch)
{
	if (!watch->scene)
		return ERR_OK;
	return scene_draw(watch->scene, watch->console, watch->seat->size(watch->seat->cls), now(watch));
}

static const struct way on_a_screen = { 1000, begin_scene, read_scene, draw_scene }; /* countdowns tell seconds */

/* --- Line by line -------------------------------------------------------------------------------------------------- */

/* The id of the newest transition. */
static int read_last_id(struct watch *watch, int64_t *ret)
{
	struct report *report CLEANUP(report_cleanup) = NULL;
	bool any = false;
	int r = store_report(watch->store, REPORT_LAST_ID, NULL, 0, &report);

	if (r == ERR_OK)
		r = report_next(report, &any);
	if (r == ERR_OK)
		*ret = any ? report_integer(report, 0) : 0;
	return r;
}

/* From now on, and not from the beginning. */
static int begin_news(struct watch *watch)
{
	return read_last_id(watch, &watch->last_id);
}

static int put_text(const struct console *console, const struct report *report)
{
	static const char *const columns[] = {
		"at", "source", "model", "external_id", "from_status", "to_status", "verdict", "via",
	};

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		const char *text = print_column_text(report, columns[i]);
		char *tame CLEANUP(text_cleanup) = strdup(text ? text : "-");

		if (!tame)
			return ERR_NOMEM;
		style_tame(tame);
		fprintf(console->out, "%s%s", i > 0 ? " " : "", tame);
	}
	return ERR_OK;
}

static int put_line(const struct watch *watch, const struct report *report)
{
	int r = watch->json ? print_record_json(watch->console, report) : put_text(watch->console, report);

	fputc('\n', watch->console->out);
	return r;
}

static int put_news(struct watch *watch, struct report *report)
{
	for (;;) {
		bool any = false;
		int r = report_next(report, &any);

		if (r < 0 || !any)
			return r;
		r = put_line(watch, report);
		if (r < 0)
			return r;
		watch->last_id = print_column_integer(report, "id");
	}
}

/* Once the newest are pruned, ids begin anew behind those that are left. */
static int read_news(struct watch *watch)
{
	struct report *report CLEANUP(report_cleanup) = NULL;
	char after[NUMBER_SIZE];
	const char *const arg = after;
	int64_t last = 0;
	int r = read_last_id(watch, &last);

	if (r < 0)
		return r;
	if (last < watch->last_id)
		watch->last_id = last;
	snprintf(after, sizeof(after), "%" PRId64, watch->last_id);
	r = store_report(watch->store, REPORT_NEWS, &arg, 1, &report);
	return r < 0 ? r : put_news(watch, report);
}

static int show_news(struct watch *watch ATTR_UNUSED)
{
	return ERR_OK;
}

static const struct way line_by_line = { 200, begin_news, read_news, show_news }; /* soon enough for a program that reads */

/* --- Both ---------------------------------------------------------------------------------------------------------- */

/* What others hold for a moment is read the next time. */
static int look(struct watch *watch, const struct way *way)
{
	int64_t version = 0;
	int r = store_data_version(watch->store, &version);

	if (r == ERR_OK && version != watch->version)
		r = way->read(watch);
	if (r == ERR_OK)
		watch->version = version;
	return r == ERR_BUSY ? ERR_OK : r;
}

/* A reader that has gone away has read enough; what it was not given is forgotten, so that nobody tries again. */
static int flush(struct watch *watch)
{
	FILE *out = watch->console->out;

	errno = 0;
	if (fflush(out) == 0 && !ferror(out))
		return ERR_OK;
	if (errno != EPIPE)
		return ERR_IO;
	__fpurge(out);
	clearerr(out);
	watch->over = true;
	return ERR_OK;
}

static int go_on(struct watch *watch, const struct way *way)
{
	int r = way->begin(watch);

	while (r == ERR_OK && !watch->over) {
		r = look(watch, way);
		if (r == ERR_OK)
			r = way->show(watch);
		if (r == ERR_OK)
			r = flush(watch);
		if (r == ERR_OK && !watch->over)
			watch->over = watch->seat->wait(watch->seat->cls, way->ms) == WAKE_STOP;
	}
	scene_free(watch->scene);
	return r;
}

/* The seat is left before anything else is said. */
static int watch_from(const struct call *call, struct store *store, bool screen)
{
	struct own_seat *own CLEANUP(own_seat_cleanup) = NULL;
	struct watch watch = {
		.console = call->console,
		.seat = call->console->seat,
		.store = store,
		.json = options_has(call->options, OPTION_JSON),
	};
	int r = watch.seat ? ERR_OK : seat_take(call->console->out, screen, &own);

	if (r < 0)
		return r;
	if (own)
		watch.seat = seat_of(own);
	return go_on(&watch, screen ? &on_a_screen : &line_by_line);
}

int verb_watch(const struct call *call)
{
	struct store *store CLEANUP(store_cleanup) = NULL;
	bool screen = call->console->screen && !options_has(call->options, OPTION_JSON);
	int status = database_open(call, &store);

	return status == EX_OK ? database_status(call, store, watch_from(call, store, screen)) : status;
}
