"""Home, the wall and its parts, view settings, the gallery of components."""
