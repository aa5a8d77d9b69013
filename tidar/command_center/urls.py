"""Home, wall, gallery."""

from __future__ import annotations

from django.urls import path

from tidar.command_center.views import pages, wall

urlpatterns = [
    path("", pages.home, name="home"),
    path("tampilan/", pages.view_settings, name="view-settings"),
    path("ui/", pages.gallery, name="gallery"),
    path("wall", wall.wall, name="wall"),
    path("wall/peta.json", wall.map_data, name="wall-map"),
    path("wall/peta-dasar.pmtiles", wall.basemap, name="wall-basemap"),
    path("wall/bagian/<slug:name>/", wall.part, name="wall-part"),
]
