"""Reads of people: who acts, lists for pages, the audit trail."""
