-- How the follow-ups of a period went, by unit: ended, answered, refused, wholly content; and the longest
-- unbroken run of answers that were (解决 and 满意), with its first and last moment. One walk: an answer that
-- was not content begins a new stretch, in which the content ones that follow are a run.
WITH told AS (
    SELECT
        id, unit_id, at, reach = 'reached' AS reached, reach = 'refused' AS refused,
        reach = 'reached' AND solved = 'solved' AND satisfied IN ('satisfied', 'very_satisfied') AS good
    FROM followup_answer
    WHERE at >= %(begins)s AND at < %(ends)s AND NOT repeat AND reach <> 'withdrawn'
        AND (%(each)s OR NOT merged)
),
parted AS (
    SELECT
        told.*,
        COUNT(*) FILTER (WHERE reached AND NOT good) OVER (PARTITION BY unit_id ORDER BY at, id) AS stretch
    FROM told
),
stretches AS (
    SELECT
        unit_id,
        COUNT(*) AS ended,
        COUNT(*) FILTER (WHERE reached) AS valid,
        COUNT(*) FILTER (WHERE refused) AS refused,
        COUNT(*) FILTER (WHERE good) AS long,
        MIN(at) FILTER (WHERE good) AS began,
        MAX(at) FILTER (WHERE good) AS last
    FROM parted
    GROUP BY unit_id, stretch
)
SELECT DISTINCT ON (unit_id)
    unit_id,
    (SUM(ended) OVER unit)::bigint,
    (SUM(valid) OVER unit)::bigint,
    (SUM(refused) OVER unit)::bigint,
    (SUM(long) OVER unit)::bigint,
    long,
    began,
    last
FROM stretches
WINDOW unit AS (PARTITION BY unit_id)
ORDER BY unit_id, long DESC, began
