"""Pages of runs and SKRD."""
