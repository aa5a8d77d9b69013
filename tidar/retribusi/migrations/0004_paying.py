"""A payment is posted whole by one function, in one round trip; payments and allocations never change.

`retribusi_pay` is the guard of every payment: it locks the occupancy first (lock order of decision 0005), so that what
is owed is read after every earlier payment of that occupancy has committed. It writes nothing before it knows the whole
outcome, and says in `outcome` why it refuses. `FOR NO KEY UPDATE` excludes other payments and cancellations but not the
foreign key checks of rows that only point to the occupancy.

The triggers hold whoever writes: an SKRD is never paid beyond its amount, and a payment's allocations are what the
payment says.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON retribusi_{name}
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON retribusi_{name}
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
"""

# One check for each statement: the allocations of a payment are inserted together. The assessments are locked first, so
# that two payments which somehow passed the guard together still cannot both fit. What a payment points to is checked
# here and not by foreign keys: their row locks would make every payment into one account write to that account's row.
CHECKS = """
CREATE FUNCTION retribusi_check_allocations() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    wrong uuid;
BEGIN
    PERFORM 1 FROM retribusi_assessment WHERE id IN (SELECT assessment_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    SELECT d.assessment_id INTO wrong FROM added d LEFT JOIN retribusi_assessment a ON a.id = d.assessment_id
        WHERE a.id IS NULL OR (
            SELECT sum(x.amount_rupiah) FROM retribusi_allocation x WHERE x.assessment_id = d.assessment_id
        ) NOT BETWEEN 0 AND a.amount_rupiah LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'SKRD %: allocations below nothing or above its amount', wrong
            USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT d.payment_id INTO wrong FROM (SELECT DISTINCT payment_id FROM added) d
        LEFT JOIN retribusi_payment p ON p.id = d.payment_id
        WHERE p.id IS NULL OR p.allocated_rupiah <> (
            SELECT sum(x.amount_rupiah) FROM retribusi_allocation x WHERE x.payment_id = d.payment_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'payment %: its allocations are not what it says', wrong USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER allocation_fits AFTER INSERT ON retribusi_allocation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION retribusi_check_allocations();

CREATE FUNCTION retribusi_check_payment() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM ledger_account a WHERE a.id = NEW.cash_account_id)
       OR NOT EXISTS (SELECT 1 FROM people_agency g WHERE g.code = NEW.agency_id)
       OR NEW.market_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM retribusi_market m WHERE m.code = NEW.market_id) THEN
        RAISE EXCEPTION 'payment %: its account, agency or market does not exist', NEW.id
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF NEW.allocated_rupiah <> 0
       AND NOT EXISTS (SELECT 1 FROM retribusi_allocation x WHERE x.payment_id = NEW.id) THEN
        RAISE EXCEPTION 'payment %: its allocations are not what it says', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payment_is_whole AFTER INSERT ON retribusi_payment DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION retribusi_check_payment();

CREATE FUNCTION retribusi_case_refused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'case %: it is settled once, and what it is about never changes', OLD.key
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER case_settles_once BEFORE UPDATE ON retribusi_case FOR EACH ROW WHEN (
        OLD.settled_at IS NOT NULL
        OR (NEW.id, NEW.kind, NEW.key, NEW.agency_id, NEW.occupancy_id, NEW.subject, NEW.amount_rupiah, NEW.held_rupiah,
            NEW.sentence, NEW.opened_at)
        IS DISTINCT FROM (OLD.id, OLD.kind, OLD.key, OLD.agency_id, OLD.occupancy_id, OLD.subject, OLD.amount_rupiah,
            OLD.held_rupiah, OLD.sentence, OLD.opened_at)
    ) EXECUTE FUNCTION retribusi_case_refused();
CREATE TRIGGER case_not_deleted BEFORE DELETE ON retribusi_case
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
CREATE TRIGGER case_no_truncate BEFORE TRUNCATE ON retribusi_case
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
"""

