"""Every address of Si Rojak, by what it is about."""

from __future__ import annotations

from django.urls import URLPattern

from tidar.rojak.urls import coverage, field, findings, register

app_name = "rojak"
urlpatterns: list[URLPattern] = [
    *field.urlpatterns,
    *coverage.urlpatterns,
    *register.urlpatterns,
    *findings.urlpatterns,
]
