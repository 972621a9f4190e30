/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claimd(8): options, and the daemon's life from configuration to exit status.
 * Daemon layer.
 */
#include <getopt.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/err.h"
#include "base/log.h"
#include "base/output.h"
#include "conf/conf.h"
#include "daemon/app.h"
#include "daemon/descriptors.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

struct options {
	const char *conf_file; /* NULL: the default files */
	bool check;
	bool print;
};

static const char usage_text[] =
	"usage: claimd [-c FILE] [--check-config] [--print-config] [--version] [--help]\n"
	"\n"
	"  -c, --config FILE   read FILE instead of the default configuration\n"
	"      --check-config  say whether the configuration is good, and exit\n"
	"      --print-config  print the configuration that results, secrets masked, and exit\n"
	"      --version       print the version, and exit\n"
	"      --help          print this, and exit\n"
	"\n"
	"claimd keeps the record of Yandex Delivery claims and Yandex Market orders: see\n"
	"claimd(8) and claimd.conf(5).\n";

enum {
	OPTION_CHECK = 256,
	OPTION_PRINT,
	OPTION_VERSION,
	OPTION_HELP,
};

static int refuse_option(int option, char **argv)
{
	bool is_letter = optopt != 0 && optopt < OPTION_CHECK;

	if (option == ':')
		fprintf(stderr, "claimd: %s wants a file behind it; try 'claimd --help'\n", argv[optind - 1]);
	else if (is_letter)
		fprintf(stderr, "claimd: -%c is no option; try 'claimd --help'\n", optopt);
	else
		fprintf(stderr, "claimd: %s is no option; try 'claimd --help'\n", argv[optind - 1]);
	return EX_USAGE;
}

/* Returns -1 to go on, else the exit status. */
static int read_options(int argc, char **argv, struct options *ret)
{
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, OPTION_CHECK },
		{ "print-config", no_argument, NULL, OPTION_PRINT },
		{ "version", no_argument, NULL, OPTION_VERSION },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, ":c:", table, NULL)) != -1) {
		if (option == 'c') {
			ret->conf_file = optarg;
		} else if (option == OPTION_CHECK) {
			ret->check = true;
		} else if (option == OPTION_PRINT) {
			ret->print = true;
		} else if (option == OPTION_VERSION) {
			puts("claimd " VERSION);
			return output_end("claimd");
		} else if (option == OPTION_HELP) {
			fputs(usage_text, stdout);
			return output_end("claimd");
		} else {
			return refuse_option(option, argv);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "claimd: unexpected argument '%s'; try 'claimd --help'\n", argv[optind]);
		return EX_USAGE;
	}
	return -1;
}

static int bad_configuration(const struct conf_error *error)
{
	fprintf(stderr, "claimd: %s\n", error->text);
	return EX_CONFIG;
}

/* A large answer's memory goes back to the system; left to itself, glibc learns to keep such blocks, and the threads
 * in which libcurl resolves names get heaps of their own. Both would be resident for good. */
static void keep_heap_small(void)
{
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 64 * 1024);
	mallopt(M_TRIM_THRESHOLD, 128 * 1024);
}

static int run(struct conf *conf, const char *conf_file)
{
	CLEANUP(app_cleanup) struct app *app = NULL;
	int status = EX_SOFTWARE;

	log_set_level(conf->daemon.log_level);
	descriptors_raise();
	if (app_new(conf, conf_file, &app, &status) != ERR_OK)
		return status;
	return app_run(app);
}

int main(int argc, char **argv)
{
	CLEANUP(conf_cleanup) struct conf *conf = NULL;
	struct options options = { 0 };
	struct conf_error error;
	int status = read_options(argc, argv, &options);

	if (status >= 0)
		return status;
	keep_heap_small();
	log_open("claimd", LOG_LEVEL_INFO);
	if (conf_load(options.conf_file, &conf, &error) != ERR_OK)
		return bad_configuration(&error);
	if (options.print) {
		conf_print(conf, stdout);
		return output_end("claimd");
	}
	if (conf_load_secrets(conf, &error) != ERR_OK)
		return bad_configuration(&error);
	if (options.check)
		return EX_OK;

	struct conf *owned = conf;

	conf = NULL;
	return run(owned, options.conf_file);
}
