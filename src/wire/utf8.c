/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8 by Unicode's table of well-formed sequences: no overlong forms, no surrogates, nothing past U+10FFFF.
 * Wire layer.
 * Never reads past LEN, and never trusts a NUL to stand there.
 */
#include "wire/utf8.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define REPLACEMENT "\xef\xbf\xbd"
#define REPLACEMENT_LEN (sizeof(REPLACEMENT) - 1)

static bool in_range(char c, unsigned char low, unsigned char high)
{
	return (unsigned char)c >= low && (unsigned char)c <= high;
}

/* The first byte narrows what may follow it: these bounds shut out overlong forms, surrogates, and what is past the
 * last plane. */
static bool second_is_valid(unsigned char first, char second)
{
	unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

	return in_range(second, low, high);
}

size_t utf8_char_len(const char *text, size_t len)
{
	unsigned char first;
	size_t n;

	if (len == 0)
		return 0;
	first = (unsigned char)text[0];
	if (first < 0x80)
		return 1;
	n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || n > len || !second_is_valid(first, text[1]))
		return 0;
	for (size_t i = 2; i < n; i++) {
		if (!in_range(text[i], 0x80, 0xbf))
			return 0;
	}
	return n;
}

/* C0, DEL and C1: any of these can move a terminal's cursor. */
static bool is_control(const char *text, size_t n)
{
	if (n == 1)
		return (unsigned char)text[0] < 0x20 || text[0] == 0x7f;
	return n == 2 && (unsigned char)text[0] == 0xc2 && (unsigned char)text[1] < 0xa0;
}

void utf8_clean(const char *text, size_t len, char substitute, char *ret, size_t size)
{
	size_t at = 0;

	while (len > 0) {
		size_t n = utf8_char_len(text, len);
		bool keep = n > 0 && !is_control(text, n);
		size_t taken = n > 0 ? n : 1;
		size_t written = keep ? n : 1;

		if (at + written >= size)
			break;
		memcpy(ret + at, keep ? text : &substitute, written);
		at += written;
		text += taken;
		len -= taken;
	}
	ret[at] = '\0';
}

int utf8_repair(const char *text, size_t len, char **ret)
{
	char *copy = malloc(len * REPLACEMENT_LEN + 1);
	size_t at = 0;

	if (!copy)
		return ERR_NOMEM;
	while (len > 0) {
		size_t n = text[0] == '\0' ? 0 : utf8_char_len(text, len);
		size_t taken = n > 0 ? n : 1;
		size_t written = n > 0 ? n : REPLACEMENT_LEN;

		memcpy(copy + at, n > 0 ? text : REPLACEMENT, written);
		at += written;
		text += taken;
		len -= taken;
	}
	copy[at] = '\0';
	*ret = copy;
	return ERR_OK;
}
