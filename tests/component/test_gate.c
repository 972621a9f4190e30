/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When the state of a source is saved: trouble at once, one success after another now and then.
 * Component tests: a real store and loop, no request.
 */
#include "worker/gate.h"

#include "base/err.h"
#include "store_bed.h"
#include "tests/suite.h"

#define REQUESTS 100

static const struct conf_source conf = { .name = "main" };

static struct bed bed;
static struct clock real;
static struct loop *loop;
static struct gate *gate;
static unsigned n_saved;

static void on_end(int result, size_t n_messages, void *cls)
{
	(void)n_messages;
	(void)cls;
	n_saved += result == ERR_OK;
}

static void setup(void)
{
	bed_open(&bed);
	ck_assert_int_eq(loop_new(&real, &loop), ERR_OK);

	const struct gate_config config = { .loop = loop, .store = bed.store, .conf = &conf, .source = bed.source };

	ck_assert_int_eq(gate_new(&config, &gate), ERR_OK);
	n_saved = 0;
	store_set_watch(bed.store, &(struct store_watch){ .on_end = on_end });
}

static void teardown(void)
{
	gate = gate_free(gate);
	loop = loop_free(loop);
	bed_close(&bed);
}

static void end_with(enum outcome_kind outcome)
{
	gate_end(gate, &(struct client_end){ .outcome = outcome, .reason = "reason", .skew_us = NUMBER_NONE }, false);
}

START_TEST(test_the_first_success_is_saved)
{
	end_with(OUTCOME_OK);
	ck_assert_uint_eq(n_saved, 1);
	ck_assert_str_eq(bed_ask(&bed, "SELECT last_read_us IS NOT NULL FROM source"), "1");
}
END_TEST

START_TEST(test_not_each_of_many_successes_is_saved)
{
	for (int i = 0; i < REQUESTS; i++)
		end_with(OUTCOME_OK);
	ck_assert_uint_lt(n_saved, REQUESTS);
}
END_TEST

START_TEST(test_trouble_is_saved_at_once)
{
	end_with(OUTCOME_OK);
	end_with(OUTCOME_LIMITED);
	ck_assert_uint_eq(n_saved, 2);
	ck_assert_str_eq(bed_ask(&bed, "SELECT state FROM source"), "limited");
	end_with(OUTCOME_LIMITED);
	ck_assert_uint_eq(n_saved, 3);
	ck_assert_str_eq(bed_ask(&bed, "SELECT failures FROM source"), "2");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("gate");
	TCase *tcase = tcase_create("saving");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_the_first_success_is_saved);
	tcase_add_test(tcase, test_not_each_of_many_successes_is_saved);
	tcase_add_test(tcase, test_trouble_is_saved_at_once);
	suite_add_tcase(suite, tcase);
	return suite;
}
