/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values by kind: from text into a field, and back.
 * Conf layer.
 * Knows nothing of files and lines: the caller says where a value stands.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/decimal.h"
#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

/* A word that stands for a number. Of several words for one number the first is the one that is written. */
struct word {
	const char *name;
	int value;
};

static const struct word boolean_words[] = {
	{ "yes", true },
	{ "no", false },
	{ "true", true },
	{ "false", false },
	{ "on", true },
	{ "off", false },
	{ "1", true },
	{ "0", false },
};

static const struct word log_level_words[] = {
	{ "error", LOG_LEVEL_ERROR },
	{ "warning", LOG_LEVEL_WARNING },
	{ "notice", LOG_LEVEL_NOTICE },
	{ "info", LOG_LEVEL_INFO },
	{ "debug", LOG_LEVEL_DEBUG },
};

static const struct word on_illegal_words[] = {
	{ "hold", CONF_HOLD },
	{ "flag", CONF_FLAG },
};

static const struct word approve_words[] = {
	{ "operator", CONF_APPROVE_OPERATOR },
	{ "auto", CONF_APPROVE_AUTO },
};

static int find_value(const struct word *words, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(words[i].name, name) == 0)
			return words[i].value;
	return -1;
}

static const char *find_name(const struct word *words, size_t n, int value)
{
	for (size_t i = 0; i < n; i++)
		if (words[i].value == value)
			return words[i].name;
	return "";
}

/* Readers: the text is expanded, and not empty unless the key may be empty. */

static int store_text(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	char **place = field;

	if (key->max > 0 && strlen(text) > (size_t)key->max)
		return conf_fail(ret_error, ERR_INVALID, "it is %zu bytes long; at most %" PRId64 " are possible",
			strlen(text), key->max);

	char *copy = strdup(text);

	if (!copy)
		return conf_fail_nomem(ret_error);
	free(*place);
	*place = copy;
	return 0;
}

/* The value is not repeated in the error: it may be a secret that was taken for its file. */
static int read_path(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	if (*text != '\0' && *text != '/')
		return conf_fail(ret_error, ERR_INVALID, "the value is not an absolute path; begin it with a slash");
	return store_text(key, text, field, ret_error);
}

static int read_url(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	int r = *text != '\0' ? conf_url_check(text, ret_error) : 0;

	return r < 0 ? r : store_text(key, text, field, ret_error);
}

static int read_base_url(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	int r = read_url(key, text, field, ret_error);

	if (r < 0)
		return r;

	char *url = *(char **)field;

	for (size_t len = strlen(url); len > 0 && url[len - 1] == '/'; len--)
		url[len - 1] = '\0';
	return 0;
}

static int read_address(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	struct address ignored;
	const char *why;

	if (address_parse(text, &ignored, &why) < 0)
		return conf_fail(ret_error, ERR_INVALID, "\"%s\" is not an address; %s", text, why);
	return store_text(key, text, field, ret_error);
}

static int read_boolean(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	int value = find_value(boolean_words, ARRAY_SIZE(boolean_words), text);

	(void)key;
	if (value < 0)
		return conf_fail(ret_error, ERR_INVALID, "\"%s\" is neither yes nor no", text);
	*(bool *)field = value != 0;
	return 0;
}

static int read_integer(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	char *end;

	errno = 0;

	long long value = strtoll(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < key->min || value > key->max)
		return conf_fail(ret_error, ERR_INVALID, "\"%s\" is not a whole number from %" PRId64 " to %" PRId64,
			text, key->min, key->max);
	*(int64_t *)field = value;
	return 0;
}

static int read_id(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	if (*text != '\0')
		return read_integer(key, text, field, ret_error);
	*(int64_t *)field = 0;
	return 0;
}

static int read_campaigns(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	struct conf_campaigns *place = field, fresh;
	int r = conf_campaigns_read(text, &fresh, ret_error);

	(void)key;
	if (r < 0)
		return r;
	conf_campaigns_done(place);
	*place = fresh;
	return 0;
}

static int read_quantity(const struct conf_key *key, const struct conf_measure *measure, const char *text, int64_t *ret,
	struct conf_error *ret_error)
{
	char min[CONF_QUANTITY_SIZE], max[CONF_QUANTITY_SIZE];
	int64_t value;
	int r = conf_quantity_read(measure, text, &value, ret_error);

	if (r < 0)
		return r;
	if (value < key->min || value > key->max) {
		conf_quantity_format(measure, key->min, min);
		conf_quantity_format(measure, key->max, max);
		return conf_fail(
			ret_error, ERR_INVALID, "\"%s\" is out of range; it goes from %s to %s", text, min, max);
	}
	*ret = value;
	return 0;
}

static int read_duration(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	return read_quantity(key, &conf_durations, text, field, ret_error);
}

static int read_size(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	return read_quantity(key, &conf_sizes, text, field, ret_error);
}

