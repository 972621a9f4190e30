/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log lines to standard error; under systemd each carries its level as a "<N>" prefix (sd-daemon(3)), and one with fields is an entry
 * of the journal's own protocol instead.
 * Base layer. Only worker, listener and the programs log; lower layers return codes (each error is
 * told once, by who knows the subject). No secret and no personal data ever has a format path here.
 */
#ifndef CLAIMD_BASE_LOG_H
#define CLAIMD_BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/attr.h"

/* The values are syslog's, which the "<N>" prefix needs. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* NAME ("claimd") begins each line on a terminal. Lines above LEVEL are dropped. NAME is kept, not copied. */
void log_open(const char *name, enum log_level level);
void log_set_level(enum log_level level);

void log_error(const char *fmt, ...) ATTR_PRINTF(1, 2);
void log_warning(const char *fmt, ...) ATTR_PRINTF(1, 2);
void log_notice(const char *fmt, ...) ATTR_PRINTF(1, 2);
void log_info(const char *fmt, ...) ATTR_PRINTF(1, 2);
void log_debug(const char *fmt, ...) ATTR_PRINTF(1, 2);

/* What a line is about, for the journal; a VALUE of NULL or "" leaves the field out. */
struct log_field {
	const char *name; /* capital letters, digits and _; NULL ends the list */
	const char *value;
};

/* How many a line may have. */
#define LOG_FIELDS_MAX 32

/* Whether lines of LEVEL are told. */
bool log_is_told(enum log_level level);

/* Tells a line whatever the level of the log is. In the journal it is an entry with FIELDS; elsewhere these are dropped. NULL: none. */
void log_entry(enum log_level level, const struct log_field *fields, const char *fmt, va_list args) ATTR_PRINTF(3, 0);

#endif
