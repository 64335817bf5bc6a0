-- Where the points of some units in a period went: the lines that count less than the best answer would
-- (or give back what was lost before), added up by question and, each by itself, by street or community, by
-- how the unit's clock stood, and by what the caller gave as the reason. Thousandths of an answer.
WITH lost AS (
    SELECT
        1000 * line.responded_base - line.responded_num AS responded,
        1000 * line.solved_base - line.solved_num AS solved,
        1000 * line.satisfied_base - line.satisfied_num AS satisfied,
        line.valid,
        COALESCE(CASE WHEN %(by_street)s THEN place.street_id ELSE place.id END, 0) AS place,
        CASE
            WHEN answer.overdue THEN 'overdue'
            WHEN NOT answer.recorded THEN 'unrecorded'
            WHEN answer.late_contact THEN 'contact_late'
            WHEN answer.contacted = 'no' THEN 'denied'
            ELSE 'in_time'
        END AS clock,
        answer.reason
    FROM scoring_scoreline AS line
    JOIN followup_answer AS answer ON answer.id = line.answer_id
    JOIN tickets_ticket AS ticket ON ticket.id = line.ticket_id
    LEFT JOIN units_place AS place ON place.id = ticket.place_id
    WHERE
        line.period_id = %(period)s AND line.unit_id = ANY(%(units)s)
        AND (line.responded_num <> 1000 * line.responded_base OR line.solved_num <> 1000 * line.solved_base
            OR line.satisfied_num <> 1000 * line.satisfied_base)
)
SELECT
    CASE WHEN GROUPING(place) = 0 THEN 'place' WHEN GROUPING(clock) = 0 THEN 'clock' ELSE 'reason' END AS kind,
    COALESCE(place::text, clock, reason) AS key,
    SUM(valid)::bigint,
    SUM(responded)::bigint,
    SUM(solved)::bigint,
    SUM(satisfied)::bigint
FROM lost
GROUP BY GROUPING SETS ((place), (clock), (reason));
