"""Small builders for forms: XLSForms as text, adopted forms, keys and filled-in forms of ODK clients."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.people.builders import BACKEND, person
from tidar.common import clock
from tidar.common.actor import system
from tidar.formulir import api
from tidar.formulir.actions.keys import make_key
from tidar.people import api as people
from tidar.people.models import User

AT = datetime(2026, 11, 25, 1, 15, tzinfo=timezone.utc)
SYSTEM = system("uji")
RW = "33.71.03.1001.04"
SURVEY = """| survey | | | | | | |
| | type | name | label | required | relevant | constraint |
| | start | mulai | | | | |
| | end | selesai | | | | |
| | deviceid | alat | | | | |
| | select_one jenis | jenis | Jenis | yes | | |
| | integer | banyak | Banyak | | ${jenis} = 'sampah' | . > 0 |
| | select_multiple warna | warna | Warna | | | |
| | image | foto | Foto | | | |
| | text | catatan | Catatan | | | |
| choices | | | |
| | list_name | name | label |
| | jenis | sampah | Sampah |
| | jenis | lain | Lain |
| | warna | merah | Merah |
| | warna | biru | Biru |
| settings | | | |
| | form_title | form_id | version |
| | {title} | {key} | {version} |
"""


def xlsform(*, key: str = "uji", version: str = "1", title: str = "Formulir uji", survey: str = SURVEY) -> bytes:
    """A small XLSForm as Markdown tables."""
    return survey.replace("{title}", title).replace("{key}", key).replace("{version}", version).encode()


def adopted(*, key: str = "uji", version: str = "1", title: str = "Formulir uji") -> api.FormView:
    """That form, in use."""
    file = xlsform(key=key, version=version, title=title)
    return api.adopt_form(source=file, file_name=f"{key}.md", by=SYSTEM, at=AT)


def client_of(user: User) -> Client:
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def walker(username: str = "yati") -> User:
    """A member of the patrol of RW 04 Kemirirejo."""
    return person(username, role="patrol", area=RW)


def key_of(user: User, *, area: str = RW, at: datetime | None = None) -> str:
    """The secret of a new key of that person."""
    at = at or clock.now() - timedelta(minutes=5)
    return make_key(name="HP uji", area_code=area, by=people.actor_for_user(user.pk, at=at), at=at)


def instance(answers: str, *, id: uuid.UUID | str, key: str = "uji", version: str = "1") -> bytes:
    """A filled-in form as ODK Collect writes it."""
    named = f"uuid:{id}" if isinstance(id, uuid.UUID) else id
    return (
        f'<?xml version=\'1.0\' ?><data id="{key}" version="{version}" xmlns:orx="http://openrosa.org/xforms">'
        f"<mulai>2026-11-25T08:10:00.123+07:00</mulai><selesai>2026-11-25T08:12:30.000+07:00</selesai>"
        f"<alat>collect:abc</alat>{answers}<orx:meta><orx:instanceID>{named}</orx:instanceID></orx:meta></data>"
    ).encode()


def upload(name: str, data: bytes, kind: str = "image/jpeg") -> SimpleUploadedFile:
    """A file of a multipart form."""
    return SimpleUploadedFile(name, data, content_type=kind)


def jpeg(seed: int = 0) -> bytes:
    """The smallest JPEG that is one (ITU-T T.81), with a comment that makes it another file."""
    comment = b"\xff\xfe\x00\x06" + seed.to_bytes(4, "big")
    frame = b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
    table = b"\xff\xdb\x00\x43\x00" + bytes([1]) * 64
    huffman = (
        b"\xff\xc4\x00\x14\x00"
        + bytes([1] + [0] * 15)
        + b"\x00"
        + b"\xff\xc4\x00\x14\x10"
        + bytes([1] + [0] * 15)
        + b"\x00"
    )
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x3f" + seed.to_bytes(2, "big").replace(b"\xff", b"\xfe")
    return b"\xff\xd8" + comment + table + frame + huffman + scan + b"\xff\xd9"
