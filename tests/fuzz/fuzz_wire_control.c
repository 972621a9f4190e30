/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes what is said over the control socket, read as a request and as an answer: what comes out keeps control.h's promises, and
 * reads back from what we would write of it. Tests: wire layer.
 * Covers: wire/control.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"
#include "wire/control.h"

DEFINE_CLEANUP(text, char *, free)

static void require_act(const struct wire_act *act)
{
	FUZZ_REQUIRE(act->kind < ACT_MAX);
	FUZZ_REQUIRE(act->id[0] == '\0' || external_id_is_valid(act->id, strlen(act->id)));
	FUZZ_REQUIRE(act->source[0] == '\0' || external_id_is_valid(act->source, strlen(act->source)));
	require_line(act->argument, sizeof(act->argument));
	FUZZ_REQUIRE(act_argument_is_valid(act->kind, act->argument));
	FUZZ_REQUIRE(act->version == NUMBER_NONE || act->version >= 0);
	FUZZ_REQUIRE(act->target_id == NUMBER_NONE || act->target_id > 0);
	FUZZ_REQUIRE((act->price[0] != '\0') == (act->kind == ACT_CANCEL && strcmp(act->argument, "paid") == 0));
	FUZZ_REQUIRE(memchr(act->note, '\0', sizeof(act->note)) && !strchr(act->note, '\n'));
	FUZZ_REQUIRE(act->note[0] == '\0' || act->kind == ACT_RESOLVE);
}

static void require_act_again(const struct wire_act *act)
{
	CLEANUP(text_cleanup) char *text = NULL;
	char why[WIRE_WHY_SIZE];
	struct wire_act again;

	FUZZ_REQUIRE(wire_act_encode(act, &text) == ERR_OK);
	FUZZ_REQUIRE(wire_act_parse(text, strlen(text), &again, why) == ERR_OK);
	FUZZ_REQUIRE(again.kind == act->kind && again.version == act->version && again.target_id == act->target_id);
	FUZZ_REQUIRE(strcmp(again.id, act->id) == 0 && strcmp(again.source, act->source) == 0);
	FUZZ_REQUIRE(strcmp(again.argument, act->argument) == 0 && strcmp(again.price, act->price) == 0);
	FUZZ_REQUIRE(strcmp(again.note, act->note) == 0);
}

static void try_request(const char *text, size_t len)
{
	struct wire_act act = { .version = 42 };
	char why[WIRE_WHY_SIZE] = "";
	int r = wire_act_parse(text, len, &act, why);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && why[0] != '\0' && act.version == 42);
		require_line(why, sizeof(why));
		return;
	}
	FUZZ_REQUIRE(why[0] == '\0');
	require_act(&act);
	require_act_again(&act);
}

static void require_acts_again(const struct wire_acts *acts)
{
	CLEANUP(text_cleanup) char *text = NULL;
	CLEANUP(wire_acts_done) struct wire_acts again = { 0 };
	int r = acts->n > 0 ? wire_acts_encode(acts->ids, acts->n, &text)
	                    : wire_acts_error_encode(acts->code, acts->message, &text);

	FUZZ_REQUIRE(r == ERR_OK && wire_acts_parse(text, strlen(text), &again) == ERR_OK);
	FUZZ_REQUIRE(again.n == acts->n && strcmp(again.code, acts->code) == 0 && strcmp(again.message, acts->message) == 0);
	for (size_t i = 0; i < acts->n; i++)
		FUZZ_REQUIRE(acts->ids[i] > 0 && again.ids[i] == acts->ids[i]);
}

static void try_answer(const char *text, size_t len)
{
	CLEANUP(wire_acts_done) struct wire_acts acts = { 0 };
	int r = wire_acts_parse(text, len, &acts);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && !acts.ids);
		return;
	}
	FUZZ_REQUIRE((acts.n > 0) == (acts.code[0] == '\0'));
	require_line(acts.code, sizeof(acts.code));
	require_line(acts.message, sizeof(acts.message));
	require_acts_again(&acts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_request((const char *)data, size);
	try_answer((const char *)data, size);
	return 0;
}
