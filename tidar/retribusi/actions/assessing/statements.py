"""The set-based statements that turn a chunk of draft lines into SKRD; `issuing` says in which order and why."""

from __future__ import annotations

# A chunk looks up its few thousand rows by index, in its own statements and in the triggers that check them. Left to
# itself, the planner would read all accounts and stalls of the city for every chunk.
BY_INDEX_SQL = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
AS_BEFORE_SQL = "SET LOCAL enable_hashjoin TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT"
STAGE_SQL = """
CREATE TEMPORARY TABLE IF NOT EXISTS retribusi_staged_skrd (
    line_id bigint, id uuid, occupancy_id bigint, tariff_id bigint, days smallint, formula jsonb,
    amount_rupiah bigint, receivable_id bigint, revenue_id bigint, market_id text, market_name text, number text,
    area_code text, lon double precision, lat double precision
) ON COMMIT DELETE ROWS
"""
# How far the next lines of a run reach. A range, not a list: for that the planner needs no statistics of fresh lines.
REACH_SQL = """
SELECT count(*), max(id) FROM (
    SELECT id FROM retribusi_runline WHERE run_id = %(run)s ORDER BY id LIMIT %(chunk)s
) next
"""
# Two runs that may touch the same places exclude each other chunk by chunk; runs of different markets do not. A run
# over the city takes every market, in one order. (The trigger that keeps assessed occupancies takes the same locks.)
LOCK_SQL = """
SELECT pg_advisory_xact_lock(hashtextextended('skrd:' || %(levy_kind)s || ':' || place.code, 0)) FROM (
    SELECT code FROM (SELECT code FROM retribusi_market UNION ALL SELECT '-') known
    WHERE %(place)s::text IS NULL OR code = %(place)s ORDER BY code
) place
"""
# The lines leave the preview here; whatever makes this transaction fail puts them back. What another run issued since
# the preview is not taken along: it is seen, because this statement begins after the locks. A flat levy is due once,
# whatever the periods.
TAKE_SQL = """
WITH taken AS (
    DELETE FROM retribusi_runline WHERE run_id = %(run)s AND id <= %(last)s
    RETURNING id, occupancy_id, tariff_id, days, formula, amount_rupiah
), turn AS (
    SELECT taken.*, row_number() OVER (ORDER BY id) AS place FROM taken
)
INSERT INTO retribusi_staged_skrd
SELECT turn.id, (%(ids)s::uuid[])[place], turn.occupancy_id, turn.tariff_id, turn.days, turn.formula,
    turn.amount_rupiah, o.receivable_id, o.revenue_id, b.market_id, m.name, b.number,
    coalesce(nullif(b.area_code, ''), m.area_code, ''), coalesce(b.lon, m.lon), coalesce(b.lat, m.lat)
FROM turn JOIN retribusi_occupancy o ON o.id = turn.occupancy_id
JOIN retribusi_levyobject b ON b.id = o.levy_object_id LEFT JOIN retribusi_market m ON m.code = b.market_id
WHERE (
    SELECT true FROM retribusi_assessment a
    WHERE a.occupancy_id = turn.occupancy_id AND a.period_from_date BETWEEN %(earliest)s AND %(to)s
      AND a.period_to_date >= %(from)s AND a.closed_by <> 'batal' LIMIT 1
) IS NULL
AND CASE WHEN turn.formula @> '{"bagian": [{"per": "sekali"}]}' THEN NOT EXISTS (
    SELECT FROM retribusi_assessment a
    WHERE a.occupancy_id = turn.occupancy_id AND a.closed_by <> 'batal'
      AND a.formula @> '{"bagian": [{"per": "sekali"}]}'
) ELSE true END
"""
LEDGER_SQL = """
INSERT INTO ledger_staged (key, debit_id, credit_id, amount_rupiah, reference)
SELECT 'skrd:' || id, receivable_id, revenue_id, amount_rupiah, 'skrd:' || id
FROM retribusi_staged_skrd ORDER BY line_id
"""
# An SKRD and the event that tells of it share one id: one of `hub.new_event_ids`, ordered and unique.
EVENTS_SQL = """
INSERT INTO hub_staged_event (id, subject, area_code, lon, lat, source_id, data)
SELECT id, concat_ws(' ', 'SKRD', market_name, number), area_code, lon, lat, 'skrd:' || id,
    %(shared)s::jsonb || jsonb_build_object('market', coalesce(market_id, ''), 'number', number,
        'amount_rupiah', amount_rupiah, 'assessment', id::text, 'occupancy', occupancy_id::text)
FROM retribusi_staged_skrd ORDER BY line_id
"""
SKRD_SQL = """
INSERT INTO retribusi_assessment (id, run_id, occupancy_id, tariff_id, year, sequence, period_from_date, period_to_date,
    days, formula, amount_rupiah, due_date, issued_at, recorded_at, closed_by)
SELECT id, %(run)s, occupancy_id, tariff_id, %(year)s, %(first)s + row_number() OVER (ORDER BY line_id) - 1,
    %(from)s, %(to)s, days, formula, amount_rupiah, %(due)s, %(at)s, %(at)s, ''
FROM retribusi_staged_skrd ORDER BY line_id
"""
