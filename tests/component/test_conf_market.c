/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * [market NAME]: what it sets, what it must say, and that it stands beside [delivery NAME].
 * Component ring: real files.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf_bed.h"

START_TEST(a_business_alone_gives_every_default)
{
	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text("[market shop]\nbusiness_id = 222\n");

	ck_assert_uint_eq(conf->n_sources, 1);

	const struct conf_source *market = conf->sources[0];

	ck_assert_int_eq(market->kind, CONF_MARKET);
	ck_assert_str_eq(market->name, "shop");
	ck_assert_str_eq(market->base_url, "https://api.partner.market.yandex.ru");
	ck_assert_str_eq(market->credential_file, "${CREDENTIALS_DIRECTORY}/market-shop.key");
	ck_assert_str_eq(market->secret_file, "${CREDENTIALS_DIRECTORY}/market-shop.secret");
	ck_assert(market->callbacks);
	ck_assert_int_eq(market->market.business_id, 222);
	ck_assert_uint_eq(market->market.campaigns.n, 0);
	ck_assert_uint_eq(market->market.allow_from.n, 3);
	ck_assert_int_eq(market->market.catch_up_us, 5 * USEC_PER_MIN);
	ck_assert_int_eq(market->stale_retry.min_us, 5 * USEC_PER_SEC);
	ck_assert_int_eq(market->stale_retry.max_us, 30 * USEC_PER_SEC);
	ck_assert_int_eq(market->sweep_after_us, 0);
	ck_assert_int_eq(market->warning_us, 2 * USEC_PER_MIN);
	ck_assert_int_eq(market->max_in_flight, 2);
	ck_assert_int_eq(market->requests_per_second, 2);
	ck_assert_int_eq(market->request_timeout_us, 30 * USEC_PER_SEC);
	ck_assert_int_eq(market->connect_timeout_us, 5 * USEC_PER_SEC);
}
END_TEST

START_TEST(every_key_of_a_market_section_is_read)
{
	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text("[market a-B_9]\n"
								     "base_url = http://127.0.0.1:8090/\n"
								     "api_key_file = /k\n"
								     "notification_secret_file = /s\n"
								     "notifications = no\n"
								     "business_id = 9223372036854775807\n"
								     "campaigns = 111:dbs, 112:laas\n"
								     "allow_from = 127.0.0.1\n"
								     "catch_up = 1s\n"
								     "stale_retry = 1ms..2ms\n"
								     "window_warning = 0s\n"
								     "max_in_flight = 7\n"
								     "requests_per_second = 8\n"
								     "request_timeout = 9s\n"
								     "connect_timeout = 10ms\n");
	const struct conf_source *market = conf->sources[0];
	const struct conf_campaigns *campaigns = &market->market.campaigns;

	ck_assert_str_eq(market->name, "a-B_9");
	ck_assert_str_eq(market->base_url, "http://127.0.0.1:8090");
	ck_assert_str_eq(market->credential_file, "/k");
	ck_assert_str_eq(market->secret_file, "/s");
	ck_assert(!market->callbacks);
	ck_assert_int_eq(market->market.business_id, INT64_MAX);
	ck_assert_uint_eq(campaigns->n, 2);
	ck_assert_int_eq(campaigns->list[0].id, 111);
	ck_assert_str_eq(campaigns->list[0].model, "dbs");
	ck_assert_int_eq(campaigns->list[1].id, 112);
	ck_assert_str_eq(campaigns->list[1].model, "laas");
	ck_assert_uint_eq(market->market.allow_from.n, 1);
	ck_assert_int_eq(market->market.catch_up_us, USEC_PER_SEC);
	ck_assert_int_eq(market->stale_retry.min_us, USEC_PER_MS);
	ck_assert_int_eq(market->stale_retry.max_us, 2 * USEC_PER_MS);
	ck_assert_int_eq(market->warning_us, 0);
	ck_assert_int_eq(market->max_in_flight, 7);
	ck_assert_int_eq(market->requests_per_second, 8);
	ck_assert_int_eq(market->request_timeout_us, 9 * USEC_PER_SEC);
	ck_assert_int_eq(market->connect_timeout_us, 10 * USEC_PER_MS);
}
END_TEST

START_TEST(a_source_is_found_by_its_kind_and_its_name)
{
	CLEANUP(conf_cleanup) struct conf *conf =
		conf_bed_load_text("[delivery main]\nlanguage = ru\n[market main]\nbusiness_id = 222\n[market other]\nbusiness_id = 223\n");

	ck_assert_uint_eq(conf->n_sources, 3);
	ck_assert_ptr_eq(conf_source_find(conf, CONF_DELIVERY, "main"), conf->sources[0]);
	ck_assert_ptr_eq(conf_source_find(conf, CONF_MARKET, "main"), conf->sources[1]);
	ck_assert_ptr_eq(conf_source_find(conf, CONF_MARKET, "other"), conf->sources[2]);
	ck_assert_ptr_null(conf_source_find(conf, CONF_DELIVERY, "other"));
	ck_assert_ptr_null(conf_source_find(conf, CONF_MARKET, "mai"));
	ck_assert_str_eq(conf->sources[0]->delivery.language, "ru");
	ck_assert_str_eq(conf_source_kind_text(conf->sources[0]->kind), "delivery");
	ck_assert_str_eq(conf_source_kind_text(conf->sources[1]->kind), "market");
}
END_TEST

