/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One configuration taking over from another while both are there.
 * Component ring: real files.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf_bed.h"
#include "tls_pair.h"

static struct conf *conf, *fresh;

static void tear_down(void)
{
	conf_free(fresh);
	conf_free(conf);
}

static void load(const char *before, const char *after)
{
	conf = conf_bed_load_text(before);
	fresh = conf_bed_load_text(after);
}

static const char *nth_source(const struct conf *of, size_t i)
{
	return i < of->n_sources ? of->sources[i]->name : "";
}

START_TEST(what_may_change_is_taken)
{
	load("[daemon]\nlog_level = debug\n[listen]\nmax_connections = 5\ntrusted_proxies = 10.0.0.0/8\n",
	     "[daemon]\nretention_days = 7\nalert_url = https://shop.example/\n"
	     "[listen]\nmax_body = 1KiB\nrequest_timeout = 1s\nmax_connections_per_address = 3\ntrusted_proxies = fd00::/8\n");
	conf_take(conf, fresh);
	ck_assert_int_eq(conf->daemon.log_level, LOG_LEVEL_INFO);
	ck_assert_int_eq(conf->daemon.retention_days, 7);
	ck_assert_str_eq(conf->daemon.alert_url, "https://shop.example/");
	ck_assert_int_eq(conf->listen.max_connections, 1000);
	ck_assert_int_eq(conf->listen.max_per_address, 3);
	ck_assert_int_eq(conf->listen.max_body_bytes, 1024);
	ck_assert_int_eq(conf->listen.request_timeout_us, USEC_PER_SEC);
	ck_assert_int_eq(conf->listen.trusted_proxies.list[0].family, AF_INET6);
}
END_TEST

START_TEST(what_was_loaded_is_taken_with_its_path)
{
	conf_bed_write("cert", tls_certificate);
	conf_bed_write("key", tls_key);
	ck_assert_int_eq(setenv("TEST_DIR", conf_bed_dir, 1), 0);
	load("", "[listen]\ntls_certificate = ${TEST_DIR}/cert\ntls_key = ${TEST_DIR}/key\n");
	ck_assert_msg(conf_load_secrets(fresh, &conf_bed_error) == 0, "%s", conf_bed_error.text);
	conf_take(conf, fresh);
	ck_assert_str_eq(conf->listen.certificate.text, tls_certificate);
	ck_assert_str_eq(conf->listen.key.text, tls_key);
	ck_assert_ptr_null(fresh->listen.certificate.text);
}
END_TEST

static void on_change(const char *section, const char *key, void *cls)
{
	ck_assert_int_eq(buf_addf(cls, "[%s] %s; ", section, key), 0);
}

START_TEST(what_needs_a_restart_stays_and_is_named)
{
	struct buf named = { 0 };

	load("[daemon]\ndatabase = /before.db\nlog_level = debug\n",
	     "[daemon]\ndatabase = /after.db\ncontrol_socket = /c\non_illegal = flag\nlog_level = error\n"
	     "[listen]\naddress = unix:/l\nmax_body = 1KiB\n[admin]\naddress = 127.0.0.1:1\n[delivery main]\n");
	conf_each_fixed_change(conf, fresh, on_change, &named);
	ck_assert_str_eq(named.data, "[daemon] database; [daemon] control_socket; [daemon] on_illegal; "
	                             "[listen] address; [admin] address; ");
	conf_take(conf, fresh);
	ck_assert_str_eq(conf->daemon.database, "/before.db");
	ck_assert_str_eq(conf->daemon.control_socket, "/run/claimd/control.sock");
	ck_assert_int_eq(conf->daemon.on_illegal, CONF_HOLD);
	ck_assert_str_eq(conf->listen.address, "127.0.0.1:8080");
	ck_assert_str_eq(conf->admin.address, "127.0.0.1:8081");
	ck_assert_int_eq(conf->daemon.log_level, LOG_LEVEL_ERROR);
	buf_done(&named);
}
END_TEST

START_TEST(a_configuration_that_says_the_same_needs_nothing)
{
	struct buf named = { 0 };

	load("[daemon]\ndatabase = /a.db\n", "[daemon]\ndatabase = /a.db\n[listen]\nmax_connections = 1\n");
	conf_each_fixed_change(conf, fresh, on_change, &named);
	ck_assert_uint_eq(named.len, 0);
}
END_TEST

START_TEST(a_source_that_stays_keeps_its_block_and_gets_new_values)
{
	load("[delivery a]\nmax_in_flight = 1\n[market a]\nbusiness_id = 1\n",
	     "[market a]\nbusiness_id = 2\n[delivery a]\nmax_in_flight = 9\n");

	const struct conf_source *delivery = conf->sources[0], *market = conf->sources[1];

	conf_take(conf, fresh);
	ck_assert_uint_eq(conf->n_sources, 2);
	ck_assert_ptr_eq(conf->sources[0], market);
	ck_assert_ptr_eq(conf->sources[1], delivery);
	ck_assert_int_eq(market->market.business_id, 2);
	ck_assert_int_eq(delivery->max_in_flight, 9);
	ck_assert_str_eq(delivery->name, "a");
	ck_assert_int_eq(delivery->kind, CONF_DELIVERY);
}
END_TEST

START_TEST(sources_come_and_go)
{
	load("[delivery a]\n[delivery b]\n[delivery c]\n", "[delivery d]\n[delivery c]\n[delivery a]\n[delivery e]\n");

	const struct conf_source *a = conf->sources[0], *b = conf->sources[1], *c = conf->sources[2];
	const struct conf_source *d = fresh->sources[0], *e = fresh->sources[3];

	conf_take(conf, fresh);
	ck_assert_uint_eq(conf->n_sources, 4);
	ck_assert_ptr_eq(conf->sources[0], d);
	ck_assert_ptr_eq(conf->sources[1], c);
	ck_assert_ptr_eq(conf->sources[2], a);
	ck_assert_ptr_eq(conf->sources[3], e);
	/* One that is gone is good until the old one is freed. */
	ck_assert_ptr_eq(conf_source_find(fresh, CONF_DELIVERY, "b"), b);
	ck_assert_str_eq(b->name, "b");
}
END_TEST

START_TEST(all_sources_may_go_and_come_back)
{
	load("[delivery a]\n", "");
	conf_take(conf, fresh);
	ck_assert_uint_eq(conf->n_sources, 0);
	conf_free(fresh);
	fresh = conf_bed_load_text("[delivery a]\n");
	conf_take(conf, fresh);
	ck_assert_str_eq(nth_source(conf, 0), "a");
	ck_assert_uint_eq(fresh->n_sources, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("conf-take");
	TCase *tc = tcase_create("conf-take");

	tcase_add_checked_fixture(tc, conf_bed_make, tear_down);
	tcase_add_test(tc, what_may_change_is_taken);
	tcase_add_test(tc, what_was_loaded_is_taken_with_its_path);
	tcase_add_test(tc, what_needs_a_restart_stays_and_is_named);
	tcase_add_test(tc, a_configuration_that_says_the_same_needs_nothing);
	tcase_add_test(tc, a_source_that_stays_keeps_its_block_and_gets_new_values);
	tcase_add_test(tc, sources_come_and_go);
	tcase_add_test(tc, all_sources_may_go_and_come_back);
	suite_add_tcase(s, tc);
	return s;
}
