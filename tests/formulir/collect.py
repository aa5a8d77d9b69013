"""A client that does what ODK Collect does over the wire, step by step, and demands what it demands.

Made after Collect's own behaviour (its `OpenRosaFormSource`, `OkHttpConnection` and `InstanceServerUploader`) and the
OpenRosa specifications. Each request carries `X-OpenRosa-Version` and `Date`; lists, forms and manifests must be 200
with `text/xml`; the hash of a form is the MD5 of its bytes. Before the first submission comes HEAD, whose 204 may name
another address on the same host and how much may come at once. Files go in as many POSTs as that asks, each with XML
and all but the last with `*isIncomplete*`; only 201 and 202 mean that the form is sent: the phone then forgets it.
"""

from __future__ import annotations

import email.utils
import hashlib
import http.client
import socket
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE = "{http://openrosa.org/http/response}"
DEFAULT_BYTES = 10_000_000
MOST_FILES = 100  # in one POST


class CollectComplains(Exception):
    """What Collect would show its user instead of going on; `status` is the server's answer, 0 when there was none."""

    def __init__(self, sentence: str, *, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes


@dataclass(frozen=True)
class Listed:
    """One form as the list names it."""

    form_id: str
    name: str
    version: str
    hash: str
    download_url: str
    manifest_url: str


@dataclass
class Collect:
    """One phone, set up with the server's address from the QR. `forms` is what it has: hash by form and version."""

    server: str
    device: str = "collect:uji"
    forms: dict[tuple[str, str], str] = field(default_factory=dict)
    remap: dict[str, tuple[str, int]] = field(default_factory=dict)
    heads: int = 0
    posts: list[list[str]] = field(default_factory=list)  # names of the parts of each POST
    lose_answers: int = 0  # of so many POSTs the answer never arrives

    def ask(self, method: str, url: str, *, body: bytes = b"", kind: str = "", hang_up: bool = False) -> Answer:
        """One request as its HTTP client makes it; with `hang_up`, the line breaks before the answer is read."""
        parts = urlsplit(url)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=30)
        headers = {"X-OpenRosa-Version": "1.0", "Date": email.utils.formatdate(usegmt=True), "User-Agent": "collect"}
        if kind:
            headers["Content-Type"] = kind
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        line.request(method, path, body=body or None, headers=headers)
        if hang_up:
            line.sock.recv(1, socket.MSG_PEEK)  # by now the server has done its work
            line.close()
            raise ConnectionResetError("the line broke")
        came = line.getresponse()
        answer = Answer(came.status, came.headers, came.read())
        line.close()
        return answer

    def _xml(self, url: str, tag: str) -> Element:
        answer = self.ask("GET", url)
        if answer.status != 200:
            raise CollectComplains(f"{answer.status} at {url}", status=answer.status)
        if "text/xml" not in answer.headers["Content-Type"].lower():
            raise CollectComplains("not text/xml: is this a network's sign-in page?")
        if not answer.headers["X-OpenRosa-Version"]:
            raise CollectComplains("not an OpenRosa server")
        root: Element = ElementTree.fromstring(answer.content)
        if root.tag != tag:
            raise CollectComplains(f"a {root.tag} is no {tag}")
        return root

    def list_forms(self) -> list[Listed]:
        """Get blank form."""
        rows = self._xml(f"{self.server}/formList", f"{LIST}xforms").findall(f"{LIST}xform")
        names = ("formID", "name", "version", "hash", "downloadUrl", "manifestUrl")
        found = [Listed(*((row.findtext(f"{LIST}{name}") or "").strip() for name in names)) for row in rows]
        if any(not (one.form_id and one.name and one.download_url) for one in found):
            raise CollectComplains("the list lacks an id, a name or an address")
        return found

    def fetch(self) -> list[str]:
        """Download what is new or changed, as "match exactly" does; ids of what was downloaded."""
        fetched = []
        for one in self.list_forms():
            if self.forms.get((one.form_id, one.version)) == one.hash.removeprefix("md5:"):
                continue
            self._media(one)
            form = self.ask("GET", one.download_url)
            if form.status != 200:
                raise CollectComplains(f"{form.status} at {one.download_url}", status=form.status)
            self.forms[one.form_id, one.version] = hashlib.md5(form.content, usedforsecurity=False).hexdigest()
            fetched.append(one.form_id)
        return fetched

    def _media(self, one: Listed) -> None:
        for file in self._xml(one.manifest_url, f"{MANIFEST}manifest").findall(f"{MANIFEST}mediaFile"):
            got = self.ask("GET", file.findtext(f"{MANIFEST}downloadUrl") or "")
            digest = "md5:" + hashlib.md5(got.content, usedforsecurity=False).hexdigest()
            if (got.status, digest) != (200, file.findtext(f"{MANIFEST}hash")):
                raise CollectComplains("a file of the form is not what the manifest says")

    def send(self, xml: bytes, files: Mapping[str, bytes] | None = None) -> str:
        """Send a finished form; what the server says about it. Anything but this leaves it on the phone as unsent."""
        url, most = self._where(f"{self.server}/submission?deviceID={quote(self.device, safe='')}")
        answer = None
        for part, is_last in _batches(xml, dict(files or {}), most):
            answer = self._post(url, xml, part, is_last=is_last)
            if answer.status not in (201, 202):
                raise CollectComplains(_message(answer), status=answer.status)
        assert answer is not None
        return _message(answer)

    def _where(self, url: str) -> tuple[str, int]:
        """By HEAD, once for each address: where to send to and how much at once."""
        if url in self.remap:
            return self.remap[url]
        self.heads += 1
        answer = self.ask("HEAD", url)
        if answer.status == 401:
            raise CollectComplains("the server wants a name and a password", status=401)
        if answer.status != 204:
            raise CollectComplains("invalid status on HEAD: is this a network's sign-in page?", status=answer.status)
        most = int(answer.headers.get("X-OpenRosa-Accept-Content-Length", DEFAULT_BYTES))
        target = url
        if location := answer.headers["Location"]:
            target = unquote(location)
            if (urlsplit(target).hostname or "").lower() != (urlsplit(url).hostname or "").lower():
                raise CollectComplains("a redirection to a different host", status=204)
            if not urlsplit(target).query:
                target = f"{target}?{urlsplit(url).query}"
        self.remap[url] = (target, most)
        return self.remap[url]

    def _post(self, url: str, xml: bytes, files: Mapping[str, bytes], *, is_last: bool) -> Answer:
        parts = [("xml_submission_file", "isian.xml", "text/xml", xml)]
        parts += [(name, name, "image/jpeg", data) for name, data in files.items()]
        if not is_last:
            parts.append(("*isIncomplete*", "", "", b"yes"))
        self.posts.append([name for name, *_rest in parts])
        boundary = uuid.uuid4().hex
        lose = self.lose_answers > 0
        self.lose_answers -= lose
        kind = f"multipart/form-data; boundary={boundary}"
        return self.ask("POST", url, body=_multipart(boundary, parts), kind=kind, hang_up=lose)


