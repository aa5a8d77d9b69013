"""The shell of the patrol's app: who gets it, what the phone is told to keep, and that it stays light."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tidar.common import clock
from tidar.common.actor import system
from tidar.people import api as people
from tidar.people.models import User
from tidar.places import api as places
from tidar.rojak.views import app

BY = system("uji")
HEAD, COLLEAGUE = "contoh-ketua-rw", "contoh-bendahara"
SHELL_BYTES = 150_000


@pytest.fixture
def city(db) -> None:
    at = clock.now()
    places.load_region(by=BY, at=at)
    people.load_agencies(by=BY, at=at)
    people.create_sample_people(by=BY, at=at)


def _as(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _walker() -> Client:
    return _as(HEAD)


def _worker(client: Client) -> dict:
    text = client.get("/rojak/sw.js").content.decode()
    return {
        name: json.loads(value) for name, value in re.findall(r"^const (VERSION|SHELL|EXTRAS) = (.+);$", text, re.M)
    }


def test_who_patrols_gets_the_shell_with_a_form_token(city) -> None:
    answer = _walker().get("/rojak/")
    assert answer.status_code == 200
    assert "csrftoken" in answer.cookies
    assert not re.findall(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", answer.content.decode())


def test_a_colleague_who_does_not_patrol_is_refused(city) -> None:
    assert _as(COLLEAGUE).get("/rojak/").status_code == 403


def test_a_stranger_is_sent_to_sign_in_and_comes_back(client, db) -> None:
    answer = client.get("/rojak/")
    assert (answer.status_code, answer["Location"]) == (302, "/akun/masuk/?next=/rojak/")


def test_everything_the_phone_keeps_is_there(client, db) -> None:
    told = _worker(client)
    assert told["SHELL"][:2] == ["/rojak/", "/rojak/manifest.webmanifest"]
    files = [*told["SHELL"][2:], *told["EXTRAS"]]
    assert [path for path in files if not finders.find(path.removeprefix("/static/"))] == []


def test_every_module_that_another_imports_is_kept(client, db) -> None:
    told = _worker(client)
    for address in [path for path in told["SHELL"] if path.endswith(".js")]:
        module = Path(str(finders.find(address.removeprefix("/static/"))))
        for target in re.findall(r"""(?:from|import\() ?["'](\.[^"']+)["']""", module.read_text()):
            wanted = (Path(address).parent / target).as_posix()
            while "/../" in wanted:
                wanted = re.sub(r"/[^/]+/\.\./", "/", wanted, count=1)
            assert wanted.replace("/./", "/") in {*told["SHELL"], *told["EXTRAS"]}, f"{address} imports {target}"


def test_the_page_and_the_worker_name_the_same_modules(city) -> None:
    page = _walker().get("/rojak/").content.decode()
    named = {*re.findall(r'rel="modulepreload" href="([^"]+)"', page), *re.findall(r'module" src="([^"]+)"', page)}
    assert named == {path for path in _worker(Client())["SHELL"] if path.endswith(".js")}


@pytest.mark.parametrize("changed", ["own", "shared", "worker"])
def test_any_changed_file_is_a_new_version(changed: str, monkeypatch, tmp_path) -> None:
    before = app.APP.version
    assert app.APP.version == before
    for path in app.APP.folder.rglob("*.*"):
        copy = tmp_path / path.relative_to(app.APP.folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    shared = tmp_path / "shared.js"
    shared.write_text("export const newer = true;\n")
    name = {"shared": "lapangan/net.js", "worker": "lapangan/worker.js"}.get(changed)
    find = finders.find
    monkeypatch.setattr(finders, "find", lambda path: str(shared) if path == name else find(path))
    if changed == "own":
        (tmp_path / "sync.js").write_text("export const other = true;\n")
    else:
        shared.rename(tmp_path.parent / "shared.js")
        shared = tmp_path.parent / "shared.js"
    assert replace(app.APP, folder=tmp_path).version != before


def test_the_worker_is_never_kept_by_a_cache_between(client, db) -> None:
    answer = client.get("/rojak/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-store" in answer["Cache-Control"]


def test_the_manifest_makes_an_app_of_it(client, db) -> None:
    answer = client.get("/rojak/manifest.webmanifest")
    content = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (content["start_url"], content["scope"], content["display"]) == ("/rojak/", "/rojak/", "standalone")
    assert all(finders.find(icon["src"].removeprefix("/static/")) for icon in content["icons"])


def test_the_shell_is_light(client, db) -> None:
    sizes = {
        p: len(gzip.compress(Path(str(finders.find(p.removeprefix("/static/")))).read_bytes()))
        for p in _worker(client)["SHELL"][2:]
    }
    assert sum(sizes.values()) < SHELL_BYTES, sorted(sizes.items(), key=lambda row: -row[1])[:5]
