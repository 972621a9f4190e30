/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stock of databases.
 * Benchmarks. First a block of some hours, in a file of its own; then as many copies of it as are wanted, each moved on in all its
 * numbers and times; then the hour that has just passed.
 */
#include "bench/stock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/office.h"
#include "store/action.h"
#include "store/query.h"
#include "store/standing.h"

#define SEED_BLOCK UINT64_C(0x9e3779b97f4a7c15)
#define SEED_HOUR UINT64_C(0x2545f4914f6cdd1d)

/* A block: so many are on their way, and no more than so many begin. Its times begin at this one. */
#define BLOCK_ALIVE 150
#define BLOCK_LIVES 500
#define BLOCK_BEGIN ((struct wall){ INT64_C(1700000000) * USEC_PER_SEC })
/* Longer than it lasts. */
#define BLOCK_US (8 * 3600 * USEC_PER_SEC)

#define HOUR_US (3600 * USEC_PER_SEC)
#define HOUR_ALIVE 150
#define HOUR_ROWS 3700 /* that come of it, about */

/* What happens within so long is told together. */
#define TURN_US (10 * USEC_PER_SEC)
#define TURN_MAX 128

/* A journal is asked for less often than callbacks come. */
#define JOURNAL_TURNS 3

/* One change in so many has no callback or push. */
#define LOST_ONE_IN 20
/* One offer in so many is answered by claimctl. */
#define ACTED_ONE_IN 8

/* Of an older file the reports of the last day would find too little. */
#define FRESH_US (12 * HOUR_US)

/* A violation of the block is left open in the last copies only: the rest were seen to. */
#define OPEN_COPIES 20

static int fail(struct stock_error *error, int r, const char *words)
{
	snprintf(error->text, sizeof(error->text), "%s: %.400s", err_text(r), words);
	return r;
}

/* --- By the verbs -------------------------------------------------------------------------------------------------- */

struct turn {
	struct crowd_event events[TURN_MAX];
	size_t n;
	struct wall end;
};

/* What happened since the journal was read. */
struct unread {
	struct crowd_event events[JOURNAL_TURNS * TURN_MAX];
	size_t n;
};

static void gather(struct crowd *crowd, struct wall end, struct turn *turn)
{
	turn->n = 0;
	turn->end = end;
	while (turn->n < TURN_MAX && wall_is_set(crowd_next_at(crowd)) && wall_cmp(crowd_next_at(crowd), end) < 0)
		crowd_next(crowd, &turn->events[turn->n++]);
}

static int tell(struct office *office, struct crowd *crowd, const struct turn *turn)
{
	struct turn told = { .n = 0 };
	int r;

	for (size_t i = 0; i < turn->n; i++)
		if (!crowd_chance(crowd, LOST_ONE_IN))
			told.events[told.n++] = turn->events[i];
	r = office_ingest(office, told.events, told.n);
	return r ? r : office_fold(office);
}

/* The newest of it in this turn; NULL: nothing has happened to it. */
static const struct crowd_event *find_event(const struct turn *turn, const char *external_id)
{
	for (size_t i = turn->n; i > 0; i--)
		if (strcmp(turn->events[i - 1].seen.external_id, external_id) == 0)
			return &turn->events[i - 1];
	return NULL;
}

/* What is due of this turn is read; what else is due (sweeps) waits for its own next change. */
static int read_due(struct office *office, enum office_account account, const struct turn *turn)
{
	struct due due[TURN_MAX];
	struct crowd_event answers[TURN_MAX];
	size_t n_due = 0, n = 0;
	int r = store_due(office_store(office), office_source(office, account)->id, office_now(office), due, TURN_MAX, &n_due);

	for (size_t i = 0; i < n_due; i++) {
		const struct crowd_event *event = find_event(turn, due[i].external_id);

		if (event) {
			due[n] = due[i];
			answers[n++] = *event;
		}
	}
	return r || n == 0 ? r : office_answer(office, account, due, answers, n);
}

static int end_action(struct store *store, int64_t id, struct wall now)
{
	const struct action_end done = { .result = ACTION_DONE };
	int r = store_begin(store);

	if (r)
		return r;
	store_action_sent(store, id, now);
	store_action_answered(store, id, ACTION_TAKEN, NULL, now);
	store_action_end(store, id, &done, wall_add(now, USEC_PER_SEC));
	return store_commit(store);
}

