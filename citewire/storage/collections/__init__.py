"""Shared collections: who is a member of which."""