DUES = """
CREATE FUNCTION retribusi_dues(p_occupancy bigint) RETURNS TABLE (
    assessment uuid, year smallint, sequence bigint, from_date date, to_date date, amount bigint, owed bigint,
    due_date date, signed boolean
) LANGUAGE sql STABLE AS $$
    SELECT a.id, a.year, a.sequence, a.period_from_date, a.period_to_date, a.amount_rupiah,
        a.amount_rupiah - coalesce((SELECT sum(x.amount_rupiah)::bigint FROM retribusi_allocation x
                                    WHERE x.assessment_id = a.id), 0),
        a.due_date, r.signed_at IS NOT NULL
    FROM retribusi_assessment a JOIN retribusi_run r ON r.id = a.run_id
    WHERE a.occupancy_id = p_occupancy AND a.closed_at IS NULL
$$;

CREATE FUNCTION retribusi_why_not(p_occupancy bigint, p_only uuid[]) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT CASE WHEN a.id IS NULL OR a.occupancy_id <> p_occupancy THEN 'foreign'
                    WHEN a.closed_by = 'batal' THEN 'cancelled'
                    WHEN a.closed_at IS NOT NULL THEN 'closed'
                    WHEN r.signed_at IS NULL THEN 'unsigned' END AS why
        FROM unnest(p_only) WITH ORDINALITY AS wanted(id, place)
        LEFT JOIN retribusi_assessment a ON a.id = wanted.id LEFT JOIN retribusi_run r ON r.id = a.run_id
        WHERE a.id IS NULL OR a.occupancy_id <> p_occupancy OR a.closed_at IS NOT NULL OR r.signed_at IS NULL
        ORDER BY wanted.place LIMIT 1
    ), '')
$$;
"""

AGAIN = """
CREATE FUNCTION retribusi_rupiah(p_amount bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'Rp' || replace(trim(to_char(p_amount, '999,999,999,999,999')), ',', '.')
$$;

CREATE FUNCTION retribusi_receipt(p_payment uuid) RETURNS TABLE (
    payment uuid, receipt text, amount bigint, allocated jsonb, advance bigint, suspense bigint, owed_after bigint
) LANGUAGE sql STABLE AS $$
    SELECT p.id, p.receipt_number, p.amount_rupiah, coalesce((
            SELECT jsonb_agg(jsonb_build_array(a.id, a.year, a.sequence, a.period_from_date, a.period_to_date,
                                               x.amount_rupiah) ORDER BY x.id)
            FROM retribusi_allocation x JOIN retribusi_assessment a ON a.id = x.assessment_id
            WHERE x.payment_id = p.id), '[]'),
        p.advance_rupiah, p.suspense_rupiah,
        coalesce((SELECT sum(d.owed)::bigint FROM retribusi_dues(p.occupancy_id) d WHERE d.signed), 0)
    FROM retribusi_payment p WHERE p.id = p_payment
$$;
"""

