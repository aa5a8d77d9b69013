"""What came from phones stays as it came."""

from django.db import migrations

FORWARDS = """
SELECT 1;
"""

BACKWARDS = """
SELECT 1;
"""


class Migration(migrations.Migration):

    dependencies = [("rojak", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
