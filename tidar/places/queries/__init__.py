"""Reads of `places`: the region's files, areas, boundaries, the calendar. All cached until something changes."""
