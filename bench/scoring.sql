-- Lines of one period, spread over its days and the ranked units: every second an order given, the others
-- answers. `sourced`: with the ticket and the answer or assignment behind each, for the audit and the lists. Statements are parted by --;
-- parameters: period, begins, seconds, lines, first, sourced, folded.
CREATE TEMP TABLE IF NOT EXISTS ranked AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM units_unit WHERE rank_group <> '' AND active;
CREATE TEMP TABLE IF NOT EXISTS leaves AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM tickets_category WHERE leaf;
CREATE TEMP TABLE IF NOT EXISTS communities AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM units_place WHERE level = 'community';
DROP TABLE IF EXISTS made;
--
CREATE TEMP TABLE made AS
SELECT
    g, ranked.id AS unit_id, leaves.id AS category_id, g %% 2 = 0 AS is_order,
    %(first)s + g / 2 * 2 AS ticket_id, communities.id AS place_id,
    %(begins)s::timestamptz + ((random() * (%(seconds)s - 1))::int * interval '1 second') AS at,
    random() < 0.97 AS contacted, random() < 0.55 + 0.4 * ((ranked.n * 37) %% 100) / 100.0 AS solved,
    random() AS pleased
FROM generate_series(2::bigint, %(lines)s + 1) AS g
JOIN ranked ON ranked.n = (g / 2 * 7919) %% (SELECT COUNT(*) FROM ranked)
JOIN leaves ON leaves.n = (g / 2 * 31) %% (SELECT COUNT(*) FROM leaves)
LEFT JOIN communities ON communities.n = (g / 2 * 17) %% (SELECT COUNT(*) FROM communities);
--
INSERT INTO tickets_ticket (
    id, number, query_code, state, version, head_hash, channel, kind, category_id, place_id, location, title,
    content, answer, urgent, lead_id, received_at, dispatched_at, signed_at, contacted_at, reported_at,
    followup_at, closed_at, limit_id, clock_from, handle_minutes, handle_due, round, steps, wake_for, outcome,
    urged, bound, returned
)
SELECT
    ticket_id, 'BE12345' || lpad(ticket_id::text, 12, '0'), '2345', 'closed', 4, repeat('0', 64), 'phone',
    'complaint', category_id, place_id,
    '', '示例', '示例', '', FALSE, unit_id, at, at, at, at, at, at, at, (SELECT MIN(id) FROM tickets_limit), at, 7200, at,
    1, '{}', '', 'solved', 0, FALSE, FALSE
FROM made WHERE %(sourced)s AND is_order;
--
INSERT INTO intake_caller (id, phone_index, phone, name, type, first_at)
SELECT ticket_id, md5(ticket_id::text) || md5((-ticket_id)::text), '', '', 'person', at
FROM made WHERE %(sourced)s AND is_order;
--
INSERT INTO intake_case (ticket_id, caller_id, address, hide_identity)
SELECT ticket_id, ticket_id, '', FALSE FROM made WHERE %(sourced)s AND is_order;
--
INSERT INTO handling_contact (ticket_id, unit_id, channel, reached, note, at, by_id)
SELECT ticket_id, unit_id, 'phone', TRUE, '', at - random() * interval '14 days', (SELECT MIN(id) FROM units_user)
FROM made WHERE %(sourced)s AND NOT is_order;
--
INSERT INTO followup_answer (
    id, ticket_id, round, unit_id, reach, channel, contacted, solved, satisfied, reason, remark, at, counted,
    pressed, merged, recorded, overdue
)
SELECT
    %(first)s + g, ticket_id, 2, unit_id, 'reached', 'phone', CASE WHEN contacted THEN 'yes' ELSE 'no' END,
    CASE WHEN solved THEN 'solved' ELSE 'unsolved' END,
    CASE WHEN pleased < 0.8 THEN 'satisfied' WHEN pleased < 0.9 THEN 'basic' ELSE 'dissatisfied' END,
    '', '', at, TRUE, FALSE, FALSE, TRUE, FALSE
FROM made WHERE %(sourced)s AND NOT is_order;
--
INSERT INTO dispatch_assignment (id, ticket_id, unit_id, how, reason, at, counted)
SELECT %(first)s + g, ticket_id, unit_id, 'by_hand', '', at, TRUE FROM made WHERE %(sourced)s AND is_order;
--
INSERT INTO scoring_scoreline (
    period_id, unit_id, ticket_id, category_id, source, assignment_id, answer_id, at, folded,
    accepted, closed, valid, contacted, solved, satisfied, basic, excluded, overdue,
    responded_num, responded_base, solved_num, solved_base, satisfied_num, satisfied_base
)
SELECT
    %(period)s, unit_id, ticket_id, category_id,
    CASE WHEN is_order THEN 'accepted' ELSE 'answer' END,
    CASE WHEN %(sourced)s AND is_order THEN %(first)s + g END,
    CASE WHEN %(sourced)s AND NOT is_order THEN %(first)s + g END,
    at, %(folded)s,
    is_order::int, a, a, a * contacted::int, a * solved::int, a * (pleased < 0.8)::int,
    a * (pleased >= 0.8 AND pleased < 0.9)::int, 0, 0,
    1000 * a * contacted::int, a, 1000 * a * solved::int, a,
    a * CASE WHEN pleased < 0.8 THEN 1000 WHEN pleased < 0.9 THEN 900 ELSE 0 END, a
FROM made, LATERAL (SELECT (NOT is_order)::int AS a) AS answered
ORDER BY at;
