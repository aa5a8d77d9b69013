"""Addresses that nobody means: days of another age, endless numbers. A page or a sentence, never an accident."""

from __future__ import annotations

import pytest

from tests.people.builders import client_of, person
from tests.retribusi import builders

pytestmark = pytest.mark.django_db

EXTREME = (
    "/retribusi/kas/?hari=0001-01-01", "/retribusi/kas/?hari=9999-12-31", "/retribusi/kas/bku/?bulan=0001-01",
    "/retribusi/kas/bku/?bulan=9999-12", "/retribusi/kas/serah/?bulan=0001-01", "/retribusi/kas/sts/?hari=0001-01-01",
    "/retribusi/kas/target/?hari=0001-01-01", "/retribusi/kas/target/?tahun=0000", "/retribusi/kas/target/?tahun=99999",
    "/retribusi/kas/piutang/?mulai=" + "9" * 5000, "/retribusi/kas/cocok/?bulan=0001-01",
    "/retribusi/kas/buku-pembantu/?bulan=0001-01", "/retribusi/pimpinan/?hari=0001-01-01",
    "/retribusi/pasar/rejowinangun/?hari=0001-01-01", "/retribusi/kas/?hari=%F0%9F%98%80", "/papan/rejowinangun/?x=1",
    "/retribusi/pembayaran/?dari=0001-01-01&sampai=9999-12-31", "/retribusi/pembayaran/?bulan=9999-12",
    "/retribusi/perkara/?sebelum=0001-01-01", "/retribusi/pembayaran/?q=" + "9" * 3000,
)  # fmt: skip


@pytest.mark.parametrize("url", EXTREME)
def test_days_and_numbers_of_another_age_are_no_accident(url: str) -> None:
    builders.city()
    client = client_of(person("kuat", role="administrator"))
    client.raise_request_exception = False
    assert client.get(url).status_code < 500
