"""An SKRD never changes but for the moment it is closed."""

from django.db import migrations

FORWARDS = ""

BACKWARDS = ""


class Migration(migrations.Migration):

    dependencies = [("retribusi", "0002_register")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)] if FORWARDS else []
