-- N invented tickets with all that hangs on them. Reads bench_words (Python made it: fragments of text with
-- their search words), bench_leaf and bench_place; %(tickets)s tickets, %(clerk)s the unit of the inbox.
-- Times run backwards from %(now)s, 28 000 tickets a day; the last days are still open, the others ended.

CREATE TEMP TABLE bench_draw AS
SELECT
    i,
    %(now)s::timestamptz - (%(tickets)s - i) * interval '1 day' / 28000 AS received_at,
    (%(tickets)s - i)::float / %(tickets)s AS age,
    random() AS fate,
    (SELECT count(*) FROM bench_leaf) * power(random() + 0 * i, 2) AS leaf,
    (SELECT count(*) FROM bench_place) * (random() + 0 * i) AS place,
    (SELECT count(*) FROM bench_words) * power(random() + 0 * i, 2) AS word,
    (SELECT count(*) FROM bench_words) * power(random() + 0 * i, 2) AS other,
    random() < 0.01 AS at_clerk,
    random() AS spare
FROM generate_series(1, %(tickets)s) AS i;

CREATE TEMP TABLE bench_row AS
SELECT
    draw.*,
    'BJ12345-' || to_char(received_at, 'YYYYMMDD') || '-' || lpad(i::text, 6, '0') AS number,
    CASE
        WHEN fate < 0.10 THEN 'answered'
        WHEN age > 0.40 THEN 'closed'
        WHEN fate < 0.11 THEN 'pending'
        WHEN fate < 0.16 THEN 'dispatched'
        WHEN fate < 0.30 THEN 'handling'
        WHEN fate < 0.33 THEN 'reported'
        WHEN fate < 0.43 THEN 'followup'
        ELSE 'closed'
    END AS state,
    leaf_row.id AS category_id, leaf_row.name AS title, leaf_row.words AS title_words,
    place_row.id AS place_id,
    CASE WHEN at_clerk THEN %(clerk)s ELSE place_row.unit_id END AS unit_id,
    word_row.text || '，' || other_row.text || '。' AS content,
    word_row.words || other_row.words AS content_words
FROM bench_draw AS draw
JOIN bench_leaf AS leaf_row ON leaf_row.n = floor(draw.leaf)
JOIN bench_place AS place_row ON place_row.n = floor(draw.place)
JOIN bench_words AS word_row ON word_row.n = floor(draw.word)
JOIN bench_words AS other_row ON other_row.n = floor(draw.other);

INSERT INTO tickets_ticket (
    number, query_code, state, version, head_hash, channel, kind, category_id, place_id, location, title, content,
    answer, urgent, taken_by_id, lead_id, assignee_id, received_at, dispatched_at, signed_at, contacted_at,
    reported_at, followup_at, closed_at, limit_id, clock_from, handle_minutes, dispatch_due, sign_due, contact_due,
    remind_at, warn_at, handle_due, followup_due, round, steps, wake_at, wake_for, outcome,
    urged, bound, returned
)
SELECT
    number, '2345', state, 4, repeat('0', 64), 'phone', 'complaint', category_id, place_id, '', title, content,
    '', FALSE, %(agent)s,
    CASE WHEN state NOT IN ('pending', 'answered') THEN unit_id END, NULL, received_at,
    CASE WHEN state NOT IN ('pending', 'answered') THEN received_at END,
    CASE WHEN state NOT IN ('pending', 'answered', 'dispatched') THEN received_at + interval '1 hour' END,
    CASE WHEN state NOT IN ('pending', 'answered', 'dispatched') THEN received_at + interval '2 hours' END,
    CASE WHEN state IN ('reported', 'followup', 'closed') THEN received_at + interval '1 day' END,
    CASE WHEN state IN ('followup', 'closed') THEN received_at + interval '26 hours' END,
    CASE WHEN state IN ('answered', 'closed') THEN received_at + interval '2 days' END,
    %(limit)s, received_at, 7200, received_at + interval '30 minutes',
    received_at + interval '4 hours', received_at + interval '1 day', received_at + interval '3 days',
    received_at + interval '4 days', received_at + interval '5 days',
    CASE WHEN state IN ('followup', 'closed') THEN received_at + interval '4 days' END,
    1, '{}', CASE WHEN state NOT IN ('answered', 'closed') THEN %(now)s::timestamptz + interval '1 day' END, '',
    CASE WHEN state IN ('reported', 'followup', 'closed') THEN 'solved' ELSE '' END,
    0, FALSE, FALSE
FROM bench_row ORDER BY i;