# Plans are kept for the life of a connection. One that was made while the tables were small would read them whole for
# ever after, hence `enable_seqscan = off` for all that a payment runs.
PAY = """
CREATE FUNCTION retribusi_pay(
    p_id uuid, p_key text, p_channel text, p_amount bigint, p_happened timestamptz, p_recorded timestamptz,
    p_occupancy bigint, p_market text, p_levy_kind text, p_cash_key text, p_receipt text, p_collector text,
    p_surplus text, p_only uuid[], p_agency text, p_details jsonb, p_actor_kind text, p_actor_id text,
    p_ids uuid[],  -- new ids of: ledger group, event, case, event of the case
    OUT outcome text, OUT payment uuid, OUT receipt text, OUT amount bigint, OUT allocated jsonb, OUT advance bigint,
    OUT suspense bigint, OUT owed_after bigint
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    place record;
    old retribusi_payment;
    cash bigint;
    held bigint;
    revenue bigint;
    direct bigint := 0;
    due record;
    all_wanted boolean := cardinality(p_only) = 0;
    rest bigint := p_amount;
    taken bigint;
    total bigint := 0;
    why text := '';
    given_ids uuid[] := '{}';
    given_amounts bigint[] := '{}';
    full_ids uuid[] := '{}';
    number_of text := 'pembayaran:' || p_id;
    keys text[] := '{}';
    credits bigint[] := '{}';
    amounts bigint[] := '{}';
BEGIN
    SELECT o.id, o.receivable_id, o.advance_id, b.number::text, b.market_id::text, b.levy_kind_id::text,
           k.agency_id::text, coalesce(nullif(b.area_code, ''), m.area_code, '')::text AS area,
           coalesce(b.lon, m.lon) AS lon, coalesce(b.lat, m.lat) AS lat,
           concat_ws(', ', k.object_word || ' ' || b.number, m.name) AS words
        INTO place
        FROM retribusi_occupancy o JOIN retribusi_levyobject b ON b.id = o.levy_object_id
        JOIN retribusi_levykind k ON k.code = b.levy_kind_id LEFT JOIN retribusi_market m ON m.code = b.market_id
        WHERE o.id = p_occupancy
        FOR NO KEY UPDATE OF o;  -- the guard
    IF place.id IS NULL AND p_occupancy IS NOT NULL THEN
        outcome := 'no-occupancy';
        RETURN;
    END IF;
    IF place.id IS NULL THEN
        SELECT NULL::bigint AS id, NULL::bigint AS receivable_id, NULL::bigint AS advance_id, ''::text AS number,
               m.code::text AS market_id, nullif(p_levy_kind, '') AS levy_kind_id, p_agency AS agency_id,
               coalesce(m.area_code, '')::text AS area, m.lon, m.lat, coalesce(m.name, '')::text AS words
            INTO place FROM (SELECT 1) AS one LEFT JOIN retribusi_market m ON m.code = p_market;
    END IF;
    IF place.agency_id IS DISTINCT FROM p_agency THEN
        outcome := 'other-agency';
        RETURN;
    END IF;

    SELECT * INTO old FROM retribusi_payment WHERE key = p_key;
    IF old.id IS NULL THEN
        owed_after := 0;
        allocated := '[]';
        SELECT a.id INTO cash FROM ledger_account a WHERE a.key = p_cash_key;
        IF cash IS NULL THEN
            outcome := 'no-account';
            RETURN;
        END IF;
        IF cardinality(p_only) > 0 THEN
            why := retribusi_why_not(p_occupancy, p_only);
            IF why <> '' AND p_channel IN ('tunai', 'karcis') THEN
                outcome := why;
                RETURN;
            END IF;
        END IF;
        -- oldest first, or exactly the wanted ones in their order: each takes what those before it left
        FOR due IN SELECT d.assessment, d.year, d.sequence, d.from_date, d.to_date, d.owed
                FROM retribusi_dues(p_occupancy) d WHERE d.signed
                ORDER BY array_position(p_only, d.assessment), d.from_date, d.year, d.sequence LOOP
            taken := CASE WHEN all_wanted OR due.assessment = ANY (p_only) THEN least(due.owed, rest) ELSE 0 END;
            owed_after := owed_after + due.owed - taken;
            CONTINUE WHEN taken = 0;
            rest := rest - taken;
            given_ids := given_ids || due.assessment;
            given_amounts := given_amounts || taken;
            IF taken = due.owed THEN
                full_ids := full_ids || due.assessment;
            END IF;
            allocated := allocated || jsonb_build_array(jsonb_build_array(due.assessment, due.year, due.sequence,
                due.from_date, due.to_date, taken));
        END LOOP;
        total := p_amount - rest;
        advance := CASE WHEN p_surplus = 'advance' AND why = '' AND place.id IS NOT NULL THEN rest ELSE 0 END;
        direct := CASE WHEN place.id IS NULL AND p_channel = 'karcis' AND p_levy_kind <> '' THEN rest ELSE 0 END;
        suspense := rest - advance - direct;
        IF suspense > 0 THEN
            SELECT a.id INTO held FROM ledger_account a WHERE a.key = 'titipan:' || p_agency;
        END IF;
        IF direct > 0 THEN
            SELECT a.id INTO revenue FROM ledger_account a
                WHERE a.key = 'pendapatan:' || p_levy_kind || ':' || coalesce(place.market_id, '-');
        END IF;
        IF (suspense > 0 AND held IS NULL) OR (direct > 0 AND revenue IS NULL) THEN
            outcome := 'no-account';
            RETURN;
        END IF;
        INSERT INTO retribusi_payment (id, key, channel, occupancy_id, market_id, agency_id, amount_rupiah,
                allocated_rupiah, advance_rupiah, suspense_rupiah, revenue_rupiah, receipt_number, collector_id,
                cash_account_id, happened_at, recorded_at, reason, details)
            VALUES (p_id, p_key, p_channel, place.id, place.market_id, p_agency, p_amount, total, advance, suspense,
                direct, p_receipt, p_collector, cash, p_happened, p_recorded, '', p_details)
            ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            SELECT * INTO old FROM retribusi_payment WHERE key = p_key;
            IF old.id IS NULL THEN
                outcome := 'taken';  -- the id or the receipt number belongs to another payment
                RETURN;
            END IF;
        END IF;
    END IF;
    IF old.id IS NOT NULL THEN
        IF (old.channel, old.amount_rupiah, old.occupancy_id, old.receipt_number, old.collector_id, old.happened_at)
            IS DISTINCT FROM (p_channel, p_amount, p_occupancy, p_receipt, p_collector, p_happened) THEN
            outcome := 'conflict';
            RETURN;
        END IF;
        SELECT 'same', r.* INTO outcome, payment, receipt, amount, allocated, advance, suspense, owed_after
            FROM retribusi_receipt(old.id) r;
        RETURN;
    END IF;

    IF total > 0 THEN
        INSERT INTO retribusi_allocation (payment_id, assessment_id, amount_rupiah)
            SELECT p_id, g.id, g.amount FROM unnest(given_ids, given_amounts) AS g(id, amount);
        IF full_ids <> '{}' THEN
            UPDATE retribusi_assessment SET closed_at = p_happened, closed_by = 'lunas' WHERE id = ANY (full_ids);
        END IF;
        keys := keys || (number_of || ':skrd');
        credits := credits || place.receivable_id;
        amounts := amounts || total;
    END IF;
    IF advance > 0 THEN
        keys := keys || (number_of || ':uang-muka');
        credits := credits || place.advance_id;
        amounts := amounts || advance;
    END IF;
    IF suspense > 0 THEN
        keys := keys || (number_of || ':titipan');
        credits := credits || held;
        amounts := amounts || suspense;
    END IF;
    IF direct > 0 THEN
        keys := keys || (number_of || ':karcis');
        credits := credits || revenue;
        amounts := amounts || direct;
    END IF;
    IF NOT ledger_post(p_ids[1], number_of, 'payment', p_happened, p_recorded, p_actor_kind, p_actor_id, keys,
                       array_fill(cash, ARRAY[cardinality(keys)]), credits, amounts,
                       array_fill(number_of, ARRAY[cardinality(keys)])) THEN
        RAISE EXCEPTION 'payment %: the ledger has its group already', p_id USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM hub_record_event(p_ids[2], 'levy.paid', p_happened, p_recorded, place.words, place.area, place.lon,
        place.lat, p_id::text, jsonb_build_object('agency', p_agency, 'market', place.market_id, 'levy_kind',
            place.levy_kind_id, 'channel', p_channel, 'amount_rupiah', p_amount, 'allocated_rupiah', total,
            'advance_rupiah', advance, 'suspense_rupiah', suspense, 'stall', place.number, 'payment', p_id::text,
            'occupancy', place.id::text, 'receipt', p_receipt, 'settled', cardinality(full_ids)),
        'levies.see');
    IF suspense > 0 THEN
        PERFORM retribusi_open_case(p_ids[3], p_ids[4],
            CASE WHEN place.id IS NULL THEN 'tak-dikenal' WHEN why = 'closed' THEN 'bayar-ganda'
                 WHEN why = 'cancelled' THEN 'skrd-batal' ELSE 'kelebihan' END,
            'titipan:' || p_id, p_agency, place.id, number_of, suspense, suspense,
            format(CASE WHEN place.id IS NULL THEN '%s diterima (%s) dari pembayar yang tidak dikenal.'
                        WHEN why = 'closed' THEN '%s (%s) untuk tagihan %s yang sudah lunas.'
                        ELSE '%s (%s) melebihi tagihan %s.' END, retribusi_rupiah(suspense), p_receipt, place.words),
            p_happened, p_recorded, place.market_id, place.area);
    END IF;
    outcome := 'new';
    payment := p_id;
    receipt := p_receipt;
    amount := p_amount;
END $$;
"""

