"""The patrol's app at `/rojak/`: its shell, manifest and worker (`tidar.common.field_app`).

The worker's scope holds every page of Si Rojak, but it answers for exactly `/rojak/` and for what the app itself asks.
"""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from tidar.common import field_app

ROOT = Path(__file__).resolve().parent.parent
APP = field_app.FieldApp(
    folder=ROOT / "static" / "rojak" / "app",
    templates=ROOT / "templates" / "rojak" / "app",
    static="rojak/app",
    style="rojak.css",
    url="rojak:app",
    permission="patrol.walk",
    title=_("Ronda"),
    name=_("Si Rojak – ronda"),
    short_name=_("Si Rojak"),
)
page, manifest, worker = field_app.views_of(APP)
