-- What an auditor may want to look into among the follow-ups of a period: each row is evidence, never a
-- verdict. `own`: telephone numbers of units, as blind indexes. Minutes where two moments lie close.
WITH told AS NOT MATERIALIZED (
    SELECT
        answer.id, answer.ticket_id, answer.unit_id, answer.at, answer.pressed, answer.reach,
        answer.solved = 'solved' AND answer.satisfied IN ('satisfied', 'very_satisfied') AS good
    FROM followup_answer AS answer
    WHERE
        answer.at >= %(begins)s AND answer.at < %(ends)s AND NOT answer.repeat
        AND (%(each)s OR NOT answer.merged)
        AND (%(unit)s::bigint IS NULL OR answer.unit_id = %(unit)s)
),
-- A number of the unit, or of one below it.
own AS (
    SELECT DISTINCT filed.ticket_id, unit.path
    FROM unnest(%(units)s::bigint[], %(phones)s::text[]) AS given (unit_id, phone)
    JOIN units_unit AS unit ON unit.id = given.unit_id
    JOIN intake_caller AS caller ON caller.phone_index = given.phone
    JOIN intake_case AS filed ON filed.caller_id = caller.id
),
-- Who turned to the caller: the unit's contact, or its own call.
turned AS NOT MATERIALIZED (
    SELECT contact.ticket_id, contact.at FROM handling_contact AS contact WHERE contact.reached
    UNION ALL
    SELECT call.ticket_id, call.at FROM followup_firstcall AS call WHERE call.reached
)
SELECT 'pressed' AS kind, unit_id, ticket_id, at, NULL::int AS minutes
FROM told
WHERE pressed
UNION ALL
SELECT 'own_number', told.unit_id, told.ticket_id, told.at, NULL::int
FROM told
JOIN units_unit AS unit ON unit.id = told.unit_id
WHERE
    told.reach = 'reached'
    AND EXISTS (SELECT FROM own WHERE own.ticket_id = told.ticket_id AND starts_with(own.path, unit.path))
UNION ALL
SELECT 'contact', told.unit_id, told.ticket_id, told.at, MIN(EXTRACT(EPOCH FROM told.at - turned.at) / 60)::int
FROM told
JOIN turned ON turned.ticket_id = told.ticket_id
WHERE
    told.good AND turned.at <= told.at AND turned.at >= told.at - make_interval(mins => %(contact)s)
    -- Said once more for the planner: what lies beyond the period need not be joined at all.
    AND turned.at >= %(begins)s::timestamptz - make_interval(mins => %(contact)s) AND turned.at < %(ends)s
GROUP BY told.id, told.unit_id, told.ticket_id, told.at
UNION ALL
SELECT
    'withdrawal', told.unit_id, told.ticket_id, told.at,
    MIN(EXTRACT(EPOCH FROM ticket.withdrawn_at - turned.at) / 60)::int
FROM told
JOIN tickets_ticket AS ticket ON ticket.id = told.ticket_id
JOIN turned ON turned.ticket_id = told.ticket_id
WHERE
    told.reach = 'withdrawn' AND turned.at <= ticket.withdrawn_at
    AND turned.at >= ticket.withdrawn_at - make_interval(mins => %(withdrawal)s)
GROUP BY told.id, told.unit_id, told.ticket_id, told.at
ORDER BY at DESC, ticket_id, kind
LIMIT %(shown)s
