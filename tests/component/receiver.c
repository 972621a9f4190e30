/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A merchant's receiver.
 * Component tests.
 */
#include "receiver.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raw_client.h"

#define KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

const struct secret receiver_key = { (char *)KEY, sizeof(KEY) - 1 };

static void remember(struct receiver *receiver, const char *request)
{
	const char *id = strstr(request, "\r\nwebhook-id: ");
	struct receiver_message *message = &receiver->messages[receiver->n];

	ck_assert_uint_lt(receiver->n, RECEIVER_MESSAGES_MAX);
	ck_assert_ptr_nonnull(id);
	ck_assert_ptr_nonnull(strstr(request, "\r\nwebhook-signature: v1,"));
	ck_assert_int_eq(sscanf(id, "\r\nwebhook-id: %39s", message->id), 1);
	snprintf(message->body, sizeof(message->body), "%s", strstr(request, "\r\n\r\n") + 4);
	receiver->n++;
}

static const char *choose(struct canned_peer *peer, void *cls)
{
	struct receiver *receiver = cls;

	remember(receiver, peer->request.data);
	if (receiver->refused && strstr(receiver->messages[receiver->n - 1].body, receiver->refused))
		return "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
	return receiver->next < receiver->n_line ? receiver->line[receiver->next++] : receiver->usual;
}

void receiver_open(struct receiver *receiver, struct loop *loop)
{
	/* Proxies of the machine that runs the tests are not our subject. */
	setenv("no_proxy", "*", 1);
	*receiver = (struct receiver){ .usual = RECEIVER_OK };
	canned_peer_open(&receiver->peer, loop);
	receiver->peer.choose = choose;
	receiver->peer.cls = receiver;
	snprintf(receiver->text, sizeof(receiver->text), "http://%s/", receiver->peer.address);
	receiver->url = receiver->text;
}

void receiver_close(struct receiver *receiver)
{
	canned_peer_close(&receiver->peer);
}

void receiver_line_up(struct receiver *receiver, const char *answer)
{
	ck_assert_uint_lt(receiver->n_line, RECEIVER_ANSWERS_MAX);
	receiver->line[receiver->n_line++] = answer;
}

void receiver_await(struct receiver *receiver, size_t n)
{
	while (receiver->n < n)
		raw_turn(receiver->peer.loop);
}
