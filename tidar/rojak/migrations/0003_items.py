"""What came from phones stays as it came; only when its time is over, its bytes are emptied."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION rojak_item_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.item_id, NEW.device_id, NEW.manner, NEW.kind, NEW.revision, NEW.content_hash, NEW.base_hash, NEW.actor_id,
        NEW.happened_at, NEW.received_at)
        IS DISTINCT FROM (OLD.item_id, OLD.device_id, OLD.manner, OLD.kind, OLD.revision, OLD.content_hash,
        OLD.base_hash, OLD.actor_id, OLD.happened_at, OLD.received_at)
        OR NEW.signature IS DISTINCT FROM OLD.signature
        OR (NEW.body IS DISTINCT FROM OLD.body AND octet_length(NEW.body) > 0) THEN
        RAISE EXCEPTION 'an item stays as it came' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER item_stays BEFORE UPDATE ON rojak_patrolitem FOR EACH ROW EXECUTE FUNCTION rojak_item_stays();
CREATE TRIGGER item_never_goes BEFORE DELETE ON rojak_patrolitem
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER item_no_truncate BEFORE TRUNCATE ON rojak_patrolitem
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
"""

BACKWARDS = """
DROP TRIGGER item_no_truncate ON rojak_patrolitem;
DROP TRIGGER item_never_goes ON rojak_patrolitem;
DROP TRIGGER item_stays ON rojak_patrolitem;
DROP FUNCTION rojak_item_stays();
"""


class Migration(migrations.Migration):

    dependencies = [("rojak", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
