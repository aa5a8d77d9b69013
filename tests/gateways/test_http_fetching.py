"""Fetching from real sockets: pinned, conditional, bounded."""

from __future__ import annotations

import datetime as dt
import gzip
import ssl
import time
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from tests.gateways.web import LOOPBACK, Site, running_site
from tidar.gateways.api import UnableToFetch, fetch
from tidar.gateways.http import fetching

CSV = b"kelurahan;jumlah\nMagelang;10\n"
BIG = 1_000_000


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        running.page("/data.csv", CSV)
        yield running


def refused(url: str, **more: object) -> UnableToFetch:
    options = {"max_bytes": BIG, "allow_private": LOOPBACK} | more
    with pytest.raises(UnableToFetch) as caught:
        fetch(url, **options)
    assert caught.value.sentence.endswith((".", "80, 443, atau 8000–8999."))
    return caught.value


def test_the_bytes_come_with_name_type_and_size(site):
    with fetch(site.url(), max_bytes=BIG, allow_private=LOOPBACK) as got:
        assert got.changed
        assert got.body.read() == CSV
        assert (got.file_name, got.content_type, got.size_bytes) == ("data.csv", "text/csv", len(CSV))


def test_without_permission_loopback_is_not_even_connected_to(site):
    assert refused(site.url(), allow_private=()).code == "private_address"
    assert site.asked == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "[::ffff:127.0.0.1]"])
def test_other_spellings_of_loopback_are_refused(site, host):
    assert refused(site.url(host=host), allow_private=()).code in ("private_address", "name")
    assert site.asked == []


def test_the_checked_address_is_the_one_connected_to_and_the_name_is_kept(site):
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])  # a name that rebinds between check and use
    with fetch(
        site.url(host="data.magelang.test"), max_bytes=BIG, allow_private=LOOPBACK, resolve=lambda h, p: next(answers)
    ) as got:
        assert got.body.read() == CSV
    assert site.asked[0][1]["host"] == f"data.magelang.test:{site.port}"
    assert next(answers) == ["10.0.0.1"]  # nobody asked twice


def test_one_private_address_spoils_a_name(site):
    error = refused(site.url(host="ganda.test"), allow_private=LOOPBACK, resolve=lambda h, p: ["127.0.0.1", "10.0.0.1"])
    assert error.code == "private_address"
    assert site.asked == []


def test_an_unchanged_file_is_said_to_be_so(site):
    site.page("/data.csv", CSV, headers={"Content-Type": "text/csv", "ETag": '"a1"'})
    with fetch(site.url(), max_bytes=BIG, allow_private=LOOPBACK) as first:
        assert first.etag == '"a1"'
    with fetch(site.url(), etag='"a1"', max_bytes=BIG, allow_private=LOOPBACK) as again:
        assert not again.changed
        assert again.body.read() == b""


def test_a_304_that_nobody_asked_for_is_an_error(site):
    site.page("/data.csv", b"", status=304)
    assert refused(site.url()).code == "status_304"


def redirect(site: Site, path: str, target: str, status: int = 302) -> None:
    site.page(path, b"", status=status, headers={"Location": target})


def test_three_redirects_are_followed_and_a_fourth_is_not(site):
    for n in range(4):
        redirect(site, f"/{n}", f"/{n + 1}" if n < 3 else "/data.csv")
    with fetch(site.url("/1"), max_bytes=BIG, allow_private=LOOPBACK) as got:
        assert got.body.read() == CSV
        assert got.url == site.url()
    assert refused(site.url("/0")).code == "redirects"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/"]
)
def test_a_redirect_to_a_private_address_is_refused(site, status, target):
    redirect(site, "/pindah", target, status)
    assert refused(site.url("/pindah")).code == "private_address"


def test_a_redirect_to_another_scheme_is_refused(site):
    redirect(site, "/pindah", "file:///etc/passwd")
    assert refused(site.url("/pindah")).code == "scheme"


def test_too_much_is_noticed_while_it_streams(site):
    sent: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            sent.append(1)
            yield b"x" * 65536

    site.page("/data.csv", chunks=endless)
    error = refused(site.url())
    assert error.code == "size"
    assert "1,0 MB" in error.sentence
    assert len(sent) < 200


