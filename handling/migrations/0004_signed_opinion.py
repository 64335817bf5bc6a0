from django.db import migrations, models
from django.db.models import F


def keep_the_districts_words(apps, schema_editor):
    """Of a plan that waits for the city, the one opinion there is was the district's."""
    signed = apps.get_model("handling", "Plan").objects.filter(state="signed")
    signed.update(signed_opinion=F("opinion"), opinion="")


class Migration(migrations.Migration):

    dependencies = [
        ('handling', '0003_quality'),
    ]

    operations = [
        migrations.AddField(
            model_name='plan',
            name='signed_opinion',
            field=models.CharField(blank=True, max_length=300, verbose_name='区级签批意见'),
        ),
        migrations.AlterField(
            model_name='plan',
            name='state',
            field=models.CharField(choices=[('asked', '待区级签批'), ('signed', '待市级批准'), ('active', '挂账中'), ('refused', '不予挂账'), ('ended', '已恢复办理'), ('lapsed', '申请已失效')], default='asked', max_length=10),
        ),
        migrations.RunPython(keep_the_districts_words, migrations.RunPython.noop),
    ]
