/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A unit's sandbox, read and entered.
 * System tests. Knows of each setting what systemd.exec(5) says of it, and of sets of system calls what systemd-analyze(1) tells.
 */
#include "sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"
#include "suite.h"

#define ANALYZER "systemd-analyze syscall-filter 2>/dev/null"

#ifdef HAVE_SECCOMP

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define CAPABILITIES_MAX 64

/* Whom the process takes itself for: as root it would do what only root may. Its files are still those of whoever it was. */
#define INSIDE_ID 998

/* --- Reading */

static void add_call(struct sandbox *sandbox, const char *name)
{
	for (size_t i = 0; i < sandbox->n_calls; i++)
		if (strcmp(sandbox->calls[i], name) == 0)
			return;
	sandbox->calls = reallocarray(sandbox->calls, sandbox->n_calls + 1, sizeof(sandbox->calls[0]));
	ck_assert_ptr_nonnull(sandbox->calls);
	sandbox->calls[sandbox->n_calls++] = strdup(name);
}

static void remove_call(struct sandbox *sandbox, const char *name)
{
	for (size_t i = 0; i < sandbox->n_calls; i++) {
		if (strcmp(sandbox->calls[i], name) != 0)
			continue;
		free(sandbox->calls[i]);
		sandbox->calls[i] = sandbox->calls[--sandbox->n_calls];
		return;
	}
}

/* What stands behind the line NAME in the analyzer's SETS: indented lines, of names, of other sets and of remarks. */
static const char *find_set(const char *sets, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = sets; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strncmp(line, name, len) == 0 && line[len] == '\n')
			return line + len + 1;
	ck_abort_msg("systemd-analyze knows no %s", name);
	return NULL;
}

static void apply_name(struct sandbox *sandbox, const char *sets, const char *name, bool allow)
{
	if (name[0] != '@') {
		(allow ? add_call : remove_call)(sandbox, name);
		return;
	}
	for (const char *line = find_set(sets, name); *line == ' '; line = strchr(line, '\n') + 1) {
		char member[64];

		if (sscanf(line, " %63s", member) == 1 && member[0] != '#')
			apply_name(sandbox, sets, member, allow);
	}
}

