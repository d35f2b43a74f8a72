"""Uploaded files, and the background jobs that ingest them."""
