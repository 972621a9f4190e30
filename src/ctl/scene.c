/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of reports kept as structs, since their ages and countdowns go on while nothing is read; and the page made of them.
 * Ctl layer. The page is written as any text is, and then put on the screen line by line, each cut to the screen's width.
 */
#include "ctl/scene.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ctl/print.h"
#include "ctl/readable.h"
#include "ctl/style.h"
#include "ctl/table.h"
#include "model/seen.h"

/* More than a screen has room for. */
#define ACTIVE_MAX 200
#define LATEST_MAX 50
#define ACCOUNTS_MAX 50
#define LIMIT_SIZE 8

/* Lines beside the rows of the three tables: the first line, three headings, three empty lines. */
#define LINES_FIXED 7
/* The latest transitions get the last third of the screen, at least so many lines of it. */
#define LATEST_SHARE 3
#define LATEST_LEAST 3

#define MINUTES_US (INT64_C(3600) * USEC_PER_SEC) /* counted down in minutes and seconds */

#define DAY_US (24 * INT64_C(3600) * USEC_PER_SEC)

#define NAME_SIZE 40 /* of sources, models, kinds, verdicts and their like */

/* A line is cleared before it is written: behind its last column there would be nothing left to clear but that. */
#define CURSOR_HOME "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_BELOW "\033[J"
#define END_STYLE "\033[0m"

DEFINE_CLEANUP(text, char *, free)

/* A source, and how it fares. */
struct account {
	char source[NAME_SIZE];
	char kind[NAME_SIZE];
	char state[NAME_SIZE];
	struct wall called;
	struct wall oldest; /* since when the oldest has been pending; WALL_NONE: none */
	int64_t pending;
};

/* A claim or order on its way. */
struct active {
	char source[NAME_SIZE];
	char model[NAME_SIZE];
	char id[EXTERNAL_ID_SIZE];
	char status[STATUS_TEXT_SIZE];
	char reported[STATUS_TEXT_SIZE]; /* "": not held */
	char window[NAME_SIZE];          /* its kind; "": none is open */
	struct wall entered;
	struct wall opened;
	struct wall due;
};

struct transition {
	char source[NAME_SIZE];
	char model[NAME_SIZE];
	char id[EXTERNAL_ID_SIZE];
	char from[STATUS_TEXT_SIZE];
	char to[STATUS_TEXT_SIZE];
	char verdict[NAME_SIZE];
	char via[NAME_SIZE];
	struct wall at;
};

struct scene {
	struct account accounts[ACCOUNTS_MAX];
	size_t n_accounts;
	struct active active[ACTIVE_MAX];
	size_t n_active;
	int64_t all_active; /* those that are not kept here, too */
	int64_t all_held;
	struct transition latest[LATEST_MAX]; /* the newest first */
	size_t n_latest;
};

struct scene *scene_free(struct scene *scene)
{
	free(scene);
	return NULL;
}

/* --- Read ---------------------------------------------------------------------------------------------------------- */

static struct wall time_of(const struct report *report, const char *column)
{
	_Static_assert(NUMBER_NONE == INT64_MIN, "WALL_NONE, too");
	return (struct wall){ print_column_integer(report, column) };
}

static void take_account(struct scene *scene, const struct report *report, struct wall now)
{
	struct account *account = &scene->accounts[scene->n_accounts++];
	double oldest_s;

	print_column_copy(report, "source", account->source, sizeof(account->source));
	print_column_copy(report, "kind", account->kind, sizeof(account->kind));
	print_column_copy(report, "state", account->state, sizeof(account->state));
	account->called = time_of(report, "last_callback_at_us");
	account->pending = print_column_integer(report, "pending");
	account->oldest = WALL_NONE;
	if (print_column_number(report, "oldest_pending_s", &oldest_s))
		account->oldest = wall_add(now, -(int64_t)(oldest_s * (double)USEC_PER_SEC));
}

static void take_active(struct scene *scene, const struct report *report, struct wall now ATTR_UNUSED)
{
	struct active *active = &scene->active[scene->n_active++];

	scene->all_active = print_column_integer(report, "active");
	scene->all_held = print_column_integer(report, "all_held");
	print_column_copy(report, "source", active->source, sizeof(active->source));
	print_column_copy(report, "model", active->model, sizeof(active->model));
	print_column_copy(report, "external_id", active->id, sizeof(active->id));
	print_column_copy(report, "status", active->status, sizeof(active->status));
	print_column_copy(report, "reported_status", active->reported, sizeof(active->reported));
	print_column_copy(report, "window_kind", active->window, sizeof(active->window));
	active->entered = time_of(report, "entered_at_us");
	active->opened = time_of(report, "window_opened_at_us");
	active->due = time_of(report, "window_due_at_us");
	if (strcmp(active->reported, active->status) == 0)
		active->reported[0] = '\0';
}

