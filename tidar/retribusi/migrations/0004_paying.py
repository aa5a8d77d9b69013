"""A payment is posted whole by one function; payments and allocations never change."""

from django.db import migrations

FORWARDS = ""

BACKWARDS = ""


class Migration(migrations.Migration):

    dependencies = [("retribusi", "0003_assessing"), ("ledger", "0002_posting")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)] if FORWARDS else []
