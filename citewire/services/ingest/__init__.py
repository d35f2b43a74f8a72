"""Ingestion: what changed in folders, read in processes, embedded, written, then shown at once."""
