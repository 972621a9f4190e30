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

#include "base/err.h"
#include "sim/span.h"

#define STALE_READS_MAX 1000

#define DIGITS "0123456789"

/* A place in a text, and the word that was taken last. */
struct reader {
	const char *at;
	const char *end;
	const char *word;
	size_t word_len;
};

/* One step of a text, of either kind. */
struct item {
	struct plan_step step;
	char price[DECIMAL_SIZE]; /* "": a status */
};

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

static bool is_status_char(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

static int read_status(const struct reader *reader, struct plan_step *step, const char **ret_why)
{
	size_t len = 0;

	while (len < reader->word_len && is_status_char(reader->word[len]))
		len++;
	if (len == 0 || len < reader->word_len || len >= sizeof(step->status)) {
		*ret_why = "a step must name a status of at most 63 lower-case letters and underscores";
		return ERR_INVALID;
	}
	memcpy(step->status, reader->word, len);
	return 0;
}

static int read_stale(struct reader *reader, struct plan_step *step)
{
	unsigned n = 0;

	if (!next_word(reader))
		return ERR_INVALID;
	for (size_t i = 0; i < reader->word_len; i++) {
		char c = reader->word[i];

		if (c < '0' || c > '9' || n > STALE_READS_MAX)
			return ERR_INVALID;
		n = n * 10 + (unsigned)(c - '0');
	}
	if (n == 0 || n > STALE_READS_MAX)
		return ERR_INVALID;
	step->stale_reads = n;
	return 0;
}

static int read_fate(struct reader *reader, struct plan_step *step, const char **ret_why)
{
	while (next_word(reader)) {
		if (word_is(reader, "lost"))
			step->fate |= PLAN_LOST;
		else if (word_is(reader, "twice"))
			step->fate |= PLAN_TWICE;
		else if (word_is(reader, "behind"))
			step->fate |= PLAN_BEHIND;
		else if (!word_is(reader, "stale") || read_stale(reader, step) < 0) {
			*ret_why = "behind a status stand only lost, twice, behind, or stale and a number from 1 to 1000";
			return ERR_INVALID;
		}
	}
	return 0;
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

static int read_item(const char *text, size_t len, struct item *ret, const char **ret_why)
{
	struct reader reader = { .at = text, .end = text + len };
	struct item item = { .step = { .when = PLAN_PACED } };

	next_word(&reader);

	int r = read_when(&reader, &item.step, ret_why);

	if (r == 0 && word_is(&reader, "price")) {
		r = read_price(&reader, item.price, ret_why);
	} else if (r == 0) {
		r = read_status(&reader, &item.step, ret_why);
		if (r == 0)
			r = read_fate(&reader, &item.step, ret_why);
	}
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

static int add_price(struct plan *plan, const struct item *item)
{
	struct plan_price *prices = realloc(plan->prices, (plan->n_prices + 1) * sizeof(*prices));

	if (!prices)
		return ERR_NOMEM;
	plan->prices = prices;
	prices[plan->n_prices] = (struct plan_price){ .behind = plan->n, .when = item->step.when, .us = item->step.us };
	memcpy(prices[plan->n_prices++].price, item->price, sizeof(item->price));
	return 0;
}

/* "at" counts from an entry, so there must be one before it. */
static bool is_anchored(const struct plan *plan, const struct plan_step *step)
{
	if (step->when != PLAN_ENTRY)
		return true;
	for (size_t i = 0; i < plan->n; i++)
		if (strcmp(plan->steps[i].status, "ready_for_approval") == 0)
			return true;
	return false;
}

static int add_item(struct plan *plan, const struct item *item, const char **ret_why)
{
	if (!is_anchored(plan, &item->step)) {
		*ret_why = "'at' counts from ready_for_approval, so that must come before it";
		return ERR_INVALID;
	}
	if (!item->price[0])
		return add_step(plan, &item->step);
	if (plan->n == 0) {
		*ret_why = "a price can change only behind the first status";
		return ERR_INVALID;
	}
	return add_price(plan, item);
}

static int add_text(struct plan *plan, const char *text, size_t len, const char **ret_why)
{
	const char *end = text + len;

	while (text < end) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		const char *stop = comma ? comma : end;
		struct item item;
		int r = read_item(text, (size_t)(stop - text), &item, ret_why);

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
	size_t n_prices = plan->n_prices;

	*ret_why = "out of memory";

	int r = add_text(plan, text, len, ret_why);

	if (r < 0) {
		plan->n = n;
		plan->n_prices = n_prices;
	}
	return r;
}

int plan_copy(const struct plan *plan, struct plan *ret)
{
	struct plan copy = *plan;

	copy.size = plan->n;
	copy.steps = calloc(plan->n, sizeof(*copy.steps));
	copy.prices = calloc(plan->n_prices, sizeof(*copy.prices));
	if ((plan->n > 0 && !copy.steps) || (plan->n_prices > 0 && !copy.prices)) {
		plan_done(&copy);
		return ERR_NOMEM;
	}
	if (plan->n > 0)
		memcpy(copy.steps, plan->steps, plan->n * sizeof(*copy.steps));
	if (plan->n_prices > 0)
		memcpy(copy.prices, plan->prices, plan->n_prices * sizeof(*copy.prices));
	*ret = copy;
	return 0;
}

void plan_done(struct plan *plan)
{
	free(plan->steps);
	free(plan->prices);
	*plan = (struct plan){ 0 };
}
