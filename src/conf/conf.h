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

struct conf;

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

enum conf_approve {
	CONF_APPROVE_OPERATOR,
	CONF_APPROVE_AUTO,
};

/* Texts are never NULL: a key without value and without default is "". */
struct conf_daemon {
	char *database;
	char *control_socket;
	enum log_level log_level;
	enum conf_on_illegal on_illegal;
	int64_t retention_days;
	char *alert_url;
	char *alert_secret_file;

	struct secret alert_secret; /* loaded by conf_load_secrets(); empty without alert_url */
};

struct conf_listen {
	char *address;
	char *tls_certificate;
	char *tls_key;
	struct conf_cidrs trusted_proxies;
	int64_t max_connections;
	int64_t max_per_address;
	int64_t max_body_bytes;
	int64_t request_timeout_us;

	struct secret certificate; /* PEM, loaded by conf_load_secrets(); both are empty without tls_certificate */
	struct secret key;
};

struct conf_admin {
	char *address;
};

/* A campaign is a shop on Market; what it is configured to be. */
struct conf_campaign {
	int64_t id;
	char model[8]; /* "dbs" or "laas" */
};

struct conf_campaigns {
	struct conf_campaign *list; /* owned */
	size_t n;
};

enum conf_source_kind {
	CONF_DELIVERY, /* [delivery NAME] */
	CONF_MARKET,   /* [market NAME] */
	CONF_SOURCE_KIND_MAX,
};

/* What only a [delivery NAME] has. */
struct conf_delivery {
	bool journal;
	int64_t journal_interval_us;
	char *language;
	enum conf_approve approve;
	char *auto_max_price; /* a decimal; "" only where nothing is approved by itself */
	char *auto_currency;  /* its currency; "": any */
	char *auto_classes;   /* with commas between; "": all */
};

/* What only a [market NAME] has. */
struct conf_market {
	int64_t business_id; /* 0: not set, which conf_load() refuses */
	struct conf_campaigns campaigns;
	struct conf_cidrs allow_from;
	int64_t catch_up_us;
};

/* One upstream account, which calls us and which we read. */
struct conf_source {
	enum conf_source_kind kind;
	char name[CONF_NAME_SIZE]; /* unique among its kind */
	char *base_url;            /* without a trailing slash */
	char *credential_file;     /* token_file, api_key_file */
	char *secret_file;         /* callback_secret_file, notification_secret_file */
	bool callbacks;            /* whether callbacks or pushes are taken in */
	struct conf_range stale_retry;
	int64_t sweep_after_us;    /* 0: no sweeps, what has changed is listed instead */
	int64_t warning_us;        /* before a window's end */
	char *forward_url;         /* where transitions are sent to; "": nowhere */
	char *forward_secret_file;
	int64_t max_in_flight;
	int64_t requests_per_second;
	int64_t request_timeout_us; /* of one request to the upstream */
	int64_t connect_timeout_us;
	struct conf_delivery delivery;
	struct conf_market market;

	struct secret credential; /* loaded by conf_load_secrets() */
	struct secret secret;     /* empty when callbacks = no */
	struct secret forward_secret; /* empty without forward_url */
};

/* "delivery", "market": as a section and a path begin. */
const char *conf_source_kind_text(enum conf_source_kind kind);

/* How a key is named in the sections of a kind: CONF_SOURCE_KEY(CONF_MARKET, credential_file) is "api_key_file". The
 * field is one that all kinds have. */
const char *conf_source_key(enum conf_source_kind kind, size_t offset);
#define CONF_SOURCE_KEY(kind, field) conf_source_key(kind, offsetof(struct conf_source, field))

/* The source of that kind and name; NULL when there is none. */
struct conf_source *conf_source_find(const struct conf *conf, enum conf_source_kind kind, const char *name);

struct conf {
	struct conf_daemon daemon;
	struct conf_listen listen;
	struct conf_admin admin;
	struct conf_source **sources; /* in file order; each its own block, so that pointers to one stay good */
	size_t n_sources;
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
 * secret stands in a URL's path, so it must consist of [0-9A-Za-z._~-]. Also the certificate chain and the key of
 * tls_*, which must be a pair. The error names the FILE:LINE that set the path or, where the default is used, that of the section. May be
 * called again; a secret that fails to load leaves the old one in place. */
int conf_load_secrets(struct conf *conf, struct conf_error *ret_error);

/* Takes over from FRESH all that may change while the program runs: everything but a few keys that are looked at only at the start.
 * A source that both know keeps its block, with the new values in it. What is not needed any more goes to FRESH: to be freed when
 * nobody points to the sources any longer that are gone. */
void conf_take(struct conf *conf, struct conf *fresh);

/* Calls FN for each of those few keys whose value is another one in FRESH; before conf_take(). */
typedef void (*conf_change_fn)(const char *section, const char *key, void *cls);
void conf_each_fixed_change(struct conf *conf, struct conf *fresh, conf_change_fn fn, void *cls);

/* claimctl, which only looks for the database and the control socket, needs conf_load() alone. */

/* Writes what results, as a configuration file that says the same; of secrets the file's path stands, never the
 * content. A value that a variable has made longer than a file's line may be stands there all the same. */
void conf_print(const struct conf *conf, FILE *out);

/* The commented sample configuration: each section, each key with its default and its explanation (for `make`,
 * which ships it). */
void conf_print_sample(FILE *out);
/* The same table as mdoc list items for claimd.conf(5). */
void conf_print_mdoc(FILE *out);

DEFINE_CLEANUP(conf, struct conf *, conf_free)

#endif
