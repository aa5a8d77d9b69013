"""Items of phones: one door, each exactly once."""
