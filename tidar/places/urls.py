"""Addresses of `places`; included at the root."""

from __future__ import annotations

from django.urls import path

from tidar.places import views

urlpatterns = [
    path("wilayah/", views.area_list, name="places-areas"),
    path("wilayah/wilayah.csv", views.area_csv, name="places-areas-csv"),
    path("api/places/areas.geojson", views.areas_geojson, name="places-areas-geojson"),
]
