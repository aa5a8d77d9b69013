"""The first page of e-Retribusi: what needs this person now, by what they may do. Nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from tidar.common import clock, wording
from tidar.common.access import actor_of, signed_in
from tidar.common.actor import Actor
from tidar.common.money import rupiah_text
from tidar.common.pages import page
from tidar.retribusi.models import ImportLine, Run
from tidar.retribusi.queries import custody
from tidar.retribusi.views.custody.boards import markets_of
from tidar.retribusi.views.custody.desk import whole_agencies


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to do: what, why now, where; `level` is "", "info", "warn" or "bad"."""

    title: str
    sentence: str
    url: str
    action: str
    level: str = ""


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/retribusi/`: cards of what waits, then the places one may go to."""
    actor = actor_of(request)
    cards = [*_of_collector(actor), *_of_treasurer(actor), *_of_officer(actor), *_of_leader(actor)]
    urgent = {"bad": 0, "warn": 1, "info": 2, "": 3}
    context = {
        "cards": sorted(cards, key=lambda card: urgent[card.level]),
        "markets": markets_of(actor) if actor.may("levies.see") else [],
        "places": _places(actor),
    }
    return page(request, "retribusi/custody/home.html", context)


def _of_collector(actor: Actor) -> Iterator[Card]:
    if not actor.may("levies.collect") or actor.kind != "user" or "administrator" in actor.roles:
        return
    held, waiting = custody.cash_on_hand([actor.id])[actor.id], custody.open_handover(actor.id)
    if waiting is not None:
        said = _("%s menunggu dihitung bendahara.") % rupiah_text(waiting.declared_rupiah)
        yield Card(_("Serah terima menunggu"), said, "/retribusi/kas/saya/", _("Lihat"), "info")
    elif held.rupiah > 0:
        age = wording.age((clock.now() - held.oldest_at).total_seconds()) if held.oldest_at else ""
        said = _("%(cash)s di tangan Anda; bukti tertua berumur %(age)s.") % {
            "cash": rupiah_text(held.rupiah), "age": age or "—",
        }  # fmt: skip
        yield Card(_("Kas di tangan"), said, "/retribusi/kas/saya/", _("Serahkan kepada bendahara"), "warn")
    yield Card(_("Memungut"), _("Rute, pindai lapak, terima uang, cetak bukti."), "/pungut/", _("Buka rute"))


def _of_treasurer(actor: Actor) -> Iterator[Card]:
    now = clock.now()
    for agency, name in whole_agencies(actor, "levies.treasury")[:3]:
        waiting, ready = custody.to_count(agency), custody.to_deposit(agency)
        desk = f"?dinas={agency}"
        if waiting:
            total = rupiah_text(sum(one.declared_rupiah for one in waiting))
            said = ngettext("%(n)d serah terima, %(total)s.", "%(n)d serah terima, %(total)s.", len(waiting))
            said %= {"n": len(waiting), "total": total}
            yield Card(_("Hitung setoran juru pungut"), said, f"/retribusi/kas/serah/{desk}", _("Hitung"), "warn")
        held, late = custody.purse(agency, at=now)
        if ready:
            level = "bad" if late and late.severity >= custody.TOLD else "warn"
            due = wording.day(late.due_at) if late else "—"
            said = _("%(cash)s di kas bendahara, paling lambat %(due)s.") % {
                "cash": rupiah_text(held.rupiah), "due": due,
            }  # fmt: skip
            yield Card(_("Setor ke kas daerah"), said, f"/retribusi/kas/sts/baru/{desk}", _("Buat STS"), level)
        lates = [bag for bag in custody.bags(agency, at=now) if bag.late and bag.late.severity >= custody.TOLD]
        if lates:
            said = ", ".join(bag.name for bag in lates[:4])
            yield Card(_("Juru pungut lewat batas setor"), said, f"/retribusi/kas/{desk}", _("Lihat"), "bad")
        cases = custody.open_cases(agency)
        if cases.count:
            said = _("%(n)d perkara terbuka, %(held)s di titipan.") % {
                "n": cases.count, "held": rupiah_text(cases.held_rupiah),
            }  # fmt: skip
            yield Card(_("Perkara menunggu keputusan"), said, "/retribusi/perkara/", _("Putuskan"), "info")
        yield Card(_("Kas hari ini"), name, f"/retribusi/kas/{desk}", _("Buka"))


def _of_officer(actor: Actor) -> Iterator[Card]:
    if not any(actor.may(p) for p in ("levies.assess", "levies.sign", "levies.register")):
        return
    State = Run.State
    waiting = Run.objects.filter(state__in=(State.PREVIEWED, State.ISSUED)).values_list("agency_id", "state")
    counts: dict[str, int] = {}
    for agency, state, n in waiting.annotate(Count("pk")).order_by():
        needed = "levies.sign" if state == State.ISSUED else "levies.assess"
        if actor.may(needed, agency=agency):
            counts[state] = counts.get(state, 0) + n
    if n := counts.get(State.ISSUED, 0):
        said = _("%d penetapan sudah terbit dan belum ditandatangani; belum dapat dibayar.") % n
        yield Card(_("Tanda tangani SKRD"), said, "/retribusi/skrd/", _("Tanda tangani"), "warn")
    if n := counts.get(State.PREVIEWED, 0):
        said = _("%d pratinjau menunggu diterbitkan.") % n
        yield Card(_("Terbitkan SKRD"), said, "/retribusi/skrd/", _("Lihat pratinjau"), "info")
    if actor.may("levies.register"):
        open_states = (ImportLine.State.DUPLICATE, ImportLine.State.CONFLICT)
        n = ImportLine.objects.filter(settled_at=None, state__in=open_states).count()
        if n:
            said = _("%d baris lembar kerja belum cocok dengan register.") % n
            yield Card(_("Cocokkan data pedagang"), said, "/retribusi/register/", _("Cocokkan"), "info")


def _of_leader(actor: Actor) -> Iterator[Card]:
    if actor.may("levies.lead"):
        said = _("Hari ini, bulan ini, target, uang di jalan, piutang, perkara: satu halaman.")
        yield Card(_("Ringkasan pimpinan"), said, "/retribusi/pimpinan/", _("Baca"))


def _places(actor: Actor) -> list[tuple[str, str, str]]:
    found = (
        (_("Register"), _("Lapak, pedagang, hak menempati"), "/retribusi/register/", "levies.see"),
        (_("Pendataan"), _("Jalan keliling pasar, cocokkan tiap lapak"), "/retribusi/pendataan/", "levies.register"),
        (_("Tarif"), _("Tarif, keringanan, dasar hukumnya"), "/retribusi/tarif/", "levies.see"),
        (_("Hari tutup"), _("Libur pasar dan izin pedagang"), "/retribusi/libur/", "levies.see"),
        (_("SKRD"), _("Hitung, terbitkan, tanda tangani"), "/retribusi/skrd/", "levies.see"),
        (_("Pembayaran"), _("Setiap bukti dan untuk apa"), "/retribusi/pembayaran/", "levies.see"),
        (_("Kas dan STS"), _("Hari ini, serah terima, setoran, buku"), "/retribusi/kas/", "levies.see"),
        (_("Perkara"), _("Yang harus diputuskan orang"), "/retribusi/perkara/", "levies.see"),
        (_("Karcis"), _("Buku karcis: diterima, terjual, kembali"), "/retribusi/karcis/", "levies.see"),
        (_("Alat"), _("HP juru pungut dan catatannya"), "/retribusi/alat/", "levies.supervise"),
    )
    return [(title, words, url) for title, words, url, permission in found if actor.may(permission)]
