/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes orders and campaigns as Market does (upstream/market.md sections 4.2 and 4.5).
 * Wire layer, for the simulator and the tests.
 * Every person and place in here is invented.
 */
#include "wire/orders_encode.h"

#include <string.h>

#include "base/err.h"
#include "wire/doc.h"
#include "wire/paging.h"

#define BUYER_STREET "Vymyshlennaya ulitsa"
#define BUYER_APARTMENT "apt-7741"
#define BUYER_ENTRYPHONE "door-2209K"
#define BUYER_NOTE "ask for Masha Vydumkina"
#define COURIER_NAME "Semyon Kurierov"
#define COURIER_PHONE "+70003217654"
#define COURIER_VEHICLE "T000ST99"
#define TRANSFER_CODE "transfer-5518"
#define RECEIVE_CODE "receive-4406"

const char *const wire_invented_buyer[] = {
	BUYER_STREET,
	BUYER_APARTMENT,
	BUYER_ENTRYPHONE,
	BUYER_NOTE,
	COURIER_NAME,
	COURIER_PHONE,
	COURIER_VEHICLE,
	TRANSFER_CODE,
	RECEIVE_CODE,
	NULL,
};

#define ADDRESS \
	"{'address':{'country':'Russia','city':'Testograd','street':'" BUYER_STREET "','house':'17'," \
	"'apartment':'" BUYER_APARTMENT "','entryphone':'" BUYER_ENTRYPHONE "'}," \
	"'region':{'id':213,'name':'Testograd','type':'CITY'}}"

#define TRANSFER \
	"{'courier':{'fullName':'" COURIER_NAME "','phone':'" COURIER_PHONE "','vehicleNumber':'" COURIER_VEHICLE "'}," \
	"'eac':{'eacType':'MERCHANT_TO_COURIER','eacCode':'" TRANSFER_CODE "'}}"

/* What is the same in every order. */
static const char goods[] =
	"{'notes':'" BUYER_NOTE "','buyerType':'PERSON',"
	"'items':[{'id':700000001,'offerId':'SKU-42','offerName':'Plumbus','count':2,"
	"'prices':{'payment':{'value':2490.5,'currencyId':'RUR'},'vat':'VAT_22'},"
	"'itemStatuses':[{'status':'CREATED','count':2}]}],"
	"'prices':{'payment':{'value':4981,'currencyId':'RUR'},'delivery':{'payment':{'value':300,'currencyId':'RUR'}}}}";

/* The merchant's own courier. */
static const char by_shop[] =
	"{'sourcePlatform':'MARKET','delivery':{'type':'DELIVERY','serviceName':'Own courier','deliveryServiceId':99,"
	"'deliveryPartnerType':'SHOP','dispatchType':'BUYER','dates':{'fromDate':'2026-09-22','toDate':'2026-09-23'},"
	"'shipment':{'id':81000001,'shipmentDate':'2026-09-21'},'courier':" ADDRESS ",'transfer':" TRANSFER ","
	"'receiveCode':'" RECEIVE_CODE "'}}";

/* Market brings it to its pick-up point. */
static const char by_market[] =
	"{'sourcePlatform':'OTHER','delivery':{'type':'PICKUP','serviceName':'Yandex Market','deliveryServiceId':1005486,"
	"'warehouseId':'300','deliveryPartnerType':'YANDEX_MARKET','dispatchType':'MARKET_BRANDED_OUTLET',"
	"'dates':{'fromDate':'2026-09-23','toDate':'2026-09-24'},'shipment':{'shipmentDate':'2026-09-21'},"
	"'pickup':" ADDRESS ",'transfer':" TRANSFER ",'estimated':false,'receiveCode':'" RECEIVE_CODE "'}}";

static void add_program(struct json_object *doc, const struct seen *seen, int *io_err)
{
	if (seen->model == &model_dbs)
		doc_add_text(doc, "programType", "DBS", io_err);
	else if (seen->model == &model_laas)
		doc_add_text(doc, "programType", "LAAS", io_err);
	else if (seen->foreign)
		doc_add_text(doc, "programType", "FBS", io_err);
	doc_add_fixed(doc, seen->model == &model_laas ? by_market : by_shop, io_err);
}

static struct json_object *order_new(const struct wire_order *order, int *io_err)
{
	struct json_object *doc = json_object_new_object();
	const struct seen *seen = order->seen;
	bool asked = wall_is_set(seen->asked);

	doc_add_integer(doc, "orderId", doc_number_id_text(seen->external_id, strlen(seen->external_id)), io_err);
	doc_add_integer(doc, "campaignId", seen->campaign_id, io_err);
	doc_add_pair(doc, "status", "substatus", seen->status, io_err);
	doc_add_time_moscow(doc, "creationDate", order->created, io_err);
	doc_add_time_moscow(doc, "updateDate", seen->key.updated, io_err);
	doc_add_text(doc, "paymentType", seen->prepaid ? "PREPAID" : "POSTPAID", io_err);
	doc_add_text(doc, "paymentMethod", seen->prepaid ? "YANDEX" : "CASH_ON_DELIVERY", io_err);
	doc_add(doc, "fake", json_object_new_boolean(order->fake), io_err);
	if (asked || seen->model == &model_dbs)
		doc_add(doc, "cancelRequested", json_object_new_boolean(asked), io_err);
	add_program(doc, seen, io_err);
	doc_add_fixed(doc, goods, io_err);
	return doc;
}

int wire_orders_encode(const struct wire_order *orders, size_t n, const char *next, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *list = json_object_new_array();
	int err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++)
		doc_append(list, order_new(&orders[i], &err), &err);
	doc_add(doc, "orders", list, &err);
	paging_add(doc, next, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

static struct json_object *campaign_new(const struct wire_campaign *campaign, int *io_err)
{
	struct json_object *doc = json_object_new_object();
	struct json_object *business = json_object_new_object();

	doc_add_text(doc, "domain", "shop.example", io_err);
	doc_add_integer(doc, "id", campaign->id, io_err);
	doc_add_integer(business, "id", campaign->business_id, io_err);
	doc_add_text(business, "name", "Shop", io_err);
	doc_add(doc, "business", business, io_err);
	doc_add_text(doc, "placementType", campaign->placement, io_err);
	doc_add_text(doc, "apiAvailability", campaign->availability, io_err);
	return doc;
}

int wire_campaigns_encode(const struct wire_campaign *campaigns, size_t n, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *list = json_object_new_array();
	int err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++)
		doc_append(list, campaign_new(&campaigns[i], &err), &err);
	doc_add(doc, "campaigns", list, &err);
	paging_add(doc, NULL, &err);
	return err < 0 ? err : doc_print(doc, ret);
}

int wire_orders_error_encode(const char *code, const char *message, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct json_object *error = json_object_new_object();
	int err = ERR_OK;

	doc_add(error, "code", json_object_new_string(code), &err);
	doc_add(error, "message", json_object_new_string(message), &err);
	doc_append(list, error, &err);
	doc_add(doc, "status", json_object_new_string("ERROR"), &err);
	doc_add(doc, "errors", list, &err);
	return err < 0 ? err : doc_print(doc, ret);
}
