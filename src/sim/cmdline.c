/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads claimsim's options.
 * Simulator, pure.
 * Opens no file: the program does.
 */
#include "sim/cmdline.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/decimal.h"
#include "base/err.h"
#include "sim/span.h"
#include "sim/spec.h"

/* More of a kind would not fit the claims' point ids, nor any machine's patience. */
#define SHIPMENTS_MAX 1000000

const char cmdline_help[] =
	"usage: claimsim [--listen ADDR:PORT] [--scenario FILE] [--claims N] [--orders dbs=N,laas=N] [option...]\n"
	"  --listen ADDR:PORT   serve there; port 0 lets the system choose (127.0.0.1:0)\n"
	"  --scenario FILE      play the claims and orders of a scenario file\n"
	"  --claims N           play N claims with lives of chance's choice (0)\n"
	"  --orders SPEC        play orders likewise: dbs=N,laas=N\n"
	"  --rate R             start R of each of these kinds per second (5)\n"
	"  --fake P             the share of these orders that are test orders (0)\n"
	"  --seed S             the same seed makes the same decisions (1)\n"
	"  --lives SPEC         choose only these: name=weight,... (--list-lives shows the names)\n"
	"  --step MIN..MAX      pause between two steps of a claim or order (200ms..1s)\n"
	"  --window SPAN        what is left of the deadline in lives that miss one (10s)\n"
	"  --offer SPAN         an offer's valid_until behind ready_for_approval; 0 for none (10min)\n"
	"  --late-accept HOW    an accept after the deadline: failed, the claim fails soon after; or refused (failed)\n"
	"  --fee AMOUNT         what a cancellation with the courier at the sender costs (149.90)\n"
	"  --wait-read[=WHO]    it goes on only when its status has been read, by info, journal or either (info)\n"
	"  --journal-reader     the journal is read, so a claim's first callback may be lost too\n"
	"  --page-limit N       pages of the journal have at most N events (1000)\n"
	"  --retention KEEP     the journal keeps events for so long (a time), or so many (a number); 0 for all (0)\n"
	"  --callback URL       send callbacks there; the URL is used as it is\n"
	"  --retry SPAN         before a callback is repeated for the first time (1s)\n"
	"  --push URL           send pushes to URL/notification\n"
	"  --push-speedup F     Market's schedule of repeats passes F times faster (60)\n"
	"  --ping               send a PING there at the start\n"
	"  --token FILE         ask for the bearer token in FILE\n"
	"  --api-key-file FILE  ask for the Api-Key in FILE\n"
	"  --read-only          this key may read orders, and do nothing with them\n"
	"  --business ID        the orders are this business's (222)\n"
	"  --faults SPEC        name=probability,... of stale duplicate reorder lost delay 429 500 cut\n"
	"                       late shuffle repeat vague fail doubt deaf mute conflict undone all\n"
	"  --conflict CODE      what conflict refuses an act by (one that the documents have)\n"
	"  --truth FILE         write the truth there at the end, one JSON object per line\n"
	"  --exit-when-done     end when all have lived and every callback and push is acked or given up\n"
	"  --list-lives, --version, --help\n";

enum option_id {
	OPTION_LISTEN = 256, /* values below are short options' characters */
	OPTION_SCENARIO,
	OPTION_CLAIMS,
	OPTION_ORDERS,
	OPTION_RATE,
	OPTION_FAKE,
	OPTION_SEED,
	OPTION_LIVES,
	OPTION_STEP,
	OPTION_WINDOW,
	OPTION_OFFER,
	OPTION_LATE_ACCEPT,
	OPTION_FEE,
	OPTION_WAIT_READ,
	OPTION_JOURNAL_READER,
	OPTION_PAGE_LIMIT,
	OPTION_RETENTION,
	OPTION_CALLBACK,
	OPTION_RETRY,
	OPTION_PUSH,
	OPTION_PUSH_SPEEDUP,
	OPTION_PING,
	OPTION_TOKEN,
	OPTION_API_KEY_FILE,
	OPTION_READ_ONLY,
	OPTION_BUSINESS,
	OPTION_FAULTS,
	OPTION_CONFLICT,
	OPTION_TRUTH,
	OPTION_EXIT_WHEN_DONE,
	OPTION_LIST_LIVES,
	OPTION_VERSION,
	OPTION_HELP,
};

