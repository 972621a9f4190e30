/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What claimd remembers: domain verbs over one SQLite file.
 * Store layer: sqlite3.h lives here and nowhere else; the schema is schema.sql, every statement is a row of
 * stmt.def. One connection, one thread. No verb waits for a lock: ERR_BUSY comes back at once and the caller tries
 * again later.
 *
 * Verbs that write run between store_begin() and store_commit(). A failed verb makes the transaction sticky: the
 * verbs after it do nothing, and store_commit() rolls back and returns the first error. So callers write straight
 * and look once, at the commit.
 */
#ifndef CLAIMD_STORE_STORE_H
#define CLAIMD_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "model/reconcile.h"

struct store;

#define STORE_ERROR_SIZE 512
struct store_error {
	char text[STORE_ERROR_SIZE];
};

/* Opens PATH, creating it and its tables when absent (its folder must exist; mode 0640), migrating an older schema,
 * one transaction a version. WAL, synchronous=FULL, foreign keys on. Writes the reference tables status and
 * status_edge from the model. ERR_TOO_NEW for a file of a newer claimd (it is not touched), ERR_CORRUPT for what is
 * no claimd database, ERR_BUSY, ERR_IO. RET_ERROR (may be NULL) says it for people. Who has the file for itself is waited for, a few
 * seconds at most; no verb after this one waits. */
int store_open(const char *path, struct store **ret, struct store_error *ret_error);

/* Opens PATH for reading only: for claimctl, beside a running daemon. ERR_NOT_FOUND when there is no such file. Here, and in what is
 * read then, whoever has the file for itself is waited for likewise. */
int store_open_readonly(const char *path, struct store **ret, struct store_error *ret_error);

struct store *store_close(struct store *store); /* takes NULL, returns NULL */

/* The file's absolute path. */
const char *store_path(const struct store *store);

/* What went wrong in the last failed verb, in SQLite's words, for the log. */
const char *store_error_text(const struct store *store);

/* Starts a write transaction, taking the write lock at once: ERR_BUSY when another program holds it. */
int store_begin(struct store *store) ATTR_MUST_USE;
/* ERR_OK: durable, synced to disk. Otherwise nothing of the transaction is left; ERR_BUSY and ERR_FULL may pass. */
int store_commit(struct store *store) ATTR_MUST_USE;
void store_rollback(struct store *store);
/* The first error of the transaction so far. */
int store_failed(const struct store *store);
/* For between two turns of the loop, over which nothing lasts: whether somebody has left a transaction or a statement open,
 * so that no other can begin. A lock of another program, a full disk or a broken one is not that. */
bool store_is_stuck(const struct store *store);

/* Who sees how transactions fare: called from within the verbs above, so that it must not use the store. */
struct store_watch {
	/* What was written is about to be made durable, which takes as long as the disk likes; on_end() follows. May be NULL. */
	void (*on_commit)(void *cls);
	/* A transaction has ended with RESULT: committed, undone by its first error, or, as with ERR_BUSY, not even begun. One that was
	 * undone for the caller's own reasons is not told. N_MESSAGES: so many were put into the outbox (outbox.h) by it. */
	void (*on_end)(int result, size_t n_messages, void *cls);
	void *cls;
};
/* One at a time; copied, NULL: none. */
void store_set_watch(struct store *store, const struct store_watch *watch);

/* --- Sources ------------------------------------------------------------------------------------------------------- */

enum source_state {
	SOURCE_OK,
	SOURCE_LIMITED,    /* the upstream asked for a pause, or is failing */
	SOURCE_LOCKED_OUT, /* the upstream refuses our credentials */
	SOURCE_STATE_MAX,
};

/* What the store keeps of a source for itself. */
struct source {
	int64_t id;
	enum source_state state;
	struct wall paused_until; /* no request before; WALL_NONE: none */
	int64_t failures;         /* in a row */
	int64_t skew_us;          /* the upstream's clock minus ours; NUMBER_NONE before its first answer */
};

