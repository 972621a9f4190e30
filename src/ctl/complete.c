/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verb complete: what the last word of an unfinished command line may become.
 * Ctl layer. The shells' own files, etc/completion, know no verb and no option: all that is known stands here and in the tables of
 * verbs and options.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ctl/database.h"
#include "ctl/print.h"
#include "ctl/verb.h"
#include "model/graph.h"

/* The shell completes the names of files by itself. */
#define FILES ":files"

#define FAMILY_END "/*"

/* The command line so far, and the word that is being written. */
struct line {
	const struct call *call; /* of this verb itself */
	struct options options;  /* the values that stand in the line */
	const struct verb *verb; /* NULL: none yet */
	int n_arguments;         /* whole ones, after the verb */
	const char *first;       /* of them; NULL: none yet */
	enum option_id wants;    /* the option whose value is written; OPTION_MAX: none */
	const char *before;      /* what goes before the value: "--status=", or "" */
	const char *word;        /* the beginning that is to be completed */
};

/* WORD, if it begins as the present one does. */
static void offer(const struct line *line, const char *word, const char *meaning)
{
	if (strncmp(word, line->word, strlen(line->word)) == 0)
		fprintf(line->call->console->out, "%s%s\t%s\n", line->before, word, meaning ? meaning : "");
}

/* --- What a value may be -------------------------------------------------------------------------------------------- */

static void offer_word(const struct line *line, const struct report *row)
{
	offer(line, print_column_text(row, "word"), print_column_text(row, "meaning"));
}

/* What OFFER_ROW makes of each row that the query finds. */
static void offer_rows(const struct line *line, enum report_query query, const char *argument,
                       void (*offer_row)(const struct line *line, const struct report *row))
{
	struct store *store CLEANUP(store_cleanup) = NULL;
	struct report *report CLEANUP(report_cleanup) = NULL;
	struct call call = *line->call;
	const struct question question = { query, &argument, argument ? 1 : 0 };
	bool any = true;

	call.options = &line->options;
	if (database_open(&call, &store) != EX_OK || database_ask(&call, store, &question, &report) != EX_OK)
		return;
	while (report_next(report, &any) == ERR_OK && any)
		offer_row(line, report);
}

/* Of an empty word only what is open: who looks for another one has its beginning. */
static void offer_ids(const struct line *line)
{
	if (*line->word)
		offer_rows(line, REPORT_IDS_LIKE, line->word, offer_word);
	else
		offer_rows(line, REPORT_IDS_OPEN, NULL, offer_word);
}

static void offer_sources(const struct line *line)
{
	offer_rows(line, REPORT_SOURCE_NAMES, line->word, offer_word);
}

static void offer_violations(const struct line *line)
{
	offer_rows(line, REPORT_VIOLATIONS_OPEN, line->word, offer_word);
}

/* A family is offered as its status alone, which stands for all of it. */
static void offer_status(const struct line *line, const struct status *status)
{
	const char *end = strstr(status->name, FAMILY_END);
	char name[STATUS_TEXT_SIZE];

	snprintf(name, sizeof(name), "%.*s", (int)(end ? (size_t)(end - status->name) : strlen(status->name)), status->name);
	offer(line, name, status->meaning);
}

static bool is_in_models_before(size_t model, const char *name)
{
	for (size_t i = 0; i < model; i++)
		for (size_t j = 0; j < models[i]->n_statuses; j++)
			if (strcmp(models[i]->statuses[j].name, name) == 0)
				return true;
	return false;
}

static void offer_all_statuses(const struct line *line)
{
	for (size_t i = 0; i < MODEL_MAX; i++)
		for (size_t j = 0; j < models[i]->n_statuses; j++)
			if (!is_in_models_before(i, models[i]->statuses[j].name))
				offer_status(line, &models[i]->statuses[j]);
}

/* The row's order is in a status, of which the merchant may set what follows. */
static void offer_moves_of(const struct line *line, const struct report *order)
{
	const struct model *model = model_by_name(print_column_text(order, "model"));
	const char *status = print_column_text(order, "status");
	const char *substatus = print_column_text(order, "substatus");
	char name[STATUS_TEXT_SIZE];

	if (!model || !status)
		return;
	snprintf(name, sizeof(name), "%s/%s", status, substatus ? substatus : "");
	for (size_t i = 0; i < model->n_moves; i++) {
		const struct move *move = &model->moves[i];

		if (model_has_move(model, model_status(model, name), move))
			offer(line, move->status, model->statuses[model_status(model, move->status)].meaning);
	}
}

/* A status as an argument is one that the order before it is to get. */
static void offer_statuses(const struct line *line)
{
	if (line->wants != OPTION_MAX)
		offer_all_statuses(line);
	else
		offer_rows(line, REPORT_SHOW_ORDER, line->first, offer_moves_of);
}

static void offer_models(const struct line *line)
{
	for (size_t i = 0; i < MODEL_MAX; i++)
		offer(line, models[i]->name, "");
}

static void offer_formats(const struct line *line)
{
	offer(line, "csv", "");
	offer(line, "json", "");
}

