/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the daemon is there, who may act through it, and what its upstreams say to it now.
 * Ctl layer. The upstreams are asked by the daemon, which has their credentials; what became of that is read in the database.
 */
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "ctl/doctor.h"
#include "ctl/door.h"
#include "ctl/fate.h"

/* Longer than a request to an upstream may take by default; the console may be less patient. */
#define PATIENCE_US (45 * USEC_PER_SEC)

#define OWNER_SIZE 64

static const char start_advice[] = "Start it: systemctl start claimd. If it ends again, see what it says: journalctl -u claimd";

static const char *user_text(uid_t uid, char buf[static OWNER_SIZE])
{
	const struct passwd *user = getpwuid(uid);

	if (user)
		snprintf(buf, OWNER_SIZE, "%s", user->pw_name);
	else
		snprintf(buf, OWNER_SIZE, "%u", uid);
	return buf;
}

static const char *group_text(gid_t gid, char buf[static OWNER_SIZE])
{
	const struct group *group = getgrgid(gid);

	if (group)
		snprintf(buf, OWNER_SIZE, "%s", group->gr_name);
	else
		snprintf(buf, OWNER_SIZE, "%u", gid);
	return buf;
}

/* Whether there is a socket at all. */
static bool check_socket(struct findings *findings, const char *path)
{
	struct stat status;
	char user[OWNER_SIZE];
	char group[OWNER_SIZE];

	if (stat(path, &status) < 0 && errno == EACCES) {
		findings_add(findings, FINDING_LOOK, "the folder of %s is closed to this user", path);
		findings_advise(findings, "Run this as root, or as a member of claimd's group");
		return false;
	}
	if (stat(path, &status) < 0) {
		findings_add(findings, FINDING_BAD, "claimd is not running: there is no %s", path);
		findings_advise(findings, "%s", start_advice);
		return false;
	}
	if (status.st_mode & S_IRWXO) {
		findings_add(findings, FINDING_BAD, "%s is open to every user of this machine", path);
		findings_advise(findings, "Close it: chmod o= %s", path);
		return true;
	}
	findings_add(findings, FINDING_OK, "user %s and group %s may act through %s", user_text(status.st_uid, user),
	             group_text(status.st_gid, group), path);
	return true;
}

/* --- The upstreams --- */

/* When nobody wants to wait longer for what is asked now. */
static struct mono patience_end(const struct console *console)
{
	int64_t patience_us = console->patience_us < PATIENCE_US ? console->patience_us : PATIENCE_US;

	return (struct mono){ clock_mono(&console->clock).us + patience_us };
}

static void tell_trouble(struct findings *findings, const struct fate *fate)
{
	if (strcmp(fate->code, "auth") == 0) {
		findings_add(findings, FINDING_BAD, "the upstream refuses our credentials: %s", fate->message);
		findings_advise(findings, "Put valid ones into the file of this source and reload claimd: systemctl reload claimd");
	} else if (strcmp(fate->code, "may_not_read") == 0 || strcmp(fate->code, "may_not_act") == 0) {
		findings_add(findings, FINDING_BAD, "%s", fate->message);
		findings_advise(findings, "Give the key the rights that it lacks, in the seller's cabinet");
	} else if (strcmp(fate->code, "limited") == 0 || fate->result == FATE_REFUSED) {
		findings_add(findings, FINDING_LOOK, "the upstream was not asked, or wants a pause: %s", fate->message);
		findings_advise(findings, "Ask again when the pause is over");
	} else {
		findings_add(findings, FINDING_BAD, "the upstream can't be reached, or does not answer as it should: %s", fate->message);
		findings_advise(findings, "See whether base_url is right, and whether this machine reaches it: names, routes, firewalls");
	}
}

static void tell_fate(struct findings *findings, const struct fate *fate)
{
	if (fate->result == FATE_OPEN) {
		findings_add(findings, FINDING_LOOK, "the upstream has not answered yet");
		findings_advise(findings, "See later what came of it: \"claimctl actions\", number %" PRId64, fate->id);
	} else if (fate->result == FATE_DONE && !*fate->code) {
		findings_add(findings, FINDING_OK, "the upstream takes our credentials, and %s", fate->message);
	} else {
		tell_trouble(findings, fate);
	}
}

static void check_upstreams(struct findings *findings, const struct doctor_visit *visit, const struct wire_act *probe,
                            const struct wire_acts *acts)
{
	const struct fate_wait wait = {
		.console = visit->console,
		.store = visit->store,
		.end = patience_end(visit->console),
	};

	for (size_t i = 0; i < acts->n; i++) {
		const struct fate_asked asked = fate_asked_of(probe, acts->ids[i]);
		struct fate fate = { 0 };
		int r = fate_await(&wait, &asked, &fate);

		if (r < 0) {
			findings_add(findings, FINDING_BAD, "what was asked of the daemon is not in this database");
			findings_advise(findings, "See whether the daemon runs with this configuration: systemctl restart claimd");
			return;
		}
		findings_about(findings, "upstream of %s", fate.source);
		tell_fate(findings, &fate);
	}
}

static void tell_door(struct findings *findings, int status, const struct door_trouble *trouble)
{
	if (status == EX_NOPERM) {
		findings_add(findings, FINDING_LOOK, "%s", trouble->text);
		findings_advise(findings, "Run this as one of them to have the upstreams asked");
	} else if (status == EX_UNAVAILABLE) {
		findings_add(findings, FINDING_BAD, "%s", trouble->text);
		findings_advise(findings, "%s", start_advice);
	} else {
		findings_add(findings, status == EX_TEMPFAIL ? FINDING_LOOK : FINDING_BAD, "%s", trouble->text);
		findings_advise(findings, "See what claimd says: journalctl -u claimd");
	}
}

void doctor_check_daemon(struct findings *findings, const struct doctor_visit *visit)
{
	const char *path = visit->conf->daemon.control_socket;
	const struct wire_act probe = { .kind = ACT_PROBE, .version = NUMBER_NONE, .target_id = NUMBER_NONE };
	struct wire_acts acts CLEANUP(wire_acts_done) = { 0 };
	struct door_trouble trouble = { "" };

	findings_about(findings, "daemon");
	if (!check_socket(findings, path) || !visit->store || visit->conf->n_sources == 0)
		return;
	int status = door_ask(path, &probe, &acts, &trouble);

	if (status == EX_OK)
		check_upstreams(findings, visit, &probe, &acts);
	else
		tell_door(findings, status, &trouble);
}
