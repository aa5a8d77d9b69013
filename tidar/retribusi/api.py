"""The front door of `retribusi`."""