static const struct option rows[] = {
	{ "listen", required_argument, NULL, OPTION_LISTEN },
	{ "scenario", required_argument, NULL, OPTION_SCENARIO },
	{ "claims", required_argument, NULL, OPTION_CLAIMS },
	{ "orders", required_argument, NULL, OPTION_ORDERS },
	{ "rate", required_argument, NULL, OPTION_RATE },
	{ "fake", required_argument, NULL, OPTION_FAKE },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "lives", required_argument, NULL, OPTION_LIVES },
	{ "step", required_argument, NULL, OPTION_STEP },
	{ "window", required_argument, NULL, OPTION_WINDOW },
	{ "offer", required_argument, NULL, OPTION_OFFER },
	{ "late-accept", required_argument, NULL, OPTION_LATE_ACCEPT },
	{ "fee", required_argument, NULL, OPTION_FEE },
	{ "wait-read", optional_argument, NULL, OPTION_WAIT_READ },
	{ "journal-reader", no_argument, NULL, OPTION_JOURNAL_READER },
	{ "page-limit", required_argument, NULL, OPTION_PAGE_LIMIT },
	{ "retention", required_argument, NULL, OPTION_RETENTION },
	{ "callback", required_argument, NULL, OPTION_CALLBACK },
	{ "retry", required_argument, NULL, OPTION_RETRY },
	{ "push", required_argument, NULL, OPTION_PUSH },
	{ "push-speedup", required_argument, NULL, OPTION_PUSH_SPEEDUP },
	{ "ping", no_argument, NULL, OPTION_PING },
	{ "token", required_argument, NULL, OPTION_TOKEN },
	{ "api-key-file", required_argument, NULL, OPTION_API_KEY_FILE },
	{ "read-only", no_argument, NULL, OPTION_READ_ONLY },
	{ "business", required_argument, NULL, OPTION_BUSINESS },
	{ "faults", required_argument, NULL, OPTION_FAULTS },
	{ "conflict", required_argument, NULL, OPTION_CONFLICT },
	{ "truth", required_argument, NULL, OPTION_TRUTH },
	{ "exit-when-done", no_argument, NULL, OPTION_EXIT_WHEN_DONE },
	{ "list-lives", no_argument, NULL, OPTION_LIST_LIVES },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

/* What each value must be, for the error line. */
static const char *wanted(enum option_id id)
{
	switch (id) {
	case OPTION_LISTEN:
		return "a numeric ADDR:PORT such as 127.0.0.1:0";
	case OPTION_CLAIMS:
		return "a number from 0 to 1000000";
	case OPTION_ORDERS:
		return "dbs=N,laas=N, or one of them, with numbers from 0 to 1000000";
	case OPTION_RATE:
		return "a number above 0, of claims and orders per second";
	case OPTION_FAKE:
		return "a number from 0 to 1";
	case OPTION_PUSH_SPEEDUP:
		return "a number from 1 to 1000000";
	case OPTION_BUSINESS:
		return "a number from 1 to 9223372036854775807";
	case OPTION_SEED:
		return "a number from 0 to 18446744073709551615";
	case OPTION_LIVES:
		return "name=weight,... with names as --list-lives shows them";
	case OPTION_STEP:
		return "a range of times such as 200ms..1s";
	case OPTION_WINDOW:
	case OPTION_OFFER:
	case OPTION_RETRY:
		return "a time such as 300ms, 1.5s or 10min";
	case OPTION_FAULTS:
		return "name=probability,... with names as --help shows them";
	case OPTION_CONFLICT:
		return "a code of at most 63 characters";
	case OPTION_LATE_ACCEPT:
		return "failed or refused";
	case OPTION_FEE:
		return "an amount such as 12.50";
	case OPTION_WAIT_READ:
		return "info, journal or either, behind a =";
	case OPTION_PAGE_LIMIT:
		return "a number from 1 to 1000";
	case OPTION_RETENTION:
		return "a time such as 10min, or a number of events";
	case OPTION_SCENARIO:
	case OPTION_JOURNAL_READER:
	case OPTION_CALLBACK:
	case OPTION_PUSH:
	case OPTION_PING:
	case OPTION_TOKEN:
	case OPTION_API_KEY_FILE:
	case OPTION_READ_ONLY:
	case OPTION_TRUTH:
	case OPTION_EXIT_WHEN_DONE:
	case OPTION_LIST_LIVES:
	case OPTION_VERSION:
	case OPTION_HELP:
		break;
	}
	return "a value";
}

