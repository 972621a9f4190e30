/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model's words back from the text that a table holds.
 * Store layer, private to it. Writing uses the model's own texts; an unknown word can only come from a foreign hand
 * and reads as the safest value.
 */
#ifndef CLAIMD_STORE_WORDS_H
#define CLAIMD_STORE_WORDS_H

#include "model/timeline.h"

enum via words_via(const char *text);         /* VIA_SWEEP for an unknown one */
enum verdict words_verdict(const char *text); /* VERDICT_SAME for an unknown one: it then applies nothing */

/* Of a violation's state; RULING_NONE for NULL and for an unknown one. */
enum ruling words_ruling(const char *text);

/* A column that is NULL where there is no model. */
const struct model *words_model(const char *text); /* NULL for NULL and for an unknown one */
const char *words_model_text(const struct model *model);

#endif
