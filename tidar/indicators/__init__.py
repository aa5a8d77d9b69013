"""Indicators as code: formula, unit, owner, worked example; values with lineage."""
