"""What was published as a number stays as it was: the database refuses to change or remove a value or a definition."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION indicators_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published number or definition never changes (%)', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER indicators_value_append_only BEFORE UPDATE OR DELETE ON indicators_value
    FOR EACH ROW EXECUTE FUNCTION indicators_is_append_only();
CREATE TRIGGER indicators_definition_append_only BEFORE UPDATE OR DELETE ON indicators_definitionversion
    FOR EACH ROW EXECUTE FUNCTION indicators_is_append_only();
"""
BACKWARD = """
DROP TRIGGER indicators_value_append_only ON indicators_value;
DROP TRIGGER indicators_definition_append_only ON indicators_definitionversion;
DROP FUNCTION indicators_is_append_only();
"""


class Migration(migrations.Migration):
    """Adds the triggers."""

    dependencies = [("indicators", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
