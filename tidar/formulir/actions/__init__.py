"""What changes forms and answers."""
