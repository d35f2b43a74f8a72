"""The connection to Redis: its pool, and what its failures mean for us."""
