"""Traders' own pages, and the bank's word that money came."""
