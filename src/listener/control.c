/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests of the control socket, from their head to the commit that answers them.
 * Listener layer. Never waits: what meets another program's lock is tried again from a timer.
 */
#include "listener/control.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/log.h"
#include "entry/entry.h"
#include "listener/ingest.h"
#include "listener/reply.h"
#include "listener/wish.h"

/* Some operators at a time; what they ask is short, and they are on this machine. */
#define CONTROL_CONNECTIONS 32
#define CONTROL_BODY_BYTES ((size_t)64 * 1024)
#define CONTROL_TIMEOUT_US (10 * USEC_PER_SEC)

#define CONTROL_PATH "/actions"
#define CONTROL_TYPE "application/json"

/* "uid:" and a number. */
#define CONTROL_BY_SIZE 24

/* A request whose body has come. */
struct visit {
	struct visit *next;
	struct request *request;
	struct wire_act act;
	char by[CONTROL_BY_SIZE];
	struct wall wanted;
	struct mono joined;
};

struct control {
	struct loop *loop;
	struct store *store;
	struct control_config config;
	struct server *server;
	struct loop_timer *retry;
	struct visit *first; /* those that wait for the lock, their requests suspended */
	struct visit **end;
};

static void tell_recorded(const struct visit *visit, const struct wish_result *result)
{
	const struct wire_act *act = &visit->act;

	struct entry entry = { .external_id = act->id, .action = act_kind_text(act->kind), .requested_by = visit->by };

	for (size_t i = 0; i < result->n; i++) {
		entry.action_id = result->ids[i];
		entry_tell(LOG_LEVEL_INFO, &entry, "action %" PRId64 ": %s%s%s, wanted by %s", result->ids[i], entry.action,
		           *act->id ? " of " : "", act->id, visit->by);
	}
}

static void answer_result(struct control *control, const struct visit *visit, const struct wish_result *result)
{
	switch (result->fault) {
	case WISH_NOT_FOUND:
		reply_act_fault(visit->request, ACT_FAULT_NOT_FOUND, result->message);
		return;
	case WISH_AMBIGUOUS:
		reply_act_fault(visit->request, ACT_FAULT_AMBIGUOUS, result->message);
		return;
	case WISH_RECORDED:
		break;
	}
	tell_recorded(visit, result);
	reply_acts(visit->request, result->ids, result->n);
	control->config.on_actions(control->config.cls);
}

static void answer_failure(const struct control *control, const struct visit *visit, int error)
{
	if (error == ERR_BUSY) {
		reply_act_fault(visit->request, ACT_FAULT_TRY_LATER, "the database is locked by another program; nothing was recorded");
		return;
	}
	log_error("an action can't be recorded: %s",
	          error == ERR_NOMEM ? err_text(error) : store_error_text(control->store));
	reply_act_fault(visit->request, ACT_FAULT_TRY_LATER, "it can't be recorded; claimd's log says why");
}

/* Answers it, unless it is to wait: returns whether it was answered. */
static bool try_visit(struct control *control, const struct visit *visit)
{
	CLEANUP(wish_result_done) struct wish_result result = { 0 };
	const struct wish wish = {
		.act = &visit->act,
		.sources = control->config.sources,
		.n_sources = control->config.n_sources,
		.requested_by = visit->by,
		.now = visit->wanted,
	};
	int64_t waited_us = clock_mono(loop_clock(control->loop)).us - visit->joined.us;
	int r = wish_record(control->store, &wish, &result);

	if (r == ERR_BUSY && waited_us < INGEST_PATIENCE_US)
		return false;
	if (r == ERR_OK)
		answer_result(control, visit, &result);
	else
		answer_failure(control, visit, r);
	return true;
}

static void let_wait(struct control *control, struct visit *visit)
{
	*control->end = visit;
	control->end = &visit->next;
	if (!loop_timer_is_set(control->retry))
		loop_timer_after(control->retry, INGEST_RETRY_US);
}

static struct visit *take_first(struct control *control)
{
	struct visit *visit = control->first;

	control->first = visit->next;
	if (!control->first)
		control->end = &control->first;
	return visit;
}