def _batches(xml: bytes, files: dict[str, bytes], most: int) -> Iterator[tuple[dict[str, bytes], bool]]:
    """Files by POST: the next one begins a new POST when it would pass `most` bytes, or a hundred files."""
    batch: dict[str, bytes] = {}
    for name, data in files.items():
        held = len(xml) + sum(map(len, batch.values()))
        if batch and (len(batch) > MOST_FILES or held + len(data) > most):
            yield batch, False
            batch = {}
        batch[name] = data
    yield batch, True


def _multipart(boundary: str, parts: list[tuple[str, str, str, bytes]]) -> bytes:
    pieces = []
    for name, file_name, kind, data in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        head += f'; filename="{file_name}"\r\nContent-Type: {kind}' if file_name else ""
        pieces += [head.encode(), b"\r\n", f"Content-Length: {len(data)}\r\n\r\n".encode(), data, b"\r\n"]
    return b"".join([*pieces, f"--{boundary}--\r\n".encode()])


def _message(answer: Answer) -> str:
    """What Collect shows of an answer: the message in its XML."""
    root = ElementTree.fromstring(answer.content)
    if root.tag != f"{RESPONSE}OpenRosaResponse":
        raise CollectComplains("an answer that is none", status=answer.status)
    return (root.findtext(f"{RESPONSE}message") or "").strip()
