"""Pages and addresses of Si Rojak."""
