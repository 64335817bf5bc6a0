-- What some periods amounted to, each at the end of one of its days, by unit: the folded days and the lines
-- not yet folded, at one moment. Late in a period (`late`) it is quicker to take the few days that follow
-- from the whole month; both are written by the same fold.
WITH asked AS (
    SELECT * FROM unnest(%(periods)s::bigint[], %(days)s::date[], %(late)s::boolean[]) AS t (period_id, day, late)
)
SELECT
    asked.period_id,
    part.unit_id,
    {sums}
FROM asked
CROSS JOIN LATERAL (
    SELECT
        unit_id,
        {sums}
    FROM scoring_scoreday AS total
    WHERE NOT asked.late AND total.period_id = asked.period_id AND total.day <= asked.day
    GROUP BY 1
    UNION ALL
    SELECT
        unit_id,
        {amounts}
    FROM scoring_scoremonth AS total
    WHERE asked.late AND total.period_id = asked.period_id
    UNION ALL
    SELECT
        unit_id,
        {minus_sums}
    FROM scoring_scoreday AS total
    WHERE asked.late AND total.period_id = asked.period_id AND total.day > asked.day
    GROUP BY 1
    UNION ALL
    SELECT
        unit_id,
        {sums}
    FROM scoring_scoreline AS line
    WHERE
        NOT line.folded AND line.period_id = asked.period_id
        AND (line.at AT TIME ZONE %(zone)s)::date <= asked.day
    GROUP BY 1
) AS part
GROUP BY 1, 2;
