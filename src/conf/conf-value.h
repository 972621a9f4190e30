/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values of each kind, from text into a field and back. No error here says where the value stands: the caller does.
 * Conf layer, for its own files; claimctl reads its own durations with it too.
 */
#ifndef CLAIMD_CONF_CONF_VALUE_H
#define CLAIMD_CONF_CONF_VALUE_H

#include "conf/conf-table.h"

/* Variables (conf-expand.c). */

/* Replaces ${NAME} from the environment. ERR_NOT_FOUND when one is not set. *ret is the caller's. */
int conf_expand(const char *text, char **ret, struct conf_error *ret_error);

/* Numbers with a unit (conf-quantity.c). */

struct conf_unit {
	const char *name;
	int64_t factor;
};

struct conf_measure {
	const char *what;              /* "duration" */
	const char *names;             /* "ms, s, min, h or d" */
	const char *example;           /* "30s" */
	const struct conf_unit *units; /* from the smallest up */
	size_t n_units;
};

extern const struct conf_measure conf_durations; /* in microseconds */
extern const struct conf_measure conf_sizes;     /* in bytes */

int conf_quantity_read(
	const struct conf_measure *measure, const char *text, int64_t *ret, struct conf_error *ret_error);

/* The shortest text that conf_quantity_read() reads back as VALUE. */
#define CONF_QUANTITY_SIZE 32
void conf_quantity_format(const struct conf_measure *measure, int64_t value, char ret[static CONF_QUANTITY_SIZE]);

/* Values (conf-value.c). */

/* Reads TEXT into FIELD and frees what was there before; on failure FIELD stays. The error says nothing of the
 * place. */
int conf_value_read(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error);

/* Writes FIELD so that conf_value_read() understands it. */
void conf_value_write(const struct conf_key *key, const void *field, FILE *out);

void conf_value_done(const struct conf_key *key, void *field);

/* What the values of this key look like: "duration", "yes or no". */
const char *conf_key_form(const struct conf_key *key);

/* The least and the greatest possible value; false for a kind that has none. */
bool conf_key_format_limits(
	const struct conf_key *key, char ret_min[static CONF_QUANTITY_SIZE], char ret_max[static CONF_QUANTITY_SIZE]);

/* URLs (conf-url.c). */

/* ERR_INVALID unless TEXT is an http or https URL with a host and without user, query and fragment. */
int conf_url_check(const char *text, struct conf_error *ret_error);

/* Certificates (conf-tls.c). */

/* The text of a file in PEM: with CERTIFICATE NULL a certificate's chain, otherwise its key. ERR_INVALID when it is none. */
int conf_pem_load(const char *path, const struct secret *certificate, struct secret *ret, struct conf_error *ret_error);

/* Lists (conf-list.c). */

/* Cuts the next entry out of *REST, without blanks around it; NULL after the last. An empty list has one empty entry. */
char *conf_list_next(char **rest);

/* Campaigns (conf-campaigns.c). */

/* "111:dbs, 112:laas", or nothing. ERR_INVALID for anything else, and for a number that stands twice. */
int conf_campaigns_read(const char *text, struct conf_campaigns *ret, struct conf_error *ret_error);
void conf_campaigns_write(const struct conf_campaigns *campaigns, FILE *out);
void conf_campaigns_done(struct conf_campaigns *campaigns);

/* Address blocks (conf-cidr.c). */

int conf_cidrs_read(const char *text, struct conf_cidrs *ret, struct conf_error *ret_error);
void conf_cidrs_write(const struct conf_cidrs *cidrs, FILE *out);
void conf_cidrs_done(struct conf_cidrs *cidrs);

#endif
