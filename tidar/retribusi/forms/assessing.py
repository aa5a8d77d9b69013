"""Forms of runs and SKRD: courtesy; the actions and the database decide."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from tidar.common.actor import Actor
from tidar.retribusi.actions.assessing.ordering import Terms
from tidar.retribusi.models import LevyKind, Market, Occupancy
from tidar.retribusi.queries.assessing.seeing import seen_by
from tidar.retribusi.rules.assessing import YEARS
from tidar.retribusi.rules.register import stall_number

DAY, MONTH = "hari", "bulan"


class RunForm(forms.Form):
    """A new run: a levy, a market or the whole city, a day or a month; or one stall alone."""

    jenis = forms.ChoiceField(label=_("Jenis retribusi"))
    pasar = forms.ChoiceField(label=_("Pasar"), required=False)
    masa = forms.ChoiceField(label=_("Masa"), choices=[(MONTH, _("Satu bulan")), (DAY, _("Satu hari"))])
    bulan = forms.CharField(label=_("Bulan"), required=False)
    tanggal = forms.DateField(
        label=_("Tanggal"), required=False, error_messages={"invalid": _("Tulis tanggalnya, misalnya 25/11/2026.")}
    )
    lapak = forms.CharField(label=_("Nomor lapak"), required=False, max_length=30)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may = {"permission": "levies.assess"}
        kinds = LevyKind.objects.order_by("title").values_list("code", "title", "agency_id")
        self.kinds = [(code, title) for code, title, agency in kinds if actor.may("levies.assess", agency=agency)]
        markets = Market.objects.filter(seen_by(actor, agency="agency_id", area="area_code", **may)).order_by("name")
        self.markets = list(markets.values_list("code", "name"))
        if self.markets and not self.initial.get("pasar"):
            self.initial["pasar"] = self.markets[0][0]
        whole = [("", _("Seluruh kota"))] if _holds_everywhere(actor) else []
        self.fields["jenis"] = forms.ChoiceField(label=_("Jenis retribusi"), choices=self.kinds)
        self.fields["pasar"] = forms.ChoiceField(
            label=_("Pasar"), choices=[*self.markets, *whole], required=not whole,
            error_messages={"required": _("Pilih pasarnya.")},
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The period and the stall, as the action wants them."""
        data = super().clean() or {}
        if data.get("masa") == DAY and not data.get("tanggal") and "tanggal" not in self.errors:
            self.add_error("tanggal", now("Pilih tanggalnya."))
        if data.get("tanggal") and not YEARS[0] <= data["tanggal"].year <= YEARS[1]:
            self.add_error("tanggal", now("Tanggal itu terlalu jauh dari hari ini."))
        if data.get("masa") == MONTH and _month(data.get("bulan") or "") is None:
            self.add_error("bulan", now("Pilih bulannya."))
        if data.get("lapak") and not self.errors:
            data["occupancy"] = self._occupancy(data)
        return data

    def _occupancy(self, data: dict[str, Any]) -> int | None:
        """The one who held that stall last within the period."""
        from_date, to_date = self.period
        held = Occupancy.objects.filter(
            levy_object__levy_kind=data["jenis"],
            levy_object__market=data.get("pasar") or None,
            levy_object__number=stall_number(data["lapak"]),
            from_date__lte=to_date,
        ).exclude(to_date__lt=from_date)
        found = held.order_by("-from_date").values_list("pk", flat=True).first()
        if found is None:
            self.add_error("lapak", now("Lapak itu tidak ada di pasar ini, atau tidak ditempati pada masa itu."))
        return found

    @property
    def period(self) -> tuple[date, date]:
        """First and last day of what was chosen; after `is_valid`."""
        data = self.cleaned_data
        if data["masa"] == DAY:
            return data["tanggal"], data["tanggal"]
        found = _month(data["bulan"])
        assert found is not None  # noqa: S101 - `clean` refused it
        return found

    @property
    def terms(self) -> Terms:
        """What `order_preview` takes; after `is_valid`."""
        data = self.cleaned_data
        return Terms(data["jenis"], data.get("pasar") or None, *self.period, data.get("occupancy"))


def _holds_everywhere(actor: Actor) -> bool:
    """Whether somebody assesses not only in one area."""
    return actor.kind == "system" or any(g.permission == "levies.assess" and g.area is None for g in actor.grants)


def _month(text: str) -> tuple[date, date] | None:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    if not YEARS[0] <= first.year <= YEARS[1]:
        return None
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, date.fromordinal(following.toordinal() - 1)


class CancelForm(forms.Form):
    """Why an SKRD is cancelled, and by which decision."""

    alasan = forms.CharField(
        label=_("Alasan"), max_length=300, error_messages={"required": _("Tuliskan alasan pembatalan SKRD.")}
    )
    keputusan = forms.CharField(label=_("Nomor keputusan"), max_length=200, required=False)
    yakin = forms.BooleanField(
        label=_("Saya mengerti: pembatalan tidak dapat ditarik kembali."),
        error_messages={"required": _("Beri tanda bahwa Anda mengerti.")},
    )


class SureForm(forms.Form):
    """A person confirms what cannot be undone."""

    yakin = forms.BooleanField(error_messages={"required": _("Beri tanda bahwa Anda sudah memeriksanya.")})
