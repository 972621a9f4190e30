/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimsim: the simulator as a program.
 * Simulator: files, signals and exit codes; everything else is the library's.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/err.h"
#include "base/output.h"
#include "base/secret.h"
#include "loop/listen.h"
#include "sim/cmdline.h"
#include "sim/sim.h"
#include "sim/truth.h"

/* Longer than any scenario that a person would write. */
#define SCENARIO_MAX (16 * 1024 * 1024)

static int fail(int exit_code, const char *subject, const char *why)
{
	fprintf(stderr, "claimsim: %s: %s\n", subject, why);
	return exit_code;
}

static int read_file(const char *path, struct buf *ret)
{
	char part[65536];
	FILE *file = fopen(path, "re");
	size_t n;
	int r = 0;

	if (!file)
		return err_from_errno(errno);
	ret->cap = SCENARIO_MAX;
	while (r == 0 && (n = fread(part, 1, sizeof(part), file)) > 0)
		r = buf_add(ret, part, n);
	if (r == 0 && ferror(file))
		r = ERR_IO;
	fclose(file);
	return r;
}

/* EX_OK, or the exit code of an error that has been told. */
static int load_scenario(const struct cmdline *cmdline, struct scenario *ret)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	struct scenario_error error;
	int r = read_file(cmdline->scenario_file, &text);

	if (r < 0)
		return fail(EX_NOINPUT, cmdline->scenario_file, err_text(r));
	r = scenario_parse(text.data ? text.data : "", text.len, cmdline->config.window_us, ret, &error);
	if (r < 0) {
		fprintf(stderr, "claimsim: %s:%u: %s\n", cmdline->scenario_file, error.line, error.why);
		return r == ERR_INVALID ? EX_DATAERR : EX_OSERR;
	}
	return EX_OK;
}

/* As load_scenario(); without a PATH there is nothing to load. */
static int load_secret(const char *path, struct secret *ret)
{
	int r = path ? secret_load(path, ret) : 0;

	if (r == ERR_INVALID)
		return fail(EX_DATAERR, path, "a token or key is one line without blanks");
	return r < 0 ? fail(EX_NOINPUT, path, err_text(r)) : EX_OK;
}

static int write_truth(const struct sim *sim, const char *path)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	FILE *file = fopen(path, "we");

	if (!file)
		return fail(EX_CANTCREAT, path, strerror(errno));

	int r = truth_write(sim_world(sim), &text);

	if (r == 0 && text.len > 0 && fwrite(text.data, 1, text.len, file) != text.len)
		r = ERR_IO;
	if (fclose(file) != 0 && r == 0)
		r = ERR_IO;
	return r < 0 ? fail(EX_IOERR, path, err_text(r)) : EX_OK;
}

static void print_summary(const struct sim *sim)
{
	struct sim_stats stats;

	sim_stats(sim, &stats);
	printf("claimsim: %zu of %zu claims and orders done, %zu transitions; %zu info, %zu bulk_info, %zu journal and %zu order "
	       "requests, %zu of them failed or refused; %zu events told; %zu acts done; %zu callbacks acked, %zu given up, %zu lost; "
	       "%zu pushes acked, %zu refused, %zu given up, %zu lost\n",
	       stats.done, stats.claims + stats.orders, stats.transitions, stats.answers.info, stats.answers.bulk_info,
	       stats.answers.journal, stats.answers.orders, stats.answers.failed + stats.answers.refused, stats.answers.events,
	       stats.answers.acts, stats.callbacks.acked, stats.callbacks.given_up, stats.lost, stats.pushes.acked, stats.pushes.refused,
	       stats.pushes.given_up, stats.pushes_lost);
}

static void on_done(void *cls)
{
	loop_stop(cls);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *cls)
{
	(void)source;
	(void)info;
	loop_stop(cls);
	return 0;
}

static int watch_signals(struct loop *loop)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0 ||
	    sd_event_add_signal(loop_event(loop), NULL, SIGTERM, on_signal, loop) < 0 ||
	    sd_event_add_signal(loop_event(loop), NULL, SIGINT, on_signal, loop) < 0)
		return ERR_IO;
	return 0;
}

static int run(struct loop *loop, const struct cmdline *cmdline)
{
	CLEANUP(sim_cleanup) struct sim *sim = NULL;
	int r = sim_new(loop, &cmdline->config, &sim);

	if (r == ERR_INVALID)
		return fail(EX_DATAERR, "--scenario", "two claims or orders have one id");
	if (r < 0)
		return fail(EX_UNAVAILABLE, cmdline->config.listen, listen_error_text(r));
	printf("claimsim: listening on %s\n", sim_url(sim));
	fflush(stdout);
	if (cmdline->exit_when_done)
		sim_set_on_done(sim, on_done, loop);
	if (!cmdline->exit_when_done || !sim_is_done(sim))
		r = loop_run(loop);
	if (r < 0)
		return fail(EX_OSERR, "event loop", err_text(r));
	print_summary(sim);
	return cmdline->truth_file ? write_truth(sim, cmdline->truth_file) : EX_OK;
}

static int play(const struct cmdline *cmdline)
{
	struct cmdline whole = *cmdline;
	CLEANUP(secret_done) struct secret token = { 0 };
	CLEANUP(secret_done) struct secret api_key = { 0 };
	CLEANUP(scenario_cleanup) struct scenario scenario = { 0 };
	const struct clock clock = { 0 };
	CLEANUP(loop_cleanup) struct loop *loop = NULL;
	int status = load_secret(cmdline->token_file, &token);

	if (status == EX_OK)
		status = load_secret(cmdline->api_key_file, &api_key);
	if (status == EX_OK && cmdline->scenario_file)
		status = load_scenario(cmdline, &scenario);
	if (status != EX_OK)
		return status;
	whole.config.token = token.text;
	whole.config.api_key = api_key.text;
	whole.config.scenario = &scenario;

	int r = loop_new(&clock, &loop);

	if (r == 0)
		r = watch_signals(loop);
	return r < 0 ? fail(EX_OSERR, "event loop", err_text(r)) : run(loop, &whole);
}

static int list_lives(void)
{
	for (size_t i = 0; i < LIFE_MAX; i++)
		printf("%-20s %-6s %2u  %s\n", lives[i].name, lives[i].model->name, lives[i].weight, lives[i].meaning);
	return output_end("claimsim");
}

int main(int argc, char **argv)
{
	struct cmdline cmdline;
	char error[CMDLINE_ERROR_SIZE];

	if (cmdline_parse(argc, argv, &cmdline, error) < 0) {
		fprintf(stderr, "claimsim: %s\n", error);
		return EX_USAGE;
	}
	switch (cmdline.verb) {
	case CMDLINE_RUN:
		break;
	case CMDLINE_HELP:
		fputs(cmdline_help, stdout);
		return output_end("claimsim");
	case CMDLINE_VERSION:
		printf("claimsim %s\n", VERSION);
		return output_end("claimsim");
	case CMDLINE_LIST_LIVES:
		return list_lives();
	}
	if (!cmdline.scenario_file && cmdline.config.claims + cmdline.config.dbs_orders + cmdline.config.laas_orders == 0) {
		fputs("claimsim: nothing to play; give --scenario FILE, --claims N or --orders dbs=N,laas=N\n", stderr);
		return EX_USAGE;
	}
	return play(&cmdline);
}
