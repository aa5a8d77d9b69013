"""A number may name the group behind most of it: the market that took most today."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the columns. Numbers from before name nobody; the next computation does."""

    dependencies = [("indicators", "0003_coverage")]
    operations = [
        migrations.AddField("value", "leader", models.CharField(blank=True, max_length=200, default=""), preserve_default=False),
        migrations.AddField("value", "leader_value", models.DecimalField(decimal_places=8, max_digits=38, null=True)),
    ]
