"""The audit log is append-only in the database itself: UPDATE, DELETE and TRUNCATE are refused, whoever asks."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION common_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER auditentry_append_only BEFORE UPDATE OR DELETE ON common_auditentry
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER auditentry_no_truncate BEFORE TRUNCATE ON common_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
"""

BACKWARDS = """
DROP TRIGGER auditentry_no_truncate ON common_auditentry;
DROP TRIGGER auditentry_append_only ON common_auditentry;
DROP FUNCTION common_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [("common", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
