"""Agencies, users, roles by agency and area, sign-in."""
