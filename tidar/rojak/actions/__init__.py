"""What changes the patrol."""
