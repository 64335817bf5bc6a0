-- Lines of a period that are not what their answer makes them, by the scheme's values; worked out here once
-- more, apart from `rules.amounts_of`, so that one mistake in either shows. A line of a published month's
-- answer (`about`) stands in a later period and is counted by the scheme of its own.
WITH told AS (
    SELECT
        line.*, answer.unit_id AS should_unit, answer.ticket_id AS should_ticket, answer.at AS answered,
        answer.counted AND NOT answer.repeat AND NOT (answer.merged AND scheme.cluster = 'once')
            AND answer.reach <> 'withdrawn' AS counted,
        answer.overdue AS was_late, answer.recorded AND NOT answer.late_contact AS recorded, own.begins, own.ends, scheme.base,
        answer.reach = 'reached' AS asked,
        NOT ((answer.round = 1 OR answer.merged) AND (answer.solved = 'unsolved' OR answer.satisfied IN ('dissatisfied', 'very_dissatisfied')))
            AS ended,
        -- A duplicate the unit did not have as an order of its own: its 受理 comes with its 办结.
        answer.merged AND answer.unit_id IS DISTINCT FROM (
            SELECT given.unit_id FROM dispatch_assignment AS given
            WHERE answer.merged AND given.ticket_id = answer.ticket_id AND given.at < answer.at
            ORDER BY given.id DESC LIMIT 1
        ) AS fresh,
        answer.contacted AS said_contacted, answer.solved AS said_solved, answer.satisfied AS said_satisfied,
        CASE WHEN answer.reach = 'reached' THEN (scheme.contacted_values ->> answer.contacted)::int END AS q1,
        CASE WHEN answer.reach = 'reached' THEN (scheme.solved_values ->> answer.solved)::int END AS q2,
        CASE WHEN answer.reach = 'reached' THEN (scheme.satisfied_values ->> answer.satisfied)::int END AS q3
    FROM scoring_scoreline AS line
    JOIN followup_answer AS answer ON answer.id = line.answer_id
    JOIN scoring_period AS own ON own.id = COALESCE(line.about_id, line.period_id)
    JOIN scoring_scheme AS scheme ON scheme.id = own.scheme_id
    WHERE line.period_id = %(period)s AND line.source = 'answer'
),
should AS (
    SELECT
        *,
        CASE WHEN q1 IS NULL AND base = 'all' THEN 1000 * recorded::int ELSE q1 END AS first
    FROM told
)
SELECT id, expected, ARRAY[{amounts}]::bigint[]
FROM should
CROSS JOIN LATERAL (
    SELECT ARRAY[
        (ended AND fresh)::int, ended::int, asked::int, (asked AND said_contacted = 'yes')::int,
        (asked AND said_solved = 'solved')::int,
        (asked AND said_satisfied IN ('satisfied', 'very_satisfied'))::int,
        (asked AND said_satisfied = 'basic')::int, 0, was_late::int,
        COALESCE(first, 0), (first IS NOT NULL)::int, COALESCE(q2, 0), (q2 IS NOT NULL)::int,
        COALESCE(q3, 0), (q3 IS NOT NULL)::int
    ]::bigint[] AS expected
) AS made
WHERE
    NOT counted OR unit_id <> should_unit OR ticket_id <> should_ticket
    OR answered < begins OR answered >= ends OR (about_id IS NULL AND at <> answered)
    OR expected IS DISTINCT FROM ARRAY[{amounts}]::bigint[]
ORDER BY id;
