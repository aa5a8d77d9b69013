"""Catalogues and formats of the languages besides Indonesian."""
