-- What some periods amount to: the totals and the lines not yet folded, read in one statement and so at
-- one moment, exact to the last committed answer. Each flag keeps a key apart or adds over it; without
-- `by_category` the months are read, a row for each unit instead of one for each unit and category.
-- `unit` is the one the amounts are credited to: with `whole_districts` the district above the unit.
WITH parts AS (
    SELECT
        period_id, unit_id, category_id,
        {amounts}
    FROM scoring_scoretotal
    WHERE %(by_category)s AND period_id = ANY(%(periods)s)
    UNION ALL
    SELECT
        period_id, unit_id, NULL::bigint,
        {amounts}
    FROM scoring_scoremonth
    WHERE NOT %(by_category)s AND period_id = ANY(%(periods)s)
    UNION ALL
    SELECT
        period_id, unit_id, category_id,
        {amounts}
    FROM scoring_scoreline
    WHERE NOT folded AND period_id = ANY(%(periods)s)
)
SELECT
    CASE WHEN %(by_period)s THEN parts.period_id END AS period,
    CASE WHEN NOT %(by_unit)s THEN NULL WHEN %(whole_districts)s THEN unit.district_id ELSE unit.id END AS unit,
    CASE WHEN %(by_category)s THEN parts.category_id END AS category,
    {sums}
FROM parts
JOIN units_unit AS unit ON unit.id = parts.unit_id
WHERE
    (%(credited)s::bigint IS NULL
        OR CASE WHEN %(whole_districts)s THEN unit.district_id ELSE unit.id END = %(credited)s)
    AND (%(group)s = ''
        OR CASE WHEN %(whole_districts)s THEN unit.district_id IS NOT NULL ELSE unit.rank_group = %(group)s END)
GROUP BY 1, 2, 3;
