"""The chain of evidence and the log of sensitive readings are append-only in the database itself."""

from django.db import migrations

FORWARDS = """
CREATE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE ON rojak_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER evidence_no_truncate BEFORE TRUNCATE ON rojak_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER sensitivereading_append_only BEFORE UPDATE OR DELETE ON rojak_sensitivereading
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER sensitivereading_no_truncate BEFORE TRUNCATE ON rojak_sensitivereading
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
"""

BACKWARDS = """
DROP TRIGGER evidence_no_truncate ON rojak_evidence;
DROP TRIGGER evidence_append_only ON rojak_evidence;
DROP TRIGGER sensitivereading_no_truncate ON rojak_sensitivereading;
DROP TRIGGER sensitivereading_append_only ON rojak_sensitivereading;
"""


class Migration(migrations.Migration):

    dependencies = [("rojak", "0001_initial"), ("common", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
