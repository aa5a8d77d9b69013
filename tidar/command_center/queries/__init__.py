"""What the wall shows, assembled from the front doors of the apps below."""
