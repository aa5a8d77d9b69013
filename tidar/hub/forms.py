"""Courtesy on the pages; the truth is in the actions and the database."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tidar.hub.rules.contract import Column, Contract
from tidar.hub.rules.reading import Survey


class UploadForm(forms.Form):
    """Step 1: one file."""

    berkas = forms.FileField(
        label=_("Berkas"),
        error_messages={"required": _("Pilih berkas dulu."), "empty": _("Berkas itu kosong (0 byte).")},
    )


class MappingForm(forms.Form):
    """Step 2: for each contract column the source column that holds it."""

    def __init__(self, *args: Any, contract: Contract, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contract = contract
        choices: list[tuple[str, Any]] = [("", _("— pilih kolom —"))]
        nameless = _("(tanpa judul)")  # outside the f-string, where the extraction of texts reads
        choices += [(str(c.index), f"{c.letter} · {c.heading or nameless}") for c in survey.columns]
        for column in contract.columns:
            own = choices if column.required else [("", _("— tidak ada di berkas —")), *choices[1:]]
            self.fields[field_name(column)] = forms.ChoiceField(choices=own, required=False, label=column.title)

    def mapping(self) -> dict[str, int]:
        """Contract column → source index, for the columns that were chosen."""
        data = self.cleaned_data
        return {c.name: int(data[field_name(c)]) for c in self.contract.columns if data.get(field_name(c))}


def errors_of(form: forms.Form, name: str) -> str:
    """The errors of one field as one text."""
    return " ".join(str(error) for error in form.errors.get(name, []))


def field_name(column: Column) -> str:
    """The form field of a contract column."""
    return f"kolom-{column.name}"


class HeaderForm(forms.Form):
    """Step 2: where the heading is."""

    baris_judul = forms.IntegerField(
        min_value=1, max_value=1000, label=_("Baris judul"), error_messages={"required": _("Tulis nomor baris judul.")}
    )


class ReasonForm(forms.Form):
    """Why something is decided so."""

    alasan = forms.CharField(
        max_length=300, label=_("Alasan"), error_messages={"required": _("Tuliskan alasannya, satu kalimat saja.")}
    )


class TokenForm(forms.Form):
    """A new token."""

    nama = forms.CharField(
        max_length=80, label=_("Nama mesin"), error_messages={"required": _("Beri nama mesin yang memakainya.")}
    )


class SpellingForm(forms.Form):
    """This text means that."""

    kolom = forms.CharField(max_length=60)
    tulisan = forms.CharField(max_length=500, strip=False)
    arti = forms.CharField(max_length=200)


class DefinitionForm(forms.Form):
    """A feed's definition as TOML."""

    definisi = forms.CharField(
        max_length=200_000,
        label=_("Definisi umpan (TOML)"),
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false"}),
    )
