-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The tables of one claimd database, schema version 1; schema-N.sql leads to version N.
-- They are private: reporting tools read the report_* views (views.sql).
-- Times are integer microseconds UTC since 1970; statuses are upstream's own words, so that unknown ones survive.
-- Nothing that grows with events is keyed by a random text: history, windows and prices hang on the shipment's integer id.
-- Where each event comes along, words are compared with OR: for an IN list of more than two SQLite builds a table at each run.
-- An order's status is "STATUS/SUBSTATUS"; @NODE@ is the row of `status` that it belongs to: see there.

CREATE TABLE source (
	id              INTEGER PRIMARY KEY,
	kind            TEXT NOT NULL,                  -- delivery, market
	name            TEXT NOT NULL,                  -- as in [delivery NAME]
	state           TEXT NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'limited', 'locked_out')),
	reason          TEXT,                           -- why it is not ok, for people
	paused_until_us INTEGER,                        -- no request before
	failures        INTEGER NOT NULL DEFAULT 0,     -- in a row
	since_us        INTEGER NOT NULL,               -- when it was first configured
	last_callback_us INTEGER,
	last_read_us    INTEGER,
	silent          INTEGER NOT NULL DEFAULT 0,     -- 1: the journal or the list moves, but callbacks have stopped
	gaps_healed     INTEGER NOT NULL DEFAULT 0,     -- gaps that the journal turned into legal steps
	skew_us         INTEGER,                        -- the upstream's clock minus ours, by its Date headers
	UNIQUE (kind, name)
) STRICT;

-- Hints as they came, append-only. AUTOINCREMENT, so that an id is never used again: fold.inbox_id counts on it.
CREATE TABLE inbox (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	source_id   INTEGER NOT NULL REFERENCES source (id),
	kind        TEXT NOT NULL,                      -- callback, or a push's notificationType
	owes        INTEGER NOT NULL,                   -- 1: its shipment is to be read, so it has an external_id
	external_id TEXT,                               -- NULL: none that is usable
	upstream_us INTEGER,                            -- updated_ts or the event's time, if it came
	received_us INTEGER NOT NULL,
	remote_addr TEXT,
	own_params  TEXT,                               -- JSON object of the merchant's own parameters
	quirks      INTEGER NOT NULL,                   -- enum hint_quirk
	reason      TEXT,                               -- why it was rejected
	campaign_id INTEGER,                            -- of a push, as the rest
	status      TEXT,                               -- STATUS/SUBSTATUS
	asks_to_cancel INTEGER NOT NULL                 -- 1: the buyer wants to cancel
) STRICT;

-- How far the inbox has been folded into the shipments.
CREATE TABLE fold (
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	inbox_id INTEGER NOT NULL
) STRICT;
INSERT INTO fold (id, inbox_id) VALUES (1, 0);

-- How far a source's journal has been read. In a table of its own, because a cursor can be long and is written with each page.
CREATE TABLE cursor (
	source_id INTEGER PRIMARY KEY REFERENCES source (id),
	cursor    TEXT,                                 -- opaque; NULL: from the start
	read_us   INTEGER NOT NULL,                     -- when a page was read last
	events    INTEGER NOT NULL                      -- read so far
) STRICT;

-- The shops of a Market account: those that the configuration or a push names.
CREATE TABLE campaign (
	source_id   INTEGER NOT NULL REFERENCES source (id),
	campaign_id INTEGER NOT NULL,
	model       TEXT,                               -- what its orders follow; NULL: not known, or none that claimd follows
	configured  INTEGER NOT NULL,                   -- 1: the configuration names it
	business_id INTEGER,                            -- as Market says; NULL until it was asked
	placement   TEXT,                               -- likewise: FBS, FBY, DBS, LAAS
	PRIMARY KEY (source_id, campaign_id)
) STRICT, WITHOUT ROWID;

-- Journal events of a kind that claimd doesn't know: kept to be counted and looked at.
CREATE TABLE odd_event (
	source_id    INTEGER NOT NULL REFERENCES source (id),
	operation_id INTEGER NOT NULL,
	external_id  TEXT NOT NULL,
	change_type  TEXT NOT NULL,                     -- as the upstream wrote it
	revision     INTEGER,
	at_us        INTEGER NOT NULL,
	PRIMARY KEY (source_id, operation_id, external_id, change_type)
) STRICT, WITHOUT ROWID;

