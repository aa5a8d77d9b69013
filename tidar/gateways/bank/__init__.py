"""Cashless payment: QRIS and virtual accounts, behind one interface, with a fake that speaks the protocol."""
