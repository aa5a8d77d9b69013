"""Scheduled work of the patrol."""
