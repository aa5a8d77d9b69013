"""One conditional GET: guarded, bounded in time and in decoded bytes, every failure a sentence.

Guarantees: at most `MAX_REDIRECTS` hops, each judged like the first; at most `max_bytes` after decompression are ever
held, and never more than one chunk of them in memory beyond the spool; the whole exchange ends within `TOTAL_SECONDS`.
"""

from __future__ import annotations

import re
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import PurePosixPath
from types import TracebackType
from typing import BinaryIO, cast
from urllib.parse import unquote

import httpx
from django.utils.translation import gettext as _

from tidar.common.formats import size_text
from tidar.gateways.http.addresses import Policy, UnableToFetch, check_url
from tidar.gateways.http.connecting import GuardedTransport, Resolver, system_resolver

MAX_REDIRECTS = 3
TOTAL_SECONDS = 300.0
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
CHUNK = 64 * 1024
SPOOL_BYTES = 4 * 1024 * 1024
AGENT = "Tidar"
ENDINGS = {
    "text/csv": ".csv",
    "application/csv": ".csv",
    "text/plain": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "text/json": ".json",
    "application/geo+json": ".geojson",
    "application/vnd.geo+json": ".geojson",
    "application/vnd.ms-excel": ".csv",  # what many portals call CSV; the bytes are looked at afterwards
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/octet-stream": "",
    "binary/octet-stream": "",
    "": "",
}
READABLE = (".csv", ".tsv", ".txt", ".json", ".geojson", ".xlsx", ".ods")


@dataclass(slots=True)
class Fetched:
    """What came: `changed` False is a 304 and an empty body. Close it (it is a context manager)."""

    changed: bool
    body: BinaryIO
    size_bytes: int
    file_name: str
    content_type: str
    etag: str
    last_modified: str
    url: str

    def __enter__(self) -> Fetched:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.body.close()


def fetch(
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    max_bytes: int,
    allow_private: Sequence[str] = (),
    resolve: Resolver = system_resolver,
) -> Fetched:
    """GET `url` if it changed since `etag`/`last_modified`; raises `UnableToFetch` with an Indonesian sentence.

    `allow_private`: CIDRs of private networks that may be reached. The body is at its start, decoded.
    """
    policy = Policy.allowing(allow_private)
    deadline = time.monotonic() + TOTAL_SECONDS
    headers = {
        "User-Agent": AGENT,
        "Accept-Encoding": "gzip, deflate",
        "Accept": "text/csv, application/json, */*;q=0.5",
    }
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": last_modified} if last_modified else {}
    try:
        with GuardedTransport(policy, resolve, deadline=deadline) as transport:
            return _followed(transport, check_url(url), headers, max_bytes=max_bytes)
    except httpx.TimeoutException as error:
        raise UnableToFetch(_("Situs itu terlalu lama menjawab."), code="timeout", transient=True) from error
    except httpx.HTTPError as error:
        raise _broken(error) from error


def _broken(error: httpx.HTTPError) -> UnableToFetch:
    if "CERTIFICATE" in str(error).upper() or "SSL" in str(error).upper():
        return UnableToFetch(
            _("Sertifikat keamanan situs itu tidak sah, sehingga datanya tidak dapat dipercaya."),
            code="tls",
            transient=True,
        )
    if isinstance(error, httpx.ConnectError):
        return UnableToFetch(_("Situs itu tidak dapat dihubungi."), code="connection", transient=True)
    return UnableToFetch(_("Sambungan terputus sebelum data lengkap."), code="cut", transient=True)


def _followed(transport: httpx.BaseTransport, url: httpx.URL, headers: dict[str, str], *, max_bytes: int) -> Fetched:
    conditional = "If-None-Match" in headers or "If-Modified-Since" in headers
    for _hop in range(MAX_REDIRECTS + 1):
        request = httpx.Request("GET", url, headers=headers, extensions={"timeout": TIMEOUT.as_dict()})
        response = transport.handle_request(request)
        response.request = request
        try:
            if response.has_redirect_location:
                url = check_url(response.headers.get("location", ""), before=url)
                continue
            if response.status_code == httpx.codes.NOT_MODIFIED and conditional:
                return _unchanged(response, url)
            _must_be_data(response)
            return _received(response, url, max_bytes=max_bytes)
        finally:
            response.close()
    raise UnableToFetch(_("Situs itu mengalihkan lebih dari %d kali.") % MAX_REDIRECTS, code="redirects")