def test_a_decompression_bomb_is_stopped_before_it_bursts(site):
    bomb = gzip.compress(b"0" * 200_000_000, compresslevel=9)
    assert len(bomb) < 250_000
    site.page("/data.csv", bomb, headers={"Content-Type": "text/csv", "Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        assert refused(site.url()).code == "size"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("name", "body"),
    [("gzip", gzip.compress(CSV[:9]) + gzip.compress(CSV[9:])), ("deflate", zlib.compress(CSV)), ("identity", CSV)],
)
def test_usual_encodings_are_decoded(site, name, body):
    site.page("/data.csv", body, headers={"Content-Type": "text/csv", "Content-Encoding": name})
    with fetch(site.url(), max_bytes=BIG, allow_private=LOOPBACK) as got:
        assert got.body.read() == CSV


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"Content-Type": "text/csv", "Content-Encoding": "br"}, CSV, "encoding"),
        ({"Content-Type": "text/csv", "Content-Encoding": "gzip, gzip"}, CSV, "encoding"),
        ({"Content-Type": "text/csv", "Content-Encoding": "gzip"}, b"bukan gzip", "encoding"),
        ({"Content-Type": "text/csv", "Content-Encoding": "gzip"}, gzip.compress(CSV)[:-9], "cut"),
        ({"Content-Type": "text/html; charset=utf-8"}, b"<html>", "content_type"),
        ({"Content-Type": "image/png"}, b"png", "content_type"),
    ],
)
def test_what_is_not_data_is_refused(site, headers, body, code):
    site.page("/data.csv", body, headers=headers)
    assert refused(site.url()).code == code


@pytest.mark.parametrize(
    ("status", "transient"), [(401, False), (404, False), (429, True), (500, True), (503, True), (206, False)]
)
def test_every_status_has_a_sentence_and_says_whether_to_try_again(site, status, transient):
    site.page("/data.csv", b"x", status=status, headers={"Content-Type": "text/csv", "Retry-After": "120"})
    error = refused(site.url())
    assert (error.transient, error.retry_after) == (transient, 120.0)


def test_a_body_that_ends_early_is_not_taken_for_whole(site):
    site.page("/data.csv", CSV, declared_length=len(CSV) + 10)
    error = refused(site.url())
    assert (error.code, error.transient) == ("cut", True)


def test_a_dribbling_site_cannot_hold_us(site, monkeypatch):
    def dribble() -> Iterator[bytes]:
        for _ in range(100):
            time.sleep(0.05)
            yield b"a"

    site.page("/data.csv", chunks=dribble)
    monkeypatch.setattr(fetching, "TOTAL_SECONDS", 0.5)
    began = time.monotonic()
    assert refused(site.url()).code == "timeout"
    assert time.monotonic() - began < 2


def test_nobody_home_may_be_tried_again(unused_tcp_port):
    error = refused(f"http://127.0.0.1:{unused_tcp_port}/")
    assert (error.code, error.transient) == ("connection", True)


@pytest.mark.parametrize(
    ("path", "kind", "disposition", "name"),
    [
        ("/ekspor?format=csv", "text/csv", "", "ekspor.csv"),
        ("/x", "application/json", "", "x.json"),
        ("/x", "application/geo+json", 'attachment; filename="../../etc/a b.geojson"', "a b.geojson"),
        ("/x", "text/csv", "attachment; filename*=UTF-8''data%20pasar.csv", "data pasar.csv"),
        ("/", "text/csv", "", "127.0.0.1.csv"),
    ],
)
def test_the_file_gets_a_harmless_name_with_a_fitting_ending(site, path, kind, disposition, name):
    site.page(path, CSV, headers={"Content-Type": kind, "Content-Disposition": disposition})
    with fetch(site.url(path), max_bytes=BIG, allow_private=LOOPBACK) as got:
        assert got.file_name == name


def self_signed(tmp_path) -> ssl.SSLContext:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "data.magelang.test")])
    now = dt.datetime.now(dt.timezone.utc)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    encoded = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "cert.pem").write_bytes(encoded + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem")
    return context


def test_tls_asks_for_the_name_and_distrusts_an_unsigned_certificate(tmp_path):
    with running_site(self_signed(tmp_path)) as site:
        url = site.url(host="data.magelang.test")
        assert refused(url, resolve=lambda h, p: ["127.0.0.1"]).code == "tls"
        assert site.server_names == ["data.magelang.test"]
        assert site.asked == []
