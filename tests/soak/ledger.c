/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A set of what was acknowledged and not seen yet, and the place in the inbox up to which all was seen.
 * The soak.
 */
#include "soak/ledger.h"

#include <search.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/seen.h"

static const char inbox_sql[] =
	"SELECT id, external_id, upstream_at_us FROM report_notifications WHERE id > ?1 AND kind = 'callback' ORDER BY id";

struct ack {
	int64_t updated_us;
	char id[EXTERNAL_ID_SIZE];
};

struct ledger {
	void *acks; /* tsearch(3) tree */
	size_t n;
	int64_t seen_id;
};

int ledger_new(struct ledger **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? ERR_OK : ERR_NOMEM;
}

void ledger_free(struct ledger *ledger)
{
	if (!ledger)
		return;
	tdestroy(ledger->acks, free);
	free(ledger);
}

static int compare(const void *a, const void *b)
{
	const struct ack *x = a;
	const struct ack *y = b;

	if (x->updated_us != y->updated_us)
		return x->updated_us < y->updated_us ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* One that was sent twice is one. */
int ledger_note(struct ledger *ledger, const char *id, struct wall updated)
{
	struct ack *ack = calloc(1, sizeof(*ack));

	if (!ack)
		return ERR_NOMEM;
	ack->updated_us = updated.us;
	snprintf(ack->id, sizeof(ack->id), "%s", id);

	struct ack **found = tsearch(ack, &ledger->acks, compare);

	if (!found || *found != ack)
		free(ack);
	else
		ledger->n++;
	return found ? ERR_OK : ERR_NOMEM;
}

static void strike_out(struct ledger *ledger, const char *id, int64_t updated_us)
{
	struct ack key = { .updated_us = updated_us };

	snprintf(key.id, sizeof(key.id), "%s", id);

	struct ack **found = tfind(&key, &ledger->acks, compare);

	if (!found)
		return;

	struct ack *ack = *found;

	tdelete(ack, &ledger->acks, compare);
	free(ack);
	ledger->n--;
}

static int read_inbox(struct ledger *ledger, sqlite3_stmt *stmt)
{
	int r;

	sqlite3_bind_int64(stmt, 1, ledger->seen_id);
	while ((r = sqlite3_step(stmt)) == SQLITE_ROW) {
		const unsigned char *id = sqlite3_column_text(stmt, 1);

		ledger->seen_id = sqlite3_column_int64(stmt, 0);
		strike_out(ledger, id ? (const char *)id : "", sqlite3_column_int64(stmt, 2));
	}
	return r == SQLITE_DONE ? ERR_OK : ERR_IO;
}

int ledger_audit(struct ledger *ledger, const char *database, size_t *ret_missing)
{
	sqlite3 *file = NULL;
	sqlite3_stmt *stmt = NULL;
	int r = ERR_IO;

	if (sqlite3_open_v2(database, &file, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(file, inbox_sql, -1, &stmt, NULL) == SQLITE_OK)
		r = read_inbox(ledger, stmt);
	sqlite3_finalize(stmt);
	sqlite3_close(file);
	*ret_missing = ledger->n;
	return r;
}
