/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The power fails at every write and every sync, one after the other: what then stands on the disk is a whole database with all
 * that was committed. Seen without failing anything: before each operation the disk is copied as the cut would leave it.
 * Component tests. First that the disk of these tests can lose and break what is not synced as it should be.
 */
#include "powercut.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "platter.h"
#include "store/keep.h"
#include "store/query.h"
#include "store_bed.h"
#include "suite.h"

/* Chances beside what is safe alone, each time; POWERCUT_SEEDS asks for more. */
#define SEEDS "1"

static struct powercut *cut;
static const char *folder;
static struct bed bed;
static struct bed image;        /* what would stand on the disk */
static const char *image_folder;
static long n_seeds;
static size_t chance_every;     /* chance is looked at before each operation, or before some */
static size_t n_looks;
static size_t syncs_looked_at;

static void make_folders(void)
{
	const char *seeds = getenv("POWERCUT_SEEDS");

	n_seeds = strtol(seeds ? seeds : SEEDS, NULL, 10);
	chance_every = POWERCUT_STRIDE;
	n_looks = 0;
	syncs_looked_at = POWERCUT_NEVER;
	folder = suite_tmpdir();
	image_folder = suite_tmpdir();
	snprintf(bed.path, sizeof(bed.path), "%s/claimd.db", folder);
	snprintf(image.path, sizeof(image.path), "%s/claimd.db", image_folder);
}

static void setup(void)
{
	make_folders();
	cut = powercut_open(folder);
}

static void teardown(void)
{
	powercut_close(cut);
}

/* What is to hold of an image. */
typedef void (*check_image_fn)(void);

/* LOOK is one of these, by pointer. */
static void on_operation(void *cls)
{
	const check_image_fn *check = cls;

	long n = powercut_count(cut) % chance_every == 0 ? n_seeds : 0;

	/* What is safe alone is the same as long as nothing more becomes so. */
	for (long i = powercut_syncs(cut) == syncs_looked_at; i <= n; i++) {
		powercut_land(cut, i == 0 ? 0 : (unsigned)((long)powercut_count(cut) * 1000 + i), image_folder);
		(*check)();
		n_looks++;
	}
	syncs_looked_at = powercut_syncs(cut);
}

/* From now on, and once more when all is done. */
static void watch(const check_image_fn *check)
{
	powercut_set(cut, POWERCUT_NEVER);
	powercut_watch(cut, on_operation, (void *)(uintptr_t)check);
}

static void watch_no_more(const check_image_fn *check)
{
	powercut_watch(cut, NULL, NULL);
	on_operation((void *)(uintptr_t)check);
	ck_assert_uint_gt(n_looks, 0);
	if (getenv("POWERCUT_SEEDS"))
		printf("%zu operations, %zu cuts\n", powercut_count(cut), n_looks);
}

/* --- The disk of these tests -------------------------------------------------------------------------------------------- */

static const struct {
	const char *settings;
	bool loses;  /* what was committed */
	bool breaks; /* the file */
} trust[] = {
	{ "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", false, false },
	{ "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", true, false },
	{ "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF", true, true },
	{ "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA", false, false },
	{ "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL", true, false }, /* the journal's end is not synced */
	{ "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF", true, true },
};

static int n_committed;
static bool lost;
static bool broken;

