/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Configuration, start and questions of one claimd.
 * System tests.
 */
#include "site.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"

/* Between two questions, when nothing tells that an answer may have changed. */
#define ASK_AGAIN_MS 10

static char *in_folder(const struct site *site, const char *name)
{
	char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/%s", site->folder, name), 0);
	return path;
}

void site_write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

void site_open(struct site *site)
{
	*site = (struct site){
		.folder = suite_tmpdir(),
		.log_level = "debug",
		.listen_address = "127.0.0.1:0",
		.base_url = "http://127.0.0.1:1",
		.daemon_keys = "",
		.listen_keys = "",
		.delivery_keys = "",
		.allow_from = "127.0.0.1",
	};
	site->conf = in_folder(site, "claimd.conf");
	site->database = in_folder(site, "claimd.db");
	site->control_socket = in_folder(site, "control.sock");
	site->secret_file = in_folder(site, "main.secret");
	site->token_file = in_folder(site, "main.token");
	site->shop_secret_file = in_folder(site, "shop.secret");
	site->api_key_file = in_folder(site, "shop.key");
	site_write_file(site->secret_file, SITE_SECRET "\n");
	site_write_file(site->token_file, SITE_TOKEN "\n");
	site_write_file(site->shop_secret_file, SITE_SHOP_SECRET "\n");
	site_write_file(site->api_key_file, SITE_API_KEY "\n");
}

void site_close(struct site *site)
{
	process_done(&site->claimd);
	site_close_sql(site);
	if (site->socket > 0)
		close(site->socket);
	free(site->conf);
	free(site->database);
	free(site->control_socket);
	free(site->secret_file);
	free(site->token_file);
	free(site->shop_secret_file);
	free(site->api_key_file);
	free(site->value);
}

static void configure_market(struct site *site)
{
	char *text = NULL;

	ck_assert_int_gt(asprintf(&text,
	                          "[market main]\n"
	                          "base_url = %s\n"
	                          "api_key_file = %s\n"
	                          "notification_secret_file = %s\n"
	                          "business_id = 222\n"
	                          "campaigns = 111:dbs, 112:laas\n"
	                          "allow_from = %s\n"
	                          "%s",
	                          site->base_url, site->api_key_file, site->shop_secret_file, site->allow_from, site->market_keys), 0);
	site_configure_more(site, text);
	free(text);
}

void site_configure(struct site *site)
{
	char *text = NULL;

	ck_assert_int_gt(asprintf(&text,
	                          "[daemon]\n"
	                          "database = %s\n"
	                          "control_socket = %s\n"
	                          "log_level = %s\n"
	                          "%s"
	                          "[listen]\n"
	                          "address = %s\n"
	                          "%s"
	                          "[admin]\n"
	                          "address = 127.0.0.1:0\n"
	                          "[delivery main]\n"
	                          "base_url = %s\n"
	                          "token_file = %s\n"
	                          "callback_secret_file = %s\n"
	                          "journal = %s\n"
	                          "%s",
	                          site->database, site->control_socket, site->log_level, site->daemon_keys, site->listen_address,
	                          site->listen_keys, site->base_url, site->token_file, site->secret_file,
	                          site->journal ? "yes" : "no", site->delivery_keys), 0);
	site_write_file(site->conf, text);
	free(text);
	if (site->market_keys)
		configure_market(site);
}

void site_configure_more(struct site *site, const char *lines)
{
	FILE *file = fopen(site->conf, "a");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(lines, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

void site_open_socket(struct site *site)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&in, len), 0);
	ck_assert_int_eq(listen(fd, SOMAXCONN), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	address_format((const struct sockaddr *)&in, len, site->address, sizeof(site->address));
	site->socket = fd;
}

static void await_address(struct site *site, const char *words, char ret[static ADDRESS_SIZE])
{
	const char *line = process_await_line(&site->claimd, words);

	snprintf(ret, ADDRESS_SIZE, "%s", strstr(line, words) + strlen(words));
}

void site_spawn(struct site *site)
{
	const char *const argv[] = { "claimd", "-c", site->conf, NULL };

	process_done(&site->claimd);
	process_start_as(&site->claimd, &(struct process_plan){
		.argv = argv, .environment = site->environment, .socket = site->socket,
		.enter = site->sandbox ? sandbox_enter : NULL, .enter_cls = site->sandbox });
}

void site_restart(struct site *site)
{
	site_spawn(site);
	if (site->socket > 0)
		process_await_line(&site->claimd, "serving callbacks on the passed socket");
	else
		await_address(site, "serving callbacks on ", site->address);
	await_address(site, "serving probes on ", site->admin);
}

void site_start(struct site *site)
{
	site_configure(site);
	site_restart(site);
}

void site_stop(struct site *site)
{
	process_signal(&site->claimd, SIGTERM);
	ck_assert_int_eq(process_wait(&site->claimd), 0);
}

/* --- The database */

static sqlite3 *connection(struct site *site)
{
	if (site->sql)
		return site->sql;
	ck_assert_int_eq(sqlite3_open_v2(site->database, &site->sql, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_busy_timeout(site->sql, suite_patience_ms()), SQLITE_OK);
	return site->sql;
}

const char *site_ask(struct site *site, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = connection(site);
	int r = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	if (r == SQLITE_OK)
		r = sqlite3_step(stmt);
	ck_assert_msg(r == SQLITE_ROW || r == SQLITE_DONE, "%s: %s", sql, sqlite3_errmsg(db));

	const char *text = r == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;

	free(site->value);
	site->value = strdup(text ? text : "");
	sqlite3_finalize(stmt);
	return site->value;
}

long long site_number(struct site *site, const char *sql)
{
	return strtoll(site_ask(site, sql), NULL, 10);
}

void site_sql(struct site *site, const char *sql)
{
	sqlite3 *db = connection(site);

	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
}

void site_await(struct site *site, const char *sql, const char *want)
{
	int64_t end = process_patience();

	while (strcmp(site_ask(site, sql), want) != 0) {
		ck_assert_msg(process_is_alive(&site->claimd), "claimd ended:\n%s", process_errors(&site->claimd));
		ck_assert_msg(!process_patience_is_over(end), "%s: \"%s\", not \"%s\"; claimd said:\n%s", sql, site->value, want,
		              process_errors(&site->claimd));
		process_pause(&site->claimd, ASK_AGAIN_MS);
	}
}

void site_check(struct site *site)
{
	struct process check = { 0 };
	int status = process_run(&check, (const char *const[]){ "claimctl", "--db", site->database, "check-db", NULL });

	ck_assert_msg(status == 0, "exit status %d:\n%s", status, process_output(&check));
	process_done(&check);
}

void site_close_sql(struct site *site)
{
	sqlite3_close(site->sql);
	site->sql = NULL;
}

void site_lock(struct site *site)
{
	site_sql(site, "BEGIN IMMEDIATE");
}

void site_unlock(struct site *site)
{
	site_sql(site, "ROLLBACK");
}
