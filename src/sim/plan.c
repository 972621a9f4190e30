/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads steps.
 * Simulator, pure.
 * Plays nothing: world.c does.
 */
#include "sim/plan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "sim/span.h"

#define REPEATS_MAX 1000

#define DIGITS "0123456789"
#define SMALL "abcdefghijklmnopqrstuvwxyz_"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ_" DIGITS

/* A place in a text, and the word that was taken last. */
struct reader {
	const char *at;
	const char *end;
	const char *word;
	size_t word_len;
};

/* One step of a text, of either kind; what both have stands in `step`. */
struct item {
	struct plan_step step;
	bool is_edit;
	enum plan_edit_kind kind;
	char price[DECIMAL_SIZE];
};

const struct model *plan_model(const struct plan *plan)
{
	return plan->model ? plan->model : &model_claims;
}

static bool is_of_claim(const struct plan *plan)
{
	return plan_model(plan) == &model_claims;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes the next word; false, with an empty word, at the end. */
static bool next_word(struct reader *reader)
{
	while (reader->at < reader->end && is_blank(*reader->at))
		reader->at++;
	reader->word = reader->at;
	while (reader->at < reader->end && !is_blank(*reader->at))
		reader->at++;
	reader->word_len = (size_t)(reader->at - reader->word);
	return reader->word_len > 0;
}

static bool word_is(const struct reader *reader, const char *text)
{
	return reader->word_len == strlen(text) && memcmp(reader->word, text, reader->word_len) == 0;
}

/* Takes "+SPAN" or "at SPAN" if it stands there, and the word behind it. */
static int read_when(struct reader *reader, struct plan_step *step, const char **ret_why)
{
	size_t skip = 0;

	if (word_is(reader, "at")) {
		step->when = PLAN_ENTRY;
		next_word(reader);
	} else if (reader->word_len > 0 && reader->word[0] == '+') {
		step->when = PLAN_AFTER;
		skip = 1;
	} else {
		return 0;
	}
	if (span_parse(reader->word + skip, reader->word_len - skip, &step->us) < 0) {
		*ret_why = "a time must read as 300ms, 1.5s, 10min, 2h or 1d";
		return ERR_INVALID;
	}
	next_word(reader);
	return 0;
}

/* How many of the LEN bytes are of CHARACTERS, from the first on. */
static size_t span_of(const char *text, size_t len, const char *characters)
{
	size_t n = 0;

	while (n < len && text[n] != '\0' && strchr(characters, text[n]))
		n++;
	return n;
}

/* STATUS/SUBSTATUS */
static bool is_order_status(const char *text, size_t len)
{
	size_t n = span_of(text, len, CAPITALS);
	size_t behind = n + 1 < len ? len - n - 1 : 0;

	return n > 0 && behind > 0 && text[n] == '/' && span_of(text + n + 1, behind, CAPITALS) == behind;
}

static int read_status(const struct reader *reader, bool of_claim, struct plan_step *step, const char **ret_why)
{
	size_t len = reader->word_len;
	bool fits = len > 0 && len < sizeof(step->status);

	if (of_claim && !(fits && span_of(reader->word, len, SMALL) == len)) {
		*ret_why = "a step must name a status of at most 127 lower-case letters and underscores";
		return ERR_INVALID;
	}
	if (!of_claim && !(fits && is_order_status(reader->word, len))) {
		*ret_why = "a step of an order must be update, ask, unask or a STATUS/SUBSTATUS of at most 127 capitals";
		return ERR_INVALID;
	}
	memcpy(step->status, reader->word, len);
	return 0;
}

/* Takes a number from 1 to REPEATS_MAX. */
static int read_count(struct reader *reader, unsigned *ret)
{
	unsigned n = 0;

	if (!next_word(reader))
		return ERR_INVALID;
	for (size_t i = 0; i < reader->word_len; i++) {
		char c = reader->word[i];

		if (c < '0' || c > '9' || n > REPEATS_MAX)
			return ERR_INVALID;
		n = n * 10 + (unsigned)(c - '0');
	}
	if (n == 0 || n > REPEATS_MAX)
		return ERR_INVALID;
	*ret = n;
	return 0;
}

static int read_fates(struct reader *reader, struct plan_step *step, const char **ret_why)
{
	int r = 0;

	while (r == 0 && next_word(reader)) {
		if (word_is(reader, "lost"))
			step->fate |= PLAN_LOST;
		else if (word_is(reader, "twice"))
			step->fate |= PLAN_TWICE;
		else if (word_is(reader, "behind"))
			step->fate |= PLAN_BEHIND;
		else if (word_is(reader, "times"))
			r = read_count(reader, &step->times);
		else
			r = word_is(reader, "stale") ? read_count(reader, &step->stale_reads) : ERR_INVALID;
	}
	if (r < 0)
		*ret_why = "behind a status stand only lost, twice, behind, or times or stale and a number from 1 to 1000";
	return r;
}

/* Digits, and more behind a point if there is one. */
static bool is_amount(const char *text, size_t len)
{
	size_t whole = strspn(text, DIGITS);
	size_t decimals = whole < len && text[whole] == '.' ? strspn(text + whole + 1, DIGITS) : 0;

	return whole > 0 && (whole == len || (decimals > 0 && whole + 1 + decimals == len));
}

static int read_price(struct reader *reader, char ret_price[static DECIMAL_SIZE], const char **ret_why)
{
	char price[DECIMAL_SIZE] = "";

	if (next_word(reader) && reader->word_len < sizeof(price))
		memcpy(price, reader->word, reader->word_len);
	if (!is_amount(price, strlen(price)) || next_word(reader)) {
		*ret_why = "a price must be an amount such as 1500.50, with nothing behind it";
		return ERR_INVALID;
	}
	memcpy(ret_price, price, sizeof(price));
	return 0;
}

static int read_edit_fates(struct reader *reader, struct plan_step *step, const char **ret_why)
{
	int r = read_fates(reader, step, ret_why);

	if (r == 0 && step->stale_reads > 0) {
		*ret_why = "only a status can be stale";
		return ERR_INVALID;
	}
	return r;
}

/* Whether the word is an edit that plans of this kind know. */
static bool is_edit(const struct reader *reader, bool of_claim, enum plan_edit_kind *ret)
{
	static const char *const words[] = {
		[EDIT_PRICE] = "price",
		[EDIT_UPDATE] = "update",
		[EDIT_ASK] = "ask",
		[EDIT_UNASK] = "unask",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!word_is(reader, words[i]) || of_claim != (i == EDIT_PRICE))
			continue;
		*ret = (enum plan_edit_kind)i;
		return true;
	}
	return false;
}

