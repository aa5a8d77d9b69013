"""The patrols of the region's files, and people who hold a role in an RW."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from tidar.common.actor import system
from tidar.people import api as people
from tidar.places import api as places
from tidar.rojak.actions.loading import load_patrol
from tidar.rojak.models import Post

ZONE = ZoneInfo("Asia/Jakarta")
AT = datetime(2026, 11, 25, 9, 0, tzinfo=ZONE)  # a Wednesday
BY = system("uji")
OWN, OTHER = "33.71.03.1001.04", "33.71.03.1002.03"
POST, OTHER_POST = "kemirirejo-04", "cacaban-03"


def load_again() -> int:
    """The patrols of the region once more; how many rows changed."""
    region_dir = settings.REGIONS_DIR / settings.TIDAR_REGION
    return load_patrol(program_dir=settings.PROGRAMS_DIR / "rojak", region_dir=region_dir, by=BY, at=AT)


def load() -> Post:
    """The region's areas, agencies and patrols, as a demo city loads them; the post of RW 04."""
    places.load_region(by=BY, at=AT)
    people.load_agencies(by=BY, at=AT)
    load_again()
    return Post.objects.get(code=POST)
