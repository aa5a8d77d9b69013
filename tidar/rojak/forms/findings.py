"""What is asked at the desk about findings, rounds and empty houses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tidar.rojak.rules.items import Position
from tidar.rojak.rules.lines import Bounds, UnableToDraw, read_point, typed_accuracy


class NoteForm(forms.Form):
    """A few words with a step; may stay empty."""

    catatan = forms.CharField(
        label=_("Catatan"), required=False, max_length=300,
        help_text=_("Jangan tulis nama orang. Catatan dihapus saat masa simpannya habis."),
    )  # fmt: skip


class PassOnForm(NoteForm):
    """As what a finding is passed on."""

    sebagai = forms.ChoiceField(
        label=_("Diteruskan sebagai"),
        choices=(("permohonan", _("Permohonan layanan")), ("insiden", _("Insiden, perlu segera"))),
    )
    field_order = ("sebagai", "catatan")


class WorkOrderForm(forms.Form):
    """The work order by which it is mended."""

    nomor = forms.CharField(label=_("Nomor perintah kerja"), max_length=60)
    kepada = forms.CharField(
        label=_("Dikerjakan oleh"), max_length=120, help_text=_("Regu atau unit, bukan nama orang.")
    )
    batas = forms.DateField(
        label=_("Selesai sebelum"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class AfterPhotoForm(forms.Form):
    """A photograph that shows that it was mended."""

    foto = forms.FileField(
        label=_("Foto sesudah"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg", "capture": "environment"}),
        help_text=_("JPEG, paling besar 5 MB. Keterangan tempat dan alat di dalam foto dibuang."),
    )  # fmt: skip


class WhyForm(forms.Form):
    """Why something is opened again."""

    alasan = forms.CharField(label=_("Mengapa"), max_length=300)


class DuplicateForm(forms.Form):
    """Which finding it is the same as; the choices are the open ones of the post, near ones first."""

    sama = forms.ChoiceField(label=_("Sama dengan"), choices=())

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["sama"].choices = choices  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """What was done about a call for help."""

    jawaban = forms.CharField(label=_("Apa yang sudah dilakukan"), max_length=300)


MOMENT = "%Y-%m-%dT%H:%M"


class EmptyHouseForm(forms.Form):
    """A house that will stand empty, asked for by who lives there or through the head of the RW."""

    tempat = forms.ChoiceField(label=_("Di mana"), choices=())
    kode = forms.CharField(
        label=_("Kode pada stiker"),
        max_length=16,
        help_text=_("Bagian akhir alamat halaman pada stiker di ujung jalan Anda."),
    )
    rumah = forms.CharField(
        label=_("Rumah yang mana"),
        max_length=80,
        help_text=_("Seperti tertulis di rumah, misalnya: No. 12, pagar hijau."),
    )
    kontak = forms.CharField(label=_("Siapa yang dihubungi"), max_length=80, required=False)
    mulai = forms.DateTimeField(
        label=_("Kosong mulai"),
        input_formats=[MOMENT],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT),
    )
    selesai = forms.DateTimeField(
        label=_("Sampai"), input_formats=[MOMENT], widget=forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT)
    )
    setuju = forms.BooleanField(label=_("Saya setuju"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], consent: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["setuju"].label = consent
        if choices:
            self.fields["tempat"].choices = choices  # type: ignore[attr-defined]
            del self.fields["kode"]
        else:
            del self.fields["tempat"]


class KindForm(forms.Form):
    """What was found; it decides which questions are asked."""

    jenis = forms.ChoiceField(label=_("Apa yang ditemukan"))

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["jenis"].choices = kinds  # type: ignore[attr-defined]


class ManyFilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Files as they were chosen; what each of them is, `actions.noting.take_photo` says with a sentence of its own."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        """As they came."""
        return data or []


class ToldForm(forms.Form):
    """A finding that somebody told the head of the RW; the questions of its kind are asked beside it."""

    tempat = forms.ChoiceField(label=_("Di mana"))
    waktu = forms.DateTimeField(
        label=_("Kapan"), input_formats=[MOMENT], widget=forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT)
    )
    tingkat = forms.ChoiceField(label=_("Tingkat"), choices=((1, _("ringan")), (2, _("sedang")), (3, _("mendesak"))))
    letak = forms.CharField(
        label=_("Letak"),
        required=False,
        max_length=60,
        help_text=_("Lintang dan bujur seperti di peta HP: -7.47058, 110.21784. Kosong: letaknya tidak diketahui."),
    )
    foto = ManyFilesField(
        label=_("Foto"),
        required=False,
        widget=ManyFilesInput({"accept": "image/jpeg", "multiple": True}),
        help_text=_("JPEG, paling banyak 6, masing-masing paling besar 5 MB. Keterangan tempat dan alat dibuang."),
    )
    catatan = forms.CharField(
        label=_("Catatan"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Jangan tulis nama orang."),
    )
    jenis = forms.ChoiceField(widget=forms.HiddenInput)
    nomor = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, kind: tuple[str, str], places: list[tuple[str, str]], bounds: Bounds, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["jenis"].choices = [kind]  # type: ignore[attr-defined]
        self.fields["tempat"].choices = places  # type: ignore[attr-defined]
        self._bounds = bounds

    def clean_letak(self) -> Position | None:
        """Where it was, as sure as its digits are; None when nothing is known."""
        text = self.cleaned_data["letak"]
        try:
            point = read_point(text, bounds=self._bounds)
        except UnableToDraw as error:
            raise forms.ValidationError(error.sentence) from None
        return None if point is None else Position(*point, typed_accuracy(text))
