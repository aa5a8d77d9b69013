"""Documents never change."""

from django.db import migrations

FORWARDS = ""

BACKWARDS = ""


class Migration(migrations.Migration):

    dependencies = [("documents", "0001_initial"), ("common", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)] if FORWARDS else []
