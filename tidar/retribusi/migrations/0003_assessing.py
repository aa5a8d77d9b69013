"""An SKRD never changes but for being closed: paid (and reopened when a payment is reversed), or cancelled for good.

A run keeps what it is about; once signed or dropped it stays so. Cancellations are append-only.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION retribusi_skrd_refused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'SKRD %: only its closing may change, and a cancelled one never', NEW.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER assessment_arrives_open BEFORE INSERT ON retribusi_assessment
    FOR EACH ROW WHEN (NEW.closed_at IS NOT NULL OR NEW.closed_by <> '') EXECUTE FUNCTION retribusi_skrd_refused();
-- Two triggers: the second is looked at only by statements that name those columns. PostgreSQL reads a trigger's condition
-- anew for each statement, which for this long one cost every payment 30 µs.
CREATE TRIGGER assessment_cancelled_for_ever BEFORE UPDATE ON retribusi_assessment
    FOR EACH ROW WHEN (OLD.closed_by = 'batal') EXECUTE FUNCTION retribusi_skrd_refused();
CREATE TRIGGER assessment_only_closes BEFORE UPDATE OF id, run_id, occupancy_id, tariff_id, year, sequence,
        period_from_date, period_to_date, days, formula, amount_rupiah, due_date, issued_at, recorded_at
    ON retribusi_assessment FOR EACH ROW WHEN (
        (NEW.id, NEW.run_id, NEW.occupancy_id, NEW.tariff_id, NEW.year, NEW.sequence, NEW.period_from_date,
            NEW.period_to_date, NEW.days, NEW.formula, NEW.amount_rupiah, NEW.due_date, NEW.issued_at, NEW.recorded_at)
        IS DISTINCT FROM
           (OLD.id, OLD.run_id, OLD.occupancy_id, OLD.tariff_id, OLD.year, OLD.sequence, OLD.period_from_date,
            OLD.period_to_date, OLD.days, OLD.formula, OLD.amount_rupiah, OLD.due_date, OLD.issued_at, OLD.recorded_at)
    ) EXECUTE FUNCTION retribusi_skrd_refused();
CREATE TRIGGER assessment_not_deleted BEFORE DELETE ON retribusi_assessment
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER assessment_no_truncate BEFORE TRUNCATE ON retribusi_assessment
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE retribusi_assessment
    ADD CONSTRAINT skrd_closed_for_a_reason CHECK (
        (closed_at IS NULL AND closed_by = '') OR (closed_at IS NOT NULL AND closed_by IN ('lunas', 'batal'))),
    ADD CONSTRAINT skrd_of_at_most_a_month CHECK (
        period_to_date >= period_from_date AND period_to_date - period_from_date <= 30);

-- What foreign keys would check row by row, for all rows of a statement at once. Runs and tariffs are never deleted; the
-- second trigger waits for whoever issues at that market, so an SKRD being issued for an occupancy is seen.
CREATE FUNCTION retribusi_skrd_points() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong uuid;
BEGIN
    SELECT added.id INTO wrong FROM added
        WHERE (SELECT o.id FROM retribusi_occupancy o WHERE o.id = added.occupancy_id) IS NULL
           OR added.tariff_id NOT IN (SELECT t.id FROM retribusi_tariff t)
           OR added.run_id NOT IN (SELECT r.id FROM (SELECT DISTINCT a.run_id AS id FROM added a) named
                                   JOIN retribusi_run r USING (id)) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'SKRD %: its run, occupancy or tariff does not exist', wrong
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER assessment_points AFTER INSERT ON retribusi_assessment REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION retribusi_skrd_points();
CREATE FUNCTION retribusi_occupancy_assessed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('skrd:' || b.levy_kind_id || ':' || coalesce(b.market_id, '-'), 0))
        FROM retribusi_levyobject b WHERE b.id = OLD.levy_object_id;
    IF EXISTS (SELECT 1 FROM retribusi_assessment a WHERE a.occupancy_id = OLD.id) THEN
        RAISE EXCEPTION 'occupancy %: it has SKRD', OLD.id USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER occupancy_assessed BEFORE DELETE ON retribusi_occupancy
    FOR EACH ROW EXECUTE FUNCTION retribusi_occupancy_assessed();
CREATE TRIGGER occupancy_no_truncate BEFORE TRUNCATE ON retribusi_occupancy
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();

CREATE TRIGGER cancellation_append_only BEFORE UPDATE OR DELETE ON retribusi_assessmentcancellation
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER cancellation_no_truncate BEFORE TRUNCATE ON retribusi_assessmentcancellation
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();

CREATE FUNCTION retribusi_run_refused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'run %: what it is about never changes, and signed or dropped it stays', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER run_keeps_its_terms BEFORE UPDATE ON retribusi_run
    FOR EACH ROW WHEN (
        (NEW.id, NEW.levy_kind_id, NEW.market_id, NEW.occupancy_id, NEW.agency_id, NEW.from_date, NEW.to_date,
         NEW.made_at)
        IS DISTINCT FROM
        (OLD.id, OLD.levy_kind_id, OLD.market_id, OLD.occupancy_id, OLD.agency_id, OLD.from_date, OLD.to_date,
         OLD.made_at)
        OR NEW.issued_count < OLD.issued_count OR NEW.signed_count < OLD.signed_count
        OR (OLD.state = 'berlaku' AND (NEW.state, NEW.signed_at, NEW.signed_by, NEW.issued_count)
            IS DISTINCT FROM (OLD.state, OLD.signed_at, OLD.signed_by, OLD.issued_count))
        OR (OLD.state = 'dibatalkan' AND NEW.state <> 'dibatalkan')
    ) EXECUTE FUNCTION retribusi_run_refused();
CREATE TRIGGER run_not_deleted BEFORE DELETE ON retribusi_run
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER run_no_truncate BEFORE TRUNCATE ON retribusi_run
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
"""

BACKWARDS = """
DROP TRIGGER run_no_truncate ON retribusi_run;
DROP TRIGGER run_not_deleted ON retribusi_run;
DROP TRIGGER run_keeps_its_terms ON retribusi_run;
DROP FUNCTION retribusi_run_refused();
DROP TRIGGER occupancy_no_truncate ON retribusi_occupancy;
DROP TRIGGER occupancy_assessed ON retribusi_occupancy;
DROP FUNCTION retribusi_occupancy_assessed();
DROP TRIGGER assessment_points ON retribusi_assessment;
DROP FUNCTION retribusi_skrd_points();
DROP TRIGGER cancellation_no_truncate ON retribusi_assessmentcancellation;
DROP TRIGGER cancellation_append_only ON retribusi_assessmentcancellation;
ALTER TABLE retribusi_assessment DROP CONSTRAINT skrd_of_at_most_a_month, DROP CONSTRAINT skrd_closed_for_a_reason;
DROP TRIGGER assessment_no_truncate ON retribusi_assessment;
DROP TRIGGER assessment_not_deleted ON retribusi_assessment;
DROP TRIGGER assessment_only_closes ON retribusi_assessment;
DROP TRIGGER assessment_cancelled_for_ever ON retribusi_assessment;
DROP TRIGGER assessment_arrives_open ON retribusi_assessment;
DROP FUNCTION retribusi_skrd_refused();
"""


class Migration(migrations.Migration):

    dependencies = [("retribusi", "0002_register"), ("common", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)] if FORWARDS else []
