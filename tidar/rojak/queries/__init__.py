"""What pages read of the patrol."""