ALTER TABLE bench_row ADD COLUMN id bigint;
UPDATE bench_row SET id = ticket.id FROM tickets_ticket AS ticket WHERE ticket.number = bench_row.number;

INSERT INTO tickets_searchentry (ticket_id, grams)
SELECT
    id, array_to_tsvector(
        content_words || title_words || ARRAY['bj12345', to_char(received_at, 'YYYYMMDD'), lpad(i::text, 6, '0')]
    )
FROM bench_row ORDER BY id;

INSERT INTO tickets_event (ticket_id, seq, kind, was, now, actor_id, unit_id, at, facts, prev_hash, hash)
SELECT
    id, seq, kind, '', bench_row.state, NULL, unit_id, received_at + seq * interval '5 hours', '{}',
    repeat('0', 64), repeat('0', 64)
FROM bench_row, unnest(ARRAY['receive', 'dispatch', 'sign', 'report']) WITH ORDINALITY AS told (kind, seq)
ORDER BY id, seq;

INSERT INTO intake_caller (phone_index, phone, name, type, first_at)
SELECT md5(i::text) || md5((-i)::text), %(phone)s, %(name)s, 'person', %(now)s
FROM generate_series(1, (%(tickets)s + 1) / 2) AS i;
INSERT INTO intake_case (ticket_id, caller_id, address, hide_identity)
SELECT id, (SELECT min(caller.id) FROM intake_caller AS caller) + (i - 1) / 2, '', FALSE FROM bench_row;

INSERT INTO dispatch_assignment (ticket_id, unit_id, how, reason, at, counted)
SELECT id, unit_id, 'rule', '示例', received_at, TRUE
FROM bench_row WHERE state NOT IN ('pending', 'answered') ORDER BY id;
INSERT INTO dispatch_cotask (ticket_id, unit_id, at, task, result, late, done_at)
SELECT id, %(clerk)s, received_at, '', '', FALSE, CASE WHEN state = 'closed' THEN received_at + interval '1 day' END
FROM bench_row WHERE spare < 0.01 AND unit_id <> %(clerk)s AND state NOT IN ('pending', 'answered');
INSERT INTO tickets_access (ticket_id, unit_id, why)
SELECT ticket_id, unit_id, 'lead' FROM dispatch_assignment
UNION ALL SELECT ticket_id, unit_id, 'co' FROM dispatch_cotask
ORDER BY 1;
INSERT INTO handling_contact (ticket_id, by_id, unit_id, channel, reached, note, at)
SELECT id, %(agent)s, unit_id, 'phone', TRUE, '', received_at + interval '2 hours'
FROM bench_row WHERE state NOT IN ('pending', 'answered', 'dispatched') ORDER BY id;
INSERT INTO handling_report (
    ticket_id, round, by_id, unit_id, outcome, text, reply, at, verdict, verdict_note, reason, missing, late
)
SELECT
    id, 1, %(agent)s, unit_id, 'solved', content, content, received_at + interval '1 day',
    CASE WHEN state = 'reported' THEN 'waiting' ELSE 'approved' END, '', '', '{}', FALSE
FROM bench_row WHERE state IN ('reported', 'followup', 'closed') ORDER BY id;
INSERT INTO followup_attempt (ticket_id, round, by_id, channel, reach, at)
SELECT id, 1, %(agent)s, 'phone', 'no_answer', %(now)s::timestamptz - spare * interval '6 hours'
FROM bench_row WHERE state = 'followup' AND spare < 0.3;
INSERT INTO followup_answer (
    ticket_id, round, unit_id, reach, channel, contacted, solved, satisfied, reason, remark, at, counted,
    pressed, merged, recorded, overdue
)
SELECT
    id, 1, unit_id, 'reached', 'phone', 'yes', 'solved', 'satisfied', '', '', received_at + interval '2 days', TRUE,
    FALSE, FALSE, TRUE, FALSE
FROM bench_row WHERE state = 'closed' AND spare < 0.6 ORDER BY id;

-- The supervisors' desk: a fifth of what waits for the callers-back was never reported, and years of cards,
-- ended orders of supervision and side clocks that rang.
UPDATE tickets_ticket AS ticket
SET
    reported_at = NULL, overdue_at = bench.received_at, handle_due = bench.received_at,
    special_at = CASE WHEN spare < 0.05 THEN bench.received_at ELSE %(now)s::timestamptz + interval '9 days' END
