"""The collector's app at `/pungut/`: its shell, manifest and worker (`tidar.common.field_app`).

What a collector sees comes from `/api/pungut/` and stays in the phone's store.
"""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from tidar.common import field_app

ROOT = Path(__file__).resolve().parent.parent
APP = field_app.FieldApp(
    folder=ROOT / "static" / "retribusi" / "pungut",
    templates=ROOT / "templates" / "retribusi" / "pungut",
    static="retribusi/pungut",
    style="pungut.css",
    url="retribusi:pungut",
    permission="levies.collect",
    title=_("Pungut"),
    name=_("Pungut – e-Retribusi"),
    short_name=_("Pungut"),
)
page, manifest, worker = field_app.views_of(APP)
