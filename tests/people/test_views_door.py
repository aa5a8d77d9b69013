"""Signing in, out, by link, with a second factor; sessions that really end; too many attempts."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client, TestCase

from tests.people.builders import SYSTEM, client_of, person
from tidar.common import clock
from tidar.common.models import AuditEntry
from tidar.people.actions.links import create_sign_in_link
from tidar.people.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "kuda laut berenang"


@pytest.fixture(autouse=True)
def _no_earlier_attempts():
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, login: str = "sri", password: str = PASSWORD, **more):
    return client.post("/akun/masuk/", {"login": login, "password": password} | more)


def kept(action: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action=action))


def code_for(secret: str, *, at: float | None = None) -> str:
    return format_hotp_value(hotp_value(secret, int((at or time.time()) // 30)))


@pytest.mark.parametrize("login", ["sri", "SRI", "sri@x.id", "Sri@X.id"])
def test_name_or_address_and_password_sign_in(login) -> None:
    person("sri", password=PASSWORD, email="sri@x.id")
    client = Client()
    assert sign_in(client, login).headers["Location"] == "/"
    assert client.get("/saya/").status_code == 200
    assert kept("session.started")[0].after == {"by": "password", "ip": "127.0.0.1"}


def test_passwords_are_hashed_with_argon2() -> None:
    person("sri", password=PASSWORD)
    assert User.objects.get().password.startswith("argon2$argon2id$")


def test_a_wrong_password_answers_422_in_words_and_is_audited() -> None:
    person("sri", password=PASSWORD)
    response = sign_in(Client(), password="salah")
    assert response.status_code == 422
    assert "Nama akun atau kata sandi tidak cocok." in response.content.decode()
    assert kept("session.refused")[0].after["account"] == "sri"
    assert "salah" not in str(AuditEntry.objects.values())


def test_known_and_unknown_accounts_are_refused_alike() -> None:
    person("sri", password=PASSWORD)
    known, unknown = sign_in(Client(), password="salah"), sign_in(Client(), login="hantu")
    assert (known.status_code, unknown.status_code) == (422, 422)
    assert known.context["form"].errors == unknown.context["form"].errors


def test_after_five_failures_even_the_right_password_waits() -> None:
    person("sri", password=PASSWORD)
    for _ in range(5):
        assert sign_in(Client(), password="salah").status_code == 422
    response = sign_in(Client())
    assert response.status_code == 422 and "Terlalu banyak percobaan" in response.content.decode()
    sign_in(Client())
    assert len(kept("session.refused")) == 5
    assert len(kept("session.blocked")) == 1  # once, not once per attempt: nobody floods the trail


def test_somebody_deactivated_is_told_so_and_stays_out() -> None:
    person("sri", password=PASSWORD, is_active=False)
    client = Client()
    assert sign_in(client).headers["Location"] == "/akun/tidak-aktif/"
    assert client.get("/saya/").status_code == 302


def test_the_next_page_is_ours_only() -> None:
    person("sri", password=PASSWORD)
    assert sign_in(Client(), next="/hub/").headers["Location"] == "/hub/"
    assert sign_in(Client(), next="https://jahat.example/").headers["Location"] == "/"


def test_there_is_no_sign_up() -> None:
    for path in ("/akun/signup/", "/akun/daftar/", "/accounts/signup/"):
        assert Client().get(path).status_code == 404


def test_signing_out_is_a_post_and_is_audited() -> None:
    client = client_of(person())
    assert client.get("/akun/keluar/").status_code == 200
    assert client.get("/saya/").status_code == 200
    client.post("/akun/keluar/")
    assert client.get("/saya/").status_code == 302
    assert len(kept("session.ended")) == 1


def link(user: User) -> str:
    return f"/masuk/sekali/{create_sign_in_link(user_id=user.pk, by=SYSTEM, at=clock.now())}/"


def test_a_link_preview_burns_nothing_and_the_button_signs_in_once() -> None:
    url, client = link(person("sri")), Client()
    assert client.head(url).status_code == client.get(url).status_code == 200
    assert "Masuk sebagai Sri?" in client.get(url).content.decode()
    assert client.get("/saya/").status_code == 302
    assert client.post(url).headers["Location"] == "/"
    assert client.get("/saya/").status_code == 200
    assert Client().post(url).status_code == Client().get(url).status_code == 410
    assert kept("session.started")[0].after["by"] == "link"


def test_a_link_needs_the_form_s_own_token() -> None:
    url = link(person())
    assert Client(enforce_csrf_checks=True).post(url).status_code == 403
    assert Client().get(url).status_code == 200


def test_a_link_does_not_pass_the_second_factor_by() -> None:
    user = person()
    activate(client_of(user))
    client = Client()
    assert client.post(link(user)).headers["Location"] == "/akun/masuk/langkah-kedua/"
    assert client.get("/saya/").status_code == 302


def activate(client: Client) -> str:
    """Install an authenticator on the client's account; returns its secret."""
    page = client.get("/akun/pengaman/aplikasi/pasang/")
    secret = page.context["form"].secret
    with TestCase.captureOnCommitCallbacks(execute=True):
        response = client.post("/akun/pengaman/aplikasi/pasang/", {"code": code_for(secret)})
    assert response.headers["Location"] == "/akun/pengaman/kode-cadangan/"
    return secret


