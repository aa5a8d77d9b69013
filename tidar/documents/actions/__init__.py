"""Taking numbers, issuing, cancelling, keeping the signing key."""
