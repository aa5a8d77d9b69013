"""The front door of `ledger`."""
