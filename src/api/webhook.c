/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing and sending one message.
 * API layer: the one place, beside claimctl's look at certificates, with gnutls.
 * The key is decoded for each signature, and wiped after it.
 */
#include "api/webhook.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define KEY_PREFIX "whsec_"
#define DIGEST_BYTES 32

#define CONNECT_TIMEOUT_US (5 * USEC_PER_SEC)

/* As much of an answer's body is read, so that its connection can be used again. */
#define ANSWER_MAX 16384

/* Room for a header's name and its value; ids are 36 characters. */
#define HEADER_SIZE 128

struct webhook {
	struct fetch *fetch;
	webhook_fn fn;
	void *cls;
};

static void wipe(gnutls_datum_t *bytes)
{
	if (bytes->data)
		explicit_bzero(bytes->data, bytes->size);
	gnutls_free(bytes->data);
}

static int read_key(const struct secret *secret, gnutls_datum_t *ret)
{
	size_t prefix_len = strlen(KEY_PREFIX);

	if (!secret->text || strncmp(secret->text, KEY_PREFIX, prefix_len) != 0)
		return ERR_INVALID;

	gnutls_datum_t code = {
		.data = (unsigned char *)secret->text + prefix_len,
		.size = (unsigned)(secret->len - prefix_len),
	};

	return gnutls_base64_decode2(&code, ret) < 0 ? ERR_INVALID : ERR_OK;
}

static int64_t seconds_of(struct wall at)
{
	return at.us / USEC_PER_SEC;
}

static int digest(const gnutls_datum_t *key, const struct webhook_request *request, unsigned char ret[static DIGEST_BYTES])
{
	char time[32];
	int time_len = snprintf(time, sizeof(time), ".%" PRId64 ".", seconds_of(request->at));
	gnutls_hmac_hd_t hmac;

	if (gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, key->data, key->size) < 0)
		return ERR_NOMEM;

	int r = gnutls_hmac(hmac, request->id, strlen(request->id));

	if (r == 0)
		r = gnutls_hmac(hmac, time, (size_t)time_len);
	if (r == 0)
		r = gnutls_hmac(hmac, request->body, strlen(request->body));
	gnutls_hmac_deinit(hmac, ret);
	return r < 0 ? ERR_NOMEM : ERR_OK;
}

int webhook_sign(const struct webhook_request *request, char ret[static WEBHOOK_SIGNATURE_SIZE])
{
	CLEANUP(wipe) gnutls_datum_t key = { 0 };
	CLEANUP(wipe) gnutls_datum_t code = { 0 };
	unsigned char bytes[DIGEST_BYTES];
	const gnutls_datum_t sum = { .data = bytes, .size = sizeof(bytes) };
	int r = read_key(request->secret, &key);

	if (!r)
		r = digest(&key, request, bytes);
	if (!r && gnutls_base64_encode2(&sum, &code) < 0)
		r = ERR_NOMEM;
	if (!r)
		snprintf(ret, WEBHOOK_SIGNATURE_SIZE, "v1,%.*s", (int)code.size, (const char *)code.data);
	return r;
}

static struct webhook_end end_of(const struct fetch_result *result)
{
	struct webhook_end end = { .delivered = result->end == FETCH_ANSWERED && result->status / 100 == 2 };

	if (end.delivered)
		return end;
	if (result->end != FETCH_ANSWERED)
		snprintf(end.reason, sizeof(end.reason), "%s", result->reason);
	else
		snprintf(end.reason, sizeof(end.reason), "HTTP %u%s", result->status,
		         result->status / 100 == 3 ? ", a redirect, which is not followed" : "");
	return end;
}

static void on_end(const struct fetch_result *result, void *cls)
{
	struct webhook *webhook = cls;
	struct webhook copy = *webhook;
	struct webhook_end end = end_of(result);

	free(webhook);
	copy.fn(&end, copy.cls);
}

static int start(struct fetcher *fetcher, const struct webhook_request *request, struct webhook *webhook)
{
	char signature[WEBHOOK_SIGNATURE_SIZE];
	char id[HEADER_SIZE], time[HEADER_SIZE], proof[HEADER_SIZE];
	const char *const headers[] = { "Content-Type: application/json", id, time, proof, NULL };
	const struct fetch_request fetch = {
		.url = request->url,
		.headers = headers,
		.method = FETCH_POST,
		.body = request->body,
		.body_len = strlen(request->body),
		.max_answer = ANSWER_MAX,
		.status_alone = true,
		.timeout_us = request->timeout_us,
		.connect_timeout_us = CONNECT_TIMEOUT_US,
	};
	int r = webhook_sign(request, signature);

	if (r)
		return r;
	snprintf(id, sizeof(id), "webhook-id: %s", request->id);
	snprintf(time, sizeof(time), "webhook-timestamp: %" PRId64, seconds_of(request->at));
	snprintf(proof, sizeof(proof), "webhook-signature: %s", signature);
	return fetch_start(fetcher, &fetch, on_end, webhook, &webhook->fetch);
}

int webhook_post(struct fetcher *fetcher, const struct webhook_request *request, webhook_fn fn, void *cls, struct webhook **ret)
{
	struct webhook *webhook = malloc(sizeof(*webhook));

	if (!webhook)
		return ERR_NOMEM;
	*webhook = (struct webhook){ .fn = fn, .cls = cls };

	int r = start(fetcher, request, webhook);

	if (r) {
		free(webhook);
		return r;
	}
	*ret = webhook;
	return ERR_OK;
}

struct webhook *webhook_cancel(struct webhook *webhook)
{
	if (!webhook)
		return NULL;
	fetch_cancel(webhook->fetch);
	free(webhook);
	return NULL;
}
