/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A configuration with its secrets beside the database of ctl_world, and runs of claimctl doctor over them.
 * Component tests: what test_doctor*.c share.
 */
#include "doctor_world.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"

static const char *folder;
static pid_t door;

const char *doctor_world_file(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

void doctor_world_write(const char *name, const char *text)
{
	FILE *file = fopen(doctor_world_file(name), "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(doctor_world_file(name), 0640), 0);
}

void doctor_world_configure(const char *line)
{
	char *text = NULL;

	ck_assert_int_gt(asprintf(&text,
	                          "[daemon]\ndatabase = %s\ncontrol_socket = %s/control.sock\n"
	                          "[delivery other]\ntoken_file = %s/token\ncallbacks = no\njournal = no\n"
	                          "[delivery main]\ntoken_file = %s/token\ncallback_secret_file = %s/secret\n%s\n",
	                          ctl_world_path(), folder, folder, folder, folder, line),
	                 0);
	doctor_world_write("claimd.conf", text);
	free(text);
}

void doctor_world_configure_market(const char *line)
{
	char *text = NULL;

	ck_assert_int_gt(asprintf(&text,
	                          "[market deaf]\nbusiness_id = 223\napi_key_file = %s/token\nnotifications = no\n"
	                          "[market shop]\nbusiness_id = 222\napi_key_file = %s/token\nnotification_secret_file = %s/secret\n%s",
	                          folder, folder, folder, line),
	                 0);
	doctor_world_configure(text);
	free(text);
}

void doctor_world_close_door(void)
{
	if (door > 0)
		fake_door_close(door);
	door = 0;
	(void)unlink(doctor_world_file("control.sock"));
}

void doctor_world_open_door(const struct fake_end *end)
{
	doctor_world_close_door();
	door = fake_door_open(doctor_world_file("control.sock"), ctl_world_path(), end);
}

static void make_folder(void)
{
	folder = suite_tmpdir();
	ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	doctor_world_write("token", DOCTOR_TOKEN "\n");
	doctor_world_write("secret", DOCTOR_SECRET "\n");
	doctor_world_open_door(&(struct fake_end){ "done", NULL, "answered in 0.012 s" });
}

void doctor_world_setup(void)
{
	ctl_world_setup_filled();
	make_folder();
	doctor_world_configure("");
}

void doctor_world_setup_market(void)
{
	ctl_world_setup_both();
	make_folder();
	doctor_world_configure_market("");
}

void doctor_world_teardown(void)
{
	doctor_world_close_door();
	ctl_world_teardown();
}

struct ctl_world_run doctor_world_run(const char *words)
{
	struct console console = { .clock = ctl_world_clock(ctl_world_time(600)), .patience_us = 1 };
	struct ctl_world_run run;
	char *line = NULL;

	ck_assert_int_gt(asprintf(&line, "doctor -c %s %s", doctor_world_file("claimd.conf"), words), 0);
	run = ctl_world_run_as(console, line);
	free(line);
	ck_assert_str_eq(run.err, "");
	ctl_world_expect_not_in(run.out, DOCTOR_TOKEN);
	ctl_world_expect_not_in(run.out, DOCTOR_SECRET);
	return run;
}

static bool is_expected(const char *line, const char *level, const char *subject, const char *part)
{
	return strncmp(line, level, strlen(level)) == 0 && line[strlen(level)] == ' ' && strstr(line, subject) && strstr(line, part);
}

void doctor_world_expect(const struct ctl_world_run *run, const char *level, const char *subject, const char *part)
{
	char *copy = strdup(run->out);
	char *rest = NULL;
	bool found = false;

	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		found = found || is_expected(line, level, subject, part);
	ck_assert_msg(found, "no \"%s\", \"%s\", \"%s\" in:\n%s", level, subject, part, run->out);
	free(copy);
}

void doctor_world_expect_run(const char *words, int status, const char *level, const char *subject, const char *part)
{
	struct ctl_world_run run = doctor_world_run(words);

	doctor_world_expect(&run, level, subject, part);
	ck_assert_msg(run.status == status, "exit status %d, not %d:\n%s", run.status, status, run.out);
	ctl_world_run_done(&run);
}
