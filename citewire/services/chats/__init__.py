"""Chats: listed, searched, exported, and given titles and summaries."""
