"""What people type about cash: whole rupiah as they write them, slips of the treasurer."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

GREATEST = 10**12
WHOLE = re.compile(r"(?:rp\.?\s*)?(\d{1,3}(?:[.\s]\d{3})+|\d+)(?:,-|,00)?", re.IGNORECASE)


class RupiahField(forms.CharField):
    """`1250000`, `1.250.000`, `Rp1.250.000,-`; a fraction of a rupiah is refused, never rounded."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(max_length=24, widget=forms.TextInput(attrs=attributes), **kwargs)

    def clean(self, value: Any) -> int | None:
        """The amount as whole rupiah, or None when nothing was typed and nothing must be."""
        text = super().clean(value).strip()
        if not text:
            return None
        if (found := WHOLE.fullmatch(text)) is None:
            raise forms.ValidationError(_("Tulis rupiah utuh, misalnya 125.000 — tanpa pecahan dan tanpa minus."))
        amount = int(re.sub(r"\D", "", found[1]))
        if not 0 < amount <= GREATEST:
            raise forms.ValidationError(_("Jumlah harus lebih dari nol dan masuk akal."))
        return amount


class AmountForm(forms.Form):
    """How much is declared, or was counted. `kunci` is the form's own id: sent twice, it is one act."""

    kunci = forms.UUIDField(required=False)
    jumlah = RupiahField(label=_("Jumlah uang"), error_messages={"required": _("Tulis jumlah uangnya.")})


class SendBackForm(forms.Form):
    """Why a hand-over is sent back."""

    alasan = forms.CharField(
        label=_("Alasan"), max_length=300, error_messages={"required": _("Tuliskan alasan dikembalikan.")}
    )


class DepositForm(forms.Form):
    """A deposit: which hand-overs, into which account, when, the bank's reference. Nobody types the amount."""

    kunci = forms.UUIDField()
    serah = forms.TypedMultipleChoiceField(
        label=_("Serah terima"), error_messages={"required": _("Pilih serah terima yang disetor.")}
    )
    rekening = forms.CharField(
        label=_("Rekening kas umum daerah"), max_length=60, error_messages={"required": _("Isi nomor rekening.")}
    )
    bukti = forms.CharField(label=_("Nomor bukti bank"), max_length=80, required=False)
    waktu = forms.DateTimeField(
        label=_("Waktu setor"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"required": _("Isi waktu setor."), "invalid": _("Tulis waktu seperti 2026-11-25 14:30.")},
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["serah"]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices
