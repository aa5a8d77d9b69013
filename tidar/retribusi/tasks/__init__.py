"""What runs by itself: consumers of the spine and scheduled work."""