/* Finds or makes the row of a configured source; KIND is "delivery" or "market". In a transaction. */
int store_source(struct store *store, const char *kind, const char *name, struct wall now, struct source *ret);
/* Saves state, pause and failures with a reason for people ("" for none). Becoming locked out is an alert. */
void store_source_save(struct store *store, const struct source *source, const char *reason, struct wall now);
/* Notes that the upstream was read successfully. */
void store_source_read(struct store *store, int64_t source_id, struct wall now);

/* Lifts every lockout, of sources that are no longer configured too: nobody else would. In a transaction. */
void store_sources_unlock(struct store *store);

/* The journal, or the list of what was updated, moves: marks the source as silent if its last callback (or, before any,
 * its first configuration) is older than SINCE. The next callback lifts it. Becoming so is an alert. In a transaction. */
void store_source_silent(struct store *store, int64_t source_id, struct wall since, struct wall now);

/* How long a source that is silent has gone without a callback; 0 while it is not silent. */
int store_source_unanswered(struct store *store, int64_t source_id, struct wall now, int64_t *ret_us);

/* --- Ingest -------------------------------------------------------------------------------------------------------- */

/* How a callback had to be forgiven; kept as a bit mask for claimctl doctor. The numbers are stored: never renumber. */
enum hint_quirk {
	HINT_GLUED = 1 << 0,          /* no '?' or '&' between the callback_url and our parameters */
	HINT_SPACE_ZONE = 1 << 1,     /* updated_ts with a space where '+' was */
	HINT_ODD_TIME = 1 << 2,       /* fraction or zone missing or odd */
	HINT_NO_TIME = 1 << 3,        /* no updated_ts, or none that can be read */
};

/* One callback or push as received. Texts are borrowed. */
struct hint {
	int64_t source_id;
	const char *kind;        /* "callback", or a push's notificationType */
	bool owes_read;          /* false: kept as it is, and nothing follows from it */
	const char *external_id; /* NULL when there is none that is usable */
	struct wall upstream;    /* updated_ts; WALL_NONE when not given */
	struct wall received;
	const char *remote_addr;
	const char *own_params;  /* a JSON object, or NULL */
	unsigned quirks;         /* enum hint_quirk */
	const char *reason;      /* why it is rejected; NULL for a good one */

	/* Of a push only; else NUMBER_NONE, NULL and false. */
	int64_t campaign_id;
	const char *status;      /* "STATUS/SUBSTATUS", as it says */
	bool asks_to_cancel;     /* the buyer wants to cancel, since `upstream` */
};

/* Appends a hint to the inbox. One without an id, or with a reason, owes no read whatever it says. In a transaction. */
void store_hint_add(struct store *store, const struct hint *hint);
/* Appends N hints in their order; cheaper than one by one. */
void store_hints_add(struct store *store, const struct hint *const *hints, size_t n);

/* Folds up to MAX_ROWS inbox rows that were not folded yet into their shipments' rows: the shipment becomes due at
 * DUE unless what is known of it already is as new as the hint promises. A push's status is kept as a witness until its
 * shipment has been read, and its campaign, if it is new, as one to be looked up (store_campaign_unknown()). A new order takes
 * its model from its campaign; without one it has none until it is read. *ret_n: rows folded; fewer than MAX_ROWS
 * means that none is left. In a transaction. */
void store_fold_hints(struct store *store, struct wall due, size_t max_rows, size_t *ret_n);

/* When the oldest hint that owes a read and is not folded yet was received; WALL_NONE when all are. */
int store_unfolded_since(struct store *store, struct wall *ret);

/* --- Shipments and their history ----------------------------------------------------------------------------------- */

/* A shipment whose read is due. */
struct due {
	int64_t shipment_id;
	char external_id[EXTERNAL_ID_SIZE];
	int64_t hint_id;   /* the newest inbox row folded into it so far: what a read started now will answer */
	struct wall at;
};

/* Up to MAX shipments of a source whose read is due at NOW, oldest first. Outside a transaction too. */
int store_due(struct store *store, int64_t source_id, struct wall now, struct due *ret, size_t max, size_t *ret_n);
/* When the next read of a source after AFTER is due; WALL_NONE when none is. */
int store_next_due(struct store *store, int64_t source_id, struct wall after, struct wall *ret);

