/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of the listener when memory gives out while a callback or a push is taken in, at each allocation in turn: a 200 is never given for
 * what is not stored, and the next one is taken in as ever.
 * Memory ring: the component ring's listener, with real sockets and a real file.
 */
#include <sys/socket.h>

#include "base/attr.h"
#include "base/err.h"
#include "component/listener_world.h"
#include "scarce.h"
#include "tests/suite.h"

#define PUSH \
	"{\"notificationType\":\"ORDER_STATUS_UPDATED\",\"orderId\":55000001,\"campaignId\":111,\"status\":\"DELIVERY\"," \
	"\"substatus\":\"DELIVERY_SERVICE_RECEIVED\",\"updatedAt\":\"2026-09-23T07:44:04Z\"}"

/* Far more than a request takes; one that gets no answer is not waited for longer. */
#define TURNS 400

static struct listener_world world;

static void setup(void)
{
	listener_world_open(&world);
	listener_world_start(&world);
}

static void teardown(void)
{
	listener_world_close(&world);
}

static void open_callback(struct raw_client *client)
{
	listener_world_post_open(&world, client);
}

static void open_push(struct raw_client *client)
{
	listener_world_push_open(&world, client, PUSH);
}

static const struct {
	const char *name;
	void (*open)(struct raw_client *client);
	bool ours; /* json-c, which reads it, is not fit to be tried: see documents.h */
} requests[] = { { "a callback", open_callback, false }, { "a push", open_push, true } };

#define REQUESTS ((int)ARRAY_SIZE(requests))

/* Whether the server has answered or closed. Takes nothing, and no memory. */
static bool has_come(const struct raw_client *client)
{
	char byte;

	return recv(client->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

/* The status that CLIENT is answered with; 0 when it gets none. */
static unsigned status_of(struct raw_client *client)
{
	struct raw_answer answer = { 0 };
	unsigned status;

	if (!has_come(client))
		return 0;
	(void)raw_take_answer(client, false, &answer);
	status = answer.status;
	raw_answer_done(&answer);
	return status;
}

/* Whether there was an NTH allocation. */
static bool ask_scarcely(int i, struct scarcity scarcity, size_t nth)
{
	int rows = listener_world_rows(&world);
	struct raw_client client;
	unsigned status;
	bool any = true;
	bool failed;

	requests[i].open(&client);
	scarce_begin(scarcity, nth);
	for (int turn = 0; turn < TURNS && any && !has_come(&client); turn++)
		(void)loop_step(world.loop, USEC_PER_SEC / 1000, &any);
	failed = scarce_end();
	status = status_of(&client);
	raw_close(&client);

	ck_assert_msg(failed || status == 200, "%s: %u without any lack of memory", requests[i].name, status);
	ck_assert_msg(status != 200 || listener_world_rows(&world) == rows + 1, "%s, %s: 200, but not stored", requests[i].name,
	              scarce_text(scarcity, nth));
	return failed;
}

START_TEST(what_is_acknowledged_is_stored_and_the_next_request_is_as_good_as_ever)
{
	const struct scarcity scarcity = { .ours = requests[_i % REQUESTS].ours, .for_good = _i >= REQUESTS };
	bool failed = true;

	for (size_t nth = 1; failed; nth++) {
		failed = ask_scarcely(_i % REQUESTS, scarcity, nth);

		struct raw_client client;

		requests[_i % REQUESTS].open(&client);
		ck_assert_msg(raw_status(&client) == 200, "%s: the next one is refused", scarce_text(scarcity, nth));
		raw_close(&client);
		ck_assert(!listener_is_stuck(world.listener, clock_mono(loop_clock(world.loop))));
	}
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("listener");
	TCase *tcase = tcase_create("memory");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, what_is_acknowledged_is_stored_and_the_next_request_is_as_good_as_ever, 0, 2 * REQUESTS);
	suite_add_tcase(suite, tcase);
	return suite;
}
