/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stage for tests of the simulator: a loop with a clock that can be moved, a merchant that gets callbacks and pushes,
 * and a client. Component ring.
 */
#include "sim_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "loop/listen.h"
#include "suite.h"

/* Enough for a claim without pauses to make every step of its life. */
#define QUIET_TURNS 100

static void on_merchant_head(struct request *request, void *cls)
{
	(void)request;
	(void)cls;
}

static void on_merchant_request(struct request *request, void *cls)
{
	struct merchant *merchant = cls;
	size_t len;

	ck_assert_str_eq(request_method(request), "POST");
	ck_assert_uint_lt(merchant->n, CALLS_MAX);
	merchant->calls[merchant->n] = strdup(request_target(request));
	merchant->bodies[merchant->n++] = strdup(request_body(request, &len));
	if (merchant->status == 0) {
		ck_assert_ptr_null(merchant->held);
		merchant->held = request;
		server_suspend(request);
		return;
	}
	server_reply(request, &(struct reply){
		.status = merchant->status,
		.content_type = merchant->answer ? "application/json" : NULL,
		.body = merchant->answer,
		.body_len = merchant->answer ? strlen(merchant->answer) : 0,
	});
}

static void open_merchant(struct stage *s)
{
	const struct server_limits limits = { .max_connections = 100, .max_body = 1024, .request_timeout_us = 60 * USEC_PER_SEC };
	const struct server_handler handler = {
		.on_head = on_merchant_head, .on_request = on_merchant_request, .cls = &s->merchant };
	int fd;

	s->merchant.status = 200;
	ck_assert_int_eq(listen_open("127.0.0.1:0", &fd, s->merchant.address), 0);
	ck_assert_int_eq(server_new(s->loop, fd, &limits, &handler, NULL, NULL, &s->merchant.server), 0);
}

void stage_open(struct stage *s)
{
	*s = (struct stage){ 0 };
	ck_assert_int_eq(loop_new(&s->clock, &s->loop), 0);
	sim_config_default(&s->config);
	s->config.step_min_us = s->config.step_max_us = 0;
	s->config.window_us = 0;
	s->config.sender.retry_us = USEC_PER_MS;
	s->config.sender.push_speedup = 1e6;
	s->config.delay_max_us = 5 * USEC_PER_MS;
	open_merchant(s);
}

void stage_close(struct stage *s)
{
	raw_answer_done(&s->answer);
	sim_free(s->sim);
	if (s->merchant.held)
		server_reply(s->merchant.held, &(struct reply){ .status = 500 });
	server_free(s->merchant.server);
	for (size_t i = 0; i < s->merchant.n; i++) {
		free(s->merchant.calls[i]);
		free(s->merchant.bodies[i]);
	}
	loop_free(s->loop);
}

void stage_begin(struct stage *s)
{
	ck_assert_int_eq(sim_new(s->loop, &s->config, &s->sim), 0);
}

void stage_begin_scenario(struct stage *s, const char *text)
{
	struct scenario scenario;
	struct scenario_error error;
	int r = scenario_parse(text, strlen(text), s->config.window_us, &scenario, &error);

	ck_assert_msg(r == 0, "line %u: %s", error.line, error.why);
	s->config.scenario = &scenario;
	stage_begin(s);
	s->config.scenario = NULL;
	scenario_done(&scenario);
}

void stage_begin_with_fault(struct stage *s, const char *spec)
{
	ck_assert_int_eq(faults_parse(&s->config.faults, spec), 0);
	stage_begin(s);
}

void stage_begin_with_callbacks(struct stage *s, const char *tail)
{
	char url[ADDRESS_SIZE + 64];

	snprintf(url, sizeof(url), "http://%s%s", s->merchant.address, tail);
	s->config.callback_url = url;
	stage_begin(s);
	s->config.callback_url = NULL;
}

void stage_begin_with_pushes(struct stage *s, const char *tail)
{
	char url[ADDRESS_SIZE + 64];

	snprintf(url, sizeof(url), "http://%s%s", s->merchant.address, tail);
	s->merchant.answer = MARKET_ACK;
	s->config.push_url = url;
	stage_begin(s);
	s->config.push_url = NULL;
}

void stage_script_order(struct stage *s, const struct model *model, const char *id, const char *steps)
{
	ck_assert_int_eq(sim_script_order(s->sim, model, id, steps), 0);
}

void stage_script(struct stage *s, const char *id, const char *steps)
{
	ck_assert_int_eq(sim_script(s->sim, id, steps), 0);
}

const struct world_shipment *stage_claim(const struct stage *s, const char *id)
{
	const struct world_shipment *claim = world_find(sim_world(s->sim), id);

	ck_assert_ptr_nonnull(claim);
	return claim;
}

const struct transition *stage_newest(const struct stage *s, const char *id)
{
	const struct world_shipment *claim = stage_claim(s, id);

	ck_assert_uint_gt(claim->n, 0);
	return &claim->transitions[claim->n - 1];
}

void stage_await_steps(struct stage *s, const char *id, size_t n)
{
	while (stage_claim(s, id)->n < n)
		raw_turn(s->loop);
	ck_assert_uint_eq(stage_claim(s, id)->n, n);
}

