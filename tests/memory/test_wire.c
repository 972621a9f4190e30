/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of all of wire when memory gives out, at each allocation in turn: it says so, and nothing is lost.
 * Memory ring.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "documents.h"
#include "scarce.h"
#include "tests/suite.h"

/* Blocks that json-c's parser itself forgets. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libjson-c\n";
}

static int write_and_free(const struct document *document)
{
	char *text = NULL;
	int r = document->write(&text);

	free(text);
	return r;
}

/* Whether there was an NTH allocation; then the writer must have said that it failed, and have kept nothing. */
static bool write_scarcely(const struct document *document, struct scarcity scarcity, size_t nth)
{
	scarce_begin(scarcity, nth);

	int r = write_and_free(document);
	bool failed = scarce_end();

	ck_assert_msg(r == (failed ? ERR_NOMEM : ERR_OK), "%s: %s: %s", document->name, scarce_text(scarcity, nth), err_text(r));
	ck_assert_msg(document->trial == LEAKY || scarce_kept() == 0, "%s: %s: %ld blocks are lost", document->name,
	              scarce_text(scarcity, nth), scarce_kept());
	return failed;
}

START_TEST(what_memory_does_not_suffice_for_is_not_written_and_nothing_is_lost)
{
	const struct document *document = &documents[(size_t)_i % documents_n];
	struct scarcity scarcity = { .ours = document->trial == OURS, .for_good = _i >= (int)documents_n };
	size_t nth = 1;

	ck_assert_int_eq(write_and_free(document), ERR_OK);
	while (write_scarcely(document, scarcity, nth))
		nth++;
	ck_assert_uint_gt(nth, 1);
}
END_TEST

/* Whether there was an NTH allocation; then the reader must have said that it failed, and not that the text is wrong. */
static bool read_scarcely(const struct document *document, const char *text, struct scarcity scarcity, size_t nth)
{
	scarce_begin(scarcity, nth);

	int r = document->read(text, strlen(text));
	bool failed = scarce_end();

	ck_assert_msg(r == (failed ? ERR_NOMEM : ERR_OK), "%s: %s: %s", document->name, scarce_text(scarcity, nth), err_text(r));
	ck_assert_msg(!scarcity.ours || scarce_kept() == 0, "%s: %s: %ld blocks are lost", document->name, scarce_text(scarcity, nth),
	              scarce_kept());
	return failed;
}

static void read_ever_more(const struct document *document, struct scarcity scarcity)
{
	char *text;
	size_t nth = 1;

	ck_assert_int_eq(document->write(&text), ERR_OK);
	ck_assert_int_eq(document->read(text, strlen(text)), ERR_OK);
	while (read_scarcely(document, text, scarcity, nth))
		nth++;
	free(text);
}

START_TEST(what_we_have_no_memory_for_is_not_read_and_nothing_is_lost)
{
	const struct document *document = &documents[(size_t)_i % documents_n];

	if (document->read)
		read_ever_more(document, (struct scarcity){ .ours = true, .for_good = _i >= (int)documents_n });
}
END_TEST

START_TEST(what_memory_does_not_suffice_for_is_never_called_wrong)
{
	const struct document *document = &documents[_i];

	if (document->read && document->trial == EVERY)
		read_ever_more(document, (struct scarcity){ .for_good = true });
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("wire");
	TCase *tcase = tcase_create("memory");
	int n = (int)documents_n;

	tcase_add_loop_test(tcase, what_memory_does_not_suffice_for_is_not_written_and_nothing_is_lost, 0, 2 * n);
	tcase_add_loop_test(tcase, what_we_have_no_memory_for_is_not_read_and_nothing_is_lost, 0, 2 * n);
	tcase_add_loop_test(tcase, what_memory_does_not_suffice_for_is_never_called_wrong, 0, n);
	suite_add_tcase(suite, tcase);
	return suite;
}
