"""What OpenRosa clients are told, in XML.

Sources: OpenRosa Form Discovery, Form Manifest, Form Submission and Metadata APIs 1.0 (docs.getodk.org/openrosa). Pure.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
VERSION = "1.0"
ACCEPTED_BYTES = 10_000_000  # of one POST; clients send what is more in several


@dataclass(frozen=True, slots=True)
class ListedForm:
    """One line of the list of forms."""

    key: str
    title: str
    version: str
    xform: str
    download_url: str
    manifest_url: str


def form_list(forms: Sequence[ListedForm]) -> str:
    """The list of forms."""
    lines = "".join(
        f"<xform><formID>{escape(one.key)}</formID><name>{escape(one.title)}</name>"
        f"<version>{escape(one.version)}</version><hash>{form_hash(one.xform)}</hash>"
        f"<downloadUrl>{escape(one.download_url)}</downloadUrl><manifestUrl>{escape(one.manifest_url)}</manifestUrl></xform>"
        for one in forms
    )
    return f'{HEAD}<xforms xmlns="http://openrosa.org/xforms/xformsList">{lines}</xforms>'


def form_hash(xform: str) -> str:
    """By which a client sees that a form changed: MD5, as the specification asks."""
    return "md5:" + hashlib.md5(xform.encode(), usedforsecurity=False).hexdigest()


def manifest() -> str:
    """The media of a form: ours have none."""
    return f'{HEAD}<manifest xmlns="http://openrosa.org/xforms/xformsManifest"></manifest>'


def response(sentence: str, *, nature: str = "") -> str:
    """What became of a submission, as the client shows it."""
    said = f' nature="{nature}"' if nature else ""
    return f'{HEAD}<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message{said}>{escape(sentence)}</message></OpenRosaResponse>'


def collect_settings(*, server_url: str, project: str) -> str:
    """The text of the QR code that sets up ODK Collect: settings as JSON, zlib, base64 (docs.getodk.org/collect-qr)."""
    general = {
        "protocol": "odk_default",
        "server_url": server_url,
        "form_update_mode": "match_exactly",
        "autosend": "wifi_and_cellular",
        "image_size": "small",
    }
    whole = {"general": general, "admin": {}, "project": {"name": project, "icon": "R"}}
    return base64.b64encode(zlib.compress(json.dumps(whole, separators=(",", ":")).encode(), 9)).decode()
