"""An event written from inside another app's SQL function: the same row as `record_event`, without a round trip.

The id comes from the caller (`hub.api.new_event_ids`), so that events of one process sort in the order of its calls;
the event exists if and only if the caller's transaction commits; the relay numbers it after that.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION hub_record_event(
    p_id uuid, p_kind text, p_happened timestamptz, p_recorded timestamptz, p_subject text, p_area text,
    p_lon double precision, p_lat double precision, p_source_id text, p_data jsonb, p_permission text
) RETURNS void LANGUAGE plpgsql AS $$  -- and not sql: before PostgreSQL 18 that plans the statement anew at each call
BEGIN
    INSERT INTO hub_event (id, kind, happened_at, recorded_at, subject, severity, area_code, lon, lat, source_kind,
        source_id, data, permission)
    VALUES (p_id, p_kind, p_happened, p_recorded,
        CASE WHEN length(p_subject) > 200 THEN left(p_subject, 199) || '…' ELSE p_subject END,
        0, p_area, p_lon, p_lat, 'action', p_source_id, p_data, p_permission);
END $$;
"""

BACKWARDS = """
DROP FUNCTION hub_record_event(uuid, text, timestamptz, timestamptz, text, text, double precision, double precision,
    text, jsonb, text);
"""


class Migration(migrations.Migration):

    dependencies = [("hub", "0006_pull_and_freshness")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
