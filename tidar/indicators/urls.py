"""Addresses of numbers and their lineage."""

from __future__ import annotations

from django.urls import path

from tidar.indicators.views import data, figures, lineage

app_name = "indicators"

urlpatterns = [
    path("angka/", figures.figures, name="figures"),
    path("angka/<slug:code>/", figures.figure, name="figure"),
    path("angka/<slug:code>/angka.csv", figures.export, name="export"),
    path("telusur/angka/<uuid:value_id>/", lineage.lineage, name="lineage"),
    path("telusur/baris/<str:delivery>/<int:row>/", lineage.row, name="row"),
    path("telusur/pesan/<uuid:message_id>/", lineage.message, name="message"),
    path("telusur/sensor/<int:datastream_id>/", lineage.sensor, name="sensor"),
    path("api/indicators", data.indicators_data, name="data"),
    path("api/indicators/<slug:code>", data.indicator_data, name="figure_data"),
    path("api/lineage/<uuid:value_id>", data.value_lineage_data, name="lineage_data"),
    path("api/lineage/rows/<str:delivery>/<int:row>", data.row_lineage_data, name="row_data"),
    path("api/lineage/messages/<uuid:message_id>", data.message_lineage_data, name="message_data"),
]