static void offer_reasons(const struct line *line)
{
	offer(line, "ORDER_DELIVERED", "the buyer has it");
	offer(line, "ORDER_IN_DELIVERY", "it is on its way");
}

static void offer_files(const struct line *line)
{
	fprintf(line->call->console->out, "%s\n", FILES);
}

/* By the name that usage gives it. */
static const struct value {
	const char *name;
	void (*offer)(const struct line *line);
} values[] = {
	{ "FILE", offer_files },
	{ "STATUS", offer_statuses },
	{ "NAME", offer_sources },
	{ "FORMAT", offer_formats },
	{ "REASON", offer_reasons },
	{ "ID", offer_ids },
	{ "MODEL", offer_models },
	{ "VIOLATION", offer_violations },
};

/* NAME is as usage writes it: "ID...", "[MODEL]", "STATUS[/SUBSTATUS]". */
static void offer_value(const struct line *line, const char *name)
{
	name += *name == '[';
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (len == strlen(values[i].name) && strncmp(name, values[i].name, len) == 0)
			values[i].offer(line);
	}
}

/* --- What a word may be ---------------------------------------------------------------------------------------------- */

static void offer_verbs(const struct line *line)
{
	const struct verb *verb;

	for (size_t i = 0; (verb = verb_at(i)); i++)
		offer(line, verb->name, verb->meaning);
}

static void offer_options(const struct line *line)
{
	unsigned set = OPTIONS_COMMON | (line->verb ? line->verb->options : OPTION_BIT(OPTION_HELP) | OPTION_BIT(OPTION_VERSION));

	for (enum option_id id = 0; id < OPTION_MAX; id++)
		if ((set & OPTION_BIT(id)) && !options_has(&line->options, id))
			offer(line, option_name(id), option_value_name(id));
}

/* The last of "ID..." is repeated. */
static void offer_argument(const struct line *line)
{
	const char *name = line->verb->words;
	const char *end = name + strlen(name);

	for (int i = 0; i < line->n_arguments; i++) {
		const char *next = strchr(name, ' ');

		if (next)
			name = next + 1;
		else if (end == line->verb->words || end[-1] != '.')
			return;
	}
	offer_value(line, name);
}

static void offer_words(const struct line *line)
{
	if (line->wants != OPTION_MAX)
		offer_value(line, option_value_name(line->wants));
	else if (*line->word == '-')
		offer_options(line);
	else if (line->verb)
		offer_argument(line);
	else
		offer_verbs(line);
}

/* --- Reading the line ------------------------------------------------------------------------------------------------ */

/* The option that WORD names, be it with "=" and a value; OPTION_MAX: none. *ret_value is the value, NULL without "=". */
static enum option_id find_option(const char *word, const char **ret_value)
{
	size_t len = strcspn(word, "=");
	enum option_id id = 0;

	if (strncmp(word, "--config", len) == 0 && len == strlen("--config"))
		id = OPTION_CONFIG;
	else
		while (id < OPTION_MAX && (strncmp(word, option_name(id), len) != 0 || option_name(id)[len] != '\0'))
			id++;
	*ret_value = word[len] == '=' ? word + len + 1 : NULL;
	return id;
}

static void take_argument(struct line *line, const char *word)
{
	if (!line->verb)
		line->verb = verb_find(word);
	else if (line->n_arguments++ == 0)
		line->first = word;
}

/* A word that is whole; line->wants says whether it is the value of the one before. */
static void take_word(struct line *line, const char *word)
{
	const char *value;
	enum option_id id = *word == '-' ? find_option(word, &value) : OPTION_MAX;

	if (line->wants != OPTION_MAX) {
		line->options.values[line->wants] = word;
		line->wants = OPTION_MAX;
	} else if (id == OPTION_MAX) {
		take_argument(line, word);
	} else if (option_value_name(id) && !value) {
		line->wants = id;
	} else {
		line->options.values[id] = value ? value : "";
	}
}

/* The word that is not. "--status=re" is the beginning of a value. *RET_BEFORE is the caller's. */
static int take_last(struct line *line, const char *word, char **ret_before)
{
	const char *value = NULL;
	enum option_id id = *word == '-' && line->wants == OPTION_MAX ? find_option(word, &value) : OPTION_MAX;

	line->word = word;
	if (id == OPTION_MAX || !value || !option_value_name(id))
		return ERR_OK;
	*ret_before = strndup(word, (size_t)(value - word));
	if (!*ret_before)
		return ERR_NOMEM;
	line->wants = id;
	line->before = *ret_before;
	line->word = value;
	return ERR_OK;
}

DEFINE_CLEANUP(text, char *, free)

int verb_complete(const struct call *call)
{
	struct line line = { .call = call, .wants = OPTION_MAX, .before = "" };
	char *before CLEANUP(text_cleanup) = NULL;

	for (int i = 0; i + 1 < call->n_words; i++)
		take_word(&line, call->words[i]);
	if (take_last(&line, call->words[call->n_words - 1], &before) < 0)
		return console_fail(call->console, EX_TEMPFAIL, "out of memory");
	offer_words(&line);
	return EX_OK;
}
