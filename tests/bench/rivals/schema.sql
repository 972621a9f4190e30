-- SPDX-License-Identifier: GPL-3.0-or-later
-- What every rival that stores anything inserts into: no more than the callback says. Made before it starts, in WAL mode.
PRAGMA journal_mode = WAL;
CREATE TABLE callback (
	id          INTEGER PRIMARY KEY,
	claim_id    TEXT NOT NULL,
	updated_ts  TEXT NOT NULL,
	received_us INTEGER NOT NULL,
	remote_addr TEXT
) STRICT;
