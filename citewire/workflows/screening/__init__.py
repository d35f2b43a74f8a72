"""Screening: which questions are not answered, and what is said instead."""
