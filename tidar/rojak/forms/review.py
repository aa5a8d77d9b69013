"""What is asked when somebody decides about what phones sent."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why it is decided so; whoever sent it reads this on the phone."""

    alasan = forms.CharField(
        label=_("Alasan"), max_length=200, help_text=_("Dibaca pengirimnya di HP. Jangan tulis nama orang.")
    )
