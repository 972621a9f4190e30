/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields, quoted where they must be.
 * Ctl layer.
 */
#include "ctl/csv.h"

#include <stdbool.h>
#include <string.h>

#include "base/err.h"

#define END_OF_LINE "\r\n"

static void put_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

/* NULL is no text. */
static void put_field(FILE *out, size_t column, const char *text)
{
	if (column > 0)
		fputc(',', out);
	if (!text)
		return;
	if (*text == '\0' || text[strcspn(text, ",\"\r\n")] != '\0')
		put_quoted(out, text);
	else
		fputs(text, out);
}

static void put_heading(FILE *out, const struct report *report)
{
	for (size_t i = 0; i < report_columns(report); i++)
		put_field(out, i, report_name(report, i));
	fputs(END_OF_LINE, out);
}

static void put_row(FILE *out, const struct report *report)
{
	for (size_t i = 0; i < report_columns(report); i++)
		put_field(out, i, report_kind(report, i) == REPORT_NULL ? NULL : report_text(report, i));
	fputs(END_OF_LINE, out);
}

int csv_write(FILE *out, struct report *report)
{
	put_heading(out, report);
	for (;;) {
		bool any = false;
		int r = report_next(report, &any);

		if (r < 0)
			return r;
		if (ferror(out))
			return ERR_IO;
		if (!any)
			return ERR_OK;
		put_row(out, report);
	}
}