def _unchanged(response: httpx.Response, url: httpx.URL) -> Fetched:
    body = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - handed to the caller, who closes it
    return _fetched(response, url, body=body, size=0)


def _fetched(response: httpx.Response, url: httpx.URL, *, body: BinaryIO, size: int) -> Fetched:
    return Fetched(
        changed=response.status_code == httpx.codes.OK,
        body=body,
        size_bytes=size,
        file_name=_file_name(response, url),
        content_type=_content_type(response),
        etag=response.headers.get("etag", ""),
        last_modified=response.headers.get("last-modified", ""),
        url=str(url),
    )


def _must_be_data(response: httpx.Response) -> None:
    status = response.status_code
    if status != httpx.codes.OK:
        raise UnableToFetch(
            _status_sentence(status),
            code=f"status_{status}",
            transient=status in (408, 425, 429) or status >= 500,
            retry_after=_retry_after(response.headers.get("retry-after", "")),
        )
    kind = _content_type(response)
    if kind not in ENDINGS:
        raise UnableToFetch(_type_sentence(kind), code="content_type")
    if response.headers.get("content-encoding", "identity").lower() not in (
        "identity",
        "gzip",
        "x-gzip",
        "deflate",
        "",
    ):
        raise UnableToFetch(_("Data dimampatkan dengan cara yang tidak dikenal."), code="encoding")


def _status_sentence(status: int) -> str:
    if status in (401, 403):
        return (
            _("Situs itu meminta izin masuk (jawaban %d); data yang ditarik harus dapat dibuka tanpa masuk.") % status
        )
    if status in (404, 410):
        return (
            _("Berkas tidak ada lagi di alamat itu (jawaban %d). Minta alamat yang baru kepada pemilik data.") % status
        )
    if status == 429:
        return _("Situs itu meminta kita menunggu (jawaban 429).")
    return _("Situs itu menjawab %d, bukan data.") % status


def _type_sentence(kind: str) -> str:
    if kind in ("text/html", "application/xhtml+xml"):
        return _(
            "Alamat itu berisi halaman web, bukan berkas data. Pakai alamat langsung ke berkas CSV, JSON, atau GeoJSON."
        )
    return _("Alamat itu berisi '%s', bukan CSV, JSON, atau GeoJSON.") % kind[:60]


def _retry_after(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,6}", text) else None


def _content_type(response: httpx.Response) -> str:
    kind: str = response.headers.get("content-type", "")
    return kind.split(";", 1)[0].strip().lower()


def _received(response: httpx.Response, url: httpx.URL, *, max_bytes: int) -> Fetched:
    body = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES))  # noqa: SIM115 - as above
    size = 0
    try:
        for chunk in _decoded(response):
            size += len(chunk)
            if size > max_bytes:
                raise UnableToFetch(
                    _("Data di alamat itu lebih besar daripada batas %s.") % size_text(max_bytes), code="size"
                )
            body.write(chunk)
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return _fetched(response, url, body=body, size=size)


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    """The body without its content encoding, at most `CHUNK` at a time, so that a bomb is noticed before it bursts."""
    if response.headers.get("content-encoding", "identity").lower() in ("identity", ""):
        yield from response.iter_raw()
        return
    try:
        yield from _inflated(response.iter_raw())
    except zlib.error as error:
        raise UnableToFetch(_("Data yang dimampatkan rusak."), code="encoding", transient=True) from error


def _inflated(raw: Iterator[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj(wbits=47)  # gzip or zlib, by its own header
    for piece in raw:
        data = piece
        while data:
            if inflate.eof:  # gzip members may follow one another (RFC 1952, section 2.2)
                inflate = zlib.decompressobj(wbits=47)
            if out := inflate.decompress(data, CHUNK):
                yield out
            data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
    if not inflate.eof:
        raise UnableToFetch(_("Sambungan terputus sebelum data lengkap."), code="cut", transient=True)


def _file_name(response: httpx.Response, url: httpx.URL) -> str:
    """What to call the bytes: the server's name for them, else the address's last part, with an ending that fits."""
    header = Message()
    header["content-disposition"] = response.headers.get("content-disposition", "") or "attachment"
    told = header.get_filename() or PurePosixPath(unquote(url.path)).name or url.host
    name = re.sub(r"[^\w.\- ]+", "_", told.replace("\\", "/").rsplit("/", 1)[-1])[:120].strip(". ") or "data"
    ending = ENDINGS.get(_content_type(response), "")
    return name if name.lower().endswith(READABLE) else f"{name}{ending}"
