/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables of colours and of words, and how wide a text is.
 * Ctl layer. The escapes are ECMA-48's SGR with the eight colours that every terminal has, so that its own palette decides
 * how they look.
 */
#include "ctl/style.h"

#include <ctype.h>
#include <string.h>
#include <wchar.h>

#include "base/attr.h"

#define ESCAPE '\033'
#define ESCAPE_RESET "\033[0m"

/* The last 1/NEAR of a window's time. */
#define NEAR 5

static const char *escape_of(enum style style)
{
	static const char *const escapes[] = {
		[STYLE_PLAIN] = "",
		[STYLE_HEADING] = "\033[1m",
		[STYLE_FAINT] = "\033[2m",
		[STYLE_GOOD] = "\033[32m",
		[STYLE_LOOK] = "\033[33m",
		[STYLE_BAD] = "\033[31m",
		[STYLE_PHASE + PHASE_CREATE] = "\033[36m",
		[STYLE_PHASE + PHASE_SEARCH] = "\033[1;36m",
		[STYLE_PHASE + PHASE_PICKUP] = "\033[34m",
		[STYLE_PHASE + PHASE_DELIVERY] = "\033[1;34m",
		[STYLE_PHASE + PHASE_RETURN] = "\033[35m",
		[STYLE_PHASE + PHASE_END] = "\033[32m",
		[STYLE_PHASE + PHASE_ERROR] = "\033[31m",
		[STYLE_PHASE + PHASE_CANCEL] = "\033[2m",
	};

	_Static_assert(ARRAY_SIZE(escapes) == STYLE_MAX, "an escape for each");
	return escapes[style];
}

enum style style_of_phase(const char *phase)
{
	for (enum phase i = 0; phase && i < PHASE_MAX; i++)
		if (strcmp(phase_text(i), phase) == 0)
			return STYLE_PHASE + i;
	return STYLE_PLAIN;
}

enum style style_of_status(const struct model *model, const char *status)
{
	int node = model && status ? model_status(model, status) : STATUS_UNKNOWN;

	return node == STATUS_UNKNOWN ? STYLE_PLAIN : STYLE_PHASE + model->statuses[node].phase;
}

struct word {
	const char *column;
	const char *word;
	enum style style;
};

static const struct word words[] = {
	{ "verdict", "illegal", STYLE_BAD },
	{ "verdict", "late", STYLE_BAD },
	{ "verdict", "unknown", STYLE_BAD },
	{ "verdict", "gap", STYLE_LOOK },
	{ "held", "yes", STYLE_BAD },
	{ "outcome", "met", STYLE_GOOD },
	{ "outcome", "late", STYLE_BAD },
	{ "outcome", "expired", STYLE_BAD },
	/* Of sources, violations, notifications and messages: no two of them mean different things by a word. */
	{ "state", "ok", STYLE_GOOD },
	{ "state", "limited", STYLE_LOOK },
	{ "state", "silent", STYLE_LOOK },
	{ "state", "locked_out", STYLE_BAD },
	{ "state", "open", STYLE_BAD },
	{ "state", "pending", STYLE_LOOK },
	{ "state", "rejected", STYLE_BAD },
	{ "state", "failing", STYLE_BAD },
	{ "result", "done", STYLE_GOOD },
	{ "result", "refused", STYLE_BAD },
	{ "result", "rejected", STYLE_BAD },
	{ "result", "not_done", STYLE_BAD },
	{ "result", "in_doubt", STYLE_LOOK },
	/* Of what doctor finds. */
	{ "level", "ok", STYLE_GOOD },
	{ "level", "look", STYLE_LOOK },
	{ "level", "bad", STYLE_BAD },
};

enum style style_of_word(const char *column, const char *word)
{
	for (size_t i = 0; word && i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].column, column) == 0 && strcmp(words[i].word, word) == 0)
			return words[i].style;
	return STYLE_PLAIN;
}

enum style style_of_window(int64_t left_us, int64_t length_us)
{
	if (left_us <= 0)
		return STYLE_BAD;
	return left_us <= length_us / NEAR ? STYLE_LOOK : STYLE_PLAIN;
}

void style_put(const struct console *console, enum style style, const char *text)
{
	bool coloured = console->colour && style != STYLE_PLAIN;

	fprintf(console->out, "%s%s%s", coloured ? escape_of(style) : "", text, coloured ? ESCAPE_RESET : "");
}

/* Those of ASCII, and those that begin with 0xC2 in UTF-8. */
void style_tame(char *text)
{
	for (; *text; text++) {
		unsigned char next = (unsigned char)text[1];

		if (iscntrl((unsigned char)*text))
			*text = '?';
		else if ((unsigned char)*text == 0xC2 && next >= 0x80 && next < 0xA0)
			text[0] = text[1] = '?';
	}
}

/* The bytes of the escape at the start of TEXT, 0 when there is none. */
static size_t escape_len(const char *text)
{
	size_t len = text[0] == ESCAPE ? strcspn(text, "m") : 0;

	return len > 0 && text[len] ? len + 1 : len;
}

/* The bytes of the character at the start of TEXT, and its columns. What the locale can't read is counted as UTF-8 that
 * fills one column a character. */
static size_t char_len(const char *text, size_t *ret_columns)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t len = mbrtowc(&wide, text, strlen(text), &state);
	bool read = len != 0 && len != (size_t)-1 && len != (size_t)-2;
	int columns = read ? wcwidth(wide) : -1;

	*ret_columns = columns >= 0 ? (size_t)columns : ((unsigned char)*text & 0xC0) != 0x80;
	return columns >= 0 ? len : 1;
}

/* The bytes of TEXT that fill at most LIMIT columns; *ret_columns: how many they fill. */
static size_t measure(const char *text, size_t limit, size_t *ret_columns)
{
	const char *at = text;
	size_t filled = 0;

	while (*at) {
		size_t columns = 0;
		size_t len = escape_len(at);

		if (len == 0)
			len = char_len(at, &columns);
		if (filled + columns > limit)
			break;
		filled += columns;
		at += len;
	}
	*ret_columns = filled;
	return (size_t)(at - text);
}

size_t style_width(const char *text)
{
	size_t columns;

	measure(text, SIZE_MAX, &columns);
	return columns;
}

size_t style_fit(const char *text, size_t columns)
{
	size_t filled;

	return measure(text, columns, &filled);
}