/* Takes "act" if it stands there, and the word behind it. */
static void read_waits(struct reader *reader, struct plan_step *step)
{
	step->waits = word_is(reader, "act");
	if (step->waits)
		next_word(reader);
}

/* Nobody but the merchant decides when, and what. */
static int check_waits(const struct item *item, const char **ret_why)
{
	if (!item->step.waits)
		return 0;
	if (item->step.when == PLAN_ENTRY || (item->is_edit && item->kind != EDIT_UNASK)) {
		*ret_why = "behind 'act' stands a status or unask, after +SPAN if it takes its time";
		return ERR_INVALID;
	}
	return 0;
}

static int read_what(struct reader *reader, bool of_claim, struct item *item, const char **ret_why)
{
	item->is_edit = is_edit(reader, of_claim, &item->kind);
	if (item->is_edit && item->kind == EDIT_PRICE)
		return read_price(reader, item->price, ret_why);
	if (item->is_edit)
		return read_edit_fates(reader, &item->step, ret_why);

	int r = read_status(reader, of_claim, &item->step, ret_why);

	return r < 0 ? r : read_fates(reader, &item->step, ret_why);
}

static int read_item(const char *text, size_t len, bool of_claim, struct item *ret, const char **ret_why)
{
	struct reader reader = { .at = text, .end = text + len };
	struct item item = { .step = { .when = PLAN_PACED } };

	next_word(&reader);
	read_waits(&reader, &item.step);

	int r = read_when(&reader, &item.step, ret_why);

	if (r == 0)
		r = read_what(&reader, of_claim, &item, ret_why);
	if (r == 0)
		r = check_waits(&item, ret_why);
	if (r == 0)
		*ret = item;
	return r;
}

