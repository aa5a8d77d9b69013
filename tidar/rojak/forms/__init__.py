"""Forms of Si Rojak."""
