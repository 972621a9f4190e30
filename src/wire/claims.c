/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads what Yandex Delivery answers, and writes what it is asked.
 * Wire layer. Takes from an answer only what struct seen lists: all else, personal data above all, is passed over.
 */
#include "wire/claims.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "wire/doc.h"
#include "wire/utf8.h"

#define ID_CHARACTERS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

#define CURRENCY_LEN 3

/* A claim without a change has the epoch as last_status_change_ts, in whatever zone: nothing before 1971 is meant. */
#define YEAR_1971_US (INT64_C(365) * 24 * 3600 * USEC_PER_SEC)

#define CLAIMS_FIRST_SIZE 16

int wire_bulk_request(const char *const *ids, size_t n, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *list = json_object_new_array();
	int err = ERR_OK;

	if (n == 0 || n > WIRE_BULK_IDS_MAX)
		err = ERR_INVALID;
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		doc_append(list, json_object_new_string(ids[i]), &err);
	doc_add(doc, "claim_ids", list, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

/* A string member's bytes, borrowed; NULL when it is not given. They may hold NULs: RET_LEN is the truth. */
static const char *text_member(struct json_object *doc, const char *name, size_t *ret_len)
{
	struct json_object *value = doc_member(doc, name, json_type_string);

	if (!value)
		return NULL;
	*ret_len = (size_t)json_object_get_string_len(value);
	return json_object_get_string(value);
}

/* The same, of one line of visible characters, cut to SIZE; "" when not given. */
static void take_text(struct json_object *doc, const char *name, char *ret, size_t size)
{
	size_t len = 0;
	const char *text = text_member(doc, name, &len);

	utf8_clean(text, len, '?', ret, size);
}

static struct wall take_time(struct json_object *doc, const char *name)
{
	struct wall time = WALL_NONE;
	size_t len = 0;
	const char *text = text_member(doc, name, &len);

	if (!text || timefmt_parse(text, len, &time, NULL) < 0)
		return WALL_NONE;
	return time;
}

static bool take_id(struct json_object *doc, char ret[static EXTERNAL_ID_SIZE])
{
	size_t len = 0;
	const char *text = text_member(doc, "id", &len);

	if (!text || len == 0 || len >= EXTERNAL_ID_SIZE || strspn(text, ID_CHARACTERS) != len)
		return false;
	memcpy(ret, text, len + 1);
	return true;
}

/* An optional '-', digits, and optionally a point and digits. */
static bool is_decimal(const char *text, size_t len)
{
	const char *at = text[0] == '-' ? text + 1 : text;
	size_t digits = strspn(at, DIGITS);

	if (digits == 0)
		return false;
	at += digits;
	if (at[0] == '.') {
		digits = strspn(at + 1, DIGITS);
		if (digits == 0)
			return false;
		at += 1 + digits;
	}
	return at == text + len;
}

/* Money is kept whole or not at all: never cut, never through a double. A number was never documented, but has been
 * seen. */
static bool take_price(struct json_object *doc, const char *name, char ret[static DECIMAL_SIZE])
{
	size_t len = 0;
	const char *text = text_member(doc, name, &len);
	int64_t number = doc_integer(doc, name);

	if (text && len < DECIMAL_SIZE && is_decimal(text, len)) {
		memcpy(ret, text, len + 1);
		return true;
	}
	if (number == NUMBER_NONE)
		return false;
	(void)snprintf(ret, DECIMAL_SIZE, "%" PRId64, number);
	return true;
}

static void take_pricing(struct json_object *pricing, struct seen *seen)
{
	struct json_object *offer = doc_member(pricing, "offer", json_type_object);
	size_t len = 0;
	const char *currency = text_member(pricing, "currency", &len);

	if (!take_price(pricing, "final_price", seen->price))
		(void)take_price(offer, "price", seen->price);
	if (currency && len == CURRENCY_LEN && strspn(currency, LETTERS) == len)
		memcpy(seen->currency, currency, len + 1);
	seen->valid_until = take_time(offer, "valid_until");
}

/* When the status was entered: what the upstream says, where it can be true. */
static struct wall take_entered(struct json_object *doc, struct wall updated)
{
	struct wall changed = take_time(doc, "last_status_change_ts");

	return changed.us >= YEAR_1971_US && wall_cmp(changed, updated) <= 0 ? changed : updated;
}

/* Whether DOC is a claim: with an id, a status and an updated_ts. */
static bool claim_read(struct json_object *doc, struct seen *ret)
{
	*ret = (struct seen){ .via = VIA_SWEEP, .snapshot = true, .operation_id = NUMBER_NONE };

	take_text(doc, "status", ret->status, sizeof(ret->status));
	ret->key.updated = take_time(doc, "updated_ts");
	if (!take_id(doc, ret->external_id) || ret->status[0] == '\0' || !wall_is_set(ret->key.updated))
		return false;

	ret->key.revision = doc_integer(doc, "revision");
	ret->entered = take_entered(doc, ret->key.updated);
	ret->version = doc_integer(doc, "version");
	ret->point_id = doc_integer(doc, "current_point_id");
	take_pricing(doc_member(doc, "pricing", json_type_object), ret);
	take_text(doc, "resolution", ret->resolution, sizeof(ret->resolution));
	return true;
}

static int claims_add(struct wire_claims *claims, size_t *io_size, const struct seen *seen)
{
	if (claims->n == *io_size) {
		size_t size = *io_size ? *io_size * 2 : CLAIMS_FIRST_SIZE;
		struct seen *grown = reallocarray(claims->claims, size, sizeof(*grown));

		if (!grown)
			return ERR_NOMEM;
		claims->claims = grown;
		*io_size = size;
	}
	claims->claims[claims->n++] = *seen;
	return ERR_OK;
}

/* Room grows with the claims that are readable, not with the array's length: an answer of a million zeros costs
 * nothing. */
static int claims_read(struct json_object *list, struct wire_claims *ret)
{
	struct wire_claims claims = { 0 };
	size_t size = 0;
	size_t n = json_object_array_length(list);

	for (size_t i = 0; i < n; i++) {
		struct seen seen;

		if (!claim_read(json_object_array_get_idx(list, i), &seen)) {
			claims.n_unreadable++;
		} else if (claims_add(&claims, &size, &seen) < 0) {
			wire_claims_done(&claims);
			return ERR_NOMEM;
		}
	}
	*ret = claims;
	return ERR_OK;
}

/* Strict mode is left off on purpose: newer json-c refuses there a whole document for one number beyond 64 bits, and
 * one odd number in a field that we pass over must not cost the other 999 claims. */
int wire_claims_parse(const char *text, size_t len, struct wire_claims *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct json_object *list;
	int r = doc_parse(text, len, 0, &doc);

	if (r < 0)
		return r;
	list = doc_member(doc, "claims", json_type_array);
	return list ? claims_read(list, ret) : ERR_INVALID;
}

void wire_claims_done(struct wire_claims *claims)
{
	free(claims->claims);
	*claims = (struct wire_claims){ 0 };
}

static void error_text(struct json_object *doc, const char *name, char *ret, size_t size)
{
	size_t len = 0;
	const char *text = text_member(doc, name, &len);

	utf8_clean(text, len, ' ', ret, size);
}

void wire_error_parse(const char *text, size_t len, struct wire_error *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;

	(void)doc_parse(text, len, 0, &doc);
	error_text(doc, "code", ret->code, sizeof(ret->code));
	error_text(doc, "message", ret->message, sizeof(ret->message));
}
