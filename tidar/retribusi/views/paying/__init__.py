"""Pages of payments, the counter and cases."""
