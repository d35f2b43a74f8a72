"""The chats and how they are found."""
