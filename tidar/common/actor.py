"""Who acts. A plain value handed to every action as `by`; made by `people` for users, by `hub` for feeds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tidar.common.errors import UnableToAllow

ActorKind = Literal["user", "feed", "system", "public"]


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission, for one agency (None: every agency) and one area with all below it (None: the whole region)."""

    permission: str
    agency: str | None = None
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A user, a feed's token, the system itself or an anonymous visitor, with what it may do."""

    kind: ActorKind
    id: str
    name: str
    grants: frozenset[Grant] = field(default_factory=frozenset)
    roles: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether somebody is signed in (or a token or the system acts)."""
        return self.kind != "public"

    def may(self, permission: str, *, agency: str | None = None, area: str | None = None) -> bool:
        """Whether some grant covers `permission`; `agency`/`area` None ask "anywhere at all?"."""
        if self.kind == "system":
            return True
        return any(
            g.permission == permission
            and (agency is None or g.agency in (None, agency))
            and (area is None or g.area is None or area == g.area or area.startswith(g.area + "."))
            for g in self.grants
        )

    def must(self, permission: str, *, agency: str | None = None, area: str | None = None) -> None:
        """Raise `UnableToAllow` unless `may(…)`."""
        if not self.may(permission, agency=agency, area=area):
            raise UnableToAllow("Anda tidak memiliki wewenang untuk tindakan ini.")


PUBLIC = Actor(kind="public", id="", name="Pengunjung")


def system(name: str) -> Actor:
    """The system acting by itself: a scheduled task, a consumer, a command."""
    return Actor(kind="system", id=f"system:{name}", name=f"Tidar ({name})")
