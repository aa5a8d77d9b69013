"""What a city needs before it lives: areas, agencies, feeds; and the demo city, sent through the real intake."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

from tidar.common import clock
from tidar.common.actor import system

BY = system("start")
Say = Callable[[str], None]


def load_foundation() -> None:
    """Areas, agencies, and what the programs bring that the region has adopted, brought up to date. Idempotent."""
    from tidar.hub.api import adopt_feeds
    from tidar.people.api import load_agencies
    from tidar.places.api import load_region, region
    from tidar.retribusi.api import load_levies
    from tidar.rojak.api import load_patrol

    at = clock.now()
    load_region(by=BY, at=at)
    load_agencies(by=BY, at=at)
    region_dir = settings.REGIONS_DIR / settings.TIDAR_REGION
    for program in region().programs:
        folder = settings.PROGRAMS_DIR / program
        adopt_feeds(program_dir=folder, by=BY, at=at)
        load_levies(program_dir=folder, region_dir=region_dir, by=BY, at=at)
        load_patrol(program_dir=folder, region_dir=region_dir, by=BY, at=at, examples=False)


def demo_files() -> Iterator[tuple[str, Path]]:
    """(feed, file) of the region's demo folder: `penduduk-2026-05.xlsx` is for the feed `penduduk`."""
    folder = settings.REGIONS_DIR / settings.TIDAR_REGION / "demo"
    for path in sorted(folder.glob("*.*")):
        if path.suffix in {".csv", ".xlsx", ".ods", ".geojson"}:
            yield path.stem.split("-", 1)[0], path


def load_demo(say: Say) -> None:
    """Demo people, and every demo file delivered as its agency would; a file that came before is not taken twice."""
    from tidar.hub.api import process_delivery, receive_delivery
    from tidar.people.api import create_sample_people
    from tidar.places.api import region
    from tidar.rojak.api import load_patrol

    create_sample_people(by=BY, at=clock.now())
    region_dir = settings.REGIONS_DIR / settings.TIDAR_REGION
    for program in region().programs:
        load_patrol(program_dir=settings.PROGRAMS_DIR / program, region_dir=region_dir, by=BY, at=clock.now())
    for feed, path in demo_files():
        with path.open("rb") as file:
            delivery = receive_delivery(feed_code=feed, file=file, file_name=path.name, by=BY, at=clock.now())
        status = process_delivery(delivery_id=delivery, by=BY, at=clock.now())
        if status != "published":
            say(f"  {path.name}: {status} (see /hub/kiriman/{delivery}/)")


def close_books() -> None:
    """The night's work of the ledger and the levies, done once at a start: the wall says that the books hold."""
    from tidar.ledger.api import close_and_check

    close_and_check(by=BY, at=clock.now())


def wait_until_followed(patience_seconds: float = 40.0) -> bool:
    """Wait until events are numbered and consumers have caught up; False when they had not in time."""
    from tidar.hub.api import spine_lag

    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        if spine_lag() == 0:
            return True
        time.sleep(0.1)
    return False


def sign_in_lines(base_url: str) -> Iterator[str]:
    """One line per demo person: role, name, link that works once."""
    from tidar.people.api import create_demo_links

    yield "\nSign-in links (each works once; a new start prints new ones):"
    for link in create_demo_links(base_url=base_url, by=BY, at=clock.now()):
        yield f"  {link.role_title:<34} {link.person:<28} {link.url}"
