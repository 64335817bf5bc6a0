import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0007_publishing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "declaration",
            "revoked_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("declaration", "revoked_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "declaration",
            "revoked_why",
            models.CharField(blank=True, max_length=300, verbose_name="撤销理由"),
        ),
    ]
