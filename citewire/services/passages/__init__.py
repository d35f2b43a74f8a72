"""Passages: made of pages, looked up by who checks a citation, and found again in a new version."""
