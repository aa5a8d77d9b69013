"""Dirty files, generated: each case is a file as agencies really send them, and what must become of it."""