static int read_whole(const char *text, uint64_t max, uint64_t *ret)
{
	char *end;

	errno = 0;

	unsigned long long value = strtoull(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value > max)
		return ERR_INVALID;
	*ret = value;
	return 0;
}

/* A number from MIN to MAX. */
static int read_real(const char *text, double min, double max, double *ret)
{
	char *end;
	double number = strtod(text, &end);

	/* Written so that NaN is refused too. */
	if (end == text || *end != '\0' || !(number >= min && number <= max))
		return ERR_INVALID;
	*ret = number;
	return 0;
}

static int read_listen(const char *text, const char **ret)
{
	struct address address;

	if (address_parse(text, &address, NULL) < 0 || address.sa.ss_family == AF_UNIX)
		return ERR_INVALID;
	*ret = text;
	return 0;
}

static int read_claims(const char *text, size_t *ret)
{
	uint64_t n;
	int r = read_whole(text, SHIPMENTS_MAX, &n);

	if (r == 0)
		*ret = (size_t)n;
	return r;
}

static int take_orders(const char *name, double number, void *cls)
{
	struct sim_config *config = cls;
	bool dbs = strcmp(name, model_dbs.name) == 0;

	if (!(number >= 0 && number <= SHIPMENTS_MAX) || number != (double)(size_t)number)
		return ERR_INVALID;
	if (!dbs && strcmp(name, model_laas.name) != 0)
		return ERR_INVALID;
	*(dbs ? &config->dbs_orders : &config->laas_orders) = (size_t)number;
	return 0;
}

static int read_business(const char *text, int64_t *ret)
{
	uint64_t id;

	if (read_whole(text, INT64_MAX, &id) < 0 || id == 0)
		return ERR_INVALID;
	*ret = (int64_t)id;
	return 0;
}

static int read_page_limit(const char *text, size_t *ret)
{
	uint64_t n;

	if (read_whole(text, WIRE_JOURNAL_LIMIT_MAX, &n) < 0 || n == 0)
		return ERR_INVALID;
	*ret = (size_t)n;
	return 0;
}

static int read_retention(const char *text, struct sim_config *config)
{
	int64_t keep_us = 0;
	uint64_t keep_events = 0;

	if (span_parse(text, strlen(text), &keep_us) < 0 && read_whole(text, SIZE_MAX, &keep_events) < 0)
		return ERR_INVALID;
	config->keep_us = keep_us;
	config->keep_events = (size_t)keep_events;
	return 0;
}

static int read_late_accept(const char *text, struct sim_config *config)
{
	if (strcmp(text, "failed") != 0 && strcmp(text, "refused") != 0)
		return ERR_INVALID;
	config->claim_rules.late_refused = strcmp(text, "refused") == 0;
	return 0;
}

static int read_fee(const char *text, struct sim_config *config)
{
	int64_t amount;

	if (strlen(text) >= sizeof(config->claim_rules.fee) || decimal_parse(text, &amount) < 0)
		return ERR_INVALID;
	snprintf(config->claim_rules.fee, sizeof(config->claim_rules.fee), "%s", text);
	return 0;
}

/* WHO: NULL when only the option was given. */
static int read_wait(const char *who, struct sim_config *config)
{
	static const char *const names[] = { [READER_INFO] = "info", [READER_JOURNAL] = "journal", [READER_EITHER] = "either" };

	config->wait_read = true;
	for (size_t i = 0; who && i < ARRAY_SIZE(names); i++) {
		if (strcmp(who, names[i]) != 0)
			continue;
		config->reader = (enum reader)i;
		return 0;
	}
	return who ? ERR_INVALID : 0;
}

static enum cmdline_verb verb_of(enum option_id id)
{
	if (id == OPTION_LIST_LIVES)
		return CMDLINE_LIST_LIVES;
	return id == OPTION_VERSION ? CMDLINE_VERSION : CMDLINE_HELP;
}

