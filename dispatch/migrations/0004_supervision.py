from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0003_followed'),
    ]

    operations = [
        migrations.AddField(
            model_name='oversightreply',
            name='again',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='card',
            index=models.Index(fields=['-at', '-id'], name='card_by_at'),
        ),
    ]