/* Somebody has accepted the offer, or cancelled for a fee. */
static int act(struct office *office, const struct seen *seen, enum act_kind kind)
{
	struct store *store = office_store(office);
	struct shipment_found found;
	struct action_wish wish = { .kind = kind, .target_id = NUMBER_NONE, .version = 1, .requested_by = "uid:1000" };
	int64_t id = 0;
	size_t n = 0;
	int r = store_shipment_find(store, "main", seen->external_id, &found, &n);

	if (r || n != 1)
		return r;
	wish.source_id = found.source_id;
	wish.shipment_id = found.shipment_id;
	wish.argument = kind == ACT_CANCEL ? "paid" : NULL;
	wish.price = kind == ACT_CANCEL ? "149.90" : NULL;
	r = store_begin(store);
	if (r)
		return r;
	store_action_add(store, &wish, office_now(office), &id);
	r = store_commit(store);
	return r ? r : end_action(store, id, office_now(office));
}

static int act_some(struct office *office, struct crowd *crowd, const struct turn *turn)
{
	int r = ERR_OK;

	for (size_t i = 0; !r && i < turn->n; i++) {
		const struct seen *seen = &turn->events[i].seen;

		if (strcmp(seen->status, "cancelled_with_payment") == 0)
			r = act(office, seen, ACT_CANCEL);
		else if (strcmp(seen->status, "accepted") == 0 && crowd_chance(crowd, ACTED_ONE_IN))
			r = act(office, seen, ACT_ACCEPT);
	}
	return r;
}

static int read_journal(struct office *office, const struct turn *turn, struct unread *unread, bool now)
{
	int r = ERR_OK;

	memcpy(&unread->events[unread->n], turn->events, turn->n * sizeof(turn->events[0]));
	unread->n += turn->n;
	if (now || unread->n + TURN_MAX > ARRAY_SIZE(unread->events)) {
		r = office_journal(office, unread->events, unread->n);
		unread->n = 0;
	}
	return r;
}

static int play_turn(struct office *office, struct crowd *crowd, const struct turn *turn)
{
	int r;

	office_set_time(office, turn->end);
	r = tell(office, crowd, turn);
	r = r ? r : act_some(office, crowd, turn);
	for (enum office_account i = 0; !r && i < OFFICE_ACCOUNTS; i++)
		r = read_due(office, i, turn);
	return r ? r : office_expire(office);
}

/* Up to END, or, with LIVES, until so many have begun and all of them have ended. */
static int play(struct office *office, struct crowd *crowd, struct wall begin, struct wall end, size_t lives)
{
	struct turn *turn = calloc(1, sizeof(*turn));
	struct unread *unread = calloc(1, sizeof(*unread));
	int r = turn && unread ? ERR_OK : ERR_NOMEM;
	size_t n = 0;

	for (struct wall at = begin; !r && wall_cmp(at, end) < 0 && wall_is_set(crowd_next_at(crowd)); at = wall_add(at, TURN_US)) {
		if (lives > 0 && crowd_begun(crowd) >= lives)
			crowd_close(crowd);
		gather(crowd, wall_add(at, TURN_US), turn);
		r = turn->n > 0 ? play_turn(office, crowd, turn) : ERR_OK;
		r = r ? r : read_journal(office, turn, unread, ++n % JOURNAL_TURNS == 0);
	}
	if (!r)
		r = office_journal(office, unread->events, unread->n);
	free(turn);
	free(unread);
	return r;
}

static int play_in(struct office *office, uint64_t seed, size_t alive, struct wall begin, struct wall end, size_t lives)
{
	CLEANUP(crowd_cleanup) struct crowd *crowd = NULL;
	int r = crowd_new(seed, alive, begin, &crowd);

	return r ? r : play(office, crowd, begin, end, lives);
}

static int make_block(const char *path, struct stock_error *error)
{
	CLEANUP(office_cleanup) struct office *office = NULL;
	int r = office_open(path, &office);

	if (r)
		return fail(error, r, path);
	r = office_hurry(office);
	r = r ? r : play_in(office, SEED_BLOCK, BLOCK_ALIVE, BLOCK_BEGIN, wall_add(BLOCK_BEGIN, BLOCK_US), BLOCK_LIVES);
	return r ? fail(error, r, office_error_text(office)) : ERR_OK;
}

