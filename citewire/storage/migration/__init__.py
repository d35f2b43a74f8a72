"""Bringing what is stored from one version to the next."""
