-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The report_* views: the promise to reporting tools, described in claimd-schema(7). And, last and private, what messages say.
-- Made anew whenever the schema version changes. Each instant stands twice: X as ISO 8601 UTC text, X_us as integer microseconds.
-- Whether a claim has ended, the index knows without its row: so its status is joined before its source.
-- A window is looked up by its step, and never among all that are open (+outcome, CROSS JOIN): those may be many.
-- Of what happened, +s.model keeps SQLite from beginning with all shipments of a model, which are most, where a time leads to few rows.
-- So does unlikely() of what is true of nearly every row of history: SQLite takes the rest of the join for short then, and begins with
-- shipments only where their ids are asked for, not to sort all that there is by a time or an id.

DROP VIEW IF EXISTS report_claims;
CREATE VIEW report_claims AS
SELECT
	src.name AS source,
	s.external_id AS claim_id,
	s.status AS status,
	st.phase AS phase,
	coalesce(st.terminal, 0) AS terminal,
	s.resolution AS resolution,
	nullif(s.revision, 0) AS revision,
	s.version AS version,
	@TIME(s.updated_us)@ AS updated_at,
	s.updated_us AS updated_at_us,
	@TIME(s.first_seen_us)@ AS first_seen_at,
	s.first_seen_us AS first_seen_at_us,
	@TIME(s.last_read_us)@ AS last_read_at,
	s.last_read_us AS last_read_at_us,
	s.reported_status AS reported_status,
	s.reported_status IS NOT s.status AS held,
	p.price AS price,
	p.currency AS currency,
	s.point_id AS current_point_id,
	s.own_params AS own_params,
	@TIME(w.due_us)@ AS approval_due_at,
	w.due_us AS approval_due_at_us,
	s.class AS class
FROM shipment s
LEFT JOIN status st ON st.model = s.model AND st.name = s.status
JOIN source src ON src.id = s.source_id
LEFT JOIN price p ON p.id = (
	SELECT id FROM price WHERE shipment_id = s.id ORDER BY at_us DESC, revision DESC, id DESC LIMIT 1)
LEFT JOIN window w ON +w.outcome = 'open' AND w.history_id = (
	SELECT h.id FROM history h
	WHERE h.shipment_id = s.id AND (h.verdict IN ('first', 'legal', 'gap') OR h.adopted = 1)
	ORDER BY h.revision DESC, h.updated_us DESC, h.operation_id IS NULL DESC, h.operation_id DESC, h.id DESC LIMIT 1)
WHERE s.model = 'claims';

-- An order that is not followed, or was not read yet and is of a campaign without a model, has none, and no row here.
DROP VIEW IF EXISTS report_orders;
CREATE VIEW report_orders AS
SELECT
	src.name AS source,
	s.model AS model,
	s.campaign_id AS campaign_id,
	s.external_id AS order_id,
	substr(s.status, 1, instr(s.status || '/', '/') - 1) AS status,
	nullif(substr(s.status, instr(s.status || '/', '/') + 1), '') AS substatus,
	st.phase AS phase,
	coalesce(st.terminal, 0) AS terminal,
	@TIME(s.updated_us)@ AS updated_at,
	s.updated_us AS updated_at_us,
	@TIME(s.first_seen_us)@ AS first_seen_at,
	s.first_seen_us AS first_seen_at_us,
	@TIME(s.last_read_us)@ AS last_read_at,
	s.last_read_us AS last_read_at_us,
	s.reported_status AS reported_status,
	s.reported_status IS NOT s.status AS held,
	c.placement AS placement,
	w.kind AS window_kind,
	@TIME(w.due_us)@ AS window_due_at,
	w.due_us AS window_due_at_us
FROM shipment s
JOIN source src ON src.id = s.source_id
LEFT JOIN status st ON st.model = s.model AND st.name = @NODE(s.model, s.status)@
LEFT JOIN campaign c ON c.source_id = s.source_id AND c.campaign_id = s.campaign_id
LEFT JOIN window w ON w.history_id = (
	SELECT o.history_id FROM history h CROSS JOIN window o ON o.history_id = h.id
	WHERE h.shipment_id = s.id AND +o.outcome = 'open'
	ORDER BY o.due_us LIMIT 1)
WHERE src.kind = 'market' AND s.model IS NOT NULL;

