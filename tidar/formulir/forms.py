"""Courtesy on the pages; the truth is in the actions and the database."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tidar.formulir.rules.keys import LONGEST_NAME


class UploadForm(forms.Form):
    """One XLSForm."""

    berkas = forms.FileField(
        label=_("Berkas"),
        error_messages={"required": _("Pilih berkas dulu."), "empty": _("Berkas itu kosong (0 byte).")},
    )


class SettleForm(forms.Form):
    """What becomes of held answers."""

    putusan = forms.ChoiceField(choices=(("terima", _("Terima")), ("tolak", _("Tolak"))))
    alasan = forms.CharField(
        max_length=300, label=_("Alasan"), error_messages={"required": _("Tuliskan alasannya, satu kalimat saja.")}
    )


class KeyForm(forms.Form):
    """A key for an ODK client."""

    nama = forms.CharField(
        max_length=LONGEST_NAME,
        label=_("Nama HP"),
        error_messages={"required": _("Beri nama HP yang memakainya.")},
    )
    wilayah = forms.ChoiceField(label=_("Wilayah jawaban"), required=False)

    def __init__(self, *args: Any, areas: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wilayah"].choices = areas  # type: ignore[attr-defined]


def errors_of(form: forms.Form, name: str) -> str:
    """The errors of one field as one text."""
    return " ".join(str(error) for error in form.errors.get(name, []))
