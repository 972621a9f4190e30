/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One configuration file, read line by line with libinih.
 * Conf layer. libinih splits a line into key and value. Sections and line numbers are kept here, because the
 * library reports neither an empty section nor the line. What it would misread in silence never reaches it: of a line
 * longer than its buffer it gets the key alone, an indented line, which it would take for more of the value before, loses
 * its indentation.
 */
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

#define BOM "\xef\xbb\xbf"

struct reader {
	struct conf *conf;
	struct conf_error *error;
	int result; /* the first error stops all */
	FILE *stream;
	char *text; /* getline()'s */
	size_t size;
	const char *value; /* of a line that is longer than the library's buffer; NULL: the library has it */
	unsigned line; /* 0: the trouble is with the file as a whole */
	size_t file;   /* index among the configuration's files */
	bool in_section;
	enum conf_section type;
	void *section;
};

static void reader_done(struct reader *reader)
{
	free(reader->text);
	if (reader->stream)
		(void)fclose(reader->stream);
}

static int note_origin(struct reader *reader, const struct conf_key *key)
{
	const struct conf_origin origin = {
		.section = reader->section,
		.key = key,
		.file = reader->file,
		.line = reader->line,
	};

	return conf_origins_add(reader->conf->origins, &origin) < 0 ? conf_fail_nomem(reader->error) : 0;
}

/* Where the key, or with NULL the current section, stood earlier in this file; 0: nowhere. */
static unsigned earlier_line(const struct reader *reader, const struct conf_key *key)
{
	const struct conf_origin *origin = conf_origins_find(reader->conf->origins, reader->section, key);

	return origin && origin->file == reader->file ? origin->line : 0;
}

