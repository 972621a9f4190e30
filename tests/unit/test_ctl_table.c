/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables of claimctl: alignment, headings, and rows past the block that is held.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ctl/table.h"
#include "suite.h"

#define MANY 2500 /* several blocks */

static const char *const names[] = { "id", "status" };

struct text {
	char *data;
	size_t len;
	struct console console;
};

/* The stream writes to TEXT until it is closed, so TEXT stays where it is. */
static void text_open(struct text *text)
{
	text->console = (struct console){ .out = open_memstream(&text->data, &text->len) };
	ck_assert_ptr_nonnull(text->console.out);
}

static void add(struct table *table, const char *id, const char *status)
{
	ck_assert_int_eq(table_add(table, id), ERR_OK);
	ck_assert_int_eq(table_add(table, status), ERR_OK);
}

/* Ends the table and compares all that was written. */
static void expect(struct text *text, struct table *table, const char *want)
{
	ck_assert_int_eq(table_flush(table), ERR_OK);
	table_free(table);
	fclose(text->console.out);
	ck_assert_str_eq(text->data, want);
	free(text->data);
}

START_TEST(columns_are_as_wide_as_their_widest_text)
{
	struct text text;
	struct table *table = NULL;

	text_open(&text);
	ck_assert_int_eq(table_new(&text.console, names, 2, &table), ERR_OK);
	add(table, "1", "new");
	add(table, "1000", "accepted");
	expect(&text, table, "ID    STATUS\n1     new\n1000  accepted\n");
}
END_TEST

START_TEST(a_character_of_several_bytes_is_one_wide)
{
	struct text text;
	struct table *table = NULL;

	text_open(&text);
	ck_assert_int_eq(table_new(&text.console, names, 2, &table), ERR_OK);
	add(table, "\u0434\u0430\u0448\u0430", "new");
	add(table, "1", "accepted");
	expect(&text, table, "ID    STATUS\n\u0434\u0430\u0448\u0430  new\n1     accepted\n");
}
END_TEST

/* One character of two columns, one of one, and an accent that takes none. */
START_TEST(columns_are_those_of_a_terminal)
{
	struct text text;
	struct table *table = NULL;

	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	text_open(&text);
	ck_assert_int_eq(table_new(&text.console, names, 2, &table), ERR_OK);
	add(table, "\u8ca8\u00e9e\u0301", "new");
	add(table, "1000", "accepted");
	expect(&text, table, "ID    STATUS\n\u8ca8\u00e9e\u0301  new\n1000  accepted\n");
}
END_TEST

START_TEST(styles_leave_the_columns_alone)
{
	struct text text;
	struct table *table = NULL;

	text_open(&text);
	text.console.colour = true;
	ck_assert_int_eq(table_new(&text.console, names, 2, &table), ERR_OK);
	ck_assert_int_eq(table_add_styled(table, "1", STYLE_BAD), ERR_OK);
	ck_assert_int_eq(table_add_styled(table, "\033[2J", STYLE_GOOD), ERR_OK);
	add(table, "100", "new");
	expect(&text, table,
	       "\033[1mID\033[0m   \033[1mSTATUS\033[0m\n\033[31m1\033[0m    \033[32m?[2J\033[0m\n100  new\n");
}
END_TEST

START_TEST(without_colours_styles_are_nothing)
{
	struct text text;
	struct table *table = NULL;

	text_open(&text);
	text.console.terminal = true;
	ck_assert_int_eq(table_new(&text.console, names, 2, &table), ERR_OK);
	ck_assert_int_eq(table_add_styled(table, "1", STYLE_BAD), ERR_OK);
	ck_assert_int_eq(table_add_styled(table, "new", STYLE_GOOD), ERR_OK);
	expect(&text, table, "ID  STATUS\n1   new\n");
}
END_TEST

START_TEST(no_text_is_a_dash)
{
	struct text text;
	struct table *table = NULL;

	text_open(&text);
	ck_assert_int_eq(table_new(&text.console, names, 2, &table), ERR_OK);
	add(table, NULL, "");
	expect(&text, table, "ID  STATUS\n-   -\n");
}
END_TEST