static int take_value(struct cmdline *cmdline, enum option_id id, const char *value)
{
	struct sim_config *config = &cmdline->config;

	switch (id) {
	case OPTION_LISTEN:
		return read_listen(value, &config->listen);
	case OPTION_CLAIMS:
		return read_claims(value, &config->claims);
	case OPTION_ORDERS:
		return spec_parse(value, take_orders, config);
	case OPTION_RATE:
		return read_real(value, 1e-6, 1e6, &config->rate);
	case OPTION_FAKE:
		return read_real(value, 0, 1, &config->fake);
	case OPTION_PUSH_SPEEDUP:
		return read_real(value, 1, 1e6, &config->sender.push_speedup);
	case OPTION_BUSINESS:
		return read_business(value, &config->business_id);
	case OPTION_SEED:
		return read_whole(value, UINT64_MAX, &config->seed);
	case OPTION_LIVES:
		return life_weights_parse(value, &config->weights);
	case OPTION_STEP:
		return span_parse_range(value, &config->step_min_us, &config->step_max_us);
	case OPTION_WINDOW:
		return span_parse(value, strlen(value), &config->window_us);
	case OPTION_OFFER:
		return span_parse(value, strlen(value), &config->offer_us);
	case OPTION_RETRY:
		return span_parse(value, strlen(value), &config->sender.retry_us);
	case OPTION_FAULTS:
		return faults_parse(&config->faults, value);
	case OPTION_CONFLICT:
		return faults_set_conflict(&config->faults, value);
	case OPTION_SCENARIO:
		cmdline->scenario_file = value;
		break;
	case OPTION_CALLBACK:
		config->callback_url = value;
		break;
	case OPTION_PUSH:
		config->push_url = value;
		break;
	case OPTION_PING:
		config->ping = true;
		break;
	case OPTION_TOKEN:
		cmdline->token_file = value;
		break;
	case OPTION_API_KEY_FILE:
		cmdline->api_key_file = value;
		break;
	case OPTION_READ_ONLY:
		config->read_only = true;
		break;
	case OPTION_TRUTH:
		cmdline->truth_file = value;
		break;
	case OPTION_LATE_ACCEPT:
		return read_late_accept(value, config);
	case OPTION_FEE:
		return read_fee(value, config);
	case OPTION_WAIT_READ:
		return read_wait(value, config);
	case OPTION_JOURNAL_READER:
		config->journal_reader = true;
		break;
	case OPTION_PAGE_LIMIT:
		return read_page_limit(value, &config->page_max);
	case OPTION_RETENTION:
		return read_retention(value, config);
	case OPTION_EXIT_WHEN_DONE:
		cmdline->exit_when_done = true;
		break;
	case OPTION_LIST_LIVES:
	case OPTION_VERSION:
	case OPTION_HELP:
		cmdline->verb = verb_of(id);
		break;
	}
	return 0;
}

static int refuse(char ret_error[static CMDLINE_ERROR_SIZE], const char *subject, const char *why)
{
	snprintf(ret_error, CMDLINE_ERROR_SIZE, "%s %s", subject, why);
	return ERR_INVALID;
}

static int refuse_option(char **argv, char ret_error[static CMDLINE_ERROR_SIZE])
{
	const char letter[] = { '-', (char)optopt, '\0' };
	bool is_letter = optopt != 0 && optopt < OPTION_LISTEN;

	/* getopt may not have left the word of a letter yet. */
	return refuse(ret_error, is_letter ? letter : argv[optind - 1], "is no option; --help lists them");
}

static int take_options(int argc, char **argv, struct cmdline *cmdline, char ret_error[static CMDLINE_ERROR_SIZE])
{
	int found;
	int row;

	opterr = 0;
	optind = 0; /* getopt's own words for: from the start, whoever parsed before */
	while ((found = getopt_long(argc, argv, ":", rows, &row)) != -1) {
		if (found == ':')
			return refuse(ret_error, argv[optind - 1], "wants a value");
		if (found == '?')
			return refuse_option(argv, ret_error);
		if (take_value(cmdline, (enum option_id)found, optarg) < 0) {
			snprintf(ret_error, CMDLINE_ERROR_SIZE, "--%s wants %s, not '%s'", rows[row].name,
			         wanted((enum option_id)found), optarg);
			return ERR_INVALID;
		}
	}
	return 0;
}

int cmdline_parse(int argc, char **argv, struct cmdline *ret, char ret_error[static CMDLINE_ERROR_SIZE])
{
	struct cmdline cmdline = { .verb = CMDLINE_RUN };

	sim_config_default(&cmdline.config);

	int r = take_options(argc, argv, &cmdline, ret_error);

	if (r < 0)
		return r;
	if (optind < argc)
		return refuse(ret_error, argv[optind], "is too much: every value stands behind its option");
	*ret = cmdline;
	return 0;
}