static int read_range(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	CLEANUP(text_cleanup) char *copy = strdup(text);
	struct conf_range range = { 0 };

	if (!copy)
		return conf_fail_nomem(ret_error);

	char *dots = strstr(copy, "..");
	const char *max = copy;

	if (dots) {
		max = dots + 2 + strspn(dots + 2, " \t");
		*dots = '\0';
		while (dots > copy && (dots[-1] == ' ' || dots[-1] == '\t'))
			*--dots = '\0';
	}

	int r = read_duration(key, copy, &range.min_us, ret_error);

	if (r == 0)
		r = read_duration(key, max, &range.max_us, ret_error);
	if (r < 0)
		return r;
	if (range.min_us > range.max_us)
		return conf_fail(ret_error, ERR_INVALID, "\"%s\" ends before it begins; write %s..%s", text, max, copy);
	*(struct conf_range *)field = range;
	return 0;
}

static int read_log_level(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	int value = find_value(log_level_words, ARRAY_SIZE(log_level_words), text);

	(void)key;
	if (value < 0)
		return conf_fail(
			ret_error, ERR_INVALID, "\"%s\" is none of error, warning, notice, info and debug", text);
	*(enum log_level *)field = (enum log_level)value;
	return 0;
}

static int read_on_illegal(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	int value = find_value(on_illegal_words, ARRAY_SIZE(on_illegal_words), text);

	(void)key;
	if (value < 0)
		return conf_fail(ret_error, ERR_INVALID, "\"%s\" is neither hold nor flag", text);
	*(enum conf_on_illegal *)field = (enum conf_on_illegal)value;
	return 0;
}

static int read_approve(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	int value = find_value(approve_words, ARRAY_SIZE(approve_words), text);

	(void)key;
	if (value < 0)
		return conf_fail(ret_error, ERR_INVALID, "\"%s\" is neither operator nor auto", text);
	*(enum conf_approve *)field = (enum conf_approve)value;
	return 0;
}

static int read_decimal(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	int64_t ignored;

	if (*text != '\0' && decimal_parse(text, &ignored) < 0)
		return conf_fail(ret_error, ERR_INVALID,
			"\"%s\" is not an amount; write digits and at most four more behind a point, like 1500 or 1738.80", text);
	return store_text(key, text, field, ret_error);
}

static int read_cidrs(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	struct conf_cidrs *place = field, fresh;
	int r = conf_cidrs_read(text, &fresh, ret_error);

	(void)key;
	if (r < 0)
		return r;
	conf_cidrs_done(place);
	*place = fresh;
	return 0;
}

/* Writers. */

static void write_text(const void *field, FILE *out)
{
	fputs(*(char *const *)field, out);
}

static void write_boolean(const void *field, FILE *out)
{
	fputs(find_name(boolean_words, ARRAY_SIZE(boolean_words), *(const bool *)field), out);
}

static void write_integer(const void *field, FILE *out)
{
	fprintf(out, "%" PRId64, *(const int64_t *)field);
}

static void write_id(const void *field, FILE *out)
{
	if (*(const int64_t *)field != 0)
		write_integer(field, out);
}

static void write_quantity(const struct conf_measure *measure, int64_t value, FILE *out)
{
	char text[CONF_QUANTITY_SIZE];

	conf_quantity_format(measure, value, text);
	fputs(text, out);
}

static void write_duration(const void *field, FILE *out)
{
	write_quantity(&conf_durations, *(const int64_t *)field, out);
}

static void write_size(const void *field, FILE *out)
{
	write_quantity(&conf_sizes, *(const int64_t *)field, out);
}

static void write_range(const void *field, FILE *out)
{
	const struct conf_range *range = field;

	write_quantity(&conf_durations, range->min_us, out);
	if (range->max_us != range->min_us) {
		fputs("..", out);
		write_quantity(&conf_durations, range->max_us, out);
	}
}

static void write_log_level(const void *field, FILE *out)
{
	fputs(find_name(log_level_words, ARRAY_SIZE(log_level_words), (int)*(const enum log_level *)field), out);
}

static void write_on_illegal(const void *field, FILE *out)
{
	fputs(find_name(on_illegal_words, ARRAY_SIZE(on_illegal_words), (int)*(const enum conf_on_illegal *)field),
		out);
}

static void write_approve(const void *field, FILE *out)
{
	fputs(find_name(approve_words, ARRAY_SIZE(approve_words), (int)*(const enum conf_approve *)field), out);
}

static void write_cidrs(const void *field, FILE *out)
{
	conf_cidrs_write(field, out);
}

static void write_campaigns(const void *field, FILE *out)
{
	conf_campaigns_write(field, out);
}

/* Kinds. */

static void done_text(void *field)
{
	free(*(char **)field);
	*(char **)field = NULL;
}

static void done_cidrs(void *field)
{
	conf_cidrs_done(field);
}

static void done_campaigns(void *field)
{
	conf_campaigns_done(field);
}

