"""The front door of `retribusi`."""

from __future__ import annotations

from tidar.retribusi.actions.loading import load_levies

__all__ = ["load_levies"]
