"""The passage index: its schema, how it is opened, and what it was made with."""
