"""Public verification of documents. The addresses stand in printed QR codes and never change."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidar.documents import views

app_name = "documents"
urlpatterns: list[URLPattern] = [
    path("dok/", views.ask, name="ask"),
    path("dok/<str:token>.json", views.verify_json, name="verify_json"),
    path("dok/<str:token>/", views.verify, name="verify"),
]
