"""A whole day of ODK Collect against the served door, over real sockets (`collect`)."""

from __future__ import annotations

import uuid

import pytest

from tests.formulir import collect
from tests.formulir.builders import SYSTEM, adopted, instance, jpeg, key_of, walker
from tests.formulir.collect import Collect, CollectComplains
from tidar.common import clock
from tidar.formulir.actions.forms import retire
from tidar.formulir.api import photo_bytes
from tidar.formulir.models import Attachment, ClientKey, Photo, Submission
from tidar.formulir.views import openrosa

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]
ID = uuid.UUID("0199ab00-0000-7000-8000-00000000c011")
ANSWERS = "<jenis>lain</jenis><banyak/><warna/><foto>{photo}</foto><catatan>{note}</catatan>"


@pytest.fixture
def phone(live_server) -> Collect:
    adopted()
    return Collect(f"{live_server.url}/odk/{key_of(walker())}")


def _filled(*, note: str = "di ujung", photo: str = "a.jpg", id: uuid.UUID = ID, version: str = "1") -> bytes:
    return instance(ANSWERS.format(note=note, photo=photo), id=id, version=version)


def test_forms_are_fetched_once_and_again_when_they_changed(phone: Collect) -> None:
    assert phone.fetch() == ["uji"]
    assert phone.fetch() == []
    adopted(version="2", title="Formulir uji baru")
    assert [(one.form_id, one.version, one.name) for one in phone.list_forms()] == [("uji", "2", "Formulir uji baru")]
    assert phone.fetch() == ["uji"]
    assert phone.fetch() == []


def test_the_hash_in_the_list_is_that_of_the_bytes_that_come(phone: Collect) -> None:
    phone.fetch()
    assert [f"md5:{digest}" for digest in phone.forms.values()] == [one.hash for one in phone.list_forms()]


def test_a_form_is_sent_with_its_photo_after_one_question(phone: Collect) -> None:
    phone.fetch()
    assert phone.send(_filled(), {"a.jpg": jpeg(1)}) == "Jawaban sudah diterima. Terima kasih."
    phone.send(_filled(id=uuid.uuid4(), photo="b.jpg"), {"b.jpg": jpeg(2)})
    assert (phone.heads, phone.posts[0]) == (1, ["xml_submission_file", "a.jpg"])
    kept = Submission.objects.get(pk=ID)
    assert (kept.state, kept.client, kept.device, kept.answers["catatan"]) == (
        "diterima", "odk", "collect:abc", "di ujung",
    )  # fmt: skip
    assert photo_bytes(Attachment.objects.get(submission=ID).photo.kept_sha256).startswith(b"\xff\xd8")


def test_files_that_are_too_much_for_one_post_come_in_several(phone: Collect, monkeypatch) -> None:
    monkeypatch.setattr(openrosa, "ACCEPTED_BYTES", 2_000)
    large = jpeg(1) + b"\0" * 1_200
    phone.send(_filled(), {"a.jpg": large, "b.jpg": jpeg(2) + b"\0" * 1_200, "c.jpg": jpeg(3) + b"\0" * 1_200})
    assert phone.posts == [
        ["xml_submission_file", "a.jpg", "*isIncomplete*"], ["xml_submission_file", "b.jpg", "*isIncomplete*"],
        ["xml_submission_file", "c.jpg"],
    ]  # fmt: skip
    assert sorted(Attachment.objects.values_list("name", flat=True)) == ["a.jpg", "b.jpg", "c.jpg"]
    assert Submission.objects.get().state == "diterima"


def test_a_lost_answer_is_asked_for_again_and_nothing_is_there_twice(phone: Collect, monkeypatch) -> None:
    monkeypatch.setattr(openrosa, "ACCEPTED_BYTES", 2_000)
    files = {"a.jpg": jpeg(1) + b"\0" * 1_200, "b.jpg": jpeg(2) + b"\0" * 1_200}
    for lost in (1, 1, 0):
        phone.lose_answers = lost
        if lost:
            with pytest.raises(ConnectionResetError):
                phone.send(_filled(), files)
            assert Submission.objects.get().pk == ID  # the server had it before the line broke
        else:
            phone.send(_filled(), files)
    assert phone.heads == 1
    assert (Submission.objects.count(), Attachment.objects.count(), Photo.objects.count()) == (1, 2, 2)
    assert Submission.objects.get().state == "diterima"


def test_only_other_content_under_the_same_id_is_refused(phone: Collect) -> None:
    phone.send(_filled(), {"a.jpg": jpeg(1)})
    phone.send(_filled(), {"a.jpg": jpeg(1)})
    phone.send(_filled())
    for xml, files in ((_filled(note="lain"), {"a.jpg": jpeg(1)}), (_filled(), {"a.jpg": jpeg(2)})):
        with pytest.raises(CollectComplains, match=r"\.$") as refused:
            phone.send(xml, files)
        assert refused.value.status == 409
    assert Submission.objects.get().answers["catatan"] == "di ujung"
    assert Attachment.objects.count() == 1


def test_a_form_of_an_older_version_is_still_taken(phone: Collect) -> None:
    """A phone without signal fills in what it has; the city may be ahead."""
    phone.fetch()
    adopted(version="2")
    phone.send(_filled(version="1"), {"a.jpg": jpeg(1)})
    assert Submission.objects.get().version.version == "1"


def test_a_form_that_is_used_no_more_is_not_listed(phone: Collect) -> None:
    other = adopted(key="lain")
    assert {one.form_id for one in phone.list_forms()} == {"uji", "lain"}
    retire(version_id=other.version_id, by=SYSTEM, at=clock.now())
    assert {one.form_id for one in phone.list_forms()} == {"uji"}


def test_a_key_that_was_taken_back_is_said_before_anything_is_sent(phone: Collect) -> None:
    phone.fetch()
    ClientKey.objects.update(revoked_at=clock.now())
    with pytest.raises(CollectComplains) as refused:
        phone.send(_filled())
    assert (refused.value.status, phone.posts, Submission.objects.count()) == (401, [], 0)
    with pytest.raises(CollectComplains) as refused:
        phone.fetch()
    assert refused.value.status == 401


def test_a_redirection_to_another_host_would_be_refused_by_the_client(phone: Collect, monkeypatch) -> None:
    """The client is no rubber stamp: what Collect refuses, it refuses."""
    monkeypatch.setattr(openrosa, "address_of", lambda _request, path: f"https://lain.example{path}")
    with pytest.raises(CollectComplains, match="different host"):
        phone.send(_filled())
    monkeypatch.setattr(openrosa, "address_of", lambda request, path: request.build_absolute_uri(path))
    monkeypatch.setattr(openrosa.openrosa, "form_hash", lambda _xform: "md5:lain")
    phone.fetch()
    assert phone.fetch() == ["uji"]  # fetched for ever
    assert collect.DEFAULT_BYTES == openrosa.ACCEPTED_BYTES
