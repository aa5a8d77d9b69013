"""Identifiers, clock, money, actors, access, audit and errors: no city words."""
