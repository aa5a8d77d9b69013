"""`/openapi.json`: what every app answers as JSON, in one OpenAPI 3.1 document without remote references.

Each app says its part in its own `openapi.toml`; this view finds the files of the installed apps, so no app needs to
know another. A test holds the document to the addresses that exist, both ways.
"""

from __future__ import annotations

import functools
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.apps import apps
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from tidar.common.access import public

ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string", "description": "Kalimat Indonesia"},
            },
        }
    },
}
WORDS = {
    "200": "Berhasil",
    "201": "Kiriman baru diterima dan diproses",
    "202": "Diterima; masih diproses",
    "304": "Tidak berubah",
    "400": "Permintaan tidak dapat dibaca",
    "401": "Token tidak sah",
    "403": "Tidak berwenang",
    "404": "Tidak ada",
    "409": "Kunci yang sama dipakai untuk isi lain",
    "413": "Terlalu besar",
    "422": "Tidak dapat dipakai; kalimatnya menjelaskan mengapa",
    "429": "Terlalu sering; lihat Retry-After",
}
SECURITY = {
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
    "token": {"type": "http", "scheme": "bearer", "description": "Token umpan, dibuat di halaman umpan"},
}


@public
@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The document; it describes addresses, not data, so anyone may read it."""
    return JsonResponse(document())


@functools.cache
def document() -> dict[str, Any]:
    """The joined document of all installed apps."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Error": ERROR}
    for config in apps.get_app_configs():
        file = Path(config.path) / "openapi.toml"
        if config.name.startswith("tidar.") and file.exists():
            part = tomllib.loads(file.read_text(encoding="utf-8"))
            schemas |= _local(part.pop("schemas", {}))
            paths |= {
                path: {verb: _operation(path, told) for verb, told in item.items()} for path, item in part.items()
            }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tidar",
            "version": version("tidar"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"session": []}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": schemas, "securitySchemes": SECURITY},
    }


def _operation(path: str, told: dict[str, Any]) -> dict[str, Any]:
    """One operation with what is the same everywhere filled in."""
    named = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in _names(path)]
    operation = dict(told) | {"parameters": named + told.get("parameters", [])}
    statuses = {"401": {}, **told["responses"]} if "security" in told else told["responses"]
    operation["responses"] = {code: _response(code, said) for code, said in sorted({**statuses, "403": {}}.items())}
    if body := told.get("requestBody"):
        operation["requestBody"] = {"required": True, "content": {media: _bytes(media) for media in body["media"]}}
    return operation


def _names(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _bytes(media: str) -> dict[str, Any]:
    if media != "multipart/form-data":
        return {"schema": {}}
    return {"schema": {"type": "object", "properties": {"berkas": {"type": "string", "format": "binary"}}}}


def _response(code: str, said: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": WORDS[code]}
    if code == "304":
        return answer
    name = said.get("$ref", "" if code.startswith("2") else "Error")
    schema = {"$ref": f"#/components/schemas/{name}"} if name else {}
    return answer | {"content": {said.get("media", "application/json"): {"schema": schema}}}


def _local(value: Any) -> Any:
    """Schema names in `$ref` as references inside the document."""
    if isinstance(value, dict):
        return {k: f"#/components/schemas/{v}" if k == "$ref" else _local(v) for k, v in value.items()}
    return [_local(item) for item in value] if isinstance(value, list) else value
