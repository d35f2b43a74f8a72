"""The registry of runs over all workers, their logs and their records."""
