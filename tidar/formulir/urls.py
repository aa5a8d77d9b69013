"""Addresses of forms and of OpenRosa clients."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidar.formulir.views import answers, filling, forms, keys, openrosa

app_name = "formulir"
VERSION = "formulir/f/<slug:key>/v/<int:number>/"
urlpatterns: list[URLPattern] = [
    path("formulir/", forms.list_of_forms, name="list"),
    path("formulir/unggah/", forms.upload, name="upload"),
    path("formulir/f/<slug:key>/", forms.form_page, name="form"),
    path("formulir/f/<slug:key>/isi/", filling.fill, name="fill"),
    path("formulir/f/<slug:key>/jawaban.xlsx", answers.answers_file, name="answers_file"),
    path(VERSION, forms.version_page, name="version"),
    path(f"{VERSION}coba/", filling.try_out, name="try"),
    path(f"{VERSION}terbitkan/", forms.publish_version, name="publish"),
    path(f"{VERSION}hentikan/", forms.retire_version, name="retire"),
    path(f"{VERSION}berkas/", forms.file_of_version, name="file"),
    path("formulir/jawaban/", answers.list_of_answers, name="answers"),
    path("formulir/jawaban/<uuid:answer_id>/", answers.answer_page, name="answer"),
    path("formulir/jawaban/<uuid:answer_id>/putuskan/", answers.settle_answer, name="settle"),
    path("formulir/jawaban/<uuid:answer_id>/foto/<int:number>/", answers.photo_of_answer, name="photo"),
    path("formulir/odk/", keys.keys, name="keys"),
    path("formulir/odk/<uuid:key_id>/cabut/", keys.revoke, name="revoke_key"),
    path("odk/<str:key>/formList", openrosa.form_list, name="odk_forms"),
    path("odk/<str:key>/forms/<slug:form_key>/<int:number>.xml", openrosa.form, name="odk_form"),
    path("odk/<str:key>/forms/<slug:form_key>/<int:number>/manifest", openrosa.manifest, name="odk_manifest"),
    path("odk/<str:key>/submission", openrosa.submission, name="odk_submission"),
]
