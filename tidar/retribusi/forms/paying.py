"""What people type about payments and cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tidar.retribusi.forms.custody import RupiahField
from tidar.retribusi.models import Payment
from tidar.retribusi.rules.cases import DECISIONS
from tidar.retribusi.rules.paying import LIST_DAYS

SURPLUS = (
    ("advance", _("Simpan sebagai uang muka pedagang")),
    ("suspense", _("Titipkan, bendahara yang memutuskan")),
)


class NarrowForm(forms.Form):
    """The filters above the list of payments."""

    dari = forms.DateField(label=_("Dari"), required=False)
    sampai = forms.DateField(label=_("Sampai"), required=False)
    pasar = forms.CharField(label=_("Pasar"), required=False)
    cara = forms.ChoiceField(
        label=_("Cara bayar"), required=False, choices=[("", _("Semua cara")), *Payment.Channel.choices]
    )
    juru = forms.CharField(label=_("Juru pungut"), max_length=80, required=False)
    q = forms.CharField(label=_("Cari"), max_length=60, required=False)

    def clean_sampai(self) -> date | None:
        """Not more days at once than a list holds."""
        first, last = self.cleaned_data.get("dari"), self.cleaned_data.get("sampai")
        if first and last and (last - first).days >= LIST_DAYS:
            raise forms.ValidationError(_("Pilih paling lama %(n)s hari sekaligus.") % {"n": LIST_DAYS})
        return last


class StallForm(forms.Form):
    """Which stall somebody pays for at the counter."""

    pasar = forms.CharField(label=_("Pasar"))
    lapak = forms.CharField(
        label=_("Nomor lapak"), max_length=30, error_messages={"required": _("Tulis nomor lapaknya.")}
    )


class PayForm(forms.Form):
    """Cash at the counter. `kunci` is the form's own id, `terlihat` what the page said was owed."""

    kunci = forms.UUIDField()
    lapak_id = forms.IntegerField()
    terlihat = forms.IntegerField()
    jumlah = RupiahField(label=_("Uang yang diterima"), error_messages={"required": _("Tulis jumlah uangnya.")})
    sisa = forms.ChoiceField(choices=SURPLUS, required=False)


class ReverseForm(forms.Form):
    """Why a payment is taken back."""

    alasan = forms.CharField(
        label=_("Alasan pembatalan"), max_length=300, error_messages={"required": _("Tuliskan alasannya.")}
    )
    yakin = forms.BooleanField(
        label=_("Saya sudah memeriksa; tagihannya terbuka lagi dan ini tidak dapat diurungkan."),
        error_messages={"required": _("Nyatakan dahulu bahwa Anda sudah memeriksa.")},
    )


class SettleForm(forms.Form):
    """A decision about a case."""

    keputusan = forms.ChoiceField(
        choices=[(key, words) for key, words in DECISIONS.items()],
        error_messages={"required": _("Pilih keputusannya.")},
    )
    catatan = forms.CharField(
        label=_("Alasan keputusan"), max_length=300, error_messages={"required": _("Tuliskan alasannya.")}
    )
    pasar = forms.CharField(label=_("Pasar"), required=False)
    lapak = forms.CharField(label=_("Nomor lapak"), max_length=30, required=False)

    def clean(self) -> dict[str, Any]:
        """A stall is wanted only where money is applied to its bills and the case does not know it."""
        return super().clean() or {}
