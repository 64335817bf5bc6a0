"""The ledger is only ever added to; a worker may mark a line as folded, and nothing else."""

from django.db import migrations

GUARD = """
CREATE FUNCTION hotline_ledger_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NOT OLD.folded AND NEW.folded
       AND to_jsonb(NEW) - 'folded' = to_jsonb(OLD) - 'folded' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the ledger is append-only: % refused', TG_OP;
END $$;
CREATE TRIGGER ledger_line BEFORE UPDATE OR DELETE ON scoring_scoreline
    FOR EACH ROW EXECUTE FUNCTION hotline_ledger_line();
CREATE TRIGGER ledger_truncate BEFORE TRUNCATE ON scoring_scoreline
    FOR EACH STATEMENT EXECUTE FUNCTION hotline_append_only();
"""
RELEASE = """
DROP TRIGGER ledger_truncate ON scoring_scoreline;
DROP TRIGGER ledger_line ON scoring_scoreline;
DROP FUNCTION hotline_ledger_line();
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial"), ("tickets", "0002_guards")]
    operations = [migrations.RunSQL(GUARD, RELEASE)]