#define NO_BUSINESS \
	"[market shop] has no business_id; set it to the number of the business, business.id in Market's GET /v2/campaigns"

static const struct mistake {
	const char *text;
	const char *error;
} mistakes[] = {
	{ "\n[market shop]\n", ":2: " NO_BUSINESS },
	{ "[market shop]\ncampaigns = 111:dbs\nbusiness_id =\n", ":3: " NO_BUSINESS },
	{ "[market main]\nbusiness_id = 222\n[market shop]\n", ":3: " NO_BUSINESS },
	{ "[market]\n", ":1: [market] needs a name, as in [market main]" },
	{ "[markt shop]\n", ":1: unknown section [markt]; did you mean [market]?" },
	{ "[market a]\nbusiness_id = 1\n[delivery a]\n[market a]\n", ":4: [market a] stands already in line 1; put its keys together" },
	{ "[market a]\nbusines_id = 1\n", ":2: unknown key 'busines_id'; did you mean 'business_id'?" },
	{ "[market a]\ncampaign = 1:dbs\n", ":2: unknown key 'campaign'; did you mean 'campaigns'?" },
	{ "[market a]\njournal = yes\n", ":2: unknown key 'journal' in [market]; it belongs in [delivery]" },
	{ "[delivery a]\nbusiness_id = 1\n", ":2: unknown key 'business_id' in [delivery]; it belongs in [market]" },
	{ "[market a]\nbusiness_id = all\n", ":2: business_id: \"all\" is not a whole number from 1 to 9223372036854775807" },
	{ "[market a]\n\ncampaigns = 111:dbs, 112:fbs\n",
	  ":3: campaigns: \"112:fbs\" is no campaign; write its number, a colon, and dbs or laas, as in 111:dbs" },
	{ "[market a]\ncampaigns = 111:dbs ; all of it\nbusiness_id = 1\nbusiness_id = 2\n",
	  ":4: 'business_id' is set already in line 3; keep one of the two" },
};

START_TEST(a_mistake_is_told_with_its_file_and_line)
{
	struct conf *conf = NULL;
	CLEANUP(text_cleanup) char *wanted = NULL;

	conf_bed_write(CONF_BED_MAIN, mistakes[_i].text);
	ck_assert_int_eq(conf_bed_load(CONF_BED_MAIN, &conf), ERR_INVALID);
	ck_assert_ptr_null(conf);
	ck_assert_int_gt(asprintf(&wanted, CONF_BED_MAIN "%s", mistakes[_i].error), 0);
	conf_bed_assert_error(wanted);
}
END_TEST

static int load_folder(const char *drop_in, struct conf **ret)
{
	CLEANUP(text_cleanup) char *folder = conf_bed_path("claimd.conf.d");

	ck_assert_int_eq(mkdir(folder, 0700), 0);
	conf_bed_write(CONF_BED_MAIN, "[daemon]\n[market shop]\ncampaigns = 111:dbs\n");
	conf_bed_write("claimd.conf.d/10-a.conf", drop_in);
	return conf_load_dir(conf_bed_dir, ret, &conf_bed_error);
}

START_TEST(a_drop_in_may_say_which_business)
{
	CLEANUP(conf_cleanup) struct conf *conf = NULL;

	ck_assert_msg(load_folder("[market shop]\nbusiness_id = 222\n", &conf) == 0, "%s", conf_bed_error.text);
	ck_assert_int_eq(conf->sources[0]->market.business_id, 222);
	ck_assert_uint_eq(conf->sources[0]->market.campaigns.n, 1);
}
END_TEST

START_TEST(a_later_file_replaces_all_campaigns)
{
	CLEANUP(conf_cleanup) struct conf *conf = NULL;

	ck_assert_msg(load_folder("[market shop]\nbusiness_id = 222\ncampaigns = 7:laas\n", &conf) == 0, "%s", conf_bed_error.text);
	ck_assert_uint_eq(conf->sources[0]->market.campaigns.n, 1);
	ck_assert_int_eq(conf->sources[0]->market.campaigns.list[0].id, 7);
}
END_TEST

START_TEST(a_missing_business_is_told_where_the_section_stood_last)
{
	struct conf *conf = NULL;

	ck_assert_int_eq(load_folder("\n\n[market shop]\nmax_in_flight = 1\n", &conf), ERR_INVALID);
	conf_bed_assert_error("claimd.conf.d/10-a.conf:3: " NO_BUSINESS);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("conf-market");
	TCase *tc = tcase_create("conf-market");

	tcase_add_checked_fixture(tc, conf_bed_make, NULL);
	tcase_add_test(tc, a_business_alone_gives_every_default);
	tcase_add_test(tc, every_key_of_a_market_section_is_read);
	tcase_add_test(tc, a_source_is_found_by_its_kind_and_its_name);
	tcase_add_loop_test(tc, a_mistake_is_told_with_its_file_and_line, 0, (int)ARRAY_SIZE(mistakes));
	tcase_add_test(tc, a_drop_in_may_say_which_business);
	tcase_add_test(tc, a_later_file_replaces_all_campaigns);
	tcase_add_test(tc, a_missing_business_is_told_where_the_section_stood_last);
	suite_add_tcase(s, tc);
	return s;
}
