"""The front door of `formulir`."""
