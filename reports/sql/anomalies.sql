-- What an auditor may want to look into among the follow-ups of a period: each row is evidence, never a
-- verdict. `own`: telephone numbers of units, as blind indexes. Minutes where two moments lie close.
WITH told AS (
    SELECT
        answer.id, answer.ticket_id, answer.unit_id, answer.at, answer.pressed, answer.reach, unit.path,
        answer.solved = 'solved' AND answer.satisfied IN ('satisfied', 'very_satisfied') AS good
    FROM followup_answer AS answer
    JOIN units_unit AS unit ON unit.id = answer.unit_id
    WHERE
        answer.at >= %(begins)s AND answer.at < %(ends)s AND NOT answer.repeat
        AND (%(each)s OR NOT answer.merged)
        AND (%(unit)s::bigint IS NULL OR answer.unit_id = %(unit)s)
),
own AS (
    SELECT unit.path, given.phone
    FROM unnest(%(units)s::bigint[], %(phones)s::text[]) AS given (unit_id, phone)
    JOIN units_unit AS unit ON unit.id = given.unit_id
),
turned AS (
    SELECT contact.ticket_id, contact.at FROM handling_contact AS contact WHERE contact.reached
    UNION ALL
    SELECT call.ticket_id, call.at FROM followup_firstcall AS call WHERE call.reached
)
SELECT 'pressed' AS kind, unit_id, ticket_id, at, NULL::int AS minutes
FROM told
WHERE pressed
UNION ALL
-- A number of the unit, or of one below it.
SELECT 'own_number', told.unit_id, told.ticket_id, told.at, NULL::int
FROM told
JOIN intake_case AS filed ON filed.ticket_id = told.ticket_id
JOIN intake_caller AS caller ON caller.id = filed.caller_id
WHERE
    told.reach = 'reached'
    AND EXISTS (SELECT FROM own WHERE own.phone = caller.phone_index AND starts_with(own.path, told.path))
UNION ALL
SELECT 'contact', told.unit_id, told.ticket_id, told.at, close.minutes
FROM told
CROSS JOIN LATERAL (
    SELECT MIN(EXTRACT(EPOCH FROM told.at - turned.at) / 60)::int AS minutes
    FROM turned
    WHERE
        turned.ticket_id = told.ticket_id AND turned.at <= told.at
        AND turned.at >= told.at - make_interval(mins => %(contact)s)
) AS close
WHERE told.good AND close.minutes IS NOT NULL
UNION ALL
SELECT 'withdrawal', told.unit_id, told.ticket_id, told.at, close.minutes
FROM told
JOIN tickets_ticket AS ticket ON ticket.id = told.ticket_id
CROSS JOIN LATERAL (
    SELECT MIN(EXTRACT(EPOCH FROM ticket.withdrawn_at - turned.at) / 60)::int AS minutes
    FROM turned
    WHERE
        turned.ticket_id = told.ticket_id AND turned.at <= ticket.withdrawn_at
        AND turned.at >= ticket.withdrawn_at - make_interval(mins => %(withdrawal)s)
) AS close
WHERE told.reach = 'withdrawn' AND close.minutes IS NOT NULL
ORDER BY at DESC, ticket_id, kind
LIMIT %(shown)s