static const struct kind {
	const char *form;
	int (*read)(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error);
	void (*write)(const void *field, FILE *out);
	void (*done)(void *field); /* NULL: holds nothing */
} kinds[] = {
	[CONF_KIND_TEXT] = { "text", store_text, write_text, done_text },
	[CONF_KIND_PATH] = { "path", read_path, write_text, done_text },
	[CONF_KIND_LATE_PATH] = { "path", read_path, write_text, done_text },
	[CONF_KIND_URL] = { "URL", read_url, write_text, done_text },
	[CONF_KIND_BASE_URL] = { "URL", read_base_url, write_text, done_text },
	[CONF_KIND_ADDRESS] = { "address", read_address, write_text, done_text },
	[CONF_KIND_BOOLEAN] = { "yes | no", read_boolean, write_boolean, NULL },
	[CONF_KIND_INTEGER] = { "number", read_integer, write_integer, NULL },
	[CONF_KIND_DURATION] = { "duration", read_duration, write_duration, NULL },
	[CONF_KIND_RANGE] = { "duration..duration", read_range, write_range, NULL },
	[CONF_KIND_SIZE] = { "size", read_size, write_size, NULL },
	[CONF_KIND_LOG_LEVEL] = { "error | warning | notice | info | debug", read_log_level, write_log_level, NULL },
	[CONF_KIND_ON_ILLEGAL] = { "hold | flag", read_on_illegal, write_on_illegal, NULL },
	[CONF_KIND_APPROVE] = { "operator | auto", read_approve, write_approve, NULL },
	[CONF_KIND_DECIMAL] = { "amount", read_decimal, write_text, done_text },
	[CONF_KIND_CIDRS] = { "network, ...", read_cidrs, write_cidrs, done_cidrs },
	[CONF_KIND_ID] = { "number", read_id, write_id, NULL },
	[CONF_KIND_CAMPAIGNS] = { "campaign:model, ...", read_campaigns, write_campaigns, done_campaigns },
};

_Static_assert(ARRAY_SIZE(kinds) == CONF_KIND_MAX, "a row for each kind");

const char *conf_key_form(const struct conf_key *key)
{
	return kinds[key->kind].form;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What a file could not hold, or what is surely not meant. */
static int check_characters(const char *text, struct conf_error *ret_error)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return conf_fail(ret_error, ERR_INVALID, "there is a control character in the value");
		if (is_blank(text[i]) && (text[i + 1] == '#' || text[i + 1] == ';'))
			return conf_fail(ret_error, ERR_INVALID,
				"there is a '%c' in the value; a comment behind a value begins with ';'", text[i + 1]);
	}
	if (len >= 2 && text[0] == '"' && text[len - 1] == '"')
		return conf_fail(ret_error, ERR_INVALID, "the value is in quotes; leave them out");
	return 0;
}

int conf_value_read(const struct conf_key *key, const char *text, void *field, struct conf_error *ret_error)
{
	CLEANUP(text_cleanup) char *expanded = NULL;
	int r = conf_expand(text, &expanded, ret_error);

	if (r == ERR_NOT_FOUND && key->kind == CONF_KIND_LATE_PATH)
		return store_text(key, text, field, ret_error);
	if (r < 0)
		return r == ERR_NOT_FOUND ? ERR_INVALID : r;
	if (*expanded == '\0' && *key->fallback != '\0')
		return conf_fail(ret_error, ERR_INVALID, "the value is empty; leave the line out for the default, %s",
			key->fallback);
	r = check_characters(expanded, ret_error);
	return r < 0 ? r : kinds[key->kind].read(key, expanded, field, ret_error);
}

void conf_value_write(const struct conf_key *key, const void *field, FILE *out)
{
	kinds[key->kind].write(field, out);
}

void conf_value_done(const struct conf_key *key, void *field)
{
	if (kinds[key->kind].done)
		kinds[key->kind].done(field);
}

bool conf_key_format_limits(
	const struct conf_key *key, char ret_min[static CONF_QUANTITY_SIZE], char ret_max[static CONF_QUANTITY_SIZE])
{
	switch (key->kind) {
	case CONF_KIND_TEXT:
	case CONF_KIND_PATH:
	case CONF_KIND_LATE_PATH:
	case CONF_KIND_URL:
	case CONF_KIND_BASE_URL:
	case CONF_KIND_ADDRESS:
	case CONF_KIND_BOOLEAN:
	case CONF_KIND_LOG_LEVEL:
	case CONF_KIND_ON_ILLEGAL:
	case CONF_KIND_APPROVE:
	case CONF_KIND_DECIMAL:
	case CONF_KIND_CIDRS:
	case CONF_KIND_ID:
	case CONF_KIND_CAMPAIGNS:
	case CONF_KIND_MAX:
		return false;
	case CONF_KIND_INTEGER:
		(void)snprintf(ret_min, CONF_QUANTITY_SIZE, "%" PRId64, key->min);
		(void)snprintf(ret_max, CONF_QUANTITY_SIZE, "%" PRId64, key->max);
		return true;
	case CONF_KIND_DURATION:
	case CONF_KIND_RANGE:
		conf_quantity_format(&conf_durations, key->min, ret_min);
		conf_quantity_format(&conf_durations, key->max, ret_max);
		return true;
	case CONF_KIND_SIZE:
		conf_quantity_format(&conf_sizes, key->min, ret_min);
		conf_quantity_format(&conf_sizes, key->max, ret_max);
		return true;
	}
	return false;
}
