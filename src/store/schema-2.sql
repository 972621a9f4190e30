-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- From schema version 1 to 2: what is done upstream (action), what is still to be told of (outbox).

ALTER TABLE source ADD COLUMN forwards INTEGER NOT NULL DEFAULT 0;  -- 1: its transitions go to a forward_url
ALTER TABLE source ADD COLUMN disconnect_us INTEGER;                -- when it was told last that pushes are about to be switched off
ALTER TABLE source ADD COLUMN gaps_open INTEGER NOT NULL DEFAULT 0; -- gaps of its histories that nothing has explained yet
ALTER TABLE shipment ADD COLUMN class TEXT;                         -- of a claim: the class of vehicle, as taxi_class has it
ALTER TABLE witness ADD COLUMN at_us INTEGER;                       -- when a push first said that it was so; NULL: not known

-- Everything that somebody wanted done, recorded before it is begun; it is begun, settled and repeated from here alone.
CREATE TABLE action (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	source_id    INTEGER REFERENCES source (id),    -- NULL: of claimd itself
	shipment_id  INTEGER REFERENCES shipment (id),  -- NULL: of the source as a whole, or of claimd
	kind         TEXT NOT NULL CHECK (kind IN ('accept', 'cancel', 'cancel_info', 'order_status', 'cancellation', 'refetch',
	                                           'resolve', 'probe', 'prune', 'retry')),
	argument     TEXT,                              -- free, paid; STATUS/SUBSTATUS; accept, or reject and its reason; adopt, dismiss
	target_id    INTEGER,                           -- of resolve: the violation; of retry: the message, or NULL for all
	note         TEXT,                              -- of resolve
	version      INTEGER,                           -- of the claim: what it is meant for; NULL: whichever is current
	price        TEXT,                              -- of a cancellation for money: as much was agreed to
	requested_us INTEGER NOT NULL,
	requested_by TEXT NOT NULL,                     -- uid:N of the control socket's peer, or policy
	state        TEXT NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'sent', 'settling', 'ended')),
	due_us       INTEGER,                           -- when something is to be done about it; NULL once it has ended
	tries        INTEGER NOT NULL DEFAULT 0,        -- looks at whether it has come about
	sent_us      INTEGER,                           -- stored before it is sent, so that it is never sent twice
	answer       TEXT CHECK (answer IN ('taken', 'unknown')), -- what is known of its being sent; NULL: nothing yet
	operation_id TEXT,                              -- under which Market carries it out
	finished_us  INTEGER,
	result       TEXT CHECK (result IN ('done', 'refused', 'rejected', 'not_done', 'in_doubt')),
	code         TEXT,
	message      TEXT,
	CHECK ((state = 'ended') = (finished_us IS NOT NULL) AND (state = 'ended') = (result IS NOT NULL)
	       AND (state = 'ended') = (due_us IS NULL))
) STRICT;
CREATE INDEX action_due ON action (source_id, (requested_by = 'policy'), due_us) WHERE due_us IS NOT NULL; -- people first
CREATE INDEX action_open ON action (shipment_id) WHERE finished_us IS NULL;
CREATE INDEX action_shipment ON action (shipment_id);
-- A claim's version is approved by policy once, whatever becomes of it.
CREATE UNIQUE INDEX action_policy ON action (shipment_id, version) WHERE requested_by = 'policy';

CREATE TRIGGER action_sent_once BEFORE UPDATE OF sent_us ON action
WHEN OLD.sent_us IS NOT NULL AND NEW.sent_us IS NOT OLD.sent_us
BEGIN
	SELECT RAISE(ABORT, 'action: it was sent already');
END;

CREATE TRIGGER action_ended BEFORE UPDATE ON action
WHEN OLD.finished_us IS NOT NULL
BEGIN
	SELECT RAISE(ABORT, 'action: what has ended is never rewritten');
END;

