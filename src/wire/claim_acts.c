/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes what is to be done with a claim, and reads what became of it.
 * Wire layer. Takes from an answer only what the structs of claim_acts.h list.
 */
#include "wire/claim_acts.h"

#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "wire/doc.h"

static const char *const cancel_states[] = {
	[WIRE_CANCEL_FREE] = "free",
	[WIRE_CANCEL_PAID] = "paid",
	[WIRE_CANCEL_UNAVAILABLE] = "unavailable",
};

/* CANCEL_STATE: NULL for none. */
static int act_request(int64_t version, const char *cancel_state, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	int err = version < 0 ? ERR_INVALID : ERR_OK;

	doc_add(doc, "version", json_object_new_int64(version), &err);
	if (cancel_state)
		doc_add_text(doc, "cancel_state", cancel_state, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

int wire_accept_request(int64_t version, char **ret)
{
	return act_request(version, NULL, ret);
}

int wire_cancel_request(int64_t version, bool paid, char **ret)
{
	return act_request(version, cancel_states[paid ? WIRE_CANCEL_PAID : WIRE_CANCEL_FREE], ret);
}

/* Not strict, for wire_claims_parse()'s reason: one odd number must not make a doubt of what was done. */
int wire_claim_taken_parse(const char *text, size_t len, struct wire_claim_taken *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct wire_claim_taken taken = { 0 };
	int r = doc_parse(text, len, 0, &doc);

	if (r < 0)
		return r;
	if (!doc_external_id(doc, "id", taken.external_id))
		return ERR_INVALID;
	doc_line(doc, "status", '?', taken.status, sizeof(taken.status));
	*ret = taken;
	return ERR_OK;
}

static bool cancel_state_parse(const char *text, enum wire_cancel_state *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(cancel_states); i++) {
		if (strcmp(cancel_states[i], text) == 0) {
			*ret = (enum wire_cancel_state)i;
			return true;
		}
	}
	return false;
}

int wire_cancel_info_parse(const char *text, size_t len, struct wire_cancel_info *ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct wire_cancel_info info = { 0 };
	char state[16];
	int r = doc_parse(text, len, 0, &doc);

	if (r < 0)
		return r;
	/* What is cut is none of the three. */
	doc_line(doc, "cancel_state", '?', state, sizeof(state));
	if (!cancel_state_parse(state, &info.state))
		return ERR_INVALID;
	(void)doc_decimal(doc, "price", info.price);
	(void)doc_currency(doc, "currency", info.currency);
	*ret = info;
	return ERR_OK;
}