CASES = """
CREATE FUNCTION retribusi_open_case(
    p_id uuid, p_event uuid, p_kind text, p_key text, p_agency text, p_occupancy bigint, p_subject text,
    p_amount bigint, p_held bigint, p_sentence text, p_happened timestamptz, p_recorded timestamptz, p_market text,
    p_area text
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO retribusi_case (id, kind, key, agency_id, occupancy_id, subject, amount_rupiah, held_rupiah, sentence,
            opened_at, settled_by, decision, settlement, group_key)
        VALUES (p_id, p_kind, p_key, p_agency, p_occupancy, p_subject, p_amount, p_held, left(p_sentence, 300),
            p_recorded, '', '', '', '')
        ON CONFLICT (key) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM hub_record_event(p_event, 'levy.case_opened', p_happened, p_recorded, p_sentence, p_area, NULL, NULL,
        p_id::text, jsonb_build_object('agency', p_agency, 'market', p_market, 'case', p_id::text, 'case_kind', p_kind,
            'amount_rupiah', p_amount, 'about', p_subject), 'levies.see');
    RETURN true;
END $$;
"""

ADVANCES = """
CREATE FUNCTION retribusi_use_advance(
    p_occupancy bigint, p_id uuid, p_recorded timestamptz, p_actor_kind text, p_actor_id text, p_ids uuid[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    holder record;
    used bigint;
    said text;
BEGIN
    -- the advance belongs to the payer, so that all of the payer's occupancies are the guard, in the order of their ids
    PERFORM 1 FROM retribusi_occupancy o
        WHERE o.payer_id = (SELECT payer_id FROM retribusi_occupancy WHERE id = p_occupancy)
        ORDER BY o.id FOR NO KEY UPDATE;
    SELECT o.advance_id, a.key, k.agency_id INTO holder
        FROM retribusi_occupancy o JOIN ledger_account a ON a.id = o.advance_id
        JOIN retribusi_levyobject b ON b.id = o.levy_object_id JOIN retribusi_levykind k ON k.code = b.levy_kind_id
        WHERE o.id = p_occupancy;
    used := least(
        (SELECT coalesce(sum(t.amount_rupiah), 0) FROM ledger_transfer t WHERE t.credit_id = holder.advance_id)
            - (SELECT coalesce(sum(t.amount_rupiah), 0) FROM ledger_transfer t WHERE t.debit_id = holder.advance_id),
        (SELECT sum(d.owed) FROM retribusi_dues(p_occupancy) d WHERE d.signed));
    IF coalesce(used, 0) <= 0 THEN
        RETURN 0;
    END IF;
    SELECT r.outcome INTO said FROM retribusi_pay(p_id, 'uang-muka:' || p_id, 'uang-muka', used, p_recorded, p_recorded,
        p_occupancy, NULL, '', holder.key, 'UANG MUKA ' || p_id, '', 'suspense', '{}', holder.agency_id, '{}',
        p_actor_kind, p_actor_id, p_ids) r;
    IF said <> 'new' THEN
        RAISE EXCEPTION 'advance of occupancy %: %', p_occupancy, said USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN used;
END $$;
"""