-- One row a claim or order: what is current, what was seen last, and the read that is due.
CREATE TABLE shipment (
	id              INTEGER PRIMARY KEY,
	source_id       INTEGER NOT NULL REFERENCES source (id),
	model           TEXT,                           -- claims, dbs, laas; NULL: an order that is not followed, or not read yet
	campaign_id     INTEGER,                        -- of an order
	external_id     TEXT NOT NULL,
	status          TEXT,                           -- the last status that was applied
	entered_us      INTEGER,                        -- when it was entered
	reported_status TEXT,                           -- the status seen last; held when it differs from status
	revision        INTEGER,                        -- of the newest observation
	updated_us      INTEGER,                        -- likewise
	version         INTEGER,
	point_id        INTEGER,
	resolution      TEXT,
	suspect         TEXT,                           -- an illegal status that a second read must confirm
	asked_us        INTEGER,                        -- when a push said that the buyer asked to cancel
	own_params      TEXT,
	first_seen_us   INTEGER NOT NULL,
	last_read_us    INTEGER,
	due_us          INTEGER,                        -- the next read
	via             TEXT NOT NULL,                  -- what that read is owed to
	tries           INTEGER NOT NULL DEFAULT 0,     -- reads in a row that did not answer what they were for; below 0: that failed
	hint_id         INTEGER NOT NULL DEFAULT 0,     -- the newest hint folded in
	served_id       INTEGER NOT NULL DEFAULT 0,     -- hints up to this one have had their read
	owed_since_us   INTEGER,                        -- when the oldest hint without a read was received
	promised_us     INTEGER,                        -- the newest updated_ts of the hints without a read
	missing         INTEGER NOT NULL DEFAULT 0,     -- 1: the upstream knows no such shipment
	UNIQUE (external_id, source_id)                 -- in this order: an id is also looked up alone
) STRICT;
CREATE INDEX shipment_due ON shipment (source_id, due_us) WHERE due_us IS NOT NULL;
CREATE INDEX shipment_owed ON shipment (source_id, owed_since_us) WHERE owed_since_us IS NOT NULL;

-- What pushes told of an order since it was read last: each status, once.
CREATE TABLE witness (
	shipment_id INTEGER NOT NULL REFERENCES shipment (id),
	status      TEXT NOT NULL,                      -- STATUS/SUBSTATUS
	PRIMARY KEY (shipment_id, status)
) STRICT, WITHOUT ROWID;

-- Every observation that changed something, in upstream's order within a shipment.
CREATE TABLE history (
	id             INTEGER PRIMARY KEY,
	shipment_id    INTEGER NOT NULL REFERENCES shipment (id),
	revision       INTEGER NOT NULL,                -- 0: the upstream gave none
	updated_us     INTEGER NOT NULL,
	operation_id   INTEGER,                         -- of a journal event
	at_us          INTEGER NOT NULL,                -- when the status was entered, upstream's time
	seen_us        INTEGER NOT NULL,                -- when we learned of it
	via            TEXT NOT NULL,
	status         TEXT NOT NULL,
	version        INTEGER,
	point_id       INTEGER,
	valid_until_us INTEGER,
	asked_us       INTEGER,                         -- when the buyer asked to cancel; NULL: does not want to
	prepaid        INTEGER NOT NULL DEFAULT 0,      -- 1: paid in advance
	may_skip       INTEGER NOT NULL DEFAULT 0,      -- 1: statuses before it may have gone by unseen
	adopted        INTEGER NOT NULL,                -- 1: applied although illegal or late
	verdict        TEXT NOT NULL CHECK (verdict = 'legal' OR verdict = 'first' OR verdict = 'gap' OR verdict = 'illegal'
	                                    OR verdict = 'unknown' OR verdict = 'late' OR verdict = 'same'),
	from_status    TEXT,
	from_us        INTEGER,                         -- when from_status was entered
	seq            INTEGER NOT NULL                 -- from 1 in each shipment; 0 for 'same', which reports don't show
) STRICT;
-- Of one order key, events stand in the order of their operations, and what has no operation stands last.
CREATE INDEX history_order ON history (shipment_id, revision, updated_us, (operation_id IS NULL), operation_id);

CREATE INDEX history_gap ON history (shipment_id) WHERE verdict = 'gap';

-- A status that must be answered in time; opened by a history row.
CREATE TABLE window (
	history_id INTEGER PRIMARY KEY REFERENCES history (id),
	source_id  INTEGER NOT NULL REFERENCES source (id), -- that of its shipment: deadlines are watched by source
	kind       TEXT NOT NULL,                       -- approval, reservation, payment, cancel_answer
	opened_us  INTEGER NOT NULL,
	due_us     INTEGER NOT NULL,                    -- exclusive: an answer at due_us is late
	closed_us  INTEGER,
	outcome    TEXT NOT NULL CHECK (outcome = 'open' OR outcome = 'met' OR outcome = 'late' OR outcome = 'left' OR outcome = 'expired'),
	version    INTEGER,
	warned     INTEGER NOT NULL DEFAULT 0           -- 1: the warning before due_us was given
) STRICT;
CREATE INDEX window_open ON window (source_id, due_us) WHERE outcome = 'open';
CREATE INDEX window_unwarned ON window (source_id, due_us) WHERE outcome = 'open' AND warned = 0;

