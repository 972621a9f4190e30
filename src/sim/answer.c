/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers from the world, in Delivery's formats.
 * Simulator.
 * Sends nothing.
 */
#include "sim/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "wire/claims_encode.h"
#include "wire/journal_encode.h"

int answer_error(unsigned status, const char *code, const char *message, struct answer *ret)
{
	char *body;
	int r = wire_error_encode(code, message, &body);

	if (r < 0)
		return r;
	*ret = (struct answer){ .status = status, .body = body, .len = strlen(body) };
	return 0;
}

int answer_text(unsigned status, const char *text, struct answer *ret)
{
	char *body = strdup(text);

	if (!body)
		return ERR_NOMEM;
	*ret = (struct answer){ .status = status, .body = body, .len = strlen(body) };
	return 0;
}

/* Reads the claim into ANSWER's list and SEEN; ERR_NOT_FOUND when there is nothing to tell. */
static int tell(struct world *world, const char *id, struct answer *answer, struct seen *seen)
{
	struct world_shipment *claim = world_find(world, id);
	size_t place;
	int r = claim && world_is_claim(claim) ? world_read(claim, seen, &place) : ERR_NOT_FOUND;

	if (r < 0)
		return r;
	answer->n_stale += place + 1 < claim->n;
	answer->told[answer->n_told++] = (struct told){ .shipment = claim, .telling = TELLING_SNAPSHOT, .place = place };
	return 0;
}

int answer_info(struct world *world, const char *id, struct answer *ret)
{
	struct answer answer = { .status = 200, .n_asked = 1 };
	struct seen seen;

	if (!id)
		return answer_error(400, "bad_request", "claim_id is missing", ret);
	answer.told = calloc(1, sizeof(*answer.told));
	if (!answer.told)
		return ERR_NOMEM;

	int r = tell(world, id, &answer, &seen);

	if (r == 0)
		r = wire_claim_encode(&seen, &answer.body);
	if (r < 0) {
		answer_done(&answer);
		return r == ERR_NOT_FOUND ? answer_error(404, "not_found", "No such claim", ret) : r;
	}
	answer.len = strlen(answer.body);
	*ret = answer;
	return 0;
}

static int answer_claims(struct world *world, char **ids, size_t n, struct answer *answer)
{
	struct seen *seen = calloc(n, sizeof(*seen));

	answer->told = calloc(n, sizeof(*answer->told));
	answer->n_asked = n;

	int r = seen && answer->told ? 0 : ERR_NOMEM;

	for (size_t i = 0; r == 0 && i < n; i++) {
		/* Unknown ids are left out: the next one takes the place. */
		tell(world, ids[i], answer, &seen[answer->n_told]);
	}
	answer->n_unknown = n - answer->n_told;
	if (r == 0)
		r = wire_claims_encode(seen, answer->n_told, &answer->body);
	if (r == 0)
		answer->len = strlen(answer->body);
	free(seen);
	return r;
}

int answer_bulk_info(struct world *world, const char *body, size_t len, struct answer *ret)
{
	struct answer answer = { .status = 200 };
	char **ids;
	size_t n;
	int r = wire_bulk_request_parse(body, len, &ids, &n);

	if (r == ERR_INVALID)
		return answer_error(400, "bad_request", "claim_ids must be 1 to 1000 strings", ret);
	if (r < 0)
		return r;
	r = answer_claims(world, ids, n, &answer);
	free(ids);
	if (r < 0) {
		answer_done(&answer);
		return r;
	}
	*ret = answer;
	return 0;
}

static int answer_page(const struct journal_page *page, struct answer *answer)
{
	/* An empty page has room too, so that a NULL means one thing. */
	struct wire_event *events = calloc(page->n + 1, sizeof(*events));

	answer->told = calloc(page->n + 1, sizeof(*answer->told));

	int r = events && answer->told ? 0 : ERR_NOMEM;

	for (size_t i = 0; r == 0 && i < page->n; i++) {
		const struct tiding *tiding = &page->tidings[i];

		journal_event(tiding, &events[i]);
		answer->told[answer->n_told++] = (struct told){ tiding->claim, tiding->telling, tiding->place };
	}
	if (r == 0)
		r = wire_journal_encode(page->cursor, events, page->n, &answer->body);
	if (r == 0)
		answer->len = strlen(answer->body);
	free(events);
	return r;
}

int answer_journal(struct journal *journal, const char *body, size_t len, struct journal_ask ask, struct answer *ret)
{
	struct answer answer = { .status = 200 };
	struct journal_page page;
	char *cursor;
	int r = wire_journal_request_parse(body, len, &cursor);

	if (r == ERR_INVALID)
		return answer_error(400, "400", "The body must be empty or an object with a cursor", ret);
	if (r < 0)
		return r;
	ask.cursor = cursor;
	r = journal_page(journal, &ask, &page);
	free(cursor);
	if (r < 0)
		return r;
	r = answer_page(&page, &answer);
	journal_page_done(&page);
	if (r < 0) {
		answer_done(&answer);
		return r;
	}
	*ret = answer;
	return 0;
}

void answer_cut(struct answer *answer)
{
	answer->len /= 2;
	answer->n_told = 0;
}

void answer_done(struct answer *answer)
{
	free(answer->body);
	free(answer->told);
	*answer = (struct answer){ 0 };
}
