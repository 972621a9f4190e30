/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading secrets from files.
 * Component ring: real files.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/secret.h"

static int load(const char *content, size_t len, struct secret *ret)
{
	char *path;

	ck_assert_int_gt(asprintf(&path, "%s/secret", suite_tmpdir()), 0);

	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(content, 1, len, file), len);
	ck_assert_int_eq(fclose(file), 0);

	int r = secret_load(path, ret);

	free(path);
	return r;
}

static void assert_reads(const char *content, const char *wanted)
{
	struct secret secret = { 0 };

	ck_assert_int_eq(load(content, strlen(content), &secret), 0);
	ck_assert_str_eq(secret.text, wanted);
	ck_assert_uint_eq(secret.len, strlen(wanted));
	secret_done(&secret);
	ck_assert_ptr_null(secret.text);
	ck_assert_uint_eq(secret.len, 0);
	secret_done(&secret);
}

static void assert_refused(const char *content, size_t len)
{
	struct secret secret = { 0 };

	ck_assert_int_eq(load(content, len, &secret), ERR_INVALID);
	ck_assert_ptr_null(secret.text);
}

START_TEST(one_trailing_newline_is_cut)
{
	assert_reads("s3cr3t", "s3cr3t");
	assert_reads("s3cr3t\n", "s3cr3t");
	assert_reads("s3cr3t\r\n", "s3cr3t");
	assert_reads("x", "x");
}
END_TEST

START_TEST(a_secret_is_one_line_without_blanks)
{
	static const char *const bads[] = { "", "\n", "\r\n", "a\n\n", "a b", " a", "a ", "a\tb", "a\nb\n", "a\r", "a\x7f" };

	for (size_t i = 0; i < ARRAY_SIZE(bads); i++)
		assert_refused(bads[i], strlen(bads[i]));
	assert_refused("a\0b", 3);
}
END_TEST

START_TEST(a_secret_has_at_most_the_maximal_length)
{
	char *content = malloc(SECRET_MAX + 100);
	struct secret secret = { 0 };

	ck_assert_ptr_nonnull(content);
	memset(content, 'x', SECRET_MAX + 100);
	assert_refused(content, SECRET_MAX + 1);
	assert_refused(content, SECRET_MAX + 100);
	content[SECRET_MAX] = '\r';
	content[SECRET_MAX + 1] = '\n';
	assert_refused(content, SECRET_MAX + 3);
	ck_assert_int_eq(load(content, SECRET_MAX + 2, &secret), 0);
	ck_assert_uint_eq(secret.len, SECRET_MAX);
	secret_done(&secret);
	free(content);
}
END_TEST

START_TEST(a_missing_file_is_not_found)
{
	struct secret secret;

	ck_assert_int_eq(secret_load("/nonexistent/secret", &secret), ERR_NOT_FOUND);
	ck_assert_int_eq(secret_load("/dev/null/secret", &secret), ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_folder_can_not_be_read)
{
	struct secret secret;

	ck_assert_int_eq(secret_load(suite_tmpdir(), &secret), ERR_IO);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("secret-file");
	TCase *tc = tcase_create("secret-file");

	tcase_add_test(tc, one_trailing_newline_is_cut);
	tcase_add_test(tc, a_secret_is_one_line_without_blanks);
	tcase_add_test(tc, a_secret_has_at_most_the_maximal_length);
	tcase_add_test(tc, a_missing_file_is_not_found);
	tcase_add_test(tc, a_folder_can_not_be_read);
	suite_add_tcase(s, tc);
	return s;
}
