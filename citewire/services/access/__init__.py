"""Who may ask, and whose data that opens."""
