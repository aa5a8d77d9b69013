"""People, own profile, notices and the audit trail: happy path, form error, and what about the stranger?"""

from __future__ import annotations

import csv
import io
import re

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.test import AsyncClient, Client

from tests.people.builders import AT, SYSTEM, agency, client_of, later, person
from tidar.common import audit
from tidar.common.models import AuditEntry
from tidar.people import api
from tidar.people.models import Notice, User
from tidar.people.views.trail import ACTION_WORDS
from tidar.places import api as places

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    return client_of(person("admin", role="administrator"))


PAGES = ("/orang/", "/orang/peran/", "/orang/tambah/", "/jejak-audit/")


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_sent_to_sign_in_and_colleagues_are_refused(path) -> None:
    assert Client().get(path).headers["Location"] == f"/akun/masuk/?next={path}"
    assert client_of(person(role="producer", agency_code="dishub")).get(path).status_code == 403


@pytest.mark.parametrize("path", [*PAGES, "/saya/", "/pemberitahuan/", "/akun/sesi/", "/akun/pengaman/",
    "/akun/pengaman/kunci/", "/akun/pengaman/kunci/tambah/", "/akun/pengaman/aplikasi/pasang/",
    "/akun/kata-sandi/buat/", "/akun/keluar/"])  # fmt: skip
def test_pages_open_and_hold_nothing_that_the_content_policy_forbids(admin, path) -> None:
    response = admin.get(path)
    html = response.content.decode()
    assert response.status_code == 200
    assert not re.search(r'\sstyle="|\son\w+="|javascript:', html)
    assert all("src=" in tag or 'type="application/json"' in tag for tag in re.findall(r"<script[^>]*>", html))
    assert html.count("<h1") == 1
    assert not re.search(r"https?://(?!127|testserver|localhost)", re.sub(r"xmlns\S+|data:\S+", "", html))


def test_an_account_is_made_given_a_role_and_a_link(admin) -> None:
    agency("dishub")
    made = admin.post("/orang/tambah/", {"username": "sri", "first_name": "Sri"})
    sri = User.objects.get(username="sri")
    assert made.headers["Location"] == f"/orang/{sri.pk}/"
    role = {"role": "producer", "agency": "dishub", "from_date": "2026-01-01"}
    assert admin.post(f"/orang/{sri.pk}/peran/", role).status_code == 302
    page = admin.post(f"/orang/{sri.pk}/tautan/")
    path = re.search(r"/masuk/sekali/[\w-]+/", page.content.decode())[0]
    fresh = Client()
    fresh.post(path)
    assert "Produsen data" in fresh.get("/saya/").content.decode()
    assert path not in admin.get(f"/orang/{sri.pk}/").content.decode()


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/orang/tambah/", {"username": "dengan spasi", "first_name": "X"}),
        ("/orang/tambah/", {"username": "admin", "first_name": "X"}),
        ("/orang/tambah/", {}),
        ("/orang/{id}/peran/", {"role": "producer", "from_date": "2026-01-01"}),
        ("/orang/{id}/peran/", {"role": "", "from_date": "besok"}),
    ],
)
def test_a_failed_form_answers_422_and_changes_nothing(admin, path, data) -> None:
    other = person("lain")
    before = (User.objects.count(), AuditEntry.objects.count())
    response = admin.post(path.format(id=other.pk), data)
    assert response.status_code == 422
    assert 'class="errorlist' in response.content.decode() or "notice--bad" in response.content.decode()
    assert (User.objects.count(), AuditEntry.objects.count()) == before


CHANGES = ("peran/", "tautan/", "nonaktifkan/", "aktifkan/", "sesi/akhiri/", "pengaman/hapus/")


@pytest.mark.parametrize("change", CHANGES)
def test_only_administrators_change_accounts_and_only_by_post(admin, change) -> None:
    target = person("sasaran")
    path = f"/orang/{target.pk}/{change}"
    assert Client().post(path).headers["Location"].startswith("/akun/masuk/")
    assert client_of(person("w", role="walidata")).post(path).status_code == 403
    assert admin.get(path).status_code == 405
    assert not AuditEntry.objects.exists()


def test_deactivating_signs_the_person_out_everywhere_at_once(admin) -> None:
    sri = person("sri")
    client = client_of(sri)
    assert client.get("/saya/").status_code == 200
    admin.post(f"/orang/{sri.pk}/nonaktifkan/")
    assert client.get("/saya/").status_code == 302
    admin.post(f"/orang/{sri.pk}/aktifkan/")
    assert User.objects.get(pk=sri.pk).is_active


def test_a_role_is_revoked_at_once(admin) -> None:
    boss = person("boss", role="walidata")
    client, held = client_of(boss), boss.assignments.get()
    assert client.get("/jejak-audit/").status_code == 200
    admin.post(f"/orang/{boss.pk}/peran/{held.pk}/akhiri/", {"now": "1"})
    assert client.get("/jejak-audit/").status_code == 403


def test_the_last_administrator_is_told_why_not(admin) -> None:
    me = User.objects.get(username="admin")
    response = admin.post(f"/orang/{me.pk}/peran/{me.assignments.get().pk}/akhiri/", {"now": "1"})
    assert response.status_code == 422 and "administrator lain" in response.content.decode()
    admin.post(f"/orang/{me.pk}/nonaktifkan/")
    assert User.objects.get(username="admin").is_active


def test_narrowing_the_list_with_htmx_sends_the_list_alone(admin) -> None:
    person("sri", role="leader")
    html = admin.get("/orang/?peran=leader", headers={"hx-request": "true"}).content.decode()
    assert "<html" not in html and 'id="daftar-orang"' in html
    assert "Sri" in html and "Admin" not in html