/* Makes the reads of a source that are due after AFTER due at DUE. In a transaction. */
void store_pull_due(struct store *store, int64_t source_id, struct wall after, struct wall due);

/* What is pending for a shipment: the read that is due and why. */
struct pending {
	struct wall due;        /* WALL_NONE: nothing is */
	enum via via;           /* what a read now would be owed to */
	int64_t tries;          /* reads in a row that did not answer what they were for; below 0: that failed */
	int64_t hint_id;        /* newest inbox row folded in */
	int64_t served_id;      /* inbox rows up to this one have had their read */
	struct wall promised;   /* the newest updated_ts that a hint promised; WALL_NONE: none */
	struct wall last_read;  /* when the upstream was read for it; WALL_NONE: never */
	struct wall owed_since; /* when the oldest hint without its read was received; WALL_NONE: none; not saved */
	bool missing;           /* the upstream says that it knows no such shipment */
};

/* The campaign that an order belongs to; NUMBER_NONE when it is not known. ERR_NOT_FOUND. */
int store_shipment_campaign(struct store *store, int64_t shipment_id, int64_t *ret);

/* The statuses of MODEL, as a mask of 1 << status, that pushes have told of for the shipment since it was read last, and that it was
 * in before UNTIL as far as they say. */
int store_witnessed(struct store *store, int64_t shipment_id, const struct model *model, struct wall until, uint64_t *ret);

/* Loads a shipment and what is pending for it. ERR_NOT_FOUND. */
int store_shipment(struct store *store, int64_t shipment_id, struct shipment *ret, struct pending *ret_pending);

/* Loads the part of the history that an observation at KEY can change (NULL: at the end), with room for two more steps;
 * timeline->steps is owned by the caller, free(). ERR_REFUSED when it would be longer than TIMELINE_MAX. */
int store_timeline(struct store *store, int64_t shipment_id, const struct order_key *key, struct timeline *ret);
/* Frees its steps; takes an empty one. For CLEANUP(), too. */
void store_timeline_done(struct timeline *timeline);

/* What storing a judged timeline changed, for the log and for metrics. */
struct changes {
	size_t transitions; /* rows that a report shows, new ones only */
	size_t verdicts[VERDICT_MAX]; /* on the new rows */
	size_t violations;  /* opened */
	size_t healed;      /* violations that a re-judging closed */
	const char *expired; /* the kind of a window that stood open and turned out to have expired; NULL: none */
};

/* What a shipment is known by. */
struct shipment_name {
	int64_t source_id;
	const struct model *model; /* of a new one; NULL when it is not known yet */
	int64_t campaign_id;       /* likewise; NUMBER_NONE for a claim */
	const char *external_id;
	enum via via;              /* what a new one was found by: VIA_JOURNAL, VIA_SWEEP */
};

/* The shipment of that name, made with its model if it is new; for those that a journal or a list tells of. A campaign that
 * was not known is filled in. In a transaction. */
int store_shipment_id(struct store *store, const struct shipment_name *name, struct wall now, int64_t *ret);

/* The one door of every state change: writes the shipment, its model included, and each step, window and violation that
 * differs from what is stored. A violation that opens, and an open window that turns out to have expired, is an alert; where the
 * source forwards, each step that reports did not show before is a message, and each that is applied after all. NOW is when. In a
 * transaction. */
void store_apply(struct store *store, struct shipment *shipment, struct timeline *timeline, struct wall now,
                 struct changes *ret_changes);

/* Takes the price that SEEN tells of, if any, into the price history, where it changes the price. In a transaction. */
void store_price(struct store *store, int64_t shipment_id, const struct seen *seen);

/* Saves what is pending for a shipment, and, when READ is set, that it was read at that time. Once all of its hints are
 * served, what pushes told of it is forgotten (store_witnessed()). In a transaction. */
void store_pending_save(struct store *store, int64_t shipment_id, const struct pending *pending, struct wall read);

