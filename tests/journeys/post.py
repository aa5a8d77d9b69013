"""A patrol post for a served city, made by the real actions in a process of its own.

`python -m tests.journeys.post open` loads the region's example posts and prints sign-in links by name; `… books
<device>` prints what the city has of a phone, and what `tidar check evidence` finds broken.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.city import ROOT, City


def ask(city: City, *words: str) -> Any:
    """Run one of the words below against the city's database."""
    command = [sys.executable, "-m", "tests.journeys.post", *words]
    done = subprocess.run(
        command, cwd=ROOT, env=city.environment, text=True, capture_output=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def _open() -> dict[str, Any]:
    from django.conf import settings

    from tidar.common import clock
    from tidar.common.actor import system
    from tidar.people import api as people
    from tidar.places import api as places
    from tidar.rojak.api import load_patrol

    by, at = system("uji"), clock.now()
    people.create_sample_people(by=by, at=at)
    for program in places.region().programs:
        region_dir = settings.REGIONS_DIR / settings.TIDAR_REGION
        load_patrol(program_dir=settings.PROGRAMS_DIR / program, region_dir=region_dir, by=by, at=at)
    links = people.create_demo_links(base_url="", by=by, at=at)
    return {"links": {link.person: link.url for link in links}}


def _books(device_id: str) -> dict[str, Any]:
    from tidar.common import clock
    from tidar.formulir.models import Photo
    from tidar.rojak.models import Check, Finding, PatrolItem, Round, TrackPart
    from tidar.rojak.queries.evidence import check_evidence

    rows = list(PatrolItem.objects.filter(device_id=device_id).order_by("id"))
    ids = [row.item_id for row in rows]
    named = sorted({name for row in rows for name in _photos(row)})
    return {
        "versions": [[str(row.item_id), row.content_hash, row.state, row.sentence, row.kind] for row in rows],
        "bodies": [json.loads(bytes(row.body)) for row in rows],
        "findings": Finding.objects.filter(pk__in=ids).count(),
        "checks": Check.objects.filter(pk__in=ids).count(),
        "rounds": Round.objects.filter(pk__in=ids).count(),
        "track": TrackPart.objects.filter(pk__in=ids).count(),
        "photos": {photo.sha256: photo.state for photo in Photo.objects.filter(pk__in=named)},
        "named": named,
        "broken": list(check_evidence(at=clock.now())),
    }


def _photos(row: Any) -> list[str]:
    body = json.loads(bytes(row.body))
    return list(body["data"].get("photos", []))


def main(word: str, *rest: str) -> None:
    """Do it and print the answer as one line of JSON."""
    import django

    django.setup()
    answer: Any = _open() if word == "open" else _books(rest[0])
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
