"""Forms of the traders' own pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class DoorForm(forms.Form):
    """Who am I: NPWRD or the registered phone."""

    who = forms.CharField(
        label=_("Nomor HP atau NPWRD"),
        max_length=40,
        help_text=_("Nomor HP yang Anda berikan saat pendataan, misalnya 0812 3456 7890, atau NPWRD di SKRD Anda."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "text", "autofocus": True}),
    )


class CodeForm(forms.Form):
    """The code that came to the phone."""

    code = forms.CharField(
        label=_("Kode 6 angka"),
        max_length=12,
        help_text=_("Kode dikirim ke HP Anda dan berlaku 10 menit."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "pattern": "[0-9 ]*"}
        ),
    )
