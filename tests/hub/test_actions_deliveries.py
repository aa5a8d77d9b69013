"""Receiving, mapping, checking, publishing, replaying and forgetting deliveries: one guarantee per test."""

from __future__ import annotations

import hashlib
import json
from threading import Barrier, Thread

import pytest
from django.db import connection

from tests.hub import builders_deliveries as b
from tests.hub.builders_deliveries import AT, BAD, GOOD
from tidar.common.errors import UnableToAgree, UnableToAllow, UnableToCarry, UnableToFind
from tidar.common.models import AuditEntry
from tidar.hub.actions import mapping, processing, publishing, receiving
from tidar.hub.models import Delivery, Event, Feed, QuarantinedRow
from tidar.hub.queries.cells import raw_cell, raw_cells
from tidar.hub.queries.storage import checked_path, raw_directory, raw_path
from tidar.lake import api as lake
from tidar.places import api as places

Status = Delivery.Status


@pytest.fixture(autouse=True)
def _city(db, home):
    places.forget()
    b.city()
    yield
    places.forget()


def audited(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def test_received_bytes_are_kept_by_their_hash_and_told_of() -> None:
    content = b.people_csv(*GOOD)
    delivery = Delivery.objects.get(pk=b.received(content, by=b.producer()))
    digest = hashlib.sha256(content).hexdigest()
    assert (delivery.sha256, delivery.size_bytes, delivery.status) == (digest, len(content), Status.RECEIVED)
    assert raw_path(delivery).read_bytes() == content
    assert raw_path(delivery).relative_to(raw_directory()).as_posix() == f"{digest[:2]}/{digest}"
    assert Event.objects.get(kind="delivery.received").source_id == str(delivery.pk)
    assert audited("delivery.receive") == 1
    assert list((raw_directory() / "incoming").iterdir()) == []


def test_the_same_bytes_are_the_same_delivery() -> None:
    first, second = b.received(b.people_csv(*GOOD)), b.received(b.people_csv(*GOOD), at=b.later(hours=1))
    assert first == second
    assert audited("delivery.receive") == 1


def test_a_person_may_try_a_refused_file_again_but_a_machine_may_not_flood() -> None:
    refused = b.processed(b"\x00\x01\x02 nothing of this is a table \x00", name="rusak.csv")
    assert refused.status == Status.REFUSED
    again = b.received(b"\x00\x01\x02 nothing of this is a table \x00", name="rusak.csv")
    by_hand = b.received(b"\x00\x01\x02 nothing of this is a table \x00", name="rusak.csv", by=b.walidata())
    assert (again == refused.pk, by_hand == refused.pk) == (True, False)


def test_one_key_means_one_content() -> None:
    first = b.received(b.people_csv(*GOOD), idempotency_key="2026-10")
    assert b.received(b.people_csv(*GOOD), idempotency_key="2026-10") == first
    with pytest.raises(UnableToAgree, match="2026-10"):
        b.received(b.people_csv(*GOOD[:2]), idempotency_key="2026-10")
    assert Delivery.objects.count() == 1


def test_too_large_a_file_keeps_nothing(settings) -> None:
    settings.UPLOAD_MAX_BYTES = 100
    with pytest.raises(UnableToCarry, match="100 B"):
        b.received(b"x" * 101)
    assert Delivery.objects.count() == 0
    assert [path for path in raw_directory().rglob("*") if path.is_file()] == []


def test_an_empty_file_is_refused_in_words() -> None:
    with pytest.raises(receiving.UnableToReceive, match="kosong"):
        b.received(b"")


@pytest.mark.parametrize("feed", ["muka_air", "penduduk"])
def test_feeds_that_take_no_files(feed: str) -> None:
    Feed.objects.filter(code="penduduk").update(active=False)
    with pytest.raises(receiving.UnableToReceive):
        b.received(b.people_csv(*GOOD), feed=feed)


def test_a_colleague_of_another_agency_cannot_deliver() -> None:
    with pytest.raises(UnableToAllow):
        b.received(b.people_csv(*GOOD), by=b.producer("dishub"))
    with pytest.raises(UnableToFind):
        b.received(b.people_csv(*GOOD), feed="tidak_ada")
    assert Event.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\penduduk.xlsx", "penduduk.xlsx"),
        ("a\x00b\n.csv", "ab.csv"),
        ("", "tanpa-nama"),
        ("x" * 400 + ".xlsx", "x" * 236 + ".xlsx"),
    ],
)
def test_names_are_kept_without_folders_and_control_characters(given: str, kept: str) -> None:
    assert receiving.clean_name(given) == kept


