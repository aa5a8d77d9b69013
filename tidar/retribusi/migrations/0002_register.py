"""Occupancies of one object never overlap; what an occupancy, a tariff or a renewal rests on never changes.

An occupancy is a box in the plane (object, day): two boxes that touch are two traders at one stall on one day. So the
exclusion needs no extension. Days are counted from 2000-01-01; "until further notice" ends on day 10,000,000, later
than any date that can be written (year 9999), and finite, because a GiST index weighs boxes by their area.
"""

from django.db import migrations

FORWARDS = """
CREATE SEQUENCE retribusi_npwrd_sequence AS bigint;

ALTER TABLE retribusi_occupancy ADD CONSTRAINT occupancy_alone EXCLUDE USING gist (
    box(point(levy_object_id::float8, (from_date - DATE '2000-01-01')::float8),
        point(levy_object_id::float8, coalesce((to_date - DATE '2000-01-01')::float8, 10000000))) WITH &&);

CREATE FUNCTION retribusi_occupancy_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.levy_object_id, NEW.payer_id, NEW.from_date, NEW.receivable_id, NEW.revenue_id, NEW.advance_id)
       IS DISTINCT FROM
       (OLD.id, OLD.levy_object_id, OLD.payer_id, OLD.from_date, OLD.receivable_id, OLD.revenue_id, OLD.advance_id) THEN
        RAISE EXCEPTION 'occupancy %: object, payer, first day and accounts never change', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER occupancy_keeps BEFORE UPDATE ON retribusi_occupancy
    FOR EACH ROW EXECUTE FUNCTION retribusi_occupancy_keeps();

CREATE TRIGGER payer_not_deleted BEFORE DELETE ON retribusi_payer
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER payer_no_truncate BEFORE TRUNCATE ON retribusi_payer
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE UNIQUE INDEX payer_nik_once ON retribusi_payer (nik_digest) WHERE nik_digest <> '';

CREATE FUNCTION retribusi_tariff_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'valid_to_date') IS DISTINCT FROM (to_jsonb(OLD) - 'valid_to_date') THEN
        RAISE EXCEPTION 'tariff %: only its last day may be set', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tariff_keeps BEFORE UPDATE ON retribusi_tariff
    FOR EACH ROW EXECUTE FUNCTION retribusi_tariff_keeps();
CREATE TRIGGER tariff_not_deleted BEFORE DELETE ON retribusi_tariff
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE UNIQUE INDEX tariff_version_once ON retribusi_tariff (
    levy_kind_id, coalesce(market_id, ''), place_type, coalesce(area_from_m2, -1), coalesce(area_below_m2, -1),
    valid_from_date);

CREATE TRIGGER rightrenewal_append_only BEFORE UPDATE OR DELETE ON retribusi_rightrenewal
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
"""

BACKWARDS = """
DROP TRIGGER rightrenewal_append_only ON retribusi_rightrenewal;
DROP INDEX tariff_version_once;
DROP TRIGGER tariff_not_deleted ON retribusi_tariff;
DROP TRIGGER tariff_keeps ON retribusi_tariff;
DROP FUNCTION retribusi_tariff_keeps();
DROP INDEX payer_nik_once;
DROP TRIGGER payer_no_truncate ON retribusi_payer;
DROP TRIGGER payer_not_deleted ON retribusi_payer;
DROP TRIGGER occupancy_keeps ON retribusi_occupancy;
DROP FUNCTION retribusi_occupancy_keeps();
ALTER TABLE retribusi_occupancy DROP CONSTRAINT occupancy_alone;
DROP SEQUENCE retribusi_npwrd_sequence;
"""


class Migration(migrations.Migration):

    dependencies = [("retribusi", "0001_initial"), ("common", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