static void on_retry(void *cls)
{
	struct control *control = cls;

	while (control->first) {
		if (!try_visit(control, control->first)) {
			loop_timer_after(control->retry, INGEST_RETRY_US);
			return;
		}
		free(take_first(control));
	}
}

static bool has_json(const struct request *request)
{
	const char *type = request_header(request, "Content-Type");
	size_t len = type ? strcspn(type, " ;") : 0;

	return len == strlen(CONTROL_TYPE) && strncasecmp(type, CONTROL_TYPE, len) == 0;
}

static void on_head(struct request *request, void *cls ATTR_UNUSED)
{
	if (strcmp(request_target(request), CONTROL_PATH) != 0)
		reply_act_fault(request, ACT_FAULT_NOT_FOUND, "there is nothing but " CONTROL_PATH);
	else if (strcmp(request_method(request), "POST") != 0)
		reply_act_fault(request, ACT_FAULT_BAD_METHOD, CONTROL_PATH " takes POST alone");
	else if (!has_json(request))
		reply_act_fault(request, ACT_FAULT_BAD_TYPE, "the Content-Type must be " CONTROL_TYPE);
}

/* Whether the request is one that can be tried; otherwise it has been answered. */
static bool read_visit(struct visit *visit)
{
	char why[WIRE_WHY_SIZE];
	size_t len;
	const char *body = request_body(visit->request, &len);
	uid_t uid;

	if (!request_peer_uid(visit->request, &uid)) {
		reply_act_fault(visit->request, ACT_FAULT_FORBIDDEN, "it can't be told who asks");
		return false;
	}
	(void)snprintf(visit->by, sizeof(visit->by), "uid:%u", uid);
	int r = wire_act_parse(body, len, &visit->act, why);

	if (r == ERR_NOMEM)
		reply_act_fault(visit->request, ACT_FAULT_TRY_LATER, err_text(r));
	else if (r < 0)
		reply_act_fault(visit->request, ACT_FAULT_BAD_REQUEST, why);
	return r == ERR_OK;
}

static void on_request(struct request *request, void *cls)
{
	struct control *control = cls;
	struct visit *visit = calloc(1, sizeof(*visit));

	if (!visit) {
		reply_act_fault(request, ACT_FAULT_TRY_LATER, err_text(ERR_NOMEM));
		return;
	}
	visit->request = request;
	visit->wanted = loop_now(control->loop);
	visit->joined = clock_mono(loop_clock(control->loop));
	if (read_visit(visit) && (control->first || !try_visit(control, visit))) {
		server_suspend(request);
		let_wait(control, visit);
		return;
	}
	free(visit);
}

int control_new(struct loop *loop, struct store *store, const struct control_config *config, struct control **ret)
{
	CLEANUP(control_cleanup) struct control *control = calloc(1, sizeof(*control));

	if (!control)
		return ERR_NOMEM;
	control->loop = loop;
	control->store = store;
	control->config = *config;
	control->end = &control->first;
	int r = loop_timer_new(loop, on_retry, control, &control->retry);
	if (r < 0)
		return r;
	const struct server_limits limits = {
		.max_connections = CONTROL_CONNECTIONS,
		.max_body = CONTROL_BODY_BYTES,
		.request_timeout_us = CONTROL_TIMEOUT_US,
	};
	const struct server_handler handler = { .on_head = on_head, .on_request = on_request, .cls = control };
	r = server_new(loop, config->fd, &limits, &handler, NULL, NULL, &control->server);
	if (r < 0)
		return r;
	*ret = control;
	control = NULL;
	return ERR_OK;
}

void control_set_sources(struct control *control, const struct listener_source *sources, size_t n)
{
	control->config.sources = sources;
	control->config.n_sources = n;
}

struct control *control_free(struct control *control)
{
	if (!control)
		return NULL;
	while (control->first) {
		struct visit *visit = take_first(control);

		answer_failure(control, visit, ERR_BUSY);
		free(visit);
	}
	server_free(control->server);
	loop_timer_free(control->retry);
	free(control);
	return NULL;
}