START_TEST(no_row_leaves_the_headings)
{
	struct text text;
	struct table *table = NULL;

	text_open(&text);
	ck_assert_int_eq(table_new(&text.console, names, 2, &table), ERR_OK);
	expect(&text, table, "ID  STATUS\n");
}
END_TEST

START_TEST(a_table_without_names_has_no_headings)
{
	struct text text;
	struct table *table = NULL;

	text_open(&text);
	ck_assert_int_eq(table_new(&text.console, NULL, 2, &table), ERR_OK);
	add(table, "id", "1");
	expect(&text, table, "id  1\n");
}
END_TEST

START_TEST(control_characters_are_shown_as_question_marks)
{
	struct text text;
	struct table *table = NULL;

	text_open(&text);
	ck_assert_int_eq(table_new(&text.console, names, 2, &table), ERR_OK);
	add(table, "a\tb\033\n\177", "\302\233\302\240\302");
	expect(&text, table, "ID      STATUS\na?b???  ?\?\302\240\302\n");
}
END_TEST

START_TEST(rows_past_a_block_come_under_the_same_headings)
{
	struct text text;
	struct text want;
	struct table *table = NULL;

	text_open(&text);
	text_open(&want);
	fputs("ID     STATUS\n", want.console.out);
	ck_assert_int_eq(table_new(&text.console, names, 2, &table), ERR_OK);
	for (int i = 0; i < MANY; i++) {
		char id[16];

		snprintf(id, sizeof(id), "%05d", i);
		add(table, id, "new");
		fprintf(want.console.out, "%s  new\n", id);
	}
	fclose(want.console.out);
	expect(&text, table, want.data);
	free(want.data);
}
END_TEST

START_TEST(a_long_table_on_a_terminal_repeats_its_headings)
{
	struct text text;
	struct table *table = NULL;
	size_t n = 0;

	text_open(&text);
	text.console.terminal = true;
	ck_assert_int_eq(table_new(&text.console, names, 2, &table), ERR_OK);
	for (int i = 0; i < 100; i++)
		add(table, "1", "new");
	ck_assert_int_eq(table_flush(table), ERR_OK);
	table_free(table);
	fclose(text.console.out);
	for (const char *at = text.data; (at = strstr(at, "ID  STATUS\n")); at++)
		n++;
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(text.data + strlen(text.data) - strlen("1   new\n"), "1   new\n");
	free(text.data);
}
END_TEST

START_TEST(a_full_disk_is_told)
{
	struct console full = { .out = fopen("/dev/full", "w") };
	struct table *table = NULL;

	ck_assert_ptr_nonnull(full.out);
	setvbuf(full.out, NULL, _IONBF, 0);
	ck_assert_int_eq(table_new(&full, names, 2, &table), ERR_OK);
	add(table, "1", "new");
	ck_assert_int_eq(table_flush(table), ERR_IO);
	table_free(table);
	fclose(full.out);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("ctl_table");
	TCase *tcase = tcase_create("ctl_table");

	tcase_add_test(tcase, columns_are_as_wide_as_their_widest_text);
	tcase_add_test(tcase, a_character_of_several_bytes_is_one_wide);
	tcase_add_test(tcase, columns_are_those_of_a_terminal);
	tcase_add_test(tcase, styles_leave_the_columns_alone);
	tcase_add_test(tcase, without_colours_styles_are_nothing);
	tcase_add_test(tcase, no_text_is_a_dash);
	tcase_add_test(tcase, no_row_leaves_the_headings);
	tcase_add_test(tcase, a_table_without_names_has_no_headings);
	tcase_add_test(tcase, control_characters_are_shown_as_question_marks);
	tcase_add_test(tcase, rows_past_a_block_come_under_the_same_headings);
	tcase_add_test(tcase, a_long_table_on_a_terminal_repeats_its_headings);
	tcase_add_test(tcase, a_full_disk_is_told);
	suite_add_tcase(suite, tcase);
	return suite;
}
