-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- From schema version 2 to 3: what is asked for again and again costs the same whatever the file has grown to.

-- What happened since some time, windows by their ends, and what came of actions of a kind: for reports.
CREATE INDEX history_at ON history (at_us);
CREATE INDEX window_due ON window (due_us);
CREATE INDEX action_kind ON action (kind, result);

-- How many claims or orders wait for a read that a hint asked for: a million of them must not be looked through to be counted.
ALTER TABLE source ADD COLUMN owed INTEGER NOT NULL DEFAULT 0;

UPDATE source SET owed = (SELECT count(*) FROM shipment WHERE source_id = source.id AND owed_since_us IS NOT NULL);

CREATE TRIGGER shipment_owed_insert AFTER INSERT ON shipment
WHEN NEW.owed_since_us IS NOT NULL
BEGIN
	UPDATE source SET owed = owed + 1 WHERE id = NEW.source_id;
END;

CREATE TRIGGER shipment_owed_update AFTER UPDATE OF owed_since_us ON shipment
WHEN (OLD.owed_since_us IS NULL) <> (NEW.owed_since_us IS NULL)
BEGIN
	UPDATE source SET owed = owed + (OLD.owed_since_us IS NULL) - (NEW.owed_since_us IS NULL) WHERE id = NEW.source_id;
END;

CREATE TRIGGER shipment_owed_delete AFTER DELETE ON shipment
WHEN OLD.owed_since_us IS NOT NULL
BEGIN
	UPDATE source SET owed = owed - 1 WHERE id = OLD.source_id;
END;

-- How often shipments stayed so long in a status that they left by a legal step: what durations are made of. Lengths are rounded up to
-- three digits, so that there are some thousand of a status at most, however many stays there were.
CREATE TABLE stay (
	source_id INTEGER NOT NULL REFERENCES source (id),
	model     TEXT NOT NULL,
	status    TEXT NOT NULL,                        -- that was left
	us        INTEGER NOT NULL,
	n         INTEGER NOT NULL,                     -- 0: there were some that are gone
	PRIMARY KEY (source_id, model, status, us)
) STRICT, WITHOUT ROWID;

-- Up to which row of history they are counted. What is newer waits for the keeper, since counting many at once is cheaper than each as it
-- comes; so an old file is counted in steps, too.
CREATE TABLE counted (
	id         INTEGER PRIMARY KEY CHECK (id = 1),
	history_id INTEGER NOT NULL
) STRICT;
INSERT INTO counted (id, history_id) VALUES (1, 0);

-- What was counted and goes, or is judged again, counts no more, or otherwise. An id is used again once there is no greater one.
CREATE TRIGGER history_stay_dropped AFTER DELETE ON history
WHEN OLD.id <= (SELECT history_id FROM counted)
BEGIN
	UPDATE stay SET n = n - 1
	WHERE OLD.verdict = 'legal' AND (source_id, model) = (SELECT source_id, model FROM shipment WHERE id = OLD.shipment_id)
		AND status = OLD.from_status AND us = @DIGITS(OLD.at_us - OLD.from_us)@;
	UPDATE counted SET history_id = (SELECT coalesce(max(id), 0) FROM history)
	WHERE history_id > (SELECT coalesce(max(id), 0) FROM history);
END;

CREATE TRIGGER history_stay_judged AFTER UPDATE OF verdict, from_status, from_us, at_us ON history
WHEN (OLD.verdict = 'legal' OR NEW.verdict = 'legal') AND OLD.id <= (SELECT history_id FROM counted)
BEGIN
	UPDATE stay SET n = n - 1
	WHERE OLD.verdict = 'legal' AND (source_id, model) = (SELECT source_id, model FROM shipment WHERE id = OLD.shipment_id)
		AND status = OLD.from_status AND us = @DIGITS(OLD.at_us - OLD.from_us)@;
	INSERT INTO stay (source_id, model, status, us, n)
	SELECT source_id, model, NEW.from_status, @DIGITS(NEW.at_us - NEW.from_us)@, 1 FROM shipment
	WHERE NEW.verdict = 'legal' AND id = NEW.shipment_id
	ON CONFLICT (source_id, model, status, us) DO UPDATE SET n = n + 1;
END;
