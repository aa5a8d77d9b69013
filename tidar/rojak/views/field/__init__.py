"""What phones of the patrol ask, and what the head of the RW decides about what they sent."""