static int add_step(struct plan *plan, const struct plan_step *step)
{
	if (plan->n == plan->size) {
		size_t size = plan->size ? 2 * plan->size : 16;
		struct plan_step *steps = realloc(plan->steps, size * sizeof(*steps));

		if (!steps)
			return ERR_NOMEM;
		plan->steps = steps;
		plan->size = size;
	}
	plan->steps[plan->n++] = *step;
	return 0;
}

static int add_edit(struct plan *plan, const struct item *item)
{
	struct plan_edit *edits = realloc(plan->edits, (plan->n_edits + 1) * sizeof(*edits));
	struct plan_edit *edit;

	if (!edits)
		return ERR_NOMEM;
	plan->edits = edits;
	edit = &edits[plan->n_edits++];
	*edit = (struct plan_edit){
		.behind = plan->n,
		.kind = item->kind,
		.when = item->step.when,
		.us = item->step.us,
		.fate = item->step.fate,
		.times = item->step.times,
		.waits = item->step.waits,
	};
	memcpy(edit->price, item->price, sizeof(edit->price));
	return 0;
}

/* "at" counts from an entry, so there must be one before it. */
static bool is_anchored(const struct plan *plan, const struct plan_step *step)
{
	const struct model *model = plan_model(plan);

	if (step->when != PLAN_ENTRY)
		return true;
	for (size_t i = 0; i < plan->n; i++)
		if (model_window(model, model_status(model, plan->steps[i].status)))
			return true;
	return false;
}

static int add_item(struct plan *plan, const struct item *item, const char **ret_why)
{
	if (!is_anchored(plan, &item->step)) {
		*ret_why = "'at' counts from a status with a deadline, as ready_for_approval, so one must come before it";
		return ERR_INVALID;
	}
	if (plan->n == 0 && (item->is_edit || item->step.waits)) {
		*ret_why = "only a status that waits for nobody can come first";
		return ERR_INVALID;
	}
	return item->is_edit ? add_edit(plan, item) : add_step(plan, &item->step);
}

static int add_text(struct plan *plan, const char *text, size_t len, const char **ret_why)
{
	const char *end = text + len;

	while (text < end) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		const char *stop = comma ? comma : end;
		struct item item;
		int r = read_item(text, (size_t)(stop - text), is_of_claim(plan), &item, ret_why);

		if (r == 0)
			r = add_item(plan, &item, ret_why);
		if (r < 0)
			return r;
		text = comma ? comma + 1 : end;
	}
	return 0;
}

int plan_add(struct plan *plan, const char *text, size_t len, const char **ret_why)
{
	size_t n = plan->n;
	size_t n_edits = plan->n_edits;

	*ret_why = "out of memory";

	int r = add_text(plan, text, len, ret_why);

	if (r < 0) {
		plan->n = n;
		plan->n_edits = n_edits;
	}
	return r;
}

int plan_copy(const struct plan *plan, struct plan *ret)
{
	struct plan copy = *plan;

	copy.size = plan->n;
	copy.steps = calloc(plan->n, sizeof(*copy.steps));
	copy.edits = calloc(plan->n_edits, sizeof(*copy.edits));
	if ((plan->n > 0 && !copy.steps) || (plan->n_edits > 0 && !copy.edits)) {
		plan_done(&copy);
		return ERR_NOMEM;
	}
	if (plan->n > 0)
		memcpy(copy.steps, plan->steps, plan->n * sizeof(*copy.steps));
	if (plan->n_edits > 0)
		memcpy(copy.edits, plan->edits, plan->n_edits * sizeof(*copy.edits));
	*ret = copy;
	return 0;
}

void plan_done(struct plan *plan)
{
	free(plan->steps);
	free(plan->edits);
	*plan = (struct plan){ 0 };
}
