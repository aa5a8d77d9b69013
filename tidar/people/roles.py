"""Every role and every permission, in one file that can be read aloud.

A role is held by a person from one date until another, for an agency, for an area, for both or for neither, as
`agency` and `area` say. `here` are permissions that hold only for that agency and area; `everywhere` are permissions
that hold in the whole region however narrow the role is. Views name permissions, never roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Scope = Literal["required", "optional", "never"]
Words = str | Promise

PERMISSIONS: Mapping[str, Words] = {
    "people.administer": _("mengelola akun, peran, dan perangkat daerah"),
    "audit.read": _("membaca jejak audit"),
    "hub.see": _("melihat umpan data dan kirimannya"),
    "hub.deliver": _("mengunggah, memetakan, memperbaiki, dan menerbitkan data"),
    "hub.administer": _("mengatur umpan, token, pengambilan berkala, dan pemutaran ulang"),
    "wall.see": _("melihat dinding Command Center"),
    "indicators.see": _("melihat indikator"),
    "lineage.see": _("menelusuri angka sampai ke sumbernya"),
    "levies.see": _("melihat register, tagihan, dan penerimaan retribusi"),
    "levies.register": _("mendata pedagang, lapak, dan hak menempati"),
    "levies.tariffs": _("mengelola tarif, keringanan, dan kalender tutup"),
    "levies.assess": _("menghitung dan menerbitkan SKRD"),
    "levies.sign": _("menandatangani dan membatalkan SKRD"),
    "levies.collect": _("memungut retribusi di lapangan"),
    "levies.supervise": _("mengawasi pemungutan di pasar dan mengatur alat juru pungut"),
    "levies.treasury": _("menerima setoran, membuat STS, dan menyelesaikan perkara uang"),
    "levies.lead": _("membaca ringkasan retribusi untuk pimpinan"),
    "forms.see": _("melihat formulir dan jawabannya"),
    "forms.edit": _("mengunggah dan menerbitkan formulir"),
    "patrol.see": _("melihat cakupan, celah, dan temuan ronda"),
    "patrol.walk": _("meronda dan mencatat temuan"),
    "patrol.coordinate": _("mengatur pos, jadwal, dan titik periksa ronda"),
    "patrol.persons": _("membaca temuan yang menyangkut orang"),
    "patrol.handle": _("menindaklanjuti temuan ronda"),
    "patrol.recap": _("membaca rekap bulanan ronda"),
}

READING = ("wall.see", "indicators.see", "lineage.see")


@dataclass(frozen=True, slots=True)
class Role:
    """One role: what it is called, what it is for, what it may do, and for what it is held."""

    key: str
    title: Words
    purpose: Words
    here: tuple[str, ...] = ()
    everywhere: tuple[str, ...] = ()
    agency: Scope = "never"
    area: Scope = "never"
    given: bool = True  # False: everybody has it without an assignment

    @property
    def permissions(self) -> frozenset[str]:
        """All that the role may do somewhere."""
        return frozenset(self.here) | frozenset(self.everywhere)


ALL_ROLES = (
    Role(
        key="administrator",
        title=_("Administrator"),
        purpose=_("Mengelola akun, peran, dan seluruh sistem."),
        everywhere=tuple(PERMISSIONS),
    ),
    Role(
        key="walidata",
        title=_("Walidata"),
        purpose=_("Memeriksa dan menyebarluaskan data semua perangkat daerah (Satu Data)."),
        everywhere=("hub.see", "hub.deliver", "hub.administer", "audit.read", "forms.see", "forms.edit", *READING),
    ),
    Role(
        key="producer",
        title=_("Produsen data"),
        purpose=_("Menyiapkan dan menyerahkan data perangkat daerahnya sendiri."),
        here=("hub.see", "hub.deliver"),
        everywhere=READING,
        agency="required",
    ),
    Role(
        key="operator",
        title=_("Operator Command Center"),
        purpose=_("Memantau kota dari Command Center dan menelusuri yang janggal."),
        everywhere=("hub.see", "patrol.see", *READING),
        agency="optional",
    ),
    Role(
        key="leader",
        title=_("Pimpinan"),
        purpose=_("Membaca keadaan kota untuk mengambil keputusan; tidak mengubah apa pun."),
        everywhere=("hub.see", "levies.lead", "patrol.see", "patrol.recap", *READING),
        agency="optional",
    ),
    Role(
        key="treasurer",
        title=_("Bendahara penerimaan"),
        purpose=_("Menatausahakan penerimaan retribusi perangkat daerahnya."),
        here=("levies.see", "levies.treasury"),
        everywhere=READING,
        agency="required",
    ),
    Role(
        key="collector",
        title=_("Juru pungut"),
        purpose=_("Memungut retribusi di lapangan pada wilayah tugasnya."),
        here=("levies.collect",),
        everywhere=("wall.see", "indicators.see"),
        agency="required",
        area="optional",
    ),
    Role(
        key="market_head",
        title=_("Kepala pasar"),
        purpose=_("Mengawasi pemungutan dan penempatan pedagang di pasarnya."),
        here=("levies.see", "levies.register", "levies.supervise"),
        everywhere=READING,
        agency="required",
        area="optional",
    ),
    Role(
        key="levy_officer",
        title=_("Petugas penetapan retribusi"),
        purpose=_("Mendata, mengelola tarif, menghitung dan menerbitkan SKRD perangkat daerahnya."),
        here=("levies.see", "levies.register", "levies.tariffs", "levies.assess", "hub.see", "hub.deliver"),
        everywhere=READING,
        agency="required",
    ),
    Role(
        key="levy_signer",
        title=_("Pejabat penetap retribusi"),
        purpose=_("Menandatangani SKRD dan memutuskan pembatalan, keringanan, dan perkara."),
        here=("levies.see", "levies.sign", "levies.tariffs"),
        everywhere=("levies.lead", *READING),
        agency="required",
    ),
    Role(
        key="auditor",
        title=_("Pemeriksa"),
        purpose=_("Memeriksa penerimaan dari tarif sampai kas daerah; membaca semuanya, tidak mengubah apa pun."),
        everywhere=("levies.see", "levies.lead", "audit.read", "hub.see", *READING),
    ),
    Role(
        key="rw_head",
        title=_("Ketua RW"),
        purpose=_("Mengatur ronda dan menindaklanjuti temuan di RW-nya."),
        here=("patrol.see", "patrol.walk", "patrol.coordinate", "patrol.persons", "patrol.handle", "patrol.recap"),
        everywhere=("wall.see", "indicators.see"),
        area="required",
    ),
    Role(
        key="patrol",
        title=_("Anggota ronda"),
        purpose=_("Meronda di jam kerja dan mencatat temuan di wilayahnya."),
        here=("patrol.walk",),
        everywhere=("wall.see",),
        area="required",
    ),
    Role(
        key="lurah",
        title=_("Lurah"),
        purpose=_("Membaca rekap ronda kelurahannya dan melihat celahnya."),
        here=("patrol.see", "patrol.recap"),
        everywhere=READING,
        area="required",
    ),
    Role(
        key="follow_up",
        title=_("Petugas tindak lanjut"),
        purpose=_("Membereskan temuan ronda yang menjadi urusan perangkat daerahnya."),
        here=("patrol.handle", "patrol.persons"),
        everywhere=READING,
        agency="required",
    ),
    Role(
        key="resident",
        title=_("Warga"),
        purpose=_("Memakai layanan dan menyampaikan permohonan."),
        area="optional",
    ),
    Role(
        key="public",
        title=_("Publik"),
        purpose=_("Siapa saja, tanpa akun: membaca halaman yang terbuka untuk umum."),
        given=False,
    ),
)

ROLES: Mapping[str, Role] = {role.key: role for role in ALL_ROLES}
GIVEN_ROLES = tuple(role for role in ALL_ROLES if role.given)


def roles_with(permission: str) -> tuple[Role, ...]:
    """The roles that carry `permission` somewhere."""
    return tuple(role for role in ALL_ROLES if permission in role.permissions)
