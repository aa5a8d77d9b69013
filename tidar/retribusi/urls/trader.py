"""Traders' own pages and cashless payment."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
