/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How each source fares, by report_sources and by what its callbacks had to be forgiven; of Market also how long it has been
 * without an answer.
 * Ctl layer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ctl/age.h"
#include "ctl/doctor.h"
#include "ctl/print.h"

/* As the daemon does: a Date header tells whole seconds, so less is no skew. */
#define SKEW_LOOK_S 2.0
/* More than a request that times out, and a few repeats of stale answers. */
#define PENDING_LOOK_S 300.0

/* Market switches off what has not answered for 14 days (upstream/market.md section 1.3). */
#define SECONDS_PER_DAY 86400.0
#define UNANSWERED_BAD_S (7 * SECONDS_PER_DAY)
#define UNANSWERED_END_S (14 * SECONDS_PER_DAY)

DEFINE_CLEANUP(flags, bool *, free)

/* What kinds have different words for. */
static const struct words {
	const char *call;
	const char *calls;
	const char *credential;
	const char *too_many; /* as the upstream says it */
} kind_words[CONF_SOURCE_KIND_MAX] = {
	[CONF_DELIVERY] = { "callback", "callbacks", "token", "429s" },
	[CONF_MARKET] = { "push", "pushes", "Api-Key", "420s" },
};

/* One source while it is looked at. */
struct patient {
	struct findings *findings;
	const struct report *report;      /* its row */
	const char *name;
	enum conf_source_kind kind;
	const struct conf_source *conf; /* NULL: no configuration is known */
	struct wall now;
};

/* How long ago the instant in this column was; false when there was none. */
static bool find_age(const struct patient *patient, const char *column, char buf[static AGE_SIZE])
{
	double at_us;

	if (!print_column_number(patient->report, column, &at_us))
		return false;
	age_text(((double)patient->now.us - at_us) / (double)USEC_PER_SEC, buf);
	return true;
}

static double number_or_zero(const struct patient *patient, const char *column)
{
	double number = 0;

	print_column_number(patient->report, column, &number);
	return number;
}

static void check_last_read(const struct patient *patient)
{
	char age[AGE_SIZE];

	if (find_age(patient, "last_read_at_us", age)) {
		findings_add(patient->findings, FINDING_OK, "the upstream answers; last %s ago", age);
		return;
	}
	findings_add(patient->findings, FINDING_LOOK, "nothing was read from the upstream yet");
	findings_advise(patient->findings, "If claimd has been running for a minute, see what it says: journalctl -u claimd");
}

static void check_state(const struct patient *patient)
{
	struct findings *findings = patient->findings;
	const struct words *words = &kind_words[patient->kind];
	const char *state = print_column_text(patient->report, "state");
	const char *reason = print_column_text(patient->report, "reason");

	if (!reason)
		reason = "no reason is kept";
	if (!state)
		state = "";
	if (strcmp(state, "locked_out") == 0) {
		findings_add(findings, FINDING_BAD, "locked_out, the upstream refuses the %s: %s", words->credential, reason);
		findings_advise(findings, "Put a valid %s into %s and reload claimd; no %s is lost meanwhile", words->credential,
		                CONF_SOURCE_KEY(patient->kind, credential_file), words->call);
	} else if (strcmp(state, "limited") == 0) {
		findings_add(findings, FINDING_LOOK, "limited, the upstream wants a pause or is failing: %s", reason);
		findings_advise(findings, "claimd goes on by itself; if it stays so, see whether the upstream can be reached from here, "
		                "and after %s lower requests_per_second", words->too_many);
	} else {
		check_last_read(patient);
	}
}

static void check_clock(const struct patient *patient)
{
	double skew_s;

	if (!print_column_number(patient->report, "skew_s", &skew_s))
		return;
	double apart_s = skew_s < 0 ? -skew_s : skew_s;
	bool far = apart_s >= SKEW_LOOK_S;

	findings_add(patient->findings, far ? FINDING_LOOK : FINDING_OK, "the upstream's clock is %.1f s %s ours", apart_s,
	             skew_s < 0 ? "behind" : "ahead of");
	if (far)
		findings_advise(patient->findings, "Deadlines run on the upstream's clock; check NTP here");
}

static void advise_callback_url(const struct patient *patient)
{
	findings_advise(patient->findings,
	                "Give Yandex the callback_url https://YOUR-HOST/delivery/%s/SECRET? with the content of %s for SECRET",
	                patient->name, patient->conf ? patient->conf->secret_file : "callback_secret_file");
}

static void advise_push_url(const struct patient *patient)
{
	findings_advise(patient->findings,
	                "Register https://YOUR-HOST/market/%s/SECRET in the seller's cabinet, with the content of %s for SECRET",
	                patient->name, patient->conf ? patient->conf->secret_file : "notification_secret_file");
}

