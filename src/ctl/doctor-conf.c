/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the configuration is good, and who can read the files that it names.
 * Ctl layer. The files' content is judged by conf itself, and told by nobody.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "conf/conf-value.h"
#include "ctl/doctor.h"

DEFINE_CLEANUP(text, char *, free)

/* 0, or the errno that keeps this user from reading the file. */
static int try_file(const char *path, struct stat *ret)
{
	if (stat(path, ret) < 0 || access(path, R_OK) < 0)
		return errno;
	return 0;
}

/* Returns whether the content can be looked at. */
static bool check_access(struct findings *findings, const char *path, bool secret)
{
	struct stat status;
	int errnum = try_file(path, &status);

	if (errnum == EACCES) {
		findings_add(findings, FINDING_LOOK, "%s is not for this user to read", path);
		findings_advise(findings, "Run this as the user of claimd, or as root, to have it checked");
	} else if (errnum != 0) {
		findings_add(findings, FINDING_BAD, "%s: %s", path, strerror(errnum));
		findings_advise(findings, "Put the file there, or correct the path");
	} else if (secret && (status.st_mode & S_IRWXO)) {
		findings_add(findings, FINDING_BAD, "%s is open to every user of this machine", path);
		findings_advise(findings, "Close it: chmod o= %s", path);
	} else {
		findings_add(findings, FINDING_OK, "%s can be read%s", path, secret ? ", and not by everybody" : "");
	}
	return errnum == 0;
}

/* Likewise, of a path that may still hold variables. */
static bool check_file(struct findings *findings, const char *path, bool secret)
{
	char *expanded CLEANUP(text_cleanup) = NULL;
	struct conf_error error;
	int r = conf_expand(path, &expanded, &error);

	if (r == ERR_OK)
		return check_access(findings, expanded, secret);
	findings_add(findings, r == ERR_NOT_FOUND ? FINDING_LOOK : FINDING_BAD, "%s: %s", path,
	             r == ERR_NOT_FOUND ? "only the daemon can read it" : error.text);
	if (r == ERR_NOT_FOUND)
		findings_advise(findings, "Nothing, if the service is given it as a credential: claimd does not start without it. "
		                "Set the variable to have it checked here");
	else
		findings_advise(findings, "Correct the path");
	return false;
}

/* An empty path is none. */
static bool check_tls_file(struct findings *findings, const char *key, const char *path, bool secret)
{
	if (!*path)
		return true;
	findings_about(findings, "[listen] %s", key);
	return check_file(findings, path, secret);
}

static bool check_secret_file(struct findings *findings, const struct conf_source *source, const char *key, const char *path)
{
	findings_about(findings, "[%s %s] %s", conf_source_kind_text(source->kind), source->name, key);
	return check_file(findings, path, true);
}

static bool check_source_files(struct findings *findings, const struct conf_source *source)
{
	const char *credential = CONF_SOURCE_KEY(source->kind, credential_file);
	const char *secret = CONF_SOURCE_KEY(source->kind, secret_file);
	const char *forward = CONF_SOURCE_KEY(source->kind, forward_secret_file);
	bool readable = check_secret_file(findings, source, credential, source->credential_file);

	if (source->callbacks)
		readable = check_secret_file(findings, source, secret, source->secret_file) && readable;
	if (*source->forward_url)
		readable = check_secret_file(findings, source, forward, source->forward_secret_file) && readable;
	return readable;
}

/* conf's own judgement, which the daemon starts by; it ends at the first file that can't be read, so it is asked only
 * when each can. */
static void check_contents(struct findings *findings, struct conf *conf)
{
	struct conf_error error;

	findings_about(findings, "secrets");
	if (conf_load_secrets(conf, &error) == ERR_OK) {
		findings_add(findings, FINDING_OK, "each file holds one");
		return;
	}
	findings_add(findings, FINDING_BAD, "%s", error.text);
	findings_advise(findings, "Correct it, then start or reload claimd");
}

static bool check_tls(struct findings *findings, struct wall now, const struct conf_listen *listen)
{
	bool readable = check_tls_file(findings, "tls_certificate", listen->tls_certificate, false);

	readable = check_tls_file(findings, "tls_key", listen->tls_key, true) && readable;
	if (readable && *listen->tls_certificate)
		doctor_check_tls(findings, now, listen);
	return readable;
}

static bool check_alert_file(struct findings *findings, const struct conf_daemon *daemon)
{
	if (!*daemon->alert_url)
		return true;
	findings_about(findings, "[daemon] alert_secret_file");
	return check_file(findings, daemon->alert_secret_file, true);
}

static void check_files(struct findings *findings, struct wall now, struct conf *conf)
{
	bool readable = check_tls(findings, now, &conf->listen);

	readable = check_alert_file(findings, &conf->daemon) && readable;
	for (size_t i = 0; i < conf->n_sources; i++)
		readable = check_source_files(findings, conf->sources[i]) && readable;
	if (readable && (conf->n_sources > 0 || *conf->daemon.alert_url))
		check_contents(findings, conf);
}

/* Whether HOST, behind which are a port, a path or nothing, is this machine by its very name. */
static bool is_this_machine(const char *host)
{
	static const char *const names[] = { "localhost", "[::1]" };
	size_t len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (len == strlen(names[i]) && strncmp(host, names[i], len) == 0)
			return true;
	return strncmp(host, "127.", strlen("127.")) == 0 && strspn(host, "0123456789.") == len;
}

/* Of the URL only what can't be a secret is told: scheme and host. */
static void check_receiver(struct findings *findings, const char *what, const char *url)
{
	size_t scheme = strcspn(url, ":") + strlen("://");
	int len = (int)(scheme + strcspn(url + scheme, "/"));
	bool open = strncmp(url, "https:", strlen("https:")) != 0 && !is_this_machine(url + scheme);

	findings_add(findings, open ? FINDING_LOOK : FINDING_OK, "%s go to %.*s%s", what, len, url,
	             open ? ", over the network for all to read" : "");
	if (open)
		findings_advise(findings, "Use https: they are signed, but not hidden");
}

static void check_receivers(struct findings *findings, const struct conf *conf)
{
	findings_about(findings, "[daemon] alert_url");
	if (*conf->daemon.alert_url)
		check_receiver(findings, "alerts", conf->daemon.alert_url);
	for (size_t i = 0; i < conf->n_sources; i++) {
		const struct conf_source *source = conf->sources[i];

		findings_about(findings, "[%s %s] forward_url", conf_source_kind_text(source->kind), source->name);
		if (*source->forward_url)
			check_receiver(findings, "transitions", source->forward_url);
	}
}

void doctor_check_conf(struct findings *findings, struct wall now, const char *file, struct conf **ret)
{
	struct conf *conf = NULL;
	struct conf_error error;

	findings_about(findings, "configuration");
	if (conf_load(file, &conf, &error) < 0) {
		findings_add(findings, FINDING_BAD, "%s", error.text);
		findings_advise(findings, "Correct it: until then claimd does not start, and one that runs keeps what it has");
		return;
	}
	if (conf->n_sources == 0) {
		findings_add(findings, FINDING_LOOK, "there is no source in it");
		findings_advise(findings, "Add a section [delivery NAME] or [market NAME], see claimd.conf(5)");
	} else {
		findings_add(findings, FINDING_OK, "it is well-formed; sources: %zu", conf->n_sources);
	}
	check_files(findings, now, conf);
	check_receivers(findings, conf);
	*ret = conf;
}
