"""What a phone signed is kept as it came; a phone's key never changes; a karcis ends once: sold, returned or void.

Ranges of serials exclude each other without an extension: a book's number and a serial make one integer
(book × 10,000,000 + serial), and books of one prefix are compared as ranges of text.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION retribusi_device_keeps_its_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a device is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.code, NEW.public_key, NEW.collector_id, NEW.agency_id, NEW.registered_at)
       IS DISTINCT FROM (OLD.id, OLD.code, OLD.public_key, OLD.collector_id, OLD.agency_id, OLD.registered_at) THEN
        RAISE EXCEPTION 'key, code and collector of a device never change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.approved_at IS NOT NULL AND NEW.approved_at IS DISTINCT FROM OLD.approved_at)
       OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at) THEN
        RAISE EXCEPTION 'a device is approved once and revoked once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER device_keeps_its_key BEFORE UPDATE OR DELETE ON retribusi_device
    FOR EACH ROW EXECUTE FUNCTION retribusi_device_keeps_its_key();
CREATE TRIGGER device_is_not_emptied BEFORE TRUNCATE ON retribusi_device
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();

CREATE FUNCTION retribusi_device_record_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a device record is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IS DISTINCT FROM 'ditahan' OR NEW.state IS DISTINCT FROM 'selesai'
       OR (to_jsonb(NEW) - ARRAY['state', 'settled_at', 'settled_by', 'accepted', 'settlement', 'payment_id'])
          IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['state', 'settled_at', 'settled_by', 'accepted', 'settlement', 'payment_id'])
       OR (OLD.payment_id IS NOT NULL AND NEW.payment_id IS DISTINCT FROM OLD.payment_id) THEN
        RAISE EXCEPTION 'a device record is kept as it came; only a held one is settled, once'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER device_record_is_kept BEFORE UPDATE OR DELETE ON retribusi_devicerecord
    FOR EACH ROW EXECUTE FUNCTION retribusi_device_record_is_kept();
CREATE TRIGGER device_records_are_not_emptied BEFORE TRUNCATE ON retribusi_devicerecord
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();

CREATE TYPE retribusi_textrange AS RANGE (subtype = text, collation = "C");

ALTER TABLE retribusi_karcisbook
    ADD CONSTRAINT karcis_serial_has_seven_digits CHECK (last_serial < 10000000 AND first_serial > 0),
    ADD CONSTRAINT karcis_book_once EXCLUDE USING gist (retribusi_textrange(
        prefix || chr(9) || lpad(first_serial::text, 7, '0'),
        prefix || chr(9) || lpad(last_serial::text, 7, '0'), '[]') WITH &&);
CREATE TRIGGER karcis_book_is_kept BEFORE UPDATE OR DELETE ON retribusi_karcisbook
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER karcis_books_are_not_emptied BEFORE TRUNCATE ON retribusi_karcisbook
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();

ALTER TABLE retribusi_karcismove
    ADD CONSTRAINT karcis_move_is_a_range CHECK (last_serial >= first_serial),
    ADD CONSTRAINT karcis_issued_once EXCLUDE USING gist (
        int8range(book_id * 10000000 + first_serial, book_id * 10000000 + last_serial, '[]') WITH &&)
        WHERE (kind = 'diserahkan'),
    ADD CONSTRAINT karcis_ends_once EXCLUDE USING gist (
        int8range(book_id * 10000000 + first_serial, book_id * 10000000 + last_serial, '[]') WITH &&)
        WHERE (kind IN ('terjual', 'kembali', 'rusak'));

CREATE FUNCTION retribusi_karcis_is_in_its_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM retribusi_karcisbook b WHERE b.id = NEW.book_id
                   AND NEW.first_serial >= b.first_serial AND NEW.last_serial <= b.last_serial) THEN
        RAISE EXCEPTION 'these serials are not in the book' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER karcis_is_in_its_book BEFORE INSERT ON retribusi_karcismove
    FOR EACH ROW EXECUTE FUNCTION retribusi_karcis_is_in_its_book();
CREATE TRIGGER karcis_move_is_kept BEFORE UPDATE OR DELETE ON retribusi_karcismove
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER karcis_moves_are_not_emptied BEFORE TRUNCATE ON retribusi_karcismove
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
"""

BACKWARDS = """
DROP TRIGGER karcis_moves_are_not_emptied ON retribusi_karcismove;
DROP TRIGGER karcis_move_is_kept ON retribusi_karcismove;
DROP TRIGGER karcis_is_in_its_book ON retribusi_karcismove;
DROP FUNCTION retribusi_karcis_is_in_its_book;
ALTER TABLE retribusi_karcismove DROP CONSTRAINT karcis_ends_once, DROP CONSTRAINT karcis_issued_once,
    DROP CONSTRAINT karcis_move_is_a_range;
DROP TRIGGER karcis_books_are_not_emptied ON retribusi_karcisbook;
DROP TRIGGER karcis_book_is_kept ON retribusi_karcisbook;
ALTER TABLE retribusi_karcisbook DROP CONSTRAINT karcis_book_once, DROP CONSTRAINT karcis_serial_has_seven_digits;
DROP TYPE retribusi_textrange;
DROP TRIGGER device_records_are_not_emptied ON retribusi_devicerecord;
DROP TRIGGER device_record_is_kept ON retribusi_devicerecord;
DROP FUNCTION retribusi_device_record_is_kept;
DROP TRIGGER device_is_not_emptied ON retribusi_device;
DROP TRIGGER device_keeps_its_key ON retribusi_device;
DROP FUNCTION retribusi_device_keeps_its_key;
"""


class Migration(migrations.Migration):

    dependencies = [("retribusi", "0004_paying")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
