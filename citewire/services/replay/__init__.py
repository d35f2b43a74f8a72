"""Runs that are over: what they looked like, and doing a part of them again."""
