"""Keys are unique by a constraint alone: `unique=True` on text makes a second index, which nobody read."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("ledger", "0002_posting")]

    operations = [
        migrations.AlterField(model_name="group", name="key", field=models.CharField(max_length=120)),
        migrations.AlterField(model_name="transfer", name="key", field=models.CharField(max_length=120)),
        migrations.AddConstraint(
            model_name="group", constraint=models.UniqueConstraint(fields=["key"], name="group_key_once")
        ),
        migrations.AddConstraint(
            model_name="transfer", constraint=models.UniqueConstraint(fields=["key"], name="transfer_key_once")
        ),
    ]