-- How many are in each status.
DROP VIEW IF EXISTS report_statuses;
CREATE VIEW report_statuses AS
SELECT
	c.model AS model,
	c.status AS status,
	st.phase AS phase,
	coalesce(st.terminal, 0) AS terminal,
	c.n AS n
FROM (SELECT model, status, count(*) AS n FROM shipment WHERE model IS NOT NULL GROUP BY model, status) c
LEFT JOIN status st ON st.model = c.model AND st.name = @NODE(c.model, c.status)@;

-- What is on its way: neither ended nor delivered. By status, since there are few of them: CROSS JOIN keeps SQLite from looking through
-- all that ever was. A name with a star leads to all substatuses; those that have a node of their own are found by that one.
DROP VIEW IF EXISTS report_active;
CREATE VIEW report_active AS
SELECT
	src.name AS source,
	s.model AS model,
	s.external_id AS external_id,
	s.status AS status,
	st.phase AS phase,
	@TIME(s.entered_us)@ AS entered_at,
	s.entered_us AS entered_at_us,
	s.reported_status AS reported_status,
	s.reported_status IS NOT s.status AS held,
	w.kind AS window_kind,
	@TIME(w.opened_us)@ AS window_opened_at,
	w.opened_us AS window_opened_at_us,
	@TIME(w.due_us)@ AS window_due_at,
	w.due_us AS window_due_at_us
FROM status st
CROSS JOIN shipment s ON s.model = st.model
	AND s.status >= rtrim(st.name, '*') AND s.status <= replace(st.name, '/*', '0')
	AND @NODE(s.model, s.status)@ = st.name
JOIN source src ON src.id = s.source_id
LEFT JOIN (
	SELECT h.shipment_id AS shipment_id, o.kind AS kind, o.opened_us AS opened_us, min(o.due_us) AS due_us
	FROM window o JOIN history h ON h.id = o.history_id
	WHERE o.outcome = 'open'
	GROUP BY h.shipment_id) w ON w.shipment_id = s.id
WHERE NOT st.terminal AND st.phase <> 'end';

DROP VIEW IF EXISTS report_transitions;
CREATE VIEW report_transitions AS
SELECT
	src.name AS source,
	+s.model AS model,
	s.external_id AS external_id,
	h.seq AS seq,
	h.from_status AS from_status,
	h.status AS to_status,
	@TIME(h.at_us)@ AS at,
	h.at_us AS at_us,
	@TIME(h.seen_us)@ AS seen_at,
	h.seen_us AS seen_at_us,
	h.via AS via,
	h.verdict AS verdict,
	nullif(h.revision, 0) AS revision,
	h.operation_id AS operation_id,
	h.point_id AS point_id,
	(h.at_us - h.from_us) / 1000000.0 AS seconds_in_from,
	h.id AS id
FROM history h
JOIN shipment s ON s.id = h.shipment_id
JOIN source src ON src.id = s.source_id
WHERE unlikely(h.verdict <> 'same');

DROP VIEW IF EXISTS report_windows;
CREATE VIEW report_windows AS
SELECT
	src.name AS source,
	+s.model AS model,
	s.external_id AS external_id,
	w.kind AS kind,
	@TIME(w.opened_us)@ AS opened_at,
	w.opened_us AS opened_at_us,
	@TIME(w.due_us)@ AS due_at,
	w.due_us AS due_at_us,
	@TIME(w.closed_us)@ AS closed_at,
	w.closed_us AS closed_at_us,
	w.outcome AS outcome,
	w.version AS version
FROM window w
JOIN history h ON h.id = w.history_id
JOIN shipment s ON s.id = h.shipment_id
JOIN source src ON src.id = s.source_id;

DROP VIEW IF EXISTS report_violations;
CREATE VIEW report_violations AS
SELECT
	v.id AS id,
	src.name AS source,
	+s.model AS model,
	s.external_id AS external_id,
	v.kind AS kind,
	h.from_status AS from_status,
	h.status AS to_status,
	@TIME(h.at_us)@ AS at,
	h.at_us AS at_us,
	@TIME(h.seen_us)@ AS seen_at,
	h.seen_us AS seen_at_us,
	v.state AS state,
	@TIME(v.resolved_us)@ AS resolved_at,
	v.resolved_us AS resolved_at_us,
	v.resolved_by AS resolved_by,
	v.note AS note