def test_an_authenticator_from_installing_to_signing_in_to_removing() -> None:
    user = person("sri", password=PASSWORD)
    first = client_of(user)
    # something that matters: the password is asked for again
    assert first.get("/akun/pengaman/aplikasi/pasang/").headers["Location"].startswith("/akun/pastikan/")
    first.post("/akun/pastikan/?next=/akun/pengaman/", {"password": PASSWORD})
    secret = activate(first)
    assert {e.after["kind"] for e in kept("second_factor.added")} == {"totp", "recovery_codes"}

    client = Client()
    assert sign_in(client).headers["Location"] == "/akun/masuk/langkah-kedua/"
    assert client.get("/saya/").status_code == 302
    assert client.post("/akun/masuk/langkah-kedua/", {"code": "000000"}).status_code == 422
    assert len(kept("second_factor.refused")) == 1
    next_code = code_for(secret, at=time.time() + 30)  # the one just used to install does not count again
    assert client.post("/akun/masuk/langkah-kedua/", {"code": next_code}).headers["Location"] == "/"
    assert client.get("/saya/").status_code == 200

    first.post("/akun/pengaman/aplikasi/lepas/")
    assert not Authenticator.objects.exists()
    assert len(kept("second_factor.removed")) == 2


def test_secrets_of_second_factors_are_encrypted_at_rest() -> None:
    secret = activate(client_of(person()))
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored and stored.startswith("gAAAA")
    seed = Authenticator.objects.get(type="recovery_codes").data
    assert "gAAAA" in str(seed)


def test_a_recovery_code_signs_in_once() -> None:
    user = person("sri", password=PASSWORD)
    owner = client_of(user)
    owner.post("/akun/pastikan/?next=/akun/pengaman/", {"password": PASSWORD})
    activate(owner)
    code = owner.get("/akun/pengaman/kode-cadangan/").context["unused_codes"][0]
    for expected in (302, 422):
        client = Client()
        sign_in(client)
        assert client.post("/akun/masuk/langkah-kedua/", {"code": code}).status_code == expected


def test_ending_a_session_signs_that_device_out_at_its_next_request() -> None:
    person("sri", password=PASSWORD)
    desk, phone = Client(), Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130.0"})
    sign_in(desk)
    sign_in(phone)
    listed = desk.get("/akun/sesi/").context["sessions"]
    assert [(s.is_current, s.device) for s in listed] == [(True, ""), (False, "Chrome · Android")]
    assert desk.post(f"/akun/sesi/{listed[1].id}/akhiri/").status_code == 302
    assert phone.get("/saya/").status_code == 302
    assert desk.get("/saya/").status_code == 200
    assert len(kept("session.revoked")) == 1


def test_a_stranger_cannot_end_the_session_of_somebody_else() -> None:
    person("sri", password=PASSWORD)
    victim = Client()
    sign_in(victim)
    session = victim.get("/akun/sesi/").context["sessions"][0]
    assert client_of(person("lain")).post(f"/akun/sesi/{session.id}/akhiri/").status_code == 404
    assert Client().post(f"/akun/sesi/{session.id}/akhiri/").status_code == 302
    assert victim.get("/saya/").status_code == 200


def test_a_new_password_signs_the_other_devices_out() -> None:
    person("sri", password=PASSWORD)
    desk, phone = Client(), Client()
    sign_in(desk)
    sign_in(phone)
    new = {"oldpassword": PASSWORD, "password1": "gajah terbang tinggi", "password2": "gajah terbang tinggi"}
    assert desk.post("/akun/kata-sandi/", new).headers["Location"] == "/saya/"
    assert desk.get("/saya/").status_code == 200
    assert phone.get("/saya/").status_code == 302
    assert len(kept("password.changed")) == 1


def test_a_weak_password_is_refused() -> None:
    client = client_of(person())
    for weak in ("pendek", "password123"):
        response = client.post("/akun/kata-sandi/buat/", {"password1": weak, "password2": weak})
        assert response.status_code == 422
    assert not User.objects.get().has_usable_password()


EMPTY_RESPONSE = '{"clientDataJSON":"eA","authenticatorData":"eA","signature":"eA"}'
NONSENSE = (
    "", "x", "[]", "7", "{}", '{"id": "x"}', '{"id": "eA", "rawId": "eA", "response": 1}',
    f'{{"id":"eA","rawId":"eA","type":"public-key","response":{EMPTY_RESPONSE}}}',
)  # fmt: skip


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_a_passkey_that_is_nonsense_is_refused_in_words(nonsense) -> None:
    options = Client().get("/akun/masuk/kunci/", headers={"accept": "application/json"})
    assert options.json()["request_options"]["publicKey"]["challenge"]
    response = Client().post("/akun/masuk/kunci/", {"credential": nonsense})
    assert response.headers["Location"] == "/akun/masuk/"


def test_the_qr_code_has_its_own_white_ground() -> None:
    assert "white" in client_of(person()).get("/akun/pengaman/aplikasi/pasang/").context["totp_svg"]
