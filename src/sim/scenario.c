/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads scenario files line by line.
 * Simulator, pure.
 * Steps themselves are plan.c's.
 */
#include "sim/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sim/lives.h"
#include "sim/span.h"

struct parse {
	struct scenario scenario;
	int64_t window_us;
	const char *why;
};

/* A line without its comment and outer blanks. */
struct line {
	const char *text;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct line trim(const char *text, size_t len)
{
	const char *comment = memchr(text, '#', len);

	if (comment)
		len = (size_t)(comment - text);
	while (len > 0 && is_blank(*text)) {
		text++;
		len--;
	}
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	return (struct line){ text, len };
}

/* Whether the line begins with WORD, on its own or before a blank; *ret_rest is what follows. */
static bool begins(const struct line *line, const char *word, struct line *ret_rest)
{
	size_t n = strlen(word);

	if (line->len < n || memcmp(line->text, word, n) != 0 || (line->len > n && !is_blank(line->text[n])))
		return false;
	*ret_rest = trim(line->text + n, line->len - n);
	return true;
}

static int refuse(struct parse *parse, const char *why)
{
	parse->why = why;
	return ERR_INVALID;
}

static bool is_id(const struct line *text)
{
	if (text->len == 0 || text->len >= EXTERNAL_ID_SIZE)
		return false;
	for (size_t i = 0; i < text->len; i++) {
		char c = text->text[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '_' && c != '-')
			return false;
	}
	return true;
}

static struct scenario_shipment *last_shipment(struct scenario *scenario)
{
	return &scenario->shipments[scenario->n - 1];
}

/* A decimal number of int64 above 0, written as upstream writes it. */
static bool is_number(const struct line *text)
{
	static const char max[] = "9223372036854775807";
	size_t n = sizeof(max) - 1;

	if (text->len == 0 || text->len > n || text->text[0] == '0')
		return false;
	for (size_t i = 0; i < text->len; i++)
		if (text->text[i] < '0' || text->text[i] > '9')
			return false;
	return text->len < n || memcmp(text->text, max, n) <= 0;
}

static int read_shipment(struct parse *parse, const struct model *model, const struct line *id)
{
	struct scenario *scenario = &parse->scenario;
	struct scenario_shipment *shipments;

	if (scenario->n > 0 && last_shipment(scenario)->plan.n == 0)
		return refuse(parse, "the claim or order above has no steps");
	for (size_t i = 0; i < scenario->n; i++)
		if (strlen(scenario->shipments[i].id) == id->len && memcmp(scenario->shipments[i].id, id->text, id->len) == 0)
			return refuse(parse, "there is a claim or order of this id already");
	shipments = realloc(scenario->shipments, (scenario->n + 1) * sizeof(*shipments));
	if (!shipments)
		return ERR_NOMEM;
	scenario->shipments = shipments;
	scenario->n++;
	*last_shipment(scenario) = (struct scenario_shipment){ .plan = { .model = model } };
	memcpy(last_shipment(scenario)->id, id->text, id->len);
	return 0;
}

static int read_claim(struct parse *parse, const struct line *id)
{
	if (!is_id(id))
		return refuse(parse, "a claim needs an id of 1 to 64 letters, digits, '-' and '_'");
	return read_shipment(parse, &model_claims, id);
}

static int read_order(struct parse *parse, const struct line *text)
{
	const struct model *model = NULL;
	struct line id;

	if (begins(text, model_dbs.name, &id))
		model = &model_dbs;
	else if (begins(text, model_laas.name, &id))
		model = &model_laas;
	if (!model || !is_number(&id))
		return refuse(parse, "an order needs its model, dbs or laas, and an id from 1 to 9223372036854775807");
	return read_shipment(parse, model, &id);
}

static int read_fake(struct parse *parse, const struct line *rest)
{
	struct scenario_shipment *order = last_shipment(&parse->scenario);

	if (rest->len > 0 || order->plan.model == &model_claims)
		return refuse(parse, "'fake' stands alone, and only below an order");
	order->fake = true;
	return 0;
}

static int read_span(struct parse *parse, const struct line *text, int64_t *ret_us)
{
	if (span_parse(text->text, text->len, ret_us) < 0)
		return refuse(parse, "a time must read as 300ms, 1.5s, 10min, 2h or 1d");
	return 0;
}

static int read_life(struct parse *parse, const struct line *text)
{
	struct plan *plan = &last_shipment(&parse->scenario)->plan;
	char name[LIFE_NAME_SIZE] = "";

	if (text->len < sizeof(name))
		memcpy(name, text->text, text->len);

	const struct life *life = life_by_name(name);

	if (!life)
		return refuse(parse, "there is no built-in life of this name; claimsim --list-lives shows them");
	if (life->model != plan->model)
		return refuse(parse, "this life is of another model; claimsim --list-lives shows which");
	return life_plan(life, parse->window_us, plan);
}

static int read_line(struct parse *parse, const struct line *line)
{
	struct line rest;
	struct scenario_shipment *shipment;

	if (begins(line, "claim", &rest))
		return read_claim(parse, &rest);
	if (begins(line, "order", &rest))
		return read_order(parse, &rest);
	if (parse->scenario.n == 0)
		return refuse(parse, "a line 'claim ID', 'order dbs ID' or 'order laas ID' must come first");
	shipment = last_shipment(&parse->scenario);
	if (begins(line, "start", &rest))
		return read_span(parse, &rest, &shipment->start_us);
	if (begins(line, "backdate", &rest))
		return read_span(parse, &rest, &shipment->plan.backdate_us);
	if (begins(line, "fake", &rest))
		return read_fake(parse, &rest);
	if (begins(line, "life", &rest))
		return read_life(parse, &rest);
	return plan_add(&shipment->plan, line->text, line->len, &parse->why);
}

static int read_lines(struct parse *parse, const char *text, size_t len, unsigned *ret_line)
{
	const char *end = text + len;

	*ret_line = 0;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		struct line line = trim(text, (size_t)(stop - text));
		int r;

		++*ret_line;
		r = line.len > 0 ? read_line(parse, &line) : 0;
		if (r < 0)
			return r;
		text = newline ? newline + 1 : end;
	}
	if (parse->scenario.n == 0)
		return refuse(parse, "there is no claim or order in it");
	return last_shipment(&parse->scenario)->plan.n > 0 ? 0 : refuse(parse, "the claim or order above has no steps");
}

int scenario_parse(const char *text, size_t len, int64_t window_us, struct scenario *ret, struct scenario_error *ret_error)
{
	struct parse parse = { .window_us = window_us, .why = "out of memory" };
	unsigned line;
	int r = read_lines(&parse, text, len, &line);

	if (r < 0) {
		*ret_error = (struct scenario_error){ .line = line, .why = parse.why };
		scenario_done(&parse.scenario);
		return r;
	}
	*ret = parse.scenario;
	return 0;
}

void scenario_done(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->n; i++)
		plan_done(&scenario->shipments[i].plan);
	free(scenario->shipments);
	*scenario = (struct scenario){ 0 };
}
