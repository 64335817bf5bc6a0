-- How the follow-ups of a period went, by unit: ended, answered, refused, wholly content; and the longest
-- unbroken run of answers that were (解决 and 满意), with its first and last moment.
WITH told AS (
    SELECT
        id, unit_id, at, reach,
        reach = 'reached' AND solved = 'solved' AND satisfied IN ('satisfied', 'very_satisfied') AS good
    FROM followup_answer
    WHERE at >= %(begins)s AND at < %(ends)s AND NOT repeat AND reach <> 'withdrawn'
        AND (%(each)s OR NOT merged)
),
numbered AS (
    SELECT
        unit_id, at, good,
        ROW_NUMBER() OVER (PARTITION BY unit_id ORDER BY at, id)
        - ROW_NUMBER() OVER (PARTITION BY unit_id, good ORDER BY at, id) AS island
    FROM told
    WHERE reach = 'reached'
),
runs AS (
    SELECT unit_id, COUNT(*) AS long, MIN(at) AS began, MAX(at) AS ended
    FROM numbered
    WHERE good
    GROUP BY unit_id, island
),
longest AS (
    SELECT DISTINCT ON (unit_id) unit_id, long, began, ended
    FROM runs
    ORDER BY unit_id, long DESC, began
)
SELECT
    told.unit_id,
    COUNT(*),
    COUNT(*) FILTER (WHERE told.reach = 'reached'),
    COUNT(*) FILTER (WHERE told.reach = 'refused'),
    COUNT(*) FILTER (WHERE told.good),
    COALESCE(MAX(longest.long), 0),
    MAX(longest.began),
    MAX(longest.ended)
FROM told
LEFT JOIN longest ON longest.unit_id = told.unit_id
GROUP BY told.unit_id
