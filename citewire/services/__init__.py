"""Use cases: answering in a chat, ingesting folders, building the models."""
