"""The front door of `rojak`: what the command line and other apps may know and do."""

from __future__ import annotations

from tidar.rojak.actions.items import ItemAnswer, SignedItem, receive
from tidar.rojak.actions.loading import load_patrol

__all__ = ["ItemAnswer", "SignedItem", "load_patrol", "receive"]
