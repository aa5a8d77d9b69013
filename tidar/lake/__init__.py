"""Parquet versions, the Ibis engine, contract-checked intake."""