static void check_calls(const struct patient *patient)
{
	struct findings *findings = patient->findings;
	const struct words *words = &kind_words[patient->kind];
	char age[AGE_SIZE];

	if (patient->conf && !patient->conf->callbacks) {
		findings_add(findings, FINDING_OK, "%s are off", words->calls);
		return;
	}
	if (find_age(patient, "last_callback_at_us", age)) {
		findings_add(findings, FINDING_OK, "the last %s came %s ago", words->call, age);
		return;
	}
	findings_add(findings, FINDING_LOOK, "no %s ever came", words->call);
	if (patient->kind == CONF_MARKET)
		advise_push_url(patient);
	else
		advise_callback_url(patient);
}

/* Market's own state goes by how long: check_unanswered(). */
static void check_silence(const struct patient *patient)
{
	const char *state = print_column_text(patient->report, "state");

	if (!state || strcmp(state, "silent") != 0)
		return;
	findings_add(patient->findings, FINDING_LOOK, "silent: the journal moves, but callbacks have stopped");
	findings_advise(patient->findings, "See whether the claims still have the right callback_url, with \"claimctl doctor URL\", "
	                "and whether it can be reached from outside");
}

static void check_unanswered(const struct patient *patient)
{
	double unanswered_s = number_or_zero(patient, "unanswered_s");
	char age[AGE_SIZE];

	if (unanswered_s == 0)
		return;
	findings_add(patient->findings, unanswered_s < UNANSWERED_BAD_S ? FINDING_LOOK : FINDING_BAD,
	             "orders change, but no push has come for %s", age_text(unanswered_s, age));
	if (unanswered_s < UNANSWERED_END_S)
		findings_advise(patient->findings, "See in the cabinet's log of notifications what fails, and judge the URL with "
		                "\"claimctl doctor URL\": after 14 days Market switches the integration off and drops what it still holds");
	else
		findings_advise(patient->findings, "Market switches an integration off after 14 days: mend what failed, and enable "
		                "it again in the cabinet. Orders that change meanwhile are found by listing them");
}

/* How long ago the orders that were updated were listed, which makes up for pushes that were lost. */
static void check_list(const struct patient *patient)
{
	double age_s;
	char age[AGE_SIZE];

	if (!print_column_number(patient->report, "cursor_age_s", &age_s)) {
		findings_add(patient->findings, FINDING_LOOK, "updated orders were never listed");
		findings_advise(patient->findings, "If claimd has been running for a minute, see what it says: journalctl -u claimd");
		return;
	}
	bool late = patient->conf && age_s >= (double)patient->conf->market.catch_up_us / (double)USEC_PER_SEC + PENDING_LOOK_S;

	findings_add(patient->findings, late ? FINDING_LOOK : FINDING_OK, "updated orders were listed %s ago", age_text(age_s, age));
	if (late)
		findings_advise(patient->findings, "See whether claimd runs, and what it says of this source: journalctl -u claimd");
}

static void check_pending(const struct patient *patient)
{
	double pending = number_or_zero(patient, "pending");
	double oldest_s = number_or_zero(patient, "oldest_pending_s");
	bool late = pending > 0 && oldest_s >= PENDING_LOOK_S;
	char age[AGE_SIZE];

	if (pending == 0) {
		findings_add(patient->findings, FINDING_OK, "nothing is pending");
		return;
	}
	findings_add(patient->findings, late ? FINDING_LOOK : FINDING_OK, "%.0f pending, the oldest for %s", pending,
	             age_text(oldest_s, age));
	if (late)
		findings_advise(patient->findings, "See whether claimd runs, and what it says of this source: journalctl -u claimd");
}

static void check_gaps(const struct patient *patient)
{
	double gaps = number_or_zero(patient, "gaps_open");

	if (gaps == 0) {
		findings_add(patient->findings, FINDING_OK, "no history has a gap");
		return;
	}
	findings_add(patient->findings, FINDING_LOOK, "%.0f gaps in histories are open", gaps);
	if (patient->conf && !patient->conf->delivery.journal)
		findings_advise(patient->findings, "Set journal = yes: the journal has the steps that nobody saw");
	else
		findings_advise(patient->findings, "Nothing: the journal fills them, as far back as the upstream retains it");
}

static void check_source(const struct patient *patient)
{
	check_state(patient);
	check_clock(patient);
	check_calls(patient);
	check_pending(patient);
	switch (patient->kind) {
	case CONF_DELIVERY:
		check_silence(patient);
		check_gaps(patient);
		return;
	case CONF_MARKET:
		check_unanswered(patient);
		check_list(patient);
		return;
	case CONF_SOURCE_KIND_MAX:
		return;
	}
}