static void take_transition(struct scene *scene, const struct report *report, struct wall now ATTR_UNUSED)
{
	struct transition *transition = &scene->latest[scene->n_latest++];

	print_column_copy(report, "source", transition->source, sizeof(transition->source));
	print_column_copy(report, "model", transition->model, sizeof(transition->model));
	print_column_copy(report, "external_id", transition->id, sizeof(transition->id));
	print_column_copy(report, "from_status", transition->from, sizeof(transition->from));
	print_column_copy(report, "to_status", transition->to, sizeof(transition->to));
	print_column_copy(report, "verdict", transition->verdict, sizeof(transition->verdict));
	print_column_copy(report, "via", transition->via, sizeof(transition->via));
	transition->at = time_of(report, "at_us");
}

/* A part of the scene, and the rows that it is made of. */
struct part {
	enum report_query query;
	size_t max;
	bool limited; /* whether the report takes the greatest number of rows */
	void (*take)(struct scene *scene, const struct report *report, struct wall now);
};

static const struct part parts[] = {
	{ REPORT_SOURCES, ACCOUNTS_MAX, false, take_account },
	{ REPORT_ACTIVE, ACTIVE_MAX, true, take_active },
	{ REPORT_LATEST, LATEST_MAX, true, take_transition },
};

static int read_part(struct scene *scene, struct store *store, const struct part *part, struct wall now)
{
	struct report *report CLEANUP(report_cleanup) = NULL;
	char limit[LIMIT_SIZE];
	const char *const arg = limit;
	int r;

	snprintf(limit, sizeof(limit), "%zu", part->max);
	r = store_report(store, part->query, &arg, part->limited, &report);
	for (size_t n = 0; r == ERR_OK && n < part->max; n++) {
		bool any = false;

		r = report_next(report, &any);
		if (r < 0 || !any)
			break;
		part->take(scene, report, now);
	}
	return r;
}

int scene_read(struct store *store, struct wall now, struct scene **ret)
{
	struct scene *scene CLEANUP(scene_cleanup) = calloc(1, sizeof(*scene));
	int r = scene ? ERR_OK : ERR_NOMEM;

	for (size_t i = 0; r == ERR_OK && i < ARRAY_SIZE(parts); i++)
		r = read_part(scene, store, &parts[i], now);
	if (r < 0)
		return r;
	*ret = scene;
	scene = NULL;
	return ERR_OK;
}

/* --- The page ------------------------------------------------------------------------------------------------------ */

/* A table that is filled straight; its first error stays. */
struct sheet {
	struct table *table;
	int error;
};

static struct sheet sheet_new(const struct console *page, const char *const *names, size_t n)
{
	struct sheet sheet = { .table = NULL };

	sheet.error = table_new(page, names, n, &sheet.table);
	return sheet;
}

static void put(struct sheet *sheet, enum style style, const char *text)
{
	if (sheet->error == ERR_OK)
		sheet->error = table_add_styled(sheet->table, text, style);
}

static void put_age(struct sheet *sheet, struct wall since, struct wall now)
{
	char text[READABLE_SIZE];

	if (wall_is_set(since))
		readable_age(now.us - since.us, text);
	put(sheet, STYLE_PLAIN, wall_is_set(since) ? text : NULL);
}

static void put_status(struct sheet *sheet, const char *model, const char *status)
{
	put(sheet, style_of_status(model_by_name(model), status), status);
}

static int sheet_end(struct sheet *sheet)
{
	int r = sheet->error == ERR_OK ? table_flush(sheet->table) : sheet->error;

	table_free(sheet->table);
	return r;
}

static int write_accounts(const struct scene *scene, const struct console *page, struct wall now)
{
	static const char *const names[] = { "source", "kind", "state", "last_callback", "pending", "oldest" };
	struct sheet sheet = sheet_new(page, names, ARRAY_SIZE(names));

	for (size_t i = 0; i < scene->n_accounts; i++) {
		const struct account *account = &scene->accounts[i];
		char pending[READABLE_SIZE];

		snprintf(pending, sizeof(pending), "%" PRId64, account->pending);
		put(&sheet, STYLE_PLAIN, account->source);
		put(&sheet, STYLE_PLAIN, account->kind);
		put(&sheet, style_of_word("state", account->state), account->state);
		put_age(&sheet, account->called, now);
		put(&sheet, STYLE_PLAIN, pending);
		put_age(&sheet, account->oldest, now);
	}
	return sheet_end(&sheet);
}

/* Nobody counts the minutes of a window of hours. */
static void put_left(struct sheet *sheet, const struct active *active, struct wall now)
{
	char text[READABLE_SIZE];

	if (!wall_is_set(active->due)) {
		put(sheet, STYLE_PLAIN, NULL);
		return;
	}
	int64_t left_us = active->due.us - now.us;

	if (left_us < MINUTES_US)
		readable_countdown(left_us, text);
	else
		readable_age(left_us, text);
	put(sheet, style_of_window(left_us, active->due.us - active->opened.us), text);
}

