"""Forms of the register: payers, stalls, who holds them. Courtesy on the page; the truth is in the actions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tidar.retribusi.models import LevyKind, LevyObject, Market, Occupancy

EARLIEST, LATEST = date(1945, 1, 1), date(2199, 12, 31)
ANY: tuple[str, Any] = ("", "—")


class AreaField(forms.CharField):
    """Square metres as people write them: "4,5" or "4.5"; empty is unknown."""

    def clean(self, value: Any) -> Decimal | None:
        """The area, or None."""
        text = str(super().clean(value)).strip().replace(",", ".")
        if not text:
            return None
        try:
            area = Decimal(text).quantize(Decimal("0.01"))
            if area.is_finite():
                return area
            raise InvalidOperation
        except InvalidOperation as error:
            raise forms.ValidationError(_("Tulis luas dengan angka, misalnya 4,5.")) from error


class DayField(forms.DateField):
    """A day, by the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        options.setdefault("error_messages", {"required": _("Isi tanggalnya."), "invalid": _("Tanggal itu tidak ada.")})
        super().__init__(input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"], **options)

    def clean(self, value: Any) -> date | None:
        """The day; a slip of the keyboard that lands in another age is none."""
        day: date | None = super().clean(value)
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(self.error_messages["invalid"])
        return day


class PayerForm(forms.Form):
    """Who owes."""

    nama = forms.CharField(label=_("Nama"), max_length=160, error_messages={"required": _("Isi namanya.")})
    nik = forms.CharField(
        label=_("NIK"), max_length=24, required=False, help_text=_("16 angka. Disimpan tersandi, di layar disamarkan."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    telepon = forms.CharField(
        label=_("Nomor telepon"), max_length=24, required=False, help_text=_("Untuk kode masuk pedagang."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    alamat = forms.CharField(label=_("Alamat"), max_length=300, required=False)


class RightForm(forms.Form):
    """What a right to the place rests on."""

    hak = forms.ChoiceField(label=_("Dasar hak"), choices=Occupancy.Right.choices, initial=Occupancy.Right.UNPROVEN)
    nomor_hak = forms.CharField(label=_("Nomor surat atau kartu"), max_length=80, required=False)
    hak_sampai = DayField(label=_("Berlaku sampai"), required=False)


class OccupyForm(RightForm):
    """Who takes the stall: a payer who is registered, or a new one."""

    npwrd = forms.CharField(
        label=_("NPWRD"), max_length=30, required=False, help_text=_("Bila sudah terdaftar; kosongkan bila baru.")
    )  # fmt: skip
    nama = forms.CharField(label=_("Nama pedagang baru"), max_length=160, required=False)
    nik = forms.CharField(
        label=_("NIK"), max_length=24, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    telepon = forms.CharField(
        label=_("Nomor telepon"), max_length=24, required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    alamat = forms.CharField(label=_("Alamat"), max_length=300, required=False)
    mulai = DayField(label=_("Mulai menempati"))

    field_order = ("npwrd", "nama", "nik", "telepon", "alamat", "mulai", "hak", "nomor_hak", "hak_sampai")

    def clean(self) -> dict[str, Any]:
        """One of the two: a number, or a name."""
        data = super().clean() or {}
        if not data.get("npwrd") and not data.get("nama"):
            self.add_error("npwrd", _("Isi NPWRD, atau nama pedagang baru."))
        return data


class VacateForm(forms.Form):
    """The last day and why."""

    terakhir = DayField(label=_("Hari terakhir menempati"))
    alasan = forms.CharField(label=_("Alasan"), max_length=300, error_messages={"required": _("Tuliskan alasannya.")})


class RenewForm(RightForm):
    """A right that is given or renewed, and who saw the holder at the stall where no walk did."""

    terlihat = DayField(label=_("Terlihat di lapak pada"), required=False)
    saksi = forms.CharField(
        label=_("Siapa yang melihat, bagaimana"), max_length=300, required=False,
        help_text=_("Kosongkan bila pendataan lapangan sudah menemukannya."),
    )  # fmt: skip


class FactsForm(forms.Form):
    """What a stall is like."""

    jenis = forms.ChoiceField(
        label=_("Jenis tempat"), required=False, choices=lambda: [ANY, *LevyObject.PlaceType.choices]
    )
    luas = AreaField(
        label=_("Luas (m²)"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}), max_length=12
    )
    blok = forms.CharField(label=_("Blok"), max_length=20, required=False)


class StallForm(FactsForm):
    """A new object."""

    retribusi = forms.ChoiceField(label=_("Jenis retribusi"))
    pasar = forms.ChoiceField(label=_("Pasar"), required=False)
    nomor = forms.CharField(
        label=_("Nomor"), max_length=30, help_text=_("Seperti tercat di lapak, misalnya A-12."),
        error_messages={"required": _("Isi nomornya.")},
    )  # fmt: skip

    field_order = ("retribusi", "pasar", "blok", "nomor", "jenis", "luas")

    def __init__(self, *args: Any, kinds: list[LevyKind], markets: list[Market], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["retribusi"] = forms.ChoiceField(
            label=_("Jenis retribusi"), choices=[(kind.code, kind.title) for kind in kinds]
        )
        self.fields["pasar"] = forms.ChoiceField(
            label=_("Pasar"), required=False, choices=[ANY, *((market.code, market.name) for market in markets)]
        )
        self.order_fields(self.field_order)


class ReasonForm(forms.Form):
    """Why."""

    alasan = forms.CharField(label=_("Alasan"), max_length=300, error_messages={"required": _("Tuliskan alasannya.")})


class PurposeForm(forms.Form):
    """What a NIK is opened for."""

    tujuan = forms.CharField(
        label=_("Untuk apa NIK ini dibuka?"), max_length=300, help_text=_("Tujuan, nama Anda, dan waktunya dicatat."),
        error_messages={"required": _("Tuliskan tujuannya.")},
    )  # fmt: skip
