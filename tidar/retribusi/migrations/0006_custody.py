"""Deposits never change; a confirmed hand-over never changes and enters one deposit for good; gross equals gross."""

from django.db import migrations

FORWARDS = """
CREATE TRIGGER deposit_append_only BEFORE UPDATE OR DELETE ON retribusi_deposit
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER deposit_no_truncate BEFORE TRUNCATE ON retribusi_deposit
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER handover_never_deleted BEFORE DELETE ON retribusi_handover
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER handover_no_truncate BEFORE TRUNCATE ON retribusi_handover
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();

-- What was declared never changes; what was counted never changes; a deposit is entered once and never left.
CREATE FUNCTION retribusi_guard_handover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.agency_id, NEW.collector_id, NEW.collector_name, NEW.declared_rupiah, NEW.declared_at,
        NEW.recorded_at) IS DISTINCT FROM
       (OLD.id, OLD.agency_id, OLD.collector_id, OLD.collector_name, OLD.declared_rupiah, OLD.declared_at,
        OLD.recorded_at) THEN
        RAISE EXCEPTION 'hand-over %: what was declared never changes', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> 'diajukan' AND (to_jsonb(NEW) - 'deposit_id') IS DISTINCT FROM (to_jsonb(OLD) - 'deposit_id') THEN
        RAISE EXCEPTION 'hand-over %: what was settled never changes', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.deposit_id IS NOT NULL AND NEW.deposit_id IS DISTINCT FROM OLD.deposit_id THEN
        RAISE EXCEPTION 'hand-over %: already in a deposit', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER handover_guarded BEFORE UPDATE ON retribusi_handover
    FOR EACH ROW EXECUTE FUNCTION retribusi_guard_handover();

-- Gross equals gross (no netting, no fee): checked when the transaction ends, from either side.
CREATE FUNCTION retribusi_deposit_is_gross() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
    slip retribusi_deposit;
    counted bigint;
    strangers bigint;
BEGIN
    SELECT * INTO slip FROM retribusi_deposit WHERE id = checked;
    SELECT coalesce(sum(counted_rupiah), 0), count(*) FILTER (WHERE agency_id <> slip.agency_id)
        INTO counted, strangers FROM retribusi_handover WHERE deposit_id = checked;
    IF counted <> slip.amount_rupiah OR strangers > 0 THEN
        RAISE EXCEPTION 'deposit % says %, its hand-overs were counted as % (% of another agency)',
            slip.number, slip.amount_rupiah, counted, strangers USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER deposit_is_gross AFTER INSERT ON retribusi_deposit DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION retribusi_deposit_is_gross('id');
CREATE CONSTRAINT TRIGGER handover_keeps_deposit_gross AFTER UPDATE OF deposit_id ON retribusi_handover
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.deposit_id IS NOT NULL)
    EXECUTE FUNCTION retribusi_deposit_is_gross('deposit_id');

-- The receipts that are still in a bag of p_held rupiah, newest first: the walk ends where they add up to it, so its
-- cost is what the bag holds, however many years of receipts lie behind. A reversal and what it reverses are left out.
-- It walks the index payment_collector page by page: the whole key in the order, and a limit, leave no other way.
CREATE FUNCTION retribusi_receipts_held(p_collector text, p_account bigint, p_held bigint)
RETURNS TABLE (payment_id uuid, happened_at timestamptz, occupancy_id bigint, amount bigint, newer bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    one record;
    running bigint := 0;
    seen int := 256;
    last_at timestamptz := 'infinity';
    last_id uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    reversed uuid[] := '{}';
BEGIN
    WHILE running < p_held AND seen = 256 LOOP
        seen := 0;
        FOR one IN SELECT p.id, p.happened_at, p.occupancy_id, p.amount_rupiah, p.reverses_id, p.cash_account_id
            FROM retribusi_payment p
            WHERE p.collector_id >= p_collector
                AND (p.collector_id, p.happened_at, p.id) < (p_collector, last_at, last_id)
            ORDER BY p.collector_id DESC, p.happened_at DESC, p.id DESC LIMIT 256
        LOOP
            seen := seen + 1;
            last_at := one.happened_at;
            last_id := one.id;
            IF one.cash_account_id <> p_account THEN CONTINUE; END IF;
            IF one.reverses_id IS NOT NULL THEN reversed := reversed || one.reverses_id; CONTINUE; END IF;
            IF one.id = ANY (reversed) THEN CONTINUE; END IF;
            payment_id := one.id; happened_at := one.happened_at; occupancy_id := one.occupancy_id;
            amount := one.amount_rupiah; newer := running;
            running := running + one.amount_rupiah;
            RETURN NEXT;
            EXIT WHEN running >= p_held;
        END LOOP;
    END LOOP;
END $$;
"""

BACKWARDS = """
DROP FUNCTION retribusi_receipts_held(text, bigint, bigint);
DROP TRIGGER handover_keeps_deposit_gross ON retribusi_handover;
DROP TRIGGER deposit_is_gross ON retribusi_deposit;
DROP FUNCTION retribusi_deposit_is_gross();
DROP TRIGGER handover_guarded ON retribusi_handover;
DROP FUNCTION retribusi_guard_handover();
DROP TRIGGER handover_no_truncate ON retribusi_handover;
DROP TRIGGER handover_never_deleted ON retribusi_handover;
DROP TRIGGER deposit_no_truncate ON retribusi_deposit;
DROP TRIGGER deposit_append_only ON retribusi_deposit;
"""


class Migration(migrations.Migration):

    dependencies = [("retribusi", "0005_devices")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)] if FORWARDS else []
