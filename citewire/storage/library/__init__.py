"""The documents, their versions and passages, and how passages are searched."""
