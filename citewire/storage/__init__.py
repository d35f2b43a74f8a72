"""Everything that is kept in Redis, and the embedded server."""
