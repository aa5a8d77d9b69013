"""Documents and cancellations never change; a series only rises, keeps its name and is never removed; a signing key is
only ever retired, once, and at most one is in use. Refused by the database itself, whoever asks."""

from django.db import migrations

FORWARDS = """
CREATE TRIGGER document_append_only BEFORE UPDATE OR DELETE ON documents_document
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER document_no_truncate BEFORE TRUNCATE ON documents_document
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER cancellation_append_only BEFORE UPDATE OR DELETE ON documents_cancellation
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER cancellation_no_truncate BEFORE TRUNCATE ON documents_cancellation
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();

CREATE FUNCTION documents_series_rises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.code <> OLD.code OR NEW.year <> OLD.year OR NEW.last < OLD.last THEN
        RAISE EXCEPTION 'a series keeps its name and only rises' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER series_rises BEFORE UPDATE ON documents_series
    FOR EACH ROW EXECUTE FUNCTION documents_series_rises();
CREATE TRIGGER series_not_deleted BEFORE DELETE ON documents_series
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER series_no_truncate BEFORE TRUNCATE ON documents_series
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();

CREATE FUNCTION documents_key_is_retired() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.retired_at IS NOT NULL OR NEW.retired_at IS NULL OR to_jsonb(NEW) - 'retired_at' <> to_jsonb(OLD) - 'retired_at'
    THEN
        RAISE EXCEPTION 'a signing key is only retired, once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signingkey_is_retired BEFORE UPDATE ON documents_signingkey
    FOR EACH ROW EXECUTE FUNCTION documents_key_is_retired();
CREATE TRIGGER signingkey_not_deleted BEFORE DELETE ON documents_signingkey
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER signingkey_no_truncate BEFORE TRUNCATE ON documents_signingkey
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE UNIQUE INDEX signingkey_in_use_once ON documents_signingkey ((true)) WHERE retired_at IS NULL;
"""

BACKWARDS = """
DROP INDEX signingkey_in_use_once;
DROP TRIGGER signingkey_no_truncate ON documents_signingkey;
DROP TRIGGER signingkey_not_deleted ON documents_signingkey;
DROP TRIGGER signingkey_is_retired ON documents_signingkey;
DROP FUNCTION documents_key_is_retired();
DROP TRIGGER series_no_truncate ON documents_series;
DROP TRIGGER series_not_deleted ON documents_series;
DROP TRIGGER series_rises ON documents_series;
DROP FUNCTION documents_series_rises();
DROP TRIGGER cancellation_no_truncate ON documents_cancellation;
DROP TRIGGER cancellation_append_only ON documents_cancellation;
DROP TRIGGER document_no_truncate ON documents_document;
DROP TRIGGER document_append_only ON documents_document;
"""


class Migration(migrations.Migration):

    dependencies = [("documents", "0001_initial"), ("common", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
