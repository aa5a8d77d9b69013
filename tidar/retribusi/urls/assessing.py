"""Runs and SKRD."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from tidar.retribusi.views.assessing import runs, skrd

urlpatterns: list[URLPattern] = [
    path("retribusi/skrd/", runs.runs, name="runs"),
    path("retribusi/skrd/baru/", runs.new_run, name="new_run"),
    path("retribusi/skrd/penetapan/<uuid:run_id>/", runs.run, name="run"),
    path("retribusi/skrd/penetapan/<uuid:run_id>/baris/", runs.run_lines, name="run_lines"),
    path("retribusi/skrd/penetapan/<uuid:run_id>/skrd.zip", runs.run_papers, name="run_papers"),
    path("retribusi/skrd/daftar/", skrd.skrd_list, name="skrd_list"),
    re_path(r"^retribusi/skrd/daftar\.(?P<ending>csv|xlsx)$", skrd.skrd_export, name="skrd_export"),
    path("retribusi/skrd/<uuid:assessment_id>/", skrd.skrd, name="skrd"),
    path("retribusi/skrd/<uuid:assessment_id>/skrd.pdf", skrd.skrd_pdf, name="skrd_pdf"),
]
