/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads what a merchant asks for a claim, and writes the upstream's answers.
 * Wire layer, for the simulator and the tests. Decides nothing about the claim.
 */
#include "wire/claim_acts_encode.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "wire/doc.h"

/* A body with a version. */
static int parse_version(const char *text, size_t len, struct json_object **ret, int64_t *ret_version)
{
	struct json_object *doc = NULL;
	int64_t version;
	int r = doc_parse(text, len, JSON_TOKENER_STRICT, &doc);

	if (r < 0)
		return r;
	version = doc_integer(doc, "version");
	if (version == NUMBER_NONE) {
		doc_free(doc);
		return ERR_INVALID;
	}
	*ret = doc;
	*ret_version = version;
	return ERR_OK;
}

int wire_accept_request_parse(const char *text, size_t len, int64_t *ret_version)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;

	return parse_version(text, len, &doc, ret_version);
}

/* Whether the member is this text and nothing more. */
static bool is_text(struct json_object *doc, const char *name, const char *wanted)
{
	size_t len = 0;
	const char *text = doc_text(doc, name, &len);

	return text && len == strlen(wanted) && memcmp(text, wanted, len) == 0;
}

int wire_cancel_request_parse(const char *text, size_t len, int64_t *ret_version, bool *ret_paid)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	int64_t version;
	bool paid;
	int r = parse_version(text, len, &doc, &version);

	if (r < 0)
		return r;
	paid = is_text(doc, "cancel_state", "paid");
	if (!paid && !is_text(doc, "cancel_state", "free"))
		return ERR_INVALID;
	*ret_version = version;
	*ret_paid = paid;
	return ERR_OK;
}

int wire_claim_taken_encode(const struct seen *claim, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	char revision[32];
	int err = ERR_OK;

	(void)snprintf(revision, sizeof(revision), "%" PRId64, claim->version);
	doc_add_text(doc, "id", claim->external_id, &err);
	doc_add_text(doc, "status", claim->status, &err);
	doc_add_integer(doc, "version", claim->version, &err);
	doc_add_text(doc, "user_request_revision", revision, &err);
	doc_add(doc, "skip_client_notify", json_object_new_boolean(false), &err);
	return err < 0 ? err : doc_print(doc, ret);
}

/* A price that there is none of stands there as null. */
static void add_price(struct json_object *doc, const char *name, const char *price, int *io_err)
{
	if (price)
		doc_add_text(doc, name, price, io_err);
	else if (!doc || json_object_object_add(doc, name, NULL) != 0)
		*io_err = ERR_NOMEM;
}

int wire_cancel_terms_encode(const struct wire_cancel_terms *terms, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	int err = ERR_OK;

	doc_add_text(doc, "cancel_state", terms->state, &err);
	add_price(doc, "price", terms->price, &err);
	add_price(doc, "price_with_vat", NULL, &err);
	doc_add_text(doc, "currency", terms->currency, &err);
	return err < 0 ? err : doc_print(doc, ret);
}
