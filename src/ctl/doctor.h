/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of claimctl doctor: each looks at one thing and adds what it finds.
 * Ctl layer: reads, and mends nothing. No secret gets into a finding.
 */
#ifndef CLAIMD_CTL_DOCTOR_H
#define CLAIMD_CTL_DOCTOR_H

#include <stdint.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ctl/findings.h"
#include "store/store.h"

/* The configuration and the files that it names (doctor-conf.c). FILE as conf_load() has it; *ret, the caller's, stays as
 * it is when it can't be loaded. */
void doctor_check_conf(struct findings *findings, struct wall now, const char *file, struct conf **ret);

/* The certificate and its key, of which both are set and can be read (doctor-tls.c). */
void doctor_check_tls(struct findings *findings, struct wall now, const struct conf_listen *listen);
/* Whether the certificate, which is set, is for this host of a URL: LEN bytes, with a port or without. */
void doctor_check_tls_host(struct findings *findings, const struct conf_listen *listen, const char *host, size_t len);

/* The database and the disk that it is on (doctor-database.c). *ret, the caller's, stays as it is when it can't be opened. */
void doctor_check_database(struct findings *findings, const char *path, struct store **ret);
void doctor_check_disk(struct findings *findings, const char *database);
enum finding_level doctor_disk_level(uint64_t free_bytes);

/* How each source fares (doctor-source.c). CONF is NULL when no configuration is known. */
void doctor_check_sources(struct findings *findings, struct wall now, const struct conf *conf, struct store *store);

/* What claimd has to do: messages that are not told, actions that do not end (doctor-work.c). */
void doctor_check_work(struct findings *findings, struct wall now, struct store *store);

/* What the doctor has found out about before. */
struct doctor_visit {
	const struct console *console;
	const struct conf *conf;
	struct store *store; /* NULL: the database can't be read */
};

/* The daemon, and through it the upstreams of all sources (doctor-daemon.c). */
void doctor_check_daemon(struct findings *findings, const struct doctor_visit *visit);

/* Whether a callback_url or a push URL will work, and what Yandex makes of it (doctor-url.c). CONF likewise. */
void doctor_check_url(struct findings *findings, const char *text, const struct conf *conf);

#endif
