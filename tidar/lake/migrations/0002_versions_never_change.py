"""A version is what a number was computed from: the database refuses to change or remove one."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION lake_version_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a lake version never changes (%, number %)', OLD.table_id, OLD.number
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER lake_version_is_immutable BEFORE UPDATE OR DELETE ON lake_version
    FOR EACH ROW EXECUTE FUNCTION lake_version_is_immutable();
"""
BACKWARD = "DROP TRIGGER lake_version_is_immutable ON lake_version; DROP FUNCTION lake_version_is_immutable();"


class Migration(migrations.Migration):
    """Adds the trigger."""

    dependencies = [("lake", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
