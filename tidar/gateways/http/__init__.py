"""Fetching what agencies publish on the web, without ever being a way into the city's own network."""
