"""Forms of tariffs, reliefs and days that are not charged."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tidar.retribusi.forms.register import AreaField, DayField
from tidar.retribusi.models import LevyKind, LevyObject, Market, Tariff


class RupiahField(forms.CharField):
    """Whole rupiah as people write them: "5000", "5.000", "Rp5.000"; a fraction is refused."""

    def clean(self, value: Any) -> int:
        """The amount."""
        text = str(super().clean(value)).strip().removeprefix("Rp").strip()
        if re.fullmatch(r"\d{1,12}|\d{1,3}(\.\d{3}){1,3}", text) is None:
            raise forms.ValidationError(_("Tulis rupiah bulat tanpa pecahan dan tanpa minus, misalnya 5.000."))
        return int(text.replace(".", ""))


class TariffForm(forms.Form):
    """A new version of a tariff."""

    retribusi = forms.ChoiceField(label=_("Jenis retribusi"))
    pasar = forms.ChoiceField(label=_("Pasar"), required=False)
    jenis = forms.ChoiceField(
        label=_("Jenis tempat"), required=False, choices=lambda: [("", _("Semua jenis")), *LevyObject.PlaceType.choices]
    )
    besaran = RupiahField(
        label=_("Besaran (rupiah)"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": _("Isi besarannya.")},
    )  # fmt: skip
    periode = forms.ChoiceField(label=_("Untuk"), choices=Tariff.Period.choices)
    luas_mulai = AreaField(label=_("Luas mulai (m²)"), required=False, max_length=12)
    luas_kurang_dari = AreaField(label=_("Luas kurang dari (m²)"), required=False, max_length=12)
    mulai = DayField(label=_("Berlaku mulai"))
    dasar = forms.CharField(
        label=_("Dasar hukum"), max_length=300, help_text=_("Peraturan dan pasalnya, seperti akan tercetak di SKRD."),
        error_messages={"required": _("Isi dasar hukumnya.")},
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: list[LevyKind], markets: list[Market], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["retribusi"] = forms.ChoiceField(
            label=_("Jenis retribusi"), choices=[(kind.code, kind.title) for kind in kinds]
        )
        choices = [("", _("Semua pasar")), *((market.code, market.name) for market in markets)]
        self.fields["pasar"] = forms.ChoiceField(label=_("Pasar"), required=False, choices=choices)


class ReliefForm(forms.Form):
    """A relief by decision."""

    retribusi = forms.ChoiceField(label=_("Jenis retribusi"))
    pasar = forms.ChoiceField(label=_("Pasar"), required=False)
    nomor = forms.CharField(
        label=_("Nomor lapak"), max_length=30, required=False, help_text=_("Kosong: semua lapak di pasar itu.")
    )
    persen = forms.CharField(label=_("Keringanan (persen)"), max_length=6, initial="100")
    mulai = DayField(label=_("Mulai"))
    sampai = DayField(label=_("Sampai"))
    keputusan = forms.CharField(
        label=_("Nomor dan tanggal keputusan"), max_length=200, error_messages={"required": _("Isi keputusannya.")}
    )
    alasan = forms.CharField(label=_("Alasan"), max_length=300, error_messages={"required": _("Tuliskan alasannya.")})

    def __init__(self, *args: Any, kinds: list[LevyKind], markets: list[Market], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["retribusi"] = forms.ChoiceField(
            label=_("Jenis retribusi"), choices=[(kind.code, kind.title) for kind in kinds]
        )
        choices = [("", _("Semua pasar")), *((market.code, market.name) for market in markets)]
        self.fields["pasar"] = forms.ChoiceField(label=_("Pasar"), required=False, choices=choices)

    def clean_persen(self) -> Decimal:
        """A share of a hundred, at most two decimals."""
        text = str(self.cleaned_data["persen"]).strip().rstrip("%").strip().replace(",", ".")
        if re.fullmatch(r"\d{1,3}(\.\d{1,2})?", text) is None:
            raise forms.ValidationError(_("Tulis persen dengan angka, misalnya 50."))
        return Decimal(text)


class ClosureForm(forms.Form):
    """Days on which a market is closed, or a trader is on leave."""

    pasar = forms.ChoiceField(label=_("Pasar"))
    nomor = forms.CharField(
        label=_("Nomor lapak"), max_length=30, required=False,
        help_text=_("Kosong: seluruh pasar tutup. Diisi: izin libur pedagang di lapak itu."),
    )  # fmt: skip
    mulai = DayField(label=_("Hari pertama"))
    sampai = DayField(label=_("Hari terakhir"))
    alasan = forms.CharField(label=_("Alasan"), max_length=300, error_messages={"required": _("Tuliskan alasannya.")})
    keputusan = forms.CharField(label=_("Nomor dan tanggal persetujuan"), max_length=200, required=False)

    def __init__(self, *args: Any, markets: list[Market], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pasar"] = forms.ChoiceField(
            label=_("Pasar"), choices=[(market.code, market.name) for market in markets]
        )
