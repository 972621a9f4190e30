/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads what Market is asked for orders, and says what is wrong with it.
 * Wire layer, for the simulator and the tests. Stricter than Market is known to be: what it refuses, we never send.
 */
#include "base/err.h"
#include "base/timefmt.h"
#include "wire/doc.h"
#include "wire/orders_encode.h"

static int refuse(const char *why, const char **ret_why)
{
	*ret_why = why;
	return ERR_INVALID;
}

/* A member of any type; NULL when absent or null. */
static struct json_object *given(struct json_object *doc, const char *name)
{
	struct json_object *member = NULL;

	(void)json_object_object_get_ex(doc, name, &member);
	return member;
}

static bool has_id(const struct wire_orders_filter *filter, int64_t id)
{
	for (size_t i = 0; i < filter->n_ids; i++) {
		if (filter->ids[i] == id)
			return true;
	}
	return false;
}

static int take_ids(struct json_object *doc, struct wire_orders_filter *filter, const char **ret_why)
{
	struct json_object *list = given(doc, "orderIds");
	size_t n;

	if (!list)
		return ERR_OK;
	if (!json_object_is_type(list, json_type_array))
		return refuse("orderIds must be an array", ret_why);
	n = json_object_array_length(list);
	if (n == 0 || n > WIRE_ORDERS_MAX)
		return refuse("orderIds must have 1 to 50 elements", ret_why);
	for (size_t i = 0; i < n; i++) {
		int64_t id = doc_integer_value(json_object_array_get_idx(list, i));

		if (id == NUMBER_NONE)
			return refuse("orderIds must be int64 numbers", ret_why);
		if (has_id(filter, id))
			return refuse("orderIds must be unique", ret_why);
		filter->ids[filter->n_ids++] = id;
	}
	return ERR_OK;
}

/* A date-time as its standard wants it, zone included; WALL_NONE stays when it is not given. */
static bool take_bound(struct json_object *dates, const char *name, struct wall *io_bound)
{
	size_t len = 0;
	const char *text = doc_text(dates, name, &len);
	unsigned quirks = 0;

	if (!given(dates, name))
		return true;
	return text && timefmt_parse(text, len, io_bound, &quirks) == ERR_OK &&
	       (quirks & (TIMEFMT_MISSING_ZONE | TIMEFMT_SPACE_ZONE)) == 0;
}

static int take_dates(struct json_object *doc, struct wire_orders_filter *filter, const char **ret_why)
{
	struct json_object *dates = given(doc, "dates");

	if (!dates)
		return ERR_OK;
	if (!json_object_is_type(dates, json_type_object))
		return refuse("dates must be an object", ret_why);
	if (!take_bound(dates, "updateDateFrom", &filter->from) || !take_bound(dates, "updateDateTo", &filter->to))
		return refuse("updateDateFrom and updateDateTo must be date-times", ret_why);
	if (!wall_is_set(filter->from) || !wall_is_set(filter->to))
		return ERR_OK;
	if (wall_cmp(filter->from, filter->to) >= 0)
		return refuse("Order update start is required to be less than end date", ret_why);
	if (filter->to.us - filter->from.us > WIRE_ORDERS_SPAN_US)
		return refuse("Invalid filters: interval more than 30 days", ret_why);
	return ERR_OK;
}

static int take_fake(struct json_object *doc, struct wire_orders_filter *filter, const char **ret_why)
{
	struct json_object *fake = given(doc, "fake");

	if (fake && !json_object_is_type(fake, json_type_boolean))
		return refuse("fake must be a boolean", ret_why);
	filter->fake = json_object_get_boolean(fake);
	return ERR_OK;
}

int wire_orders_filter_parse(const char *text, size_t len, struct wire_orders_filter *ret, const char **ret_why)
{
	CLEANUP(doc_cleanup) struct json_object *doc = NULL;
	struct wire_orders_filter filter = { .from = WALL_NONE, .to = WALL_NONE };
	int r = doc_parse(text, len, JSON_TOKENER_STRICT, &doc);

	if (r == ERR_NOMEM)
		return r;
	if (!json_object_is_type(doc, json_type_object))
		return refuse("the body must be one JSON object", ret_why);
	r = take_ids(doc, &filter, ret_why);
	if (r == ERR_OK)
		r = take_dates(doc, &filter, ret_why);
	if (r == ERR_OK)
		r = take_fake(doc, &filter, ret_why);
	if (r == ERR_OK)
		*ret = filter;
	return r;
}
