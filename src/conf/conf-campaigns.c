/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shops of a Market business and how each sells: "111:dbs, 112:laas".
 * Conf layer.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf-parts.h"
#include "conf/conf-value.h"

static const char *const sold_as[] = { "dbs", "laas" };

void conf_campaigns_done(struct conf_campaigns *campaigns)
{
	free(campaigns->list);
	*campaigns = (struct conf_campaigns){ 0 };
}

static bool is_listed(const struct conf_campaigns *campaigns, int64_t id)
{
	for (size_t i = 0; i < campaigns->n; i++)
		if (campaigns->list[i].id == id)
			return true;
	return false;
}

static int read_campaign(const char *entry, struct conf_campaign *ret, struct conf_error *ret_error)
{
	char *end;

	errno = 0;
	ret->id = strtoll(entry, &end, 10);
	/* No sign, and no zero before the number: one campaign is written in one way. */
	bool good = entry[0] >= '1' && entry[0] <= '9' && errno == 0 && *end == ':';

	for (size_t i = 0; good && i < ARRAY_SIZE(sold_as); i++) {
		if (strcmp(end + 1, sold_as[i]) == 0) {
			(void)snprintf(ret->model, sizeof(ret->model), "%s", sold_as[i]);
			return 0;
		}
	}
	return conf_fail(ret_error, ERR_INVALID,
		"\"%s\" is no campaign; write its number, a colon, and dbs or laas, as in 111:dbs", entry);
}

static int add_campaign(struct conf_campaigns *campaigns, const char *entry, struct conf_error *ret_error)
{
	struct conf_campaign campaign;
	int r = read_campaign(entry, &campaign, ret_error);

	if (r < 0)
		return r;
	if (is_listed(campaigns, campaign.id))
		return conf_fail(ret_error, ERR_INVALID, "campaign %" PRId64 " stands twice; keep one of the two", campaign.id);

	struct conf_campaign *list = reallocarray(campaigns->list, campaigns->n + 1, sizeof(*list));

	if (!list)
		return conf_fail_nomem(ret_error);
	campaigns->list = list;
	list[campaigns->n++] = campaign;
	return 0;
}

int conf_campaigns_read(const char *text, struct conf_campaigns *ret, struct conf_error *ret_error)
{
	CLEANUP(text_cleanup) char *copy = strdup(text);
	struct conf_campaigns campaigns = { 0 };
	const char *entry;
	char *rest = copy;

	if (!copy)
		return conf_fail_nomem(ret_error);

	int r = 0;

	while (r == 0 && *text != '\0' && (entry = conf_list_next(&rest)) != NULL)
		r = add_campaign(&campaigns, entry, ret_error);
	if (r < 0) {
		conf_campaigns_done(&campaigns);
		return r;
	}
	*ret = campaigns;
	return 0;
}

/* Without blanks: what fitted into a line when it was read must fit again. */
void conf_campaigns_write(const struct conf_campaigns *campaigns, FILE *out)
{
	for (size_t i = 0; i < campaigns->n; i++)
		fprintf(out, "%s%" PRId64 ":%s", i > 0 ? "," : "", campaigns->list[i].id, campaigns->list[i].model);
}
