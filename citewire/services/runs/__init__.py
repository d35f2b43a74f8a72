"""Runs: admitted, logged, followed, detached from their client, and ended when their worker died."""
