"""Pages about cash, books and boards."""
