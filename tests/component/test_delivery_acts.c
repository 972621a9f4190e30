/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done to a claim, and what a cancel would cost: what is sent, what is refused by name, what is told.
 * Component ring: real sockets, the real wire layer; an upstream that answers with whatever bytes it is given. What all acts have
 * in common is in test_act.c.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "api/delivery.h"
#include "base/attr.h"
#include "base/err.h"
#include "client_world.h"
#include "suite.h"

#define ID "01a0cd38be93807496944ebfc9654d02"
#define TAKEN "{\"id\":\"" ID "\",\"status\":\"accepted\",\"version\":3,\"user_request_revision\":\"1\",\"skip_client_notify\":false}"
#define S10 "0123456789"
#define S100 S10 S10 S10 S10 S10 S10 S10 S10 S10 S10

static const struct delivery_claim claim = { ID, 3 };

static struct client_world w;

/* What came back. */
struct outcome {
	unsigned times;
	struct act_answer answer;
	struct delivery_fee fee;
};

static void on_answer(struct act_answer *answer, void *cls)
{
	struct outcome *outcome = cls;

	outcome->times++;
	outcome->answer = *answer;
}

static void on_fee(struct delivery_fee *fee, void *cls)
{
	struct outcome *outcome = cls;

	outcome->times++;
	outcome->fee = *fee;
}

static void await(const struct outcome *outcome)
{
	client_world_await(&w, &outcome->times);
	client_world_turns(&w);
	ck_assert_uint_eq(outcome->times, 1);
}

static struct act_answer answer_to(const char *status, const char *body)
{
	struct outcome outcome = { 0 };

	client_world_answer(&w, status, "", body);
	ck_assert_int_eq(delivery_accept(w.client, &claim, on_answer, &outcome), 0);
	await(&outcome);
	ck_assert_uint_eq(w.peer.n_requests, 1);
	return outcome.answer;
}

static struct delivery_fee fee_of(const char *status, const char *body)
{
	struct outcome outcome = { 0 };

	client_world_answer(&w, status, "", body);
	ck_assert_int_eq(delivery_cancel_info(w.client, ID, on_fee, &outcome), 0);
	await(&outcome);
	return outcome.fee;
}

static void assert_begins(const char *text, const char *line)
{
	ck_assert_msg(strncmp(text, line, strlen(line)) == 0, "%s", text);
}

static void set_up(void)
{
	client_world_open(&w, CONF_DELIVERY);
}

static void tear_down(void)
{
	client_world_close(&w);
}

/* --- What is sent */