static void count_rows(void)
{
	sqlite3 *handle = NULL;
	sqlite3_stmt *stmt = NULL;

	ck_assert_int_eq(sqlite3_open(image.path, &handle), SQLITE_OK);
	if (sqlite3_prepare_v2(handle, "PRAGMA integrity_check", -1, &stmt, NULL) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_ROW ||
	    strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") != 0)
		broken = true;
	sqlite3_finalize(stmt);
	if (sqlite3_prepare_v2(handle, "SELECT count(*) FROM t", -1, &stmt, NULL) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_ROW ||
	    sqlite3_column_int(stmt, 0) < n_committed)
		lost = true;
	sqlite3_finalize(stmt);
	sqlite3_close(handle);
}

static const check_image_fn counts_rows = count_rows;

static sqlite3 *open_plain(const char *settings)
{
	sqlite3 *handle = NULL;

	ck_assert_int_eq(sqlite3_open(bed.path, &handle), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(handle, settings, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(handle, "PRAGMA wal_autocheckpoint = 20; CREATE TABLE t (a, b UNIQUE)", NULL, NULL, NULL), SQLITE_OK);
	return handle;
}

static int add_row(sqlite3 *handle)
{
	int r = sqlite3_exec(handle, "INSERT INTO t VALUES (randomblob(700), randomblob(400))", NULL, NULL, NULL);

	n_committed += r == SQLITE_OK;
	return r;
}

START_TEST(sqlite_is_as_safe_on_it_as_its_settings_say)
{
	enum { ROWS = 12 };
	sqlite3 *handle = open_plain(trust[_i].settings);

	n_seeds = 1;
	chance_every = 1;
	watch(&counts_rows);
	for (int i = 0; i < ROWS; i++)
		ck_assert_int_eq(add_row(handle), SQLITE_OK);
	watch_no_more(&counts_rows);
	sqlite3_close(handle);
	ck_assert_msg(lost == trust[_i].loses, "%s: %s", trust[_i].settings, lost ? "lost a row" : "lost nothing");
	ck_assert_msg(broken == trust[_i].breaks, "%s: %s", trust[_i].settings, broken ? "broke" : "never broke");
}
END_TEST

START_TEST(what_a_failed_sync_should_have_made_safe_is_not)
{
	struct platter *platter = platter_new();
	struct platter_file *file = platter_adopt(platter, "file", "....", 4);
	char path[256];
	char text[8] = "";

	platter_write(file, 0, "a", 1);
	platter_lose(file);
	platter_write(file, 1, "b", 1);
	platter_sync(file);
	platter_land(platter, 0, folder);
	snprintf(path, sizeof(path), "%s/file", folder);
	FILE *stream = fopen(path, "r");
	ck_assert_ptr_nonnull(fgets(text, sizeof(text), stream));
	fclose(stream);
	ck_assert_str_eq(text, ".b..");
	platter_free(platter);
}
END_TEST

START_TEST(with_the_power_off_nothing_works_until_it_is_back)
{
	sqlite3 *handle = open_plain(trust[0].settings);

	ck_assert_int_eq(add_row(handle), SQLITE_OK);
	powercut_set(cut, 3);
	ck_assert_int_eq(add_row(handle), SQLITE_IOERR);
	ck_assert(powercut_is_off(cut));
	ck_assert_int_ne(add_row(handle), SQLITE_OK);
	sqlite3_close(handle);
	ck_assert_int_eq(sqlite3_open_v2(bed.path, &handle, SQLITE_OPEN_READWRITE, NULL), SQLITE_CANTOPEN);
	sqlite3_close(handle);
	powercut_restore(cut, 1);
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM t"), "1");
}
END_TEST

/* --- claimd's store on it ------------------------------------------------------------------------------------------------- */

/* Small enough that a test sees some checkpoints. */
#define CHECKPOINT_PAGES "30"

static void open_bed(void)
{
	struct store_error error = { "" };

	ck_assert_msg(store_open(bed.path, &bed.store, &error) == ERR_OK, "%s", error.text);
	ck_assert_int_eq(store_exec(bed.store, "PRAGMA wal_autocheckpoint = " CHECKPOINT_PAGES), ERR_OK);
}

static void setup_store(void)
{
	setup();
	open_bed();
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	ck_assert_int_eq(store_source(bed.store, "delivery", "main", bed_at(0), &bed.source), ERR_OK);
	ck_assert_int_eq(store_commit(bed.store), ERR_OK);
}

static void teardown_store(void)
{
	bed_close(&bed);
	teardown();
}

/* "ok 0" of a good one. Each question opens the file anew, which is most of what it costs. */
#define SOUND "(SELECT group_concat(integrity_check) FROM pragma_integrity_check) || ' ' || (SELECT count(*) FROM pragma_foreign_key_check)"

static void assert_image_is_sound(void)
{
	ck_assert_str_eq(bed_ask(&image, "SELECT " SOUND), "ok 0");
}

/* claimd starts on it, whatever was cut. */
static void start_on_image(void)
{
	struct store_error error = { "" };

	ck_assert_msg(store_open(image.path, &image.store, &error) == ERR_OK, "%s", error.text);
	assert_image_is_sound();
}

static void check_start(void)
{
	start_on_image();
	bed_close(&image);
}

static const check_image_fn starts = check_start;

START_TEST(a_first_start_that_is_cut_can_be_made_again)
{
	/* Nothing is promised yet but that a start is possible. */
	chance_every = 4 * POWERCUT_STRIDE;
	watch(&starts);
	open_bed();
	watch_no_more(&starts);
	start_on_image();
	bed_check(&image);
	bed_close(&image);
	bed_close(&bed);
}
END_TEST

/* --- Migration */

#define OLD_VERSION "1"
/* Views are made anew by the last step, and before it are those that the file came with; statistics an older file may have or not. */
#define SCHEMA "SELECT (SELECT user_version FROM pragma_user_version) || ' ' || count(*) || ' ' || sum(length(sql)) FROM sqlite_schema" \
	" WHERE type <> 'view' AND name <> 'sqlite_stat1'"
#define CONTENT "SELECT (SELECT count(*) || ' ' || sum(seq) FROM history) || ' ' ||" \
	" (SELECT count(*) || ' ' || sum(served_id) FROM shipment) || ' ' || (SELECT count(*) || ' ' || max(id) FROM inbox)"

/* As an older claimd left it, long ago. */
static void setup_old(void)
{
	make_folders();
	bed_make_old(&bed, OLD_VERSION);
	ck_assert_ptr_null(bed_try(&bed, "PRAGMA journal_mode = WAL"));
	cut = powercut_open(folder);
}

static char *schemas[STORE_SCHEMA_VERSION + 1];
static char *content;
static bool seen_version[STORE_SCHEMA_VERSION + 1];

static void check_version_is_whole(void)
{
	const char *schema = bed_ask(&image, SCHEMA);
	long version = strtol(schema, NULL, 10);

	ck_assert(version >= 1 && version <= STORE_SCHEMA_VERSION);
	seen_version[version] = true;
	ck_assert_str_eq(schema, schemas[version]);
	ck_assert_str_eq(bed_ask(&image, CONTENT), content);
	check_start();
	ck_assert_str_eq(bed_ask(&image, SCHEMA), schemas[STORE_SCHEMA_VERSION]);
	ck_assert_str_eq(bed_ask(&image, CONTENT), content);
}

static const check_image_fn version_is_whole = check_version_is_whole;

/* Of a whole file of an older VERSION. */
static char *schema_of(int version)
{
	char text[12];
	struct bed old = { .store = NULL };

	snprintf(old.path, sizeof(old.path), "%s/version-%d.db", suite_tmpdir(), version);
	snprintf(text, sizeof(text), "%d", version);
	bed_make_old(&old, text);
	return strdup(bed_ask(&old, SCHEMA));
}

/* Between the two there is one for each version that the migration passes. */
START_TEST(a_migration_that_is_cut_leaves_the_old_version_or_the_new_one_whole)
{
	struct bed fresh;

	bed_open(&fresh);
	schemas[STORE_SCHEMA_VERSION] = strdup(bed_ask(&fresh, SCHEMA));
	bed_close(&fresh);
	for (int version = 1; version < STORE_SCHEMA_VERSION; version++)
		schemas[version] = schema_of(version);
	content = strdup(bed_ask(&bed, CONTENT));
	watch(&version_is_whole);
	open_bed();
	watch_no_more(&version_is_whole);
	bed_close(&bed);
	for (int version = 1; version <= STORE_SCHEMA_VERSION; version++) {
		ck_assert(seen_version[version]);
		free(schemas[version]);
	}
	free(content);
}
END_TEST

/* --- Ingest */

enum { GROUP = 3, GROUPS = 16 };

#define HINTS "SELECT count(*) || ' ' || count(DISTINCT external_id) || ' ' || " SOUND " FROM inbox"

/* What was answered 200 is there, once, and what was committed together is there together. */
static void check_hints(void)
{
	int n = 0;
	int n_distinct = 0;
	char sound[64] = "";

	ck_assert_int_eq(sscanf(bed_ask(&image, HINTS), "%d %d %63[^\n]", &n, &n_distinct, sound), 3);
	ck_assert_str_eq(sound, "ok 0");
	ck_assert_int_ge(n, n_committed);
	ck_assert_int_eq(n % GROUP, 0);
	ck_assert_int_eq(n_distinct, n);
}

static const check_image_fn hints_are_there = check_hints;

static int add_group(void)
{
	struct hint hint = bed_blank(&bed);
	char claim[32];

	hint.owes_read = true;
	hint.external_id = claim;
	ck_assert_int_eq(store_begin(bed.store), ERR_OK);
	for (int i = 0; i < GROUP; i++) {
		snprintf(claim, sizeof(claim), "claim-%d", n_committed + i);
		store_hint_add(bed.store, &hint);
	}

	int r = store_commit(bed.store);

	n_committed += r == ERR_OK ? GROUP : 0;
	return r;
}

/* What of the hints is in the file itself, and not only in its log. */
static int checkpointed(void)
{
	char log[sizeof(image.path) + 8];

	powercut_land(cut, 0, image_folder);
	snprintf(log, sizeof(log), "%s-wal", image.path);
	ck_assert_int_eq(unlink(log), 0);
	return (int)strtol(bed_ask(&image, HINTS), NULL, 10);
}

START_TEST(a_committed_callback_survives_a_cut_at_any_time_of_commits_and_checkpoints)
{
	watch(&hints_are_there);
	for (int i = 0; i < GROUPS; i++)
		ck_assert_int_eq(add_group(), ERR_OK);
	watch_no_more(&hints_are_there);
	ck_assert_int_gt(checkpointed(), 0);
}
END_TEST

/* The system drops what could not be synced, and says so once: a second sync would be content. */
START_TEST(a_sync_that_fails_costs_nothing_that_was_committed)
{
	int n_failed = 0;

	watch(&hints_are_there);
	for (int i = 0; i < 2 * GROUPS; i++) {
		powercut_spoil_sync(cut, (size_t)(i % 3));
		n_failed += add_group() == ERR_IO;
	}
	watch_no_more(&hints_are_there);
	ck_assert_int_gt(n_failed, GROUPS / 2);
	ck_assert_int_gt(n_committed, 0);
}
END_TEST

/* --- Pruning */

enum { DAYS = 400, DAY_S = 24 * 3600, OLD_CLAIMS = 20 };

#define LEFT "SELECT group_concat(external_id, ' ') FROM (SELECT external_id FROM shipment ORDER BY id)"

static void end_claim(const char *claim, int64_t at)
{
	const char *const statuses[] = { "new", "estimating", "ready_for_approval", "cancelled" };

	bed_hint(&bed, claim, bed_at(at), bed_at(at));
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		struct seen seen = bed_seen(claim, statuses[i], (int64_t)i + 1, bed_at(at + (int64_t)i));

		bed_apply(&bed, &seen, bed_at(at), NULL);
	}
	bed_settle(&bed, claim, bed_at(at));
}

static void prune_all(struct store *store)
{
	struct prune prune = store_prune_start(bed_at(0), DAYS);

	while (prune.stage != PRUNE_DONE) {
		ck_assert_int_eq(store_begin(store), ERR_OK);
		store_prune(store, &prune);
		ck_assert_msg(store_commit(store) == ERR_OK, "%s", store_error_text(store));
	}
}

/* A pass that begins anew ends as one that was never cut. */
static void check_pruning_goes_on(void)
{
	start_on_image();
	prune_all(image.store);
	assert_image_is_sound();
	ck_assert_str_eq(bed_ask(&image, LEFT), "young");
	bed_close(&image);
}

static const check_image_fn pruning_goes_on = check_pruning_goes_on;

START_TEST(pruning_that_is_cut_goes_on_and_takes_nothing_young)
{
	for (int i = 0; i < OLD_CLAIMS; i++) {
		char claim[32];

		snprintf(claim, sizeof(claim), "old-%d", i);
		end_claim(claim, -(DAYS + 1) * DAY_S);
	}
	end_claim("young", -DAY_S);
	ck_assert_ptr_null(bed_try(&bed, "DELETE FROM outbox"));
	watch(&pruning_goes_on);
	prune_all(bed.store);
	watch_no_more(&pruning_goes_on);
	bed_check(&bed);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("powercut");
	TCase *disk = tcase_create("disk");
	TCase *start = tcase_create("start");
	TCase *migration = tcase_create("migration");
	TCase *store = tcase_create("store");

	tcase_add_checked_fixture(disk, setup, teardown);
	tcase_add_loop_test(disk, sqlite_is_as_safe_on_it_as_its_settings_say, 0, (int)ARRAY_SIZE(trust));
	tcase_add_test(disk, what_a_failed_sync_should_have_made_safe_is_not);
	tcase_add_test(disk, with_the_power_off_nothing_works_until_it_is_back);
	suite_add_tcase(suite, disk);
	tcase_add_checked_fixture(start, setup, teardown);
	tcase_set_timeout(start, 240);
	tcase_add_test(start, a_first_start_that_is_cut_can_be_made_again);
	suite_add_tcase(suite, start);
	tcase_add_checked_fixture(migration, setup_old, teardown);
	tcase_set_timeout(migration, 240);
	tcase_add_test(migration, a_migration_that_is_cut_leaves_the_old_version_or_the_new_one_whole);
	suite_add_tcase(suite, migration);
	tcase_add_checked_fixture(store, setup_store, teardown_store);
	tcase_set_timeout(store, 240);
	tcase_add_test(store, a_committed_callback_survives_a_cut_at_any_time_of_commits_and_checkpoints);
	tcase_add_test(store, a_sync_that_fails_costs_nothing_that_was_committed);
	tcase_add_test(store, pruning_that_is_cut_goes_on_and_takes_nothing_young);
	suite_add_tcase(suite, store);
	return suite;
}
