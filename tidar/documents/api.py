"""The front door of `documents`."""