/* --- Journal ------------------------------------------------------------------------------------------------------- */

/* The cursor to go on from; *ret is NULL when there is none, and owned by the caller, free(). */
int store_cursor(struct store *store, int64_t source_id, char **ret);
/* Saves the cursor behind a page of N events (NULL: start over), in the page's own transaction. */
void store_cursor_save(struct store *store, int64_t source_id, const char *cursor, size_t n, struct wall now);

/* Keeps an event of an unknown change type, once. In a transaction. */
void store_odd_event(struct store *store, int64_t source_id, const char *change_type, const struct seen *seen);

/* --- Campaigns: Market's shops --------------------------------------------------------------------------------------- */

struct campaign {
	int64_t id;
	const struct model *model; /* what its orders follow; NULL: not known, or none that claimd follows */
	bool configured;           /* it stands in the configuration */
	int64_t business_id;       /* as Market says; NUMBER_NONE before it was asked */
	char placement[16];        /* likewise, "" before: FBS, FBY, DBS, LAAS */
};

/* Forgets which campaigns are configured, for what follows at start. In a transaction. */
void store_campaigns_reset(struct store *store, int64_t source_id);
/* Adds a campaign or replaces what is known of it; when it gets its first model, its orders that follow none yet are due at once. In a
 * transaction. */
void store_campaign_save(struct store *store, int64_t source_id, const struct campaign *campaign);
/* ERR_NOT_FOUND. */
int store_campaign(struct store *store, int64_t source_id, int64_t campaign_id, struct campaign *ret);
/* A campaign that pushes named and Market has not been asked about: neither business_id nor placement is saved of it.
 * *ret is NUMBER_NONE when there is none. */
int store_campaign_unknown(struct store *store, int64_t source_id, int64_t *ret);

/* --- Windows ------------------------------------------------------------------------------------------------------- */

/* An open window of a source, for its clock. */
struct deadline {
	int64_t history_id; /* the step that opened the window */
	int64_t shipment_id;
	char external_id[EXTERNAL_ID_SIZE];
	const struct model *model;
	char kind[16]; /* "approval", "reservation" ... */
	struct wall due;
};

/* Up to MAX open windows of a source whose due time is at or before NOW, the earliest first. */
int store_deadlines_passed(struct store *store, int64_t source_id, struct wall now, struct deadline *ret, size_t max, size_t *ret_n);
/* Likewise those whose due time is at or before BEFORE and that were not warned of. */
int store_deadlines_unwarned(struct store *store, int64_t source_id, struct wall before, struct deadline *ret, size_t max, size_t *ret_n);
/* The earliest due time of a source's open windows, and of those not warned of; WALL_NONE when there is none. */
int store_next_deadlines(struct store *store, int64_t source_id, struct wall *ret_due, struct wall *ret_unwarned);

/* Warns: an alert, LEFT_US before the window's end. In a transaction. */
void store_window_warn(struct store *store, const struct deadline *deadline, int64_t left_us, struct wall now);
/* Closes an open window as expired at its due time, which is an alert, and makes its shipment's read due. In a transaction. */
void store_window_expire(struct store *store, const struct deadline *deadline, struct wall now);

/* --- Reports ------------------------------------------------------------------------------------------------------- */

/* Rows of a report_* view. */
struct report;

enum report_kind {
	REPORT_NULL,
	REPORT_INTEGER,
	REPORT_REAL,
	REPORT_TEXT,
};

