"""What waits of a spreadsheet is settled by a person, and what a line did can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.retribusi.importing import builders as s
from tests.retribusi.importing.builders import NIK_A, NIK_B, row
from tests.retribusi.register import builders as b
from tidar.common.errors import UnableToAllow
from tidar.common.models import AuditEntry
from tidar.hub.models import Event
from tidar.retribusi.actions.importing.settling import (
    UnableToSettle,
    accept_line,
    dismiss_line,
    link_line,
    undo_line,
)
from tidar.retribusi.models import ImportLine, Occupancy, Payer, RightRenewal

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _loaded(home: Path) -> None:
    s.load()


def waiting() -> ImportLine:
    """A line whose trader may be one who is registered."""
    made = s.send(row("1", "Sutinah", NIK_A, hp="081234567890"), row("2", "Sutina", NIK_B, hp="081234567890"))
    return ImportLine.objects.get(delivery_id=made.pk, state="ganda")


def test_accepted_as_a_person_of_their_own() -> None:
    line = accept_line(line_id=waiting().pk, by=b.officer(), at=b.AT)
    assert (line.state, Payer.objects.count(), Occupancy.objects.count()) == ("masuk", 2, 2)
    with pytest.raises(UnableToSettle, match="sudah diputuskan"):
        accept_line(line_id=line.pk, by=b.officer(), at=b.AT)


def test_linked_to_the_payer_who_is_meant() -> None:
    line = waiting()
    assert line.payer is not None
    link_line(line_id=line.pk, payer_id=line.payer.pk, by=b.officer(), at=b.AT)
    assert Payer.objects.count() == 1
    assert Occupancy.objects.filter(payer=line.payer).count() == 2


def test_dismissed_for_a_reason_and_waiting_again() -> None:
    line = waiting()
    with pytest.raises(UnableToSettle, match="alasan"):
        dismiss_line(line_id=line.pk, reason=" ", by=b.officer(), at=b.AT)
    dismiss_line(line_id=line.pk, reason="salah ketik di dinas", by=b.officer(), at=b.AT)
    assert Occupancy.objects.count() == 1
    assert undo_line(line_id=line.pk, by=b.officer(), at=b.AT).state == "bertentangan"


def test_another_holder_accepted_means_that_the_first_left_the_day_before() -> None:
    s.send(row("1", "Sutinah", NIK_A))
    made = s.send(row("1", "Parjo", NIK_B, sejak="2026-06-01"), name="juni.csv")
    line = accept_line(line_id=ImportLine.objects.get(delivery_id=made.pk).pk, by=b.officer(), at=b.AT)
    first, second = Occupancy.objects.order_by("from_date")
    assert (str(first.to_date), str(second.from_date)) == ("2026-05-31", "2026-06-01")
    undo_line(line_id=line.pk, by=b.officer(), at=b.AT)
    first = Occupancy.objects.get()
    assert (first.payer.name, first.to_date) == ("Sutinah", None)


def test_an_undone_line_leaves_the_stall_empty_and_says_so() -> None:
    made = s.send(row("1", "Sutinah", NIK_A))
    line = undo_line(line_id=ImportLine.objects.get(delivery_id=made.pk).pk, by=b.officer(), at=b.AT)
    assert line.state == "dibatalkan"
    assert not Occupancy.objects.exists()
    assert Event.objects.filter(kind="levy.vacated", data__undone=True).count() == 1
    assert AuditEntry.objects.filter(action="occupancy.undo").count() == 1


def test_what_rests_on_an_occupancy_keeps_it() -> None:
    made = s.send(row("1", "Sutinah", NIK_A))
    RightRenewal.objects.create(
        occupancy=Occupancy.objects.get(), right="izin", seen_date=b.AT.date(), seen_how="uji", recorded_at=b.AT
    )
    with pytest.raises(UnableToSettle, match="bertumpu"):
        undo_line(line_id=ImportLine.objects.get(delivery_id=made.pk).pk, by=b.officer(), at=b.AT)
    assert Occupancy.objects.count() == 1


def test_undone_changes_return() -> None:
    s.send(row("1", "Sutinah"))
    made = s.send(row("1", "Sutinah", NIK_A, luas="12", hp="081234567890"))
    undo_line(line_id=ImportLine.objects.get(delivery_id=made.pk).pk, by=b.officer(), at=b.AT)
    held = Occupancy.objects.select_related("payer", "levy_object").get()
    assert (held.levy_object.area_m2, held.payer.nik_digest, held.payer.phone) == (9, "", "")


def test_another_agency_settles_nothing() -> None:
    line = waiting()
    for act in (accept_line, undo_line):
        with pytest.raises(UnableToAllow):
            act(line_id=line.pk, by=b.officer(agency="dlh"), at=b.AT)
