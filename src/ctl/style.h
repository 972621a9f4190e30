/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a value means to the eye: the one home of colours, and of which word has which.
 * Ctl layer. Only a console with `colour` set is ever written escapes to.
 */
#ifndef CLAIMD_CTL_STYLE_H
#define CLAIMD_CTL_STYLE_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/console.h"
#include "model/graph.h"

enum style {
	STYLE_PLAIN,
	STYLE_HEADING,
	STYLE_FAINT,
	STYLE_GOOD,
	STYLE_LOOK, /* worth a look */
	STYLE_BAD,
	STYLE_PHASE, /* + enum phase: a status by its phase */
	STYLE_MAX = STYLE_PHASE + PHASE_MAX,
};

/* Of a phase by its name, and of a status by the phase that its model gives it; STYLE_PLAIN for what is not known. */
enum style style_of_phase(const char *phase);
enum style style_of_status(const struct model *model, const char *status);

/* Of a word in a view's column of that name: a verdict, an outcome, a state, a result. STYLE_PLAIN for most. */
enum style style_of_word(const char *column, const char *word);

/* Of an open window's time left, which counts on below 0: near its end is the last fifth of LENGTH, 2 minutes of an
 * approval's 10. */
enum style style_of_window(int64_t left_us, int64_t length_us);

/* Writes TEXT in a style to the console's out. */
void style_put(const struct console *console, enum style style, const char *text);

/* Makes a text from outside fit for a terminal: a control character, which could drive it, becomes "?". */
void style_tame(char *text);

/* The columns of a terminal that TEXT fills, escapes not counted. */
size_t style_width(const char *text);

/* The bytes of TEXT that fill at most COLUMNS, escapes not counted; all escapes that follow at once belong to them. */
size_t style_fit(const char *text, size_t columns);

#endif
