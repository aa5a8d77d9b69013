"""hub: views."""
