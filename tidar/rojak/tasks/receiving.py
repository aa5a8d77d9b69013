"""What every process knows: who takes over findings of ODK Collect, and who hears of photographs."""

from __future__ import annotations

from tidar.formulir import api as formulir
from tidar.rojak.actions import photographs
from tidar.rojak.actions.collect import take_over

formulir.receiver("rojak")(take_over)
formulir.photo_receiver(photographs.link_photos)
