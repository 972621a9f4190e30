/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A merchant's site: claimd with a configuration, its secrets and a database of its own, on ports that the system
 * chooses.
 * System tests.
 */
#ifndef CLAIMD_TESTS_SYSTEM_SITE_H
#define CLAIMD_TESTS_SYSTEM_SITE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/address.h"
#include "process.h"
#include "sandbox.h"

#define SITE_SECRET "s3cret-of-main_0123456789"
#define SITE_TOKEN "token-of-main"
#define SITE_PATH "/delivery/main/" SITE_SECRET
/* A callback as upstream sends it, but for the claim's id, which follows. */
#define SITE_CALLBACK SITE_PATH "?updated_ts=2026-09-23T07:44:04.402413%2B00:00&claim_id="

#define SITE_SHOP_SECRET "shop-s3cret-of-main_0123456789"
#define SITE_API_KEY "ACMA:key-of-main:01234567"
/* The URL that the merchant gives to Market, and where Market then sends its pushes. */
#define SITE_SHOP "/market/main/" SITE_SHOP_SECRET
#define SITE_PUSH SITE_SHOP "/notification"

struct site {
	const char *folder;
	char *conf; /* paths */
	char *database;
	char *control_socket;
	char *secret_file;
	char *token_file;
	char *shop_secret_file;
	char *api_key_file;
	/* What a test changes before site_configure(); keys are whole lines. */
	const char *log_level;
	const char *listen_address;
	const char *base_url;
	const char *daemon_keys;
	const char *listen_keys;
	const char *delivery_keys;
	bool journal;               /* Delivery's is polled */
	const char *market_keys;    /* of [market main], of business 222 with a DBS and a LaaS shop; NULL: there is none */
	const char *allow_from;     /* likewise; this machine at first */
	struct sandbox *sandbox;    /* that claimd runs in; NULL: none */
	const char *const *environment; /* NAME=VALUE to add when claimd starts, ends with NULL; NULL: none */
	struct process claimd;
	int socket;                 /* that site_open_socket() made; 0: claimd opens its own */
	char address[ADDRESS_SIZE]; /* where it listens: public side, admin side */
	char admin[ADDRESS_SIZE];
	sqlite3 *sql;               /* another program's connection, opened when it is needed */
	char *value;
};

/* Makes the folder and what is in it. The upstream is one that refuses connections, and its journal is not polled. */
void site_open(struct site *site);
void site_close(struct site *site);

void site_write_file(const char *path, const char *text);
/* Writes the configuration as it is now. */
void site_configure(struct site *site);
/* Adds lines at its end. */
void site_configure_more(struct site *site, const char *lines);

/* Makes the public socket as systemd does: it is there before claimd is, and outlives it. */
void site_open_socket(struct site *site);

/* Starts claimd, and does not wait until it serves. */
void site_spawn(struct site *site);
/* Writes the configuration and starts claimd; back when it serves. */
void site_start(struct site *site);
/* The same, without writing the configuration. */
void site_restart(struct site *site);
/* SIGTERM, and fails when it does not end with status 0. */
void site_stop(struct site *site);

/* The first column of the first row as text, "" for none or NULL. Good until the next call. */
const char *site_ask(struct site *site, const char *sql);
long long site_number(struct site *site, const char *sql);
void site_sql(struct site *site, const char *sql);
/* Asks until the answer is WANT; fails the test when it never is, or when claimd ends. */
void site_await(struct site *site, const char *sql, const char *want);
/* Fails the test when claimctl check-db finds a fault. */
void site_check(struct site *site);
/* Closes the connection, so that claimd's is the only one. */
void site_close_sql(struct site *site);

/* Takes and gives back the write lock, as another program may. */
void site_lock(struct site *site);
void site_unlock(struct site *site);

#endif
