"""The shell of the collector's app: who gets it, what the phone is told to keep, and that it stays light."""

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
from tidar.retribusi.views import pungut

BY = system("uji")
COLLECTOR, COLLEAGUE, STRANGER = "contoh-juru-pungut-2", "contoh-bendahara", "contoh-ketua-rw"
SHELL_BYTES = 100_000


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


def _worker(client: Client) -> dict:
    text = client.get("/pungut/sw.js").content.decode()
    return {
        name: json.loads(value) for name, value in re.findall(r"^const (VERSION|SHELL|EXTRAS) = (.+);$", text, re.M)
    }


def test_a_collector_gets_the_shell_with_a_form_token_and_nothing_about_anybody(city) -> None:
    answer = _as(COLLECTOR).get("/pungut/")
    assert answer.status_code == 200
    assert "csrftoken" in answer.cookies
    assert "Siti" not in answer.content.decode()


def test_a_colleague_who_does_not_collect_is_refused(city) -> None:
    assert _as(COLLEAGUE).get("/pungut/").status_code == 403


def test_a_stranger_is_sent_to_sign_in_and_comes_back(client, db) -> None:
    answer = client.get("/pungut/")
    assert (answer.status_code, answer["Location"]) == (302, "/akun/masuk/?next=/pungut/")


def test_the_shell_holds_to_the_content_policy(city) -> None:
    answer = _as(COLLECTOR).get("/pungut/")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert not re.findall(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", answer.content.decode())


def test_everything_the_phone_keeps_is_there(client, db) -> None:
    told = _worker(client)
    assert told["SHELL"][:2] == ["/pungut/", "/pungut/manifest.webmanifest"]
    files = [*told["SHELL"][2:], *told["EXTRAS"]]
    assert [path for path in files if not finders.find(path.removeprefix("/static/"))] == []


def test_every_module_that_another_imports_is_kept(client, db) -> None:
    kept = {*_worker(client)["SHELL"], *_worker(client)["EXTRAS"]}
    shared = Path(str(finders.find("lapangan/dom.js"))).parent
    own = sorted(p for p in pungut.APP.folder.rglob("*.js") if p.name != "worker.js")  # whose imports browsers keep
    for module in [*own, *(p for p in shared.rglob("*.js") if f"/static/lapangan/{p.name}" in kept)]:
        for target in re.findall(r"""(?:from|import\() ?["']([./][^"']+)["']""", module.read_text()):
            path = (module.parent / target).resolve() if target.startswith(".") else None
            assert _address(path, target) in kept, f"{module.name} imports {target}"


def _address(path: Path | None, target: str) -> str:
    if path is None:
        return target
    if path.is_relative_to(pungut.APP.folder):
        return f"/static/retribusi/pungut/{path.relative_to(pungut.APP.folder)}"
    return f"/static/{path.parent.name}/{path.name}"


def test_the_page_and_the_worker_name_the_same_modules(city) -> None:
    page = _as(COLLECTOR).get("/pungut/").content.decode()
    named = {*re.findall(r'rel="modulepreload" href="([^"]+)"', page), *re.findall(r'module" src="([^"]+)"', page)}
    assert named == {path for path in _worker(Client())["SHELL"] if path.endswith(".js")}


def test_any_changed_file_is_a_new_version(client, db, monkeypatch, tmp_path) -> None:
    before = _worker(client)["VERSION"]
    assert _worker(client)["VERSION"] == before
    (tmp_path / "layar").mkdir()
    for path in pungut.APP.folder.rglob("*.*"):
        (tmp_path / path.relative_to(pungut.APP.folder)).write_bytes(path.read_bytes())
    with (tmp_path / "layar" / "home.js").open("a") as file:
        file.write(" ")
    monkeypatch.setattr(pungut, "APP", replace(pungut.APP, folder=tmp_path))
    assert _worker(client)["VERSION"] != before


def test_the_worker_is_never_kept_by_a_cache_between(client, db) -> None:
    answer = client.get("/pungut/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-store" in answer["Cache-Control"]


def test_the_manifest_makes_an_app_of_it(client, db) -> None:
    answer = client.get("/pungut/manifest.webmanifest")
    content = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (content["start_url"], content["scope"], content["display"]) == ("/pungut/", "/pungut/", "standalone")
    assert all(finders.find(icon["src"].removeprefix("/static/")) for icon in content["icons"])


def test_the_shell_is_light(client, db) -> None:
    sizes = {
        p: len(gzip.compress(Path(finders.find(p.removeprefix("/static/"))).read_bytes()))
        for p in _worker(client)["SHELL"][2:]
    }
    assert sum(sizes.values()) < SHELL_BYTES, sorted(sizes.items(), key=lambda row: -row[1])[:5]
