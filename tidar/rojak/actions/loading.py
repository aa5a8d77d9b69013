"""Bringing patrols up to date from a program's and a region's `patrol.toml`. Idempotent; all of it or nothing."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo
from tidar.formulir import api as formulir
from tidar.people import api as people
from tidar.places import api as places
from tidar.rojak.actions.loading_posts import bring_post
from tidar.rojak.models import FindingKind, Program
from tidar.rojak.rules.program import (
    Adopted,
    PostRow,
    ProgramPatrol,
    patrol_problems,
    program_patrol,
    region_patrol,
    setting_values,
    window_values,
)

FILE_NAME, PROGRAM_FILE, FORMS_FOLDER = "patrol.toml", "program.toml", "forms"


class UnableToLoadPatrol(UnableTo):
    """The files of program and region do not fit together."""


def load_patrol(*, program_dir: Path, region_dir: Path, by: Actor, at: datetime, examples: bool = True) -> int:
    """Program, kinds, forms and posts as the files say; returns how many rows were new or changed.

    A program without `patrol.toml`, or one that the region's file does not adopt, brings nothing. Words, patrol time,
    settings and kinds follow the file; a kind that the file no longer has stays with its findings and is offered to
    nobody. Posts and what belongs to them are brought once: what people changed or ended since is never rewritten.
    `examples`: also the posts that are made up for a demo city. Raises `UnableToLoadPatrol`.
    """
    by.must("patrol.coordinate")
    program_file, region_file = program_dir / FILE_NAME, region_dir / FILE_NAME
    if not program_file.exists() or not region_file.exists():
        return 0
    read = _read(program_file, region_file)
    if read is None:
        return 0
    written, adopted = read
    posts = [post for post in adopted.posts if examples or not post.example]
    with transaction.atomic():
        program, changed = _program(program_dir.name, _title(program_dir), written, adopted)
        counts = {"program": changed, "kinds": _kinds(program, written, adopted)}
        counts["areas"] = _areas(posts, by=by, at=at)
        counts["posts"] = sum(bring_post(program, post, by=by, at=at) for post in posts)
        counts["forms"] = formulir.adopt_folder(
            folder=program_dir / FORMS_FOLDER, program=program_dir.name, by=by, at=at
        )
        if total := sum(counts.values()):
            record("patrol.load", by=by, at=at, subject=("program", program.key), after=counts)
    return total


def _read(program_file: Path, region_file: Path) -> tuple[ProgramPatrol, Adopted] | None:
    try:
        written = program_patrol(program_file.read_text(encoding="utf-8"))
        adopted = region_patrol(region_file.read_text(encoding="utf-8")).adopts.get(program_file.parent.name)
    except ValueError as error:
        raise UnableToLoadPatrol(_("Data ronda tidak dapat dibaca: %s") % error) from error
    if adopted is None:
        return None
    problems = [*patrol_problems(written, adopted), *_agency_problems(written, adopted)]
    if problems:
        raise UnableToLoadPatrol(" ".join(problems))
    return written, adopted


def _agency_problems(written: ProgramPatrol, adopted: Adopted) -> Iterator[str]:
    """Kept in logs only, so Indonesian for everybody."""
    known = {agency.code for agency in people.agencies()}
    named = {adopted.agency or written.agency, *(_agency(kind.key, kind.agency, adopted) for kind in written.kinds)}
    for code in sorted(named - known - {""}):
        yield f"Perangkat daerah '{code}' belum terdaftar."


def _agency(key: str, usual: str, adopted: Adopted) -> str:
    return adopted.agencies.get(key, usual)


def _title(program_dir: Path) -> str:
    """From `program.toml`; the folder's name where there is none."""
    path = program_dir / PROGRAM_FILE
    return str(tomllib.loads(path.read_text(encoding="utf-8"))["title"]) if path.exists() else program_dir.name


def _brought(model: type[models.Model], key: dict[str, Any], values: dict[str, Any]) -> int:
    """1 when the row is new or differed, else 0."""
    found = model._default_manager.filter(**key).first()
    if found is not None and all(getattr(found, name) == value for name, value in values.items()):
        return 0
    model._default_manager.update_or_create(defaults=values, **key)
    return 1


def _program(key: str, title: str, written: ProgramPatrol, adopted: Adopted) -> tuple[Program, int]:
    values = {
        "title": title,
        "words": written.words,
        "windows": window_values(adopted.windows or written.windows),
        "settings": setting_values(written),
        "agency_id": adopted.agency or written.agency or None,
        "active": True,
    }
    changed = _brought(Program, {"key": key}, values)
    return Program.objects.get(key=key), changed


def _kinds(program: Program, written: ProgramPatrol, adopted: Adopted) -> int:
    changed = 0
    for order, kind in enumerate(written.kinds):
        values = {
            "title": kind.title, "icon": kind.icon, "form_key": kind.form, "severity": kind.severity,
            "sensitivity": kind.sensitivity, "agency_id": _agency(kind.key, kind.agency, adopted) or None,
            "becomes": kind.becomes, "wants_photo": kind.wants_photo, "near_metres": kind.near_metres,
            "near_hours": kind.near_hours, "retention_days": kind.retention_days, "order": order, "active": True,
        }  # fmt: skip
        changed += _brought(FindingKind, {"program": program, "key": kind.key}, values)
    gone = FindingKind.objects.filter(program=program, active=True).exclude(key__in=[k.key for k in written.kinds])
    return changed + gone.update(active=False)


def _areas(posts: list[PostRow], *, by: Actor, at: datetime) -> int:
    """The RW and RT that the posts need and the region lacks, in one import."""
    rows = [row for post in posts for row in _area_rows(post)]
    if not rows:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rw-rt-ronda.csv"
        path.write_text("\n".join(["desa;rw;rt;nama", *rows]), encoding="utf-8")
        imported = places.import_neighbourhoods(path=path, by=by, at=at)
    if not imported.is_taken:
        raise UnableToLoadPatrol(" ".join(imported.errors))
    return imported.rw_added + imported.rt_added


def _area_rows(post: PostRow) -> Iterator[str]:
    """Lines of a table for `import_neighbourhoods`; a post of a whole village needs none."""
    village, _dot, rw = post.area.rpartition(".")
    if post.area.count(".") != 4:
        return
    mark = " (contoh)" if post.example else ""
    if places.area(post.area) is None:
        yield f"{village};{rw};;{post.area_name or f'RW {rw}'}{mark if not post.area_name else ''}"
    for number in post.rt:
        if places.area(f"{post.area}.{number:03d}") is None:
            yield f"{village};{rw};{number};RT {number:03d}{mark}"
