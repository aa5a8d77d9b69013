"""The API description is true: every address in it exists, every JSON address is in it, and answers have its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.hub.builders_machines import AT, BY, received, rows, table_feed, token
from tests.people.builders import client_of, person
from tidar.hub.actions.processing import process_delivery
from tidar.hub.actions.spine import number_events

SAMPLES = {"code": "lampu", "row": "1"}
KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
UUID = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def document() -> dict[str, Any]:
    return Client().get("/openapi.json").json()


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref":
                yield item
            yield from refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from refs(item)


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        here = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", here)
        else:
            yield from addresses(entry, here)


def described(path: str) -> str:
    """The address with its parameters' names left out, as both sides may call them differently."""
    return re.sub(r"{\w+}", "{}", path)


@pytest.mark.django_db
def test_every_described_address_exists_and_takes_the_described_method(document):
    for path, item in document["paths"].items():
        found = resolve(re.sub(r"{(\w+)}", lambda m: SAMPLES.get(m[1], UUID), path))
        assert found.func
        for verb in item:
            answer = Client().generic(verb.upper(), re.sub(r"{(\w+)}", lambda m: SAMPLES.get(m[1], UUID), path))
            assert answer.status_code != 405, (verb, path)


def test_every_json_address_is_described(document):
    known = {described(path) for path in document["paths"]}
    real = {described(path) for path in addresses(get_resolver()) if path.startswith(("/api/", "/changes", "/events/"))}
    assert real - known == set()


def test_the_document_is_openapi_3_1_without_remote_references(document):
    assert document["openapi"].startswith("3.1.")
    assert {"title", "version"} <= set(document["info"])
    for ref in refs(document):
        assert ref.startswith("#/components/schemas/"), ref
        assert ref.rsplit("/", 1)[1] in document["components"]["schemas"], ref
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    for path, item in document["paths"].items():
        for operation in item.values():
            told = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert told == set(re.findall(r"{(\w+)}", path))
            assert all(answer["description"] for answer in operation["responses"].values())
            assert "403" in operation["responses"]


def problems(value: Any, schema: dict[str, Any], document: dict[str, Any], where: str = "$") -> list[str]:
    """What in `value` breaks `schema`: the few words of JSON Schema that our documents use."""
    if ref := schema.get("$ref"):
        return problems(value, document["components"]["schemas"][ref.rsplit("/", 1)[1]], document, where)
    wanted = schema.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    found = []
    if wanted and not any(isinstance(value, KINDS[kind]) for kind in wanted):
        found.append(f"{where} is {type(value).__name__}, not {wanted}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where} is {value!r}")
    return found + inner_problems(value, schema, document, where)


def inner_problems(value: Any, schema: dict[str, Any], document: dict[str, Any], where: str) -> list[str]:
    found = []
    if isinstance(value, dict):
        found += [f"{where} lacks {name}" for name in schema.get("required", ()) if name not in value]
        for name in schema.get("properties", {}).keys() & value.keys():
            found += problems(value[name], schema["properties"][name], document, f"{where}.{name}")
    for item in value if isinstance(value, list) else ():
        found += problems(item, schema.get("items", {}), document, f"{where}[]")
    return found


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
def test_answers_have_the_described_shape(document):
    feed = table_feed()
    secret = token(feed)
    delivery = received(feed, rows(1))
    process_delivery(delivery_id=delivery, by=BY, at=AT)
    number_events()
    client = client_of(person("wali", role="walidata"))
    asked = {
        "/changes": "/changes",
        "/api/hub/feeds": "/api/hub/feeds",
        "/api/hub/feeds/{code}": "/api/hub/feeds/lampu",
        "/api/hub/deliveries/{delivery_id}": f"/api/hub/deliveries/{delivery}",
        "/api/hub/health": "/api/hub/health",
    }
    answers = [(path, "get", client.get(address)) for path, address in asked.items()]
    headers = {"authorization": f"Bearer {secret}"}
    pushed = client.post("/api/hub/feeds/lampu/deliveries", rows(2), content_type="text/csv", headers=headers)
    for path, verb, answer in [*answers, ("/api/hub/feeds/{code}/deliveries", "post", pushed)]:
        said = document["paths"][path][verb]["responses"][str(answer.status_code)]
        assert answer.status_code in (200, 201)
        assert problems(answer.json(), said["content"]["application/json"]["schema"], document) == []


def test_the_checker_sees_what_is_wrong(document):
    schema = {"$ref": "#/components/schemas/Pushed"}
    assert problems({}, schema, document) == ["$ lacks delivery"]
    assert problems({"delivery": {"status": "?"}}, schema, document)