/* The reports that claimctl asks for, and their arguments; the SQL stands in stmt-report.def. */
enum report_query {
	REPORT_LIST,             /* claims: status or NULL, source or NULL, open only (0|1), held only (0|1) */
	REPORT_LIST_ORDERS,      /* the same of orders; a status with or without a substatus */
	REPORT_SHOW,             /* a claim: external id */
	REPORT_SHOW_ORDER,       /* an order: external id */
	REPORT_HISTORY,          /* external id */
	REPORT_WINDOWS,          /* no arguments */
	REPORT_WINDOWS_DUE,      /* the open ones: due at or before, microseconds */
	REPORT_VIOLATIONS,       /* no arguments */
	REPORT_CLAIM_WINDOWS,    /* external id */
	REPORT_CLAIM_VIOLATIONS, /* external id */
	REPORT_CLAIM_ACTIONS,    /* external id */
	REPORT_CLAIM_PRICES,     /* external id */
	REPORT_SOURCES,          /* no arguments */
	REPORT_QUIRKS,           /* no arguments; no view: of each source, how many hints had to be forgiven what */
	REPORT_ACTIONS,          /* source or NULL */
	REPORT_ACTION,           /* an action's id */
	REPORT_OUTBOX,           /* no arguments */
	REPORT_EXPORT,           /* transitions: seen at or after, microseconds */
	REPORT_OUTBOX_STATE,     /* no arguments; no view: how many messages wait and fail, by channel and source */
	REPORT_ACTIONS_LEFT,     /* actions wanted before and not ended; in doubt since: microseconds */

	/* For completion, with the columns word and meaning. */
	REPORT_SOURCE_NAMES,     /* the beginning of its name */
	REPORT_IDS_OPEN,         /* no arguments; not all, where they are many */
	REPORT_IDS_LIKE,         /* the beginning of its external id */
	REPORT_VIOLATIONS_OPEN,  /* the beginning of its number */

	REPORT_DURATIONS,        /* source or NULL; status or NULL, with or without a substatus */
	REPORT_STATUSES,         /* model or NULL */
	REPORT_ACTIVE,           /* at most so many rows, the most urgent first; each has the number of `active` ones, and of `all_held` */
	REPORT_LATEST,           /* transitions: at most so many, the one that was stored last first */
	REPORT_LAST_ID,          /* no arguments; the id that the newest transition has at the most */
	REPORT_NEWS,             /* transitions with a greater id, in the order in which they were stored */

	/* A day in numbers, no views: all that happened at or after a time, microseconds. */
	REPORT_STEPS_SINCE,         /* time: by model, from_status, to_status and verdict */
	REPORT_VERDICTS_SINCE,      /* time: one row, a column for each verdict */
	REPORT_OUTCOMES_SINCE,      /* time: one row, windows that were closed since, and those that are open now */
	REPORT_RESULTS_SINCE,       /* time: one row, actions that have ended since, and those that are under way now */
	REPORT_NOTIFICATIONS_SINCE, /* time: one row, those that came since, a column for each state */
	REPORT_VIOLATIONS_LEFT,     /* no arguments: one row, those that are open */
	REPORT_PENDING,             /* no arguments: one row, over all sources */
	REPORT_OUTBOX_WAITING,      /* no arguments: one row */
	REPORT_QUERY_MAX,
};

/* Arguments are given as text (SQLite's affinity makes numbers of them), NULL for SQL NULL. */
int store_report(struct store *store, enum report_query query, const char *const *args, size_t n_args, struct report **ret);
struct report *report_free(struct report *report);
/* ERR_OK with *ret_any false at the end. */
int report_next(struct report *report, bool *ret_any);
size_t report_columns(const struct report *report);
const char *report_name(const struct report *report, size_t column);
enum report_kind report_kind(const struct report *report, size_t column);
int64_t report_integer(const struct report *report, size_t column);
double report_real(const struct report *report, size_t column);
const char *report_text(const struct report *report, size_t column); /* valid until report_next() */

/* A number that is another one once a different connection has committed; reads nothing but that. */
int store_data_version(struct store *store, int64_t *ret);

struct store_size {
	int64_t database_bytes;
	int64_t free_bytes; /* of those: room for what is stored next */
	int64_t log_bytes;  /* of the write-ahead log beside it */
};
int store_size(struct store *store, struct store_size *ret);

/* Whether a commit succeeds now, for /readyz: writes a row as it was, since a full disk shows itself only then. */
int store_probe(struct store *store);

DEFINE_CLEANUP(store, struct store *, store_close)
DEFINE_CLEANUP(report, struct report *, report_free)

#endif
