"""The form for those who hold a paper and no scanner."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AskForm(forms.Form):
    """Number and code as printed."""

    nomor = forms.CharField(label=_("Nomor dokumen"), max_length=60)
    kode = forms.CharField(label=_("Kode"), max_length=20)