/* What matters most stands first, since a narrow screen cuts the rest off. */
static int write_active(const struct scene *scene, const struct console *page, struct wall now, size_t n)
{
	static const char *const names[] = { "left", "since", "source", "id", "status", "window", "reported" };
	struct sheet sheet = sheet_new(page, names, ARRAY_SIZE(names));

	for (size_t i = 0; i < n; i++) {
		const struct active *active = &scene->active[i];

		put_left(&sheet, active, now);
		put_age(&sheet, active->entered, now);
		put(&sheet, STYLE_PLAIN, active->source);
		put(&sheet, STYLE_PLAIN, active->id);
		put_status(&sheet, active->model, active->status);
		put(&sheet, STYLE_PLAIN, active->window);
		put(&sheet, active->reported[0] ? STYLE_BAD : STYLE_PLAIN, active->reported);
	}
	return sheet_end(&sheet);
}

/* The date stands only where it may be another one. */
static void put_at(struct sheet *sheet, struct wall at, struct wall now)
{
	char text[READABLE_SIZE];

	if (now.us - at.us < DAY_US)
		readable_time_of_day(at, text);
	else
		readable_time(at, text);
	put(sheet, STYLE_PLAIN, text);
}

static int write_latest(const struct scene *scene, const struct console *page, struct wall now, size_t n)
{
	static const char *const names[] = { "at", "verdict", "source", "id", "to", "from", "via" };
	struct sheet sheet = sheet_new(page, names, ARRAY_SIZE(names));

	for (size_t i = 0; i < n; i++) {
		const struct transition *transition = &scene->latest[i];

		put_at(&sheet, transition->at, now);
		put(&sheet, style_of_word("verdict", transition->verdict), transition->verdict);
		put(&sheet, STYLE_PLAIN, transition->source);
		put(&sheet, STYLE_PLAIN, transition->id);
		put_status(&sheet, transition->model, transition->to);
		put_status(&sheet, transition->model, transition->from);
		put(&sheet, STYLE_PLAIN, transition->via);
	}
	return sheet_end(&sheet);
}

static void write_first_line(const struct scene *scene, const struct console *page, struct wall now)
{
	char text[READABLE_SIZE];

	readable_time(now, text);
	style_put(page, STYLE_HEADING, text);
	fprintf(page->out, "  on their way %" PRId64, scene->all_active);
	if (scene->all_held > 0) {
		snprintf(text, sizeof(text), ", held %" PRId64, scene->all_held);
		style_put(page, STYLE_BAD, text);
	}
	style_put(page, STYLE_FAINT, "  q quits");
	fputs("\n\n", page->out);
}

/* How many rows of two tables there is room for. */
struct room {
	size_t active;
	size_t latest;
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static struct room share_room(const struct scene *scene, struct seat_size size)
{
	size_t fixed = LINES_FIXED + scene->n_accounts;
	size_t rows = (size_t)size.rows > fixed ? (size_t)size.rows - fixed : 0;
	size_t latest = least(rows, rows / LATEST_SHARE > LATEST_LEAST ? rows / LATEST_SHARE : LATEST_LEAST);
	struct room room = { .active = least(scene->n_active, rows - least(latest, scene->n_latest)) };

	room.latest = least(scene->n_latest, rows - room.active);
	return room;
}

static int write_page(const struct scene *scene, const struct console *page, struct seat_size size, struct wall now)
{
	struct room room = share_room(scene, size);
	int r;

	write_first_line(scene, page, now);
	r = write_accounts(scene, page, now);
	fputc('\n', page->out);
	if (r == ERR_OK)
		r = write_active(scene, page, now, room.active);
	fputc('\n', page->out);
	return r < 0 ? r : write_latest(scene, page, now, room.latest);
}

/* --- The screen ---------------------------------------------------------------------------------------------------- */

/* PAGE is cut into its lines. */
static void put_on_screen(FILE *out, char *page, struct seat_size size)
{
	char *rest = page;
	int row = 0;

	fputs(CURSOR_HOME, out);
	for (char *line; row < size.rows && (line = strsep(&rest, "\n")) && rest; row++)
		fprintf(out, "%s" CLEAR_LINE "%.*s" END_STYLE, row > 0 ? "\n" : "", (int)style_fit(line, (size_t)size.columns), line);
	if (row < size.rows)
		fputs("\n" CLEAR_BELOW, out);
}

int scene_draw(const struct scene *scene, const struct console *console, struct seat_size size, struct wall now)
{
	char *text CLEANUP(text_cleanup) = NULL;
	size_t len = 0;
	struct console page = *console;
	int r;

	page.out = open_memstream(&text, &len);
	if (!page.out)
		return ERR_NOMEM;
	page.terminal = false; /* its headings stand in sight */
	r = write_page(scene, &page, size, now);
	if (fclose(page.out) != 0 && r == ERR_OK)
		r = ERR_NOMEM;
	if (r == ERR_OK)
		put_on_screen(console->out, text, size);
	return r;
}
