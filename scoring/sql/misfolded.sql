-- Where a period's totals (by unit and category), months (by unit) or days (by unit and day) are not the
-- sums of its folded lines. Both sides are whole rows, so a difference in any column shows.
WITH folded AS (
    SELECT *, (at AT TIME ZONE %(zone)s)::date AS day
    FROM scoring_scoreline WHERE folded AND period_id = %(period)s
),
should AS (
    SELECT
        'total' AS kind, unit_id, COALESCE(category_id::text, '') AS key,
        ARRAY[{bare_sums}]::bigint[] AS amounts
    FROM folded GROUP BY unit_id, category_id
    UNION ALL
    SELECT
        'month', unit_id, '',
        ARRAY[{bare_sums}]::bigint[]
    FROM folded GROUP BY unit_id
    UNION ALL
    SELECT
        'day', unit_id, day::text,
        ARRAY[{bare_sums}]::bigint[]
    FROM folded GROUP BY unit_id, day
),
stands AS (
    SELECT
        'total' AS kind, unit_id, COALESCE(category_id::text, '') AS key,
        ARRAY[{amounts}]::bigint[] AS amounts
    FROM scoring_scoretotal WHERE period_id = %(period)s
    UNION ALL
    SELECT
        'month', unit_id, '',
        ARRAY[{amounts}]::bigint[]
    FROM scoring_scoremonth WHERE period_id = %(period)s
    UNION ALL
    SELECT
        'day', unit_id, day::text,
        ARRAY[{amounts}]::bigint[]
    FROM scoring_scoreday WHERE period_id = %(period)s
)
SELECT kind, unit.code, key, should.amounts, stands.amounts
FROM should
FULL JOIN stands USING (kind, unit_id, key)
LEFT JOIN units_unit AS unit ON unit.id = unit_id
WHERE should.amounts IS DISTINCT FROM stands.amounts
ORDER BY 1, 2, 3;
