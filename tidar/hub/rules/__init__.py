"""hub: rules."""
