"""A market for a served city, made by the real actions in a process of its own.

`python -m tests.journeys.market open <stalls> <with dues>` prints the stalls' codes and sign-in links by name; `… books
<device id>` prints what the city has of a phone and in its collector's account.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

from tests.city import ROOT, City

BLOCK_SIZE = 100
DAYS = 3


def ask(city: City, *words: str) -> Any:
    """Run one of the words below against the city's database."""
    command = [sys.executable, "-m", "tests.journeys.market", *words]
    done = subprocess.run(
        command, cwd=ROOT, env=city.environment, text=True, capture_output=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def _open(count: int, with_dues: int) -> dict[str, Any]:
    """`count` stalls in blocks of a hundred; the first ones owe the last three days and today."""
    from tests.retribusi import builders
    from tidar.common import clock
    from tidar.people import api as people
    from tidar.places import api as places
    from tidar.retribusi.models import LevyObject

    at = clock.now()
    today = at.astimezone(places.region().zone).date()
    builders.city(at=at)
    made = []
    for index in range(count):
        block = "STUVWXYZ"[index // BLOCK_SIZE]
        made.append(builders.stall(f"{block}-{index % BLOCK_SIZE + 1:03d}", block=block, at=at))
    for one in made[:with_dues]:
        for back in range(DAYS, -1, -1):
            builders.assess(one, today - timedelta(days=back), at=at)
    codes = dict(LevyObject.objects.values_list("id", "qr_code"))
    people.create_sample_people(by=builders.SYSTEM, at=at)
    links = people.create_demo_links(base_url="", by=builders.SYSTEM, at=at)
    stalls = [{"qr": codes[one.object_id], "number": one.number} for one in made]
    return {"stalls": stalls, "links": {link.person: link.url for link in links}}


def _books(device_id: str) -> dict[str, Any]:
    from tidar.ledger import api as ledger
    from tidar.retribusi.models import Device, DeviceRecord, Handover, Payment
    from tidar.retribusi.queries import checking
    from tidar.retribusi.rules.accounts import collector_cash_key

    device = Device.objects.get(pk=device_id)
    account = collector_cash_key(device.collector_id)
    bodies = [json.loads(bytes(row.body)) for row in DeviceRecord.objects.filter(device=device).order_by("counter")]
    payments = Payment.objects.filter(key__startswith=f"alat:{device.pk}:").order_by("receipt_number")
    handed = Handover.objects.filter(pk__in=[body["id"] for body in bodies if body["kind"] == "handover"])
    return {
        "bodies": bodies,
        "states": sorted(set(DeviceRecord.objects.filter(device=device).values_list("state", flat=True))),
        "payments": sum(payment.amount_rupiah for payment in payments),
        "receipts": [payment.receipt_number for payment in payments],
        "cash": ledger.balances([account]).get(account, 0),  # of the collector, with all phones
        "declared": list(handed.values_list("declared_rupiah", flat=True)),
        "broken": [*ledger.check(), *checking.check()],
    }


def main(word: str, *rest: str) -> None:
    """Do it and print the answer as one line of JSON."""
    import django

    django.setup()
    answer: Any = _open(int(rest[0]), int(rest[1])) if word == "open" else _books(rest[0])
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
