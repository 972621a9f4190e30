/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of wire/campaigns: which shops a key sees, and what odd answers come to.
 * Unit ring. Documents are written with single quotes: see quoted.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/suite.h"
#include "tests/unit/quoted.h"
#include "wire/campaigns.h"
#include "wire/orders_encode.h"

static struct wire_campaigns parse(const char *text)
{
	struct wire_campaigns campaigns;
	char *json = quoted(text);

	ck_assert_msg(wire_campaigns_parse(json, strlen(json), &campaigns) == 0, "%s", text);
	free(json);
	return campaigns;
}

START_TEST(a_whole_answer_is_read)
{
	struct wire_campaigns campaigns =
		parse("{'campaigns':[{'domain':'shop.example','id':111,'clientId':5,'business':{'id':222,'name':'Shop'},"
	              "'placementType':'DBS','apiAvailability':'AVAILABLE'},"
	              "{'id':112,'business':{'id':222},'placementType':'LAAS',"
	              "'apiAvailability':'DISABLED_BY_NO_ACTIVE_CONTRACT'}],"
	              "'pager':{'total':2,'pagesCount':3,'pageSize':2},'paging':{'nextPageToken':'next'}}");

	ck_assert_uint_eq(campaigns.n, 2);
	ck_assert_uint_eq(campaigns.n_unreadable, 0);
	ck_assert_int_eq(campaigns.campaigns[0].id, 111);
	ck_assert_int_eq(campaigns.campaigns[0].business_id, 222);
	ck_assert_str_eq(campaigns.campaigns[0].placement, "DBS");
	ck_assert_str_eq(campaigns.campaigns[0].availability, "AVAILABLE");
	ck_assert_int_eq(campaigns.campaigns[1].id, 112);
	ck_assert_str_eq(campaigns.campaigns[1].placement, "LAAS");
	ck_assert_str_eq(campaigns.campaigns[1].availability, "DISABLED_BY_NO_ACTIVE_CONTRACT");
	ck_assert_str_eq(campaigns.next_page_token, "next");
	ck_assert_int_eq(campaigns.pages, 3);
	wire_campaigns_done(&campaigns);
	ck_assert_ptr_null(campaigns.campaigns);
	ck_assert_ptr_null(campaigns.next_page_token);
}
END_TEST

START_TEST(a_campaign_may_give_only_its_id)
{
	struct wire_campaigns campaigns = parse("{'campaigns':[{'id':9223372036854775807}]}");

	ck_assert_uint_eq(campaigns.n, 1);
	ck_assert_int_eq(campaigns.campaigns[0].id, INT64_MAX);
	ck_assert_int_eq(campaigns.campaigns[0].business_id, NUMBER_NONE);
	ck_assert_str_eq(campaigns.campaigns[0].placement, "");
	ck_assert_str_eq(campaigns.campaigns[0].availability, "");
	ck_assert_ptr_null(campaigns.next_page_token);
	ck_assert_int_eq(campaigns.pages, NUMBER_NONE);
	wire_campaigns_done(&campaigns);
}
END_TEST

START_TEST(what_is_no_campaign_is_counted_and_costs_only_itself)
{
	struct wire_campaigns campaigns =
		parse("{'campaigns':[null,7,'x',[],{},{'id':0},{'id':-1},{'id':1.5},{'id':9223372036854775808},{'id':null},"
	              "{'id':'113','business':{'id':'x'},'placementType':7,'apiAvailability':null},{'id':114,'business':5}]}");

	ck_assert_uint_eq(campaigns.n, 2);
	ck_assert_uint_eq(campaigns.n_unreadable, 10);
	ck_assert_int_eq(campaigns.campaigns[0].id, 113);
	ck_assert_int_eq(campaigns.campaigns[0].business_id, NUMBER_NONE);
	ck_assert_str_eq(campaigns.campaigns[0].placement, "");
	ck_assert_int_eq(campaigns.campaigns[1].id, 114);
	wire_campaigns_done(&campaigns);
}
END_TEST

START_TEST(a_placement_that_is_new_survives_and_a_long_one_is_cut)
{
	struct wire_campaigns campaigns = parse("{'campaigns':[{'id':1,'placementType':'DRONE','apiAvailability':'A\\nB'},"
	                                        "{'id':2,'placementType':'ABCDEFGHIJKLMNOPQRSTUVWXYZ'}]}");

	ck_assert_str_eq(campaigns.campaigns[0].placement, "DRONE");
	ck_assert_str_eq(campaigns.campaigns[0].availability, "A?B");
	ck_assert_str_eq(campaigns.campaigns[1].placement, "ABCDEFGHIJKLMNO");
	wire_campaigns_done(&campaigns);
}
END_TEST

static const char *const bads[] = {
	"",
	"null",
	"[]",
	"{}",
	"{'campaigns':null}",
	"{'campaigns':{}}",
	"{'campaigns':[]",
	"{'campaigns':[]} x",
	"{'campaigns':[],'paging':{'nextPageToken':[]}}",
	"{'status':'ERROR','errors':[]}",
};

START_TEST(what_is_no_answer_is_invalid_and_writes_nothing)
{
	struct wire_campaigns campaigns = { .n = 42 };
	char *json = quoted(bads[_i]);

	ck_assert_int_eq(wire_campaigns_parse(json, strlen(json), &campaigns), ERR_INVALID);
	ck_assert_uint_eq(campaigns.n, 42);
	ck_assert_ptr_null(campaigns.campaigns);
	free(json);
}
END_TEST

START_TEST(campaigns_read_back)
{
	static const struct wire_campaign written[] = {
		{ .id = INT64_MAX, .business_id = 222, .placement = "DBS", .availability = "AVAILABLE" },
		{ .id = 112, .business_id = 222, .placement = "LAAS", .availability = "MANUALLY_DISABLED" },
		{ .id = 113, .business_id = NUMBER_NONE },
	};
	struct wire_campaigns campaigns;
	char *text;

	ck_assert_int_eq(wire_campaigns_encode(written, ARRAY_SIZE(written), &text), 0);
	campaigns = parse(text);
	ck_assert_uint_eq(campaigns.n, ARRAY_SIZE(written));
	ck_assert_ptr_null(campaigns.next_page_token);
	for (size_t i = 0; i < campaigns.n; i++) {
		ck_assert_int_eq(campaigns.campaigns[i].id, written[i].id);
		ck_assert_int_eq(campaigns.campaigns[i].business_id, written[i].business_id);
		ck_assert_str_eq(campaigns.campaigns[i].placement, written[i].placement);
		ck_assert_str_eq(campaigns.campaigns[i].availability, written[i].availability);
	}
	wire_campaigns_done(&campaigns);
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire_campaigns");
	TCase *tc = tcase_create("campaigns");

	tcase_add_test(tc, a_whole_answer_is_read);
	tcase_add_test(tc, a_campaign_may_give_only_its_id);
	tcase_add_test(tc, what_is_no_campaign_is_counted_and_costs_only_itself);
	tcase_add_test(tc, a_placement_that_is_new_survives_and_a_long_one_is_cut);
	tcase_add_loop_test(tc, what_is_no_answer_is_invalid_and_writes_nothing, 0, (int)ARRAY_SIZE(bads));
	tcase_add_test(tc, campaigns_read_back);
	suite_add_tcase(s, tc);
	return s;
}
