/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Comparing with a secret.
 * Unit ring; reading secrets from files is tested in the component ring.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

static char text[] = "s3cr3t";
static const struct secret secret = { .text = text, .len = 6 };

START_TEST(the_secret_matches_itself_and_what_goes_on_after_it)
{
	ck_assert(secret_matches_prefix(&secret, "s3cr3t", 6));
	ck_assert(secret_matches_prefix(&secret, "s3cr3t?claim_id=1", 17));
	ck_assert(secret_matches_prefix(&secret, "s3cr3tupdated_ts=1", 18));
}
END_TEST

START_TEST(a_difference_at_any_byte_does_not_match)
{
	for (size_t i = 0; i < secret.len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			char other[] = "s3cr3t";

			other[i] = (char)(other[i] ^ 1 << bit);
			ck_assert(!secret_matches_prefix(&secret, other, 6));
		}
	}
}
END_TEST

START_TEST(a_shorter_text_does_not_match_and_is_not_read_behind_its_end)
{
	for (size_t len = 0; len < secret.len; len++) {
		char *exact = malloc(len > 0 ? len : 1);

		ck_assert_ptr_nonnull(exact);
		memcpy(exact, text, len);
		ck_assert(!secret_matches_prefix(&secret, exact, len));
		free(exact);
	}
	ck_assert(!secret_matches_prefix(&secret, NULL, 0));
}
END_TEST

START_TEST(a_short_text_does_not_match_a_secret_of_one_repeated_byte)
{
	char repeated[] = "aaaa";
	const struct secret same = { .text = repeated, .len = 4 };

	ck_assert(!secret_matches_prefix(&same, "a", 1));
	ck_assert(!secret_matches_prefix(&same, "aaa", 3));
	ck_assert(secret_matches_prefix(&same, "aaaa", 4));
}
END_TEST

START_TEST(an_empty_secret_matches_nothing)
{
	char nothing[] = "";
	const struct secret none = { 0 }, empty = { .text = nothing, .len = 0 };

	ck_assert(!secret_matches_prefix(&none, "", 0));
	ck_assert(!secret_matches_prefix(&none, "x", 1));
	ck_assert(!secret_matches_prefix(&empty, "", 0));
	ck_assert(!secret_matches_prefix(&empty, "x", 1));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("secret");
	TCase *tc = tcase_create("secret");

	tcase_add_test(tc, the_secret_matches_itself_and_what_goes_on_after_it);
	tcase_add_test(tc, a_difference_at_any_byte_does_not_match);
	tcase_add_test(tc, a_shorter_text_does_not_match_and_is_not_read_behind_its_end);
	tcase_add_test(tc, a_short_text_does_not_match_a_secret_of_one_repeated_byte);
	tcase_add_test(tc, an_empty_secret_matches_nothing);
	suite_add_tcase(s, tc);
	return s;
}
