/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verb check-db: what must hold of the database, and where it does not.
 * Ctl layer. Written as doctor writes what it finds.
 */
#include "store/check.h"

#include "base/buf.h"
#include "base/err.h"
#include "ctl/database.h"
#include "ctl/findings.h"
#include "ctl/verb.h"

/* "claim a of main ...; claim b of main ...; and 7 more". Empty without memory, too. */
static void join_faults(const struct check_faults *faults, struct buf *ret)
{
	size_t n = faults->n < CHECK_FAULTS_SHOWN ? faults->n : CHECK_FAULTS_SHOWN;
	int r = ERR_OK;

	for (size_t i = 0; r == ERR_OK && i < n; i++)
		r = buf_addf(ret, "%s%s", i > 0 ? "; " : "", faults->shown[i]);
	if (r == ERR_OK && faults->n > n)
		(void)buf_addf(ret, "; and %zu more", faults->n - n);
}

static void on_check(const struct check *check, const struct check_faults *faults, void *cls)
{
	struct buf joined CLEANUP(buf_done) = { 0 };
	struct findings *findings = cls;

	findings_about(findings, "%s", check->subject);
	if (faults->n == 0) {
		findings_add(findings, FINDING_OK, "%s", check->holds);
		return;
	}
	join_faults(faults, &joined);
	findings_add(findings, FINDING_BAD, "it does not hold that %s: %s", check->holds, joined.data ? joined.data : err_text(ERR_NOMEM));
	findings_advise(findings, "Restore a backup, as RESTORING in claimctl(1) says, and keep this file: it shows what has happened");
}

int verb_check_db(const struct call *call)
{
	struct store *store CLEANUP(store_cleanup) = NULL;
	struct findings *findings CLEANUP(findings_cleanup) = NULL;
	enum finding_level worst = FINDING_OK;
	int status = database_open(call, &store);

	if (status != EX_OK)
		return status;
	int r = findings_new(call->console, options_has(call->options, OPTION_JSON), &findings);

	if (r == ERR_OK)
		r = store_check(store, on_check, findings);
	if (r == ERR_OK)
		r = findings_end(findings, &worst);
	if (r < 0)
		return database_status(call, store, r);
	return worst == FINDING_BAD ? EX_DATAERR : EX_OK;
}
