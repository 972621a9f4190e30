/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes claimsim's command line, an argument a line: each number is within its limits, and what is refused is refused in one line.
 * Tests: sim layer.
 * Covers: sim/cmdline.c, sim/faults.c, sim/lives.c, sim/spec.c, sim/span.c.
 */
#include <string.h>

#include "base/err.h"
#include "sim/cmdline.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

#define ARGUMENTS_MAX 32

static void require_probability(double p)
{
	FUZZ_REQUIRE(p >= 0 && p <= 1);
}

/* Some life of each model can be chosen, by whatever chance says. */
static void require_weights(const struct life_weights *weights)
{
	for (size_t i = 0; i < LIFE_MAX; i++)
		FUZZ_REQUIRE(weights->weight[i] >= 0 && weights->weight[i] <= 1e6);
	for (size_t i = 0; i < MODEL_MAX; i++)
		for (int bits = 0; bits <= 64; bits += 8) {
			const struct life *life = life_choose(weights, models[i], bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1);

			FUZZ_REQUIRE(life->model == models[i] && weights->weight[life - lives] > 0);
		}
}

static void require_config(const struct sim_config *config)
{
	for (size_t i = 0; i < FAULT_MAX; i++)
		require_probability(config->faults.probability[i]);
	require_probability(config->fake);
	FUZZ_REQUIRE(memchr(config->faults.conflict, '\0', sizeof(config->faults.conflict)));
	FUZZ_REQUIRE(memchr(config->claim_rules.fee, '\0', sizeof(config->claim_rules.fee)));
	FUZZ_REQUIRE(config->step_min_us >= 0 && config->step_min_us <= config->step_max_us);
	FUZZ_REQUIRE(config->window_us >= 0 && config->offer_us >= 0 && config->sender.retry_us >= 0 && config->keep_us >= 0);
	FUZZ_REQUIRE(config->rate > 0 && config->rate <= 1e6 && config->business_id > 0);
	FUZZ_REQUIRE(config->page_max >= 1 && config->page_max <= 1000);
	require_weights(&config->weights);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char program[] = "claimsim";
	char *text = input_text(data, size);
	char *argv[ARGUMENTS_MAX + 2] = { program };
	char error[CMDLINE_ERROR_SIZE] = "";
	char *rest = text;
	char *line;
	struct cmdline cmdline = { .verb = CMDLINE_LIST_LIVES, .exit_when_done = true };
	int argc = 1;

	while (argc <= ARGUMENTS_MAX && (line = input_line(&rest)) != NULL)
		argv[argc++] = line;
	if (cmdline_parse(argc, argv, &cmdline, error) < 0) {
		FUZZ_REQUIRE(error[0] != '\0' && memchr(error, '\0', sizeof(error)));
		FUZZ_REQUIRE(cmdline.verb == CMDLINE_LIST_LIVES && cmdline.exit_when_done);
	} else {
		FUZZ_REQUIRE(error[0] == '\0');
		if (cmdline.verb == CMDLINE_RUN)
			require_config(&cmdline.config);
	}
	free(text);
	return 0;
}
