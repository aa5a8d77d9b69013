"""A number says how many of the areas that should be in it are in it: a month half delivered is not a fall."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the columns. Numbers from before have no coverage; the next computation gives them one."""

    dependencies = [("indicators", "0002_numbers_never_change")]
    operations = [
        migrations.AddField("value", "expected", models.PositiveIntegerField(default=0)),
        migrations.AddField("value", "missing", models.JSONField(default=list)),
    ]
