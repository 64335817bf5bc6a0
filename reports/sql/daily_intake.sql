-- Orders given to a rank group on each day: the folded days and the lines not yet folded, at one moment
-- (scoring/sql/amounts.sql tells what `whole_districts` means).
WITH parts AS (
    SELECT unit_id, day, accepted
    FROM scoring_scoreday
    WHERE day >= %(since)s
    UNION ALL
    SELECT unit_id, (at AT TIME ZONE %(zone)s)::date, accepted
    FROM scoring_scoreline
    WHERE NOT folded AND (at AT TIME ZONE %(zone)s)::date >= %(since)s
)
SELECT parts.day, SUM(parts.accepted)
FROM parts
JOIN units_unit AS unit ON unit.id = parts.unit_id
WHERE CASE WHEN %(whole_districts)s THEN unit.district_id IS NOT NULL ELSE unit.rank_group = %(group)s END
GROUP BY parts.day
HAVING SUM(parts.accepted) <> 0
ORDER BY parts.day;
