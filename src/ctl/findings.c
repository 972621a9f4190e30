/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Findings as they are written: a finding is held until the next one begins, since its advice comes after it.
 * Ctl layer.
 */
#include "ctl/findings.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/err.h"
#include "ctl/table.h"
#include "wire/table.h"

#define COLUMNS 3 /* level, subject, and all that is said */

struct findings {
	const struct console *console;
	struct table *table; /* NULL: JSON */
	size_t n_written;
	enum finding_level worst;
	int error; /* the first */

	char *subject;
	enum finding_level level;
	char *text;   /* NULL: no finding is held */
	char *advice; /* NULL: none */
};

DEFINE_CLEANUP(text, char *, free)

static const char *level_text(enum finding_level level)
{
	static const char *const texts[] = {
		[FINDING_OK] = "ok",
		[FINDING_LOOK] = "look",
		[FINDING_BAD] = "bad",
	};

	_Static_assert(ARRAY_SIZE(texts) == FINDING_LEVEL_MAX, "a text for each");
	return texts[level];
}

int findings_new(const struct console *console, bool json, struct findings **ret)
{
	struct findings *findings CLEANUP(findings_cleanup) = calloc(1, sizeof(*findings));

	if (!findings)
		return ERR_NOMEM;
	findings->console = console;
	int r = json ? ERR_OK : table_new(console, NULL, COLUMNS, &findings->table);

	if (r < 0)
		return r;
	*ret = findings;
	findings = NULL;
	return ERR_OK;
}

static void forget_text(char **text)
{
	free(*text);
	*text = NULL;
}

struct findings *findings_free(struct findings *findings)
{
	if (!findings)
		return NULL;
	table_free(findings->table);
	free(findings->subject);
	free(findings->text);
	free(findings->advice);
	free(findings);
	return NULL;
}

static int put_json(struct findings *findings)
{
	static const char *const names[] = { "level", "subject", "finding", "advice" };
	const struct wire_value values[] = {
		{ .kind = WIRE_TEXT, .text = level_text(findings->level) },
		{ .kind = WIRE_TEXT, .text = findings->subject },
		{ .kind = WIRE_TEXT, .text = findings->text },
		{ .kind = findings->advice ? WIRE_TEXT : WIRE_NULL, .text = findings->advice },
	};
	char *row CLEANUP(text_cleanup) = NULL;
	int r = wire_row_encode(names, values, ARRAY_SIZE(names), &row);

	if (r == ERR_OK)
		fprintf(findings->console->out, "%s%s", findings->n_written > 0 ? ",\n" : "[\n", row);
	return r;
}

static int put_text(struct findings *findings)
{
	char *said CLEANUP(text_cleanup) = NULL;
	const char *advice = findings->advice;

	if (asprintf(&said, "%s%s%s", findings->text, advice ? ". " : "", advice ? advice : "") < 0) {
		said = NULL;
		return ERR_NOMEM;
	}
	const char *level = level_text(findings->level);
	int r = table_add_styled(findings->table, level, style_of_word("level", level));

	if (r == ERR_OK)
		r = table_add(findings->table, findings->subject);
	return r < 0 ? r : table_add(findings->table, said);
}

/* Writes the finding that is held, if one is. */
static void put_held(struct findings *findings)
{
	if (findings->text && findings->error == ERR_OK) {
		findings->error = findings->table ? put_text(findings) : put_json(findings);
		findings->n_written++;
	}
	forget_text(&findings->text);
	forget_text(&findings->advice);
}

static void ATTR_PRINTF(3, 0) set_text(struct findings *findings, char **text, const char *fmt, va_list args)
{
	free(*text);
	if (vasprintf(text, fmt, args) >= 0)
		return;
	*text = NULL;
	if (findings->error == ERR_OK)
		findings->error = ERR_NOMEM;
}

void findings_about(struct findings *findings, const char *fmt, ...)
{
	va_list args;

	put_held(findings);
	va_start(args, fmt);
	set_text(findings, &findings->subject, fmt, args);
	va_end(args);
}

void findings_add(struct findings *findings, enum finding_level level, const char *fmt, ...)
{
	va_list args;

	put_held(findings);
	findings->level = level;
	if (level > findings->worst)
		findings->worst = level;
	va_start(args, fmt);
	set_text(findings, &findings->text, fmt, args);
	va_end(args);
}

void findings_advise(struct findings *findings, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_text(findings, &findings->advice, fmt, args);
	va_end(args);
}

int findings_end(struct findings *findings, enum finding_level *ret_worst)
{
	FILE *out = findings->console->out;

	put_held(findings);
	if (findings->error < 0)
		return findings->error;
	if (!findings->table)
		fputs(findings->n_written > 0 ? "\n]\n" : "[]\n", out);
	int r = findings->table ? table_flush(findings->table) : ERR_OK;

	if (r == ERR_OK && (fflush(out) != 0 || ferror(out)))
		r = ERR_IO;
	if (r == ERR_OK)
		*ret_worst = findings->worst;
	return r;
}