FROM violation v
JOIN history h ON h.id = v.history_id
JOIN shipment s ON s.id = h.shipment_id
JOIN source src ON src.id = s.source_id;

DROP VIEW IF EXISTS report_prices;
CREATE VIEW report_prices AS
SELECT
	src.name AS source,
	s.external_id AS external_id,
	@TIME(p.at_us)@ AS at,
	p.at_us AS at_us,
	p.price AS price,
	p.currency AS currency,
	nullif(p.revision, 0) AS revision,
	+s.model AS model
FROM price p
JOIN shipment s ON s.id = p.shipment_id
JOIN source src ON src.id = s.source_id;

DROP VIEW IF EXISTS report_notifications;
CREATE VIEW report_notifications AS
SELECT
	src.name AS source,
	i.external_id AS external_id,
	i.kind AS kind,
	@TIME(i.upstream_us)@ AS upstream_at,
	i.upstream_us AS upstream_at_us,
	@TIME(i.received_us)@ AS received_at,
	i.received_us AS received_at_us,
	i.remote_addr AS remote_addr,
	CASE
		WHEN i.reason IS NOT NULL THEN 'rejected'
		WHEN NOT i.owes OR s.served_id >= i.id THEN 'done'
		ELSE 'pending'
	END AS state,
	coalesce(i.reason, CASE WHEN i.owes AND s.missing AND s.served_id >= i.id
		THEN 'the upstream knows no such ' || iif(src.kind = 'market', 'order', 'claim') END) AS reason,
	i.own_params AS own_params,
	i.campaign_id AS campaign_id,
	i.status AS status,
	i.id AS id
FROM inbox i
JOIN source src ON src.id = i.source_id
LEFT JOIN shipment s ON s.source_id = i.source_id AND s.external_id = i.external_id;

-- How long shipments stayed in a status, from entering to leaving it, both exactly known: legal steps only. Nearest-rank percentiles,
-- of lengths that were rounded up to three digits: the least stay that so large a share of all are no longer than. Most are counted (stay).
DROP VIEW IF EXISTS report_durations;
CREATE VIEW report_durations AS
WITH lasted AS (
	SELECT source_id, model, status, us, n FROM stay WHERE n > 0
	UNION ALL
	SELECT s.source_id, s.model, h.from_status, @DIGITS(h.at_us - h.from_us)@, 1
	FROM history h CROSS JOIN shipment s ON s.id = h.shipment_id
	WHERE h.id > (SELECT history_id FROM counted) AND h.verdict = 'legal'
), ranked AS (
	SELECT
		source_id, model, status, n, us / 1000000.0 AS seconds,
		sum(n) OVER (PARTITION BY source_id, model, status ORDER BY us) AS up_to,
		sum(n) OVER (PARTITION BY source_id, model, status) AS of_all
	FROM lasted
)
SELECT
	src.name AS source,
	r.model AS model,
	r.status AS status,
	sum(r.n) AS n,
	min(r.seconds) FILTER (WHERE 2 * r.up_to >= r.of_all) AS p50_s,
	min(r.seconds) FILTER (WHERE 10 * r.up_to >= 9 * r.of_all) AS p90_s,
	max(r.seconds) AS max_s
FROM ranked r
JOIN source src ON src.id = r.source_id
GROUP BY r.source_id, r.model, r.status;

