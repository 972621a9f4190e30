/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A real claimd.
 * Benchmarks. Which ports the system chose stands in what the programs say.
 */
#include "bench/daemon.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"

#define SECRET "s3cret-of-main_0123456789"
#define READY_US (300 * USEC_PER_SEC)
#define ASK_AGAIN_US (5 * USEC_PER_MS)

struct daemon {
	struct child *child;
	int port;
	int admin_port;
};

static int write_file(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);

	FILE *file = fopen(path, "we");

	if (!file)
		return ERR_IO;
	fputs(text, file);
	return fclose(file) == 0 ? ERR_OK : ERR_IO;
}

static int configure(const char *folder, const struct daemon_plan *plan)
{
	char text[4 * PATH_MAX];

	snprintf(text, sizeof(text),
	         "[daemon]\ndatabase = %s\ncontrol_socket = %s/control.sock\nlog_level = notice\n"
	         "[listen]\naddress = 127.0.0.1:0\n[admin]\naddress = 127.0.0.1:0\n"
	         "[delivery main]\nbase_url = %s\ntoken_file = %s/token\ncallback_secret_file = %s/secret\njournal = %s\n"
	         "requests_per_second = 1000\nstale_retry = 5ms..15ms\n",
	         plan->database, folder, plan->base_url ? plan->base_url : "http://127.0.0.1:1", folder, folder,
	         plan->journal ? "yes" : "no");
	if (write_file(folder, "secret", SECRET "\n") || write_file(folder, "token", "a-token\n"))
		return ERR_IO;
	return write_file(folder, "claimd.conf", text);
}

/* The port behind the last WORDS in the file LOG; 0: they are not there. */
static int find_port(const char *log, const char *words)
{
	FILE *file = fopen(log, "re");
	char line[512];
	int port = 0;

	while (file && fgets(line, sizeof(line), file)) {
		const char *at = strstr(line, words);
		const char *colon = at ? strrchr(at, ':') : NULL;

		if (colon)
			port = (int)strtol(colon + 1, NULL, 10);
	}
	if (file)
		fclose(file);
	return port;
}

int daemon_start(const struct bench *bench, const struct daemon_plan *plan, struct daemon **ret)
{
	CLEANUP(daemon_cleanup) struct daemon *daemon = calloc(1, sizeof(*daemon));
	char conf[PATH_MAX], log[PATH_MAX];
	int r = daemon ? configure(bench->folder, plan) : ERR_NOMEM;

	if (r)
		return r;
	snprintf(conf, sizeof(conf), "%s/claimd.conf", bench->folder);
	snprintf(log, sizeof(log), "%s/claimd.log", bench->folder);
	r = child_start((const char *const[]){ "claimd", "-c", conf, NULL }, log, &daemon->child);
	r = r ? r : child_await_ready(daemon->child, READY_US);
	if (r)
		return r;
	daemon->port = find_port(log, "serving callbacks on ");
	daemon->admin_port = find_port(log, "serving probes on ");
	*ret = daemon;
	daemon = NULL;
	return ERR_OK;
}

struct daemon *daemon_free(struct daemon *daemon)
{
	if (!daemon)
		return NULL;
	child_free(daemon->child);
	free(daemon);
	return NULL;
}

struct child *daemon_child(const struct daemon *daemon)
{
	return daemon->child;
}

static int ask(int port, const char *request)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[256];
	int status = 0;
	ssize_t n = -1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 && send(fd, request, strlen(request), MSG_NOSIGNAL) > 0)
		n = recv(fd, answer, sizeof(answer) - 1, 0);
	close(fd);
	answer[n > 0 ? n : 0] = '\0';
	sscanf(answer, "HTTP/1.1 %d", &status);
	return status;
}

int daemon_call(const struct daemon *daemon, const char *claim)
{
	char request[512];

	snprintf(request, sizeof(request),
	         "POST /delivery/main/" SECRET "?updated_ts=2026-09-23T07:44:04.402413%%2B00:00&claim_id=%s HTTP/1.1\r\n"
	         "Host: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", claim);
	return ask(daemon->port, request);
}

int daemon_scrape(const struct daemon *daemon)
{
	return ask(daemon->admin_port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
}

static int write_scenario(const char *path, size_t n)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return ERR_IO;
	for (size_t i = 1; i <= n; i++)
		fprintf(file, "claim c%zu\n\tnew\n", i);
	return fclose(file) == 0 ? ERR_OK : ERR_IO;
}

int daemon_start_upstream(const struct bench *bench, size_t n, char *ret_url, struct child **ret)
{
	char scenario[PATH_MAX], log[PATH_MAX];
	struct mono begin = clock_mono(&(struct clock){ 0 });
	int port = 0;
	int r;

	snprintf(scenario, sizeof(scenario), "%s/claims.scn", bench->folder);
	snprintf(log, sizeof(log), "%s/claimsim.log", bench->folder);
	unlink(log);
	r = write_scenario(scenario, n);
	r = r ? r : child_start((const char *const[]){ "claimsim", "--scenario", scenario, "--step", "1ms..2ms", NULL }, log, ret);
	while (!r && (port = find_port(log, "listening on http://")) == 0) {
		bench_pause(ASK_AGAIN_US);
		r = clock_mono(&(struct clock){ 0 }).us - begin.us > READY_US ? ERR_IO : ERR_OK;
	}
	snprintf(ret_url, 64, "http://127.0.0.1:%d", port);
	return r;
}
