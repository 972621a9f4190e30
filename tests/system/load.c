/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Load: each client has one request in flight.
 * System tests.
 */
#include "load.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http.h"
#include "process.h"
#include "site.h"
#include "suite.h"

void load_post_callback(int fd, const char *subject, int n)
{
	char target[256];

	snprintf(target, sizeof(target), SITE_PATH "?n=%d&claim_id=%s", n, subject);
	http_request(fd, "POST", target, "");
}

void load_post_push(int fd, const char *subject, int n)
{
	char body[256];

	snprintf(body, sizeof(body), "{\"notificationType\":\"ORDER_UPDATED\",%s,\"updateType\":\"UNKNOWN\",\"updatedAt\":\""
	                             LOAD_PUSH_SECOND ".%06dZ\"}", subject, n);
	http_request_json(fd, SITE_PUSH, "", body);
}

struct load *load_new(const char *address, load_post_fn post, char **subjects, size_t n_subjects)
{
	struct load *load = calloc(1, sizeof(*load));

	ck_assert_ptr_nonnull(load);
	load->address = address;
	load->post = post;
	load->subjects = subjects;
	load->n_subjects = n_subjects;
	for (size_t i = 0; i < LOAD_CLIENTS; i++)
		load->clients[i] = (struct load_client){ .fd = -1, .n = -1 };
	return load;
}

static void hang_up(struct load_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	*client = (struct load_client){ .fd = -1, .n = -1 };
}

struct load *load_free(struct load *load)
{
	if (!load)
		return NULL;
	for (size_t i = 0; i < LOAD_CLIENTS; i++)
		hang_up(&load->clients[i]);
	free(load->acked);
	free(load);
	return NULL;
}

/* A number that was never used. */
static int take_number(struct load *load)
{
	if (load->next == load->n_room) {
		load->n_room = 2 * load->n_room + 1024;
		load->acked = reallocarray(load->acked, (size_t)load->n_room, sizeof(load->acked[0]));
		ck_assert_ptr_nonnull(load->acked);
	}
	load->acked[load->next] = false;
	return load->next++;
}

static void post_next(struct load *load, struct load_client *client)
{
	client->n = take_number(load);
	if (client->fd < 0)
		client->fd = http_connect(load->address);
	load->post(client->fd, load->subjects[(size_t)client->n % load->n_subjects], client->n);
}

/* Something has come, or the connection has ended. */
static void take(struct load *load, struct load_client *client)
{
	struct http_answer answer;
	unsigned status = http_receive(client->fd, &answer);
	bool good = status == 200 || status == 202;
	bool ends = !good || http_has(&answer, "\r\nConnection: close\r\n");

	http_answer_done(&answer);
	if (good) {
		load->acked[client->n] = true;
		load->n_acked++;
	}
	client->n = -1;
	if (ends)
		hang_up(client);
}

/* Each client has a request under way when this waits; for US at most. */
static void turn(struct load *load, int64_t us)
{
	const struct timespec timeout = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };
	struct pollfd fds[LOAD_CLIENTS];

	for (size_t i = 0; i < LOAD_CLIENTS; i++) {
		if (load->clients[i].n < 0)
			post_next(load, &load->clients[i]);
		fds[i] = (struct pollfd){ .fd = load->clients[i].fd, .events = POLLIN };
	}
	ck_assert_int_ge(ppoll(fds, LOAD_CLIENTS, &timeout, NULL), 0);
	for (size_t i = 0; i < LOAD_CLIENTS; i++)
		if (fds[i].revents)
			take(load, &load->clients[i]);
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void load_run(struct load *load, int n)
{
	int until = load->n_acked + n;
	int64_t end = process_patience();

	while (load->n_acked < until) {
		ck_assert_msg(!process_patience_is_over(end), "%d of %d are acknowledged", load->n_acked - until + n, n);
		turn(load, 1000000);
	}
}

void load_run_for(struct load *load, int64_t us)
{
	int64_t end = now_us() + us;

	for (int64_t left = us; left > 0; left = end - now_us())
		turn(load, left);
}

unsigned load_bury(struct load *load)
{
	int acked = load->n_acked;
	unsigned n = 0;

	for (size_t i = 0; i < LOAD_CLIENTS; i++) {
		struct load_client *client = &load->clients[i];
		struct pollfd fd = { .fd = client->fd, .events = POLLIN };

		/* One that was never accepted still waits in the socket's queue, and will be answered after the restart. */
		if (client->fd >= 0 && client->n >= 0 && poll(&fd, 1, 0) > 0) {
			take(load, client);
			n++;
		}
	}
	return n - (unsigned)(load->n_acked - acked);
}
