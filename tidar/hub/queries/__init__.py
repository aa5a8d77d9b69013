"""hub: queries."""
