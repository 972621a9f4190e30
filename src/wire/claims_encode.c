/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes claims as the upstream does, and reads what it is asked (upstream/delivery.md sections 3.1 and 3.2).
 * Wire layer, for the simulator and the tests.
 * Every person and place in here is invented.
 */
#include "wire/claims_encode.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "wire/claims.h"
#include "wire/doc.h"

#define SENDER_NAME "Ivan Testov"
#define SENDER_PHONE "+70001234567"
#define SENDER_EMAIL "ivan.testov@shop.example"
#define SENDER_ADDRESS "Probnaya ulitsa 17, Testograd"
#define SENDER_DOOR_CODE "door-4711K"
#define SENDER_PICKUP_CODE "pickup-903817"
#define RECIPIENT_NAME "Пётр Пробников"
#define RECIPIENT_PHONE "+70007654321"
#define RECIPIENT_EMAIL "petr.probnikov@client.example"
#define RECIPIENT_ADDRESS "Vymyshlenny proezd 99, Testograd"
#define RECIPIENT_DOOR_CODE "door-1337V"
#define RECIPIENT_PICKUP_CODE "pickup-260154"
#define RECIPIENT_COMMENT "ask for Masha Vydumkina"
#define COURIER_NAME "Semyon Kurierov"
#define COURIER_LEGAL_NAME "IE Kurierov S. S."
#define COURIER_CAR_NUMBER "T000ST99"

const char *const wire_invented_people[] = {
	SENDER_NAME,
	SENDER_PHONE,
	SENDER_EMAIL,
	SENDER_ADDRESS,
	SENDER_DOOR_CODE,
	SENDER_PICKUP_CODE,
	RECIPIENT_NAME,
	RECIPIENT_PHONE,
	RECIPIENT_EMAIL,
	RECIPIENT_ADDRESS,
	RECIPIENT_DOOR_CODE,
	RECIPIENT_PICKUP_CODE,
	RECIPIENT_COMMENT,
	NULL,
};

const char *const wire_invented_courier[] = {
	COURIER_NAME,
	COURIER_LEGAL_NAME,
	COURIER_CAR_NUMBER,
	NULL,
};

/* What is the same in every claim. Single quotes, which json-c reads as well, keep the documents readable in C. */
static const char people[] =
	"{'corp_client_id':'cd8cc018bde34597932855e3cfdce927','eta':10,'optional_return':false,"
	"'emergency_contact':{'name':'" SENDER_NAME "','phone':'" SENDER_PHONE "'},"
	"'items':[{'title':'Plumbus','quantity':1,'cost_value':'2.00','cost_currency':'RUB',"
	"'pickup_point':17594193737507,'droppof_point':17594193737508}],"
	"'route_points':["
	"{'id':17594193737507,'type':'source','visit_order':1,'visit_status':'visited','skip_confirmation':false,"
	"'contact':{'name':'" SENDER_NAME "','phone':'" SENDER_PHONE "','email':'" SENDER_EMAIL "'},"
	"'address':{'fullname':'" SENDER_ADDRESS "','coordinates':[37.5,55.7],'door_code':'" SENDER_DOOR_CODE "'},"
	"'pickup_code':'" SENDER_PICKUP_CODE "','visited_at':{'actual':'2026-09-23T08:05:00Z'}},"
	"{'id':17594193737508,'type':'destination','visit_order':2,'visit_status':'pending','skip_confirmation':false,"
	"'contact':{'name':'" RECIPIENT_NAME "','phone':'" RECIPIENT_PHONE "','email':'" RECIPIENT_EMAIL "'},"
	"'address':{'fullname':'" RECIPIENT_ADDRESS "','coordinates':[37.6,55.8],'door_code':'" RECIPIENT_DOOR_CODE "',"
	"'comment':'" RECIPIENT_COMMENT "'},"
	"'pickup_code':'" RECIPIENT_PICKUP_CODE "','visited_at':{'expected':'2026-09-23T08:30:00+00:00'}},"
	"{'id':17594193737509,'type':'return','visit_order':3,'visit_status':'pending','skip_confirmation':false,"
	"'contact':{'name':'" SENDER_NAME "','phone':'" SENDER_PHONE "'},'address':{'fullname':'" SENDER_ADDRESS "'},"
	"'visited_at':{}}],"
	"'warnings':[]}";

static const char courier[] =
	"{'performer_info':{'courier_name':'" COURIER_NAME "','legal_name':'" COURIER_LEGAL_NAME "','car_model':'Prototype',"
	"'car_number':'" COURIER_CAR_NUMBER "','transport_type':'car'}}";

