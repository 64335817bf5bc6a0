-- The published digest of a period: SHA-256 over its lines, in the order in which they were written, each
-- as its own hash first. Anyone with the lines can compute it again.
SELECT
    COUNT(*),
    encode(sha256(convert_to(COALESCE(string_agg(
        encode(sha256(convert_to(concat_ws(
            '|', id, unit_id, ticket_id, COALESCE(category_id, 0), source, extract(epoch FROM at), {amounts}
        ), 'UTF8')), 'hex'), '' ORDER BY id), ''), 'UTF8')), 'hex')
FROM scoring_scoreline
WHERE period_id = %(period)s;
