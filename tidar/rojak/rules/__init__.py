"""Pure rules of the patrol."""