def test_a_good_file_goes_the_whole_way_by_itself(django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        delivery = b.processed(b.people_csv(*GOOD), by=b.producer())
    assert (delivery.status, delivery.accepted_count, delivery.rejected_count) == (Status.PUBLISHED, 4, 0)
    assert b.total() == 100 + 110 + 200 + 210 + 300 + 310 + 50 + 60
    event = Event.objects.get(kind="delivery.published")
    assert event.data == {"feed": "penduduk", "lake_table": "penduduk", "lake_version": 1, "accepted": 4, "rejected": 0}
    assert delivery.feed.heading_memory["Kepala keluarga"] == "kepala_keluarga"
    assert (audited("delivery.check"), audited("delivery.publish")) == (1, 1)
    assert not checked_path(delivery).exists()


def test_a_second_run_changes_nothing() -> None:
    delivery = b.processed(b.people_csv(*GOOD))
    assert processing.process_delivery(delivery_id=delivery.pk, by=b.SYSTEM, at=AT) == Status.PUBLISHED
    assert Event.objects.filter(kind="delivery.published").count() == 1


def test_a_question_waits_for_a_person() -> None:
    delivery = b.processed(b.people_csv(*GOOD, heading="Tempat;Kapan;Pria;Wanita;C;D;E"))
    assert delivery.status == Status.MAPPING
    assert delivery.sentence
    assert Event.objects.filter(kind="delivery.held").count() == 1
    assert lake.current_version("penduduk") is None


def test_an_unreadable_file_is_refused_with_a_sentence_and_kept() -> None:
    delivery = b.processed(b"MZ\x90\x00\x03\x00" + b"\x00" * 500, name="virus.xlsx")
    assert delivery.status == Status.REFUSED
    assert delivery.sentence
    assert raw_path(delivery).exists()
    assert Event.objects.get(kind="delivery.refused").data["sentence"] == delivery.sentence


def test_bad_rows_wait_in_quarantine_and_reach_no_number() -> None:
    delivery = b.processed(b.people_csv(*GOOD, BAD))
    row = QuarantinedRow.objects.get(delivery=delivery)
    assert delivery.status == Status.PUBLISHED
    assert (row.cell, row.original["kelurahan"]) == ("A6", "Rejowinangun Utr")
    assert "A6" in row.sentence
    assert b.total() == 1_340


def test_more_bad_than_good_is_held_and_cannot_be_waved_through() -> None:
    strange = [("Entah", "Oktober 2026", n, n) for n in range(5)]
    delivery = b.processed(b.people_csv(*GOOD[:2], *strange))
    assert delivery.status == Status.HELD
    assert "5 dari 7 baris" in delivery.sentence
    assert lake.current_version("penduduk") is None
    with pytest.raises(processing.UnableToCheck, match="alasan"):
        processing.lift_hold(delivery_id=delivery.pk, reason=" ", by=b.SYSTEM, at=AT)


def test_beyond_what_is_kept_a_hold_stays(monkeypatch) -> None:
    monkeypatch.setattr(processing, "KEPT_WHEN_HELD", 3)
    delivery = b.processed(b.people_csv(*GOOD[:2], *[("Entah", "Oktober 2026", n, n) for n in range(5)]))
    assert (delivery.rejected_count, QuarantinedRow.objects.count()) == (5, 3)
    with pytest.raises(processing.UnableToCheck):
        processing.lift_hold(delivery_id=delivery.pk, reason="tetap", by=b.SYSTEM, at=AT)


def test_a_hold_is_lifted_by_a_person_with_a_reason() -> None:
    stalls = [("Cacaban", "A", f"A-{n}") for n in range(24)]
    b.processed(b.stalls_csv(*stalls), feed="pasar_lapak")
    shrunk = b.processed(b.stalls_csv(*stalls[:5]), feed="pasar_lapak", at=b.later(days=1))
    assert shrunk.status == Status.HELD, shrunk.report
    assert "24 baris" in shrunk.sentence
    seller = b.producer("disperindag")
    processing.lift_hold(delivery_id=shrunk.pk, reason="pasar direnovasi", by=seller, at=AT)
    publishing.publish_delivery(delivery_id=shrunk.pk, by=seller, at=AT)
    assert AuditEntry.objects.get(action="delivery.lift_hold").after["reason"] == "pasar direnovasi"
    assert lake.current_version("pasar_lapak").row_count == 5


def test_a_month_delivered_again_corrects_and_does_not_double() -> None:
    b.processed(b.people_csv(*GOOD))
    b.processed(b.people_csv(("Magersari", "Oktober 2026", 101, 110), *GOOD[1:]), at=b.later(days=1))
    assert b.total() == 1_341


def test_differences_from_last_time_name_the_kelurahan() -> None:
    b.processed(b.people_csv(*GOOD))
    second = b.processed(b.people_csv(*GOOD[1:]), at=b.later(days=1))
    said = " ".join(second.report["differences"])
    assert "Magersari" in said
    assert "33.71" not in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rt": None}, "Jumlah RT"),
        ({"rt": 2}, "dua kali"),
        ({"rt": 99}, "tidak ada di berkas"),
        ({"bukan": 1}, "tidak ada di kontrak"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_in_words(change: dict, said: str) -> None:
    delivery = b.checked(b.people_csv(*GOOD))
    wanted = {k: v for k, v in {**delivery.mapping, **change}.items() if v is not None}
    with pytest.raises(mapping.UnableToMap, match=said):
        mapping.map_columns(delivery_id=delivery.pk, mapping=wanted, by=b.SYSTEM, at=AT)


def test_a_mapping_by_hand_is_audited_and_remembered_when_published() -> None:
    pk = b.received(b.people_csv(*GOOD, heading="Tempat;Kapan;Pria;Wanita;C;D;E"), by=b.producer())
    mapping.survey_delivery(delivery_id=pk, by=b.producer(), at=AT)
    names = ("kelurahan", "periode", "laki_laki", "perempuan", "kepala_keluarga", "rw", "rt")
    chosen = {name: place for place, name in enumerate(names)}
    mapping.map_columns(delivery_id=pk, mapping=chosen, by=b.producer(), at=AT)
    assert Feed.objects.get(code="penduduk").heading_memory == {}
    processing.check_delivery(delivery_id=pk, by=b.producer(), at=AT)
    publishing.publish_delivery(delivery_id=pk, by=b.producer(), at=AT)
    assert Feed.objects.get(code="penduduk").heading_memory["Pria"] == "laki_laki"
    next_month = b.people_csv(("Wates", "November 2026", 1, 1), heading="Tempat;Kapan;Pria;Wanita;C;D;E")
    assert b.processed(next_month, at=b.later(days=30)).status == Status.PUBLISHED


def test_a_check_that_was_called_off_leaves_no_trace(monkeypatch) -> None:
    pk = b.received(b.people_csv(*GOOD, BAD))
    mapping.survey_delivery(delivery_id=pk, by=b.SYSTEM, at=AT)
    real = processing.check_content

    def slow(**arguments):
        processing.cancel_check(delivery_id=pk, by=b.SYSTEM, at=AT)
        return real(**arguments)

    monkeypatch.setattr(processing, "check_content", slow)
    assert processing.check_delivery(delivery_id=pk, by=b.SYSTEM, at=AT) == Status.MAPPING
    assert (QuarantinedRow.objects.count(), audited("delivery.check")) == (0, 0)
    assert list(checked_path(Delivery.objects.get(pk=pk)).parent.glob("*.parquet")) == []


def test_a_failing_check_gives_the_delivery_back(monkeypatch) -> None:
    pk = b.received(b.people_csv(*GOOD))
    mapping.survey_delivery(delivery_id=pk, by=b.SYSTEM, at=AT)
    monkeypatch.setattr(processing, "check_content", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        processing.check_delivery(delivery_id=pk, by=b.SYSTEM, at=AT)
    assert Delivery.objects.get(pk=pk).status == Status.MAPPING


def test_a_killed_check_can_be_taken_over_after_a_while() -> None:
    delivery = b.checked(b.people_csv(*GOOD))
    processing.claim_check(delivery, at=AT)
    with pytest.raises(processing.UnableToCheck):
        processing.claim_check(delivery, at=b.later(minutes=9))
    assert processing.claim_check(delivery, at=b.later(minutes=11))


def test_a_large_file_is_checked_by_the_worker() -> None:
    pk = b.received(b.people_csv(*GOOD))
    mapping.survey_delivery(delivery_id=pk, by=b.SYSTEM, at=AT)
    processing.queue_check(delivery_id=pk, by=b.producer(), at=AT)
    waiting = Delivery.objects.get(pk=pk)
    assert (waiting.status, waiting.progress) == (Status.CHECKING, 5)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'hub.check_delivery'")
        args = json.loads(cursor.fetchone()[0])
    from tidar.hub.tasks import check_delivery

    assert check_delivery(**args) == Status.CHECKED
    assert check_delivery(**args) == Status.CHECKED  # delivered twice by the queue: once is enough
    assert audited("delivery.check") == 1


def test_a_delivery_publishes_once() -> None:
    delivery = b.checked(b.people_csv(*GOOD))
    publishing.publish_delivery(delivery_id=delivery.pk, by=b.SYSTEM, at=AT)
    with pytest.raises(publishing.UnableToPublish, match="sudah terbit"):
        publishing.publish_delivery(delivery_id=delivery.pk, by=b.SYSTEM, at=AT)
    with pytest.raises(mapping.UnableToMap):
        mapping.refuse_delivery(delivery_id=delivery.pk, sentence="terlambat", by=b.SYSTEM, at=AT)


def test_an_unchecked_delivery_does_not_publish() -> None:
    pk = b.received(b.people_csv(*GOOD))
    with pytest.raises(publishing.UnableToPublish, match="belum siap"):
        publishing.publish_delivery(delivery_id=pk, by=b.SYSTEM, at=AT)


def test_when_publishing_fails_everything_is_as_before(monkeypatch) -> None:
    delivery = b.checked(b.people_csv(*GOOD))
    monkeypatch.setattr(publishing, "record_event", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publishing.publish_delivery(delivery_id=delivery.pk, by=b.SYSTEM, at=AT)
    delivery.refresh_from_db()
    assert delivery.status == Status.CHECKED
    assert lake.current_version("penduduk") is None
    monkeypatch.undo()
    publishing.publish_delivery(delivery_id=delivery.pk, by=b.SYSTEM, at=AT)
    assert b.total() == 1_340


def test_replay_is_a_new_delivery_through_todays_contract() -> None:
    old = b.processed(b.people_csv(*GOOD))
    contract = Feed.objects.get(code="penduduk").contract
    contract["columns"][2]["maximum"] = 250
    Feed.objects.filter(code="penduduk").update(contract=contract)
    new = Delivery.objects.get(pk=processing.replay_delivery(delivery_id=old.pk, by=b.walidata(), at=b.later(days=1)))
    assert (new.replay_of_id, new.sha256, new.accepted_count, new.rejected_count) == (old.pk, old.sha256, 3, 1)
    assert Delivery.objects.get(pk=old.pk).accepted_count == 4


def test_replay_needs_who_administers_feeds() -> None:
    old = b.processed(b.people_csv(*GOOD))
    with pytest.raises(UnableToAllow):
        processing.replay_delivery(delivery_id=old.pk, by=b.producer(), at=AT)


def test_after_retention_bytes_go_and_what_they_were_stays(django_capture_on_commit_callbacks) -> None:
    old = b.processed(b.people_csv(*GOOD))
    path = raw_path(old)
    kept = b.processed(b.people_csv(*GOOD[:1]), at=b.later(days=3_000))
    with django_capture_on_commit_callbacks(execute=True):
        assert receiving.expire_raw(by=b.SYSTEM, at=b.later(days=3_651)) == 1
    old.refresh_from_db()
    assert not path.exists()
    assert raw_path(kept).exists()
    assert (old.sha256 != "", old.accepted_count, audited("delivery.expire_raw")) == (True, 4, 1)
    with pytest.raises(UnableToFind, match="masa simpan"):
        raw_path(old)
    assert receiving.expire_raw(by=b.SYSTEM, at=b.later(days=3_651)) == 0


def test_bytes_shared_with_a_replay_stay(django_capture_on_commit_callbacks) -> None:
    old = b.processed(b.people_csv(*GOOD))
    new = processing.replay_delivery(delivery_id=old.pk, by=b.walidata(), at=b.later(days=3_000))
    with django_capture_on_commit_callbacks(execute=True):
        receiving.expire_raw(by=b.SYSTEM, at=b.later(days=3_651))
    assert raw_path(Delivery.objects.get(pk=new)).exists()


def test_back_to_the_cell() -> None:
    delivery = b.processed(b.people_csv(*GOOD))
    cell = raw_cell(delivery.pk, 3, "perempuan")
    assert (cell.file_name, cell.row, cell.line, cell.cell) == ("penduduk.csv", 3, 3, "D3")
    assert (cell.heading, cell.text, cell.pairs[0]) == ("Perempuan", "210", ("Kelurahan", "Cacaban"))
    assert raw_cell(delivery.pk, 3, None).cells == ("A3", "B3", "C3", "D3", "E3", "F3", "G3")
    with pytest.raises(UnableToFind):
        raw_cell(delivery.pk, 99, None)


def test_back_to_all_cells_of_a_row_with_one_look(django_assert_num_queries) -> None:
    delivery = b.processed(b.people_csv(*GOOD))
    with django_assert_num_queries(2):
        cells = raw_cells(delivery.pk, 3, ("laki_laki", "perempuan", None))
    assert [(c.column, c.cell, c.heading) for c in cells][1:] == [("perempuan", "D3", "Perempuan"), ("", "", "")]
    assert cells[0].cell == "C3"
    assert cells[:2] == tuple(raw_cell(delivery.pk, 3, column) for column in ("laki_laki", "perempuan"))
    assert len({c.pairs for c in cells}) == 1


def test_a_record_with_a_line_break_says_its_line_too() -> None:
    stalls = b.stalls_csv(("Cacaban", "A", '"A\n1"'), ("Cacaban", "A", "A-2"))
    delivery = b.processed(stalls, feed="pasar_lapak")
    cell = raw_cell(delivery.pk, 3, "nomor")
    assert (cell.row, cell.line, cell.text) == (3, 4, "A-2")


def test_personal_columns_are_masked_in_lineage() -> None:
    delivery = b.processed(b.people_csv(*GOOD))
    contract = Feed.objects.get(code="penduduk").contract
    contract["columns"][3]["personal"] = True
    Feed.objects.filter(code="penduduk").update(contract=contract)
    cell = raw_cell(delivery.pk, 3, "perempuan")
    assert "210" not in (cell.text, *(text for _, text in cell.pairs))


def together(*acts) -> list[object]:
    """Run in threads that start at the same moment; answers results or errors."""
    barrier, results = Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act) -> None:
        barrier.wait()
        try:
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class TestTogether:
    """Two people at the same moment; real transactions."""

    pytestmark = pytest.mark.django_db(transaction=True)

    def test_the_same_file_twice_at_once_is_one_delivery(self, transactional_db) -> None:
        content = b.people_csv(*GOOD)
        one, two = together(lambda: b.received(content), lambda: b.received(content))
        assert one == two
        assert Delivery.objects.count() == 1

    def publish_twice(self) -> list[object]:
        delivery = b.checked(b.people_csv(*GOOD))

        def press() -> object:
            return publishing.publish_delivery(delivery_id=delivery.pk, by=b.SYSTEM, at=AT)

        return together(press, press)

    def test_two_people_press_publish_and_one_publishes(self, transactional_db) -> None:
        results = self.publish_twice()
        assert sum(isinstance(r, publishing.UnableToPublish) for r in results) == 1
        assert Event.objects.filter(kind="delivery.published").count() == 1

    def test_without_the_guard_both_would(self, transactional_db, monkeypatch) -> None:
        def unguarded(delivery, *, at):
            Delivery.objects.filter(pk=delivery.pk).update(status=Status.PUBLISHED, published_at=at)

        monkeypatch.setattr(publishing, "_claim", unguarded)
        monkeypatch.setattr(publishing.transaction, "on_commit", lambda _: None)
        self.publish_twice()
        assert Event.objects.filter(kind="delivery.published").count() == 2