FROM bench_row AS bench WHERE bench.id = ticket.id AND bench.state = 'followup' AND spare < 0.2;
INSERT INTO dispatch_card (ticket_id, unit_id, round, kind, why, at, account, acknowledged_at)
SELECT
    id, unit_id, 1, CASE WHEN spare < 0.01 THEN 'red' ELSE 'yellow' END, 'overdue', received_at, '示例',
    CASE WHEN state = 'closed' THEN received_at + interval '1 day' END
FROM bench_row WHERE state IN ('closed', 'followup') AND spare < 0.04 ORDER BY id;
INSERT INTO dispatch_oversight (ticket_id, unit_id, kind, state, demand, at, due, late, conclusion)
SELECT
    id, unit_id, 'ordinary', CASE WHEN state = 'closed' THEN 'ended' ELSE 'open' END, '示例', received_at,
    received_at + interval '1 day', FALSE, ''
FROM bench_row WHERE state IN ('closed', 'followup') AND spare < 0.02 ORDER BY id;
INSERT INTO tickets_timer (ticket_id, kind, ref, begin, due, rang_at)
SELECT id, 'co', id, received_at, received_at + interval '1 day', received_at + interval '1 day'
FROM bench_row
WHERE state NOT IN ('pending', 'answered') AND spare < 0.04 AND received_at < %(now)s::timestamptz - interval '1 day'
ORDER BY id;
UPDATE tickets_ticket AS ticket SET rung_at = timer.rang_at
FROM tickets_timer AS timer WHERE timer.ticket_id = ticket.id;

-- The ruler as it stands after ten folded months: every unit a total of each leaf, its days and its months.
CREATE TEMP TABLE bench_amounts AS
SELECT period.id AS period_id, unit.id AS unit_id, leaf.id AS category_id, 20 AS n, (random() * 5)::int AS bad
FROM scoring_period AS period, units_unit AS unit, bench_leaf AS leaf
WHERE unit.rank_group <> '';
INSERT INTO scoring_scoretotal (
    period_id, unit_id, category_id, accepted, closed, valid, contacted, solved, satisfied, basic, excluded, overdue,
    responded_num, responded_base, solved_num, solved_base, satisfied_num, satisfied_base
)
SELECT
    period_id, unit_id, category_id, n, n, n, n, n - bad, n - bad, 0, 0, 0,
    1000 * n, n, 1000 * (n - bad), n, 1000 * (n - bad), n
FROM bench_amounts;
INSERT INTO scoring_scoremonth (
    period_id, unit_id, accepted, closed, valid, contacted, solved, satisfied, basic, excluded, overdue,
    responded_num, responded_base, solved_num, solved_base, satisfied_num, satisfied_base
)
SELECT
    period_id, unit_id, sum(n), sum(n), sum(n), sum(n), sum(n - bad), sum(n - bad), 0, 0, 0,
    1000 * sum(n), sum(n), 1000 * sum(n - bad), sum(n), 1000 * sum(n - bad), sum(n)
FROM bench_amounts GROUP BY 1, 2;
INSERT INTO scoring_scoreday (
    period_id, unit_id, day, accepted, closed, valid, contacted, solved, satisfied, basic, excluded, overdue,
    responded_num, responded_base, solved_num, solved_base, satisfied_num, satisfied_base
)
SELECT
    month.period_id, unit_id, day::date, month.accepted / 30, month.accepted / 30, month.accepted / 30,
    month.accepted / 30, month.solved / 30, month.solved / 30, 0, 0, 0, 1000 * (month.accepted / 30),
    month.accepted / 30, 1000 * (month.solved / 30), month.accepted / 30, 1000 * (month.solved / 30),
    month.accepted / 30
FROM scoring_scoremonth AS month
JOIN scoring_period AS period ON period.id = month.period_id,
    generate_series(period.begins, period.ends - interval '1 day', interval '1 day') AS day;

-- A day's answers not yet folded.
INSERT INTO scoring_scoreline (
    period_id, unit_id, ticket_id, category_id, source, answer_id, at, folded,
    accepted, closed, valid, contacted, solved, satisfied, basic, excluded, overdue,
    responded_num, responded_base, solved_num, solved_base, satisfied_num, satisfied_base
)
SELECT
    (SELECT id FROM scoring_period ORDER BY begins DESC LIMIT 1), answer.unit_id, ticket_id, ticket.category_id,
    'answer', answer.id, %(now)s, FALSE, 0, 1, 1, 1, 1, 1, 0, 0, 0, 1000, 1, 1000, 1, 1000, 1
FROM followup_answer AS answer JOIN tickets_ticket AS ticket ON ticket.id = ticket_id
ORDER BY answer.id DESC LIMIT 500;