static int add_hour(const char *path, struct wall now, struct stock_error *error)
{
	CLEANUP(office_cleanup) struct office *office = NULL;
	int r = office_open(path, &office);

	if (r)
		return fail(error, r, path);
	r = office_hurry(office);
	r = r ? r : play_in(office, SEED_HOUR, HOUR_ALIVE, wall_add(now, -HOUR_US), now, 0);
	r = r ? r : office_keep(office);
	return r ? fail(error, r, office_error_text(office)) : ERR_OK;
}

/* --- By copying ---------------------------------------------------------------------------------------------------- */

/* Nothing of it has to survive a power cut; it is made anew then. */
static const char hurry_sql[] =
	"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA foreign_keys = OFF;"
	"PRAGMA temp_store = MEMORY;";

/* What each copy is moved on by: k is its number, us are microseconds, the rest are the numbers of the tables' rows. */
static const char copies_sql[] =
	"CREATE TEMP TABLE copy AS WITH RECURSIVE n (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM n WHERE k + 1 < ?1)"
	" SELECT k, ?2 + k * ?3 AS us,"
	"  k * (SELECT max(id) FROM block.shipment) AS s, k * (SELECT max(id) FROM block.history) AS h,"
	"  k * (SELECT max(id) FROM block.violation) AS v, k * (SELECT max(id) FROM block.price) AS p,"
	"  k * (SELECT max(id) FROM block.inbox) AS i, k * (SELECT max(id) FROM block.action) AS a,"
	"  k * (SELECT max(operation_id) FROM block.history) AS o FROM n";

static const char copy_sql[] =
	"BEGIN;"
	"INSERT INTO main.inbox SELECT x.id + c.i, source_id, kind, owes, renamed(external_id, c.k), upstream_us + c.us,"
	" received_us + c.us, remote_addr, own_params, quirks, reason, campaign_id, status, asks_to_cancel"
	" FROM copy c CROSS JOIN block.inbox x;"
	"INSERT INTO main.shipment (id, source_id, model, campaign_id, external_id, entered_us, reported_status, revision, updated_us,"
	" version, point_id, resolution, suspect, asked_us, own_params, first_seen_us, last_read_us, due_us, via, tries, hint_id,"
	" served_id, owed_since_us, promised_us, missing, class)"
	" SELECT x.id + c.s, source_id, model, campaign_id, renamed(external_id, c.k), entered_us + c.us, reported_status, revision,"
	" updated_us + c.us, version, point_id, resolution, suspect, asked_us + c.us, own_params, first_seen_us + c.us,"
	" last_read_us + c.us, due_us + c.us, via, tries, hint_id + c.i, served_id + c.i, owed_since_us + c.us, promised_us + c.us,"
	" missing, class FROM copy c CROSS JOIN block.shipment x;"
	"INSERT INTO main.history (id, shipment_id, revision, updated_us, operation_id, at_us, seen_us, via, status, version, point_id,"
	" valid_until_us, asked_us, prepaid, may_skip, adopted, verdict, from_status, from_us, seq)"
	" SELECT x.id + c.h, shipment_id + c.s, revision, updated_us + c.us, operation_id + c.o, at_us + c.us, seen_us + c.us, via, status,"
	" version, point_id, valid_until_us + c.us, asked_us + c.us, prepaid, may_skip, adopted, verdict, from_status, from_us + c.us, seq"
	" FROM copy c CROSS JOIN block.history x;"
	"INSERT INTO main.window SELECT history_id + c.h, source_id, kind, opened_us + c.us, due_us + c.us, closed_us + c.us, outcome,"
	" version, warned FROM copy c CROSS JOIN block.window x;"
	"INSERT INTO main.violation SELECT x.id + c.v, history_id + c.h, kind, state, resolved_us + c.us, resolved_by, note"
	" FROM copy c CROSS JOIN block.violation x;"
	"INSERT INTO main.price SELECT x.id + c.p, shipment_id + c.s, at_us + c.us, price, currency, revision"
	" FROM copy c CROSS JOIN block.price x;"
	"INSERT INTO main.action SELECT x.id + c.a, source_id, shipment_id + c.s, kind, argument, target_id, note, version, price,"
	" requested_us + c.us, requested_by, state, due_us + c.us, tries, sent_us + c.us, answer, operation_id, finished_us + c.us, result,"
	" code, message FROM copy c CROSS JOIN block.action x;"
	"UPDATE main.shipment SET status = (SELECT x.status FROM block.shipment x"
	" WHERE x.id = (main.shipment.id - 1) % (SELECT max(id) FROM block.shipment) + 1);"
	"UPDATE main.fold SET inbox_id = (SELECT max(id) FROM main.inbox);"
	"INSERT INTO main.action_count SELECT kind, result, n * (SELECT count(*) FROM copy) FROM block.action_count;"
	"COMMIT;";