-- pending: claims and orders that wait for a read that a hint asked for, and hints that are not yet folded into them.
-- The gaps that are open are those of the history that no journal has explained yet.
-- unanswered_s: Market stops calling after 14 days without an answer, so what counts is how long it has called nobody.
DROP VIEW IF EXISTS report_sources;
CREATE VIEW report_sources AS
WITH waiting AS (
	SELECT
		id AS source_id, owed AS n,
		(SELECT min(owed_since_us) FROM shipment WHERE source_id = source.id AND owed_since_us IS NOT NULL) AS since_us
	FROM source
	UNION ALL
	SELECT source_id, count(*), min(received_us) FROM inbox WHERE id > (SELECT inbox_id FROM fold) AND owes GROUP BY source_id
), summed AS (
	SELECT source_id, sum(n) AS pending, min(since_us) AS oldest_us FROM waiting GROUP BY source_id
), odd AS (
	SELECT source_id, count(*) AS n FROM odd_event GROUP BY source_id
)
SELECT
	src.name AS source,
	src.kind AS kind,
	CASE WHEN src.state = 'ok' AND src.silent THEN 'silent' ELSE src.state END AS state,
	@TIME(c.read_us)@ AS cursor_at,
	c.read_us AS cursor_at_us,
	@TIME(src.last_callback_us)@ AS last_callback_at,
	src.last_callback_us AS last_callback_at_us,
	@TIME(src.last_read_us)@ AS last_read_at,
	src.last_read_us AS last_read_at_us,
	coalesce(w.pending, 0) AS pending,
	CASE WHEN w.oldest_us IS NOT NULL THEN @AGE(w.oldest_us)@ END AS oldest_pending_s,
	src.reason AS reason,
	CASE WHEN c.read_us IS NOT NULL THEN @AGE(c.read_us)@ END AS cursor_age_s,
	coalesce(c.events, 0) AS journal_events,
	coalesce(odd.n, 0) AS odd_events,
	src.gaps_healed AS gaps_healed,
	src.gaps_open AS gaps_open,
	src.skew_us / 1000000.0 AS skew_s,
	CASE WHEN src.kind = 'market'
		THEN iif(src.silent, @AGE(max(src.since_us, coalesce(src.last_callback_us, 0)))@, 0.0) END AS unanswered_s
FROM source src
LEFT JOIN cursor c ON c.source_id = src.id
LEFT JOIN summed w ON w.source_id = src.id
LEFT JOIN odd ON odd.source_id = src.id;

-- What operators, and the approval policy, wanted done, and what came of it.
DROP VIEW IF EXISTS report_actions;
CREATE VIEW report_actions AS
SELECT
	a.id AS id,
	src.name AS source,
	s.external_id AS external_id,
	a.kind AS kind,
	@TIME(a.requested_us)@ AS requested_at,
	a.requested_us AS requested_at_us,
	a.requested_by AS requested_by,
	@TIME(a.sent_us)@ AS sent_at,
	a.sent_us AS sent_at_us,
	@TIME(a.finished_us)@ AS finished_at,
	a.finished_us AS finished_at_us,
	a.result AS result,
	a.code AS code,
	a.message AS message,
	s.model AS model,
	a.argument AS argument,
	a.target_id AS target_id,
	a.note AS note,
	a.version AS version,
	a.price AS price,
	a.state AS state
FROM action a
LEFT JOIN source src ON src.id = a.source_id
LEFT JOIN shipment s ON s.id = a.shipment_id;

-- What was not told yet. One that waits has an earlier one of its claim or order before it; one that is stopped has nobody to be
-- told to, as long as its source has no forward_url.
DROP VIEW IF EXISTS report_outbox;
CREATE VIEW report_outbox AS
SELECT
	o.id AS id,
	o.channel AS channel,
	o.kind AS kind,
	src.name AS source,
	s.external_id AS external_id,
	o.summary AS summary,
	@TIME(o.created_us)@ AS created_at,
	o.created_us AS created_at_us,
	CASE
		WHEN o.channel = 'forward' AND NOT src.forwards THEN 'stopped'
		WHEN o.due_us IS NULL THEN 'waits'
		ELSE iif(o.tries > 0, 'failing', 'due')
	END AS state,
	@TIME(o.due_us)@ AS due_at,
	o.due_us AS due_at_us,
	o.tries AS tries,
	o.error AS error,
	o.message_id AS message_id
FROM outbox o
LEFT JOIN source src ON src.id = o.source_id
LEFT JOIN shipment s ON s.id = o.shipment_id;

-- What is put into the outbox: the words and the JSON of each kind, about a row of history, or of source. Fields are named as in the
-- reports. An alert's kinds stand in events.def.
DROP VIEW IF EXISTS message;
CREATE VIEW message AS
SELECT
	'violation' AS kind,
	h.id AS about,
	s.source_id AS source_id,
	s.id AS shipment_id,
	printf('%s: %s %s: %s -> %s is %s%s', src.name, iif(src.kind = 'market', 'order', 'claim'), s.external_id,
		coalesce(h.from_status, '(nothing)'), h.status, iif(v.kind = 'unknown_status', 'unknown', h.verdict),
		iif(@APPLIED(h)@, '', ', held')) AS summary,
	json_object('id', v.id, 'source', src.name, 'model', s.model, 'external_id', s.external_id, 'kind', v.kind,
		'from_status', h.from_status, 'to_status', h.status, 'at', @TIME(h.at_us)@, 'seen_at', @TIME(h.seen_us)@,
		'state', v.state) AS data
