"""Finding what an address names, for `requires(load=…)`; what is missing answers 404 in words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tidar.common.errors import UnableToFind
from tidar.hub.models import Delivery, Feed, QuarantinedRow


def feed_named(request: HttpRequest, code: str) -> Feed:
    """The feed with this code."""
    feed = Feed.objects.select_related("agency").filter(code=code).first()
    if feed is None:
        raise UnableToFind(_("Umpan itu tidak ada."))
    return feed


def delivery_named(request: HttpRequest, delivery_id: uuid.UUID) -> Delivery:
    """The delivery with this id."""
    delivery = Delivery.objects.select_related("feed__agency", "replay_of").filter(pk=delivery_id).first()
    if delivery is None:
        raise UnableToFind(_("Kiriman itu tidak ada."))
    return delivery


def row_named(request: HttpRequest, delivery_id: uuid.UUID, row_id: uuid.UUID) -> QuarantinedRow:
    """The quarantined row with this id, of this delivery."""
    rows = QuarantinedRow.objects.select_related("delivery__feed__agency")
    row = rows.filter(pk=row_id, delivery_id=delivery_id).first()
    if row is None:
        raise UnableToFind(_("Baris itu tidak ada."))
    return row


@dataclass(frozen=True, slots=True)
class Asked:
    """A delivery and the ending that was asked for."""

    delivery: Delivery
    ending: str

    @property
    def agency_code(self) -> str:
        """For `common.access`."""
        return self.delivery.agency_code


def export_named(request: HttpRequest, delivery_id: uuid.UUID, ending: str) -> Asked:
    """The delivery whose quarantine is exported, and in which format."""
    return Asked(delivery_named(request, delivery_id), ending)


@dataclass(frozen=True, slots=True)
class Template:
    """A feed and the format of its empty template."""

    feed: Feed
    ending: str

    @property
    def agency_code(self) -> str:
        """For `common.access`."""
        return self.feed.agency_code


def template_named(request: HttpRequest, code: str, ending: str) -> Template:
    """The feed whose empty template is asked for, and in which format."""
    return Template(feed_named(request, code), ending)


def uuid_in(request: HttpRequest, name: str) -> uuid.UUID:
    """The identifier in a form field; what is no identifier names nothing."""
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError as error:
        raise UnableToFind(_("Pilihan itu tidak ada.")) from error


def uuids_in(request: HttpRequest, name: str) -> list[uuid.UUID]:
    """All identifiers in a form field; what is no identifier is left out."""
    found = []
    for text in request.POST.getlist(name):
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found