/* Those who look after a shop settle what was held; what is open is read by sweeps, half an hour after the last one; and what waited for a
 * read at the end of a block has long had it. */
static const char settle_sql[] =
	"BEGIN;"
	"UPDATE violation SET state = 'dismissed', resolved_by = 'uid:1000', note = 'looked at',"
	" resolved_us = (SELECT seen_us + 3600000000 FROM history h WHERE h.id = history_id)"
	" WHERE state = 'open' AND id <= (SELECT coalesce(max(c.v), 0) FROM copy c WHERE c.k < (SELECT max(k) FROM copy) - ?1);"
	"UPDATE main.shipment SET due_us = ?2 + id * 7919 % 1800 * 1000000 WHERE due_us IS NOT NULL;"
	"UPDATE main.shipment SET served_id = hint_id, owed_since_us = NULL, promised_us = NULL WHERE owed_since_us IS NOT NULL;"
	"UPDATE main.source SET last_callback_us = ?2, last_read_us = ?2;"
	"COMMIT;";

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* What it is called in the copy of that number: claims by chance, orders one after another. */
static void rename_shipment(sqlite3_context *context, int n, sqlite3_value **values)
{
	const char *id = (const char *)sqlite3_value_text(values[0]);
	uint64_t copy = (uint64_t)sqlite3_value_int64(values[1]);
	unsigned long long high, low;
	char name[EXTERNAL_ID_SIZE];

	(void)n;
	if (!id)
		return;
	if (strlen(id) < 32)
		snprintf(name, sizeof(name), "%llu", strtoull(id, NULL, 10) + (unsigned long long)(copy * 2 * BLOCK_LIVES));
	else if (sscanf(id, "%16llx%16llx", &high, &low) == 2)
		snprintf(name, sizeof(name), "%016llx%016llx", (unsigned long long)mix(high ^ copy), (unsigned long long)mix(low + copy));
	else
		return;
	sqlite3_result_text(context, name, -1, SQLITE_TRANSIENT);
}

/* Runs each statement of SQL with these numbers. */
static int run(sqlite3 *handle, const char *sql, const int64_t *numbers, int n)
{
	int r = SQLITE_OK;

	while ((r == SQLITE_OK || r == SQLITE_DONE) && *sql) {
		sqlite3_stmt *stmt = NULL;

		r = sqlite3_prepare_v2(handle, sql, -1, &stmt, &sql);
		for (int i = 0; i < n && i < sqlite3_bind_parameter_count(stmt); i++)
			sqlite3_bind_int64(stmt, i + 1, numbers[i]);
		while (r == SQLITE_OK || r == SQLITE_ROW)
			r = stmt ? sqlite3_step(stmt) : SQLITE_DONE;
		sqlite3_finalize(stmt);
	}
	return r == SQLITE_OK || r == SQLITE_DONE ? ERR_OK : ERR_IO;
}

static int attach(sqlite3 *handle, const char *block)
{
	char *sql = sqlite3_mprintf("ATTACH %Q AS block", block);
	int r = sql ? run(handle, sql, NULL, 0) : ERR_NOMEM;

	sqlite3_free(sql);
	return r;
}

