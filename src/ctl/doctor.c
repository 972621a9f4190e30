/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verb doctor: what is looked at, and in which order.
 * Ctl layer. One bad finding keeps no other from being made.
 */
#include "ctl/doctor.h"

#include "base/err.h"
#include "ctl/verb.h"

/* --db alone says which database is meant; then no configuration is looked at, as with every other verb. */
static bool wants_conf(const struct options *options)
{
	return options_has(options, OPTION_CONFIG) || !options_has(options, OPTION_DB);
}

static void examine_all(const struct call *call, struct findings *findings)
{
	const struct wall now = clock_wall(&call->console->clock);
	const char *database = call->options->values[OPTION_DB];
	struct conf *conf CLEANUP(conf_cleanup) = NULL;
	struct store *store CLEANUP(store_cleanup) = NULL;

	if (wants_conf(call->options))
		doctor_check_conf(findings, now, call->options->values[OPTION_CONFIG], &conf);
	if (!database && conf)
		database = conf->daemon.database;
	if (!database)
		return;
	doctor_check_disk(findings, database);
	doctor_check_database(findings, database, &store);
	if (conf)
		doctor_check_daemon(findings, &(struct doctor_visit){ call->console, conf, store });
	if (!store)
		return;
	doctor_check_sources(findings, now, conf, store);
	doctor_check_work(findings, now, store);
}

static void examine_url(const struct call *call, struct findings *findings)
{
	struct conf *conf CLEANUP(conf_cleanup) = NULL;
	struct conf_error error;

	if (wants_conf(call->options) && conf_load(call->options->values[OPTION_CONFIG], &conf, &error) < 0) {
		findings_about(findings, "configuration");
		findings_add(findings, FINDING_LOOK, "%s", error.text);
		findings_advise(findings, "Without it only the form of the URL is judged, not its name and its secret");
	}
	doctor_check_url(findings, call->word, conf);
}

int verb_doctor(const struct call *call)
{
	struct findings *findings CLEANUP(findings_cleanup) = NULL;
	enum finding_level worst = FINDING_OK;
	int r = findings_new(call->console, options_has(call->options, OPTION_JSON), &findings);

	if (r == ERR_OK) {
		if (call->word)
			examine_url(call, findings);
		else
			examine_all(call, findings);
		r = findings_end(findings, &worst);
	}
	if (r < 0)
		return console_fail(call->console, console_status(r), "%s",
		                    ferror(call->console->out) ? "the output can't be written" : err_text(r));
	return worst == FINDING_BAD ? EX_UNAVAILABLE : EX_OK;
}
