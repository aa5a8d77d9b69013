"""Findings and what comes of them, rounds, recaps, the residents' page, empty houses, calls for help."""
