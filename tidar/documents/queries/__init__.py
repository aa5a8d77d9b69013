"""Reading documents: finding, verifying, printing, checking."""
