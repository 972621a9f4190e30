/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entries: which fields a line gets, and that the table of events is one. Unit ring: the journal is a function, and standard error a
 * pipe.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "entry/entry.h"

static const struct {
	const char *name;
	const char *message_id;
	const char *texts[3];
} events[] = {
#define ALERT(id, name, level, message_id, ...) { name, message_id, { __VA_ARGS__ } },
#define EVENT(id, name, message_id, ...) { name, message_id, { __VA_ARGS__ } },
#include "entry/events.def"
#undef ALERT
#undef EVENT
};

static const char *const fields[] = {
#define TEXT(member, name, meaning) name,
#define NUMBER(member, name, meaning) name,
#include "entry/fields.def"
#undef TEXT
#undef NUMBER
};

/* --- The tables ------------------------------------------------------------------------------------------------------- */

START_TEST(each_event_has_a_name_and_an_id_of_its_own)
{
	ck_assert_uint_eq(strspn(events[_i].name, "abcdefghijklmnopqrstuvwxyz_"), strlen(events[_i].name));
	ck_assert_uint_eq(strlen(events[_i].message_id), 32);
	ck_assert_uint_eq(strspn(events[_i].message_id, "0123456789abcdef"), 32);
	for (int i = 0; i < _i; i++) {
		ck_assert_str_ne(events[i].name, events[_i].name);
		ck_assert_str_ne(events[i].message_id, events[_i].message_id);
	}
}
END_TEST

static bool is_field(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (strlen(fields[i]) == len && strncmp(fields[i], name, len) == 0)
			return true;
	return false;
}

START_TEST(an_event_speaks_of_fields_that_there_are)
{
	for (size_t i = 0; i < ARRAY_SIZE(events[_i].texts); i++) {
		const char *at = strchr(events[_i].texts[i], '@');

		while (at) {
			const char *end = strchr(at + 1, '@');

			ck_assert_msg(end && is_field(at + 1, (size_t)(end - at - 1)), "%s: %s", events[_i].name, at);
			at = strchr(end + 1, '@');
		}
	}
}
END_TEST

START_TEST(a_field_has_a_name_that_the_journal_takes)
{
	ck_assert_int_eq(strncmp(fields[_i], "CLAIMD_", 7), 0);
	ck_assert_uint_eq(strspn(fields[_i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), strlen(fields[_i]));
	for (int i = 0; i < _i; i++)
		ck_assert_str_ne(fields[i], fields[_i]);
}
END_TEST

/* --- Entries ---------------------------------------------------------------------------------------------------------- */

static char sent[8192];

/* These stand in for the library's, and for the C library's: no journal of the system's gets what is tested. */
int sd_journal_sendv(const struct iovec *iov, int n);
int sd_journal_sendv(const struct iovec *iov, int n)
{
	for (int i = 0; i < n; i++)
		(void)snprintf(sent + strlen(sent), sizeof(sent) - strlen(sent), "%.*s\n", (int)iov[i].iov_len,
			       (const char *)iov[i].iov_base);
	return 0;
}

int access(const char *path ATTR_UNUSED, int mode ATTR_UNUSED)
{
	return 0;
}

static void open_journal(void)
{
	struct stat st;
	char value[64];
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_ge(dup2(fds[1], STDERR_FILENO), 0);
	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	(void)snprintf(value, sizeof(value), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	ck_assert_int_eq(setenv("JOURNAL_STREAM", value, 1), 0);
	log_open("claimtest", LOG_LEVEL_ERROR);
}

START_TEST(an_event_has_its_name_its_id_and_its_subject)
{
	const struct entry entry = {
		.event = EVENT_TRANSITION, .source = "main", .kind = "delivery", .claim = "c1", .from = "", .to = "new", .via = NULL,
	};

	entry_tell(LOG_LEVEL_ERROR, &entry, "%s: claim %s: new", entry.source, entry.claim);
	ck_assert_str_eq(sent, "MESSAGE=main: claim c1: new\nPRIORITY=3\nSYSLOG_IDENTIFIER=claimtest\n"
			       "CLAIMD_EVENT=transition\nCLAIMD_SOURCE=main\nCLAIMD_KIND=delivery\nCLAIMD_CLAIM=c1\n"
			       "CLAIMD_EXTERNAL_ID=c1\nCLAIMD_TO=new\nMESSAGE_ID=e2c32bc6daad4dfba91917e55f6e053e\n");
}
END_TEST

START_TEST(a_line_that_is_no_event_has_no_id)
{
	const struct entry entry = { .external_id = "5", .action = "accept", .action_id = 9223372036854775807 };

	entry_tell(LOG_LEVEL_ERROR, &entry, "wanted");
	ck_assert_str_eq(sent, "MESSAGE=wanted\nPRIORITY=3\nSYSLOG_IDENTIFIER=claimtest\nCLAIMD_EXTERNAL_ID=5\n"
			       "CLAIMD_ACTION=accept\nCLAIMD_ACTION_ID=9223372036854775807\n");
}
END_TEST

START_TEST(only_an_alert_is_told_above_the_level)
{
	entry_tell(LOG_LEVEL_WARNING, &(struct entry){ .event = EVENT_REFUSALS }, "refused");
	ck_assert_str_eq(sent, "");
	entry_tell(LOG_LEVEL_WARNING, &(struct entry){ .event = EVENT_SILENT, .alert_id = "msg_1", .order = "7" }, "silence");
	ck_assert_str_eq(sent, "MESSAGE=silence\nPRIORITY=4\nSYSLOG_IDENTIFIER=claimtest\nCLAIMD_ALERT=silent\n"
			       "CLAIMD_ALERT_ID=msg_1\nCLAIMD_ORDER=7\nCLAIMD_EXTERNAL_ID=7\n"
			       "MESSAGE_ID=8720ae76b32edc78c9e5bd86796a67a8\n");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("entry");
	TCase *tables = tcase_create("tables");
	TCase *entries = tcase_create("entries");

	tcase_add_loop_test(tables, each_event_has_a_name_and_an_id_of_its_own, 0, (int)ARRAY_SIZE(events));
	tcase_add_loop_test(tables, an_event_speaks_of_fields_that_there_are, 0, (int)ARRAY_SIZE(events));
	tcase_add_loop_test(tables, a_field_has_a_name_that_the_journal_takes, 0, (int)ARRAY_SIZE(fields));
	suite_add_tcase(s, tables);
	tcase_add_checked_fixture(entries, open_journal, NULL);
	tcase_add_test(entries, an_event_has_its_name_its_id_and_its_subject);
	tcase_add_test(entries, a_line_that_is_no_event_has_no_id);
	tcase_add_test(entries, only_an_alert_is_told_above_the_level);
	suite_add_tcase(s, entries);
	return s;
}
