/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of older schema versions, one a release, are brought up to date and keep all that they hold.
 * databases/schema-N.dump is what a claimd of version N left behind after a day with the simulator, as SQL.
 * Component tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/query.h"
#include "store/store.h"
#include "store_bed.h"
#include "suite.h"

static const char *const versions[] = { "1", "2", "3" };

/* What a report says must not change by an upgrade. */
static const char *const reports[] = {
	"SELECT count(*) || ' ' || group_concat(external_id || seq || from_status || to_status || at || verdict)"
	" FROM (SELECT * FROM report_transitions ORDER BY source, external_id, seq)",
	"SELECT count(*) || ' ' || group_concat(claim_id || status || updated_at || held || coalesce(price, ''))"
	" FROM (SELECT * FROM report_claims ORDER BY source, claim_id)",
	"SELECT count(*) || ' ' || group_concat(order_id || status || coalesce(substatus, '') || updated_at)"
	" FROM (SELECT * FROM report_orders ORDER BY source, order_id)",
	"SELECT count(*) || ' ' || group_concat(external_id || kind || due_at || outcome)"
	" FROM (SELECT * FROM report_windows ORDER BY source, external_id, due_at_us)",
	"SELECT count(*) || ' ' || group_concat(id || kind || to_status || state) FROM (SELECT * FROM report_violations ORDER BY id)",
	"SELECT count(*) || ' ' || group_concat(external_id || received_at || state)"
	" FROM (SELECT * FROM report_notifications ORDER BY received_at_us, external_id)",
	"SELECT count(*) || ' ' || group_concat(source || model || status || n)"
	" FROM (SELECT * FROM report_durations ORDER BY source, model, status)",
	"SELECT count(*) || ' ' || group_concat(source || ' ' || gaps_open || ' ' || gaps_healed) FROM report_sources",
};

static struct bed bed;

static void setup(void)
{
	snprintf(bed.path, sizeof(bed.path), "%s/old.db", suite_tmpdir());
}

START_TEST(an_old_file_is_brought_up_to_date_and_says_what_it_said)
{
	char *before[ARRAY_SIZE(reports)];
	struct store_error error = { "" };
	struct store *store = NULL;

	bed_make_old(&bed, versions[_i]);
	ck_assert_str_eq(bed_ask(&bed, "PRAGMA user_version"), versions[_i]);
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		before[i] = strdup(bed_ask(&bed, reports[i]));
		ck_assert_msg(before[i][0] != '\0' && before[i][0] != '0', "%s says nothing", reports[i]);
	}
	ck_assert_msg(store_open(bed.path, &store, &error) == ERR_OK, "%s", error.text);
	store_close(store);
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		ck_assert_str_eq(bed_ask(&bed, reports[i]), before[i]);
		free(before[i]);
	}
	ck_assert_str_eq(bed_ask(&bed, "PRAGMA integrity_check"), "ok");
	ck_assert_str_eq(bed_ask(&bed, "SELECT count(*) FROM pragma_foreign_key_check"), "0");
}
END_TEST

START_TEST(what_an_old_file_has_is_counted_and_stays_what_it_was)
{
	static const char durations[] = "SELECT group_concat(source || model || status || n || ' ' || p50_s || ' ' || p90_s || ' '"
					" || max_s) FROM (SELECT * FROM report_durations ORDER BY source, model, status)";

	bed_make_old(&bed, versions[_i]);
	ck_assert_int_eq(store_open(bed.path, &bed.store, NULL), ERR_OK);

	char *before = strdup(bed_ask(&bed, durations));

	bed_count_stays(&bed);
	ck_assert_str_eq(bed_ask(&bed, durations), before);
	bed_check(&bed);
	free(before);
	bed_close(&bed);
}
END_TEST

START_TEST(an_old_file_has_after_it_the_schema_and_the_statistics_of_a_new_one)
{
	static const char schema[] = "SELECT group_concat(sql, ';') || (SELECT group_concat(idx || ' ' || stat, ';') FROM sqlite_stat1)"
				     " FROM (SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY type, name)";
	struct store *store = NULL;
	struct bed fresh;

	bed_make_old(&bed, versions[_i]);
	ck_assert_int_eq(store_open(bed.path, &store, NULL), ERR_OK);
	store_close(store);

	char *upgraded = strdup(bed_ask(&bed, schema));

	bed_open(&fresh);
	ck_assert_str_eq(upgraded, bed_ask(&fresh, schema));
	bed_close(&fresh);
	free(upgraded);
}
END_TEST

START_TEST(a_reader_asks_for_an_upgrade_instead_of_reading_an_old_file)
{
	struct store_error error = { "" };
	struct store *store = NULL;

	bed_make_old(&bed, versions[_i]);
	ck_assert_int_eq(store_open_readonly(bed.path, &store, &error), ERR_CORRUPT);
	ck_assert_ptr_nonnull(strstr(error.text, "start claimd once"));
	ck_assert_str_eq(bed_ask(&bed, "PRAGMA user_version"), versions[_i]);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("store_upgrade");
	TCase *upgrade = tcase_create("upgrade");

	_Static_assert(ARRAY_SIZE(versions) == STORE_SCHEMA_VERSION - 1, "a file for each older version");
	tcase_add_checked_fixture(upgrade, setup, NULL);
	tcase_add_loop_test(upgrade, an_old_file_is_brought_up_to_date_and_says_what_it_said, 0, (int)ARRAY_SIZE(versions));
	tcase_add_loop_test(upgrade, what_an_old_file_has_is_counted_and_stays_what_it_was, 0, (int)ARRAY_SIZE(versions));
	tcase_add_loop_test(upgrade, an_old_file_has_after_it_the_schema_and_the_statistics_of_a_new_one, 0, (int)ARRAY_SIZE(versions));
	tcase_add_loop_test(upgrade, a_reader_asks_for_an_upgrade_instead_of_reading_an_old_file, 0, (int)ARRAY_SIZE(versions));
	suite_add_tcase(suite, upgrade);
	return suite;
}
