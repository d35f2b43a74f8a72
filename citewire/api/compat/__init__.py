"""Interfaces that other people's tools speak, over the same runs."""
