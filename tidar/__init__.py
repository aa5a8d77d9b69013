"""Tidar: open-source software that runs a smart city the way Kota Magelang meant it."""
