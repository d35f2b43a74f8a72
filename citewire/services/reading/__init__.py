"""Readers: one module per document format."""
