"""hub: actions."""
