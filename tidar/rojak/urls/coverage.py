"""Addresses: coverage."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidar.rojak.views.coverage import asking, board, effort, post

urlpatterns: list[URLPattern] = [
    path("rojak/celah/", board.board, name="gaps"),
    path("rojak/celah/peta.geojson", board.board_map, name="gaps_map"),
    path("rojak/celah/<slug:code>/", post.post, name="gaps_of_post"),
    path("rojak/upaya/", effort.effort, name="effort"),
    path("rojak/ruas/<int:segment_id>/minta/", asking.ask, name="ask_for_check"),
    path("rojak/permintaan/<uuid:task_id>/batal/", asking.take_back, name="withdraw_task"),
]
