"""Addresses of forms and of OpenRosa clients."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidar.formulir.views import openrosa

app_name = "formulir"
urlpatterns: list[URLPattern] = [
    path("odk/<str:key>/formList", openrosa.form_list, name="odk_forms"),
    path("odk/<str:key>/forms/<slug:form_key>/<int:number>.xml", openrosa.form, name="odk_form"),
    path("odk/<str:key>/forms/<slug:form_key>/<int:number>/manifest", openrosa.manifest, name="odk_manifest"),
    path("odk/<str:key>/submission", openrosa.submission, name="odk_submission"),
]
