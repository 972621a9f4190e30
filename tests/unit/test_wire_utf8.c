/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/utf8: which bytes are a character, and what becomes of those that are none.
 * Unit ring.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/suite.h"
#include "wire/utf8.h"

static const struct {
	const char *text;
	size_t len; /* of the character; 0: none */
} characters[] = {
	{ "", 0 },
	{ "a", 1 },
	{ "\x7f", 1 },
	{ "\x80", 0 },
	{ "\xc1\x81", 0 },         /* overlong */
	{ "\xc2\x80", 2 },
	{ "\xd0\x9f", 2 },
	{ "\xd0", 0 },             /* cut */
	{ "\xd0x", 0 },
	{ "\xe0\x9f\xbf", 0 },     /* overlong */
	{ "\xe0\xa0\x80", 3 },
	{ "\xed\x9f\xbf", 3 },
	{ "\xed\xa0\x80", 0 },     /* surrogate */
	{ "\xef\xbf\xbd", 3 },
	{ "\xe2\x82", 0 },         /* cut */
	{ "\xe2\x82x", 0 },
	{ "\xf0\x8f\xbf\xbf", 0 }, /* overlong */
	{ "\xf0\x90\x80\x80", 4 },
	{ "\xf4\x8f\xbf\xbf", 4 },
	{ "\xf4\x90\x80\x80", 0 }, /* past the last plane */
	{ "\xf5\x80\x80\x80", 0 },
	{ "\xf0\x9f\x9a\x9a", 4 },
	{ "\xf0\x9f\x9a", 0 },     /* cut */
	{ "\xf0\x9f\x9ax", 0 },
	{ "\xff", 0 },
};

START_TEST(a_character_is_told_from_bytes)
{
	const char *text = characters[_i].text;

	ck_assert_uint_eq(utf8_char_len(text, strlen(text)), characters[_i].len);
}
END_TEST

START_TEST(a_nul_is_a_character)
{
	ck_assert_uint_eq(utf8_char_len("\0", 1), 1);
}
END_TEST

static const struct {
	const char *text;
	size_t size;
	const char *cleaned;
} cleanings[] = {
	{ "", 1, "" },
	{ "accepted", 1, "" },
	{ "accepted", 9, "accepted" },
	{ "accepted", 8, "accepte" },
	{ "a\tb\r\n\x7f" "c", 20, "a?b???c" },
	{ "a\xc2\x9b" "31mb", 20, "a?31mb" }, /* C1: a terminal's escape in one character */
	{ "\xc2\xa0", 20, "\xc2\xa0" },
	{ "a\xff\xd0" "b", 20, "a??b" },
	{ "\xd0\x9f\xd0\xb5", 5, "\xd0\x9f\xd0\xb5" },
	{ "\xd0\x9f\xd0\xb5", 4, "\xd0\x9f" },
	{ "ab\xf0\x9f\x9a\x9a", 6, "ab" },
};

START_TEST(cleaning_keeps_whole_visible_characters)
{
	char cleaned[20];

	memset(cleaned, 'X', sizeof(cleaned));
	utf8_clean(cleanings[_i].text, strlen(cleanings[_i].text), '?', cleaned, cleanings[_i].size);
	ck_assert_str_eq(cleaned, cleanings[_i].cleaned);
}
END_TEST

START_TEST(cleaning_replaces_nuls)
{
	char cleaned[8];

	utf8_clean("a\0b", 3, ' ', cleaned, sizeof(cleaned));
	ck_assert_str_eq(cleaned, "a b");
}
END_TEST

static const struct {
	const char *text;
	size_t len;
	const char *repaired;
} repairs[] = {
	{ "", 0, "" },
	{ "plain", 5, "plain" },
	{ "a\0b", 3, "a\xef\xbf\xbd" "b" },
	{ "\xff\xfe\xfd", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xd0\x9f\xd0", 3, "\xd0\x9f\xef\xbf\xbd" },
	{ "tab\there", 8, "tab\there" },
};

START_TEST(repairing_replaces_only_what_is_no_text)
{
	char *repaired;

	ck_assert_int_eq(utf8_repair(repairs[_i].text, repairs[_i].len, &repaired), 0);
	ck_assert_str_eq(repaired, repairs[_i].repaired);
	free(repaired);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_utf8");
	TCase *tc = tcase_create("utf8");

	tcase_add_loop_test(tc, a_character_is_told_from_bytes, 0, (int)ARRAY_SIZE(characters));
	tcase_add_test(tc, a_nul_is_a_character);
	tcase_add_loop_test(tc, cleaning_keeps_whole_visible_characters, 0, (int)ARRAY_SIZE(cleanings));
	tcase_add_test(tc, cleaning_replaces_nuls);
	tcase_add_loop_test(tc, repairing_replaces_only_what_is_no_text, 0, (int)ARRAY_SIZE(repairs));
	suite_add_tcase(s, tc);
	return s;
}
