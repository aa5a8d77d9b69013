"""The apps for phones: who gets the shell, what the phone is told to keep, and that it stays light."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from tests.weight import first_visit
from tidar.common import clock, field_app
from tidar.common.actor import system
from tidar.people import api as people
from tidar.people.models import User
from tidar.places import api as places
from tidar.retribusi.views import pungut
from tidar.rojak.views import app as ronda

BY = system("uji")


@dataclass(frozen=True)
class Served:
    """An app, where it is, who may open it and who of the sample people may not, and how much of it is too much."""

    app: field_app.FieldApp
    address: str
    owner: str
    colleague: str
    limit_bytes: int

    def worker(self) -> dict[str, Any]:
        """What the worker is told."""
        text = Client().get(f"{self.address}sw.js").content.decode()
        found = re.findall(r"^const (VERSION|SHELL|EXTRAS) = (.+);$", text, re.M)
        return {name: json.loads(value) for name, value in found}

    def page(self, name: str = "") -> Any:
        """The shell as this person gets it; its owner where nobody is named."""
        client = Client()
        user = User.objects.get(username=name or self.owner)
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client.get(self.address)


APPS = (
    Served(pungut.APP, "/pungut/", "contoh-juru-pungut-2", "contoh-ketua-rw", 110_000),
    Served(ronda.APP, "/rojak/", "contoh-ketua-rw", "contoh-bendahara", 150_000),
)
pytestmark = [pytest.mark.parametrize("served", APPS, ids=["pungut", "rojak"]), pytest.mark.django_db]


@pytest.fixture
def city(db) -> None:
    at = clock.now()
    places.load_region(by=BY, at=at)
    people.load_agencies(by=BY, at=at)
    people.create_sample_people(by=BY, at=at)


def file_of(address: str) -> Path:
    """The file below /static/ of an address."""
    return Path(str(finders.find(address.removeprefix("/static/"))))


def test_its_owner_gets_the_shell_with_a_form_token_and_nothing_about_anybody(served: Served, city) -> None:
    answer = served.page()
    assert answer.status_code == 200
    assert "csrftoken" in answer.cookies
    names = [user.display_name for user in User.objects.all()]
    assert [name for name in names if name in answer.content.decode()] == []


def test_a_colleague_with_other_work_is_refused(served: Served, city) -> None:
    assert served.page(served.colleague).status_code == 403


def test_a_stranger_is_sent_to_sign_in_and_comes_back(served: Served, client) -> None:
    answer = client.get(served.address)
    assert (answer.status_code, answer["Location"]) == (302, f"/akun/masuk/?next={served.address}")


def test_the_shell_holds_to_the_content_policy(served: Served, city) -> None:
    answer = served.page()
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert not re.findall(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", answer.content.decode())


def test_everything_the_phone_keeps_is_there(served: Served) -> None:
    told = served.worker()
    assert told["SHELL"][:2] == [served.address, f"{served.address}manifest.webmanifest"]
    files = [*told["SHELL"][2:], *told["EXTRAS"]]
    assert [path for path in files if not file_of(path).is_file()] == []


def test_every_module_that_another_imports_is_kept(served: Served) -> None:
    told = served.worker()
    kept = {*told["SHELL"], *told["EXTRAS"]}
    for address in [path for path in told["SHELL"] if path.endswith(".js")]:
        for target in re.findall(r"""(?:from|import\() ?["']([./][^"']+)["']""", file_of(address).read_text()):
            wanted = (Path(address).parent / target).as_posix()
            while "/../" in wanted:
                wanted = re.sub(r"/[^/]+/\.\./", "/", wanted, count=1)
            assert wanted.replace("/./", "/") in kept, f"{address} imports {target}"


def test_the_page_names_what_it_opens_with_and_the_worker_everything(served: Served, city) -> None:
    page = served.page().content.decode()
    named = {
        *re.findall(r'rel="modulepreload" href="([^"]+)"', page), *re.findall(r'module" src="([^"]+)"', page),
        *re.findall(r'rel="(?:stylesheet|icon|manifest|preload)" href="([^"]+)"', page),
    }  # fmt: skip
    kept = set(served.worker()["SHELL"][1:])
    later = kept - named
    assert named <= kept
    assert later == set(served.app.modules) - set(served.app.opening)
    written = "".join(file_of(address).read_text() for address in served.app.modules)
    assert [
        name for name in later if not re.search(rf"""(?:import\(|from ?)["'][^"']*{Path(name).name}["']""", written)
    ] == []


@pytest.mark.parametrize("changed", ["lapangan/net.js", "lapangan/worker.js", "lapangan/lapangan.css"])
def test_any_changed_file_that_apps_share_is_a_new_version(served: Served, changed: str, monkeypatch, tmp_path) -> None:
    before, find = served.app.version, finders.find
    assert served.app.version == before
    newer = tmp_path / Path(changed).name
    newer.write_bytes(file_of(changed).read_bytes() + b" ")
    monkeypatch.setattr(finders, "find", lambda path: str(newer) if path == changed else find(path))
    assert served.app.version != before


@pytest.mark.parametrize("of", ["folder", "templates"])
def test_any_changed_file_of_its_own_is_a_new_version(served: Served, of: str, tmp_path) -> None:
    own: Path = getattr(served.app, of)
    for path in own.rglob("*.*"):
        copy = tmp_path / path.relative_to(own)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    copied = replace(served.app, **{of: tmp_path})
    before = copied.version
    with sorted(path for path in tmp_path.rglob("*.*") if path.is_file())[-1].open("a") as file:
        file.write(" ")
    assert copied.version != before


def test_a_changed_shell_of_all_apps_is_a_new_version(served: Served, monkeypatch, tmp_path) -> None:
    before = served.app.version
    other = tmp_path / "shell.html"
    other.write_text("<!doctype html>")
    template = type("Template", (), {"origin": type("Origin", (), {"name": str(other)})})
    monkeypatch.setattr(field_app, "get_template", lambda _name: template)
    assert served.app.version != before


def test_the_worker_is_never_kept_by_a_cache_between(served: Served, client) -> None:
    answer = client.get(f"{served.address}sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-store" in answer["Cache-Control"]


def test_the_manifest_makes_an_app_of_it(served: Served, client) -> None:
    answer = client.get(f"{served.address}manifest.webmanifest")
    content = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (content["name"], content["short_name"]) == (str(served.app.name), str(served.app.short_name))
    assert {content["start_url"], content["scope"]} == {served.address}
    assert content["display"] == "standalone"
    assert all(file_of(icon["src"]).is_file() for icon in content["icons"])


def test_the_shell_is_light(served: Served, city) -> None:
    parts = first_visit(served.app, served.page().content)
    assert sum(parts.values()) < served.limit_bytes, sorted(parts.items(), key=lambda row: -row[1])[:5]


def test_what_is_fetched_later_is_kept_too(served: Served, tmp_path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "app.js").write_text('import { a } from "./a.js";\nconst later = () => import("./b.js");\n')
    (own / "a.js").write_text('export const a = async () => await import("../../lapangan/qr.js");\n')
    (own / "b.js").write_text("export const b = 1;\n")
    app = replace(served.app, folder=own)
    assert "/static/lapangan/qr.js" in app.modules
    assert [name for name in app.modules if name.endswith("/b.js")]