-- A history row that broke a rule, until somebody deals with it.
CREATE TABLE violation (
	id          INTEGER PRIMARY KEY,
	history_id  INTEGER NOT NULL UNIQUE REFERENCES history (id),
	kind        TEXT NOT NULL CHECK (kind IN ('illegal_transition', 'late_approval', 'unknown_status', 'conflict')),
	state       TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'adopted', 'dismissed')),
	resolved_us INTEGER,
	resolved_by TEXT,
	note        TEXT
) STRICT;
CREATE INDEX violation_open ON violation (state) WHERE state = 'open';

CREATE TABLE price (
	id          INTEGER PRIMARY KEY,
	shipment_id INTEGER NOT NULL REFERENCES shipment (id),
	at_us       INTEGER NOT NULL,
	price       TEXT NOT NULL,                      -- a decimal, as upstream wrote it
	currency    TEXT,
	revision    INTEGER NOT NULL                    -- 0: the upstream gave none
) STRICT;
CREATE INDEX price_shipment ON price (shipment_id, at_us, revision);

-- The status graphs, written from the models at each start; the triggers below and reports read them. A name that ends in
-- a slash and a star is a family: it stands for each substatus of that status without a row of its own.
CREATE TABLE status (
	model    TEXT NOT NULL,
	name     TEXT NOT NULL,
	phase    TEXT NOT NULL,
	terminal INTEGER NOT NULL,
	PRIMARY KEY (model, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE status_edge (
	model       TEXT NOT NULL,
	from_status TEXT NOT NULL,
	to_status   TEXT NOT NULL,
	certainty   TEXT NOT NULL CHECK (certainty IN ('documented', 'observed', 'tolerated')),
	PRIMARY KEY (model, from_status, to_status)
) STRICT, WITHOUT ROWID;

-- What the daemon enforces, the file enforces too, whoever writes to it.

CREATE TRIGGER history_legal_insert BEFORE INSERT ON history
WHEN NEW.verdict = 'legal' AND NOT EXISTS (
	SELECT 1 FROM status_edge e JOIN shipment s ON s.id = NEW.shipment_id
	WHERE e.model = s.model AND e.from_status = @NODE(s.model, NEW.from_status)@
		AND e.to_status = @NODE(s.model, NEW.status)@)
BEGIN
	SELECT RAISE(ABORT, 'history: no such edge in status_edge, so this step is not legal');
END;

CREATE TRIGGER history_legal_update BEFORE UPDATE OF verdict, from_status ON history
WHEN NEW.verdict = 'legal' AND NOT EXISTS (
	SELECT 1 FROM status_edge e JOIN shipment s ON s.id = NEW.shipment_id
	WHERE e.model = s.model AND e.from_status = @NODE(s.model, NEW.from_status)@
		AND e.to_status = @NODE(s.model, NEW.status)@)
BEGIN
	SELECT RAISE(ABORT, 'history: no such edge in status_edge, so this step is not legal');
END;

CREATE TRIGGER history_gap_healed AFTER UPDATE OF verdict ON history
WHEN OLD.verdict = 'gap' AND NEW.verdict IN ('legal', 'same')
BEGIN
	UPDATE source SET gaps_healed = gaps_healed + 1 WHERE id = (SELECT source_id FROM shipment WHERE id = NEW.shipment_id);
END;

CREATE TRIGGER history_status_fixed BEFORE UPDATE OF shipment_id, status ON history
BEGIN
	SELECT RAISE(ABORT, 'history: what was seen is never rewritten');
END;

CREATE TRIGGER shipment_status_insert BEFORE INSERT ON shipment
WHEN NEW.status IS NOT NULL
BEGIN
	SELECT RAISE(ABORT, 'shipment: a status needs a history row first');
END;

CREATE TRIGGER shipment_status_update BEFORE UPDATE OF status ON shipment
WHEN NEW.status IS NOT OLD.status AND NEW.status IS NOT (
	SELECT status FROM history
	WHERE shipment_id = NEW.id AND (verdict = 'legal' OR verdict = 'first' OR verdict = 'gap' OR adopted = 1)
	ORDER BY revision DESC, updated_us DESC, operation_id IS NULL DESC, operation_id DESC, id DESC LIMIT 1)
BEGIN
	SELECT RAISE(ABORT, 'shipment: the status must be that of the last applied history row');
END;
