-- Folds some of the ledger's tail: takes lines that nobody else is folding, marks them, and adds their
-- amounts to the total of (period, unit, category), to the unit's month and to the unit's day. One statement.
-- Rows are added in the order of their keys, so two folds never wait for each other in a circle.
WITH taken AS MATERIALIZED (
    SELECT id FROM scoring_scoreline
    WHERE NOT folded AND at <= %(at)s
    ORDER BY id LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
),
marked AS (
    UPDATE scoring_scoreline AS line SET folded = TRUE
    FROM taken WHERE line.id = taken.id
    RETURNING line.*
),
in_total AS (
    INSERT INTO scoring_scoretotal AS total (period_id, unit_id, category_id, {amounts})
    SELECT period_id, unit_id, category_id, {sums} FROM marked GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (period_id, unit_id, category_id) DO UPDATE SET {added}
    RETURNING 1
),
in_month AS (
    INSERT INTO scoring_scoremonth AS total (period_id, unit_id, {amounts})
    SELECT period_id, unit_id, {sums} FROM marked GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (period_id, unit_id) DO UPDATE SET {added}
    RETURNING 1
),
in_day AS (
    INSERT INTO scoring_scoreday AS total (period_id, unit_id, day, {amounts})
    SELECT period_id, unit_id, (at AT TIME ZONE %(zone)s)::date, {sums} FROM marked GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (period_id, unit_id, day) DO UPDATE SET {added}
    RETURNING 1
)
SELECT
    (SELECT COUNT(*) FROM marked),
    (SELECT COUNT(*) FROM in_total),
    (SELECT COUNT(*) FROM in_month),
    (SELECT COUNT(*) FROM in_day);
