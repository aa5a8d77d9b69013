"""The spine is append-only in the database itself, and only the relay's numbers are taken.

An event arrives without a number; its number is given once, and never above the head; nothing else of it changes; it is
never deleted. The head only rises.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION hub_event_arrives() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an event arrives without a number' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_arrives BEFORE INSERT ON hub_event
    FOR EACH ROW WHEN (NEW.seq IS NOT NULL) EXECUTE FUNCTION hub_event_arrives();

CREATE FUNCTION hub_event_numbered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.seq IS NOT NULL OR NEW.seq IS NULL THEN
        RAISE EXCEPTION 'hub_event is append-only: UPDATE refused' USING ERRCODE = 'restrict_violation';
    END IF;
    OLD.seq := NEW.seq;
    IF OLD *<> NEW THEN
        RAISE EXCEPTION 'hub_event is append-only: only seq may be given' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.seq < 1 OR NEW.seq > (SELECT last_seq FROM hub_spinehead WHERE id = 1) THEN
        RAISE EXCEPTION 'number % is not below the head of the spine', NEW.seq USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER event_numbered BEFORE UPDATE ON hub_event
    FOR EACH ROW EXECUTE FUNCTION hub_event_numbered();
CREATE TRIGGER event_not_deleted BEFORE DELETE ON hub_event
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON hub_event
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();

CREATE FUNCTION hub_head_rises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.last_seq <= OLD.last_seq THEN
        RAISE EXCEPTION 'the head of the spine only rises' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER spinehead_rises BEFORE UPDATE ON hub_spinehead
    FOR EACH ROW EXECUTE FUNCTION hub_head_rises();
CREATE TRIGGER spinehead_not_deleted BEFORE DELETE ON hub_spinehead
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER spinehead_no_truncate BEFORE TRUNCATE ON hub_spinehead
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE hub_spinehead ADD CONSTRAINT spinehead_is_one CHECK (id = 1);

-- Numbering leaves one dead row version per event: clean up after a hundredth of the table, not after a fifth.
ALTER TABLE hub_event SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 50000,
    autovacuum_analyze_scale_factor = 0.02);
"""

BACKWARDS = """
ALTER TABLE hub_event RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor);
ALTER TABLE hub_spinehead DROP CONSTRAINT spinehead_is_one;
DROP TRIGGER spinehead_no_truncate ON hub_spinehead;
DROP TRIGGER spinehead_not_deleted ON hub_spinehead;
DROP TRIGGER spinehead_rises ON hub_spinehead;
DROP FUNCTION hub_head_rises();
DROP TRIGGER event_no_truncate ON hub_event;
DROP TRIGGER event_not_deleted ON hub_event;
DROP TRIGGER event_numbered ON hub_event;
DROP TRIGGER event_arrives ON hub_event;
DROP FUNCTION hub_event_numbered();
DROP FUNCTION hub_event_arrives();
"""


class Migration(migrations.Migration):

    dependencies = [("hub", "0003_event_permission"), ("common", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
