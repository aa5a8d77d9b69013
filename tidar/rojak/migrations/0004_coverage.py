"""Coverage by sets."""

from django.db import migrations

FORWARDS = """
SELECT 1;
"""

BACKWARDS = """
SELECT 1;
"""


class Migration(migrations.Migration):

    dependencies = [("rojak", "0003_items")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
