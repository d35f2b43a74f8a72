"""Runs that are over: their records, what they looked like, and doing a part of them again."""
