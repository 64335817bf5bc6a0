"""Who looked at a caller's data is only ever added to."""

from django.db import migrations

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON intake_look
    FOR EACH ROW EXECUTE FUNCTION hotline_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON intake_look
    FOR EACH STATEMENT EXECUTE FUNCTION hotline_append_only();
"""
RELEASE = "DROP TRIGGER append_only ON intake_look; DROP TRIGGER append_only_truncate ON intake_look;"


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial"), ("tickets", "0002_guards")]
    operations = [migrations.RunSQL(GUARD, RELEASE)]
