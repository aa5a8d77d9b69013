"""Pages: coverage, gaps, fairness, effort."""
