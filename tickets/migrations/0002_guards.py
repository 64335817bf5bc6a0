"""What the database itself keeps: events and digests are only ever added, numbers never collide."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION hotline_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP;
END $$;
"""


def guarded(table: str) -> str:
    return f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION hotline_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION hotline_append_only();
"""


def released(table: str) -> str:
    return f"DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_truncate ON {table};"


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION hotline_append_only();"),
        migrations.RunSQL(guarded("tickets_event"), released("tickets_event")),
        migrations.RunSQL(guarded("tickets_daydigest"), released("tickets_daydigest")),
        # Six digits a day; a million requests in one day would begin again (DOMAIN §5: surge 350 000).
        migrations.RunSQL(
            "CREATE SEQUENCE ticket_serial MINVALUE 1 MAXVALUE 999999 CYCLE;", "DROP SEQUENCE ticket_serial;"
        ),
    ]
