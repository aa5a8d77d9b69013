"""Accounts and transfers: the only place that moves money, and it knows nothing about levies."""
