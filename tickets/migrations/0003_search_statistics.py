from django.db import migrations


class Migration(migrations.Migration):
    """PostgreSQL knows how frequent some ten thousand search words are, not one thousand.

    Of a word it does not know it guesses too much, and then reads the newest tickets one by one for a word
    that hardly any of them holds.
    """

    dependencies = [("tickets", "0002_guards")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE tickets_searchentry ALTER COLUMN grams SET STATISTICS 1000",
            "ALTER TABLE tickets_searchentry ALTER COLUMN grams SET STATISTICS -1",
        )
    ]