-- What is still to be told: alerts, and transitions for a merchant's own system. A row goes once its receiver has it.
CREATE TABLE outbox (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	channel     TEXT NOT NULL CHECK (channel IN ('alert', 'forward')),
	source_id   INTEGER REFERENCES source (id),     -- NULL: an alert of claimd itself
	shipment_id INTEGER REFERENCES shipment (id),   -- its forwarded messages keep their order
	kind        TEXT NOT NULL,                      -- of an alert: violation, window_warning ...; else transition
	message_id  TEXT NOT NULL UNIQUE,               -- the receiver's way to know a repeat
	summary     TEXT NOT NULL,                      -- one line for people
	body        TEXT NOT NULL,                      -- JSON, as it is sent
	created_us  INTEGER NOT NULL,
	logged      INTEGER NOT NULL DEFAULT 0,         -- 1: an alert that stands in the journal
	due_us      INTEGER,                            -- the next try; NULL: waits for an earlier one of its shipment
	tries       INTEGER NOT NULL DEFAULT 0,         -- that failed
	error       TEXT                                -- what the last one came to
) STRICT;
CREATE INDEX outbox_unlogged ON outbox (id) WHERE channel = 'alert' AND logged = 0;
CREATE INDEX outbox_alert ON outbox (due_us, channel, logged) WHERE channel = 'alert' AND logged = 1;
CREATE INDEX outbox_forward ON outbox (source_id, due_us) WHERE channel = 'forward' AND due_us IS NOT NULL;
CREATE INDEX outbox_failing ON outbox (due_us, channel, tries) WHERE tries > 0;
CREATE INDEX outbox_shipment ON outbox (shipment_id, channel, id) WHERE shipment_id IS NOT NULL;

-- What retention looks through: shipments that nothing is waited for, and odd events by their age.
CREATE INDEX shipment_idle ON shipment (updated_us) WHERE due_us IS NULL;
CREATE INDEX odd_event_at ON odd_event (at_us);

-- What was learned since some time, in that order: for exports.
CREATE INDEX history_seen ON history (seen_us);

-- How many there are in each status, and which are on their way: few among all that were, and looked at every second by who watches.
CREATE INDEX shipment_status ON shipment (model, status);

-- What is counted as it comes about, so that nobody who wants to know has to look through all that there ever was: gaps, of each
-- source, and actions that have ended, whose rows retention takes.

UPDATE source SET gaps_open = (
	SELECT count(*) FROM history h JOIN shipment s ON s.id = h.shipment_id WHERE h.verdict = 'gap' AND s.source_id = source.id);
DROP INDEX history_gap;

CREATE TRIGGER history_gap_opened AFTER INSERT ON history
WHEN NEW.verdict = 'gap'
BEGIN
	UPDATE source SET gaps_open = gaps_open + 1 WHERE id = (SELECT source_id FROM shipment WHERE id = NEW.shipment_id);
END;

CREATE TRIGGER history_gap_judged AFTER UPDATE OF verdict ON history
WHEN (OLD.verdict = 'gap') <> (NEW.verdict = 'gap')
BEGIN
	UPDATE source SET gaps_open = gaps_open + (NEW.verdict = 'gap') - (OLD.verdict = 'gap')
	WHERE id = (SELECT source_id FROM shipment WHERE id = NEW.shipment_id);
END;

CREATE TRIGGER history_gap_dropped AFTER DELETE ON history
WHEN OLD.verdict = 'gap'
BEGIN
	UPDATE source SET gaps_open = gaps_open - 1 WHERE id = (SELECT source_id FROM shipment WHERE id = OLD.shipment_id);
END;

CREATE TABLE action_count (
	kind   TEXT NOT NULL,
	result TEXT NOT NULL,
	n      INTEGER NOT NULL,
	PRIMARY KEY (kind, result)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER action_counted AFTER UPDATE OF result ON action
WHEN OLD.result IS NULL AND NEW.result IS NOT NULL
BEGIN
	INSERT INTO action_count (kind, result, n) VALUES (NEW.kind, NEW.result, 1)
	ON CONFLICT (kind, result) DO UPDATE SET n = n + 1;
END;

-- What is counted where it stands: few rows among many, and in the index all that is asked for.
DROP INDEX violation_open;
CREATE INDEX violation_open ON violation (kind, state) WHERE state = 'open';
