-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- From schema version 3 to 4: what SQLite is told of the sizes of tables, by which it chooses where a question begins.
-- They are those of a file of ten million transitions, rounded, and stay what they are: measured in samples they contradicted one another,
-- so that one large file went another way than the next; now all files go the way that the tests see. An index that leads to few
-- rows or to many, as the day may have it (what is open, due or owed), has none: SQLite takes it for what it is made for.
-- ANALYZE sqlite_schema looks at no table: it makes sqlite_stat1 where there is none yet, and reads it.

ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('source', 'sqlite_autoindex_source_1', '2 1 1'),
	('campaign', 'campaign', '2 2 1'),
	('status', 'status', '60 20 1'),
	('shipment', 'sqlite_autoindex_shipment_1', '800000 1 1'),
	('shipment', 'shipment_status', '800000 300000 25000'),
	('shipment', 'shipment_idle', '800000 1'),
	('history', 'history_order', '10000000 12 1 1 1 1'),
	('history', 'history_seen', '10000000 1'),
	('history', 'history_at', '10000000 1'),
	('window', 'window_due', '800000 1'),
	('violation', 'sqlite_autoindex_violation_1', '5000 1'),
	('price', 'price_shipment', '700000 1 1 1'),
	('action', 'action_kind', '100000 50000 25000'),
	('action', 'action_shipment', '100000 1');
ANALYZE sqlite_schema;
