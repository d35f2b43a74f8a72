"""People as whoever runs the service sees them: listed, and forgotten."""
