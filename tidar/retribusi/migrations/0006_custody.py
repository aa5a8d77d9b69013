"""Deposits never change."""

from django.db import migrations

FORWARDS = ""

BACKWARDS = ""


class Migration(migrations.Migration):

    dependencies = [("retribusi", "0005_devices")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)] if FORWARDS else []
