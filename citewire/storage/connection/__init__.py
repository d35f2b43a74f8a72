"""The connection to Redis: its pool, and its replies in our words."""
