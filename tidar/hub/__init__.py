"""Data integration: feeds, deliveries, quarantine, freshness; the spine: events and observations."""
