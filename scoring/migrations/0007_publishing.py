import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0006_whole_numbers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("period", "asked_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "period",
            "asked_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("period", "begun_at", models.DateTimeField(null=True)),
        migrations.AddField("period", "refused", models.CharField(blank=True, max_length=300)),
        migrations.AlterField(
            "published", "score", models.DecimalField(decimal_places=1, max_digits=9, null=True)
        ),
    ]
