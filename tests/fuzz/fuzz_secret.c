/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzzes the reading of a secret's file: what is taken is one line of visible bytes, the file's own, and matches itself alone. Every
 * input is tried as a key for signatures, too.
 * Tests: base and api layer.
 * Covers: base/secret.c, api/webhook.c.
 */
#include <string.h>
#include <unistd.h>

#include "api/webhook.h"
#include "base/err.h"
#include "base/secret.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

static void require_secret(const struct secret *secret, const uint8_t *data, size_t size)
{
	FUZZ_REQUIRE(secret->len > 0 && secret->len <= SECRET_MAX && secret->len <= size);
	FUZZ_REQUIRE(memcmp(secret->text, data, secret->len) == 0 && secret->text[secret->len] == '\0');
	for (size_t i = 0; i < secret->len; i++)
		FUZZ_REQUIRE((unsigned char)secret->text[i] > ' ' && secret->text[i] != 0x7f);
	/* One trailing newline is all that was cut. */
	FUZZ_REQUIRE(size - secret->len <= 2 && (size == secret->len || data[size - 1] == '\n'));
}

static void require_match(const struct secret *secret)
{
	char *other = strdup(secret->text);

	FUZZ_REQUIRE(other);
	FUZZ_REQUIRE(secret_matches_prefix(secret, other, secret->len));
	FUZZ_REQUIRE(!secret_matches_prefix(secret, other, secret->len - 1));
	for (size_t i = 0; i < secret->len; i += 1 + i) {
		other[i] ^= 1;
		FUZZ_REQUIRE(!secret_matches_prefix(secret, other, secret->len));
		other[i] ^= 1;
	}
	free(other);
}

/* "v1," and 44 digits of base64, or nothing at all. */
static void require_signature(const struct secret *secret)
{
	const struct webhook_request request = { .secret = secret, .id = "id", .body = "{}", .at = { 0 } };
	char signature[WEBHOOK_SIGNATURE_SIZE] = "untouched";
	int r = webhook_sign(&request, signature);

	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && strcmp(signature, "untouched") == 0);
		return;
	}
	FUZZ_REQUIRE(strncmp(secret->text, "whsec_", 6) == 0);
	FUZZ_REQUIRE(strlen(signature) == WEBHOOK_SIGNATURE_SIZE - 1 && strncmp(signature, "v1,", 3) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secret secret = { .len = 42 };
	char path[INPUT_PATH_SIZE];
	int fd = input_file(data, size, path);
	int r = secret_load(path, &secret);

	(void)close(fd);
	if (r < 0) {
		FUZZ_REQUIRE(r == ERR_INVALID && !secret.text && secret.len == 42);
		return 0;
	}
	require_secret(&secret, data, size);
	require_match(&secret);
	require_signature(&secret);
	secret_done(&secret);
	FUZZ_REQUIRE(!secret.text && secret.len == 0);
	return 0;
}
