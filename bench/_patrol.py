"""A city whose 192 RW patrol: posts, segments, members, three months of rounds, checks and findings, made by sets."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

QUICK = "--quick" in sys.argv
RWS, SEGMENTS, MEMBERS = (24 if QUICK else 192), 12, 10
FIRST, LAST = date(2026, 8, 26), date(2026, 11, 25)
NOW = datetime(2026, 11, 26, 2, 0, tzinfo=timezone.utc)  # Thursday 09.00 WIB

# Two rounds on every patrol day; each checks a segment with a luck of 0.7 (every fifth post 0.15), a tenth of them
# without a good fix.
FILL_SQL = f"""
INSERT INTO rojak_post (program_id, code, title, area_code, is_example, lon, lat, from_date)
    SELECT 'rojak', 'pos-' || n, 'Pos ' || n, v.code || '.' || lpad(((n - 1) / v.total + 1)::text, 2, '0'), false,
        110.2 + (n % 16) * 0.002, -7.5 + (n / 16) * 0.003, date '2026-01-01'
    FROM generate_series(1, {RWS}) n
    JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS total
          FROM places_area WHERE level = 'kelurahan') v ON v.place = n % v.total;
INSERT INTO rojak_segment (post_id, code, title, area_code, line, length_metres, importance, due_hours, public_code,
        "order", from_date)
    SELECT p.id, 'L' || n, 'Lorong ' || n, p.area_code || '.' || lpad((n % 4 + 1)::text, 3, '0'),
        jsonb_build_array(jsonb_build_array(p.lon + n * 0.0001, p.lat),
            jsonb_build_array(p.lon + n * 0.0001, p.lat + 0.001)),
        110, 1 + n % 3, 8 * (1 + n % 3), 'p' || p.id || 's' || n, n, date '2026-01-01'
    FROM rojak_post p, generate_series(1, {SEGMENTS}) n;
INSERT INTO rojak_member (post_id, name, phone, from_date)
    SELECT p.id, 'Anggota ' || n, '', date '2026-01-01' FROM rojak_post p, generate_series(1, {MEMBERS}) n;
INSERT INTO rojak_round (id, post_id, started_at, ended_at, manner, distance_metres, note, received_at)
    SELECT gen_random_uuid(), p.id, t.at, t.at + interval '75 minutes', 'hp', 1800, '', t.at
    FROM rojak_post p, generate_series(%(first)s::date, %(last)s::date, '1 day') d, unnest(array[8, 13]) h,
        LATERAL (SELECT (d + make_interval(hours => h)) AT TIME ZONE 'Asia/Jakarta' AS at) t
    WHERE extract(isodow FROM d) <= 5 ORDER BY t.at, p.id;
INSERT INTO rojak_leg (id, round_id, leader_id, from_at)
    SELECT gen_random_uuid(), r.id, (SELECT min(id) FROM rojak_member m WHERE m.post_id = r.post_id), r.started_at
    FROM rojak_round r;
INSERT INTO rojak_attendance (round_id, member_id, present_at)
    SELECT r.id, m.id, r.started_at FROM rojak_round r JOIN rojak_member m ON m.post_id = r.post_id
    WHERE (m.id + extract(doy FROM r.started_at)::int) % 4 = 0;
INSERT INTO rojak_check (id, segment_id, round_id, how, is_certain, happened_at, received_at, accuracy_metres)
    SELECT gen_random_uuid(), s.id, r.id, 'qr', md5(s.id || r.id::text) < 'e6',
        r.started_at + make_interval(mins => 5 * s."order"), r.started_at, 8
    FROM rojak_round r JOIN rojak_segment s ON s.post_id = r.post_id
    WHERE md5(r.id::text || s.id) < CASE WHEN s.post_id % 5 = 0 THEN '26' ELSE 'b3' END ORDER BY r.started_at;
INSERT INTO rojak_finding (id, kind_id, post_id, round_id, segment_id, area_code, severity, note, happened_at,
        received_at)
    SELECT gen_random_uuid(), (SELECT id FROM rojak_findingkind LIMIT 1), c.post_id, c.round_id, c.segment_id,
        c.area_code, 2, '', c.happened_at, c.happened_at
    FROM (SELECT k.*, s.post_id, s.area_code FROM rojak_check k JOIN rojak_segment s ON s.id = k.segment_id) c
    WHERE random() < 0.04;
"""


def prepare(home: Path) -> None:
    """An own database with the region, and the three months."""
    os.environ |= {"TIDAR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tidar.settings", "PYTHONWARNINGS": "ignore"}
    (home / "static").mkdir()
    from tidar.cli.database import start_if_ours

    start_if_ours()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    call_command("migrate", verbosity=0)
    from tests.rojak import builders as patrol
    from tidar.common import clock
    from tidar.places import api as places

    clock.now = lambda: NOW
    places.load_region(by=patrol.SYSTEM, at=NOW)
    patrol.make_kind(patrol.make_program())
    _fill()


def _fill() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for one in FILL_SQL.split(";\n"):
            if one.strip():
                cursor.execute(one.replace(" % ", " %% ").replace("%%%%", "%%"), {"first": FIRST, "last": LAST})
        cursor.execute("VACUUM ANALYZE")


def counts() -> dict[str, int]:
    """How much there is."""
    from tidar.rojak.models import Check, Finding, Post, Round, Segment

    return {model.__name__: model.objects.count() for model in (Post, Segment, Round, Check, Finding)}


def told(what: dict[str, Any]) -> None:
    """One line."""
    sys.stdout.write("  ".join(f"{key} {value:,}" for key, value in what.items()) + "\n")
    sys.stdout.flush()


def in_a_city(measured: Callable[[], int]) -> int:
    """Run a measurement in a fresh city, and leave nothing behind."""
    home = Path(tempfile.mkdtemp(prefix="patrol-", dir="/tmp"))
    home.chmod(0o755)
    try:
        prepare(home)
        told(counts())
        return measured()
    finally:
        from tidar.common import embedded

        embedded.start(home).stop()
        shutil.rmtree(home, ignore_errors=True)
