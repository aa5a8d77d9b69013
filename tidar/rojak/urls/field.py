"""Addresses: field."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidar.rojak.views import app

urlpatterns: list[URLPattern] = [
    path("rojak/", app.page, name="app"),
    path("rojak/sw.js", app.worker, name="app_worker"),
    path("rojak/manifest.webmanifest", app.manifest, name="app_manifest"),
]
