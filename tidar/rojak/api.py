"""The front door of `rojak`."""