FROM violation v
JOIN history h ON h.id = v.history_id
JOIN shipment s ON s.id = h.shipment_id
JOIN source src ON src.id = s.source_id
UNION ALL
SELECT
	'window_warning',
	w.history_id,
	s.source_id,
	s.id,
	printf('%s: %s %s: the %s window closes at %s', src.name, iif(src.kind = 'market', 'order', 'claim'), s.external_id, w.kind,
		@TIME(w.due_us)@),
	json_object('source', src.name, 'model', s.model, 'external_id', s.external_id, 'kind', w.kind,
		'opened_at', @TIME(w.opened_us)@, 'due_at', @TIME(w.due_us)@, 'outcome', w.outcome, 'version', w.version)
FROM window w
JOIN history h ON h.id = w.history_id
JOIN shipment s ON s.id = h.shipment_id
JOIN source src ON src.id = s.source_id
UNION ALL
SELECT
	'window_expired',
	w.history_id,
	s.source_id,
	s.id,
	printf('%s: %s %s: the %s window expired at %s without an answer', src.name, iif(src.kind = 'market', 'order', 'claim'),
		s.external_id, w.kind, @TIME(w.due_us)@),
	json_object('source', src.name, 'model', s.model, 'external_id', s.external_id, 'kind', w.kind,
		'opened_at', @TIME(w.opened_us)@, 'due_at', @TIME(w.due_us)@, 'closed_at', @TIME(w.closed_us)@,
		'outcome', w.outcome, 'version', w.version)
FROM window w
JOIN history h ON h.id = w.history_id
JOIN shipment s ON s.id = h.shipment_id
JOIN source src ON src.id = s.source_id
UNION ALL
SELECT
	'locked_out',
	src.id,
	src.id,
	NULL,
	printf('%s: locked out: %s; %s go on being stored; check %s, then reload or restart', src.name, src.reason,
		iif(src.kind = 'market', 'pushes', 'callbacks'), iif(src.kind = 'market', 'api_key_file', 'token_file')),
	json_object('source', src.name, 'kind', src.kind, 'state', src.state, 'reason', src.reason)
FROM source src
UNION ALL
SELECT
	'silent',
	src.id,
	src.id,
	NULL,
	src.name || ': ' || iif(src.kind = 'market',
		'pushes have stopped while orders change; check the URL in the cabinet, and allow_from',
		'callbacks have stopped while the journal moves; check the claims'' callback_url'),
	json_object('source', src.name, 'kind', src.kind, 'state', 'silent', 'last_callback_at', @TIME(src.last_callback_us)@)
FROM source src
UNION ALL
SELECT
	'disconnect_near',
	src.id,
	src.id,
	NULL,
	src.name || ': ',
	json_object('source', src.name, 'kind', src.kind, 'state', 'silent', 'last_callback_at', @TIME(src.last_callback_us)@)
FROM source src
UNION ALL
SELECT
	'transition',
	h.id,
	s.source_id,
	s.id,
	printf('%s: %s %s: %s -> %s (%s)', src.name, iif(src.kind = 'market', 'order', 'claim'), s.external_id,
		coalesce(h.from_status, '(nothing)'), h.status, h.verdict),
	json_object('source', src.name, 'model', s.model, 'campaign_id', s.campaign_id, 'external_id', s.external_id, 'seq', h.seq,
		'from_status', h.from_status, 'to_status', h.status, 'at', @TIME(h.at_us)@, 'seen_at', @TIME(h.seen_us)@, 'via', h.via,
		'verdict', h.verdict, 'held', json(iif(@APPLIED(h)@, 'false', 'true')), 'revision', nullif(h.revision, 0),
		'operation_id', h.operation_id, 'point_id', h.point_id, 'seconds_in_from', (h.at_us - h.from_us) / 1000000.0,
		'own_params', iif(json_valid(s.own_params), json(s.own_params), NULL))
FROM history h
JOIN shipment s ON s.id = h.shipment_id
JOIN source src ON src.id = s.source_id;
