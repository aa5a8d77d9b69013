"""`event_datastream` finds the events of a datastream; the second index on the same column only made writing slower."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("hub", "0007_record_event")]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="datastream",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="hub.datastream",
            ),
        )
    ]  # fmt: skip
