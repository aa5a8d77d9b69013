"""Forms of the register: posts, segments, stickers, members, roster. Courtesy; the truth is in the actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tidar.rojak.models import Member, RosterRule

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
IMPORTANCE = ((1, _("1 · biasa")), (2, _("2 · penting")), (3, _("3 · paling penting")))
POINT_HINT = _("Lintang, bujur seperti di peta HP: -7.4859, 110.2150")


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


class HourField(forms.TimeField):
    """An hour of the day, 08:30 or 08.30."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
        errors = {"required": _("Isi jamnya."), "invalid": _("Tulis jam seperti 08:30.")}
        super().__init__(input_formats=["%H:%M", "%H.%M", "%H:%M:%S"], error_messages=errors, **options)


def _title(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=120, error_messages={"required": _("Isi namanya.")})


class PostForm(forms.Form):
    """What a post is called and where it stands."""

    nama = _title(_("Nama pos"))
    posisi = forms.CharField(label=_("Posisi pos"), max_length=60, required=False, help_text=POINT_HINT)


class NewPostForm(PostForm):
    """A new post: its program and where it is."""

    program = forms.ChoiceField(label=_("Program"))
    desa = forms.ChoiceField(label=_("Kelurahan atau desa"))
    rw = forms.IntegerField(
        label=_("Nomor RW"), min_value=1, max_value=999, required=False,
        help_text=_("Kosongkan bila posnya untuk satu kelurahan atau desa."),
    )  # fmt: skip
    mulai = DayField(label=_("Mulai"))

    field_order = ("program", "desa", "rw", "nama", "posisi", "mulai")

    def __init__(self, *args: Any, programs: Sequence[Any], villages: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["program"] = forms.ChoiceField(label=_("Program"), choices=programs)
        self.fields["desa"] = forms.ChoiceField(label=_("Kelurahan atau desa"), choices=villages)
        self.order_fields(self.field_order)


class SegmentForm(forms.Form):
    """Facts of a piece of the route."""

    nama = _title(_("Nama"))
    rt = forms.IntegerField(label=_("Nomor RT"), min_value=1, max_value=999, required=False)
    kepentingan = forms.TypedChoiceField(label=_("Kepentingan"), choices=IMPORTANCE, coerce=int, initial=1)
    tenggat = forms.IntegerField(
        label=_("Tenggat (jam waktu ronda)"), min_value=1, max_value=2_000,
        help_text=_("Sesudah diperiksa, harus diperiksa lagi dalam sekian jam waktu ronda, bukan jam dinding."),
    )  # fmt: skip
    urutan = forms.IntegerField(label=_("Urutan di rute"), min_value=0, max_value=9_999, required=False)
    garis = forms.CharField(
        label=_("Garis"), required=False, max_length=60_000, strip=True,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_("Satu titik satu baris (lintang, bujur), atau tempel GeoJSON LineString."),
    )  # fmt: skip


class HousesForm(forms.Form):
    """Houses by what is painted on them, one a line."""

    rumah = forms.CharField(
        label=_("Rumah, satu baris satu rumah"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Nomor yang tercat, misalnya No. 12. Bukan nama penghuninya."),
    )  # fmt: skip


class StickerForm(forms.Form):
    """What is at the sticker's place and where it is."""

    nama = _title(_("Tempat stiker"))
    posisi = forms.CharField(label=_("Posisi"), max_length=60, required=False, help_text=POINT_HINT)


class MemberForm(forms.Form):
    """A member of the post."""

    nama = _title(_("Nama"))
    telepon = forms.CharField(
        label=_("Nomor telepon"), max_length=24, required=False, help_text=_("Hanya terlihat di halaman pos ini."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    akun = forms.CharField(
        label=_("Nama akun"), max_length=150, required=False, help_text=_("Bila ia masuk dengan HP-nya sendiri."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )  # fmt: skip


class NewMemberForm(MemberForm):
    """A new member of the post."""

    mulai = DayField(label=_("Mulai"))


class LastDayForm(forms.Form):
    """Until when."""

    terakhir = DayField(label=_("Hari terakhir"))


class TurnForm(forms.Form):
    """Hours, and who walks then."""

    mulai = HourField(label=_("Jam mulai"))
    selesai = HourField(label=_("Jam selesai"))
    sejak = DayField(label=_("Berlaku sejak"))

    field_order: tuple[str, ...] = ("mulai", "selesai", "anggota", "sejak")

    def __init__(self, *args: Any, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["anggota"] = forms.TypedMultipleChoiceField(
            label=_("Yang bertugas"), coerce=int, widget=forms.CheckboxSelectMultiple,
            choices=[(member.pk, member.name) for member in members],
            error_messages={"required": _("Pilih paling sedikit satu orang.")},
        )  # fmt: skip
        self.order_fields(self.field_order)


class NewTurnForm(TurnForm):
    """The same turn on one or more days of the week."""

    hari = forms.MultipleChoiceField(
        label=_("Hari"), choices=RosterRule.Day.choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pilih harinya.")},
    )  # fmt: skip

    field_order = ("hari", "mulai", "selesai", "anggota", "sejak")


class SwapForm(forms.Form):
    """Whose turn of which day somebody else should take."""

    giliran = forms.ChoiceField(label=_("Giliran"))
    pengganti = forms.TypedChoiceField(label=_("Diminta menggantikan"), coerce=int)

    def __init__(self, *args: Any, turns: Sequence[Any], members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["giliran"] = forms.ChoiceField(label=_("Giliran"), choices=turns)
        self.fields["pengganti"] = forms.TypedChoiceField(
            label=_("Diminta menggantikan"), coerce=int, choices=[(member.pk, member.name) for member in members]
        )
