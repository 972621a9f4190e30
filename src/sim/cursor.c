/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes and reads cursors: "v1.LAST.BACK.BACK.~SIGNATURE", each BACK being a hole's distance from LAST, as base64url.
 * Simulator, pure.
 * Knows no event.
 */
#include "sim/cursor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "sim/chance.h"

#define VERSION_MARK "v1."
#define SIGNATURE_MARK '~'
#define SIGNATURE_DIGITS 16

/* Of base64. */
#define DIGIT_BITS 6
#define BYTE_BITS 8

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static uint64_t sign(const char *text, size_t len, uint64_t key)
{
	uint64_t signature = key;

	for (size_t i = 0; i < len; i++)
		signature = chance_draw(signature, CHANCE_CURSOR, (unsigned char)text[i], i);
	return signature;
}

static void signature_print(uint64_t signature, char ret[static SIGNATURE_DIGITS + 1])
{
	(void)snprintf(ret, SIGNATURE_DIGITS + 1, "%0*" PRIx64, SIGNATURE_DIGITS, signature);
}

static int base64_print(const char *bytes, size_t len, char **ret)
{
	char *text = malloc((len * BYTE_BITS + DIGIT_BITS - 1) / DIGIT_BITS + 1);
	char *at = text;
	unsigned bits = 0;
	unsigned n_bits = 0;

	if (!text)
		return ERR_NOMEM;
	for (size_t i = 0; i < len; i++) {
		bits = bits << BYTE_BITS | (unsigned char)bytes[i];
		for (n_bits += BYTE_BITS; n_bits >= DIGIT_BITS; n_bits -= DIGIT_BITS)
			*at++ = digits[bits >> (n_bits - DIGIT_BITS) & 63];
	}
	if (n_bits > 0)
		*at++ = digits[bits << (DIGIT_BITS - n_bits) & 63];
	*at = '\0';
	*ret = text;
	return 0;
}

/* Appends the bytes to RET. Bits that no byte needs must be 0, so that a byte string has one text only. */
static int base64_parse(const char *text, struct buf *ret)
{
	unsigned bits = 0;
	unsigned n_bits = 0;

	for (; *text; text++) {
		const char *digit = strchr(digits, *text);

		if (!digit)
			return ERR_INVALID;
		bits = bits << DIGIT_BITS | (unsigned)(digit - digits);
		n_bits += DIGIT_BITS;
		if (n_bits < BYTE_BITS)
			continue;
		n_bits -= BYTE_BITS;

		char byte = (char)(bits >> n_bits & 255);
		int r = buf_add(ret, &byte, 1);

		if (r < 0)
			return r;
	}
	return n_bits < DIGIT_BITS && (bits & ((1U << n_bits) - 1)) == 0 ? 0 : ERR_INVALID;
}

int cursor_print(const struct cursor *cursor, uint64_t key, char **ret)
{
	CLEANUP(buf_done) struct buf plain = { 0 };
	char signature[SIGNATURE_DIGITS + 1];
	int r = buf_addf(&plain, VERSION_MARK "%" PRId64 ".", cursor->last);

	for (size_t i = 0; r == 0 && i < cursor->n; i++)
		r = buf_addf(&plain, "%" PRId64 ".", cursor->last - cursor->holes[i]);
	if (r == 0) {
		signature_print(sign(plain.data, plain.len, key), signature);
		r = buf_addf(&plain, "%c%s", SIGNATURE_MARK, signature);
	}
	return r < 0 ? r : base64_print(plain.data, plain.len, ret);
}

/* Cuts the signature off PLAIN. It is compared as text: a number can be written in many ways. */
static int check_signature(struct buf *plain, uint64_t key)
{
	char *mark = plain->data ? memchr(plain->data, SIGNATURE_MARK, plain->len) : NULL;
	char signature[SIGNATURE_DIGITS + 1];

	if (!mark || plain->len - (size_t)(mark - plain->data) != 1 + SIGNATURE_DIGITS)
		return ERR_INVALID;
	signature_print(sign(plain->data, (size_t)(mark - plain->data), key), signature);
	if (memcmp(mark + 1, signature, SIGNATURE_DIGITS) != 0)
		return ERR_INVALID;
	*mark = '\0';
	return 0;
}

/* Reads a number and the full stop behind it. */
static int read_number(const char **io_at, int64_t *ret)
{
	char *end;

	*ret = strtoll(*io_at, &end, 10);
	if (end == *io_at || *end != '.')
		return ERR_INVALID;
	*io_at = end + 1;
	return 0;
}

/* What is signed was written above, but a later version may write something else. */
static int read_plain(const char *plain, struct cursor *cursor)
{
	const char *at = plain + strlen(VERSION_MARK);
	int r = strncmp(plain, VERSION_MARK, strlen(VERSION_MARK)) == 0 ? read_number(&at, &cursor->last) : ERR_INVALID;

	cursor->holes = calloc(strlen(plain), sizeof(*cursor->holes));
	if (!cursor->holes)
		return ERR_NOMEM;
	while (r == 0 && *at) {
		int64_t back;

		r = read_number(&at, &back);
		if (r == 0)
			cursor->holes[cursor->n++] = cursor->last - back;
	}
	return r;
}

int cursor_parse(const char *text, uint64_t key, struct cursor *ret)
{
	CLEANUP(buf_done) struct buf plain = { 0 };
	struct cursor cursor = { 0 };
	int r = base64_parse(text, &plain);

	if (r == 0)
		r = check_signature(&plain, key);
	if (r == 0)
		r = read_plain(plain.data, &cursor);
	if (r < 0) {
		cursor_done(&cursor);
		return r;
	}
	*ret = cursor;
	return 0;
}

void cursor_done(struct cursor *cursor)
{
	free(cursor->holes);
	*cursor = (struct cursor){ 0 };
}