static const char estimating_errors[] =
	"{'error_messages':[{'code':'estimating.route_not_found','message':'no route between the points'}]}";

static struct json_object *pricing_new(const struct seen *claim, int *io_err)
{
	struct json_object *pricing = json_object_new_object();
	struct json_object *offer = json_object_new_object();

	doc_add_text(offer, "offer_id", "28ae5f1d72364468be3f5e26cd6a66bf", io_err);
	doc_add_text(offer, "price", claim->price, io_err);
	doc_add_time(offer, "valid_until", claim->valid_until, claim->key.revision, io_err);
	doc_add_text(pricing, "currency", claim->currency, io_err);
	doc_add(pricing, "offer", offer, io_err);
	return pricing;
}

/* Whether a courier has the claim, or had it to its end. */
static bool has_courier(const char *status)
{
	int index = model_status(&model_claims, status);

	if (index == STATUS_UNKNOWN)
		return false;
	switch (model_claims.statuses[index].phase) {
	case PHASE_PICKUP:
	case PHASE_DELIVERY:
	case PHASE_RETURN:
	case PHASE_END:
		return true;
	case PHASE_CREATE:
	case PHASE_SEARCH:
	case PHASE_ERROR:
	case PHASE_CANCEL:
	case PHASE_MAX:
		break;
	}
	return false;
}

static struct json_object *requirements_new(const struct seen *claim, int *io_err)
{
	struct json_object *requirements = json_object_new_object();

	doc_add_text(requirements, "taxi_class", claim->class, io_err);
	return requirements;
}

static void add_versions(struct json_object *doc, const struct seen *claim, int *io_err)
{
	char text[32];

	doc_add_integer(doc, "version", claim->version, io_err);
	doc_add_integer(doc, "revision", claim->key.revision, io_err);
	if (claim->version == NUMBER_NONE)
		return;
	(void)snprintf(text, sizeof(text), "%" PRId64, claim->version);
	doc_add_text(doc, "user_request_revision", text, io_err);
}

static struct json_object *claim_new(const struct seen *claim, int *io_err)
{
	struct json_object *doc = json_object_new_object();

	doc_add_text(doc, "id", claim->external_id, io_err);
	doc_add_text(doc, "status", claim->status, io_err);
	add_versions(doc, claim, io_err);
	doc_add_time(doc, "created_ts", claim->entered, claim->key.revision, io_err);
	doc_add_time(doc, "updated_ts", claim->key.updated, claim->key.revision, io_err);
	doc_add_time(doc, "last_status_change_ts", claim->entered, claim->key.revision, io_err);
	doc_add_integer(doc, "current_point_id", claim->point_id, io_err);
	doc_add_text(doc, "resolution", claim->resolution, io_err);
	if (claim->price[0] != '\0' || claim->currency[0] != '\0' || wall_is_set(claim->valid_until))
		doc_add(doc, "pricing", pricing_new(claim, io_err), io_err);
	if (claim->class[0] != '\0')
		doc_add(doc, "client_requirements", requirements_new(claim, io_err), io_err);
	doc_add_fixed(doc, people, io_err);
	if (has_courier(claim->status))
		doc_add_fixed(doc, courier, io_err);
	if (strcmp(claim->status, "estimating_failed") == 0)
		doc_add_fixed(doc, estimating_errors, io_err);
	return doc;
}

int wire_claim_encode(const struct seen *claim, char **ret)
{
	int err = ERR_OK;
	CLEANUP(doc_cleanup) struct json_object *doc = claim_new(claim, &err);

	return err < 0 ? err : doc_print(doc, ret);
}

int wire_claims_encode(const struct seen *claims, size_t n, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *list = json_object_new_array();
	int err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++)
		doc_append(list, claim_new(&claims[i], &err), &err);
	doc_add(doc, "claims", list, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

int wire_error_encode(const char *code, const char *message, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	int err = ERR_OK;

	doc_add(doc, "code", json_object_new_string(code), &err);
	doc_add(doc, "message", json_object_new_string(message), &err);
	return err < 0 ? err : doc_print(doc, ret);
}

int wire_bulk_request_parse(const char *text, size_t len, char ***ret_ids, size_t *ret_n)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct json_object *list;
	size_t n;
	int r = doc_parse(text, len, JSON_TOKENER_STRICT, &doc);

	if (r < 0)
		return r;
	list = doc_member(doc, "claim_ids", json_type_array);
	n = list ? json_object_array_length(list) : 0;
	if (n == 0 || n > WIRE_BULK_IDS_MAX)
		return ERR_INVALID;
	r = doc_texts_copy(list, ret_ids);
	if (r == ERR_OK)
		*ret_n = n;
	return r;
}