void stage_await_calls(struct stage *s, size_t n)
{
	while (s->merchant.n < n)
		raw_turn(s->loop);
	ck_assert_uint_eq(s->merchant.n, n);
}

void stage_await_done(struct stage *s)
{
	while (!sim_is_done(s->sim))
		raw_turn(s->loop);
}

void stage_let_pass(struct stage *s)
{
	for (int i = 0; i < QUIET_TURNS; i++)
		raw_turn(s->loop);
}

void stage_await_wait(struct stage *s, const char *id, size_t n)
{
	stage_await_steps(s, id, n);
	stage_let_pass(s);
	stage_await_steps(s, id, n);
}

struct sim_stats stage_stats(const struct stage *s)
{
	struct sim_stats ret;

	sim_stats(s->sim, &ret);
	return ret;
}

void stage_ask(struct stage *s, const char *method, const char *target, const char *headers, const char *body)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	int r = buf_addf(&text, "%s %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n%s", method, target, headers, strlen(body),
	                 body);

	ck_assert_int_eq(r, 0);
	raw_answer_done(&s->answer);
	raw_ask(s->loop, sim_url(s->sim) + strlen("http://"), text.data, &s->answer);
}

void stage_ask_claim(struct stage *s, const char *operation, const char *id, const char *body)
{
	char target[256];

	snprintf(target, sizeof(target), "%s?claim_id=%s", operation, id);
	stage_ask(s, "POST", target, LANGUAGE, body);
}

void stage_ask_info(struct stage *s, const char *id)
{
	stage_ask_claim(s, INFO, id, "");
}

void stage_ask_bulk(struct stage *s, const char *const *ids, size_t n, struct wire_snapshots *ret)
{
	char *body;

	ck_assert_int_eq(wire_bulk_request(ids, n, &body), 0);
	stage_ask(s, "POST", BULK_INFO, LANGUAGE, body);
	free(body);
	ck_assert_uint_eq(s->answer.status, 200);
	ck_assert_int_eq(wire_claims_parse(s->answer.body, strlen(s->answer.body), ret), 0);
}

void stage_ask_page(struct stage *s, const char *cursor, unsigned limit)
{
	char target[sizeof(JOURNAL) + 32] = JOURNAL;
	char *body;

	if (limit > 0)
		snprintf(target, sizeof(target), JOURNAL "?limit=%u", limit);
	ck_assert_int_eq(wire_journal_request(cursor, &body), 0);
	stage_ask(s, "POST", target, "", body);
	free(body);
}

void stage_read_page(struct stage *s, const char *cursor, unsigned limit, struct wire_journal *ret)
{
	stage_ask_page(s, cursor, limit);
	ck_assert_uint_eq(s->answer.status, 200);
	ck_assert_int_eq(wire_journal_parse(s->answer.body, strlen(s->answer.body), ret), 0);
	ck_assert_uint_eq(ret->n_unreadable, 0);
}

void stage_ask_orders(struct stage *s, const char *query, const char *filter)
{
	char target[512];

	snprintf(target, sizeof(target), ORDERS "%s", query);
	stage_ask(s, "POST", target, API_KEY, filter);
}

void stage_read_orders(struct stage *s, const char *query, const char *filter, struct wire_orders *ret)
{
	stage_ask_orders(s, query, filter);
	ck_assert_uint_eq(s->answer.status, 200);
	ck_assert_int_eq(wire_orders_parse(s->answer.body, strlen(s->answer.body), ret), 0);
	ck_assert_uint_eq(ret->orders.n_unreadable, 0);
}

static void put(struct stage *s, int campaign, const char *id, const char *what, const char *body)
{
	char target[256];

	snprintf(target, sizeof(target), CAMPAIGNS "/%d/orders/%s/%s", campaign, id, what);
	stage_ask(s, "PUT", target, API_KEY, body);
}

void stage_set_status(struct stage *s, int campaign, const char *id, const char *body)
{
	put(s, campaign, id, "status", body);
}

void stage_answer_wish(struct stage *s, int campaign, const char *id, const char *body)
{
	put(s, campaign, id, "cancellation/accept", body);
}

void stage_check_told(struct stage *s, const char *id, const char *status)
{
	struct wire_snapshots claims;

	stage_ask_bulk(s, &id, 1, &claims);
	ck_assert_uint_eq(claims.n, 1);
	ck_assert_str_eq(claims.seen[0].status, status);
	wire_snapshots_done(&claims);
}

void stage_check_error(struct stage *s, unsigned status, const char *code)
{
	struct wire_error error;

	ck_assert_uint_eq(s->answer.status, status);
	wire_error_parse(s->answer.body, strlen(s->answer.body), &error);
	ck_assert_str_eq(error.code, code);
}

void stage_check_market_error(struct stage *s, unsigned status, const char *code)
{
	struct wire_error error;

	ck_assert_uint_eq(s->answer.status, status);
	wire_orders_error_parse(s->answer.body, strlen(s->answer.body), &error);
	ck_assert_str_eq(error.code, code);
}
