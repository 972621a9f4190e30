/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimd's configuration as plain data, read from INI files by one table of keys, conf.def.
 * Conf layer: knows what keys mean, not what they are used for.
 */
#ifndef CLAIMD_CONF_CONF_H
#define CLAIMD_CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/attr.h"
#include "base/log.h"
#include "base/secret.h"

/* A section's name, [delivery NAME]: 1 to 32 characters of [0-9A-Za-z_-], since it stands in URLs and reports. */
#define CONF_NAME_SIZE 33

struct conf_range {
	int64_t min_us;
	int64_t max_us;
};

/* A block of addresses, for trusted_proxies. */
struct conf_cidr {
	int family; /* AF_INET or AF_INET6 */
	unsigned char address[16];
	unsigned prefix;
};

struct conf_cidrs {
	struct conf_cidr *list; /* owned */
	size_t n;
};

/* Whether one of the blocks holds SA's address. An IPv4 address stays one when it comes mapped into IPv6
 * (::ffff:192.0.2.1). A Unix socket's peer is in no block. */
bool conf_cidrs_contain(const struct conf_cidrs *cidrs, const struct sockaddr *sa);

enum conf_on_illegal {
	CONF_HOLD,
	CONF_FLAG,
};

/* Texts are never NULL: a key without value and without default is "". */
struct conf_daemon {
	char *database;
	char *control_socket;
	enum log_level log_level;
	enum conf_on_illegal on_illegal;
	int64_t retention_days;
	char *alert_url;
};

struct conf_listen {
	char *address;
	char *tls_certificate;
	char *tls_key;
	struct conf_cidrs trusted_proxies;
	int64_t max_connections;
	int64_t max_body_bytes;
	int64_t request_timeout_us;
};

struct conf_admin {
	char *address;
};

struct conf_delivery {
	char name[CONF_NAME_SIZE];
	char *base_url; /* without a trailing slash */
	char *token_file;
	char *callback_secret_file;
	bool callbacks;
	bool journal;
	int64_t journal_interval_us;
	char *language;
	struct conf_range stale_retry;
	int64_t sweep_after_us;
	int64_t approval_warning_us;
	int64_t max_in_flight;
	int64_t requests_per_second;
	int64_t request_timeout_us; /* of one request to the upstream */
	int64_t connect_timeout_us;

	struct secret token;           /* loaded by conf_load_secrets() */
	struct secret callback_secret; /* empty when callbacks = no */
};

struct conf {
	struct conf_daemon daemon;
	struct conf_listen listen;
	struct conf_admin admin;
	struct conf_delivery **deliveries; /* in file order; each its own block, so that pointers to one stay good */
	size_t n_deliveries;
	struct conf_origins *origins; /* where each value was set, for errors; of no use outside this layer */
};

/* The first thing that is wrong, for people: "FILE:LINE: what is wrong and what would be right". */
#define CONF_ERROR_SIZE 512
struct conf_error {
	char text[CONF_ERROR_SIZE];
};

/* Reads FILE alone, or, when FILE is NULL, SYSCONFDIR/claimd/claimd.conf and then
 * SYSCONFDIR/claimd/claimd.conf.d/NAME.conf in the order of their names, a later value replacing an earlier one of
 * another file; within a file a repeated key is an error. ${NAME} in a value is replaced from the environment. A
 * variable that is not set is an error, except in the paths of secrets and in tls_*, which keep their ${NAME} until
 * conf_load_secrets() needs them (claimctl runs without CREDENTIALS_DIRECTORY). Loads no secrets and changes
 * nothing outside. ERR_NOT_FOUND when a file can't be opened, ERR_NOMEM, ERR_INVALID otherwise, each with RET_ERROR
 * filled. */
int conf_load(const char *file, struct conf **ret, struct conf_error *ret_error);
struct conf *conf_free(struct conf *conf); /* wipes the secrets; takes NULL, returns NULL */

/* Reads each secret file that is needed: tokens, and callback secrets of sources with callbacks = yes; such a
 * secret stands in a URL's path, so it must consist of [0-9A-Za-z._~-]. Also replaces what ${NAME} is left in
 * tls_*. The error names the FILE:LINE that set the path or, where the default is used, that of the section. May be
 * called again; a secret that fails to load leaves the old one in place. */
int conf_load_secrets(struct conf *conf, struct conf_error *ret_error);

/* claimctl, which only looks for the database and the control socket, needs conf_load() alone. */

/* Writes what results, as a configuration file that says the same; of secrets the file's path stands, never the
 * content. */
void conf_print(const struct conf *conf, FILE *out);

/* The commented sample configuration: each section, each key with its default and its explanation (for `make`,
 * which ships it). */
void conf_print_sample(FILE *out);
/* The same table as mdoc list items for claimd.conf(5). */
void conf_print_mdoc(FILE *out);

DEFINE_CLEANUP(conf, struct conf *, conf_free)

#endif
