"""Findings near one another."""

from django.db import migrations

FORWARDS = """
SELECT 1;
"""

BACKWARDS = """
SELECT 1;
"""


class Migration(migrations.Migration):

    dependencies = [("rojak", "0004_coverage")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
