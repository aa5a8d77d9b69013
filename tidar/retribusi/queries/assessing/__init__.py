"""Reads for runs and SKRD, by what they are for."""
