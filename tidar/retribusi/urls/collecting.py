"""Collectors' phones, karcis, and the field app."""

from __future__ import annotations

from django.urls import URLPattern

from tidar.retribusi.urls import pungut

urlpatterns: list[URLPattern] = [*pungut.urlpatterns]
