"""A feed's definition as TOML text that a person can edit. The reverse of `definition.definition_from`."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from tidar.hub.rules.definition import FeedDefinition

BARE = re.compile(r"[A-Za-z0-9_-]+")

EXAMPLE = """code = "nama_umpan"
title = "Judul umpan"
description = "Apa isinya, dalam satu kalimat."
agency = "kode-dinas"
kind = "upload"            # upload, http_pull, http_push, mqtt
lake_table = "nama_umpan"
rhythm_days = 31           # berapa hari sekali data dikirim
grace_days = 5             # kelonggaran sebelum dinyatakan terlambat
access_class = "limited"   # open, limited, closed

[contract]
key = ["kelurahan", "periode"]
mode = "append"            # replace: kiriman terbaru mengganti tabel; append: menambah

[[contract.columns]]
name = "kelurahan"
title = "Kelurahan"
type = "area"

[[contract.columns]]
name = "periode"
title = "Periode"
type = "month"

[[contract.columns]]
name = "jumlah"
title = "Jumlah"
type = "integer"
unit = "jiwa"
minimum = 0
"""


def definition_text(definition: FeedDefinition | None) -> str:
    """TOML of a definition, or a commented example for a new feed."""
    if definition is None:
        return EXAMPLE
    data = msgspec.to_builtins(definition)
    contract = data.pop("contract")
    lines = [f"{key} = {_value(value)}" for key, value in data.items() if value not in (None, "", [], (), {})]
    lines += ["", "[contract]"]
    lines += [
        f"{key} = {_value(value)}" for key, value in contract.items() if key not in ("columns", "version") and value
    ]
    lines += [] if contract["columns"] else ["columns = []"]
    for column in contract["columns"]:
        lines += ["", "[[contract.columns]]"]
        lines += [f"{key} = {_value(value)}" for key, value in column.items() if value not in (None, "", {}, [], ())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        pairs = (f"{key if BARE.fullmatch(key) else json.dumps(key)} = {_value(inner)}" for key, inner in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return repr(value)
