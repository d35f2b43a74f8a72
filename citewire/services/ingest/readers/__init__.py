"""The processes that read files, and what is exchanged with them."""
