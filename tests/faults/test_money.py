"""kill -9 while payments are posted: what was acknowledged is there, what is sent again is there once.

Ten random points for the application and ten for PostgreSQL, on its own server in its own home (`killed`). A phone or a
bank sends again whatever was not answered, so everything is sent again at the end.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.faults.killed import City, answered, killable_city

POINTS = 10
WRITERS, STALLS = 3, 12
SEED = random.randrange(1 << 30)
pytestmark = pytest.mark.slow

# The stalls, each with many open bills of Rp3.000.
PREPARES = f"""
from tests.retribusi.paying.builders import occupancy, skrd
for _ in range({STALLS}):
    skrd(occupancy(), [3000] * 30)
"""
# Each writer sends payments one after the other; what a payment says follows from its number alone.
SEND = f"""
import uuid
from tests.retribusi.paying.builders import AT, BY, new
from tidar.retribusi.actions.paying import record_payment
from tidar.retribusi.models import Occupancy

def send(writer, first, count, answers):
    stalls = list(Occupancy.objects.order_by("pk")[:{STALLS}])
    file = os.open(answers, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(first, first + count):
        key = f"{{writer}}:{{number}}"
        payment = new(stalls[number % len(stalls)], 1000 + number % 7 * 700, id=uuid.uuid5(uuid.NAMESPACE_URL, key),
                      key=f"uji:{{key}}", receipt_number=f"K{{writer}}-{{number:06}}",
                      surplus="suspense" if number % 2 else "advance")
        receipt = record_payment(payment=payment, by=BY, at=AT)
        os.write(file, f"{{key}} {{receipt.payment_id}}\\n".encode())
"""
DOUBLES = """
SELECT key FROM retribusi_payment GROUP BY key HAVING count(*) > 1
UNION ALL SELECT source_id FROM hub_event WHERE kind = 'levy.paid' GROUP BY source_id HAVING count(*) > 1
UNION ALL SELECT reference FROM ledger_transfer WHERE key LIKE 'pembayaran:%:skrd'
    GROUP BY reference HAVING count(*) > 1
"""


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    with killable_city(prepares=PREPARES, send=SEND, writers=WRITERS) as made:
        yield made


@pytest.mark.timeout(900)
@pytest.mark.parametrize("of", ["application", "database"])
def test_nothing_acknowledged_is_missing_and_nothing_sent_again_is_there_twice(city: City, tmp_path, of) -> None:
    chance = random.Random(SEED)
    for point in range(POINTS):
        first = (point + (POINTS if of == "database" else 0)) * 10_000
        files = city.until_killed(tmp_path, first, chance, of=of, within=0.4)
        known = answered(files)
        stored = dict(city.rows("SELECT key, id::text FROM retribusi_payment"))
        missing = {key for key, id in known.items() if stored.get(f"uji:{key}") != id}
        assert missing == set(), f"seed {SEED}, point {point}"
        counts = [len(answered([file])) + 3 for file in files]
        again = city.again(tmp_path, first, counts)
        assert len(again) == sum(counts)
        assert {key: again[key] for key in known} == known
    assert city.rows(DOUBLES) == []
    city.check("check_ledger", "check_retribusi")
