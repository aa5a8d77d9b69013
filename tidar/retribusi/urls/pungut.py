"""The collector's app."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidar.retribusi.views import pungut

urlpatterns: list[URLPattern] = [
    path("pungut/", pungut.page, name="pungut"),
    path("pungut/sw.js", pungut.worker, name="pungut_worker"),
    path("pungut/manifest.webmanifest", pungut.manifest, name="pungut_manifest"),
]
