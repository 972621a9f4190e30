/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of single values, each of which a configuration file may hold: one that is read is written in a form that reads
 * back as the same, and one that is refused leaves what was there.
 * Tests: conf layer.
 * Covers: conf/conf-value.c, conf/conf-quantity.c, conf/conf-campaigns.c, conf/conf-cidr.c, conf/conf-expand.c, conf/conf-url.c.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

/* Room for a field of any kind, aligned for it. */
union field {
	char bytes[64];
	void *pointer;
	int64_t number;
};

static char *write_field(const struct conf_key *key, const union field *field)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	FUZZ_REQUIRE(out);
	conf_value_write(key, field, out);
	FUZZ_REQUIRE(fclose(out) == 0);
	return text;
}

static void require_round_trip(const struct conf_key *key, const union field *field)
{
	CLEANUP(text_cleanup) char *text = write_field(key, field);
	CLEANUP(text_cleanup) char *text_again = NULL;
	union field again = { .pointer = NULL };
	struct conf_error error;

	FUZZ_REQUIRE(conf_value_read(key, text, &again, &error) == ERR_OK);
	text_again = write_field(key, &again);
	FUZZ_REQUIRE(strcmp(text, text_again) == 0);
	conf_value_done(key, &again);
}

static void try_key(const struct conf_key *key, const char *text)
{
	static const union field untouched;
	union field field = untouched;
	struct conf_error error = { "" };

	FUZZ_REQUIRE(key->size <= sizeof(field));
	if (conf_value_read(key, text, &field, &error) < 0) {
		FUZZ_REQUIRE(error.text[0] != '\0' && memchr(error.text, '\0', sizeof(error.text)));
		FUZZ_REQUIRE(memcmp(&field, &untouched, sizeof(field)) == 0);
		return;
	}
	require_round_trip(key, &field);
	conf_value_done(key, &field);
}

/* One key of each kind: others of it differ by their limits. */
static void try_kinds(const char *text)
{
	bool tried[CONF_KIND_MAX] = { false };

	for (size_t i = 0; i < conf_n_keys; i++) {
		if (tried[conf_keys[i].kind])
			continue;
		tried[conf_keys[i].kind] = true;
		try_key(&conf_keys[i], text);
	}
}

static void try_measure(const struct conf_measure *measure, const char *text)
{
	char written[CONF_QUANTITY_SIZE];
	struct conf_error error = { "" };
	int64_t value = 42;
	int64_t again;

	if (conf_quantity_read(measure, text, &value, &error) < 0) {
		FUZZ_REQUIRE(value == 42 && error.text[0] != '\0');
		return;
	}
	FUZZ_REQUIRE(value >= 0);
	conf_quantity_format(measure, value, written);
	FUZZ_REQUIRE(conf_quantity_read(measure, written, &again, &error) == ERR_OK && again == value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(text_cleanup) char *text = input_text(data, size);

	FUZZ_REQUIRE(setenv("CREDENTIALS_DIRECTORY", "/run/credentials/claimd.service", 1) == 0);
	try_kinds(text);
	try_measure(&conf_durations, text);
	try_measure(&conf_sizes, text);
	return 0;
}