static void assert_headers(void)
{
	const char *text = w.peer.request.data;

	ck_assert_ptr_nonnull(strstr(text, "\r\nAuthorization: Bearer " CLIENT_CREDENTIAL "\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "\r\nAccept-Language: ru\r\n"));
	ck_assert_ptr_null(strcasestr(text, "\r\nExpect:"));
}

START_TEST(an_accept_is_as_upstream_wants_it)
{
	struct act_answer answer = answer_to("200 OK", TAKEN);

	ck_assert_int_eq(answer.fate, ACT_FATE_TAKEN);
	assert_begins(w.peer.request.data, "POST /b2b/cargo/integration/v2/claims/accept?claim_id=" ID " HTTP/1.1\r\n");
	assert_headers();
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nContent-Type: application/json\r\n"));
	ck_assert_str_eq(client_world_request_body(&w), "{\"version\":3}");
}
END_TEST

START_TEST(a_cancel_is_as_upstream_wants_it)
{
	static const char *const bodies[] = {
		"{\"version\":3,\"cancel_state\":\"free\"}",
		"{\"version\":3,\"cancel_state\":\"paid\"}",
	};
	struct outcome outcome = { 0 };

	client_world_answer(&w, "200 OK", "", TAKEN);
	ck_assert_int_eq(delivery_cancel(w.client, &claim, _i == 1, on_answer, &outcome), 0);
	await(&outcome);
	ck_assert_int_eq(outcome.answer.fate, ACT_FATE_TAKEN);
	assert_begins(w.peer.request.data, "POST /b2b/cargo/integration/v2/claims/cancel?claim_id=" ID " HTTP/1.1\r\n");
	assert_headers();
	ck_assert_str_eq(client_world_request_body(&w), bodies[_i]);
}
END_TEST

START_TEST(what_a_cancel_costs_is_asked_without_a_body)
{
	struct delivery_fee fee = fee_of("200 OK", "{\"cancel_state\":\"free\"}");

	ck_assert_int_eq(fee.end.outcome, OUTCOME_OK);
	assert_begins(w.peer.request.data, "POST /b2b/cargo/integration/v2/claims/cancel-info?claim_id=" ID " HTTP/1.1\r\n");
	assert_headers();
	ck_assert_ptr_nonnull(strstr(w.peer.request.data, "\r\nContent-Length: 0\r\n"));
	ck_assert_ptr_null(strstr(w.peer.request.data, "\r\nContent-Type:"));
}
END_TEST

static const char *const odd_ids[] = { "", "a b", "a&b=c", "../a", "a%41", "\xd0\x9f", S100 };

START_TEST(what_is_no_claim_is_not_sent)
{
	const struct delivery_claim odd = { odd_ids[_i], 3 };
	const struct delivery_claim versionless = { ID, NUMBER_NONE };
	struct outcome outcome = { 0 };

	ck_assert_int_eq(delivery_accept(w.client, &odd, on_answer, &outcome), ERR_INVALID);
	ck_assert_int_eq(delivery_cancel(w.client, &odd, true, on_answer, &outcome), ERR_INVALID);
	ck_assert_int_eq(delivery_cancel_info(w.client, odd_ids[_i], on_fee, &outcome), ERR_INVALID);
	ck_assert_int_eq(delivery_accept(w.client, &versionless, on_answer, &outcome), ERR_INVALID);
	ck_assert_int_eq(delivery_cancel(w.client, &versionless, false, on_answer, &outcome), ERR_INVALID);
	client_world_turns(&w);
	ck_assert_uint_eq(w.peer.n_requests, 0);
	ck_assert_uint_eq(outcome.times, 0);
}
END_TEST

/* --- What is refused */

#define ERROR(code) "{\"code\":\"" code "\",\"message\":\"because\"}"

static const struct {
	const char *status;
	const char *code;
	enum outcome_kind outcome;
} documented[] = {
	{ "400 Bad Request", "bad_request", OUTCOME_PROTOCOL },
	{ "401 Unauthorized", "unauthorized", OUTCOME_AUTH },
	{ "404 Not Found", "not_found", OUTCOME_GONE },
	{ "409 Conflict", "inappropriate_status", OUTCOME_PROTOCOL },
	{ "409 Conflict", "invalid_post_payment", OUTCOME_PROTOCOL },
	{ "409 Conflict", "old_version", OUTCOME_PROTOCOL },
	{ "409 Conflict", "offer_expired", OUTCOME_PROTOCOL },
	{ "409 Conflict", "state_mismatch", OUTCOME_PROTOCOL },
	{ "409 Conflict", "offer_already_used", OUTCOME_PROTOCOL },
	{ "409 Conflict", "free_cancel_is_unavailable", OUTCOME_PROTOCOL },
	{ "409 Conflict", "unknown_error", OUTCOME_PROTOCOL },
	{ "429 Too Many Requests", "too_many_requests", OUTCOME_LIMITED },
};

START_TEST(a_refusal_comes_by_its_name)
{
	char body[128];

	snprintf(body, sizeof body, ERROR("%s"), documented[_i].code);

	struct act_answer answer = answer_to(documented[_i].status, body);

	ck_assert_int_eq(answer.fate, ACT_FATE_REFUSED);
	ck_assert_str_eq(outcome_kind_text(answer.end.outcome), outcome_kind_text(documented[_i].outcome));
	ck_assert_str_eq(answer.code, documented[_i].code);
	ck_assert_str_eq(answer.message, "because");
	ck_assert_str_eq(answer.status, "");
}
END_TEST

/* --- What it would cost */

START_TEST(what_a_cancel_costs_is_told)
{
	struct delivery_fee fee =
		fee_of("200 OK", "{\"cancel_state\":\"paid\",\"price\":\"12.50\",\"price_with_vat\":null,\"currency\":\"RUB\"}");

	ck_assert_msg(fee.end.outcome == OUTCOME_OK, "%s", fee.end.reason);
	ck_assert_int_eq(fee.info.state, WIRE_CANCEL_PAID);
	ck_assert_str_eq(fee.info.price, "12.50");
	ck_assert_str_eq(fee.info.currency, "RUB");
	ck_assert_str_eq(fee.code, "");
	ck_assert_str_eq(fee.message, "");
}
END_TEST

static const struct {
	const char *status;
	const char *body;
	enum outcome_kind outcome;
	const char *code;
	const char *message;
} no_fees[] = {
	{ "400 Bad Request", ERROR("bad_request"), OUTCOME_PROTOCOL, "bad_request", "because" },
	{ "404 Not Found", ERROR("not_found"), OUTCOME_GONE, "not_found", "because" },
	{ "404 Not Found", "", OUTCOME_GONE, "http_404", "" },
	{ "401 Unauthorized", "{\"code\":\"unauthorized\",\"message\":\"" CLIENT_CREDENTIAL "\"}", OUTCOME_AUTH, "unauthorized", "" },
	{ "429 Slow", ERROR("too_many_requests"), OUTCOME_LIMITED, "too_many_requests", "because" },
	{ "500 Oops", "", OUTCOME_RETRY, "", "" },
	{ "200 OK", "{\"cancel_state\":\"negotiable\"}", OUTCOME_PROTOCOL, "", "" },
	{ "200 OK", "", OUTCOME_PROTOCOL, "", "" },
};

START_TEST(what_a_cancel_costs_may_not_be_told)
{
	struct delivery_fee fee = fee_of(no_fees[_i].status, no_fees[_i].body);

	ck_assert_str_eq(outcome_kind_text(fee.end.outcome), outcome_kind_text(no_fees[_i].outcome));
	ck_assert_str_ne(fee.end.reason, "");
	ck_assert_str_eq(fee.code, no_fees[_i].code);
	ck_assert_str_eq(fee.message, no_fees[_i].message);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("delivery_acts");
	TCase *requests = tcase_create("requests");
	TCase *refusals = tcase_create("refusals");
	TCase *fees = tcase_create("fees");

	tcase_add_checked_fixture(requests, set_up, tear_down);
	tcase_add_test(requests, an_accept_is_as_upstream_wants_it);
	tcase_add_loop_test(requests, a_cancel_is_as_upstream_wants_it, 0, 2);
	tcase_add_test(requests, what_a_cancel_costs_is_asked_without_a_body);
	tcase_add_loop_test(requests, what_is_no_claim_is_not_sent, 0, (int)ARRAY_SIZE(odd_ids));
	suite_add_tcase(s, requests);

	tcase_add_checked_fixture(refusals, set_up, tear_down);
	tcase_add_loop_test(refusals, a_refusal_comes_by_its_name, 0, (int)ARRAY_SIZE(documented));
	suite_add_tcase(s, refusals);

	tcase_add_checked_fixture(fees, set_up, tear_down);
	tcase_add_test(fees, what_a_cancel_costs_is_told);
	tcase_add_loop_test(fees, what_a_cancel_costs_may_not_be_told, 0, (int)ARRAY_SIZE(no_fees));
	suite_add_tcase(s, fees);
	return s;
}