static int64_t ask_number(sqlite3 *handle, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int64_t number = 0;

	if (sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
		number = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return number;
}

/* The last copy ends where the last hour begins. */
static int copy_block(sqlite3 *handle, int64_t rows, struct wall now)
{
	int64_t in_block = ask_number(handle, "SELECT count(*) FROM block.history WHERE verdict <> 'same'");
	int64_t n = in_block > 0 && rows - HOUR_ROWS > in_block ? (rows - HOUR_ROWS + in_block / 2) / in_block : 1;
	int64_t length = ask_number(handle, "SELECT max(seen_us) - min(at_us) FROM block.history");
	const int64_t copies[] = { n, now.us - HOUR_US - n * length - BLOCK_BEGIN.us, length };
	const int64_t settled[] = { OPEN_COPIES, now.us };
	int r = run(handle, copies_sql, copies, ARRAY_SIZE(copies));

	r = r ? r : run(handle, copy_sql, NULL, 0);
	return r ? r : run(handle, settle_sql, settled, ARRAY_SIZE(settled));
}

static int multiply(const char *path, const char *block, int64_t rows, struct wall now, struct stock_error *error)
{
	sqlite3 *handle = NULL;
	int r = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK ? ERR_OK : ERR_IO;

	if (!r && sqlite3_create_function(handle, "renamed", 2, SQLITE_UTF8, NULL, rename_shipment, NULL, NULL) != SQLITE_OK)
		r = ERR_NOMEM;
	r = r ? r : run(handle, hurry_sql, NULL, 0);
	r = r ? r : attach(handle, block);
	r = r ? r : copy_block(handle, rows, now);
	if (r)
		fail(error, r, sqlite3_errmsg(handle));
	sqlite3_close(handle);
	return r;
}

static int make_empty(const char *path, struct stock_error *error)
{
	CLEANUP(office_cleanup) struct office *office = NULL;
	int r = office_open(path, &office);

	return r ? fail(error, r, path) : ERR_OK;
}

/* --- The files ----------------------------------------------------------------------------------------------------- */

void stock_path(const char *dir, int64_t rows, char *ret)
{
	snprintf(ret, PATH_MAX, "%s/claimd-stock-%lld.db", dir, (long long)rows);
}

static void remove_database(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char file[2 * PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		snprintf(file, sizeof(file), "%s%s", path, ends[i]);
		unlink(file);
	}
}

/* The schema version of a file that nobody has open; 0 when it can't be read. */
static int64_t version_of(const char *path)
{
	char uri[PATH_MAX + 32];
	sqlite3 *handle = NULL;
	int64_t version = 0;

	snprintf(uri, sizeof(uri), "file:%s?immutable=1", path);
	if (sqlite3_open_v2(uri, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK)
		version = ask_number(handle, "PRAGMA user_version");
	sqlite3_close(handle);
	return version;
}

static bool is_usable(const char *path, struct wall now)
{
	struct stat status;

	return stat(path, &status) == 0 && now.us - status.st_mtime * USEC_PER_SEC < FRESH_US &&
	       version_of(path) == STORE_SCHEMA_VERSION;
}

int stock_make(const char *dir, int64_t rows, struct stock_error *ret_error)
{
	char path[PATH_MAX], half[PATH_MAX + 8], block[PATH_MAX + 8];
	struct wall now = clock_wall(&(struct clock){ 0 });
	int r;

	stock_path(dir, rows, path);
	if (is_usable(path, now))
		return ERR_OK;
	remove_database(path);
	snprintf(half, sizeof(half), "%s.half", path);
	snprintf(block, sizeof(block), "%s.block", path);
	remove_database(half);
	remove_database(block);
	r = make_block(block, ret_error);
	r = r ? r : make_empty(half, ret_error);
	r = r ? r : multiply(half, block, rows, now, ret_error);
	r = r ? r : add_hour(half, now, ret_error);
	remove_database(block);
	if (!r && rename(half, path) != 0)
		r = fail(ret_error, ERR_IO, strerror(errno));
	if (r)
		remove_database(half);
	return r;
}

static bool copy_bytes(int from, int to)
{
	ssize_t n;

	do
		n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0);
	while (n > 0);
	return n == 0;
}

int stock_copy(const char *dir, int64_t rows, const char *copy, struct stock_error *ret_error)
{
	char path[PATH_MAX];
	int from, to;
	bool done;

	stock_path(dir, rows, path);
	remove_database(copy);
	from = open(path, O_RDONLY | O_CLOEXEC);
	to = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	done = from >= 0 && to >= 0 && copy_bytes(from, to);
	if (!done)
		fail(ret_error, ERR_IO, strerror(errno));
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return done ? ERR_OK : ERR_IO;
}
