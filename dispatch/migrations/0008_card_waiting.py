from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0007_adjustment'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='card',
            index=models.Index(condition=models.Q(('acknowledged_at', None)), fields=['-at', '-id'], name='card_waiting'),
        ),
    ]
