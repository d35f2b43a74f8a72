"""Runs: admitted, logged, followed, detached from their client, ended for a worker that died."""
