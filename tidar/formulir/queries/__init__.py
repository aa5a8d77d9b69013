"""What pages and clients read of forms."""