FORWARDS = (
    "".join(APPEND_ONLY.format(name=name) for name in ("payment", "allocation"))
    + CHECKS
    + DUES
    + AGAIN
    + CASES
    + PAY
    + ADVANCES
)

BACKWARDS = """
DROP FUNCTION retribusi_use_advance;
DROP FUNCTION retribusi_pay;
DROP FUNCTION retribusi_open_case;
DROP FUNCTION retribusi_receipt;
DROP FUNCTION retribusi_rupiah;
DROP FUNCTION retribusi_why_not;
DROP FUNCTION retribusi_dues;
DROP TRIGGER case_no_truncate ON retribusi_case;
DROP TRIGGER case_not_deleted ON retribusi_case;
DROP TRIGGER case_settles_once ON retribusi_case;
DROP FUNCTION retribusi_case_refused;
DROP TRIGGER payment_is_whole ON retribusi_payment;
DROP TRIGGER allocation_fits ON retribusi_allocation;
DROP FUNCTION retribusi_check_payment;
DROP FUNCTION retribusi_check_allocations;
""" + "".join(
    f"DROP TRIGGER {name}_no_truncate ON retribusi_{name}; DROP TRIGGER {name}_append_only ON retribusi_{name};"
    for name in ("payment", "allocation")
)


class Migration(migrations.Migration):

    dependencies = [
        ("retribusi", "0003_assessing"),
        ("ledger", "0002_posting"),
        ("hub", "0007_record_event"),
        ("common", "0002_append_only"),
    ]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
