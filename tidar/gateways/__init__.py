"""The outside world, one folder each, with a fake tested against the protocol."""