static bool is_section_name(const char *name)
{
	size_t len = strspn(name, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-");

	return len > 0 && len < CONF_NAME_SIZE && name[len] == '\0';
}

static int take_named(struct reader *reader, const char *type, const char *name)
{
	struct conf_source *source;

	if (*name == '\0')
		return conf_fail(reader->error, ERR_INVALID, "[%s] needs a name, as in [%s main]", type, type);
	if (!is_section_name(name))
		return conf_fail(reader->error, ERR_INVALID,
			"'%s' can't name a section; take 1 to %d of the characters 0-9 A-Z a-z _ -", name,
			CONF_NAME_SIZE - 1);

	int r = conf_source_take(reader->conf, reader->type, name, &source, reader->error);

	if (r == 0)
		reader->section = source;
	return r;
}

static int take_single(struct reader *reader, const char *type, const char *name)
{
	if (*name != '\0')
		return conf_fail(reader->error, ERR_INVALID, "[%s] takes no name; write [%s]", type, type);
	reader->section = conf_section_single(reader->conf, reader->type);
	return 0;
}

static int find_section_type(struct reader *reader, const char *type)
{
	for (enum conf_section i = 0; i < CONF_SECTION_MAX; i++) {
		if (strcmp(conf_section_types[i].name, type) == 0) {
			reader->type = i;
			return 0;
		}
	}
	return conf_section_fail_unknown(type, reader->error);
}

static int open_section(struct reader *reader, const char *type, const char *name)
{
	int r = find_section_type(reader, type);

	if (r < 0)
		return r;
	r = conf_section_types[reader->type].named ? take_named(reader, type, name) : take_single(reader, type, name);
	if (r < 0)
		return r;

	unsigned line = earlier_line(reader, NULL);

	if (line > 0)
		return conf_fail(reader->error, ERR_INVALID,
			"[%s%s%s] stands already in line %u; put its keys together", type, *name ? " " : "", name,
			line);
	reader->in_section = true;
	return note_origin(reader, NULL);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *trim(char *text)
{
	while (is_blank(*text))
		text++;

	size_t len = strlen(text);

	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* HEADER begins with '['; it is a copy that may be cut up. */
static int take_header(struct reader *reader, char *header)
{
	char *end = strchr(header, ']');

	if (!end)
		return conf_fail(reader->error, ERR_INVALID, "the section's closing ']' is missing");

	const char *rest = trim(end + 1);

	if (*rest != '\0' && *rest != ';' && *rest != '#')
		return conf_fail(reader->error, ERR_INVALID,
			"'%s' stands behind the section's ']'; put it in a line of its own", rest);
	*end = '\0';

	char *type = trim(header + 1);
	char *name = type + strcspn(type, " \t");

	if (*name != '\0')
		*name++ = '\0';
	return open_section(reader, type, trim(name));
}

static int take_value(struct reader *reader, const char *name, const char *value)
{
	const struct conf_key *key = conf_key_find(reader->type, name);

	if (!key)
		return conf_key_fail_unknown(reader->type, name, reader->error);

	unsigned line = earlier_line(reader, key);

	if (line > 0)
		return conf_fail(
			reader->error, ERR_INVALID, "'%s' is set already in line %u; keep one of the two", name, line);

	int r = conf_value_read(key, value, conf_key_field(key, reader->section), reader->error);

	if (r < 0) {
		conf_error_prefix(reader->error, "%s: ", name);
		return r;
	}
	return note_origin(reader, key);
}

static int fail_form(struct conf_error *ret_error)
{
	return conf_fail(ret_error, ERR_INVALID, "the line is neither 'key = value' nor '[section]'");
}

/* The library's call for each key; 0 tells it of an error. */
static int on_key(void *cls, const char *section, const char *name, const char *value)
{
	struct reader *reader = cls;

	(void)section; /* cut off at 49 bytes by the library */
	if (reader->result < 0)
		return 0;
	if (*name == '\0' || strpbrk(name, " \t"))
		reader->result = fail_form(reader->error);
	else if (!reader->in_section)
		reader->result = conf_fail(reader->error, ERR_INVALID,
			"'%s' stands before any section; begin with [daemon] or another one", name);
	else
		reader->result = take_value(reader, name, reader->value ? reader->value : value);
	return reader->result == 0;
}

static int check_bytes(struct reader *reader, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\t') || text[i] == 0x7f)
			return conf_fail(reader->error, ERR_INVALID, "there is a control character in the line");
	return 0;
}

/* As the library does. */
static void cut_comment(char *value)
{
	char *at = strchr(value, ';');

	while (at && (at == value || !is_blank(at[-1])))
		at = strchr(at + 1, ';');
	if (at)
		*at = '\0';
}

/* Copies what stands before the value to RET, which has room for SIZE. */
static int take_long_line(struct reader *reader, char *text, char *ret, size_t size)
{
	size_t len = strcspn(text, "=:");

	if (text[len] == '\0' || len + 1 >= size)
		return fail_form(reader->error);
	memcpy(ret, text, len + 1);
	ret[len + 1] = '\0';
	text += len + 1;
	cut_comment(text);
	reader->value = trim(text);
	return 0;
}

/* Prepares the line that was read, LEN bytes, and copies to RET, which has room for SIZE, what is the library's of it. */
static int take_line(struct reader *reader, size_t len, char *ret, size_t size)
{
	char *text = reader->text;

	while (len > 0 && strchr("\r\n", text[len - 1]) && text[len - 1] != '\0')
		text[--len] = '\0';

	int r = check_bytes(reader, text, len);

	if (r < 0)
		return r;
	if (reader->line == 1 && strncmp(text, BOM, strlen(BOM)) == 0)
		text += strlen(BOM);
	text = trim(text);
	reader->value = NULL;
	*ret = '\0';
	if (*text == ';' || *text == '#')
		return 0;
	if (*text == '[')
		return take_header(reader, text);
	if (strlen(text) >= size)
		return take_long_line(reader, text, ret, size);
	memcpy(ret, text, strlen(text) + 1);
	return 0;
}

/* The library's call for each line, as fgets(): NULL ends it. A full buffer would look like a line cut in two, so
 * one byte stays free. */
static char *on_line(char *ret, int size, void *cls)
{
	struct reader *reader = cls;

	if (reader->result < 0)
		return NULL;
	errno = 0;

	ssize_t n = getline(&reader->text, &reader->size, reader->stream);

	if (n < 0) {
		if (!feof(reader->stream)) {
			reader->result =
				conf_fail(reader->error, ERR_INVALID, "the file can't be read: %s", strerror(errno));
			reader->line = 0;
		}
		return NULL;
	}
	reader->line++;
	reader->result = take_line(reader, (size_t)n, ret, (size_t)size - 1);
	return reader->result < 0 ? NULL : ret;
}

static int parse(struct reader *reader, const char *path)
{
	int bad_line = ini_parse_stream(on_line, reader, on_key, reader);

	/* The library goes on after a line that it can't split, so our own error may be a later one. */
	if (bad_line > 0 && (reader->result == 0 || (unsigned)bad_line < reader->line)) {
		reader->result = fail_form(reader->error);
		reader->line = (unsigned)bad_line;
	}
	if (bad_line < 0 && reader->result == 0)
		reader->result = conf_fail_nomem(reader->error);
	if (reader->result < 0 && reader->line > 0)
		conf_error_prefix(reader->error, "%s:%u: ", path, reader->line);
	else if (reader->result < 0)
		conf_error_prefix(reader->error, "%s: ", path);
	return reader->result;
}

int conf_file_read(struct conf *conf, const char *path, struct conf_error *ret_error)
{
	CLEANUP(reader_done) struct reader reader = { .conf = conf, .error = ret_error };

	reader.stream = fopen(path, "re");
	if (!reader.stream && errno == ENOENT)
		return conf_fail(ret_error, ERR_NOT_FOUND,
			"%s: there is no such file; write it, or name another one with -c", path);
	if (!reader.stream)
		return conf_fail(ret_error, ERR_NOT_FOUND, "%s: the file can't be opened: %s", path, strerror(errno));
	if (conf_origins_add_file(conf->origins, path) < 0)
		return conf_fail_nomem(ret_error);
	reader.file = conf->origins->n_files - 1;
	return parse(&reader, path);
}
