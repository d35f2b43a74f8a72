"""Routing: what a message wants, and what it asks when the chat is taken into account."""
