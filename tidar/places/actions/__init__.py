"""Writes of `places`: loading a region, importing boundaries, adding RW and RT."""