def test_the_next_page_of_people_keeps_what_was_searched(admin) -> None:
    for n in range(51):
        person(f"a&b{n}")
    html = admin.get("/orang/", {"q": "a&b"}).content.decode()
    assert 'href="?page=2&amp;q=a%26b"' in html
    assert len(admin.get("/orang/?page=2&q=a%26b").context["rows"]) == 1


def test_an_account_that_is_not_there_is_not_found(admin) -> None:
    assert admin.get("/orang/00000000-0000-7000-8000-000000000000/").status_code == 404


def test_the_own_profile_is_changed_and_shown() -> None:
    client = client_of(person("sri"))
    assert client.post("/saya/", {"first_name": "Sri", "last_name": "Lestari"}).status_code == 302
    assert "Sri Lestari" in client.get("/saya/").content.decode()
    assert client.post("/saya/", {"first_name": ""}).status_code == 422


def test_names_are_text_and_not_markup(admin) -> None:
    person("x", last_name="<script>alert(1)</script>")
    assert "<script>alert" not in admin.get("/orang/").content.decode()


def test_the_language_is_chosen_and_kept_in_a_cookie() -> None:
    client = Client()
    response = client.post("/bahasa/", {"language": "en", "next": "/akun/masuk/"})
    assert response.headers["Location"] == "/akun/masuk/"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert '<html lang="en"' in client.get("/akun/masuk/").content.decode()


def test_notices_are_counted_shown_and_read_by_their_person_only() -> None:
    sri, other = person("sri", role="producer", agency_code="dishub"), person("lain")
    api.notify(agency="dishub", permission="hub.deliver", sentence="Umpan terlambat.", url="/hub/", about="a", at=AT)
    client = client_of(sri)
    page = client.get("/pemberitahuan/")
    assert "Umpan terlambat." in page.content.decode() and int(page.context["unread_notice_count"]) == 1
    assert "Umpan terlambat." not in client_of(other).get("/pemberitahuan/").content.decode()
    client_of(other).post("/pemberitahuan/dibaca/")
    assert Notice.objects.get().read_at is None
    client.post("/pemberitahuan/dibaca/")
    assert Notice.objects.get().read_at is not None


def test_the_trail_shows_what_changed_and_is_narrowed(admin) -> None:
    audit.record(
        "feed.updated", by=SYSTEM, at=AT, subject=("feed", "penduduk"), before={"rhythm": 31}, after={"rhythm": 7}
    )
    html = admin.get("/jejak-audit/?jenis=feed&sasaran=penduduk&dari=2026-11-24&sampai=2026-11-24").content.decode()
    assert "<del>31</del> → <ins>7</ins>" in html
    assert "feed.updated" not in admin.get("/jejak-audit/?sampai=2026-11-23").content.decode()
    assert admin.get("/jejak-audit/?dari=kemarin").status_code == 422


def test_the_trail_pages_on(admin) -> None:
    for n in range(60):
        audit.record("uji", by=SYSTEM, at=later(seconds=n), subject=("uji", str(n)))
    first = admin.get("/jejak-audit/")
    second = admin.get(f"/jejak-audit/?{first.context['next_query']}")
    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 10)
    assert second.context["next_query"] == ""


def test_the_export_is_neutral_complete_and_audited(admin) -> None:
    audit.record("uji", by=SYSTEM, at=AT, subject=("uji", "=HYPERLINK(1)"), after={"x": "y"})
    response = admin.post("/jejak-audit/unduh/", {"tindakan": "uji"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [(r["sasaran"], r["sesudah"]) for r in rows] == [("'=HYPERLINK(1)", "x: y")]
    assert AuditEntry.objects.get(action="audit.exported").after == {"tindakan": "uji"}
    assert client_of(person("lain")).post("/jejak-audit/unduh/").status_code == 403


def test_a_page_costs_one_query_more_for_knowing_who_acts(django_assert_num_queries) -> None:
    client = client_of(person(role="producer", agency_code="dishub"))
    client.get("/akun/keluar/")
    places.region()
    with django_assert_num_queries(4):  # session, user, assignments; and the bell's count
        client.get("/akun/keluar/")


def test_a_visitor_without_a_cookie_costs_no_query(django_assert_num_queries) -> None:
    Client().get("/akun/tidak-aktif/")
    with django_assert_num_queries(0):
        response = Client().get("/akun/tidak-aktif/")
    assert "Cookie" in response.headers["Vary"]


@pytest.mark.django_db(transaction=True)
async def test_an_asynchronous_request_knows_its_actor_without_touching_the_database_in_the_loop() -> None:
    sri = await sync_to_async(person)("sri", role="leader")
    client = AsyncClient()
    await client.aforce_login(sri, backend=settings.AUTHENTICATION_BACKENDS[0])
    response = await client.get("/saya/")
    assert response.status_code == 200 and "Pimpinan" in response.content.decode()
    assert (await AsyncClient().get("/saya/")).status_code == 302
    await sync_to_async(connections.close_all)()


def test_every_action_of_people_has_words_in_the_trail() -> None:
    """The names that `audit.record` gets in this app's source are those that the page can say."""
    source = "".join(p.read_text() for p in (settings.ROOT / "tidar" / "people").rglob("*.py") if p.name != "trail.py")
    named = set(re.findall(r'record(?:_own|_refusal)?\(\s*"([a-z_]+\.[a-z_]+)"|_own\("([a-z_.]+)"', source))
    assert {a or b for a, b in named} <= set(ACTION_WORDS)
    assert len(named) > 10
