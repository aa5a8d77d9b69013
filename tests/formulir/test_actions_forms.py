"""Forms come in, are published and replaced; versions never change."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.formulir.builders import AT, SYSTEM, adopted, walker, xlsform
from tidar.common.errors import UnableToAllow
from tidar.common.models import AuditEntry
from tidar.formulir import api
from tidar.formulir.actions.forms import UnableToPublish, add_draft, publish, retire
from tidar.formulir.models import Form, FormVersion
from tidar.formulir.queries.forms import all_published
from tidar.formulir.rules.xlsform import read_xlsform
from tidar.people import api as people

pytestmark = pytest.mark.django_db
PROGRAMS = Path(__file__).resolve().parents[2] / "programs"


def test_a_form_is_adopted_once_however_often_it_is_brought() -> None:
    first, again = adopted(), adopted()
    assert (first.key, first.version, first.number, first.state) == ("uji", "1", 1, "terbit")
    assert again.version_id == first.version_id
    assert FormVersion.objects.count() == 1
    assert AuditEntry.objects.filter(action="form.added").count() == 1


def test_new_content_is_the_next_version_and_the_old_one_stays_readable() -> None:
    adopted()
    adopted(version="2", title="Judul baru")
    assert api.published("uji").version == "2"
    assert api.version("uji", "1").state == "lama"
    assert Form.objects.get().title == "Judul baru"


def test_other_content_under_the_same_version_is_refused() -> None:
    adopted()
    with pytest.raises(api.UnableToAdopt, match="Naikkan version-nya"):
        adopted(title="Lain")
    assert FormVersion.objects.count() == 1


def test_bringing_an_old_file_again_does_not_go_back() -> None:
    adopted()
    adopted(version="2")
    adopted(version="1")
    assert api.published("uji").version == "2"


def test_a_draft_asks_nobody_until_it_is_published() -> None:
    draft, _advice = add_draft(file=xlsform(), file_name="uji.md", by=SYSTEM, at=AT)
    assert api.published("uji") is None
    publish(version_id=draft.pk, by=SYSTEM, at=AT)
    assert api.published("uji").version == "1"
    with pytest.raises(UnableToPublish):
        publish(version_id=draft.pk, by=SYSTEM, at=AT)


def test_a_retired_form_asks_nobody() -> None:
    retire(version_id=adopted().version_id, by=SYSTEM, at=AT)
    assert api.published("uji") is None
    assert api.version("uji", "1").state == "lama"


def test_only_who_may_edit_forms_brings_one() -> None:
    by = people.actor_for_user(walker().pk, at=AT)
    with pytest.raises(UnableToAllow):
        api.adopt_form(source=xlsform(), file_name="uji.md", by=by, at=AT)


def test_pyxforms_advice_is_handed_on() -> None:
    _draft, advice = add_draft(file=xlsform(), file_name="uji.md", by=SYSTEM, at=AT)
    assert "max-pixels" in advice[0]


@pytest.mark.parametrize("path", sorted(PROGRAMS.glob("*/forms/*.md")), ids=lambda path: path.stem)
def test_pyxform_reads_the_programs_forms_without_a_warning(path: Path) -> None:
    reading = read_xlsform(path.read_bytes(), file_name=path.name)
    assert reading.warnings == ()
    assert reading.definition["key"] == path.stem
    assert reading.xform.startswith("<?xml")


def test_the_programs_forms_can_be_adopted_together() -> None:
    folders = sorted(PROGRAMS.glob("*/forms"))
    adopted_count = [api.adopt_folder(folder=one, program=one.parent.name, by=SYSTEM, at=AT) for one in folders]
    again = [api.adopt_folder(folder=one, program=one.parent.name, by=SYSTEM, at=AT) for one in folders]
    assert (adopted_count, again) == ([5, 4], [0, 0])
    assert {"sampah", "jentik", "jamban-apung", "mutu-air"} <= {one.key for one in all_published()}


def test_every_kind_that_names_a_form_has_one() -> None:
    for patrol in PROGRAMS.glob("*/patrol.toml"):
        kinds = tomllib.loads(patrol.read_text())["kinds"]
        named = {kind["form"] for kind in kinds if kind.get("form")}
        assert named <= {path.stem for path in patrol.parent.glob("forms/*")}
