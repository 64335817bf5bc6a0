-- What a period amounted to at the end of one of its days, by credited unit: the folded days and the
-- lines not yet folded, at one moment (see amounts.sql for `whole_districts`). Late in a period (`late`) it
-- is quicker to take the few days that follow from the whole month; both are written by the same fold.
WITH parts AS (
    SELECT
        unit_id,
        {sums}
    FROM scoring_scoreday
    WHERE NOT %(late)s AND period_id = %(period)s AND day <= %(day)s
    GROUP BY 1
    UNION ALL
    SELECT
        unit_id,
        {amounts}
    FROM scoring_scoremonth
    WHERE %(late)s AND period_id = %(period)s
    UNION ALL
    SELECT
        unit_id,
        {minus_sums}
    FROM scoring_scoreday
    WHERE %(late)s AND period_id = %(period)s AND day > %(day)s
    GROUP BY 1
    UNION ALL
    SELECT
        unit_id,
        {sums}
    FROM scoring_scoreline
    WHERE NOT folded AND period_id = %(period)s AND (at AT TIME ZONE %(zone)s)::date <= %(day)s
    GROUP BY 1
)
SELECT
    CASE WHEN %(whole_districts)s THEN unit.district_id ELSE unit.id END AS unit,
    {sums}
FROM parts
JOIN units_unit AS unit ON unit.id = parts.unit_id
WHERE
    %(group)s = ''
    OR CASE WHEN %(whole_districts)s THEN unit.district_id IS NOT NULL ELSE unit.rank_group = %(group)s END
GROUP BY 1;