static void check_quirks(const struct patient *patient)
{
	static const struct {
		const char *column; /* of REPORT_QUIRKS */
		const char *what;
		const char *advice;
	} quirks[] = {
		{ "glued", "without ? or & before Yandex's parameters",
		  "End the callback_url in ? or &; \"claimctl doctor URL\" judges one" },
		{ "space_zone", "with a space for the + in updated_ts",
		  "Nothing is lost; if a proxy before claimd rewrites URLs, let it pass them on as they are" },
		{ "odd_time", "with an updated_ts of another form than the documented one", "Nothing is lost" },
		{ "no_time", "without an updated_ts that can be read",
		  "They are served, but a stale answer to them can't be told; see in report_notifications who sends them" },
	};

	/* Of a push nothing has to be forgiven: its URL is Market's own work. */
	if (patient->kind == CONF_MARKET)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(quirks); i++) {
		double n = number_or_zero(patient, quirks[i].column);

		if (n == 0)
			continue;
		findings_add(patient->findings, FINDING_LOOK, "%.0f callbacks came %s", n, quirks[i].what);
		findings_advise(patient->findings, "%s", quirks[i].advice);
	}
}

static void fail_reading(struct findings *findings, const struct store *store, int error)
{
	const char *detail = store_error_text(store);

	findings_about(findings, "database");
	findings_add(findings, FINDING_BAD, "it can't be read: %s%s%s", err_text(error), *detail ? ": " : "", detail);
	findings_advise(findings, "See what claimd says of it: journalctl -u claimd");
}

/* What the walk over a report knows. */
struct round {
	struct patient patient;
	const struct conf *conf; /* NULL: none is known */
	bool *served;            /* of each source of conf: whether the database knows it */
};

static void begin_source(struct findings *findings, enum conf_source_kind kind, const char *name)
{
	findings_about(findings, "%s source %s", conf_source_kind_text(kind), name);
}

static enum conf_source_kind find_kind(const struct report *report)
{
	const char *text = print_column_text(report, "kind");

	return text && strcmp(text, conf_source_kind_text(CONF_MARKET)) == 0 ? CONF_MARKET : CONF_DELIVERY;
}

/* Whether the source is one to look at. */
static bool admit(struct round *round)
{
	struct patient *patient = &round->patient;

	patient->name = print_column_text(patient->report, "source");
	patient->kind = find_kind(patient->report);
	patient->conf = round->conf ? conf_source_find(round->conf, patient->kind, patient->name) : NULL;
	for (size_t i = 0; round->conf && i < round->conf->n_sources; i++)
		if (round->conf->sources[i] == patient->conf)
			round->served[i] = true;
	begin_source(patient->findings, patient->kind, patient->name);
	return !round->conf || patient->conf;
}

static void walk(struct round *round, struct store *store, enum report_query query, void (*check)(const struct patient *patient))
{
	struct report *report CLEANUP(report_cleanup) = NULL;
	bool any = true;
	int r = store_report(store, query, NULL, 0, &report);

	round->patient.report = report;
	while (r == ERR_OK) {
		r = report_next(report, &any);
		if (r < 0 || !any)
			break;
		if (admit(round))
			check(&round->patient);
	}
	if (r < 0)
		fail_reading(round->patient.findings, store, r);
}

static void check_unserved(const struct round *round)
{
	struct findings *findings = round->patient.findings;

	for (size_t i = 0; round->conf && i < round->conf->n_sources; i++) {
		const struct conf_source *source = round->conf->sources[i];

		if (round->served[i])
			continue;
		begin_source(findings, source->kind, source->name);
		findings_add(findings, FINDING_LOOK, "it is configured, but claimd does not serve it yet");
		findings_advise(findings, "Reload claimd: systemctl reload claimd; where systemd hands the secrets over, restart it");
	}
}

void doctor_check_sources(struct findings *findings, struct wall now, const struct conf *conf, struct store *store)
{
	bool *served CLEANUP(flags_cleanup) = calloc(conf ? conf->n_sources + 1 : 1, sizeof(*served));
	struct round round = { .patient = { .findings = findings, .now = now }, .conf = conf, .served = served };

	if (!served) {
		fail_reading(findings, store, ERR_NOMEM);
		return;
	}
	walk(&round, store, REPORT_SOURCES, check_source);
	walk(&round, store, REPORT_QUIRKS, check_quirks);
	check_unserved(&round);
}
