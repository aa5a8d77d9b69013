"""Addresses of forms and of OpenRosa clients."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "formulir"
urlpatterns: list[URLPattern] = []
