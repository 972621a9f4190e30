/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is printed of a configuration: itself, the sample, the manual's list.
 * Component ring: it is read back from real files.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf_bed.h"

static char *print(const struct conf *conf)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	conf_print(conf, out);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

START_TEST(what_is_printed_reads_back_the_same)
{
	CLEANUP(conf_cleanup) struct conf *conf =
		conf_bed_load_text("[daemon]\nlog_level = debug\non_illegal = flag\n"
			  "[listen]\ntrusted_proxies = 10.0.0.0/8,fd00::/8\nmax_body = 1000B\ntls_key = /k\ntls_certificate = /c\n"
			  "[delivery a]\nstale_retry = 1500ms..1min\ncallbacks = 0\ntoken_file = /t\n[delivery b]\n"
			  "[market a]\nbusiness_id = 9223372036854775807\ncampaigns = 112:laas, 111:dbs\nnotifications = off\n");
	CLEANUP(text_cleanup) char *first = print(conf);
	CLEANUP(conf_cleanup) struct conf *again = conf_bed_load_text(first);
	CLEANUP(text_cleanup) char *second = print(again);

	ck_assert_str_eq(first, second);
	ck_assert_ptr_nonnull(strstr(first, "log_level       = debug\n"));
	ck_assert_ptr_nonnull(strstr(first, "on_illegal      = flag\n"));
	ck_assert_ptr_nonnull(strstr(first, "trusted_proxies = 10.0.0.0/8,fd00::/8\n"));
	ck_assert_ptr_nonnull(strstr(first, "max_body        = 1000B\n"));
	ck_assert_ptr_nonnull(strstr(first, "\n[delivery a]\nbase_url        = https://b2b.taxi.yandex.net\ntoken_file      = /t\n"));
	ck_assert_ptr_nonnull(strstr(first, "callback_secret_file = ${CREDENTIALS_DIRECTORY}/delivery-b.secret\n"));
	ck_assert_ptr_nonnull(strstr(first, "stale_retry     = 1500ms..1min\n"));
	ck_assert_ptr_nonnull(strstr(first, "approval_warning = 2min\n"));
	ck_assert_ptr_nonnull(strstr(first, "\n[market a]\nbase_url        = https://api.partner.market.yandex.ru\n"
					    "api_key_file    = ${CREDENTIALS_DIRECTORY}/market-a.key\n"));
	ck_assert_ptr_nonnull(strstr(first, "\nnotifications   = no\nbusiness_id     = 9223372036854775807\n"
					    "campaigns       = 112:laas,111:dbs\n"
					    "allow_from      = 5.45.207.0/25,141.8.142.0/25,5.255.253.0/25\n"));
}
END_TEST

/* What is read back of TEXT's configuration once it was printed. */
static struct conf *print_and_read(const char *text)
{
	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text(text);
	CLEANUP(text_cleanup) char *printed = print(conf);

	return conf_bed_load_text(printed);
}

START_TEST(a_long_list_of_campaigns_reads_back_the_same)
{
	CLEANUP(text_cleanup) char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	fputs("[market a]\nbusiness_id=1\ncampaigns=1:laas", out);
	for (int id = 100; id < 498; id++)
		fprintf(out, ",%d:dbs", id);
	fputs(",2:dbs\n", out);
	ck_assert_int_eq(fclose(out), 0);

	CLEANUP(conf_cleanup) struct conf *again = print_and_read(text);

	ck_assert_uint_eq(again->sources[0]->market.campaigns.n, 400);
}
END_TEST

START_TEST(a_long_list_of_networks_reads_back_the_same)
{
	CLEANUP(text_cleanup) char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	fputs("[listen]\ntrusted_proxies=127.0.0.0/16,::1", out);
	for (int i = 0; i < 197; i++)
		fprintf(out, ",9.9.9.%d", i);
	fputs(",9.9.9.255/32\n", out);
	ck_assert_int_eq(fclose(out), 0);

	CLEANUP(conf_cleanup) struct conf *again = print_and_read(text);

	ck_assert_uint_eq(again->listen.trusted_proxies.n, 200);
}
END_TEST

static char *print_sample(void)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	conf_print_sample(out);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

START_TEST(the_sample_sets_nothing_as_it_is)
{
	CLEANUP(text_cleanup) char *sample = print_sample();
	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text(sample), *empty = conf_bed_load_text("");
	CLEANUP(text_cleanup) char *printed = print(conf), *wanted = print(empty);

	ck_assert_str_eq(printed, wanted);
}
END_TEST

START_TEST(the_sample_without_its_semicolons_sets_the_defaults_but_for_the_business)
{
	CLEANUP(text_cleanup) char *sample = print_sample();

	for (char *c = sample; (c = strstr(c, "\n;")) != NULL; c++)
		c[1] = ' ';

	/* The one key whose default, nothing, is not good enough. */
	char *business = strstr(sample, "business_id     =\n");

	ck_assert_ptr_nonnull(business);
	memcpy(business, "business_id = 222\n", strlen("business_id = 222\n"));

	CLEANUP(conf_cleanup) struct conf *conf = conf_bed_load_text(sample);
	CLEANUP(conf_cleanup) struct conf *defaults = conf_bed_load_text("[delivery main]\n[market main]\nbusiness_id = 222\n");
	CLEANUP(text_cleanup) char *printed = print(conf), *wanted = print(defaults);

	ck_assert_str_eq(printed, wanted);
	ck_assert_uint_eq(conf->origins->n, conf_n_keys + CONF_SECTION_MAX);
}
END_TEST

START_TEST(the_manual_lists_every_key)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	conf_print_mdoc(out);
	ck_assert_int_eq(fclose(out), 0);

	const char *place = text;

	for (size_t i = 0; i < conf_n_keys; i++) {
		CLEANUP(text_cleanup) char *item = NULL;

		ck_assert_int_gt(asprintf(&item, "\n.It Ic %s No = ", conf_keys[i].name), 0);
		place = strstr(place, item);
		ck_assert_msg(place != NULL, "%s", conf_keys[i].name);
		place++;
	}
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("conf-print");
	TCase *tc = tcase_create("conf-print");

	tcase_add_checked_fixture(tc, conf_bed_make, NULL);
	tcase_add_test(tc, what_is_printed_reads_back_the_same);
	tcase_add_test(tc, a_long_list_of_campaigns_reads_back_the_same);
	tcase_add_test(tc, a_long_list_of_networks_reads_back_the_same);
	tcase_add_test(tc, the_sample_sets_nothing_as_it_is);
	tcase_add_test(tc, the_sample_without_its_semicolons_sets_the_defaults_but_for_the_business);
	tcase_add_test(tc, the_manual_lists_every_key);
	suite_add_tcase(s, tc);
	return s;
}
