"""Pages of forms, and the OpenRosa door for ODK clients."""
