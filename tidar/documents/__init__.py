"""Numbered, signed, verifiable documents: a template and data give the same bytes every time."""