/* The first filter of a unit says whether it allows or forbids; this unit's allows. */
static void apply_filter(struct sandbox *sandbox, const char *sets, char *value)
{
	bool allow = value[0] != '~';
	char *rest = NULL;

	if (sandbox->n_calls == 0) {
		ck_assert_msg(allow, "the unit's SystemCallFilter= is no list of what is allowed");
		apply_name(sandbox, sets, "@default", true);
	}
	for (char *name = strtok_r(allow ? value : value + 1, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
		apply_name(sandbox, sets, name, allow);
}

static void apply_families(struct sandbox *sandbox, char *value)
{
	static const struct {
		const char *name;
		int family;
	} known[] = { { "AF_UNIX", AF_UNIX }, { "AF_INET", AF_INET }, { "AF_INET6", AF_INET6 } };
	char *rest = NULL;

	for (char *name = strtok_r(value, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
		for (size_t i = 0; i < ARRAY_SIZE(known); i++)
			if (strcmp(known[i].name, name) == 0)
				sandbox->families[sandbox->n_families++] = known[i].family;
}

static void apply_line(struct sandbox *sandbox, const char *sets, char *line)
{
	char *value = strchr(line, '=');

	line[strcspn(line, "\n")] = '\0';
	if (!value || line[0] == '#')
		return;
	*value++ = '\0';
	if (strcmp(line, "SystemCallFilter") == 0)
		apply_filter(sandbox, sets, value);
	else if (strcmp(line, "RestrictAddressFamilies") == 0)
		apply_families(sandbox, value);
	else if (strcmp(line, "MemoryDenyWriteExecute") == 0)
		sandbox->no_write_execute = strcmp(value, "yes") == 0;
	else if (strcmp(line, "ProtectSystem") == 0)
		sandbox->read_only_root = strcmp(value, "strict") == 0;
	else if (strcmp(line, "UMask") == 0)
		sandbox->umask = (mode_t)strtoul(value, NULL, 8);
}

static void read_all(FILE *file, struct buf *ret)
{
	char part[4096];
	size_t n;

	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		ck_assert_int_eq(buf_add(ret, part, n), 0);
}

static bool can_be_shut(void)
{
	int status = 0;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status == 0;
}

bool sandbox_open(struct sandbox *sandbox, const char *unit, const char *folder, const char **ret_why)
{
	char line[512];
	struct buf sets = { 0 };
	FILE *analyzer = popen(ANALYZER, "r");

	ck_assert_ptr_nonnull(analyzer);
	read_all(analyzer, &sets);
	if (pclose(analyzer) != 0 || sets.len == 0) {
		*ret_why = "there is no systemd-analyze (Debian: systemd)";
		buf_done(&sets);
		return false;
	}
	*sandbox = (struct sandbox){ .umask = 0022, .folder = folder };
	FILE *file = fopen(unit, "r");
	ck_assert_msg(file, "%s can't be read", unit);
	while (fgets(line, sizeof(line), file))
		apply_line(sandbox, sets.data, line);
	fclose(file);
	buf_done(&sets);
	ck_assert_msg(sandbox->n_calls > 0 && sandbox->n_families > 0 && sandbox->read_only_root, "%s has no sandbox", unit);
	if (can_be_shut())
		return true;
	*ret_why = "there are no user namespaces for it";
	sandbox_close(sandbox);
	return false;
}

/* --- Entering */

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	dprintf(STDERR_FILENO, "sandbox: %s: %s\n", what, strerror(errno));
	_exit(126);
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	require(fd >= 0 && write(fd, text, strlen(text)) > 0 && close(fd) == 0, path);
}

static void write_map(const char *path, unsigned outside_id)
{
	char text[48];

	snprintf(text, sizeof(text), "%u %u 1", INSIDE_ID, outside_id);
	write_text(path, text);
}

static void become_nobody_special(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	require(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0, "namespaces");
	write_text("/proc/self/setgroups", "deny");
	write_map("/proc/self/uid_map", uid);
	write_map("/proc/self/gid_map", gid);
}

static void shut_root(const char *folder)
{
	struct mount_attr closed = { .attr_set = MOUNT_ATTR_RDONLY };
	struct mount_attr open = { .attr_clr = MOUNT_ATTR_RDONLY };

	require(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "private mounts");
	require(mount(folder, folder, NULL, MS_BIND, NULL) == 0, folder);
	require(mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &closed, sizeof(closed)) == 0, "a read-only root");
	require(mount_setattr(AT_FDCWD, folder, 0, &open, sizeof(open)) == 0, folder);
}

static void drop_capabilities(void)
{
	for (unsigned long i = 0; i < CAPABILITIES_MAX; i++)
		require(prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == 0 || errno == EINVAL, "no capabilities");
}

static scmp_filter_ctx start_filter(uint32_t action)
{
	scmp_filter_ctx filter = seccomp_init(action);

	require(filter, "a filter");
	return filter;
}

static void load_filter(scmp_filter_ctx filter)
{
	require(seccomp_load(filter) == 0, "loading a filter");
	seccomp_release(filter);
}

/* An error and no death, as systemd has it: libc asks for more families than it needs, and does without. */
static void filter_families(const struct sandbox *sandbox)
{
	scmp_filter_ctx filter = start_filter(SCMP_ACT_ALLOW);

	for (int family = 0; family < AF_MAX; family++) {
		bool allowed = false;

		for (size_t i = 0; i < sandbox->n_families; i++)
			allowed = allowed || sandbox->families[i] == family;
		if (!allowed)
			require(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
			                         SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family, 0)) == 0, "a family");
	}
	load_filter(filter);
}

static void filter_write_execute(void)
{
	const scmp_datum_t both = PROT_WRITE | PROT_EXEC;
	scmp_filter_ctx filter = start_filter(SCMP_ACT_ALLOW);

	require(seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, both, both)) == 0, "mmap");
	require(seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(mprotect), 1,
	                         SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)) == 0, "mprotect");
	load_filter(filter);
}

static void filter_calls(const struct sandbox *sandbox)
{
	scmp_filter_ctx filter = start_filter(SCMP_ACT_KILL_PROCESS);

	for (size_t i = 0; i < sandbox->n_calls; i++) {
		int number = seccomp_syscall_resolve_name(sandbox->calls[i]);

		/* Below zero are those of other architectures. */
		if (number >= 0)
			require(seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0) == 0, sandbox->calls[i]);
	}
	load_filter(filter);
}

void sandbox_enter(void *cls)
{
	const struct sandbox *sandbox = cls;

	umask(sandbox->umask);
	become_nobody_special();
	shut_root(sandbox->folder);
	drop_capabilities();
	require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
	filter_families(sandbox);
	if (sandbox->no_write_execute)
		filter_write_execute();
	/* The last one: it allows no further filter. */
	filter_calls(sandbox);
}

#else

bool sandbox_open(struct sandbox *sandbox, const char *unit, const char *folder, const char **ret_why)
{
	(void)sandbox;
	(void)unit;
	(void)folder;
	*ret_why = "there is no libseccomp (Debian: libseccomp-dev)";
	return false;
}

void sandbox_enter(void *cls)
{
	(void)cls;
}

#endif

void sandbox_close(struct sandbox *sandbox)
{
	for (size_t i = 0; i < sandbox->n_calls; i++)
		free(sandbox->calls[i]);
	free(sandbox->calls);
	*sandbox = (struct sandbox){ 0 };
}
