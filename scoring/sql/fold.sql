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
    INSERT INTO scoring_scoretotal AS total (
        period_id, unit_id, category_id,
        accepted, closed, valid, contacted, solved, satisfied, basic,
        responded_num, responded_base, solved_num, solved_base, satisfied_num, satisfied_base
    )
    SELECT
        period_id, unit_id, category_id,
        SUM(accepted), SUM(closed), SUM(valid), SUM(contacted), SUM(solved), SUM(satisfied), SUM(basic),
        SUM(responded_num), SUM(responded_base), SUM(solved_num), SUM(solved_base),
        SUM(satisfied_num), SUM(satisfied_base)
    FROM marked
    GROUP BY period_id, unit_id, category_id
    ORDER BY period_id, unit_id, category_id
    ON CONFLICT (period_id, unit_id, category_id) DO UPDATE SET
        accepted = total.accepted + EXCLUDED.accepted,
        closed = total.closed + EXCLUDED.closed,
        valid = total.valid + EXCLUDED.valid,
        contacted = total.contacted + EXCLUDED.contacted,
        solved = total.solved + EXCLUDED.solved,
        satisfied = total.satisfied + EXCLUDED.satisfied,
        basic = total.basic + EXCLUDED.basic,
        responded_num = total.responded_num + EXCLUDED.responded_num,
        responded_base = total.responded_base + EXCLUDED.responded_base,
        solved_num = total.solved_num + EXCLUDED.solved_num,
        solved_base = total.solved_base + EXCLUDED.solved_base,
        satisfied_num = total.satisfied_num + EXCLUDED.satisfied_num,
        satisfied_base = total.satisfied_base + EXCLUDED.satisfied_base
    RETURNING 1
),
in_month AS (
    INSERT INTO scoring_scoremonth AS total (
        period_id, unit_id,
        accepted, closed, valid, contacted, solved, satisfied, basic,
        responded_num, responded_base, solved_num, solved_base, satisfied_num, satisfied_base
    )
    SELECT
        period_id, unit_id,
        SUM(accepted), SUM(closed), SUM(valid), SUM(contacted), SUM(solved), SUM(satisfied), SUM(basic),
        SUM(responded_num), SUM(responded_base), SUM(solved_num), SUM(solved_base),
        SUM(satisfied_num), SUM(satisfied_base)
    FROM marked
    GROUP BY 1, 2
    ORDER BY 1, 2
    ON CONFLICT (period_id, unit_id) DO UPDATE SET
        accepted = total.accepted + EXCLUDED.accepted,
        closed = total.closed + EXCLUDED.closed,
        valid = total.valid + EXCLUDED.valid,
        contacted = total.contacted + EXCLUDED.contacted,
        solved = total.solved + EXCLUDED.solved,
        satisfied = total.satisfied + EXCLUDED.satisfied,
        basic = total.basic + EXCLUDED.basic,
        responded_num = total.responded_num + EXCLUDED.responded_num,
        responded_base = total.responded_base + EXCLUDED.responded_base,
        solved_num = total.solved_num + EXCLUDED.solved_num,
        solved_base = total.solved_base + EXCLUDED.solved_base,
        satisfied_num = total.satisfied_num + EXCLUDED.satisfied_num,
        satisfied_base = total.satisfied_base + EXCLUDED.satisfied_base
    RETURNING 1
),
in_day AS (
    INSERT INTO scoring_scoreday AS total (
        period_id, unit_id, day,
        accepted, closed, valid, contacted, solved, satisfied, basic,
        responded_num, responded_base, solved_num, solved_base, satisfied_num, satisfied_base
    )
    SELECT
        period_id, unit_id, (at AT TIME ZONE %(zone)s)::date,
        SUM(accepted), SUM(closed), SUM(valid), SUM(contacted), SUM(solved), SUM(satisfied), SUM(basic),
        SUM(responded_num), SUM(responded_base), SUM(solved_num), SUM(solved_base),
        SUM(satisfied_num), SUM(satisfied_base)
    FROM marked
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
    ON CONFLICT (period_id, unit_id, day) DO UPDATE SET
        accepted = total.accepted + EXCLUDED.accepted,
        closed = total.closed + EXCLUDED.closed,
        valid = total.valid + EXCLUDED.valid,
        contacted = total.contacted + EXCLUDED.contacted,
        solved = total.solved + EXCLUDED.solved,
        satisfied = total.satisfied + EXCLUDED.satisfied,
        basic = total.basic + EXCLUDED.basic,
        responded_num = total.responded_num + EXCLUDED.responded_num,
        responded_base = total.responded_base + EXCLUDED.responded_base,
        solved_num = total.solved_num + EXCLUDED.solved_num,
        solved_base = total.solved_base + EXCLUDED.solved_base,
        satisfied_num = total.satisfied_num + EXCLUDED.satisfied_num,
        satisfied_base = total.satisfied_base + EXCLUDED.satisfied_base
    RETURNING 1
)
SELECT
    (SELECT COUNT(*) FROM marked),
    (SELECT COUNT(*) FROM in_total),
    (SELECT COUNT(*) FROM in_month),
    (SELECT COUNT(*) FROM in_day);
